"""Tell a venture from its partners or place: "VW's venture with SAIC", "BMW's partner in Shenyang"."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from index.lexicon_file import Entity

_TELLS = re.compile(
    r"\b(?:joint[- ]ventures?|ventures?|JVs?|tie-?ups?|partnerships?|alliances?|partners?|licen[cs]e|merger|deal|"
    r"(?:joint|car|engine|battery|software|powertrain) compan(?:y|ies))\b|合资|合作",
    re.I,
)
_REACH = 60  # characters from a partner to the word that tells of a venture
_APART = 90  # characters between two partners of one venture
_EXCLUDES = re.compile(
    r"\b(?:not|besides|apart from|aside from|other than|except(?: for)?|rather than|unlike)\b[^.;?]{0,25}$", re.I
)
_JOINS = re.compile(r"\s*(?:,|and|&|/)\s*|\s*,\s*and\s*")
_OTHER = re.compile(r"\b(?:other|another|second)\b", re.I)
_CHINESE = re.compile(r"\b(?:China|Chinese)\b|中国")
_WIDE = "China"  # a place where too many ventures are for it to tell one

Named = tuple[int, int, frozenset[str]]


class Descriptions:
    """The ventures of a lexicon by their partners and places."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        known = {entity.id: entity for entity in entities}
        self._ventures = {entity.id: entity for entity in known.values() if entity.partners}
        self._parents = {entity.id: frozenset(entity.parents) for entity in known.values()}
        places = {place for entity in self._ventures.values() for place in entity.places} - {_WIDE}
        self._place = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(places))) or '(?!)'})\b")

    def find(self, text: str, named: Sequence[Named]) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, id) of every venture that `text` describes; `named` is what it names, by span."""
        if not named or not (words := [match.start() for match in _TELLS.finditer(text)]):
            return
        partners = [each for each in named if not self._ventures.keys() & each[2] and _is_told(each, words)]
        kept = [each for each in partners if not _EXCLUDES.search(text, 0, each[0])]
        excluded = frozenset().union(*(each[2] for each in partners if each not in kept))
        if joined := self._joined_to(text, kept, named):
            yield kept[0][0], joined[1], next(iter(joined[2]))
            return
        found = self._by_partners(text, kept) or self._by_place(text, kept)
        if not found and len(kept) == 1 and excluded and _OTHER.search(text):
            found, kept = self._others(text, kept[0][2], excluded), partners
        start, end = min((each[0] for each in kept), default=0), max((each[1] for each in kept), default=0)
        for venture in sorted(found):
            yield start, end, venture

    def _joined_to(self, text: str, partners: Sequence[Named], named: Sequence[Named]) -> Named | None:
        """Return the venture that stands for its third partner: "GM's venture with SAIC and Wuling"."""
        for each in named:
            ventures = self._ventures.keys() & each[2]
            before = [partner for partner in partners if _JOINS.fullmatch(text, partner[1], each[0])]
            if len(each[2]) == 1 and ventures and before and len(partners) > 1:
                held = {partner.who for partner in self._ventures[next(iter(ventures))].partners}
                if all(any(self._is_same(who, partner[2]) for who in held) for partner in partners):
                    return each
        return None

    def _by_partners(self, text: str, named: Sequence[Named]) -> set[str]:
        """Return the ventures of which two partners or more are named near each other; a place may tell which."""
        groups: dict[frozenset[int], dict[str, int]] = {}
        for venture in self._ventures.values():
            matched = self._matched(venture, named)
            if len(matched) > 1 and _are_near([named[at] for at in matched]):
                quality = self._quality(venture, [named[at][2] for at in matched])
                groups.setdefault(frozenset(matched), {})[venture.id] = quality
        found: set[str] = set()
        for group, ventures in groups.items():
            if not any(group < other for other in groups):
                there = self._in_place(text, ventures)
                best = max(ventures[each] for each in there)
                found |= {each for each in there if ventures[each] == best}
        return found

    def _matched(self, venture: Entity, named: Sequence[Named]) -> list[int]:
        """Return the positions of those named that are partners of a venture, each partner once."""
        positions: dict[str, int] = {}
        for at, (_, _, ids) in enumerate(named):
            for partner in {held.who for held in venture.partners}:
                if self._is_same(partner, ids) and at not in positions.values():
                    positions.setdefault(partner, at)
        return sorted(set(positions.values()))

    def _is_same(self, partner: str, ids: Collection[str]) -> bool:
        """Whether a partner is named, or its parent is, or a part of it."""
        return partner in ids or not self._parents[partner].isdisjoint(ids) or self._is_parent(partner, ids)

    def _is_parent(self, partner: str, ids: Collection[str]) -> bool:
        return any(partner in self._parents[each] for each in ids)

    def _quality(self, venture: Entity, named: Sequence[frozenset[str]]) -> int:
        """Return 2 if just these were its partners at some time, 1 if all of them are, 0 if only their parents are."""
        ids = frozenset().union(*named)
        times = {held.as_of for held in venture.partners}
        sets = [frozenset(held.who for held in venture.partners if held.as_of == time) for time in times]
        partners = frozenset(held.who for held in venture.partners)
        if any(len(each) == len(named) and each <= ids for each in (*sets, partners)):
            return 2
        return int(all(partners & each for each in named))

    def _by_place(self, text: str, named: Sequence[Named]) -> set[str]:
        """Return the ventures of the one partner named that work in a place that is named."""
        if len(named) != 1 or not self._place.search(text):
            return set()
        theirs = [each.id for each in self._ventures.values() if {held.who for held in each.partners} & named[0][2]]
        places = set(self._place.findall(text))
        return {each for each in theirs if places & set(self._ventures[each].places)}

    def _in_place(self, text: str, ventures: Iterable[str]) -> list[str]:
        places = set(self._place.findall(text))
        there = [each for each in ventures if places & set(self._ventures[each].places)]
        return there or list(ventures)

    def _others(self, text: str, ids: frozenset[str], excluded: frozenset[str]) -> set[str]:
        """Return the ventures of one partner that are not those with the excluded ones."""
        found = set()
        for venture in self._ventures.values():
            partners = {held.who for held in venture.partners}
            chinese = _WIDE in venture.places or not _CHINESE.search(text)
            if venture.kind == "venture" and chinese and partners & ids and not partners & excluded:
                found.add(venture.id)
        return found


def _is_told(named: Named, words: Sequence[int]) -> bool:
    return any(named[0] - _REACH <= word <= named[1] + _REACH for word in words)


def _are_near(named: Sequence[Named]) -> bool:
    ordered = sorted(named)
    return all(second[0] - first[1] <= _APART for first, second in pairwise(ordered))
