"""Decide whether a stretch of text answers a question: its entity, the kind of thing asked for, its time.

The same function picks the sentences of an answer and decides to abstain.
"""

from dataclasses import dataclass
from functools import lru_cache

from assistant.kinds import WANTED, holds
from assistant.names import Name, mentions
from assistant.times import years_in
from assistant.understanding import Question


@dataclass(frozen=True, slots=True)
class Fit:
    """How a stretch of text stands to a question: each aspect 0 (missing) to 1 (there)."""

    names: float
    kind: float
    time: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader of a sentence has before their eyes: what it carries on from, its headings, its passage.

    `event` is the date of what the passage tells of, where the document gives one.
    """

    carried: str
    headings: str
    passage: str
    document: str
    event: str | None = None


def fit(question: Question, text: str, around: Surroundings) -> Fit:
    """Return how `text`, read in its surroundings, stands to `question`."""
    levels = {name.text: _name_level(name, text, around) for name in question.names}
    kind = 1.0 if holds(question, text) else 0.0
    time = _time_fits(question, text, around)
    missing = [name for name, level in levels.items() if level < 0.3]
    if not kind:
        missing.append(WANTED[question.asked])
    if not time:
        missing.append(", ".join(sorted(question.time.years)))
    weakest = min(levels.values(), default=1.0)
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
    if mentions(around.passage, name):
        return 0.5
    return 0.3 if is_about(around.document, name) else 0.0


@lru_cache(maxsize=256)
def is_about(document: str, name: Name) -> bool:
    """Whether a document opens with a name, or comes back to it in a quarter of its paragraphs."""
    paragraphs = [paragraph for paragraph in document.split("\n\n") if len(paragraph) > 80]
    naming = [mentions(paragraph, name) for paragraph in paragraphs]
    return any(naming[:2]) or sum(naming) > len(naming) / 4


def _time_fits(question: Question, text: str, around: Surroundings) -> float:
    """Return 0 if the question asks about a time and the text is of another."""
    years = years_in(text) or years_in(around.carried) or years_in(around.event or "")
    return 1.0 if question.time.admits(years) else 0.0
