"""The one table of measures: their names, what they mean, which way is better, and what counts as a regression."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.evaluation import metrics
from assistant.evaluation.judge import Judge
from assistant.evaluation.retrieval_metrics import retrieval_metrics
from assistant.evaluation.run_file import CaseRun


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is the mean of one value a case.

    `tolerance` is how much worse than the baseline it may get (None: it is not part of the gate); `floor` is
    the least it may be at all. `is_judged` ones depend on the judge and are compared only under the same one.
    """

    name: str
    label: str
    meaning: str
    better: Literal["higher", "lower", "neither"] = "higher"
    form: Literal["share", "score", "number"] = "share"
    tolerance: float | None = None
    floor: float | None = None
    is_judged: bool = False

    def show(self, value: float) -> str:
        """Return `value` as people read it: a share as a percentage, a score with two decimals, a number with one."""
        if self.form != "share":
            return f"{value:.1f}" if self.form == "number" else f"{value:.2f}"
        return f"{100 * value:.0f}%" if value in (0, 1) else f"{100 * value:.1f}%"

    def show_change(self, difference: float) -> str:
        """Return a difference with its sign, that of a share in percentage points."""
        if self.form == "share":
            return f"{100 * difference:+.1f} points".replace("-", "−")
        return f"{difference:+.{1 if self.form == 'number' else 2}f}".replace("-", "−")


MEASURES: tuple[Measure, ...] = (
    Measure("right", "Handled right", "every expected fact stated, or rightly abstained", tolerance=0.02),
    Measure("answered_right", "Answered right", "answerable questions with every expected fact in the answer",
            tolerance=0.02),
    Measure("fact_recall", "Facts in the answer", "share of the expected facts that the answer states", tolerance=0.02),
    Measure("quote_fact_recall", "Facts in the quotes", "share of the expected facts that the quotes state",
            tolerance=0.02),
    Measure("states_forbidden", "Another's figure", "answers that state what belongs to another venture or time",
            better="lower", tolerance=0.0),
    Measure("both_sides", "Both sides", "conflicts of which the answer states every side", tolerance=0.05),
    Measure("shows_conflict", "Conflict shown", "conflicts whose sides stand against each other", tolerance=0.05),
    Measure("abstention_recall", "Rightly abstained", "questions without an answer on which it abstains",
            tolerance=0.03),
    Measure("abstention_precision", "Abstentions in their place", "abstentions on questions without an answer",
            tolerance=0.05),
    Measure("wrong_abstention", "Wrongly abstained", "answerable questions on which it abstains", better="lower",
            tolerance=0.02),
    Measure("answered_unanswerable", "Answered without grounds", "questions without an answer that got one",
            better="lower", tolerance=0.03),
    Measure("citation_exactness", "Quotes exact", "quotes that stand word for word at their place in the document",
            tolerance=0.0, floor=1.0),
    Measure("citation_recall", "Claims supported", "claims that their quotes support (ALCE citation recall)",
            tolerance=0.02, is_judged=True),
    Measure("citation_precision", "Citations needed", "citations that carry their claim (ALCE citation precision)",
            tolerance=0.03, is_judged=True),
    Measure("number_exactness", "Numbers from the quotes", "numbers of the answer that occur in its quotes",
            tolerance=0.0),
    Measure("cites_expected", "Right document quoted", "answers that quote an expected document", tolerance=0.03),
    Measure("retrieval_recall", "Facts retrieved", "indexed facts that a passage among the first k states",
            tolerance=0.02),
    Measure("retrieval_mrr", "MRR", "one over the rank of the first right passage", form="score",
            tolerance=0.05),
    Measure("retrieval_ndcg", "nDCG", "right passages early in the ranking (nDCG@k)", form="score",
            tolerance=0.05),
    Measure("meaning_leg", "Search by meaning works", "questions for which it found passages", tolerance=0.0),
    Measure("words_leg", "Search by words works", "questions for which it found passages", tolerance=0.05),
    Measure("words", "Words per answer", "length of the answer, marks left out", better="neither", form="number"),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}

_PLAIN: dict[str, Callable[[CaseRun], float | None]] = {
    "right": lambda case: float(metrics.is_right(case)),
    "answered_right": lambda case: float(metrics.is_right(case)) if case.question.answerable else None,
    "fact_recall": metrics.fact_recall,
    "quote_fact_recall": metrics.quote_fact_recall,
    "states_forbidden": metrics.states_forbidden,
    "both_sides": metrics.both_sides,
    "shows_conflict": metrics.shows_conflict,
    "abstention_recall": metrics.abstention_recall,
    "abstention_precision": metrics.abstention_precision,
    "wrong_abstention": metrics.wrong_abstention,
    "answered_unanswerable": metrics.answered_unanswerable,
    "citation_exactness": metrics.citation_exactness,
    "number_exactness": metrics.number_exactness,
    "cites_expected": metrics.cites_expected,
    "meaning_leg": metrics.meaning_leg,
    "words_leg": metrics.words_leg,
    "words": metrics.words,
}


def measure_case(case: CaseRun, k: int, judge: Judge) -> dict[str, float | None]:
    """Return the value of every measure for one case, None where there is nothing to judge."""
    retrieval = retrieval_metrics(case, k) if case.answer else None
    values = {name: function(case) for name, function in _PLAIN.items()}
    values["citation_recall"] = metrics.citation_recall(case, judge)
    values["citation_precision"] = metrics.citation_precision(case, judge)
    values["retrieval_recall"] = retrieval.recall if retrieval else None
    values["retrieval_mrr"] = retrieval.mrr if retrieval else None
    values["retrieval_ndcg"] = retrieval.ndcg if retrieval else None
    return {measure.name: values[measure.name] for measure in MEASURES}
