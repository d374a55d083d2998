"""Copy the catalogue into one file and back while others read and write: by SQLite's own backup, whole or not at all.

The vector store is not copied: it is derived, and made anew from the restored catalogue.
"""

import os
import shutil
import sqlite3
import uuid
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from index.catalogue import FILE_NAME, Catalogue
from index.database import SCHEMA_VERSION
from index.errors import BackupError, StorageError

_SCRATCH = ".restore-"
_TABLES = {"meta", "documents", "blocks", "chunks", "chunk_words", "stale_vectors"}


def back_up(catalogue: Catalogue, file: Path) -> None:
    """Write the catalogue as it is now to `file`, in place of an earlier backup; raise BackupError if refused."""
    if file.exists():
        if file.samefile(catalogue.database.path):
            raise BackupError(f"'{file}' is the index itself; give the backup another name.")
        require_backup(file)  # no other file is overwritten
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.unlink(missing_ok=True)  # an earlier one that was cut short
        with closing(sqlite3.connect(partial)) as copy:
            catalogue.database.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The backup '{file}' could not be written ({error}); nothing was changed.") from error
    finally:
        with suppress(OSError):
            for leftover in (partial, partial.with_name(f"{partial.name}-journal")):
                leftover.unlink(missing_ok=True)


def restore(file: Path, catalogue: Catalogue) -> None:
    """Put what the backup `file` holds in place of all that the catalogue holds, in one transaction.

    The restored catalogue has a `store_id` of its own and records that the vector store holds
    nothing. Call it under `build.ingest_lock`. Raises BackupError if `file` is no whole backup,
    StorageError if there is no room; then nothing has changed.
    """
    require_backup(file)
    folder = catalogue.database.path.parent
    for leftover in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        with (
            TemporaryDirectory(dir=folder, prefix=_SCRATCH) as scratch,
            _opened(file) as backup,
            closing(sqlite3.connect(Path(scratch) / FILE_NAME)) as copy,
        ):
            backup.backup(copy)
            _prepare(copy, catalogue)
            copy.backup(catalogue.database.connection)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"'{file}' could not be restored ({error}); the index is as it was. "
            "Check that the disk has room and the folder can be written."
        ) from error
    catalogue.database.create_tables()


def require_backup(file: Path) -> None:
    """Raise BackupError if `file` is not a whole backup that this program can read."""
    if not file.is_file():
        raise BackupError(f"There is no file '{file}'.")
    if file.with_name(f"{file.name}-wal").exists():
        raise BackupError(f"'{file}' is an index in use; copy it with: jv-assistant backup FILE --data-dir FOLDER.")
    try:
        with _opened(file) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables >= _TABLES or not connection.execute("SELECT 1 FROM meta WHERE key = 'store_id'").fetchone():
                raise BackupError(f"'{file}' is not a backup of this program.")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            problem = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"'{file}' is not a backup that can be read ({error}).") from error
    if version != SCHEMA_VERSION:
        raise BackupError(f"'{file}' has format {version}, this program reads {SCHEMA_VERSION}.")
    if problem != "ok":
        raise BackupError(f"'{file}' is damaged ({problem}); use another backup.")


def _opened(file: Path) -> AbstractContextManager[sqlite3.Connection]:
    """Open a backup for reading, without making files beside it."""
    return closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True))


def _prepare(copy: sqlite3.Connection, before: Catalogue) -> None:
    """Make a copy of a backup ready to follow a catalogue: a later generation, chunk ids that were never used."""
    shift = before.highest_chunk_id()
    with copy:
        for step in (shift, 0):  # by way of negative numbers, so that no two meet
            copy.execute("UPDATE chunks SET chunk_id = -(chunk_id + ?), in_store = 0", (step,))
            copy.execute("UPDATE chunk_words SET rowid = -(rowid + ?)", (step,))
        copy.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'chunks'", (shift,))
        copy.execute("DELETE FROM stale_vectors")
        copy.execute("UPDATE meta SET value = ? WHERE key = 'store_id'", (uuid.uuid4().hex,))
        copy.execute(
            "UPDATE meta SET value = max(CAST(value AS INTEGER), ?) + 1 WHERE key = 'generation'", (before.generation,)
        )
