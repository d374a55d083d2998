"""Read a publication date as people write it."""

import re

from index.models import parse_date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio janeiro",
            "february feb februar février febrero febbraio fevereiro",
            "march mar märz mars marzo março",
            "april apr avril abril aprile",
            "may mai mayo maggio maio",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août agosto",
            "september sept sep septembre septiembre settembre setembro",
            "october oct oktober octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember décembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"\b(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\b(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_YEAR = r"(?P<year>\d{4})\b"
_WRITTEN = [
    re.compile(rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}", re.I),
    re.compile(rf"{_DAY}(?:\.|\s+(?:of|de))?[\s-]+{_MONTH},?(?:\s+de)?[\s-]+{_YEAR}", re.I),
    re.compile(r"\b(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"\b(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>(?:19|20)\d{2})\b"),
    re.compile(r"\b(?P<day>1[3-9]|2\d|3[01])[/-](?P<month>0?[1-9]|1[0-2])[/-](?P<year>(?:19|20)\d{2})\b"),
    re.compile(r"\b(?P<month>0?[1-9]|1[0-2])[/-](?P<day>1[3-9]|2\d|3[01])[/-](?P<year>(?:19|20)\d{2})\b"),
    re.compile(r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?日)?"),
    re.compile(rf"{_MONTH},?\s+{_YEAR}", re.I),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})(?![\d-])"),
]
_LABEL = re.compile(
    r"^(?:first\s+|last\s+)?(?:published|posted|updated|modified|released|date|dated|release\s+date)(?:\s+on)?\s*[:\-–]?\s*",
    re.I,
)
_AFTER = re.compile(
    r"""^[\s,|·•–—-]*(?:at\s+)?(?:T?\d{1,2}[:.h]\d{2}(?::\d{2}(?:\.\d+)?)?|\d{1,2}(?=\s?[ap]\.?m))?\s*(?:[ap]\.?m\.?)?
    \s*(?:\(?[A-Z]{2,5}(?:[+-]\d{1,2}(?::?\d{2})?)?\)?|[+-]\d{2}:?\d{2}|Z)?
    (?:[\s,|·•–—-]*\d{1,2}[ -]min(?:ute)?s?(?:\s+read)?)?
    (?:[\s,;|·•(–—-]*(?:last\s+)?(?:updated|modified)\b.*)?\s*$""",
    re.I | re.X,
)
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.I)
_BARE_YEAR = re.compile(r"(?:19|20)\d{2}")


def find_date(text: str) -> str | None:
    """Return the first date in `text` as YYYY, YYYY-MM or YYYY-MM-DD, or None if it holds no real date.

    Numeric forms that two countries read differently (02/03/2026) are not guessed at.
    """
    stripped = text.strip()
    return next(iter(find_dates(text)), stripped if _BARE_YEAR.fullmatch(stripped) else None)


def find_dates(text: str) -> list[str]:
    """Return the real dates in `text` that name at least a month, in order."""
    matches = [match for pattern in _WRITTEN for match in pattern.finditer(text)]
    dates: list[str] = []
    end = 0
    for match in sorted(matches, key=lambda match: (match.start(), -match.end())):
        if match.start() < end:  # the month of '31 June 2021' is no date of its own
            continue
        end = match.end()
        if date := _iso(match):
            dates.append(date)
    return dates


def date_line(line: str) -> str | None:
    """Return the date if the whole line is a date line ('Published: 2 Feb 2026, 10:30 GMT'), else None."""
    unlabelled = _LABEL.sub("", line.strip())
    rest = _WEEKDAY.sub("", unlabelled)
    for pattern in _WRITTEN:
        if (match := pattern.match(rest)) and _AFTER.match(rest[match.end() :]):
            return _iso(match)
    return rest if unlabelled != line.strip() and _BARE_YEAR.fullmatch(rest) else None


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
