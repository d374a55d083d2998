"""How likely a sentence answers a question: a logistic model of a few bounded features.

Fitted on the development questions of three corpora (articles on joint ventures, briefs, articles on other subjects),
on the twelve best-matching sentences of each question; a sentence that states an expected fact counts as an answer.
"""

import math

from assistant.fit import Fit
from assistant.late_interaction import SentenceScore
from assistant.understanding import Asked

_MATCH_PIECES = 4.7
_MATCH_WORDS = 1.3
_BEHIND_BEST = -8.4  # how much worse the sentence matches than the best of all, at most 0.4
_NAMES = 0.35
_ATTRIBUTE = 1.1
_TIME = 2.4
_TYPED = -2.65  # a kind of thing is asked for that can be told by its form ...
_TYPED_AND_THERE = 2.1  # ... and the sentence holds one
_INTERCEPT = -7.4
_MAX_BEHIND = 0.4
_UNTYPED = frozenset({Asked.OTHER, Asked.YES_NO, Asked.LIST, Asked.REASON})


def confidence(match: SentenceScore, fit: Fit, behind: float, asked: Asked) -> float:
    """Return the confidence, 0 to 1, that a sentence answers; `behind` is its match less than the best one's."""
    typed = asked not in _UNTYPED
    score = (
        _INTERCEPT
        + _MATCH_PIECES * match.pieces
        + _MATCH_WORDS * match.words
        + _BEHIND_BEST * min(behind, _MAX_BEHIND)
        + _NAMES * fit.names
        + _ATTRIBUTE * fit.attribute
        + _TIME * fit.time
        + (_TYPED + _TYPED_AND_THERE * fit.kind if typed else 0.0)
    )
    return 1 / (1 + math.exp(-score))
