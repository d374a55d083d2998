"""Read lexicon files: who is who, as people write it down, checked and merged.

The program's own file is `lexicon.yaml` beside this module; docs/lexicon.md describes the format.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from index.errors import LexiconError

OWN_FILE = Path(__file__).with_name("lexicon.yaml")

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Kind = Literal["group", "brand", "venture", "alliance", "supplier", "tech", "other"]


Day = Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^\d{4}(-\d{2}){0,2}$")]  # YAML reads dates


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Partner(_Strict):
    """Who holds or held `stake` percent of a venture, and when (`as_of`: YYYY, YYYY-MM or YYYY-MM-DD)."""

    who: Id
    stake: float | None = Field(None, ge=0, le=100)
    as_of: Day | None = None


class Entity(_Strict):
    """A company, brand, venture or supplier with all its names; `exact` lists those that count only as written."""

    id: Id
    name: Text | None = None
    kind: Kind | None = None
    aliases: tuple[Text, ...] = ()
    former: tuple[Text, ...] = ()
    chinese: tuple[Text, ...] = ()
    exact: tuple[Text, ...] = ()
    parents: tuple[Id, ...] = ()
    partners: tuple[Partner, ...] = ()
    places: tuple[Text, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, the usual one first, each once."""
        return tuple(dict.fromkeys([self.name or "", *self.aliases, *self.former, *self.chinese, *self.exact]))

    def with_more(self, other: "Entity") -> "Entity":
        """Return this entity with what `other` adds; its name and kind, where given, replace these."""
        lists = ("aliases", "former", "chinese", "exact", "parents", "partners", "places")
        merged: dict[str, Any] = {key: _each_once(getattr(self, key), getattr(other, key)) for key in lists}
        if other.name and self.name and other.name != self.name:
            merged["aliases"] = _each_once(merged["aliases"], (self.name,))
        return Entity(id=self.id, name=other.name or self.name, kind=other.kind or self.kind, **merged)


class Meaning(_Strict):
    """One thing (or several at once) that an ambiguous name may mean, and words that stand near it then."""

    entities: tuple[Id, ...] = Field(min_length=1)
    near: tuple[Text, ...] = ()


class Ambiguous(_Strict):
    """A name of several meanings; a `common` one is also an ordinary word and counts only beside a near word."""

    alias: Text
    common: bool = False
    meanings: tuple[Meaning, ...] = Field(min_length=1)


