"""The metrics of one question's answer: pure functions, None where there is nothing to judge.

An answer is a set of claims, each with quotes. `CaseRun` brings the answer, the hits and the indexed text
at the place of every quote.
"""

import re
from collections.abc import Sequence
from statistics import fmean

from assistant.evaluation.facts import stated
from assistant.evaluation.judge import Judge, occurs
from assistant.evaluation.run_file import CaseRun
from assistant.models import Answer, Citation, Claim
from assistant.quantities import read_numbers

_MARK = re.compile(r"\s?\[\d+\]")
_BETWEEN_QUOTES = " ¶ "


def plain_text(answer: Answer) -> str:
    """Return the answer's text without its [n] marks; empty for an abstention."""
    return "" if answer.status == "abstained" else _MARK.sub("", answer.answer)


def quoted_text(answer: Answer) -> str:
    """Return all quotes of the answer as one text."""
    return _BETWEEN_QUOTES.join(citation.cited_text for citation in answer.citations)


def is_right(case: CaseRun) -> bool:
    """Return whether the case went as it should: every expected fact stated, or rightly abstained.

    No answer at all, because asking failed, is not right.
    """
    if case.answer is None:
        return False
    if not case.question.answerable:
        return case.answer.status == "abstained"
    return all(stated(plain_text(case.answer), case.question.facts))


def fact_recall(case: CaseRun) -> float | None:
    """Return the share of the expected facts that the answer states."""
    return _recall(case, plain_text(case.answer)) if case.answer else None


def states_forbidden(case: CaseRun) -> float | None:
    """Return 1 if the answer states what the question forbids, 0 if not; None where nothing is forbidden."""
    if case.answer is None or not case.question.forbidden:
        return None
    return float(any(stated(plain_text(case.answer), case.question.forbidden)))


def both_sides(case: CaseRun) -> float | None:
    """Return 1 if the answer states every side of a conflict, 0 if not; None where there is none."""
    if case.answer is None or not case.question.sides:
        return None
    return float(all(all(stated(plain_text(case.answer), side)) for side in case.question.sides))


def shows_conflict(case: CaseRun) -> float | None:
    """Return 1 if the answer sets the sides of a conflict against each other, 0 if not; None where there is none."""
    if case.answer is None or not case.question.sides:
        return None
    shown = [" ".join(side.text for side in conflict.sides) for conflict in case.answer.conflicts]
    return float(any(all(all(stated(text, side)) for side in case.question.sides) for text in shown))


def quote_fact_recall(case: CaseRun) -> float | None:
    """Return the share of the expected facts that the answer's quotes state."""
    return _recall(case, quoted_text(case.answer)) if case.answer else None


def words(case: CaseRun) -> float | None:
    """Return how many words the answer has, marks left out; None for an abstention."""
    if case.answer is None or case.answer.status == "abstained":
        return None
    return float(len(plain_text(case.answer).split()))


def cites_expected(case: CaseRun) -> float | None:
    """Return 1 if a quote comes from an expected document, 0 if none does; None without quotes or expectation."""
    if case.answer is None or not case.answer.citations or not (case.question.answerable and case.question.documents):
        return None
    return float(any(case.question.expects(citation.source) for citation in case.answer.citations))


def citation_exactness(case: CaseRun) -> float | None:
    """Return the share of the quotes that stand word for word at their place in the indexed text.

    A citation must carry that text's hash, too. The nearest passages of an abstention are quotes as well.
    """
    exact = quotes_exact(case)
    return fmean(exact) if exact else None


def quotes_exact(case: CaseRun) -> list[bool]:
    """Return for each quote shown whether it is exact: the citations first, then the nearest passages."""
    if case.answer is None:
        return []
    nearest = case.answer.abstention.nearest if case.answer.abstention else ()
    expected: list[tuple[str, str | None]] = [
        (quote.cited_text, quote.content_sha256) for quote in case.answer.citations
    ]
    expected += [(passage.cited_text, None) for passage in nearest]
    return [
        here.text == text and sha256 in (None, here.content_sha256)
        for (text, sha256), here in zip(expected, case.slices, strict=True)
    ]


