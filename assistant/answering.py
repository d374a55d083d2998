"""Answer a question: the story understand -> retrieve -> answer -> cite -> check, told by `answer_question`."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from time import perf_counter

from assistant.antecedents import Turn
from assistant.citations import check_claims, cite, compose, conflicts_of, nearest_of, newest, search_hit
from assistant.draft import Answerer, Draft, DraftClaim, Generation
from assistant.entities import all_names, with_usual_names
from assistant.errors import QuestionError
from assistant.events import ClaimsDropped, OnEvent, SearchResults, StepBegun, Telling, TokensUsed, Waiting, unheard
from assistant.models import Abstention, Answer, Reason
from assistant.prompts import Prompts
from assistant.rewriting import Rewrite, by_rules
from assistant.subjects import is_of_another
from assistant.understanding import Question, understand
from index.catalogue import Catalogue
from index.lexicon import Lexicon
from index.models import Hit, Scope, ignore
from index.retrieval import Retriever

_PASSAGES_READ = 8
_PASSAGES_READ_OF_PARTS = 12


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with its limits and the turns before it, as every door hands it in."""

    question: str
    conversation_id: str | None = None
    scope: Scope = field(default_factory=Scope)
    max_words: int | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """What answering needs, wired once.

    `rewrite` makes a follow-up a question that stands alone, given the turns before it.
    """

    catalogue: Catalogue
    retriever: Retriever
    answerer: Answerer
    prompts: Prompts
    lexicon: Lexicon
    max_question_chars: int
    record: Callable[[str, Generation], None] = ignore  # answer_id and what a chat model did for it
    rewrite: Rewrite = by_rules


def answer_question(asking: Asking, parts: Parts, on_event: OnEvent = unheard) -> Answer:
    """Return the answer, every sentence of it cited and checked, or an abstention that says why.

    `on_event` hears of every step and what it found; what it raises ends the work. Raises QuestionError
    if the question is empty or too long.
    """
    text = _validated(asking.question, parts.max_question_chars)
    clock, telling = _Clock(on_event), Telling(parts.catalogue.text, on_event)
    with clock.step("understand"):
        question = understand(_standing_alone(text, asking.turns, parts, on_event), parts.lexicon)
    with parts.catalogue.database.snapshot():  # one state of the index, whatever is ingested meanwhile
        generation = parts.catalogue.generation
        if not question.in_scope:
            return _abstain(asking, parts, generation, clock, question, "out_of_scope", Draft())
        with clock.step("retrieve"):
            hits = retrieve(question, parts.retriever, asking.scope)
            on_event(SearchResults(tuple(search_hit(hit) for hit in hits)))
        if not hits:
            reason: Reason = "not_in_documents" if parts.catalogue.count_documents() else "no_documents"
            return _abstain(asking, parts, generation, clock, question, reason, Draft(missing=(question.text,)))
        with clock.step("answer"):
            draft = parts.answerer.answer(
                question, hits, asking.max_words, telling.propose, lambda: on_event(Waiting())
            )
    with clock.step("check"):  # against the index as it is now: what was removed meanwhile is not cited
        claims = check_claims(draft.claims, parts.catalogue.text)
    if dropped := len(draft.claims) - len(claims):
        on_event(ClaimsDropped(dropped))
    if made := draft.generation:
        on_event(made)
        on_event(TokensUsed(made.input_tokens, made.output_tokens))
    if not claims:
        return _abstain(asking, parts, generation, clock, question, "not_in_documents", draft)
    answer = _compose(asking, parts, generation, clock, question, claims, draft)
    telling.finish(answer)
    return answer


def retrieve(question: Question, retriever: Retriever, scope: Scope) -> list[Hit]:
    """Return the passages to read, best first; where several things are asked, those of each in turn."""
    if not question.parts:
        return _search(question, retriever, scope)
    found = [_search(part, retriever, scope) for part in question.parts]
    in_turn = (hit for rank in zip_longest(*found) for hit in rank if hit)
    return list({hit.passage.chunk_id: hit for hit in in_turn}.values())[:_PASSAGES_READ_OF_PARTS]


def _search(question: Question, retriever: Retriever, scope: Scope) -> list[Hit]:
    """Return passages for one thing asked, by every name of what it names; none that is only of another venture."""
    names = all_names(question.text, question.lexicon)
    usual = with_usual_names(question.text, question.lexicon)
    depth = 2 * _PASSAGES_READ if question.ventures else _PASSAGES_READ
    hits = retriever.search(usual, scope, depth, names)
    return [hit for hit in hits if not is_of_another(question, hit.passage)][:_PASSAGES_READ]


def _compose(
    asking: Asking,
    parts: Parts,
    generation: int,
    clock: "_Clock",
    question: Question,
    claims: list[DraftClaim],
    draft: Draft,
) -> Answer:
    with clock.step("cite"):
        cited, citations = cite(claims)
        conflicts = conflicts_of(draft.conflicts, cited)
        text, final = compose(cited, parts.catalogue.text, draft.conflicts)
    missing = draft.missing or (("Some of what was found failed a check.",) if len(claims) < len(draft.claims) else ())
    return Answer(
        **_identity(asking, question.text, generation, parts, draft),
        status="partial" if missing else "answered",
        answer=text,
        as_of=newest(citations),
        claims=final,
        citations=citations,
        conflicts=conflicts,
        abstention=Abstention(reason="not_in_documents", missing=missing, nearest=nearest_of(draft.nearest))
        if missing
        else None,
        timings_ms=clock.timings(),
    )


def _abstain(
    asking: Asking,
    parts: Parts,
    generation: int,
    clock: "_Clock",
    question: Question,
    reason: Reason,
    draft: Draft,
) -> Answer:
    return Answer(
        **_identity(asking, question.text, generation, parts, draft),
        status="abstained",
        answer=parts.prompts.abstention,
        as_of=None,
        abstention=Abstention(reason=reason, missing=draft.missing, nearest=nearest_of(draft.nearest)),
        timings_ms=clock.timings(),
    )


def _identity(asking: Asking, standalone: str, generation: int, parts: Parts, draft: Draft) -> dict[str, object]:
    answer_id = uuid.uuid4().hex
    if draft.generation:
        parts.record(answer_id, draft.generation)
    return {
        "answer_id": answer_id,
        "conversation_id": asking.conversation_id or uuid.uuid4().hex,
        "question": asking.question,
        "standalone_question": standalone,
        "answered_by": draft.answered_by,
        "index_generation": generation,
    }


def _validated(question: str, limit: int) -> str:
    text = " ".join(question.split())
    if not text:
        raise QuestionError("The question is empty; ask something, such as: Who owns the export venture?")
    if len(text) > limit:
        raise QuestionError(f"The question has {len(text):,} characters, the limit is {limit:,}; shorten it.")
    return text


def _standing_alone(text: str, turns: Sequence[Turn], parts: Parts, on_event: OnEvent) -> str:
    rewritten = parts.rewrite(text, turns, on_event) if turns else text
    return rewritten if len(rewritten) <= parts.max_question_chars else text


class _Clock:
    """Milliseconds by step of one answer; tells when a step begins."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._started = perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._on_event(StepBegun(name))
        started = perf_counter()
        try:
            yield
        finally:
            self._steps[name] = round((perf_counter() - started) * 1000, 2)

    def timings(self) -> dict[str, float]:
        return {**self._steps, "total": round((perf_counter() - self._started) * 1000, 2)}
