"""Find where sources differ: conflicts that a document records, and those between the documents themselves.

A conflict is shown only between sentences of the answer, each with its own citation; which side is right is not said.
"""

import re
from collections.abc import Sequence

from assistant.draft import DraftClaim, DraftConflict, DraftSide
from assistant.quantities import Quantity, read_numbers
from assistant.selection import Candidate
from assistant.times import years_in
from assistant.understanding import FIGURES, Asked, Question
from index.words import content_words

_RECORDED = re.compile(
    r"\b(?:sources?|accounts?|reports?|figures?|estimates?|newspapers?|papers?)\s+(?:differ|disagree|diverge|conflict|vary"
    r"|are (?:divided|at odds))\b(?:\s+(?:on|about|over|as to))?\s*",
    re.I,
)
_GIVES = r"(?:gives?|says?|puts?|lists?|names?|includes?|reports?|has|have|counts?|speaks?|writes?|still|states?)"
_NEXT_SIDE = re.compile(rf"[,;]\s+(?:and\s+|while\s+|whereas\s+|but\s+)?(?=[^,;]*?\s{_GIVES}\b)")
_MONTH = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|quarter|half)\b", re.I
)
_NEARLY_AS_GOOD = 0.75  # of the best sentence's confidence
_ALIKE = 0.4  # share of the shorter sentence's content words that both have
_NEARLY_ALIKE = 0.6  # the same, where the question does not ask for a figure
_NAMED = 0.5  # what the question names stands in the passage of each
_TOLERANCE = 0.005  # rounding is no conflict
_COUNTED = FIGURES | {Asked.OTHER}


def recorded(claim: DraftClaim) -> DraftConflict | None:
    """Return the conflict that a sentence records ('Sources differ on X: A gives 3, B gives 4.'), or None."""
    found = _RECORDED.search(claim.text)
    what, colon, rest = claim.text[found.end() :].partition(":") if found else ("", "", "")
    sides = [side.strip(" .") for side in _NEXT_SIDE.split(rest)] if colon else []
    if len(sides) < 2:
        return None
    return DraftConflict(what.strip(), tuple(DraftSide(side, claim) for side in sides))


def records_conflict(text: str) -> bool:
    """Return whether a sentence says that sources differ."""
    return bool(_RECORDED.search(text))


def conflict_between(question: Question, claim: DraftClaim, other: DraftClaim) -> list[DraftConflict]:
    """Return the conflict between two claims; none where what the other one rests on records it itself."""
    if any(records_conflict(quote.text) for quote in other.quotes):
        return []
    return [DraftConflict(question.text, tuple(DraftSide(each.text, each) for each in (claim, other)))]


def distinct(conflicts: Sequence[DraftConflict]) -> tuple[DraftConflict, ...]:
    """Return the conflicts, of those with the same sides the first."""
    return tuple({frozenset(side.text for side in each.sides): each for each in reversed(conflicts)}.values())[::-1]


def dispute_of(question: Question, item: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """Return the sentence that shows a chosen one to be disputed: a recorded conflict, or another document; or None."""
    return _record_of(item, ranked) or _contradicting(question, item, ranked)


def _record_of(item: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """Return the sentence of the same document that records a conflict over a value of this one, or None."""
    document, values = item.passage.document.document_id, read_numbers(item.text)
    if records_conflict(item.text):
        return None
    for other in ranked:
        if other.passage.document.document_id == document and records_conflict(other.text):
            told = [number for number in read_numbers(other.text) if not _is_year(number)]
            if _agree([number for number in values if not _is_year(number)], told) and _overlap(item, other) >= _ALIKE:
                return other
    return None


def _contradicting(question: Question, best: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """Return the likeliest sentence of another document that gives another value for what is asked, or None.

    Both must answer about equally well and speak of the same time in much the same words, so that two years, two
    companies or a part and its whole are not taken for two accounts of one thing.
    """
    values = _values(question, best.text)
    if question.asked not in _COUNTED or not values or records_conflict(best.text):
        return None
    for item in ranked:
        if item.confidence < _NEARLY_AS_GOOD * best.confidence:
            return None
        others = _values(question, item.text)
        is_apart = item.passage.document.document_id != best.passage.document.document_id
        if is_apart and others and not _agree(values, others) and _same_matter(question, best, item):
            return item
    return None


def _values(question: Question, text: str) -> list[Quantity]:
    """Return the values in `text` of the kind asked for."""
    if question.asked is Asked.DATE:
        return [number for number in read_numbers(text) if _is_year(number)]
    numbers = [number for number in read_numbers(text) if not _is_year(number)]
    shares = [number for number in numbers if number.units & {"percent", "percentage points"}]
    if question.asked is Asked.OTHER:
        return numbers
    return shares if question.asked is Asked.PERCENT else [number for number in numbers if number not in shares]


def _is_year(number: Quantity) -> bool:
    return not number.units and number.readings[0].is_integer() and 1900 <= number.readings[0] <= 2100


def _agree(values: Sequence[Quantity], others: Sequence[Quantity]) -> bool:
    """Whether the two sentences have a value in common; years are exact."""
    pairs = [(value, reading) for value in values for other in others for reading in other.readings]
    return any(value.is_value(reading, 0.0 if _is_year(value) else _TOLERANCE) for value, reading in pairs)


def _same_matter(question: Question, one: Candidate, other: Candidate) -> bool:
    """Whether two sentences are of the same time, unless that is what is asked, and share many of their words."""
    is_apart = question.asked is not Asked.DATE and _times(one) != _times(other)
    if is_apart or one.fit.names < _NAMED or other.fit.names < _NAMED:
        return False
    return _overlap(one, other) >= (_NEARLY_ALIKE if question.asked is Asked.OTHER else _ALIKE)


def _overlap(one: Candidate, other: Candidate) -> float:
    """Return which share of the shorter sentence's content words both have."""
    words, others = _words(one.text), _words(other.text)
    return len(words & others) / (min(len(words), len(others)) or 1)


def _times(item: Candidate) -> tuple[frozenset[str], frozenset[str]]:
    dated = years_in(item.text) or years_in(item.passage.event or "")
    return dated, frozenset(month.lower() for month in _MONTH.findall(item.text))


def _words(text: str) -> set[str]:
    """Return the beginnings of the content words of a text: 'employs' and 'employed' count as one."""
    return {word.lower()[:6] for word in content_words(text) if not word[0].isdigit()}
