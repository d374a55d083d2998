"""How likely a sentence answers a question.

The features of a sentence order the candidates at first look and are among what the reader (`assistant.reader`) sees;
both together give the confidence. The weights are fitted on the development questions by `make calibrate`.
"""

import math
from dataclasses import astuple, dataclass

from assistant.fit import Fit
from assistant.late_interaction import SentenceScore
from assistant.understanding import Asked

_MAX_BEHIND = 0.4
_UNRELATED = 0.36
_SUREST_NO = -2.5  # of the reader: it knows no sentences as plain as some that answer
_UNTYPED = frozenset({Asked.OTHER, Asked.YES_NO, Asked.LIST, Asked.REASON})


@dataclass(frozen=True, slots=True)
class Features:
    """What can be told of a sentence without reading it closely, each 0 to 1.

    `behind` is how much worse the sentence matches than the best of all. `typed` is 1 if the question
    asks for a kind of thing that can be told by its form, `there` is 1 if the sentence holds one then.
    """

    pieces: float
    words: float
    behind: float
    names: float
    time: float
    typed: float
    there: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Two logistic models: the first look over the features; the second over reader and first look."""

    first: Features
    first_intercept: float
    reading: float
    first_look: float
    intercept: float


WEIGHTS = Weights(
    first=Features(pieces=3.8, words=2.5, behind=-8.2, names=0.5, time=4.3, typed=-2.6, there=2.1),
    first_intercept=-8.35,
    reading=0.7,
    first_look=0.8,
    intercept=1.87,
)


def features(match: SentenceScore, fit: Fit, best: float, asked: Asked) -> Features:
    """Return the features of a sentence; `best` is the mean score of the best-matching one."""
    typed = float(asked not in _UNTYPED)
    behind = min(best - match.mean, _MAX_BEHIND)
    return Features(match.pieces, match.words, behind, fit.names, fit.time, typed, typed * fit.kind)


def likelihood(given: Features) -> float:
    """Return the log-odds that a sentence answers, at first look."""
    pairs = zip(astuple(WEIGHTS.first), astuple(given), strict=True)
    return WEIGHTS.first_intercept + float(sum(weight * value for weight, value in pairs))


def second_look(reading: float, given: Features) -> tuple[float, float]:
    """Return what the confidence rests on: the reader's log-odds, bounded below, and those at first look."""
    return max(reading, _SUREST_NO), likelihood(given)


def confidence(reading: float, given: Features) -> float:
    """Return the confidence, 0 to 1, in a sentence from the reader's log-odds and its features.

    A sentence less like the question than any answer is to its question is about something else: 0.
    """
    if given.pieces < _UNRELATED:
        return 0.0
    read, looked = second_look(reading, given)
    score = WEIGHTS.intercept + WEIGHTS.reading * read + WEIGHTS.first_look * looked
    return 1.0 / (1.0 + math.exp(-score))
