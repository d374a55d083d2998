"""Connections to the catalogue file: one a thread, in WAL mode, with transactions that are whole."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import NoIndexError, StorageError

SCHEMA_VERSION = 3
_BUSY_SECONDS = 30.0
_SCHEMA = Path(__file__).with_name("schema.sql")


class Database:
    """An SQLite file shared by threads and processes.

    Every thread gets a connection of its own, opened on first use and closed by `close`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def create(self) -> None:
        """Make the file and its tables if they are not there; raise StorageError if that is refused."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise StorageError(
                f"The data folder '{self.path.parent}' cannot be made ({reason}); choose another with --data-dir."
            ) from error
        self.create_tables()
        self.run_script(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def create_tables(self) -> None:
        """Make the tables that are not there: also those that came later than the file."""
        self.run_script(_SCHEMA.read_text(encoding="utf-8"))

    def run_script(self, script: str) -> None:
        """Run several statements; raise StorageError if the database refuses."""
        with _translated(self.path):
            self.connection.executescript(script)

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of the calling thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything in the block or nothing of it; one writer at a time."""
        with _translated(self.path):
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the catalogue throughout the block, whatever others write meanwhile."""
        with _translated(self.path):
            connection = self.connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._local = threading.local()

    def _connect(self) -> sqlite3.Connection:
        with _translated(self.path):
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.create_function("fold", 1, _fold, deterministic=True)
        with self._lock:
            self._opened.append(connection)
        return connection


def require_schema(database: Database) -> None:
    """Raise NoIndexError if there is no catalogue, StorageError if another version wrote it."""
    if not database.path.exists():
        raise NoIndexError(
            f"There is no index in '{database.path.parent}'. "
            "Make one: jv-assistant ingest --seeds, or jv-assistant ingest FOLDER."
        )
    with _translated(database.path):
        version = database.connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        raise NoIndexError(
            f"The index in '{database.path.parent}' was never finished. Run the ingest again: "
            "jv-assistant ingest --seeds, or jv-assistant ingest FOLDER."
        )
    if version != SCHEMA_VERSION:
        raise StorageError(
            f"'{database.path}' has format {version}, this program reads {SCHEMA_VERSION}; "
            "use the program version that made it, or ingest again into a new --data-dir."
        )


def _fold(text: str | None) -> str | None:
    """Lower case for every alphabet: SQLite's own lower() knows only ASCII."""
    return text.casefold() if text else text


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise StorageError(
            f"The catalogue '{path}' could not be used ({error}). "
            "Check that the disk has room and the folder can be written, then run: jv-assistant check."
        ) from error
