"""Who is who: find the companies, brands and ventures that a text names, by any of their names.

A venture may also be told by its partners ("the Toyota-GAC joint venture") or by one and its place.
Names that the lexicon does not know are no concern of this module.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from index.descriptions import Descriptions
from index.lexicon_file import Ambiguous, Entity, Kind, LexiconFile, Meaning, read_files, squeezed

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_TOKEN = re.compile(rf"[^\W_{_CJK}]+")
_GAP = re.compile(r"\s?[-\u2010-\u2015\u2212&/·]?\s?|[.'’]|\s*\n?[ \t]*")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2212"
_SHORT = 3  # letters: a name as short as this counts only with a capital
_LONG = 6  # letters: a name as long as this may be written with any gaps
_BESIDE_HYPHEN = frozenset("jv jvs ev evs suv suvs nev nevs".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a text that names something: `text[start:end]`.

    `readings` are the things it may mean; a reading of several ids means all of them together.
    `described` tells a venture that is not named but told by its partners.
    """

    start: int
    end: int
    text: str
    readings: tuple[tuple[str, ...], ...]
    described: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """Every entity that may be meant."""
        return frozenset(each for reading in self.readings for each in reading)

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may mean more than one thing."""
        return len(self.readings) > 1


@dataclass(frozen=True, slots=True)
class _Written:
    """One way to write a name: what it means, and whether it counts only as written."""

    text: str
    meanings: tuple[Meaning, ...]
    exact: bool
    common: bool = False


class Lexicon:
    """All entities and the one pass that finds their names in a text."""

    def __init__(self, content: LexiconFile) -> None:
        self.entities: dict[str, Entity] = {entity.id: entity for entity in content.entities}
        self._written: dict[str, list[_Written]] = {}
        self._prefixes: set[str] = set()
        self._foreign: dict[str, _Written] = {}
        for written in _all_written(content):
            self._add(written)
        by_length = sorted(self._foreign, key=len, reverse=True)
        self._foreign_pattern = re.compile("|".join(map(re.escape, by_length)) or r"(?!)")
        self._descriptions = Descriptions(self.entities.values())
        self.entities_in = lru_cache(maxsize=8_192)(self._entities_in)
        self.ids_in = lru_cache(maxsize=8_192)(self._ids_in)

    def _entities_in(self, text: str) -> tuple[Mention, ...]:
        """Return what `text` names, in order, of overlapping names the longest; described ventures last."""
        named = self._named(text)
        ids = [(mention.start, mention.end, mention.ids) for mention in named]
        described = (
            Mention(start, end, text[start:end], ((venture,),), described=True)
            for start, end, venture in self._descriptions.find(text, ids)
        )
        return (*named, *described)

    def _ids_in(self, text: str) -> frozenset[str]:
        """Return the id of every entity that `text` names, describes or may mean."""
        return frozenset().union(*(mention.ids for mention in self.entities_in(text)))

    def names_of(self, entity_id: str) -> tuple[str, ...]:
        """Return every name of an entity, the usual one first."""
        return self.entities[entity_id].names

    def name_of(self, entity_id: str) -> str:
        """Return the usual name of an entity."""
        return self.entities[entity_id].names[0]

    def kind_of(self, entity_id: str) -> Kind | None:
        """Return what an entity is."""
        return self.entities[entity_id].kind

    def ventures(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of `ids` that belong to several partners."""
        return frozenset(each for each in ids if self.entities[each].partners)

    def partners_of(self, entity_id: str) -> frozenset[str]:
        """Return who holds or held a venture, and to whom those belong."""
        held = {partner.who for partner in self.entities[entity_id].partners}
        return frozenset(held).union(*(self.entities[each].parents for each in held))

    def are_kin(self, one: str, other: str) -> bool:
        """Whether two are the same, one belongs to the other, or one is a partner of the other."""
        mine, theirs = self._above(one), self._above(other)
        return one in theirs or other in mine

    def _above(self, entity_id: str) -> frozenset[str]:
        """Return an entity with all it belongs to, and the partners of a venture with theirs."""
        found, left = {entity_id}, [entity_id]
        while left:
            entity = self.entities[left.pop()]
            new = {*entity.parents, *(partner.who for partner in entity.partners)} - found
            found |= new
            left += sorted(new)
        return frozenset(found)

    # Finding names ----------------------------------------------------------------------------

    def _named(self, text: str) -> tuple[Mention, ...]:
        found = [*self._latin(text), *(self._cjk(text) if _HAS_CJK.search(text) else ())]
        return tuple(sorted(found, key=lambda mention: mention.start))

    def _latin(self, text: str) -> Iterator[Mention]:
        """Yield the mentions written in letters; none that is only a part of a longer hyphenated name."""
        tokens = [(match.start(), match.end(), _folded(match.group())) for match in _TOKEN.finditer(text)]
        found: list[tuple[int, int, Mention]] = []
        at = 0
        while at < len(tokens):
            last, mention = self._longest(text, tokens, at)
            if mention:
                found.append((at, last, mention))
            at = last + 1 if mention else at + 1
        known = {position for first, last, _ in found for position in range(first, last + 1)}
        for first, last, mention in found:
            if not any(_goes_on(text, tokens, known, first, last)):
                yield mention

    def _longest(self, text: str, tokens: Sequence[tuple[int, int, str]], first: int) -> tuple[int, Mention | None]:
        """Return the longest name that begins with a token, and its last token."""
        best: tuple[int, Mention | None] = (first, None)
        key, start, cuts = "", tokens[first][0], [0]
        for last in range(first, len(tokens)):
            if last > first and not _GAP.fullmatch(text, tokens[last - 1][1], tokens[last][0]):
                break
            key += tokens[last][2]
            cuts.append(len(key))
            if key not in self._prefixes:
                break
            if candidates := self._written.get(key):
                end = tokens[last][1]
                if readings := _readings(candidates, text, start, end, one_token=last == first):
                    best = (last, Mention(start, end, text[start:end], readings))
        return best

    def _cjk(self, text: str) -> Iterator[Mention]:
        for match in self._foreign_pattern.finditer(text):
            if readings := _meant(self._foreign[match.group()], text, match.start(), match.end()):
                yield Mention(match.start(), match.end(), match.group(), readings)

    def _add(self, written: _Written) -> None:
        if _HAS_CJK.search(written.text):
            self._foreign.setdefault(written.text, written)
            return
        key = squeezed(written.text)
        same = self._written.setdefault(key, [])
        if all(other.text != written.text for other in same):
            same.append(written)
        self._prefixes.update(key[:length] for length in range(1, len(key) + 1))


