"""Tell what a sentence speaks of, so that one venture's figure never answers for another.

A sentence without a subject of its own inherits that of the sentences before it, its section or its title.
"""

import re
from collections.abc import Iterator

from assistant.names import mentions
from assistant.understanding import FIGURES, Question
from index.lexicon import Lexicon
from index.models import Passage

_COMPARED = re.compile(
    r"\b(?:than|unlike|versus|vs\.?|against|behind|ahead of|"
    r"compared (?:with|to)|rather than|outs[eo]l[dl]s?|overt[oa]ok)"
    r"\s+(?:[\w’'-]+\s+){0,4}$",
    re.I,
)
_OWNED = re.compile(
    r"\b(?!(?:The )?(?:Group|Company|Venture|Partners?|Carmaker|Automaker|Brand)\b)"
    r"((?:[A-Z][\w&.-]*\s){0,3}[A-Z][\w&.-]*)['’]s?\s+([a-z][\w-]+)"
)
_OPENING = re.compile(r"(?:(?:In|By|On|At|For|From|During|Since|Until|As of)\b[^,;:]{0,40},\s+)?(?:The\s+)?")
_POINTS_BACK = re.compile(
    r"\W*(?:it|its|they|their|both|"
    r"(?:the|this|that) (?:joint[- ])?(?:venture|company|firm|carmaker|automaker|JV|partnership))\b",
    re.I,
)


def other_subject(question: Question, passage: Passage, position: int) -> str | None:
    """Return whom a sentence speaks of in place of those asked about, None if it may answer.

    A sentence that names what was asked for may answer, whatever else it names.
    """
    lexicon, asked = question.lexicon, question.ventures
    text = passage.slice(passage.sentences[position].span)
    if other := _other_company(question, text):
        return other
    ids = lexicon.ids_in(text) if asked else frozenset()
    if not asked or ids & asked:
        return None
    inherited = next((found for before in _before(passage, position) if (found := _subjects(before, lexicon))), None)
    own = _subjects(text, lexicon)
    if own and not (_POINTS_BACK.match(text) and inherited and inherited & asked):
        return lexicon.name_of(min(own))
    if own or not inherited or inherited & asked or not _is_of(inherited, ids, lexicon):
        return None
    return lexicon.name_of(min(inherited))


def _other_company(question: Question, text: str) -> str | None:
    """Return whose figure a sentence gives where a figure of somebody else was asked for."""
    named = [name for name in question.names if not name.is_place]
    if question.asked not in FIGURES or any(mentions(text, name) for name in named):
        return None
    asked = frozenset().union(*(name.entities for name in named))
    return _other_owner(question.text, text) or _other_opening(asked, text, question.lexicon)


def _other_owner(question: str, text: str) -> str | None:
    """Return who owns in `text` what somebody else owns in `question`: "Toyota's sales", "Honda's sales"."""
    asked = {match[2].lower() for match in _OWNED.finditer(question)}
    return next((match[1] for match in _OWNED.finditer(text) if match[2].lower() in asked), None)


def _other_opening(asked: frozenset[str], text: str, lexicon: Lexicon) -> str | None:
    """Return the company that a sentence begins with, if it is none of those asked about, nor of their kin."""
    found = lexicon.entities_in(text) if asked else ()
    if asked & frozenset().union(*(each.ids for each in found)):
        return None
    subject = next((each for each in found if not each.described and _OPENING.fullmatch(text[: each.start])), None)
    if not subject or subject.is_ambiguous or any(lexicon.are_kin(one, two) for one in subject.ids for two in asked):
        return None
    return subject.text


def is_of_another(question: Question, passage: Passage) -> bool:
    """Return whether a passage, headings included, speaks of other ventures and never of those asked about."""
    lexicon, asked = question.lexicon, question.ventures
    texts = [passage.text, passage.section or "", passage.document.metadata.title or ""]
    ids = frozenset().union(*(lexicon.ids_in(text) for text in texts)) if asked else frozenset()
    if not asked or ids & asked or not lexicon.ventures(ids):
        return False
    return not any(len(ids & lexicon.partners_of(venture)) > 1 for venture in asked)


def _before(passage: Passage, position: int) -> Iterator[str]:
    """Yield what a reader has in mind, the nearest first: earlier sentences of the passage, headings, title."""
    for sentence in reversed(passage.sentences[:position]):
        yield passage.slice(sentence.span)
    yield from reversed((passage.section or "").split(" > "))
    yield passage.document.metadata.title or ""


def _subjects(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the ventures that a text names, those left out that it only compares with."""
    found = (each for each in lexicon.entities_in(text) if not _COMPARED.search(text, 0, each.start))
    return lexicon.ventures(frozenset().union(*(each.ids for each in found)))


def _is_of(ventures: frozenset[str], ids: frozenset[str], lexicon: Lexicon) -> bool:
    """Whether whoever a sentence names belongs to the ventures it would inherit, so that it goes on about them."""
    kin = ventures.union(*(lexicon.partners_of(venture) for venture in ventures))
    return all(each in kin or kin.intersection(lexicon.entities[each].parents) for each in ids)
