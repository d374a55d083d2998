"""Score a run: every measure of every case, their means with intervals, and what could not be judged."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.evaluation.attribution import Loss, Step, find_loss
from assistant.evaluation.bootstrap import Estimate, estimate
from assistant.evaluation.judge import DeterministicJudge, Judge
from assistant.evaluation.measures import MEASURES, measure_case
from assistant.evaluation.metrics import is_right, quotes_exact
from assistant.evaluation.questions import KINDS, Kind
from assistant.evaluation.run_file import CaseRun, Run, load_run


@dataclass(frozen=True, slots=True)
class CaseScore:
    """One case with its measures (None: nothing to judge) and, if it went wrong, where."""

    case: CaseRun
    values: Mapping[str, float | None]
    loss: Loss | None

    @property
    def is_right(self) -> bool:
        """Whether the answer is as it should be, its quotes included."""
        return self.loss is None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A case that could not be judged by some measures, and why."""

    case_id: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one step took over all answers, in milliseconds."""

    step: str
    median: float
    p95: float
    n: int


@dataclass(frozen=True, slots=True)
class Scores:
    """A scored run. `overall` leaves out measures that no case has a value for."""

    run: Run
    judge: str
    cases: tuple[CaseScore, ...]
    overall: Mapping[str, Estimate]
    unjudged: tuple[Unjudged, ...]

    def by_kind(self) -> dict[Kind, list[CaseScore]]:
        """Return the cases of each kind that occurs, in the order of the kinds."""
        grouped = {kind: [score for score in self.cases if score.case.question.kind == kind] for kind in KINDS}
        return {kind: scores for kind, scores in grouped.items() if scores}

    @property
    def failures(self) -> tuple[CaseScore, ...]:
        """The cases that went wrong, in the order of the sets."""
        return tuple(score for score in self.cases if not score.is_right)

    def losses(self) -> dict[Step, int]:
        """Return how many answers each step lost, in the order of the steps; steps without a loss are left out."""
        counted = Counter(score.loss.step for score in self.cases if score.loss)
        return {step: counted[step] for step in Step if counted[step]}

    def count(self, *, answerable: bool) -> tuple[int, int]:
        """Return how many cases with that answerability were handled right, and how many there are."""
        chosen = [score.case for score in self.cases if score.case.question.answerable == answerable]
        return sum(map(is_right, chosen)), len(chosen)

    def quotes(self) -> tuple[int, int]:
        """Return how many of the quotes shown are exact, and how many were shown."""
        exact = [is_exact for score in self.cases for is_exact in quotes_exact(score.case)]
        return sum(exact), len(exact)


def score(run: Run, judge: Judge | None = None) -> Scores:
    """Score every case of `run`; citations are judged by `judge`, the deterministic one if none is given."""
    judge = judge or DeterministicJudge()
    cases = tuple(CaseScore(case, measure_case(case, run.k, judge), find_loss(case, run.k)) for case in run.cases)
    return Scores(run, judge.name, cases, means(cases), tuple(_unjudged(cases)))


def rescore(path: Path, judge: Judge | None = None) -> Scores:
    """Score a stored run again, with another judge or newer metrics; nothing is asked."""
    return score(load_run(path), judge)


def means(cases: Sequence[CaseScore]) -> dict[str, Estimate]:
    """Return the mean of every measure that has a value in any of the cases."""
    found = {measure.name: estimate([case.values[measure.name] for case in cases]) for measure in MEASURES}
    return {name: value for name, value in found.items() if value}


def latencies(cases: Iterable[CaseRun]) -> list[Latency]:
    """Return how long each step of answering took, in the order in which the steps first occur."""
    by_step: dict[str, list[float]] = {}
    for case in cases:
        for step, milliseconds in (case.answer.timings_ms if case.answer else {}).items():
            by_step.setdefault(step, []).append(milliseconds)
    ordered = sorted(by_step.items(), key=lambda item: item[0] == "total")
    return [
        Latency(step, float(np.median(taken)), float(np.percentile(taken, 95)), len(taken)) for step, taken in ordered
    ]


def _unjudged(cases: Iterable[CaseScore]) -> Iterable[Unjudged]:
    """Yield what could not be judged although the question asks for it."""
    for scored in cases:
        case, values = scored.case, scored.values
        if case.answer is None:
            yield Unjudged(case.question.id, "the answer", f"asking failed: {case.error}")
            continue
        if case.question.answerable and not any(case.indexed):
            yield Unjudged(case.question.id, "retrieval", "no expected fact is in the index: nothing to find")
        if case.answer.claims and values["citation_recall"] is None:
            yield Unjudged(case.question.id, "citations", "the judge gave no verdict on a claim")
