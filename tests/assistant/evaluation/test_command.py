"""`evaluate` and the gate from question sets to exit status, on the real program."""

from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from assistant.evaluation.baseline import load_baseline
from assistant.evaluation.command import run_evaluation
from assistant.evaluation.errors import QuestionSetError, RunFileError
from assistant.evaluation.gate import Workshop, run_gate
from assistant.evaluation.run_file import load_run
from assistant.wiring import Assistant
from index.sources import find_files
from tests.assistant.conftest import serving

BRIEF = Path(__file__).parents[3] / "seeds" / "nissan-china-exports.md"
SET = """corpus: seeds
questions:
  - id: city
    question: Where is the Nissan N7 built?
    kind: fact
    answerable: true
    facts: [{text: Guangzhou}]
    documents: [nissan-china-exports.md]
  - id: poem
    question: Write a poem about the sea.
    kind: out-of-scope
    answerable: false
"""


@pytest.fixture
def set_path(tmp_path):
    path = tmp_path / "dev" / "seeds.yaml"
    path.parent.mkdir()
    path.write_text(SET)
    return path


@pytest.fixture
def console():
    return Console(file=StringIO(), width=200)


def printed(console):
    return console.file.getvalue()


def no_assistant():
    raise AssertionError("with a target no assistant is opened")


class Shifted:
    """The program with every quote's place shifted by one."""

    def __init__(self, assistant):
        self.assistant = assistant

    def __getattr__(self, name):
        return getattr(self.assistant, name)

    def ask(self, question, *, conversation_id=None, as_of=None):
        answer = self.assistant.ask(question, conversation_id=conversation_id, as_of=as_of)
        moved = [
            quote.model_copy(
                update={"start_char_index": quote.start_char_index + 1, "end_char_index": quote.end_char_index + 1}
            )
            for quote in answer.citations
        ]
        return answer.model_copy(update={"citations": tuple(moved)})


def test_an_evaluation_prints_a_table_and_writes_run_and_report(set_path, console, seed_assistant, tmp_path):
    folder = tmp_path / "new" / "report"
    status = run_evaluation(set_path, assistant_factory=lambda: seed_assistant, console=console, report_dir=folder)
    assert status == 0
    assert [case.question.id for case in load_run(folder / "run.json").cases] == ["city", "poem"]
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert f"Report: {folder / 'report.html'}" in printed(console)
    for words in ("dev/seeds", "fact", "out-of-scope", "all", "handled right", "Of 1 questions"):
        assert words in printed(console)


def test_a_baseline_that_is_met_passes_and_one_that_is_not_fails(set_path, console, seed_assistant, tmp_path):
    given = {"console": console, "report_dir": tmp_path / "report"}
    assert run_evaluation(set_path, assistant_factory=lambda: seed_assistant, **given) == 0
    given["baseline"] = tmp_path / "report" / "run.json"
    assert run_evaluation(set_path, assistant_factory=lambda: seed_assistant, **given) == 0
    assert "0 fixed, 0 broken, 0 still wrong" in printed(console)
    assert run_evaluation(set_path, assistant_factory=lambda: Shifted(seed_assistant), **given) == 1
    assert "broken (inexact quote): Where is the Nissan N7 built?" in printed(console)
    assert "regression: Quotes exact: 100% became 0%" in printed(console)


def test_a_running_server_is_scored_without_opening_the_program_here(set_path, console, seed_dir):
    with serving(seed_dir) as client:
        url = str(client.base_url)
        status = run_evaluation(set_path, assistant_factory=no_assistant, console=console, target_url=url)
    assert status == 0
    assert "Of 1 questions that the documents answer, 1 are answered completely" in printed(console)


def test_what_cannot_be_used_is_refused_before_anything_is_asked(set_path, console, tmp_path):
    with pytest.raises(RunFileError):
        run_evaluation(set_path, assistant_factory=no_assistant, console=console, baseline=tmp_path / "absent.json")
    with pytest.raises(QuestionSetError):
        run_evaluation(tmp_path / "absent.yaml", assistant_factory=no_assistant, console=console)


def test_a_report_that_cannot_be_written_is_an_error_with_a_sentence(set_path, console, seed_assistant):
    given = {"console": console, "report_dir": set_path / "below-a-file"}
    with pytest.raises(RunFileError, match="choose another --report"):
        run_evaluation(set_path, assistant_factory=lambda: seed_assistant, **given)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    (folder / BRIEF.name).write_bytes(BRIEF.read_bytes())
    return folder


def build(data_dir, folder):
    with closing(Assistant.create(data_dir)) as assistant:
        assistant.ingest(find_files([folder]))


HONEST = Workshop(build, lambda data_dir: closing(Assistant.open(data_dir)))


class ClosingShifted(closing):
    def __enter__(self):
        return Shifted(super().__enter__())


BROKEN = Workshop(build, lambda data_dir: ClosingShifted(Assistant.open(data_dir)))


def test_the_gate_makes_a_baseline_passes_against_it_and_stops_a_broken_program(set_path, console, corpus, tmp_path):
    corpora = {"raw": tmp_path / "absent", "seeds": corpus}
    place = (set_path.parent, corpora, tmp_path / "baselines", console)
    assert run_gate(*place, HONEST) == 1
    assert "There is no baseline" in printed(console)
    assert run_gate(*place, HONEST, renew=True) == 0
    assert [case.id for case in load_baseline(tmp_path / "baselines" / "seeds.json").cases] == ["city", "poem"]
    assert run_gate(*place, HONEST) == 0
    assert run_gate(*place, BROKEN, report_dir=tmp_path / "reports") == 1
    assert (tmp_path / "reports" / "seeds" / "report.html").exists()
    assert "renew the baseline: `make baseline`" in printed(console)
    assert "raw: skipped, there is no folder" in printed(console)


def test_the_gate_passes_with_a_line_if_there_is_nothing_to_ask_about(set_path, console, tmp_path):
    corpora = {"seeds": tmp_path / "absent"}
    assert run_gate(set_path.parent, corpora, tmp_path, console, HONEST) == 0
    assert printed(console) == f"seeds: skipped, there is no folder {tmp_path / 'absent'}\n"


def test_a_baseline_is_not_renewed_into_passing_with_inexact_quotes(set_path, console, corpus, tmp_path):
    place = (set_path.parent, {"seeds": corpus}, tmp_path / "baselines", console)
    assert run_gate(*place, BROKEN, renew=True) == 1
    assert "regression: Quotes exact is 0%; it must be 100%" in printed(console)
