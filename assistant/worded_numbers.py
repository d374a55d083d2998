"""Read numbers written as words: 'ten', 'twenty-one', 'two hundred thousand', 'half a million', 'a dozen'."""

import re
from collections.abc import Iterator

from index.models import Span

_ONES = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SMALL = {"zero": 0, **_ONES, **_TEENS, **_TENS}
_SCALES = {"hundred": 10**2, "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_ONE = "|".join(_ONES)
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{_ONE}))?|{'|'.join(_TEENS)}|{_ONE}|zero)"
_BELOW_1000 = rf"(?:{_BELOW_100}(?:\shundred(?:\s(?:and\s)?{_BELOW_100})?)?)"
_GREAT = "thousand|million|billion|trillion|dozen"
_NUMBER = re.compile(
    rf"\b(?:half\san?\s(?:{'|'.join(_SCALES)})|an?\s(?:{'|'.join(_SCALES)})"
    rf"|{_BELOW_1000}(?:[\s-](?:{_GREAT})(?:\s(?:and\s)?{_BELOW_1000}(?:[\s-]thousand)?)?)?)\b",
    re.I,
)
# "one" that counts nothing: a pronoun or a part of a name.
_PRONOUN = re.compile(r"\b(?:no|any|every|each|which|this|that|the|another|some)[\s-]$", re.I)


def worded_numbers(text: str) -> Iterator[tuple[Span, float]]:
    """Yield the place and the value of each number that `text` writes as words."""
    for match in _NUMBER.finditer(text):
        if not _counts_nothing(text, match):
            yield Span(match.start(), match.end()), _value(re.findall(r"[a-z]+", match[0].lower()))


def _counts_nothing(text: str, match: re.Match[str]) -> bool:
    if match[0].lower() != "one":
        return False
    is_pronoun = _PRONOUN.search(text[: match.start()]) or re.match(r"\s(?:of|another)\b", text[match.end() :])
    return match[0] == "ONE" or bool(is_pronoun)


def _value(words: list[str]) -> float:
    """Return the value of a number's words: hundreds multiply what stands before them, greater scales close a group."""
    if words[0] == "half":
        return _SCALES[words[-1]] / 2
    total, group = 0.0, 0.0
    for word in words:
        if word in _SMALL:
            group += _SMALL[word]
        elif word in ("hundred", "dozen"):
            group = (group or 1) * _SCALES[word]
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0.0
    return total + group
