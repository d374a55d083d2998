"""The gate stops broken builds: three deliberate sabotages of the program, judged by the committed baseline."""

from io import StringIO

from rich.console import Console

from assistant import citations
from assistant.evaluation.__main__ import QUESTIONS, build_index, open_assistant
from assistant.evaluation.gate import Workshop, run_gate
from index.retrieval import Retriever
from index.sources import SEEDS


def gate() -> tuple[int, str]:
    """Run the gate as `make evaluate` does, on the corpus that every clone has."""
    console = Console(file=StringIO(), width=200)
    sets, baselines = QUESTIONS / "dev" / "seeds.yaml", QUESTIONS / "baseline"
    status = run_gate(sets, {"seeds": SEEDS}, baselines, console, Workshop(build_index, open_assistant))
    return status, console.file.getvalue()


def test_the_sound_program_passes():
    status, printed = gate()
    assert status == 0, printed


def test_offsets_shifted_by_one_fail(monkeypatch):
    cited = citations._citation

    def shifted(number, quote):
        right = cited(number, quote)
        moved = {"start_char_index": right.start_char_index + 1, "end_char_index": right.end_char_index + 1}
        return right.model_copy(update=moved)

    monkeypatch.setattr(citations, "_citation", shifted)
    status, printed = gate()
    assert status == 1
    assert "Quotes exact" in printed


def test_a_silent_dense_leg_fails(monkeypatch):
    monkeypatch.setattr(Retriever, "nearest", lambda *_: [])
    status, printed = gate()
    assert status == 1
    assert "meaning" in printed


def test_abstention_switched_off_fails(monkeypatch):
    monkeypatch.setenv("JV_ANSWER_THRESHOLD", "0")
    status, printed = gate()
    assert status == 1
    assert "abstained" in printed
