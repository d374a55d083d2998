"""Cut a sentence into clauses and tell for each word whom, where and when it is said of.

What a clause does not name it takes from the clause before: its subject if it goes on without one, all
names after "which". So a figure of one company is not given to another that the same sentence names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.names import COMMON_CAPITALS, is_country
from index.words import FUNCTION_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:[-.,&/'’‑][^\W_]+)*%?|%")
COMPOUND = re.compile(r"(\w)-(based|led|owned|backed|built|made)\b")
_SHORT_FORM = re.compile(r"\([\w&.-]{1,15}\)")
_APPOSITION = re.compile(r",\s(?:an?|the|its)\s[^,;:.\d]{2,60},")
_POSSESSIVE = re.compile(r"['’]s?$")
_BREAK = re.compile(
    r"[;:()—–]|,|\s(?=(?:and|but|or|while|whereas|although|though|which|who|whose|where|because)\s)|\s(?=(?:after|before)\s(?!\d))",
    re.I,
)
_RELATIVE = re.compile(r"\W*(?:which|whose?|whom|where|both|that)\b", re.I)
_COORDINATED = re.compile(r"(?:\s*,\s*|\s+(?:and|or|as well as|&)\s+|\s*,\s*(?:and|or)\s+)(?:the\s+|its\s+)?", re.I)
_NEW_SUBJECT = re.compile(
    r"\W*(?:and|but|or|while|whereas|although|though)?\s*"
    r"(?:it|they|he|she|this|these|there|the|an?|its|their)\b",
    re.I,
)
_CORPORATE = frozenset("group motor motors auto automobile company co corp corporation inc ltd limited ag".split())
_TIMES = frozenset(
    "january february march april june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
_OPENERS = frozenset("among under since despite unlike like two three four five six seven eight nine ten".split())
_YEAR = re.compile(r"(?:19|20)\d\d")
# Words of grammar, which a sentence may add or leave out. Not among them: words of direction, cause, order, degree.
GRAMMAR = frozenset(
    """a an the this that these those it its they their them he his him she her which who whom whose there is are was
    were be been being am has have had having do does did of in on at for with as and both also by to from then so
    within into""".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, as it is compared (`stem`), and whether it is part of a name."""

    start: int
    end: int
    text: str
    stem: str
    is_name: bool


@dataclass(frozen=True, slots=True)
class NameGroup:
    """Neighbouring words that make one name, in lower case; `first` and `last` are places in the list of words."""

    key: str
    first: int
    last: int
    is_place: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence: its words, and the names, places and times that they are said of."""

    text: str
    words: tuple[Word, ...]
    names: frozenset[str]
    places: frozenset[str]
    times: frozenset[str]
    goes_on: bool  # without a subject of its own

    def is_said_of_all(self, other: "Clause") -> bool:
        """Return whether everything that `other` is said of, this clause is said of too."""
        return other.names <= self.names and other.places <= self.places and other.times <= self.times

    @property
    def stems(self) -> frozenset[str]:
        """The compared forms of its words that are neither grammar nor names."""
        return frozenset(word.stem for word in self.words if not word.is_name and word.text.lower() not in GRAMMAR)


class Vocabulary:
    """Tells names from other words: at the start of a sentence too, by what the texts write in lower case elsewhere."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Learn from all texts that a sentence may rest on."""
        self._common = {word for text in texts for word in re.findall(r"\b[a-z][a-z'’-]+\b", text)}

    def words(self, text: str) -> list[Word]:
        """Return the words of `text` in order."""
        words = [self._word(match) for match in _TOKEN.finditer(COMPOUND.sub(r"\1 \2", text))]
        for place in range(len(words) - 2, -1, -1):  # "General Motors", although "general" is a word too
            word, following = words[place], words[place + 1]
            if following.is_name and not word.is_name and word.text[0].isupper() and _touch(text, word, following):
                words[place] = replace(word, is_name=not _is_plain(word.text.lower()))
        return words

    def _word(self, match: re.Match[str]) -> Word:
        written = _POSSESSIVE.sub("", match.group())
        return Word(match.start(), match.start() + len(written), written, stem_of(written), self._is_name(written))

    def _is_name(self, word: str) -> bool:
        folded = word.lower()
        if _is_plain(folded):
            return False
        if any(char.isupper() for char in word[1:]) or (word[0].isalpha() and any(char.isdigit() for char in word)):
            return True
        return word[0].isupper() and folded not in self._common

    def groups(self, text: str, words: Sequence[Word]) -> list[NameGroup]:
        """Return the names in `text`, neighbouring words together, in order."""
        groups: list[NameGroup] = []
        first: int | None = None
        for place, word in enumerate([*words, None]):
            joins = first is not None and word is not None and word.is_name and _touch(text, words[place - 1], word)
            if first is not None and not joins:
                groups.append(_group(words, first, place - 1))
                first = None
            if word is not None and word.is_name and first is None:
                first = place
        return groups

    def clauses(self, sentences: Sequence[str]) -> list[Clause]:
        """Return the clauses of `sentences`, which follow on each other."""
        clauses: list[Clause] = []
        for sentence in sentences:
            for text in self._cut(sentence):
                clauses.append(self._clause(text, clauses[-1] if clauses else None))
        return _shared_within_runs(clauses)

    def _cut(self, sentence: str) -> list[str]:
        """Cut at clause ends, but not between names that stand side by side, nor inside a number."""
        words = self.words(sentence)
        groups = self.groups(sentence, words)
        spans = [(words[group.first].start, words[group.last].end) for group in groups]
        closed = [
            (left[1], right[0])
            for left, right in pairwise(spans)
            if _COORDINATED.fullmatch(sentence[left[1] : right[0]])
        ]
        names_end = {end for _, end in spans}
        beside = [match.span() for match in _APPOSITION.finditer(sentence) if match.start() in names_end]
        beside += [match.span() for match in _SHORT_FORM.finditer(sentence)]
        inside = [*closed, *beside, *((word.start, word.end) for word in words)]
        cuts = [
            match.start()
            for match in _BREAK.finditer(sentence)
            if not any(start <= match.start() < end for start, end in inside)
        ]
        pieces = [sentence[start:end] for start, end in zip([0, *cuts], [*cuts, len(sentence)], strict=True)]
        return [piece for piece in pieces if _TOKEN.search(piece)]

    def _clause(self, text: str, before: Clause | None) -> Clause:
        words = self.words(text)
        groups = self.groups(text, words)
        names = [group for group in groups if not group.is_place]
        own = frozenset(group.key for group in names)
        places = frozenset(group.key for group in groups if group.is_place)
        times = frozenset(word.text.lower() for word in words if _is_time(word.text))
        starts_new = bool(_NEW_SUBJECT.match(text)) or bool(names and names[0].first <= 2)
        if before is None:
            return Clause(text, tuple(words), own, places, times, goes_on=False)
        relative = bool(_RELATIVE.match(text))
        if relative or not (names and names[0].first <= 2):
            own |= before.names if relative else _subject_of(before, self)
        return Clause(
            text, tuple(words), own, places or before.places, times or before.times, not starts_new and not relative
        )


