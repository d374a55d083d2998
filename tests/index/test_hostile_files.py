"""Each hostile file costs one line; the good ones beside it are taken in, and the run ends with status 1."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.catalogue import Catalogue
from tests.assistant.conftest import environment_with, without_privileges
from tests.index.hostile import HOSTILE, write_hostile_files

GOOD = {
    "aa-first.md": "# Vans\n\nThe plant in Jinan builds vans.",
    "mm-middle.txt": "The works in Zhuzhou make cells.",
    "zz-last.html": "<h1>Trucks</h1><p>The works in Tarnau build trucks.</p>",
}
SECONDS_A_FILE = 10


@dataclass(frozen=True)
class Run:
    """One `jv-assistant ingest` of a folder with all hostile files and three good ones."""

    status: int
    shown: list[str]
    errors: list[str]
    seconds: float
    folder: Path
    data_dir: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("hostile") / "docs"
    folder.mkdir()
    write_hostile_files(folder)
    for name, text in GOOD.items():
        (folder / name).write_text(text, encoding="utf-8")
    started = time.monotonic()
    done = ingest(folder, folder.parent / "data", JV_PARSE_SECONDS=str(SECONDS_A_FILE))
    seconds = time.monotonic() - started
    return Run(
        done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), seconds, folder, folder.parent / "data"
    )


def ingest(
    path: Path, data_dir: Path, *before: str, timeout: float = 900, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, "-m", "assistant", "ingest", str(path), "--data-dir", str(data_dir)],
        capture_output=True,
        text=True,
        env=environment_with(**environment),
        timeout=timeout,
        check=False,
    )


def line_start(folder: Path, name: str, status: str) -> str:
    shown = "".join(character if character.isprintable() else "\ufffd" for character in name)
    return f"{status}: {folder / shown}: "


def test_there_are_enough_of_them():
    assert len(HOSTILE) + 1 >= 25


def test_the_run_says_that_some_failed(run: Run):
    assert run.status == 1
    assert not any("Traceback" in line for line in run.errors + run.shown)


def test_every_line_is_of_one_file(run: Run):
    """A file whose name has a line break in it cannot write a line of its own."""
    of_files = [line for line in run.errors if line.startswith(("failed: ", "skipped: "))]
    assert len(of_files) == len(HOSTILE) + 1, run.errors
    assert of_files == run.errors
    assert not any("\x1b" in line or "\u202e" in line for line in run.errors + run.shown)


def test_the_run_is_over_in_time(run: Run):
    assert run.seconds < 30 + SECONDS_A_FILE * 6, "no more than a handful may use their whole time"


@pytest.mark.parametrize("name", [*HOSTILE, "large.txt"], ids=ascii)
def test_it_has_one_line_with_a_reason(name: str, run: Run):
    starts = (line_start(run.folder, name, "failed"), line_start(run.folder, name, "skipped"))
    lines = [line for line in run.errors if line.startswith(starts)]
    assert len(lines) == 1
    reason = lines[0].removeprefix(starts[0]).removeprefix(starts[1])
    assert 10 < len(reason) < 500
    assert reason.endswith((".", "?"))


def test_the_good_files_are_taken_in(run: Run):
    for name in GOOD:
        assert f"added: {run.folder / name}" in run.shown
    catalogue = Catalogue.open(run.data_dir)
    assert {Path(info.source).name for info in catalogue.documents()} == set(GOOD)
    assert catalogue.damage() == []
    catalogue.close()


def test_nothing_was_written_beside_the_index(run: Run):
    """No member of an archive lands anywhere."""
    assert {path.name for path in run.folder.iterdir()} == {*HOSTILE, "large.txt", *GOOD}
    assert {path.name for path in run.folder.parent.iterdir()} == {"docs", "data"}
    assert not Path("/evil.txt").exists()


def test_a_file_that_may_not_be_read_is_one_line(tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.txt").write_text("The plant builds vans.", encoding="utf-8")
    (folder / "secret.txt").write_text("The plant builds trucks.", encoding="utf-8")
    (folder / "secret.txt").chmod(0)
    done = ingest(folder, tmp_path / "data", *without_privileges())
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines() == [f"failed: {folder / 'secret.txt'}: It cannot be read (Permission denied)."]
    assert f"added: {folder / 'good.txt'}" in done.stdout.splitlines()


def test_pipes_folders_and_links_that_lead_nowhere_do_not_stop_a_run(tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.txt").write_text("The plant builds vans.", encoding="utf-8")
    os.mkfifo(folder / "pipe.txt")
    (folder / "folder.txt").mkdir()
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "round").symlink_to(folder)
    (folder / "zero.txt").symlink_to("/dev/zero")
    done = ingest(folder, tmp_path / "data", timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if ": " in line] == [f"added: {folder / 'good.txt'}"]
    named = ingest(folder / "pipe.txt", tmp_path / "data", timeout=300)
    assert named.returncode == 1
    assert named.stderr.splitlines() == [f"failed: {folder / 'pipe.txt'}: It is not a file."]
