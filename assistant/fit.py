"""Decide whether a stretch of text answers a question: its entity, the kind of thing asked for, its time.

The same function picks the sentences of an answer and decides to abstain.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.kinds import WANTED, holds, only_mentions
from assistant.names import Name, mentions
from assistant.times import years_in
from assistant.understanding import FIGURES, Asked, Question
from index.lexicon import Lexicon

_PLAIN = FIGURES | {Asked.PERSON}
_NAMES_ONLY = re.compile(r"\b(?:is|are) also (?:known as|called|written|spelled|named)\b", re.I)
_ASKS_NAMES = re.compile(
    r"\b(?:names?|named|called|known|stands?|short|mean|means|abbreviat\w*|acronym|written|alias\w*)\b"
    r"|\bwhat(?:['’]s| is| are)\s+(?:an?\s|the\s)?[\w-]+\W*$",
    re.I,
)
_NAMED = 0.8  # a name in the sentence, in those it carries on from, or in the headings


@dataclass(frozen=True, slots=True)
class Fit:
    """How a stretch of text stands to a question: each aspect 0 (missing) to 1 (there)."""

    names: float
    kind: float
    time: float
    missing: tuple[str, ...]
    subject: float = 1.0  # 0: it speaks of another venture, or an ambiguous name's meaning is not named
    is_figure_missing: bool = False  # a figure, a date or a person is asked for, and it holds none
    is_unnamed: bool = False  # nothing that the question names is named in it, nor in any document that was found
    is_naming: bool = False  # it only says what something is also called, which is not asked
    is_mention: bool = False  # it leaves unnamed what the question asks the name of

    @property
    def gate(self) -> float:
        """0 if the text cannot answer, however like the question it is, else 1."""
        lacks = self.is_figure_missing or self.is_unnamed or self.is_naming or self.is_mention
        return 0.0 if lacks else self.subject


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader of a sentence has before their eyes: what it carries on from, its headings, its passage.

    `event` is the date of what the passage tells of, where the document gives one; `found` are the texts of all
    documents that were found with it.
    """

    carried: str
    headings: str
    passage: str
    document: str
    event: str | None = None
    found: tuple[str, ...] = ()


def fit(question: Question, text: str, around: Surroundings, other: str | None = None) -> Fit:
    """Return how `text`, read in its surroundings, stands to `question`.

    `other` is what it speaks of instead, if it does.
    """
    levels = {name.text: _name_level(name, text, around, question.lexicon) for name in question.names}
    kind = 1.0 if holds(question, text) else 0.0
    time = _time_fits(question, text, around)
    missing = [name for name, level in levels.items() if level < 0.3]
    if not kind:
        missing.append(WANTED[question.asked])
    if not time:
        missing.append(", ".join(sorted(question.time.years)))
    if other:
        missing.append(f"{_asked(question)} (this is about {other})")
    weakest = min(levels.values(), default=1.0)
    unnamed = bool(question.reading) and weakest < _NAMED
    subject = 0.0 if other or unnamed else 1.0
    is_unnamed = (
        bool(levels) and not any(levels.values()) and not _is_found(question.names, around.found, question.lexicon)
    )
    is_figure_missing = not kind and question.asked in _PLAIN
    is_mention = only_mentions(question, text)
    if is_mention and kind:
        missing.append(WANTED[Asked.NAME])
    is_naming = bool(_NAMES_ONLY.search(text)) and not _ASKS_NAMES.search(question.text)
    return Fit(weakest, kind, time, tuple(missing), subject, is_figure_missing, is_unnamed, is_naming, is_mention)


def _asked(question: Question) -> str:
    ventures = sorted(question.lexicon.name_of(venture) for venture in question.ventures)
    return " or ".join(ventures or [name.text for name in question.names if not name.is_place])


def _name_level(name: Name, text: str, around: Surroundings, lexicon: Lexicon) -> float:
    """Return 1 if the sentence names it, less the farther away it is named, 0 if nothing near does."""
    if _is_named(text, name, lexicon):
        return 1.0
    if _is_named(around.carried, name, lexicon):
        return 0.9
    if _is_named(around.headings, name, lexicon):
        return _NAMED
    if name.is_place:
        return 0.7
    if _is_named(around.passage, name, lexicon):
        return 0.5
    return 0.3 if is_about(around.document, name, lexicon) else 0.0


@lru_cache(maxsize=64)
def _is_found(names: tuple[Name, ...], found: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Whether any document found has one of the names: the others may call the same thing something else."""
    return any(_is_named(text, name, lexicon) for text in found for name in names)


def _is_named(text: str, name: Name, lexicon: Lexicon) -> bool:
    """Whether a text has a name: for a venture that the lexicon knows, one of its names as a whole."""
    if name.entities and name.entities & lexicon.ids_in(text):
        return True
    if name.entities and lexicon.ventures(name.entities):
        return any(mentions(text, Name(alias)) for alias in name.aliases)
    return mentions(text, name)


@lru_cache(maxsize=256)
def is_about(document: str, name: Name, lexicon: Lexicon) -> bool:
    """Whether a document opens with a name, or comes back to it in a quarter of its paragraphs."""
    paragraphs = [paragraph for paragraph in document.split("\n\n") if len(paragraph) > 80]
    naming = [_is_named(paragraph, name, lexicon) for paragraph in paragraphs]
    return any(naming[:2]) or sum(naming) > len(naming) / 4


def _time_fits(question: Question, text: str, around: Surroundings) -> float:
    """Return 0 if the question asks about a time and the text is of another."""
    years = years_in(text) or years_in(around.carried) or years_in(around.event or "")
    return 1.0 if question.time.admits(years) else 0.0
