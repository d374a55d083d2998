"""One file holds the whole index; restored, it answers the same; what is no backup is refused with nothing changed."""

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assistant.wiring import Assistant
from index.catalogue import FILE_NAME, Catalogue
from index.errors import BackupError
from index.sources import find_files
from tests.assistant.conftest import serving
from tests.assistant.survival import run_forked
from tests.index.making import made, put
from tests.index.test_vectors import let_go_of_connections
from tests.index.test_vectors import server as server

QUESTIONS = ("Where is the Nissan N7 built?", "Who owns the export venture of Dongfeng and Nissan?")


def answers(data_dir: Path, **settings: object) -> list[tuple[str, object]]:
    from assistant.settings import load_settings

    assistant = Assistant.open(settings=load_settings(data_dir=data_dir, **settings))
    try:
        found = [assistant.ask(question) for question in QUESTIONS]
    finally:
        assistant.close()
    return [(answer.answer, answer.citations) for answer in found]


def test_a_restored_index_answers_the_same_and_keeps_its_history(seed_dir, tmp_path):
    data_dir, backup = tmp_path / "data", tmp_path / "backup"
    shutil.copytree(seed_dir, data_dir)
    before = answers(data_dir)
    answer_id = json.loads(run_forked("ask", QUESTIONS[0], "--json", "--data-dir", str(data_dir)).stdout)["answer_id"]
    assert run_forked("backup", str(backup), "--data-dir", str(data_dir)).returncode == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == ["backup"], "one file"
    for info in Catalogue.open(data_dir).documents():
        assert run_forked("documents", "remove", info.document_id, "--data-dir", str(data_dir)).returncode == 0
        break
    for target in (data_dir, tmp_path / "another machine"):
        done = run_forked("restore", str(backup), "--data-dir", str(target))
        assert (done.returncode, done.stdout.strip()) == (0, "Restored 4 documents."), done.stderr
        assert answers(target) == before
        assert answers(target, exact_scan_chunks=0) == before
        assert run_forked("check", "--data-dir", str(target)).stdout.strip() == "The index is clean."
        assistant = Assistant.open(target)
        assert assistant.history.answer(answer_id).answer == before[0][0]
        assistant.close()


def test_a_restored_index_is_a_later_generation(catalogue, tmp_path):
    from index.backup import back_up, restore

    put(catalogue, made("One plant.", source="a"))
    back_up(catalogue, tmp_path / "backup")
    for number in range(5):
        put(catalogue, made(f"Plant {number}.", source=str(number)))
    assert catalogue.generation == 6
    restore(tmp_path / "backup", catalogue)
    assert catalogue.generation == 7
    assert [info.source for info in catalogue.documents()] == ["a"]
    assert catalogue.count_pending() == 1
    assert list((tmp_path / "data").glob(".restore-*")) == []


@pytest.fixture
def catalogue(tmp_path):
    catalogue = Catalogue.create(tmp_path / "data")
    yield catalogue
    catalogue.close()


def test_a_backup_made_while_others_write_is_whole(catalogue, tmp_path):
    """Twenty backups beside a writer: each holds whole documents, the first so many in order."""
    from index.backup import back_up

    stop = threading.Event()
    writer = Catalogue.open(tmp_path / "data")

    def write() -> None:
        number = 0
        while not stop.is_set():
            put(
                writer,
                made(f"# Plant {number}", *(f"Line {line} of {number}." for line in range(9)), source=f"{number:06}"),
            )
            number += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(20):
            back_up(catalogue, tmp_path / "backup")
            (tmp_path / "opened").mkdir(exist_ok=True)
            shutil.copy(tmp_path / "backup", tmp_path / "opened" / FILE_NAME)
            copy = Catalogue.open(tmp_path / "opened")
            assert copy.damage() == []
            sources = [info.source for info in copy.documents(-1)]
            assert sources == [f"{n:06}" for n in range(len(sources))]
            copy.close()
            shutil.rmtree(tmp_path / "opened")
    finally:
        stop.set()
        thread.join()
        writer.close()


def test_readers_see_the_old_or_the_new_index_never_a_mixture(catalogue, tmp_path):
    """Another process's open snapshot stands still while a backup takes the index's place."""
    from index.backup import back_up, restore

    for number in range(30):
        put(catalogue, made(f"Plant {number}.", source=f"old-{number}"))
    back_up(catalogue, tmp_path / "backup")
    for info in catalogue.documents(-1):
        catalogue.remove(info.document_id)
    put(catalogue, made("New plant.", source="new"))
    reader = Catalogue.open(tmp_path / "data")
    with reader.database.snapshot():
        assert [info.source for info in reader.documents(-1)] == ["new"]
        restore(tmp_path / "backup", catalogue)
        assert [info.source for info in reader.documents(-1)] == ["new"]
    assert len(reader.documents(-1)) == 30
    put(reader, made("Another plant.", source="later"))
    assert catalogue.count_documents() == 31
    reader.close()


def whole_backup(tmp_path: Path) -> bytes:
    from index.backup import back_up

    catalogue = Catalogue.create(tmp_path / "for-backup")
    for number in range(40):
        put(catalogue, made(f"# Plant {number}", f"The plant {number} builds vans.", source=str(number)), seed=number)
    back_up(catalogue, tmp_path / "whole")
    catalogue.close()
    return (tmp_path / "whole").read_bytes()


