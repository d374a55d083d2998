"""What a follow-up points back to: the thing, the people, the place that the turn before was about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.names import Name, fold, is_country, names_in_question
from assistant.understanding import Asked, understand

AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)"
QUESTION_WORD = r"(?:what|which|whom?|whose|when|where|why|how)"
_HEADS = (
    r"(?:(?:joint |export )?ventures?|plans?|strateg(?:y|ies)|memorandums?|partnerships?|cooperations?|alliances?|"
    r"deals?|agreements?|talks|reports?|investments?|platforms?|architectures?|cars?|vehicles?|sedans?|saloons?|suvs?|trucks?|"
    r"pickups?|models?|plants?|factor(?:y|ies)|compan(?:y|ies)|carmakers?|automakers?|brands?|partners?|suppliers?|systems?)"
)
THING = re.compile(rf"\b(?:the|this|that|these|those|both)\s+{_HEADS}\b", re.I)
BARE_THING = re.compile(
    r"(?:car|vehicle|sedan|saloon|suv|truck|pickup|model|compan|carmaker|automaker|brand|partner|supplier)(?:s|y|ies)?",
    re.I,
)
NAME = r"(?:[A-Z0-9][\w.&-]*|[a-z]+[A-Z0-9][\w-]*)"
_NAMES = rf"(?:the\s+)?{NAME}(?:(?:['’]s)?\s+{NAME})*(?:(?:,|,?\s+and|,?\s+with)\s+{NAME}(?:\s+{NAME})*)*"
# A thing with the names that belong to it: "the export venture of A and B", "A's recovery plan", "the A-B memorandum".
_THING_NAMED = re.compile(
    rf"\bthe\s+(?:[a-z-]+\s+){{0,3}}?{_HEADS}\s+(?:of|between|by|with|from)\s+{_NAMES}"
    rf"|{NAME}(?:\s+{NAME})*['’]s?\s+(?:[a-z-]+\s+){{0,3}}?{_HEADS}\b(?:\s+with\s+{_NAMES})?"
    rf"|\bthe\s+{NAME}(?:\s+{NAME})*\s+(?:[a-z-]+\s+){{0,2}}?{_HEADS}\b"
)
_OWNED_NAME = re.compile(rf"({NAME}(?:\s+{NAME})*)['’]s?\s+({NAME}(?:\s+{NAME})*)")
_ASKED_THINGS = re.compile(
    rf"^\W*(?:which|what|how many)\s+((?:(?!{AUXILIARY}\b)[\w-]+\s+){{0,3}}?[\w-]+s)\s+{AUXILIARY}\b", re.I
)
_ASKS_WHAT = re.compile(r"^\W*(?:and\s+)?(?:(?:with|by|from|for|to|of|on|in)\s+)?(?:what|which|whom?)\b", re.I)
_DESCRIBED = re.compile(r"^\W*(?:what|which|who)\s+(?:is|are|was|were)\s+(the\s+[^?]+)", re.I)
_FIRST_NAME = re.compile(rf"^\W*((?:[A-Z][\w.&-]*)(?:\s+{NAME})*)(?=['’]s\b|\s+{NAME}|\s+{AUXILIARY}\b)")
_PERSON = re.compile(
    r"\b(?!The\b|In\b|On\b|At\b)([A-Z][a-zà-ÿ]+ [A-Z][a-zà-ÿ-]+)"
    r"(?=,|\s+(?:said|says|believes|told|is|was|of|wrote))"
)
_AT_PLACE = re.compile(r"\b(?:in|at|to|from)\s+((?:the\s+)?[A-Z][\w-]+(?:\s+[A-Z][\w-]+)*)(?!\w|['’])")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was understood, and the words of its answer (empty: there was none)."""

    question: str
    said: str = ""


def thing_of(turns: Sequence[Turn]) -> str:
    """Return what "it" means after `turns`: the name that was asked for, else what the last question was about."""
    for turn in reversed(turns):
        if found := _name_asked_for(turn) or _subject_of(turn.question):
            return found
    return ""


def group_of(turns: Sequence[Turn]) -> str:
    """Return what "they" means after `turns`: those named together, else the things counted or listed, else "it"."""
    for turn in reversed(turns):
        named = [unit for unit in units_in(turn.question) if not is_country(unit)]
        if len(named) > 1:
            return " and ".join(named[:2])
        if things := things_of((turn,)):
            return things
    return thing_of(turns)


def things_of(turns: Sequence[Turn]) -> str:
    """Return what "of them" means after `turns`: the things that a question counted or listed, or nothing."""
    for turn in reversed(turns):
        if match := _ASKED_THINGS.search(turn.question):
            owner = next(iter(units_in(turn.question[match.end() :])), "")
            return f"the {match[1]}{f' of {owner}' if owner else ''}"
    return ""


def person_of(turns: Sequence[Turn]) -> str:
    """Return whom "he" or "she" means after `turns`, or nothing."""
    for turn in reversed(turns):
        if match := _PERSON.search(turn.said) or _PERSON.search(turn.question):
            return match[1]
    return ""


def place_of(turns: Sequence[Turn]) -> str:
    """Return where "there" is after `turns`, or nothing."""
    for turn in reversed(turns):
        if match := _AT_PLACE.search(turn.said) or _AT_PLACE.search(turn.question):
            return match[1]
    return ""


def names_of(text: str) -> tuple[Name, ...]:
    """Return the names of `text`, also one that begins it."""
    return names_in_question(f"about {text}")


def units_in(question: str) -> list[str]:
    """Return what a question names, an owner with what it owns: "Audi's Q6L" is one."""
    owned = {match[1]: match[0] for match in _OWNED_NAME.finditer(question)}
    inside = {match[2] for match in _OWNED_NAME.finditer(question)}
    names = [name.text for name in names_in_question(question)]
    return [owned.get(name, name) for name in names if name not in inside]


def _name_asked_for(turn: Turn) -> str:
    """Return the name in the answer to "what", "which" or "who" that the question did not have, else "the" thing asked.

    Of two that it named, "who" may have been answered with one: with the name that opens the answer.
    """
    open_kinds = (Asked.NAME, Asked.PERSON, Asked.LIST, Asked.OTHER)
    if not (match := _ASKS_WHAT.search(turn.question)):
        return ""
    asks_who = "who" in match[0].lower()
    if not asks_who and understand(turn.question).asked not in open_kinds:
        return ""
    first = re.split(r"(?<=[a-z0-9)”\"][.!])\s", turn.said, maxsplit=1)[0]
    names = [name.text for name in names_in_question(first)]
    if opens := _FIRST_NAME.search(first):
        opening = next((name.text for name in names_of(first)), opens[1])
        if asks_who:
            return opening
        names = [opening, *(name for name in names if name not in opening)]
    asked = set(fold(turn.question).split())
    new = (name for name in names if not is_country(name) and not set(fold(name).split()) <= asked)
    described = _DESCRIBED.match(turn.question)
    return next(new, described[1] if described else "")


def _subject_of(question: str) -> str:
    if match := _THING_NAMED.search(question):
        return match[0]
    units = units_in(question)
    named = [unit for unit in units if not is_country(unit)]
    thing = THING.search(question)
    found = next(iter([*named, *units]), thing[0] if thing else "")
    return f"the {found}" if f" the {found}" in question else found
