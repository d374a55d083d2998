"""Read a publication date as people write it."""

import re

from index.models import parse_date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_WRITTEN = [
    re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"),
    re.compile(rf"\b{_MONTH},?\s+(?P<year>\d{{4}})\b", re.I),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})(?!\d)"),
]
_LABEL = re.compile(
    r"^(?:(?:first\s+)?(?:published|posted|updated|last updated|date|dated|release date)(?:\s+on)?\s*[:\-]?\s*)", re.I
)
_CLOCK = re.compile(
    r"^[\s,|·•–—-]*(?:at\s+)?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\s*(?:[ap]\.?m\.?)?\s*"
    r"(?:[A-Z]{2,5}|[+-]\d{2}:?\d{2}|Z)?(?:[\s,|·•–—-]*\d{1,2}[ -]min(?:ute)?s?\s+read)?\s*$",
    re.I,
)
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.I)


def find_date(text: str) -> str | None:
    """Return the first date in `text` as YYYY, YYYY-MM or YYYY-MM-DD, or None if it holds no real date.

    Numeric forms that two countries read differently (02/03/2026) are not guessed at.
    """
    for pattern in _WRITTEN:
        if match := pattern.search(text):
            return _iso(match)
    stripped = text.strip()
    return stripped if re.fullmatch(r"(?:19|20)\d{2}", stripped) else None


def date_line(line: str) -> str | None:
    """Return the date if the whole line is a date line ('Published: 2 Feb 2026, 10:30 GMT'), else None."""
    rest = _WEEKDAY.sub("", _LABEL.sub("", line.strip()))
    for pattern in _WRITTEN:
        if (match := pattern.match(rest)) and _CLOCK.match(rest[match.end() :]):
            return _iso(match)
    return None


def _iso(match: re.Match[str]) -> str | None:
    fields = match.groupdict()
    month = fields["month"].lower()
    number = _MONTHS.get(month) or int(month)
    text = f"{fields['year']}-{number:02d}"
    if fields.get("day"):
        text += f"-{int(fields['day']):02d}"
    try:
        return parse_date(text)
    except ValueError:
        return None
