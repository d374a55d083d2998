"""Units as texts write them: which words name the same unit, and which units exclude each other.

Only units of the table can contradict each other. A count noun ("vehicles", "orders") is not in
it: a text that says "1.58 million units" still states 1,580,000 vehicles.
"""

import re

_TABLE: dict[str, dict[str, str]] = {
    "money": {
        "yuan": "yuan|rmb|cny|renminbi|人民币|元",
        "dollars": "u.s. dollars|us dollars|dollars|dollar|us$|usd|$|美元",
        "euros": "euros|euro|eur|€|欧元",
        "yen": "yen|jpy|日元",
        "pounds": "pounds sterling|pounds|pound|gbp|£",
        "won": "won|krw|₩",
        "rupees": "rupees|rupee|inr|rs|₹",
    },
    "share": {
        "percent": "percent|per cent|per-cent|pct|%|％",
        "percentage points": "percentage points|percentage point|percent points|pp",
    },
    "time": {
        "years": "years|year|yrs|yr",
        "months": "months|month",
        "weeks": "weeks|week",
        "days": "days|day",
        "hours": "hours|hour|hrs",
        "minutes": "minutes|minute",
    },
    "length": {
        "kilometers": "kilometers|kilometres|kilometer|kilometre|km",
        "miles": "miles|mile",
    },
    "energy": {
        "kilowatt-hours": "kilowatt-hours|kilowatt hours|kwh",
        "gigawatt-hours": "gigawatt-hours|gigawatt hours|gwh",
    },
    "power": {"kilowatts": "kilowatts|kilowatt|kw", "horsepower": "horsepower|hp"},
    "tension": {"volts": "volts|volt|v"},
}
_GROUPS = {unit: group for group, units in _TABLE.items() for unit in units}
_WORDS = {word: unit for units in _TABLE.values() for unit, words in units.items() for word in words.split("|")}
_AMBIGUOUS = {"¥": frozenset({"yuan", "yen"}), "￥": frozenset({"yuan", "yen"})}
_BARE_MONEY_FROM = 1_000

_LONGEST_FIRST = sorted(_WORDS, key=len, reverse=True)
_WORD_END = r"(?![A-Za-z])"
_AFTER = re.compile(
    rf"[\s-]?(?:(?:chinese|japanese|american|new)\s)?"
    rf"(?P<unit>{'|'.join(re.escape(w) + (_WORD_END if w[-1].isalnum() else '') for w in _LONGEST_FIRST)}|[¥￥])",
    re.I,
)
_MONEY = sorted((w for w, unit in _WORDS.items() if _GROUPS[unit] == "money"), key=len, reverse=True)
_BEFORE = re.compile(rf"(?:^|(?<![A-Za-z]))(?P<unit>{'|'.join(map(re.escape, _MONEY))}|[¥￥])\.?\s?$", re.I)


def canonical(word: str) -> str:
    """Return the unit that `word` names ('RMB' gives 'yuan'), or the word itself in lower case if it is in no table."""
    folded = word.strip().casefold()
    return _WORDS.get(folded, folded)


def units_before(text: str) -> frozenset[str]:
    """Return the currencies that end `text`, the stretch in front of a number; '¥' may be two."""
    return _units_of(_BEFORE.search(text))


def units_after(text: str) -> frozenset[str]:
    """Return the units that start `text`, the stretch behind a number."""
    return _units_of(_AFTER.match(text))


def fits(expected: str | None, found: frozenset[str], value: float) -> bool:
    """Return whether a number with the units `found` may be one that is expected in the unit `expected`.

    A percentage must be marked as one. Money may stand bare from 1,000 on. Any other unit only has to
    not contradict: months are not years, and a sum of money is no number of vehicles.
    """
    if expected is None:
        return True
    unit = canonical(expected)
    if found:
        return unit in found
    if _GROUPS.get(unit) == "share":
        return False
    return _GROUPS.get(unit) != "money" or abs(value) >= _BARE_MONEY_FROM


def _units_of(match: re.Match[str] | None) -> frozenset[str]:
    if not match:
        return frozenset()
    found = match["unit"].casefold()
    return _AMBIGUOUS.get(found) or frozenset({canonical(found)})
