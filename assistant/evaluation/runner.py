"""Ask every question of the sets and keep all that came back: ask -> search -> look up, told by `run_case`."""

import platform
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from assistant.evaluation.facts import stated
from assistant.evaluation.judge import DeterministicJudge, Judge
from assistant.evaluation.questions import Question, QuestionSet
from assistant.evaluation.run_file import CaseRun, Run, RunHit, Slice, places_stated
from assistant.evaluation.targets import Target
from assistant.models import Answer, Citation, Nearest, SearchHit
from index.errors import JvError, NotFoundError
from index.models import sha256

K = 10
IN_PROCESS = "this process"


def run_sets(
    target: Target,
    sets: Sequence[QuestionSet],
    *,
    target_name: str = IN_PROCESS,
    settings: Mapping[str, str] | None = None,
    judge: Judge | None = None,
    on_case: Callable[[CaseRun], object] | None = None,
) -> Run:
    """Ask `target` every question of `sets` in order and return all that is needed to score the answers.

    A question that fails (JvError) is kept with its error, and the run goes on. `target_name`, `settings` and the
    judge's name are written down in the run; `on_case` is called after each question.
    """
    texts = _Texts(target)
    cases: list[CaseRun] = []
    for question_set in sets:
        for question in question_set.questions:
            cases.append(run_case(target, texts, question_set.name, question))
            if on_case:
                on_case(cases[-1])
    return Run(
        sets=tuple(item.name for item in sets),
        target=target_name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        k=K,
        judge=(judge or DeterministicJudge()).name,
        versions=_versions(),
        settings=dict(settings or {}),
        cases=tuple(cases),
    )


def run_case(target: Target, texts: "_Texts", set_name: str, question: Question) -> CaseRun:
    """Ask one question, after those of its conversation, and search for it, too."""
    indexed = texts.state(question)
    try:
        answer = _ask(target, question)
        query = answer.standalone_question if question.conversation else question.question
        hits = target.search(query, limit=K, as_of=question.as_of)
    except JvError as error:
        return CaseRun(set_name=set_name, question=question, answer=None, error=str(error), indexed=indexed)
    return CaseRun(
        set_name=set_name,
        question=question,
        answer=answer,
        hits=tuple(_run_hit(hit, question) for hit in hits),
        slices=tuple(texts.slices(answer)),
        indexed=indexed,
    )


class _Texts:
    """The texts of the target's documents, each fetched once and only when it is needed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._documents = target.documents()
        self._texts: dict[str, str | None] = {}

    def state(self, question: Question) -> tuple[bool, ...]:
        """Return for each expected fact whether an expected document in the index states it."""
        found = [False] * len(question.facts)
        for document in self._documents:
            if question.facts and question.expects(document.source):
                here = stated(self._text(document.document_id) or "", question.facts)
                found = [before or now for before, now in zip(found, here, strict=True)]
        return tuple(found)

    def slices(self, answer: Answer) -> Iterator[Slice]:
        """Yield what the documents hold at the place of each citation, then of each nearest passage."""
        nearest = answer.abstention.nearest if answer.abstention else ()
        quotes: tuple[Citation | Nearest, ...] = (*answer.citations, *nearest)
        for quote in quotes:
            whole = self._text(quote.document_id)
            yield Slice(
                document_id=quote.document_id,
                start_char_index=quote.start_char_index,
                end_char_index=quote.end_char_index,
                text=None if whole is None else whole[quote.start_char_index : quote.end_char_index],
                content_sha256=None if whole is None else sha256(whole),
            )

    def _text(self, document_id: str) -> str | None:
        if document_id not in self._texts:
            self._texts[document_id] = None
            with suppress(NotFoundError):
                self._texts[document_id] = self._target.text(document_id)
        return self._texts[document_id]


def _ask(target: Target, question: Question) -> Answer:
    """Ask the questions before this one in a conversation of their own, then this one."""
    conversation_id = f"evaluation-{uuid.uuid4().hex}" if question.conversation else None
    for earlier in question.conversation:
        target.ask(earlier, conversation_id=conversation_id, as_of=question.as_of)
    return target.ask(question.question, conversation_id=conversation_id, as_of=question.as_of)


def _run_hit(hit: SearchHit, question: Question) -> RunHit:
    return RunHit(
        document_id=hit.document_id,
        source=hit.source,
        start_char_index=hit.start_char_index,
        end_char_index=hit.end_char_index,
        score=hit.score,
        rank_words=hit.rank_words,
        rank_meaning=hit.rank_meaning,
        states=places_stated(hit.text, question),
        text=hit.text,
    )


def _versions() -> dict[str, str]:
    """Return the versions of what answers depend on; packages that are not installed are left out."""
    found = {"python": platform.python_version()}
    for package in ("jv-assistant", "sentence-transformers", "torch", "chromadb", "ir-measures"):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found
