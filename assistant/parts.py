"""Split a question that asks several things into questions of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.names import Name, names_in_question

_ASKS = r"(?:(?:in|by|from|to|with|for|at|on|of|under|until|since)\s+)?(?:what|which|whom?|whose|when|where|why|how)\b"
_NEXT_PART = re.compile(rf"\s*(?:[,;:–—-]\s*|\?\s+)?\b(?:and|but|plus|or)\s+(?={_ASKS})|\s*[;?]\s+(?={_ASKS})", re.I)
_ASKING = re.compile(rf"\b{_ASKS}|^\W*(?:is|are|was|were|did|does|do|has|have|had|will|can|could)\b", re.I)
_COMPARES = re.compile(
    r"\b(?:compar\w+|versus|vs|against|differ\w*|than|each|both|respectively|or|more|less|larger|bigger|smaller|"
    r"higher|lower|further|faster)\b",
    re.I,
)
_BETWEEN_COMPARED = re.compile(
    r"\W*(?:s\b)?\W*(?:[\w'’-]+\s+){0,4}?(?:or|and|than|versus|vs\.?|against|with|to|from)\s+(?:[\w'’-]+\s+){0,4}?",
    re.I,
)
_TOGETHER = re.compile(r"\b(?:between|of|by|from)\s*$", re.I)
_AND = re.compile(r"\band\b", re.I)
_STANDS_ALONE = 4  # words
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things asked: its own words, and those of an earlier part that it leans on."""

    asking: str
    context: str = ""

    @property
    def text(self) -> str:
        """All words that say what is asked."""
        return f"{self.asking} ({self.context})" if self.context else self.asking


def parts_of(text: str) -> tuple[Part, ...]:
    """Return what `text` asks, each part to be understood by itself; a single question comes back as it is."""
    return tuple(each for part in _asked_in_turn(text) for each in _asked_of_each(part))[:_MOST_PARTS]


def _asked_in_turn(text: str) -> tuple[Part, ...]:
    """Split at 'and how many ...', 'and when ...'; a part that names nothing leans on the first."""
    pieces = [piece.strip(" ,;?") for piece in _NEXT_PART.split(text)]
    if len(pieces) < 2 or not all(_ASKING.search(piece) and len(piece.split()) > 1 for piece in pieces):
        return (Part(text),)
    return (Part(pieces[0]), *(Part(piece, "" if _is_whole(piece) else pieces[0]) for piece in pieces[1:]))


def _is_whole(part: str) -> bool:
    return bool(names_in_question(part)) and len(part.split()) > _STANDS_ALONE


def _asked_of_each(part: Part) -> tuple[Part, ...]:
    """Split a comparison of things named side by side: one question for each."""
    text = part.text
    if not _COMPARES.search(text):
        return (part,)
    compared = _side_by_side(text, [name for name in names_in_question(text) if not name.is_place])
    if len(compared) < 2:
        return (part,)
    others = [[other for other in compared if other is not name] for name in compared]
    return tuple(Part(_without(part.asking, each), _without(part.context, each)) for each in others)


def _side_by_side(text: str, names: Sequence[Name]) -> list[Name]:
    """Return the first run of names with nothing but 'A or B', 'A's sales against B' between them."""
    run: list[tuple[Name, int]] = []
    for name in names:
        found = re.compile(_whole(name.text)).search(text, run[-1][1] if run else 0)
        if not found:
            continue
        start = found.start()
        between = text[run[-1][1] : start] if run else ""
        joined = bool(_BETWEEN_COMPARED.fullmatch(between))
        if run and not joined:
            if len(run) > 1:
                break
            run = []
        opening = text[: start if not run else run[0][1] - len(run[0][0].text)]
        if joined and len(run) == 1 and _AND.search(between) and _TOGETHER.search(opening):
            run = []  # "the venture of A and B" is one thing
            continue
        run.append((name, start + len(name.text)))
    return [name for name, _ in run] if len(run) > 1 else []


def _whole(name: str) -> str:
    """Return the pattern of a name that is not a part of a longer word; Chinese is written without spaces."""
    return rf"(?<![A-Za-z0-9-]){re.escape(name)}(?![A-Za-z0-9]|-\w)"


def _without(text: str, names: Sequence[Name]) -> str:
    """Return `text` without names, nor the word that joins each to the other one compared."""
    joint = r"(?:or|and|than|versus|vs\.?|against)"
    for name in names:
        named = rf"{_whole(name.text)}(?:['’]s?)?"
        text, found = re.subn(rf"\b{joint}\s+(?:of\s+|for\s+|at\s+|in\s+|with\s+)?(?:the\s+)?{named}", " ", text)
        if not found:
            text = re.sub(rf"(?:\b(?:of|for|at|in|both)\s+)?{named}(?:\s+{joint}\b)?", " ", text)
    return " ".join(text.split())
