"""`run.json`: everything a run saw, so that it can be scored again without asking again."""

import json
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from assistant.evaluation.errors import RunFileError
from assistant.evaluation.facts import stated
from assistant.evaluation.questions import Question
from assistant.models import Answer, Frozen

FORMAT = 1
_REMEDY = "make one with `jv-assistant evaluate SET --report DIR`, a baseline with `make baseline`"
_Record = TypeVar("_Record", bound=Frozen)


class RunHit(Frozen):
    """A passage found for a question, in rank order; `states` holds the places of the facts that it states."""

    document_id: str
    source: str
    start_char_index: int
    end_char_index: int
    score: float
    rank_words: int | None
    rank_meaning: int | None
    states: tuple[int, ...]
    text: str


class Slice(Frozen):
    """What the indexed text holds at the place of a quote; None: there is no such document.

    `content_sha256` is that of the whole text.
    """

    document_id: str
    start_char_index: int
    end_char_index: int
    text: str | None
    content_sha256: str | None


class CaseRun(Frozen):
    """One question asked: what came back, or the `error` that came instead.

    `slices` hold the indexed text at each citation, then at each nearest passage, in the answer's order.
    `indexed` says for each expected fact whether an expected document of the index states it.
    """

    set_name: str
    question: Question
    answer: Answer | None
    error: str | None = None
    hits: tuple[RunHit, ...] = ()
    slices: tuple[Slice, ...] = ()
    indexed: tuple[bool, ...] = ()

    @property
    def missing_from_index(self) -> tuple[str, ...]:
        """The expected facts that no indexed document states."""
        return tuple(fact.label for fact, is_in in zip(self.question.facts, self.indexed, strict=True) if not is_in)


class Run(Frozen):
    """A whole run, with what is needed to repeat it."""

    what: Literal["run"] = "run"
    format: int = FORMAT
    sets: tuple[str, ...]
    target: str
    created_at: str
    k: int
    judge: str
    versions: dict[str, str]
    settings: dict[str, str]
    cases: tuple[CaseRun, ...]

    @property
    def date(self) -> str:
        """The day of the run, YYYY-MM-DD."""
        return self.created_at[:10]


def save_run(run: Run, path: Path) -> None:
    """Write `run`, one line a case."""
    save_lines(run, path)


def load_run(path: Path) -> Run:
    """Read a run; RunFileError says what is wrong with the file and how to make a good one."""
    return read_as(Run, path, read_json(path))


def save_lines(record: Frozen, path: Path) -> None:
    """Write a record that has `cases` as JSON with one line a case, so that a change of the file reads well."""
    fields = record.model_dump(mode="json", by_alias=True, exclude={"cases"})
    cases = record.model_dump(mode="json", by_alias=True, include={"cases"})["cases"]
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    head = json.dumps(fields, ensure_ascii=False, indent=1).removesuffix("\n}")
    path.write_text(f'{head},\n "cases": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read a stored run or baseline as it is; RunFileError if that is not what it is."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunFileError(f"{path} cannot be read ({error}); {_REMEDY}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise RunFileError(f"{path} is no run of format {FORMAT}; {_REMEDY}")
    return content


def read_as(model: type[_Record], path: Path, content: dict[str, Any]) -> _Record:
    """Check the content of a stored run or baseline; RunFileError names the first thing that is wrong."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RunFileError(f"{path}: {place}: {first['msg']}; {_REMEDY}") from error


def places_stated(text: str, question: Question) -> tuple[int, ...]:
    """Return the places (from 0) of the facts of `question` that `text` states."""
    return tuple(place for place, is_stated in enumerate(stated(text, question.facts)) if is_stated)
