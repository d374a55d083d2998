"""Find the names in a question and tell whether a text speaks of them.

No list of companies is needed: a name is a word written as one (a capital, a digit among letters).
A name inside a longer hyphenated one (Volkswagen in FAW-Volkswagen) is another name.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.countries import FORMS, forms_of
from index.words import FUNCTION_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:[&.'’-][^\W_]+)*\.?")
_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_DEFINITION = re.compile(
    r"(?P<long>(?:[A-Z][\w.&-]*|\d\w*)(?:\s+(?:of\s+|and\s+)?(?:[A-Z0-9][\w.&-]*)){0,5})"
    r"(?:\s*\(\s*[\"“]?(?P<a>[A-Za-z0-9][\w.&-]{1,11})[\"”]?\s*\)"
    r"|,?\s+(?:also|commonly|better|usually|simply)?\s*"
    r"(?:known as|called|abbreviated (?:as|to)|short(?:ened)? to)"
    r"\s+(?:the\s+)?"
    r"(?P<b>[A-Z][\w&-]*(?:\s[A-Z][\w&-]*){0,3}))"
)
_DEMONYM = re.compile(r"[a-z]{3}(?:ian|ians|ean|eans|ish|ese|ic)$")
# Written with a digit or a capital, yet no names: '25-tonne', '3rd', '120km', 'kWh', 'Q3', 'FY24', 'end-February'.
_SIZED = re.compile(
    r"\d+-[a-z]+|\d+(?:st|nd|rd|th|s|km|kwh|bn|m)|[kmgt]w(?:h|p)?|(?:[1-4][hq]|[hq][1-4])(?:(?:20)?\d\d)?|fy\d{2,4}|"
    r"(?:end|early|mid|late)-\w+"
)
_MADE_THERE = re.compile(r"-(?:built|made|based|born|owned|led|backed|listed|assembled)\b")
_DASH = re.compile(r"[\u2010-\u2015-]")
# Written with a capital, yet no names of what a question is about.
COMMON_CAPITALS = frozenset(
    """i ceo cfo coo cto ev evs nev nevs bev bevs phev phevs suv suvs ai it r&d us usa u.s u.s.a uk eu gdp ipo
    q1 q2 q3 q4 january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday american chinese japanese german european western eastern korean
    french british italian spanish indian asian african russian swedish english dutch greek swiss czech danish polish
    turkish thai welsh scottish irish finnish portuguese northern southern central mr mrs ms dr
    """.split()
)
# Regions that questions name as the place of something rather than as what they ask about.
_PLACES = frozenset(
    """china chinas europe america americas asia africa us usa uk north south east west latin middle southeast united
    states kingdom people people's republic prc world germany france italy spain japan korea india mexico canada brazil
    thailand indonesia malaysia hungary poland russia turkey australia britain england vietnam austria sweden""".split()
)
_NO_NAME_IN_PAIRS = COMMON_CAPITALS | FUNCTION_WORDS | FORMS.keys()  # 'July-September', 'Brazilian-German'


@dataclass(frozen=True, slots=True)
class Name:
    """A name as a question writes it, and what documents say it is also called.

    `is_place` marks a country or continent: it says where, seldom what a question is about.
    `entities` are those of the lexicon that it may mean, none for a name that the lexicon does not know.
    """

    text: str
    is_place: bool = False
    aliases: tuple[str, ...] = ()
    entities: frozenset[str] = frozenset()

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words of the name."""
        return tuple(fold(self.text).split())


def names_in_question(text: str) -> tuple[Name, ...]:
    """Return the names that `text` mentions, neighbouring words together, each once."""
    names: dict[str, Name] = {}
    group: list[re.Match[str]] = []
    for match in [*_TOKEN.finditer(text), None]:
        joins = match is not None and bool(group) and _joins(group[-1], match, text)
        if match is not None and _is_name(match, text, in_group=joins):
            if group and not joins:
                _add(names, group, text)
                group = []
            group.append(match)
        else:
            _add(names, group, text)
            group = []
    return tuple(names.values())