@cache
def load_lexicon(own: Path | None = None) -> Lexicon:
    """Return the program's lexicon with the user's file `own` over it, read once; raise LexiconError."""
    return Lexicon(read_files(own))


def _all_written(content: LexiconFile) -> Iterator[_Written]:
    """Yield every way to write a name; one listed as ambiguous means what is said there."""
    ambiguous = {name.alias for name in content.ambiguous}
    plain = {squeezed(name) for entity in content.entities for name in entity.names if name not in ambiguous}
    for name in content.ambiguous:
        yield _Written(name.alias, name.meanings, _is_exact(name, plain), name.common)
    for entity in content.entities:
        meanings = (Meaning(entities=(entity.id,)),)
        for text in entity.names:
            if text not in ambiguous:
                yield _Written(text, meanings, text in entity.exact)


def _is_exact(name: Ambiguous, plain: set[str]) -> bool:
    """Whether an ambiguous name counts only as written: an ordinary word if short, a plain name in other letters."""
    key = squeezed(name.alias)
    return key in plain or (name.common and len(key) <= _SHORT)


def _readings(
    candidates: Sequence[_Written], text: str, start: int, end: int, *, one_token: bool
) -> tuple[tuple[str, ...], ...]:
    """Return what a stretch of a text means as one of `candidates`; the one written just so comes first."""
    surface = _DASHES.sub("-", text[start:end])
    for written in sorted(candidates, key=lambda each: each.text != surface):
        if _is_written(written, surface, text, one_token=one_token):
            return _meant(written, text, start, end)
    return ()


def _is_written(written: _Written, surface: str, text: str, *, one_token: bool) -> bool:
    if surface == written.text:
        return True
    if written.exact:
        return False
    if len(squeezed(surface)) <= _SHORT and not (surface[0].isupper() or text == text.lower()):
        return False
    if len(surface) <= _SHORT < len(written.text):  # MM for M&M
        return False
    same_gaps = one_token == (len(_TOKEN.findall(written.text)) == 1)
    return same_gaps or len(squeezed(surface)) >= _LONG


def _meant(written: _Written, text: str, start: int, end: int) -> tuple[tuple[str, ...], ...]:
    """Return the meanings that the words near by point to; without such words all, or none for an ordinary word."""
    if len(written.meanings) == 1 and not written.common:
        return (written.meanings[0].entities,)
    rest = f"{text[:start]} {text[end:]}"
    near = [meaning for meaning in written.meanings if any(_occurs(word, rest) for word in meaning.near)]
    if not near and written.common:
        return ()
    return tuple(meaning.entities for meaning in (near or written.meanings))


@lru_cache(maxsize=4_096)
def _occurs(word: str, text: str) -> bool:
    if _HAS_CJK.search(word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.I) is not None


def _goes_on(
    text: str, tokens: Sequence[tuple[int, int, str]], known: set[int], first: int, last: int
) -> Iterator[bool]:
    """Yield for each side whether a hyphen joins the name to a name that is not known: Foo-Volkswagen."""
    for beside, gap in (
        (first - 1, (tokens[first - 1][1], tokens[first][0]) if first else None),
        (last + 1, (tokens[last][1], tokens[last + 1][0]) if last + 1 < len(tokens) else None),
    ):
        if gap and text[gap[0] : gap[1]] in _HYPHENS and gap[1] - gap[0] == 1 and beside not in known:
            start, _, folded = tokens[beside]
            yield text[start].isupper() and folded not in _BESIDE_HYPHEN


def _folded(token: str) -> str:
    if token.isascii():
        return token.lower()
    plain = unicodedata.normalize("NFKD", token)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
