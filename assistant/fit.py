"""Decide whether a stretch of text answers a question: its entity, the kind of thing asked for, its time.

The same function picks the sentences of an answer and decides to abstain.
"""

import re
from dataclasses import dataclass

from assistant.names import Name, is_country, mentions, new_names
from assistant.understanding import Asked, Question

_SCALE = r"(?:hundred|thousand|million|billion|trillion|bn|mn|m|k)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER_WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|half|both|third|hundreds|thousands|millions"
)
_PLAIN_NUMBER = re.compile(
    rf"(?<![\w.])(?!(?:19|20)\d{{2}}\b(?!,\d))\d[\d.,]*(?:\s*{_SCALE})?\b(?!\s*(?:%|per ?cent))|\b(?:{_NUMBER_WORD})\b",
    re.I,
)
_MONEY = re.compile(
    rf"[$€£¥₩]\s?\d|\b(?:USD|EUR|RMB|CNY|JPY|GBP|INR|NOK|SEK|CHF)\s?\d|\d[\d.,]*\s*(?:{_SCALE}\s+)?"
    r"(?:US |U\.S\. )?(?:yuan|dollars?|euros?|yen|won|rupees?|pounds?|francs?|krone[rn]?|"
    r"kronor|USD|EUR|RMB|CNY|renminbi)\b",
    re.I,
)
_PERCENT = re.compile(
    r"\d\s*(?:%|per ?cent|percentage)|\b\d{1,2}\s?[:/-]\s?\d{1,2}\b|"
    r"\b(?:equal (?:shares?|parts?|stakes?)|wholly|majority|half)\b",
    re.I,
)
_DATE = re.compile(
    rf"\b(?:19|20)\d{{2}}s?\b|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:last|next|this) "
    r"(?:week|month|year|spring|summer|autumn|winter|quarter)\b|"
    r"\b\w+ (?:years?|months?|weeks?|decades?) (?:ago|later|earlier)\b|"
    r"\b(?:first|second|third|fourth) (?:quarter|half)\b",
    re.I,
)
_MEASURE_WORDS = {
    "kilomet": r"kilomet(?:er|re)s?|km", "km": r"kilomet(?:er|re)s?|km", "mile": r"miles?", "month": r"months?",
    "year": r"years?|annual\w*|decades?",
    "week": r"weeks?", "day": r"days?", "hour": r"hours?", "met": r"met(?:er|re)s?|m",
    "mw": "mw|megawatts?", "megawatt": "mw|megawatts?", "gigawatt": "gw|gigawatts?", "ton": r"tonn?es?|tons?",
    "acre": "acres?", "hectare": "hectares?|ha", "minute": "minutes?",
}  # fmt: skip
_ANY_MEASURE = r"years?|months?|weeks?|days?|hours?|minutes?|km|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|decades?"
_PERSON = re.compile(r"\b[A-Z][\w’'-]+(?:\s+(?:van|von|de|al|bin|der))?\s+[A-Z][\w’'-]+")
_ROLE = re.compile(
    r"\b(?:chair\w*|president|ceo|cfo|chief|director|managers?|head(?:s|ed)?\b|lead(?:s|er|ing)?\b|led\b|founder|economist|"
    r"analyst|minister|professor|dr|mr|mrs|ms|spokes\w+|secretary|captain|coach|curator|mayor|executive|officer|said|told|"
    r"noted|added|argued|believes?|wrote|according to|appointed|named|succeed\w*)\b",
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|outside|into|across|of|includ(?:ing|es?|ed)|and|or|between|through)\s+(?:the\s+)?"
    r"(?P<place>[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)*)"
)
_TOWN = re.compile(r"\b(?:city|cities|town|state|province|plant|factory|works)\b", re.I)
_CAUSE = re.compile(
    r"\b(?:because|since|due to|owing to|thanks to|as a result|so that|in order to|driven by|caus\w+|reasons?|led to|"
    r"push\w*|stem\w*|therefore|hence|reflect\w*|hinges?|after|as|to [a-z]+|amid|by [a-z]+ing|with [a-z]+|which)\b",
    re.I,
)
_PERCENT_OR_SUM = re.compile(rf"{_MONEY.pattern}|\d[\d.,]*\s*(?:%|per ?cent)", re.I)
_CLAUSE = re.compile(r"[,;]?\s+(?:while|whereas)\s+|;\s+|,\s+but\s+")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class Fit:
    """How a stretch of text stands to a question: each aspect 0 (missing) to 1 (there)."""

    names: float
    kind: float
    time: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader of a sentence has before their eyes: what it carries on from, its headings, its passage."""

    carried: str
    headings: str
    passage: str


def fit(question: Question, text: str, around: Surroundings) -> Fit:
    """Return how `text`, read in its surroundings, stands to `question`."""
    levels = {name.text: _name_level(name, text, around) for name in question.names}
    kind = 1.0 if holds(question, text) else 0.0
    time = _time_fits(question, text, around)
    missing = [name for name, level in levels.items() if level < 0.5]
    if not kind:
        missing.append(_WANTED[question.asked])
    if not time:
        missing.append(", ".join(sorted(question.years)))
    weakest = min((level for name, level in levels.items()), default=1.0)
    return Fit(weakest, kind, time, tuple(missing))


def _name_level(name: Name, text: str, around: Surroundings) -> float:
    """Return 1 if the sentence names it, less the farther away it is named, 0 if nothing near does."""
    if mentions(text, name):
        return 1.0
    if mentions(around.carried, name):
        return 0.9
    if mentions(around.headings, name):
        return 0.8
    if name.is_place:
        return 0.7
    return 0.3 if mentions(around.passage, name) else 0.0


def holds(question: Question, text: str) -> bool:
    """Return whether `text` holds a thing of the kind asked for that the question does not name itself."""
    match question.asked:
        case Asked.NUMBER:
            return _has_count(text, question.text)
        case Asked.MONEY:
            return _has_new(_MONEY, text, question.text)
        case Asked.PERCENT:
            return _has_new(_PERCENT, text, question.text)
        case Asked.MEASURE:
            return _has_new(_measure(question.unit), text, question.text)
        case Asked.DATE:
            return _has_new(_DATE, text, question.text)
        case Asked.PERSON:
            return _names_person(text, question.text)
        case Asked.PLACE:
            return _names_place(text, question.text)
        case Asked.REASON:
            return bool(_CAUSE.search(text))
        case Asked.NAME:
            return bool(new_names(text, question.text)) or _names_person(text, question.text)
        case _:
            return True


_WANTED = {
    Asked.NUMBER: "the number asked for",
    Asked.MONEY: "the sum asked for",
    Asked.PERCENT: "the percentage asked for",
    Asked.MEASURE: "the measure asked for",
    Asked.DATE: "the time asked for",
    Asked.PERSON: "the person asked for",
    Asked.PLACE: "the place asked for",
    Asked.REASON: "the reason asked for",
    Asked.NAME: "the name asked for",
}


def _has_new(pattern: re.Pattern[str], text: str, question: str) -> bool:
    asked = question.lower()
    return any(match.group().lower().strip() not in asked for match in pattern.finditer(text))


def _has_count(text: str, question: str) -> bool:
    """Whether `text` holds a number of things; sums, shares and measures are none unless 'how much' is asked."""
    if not re.search(r"\bhow many\b", question, re.I) and _has_new(_PERCENT, text, question):
        return True
    without = text if re.search(r"\bhow much\b", question, re.I) else _PERCENT_OR_SUM.sub(" ", text)
    return _has_new(_PLAIN_NUMBER, without, question)


def _names_place(text: str, question: str) -> bool:
    """Whether `text` names a place that the question does not; a town is not a country."""
    asked = question.lower()
    places = [match["place"] for match in _PLACE.finditer(text) if match["place"].lower() not in asked]
    return any(not is_country(place) for place in places) if _TOWN.search(question) else bool(places)


def _measure(unit: str) -> re.Pattern[str]:
    units = next((words for stem, words in _MEASURE_WORDS.items() if unit.startswith(stem)), _ANY_MEASURE)
    number = rf"(?:\d[\d.,–-]*|{_NUMBER_WORD}|an?|first|second|fifth|sixth|seventh)"
    return re.compile(rf"\b{number}(?:[\s-]+\w+){{0,3}}?[\s-]+(?:{units})\b", re.I)


def _names_person(text: str, question: str) -> bool:
    asked = question.lower()
    people = [match.group() for match in _PERSON.finditer(text) if match.group().lower() not in asked]
    return bool(_ROLE.search(text)) and bool(people or [name for name in new_names(text, question) if name.isalpha()])


def _time_fits(question: Question, text: str, around: Surroundings) -> float:
    """Return 0 if the question names a year and the text names only others."""
    if not question.years:
        return 1.0
    years = set(_YEAR.findall(text)) or set(_YEAR.findall(around.carried))
    return 0.0 if years and not years & question.years else 1.0
