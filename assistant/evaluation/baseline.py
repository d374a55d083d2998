"""A baseline: the scores of a run without its answers, small enough to commit, and free of the documents' words."""

from pathlib import Path
from typing import Literal

from assistant.evaluation.judge import Judge
from assistant.evaluation.questions import Question
from assistant.evaluation.run_file import FORMAT, Run, read_as, read_json, save_lines
from assistant.evaluation.scoring import CaseScore, Scores, score
from assistant.models import Frozen
from index.models import sha256

_DIGITS = 6


class BaselineCase(Frozen):
    """One question's scores. `fingerprint` tells whether it is still the same question, expecting the same."""

    id: str
    fingerprint: str
    lost_at: str | None = None
    values: dict[str, float]


class Baseline(Frozen):
    """What a later run is compared with."""

    what: Literal["baseline"] = "baseline"
    format: int = FORMAT
    sets: tuple[str, ...]
    created_at: str
    judge: str
    versions: dict[str, str]
    cases: tuple[BaselineCase, ...]

    @property
    def date(self) -> str:
        """The day of the run, YYYY-MM-DD."""
        return self.created_at[:10]


def baseline_of(scores: Scores) -> Baseline:
    """Return the scores of a run as a baseline."""
    return Baseline(
        sets=scores.run.sets,
        created_at=scores.run.created_at,
        judge=scores.judge,
        versions=scores.run.versions,
        cases=tuple(_case(scored) for scored in scores.cases),
    )


def load_baseline(path: Path, judge: Judge | None = None) -> Baseline:
    """Read a baseline, or a whole run.json, which is scored again; RunFileError says what is wrong with the file."""
    content = read_json(path)
    if content.get("what") == "baseline":
        return read_as(Baseline, path, content)
    return baseline_of(score(read_as(Run, path, content), judge))


def save_baseline(baseline: Baseline, path: Path) -> None:
    """Write a baseline, one line a case; its folder is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_lines(baseline, path)


def fingerprint(question: Question) -> str:
    """Return a short hash of a question and all that is expected of its answer; notes do not count."""
    return sha256(question.model_copy(update={"note": None}).model_dump_json())[:16]


def _case(scored: CaseScore) -> BaselineCase:
    values = {name: round(value, _DIGITS) for name, value in scored.values.items() if value is not None}
    question = scored.case.question
    lost_at = str(scored.loss.step) if scored.loss else None
    return BaselineCase(id=question.id, fingerprint=fingerprint(question), lost_at=lost_at, values=values)
