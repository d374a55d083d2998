"""Transactions are whole, snapshots stand still, and errors say what to do."""

import sqlite3
import threading
from pathlib import Path

import pytest

from index.database import SCHEMA_VERSION, Database, require_schema
from index.errors import NoIndexError, StorageError


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "data" / "catalogue.sqlite")
    database.create()
    yield database
    database.close()


def keys(database: Database) -> list[str]:
    with database.snapshot() as connection:
        return [row["key"] for row in connection.execute("SELECT key FROM meta ORDER BY key")]


def put(database: Database, key: str) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES (?, '1')", (key,))


def test_making_it_twice_loses_nothing(database: Database):
    put(database, "a")
    database.create()
    assert keys(database) == ["a"]


def test_a_transaction_that_fails_leaves_nothing(database: Database):
    def interrupted() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO meta VALUES ('a', '1')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert keys(database) == []
    put(database, "b")
    assert keys(database) == ["b"]


def test_a_snapshot_does_not_see_what_others_write_meanwhile(database: Database):
    with database.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM meta").fetchone()[0] == 0
        writer = threading.Thread(target=put, args=(database, "a"))
        writer.start()
        writer.join()
        assert connection.execute("SELECT count(*) FROM meta").fetchone()[0] == 0
        assert keys(database) == [], "a read inside the block reads the same state"
    assert keys(database) == ["a"]


def test_many_threads_write_one_after_another(database: Database):
    threads = [threading.Thread(target=put, args=(database, f"{number:02d}")) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys(database) == [f"{number:02d}" for number in range(12)]


def test_a_closed_database_opens_again_on_use(database: Database):
    put(database, "a")
    database.close()
    assert keys(database) == ["a"]


def test_a_refusal_by_sqlite_is_an_error_of_ours(database: Database):
    put(database, "a")
    with pytest.raises(StorageError, match=r"could not be used.*UNIQUE.*jv-assistant check"):
        put(database, "a")


def test_without_a_file_there_is_no_index(tmp_path: Path):
    with pytest.raises(NoIndexError, match="jv-assistant ingest --seeds"):
        require_schema(Database(tmp_path / "catalogue.sqlite"))
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_a_file_that_was_never_finished_is_no_index(tmp_path: Path):
    (tmp_path / "catalogue.sqlite").touch()
    database = Database(tmp_path / "catalogue.sqlite")
    with pytest.raises(NoIndexError, match="never finished"):
        require_schema(database)
    database.close()


def test_a_file_of_another_version_is_refused(database: Database):
    database.run_script(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(StorageError, match=f"format {SCHEMA_VERSION + 1}, this program reads {SCHEMA_VERSION}"):
        require_schema(database)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "catalogue.sqlite"
    path.write_text("not a database, whatever its name says " * 50)
    database = Database(path)
    with pytest.raises(StorageError, match="could not be used"):
        require_schema(database)
    with pytest.raises(StorageError, match="could not be used"):
        database.create()
    database.close()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be made .*--data-dir"):
        Database(tmp_path / "file" / "data" / "catalogue.sqlite").create()


def test_another_process_may_read_while_one_writes(database: Database):
    with database.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('a', '1')")
        other = sqlite3.connect(database.path)
        assert other.execute("SELECT count(*) FROM meta").fetchone() == (0,)
        other.close()
