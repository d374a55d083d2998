"""Where a document is found besides its first place, and what tells the same story: rows of the catalogue.

Every function works inside the caller's transaction.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

import numpy as np

from index.models import Document, document_id_of
from index.near_copies import SIMILAR, bands, similarity, sketch
from index.rows import dump_reports

_CHILDREN = ("blocks", "chunks", "copies", "sketches", "sketch_bands")
_MOST_CANDIDATES = 50
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A document and one place that it is kept under."""

    document_id: str
    origin: str
    source: str


@dataclass(frozen=True, slots=True)
class Kin:
    """What a document goes with: sources of exact copies, ids of near copies (20 of each at most)."""

    copies: tuple[str, ...] = ()
    near_copies: tuple[str, ...] = ()


def find_twin(connection: Connection, document: Document) -> Place | None:
    """Return the document with the same text and metadata that is kept under another origin, or None."""
    said = document.metadata
    row = connection.execute(
        """SELECT document_id, origin, source FROM documents
           WHERE content_sha256 = ? AND origin <> ? AND title IS ? AND publisher IS ? AND author IS ?
             AND published IS ? AND url IS ? AND based_on = ? ORDER BY added_at, origin LIMIT 1""",
        (
            document.content_sha256, document.origin, said.title, said.publisher, said.author,
            said.published, said.url, dump_reports(said.based_on),
        ),
    ).fetchone()  # fmt: skip
    return Place(row["document_id"], row["origin"], row["source"]) if row else None


def add_copy(connection: Connection, document: Document, of: str) -> None:
    """Note that the document `of` is found under this document's origin too."""
    release(connection, document.origin)
    connection.execute(
        "INSERT INTO copies VALUES (?, ?, ?, ?)", (document.origin, of, document.source, document.input_sha256)
    )


def release(connection: Connection, origin: str) -> None:
    """Let `origin` hold nothing: its document goes to a copy's place, or goes away if there is no copy."""
    connection.execute("DELETE FROM copies WHERE origin = ?", (origin,))
    row = connection.execute(
        """SELECT document_id, copies.origin, copies.source, copies.input_sha256
           FROM documents JOIN copies USING (document_id) WHERE documents.origin = ? ORDER BY copies.origin LIMIT 1""",
        (origin,),
    ).fetchone()
    if row is None:
        connection.execute("DELETE FROM documents WHERE origin = ?", (origin,))
        return
    connection.execute("DELETE FROM copies WHERE origin = ?", (row["origin"],))
    move(connection, row["document_id"], row["origin"], row["source"], row["input_sha256"])


def move(connection: Connection, document_id: str, origin: str, source: str, input_sha256: str) -> str:
    """Keep a document under another origin, chunks and vectors as they are; return its new id."""
    (text,) = connection.execute("SELECT text FROM documents WHERE document_id = ?", (document_id,)).fetchone()
    new_id = document_id_of(origin, text)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.execute(
        "UPDATE documents SET document_id = ?, origin = ?, source = ?, input_sha256 = ? WHERE document_id = ?",
        (new_id, origin, source, input_sha256, document_id),
    )
    for table in _CHILDREN:
        connection.execute(f"UPDATE {table} SET document_id = ? WHERE document_id = ?", (new_id, document_id))
    return new_id


def insert_sketch(connection: Connection, document: Document) -> None:
    """Put a document into the cluster of its nearest copy, or let it found one under its id."""
    made = sketch(document)
    if made is None:
        return
    numbers = bands(made)
    nearest, cluster = SIMILAR, document.document_id
    for row in connection.execute(
        f"""SELECT sketch, cluster FROM sketches WHERE document_id IN
              (SELECT document_id FROM sketch_bands WHERE band IN (SELECT value FROM json_each(?))
               LIMIT {_MOST_CANDIDATES})""",
        (json.dumps(numbers),),
    ):
        alike = similarity(made, np.frombuffer(row["sketch"], dtype="<u4"))
        if alike >= nearest:
            nearest, cluster = alike, row["cluster"]
    connection.execute(
        "INSERT INTO sketches VALUES (?, ?, ?)", (document.document_id, made.astype("<u4").tobytes(), cluster)
    )
    connection.executemany(
        "INSERT OR IGNORE INTO sketch_bands VALUES (?, ?)", [(number, document.document_id) for number in numbers]
    )


def find_kin(connection: Connection, document_ids: Iterable[str]) -> dict[str, Kin]:
    """Return for each of the documents that have any what they go with."""
    wanted = json.dumps(list(document_ids))
    copies: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(
        """SELECT document_id, source FROM copies WHERE document_id IN (SELECT value FROM json_each(?))
           ORDER BY source""",
        (wanted,),
    ):
        copies[row["document_id"]].append(row["source"])
    near: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(
        """SELECT one.document_id, other.document_id AS other_id FROM sketches one JOIN sketches other USING (cluster)
           WHERE one.document_id IN (SELECT value FROM json_each(?)) AND other.document_id <> one.document_id
           ORDER BY other_id""",
        (wanted,),
    ):
        near[row["document_id"]].append(row["other_id"])
    return {
        document_id: Kin(tuple(copies[document_id][:_MOST_SHOWN]), tuple(near[document_id][:_MOST_SHOWN]))
        for document_id in {*copies, *near}
    }
