"""Tell whether a claim is supported by its quotes: the judge of citation recall and precision.

Anything with the `Judge` protocol will do: an entailment model, a chat model. The deterministic judge needs
neither; it cannot see a turned meaning ("will" for "will not"), so it is an upper bound for a model's free wording.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from assistant.evaluation.facts import fold
from assistant.quantities import Quantity, read_numbers

_WORDS_SHARE = 0.6
_STEM = 5
_STOP_WORDS = frozenset(
    "a about above after again all also an and any are as at be because been before being between both but by can "
    "could did do does during each for from further had has have having he her here him his how if in into is it its "
    "just more most no nor not of off on once only or other our out over own same she should so some such than that "
    "the their them then there these they this those through to too under until up very was we were what when where "
    "which while who whom why will with would you your".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


class Judge(Protocol):
    """Decides whether quotes support a claim. `name` goes into the report."""

    name: str

    def supports(self, claim: str, quotes: Sequence[str]) -> bool | None:
        """Return whether `quotes` together support `claim`; None if that cannot be judged."""
        ...


class DeterministicJudge:
    """Supported is a claim whose numbers and names all occur in the quotes, and three in five of its other words."""

    name = f"deterministic (all numbers and names, {_WORDS_SHARE:.0%} of the content words)"

    def supports(self, claim: str, quotes: Sequence[str]) -> bool | None:
        """Return whether `quotes` support `claim`; None for a claim without a word or number."""
        claim, quoted = fold(claim), " ".join(fold(quote) for quote in quotes)
        names, words = names_of(claim), _content_words(claim)
        numbers = read_numbers(claim)
        if not (names or words or numbers):
            return None
        there = {_stem(word) for word in _words(quoted)}
        if not all(occurs(number, quoted) for number in numbers) or not names <= _names_anywhere(quoted):
            return False
        found = sum(_stem(word) in there for word in words)
        return found >= _WORDS_SHARE * len(words)


def occurs(number: Quantity, text: str) -> bool:
    """Return whether `text` holds the number, in any form, without a unit that contradicts it."""
    return any(
        other.is_value(reading) and (not number.units or not other.units or bool(number.units & other.units))
        for other in _numbers(text)
        for reading in number.readings
    )


def names_of(claim: str) -> frozenset[str]:
    """Return the words of `claim` that are names, in lower case: capitalised inside the sentence, or mixed ('SU7')."""
    found = set()
    for place, match in enumerate(_WORD.finditer(claim)):
        word = _bare(match[0])
        is_mixed = any(letter.isupper() for letter in word[1:]) or (word[0].isalpha() and any(map(str.isdigit, word)))
        is_inside = place > 0 and word[0].isupper() and claim[: match.start()].rstrip()[-1:] not in {".", "!", "?", ":"}
        if is_mixed or is_inside:
            found.add(word.casefold())
    return frozenset(found - _STOP_WORDS)


@lru_cache(maxsize=1024)
def _numbers(text: str) -> tuple[Quantity, ...]:
    return tuple(read_numbers(text))


def _names_anywhere(text: str) -> frozenset[str]:
    return frozenset(_bare(word).casefold() for word in _words(text))


def _content_words(claim: str) -> list[str]:
    names = names_of(claim)
    words = [_bare(word).casefold() for word in _words(claim)]
    return [word for word in words if word.isalpha() and len(word) > 2 and word not in _STOP_WORDS | names]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)


def _stem(word: str) -> str:
    """Return the start of a word, which inflection leaves alone ('exports' and 'exporting' give 'expor')."""
    return _bare(word).casefold()[:_STEM]
