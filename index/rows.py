"""Documents, chunks and passages as rows of the catalogue: how each is written and read back."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from sqlite3 import Connection, Row

import numpy as np

from index.embedding import Vectors
from index.models import (
    Block,
    BlockKind,
    Chunk,
    Document,
    DocumentInfo,
    Metadata,
    PageStart,
    Passage,
    Provenance,
    Report,
    Sentence,
    Span,
    last_day,
)

_CJK = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U000323af])")
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def insert_document(connection: Connection, document: Document) -> None:
    """Write a document and its blocks."""
    metadata = document.metadata
    connection.execute(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready', ?)",
        (
            document.document_id,
            document.origin,
            document.source,
            metadata.title,
            metadata.publisher,
            metadata.author,
            metadata.published,
            metadata.url,
            metadata.language,
            dump_reports(metadata.based_on),
            document.text,
            json.dumps(document.pages),
            document.content_sha256,
            document.input_sha256,
            datetime.now(UTC).isoformat(timespec="seconds"),
        ),
    )
    connection.executemany(
        "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                document.document_id,
                ordinal,
                block.kind.value,
                *block.span,
                block.level,
                *(block.lead_in or (None, None)),
                json.dumps(asdict(block.provenance), ensure_ascii=False) if block.provenance else None,
            )
            for ordinal, block in enumerate(document.blocks)
        ],
    )


def insert_chunks(connection: Connection, document_id: str, chunks: Sequence[Chunk], vectors: Vectors) -> None:
    """Write the chunks of a document with their vectors and their words."""
    for chunk, vector in zip(chunks, vectors, strict=True):
        cursor = connection.execute(
            """INSERT INTO chunks (document_id, start, end, section, embedded_text, sentences, published,
                 published_last, based_on, event, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                document_id,
                *chunk.span,
                chunk.section,
                chunk.embedded_text,
                json.dumps([(*s.span, s.kind.value, *(s.lead_in or (None, None))) for s in chunk.sentences]),
                chunk.published,
                last_day(chunk.published) if chunk.published else None,
                dump_reports(chunk.based_on),
                chunk.event,
                np.asarray(vector, dtype="<f4").tobytes(),
            ),
        )
        assert cursor.lastrowid is not None
        insert_words(connection, cursor.lastrowid, chunk.embedded_text)


def insert_words(connection: Connection, chunk_id: int, embedded_text: str) -> None:
    """Write the words that a chunk is found by."""
    connection.execute("INSERT INTO chunk_words (rowid, words) VALUES (?, ?)", (chunk_id, searchable(embedded_text)))


def searchable(text: str) -> str:
    """Set Chinese, Japanese and Korean characters apart, so that each is a word of the index.

    Letters and figures as wide as these ('２０２５') become plain ones.
    """
    return _CJK.sub(r" \1 ", text.translate(_FULL_WIDTH))


def searchable_phrases(word: str) -> list[str]:
    """Return what to look up for a word: itself, or each pair of neighbouring CJK characters."""
    parts = searchable(word).split()
    if len(parts) < 3 or not _CJK.search(word):
        return [" ".join(parts)]
    return [" ".join(pair) for pair in pairwise(parts)]


def read_vectors(blobs: Sequence[bytes]) -> Vectors:
    """Return vectors from their blobs, shape (n, dimension); (0, 0) for none."""
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1)


def read_block(row: Row) -> Block:
    """Return the block of a row."""
    lead_in = _span(row["lead_in_start"], row["lead_in_end"])
    provenance = _load_provenance(row["provenance"]) if row["provenance"] else None
    return Block(BlockKind(row["kind"]), Span(row["start"], row["end"]), row["level"], lead_in, provenance)


def read_metadata(row: Row) -> Metadata:
    """Return the metadata of a row."""
    fields = {name: row[name] for name in ("title", "publisher", "author", "published", "url", "language")}
    return Metadata(**fields, based_on=_load_reports(row["based_on"]))


def read_info(row: Row) -> DocumentInfo:
    """Return the listing of a document's row."""
    return DocumentInfo(
        row["document_id"], row["source"], read_metadata(row), row["state"], row["chunks"], row["content_sha256"]
    )


def read_passage(row: Row) -> Passage:
    """Return the passage of a row of chunk and document."""
    return Passage(
        chunk_id=row["chunk_id"],
        document=read_info(row),
        span=Span(row["start"], row["end"]),
        text=row["passage_text"],
        section=row["section"],
        sentences=tuple(
            Sentence(Span(start, end), BlockKind(kind), _span(lead_start, lead_end))
            for start, end, kind, lead_start, lead_end in json.loads(row["sentences"])
        ),
        published=row["passage_published"],
        based_on=_load_reports(row["passage_based_on"]),
        embedded_text=row["embedded_text"],
        pages=read_pages(row["pages"]),
        event=row["event"],
    )


@lru_cache(maxsize=256)
def read_pages(text: str) -> tuple[PageStart, ...]:
    """Return where pages begin; the passages of one document ask for the same again and again."""
    return tuple(PageStart(*mark) for mark in json.loads(text))


def dump_reports(reports: Sequence[Report]) -> str:
    """Return reports as the text that is stored of them."""
    return json.dumps([asdict(report) for report in reports], ensure_ascii=False)


def _load_reports(text: str) -> tuple[Report, ...]:
    return tuple(Report(**fields) for fields in json.loads(text))


def _load_provenance(text: str) -> Provenance:
    fields = json.loads(text)
    return Provenance(fields["event"], tuple(Report(**report) for report in fields["based_on"]))


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else Span(start, end)