def _shared_within_runs(clauses: Sequence[Clause]) -> list[Clause]:
    """Give clauses without place or time those of the clauses that go on from them: "in steel and in cars in 2020"."""
    shared = list(clauses)
    for place in range(len(shared) - 2, -1, -1):
        clause, following = shared[place], shared[place + 1]
        if following.goes_on:
            shared[place] = replace(
                clause, places=clause.places or following.places, times=clause.times or following.times
            )
    return shared


def _subject_of(clause: Clause, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the first name of a clause, with those joined to it, or what the clause itself took over."""
    words, text = clause.words, clause.text
    groups = [group for group in vocabulary.groups(text, words) if not group.is_place]
    if not groups:
        return clause.names
    subject = [groups[0]]
    for group in groups[1:]:
        between = text[words[subject[-1].last].end : words[group.first].start]
        if not _COORDINATED.fullmatch(between):
            break
        subject.append(group)
    return frozenset(group.key for group in subject)


def _group(words: Sequence[Word], first: int, last: int) -> NameGroup:
    parts = [words[place].text.lower() for place in range(first, last + 1)]
    kept = [part for part in parts if part not in _CORPORATE] or parts
    key = " ".join(kept)
    return NameGroup(key, first, last, is_country(key))


def _touch(text: str, left: Word, right: Word) -> bool:
    return text[left.end : right.start] in (" ", " & ")


def _is_plain(folded: str) -> bool:
    return folded in COMMON_CAPITALS or folded in FUNCTION_WORDS or folded in GRAMMAR | _TIMES | _OPENERS


def _is_time(word: str) -> bool:
    return bool(_YEAR.fullmatch(word)) or word.lower() in _TIMES


@cache
def stem_of(word: str) -> str:
    """Return what a word is compared by: its stem, or the first of a group of words that say the same."""
    folded = word.lower().replace("’", "'")
    stem = _stemmer().stemWord(folded) if folded.isalpha() else folded
    return _alike().get(folded) or _alike().get(stem) or str(stem)


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@cache
def _alike() -> dict[str, str]:
    """Return for each word of `alike.txt`, and for its stem, the first word of its group."""
    lines = Path(__file__).with_name("alike.txt").read_text(encoding="utf-8").splitlines()
    groups = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {
        form: group[0]
        for group in groups
        for word in group
        for form in (word, _stemmer().stemWord(word) if word.isalpha() else word)
    }
