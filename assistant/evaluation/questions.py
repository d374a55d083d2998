"""The vocabulary of question sets: questions an analyst writes by hand, and the facts a good answer states."""

import math
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from assistant.evaluation.errors import QuestionSetError
from assistant.evaluation.yaml_lines import LinedYaml
from assistant.models import Frozen, PartialDate

Kind = Literal[
    "fact", "number", "list", "reason", "paraphrase", "compare", "time", "alias", "denial", "multi",
    "ambiguous", "confusable", "as-of", "before-after", "conflict", "unanswerable", "out-of-scope",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
_NAME = r"^[a-z0-9]+(-[a-z0-9]+)*$"
WITHOUT_ANSWER: tuple[Kind, ...] = ("unanswerable", "out-of-scope")
EITHER_WAY: tuple[Kind, ...] = ("as-of", "before-after")  # at some dates there is no answer yet


def _as_date_text(value: object) -> object:
    """Return a date that YAML read as a number or a date (2020, 2020-01-31) as the text it was written as."""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:04d}" if isinstance(value, int) else value


class Statement(Frozen):
    """One way of stating a fact: a number with its unit, a text, or a pattern; exactly one of the three.

    `tolerance` is relative: 0.02 accepts a number that is 2% off.
    """

    number: float | None = None
    unit: str | None = None
    tolerance: float = Field(default=0.0, ge=0, lt=1)
    text: str | None = Field(default=None, min_length=1)
    pattern: str | None = Field(default=None, min_length=1)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"'{pattern}' is not a regular expression ({error}); correct it") from error
        return pattern

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        given = [self.number is not None, self.text is not None, self.pattern is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of number, text and pattern; further wordings belong under 'or'")
        if self.number is None and (self.unit is not None or self.tolerance):
            raise ValueError("unit and tolerance belong to a number")
        if self.number is not None and not math.isfinite(self.number):
            raise ValueError(f"{self.number} is not a finite number; write its digits")
        return self


class Fact(Statement):
    """A fact that a complete answer states, in this wording or in one of the `alternatives` ('or' in the file)."""

    alternatives: tuple[Statement, ...] = Field(default=(), alias="or")

    @property
    def wordings(self) -> tuple[Statement, ...]:
        """Every way of stating the fact."""
        return (self, *self.alternatives)

    @property
    def label(self) -> str:
        """The fact in a few words, for people."""
        if self.number is not None:
            return f"{self.number:,.10g}{f' {self.unit}' if self.unit else ''}"
        return self.text if self.text is not None else f"/{self.pattern}/"


class Question(Frozen):
    """A question with what is expected of its answer.

    `documents` are file names: a quote or a hit matches if its `source` ends with one of them.
    `forbidden` is what an answer must not state, such as another venture's figure. `sides` are those of a
    conflict, each with the facts that it holds.
    `conversation` holds the questions asked before this one. `note` is for people.
    """

    id: str = Field(pattern=_NAME)
    question: str = Field(min_length=1)
    kind: Kind
    answerable: bool
    facts: tuple[Fact, ...] = ()
    forbidden: tuple[Fact, ...] = ()
    sides: tuple[tuple[Fact, ...], ...] = ()
    documents: tuple[str, ...] = ()
    as_of: Annotated[PartialDate | None, BeforeValidator(_as_date_text)] = None
    conversation: tuple[str, ...] = ()
    note: str | None = None
    draft: bool = False

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.draft:
            raise ValueError(
                "this is a draft: fill in its facts, correct kind and answerable, and delete 'draft: true'"
            )
        if self.kind not in EITHER_WAY and self.answerable == (self.kind in WITHOUT_ANSWER):
            raise ValueError(f"kind '{self.kind}' does not go with answerable: {str(self.answerable).lower()}")
        if self.answerable and not self.facts:
            raise ValueError("an answerable question needs at least one fact under 'facts'")
        if len(self.sides) == 1:
            raise ValueError("a conflict has two sides or more; add the other under 'sides'")
        if not self.answerable and self.facts:
            raise ValueError("a question without an answer has no facts; delete them or set answerable: true")
        return self

    def expects(self, source: str) -> bool:
        """Return whether `source` is one of the expected documents; without any, every document is."""
        return not self.documents or source.endswith(self.documents)


class QuestionSet(Frozen):
    """The questions of one file on one corpus ('raw', 'seeds', ...). `name` is folder and stem, such as 'dev/raw'."""

    name: str
    corpus: str = Field(pattern=_NAME)
    questions: tuple[Question, ...] = Field(min_length=1)


def load_questions(path: Path) -> tuple[QuestionSet, ...]:
    """Return the question sets of a file, or of every .yaml file in a folder, in the order of their names.

    QuestionSetError names the file and the line of the first thing that is wrong.
    """
    if not path.exists():
        raise QuestionSetError(f"There is no question set at {path}; give a .yaml file or a folder of them")
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise QuestionSetError(f"The folder {path} holds no .yaml file; give a question set or a folder of them")
    seen: dict[str, str] = {}
    return tuple(_load_set(file, seen) for file in files)


def _load_set(path: Path, seen: dict[str, str]) -> QuestionSet:
    """Load one file; `seen` maps each id met so far to its place, and is added to."""
    read = LinedYaml(path)
    if not isinstance(read.content, dict):
        raise read.error((), "a question set starts with 'corpus:' and 'questions:'")
    if "name" in read.content:
        raise read.error(("name",), "unknown key 'name'; a set is named after its file")
    try:
        questions = QuestionSet.model_validate({"name": f"{path.resolve().parent.name}/{path.stem}", **read.content})
    except ValidationError as error:
        raise _translate(read, error) from error
    for place, question in enumerate(questions.questions):
        here = ("questions", place, "id")
        if question.id in seen:
            raise read.error(here, f"the id '{question.id}' is taken already ({seen[question.id]}); choose another")
        seen[question.id] = f"{path}:{read.line(here)}"
    return questions


def _translate(read: LinedYaml, error: ValidationError) -> QuestionSetError:
    """Return the first thing pydantic found, in the words of a question set and with its line."""
    first = error.errors(include_url=False)[0]
    location = tuple(step for step in first["loc"])
    key = location[-1] if location else ""
    match first["type"]:
        case "extra_forbidden":
            message = f"unknown key '{key}'; known are {', '.join(_known_keys(location))}"
        case "missing":
            message = f"'{key}' is missing"
        case "literal_error":
            message = f"{key} is '{first['input']}'; it must be {first.get('ctx', {}).get('expected')}"
        case "string_type":
            message = f"{key} must be text; put {first['input']!r} in quotes"
        case "string_pattern_mismatch":
            message = f"{key} is '{first['input']}'; use lower-case words joined by hyphens"
        case "value_error":
            message = first["msg"].removeprefix("Value error, ")
        case _:
            message = f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r}"
    return read.error(location, message)


def _known_keys(location: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where `location` ends."""
    if "or" in location:
        model: type[Frozen] = Statement
    elif {"facts", "forbidden", "sides"} & set(location):
        model = Fact
    else:
        model = Question if "questions" in location else QuestionSet
    hidden = {"name", "draft"}
    return [field.alias or name for name, field in model.model_fields.items() if name not in hidden]
