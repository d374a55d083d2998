"""Commands killed at random moments: what was acknowledged is found, nothing is there by half, a rerun converges.

10 kills with the vectors in the data folder and 4 with a Chroma server; 50 and 20 with RELIABILITY_COUNTS=full.
"""

import json
import os
import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from index.backup import require_backup
from index.catalogue import FILE_NAME, Catalogue
from tests.assistant.survival import Done, run
from tests.index.test_vectors import chroma_server, free_port
from tests.index.test_vectors import server as server  # a real Chroma server

FULL = os.environ.get("RELIABILITY_COUNTS") == "full"
KILLS, KILLS_WITH_SERVER, KILLS_OF_SERVER = (50, 20, 10) if FULL else (10, 4, 2)
FIRST = {
    f"{n:02}.md": f"# Plant {n}\n\nThe plant number {n} builds vans.\n\nIt opened in {1990 + n}." for n in range(8)
}
NEXT = {
    **{name: text.replace("vans", "lorries") for name, text in FIRST.items() if name in ("00.md", "03.md", "06.md")},
    **{name: FIRST[name] for name in ("01.md", "02.md", "05.md")},
    "renamed.md": FIRST["04.md"],  # and 07.md is gone
    "same.md": FIRST["01.md"],
    "new.md": "# New\n\nThe new plant makes cells.",
    "newer.md": "# Newer\n\nThe newer plant makes packs.",
}


