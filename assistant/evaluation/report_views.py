"""What the report's page shows: a run's scores put into words and rows, nothing computed anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evaluation.attribution import Step
from assistant.evaluation.bootstrap import Estimate
from assistant.evaluation.compare import Change, Comparison, Difference
from assistant.evaluation.facts import states
from assistant.evaluation.measures import BY_NAME, MEASURES, Measure
from assistant.evaluation.metrics import plain_text, quoted_text, quotes_exact
from assistant.evaluation.scoring import CaseScore, Scores, means

STEP_MEANINGS = {
    Step.NOT_INDEXED: "No expected document in the index states the fact.",
    Step.NOT_RETRIEVED: "The fact is indexed, but in none of the passages that the search returns first.",
    Step.NOT_SELECTED: "A passage with the fact was found, but the answer was made from others.",
    Step.FAILED_CHECK: "A sentence with the fact was a candidate, and a check turned it down.",
    Step.WRONGLY_ABSTAINED: "A passage with the fact was found, and still the answer is “not in the documents”.",
    Step.ANSWERED_UNANSWERABLE: "The documents do not answer the question, and an answer was given all the same.",
    Step.INEXACT_CITATION: "The answer is right, but a quote differs from the document at the cited place.",
    Step.OTHER: "Asking failed, or the fact is quoted without being stated.",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the figures on top: its value, its interval, a sentence with counts, the change since the baseline."""

    measure: Measure
    value: float
    shown: str
    interval: str
    sentence: str
    change: str
    change_is: str


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of question in the table."""

    kind: str
    questions: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure in the table of all measures."""

    measure: Measure
    value: str
    interval: str
    n: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """An expected fact of a failed question, and how far it came."""

    label: str
    indexed: bool
    rank: int | None
    quoted: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class FailureView:
    """A question that went wrong, with all that helps to see why."""

    score: CaseScore
    facts: tuple[FactRow, ...]
    exact: tuple[bool, ...]


KIND_MEASURES = ("right", "fact_recall", "quote_fact_recall", "retrieval_recall", "citation_exactness", "words")


def interval_text(value: Estimate, measure: Measure) -> str:
    """Return '44–81%', or nothing if there is no interval or no spread."""
    if value.low is None or value.high is None or value.low == value.high:
        return ""
    if measure.form != "share":
        return f"{measure.show(value.low)}–{measure.show(value.high)}"
    return f"{100 * value.low:.0f}–{100 * value.high:.0f}%"


def verdict(scores: Scores) -> str:
    """Return the run in three sentences, with counts."""
    right, answerable = scores.count(answerable=True)
    abstained, unanswerable = scores.count(answerable=False)
    exact, quotes = scores.quotes()
    refused = sum(score.values["wrong_abstention"] == 1 for score in scores.cases)
    sentences = []
    if answerable:
        sentences.append(
            f"Of {answerable} questions that the documents answer, {right} are answered completely "
            f"and {refused} are refused although the answer is there."
        )
    if unanswerable:
        sentences.append(
            f"Of {unanswerable} questions that they do not answer, {abstained} are refused, as they should."
        )
    if quotes:
        all_exact = f"All {quotes} quotes are word for word what the documents say."
        sentences.append(all_exact if exact == quotes else f"{quotes - exact} of {quotes} quotes are not exact.")
    return " ".join(sentences)


def headlines(scores: Scores, comparison: Comparison | None) -> list[Headline]:
    """Return the four figures that a manager reads first; one without any case is left out."""
    right, answerable = scores.count(answerable=True)
    abstained, unanswerable = scores.count(answerable=False)
    exact, quotes = scores.quotes()
    refused = sum(score.values["wrong_abstention"] == 1 for score in scores.cases)
    sentences = {
        "answered_right": f"{right} of {answerable} questions that the documents answer: every expected fact is stated",
        "abstention_recall": f"{abstained} of {unanswerable} questions that the documents do not answer are refused",
        "wrong_abstention": f"{refused} of {answerable} questions are refused although the documents answer them",
        "citation_exactness": f"{exact} of {quotes} quotes stand word for word at the cited place"
        + ("" if exact == quotes else " (the share is averaged over answers)"),
    }
    return [_headline(scores, comparison, name, words) for name, words in sentences.items() if name in scores.overall]


def kind_rows(scores: Scores) -> list[KindRow]:
    """Return a row for each kind, with the KIND_MEASURES and their intervals."""
    return [KindRow(kind, len(cases), _cells(means(cases))) for kind, cases in scores.by_kind().items()]


def measure_rows(scores: Scores) -> list[MeasureRow]:
    """Return a row for each measure that any case has a value for."""
    return [
        MeasureRow(measure, measure.show(value.mean), interval_text(value, measure), value.n)
        for measure in MEASURES
        if (value := scores.overall.get(measure.name))
    ]


def failures_by_step(scores: Scores) -> list[tuple[Step, list[FailureView]]]:
    """Return the failures under the step that lost them, in the order of the steps."""
    views = [_failure(scores, score) for score in scores.failures]
    return [
        (step, [view for view in views if view.score.loss and view.score.loss.step is step]) for step in scores.losses()
    ]


def changes_of(comparison: Comparison, kind: str) -> list[Change]:
    """Return the questions that are 'fixed', 'broken' or 'still wrong'."""
    return [change for change in comparison.changes if change.kind == kind]


def difference_interval(difference: Difference) -> str:
    """Return the 95% interval of a difference with signs, or nothing."""
    low, high = difference.paired.low, difference.paired.high
    if low is None or high is None or low == high:
        return ""
    show = difference.measure.show_change
    return f"{show(low).removesuffix(' points')} to {show(high)}"


def _headline(scores: Scores, comparison: Comparison | None, name: str, sentence: str) -> Headline:
    measure, value = BY_NAME[name], scores.overall[name]
    found = comparison.of(name) if comparison else None
    change, change_is = "", "same"
    if found:
        gain = found.paired.difference * (-1 if measure.better == "lower" else 1)
        change_is = "same" if abs(gain) < 1e-9 else "better" if gain > 0 else "worse"
        change = (
            "as in the baseline"
            if change_is == "same"
            else f"{measure.show_change(found.paired.difference)} since the baseline"
        )
    return Headline(
        measure, value.mean, measure.show(value.mean), interval_text(value, measure), sentence, change, change_is
    )


def _cells(found: dict[str, Estimate]) -> tuple[str, ...]:
    return tuple(BY_NAME[name].show(found[name].mean) if name in found else "–" for name in KIND_MEASURES)


def _failure(scores: Scores, score: CaseScore) -> FailureView:
    case = score.case
    answer, quotes = (plain_text(case.answer), quoted_text(case.answer)) if case.answer else ("", "")
    facts = [
        FactRow(
            fact.label,
            case.indexed[place],
            next((rank for rank, hit in enumerate(case.hits[: scores.run.k], start=1) if place in hit.states), None),
            states(quotes, fact),
            states(answer, fact),
        )
        for place, fact in enumerate(case.question.facts)
    ]
    return FailureView(score, tuple(facts), tuple(quotes_exact(case)))


def shares_by_kind(scores: Scores) -> Sequence[tuple[str, Estimate]]:
    """Return the share of each kind that was handled right."""
    return [(kind, means(cases)["right"]) for kind, cases in scores.by_kind().items()]
