"""Compare a run with a baseline, question by question and measure by measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.evaluation.baseline import Baseline, BaselineCase, fingerprint
from assistant.evaluation.bootstrap import PairedDifference, paired_difference
from assistant.evaluation.errors import RunFileError
from assistant.evaluation.measures import BY_NAME, MEASURES, Measure
from assistant.evaluation.scoring import CaseScore, Scores

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a question that was wrong before or is wrong now."""

    kind: Literal["fixed", "broken", "still wrong"]
    before: BaselineCase
    after: CaseScore


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure on the questions that both runs share."""

    measure: Measure
    paired: PairedDifference

    @property
    def is_regression(self) -> bool:
        """Whether the measure is worse than the baseline by more than its tolerance."""
        if self.measure.tolerance is None:
            return False
        worse = self.paired.difference if self.measure.better == "lower" else -self.paired.difference
        return worse > self.measure.tolerance + _ROUNDING


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run against its baseline. `new` and `gone` are the ids of questions that only one of them has as they are."""

    baseline: Baseline
    shared: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    below_floor: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """The measures that got worse than they may."""
        return tuple(difference for difference in self.differences if difference.is_regression)

    @property
    def is_regression(self) -> bool:
        """Whether this run may not pass."""
        return bool(self.regressions or self.below_floor)

    def of(self, name: str) -> Difference | None:
        """Return the difference of the measure called `name`, or None if a run has no value for it."""
        return next((difference for difference in self.differences if difference.measure.name == name), None)

    def reasons(self) -> list[str]:
        """Return a sentence for each reason why this run may not pass."""
        return [*(_reason(difference) for difference in self.regressions), *self.below_floor]


def compare(baseline: Baseline, current: Scores) -> Comparison:
    """Compare `current` with `baseline` on the questions that are the same in both.

    Measures of another judge are left out. RunFileError if the runs share no question.
    """
    before = {case.id: case for case in baseline.cases}
    pairs = [
        (old, new)
        for new in current.cases
        if (old := before.get(new.case.question.id)) and old.fingerprint == fingerprint(new.case.question)
    ]
    if not pairs:
        raise RunFileError("The baseline shares no question with this run; make a new one (make baseline)")
    shared = {old.id for old, _ in pairs}
    return Comparison(
        baseline=baseline,
        shared=len(pairs),
        new=tuple(item.case.question.id for item in current.cases if item.case.question.id not in shared),
        gone=tuple(name for name in before if name not in shared),
        changes=tuple(change for old, new in pairs if (change := _change(old, new))),
        differences=tuple(_differences(pairs, same_judge=baseline.judge == current.judge)),
        below_floor=tuple(below_floor(current)),
    )


def below_floor(scores: Scores) -> list[str]:
    """Return a sentence for each measure of a run that is less than it may ever be."""
    return [
        f"{BY_NAME[name].label} is {BY_NAME[name].show(value.mean)}; it must be {BY_NAME[name].show(floor)}"
        for name, value in scores.overall.items()
        if (floor := BY_NAME[name].floor) is not None and value.mean < floor - _ROUNDING
    ]


def _change(old: BaselineCase, new: CaseScore) -> Change | None:
    if new.is_right:
        return Change("fixed", old, new) if old.lost_at else None
    return Change("still wrong" if old.lost_at else "broken", old, new)


def _differences(pairs: Sequence[tuple[BaselineCase, CaseScore]], *, same_judge: bool) -> list[Difference]:
    found = []
    for measure in MEASURES:
        old = [before.values.get(measure.name) for before, _ in pairs]
        new = [after.values[measure.name] for _, after in pairs]
        paired = paired_difference(old, new) if same_judge or not measure.is_judged else None
        if paired:
            found.append(Difference(measure, paired))
    return found


def _reason(difference: Difference) -> str:
    measure, paired = difference.measure, difference.paired
    change, tolerance = measure.show_change(paired.difference), measure.show_change(measure.tolerance or 0).lstrip("+")
    allowed = f"{tolerance} are allowed" if measure.tolerance else "no loss is allowed"
    before, after = measure.show(paired.before), measure.show(paired.after)
    return f"{measure.label}: {before} became {after} ({change}; {allowed})"
