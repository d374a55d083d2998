"""The catalogue: the one truth about documents, kept in SQLite: the `store` step.

It holds each document's text, blocks, chunks, sentence spans and vectors. A document is written
in one transaction and visible only whole. Every read goes through a `Scope`.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection, Row

from index.copies import Kin, Place, add_copy, find_kin, find_twin, insert_sketch, move, release
from index.database import Database, require_schema
from index.embedding import Vectors
from index.errors import NotFoundError
from index.models import Chunk, Document, DocumentInfo, Passage, Scope, last_day, sha256
from index.rows import (
    insert_chunks,
    insert_document,
    insert_words,
    read_block,
    read_info,
    read_metadata,
    read_pages,
    read_passage,
    read_vectors,
    searchable,
    searchable_phrases,
)
from index.words import content_words

FILE_NAME = "catalogue.sqlite"
_INFO = """document_id, source, title, publisher, author, published, url, language, based_on, state, content_sha256,
  (SELECT count(*) FROM chunks WHERE chunks.document_id = documents.document_id) AS chunks"""
_DAMAGE = {  # what is wrong, and a query for where it is
    "Document '{}' has no passages.": """SELECT document_id FROM documents
        WHERE document_id NOT IN (SELECT document_id FROM chunks)""",
    "Document '{}' has a passage outside its text.": """SELECT DISTINCT document_id FROM chunks
        JOIN documents USING (document_id) WHERE chunks.start < 0 OR chunks.end > length(text)""",
    "Chunk {} has a vector of another length than others.": """SELECT chunk_id FROM chunks
        WHERE length(vector) <> (SELECT length(vector) FROM chunks ORDER BY chunk_id LIMIT 1)""",
}


class Catalogue:
    """Documents, passages and vectors, read and written by any number of processes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def create(cls, data_dir: Path) -> "Catalogue":
        """Open the catalogue in `data_dir`, making it if there is none."""
        database = Database(data_dir / FILE_NAME)
        database.create()
        with database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('generation', '0')")
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('store_id', ?)", (uuid.uuid4().hex,))
        return cls(database)

    @classmethod
    def open(cls, data_dir: Path) -> "Catalogue":
        """Open the catalogue in `data_dir`; raise NoIndexError if there is none."""
        database = Database(data_dir / FILE_NAME)
        require_schema(database)
        database.create_tables()
        return cls(database)

    def close(self) -> None:
        """Close the database connections."""
        self.database.close()

    # What the catalogue says of itself ------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Return a stored setting of the index, or None."""
        row = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return row["value"] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Store a setting of the index."""
        with self.database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        """How many runs have changed anything."""
        return int(self.meta("generation") or 0)

    # Writing documents ----------------------------------------------------------------------

    def put(self, document: Document, chunks: Sequence[Chunk], vectors: Vectors, *, bump: bool) -> None:
        """Store a document whole, in place of whatever had its origin; `bump` counts a new generation."""
        with self._change(bump) as connection:
            release(connection, document.origin)
            insert_document(connection, document)
            insert_chunks(connection, document.document_id, chunks, vectors)
            insert_sketch(connection, document)

    def put_copy(self, document: Document, of: str, *, bump: bool) -> None:
        """Note that the document with the id `of` is also found under this one's origin."""
        with self._change(bump) as connection:
            add_copy(connection, document, of)

    def move(self, document_id: str, document: Document, *, bump: bool) -> None:
        """Keep a document under the origin of another that is the same; its id changes with it."""
        with self._change(bump) as connection:
            release(connection, document.origin)
            move(connection, document_id, document.origin, document.source, document.input_sha256)

    def forget(self, origin: str, *, bump: bool) -> None:
        """Let `origin` hold nothing; a document that has copies elsewhere goes to the first of them."""
        with self._change(bump) as connection:
            release(connection, origin)

    def replace_chunks(self, chunked: Iterable[tuple[str, Sequence[Chunk], Vectors]], stamp: str) -> None:
        """Swap the chunks of every document for new ones, and the stamp, in one transaction."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM chunks")
            for document_id, chunks, vectors in chunked:
                insert_chunks(connection, document_id, chunks, vectors)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('stamp', ?)", (stamp,))
            _bump(connection)

    def remove(self, document_id: str, *, bump: bool = True) -> None:
        """Remove a document with everything derived from it; raise NotFoundError if there is none."""
        with self._change(bump) as connection:
            if connection.execute("DELETE FROM documents WHERE document_id = ?", (document_id,)).rowcount == 0:
                raise _no_document(document_id)

    # Reading documents ----------------------------------------------------------------------

    def input_of(self, origin: str) -> str | None:
        """Return the input hash of the document or copy stored for `origin`, or None."""
        sql = """SELECT input_sha256 FROM documents WHERE origin = ?1
                 UNION ALL SELECT input_sha256 FROM copies WHERE origin = ?1"""
        row = self._one(sql, (origin,))
        return row["input_sha256"] if row else None

    def id_at(self, origin: str) -> str | None:
        """Return the id of the document that `origin` holds, as itself or as a copy, or None."""
        sql = """SELECT document_id FROM documents WHERE origin = ?1
                 UNION ALL SELECT document_id FROM copies WHERE origin = ?1"""
        row = self._one(sql, (origin,))
        return row["document_id"] if row else None

    def twin_of(self, document: Document) -> Place | None:
        """Return the document with the same text and metadata that is kept under another origin, or None."""
        with self.database.snapshot() as connection:
            return find_twin(connection, document)

    def places(self, prefix: str) -> list[Place]:
        """Return the documents and copies whose origin begins with `prefix`, by origin."""
        sql = """SELECT document_id, origin, source FROM documents WHERE substr(origin, 1, length(?1)) = ?1
                 UNION ALL SELECT document_id, origin, source FROM copies WHERE substr(origin, 1, length(?1)) = ?1
                 ORDER BY origin"""
        return [Place(row["document_id"], row["origin"], row["source"]) for row in self._all(sql, (prefix,))]

    def kin(self, document_ids: Iterable[str]) -> dict[str, Kin]:
        """Return the exact and near copies of those of the documents that have any."""
        with self.database.snapshot() as connection:
            return find_kin(connection, document_ids)

    def count_documents(self) -> int:
        """Return how many documents are visible."""
        return int(self._all("SELECT count(*) AS n FROM documents WHERE state = 'ready'")[0]["n"])

    def documents(self, limit: int = 100, after: str = "") -> list[DocumentInfo]:
        """Return up to `limit` documents by source, those after `after` (source, NUL, id)."""
        source, _, document_id = after.partition("\0")
        sql = f"""SELECT {_INFO} FROM documents WHERE state = 'ready' AND (source, document_id) > (?, ?)
                  ORDER BY source, document_id LIMIT ?"""
        return [read_info(row) for row in self._all(sql, (source, document_id, limit))]

    def document(self, document_id: str) -> DocumentInfo:
        """Return one document's listing; raise NotFoundError if there is none."""
        row = self._one(f"SELECT {_INFO} FROM documents WHERE document_id = ?", (document_id,))
        if row is None:
            raise _no_document(document_id)
        return read_info(row)

    def text(self, document_id: str) -> str:
        """Return a document's whole text; raise NotFoundError if there is none."""
        row = self._one("SELECT text FROM documents WHERE document_id = ?", (document_id,))
        if row is None:
            raise _no_document(document_id)
        return str(row["text"])

    def stored(self, document_id: str) -> Document:
        """Return a document as it was stored, blocks included; raise NotFoundError if there is none."""
        row = self._one("SELECT * FROM documents WHERE document_id = ?", (document_id,))
        if row is None:
            raise _no_document(document_id)
        blocks = self._all("SELECT * FROM blocks WHERE document_id = ? ORDER BY ordinal", (document_id,))
        return Document(
            row["source"],
            row["origin"],
            row["text"],
            tuple(read_block(block) for block in blocks),
            read_metadata(row),
            row["input_sha256"],
            read_pages(row["pages"]),
        )

    # Searching ------------------------------------------------------------------------------

    def count_chunks(self, scope: Scope | None = None) -> int:
        """Return how many chunks `scope` admits."""
        where, values = _where(scope or Scope())
        sql = f"SELECT count(*) AS n FROM chunks JOIN documents d USING (document_id) {where}"
        return int(self._all(sql, values)[0]["n"])

    def highest_chunk_id(self) -> int:
        """Return the highest id that any chunk has had, also one that is gone; 0 if there was none."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'")
        return int(row["seq"]) if row else 0

    def words(self, query: str, scope: Scope, limit: int, phrases: Sequence[str] = ()) -> list[int]:
        """Return the ids of the chunks that best match the words of `query` or whole `phrases` (bm25), best first."""
        match = _match_expression(query, phrases)
        if not match:
            return []
        where, values = _where(scope)
        sql = f"""SELECT chunk_words.rowid AS chunk_id FROM chunk_words
                  JOIN chunks ON chunks.chunk_id = chunk_words.rowid JOIN documents d USING (document_id)
                  {where} AND chunk_words MATCH ? ORDER BY bm25(chunk_words), chunk_words.rowid LIMIT ?"""
        return [row["chunk_id"] for row in self._all(sql, (*values, match, limit))]

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """Return for each word in how many chunks it, or a word of the same stem, occurs."""
        sql = "SELECT count(*) AS n FROM chunk_words WHERE chunk_words MATCH ?"
        expressions = {word: _match_expression(word) for word in words}
        return {word: self._all(sql, (match,))[0]["n"] if match else 0 for word, match in expressions.items()}

    def vectors(self, scope: Scope, *, pending_only: bool = False) -> tuple[list[int], Vectors]:
        """Return the chunk ids that `scope` admits and their vectors, shape (n, dimension)."""
        where, values = _where(scope)
        pending = "AND in_store = 0" if pending_only else ""
        sql = f"""SELECT chunk_id, vector FROM chunks JOIN documents d USING (document_id)
                  {where} {pending} ORDER BY chunk_id"""
        rows = self._all(sql, values)
        return [row["chunk_id"] for row in rows], read_vectors([row["vector"] for row in rows])

    def admitted(self, chunk_ids: Sequence[int], scope: Scope) -> set[int]:
        """Return those of `chunk_ids` that exist and that `scope` admits."""
        where, values = _where(scope)
        sql = f"""SELECT chunk_id FROM chunks JOIN documents d USING (document_id)
                  {where} AND chunk_id IN (SELECT value FROM json_each(?))"""
        return {row["chunk_id"] for row in self._all(sql, (*values, json.dumps(list(chunk_ids))))}

    def passages(self, chunk_ids: Sequence[int]) -> list[Passage]:
        """Return the passages of `chunk_ids` in that order; ids that are gone are left out."""
        sql = f"""SELECT {_INFO}, documents.pages, c.chunk_id, c.start, c.end, c.section, c.sentences, c.embedded_text,
                    c.passage_published, c.passage_based_on, c.event,
                    substr(documents.text, c.start + 1, c.end - c.start) AS passage_text
                  FROM documents JOIN
                    (SELECT chunk_id, document_id AS of_document, start, end, section, sentences, embedded_text,
                            published AS passage_published, based_on AS passage_based_on, event FROM chunks
                     WHERE chunk_id IN (SELECT value FROM json_each(?))) c ON c.of_document = documents.document_id"""
        rows = {row["chunk_id"]: row for row in self._all(sql, (json.dumps(list(chunk_ids)),))}
        return [read_passage(rows[chunk_id]) for chunk_id in chunk_ids if chunk_id in rows]

    # What the vector store has yet to learn --------------------------------------------------

    def pending(self, limit: int) -> tuple[list[int], Vectors]:
        """Return up to `limit` chunks that the vector store does not hold yet, with their vectors."""
        rows = self._all("SELECT chunk_id, vector FROM chunks WHERE in_store = 0 ORDER BY chunk_id LIMIT ?", (limit,))
        return [row["chunk_id"] for row in rows], read_vectors([row["vector"] for row in rows])

    def stale(self, limit: int) -> list[int]:
        """Return up to `limit` ids that the vector store may hold although the chunk is gone."""
        return [row["chunk_id"] for row in self._all("SELECT chunk_id FROM stale_vectors LIMIT ?", (limit,))]

    def in_store(self) -> set[int]:
        """Return the ids of the chunks that the vector store holds, by what was recorded."""
        return {row["chunk_id"] for row in self._all("SELECT chunk_id FROM chunks WHERE in_store = 1")}

    def count_pending(self) -> int:
        """Return how many changes the vector store has yet to learn."""
        sql = "SELECT (SELECT count(*) FROM chunks WHERE in_store = 0) + (SELECT count(*) FROM stale_vectors) AS n"
        return int(self._all(sql)[0]["n"])

    def mark_stored(self, chunk_ids: Sequence[int]) -> None:
        """Record that the vector store holds these chunks."""
        with self.database.transaction() as connection:
            connection.executemany("UPDATE chunks SET in_store = 1 WHERE chunk_id = ?", [(i,) for i in chunk_ids])

    def mark_removed(self, chunk_ids: Sequence[int]) -> None:
        """Record that the vector store no longer holds these ids."""
        with self.database.transaction() as connection:
            connection.executemany("DELETE FROM stale_vectors WHERE chunk_id = ?", [(i,) for i in chunk_ids])

    def mark_all_pending(self) -> None:
        """Record that the vector store holds nothing."""
        with self.database.transaction() as connection:
            connection.execute("UPDATE chunks SET in_store = 0")
            connection.execute("DELETE FROM stale_vectors")

    def damage(self) -> list[str]:
        """Return what is wrong with the catalogue, in sentences; empty if it is whole."""
        found = [row[0] for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]
        found += [
            f"A row of table '{row[0]}' points to a missing row." for row in self._all("PRAGMA foreign_key_check")
        ]
        if missing := self.count_without_words():
            found.append(f"The word index is wrong about {missing} chunks.")
        for problem, sql in _DAMAGE.items():
            found += [problem.format(row[0]) for row in self._all(sql)]
        for row in self._all("SELECT document_id, text, content_sha256 FROM documents"):
            if sha256(row["text"]) != row["content_sha256"]:
                found.append(f"The text of document '{row['document_id']}' is not the one that was stored.")
        return found

    def count_without_words(self) -> int:
        """Return how many chunks are missing from the word index, or are in it although they are gone."""
        sql = """SELECT (SELECT count(*) FROM chunks WHERE chunk_id NOT IN (SELECT rowid FROM chunk_words))
                   + (SELECT count(*) FROM chunk_words WHERE rowid NOT IN (SELECT chunk_id FROM chunks)) AS n"""
        return int(self._all(sql)[0]["n"])

    def rebuild_words(self) -> None:
        """Make the word index anew from the chunks."""
        with self.database.transaction() as connection:
            connection.execute("DELETE FROM chunk_words")
            for row in connection.execute("SELECT chunk_id, embedded_text FROM chunks").fetchall():
                insert_words(connection, row["chunk_id"], row["embedded_text"])

    @contextmanager
    def _change(self, bump: bool) -> Iterator[Connection]:
        """Change documents in one transaction; `bump` counts a new generation."""
        with self.database.transaction() as connection:
            yield connection
            if bump:
                _bump(connection)

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self.database.snapshot() as connection:
            return connection.execute(sql, tuple(values)).fetchall()

    def _one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        rows = self._all(sql, values)
        return rows[0] if rows else None


def _bump(connection: Connection) -> None:
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")


def _match_expression(query: str, phrases: Sequence[str] = ()) -> str:
    """Return an FTS5 expression that matches any content word of `query` and any of `phrases` as a whole.

    Runs of CJK match by neighbouring pairs.
    """
    words = dict.fromkeys(word.lower() for word in content_words(query))
    single = [phrase for word in words for phrase in searchable_phrases(word)]
    whole = [" ".join(searchable(phrase.replace('"', " ")).lower().split()) for phrase in phrases]
    return " OR ".join(f'"{phrase}"' for phrase in dict.fromkeys([*single, *whole]) if phrase)


def _where(scope: Scope) -> tuple[str, list[object]]:
    """Return the SQL condition, over `chunks` joined with `documents d`, that a passage is in scope."""
    conditions: list[str] = ["d.state = 'ready'"]
    values: list[object] = []
    if scope.publishers:
        conditions.append("fold(d.publisher) IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(publisher.casefold() for publisher in scope.publishers)))
    if scope.document_ids:
        conditions.append("d.document_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(scope.document_ids)))
    if scope.published_from:
        conditions.append("chunks.published_last >= ?")
        values.append(scope.published_from)
    for latest in (scope.published_to, scope.as_of):
        if latest:
            conditions.append("chunks.published_last <= ?")
            values.append(last_day(latest))
    return "WHERE " + " AND ".join(conditions), values


def _no_document(document_id: str) -> NotFoundError:
    return NotFoundError(f"There is no document '{document_id}'; see: jv-assistant documents list.")
