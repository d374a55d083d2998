"""Join what the lexicon knows with the names of a question: whom it asks about, under all their names."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from assistant.chinese import in_english, is_chinese
from assistant.names import Name, fold
from index.lexicon import Lexicon, Mention

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_ASIDE = re.compile(
    r"\b(?:besides|apart from|aside from|other than|except(?: for)?|rather than|in addition to)\b[^.;?]{0,25}$", re.I
)
_SEEKS_OTHERS = re.compile(r"\b(?:other|another|else|sisters?|siblings?|rivals?|competitors?)\b", re.I)
_LONG_PHRASE = 12  # words
_MOST_MEANT = 3  # ventures by one description
_NameFor = Callable[[Mention, str], str]
_POSSESSIVE_VENTURE = re.compile(
    r".*?['’]s?\s(?:(?:[\w-]+\s){0,3}?(?:with|and)\s|(?:other|another|second)\s).*|.*?(?:-|/| and | & ).*", re.S
)


def known_names(text: str, names: Sequence[Name], lexicon: Lexicon) -> tuple[Name, ...]:
    """Return the names of a question, those that the lexicon knows with their entities, in order.

    Partners that describe a venture ("VW's venture with SAIC") give way to the venture. A name of
    which the lexicon knows only a part ("Tesla Model 3") stays as it is.
    """
    mentions = lexicon.entities_in(text)
    placed = _placed(text, names)
    described = _described(mentions)
    found: list[tuple[int, Name]] = []
    taken: list[tuple[int, int]] = list(described)
    for (start, _), ids in described.items():
        found.append((start, Name(lexicon.name_of(min(ids)), entities=frozenset(ids))))
    for mention in mentions:
        span = (mention.start, mention.end)
        longer = any(_overlap(span, other) and _is_longer(name, mention) for other, name in placed)
        if not mention.described and not longer and not any(_overlap(span, other) for other in described):
            found.append((mention.start, Name(mention.text, entities=mention.ids)))
            taken.append(span)
    found += [(span[0], name) for span, name in placed if not any(_overlap(span, other) for other in taken)]
    return tuple(dict.fromkeys(name for _, name in sorted(found, key=lambda pair: pair[0])))


def asked_ventures(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the ventures that a question is about; none if it asks for others beside those it names."""
    mentions = lexicon.entities_in(text)
    described = frozenset().union(*(mention.ids for mention in mentions if mention.described))
    if described or _SEEKS_OTHERS.search(text):
        return described
    meant = (mention.ids for mention in mentions if not _ASIDE.search(text, 0, mention.start))
    return lexicon.ventures(frozenset().union(*meant))


def all_names(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return every name of every entity that a question names or describes."""
    mentions = lexicon.entities_in(text)
    return tuple(dict.fromkeys(name for each in mentions for i in sorted(each.ids) for name in lexicon.names_of(i)))


def with_usual_names(text: str, lexicon: Lexicon) -> str:
    """Return a question with ventures, and names in Chinese, by their usual names.

    What is asked in Chinese is said in English before it.
    """
    usual = _renamed(
        text, lexicon, lambda mention, i: lexicon.name_of(i) if _is_other_wording(mention, lexicon) else mention.text
    )
    return f"{in_english(usual)} {text}" if is_chinese(text) else usual


def with_descriptions_named(text: str, lexicon: Lexicon) -> str:
    """Return a question with the names of the ventures that it describes; one that fits several, with each of them."""
    for (start, end), ids in sorted(_described(lexicon.entities_in(text)).items(), reverse=True):
        if len(ids) <= _MOST_MEANT and _is_phrase(text[start:end]):
            text = f"{text[:start]}{' or '.join(map(lexicon.name_of, sorted(ids)))}{text[end:]}"
    return text


def in_words_of(text: str, passages: Sequence[str], lexicon: Lexicon) -> str:
    """Return a question with ventures, and names in Chinese, as `passages` call them, and in their language."""
    renamed = _as_they_call(text, passages, lexicon)
    return renamed if any(map(is_chinese, passages)) else in_english(renamed)


def _as_they_call(text: str, passages: Sequence[str], lexicon: Lexicon) -> str:
    if not any(map(_is_renamed, lexicon.entities_in(text))):
        return text
    said: dict[str, Counter[str]] = {}
    for mention in (each for passage in passages for each in lexicon.entities_in(passage) if not each.described):
        for entity_id in mention.ids:
            said.setdefault(entity_id, Counter())[mention.text] += 1

    def their_word(mention: Mention, entity_id: str) -> str:
        names = said.get(entity_id, Counter())
        asked = sum(count for name, count in names.items() if fold(name) == fold(mention.text))
        usual, most = names.most_common(1)[0] if names else (lexicon.name_of(entity_id), 1)
        if not _is_other_wording(mention, lexicon):
            return mention.text if asked or not names else usual
        return mention.text if 2 * asked >= most else usual

    return _renamed(text, lexicon, their_word)


def _renamed(text: str, lexicon: Lexicon, name_for: _NameFor) -> str:
    mentions = [mention for mention in lexicon.entities_in(text) if _is_renamed(mention)]
    described = [(mention.start, mention.end) for mention in mentions if mention.described]
    for mention in sorted(mentions, key=lambda each: -each.start):
        inside = not mention.described and any(_overlap((mention.start, mention.end), each) for each in described)
        if not inside:
            name = name_for(mention, min(mention.ids))
            text = f"{_spaced(text[: mention.start], name)}{name}{_spaced(text[mention.end :], name, after=True)}"
    return text


def _is_renamed(mention: Mention) -> bool:
    """Whether another name may stand for a mention: it means one thing, and a description is a whole phrase."""
    return len(mention.ids) == 1 and (not mention.described or _is_phrase(mention.text))


def _is_phrase(description: str) -> bool:
    return bool(_POSSESSIVE_VENTURE.fullmatch(description)) and len(description.split()) < _LONG_PHRASE


def _is_other_wording(mention: Mention, lexicon: Lexicon) -> bool:
    """Whether a mention says little to the model: a venture is better known by its usual name, as is Chinese."""
    return bool(lexicon.ventures(mention.ids)) or bool(_CJK.search(mention.text))


def _spaced(rest: str, name: str, *, after: bool = False) -> str:
    """Return what stands beside a name, parted from it by a space where two scripts would touch."""
    touching = rest[:1] if after else rest[-1:]
    if not touching.isalnum() or _CJK.search(name):
        return rest
    return f" {rest}" if after else f"{rest} "


def _described(mentions: Iterable[Mention]) -> dict[tuple[int, int], set[str]]:
    """Return by its span which ventures a description may mean."""
    found: dict[tuple[int, int], set[str]] = {}
    for mention in mentions:
        if mention.described:
            found.setdefault((mention.start, mention.end), set()).update(mention.ids)
    return found


def _placed(text: str, names: Sequence[Name]) -> list[tuple[tuple[int, int], Name]]:
    placed, at = [], 0
    for name in names:
        start = text.find(name.text, at)
        if start < 0:
            start = max(text.find(name.text), 0)
        at = start + len(name.text)
        placed.append(((start, at), name))
    return placed


def _is_longer(name: Name, mention: Mention) -> bool:
    """Whether a name has words that the mention within it has not; a run of Chinese is no name."""
    if _CJK.search(name.text):
        return False
    return not set(fold(name.text).split()) <= set(fold(mention.text).split()) and len(name.text) > len(mention.text)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
