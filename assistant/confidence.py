"""How likely a sentence answers a question: a logistic model of a few bounded features.

The weights were fitted on the development questions by `python -m assistant.evaluation.calibrate`: the best-matching
sentences of each question are examples, those that state an expected fact are the answers among them.
"""

import math
from dataclasses import astuple, dataclass

from assistant.fit import Fit
from assistant.late_interaction import SentenceScore
from assistant.understanding import Asked

_MAX_BEHIND = 0.4
_UNTYPED = frozenset({Asked.OTHER, Asked.YES_NO, Asked.LIST, Asked.REASON})


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence in a sentence rests on, each 0 to 1.

    `behind` is how much worse the sentence matches than the best of all. `typed` is 1 if the question
    asks for a kind of thing that can be told by its form, `there` is 1 if the sentence holds one then.
    """

    pieces: float
    words: float
    behind: float
    names: float
    attribute: float
    time: float
    typed: float
    there: float


WEIGHTS = Features(pieces=3.8, words=2.5, behind=-8.2, names=0.5, attribute=1.1, time=4.3, typed=-2.6, there=2.1)
INTERCEPT = -9.45


def features(match: SentenceScore, fit: Fit, best: float, asked: Asked) -> Features:
    """Return the features of a sentence; `best` is the mean score of the best-matching one."""
    typed = float(asked not in _UNTYPED)
    behind = min(best - match.mean, _MAX_BEHIND)
    return Features(match.pieces, match.words, behind, fit.names, fit.attribute, fit.time, typed, typed * fit.kind)


def confidence(given: Features) -> float:
    """Return the confidence, 0 to 1, that a sentence with these features answers."""
    score = INTERCEPT + sum(weight * value for weight, value in zip(astuple(WEIGHTS), astuple(given), strict=True))
    return 1 / (1 + math.exp(-score))
