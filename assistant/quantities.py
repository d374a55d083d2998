"""Read the numbers in a text as a person would: '1.58 million', '$35 billion', '40 per cent', '12-18 months', 'ten'.

What is no number is left alone: names (N7, F-150, bZ4X, 3X), malformed groups ('2,69'), and words that
only hint at a number ('dozens', 'hundreds of', ordinals as words). Signs are ignored: a fall of 6.3% and -6.3%
are the same number.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.units import units_after, units_before
from assistant.worded_numbers import worded_numbers
from index.models import Span

_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "mn": 1e6, "mln": 1e6, "billion": 1e9, "bn": 1e9, "bln": 1e9,
    "trillion": 1e12, "tn": 1e12, "trn": 1e12, "lakh": 1e5, "crore": 1e7, "万": 1e4, "亿": 1e8,
}  # fmt: skip
_LETTER_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_DIGITS = re.compile(r"\d+(?:[.,\u00a0\u2009\u202f]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:([,\u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_SCALE = re.compile(rf"[\s-]?(?P<word>{'|'.join(sorted(_SCALES, key=len, reverse=True))})(?![A-Za-z])", re.I)
_LETTER = re.compile(r"(?P<letter>[kKmMbBtT])(?![A-Za-z0-9])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|s)(?![A-Za-z])", re.I)
_IN_A_NAME = re.compile(r"(?:[A-Za-z]\.?|[A-Z]-)$")
_NAME_GOES_ON = re.compile(r"[A-Za-z]")
_RANGE = re.compile(r"(?:\s?[-–—]\s?|\s(?:to|till|until)\s)[$€£¥]?")
_COORDINATION = re.compile(r"\s(?:and|or)\s|,\s|/")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at its place in a text.

    `readings` holds every value it may have ('1.5T' is 1.5 or 1.5e12); `units` every unit it may carry
    ('¥' is yuan or yen), and is empty if none stands beside it.
    """

    span: Span
    readings: tuple[float, ...]
    units: frozenset[str]

    def is_value(self, value: float, tolerance: float = 0.0) -> bool:
        """Return whether a reading is `value` within the relative `tolerance`."""
        return any(
            math.isclose(reading, value, rel_tol=1e-9) or _near(reading, value, tolerance) for reading in self.readings
        )


def read_numbers(text: str) -> list[Quantity]:
    """Return the numbers of `text` in reading order; offsets are code points."""
    found = [*_numerals(text), *_worded(text)]
    return _share_with_neighbours(text, sorted(found, key=lambda quantity: quantity.span))


def _near(reading: float, value: float, tolerance: float) -> bool:
    return abs(reading - value) <= tolerance * abs(value)


def _numerals(text: str) -> Iterator[Quantity]:
    for match in _DIGITS.finditer(text):
        if not _GROUPED.fullmatch(match[0]):
            continue
        before = units_before(text[max(0, match.start() - 16) : match.start()])
        if not before and _IN_A_NAME.search(text[max(0, match.start() - 2) : match.start()]):
            continue
        value = float(re.sub(r"[^\d.]", "", match[0]))
        readings, end = _scaled(text, match.end(), value, bool(before))
        units = before or units_after(text[end : end + 40])
        if end == match.end() and not units and _is_name(text, end):
            continue
        yield Quantity(Span(match.start(), end), readings, units)


def _scaled(text: str, end: int, value: float, is_money: bool) -> tuple[tuple[float, ...], int]:
    """Return the readings of `value` with the scale that follows at `end`, and where the scale ends."""
    if letter := _LETTER.match(text, end):
        scaled = value * _LETTER_SCALES[letter["letter"].lower()]
        plain_too = not is_money and letter["letter"] in "mMtT"
        return ((scaled, value) if plain_too else (scaled,)), letter.end()
    while scale := _SCALE.match(text, end):
        value, end = value * _SCALES[scale["word"].lower()], scale.end()
    return (value,), end


def _is_name(text: str, end: int) -> bool:
    return bool(_NAME_GOES_ON.match(text, end)) and not _ORDINAL.match(text, end)


def _worded(text: str) -> Iterator[Quantity]:
    for span, value in worded_numbers(text):
        before = units_before(text[max(0, span.start - 16) : span.start])
        yield Quantity(span, (value,), before or units_after(text[span.end : span.end + 40]))


def _share_with_neighbours(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give both ends of a range its unit and scale ('$3-5 billion'), and '6.3 and 24.3 percent' both the percent."""
    shared = list(found)
    for place in range(len(found) - 1, 0, -1):
        left, right = shared[place - 1], shared[place]
        between = text[left.span.end : right.span.start]
        if _RANGE.fullmatch(between):
            shared[place - 1] = replace(
                left, readings=_range_readings(left, right, text), units=left.units or right.units
            )
            shared[place] = replace(right, units=right.units or left.units)
        elif _COORDINATION.fullmatch(between) and not left.units and "percent" in right.units and not _is_year(left):
            shared[place - 1] = replace(left, units=right.units)
    return shared


def _range_readings(left: Quantity, right: Quantity, text: str) -> tuple[float, ...]:
    """Return the readings of a range's left end: its own, and its own times the right end's scale."""
    right_digits = _DIGITS.match(text, right.span.start)
    bare = float(re.sub(r"[^\d.]", "", right_digits[0])) if right_digits else 0.0
    if len(left.readings) > 1 or not bare or left.readings[0] > bare:
        return left.readings
    scale = right.readings[0] / bare
    return (left.readings[0] * scale, left.readings[0]) if scale > 1 else left.readings


def _is_year(quantity: Quantity) -> bool:
    return quantity.readings[0].is_integer() and 1900 <= quantity.readings[0] <= 2100
