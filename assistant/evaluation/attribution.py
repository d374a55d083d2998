"""For a question that went wrong: the step that lost the answer."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.evaluation.facts import states
from assistant.evaluation.metrics import is_right, plain_text, quoted_text, quotes_exact
from assistant.evaluation.run_file import CaseRun
from assistant.models import Answer


class Step(StrEnum):
    """The steps at which an answer is lost, in the order of the program."""

    NOT_INDEXED = "not indexed"
    NOT_RETRIEVED = "not retrieved"
    NOT_SELECTED = "not selected"
    FAILED_CHECK = "failed a check"
    WRONGLY_ABSTAINED = "wrongly abstained"
    ANSWERED_UNANSWERABLE = "answered without grounds"
    INEXACT_CITATION = "inexact quote"
    OTHER = "other"


_ORDER = list(Step)


@dataclass(frozen=True, slots=True)
class Loss:
    """Where an answer was lost, and a sentence of what shows it."""

    step: Step
    why: str


def find_loss(case: CaseRun, k: int) -> Loss | None:
    """Return where the case was lost, or None if it went right.

    With several facts missing it is the earliest step that lost one of them. What a check removed is not part
    of an answer; it is inferred from the nearest passages, which are the candidates that were turned down.
    """
    if case.answer is None:
        return Loss(Step.OTHER, f"asking failed: {case.error}")
    if not is_right(case):
        return _lost_fact(case, case.answer, k) if case.question.answerable else _ungrounded(case.answer)
    exact = quotes_exact(case)
    if not all(exact):
        return Loss(Step.INEXACT_CITATION, f"{exact.count(False)} of {len(exact)} quotes differ from the indexed text")
    return None


def _ungrounded(answer: Answer) -> Loss:
    return Loss(Step.ANSWERED_UNANSWERABLE, f"the documents do not answer this, yet it is {answer.status}")


def _lost_fact(case: CaseRun, answer: Answer, k: int) -> Loss:
    """Return the earliest loss among the facts that the answer does not state."""
    text = plain_text(answer)
    missing = [place for place, fact in enumerate(case.question.facts) if not states(text, fact)]
    return min((_loss_of(case, answer, place, k) for place in missing), key=lambda loss: _ORDER.index(loss.step))


def _loss_of(case: CaseRun, answer: Answer, place: int, k: int) -> Loss:
    """Return the step that lost the fact at `place`."""
    fact = case.question.facts[place]
    nearest = answer.abstention.nearest if answer.abstention else ()
    rank = next((rank for rank, hit in enumerate(case.hits[:k], start=1) if place in hit.states), None)
    if not case.indexed[place]:
        return Loss(Step.NOT_INDEXED, f"no expected document in the index states '{fact.label}'")
    if states(quoted_text(answer), fact):
        return Loss(Step.OTHER, f"'{fact.label}' is in a quote, but not in the answer's words")
    if any(states(passage.cited_text, fact) for passage in nearest) and not _is_out_of_scope(answer):
        return Loss(Step.FAILED_CHECK, f"a passage with '{fact.label}' was a candidate and was turned down")
    if any(not claim.checks.passed and states(claim.text, fact) for claim in answer.claims):
        return Loss(Step.FAILED_CHECK, f"the claim with '{fact.label}' failed a check")
    if rank is None:
        return Loss(Step.NOT_RETRIEVED, f"none of the first {k} passages states '{fact.label}'")
    if answer.status == "abstained":
        return Loss(Step.WRONGLY_ABSTAINED, f"passage {rank} states '{fact.label}', yet it abstained")
    return Loss(Step.NOT_SELECTED, f"passage {rank} states '{fact.label}', the answer is made of others")


def _is_out_of_scope(answer: Answer) -> bool:
    return answer.abstention is not None and answer.abstention.reason == "out_of_scope"