@dataclass(frozen=True)
class State:
    """What an index holds, without what differs from run to run: chunk ids, generation, dates."""

    documents: dict[str, tuple[object, ...]]
    vectors: list[np.ndarray]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, State)
            and self.documents == other.documents
            and all(np.allclose(one, two, atol=1e-4) for one, two in zip(self.vectors, other.vectors, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


def state_of(data_dir: Path) -> State:
    catalogue = Catalogue.open(data_dir)
    documents, vectors = {}, []
    infos = catalogue.documents(-1)
    kin = catalogue.kin(info.document_id for info in infos)
    for info in infos:
        rows = catalogue.database.connection.execute(
            "SELECT start, end, section, embedded_text, vector FROM chunks WHERE document_id = ? ORDER BY start",
            (info.document_id,),
        ).fetchall()
        vectors += [np.frombuffer(row["vector"], dtype="<f4") for row in rows]
        documents[Path(info.source).name] = (
            info.document_id, info.content_sha256, [tuple(row)[:4] for row in rows], kin.get(info.document_id)
        )  # fmt: skip
    catalogue.close()
    return State(documents, vectors)


@dataclass
class Stage:
    """A folder of documents, an index of it, and how each command ends when nobody kills it."""

    root: Path
    server: str
    expected: dict[str, State] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    killed: list[tuple[str, int]] = field(default_factory=list)

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    def write(self, files: dict[str, str]) -> None:
        shutil.rmtree(self.docs, ignore_errors=True)
        self.docs.mkdir()
        for name, text in files.items():
            (self.docs / name).write_text(text, encoding="utf-8")

    def within(self, name: str, dice: random.Random) -> float:
        """Return a random moment, in seconds, of the time that a command takes."""
        return dice.uniform(0, self.seconds[name])

    def copy(self, data_dir: Path) -> None:
        """Copy the index; the copy has a collection of its own on a Chroma server."""
        shutil.copytree(self.root / "template", data_dir)
        change(data_dir, "UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'store_id'")
        shutil.rmtree(data_dir / "chroma")


def change(data_dir: Path, sql: str) -> None:
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection, connection:
        connection.execute(sql)


@dataclass(frozen=True)
class Scene:
    """A command and the index that it begins with."""

    command: Callable[[Stage, Path], list[str]]
    prepare: Callable[[Stage, Path], None]
    says_each_file: bool = False
    repaired_by_rerun: bool = False  # `check` may refuse until then
    on_server: bool = False

    def environment(self, stage: Stage) -> dict[str, str]:
        return {"JV_CHROMA_URL": stage.server} if self.on_server else {}


def empty(stage: Stage, data_dir: Path) -> None:
    stage.write(FIRST)


def filled(stage: Stage, data_dir: Path) -> None:
    stage.copy(data_dir)


def changed_on_disk(stage: Stage, data_dir: Path) -> None:
    stage.copy(data_dir)
    stage.write(NEXT)


def of_another_model(stage: Stage, data_dir: Path) -> None:
    stage.copy(data_dir)
    change(data_dir, "UPDATE meta SET value = 'another model' WHERE key = 'stamp'")


def changed_since_backup(stage: Stage, data_dir: Path) -> None:
    stage.copy(data_dir)
    change(data_dir, "UPDATE documents SET title = 'Changed'")


def sync(stage: Stage, data_dir: Path) -> list[str]:
    return ["ingest", str(stage.docs), "--sync"]


def remove(stage: Stage, data_dir: Path) -> list[str]:
    return ["documents", "remove", str(stage.expected["template"].documents["05.md"][0])]


SCENES = {
    "ingest": Scene(lambda stage, _: ["ingest", str(stage.docs)], empty, says_each_file=True),
    "sync": Scene(sync, changed_on_disk, says_each_file=True),
    "reindex": Scene(lambda *_: ["reindex"], filled),
    "remove": Scene(remove, filled),
    "restore": Scene(lambda stage, _: ["restore", str(stage.root / "backup")], changed_since_backup),
    "reindex for another model": Scene(lambda *_: ["reindex"], of_another_model, repaired_by_rerun=True),
    "backup": Scene(lambda _, data_dir: ["backup", str(data_dir / "copy.sqlite")], filled),
}
ROUND = [*SCENES, "ingest", "sync", "remove"]
ROUND_WITH_SERVER = ["sync", "ingest", "reindex", "remove"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, server: str) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("survival"), server)
    stage.write(FIRST)
    template = stage.root / "template"
    for command in (["ingest", str(stage.docs)], ["backup", str(stage.root / "backup")]):
        assert run([*command, "--data-dir", str(template)], stage.root).status == 0
    stage.expected["template"] = state_of(template)
    for name, scene in SCENES.items():
        data_dir = stage.root / f"unbroken-{name}"
        done = perform(stage, scene, data_dir)
        assert done.status == 0, (name, done.errors)
        stage.expected[name] = state_of(data_dir)
        stage.seconds[name] = done.seconds
    return stage


def perform(stage: Stage, scene: Scene, data_dir: Path, kill_at: tuple[int, float] | None = None) -> Done:
    scene.prepare(stage, data_dir)
    return again(stage, scene, data_dir, kill_at)


def again(stage: Stage, scene: Scene, data_dir: Path, kill_at: tuple[int, float] | None = None) -> Done:
    arguments = [*scene.command(stage, data_dir), "--data-dir", str(data_dir)]
    return run(arguments, stage.root, kill_at, **scene.environment(stage))


@pytest.mark.parametrize("number", range(KILLS))
def test_a_command_killed_at_a_random_moment(number: int, stage: Stage):
    name = ROUND[number % len(ROUND)]
    kill_and_run_again(name, SCENES[name], stage, random.Random(number))


@pytest.mark.parametrize("number", range(KILLS_WITH_SERVER))
def test_a_command_killed_while_it_uses_a_chroma_server(number: int, stage: Stage):
    name = ROUND_WITH_SERVER[number % len(ROUND_WITH_SERVER)]
    kill_and_run_again(name, replace(SCENES[name], on_server=True), stage, random.Random(1_000 + number))


def kill_and_run_again(name: str, scene: Scene, stage: Stage, dice: random.Random) -> None:
    for attempt in range(10):
        data_dir = stage.root / f"killed-{len(stage.killed)}-{attempt}"
        moment = (dice.randint(0, 7), dice.uniform(0, 0.3)) if scene.says_each_file else (0, stage.within(name, dice))
        done = perform(stage, scene, data_dir, moment)
        if done.status is None:
            break
        stage.seconds[name] = min(stage.seconds[name], done.seconds)
    else:
        pytest.fail("it was always done before it could be killed")
    stage.killed.append((name, len(done.acknowledged)))
    if (data_dir / FILE_NAME).exists():
        check_what_is_there(stage, name, scene, data_dir, done)
    rerun = again(stage, scene, data_dir)
    assert rerun.status == 0 or (name == "remove" and "There is no document" in rerun.errors[0]), rerun.errors
    check_convergence(stage, name, scene, data_dir)
    shutil.rmtree(data_dir)


def check_convergence(stage: Stage, name: str, scene: Scene, data_dir: Path) -> None:
    assert state_of(data_dir) == stage.expected[name]
    assert run(["check", "--data-dir", str(data_dir)], stage.root, **scene.environment(stage)).status == 0
    last = run(["check", "--data-dir", str(data_dir)], stage.root, **scene.environment(stage))
    assert last.lines == ["The index is clean."]


def check_what_is_there(stage: Stage, name: str, scene: Scene, data_dir: Path, done: Done) -> None:
    """What was acknowledged is found by a search and stored; nothing is there by half; `check` is content."""
    environment, data = scene.environment(stage), ("--data-dir", str(data_dir))
    searched = run(
        ["search", "plant", "--limit", "100", "--json", *data], stage.root, JV_EXACT_SCAN_CHUNKS="0", **environment
    )
    checked = run(["check", *data], stage.root, **environment)
    unfinished = checked.status == 5 and not done.acknowledged  # killed before there was an index at all
    if unfinished or (scene.repaired_by_rerun and checked.status == 4):
        return
    assert (searched.status, checked.status) == (0, 0), (searched, checked)
    assert all(line.startswith(("repaired: ", "The index is ")) for line in checked.lines), checked
    documents = state_of(data_dir).documents
    found = {Path(hit["source"]).name for hit in json.loads("\n".join(searched.lines))}
    assert found == set(documents), "every document that is there is found, and none that is not"
    before = {} if name == "ingest" else stage.expected["template"].documents
    expected = stage.expected[name].documents
    for source, document in documents.items():
        whole = [known[source][:3] for known in (before, expected) if source in known]
        assert document[:3] in whole, f"{source} is neither as it was nor as it will be"
    for source, status in done.acknowledged.items():
        if status in ("added", "replaced", "renamed"):
            assert documents[source][:3] == expected[source][:3], (source, status)
        elif status == "removed":
            assert source not in documents
    if name == "backup" and (data_dir / "copy.sqlite").exists():
        require_backup(data_dir / "copy.sqlite")
    if name == "remove" and done.lines:
        assert "05.md" not in documents


@pytest.mark.parametrize("number", range(KILLS_OF_SERVER))
def test_a_chroma_server_killed_while_it_is_used(number: int, stage: Stage, tmp_path: Path):
    """The command ends with one line; with the server back on its folder the next run puts all right."""
    dice, scene, port = random.Random(2_000 + number), replace(SCENES["sync"], on_server=True), free_port()
    data_dir, folder = tmp_path / "data", tmp_path / "server"
    folder.mkdir()
    with chroma_server(folder, port) as (url, server):
        mine = replace(stage, server=url)
        killing = threading.Timer(stage.within("sync", dice), server.kill)
        scene.prepare(mine, data_dir)
        killing.start()
        done = again(mine, scene, data_dir)
        killing.join()
    assert done.status in (0, 1)
    assert done.status == 0 or any(word in done.errors[0] for word in ("vector store", "Chroma server")), done
    assert len(done.errors) == done.status, done.errors
    with chroma_server(folder, port):
        check_what_is_there(mine, "sync", scene, data_dir, done)
        assert again(mine, scene, data_dir).status == 0
        check_convergence(mine, "sync", scene, data_dir)


def test_the_kills_were_at_different_moments(stage: Stage):
    """Else the tests above would show nothing: kills before, between and after acknowledged files."""
    assert len(stage.killed) == KILLS + KILLS_WITH_SERVER
    acknowledged = [count for name, count in stage.killed if SCENES[name].says_each_file]
    assert len(set(acknowledged)) >= 2, stage.killed
    if KILLS >= 50:  # a handful may all fall before or after
        assert any(0 < count < len(FIRST) for count in acknowledged), stage.killed
