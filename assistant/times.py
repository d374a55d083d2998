"""Read the time a question asks about, and tell whether a sentence is of that time.

A question may name years ("in 2016"), a side of one ("before 2020", "since the 2024 cut"), a span ("from 2011 to
2014"), or ask for how things are now ("latest", "currently"). A sentence is of the years it names, else of the date of
the events that its passage tells of.
"""

import re
from dataclasses import dataclass

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
_SHORT_YEAR = re.compile(r"\b(?:[1-4][HQ]|FY ?)(\d{2})\b")
_Y = r"(?P<{}>(?:19|20)\d{{2}})"
_REACH = (
    r"(?:\s+(?:the|end|start|beginning|middle|close|of|its|year|early|late|mid|[a-z]+uary|march|april|may|june|july"
    r"|august|[a-z]+ember|october|\d{1,2},?))*[\s-]+"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from){_REACH}{_Y.format('a')}\s+(?:and|to|until|till|through){_REACH}{_Y.format('b')}", re.I
)
_BEFORE = re.compile(
    rf"\b(?:before|prior to|ahead of|until|till|up to|earlier than|pre){_REACH}(?:\w+\s)?{_Y.format('a')}", re.I
)
_AFTER = re.compile(rf"\b(?:after|since|following|later than|post|from){_REACH}(?:\w+\s)?{_Y.format('a')}", re.I)
_NOW = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|current(?:ly)?|now|nowadays|today|at present|these days|still|as of now)\b",
    re.I,
)
_PRESENT = re.compile(
    r"\b(?:is|are|has|have|does|do|owns?|holds?|belongs?|runs?|makes?|builds?|employs?|controls?|stands?|lies|works?|leads?|"
    r"heads?|chairs?|operates?|produces?)\b",
    re.I,
)
_PAST = re.compile(r"\b(?:was|were|did|had|used to|once|formerly|originally|initially|at first)\b", re.I)
_FIRST, _LAST = 1000, 9999


@dataclass(frozen=True, slots=True)
class AskedTime:
    """The time of a question: `years` it names, the span it asks for, whether it asks how things are now."""

    years: frozenset[str] = frozenset()
    first: int = _FIRST
    last: int = _LAST
    now: bool = False

    @property
    def is_open(self) -> bool:
        """Whether any time will do."""
        return not self.years

    def admits(self, years: frozenset[str]) -> bool:
        """Whether one of `years` is of the time asked for; a year that the question names always is."""
        if self.is_open or not years or years & self.years:
            return True
        return (self.first, self.last) != (_FIRST, _LAST) and any(
            self.first <= int(year) <= self.last for year in years
        )


def asked_time(text: str) -> AskedTime:
    """Return the time that a question asks about."""
    years = years_in(text)
    if not years:
        return AskedTime(now=bool(_NOW.search(text) or (_PRESENT.search(text) and not _PAST.search(text))))
    if found := _BETWEEN.search(text):
        return AskedTime(years, int(found["a"]), int(found["b"]))
    before, after = _BEFORE.search(text), _AFTER.search(text)
    first = int(after["a"]) if after else _FIRST
    last = int(before["a"]) if before else _LAST
    return AskedTime(years, first, last)


def years_in(text: str) -> frozenset[str]:
    """Return the years that `text` names; a half-year or fiscal year ('1H25', 'FY24') names its year too."""
    return frozenset(_YEAR.findall(text)) | {f"20{year}" for year in _SHORT_YEAR.findall(text)}
