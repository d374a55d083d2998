"""Commands killed at random moments: what was acknowledged is there, nothing is there by half, a rerun converges.

10 kills in the ordinary tests, 50 with JV_RELIABILITY=full.
"""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from index.backup import require_backup
from index.catalogue import FILE_NAME, Catalogue
from tests.assistant.survival import Done, run
from tests.index.test_vectors import server as server  # a real Chroma server

KILLS = 50 if os.environ.get("JV_RELIABILITY") == "full" else 10
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
    on_server: bool = False
    repaired_by_rerun: bool = False  # `check` may refuse until then

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
    "ingest": Scene(lambda stage, _: ["ingest", str(stage.docs)], empty),
    "sync": Scene(sync, changed_on_disk),
    "sync, vectors on a server": Scene(sync, changed_on_disk, on_server=True),
    "reindex": Scene(lambda *_: ["reindex"], filled),
    "remove": Scene(remove, filled),
    "restore": Scene(lambda stage, _: ["restore", str(stage.root / "backup")], changed_since_backup),
    "reindex for another model": Scene(lambda *_: ["reindex"], of_another_model, repaired_by_rerun=True),
    "backup": Scene(lambda _, data_dir: ["backup", str(data_dir / "copy.sqlite")], filled),
}
ROUND = [*SCENES, "ingest", "sync"]


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
    dice = random.Random(number)
    name = ROUND[number % len(ROUND)]
    scene = SCENES[name]
    for attempt in range(10):
        data_dir = stage.root / f"killed-{number}-{attempt}"
        done = perform(stage, scene, data_dir, moment(name, stage, dice))
        if done.status is None:
            break
        stage.seconds[name] = min(stage.seconds[name], done.seconds)
    else:
        pytest.fail("it was always done before it could be killed")
    stage.killed.append((name, len(done.acknowledged)))
    if (data_dir / FILE_NAME).exists():
        check_what_is_there(stage, name, data_dir, done)
    rerun = again(stage, scene, data_dir)
    assert rerun.status == 0 or (name == "remove" and "There is no document" in rerun.errors[0]), rerun.errors
    assert state_of(data_dir) == stage.expected[name]
    assert run(["check", "--data-dir", str(data_dir)], stage.root, **scene.environment(stage)).status == 0
    last = run(["check", "--data-dir", str(data_dir)], stage.root, **scene.environment(stage))
    assert last.lines == ["The index is clean."]
    shutil.rmtree(data_dir)


def moment(name: str, stage: Stage, dice: random.Random) -> tuple[int, float]:
    """Return when to kill: for a run that says what it has done after so many lines, else by time alone."""
    if "ingest" in name or "sync" in name:
        return dice.randint(0, 7), dice.uniform(0, 0.3)
    return 0, dice.uniform(0, stage.seconds[name])


def check_what_is_there(stage: Stage, name: str, data_dir: Path, done: Done) -> None:
    scene, expected = SCENES[name], stage.expected[name].documents
    checked = run(["check", "--data-dir", str(data_dir)], stage.root, **scene.environment(stage))
    unfinished = checked.status == 5 and not done.acknowledged  # killed before there was an index at all
    if unfinished or (scene.repaired_by_rerun and checked.status == 4):
        return
    assert checked.status == 0, checked
    assert all(line.startswith(("repaired: ", "The index is ")) for line in checked.lines), checked
    found = state_of(data_dir).documents
    before = {} if name == "ingest" else stage.expected["template"].documents
    for source, document in found.items():
        whole = [known[source][:3] for known in (before, expected) if source in known]
        assert document[:3] in whole, f"{source} is neither as it was nor as it will be"
    for source, status in done.acknowledged.items():
        if status in ("added", "replaced", "renamed"):
            assert found[source][:3] == expected[source][:3], (source, status)
        elif status == "removed":
            assert source not in found
    if name == "backup" and (data_dir / "copy.sqlite").exists():
        require_backup(data_dir / "copy.sqlite")
    if name == "remove" and done.lines:
        assert "05.md" not in found


def test_the_kills_were_at_different_moments(stage: Stage):
    """Else the tests above would show nothing: kills before, between and after acknowledged files."""
    assert len(stage.killed) == KILLS
    acknowledged = [count for name, count in stage.killed if name in ("ingest", "sync", "sync, vectors on a server")]
    assert len(set(acknowledged)) >= 3, stage.killed
    assert any(0 < count < len(FIRST) for count in acknowledged), stage.killed
