"""Words that ask for the same attribute: a price is not a stake, whoever it belongs to."""

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("attributes.txt")
_WORD = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*|%")


def attribute_is_missing(question: str, text: str) -> str | None:
    """Return the word of `question` that asks for an attribute of which `text` holds no word, or None."""
    asked, there = _words(question), _words(text)
    for word in asked:
        groups = [group for group in _groups() if word in group]
        if groups and not any(group & set(there) for group in groups):
            return word
    return None


@cache
def _groups() -> tuple[frozenset[str], ...]:
    lines = (line.strip() for line in _FILE.read_text(encoding="utf-8").splitlines())
    return tuple(frozenset(line.split()) for line in lines if line and not line.startswith("#"))


def _words(text: str) -> list[str]:
    return [match.group().lower() for match in _WORD.finditer(text)]