def fold(text: str) -> str:
    """Return `text` in lower case without accents, hyphens as spaces, possessive endings dropped."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = [_POSSESSIVE.sub("", word).strip(".,;:!?()[]\"“”‘’'—") for word in _DASH.sub(" ", plain).casefold().split()]
    return " ".join(word for word in words if word)


def with_aliases(name: Name, definitions: dict[str, set[str]]) -> Name:
    """Return `name` with the other names that `definitions` (see `definitions_in`) has for it."""
    own = _squeezed(name.text)
    same = (
        aliases for known, aliases in definitions.items() if known == own or (len(own) > 7 and known.startswith(own))
    )
    return replace(name, aliases=tuple(sorted(set().union(name.aliases, *same))))


def definitions_in(text: str) -> dict[str, set[str]]:
    """Return which names `text` itself says are one: 'BoZhi 3X (bZ3X)', 'X, commonly known as Y'."""
    found: dict[str, set[str]] = {}
    for match in _DEFINITION.finditer(text):
        long, shorts = match["long"].strip(" ,"), (match["a"] or match["b"]).strip(" ,")
        words = re.split(r"\.\s", long)[-1].split()
        starts = {start for start, word in enumerate(words) if word[0].casefold() == shorts[0].casefold()}
        if words[0].lower() not in FUNCTION_WORDS:
            starts.add(0)
        for name in {" ".join(words[start:]) for start in starts}:
            found.setdefault(_squeezed(shorts), set()).add(name)
            found.setdefault(_squeezed(name), set()).add(shorts)
    return found


@lru_cache(maxsize=4096)
def mentions(text: str, name: Name) -> bool:
    """Return whether `text` names what `name` names, by that name or by an alias of it."""
    return _mentions(text, name) or any(_mentions(text, Name(alias)) for alias in name.aliases)


def _mentions(text: str, name: Name) -> bool:
    """Whether a text has the name whole, in a known short form, or word by word."""
    tokens = [_bare(match.group()) for match in _TOKEN.finditer(text)]
    units = [fold(token) for token in tokens]
    flat = f" {' '.join(units)} "
    wanted = " ".join(name.words)
    if f" {wanted} " in flat and (len(name.words) > 1 or wanted in units):
        return True
    if _is_plural(wanted) and wanted[:-1] in units:
        return True
    if len(name.words) > 1 and any(_squeezed(name.text) == _squeezed(token) for token in tokens):
        return True
    if _is_abbreviated(name.text, tokens):
        return True
    if len(name.words) < 2 or _joins_two(name.text):
        return False
    return all(word in units or (word.endswith("s") and word[:-1] in units) for word in name.words)


def new_names(text: str, question: str) -> list[str]:
    """Return the name-like words of `text` that do not occur in `question`."""
    asked = set(fold(question).split())
    found = []
    for match in _TOKEN.finditer(text):
        word = _bare(match.group())
        parts = fold(word).split()
        if _is_name(match, text, in_group=False) and parts and not set(parts) <= asked:
            found.append(word)
    return found


def is_country(written: str) -> bool:
    """Return whether a name is that of a country, of its people, of a continent or a part of one."""
    return bool(forms_of(written)) or all(word in _PLACES for word in fold(written).split())


def _joins(before: re.Match[str], match: re.Match[str], text: str) -> bool:
    """Whether two name words stand together as one name; a possessive parts them (Xiaomi's YU7)."""
    return text[before.end() : match.start()] in (" ", "–") and not _POSSESSIVE.search(before.group())


def _add(names: dict[str, Name], group: list[re.Match[str]], text: str) -> None:
    if group:
        written = _MADE_THERE.sub("", _bare(text[group[0].start() : group[-1].end()]))
        names.setdefault(fold(written), Name(written, is_country(written), forms_of(written)))


def _describes(rest: str) -> bool:
    """Whether a word before `rest` is an adjective to it: 'Norwegian ferries', not 'Rivian or XPENG'."""
    following = re.match(r"\s+([a-z][\w-]*)", rest)
    return following is not None and following[1] not in FUNCTION_WORDS


def _is_name(match: re.Match[str], text: str, *, in_group: bool) -> bool:
    word = _bare(match.group())
    folded = word.lower()
    if not word or folded in COMMON_CAPITALS or folded in FUNCTION_WORDS or _SIZED.fullmatch(folded):
        return False
    pair = _DASH.split(folded)
    if len(pair) > 1 and all(part in _NO_NAME_IN_PAIRS for part in pair):
        return False
    if _DEMONYM.search(folded) and _describes(text[match.end() :]):
        return False
    if in_group and re.fullmatch(r"\d{1,4}", word) and not re.fullmatch(r"(?:19|20)\d{2}", word):
        return True
    has_letter = any(char.isalpha() for char in word)
    odd = any(char.isupper() for char in word[1:]) or (has_letter and any(char.isdigit() for char in word))
    if odd:
        return True
    return word[0].isupper() and not _starts_sentence(text, match.start())


def _bare(written: str) -> str:
    """Return a word or name without a closing full stop and possessive ending."""
    return _POSSESSIVE.sub("", written.rstrip("."))


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"'“‘(•–—")
    return not before or before[-1] in ".?!:"


def _is_plural(word: str) -> bool:
    """Whether a name may be several of a thing: 'Zancudos', 'HB5s'; not 'Lotus' or 'BMWs' of four letters and fewer."""
    return word.endswith("s") and (len(word) > 4 or word[-2:-1].isdigit())


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _joins_two(written: str) -> bool:
    """Whether a name joins two others with a hyphen, as ventures do (FAW-Volkswagen)."""
    return bool(_DASH.search(written))


def _is_abbreviated(written: str, tokens: list[str]) -> bool:
    """Whether the name is the short form of some tokens, or some token is the short form of the name."""
    words = [word for word in _DASH.sub(" ", written).split() if word[0].isalnum()]
    if len(words) == 1 and _is_acronym(words[0]):
        return any(_is_short_for(words[0], token) for token in tokens) or _initials_occur(words[0], tokens)
    initials = "".join(word[0] for word in words)
    return any(
        _is_acronym(token) and ((len(words) > 1 and token == initials) or _is_short_for(token, words[0]))
        for token in tokens
        if len(words) == 1 or token == initials
    )


def _is_acronym(word: str) -> bool:
    return 2 <= len(word) <= 5 and word.isupper() and word.isalpha()


def _is_short_for(acronym: str, word: str) -> bool:
    """Whether two capitals shorten one long word, its first letter and a later one: VW, Volkswagen."""
    return len(acronym) == 2 and len(word) > 6 and word[0] == acronym[0] and acronym[1].lower() in word[3:-2].lower()


def _initials_occur(acronym: str, tokens: list[str]) -> bool:
    capitals = [token[0] if token[0].isupper() else " " for token in tokens]
    return acronym in "".join(capitals)