def citation_recall(case: CaseRun, judge: Judge) -> float | None:
    """Return the share of the claims that their quotes support together (ALCE, Gao et al. 2023)."""
    if case.answer is None:
        return None
    return _mean_judged([judge.supports(claim.text, _quotes(case.answer, claim)) for claim in case.answer.claims])


def citation_precision(case: CaseRun, judge: Judge) -> float | None:
    """Return the share of the claims' citations that do not stand idle (ALCE).

    A citation is idle if its claim is unsupported, or if it does not support the claim alone and the
    others do without it.
    """
    if case.answer is None:
        return None
    judged: list[bool | None] = []
    for claim in case.answer.claims:
        judged += _citations_needed(claim.text, _quotes(case.answer, claim), judge)
    return _mean_judged(judged)


def number_exactness(case: CaseRun) -> float | None:
    """Return the share of the answer's numbers that occur in the quotes of their claim; None without numbers."""
    if case.answer is None:
        return None
    exact = [
        occurs(number, _BETWEEN_QUOTES.join(citation.cited_text for citation in _cited(case.answer, claim)))
        for claim in case.answer.claims
        for number in read_numbers(claim.text)
    ]
    return fmean(exact) if exact else None


def abstention_precision(case: CaseRun) -> float | None:
    """Return for an abstention 1 if there was nothing to answer, 0 if there was; None for an answer."""
    return float(not case.question.answerable) if _abstained(case) else None


def abstention_recall(case: CaseRun) -> float | None:
    """Return for a question without an answer 1 if the program abstained, 0 if it answered."""
    return None if case.question.answerable or case.answer is None else float(_abstained(case))


def answered_unanswerable(case: CaseRun) -> float | None:
    """Return for a question without an answer 1 if one was given all the same."""
    return None if case.question.answerable or case.answer is None else float(not _abstained(case))


def wrong_abstention(case: CaseRun) -> float | None:
    """Return for an answerable question 1 if the program abstained, 0 if not."""
    return float(_abstained(case)) if case.question.answerable and case.answer else None


def meaning_leg(case: CaseRun) -> float | None:
    """Return 1 if the search by meaning found any of the hits; None without hits."""
    return float(any(hit.rank_meaning is not None for hit in case.hits)) if case.hits else None


def words_leg(case: CaseRun) -> float | None:
    """Return 1 if the search by words found any of the hits; None without hits."""
    return float(any(hit.rank_words is not None for hit in case.hits)) if case.hits else None


def _recall(case: CaseRun, text: str) -> float | None:
    found = stated(text, case.question.facts)
    return fmean(found) if found else None


def _abstained(case: CaseRun) -> bool:
    return case.answer is not None and case.answer.status == "abstained"


def _quotes(answer: Answer, claim: Claim) -> list[str]:
    """Return the quotes of a claim, each with its document's title in front, as ALCE shows passages.

    A mark without a citation is an empty quote.
    """
    titled = [
        f"{found.title}: {found.cited_text}" if found.title else found.cited_text for found in _cited(answer, claim)
    ]
    return titled + [""] * (len(claim.citations) - len(titled))


def _cited(answer: Answer, claim: Claim) -> list[Citation]:
    return [citation for citation in answer.citations if citation.n in claim.citations]


def _citations_needed(claim: str, quotes: Sequence[str], judge: Judge) -> list[bool | None]:
    supported = judge.supports(claim, quotes)
    if not supported:
        return [supported] * len(quotes)
    return [_is_needed(claim, quotes, place, judge) for place in range(len(quotes))]


def _is_needed(claim: str, quotes: Sequence[str], place: int, judge: Judge) -> bool:
    others = [*quotes[:place], *quotes[place + 1 :]]
    return bool(judge.supports(claim, [quotes[place]])) or not (others and judge.supports(claim, others))


def _mean_judged(judged: Sequence[bool | None]) -> float | None:
    """Return the mean, or None if there is nothing or if any of it could not be judged."""
    return fmean(judgement for judgement in judged if judgement is not None) if judged and None not in judged else None
