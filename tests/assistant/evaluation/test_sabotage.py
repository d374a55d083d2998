"""The gate stops broken builds: three deliberate sabotages of the program, judged by the committed baseline."""

from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from rich.console import Console

from assistant import citations
from assistant.evaluation.__main__ import QUESTIONS, build_index, open_assistant
from assistant.evaluation.gate import Workshop, run_gate
from index.retrieval import Retriever
from index.sources import SEEDS


@pytest.fixture(scope="module")
def seeds_index(tmp_path_factory) -> Path:
    data_dir = tmp_path_factory.mktemp("gate")
    build_index(data_dir, SEEDS)
    return data_dir


@pytest.fixture
def gate(seeds_index):
    def run() -> tuple[int, str]:
        """Run the gate as `make evaluate` does, on a copy of an index of the briefs."""
        console = Console(file=StringIO(), width=200)
        sets, baselines = QUESTIONS / "dev" / "seeds.yaml", QUESTIONS / "baseline"
        workshop = Workshop(lambda data_dir, _: _copy(seeds_index, data_dir), open_assistant)
        status = run_gate(sets, {"seeds": SEEDS}, baselines, console, workshop)
        return status, console.file.getvalue()

    return run


def _copy(index: Path, data_dir: Path) -> None:
    copytree(index, data_dir, dirs_exist_ok=True)


def test_the_sound_program_passes(gate):
    status, printed = gate()
    assert status == 0, printed


def test_offsets_shifted_by_one_fail(gate, monkeypatch):
    cited = citations._citation

    def shifted(number, quote):
        right = cited(number, quote)
        moved = {"start_char_index": right.start_char_index + 1, "end_char_index": right.end_char_index + 1}
        return right.model_copy(update=moved)

    monkeypatch.setattr(citations, "_citation", shifted)
    status, printed = gate()
    assert status == 1
    assert "Quotes exact" in printed


def test_a_silent_dense_leg_fails(gate, monkeypatch):
    monkeypatch.setattr(Retriever, "nearest", lambda *_: [])
    status, printed = gate()
    assert status == 1
    assert "meaning" in printed


def test_abstention_switched_off_fails(gate, monkeypatch):
    monkeypatch.setenv("JV_ANSWER_THRESHOLD", "0")
    status, printed = gate()
    assert status == 1
    assert "abstained" in printed