def foreign_database(tmp_path: Path) -> bytes:
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as connection, connection:
        connection.execute("CREATE TABLE documents (id)")
    return (tmp_path / "foreign.db").read_bytes()


def of_a_later_version(tmp_path: Path) -> bytes:
    (tmp_path / "later").write_bytes(whole_backup(tmp_path))
    with closing(sqlite3.connect(tmp_path / "later")) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    return (tmp_path / "later").read_bytes()


NO_BACKUPS = {
    "nothing": (lambda _: b"", "not a backup"),
    "text": (lambda _: b"This is only a text.\n" * 999, "not a backup that can be read"),
    "another database": (foreign_database, "not a backup of this program"),
    "cut short": (lambda path: (data := whole_backup(path))[: len(data) // 2], "malformed|damaged|not a backup"),
    "overwritten in the middle": (
        lambda path: (data := whole_backup(path))[: len(data) // 2] + bytes(8_192) + data[len(data) // 2 + 8_192 :],
        "malformed|damaged|not a backup",
    ),
    "a later version": (of_a_later_version, "has format 99, this program reads"),
}


@pytest.mark.parametrize("kind", NO_BACKUPS)
def test_what_is_no_backup_is_refused_with_nothing_changed(kind, catalogue, tmp_path):
    from index.backup import back_up, restore

    put(catalogue, made("One plant.", source="a"))
    make, words = NO_BACKUPS[kind]
    (tmp_path / "file").write_bytes(make(tmp_path))
    before = (tmp_path / "file").read_bytes()
    with pytest.raises(BackupError, match=words):
        restore(tmp_path / "file", catalogue)
    assert [info.source for info in catalogue.documents()] == ["a"]
    assert (catalogue.generation, catalogue.damage()) == (1, [])
    with pytest.raises(BackupError, match=words):
        back_up(catalogue, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == before, "a backup overwrites nothing but a backup"


def test_the_commands_refuse_alike(tmp_path):
    (tmp_path / "text").write_text("no backup", encoding="utf-8")
    done = run_forked("restore", str(tmp_path / "text"), "--data-dir", str(tmp_path / "data"))
    assert (done.returncode, "is not a backup" in done.stderr, (tmp_path / "data").exists()) == (1, True, False)
    done = run_forked("restore", str(tmp_path / "none"), "--data-dir", str(tmp_path / "data"))
    assert (done.returncode, "There is no file" in done.stderr) == (1, True)
    done = run_forked("backup", str(tmp_path / "copy"), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 5


def test_a_backup_over_the_index_itself_is_refused(catalogue, tmp_path):
    from index.backup import back_up

    put(catalogue, made("One plant.", source="a"))
    with pytest.raises(BackupError, match="is the index itself"):
        back_up(catalogue, tmp_path / "data" / FILE_NAME)
    back_up(catalogue, tmp_path / "backup")
    back_up(catalogue, tmp_path / "backup")
    assert catalogue.count_documents() == 1


def test_beside_a_server_a_backup_is_made_and_a_restore_refused(seed_dir, tmp_path):
    data_dir, backup = tmp_path / "data", tmp_path / "backup"
    shutil.copytree(seed_dir, data_dir)
    with serving(data_dir) as client:
        assert run_forked("backup", str(backup), "--data-dir", str(data_dir)).returncode == 0
        refused = run_forked("restore", str(backup), "--data-dir", str(data_dir))
        assert (refused.returncode, "owns the vector store" in refused.stderr) == (3, True)
        assert len(client.get("/v1/documents").json()["documents"]) == 4
    assert run_forked("restore", str(backup), "--data-dir", str(data_dir)).returncode == 0


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_with_a_chroma_server_an_open_index_follows_a_restore(server, tmp_path):
    """No lock keeps others away there: a process that has the index open finds the restored one's vectors."""
    for name, town in (("a.txt", "Aarhus"), ("b.txt", "Bergen")):
        (tmp_path / name).write_text(f"Orion Motors opened a gearbox plant in {town}.", encoding="utf-8")
    restore_beside_an_open_index(server, tmp_path)
    let_go_of_connections()  # now that nothing refers to them any more


def restore_beside_an_open_index(server: str, folder: Path) -> None:
    from assistant.settings import load_settings

    settings = load_settings(data_dir=folder / "data", chroma_url=server, exact_scan_chunks=0)
    only, both = {str(folder / "a.txt")}, {str(folder / "a.txt"), str(folder / "b.txt")}
    with closing(Assistant.create(settings=settings)) as first, closing(Assistant.open(settings=settings)) as other:

        def found(assistant: Assistant) -> set[str]:
            return {hit.source for hit in assistant.search("Where is the gearbox plant of Orion Motors?")}

        first.ingest(find_files([folder / "a.txt"]))
        first.back_up(folder / "backup")
        first.ingest(find_files([folder / "b.txt"]))
        assert found(first) == both
        other.restore(folder / "backup")
        assert found(first) == only
        first.ingest(find_files([folder / "b.txt"]))
        assert found(other) == both
        assert first.check() == other.check() == []