class LexiconFile(_Strict):
    """What one file says."""

    entities: tuple[Entity, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()


def read_files(own: Path | None) -> LexiconFile:
    """Return the program's lexicon, with the user's file `own` merged over it.

    Raises LexiconError, which names the file and the entry and says what to do.
    """
    shipped = _read(OWN_FILE)
    _require_sound(shipped, shipped, OWN_FILE)
    if own is None:
        return shipped
    given = _read(own)
    merged = _merged(shipped, given)
    _require_sound(merged, given, own)
    return merged


def _read(path: Path) -> LexiconFile:
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise LexiconError(
            f"The lexicon '{path}' cannot be read ({error.strerror}); correct JV_LEXICON or unset it."
        ) from error
    except UnicodeDecodeError as error:
        raise LexiconError(f"The lexicon '{path}' is not text in UTF-8; save it as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise LexiconError(f"The lexicon '{path}' is not valid YAML{where}: {problem}; correct that line.") from error
    if content is None:
        return LexiconFile()
    try:
        return LexiconFile.model_validate(content)
    except ValidationError as error:
        raise LexiconError(f"The lexicon '{path}': {_first_problem(error, content)}; correct it.") from error


def _first_problem(error: ValidationError, content: Any) -> str:
    """Return in one line where a file is wrong and how, the entry by its id or alias if it has one."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    problem = first["msg"][0].lower() + first["msg"][1:]
    if len(first["loc"]) < 2:
        known = f"a lexicon has the lists {' and '.join(LexiconFile.model_fields)}"
        return f"{place[0] if place else 'the whole'}: {problem} ({known})"
    entry = content[place[0]][int(place[1])]
    label = (entry.get("id") or entry.get("alias")) if isinstance(entry, dict) else entry
    detail = ".".join(place[2:]) or "the entry"
    shown = "" if first["type"] == "missing" else f" is {str(first['input'])[:80]!r}"
    return f"entry '{label}' (number {int(place[1]) + 1} of {place[0]}): {detail}{shown}: {problem}"


def _merged(shipped: LexiconFile, given: LexiconFile) -> LexiconFile:
    entities = {entity.id: entity for entity in shipped.entities}
    for entity in given.entities:
        known = entities.get(entity.id)
        entities[entity.id] = known.with_more(entity) if known else entity
    ambiguous = {name.alias: name for name in (*shipped.ambiguous, *given.ambiguous)}
    return LexiconFile(entities=tuple(entities.values()), ambiguous=tuple(ambiguous.values()))


def _require_sound(whole: LexiconFile, given: LexiconFile, path: Path) -> None:
    """Raise LexiconError if an entry of `given`, the file at `path`, does not fit into the whole."""
    for problem in _problems(whole, given):
        raise LexiconError(f"The lexicon '{path}': {problem}")


def _problems(whole: LexiconFile, given: LexiconFile) -> Iterable[str]:
    ids = {entity.id for entity in whole.entities}
    yield from _twice([entity.id for entity in given.entities], "id")
    yield from _twice([name.alias for name in given.ambiguous], "ambiguous alias")
    for entity in whole.entities:
        if not entity.name or not entity.kind:
            lacks = "name" if not entity.name else "kind"
            near = _nearest(entity.id, ids - {entity.id})
            yield f"entry '{entity.id}' is new and has no {lacks}; give it one{near}."
        for key, named in (("parents", entity.parents), ("partners", tuple(held.who for held in entity.partners))):
            yield from _unknown(f"entry '{entity.id}': {key}", named, ids)
        if stray := set(entity.exact) - {entity.name, *entity.aliases, *entity.former, *entity.chinese}:
            yield f"entry '{entity.id}': exact has '{min(stray)}', which is none of its names; add it to aliases."
    for name in whole.ambiguous:
        named = tuple(each for meaning in name.meanings for each in meaning.entities)
        yield from _unknown(f"ambiguous '{name.alias}': entities", named, ids)
        if name.common and not any(meaning.near for meaning in name.meanings):
            yield f"ambiguous '{name.alias}' is common and has no near words; give its meanings some."
    yield from _clashes(whole)


def _clashes(whole: LexiconFile) -> Iterable[str]:
    """Yield every name that two entities share although it is not listed as ambiguous."""
    known = {name.alias for name in whole.ambiguous}
    owner: dict[str, str] = {}
    for entity in whole.entities:
        for name in entity.names:
            key = name if name in entity.exact else squeezed(name)
            if name not in known and owner.setdefault(key, entity.id) != entity.id:
                yield (
                    f"'{name}' is a name of '{owner[key]}' and of '{entity.id}'; "
                    "take it from one of them, or list it under ambiguous with both meanings."
                )


def _unknown(where: str, named: Sequence[str], ids: set[str]) -> Iterable[str]:
    for each in named:
        if each not in ids:
            yield f"{where} has '{each}', which is no entity{_nearest(each, ids)}; correct it or add that entity."


def _twice(values: Sequence[str], what: str) -> Iterable[str]:
    for value in values:
        if values.count(value) > 1:
            yield f"the {what} '{value}' stands there twice; keep one."


def _nearest(given: str, known: Iterable[str]) -> str:
    near = get_close_matches(given, list(known), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _each_once(first: Sequence[Any], second: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def squeezed(name: str) -> str:
    """Return a name without case, accents, hyphens and spaces."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return re.sub(r"[\W_]+", "", plain.casefold())
