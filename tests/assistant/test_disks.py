"""Disks that are full and folders that cannot be written: a clear sentence, no damage, and the next run goes on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.catalogue import Catalogue
from tests.assistant.conftest import environment_with, without_privileges
from tests.assistant.survival import run_forked

TEXT = " ".join(f"The plant number {number} of Orion Motors builds vans in town {number}." for number in range(120))


def ingest_behind(before: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-m", "assistant", *arguments],
        capture_output=True,
        text=True,
        env=environment_with(),
        timeout=300,
        check=False,
    )


@pytest.fixture
def docs(tmp_path) -> Path:
    """Documents of about 100 KB of text and vectors each."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(30):
        (docs / f"{number:02}.txt").write_text(f"Report {number}\n\n{TEXT} {number}", encoding="utf-8")
    return docs


def added(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {line.removeprefix("added: ") for line in done.stdout.splitlines() if line.startswith("added: ")}


def stored(data_dir: Path) -> set[str]:
    catalogue = Catalogue.open(data_dir)
    try:
        assert catalogue.damage() == []
        return {info.source for info in catalogue.documents(-1)}
    finally:
        catalogue.close()


def assert_one_clear_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert all(word in line for word in words), line


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount there, or skip where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("megabytes", [1, 3])
def test_a_full_disk_stops_the_run_and_keeps_what_was_stored(megabytes, tmp_path, docs):
    disk = tmp_path / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"):
        data = ("--data-dir", str(disk / "data"))
        done = run_forked("ingest", str(docs), *data)
        assert_one_clear_line(done, "disk is full", "has room")
        assert stored(disk / "data") == added(done)
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        again = run_forked("ingest", str(docs), *data)
        assert again.returncode == 0, again.stderr
        assert stored(disk / "data") == {str(path) for path in docs.iterdir()}
        assert not added(again) & added(done)
        assert run_forked("check", *data).stdout.strip() == "The index is clean."


@pytest.mark.parametrize("command", ["reindex", "backup", "restore", "remove", "ask"])
def test_a_full_disk_fails_every_command_without_damage(command, tmp_path, docs):
    """The index fits to the last byte; what needs more room says so, and all is still there."""
    disk = tmp_path / "disk"
    for path in sorted(docs.iterdir())[3:]:
        path.unlink()
    with mounted(disk, "-t", "tmpfs", "-o", "size=20m", "tmpfs"):
        data_dir = disk / "data"
        data = ("--data-dir", str(data_dir))
        assert run_forked("ingest", str(docs), *data).returncode == 0
        assert run_forked("backup", str(tmp_path / "backup"), *data).returncode == 0
        document_id = run_forked("documents", "list", *data).stdout.splitlines()[1].split()[0]
        fill(disk)
        arguments = {
            "reindex": ["reindex"],
            "backup": ["backup", str(disk / "copy")],
            "restore": ["restore", str(tmp_path / "backup")],
            "remove": ["documents", "remove", document_id],
            "ask": ["ask", "Where does Orion Motors build vans?"],
        }[command]
        done = run_forked(*arguments, *data)
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1)  # a page that was free may be enough
        if done.returncode == 1:
            (line,) = done.stderr.splitlines()
            assert any(word in line for word in ("disk is full", "No space left", "disk I/O")), line
        (disk / "filler").unlink()
        expected = {str(path) for path in docs.iterdir()}
        left = stored(data_dir)
        assert left == expected or (command == "remove" and done.returncode == 0 and len(expected - left) == 1)
        assert not (disk / "copy").exists() or done.returncode == 0
        assert run_forked("check", *data).returncode == 0
        assert run_forked("check", *data).stdout.strip() == "The index is clean."


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4_096)):
                pass
        except OSError:
            pass


def test_a_limit_on_the_size_of_files_stops_the_run_alike(tmp_path, docs):
    """Works where nothing can be mounted: the catalogue may grow to 1 MB."""
    data = ("--data-dir", str(tmp_path / "data"))
    done = ingest_behind(["bash", "-c", 'ulimit -f 1000; exec "$@"', "limited"], "ingest", str(docs), *data)
    assert_one_clear_line(done, "could not be used", "has room")
    assert stored(tmp_path / "data") == added(done)
    assert run_forked("ingest", str(docs), *data).returncode == 0
    assert stored(tmp_path / "data") == {str(path) for path in docs.iterdir()}


@pytest.fixture
def indexed(tmp_path, docs) -> Path:
    for path in sorted(docs.iterdir())[2:]:
        path.unlink()
    assert run_forked("ingest", str(docs), "--data-dir", str(tmp_path / "data")).returncode == 0
    (docs / "99.txt").write_text("One more plant builds trucks.", encoding="utf-8")
    return tmp_path / "data"


CHANGES = {
    "ingest": lambda docs, backup: ["ingest", str(docs)],
    "reindex": lambda docs, backup: ["reindex"],
    "restore": lambda docs, backup: ["restore", str(backup)],
}


@pytest.mark.parametrize("command", CHANGES)
def test_a_folder_that_may_not_be_written_is_said_and_unharmed(command, tmp_path, docs, indexed):
    before = without_privileges()
    assert run_forked("backup", str(tmp_path / "backup"), "--data-dir", str(indexed)).returncode == 0
    for path in (*indexed.rglob("*"), indexed):
        path.chmod(0o555 if path.is_dir() else 0o444)
    done = ingest_behind(before, *CHANGES[command](docs, tmp_path / "backup"), "--data-dir", str(indexed))
    assert_one_clear_line(done, str(indexed), "written")
    for path in (indexed, *indexed.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert len(stored(indexed)) == 2


def test_a_folder_in_which_none_can_be_made_is_said(tmp_path, docs):
    before = without_privileges()
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    done = ingest_behind(before, "ingest", str(docs), "--data-dir", str(locked / "data"))
    assert_one_clear_line(done, str(locked / "data"), "--data-dir")
    assert list(locked.iterdir()) == []


@pytest.mark.parametrize("command", CHANGES)
def test_a_read_only_disk_is_said_and_unharmed(command, tmp_path, docs, indexed):
    assert run_forked("backup", str(tmp_path / "backup"), "--data-dir", str(indexed)).returncode == 0
    read_only = tmp_path / "read-only"
    with mounted(read_only, "--bind", "-o", "ro", str(indexed)):
        done = run_forked(*CHANGES[command](docs, tmp_path / "backup"), "--data-dir", str(read_only))
        assert_one_clear_line(done, str(read_only), "written")
    assert len(stored(indexed)) == 2


def test_an_unwritable_place_for_a_backup_is_said(tmp_path, indexed):
    done = run_forked("backup", str(tmp_path / "none" / "copy"), "--data-dir", str(indexed))
    assert_one_clear_line(done, "could not be written", "copy")
    assert not (tmp_path / "none").exists()
    assert len(stored(indexed)) == 2
