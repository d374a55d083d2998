"""Read a question: what kind of thing it asks for, its content words, whether it is one at all."""

import re
from dataclasses import dataclass
from enum import StrEnum

from index.words import content_words


class Asked(StrEnum):
    """The kind of thing a question asks for."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    OTHER = "other"


_ASKED: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (Asked.DATE, re.compile(r"\b(?:when|(?:what|which) (?:year|month|date|day|quarter)|since when|by when)\b", re.I)),
    (
        Asked.PERCENT,
        re.compile(
            r"\b(?:percent(?:age)?|per cent|(?:what|how (?:big|large|much)|which)\b.{0,30}\b(?:share|stake))\b", re.I
        ),
    ),
    (
        Asked.MONEY,
        re.compile(
            r"\bhow much (?:money|capital|cash)\b|\b(?:what|how much)\b.{0,60}\b(?:price[ds]?|costs?|paid|pay|"
            r"invest\w*|capital|spend\w*|spent|budget|revenue|profit)\b",
            re.I,
        ),
    ),
    (Asked.NUMBER, re.compile(r"\bhow (?:many|much|far|long|old|big|large|fast)\b|\bwhat (?:is the )?number\b", re.I)),
)
_NUMBER_WORDS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NUMBER = re.compile(rf"\d[\d.,]*|\b(?:{_NUMBER_WORDS})\b", re.I)
_HOLDS: dict[Asked, re.Pattern[str]] = {
    Asked.NUMBER: _NUMBER,
    Asked.MONEY: re.compile(
        r"[$€£¥₩]\s?\d|(?:\b(?:USD|EUR|RMB|CNY|JPY|GBP|INR)\s?\d)|\d[\d.,]*\s*(?:(?:thousand|million|billion|trillion|bn|mn|m|k)\s+)?"
        r"(?:yuan|dollars?|euros?|yen|won|rupees|pounds|USD|EUR|RMB|CNY|renminbi)\b",
        re.I,
    ),
    Asked.PERCENT: re.compile(
        r"\d\s*(?:%|per ?cent|percentage)|\b(?:half|majority|equal)\b|\d{2}\s?[:/-]\s?\d{2}\b", re.I
    ),
    Asked.DATE: re.compile(rf"\b(?:19|20)\d{{2}}\b|\b(?:{_MONTHS})\b|\b(?:Monday|weekend|week|month|year)\b"),
}
_NOT_A_QUESTION = re.compile(
    r"""\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|documents?|sources?|rules?|prompts?|above|previous)\b
    | \b(?:system|hidden|initial)\ prompt\b | \byour\ (?:instructions|prompt|rules|configuration)\b
    | \b(?:api[\ _-]?keys?|passwords?|credentials|access\ tokens?|private\ keys?|environment\ variables?)\b
    | ^\W*(?:please\s+)?(?:can\ you\s+|could\ you\s+)?
      (?:write|compose|draft|sing|invent|make\ up|create|generate|translate|pretend|act\ as|role-?play)\b
    | \b(?:poem|haiku|limerick|sonnet|song|joke|recipe|horoscope|lyrics|bedtime\ story)\b
    | \b(?:weather|forecast\ for\ tomorrow)\b
    | \b(?:python|javascript|java|sql|bash)\ (?:code|function|script|program|query)\b
    """,
    re.I | re.X | re.S,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the answerer sees it."""

    text: str
    asked: Asked
    words: tuple[str, ...]
    in_scope: bool


def understand(text: str) -> Question:
    """Return what can be told of a question from its words alone."""
    asked = next((kind for kind, pattern in _ASKED if pattern.search(text)), Asked.OTHER)
    return Question(text, asked, content_words(text), not _NOT_A_QUESTION.search(text))


def holds(asked: Asked, text: str, question: str) -> bool:
    """Return whether `text` holds a thing of the asked kind that the question does not name already."""
    pattern = _HOLDS.get(asked)
    if pattern is None:
        return True
    named = question.lower()
    return any(match.group().lower() not in named for match in pattern.finditer(text))
