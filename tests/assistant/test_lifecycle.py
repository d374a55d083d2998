"""What was removed or replaced is never cited again, in any process; what the commands say of a folder's life.

One document is replaced and removed in the ordinary tests, ten times with RELIABILITY_COUNTS=full.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.assistant.conftest import environment_with, serving
from tests.assistant.survival import run_forked
from tests.index.test_vectors import server as server

ROUNDS = 10 if os.environ.get("RELIABILITY_COUNTS") == "full" else 1
PROMISED = 1.0  # seconds
TOWNS = ("Trondheim", "Aarhus", "Bergen")
QUESTION = "Where is the gearbox plant of Orion Motors and Vega Auto?"
ASKING = """
import sys
from assistant import Assistant
assistant = Assistant.open(sys.argv[1])
for question in sys.stdin:
    print(assistant.ask(question.strip()).model_dump_json(), flush=True)
"""


def text_about(town: str) -> str:
    return f"Orion Motors and Vega Auto opened a gearbox plant in {town} in May 2024.\n"


@contextmanager
def another_process(data_dir: Path, **environment: str) -> "Iterator[subprocess.Popen[str]]":
    """A process that opens the index once and answers from it for as long as it lives."""
    process = subprocess.Popen(
        [sys.executable, "-c", ASKING, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment_with(**environment),
    )
    try:
        yield process
    finally:
        process.communicate(timeout=30)


def ask(process: "subprocess.Popen[str]") -> dict[str, object]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(QUESTION + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


@dataclass(frozen=True)
class Given:
    """An answer, as JSON, and when it was asked for and given."""

    asked: float
    given: float
    text: str


@contextmanager
def asking_all_the_time(ask: Callable[[], str]) -> Iterator[list[Given]]:
    """Ask again as soon as there is an answer; yield the growing list of answers."""
    answers: list[Given] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            asked = time.monotonic()
            text = ask()
            answers.append(Given(asked, time.monotonic(), text))

    thread = threading.Thread(target=keep_asking)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join()


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("vectors", ["in the data folder", "on a Chroma server"])
def test_what_was_removed_or_replaced_is_not_cited_in_any_process(vectors, request, tmp_path):
    """A server and another process answer all the time while further ones replace and remove what they answer from."""
    document, data_dir = tmp_path / "venture.md", tmp_path / "data"
    environment = {"JV_EXACT_SCAN_CHUNKS": "0"}
    if vectors == "on a Chroma server":
        environment["JV_CHROMA_URL"] = request.getfixturevalue("server")
    data = ("--data-dir", str(data_dir))

    def write(town: str) -> None:
        document.write_text(text_about(town), encoding="utf-8")
        assert run_forked("ingest", str(document), *data, **environment).returncode == 0

    write(TOWNS[0])
    with (
        serving(data_dir, **environment) as client,
        another_process(data_dir, **environment) as other,
        asking_all_the_time(lambda: client.post("/v1/ask", json={"question": QUESTION}).text) as from_server,
        asking_all_the_time(lambda: json.dumps(ask(other))) as from_other,
    ):
        for number in range(ROUNDS):
            before, after = TOWNS[number % len(TOWNS)], TOWNS[(number + 1) % len(TOWNS)]
            wait_for_answers(from_server, from_other, words=before)
            write(after)
            assert_not_cited(before, time.monotonic(), from_server, from_other)
            wait_for_answers(from_server, from_other, words=after)
            document_id = client.get("/v1/documents").json()["documents"][0]["document_id"]
            assert run_forked("documents", "remove", document_id, *data, **environment).returncode == 0
            assert_not_cited(after, time.monotonic(), from_server, from_other)
            assert client.get(f"/v1/documents/{document_id}/text").status_code == 404
            write(after)


def wait_for_answers(*streams: list[Given], words: str) -> None:
    """Wait until the last answer of each stream has the words: so that it can be seen that they go."""
    deadline = time.monotonic() + 30
    while not all(answers and words in answers[-1].text for answers in streams):
        assert time.monotonic() < deadline, [answers[-1:] for answers in streams]
        time.sleep(0.01)


def assert_not_cited(words: str, acknowledged: float, *streams: list[Given]) -> None:
    """Nobody who asks from the acknowledgement on reads the words, and within the promised second nobody does."""
    deadline = acknowledged + 30
    for answers in streams:
        while sum(answer.asked >= acknowledged for answer in answers) < 2:
            assert time.monotonic() < deadline, "it answers no more"
            time.sleep(0.01)
        late = [answer for answer in answers if words in answer.text and answer.given > acknowledged]
        assert not [answer for answer in late if answer.asked >= acknowledged or answer.given > acknowledged + PROMISED]


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, town in (("a.md", "Aarhus"), ("b.md", "Bergen"), ("c.md", "Celje")):
        (folder / name).write_text(text_about(town), encoding="utf-8")
    return folder


def test_a_plan_says_everything_and_writes_nothing(tmp_path, folder):
    data = ("--data-dir", str(tmp_path / "data"))
    planned = run_forked("ingest", str(folder), "--dry-run", *data)
    assert planned.returncode == 0
    assert planned.stdout.splitlines()[:3] == [f"add: {folder / name}" for name in ("a.md", "b.md", "c.md")]
    assert not (tmp_path / "data").exists()

    assert run_forked("ingest", str(folder), *data).returncode == 0
    (folder / "a.md").write_text(text_about("Arendal"), encoding="utf-8")
    (folder / "b.md").rename(folder / "d.md")
    (folder / "e.md").write_text(text_about("Celje"), encoding="utf-8")
    (folder / "f.md").write_text("", encoding="utf-8")
    (folder / "g.xyz").write_text("x", encoding="utf-8")
    (folder / "h.md").write_text(text_about("Horten"), encoding="utf-8")
    files = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir() if path.is_file()}
    planned = run_forked("ingest", str(folder), "--sync", "--dry-run", *data)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir() if path.is_file()} == files
    assert planned.returncode == 1, "one file would fail"
    said = {
        line.split(": ")[0]: line.split(": ")[1]
        for line in (planned.stdout + planned.stderr).splitlines()
        if ": " in line
    }
    assert said == {
        "replace": str(folder / "a.md"),
        "unchanged": str(folder / "c.md"),
        "rename": str(folder / "d.md"),
        "duplicate": str(folder / "e.md"),
        "fail": str(folder / "f.md"),
        "skip": str(folder / "g.xyz"),
        "add": str(folder / "h.md"),
    }
    done = run_forked("ingest", str(folder), "--sync", *data)
    header, counts = (line.split() for line in done.stdout.splitlines()[-2:])
    assert dict(zip(header, counts, strict=True)) == {
        "renamed": "1", "duplicate": "1", "removed": "0", "added": "1", "replaced": "1", "unchanged": "1",
        "skipped": "1", "failed": "1", "chunks": "2", "generation": "2",
    }  # fmt: skip


def test_sync_removes_what_is_gone_and_refuses_a_folder_that_is_not_there(tmp_path, folder):
    data = ("--data-dir", str(tmp_path / "data"))
    assert run_forked("ingest", str(folder), *data).returncode == 0
    (folder / "b.md").unlink()
    done = run_forked("ingest", str(folder), "--sync", *data)
    assert done.stdout.splitlines()[0] == f"removed: {folder / 'b.md'}: The file is gone."
    refused = run_forked("ingest", str(tmp_path / "none"), "--sync", *data)
    assert (refused.returncode, refused.stderr.startswith(f"'{tmp_path / 'none'}' is no folder")) == (2, True)
    assert len(run_forked("documents", "list", *data).stdout.splitlines()) == 3


def test_copies_are_shown_in_the_list_and_over_http(tmp_path):
    from tests.index.stories import STORIES

    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "first.txt").write_text(STORIES["orient"], encoding="utf-8")
    (folder / "same.txt").write_text(STORIES["orient"], encoding="utf-8")
    (folder / "wire.txt").write_text("Trade notes\n\n" + STORIES["orient"] + "\n\nSubscribe", encoding="utf-8")
    (folder / "other.txt").write_text(STORIES["ridgeway"], encoding="utf-8")
    data_dir = tmp_path / "data"
    assert run_forked("ingest", str(folder), "--data-dir", str(data_dir)).returncode == 0
    with serving(data_dir) as client:
        listed = {Path(entry["source"]).name: entry for entry in client.get("/v1/documents").json()["documents"]}
    ids = {name: entry["document_id"] for name, entry in listed.items()}
    assert listed["first.txt"]["copies"] == [str(folder / "same.txt")]
    assert listed["first.txt"]["near_copies"] == [ids["wire.txt"]]
    assert listed["wire.txt"]["near_copies"] == [ids["first.txt"]]
    assert listed["other.txt"]["copies"] == listed["other.txt"]["near_copies"] == []
    shown = run_forked("documents", "list", "--data-dir", str(data_dir)).stdout
    assert f"= {folder / 'same.txt'}, ~ {ids['wire.txt']}" in " ".join(shown.split())
