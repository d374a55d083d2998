"""Questions, answers and runs to be put together by hand."""

from collections.abc import Sequence
from typing import Any

from assistant.evaluation.questions import Question
from assistant.evaluation.run_file import CaseRun, Run, RunHit, Slice, places_stated
from assistant.models import Abstention, Answer, Checks, Citation, Claim, Nearest

HASH = "a" * 64
SOURCE = "docs/plant.md"
PASSED = Checks(quote=True, numbers=True, names=True, fits=True)


def question(*facts: dict[str, Any] | str, **given: Any) -> Question:
    """A question that expects `facts` (a text, or the fields of a fact); without facts it has no answer."""
    fields = {
        "id": "where-built",
        "question": "Where is the N7 built?",
        "kind": "fact" if facts else "unanswerable",
        "answerable": bool(facts),
        "facts": [{"text": fact} if isinstance(fact, str) else fact for fact in facts],
        "documents": ["plant.md"],
    }
    return Question.model_validate({**fields, **given})


def cited(n: int, text: str, **given: Any) -> Citation:
    """A citation of `text`, which stands at the start of its document."""
    fields = {
        "n": n, "document_id": "d1", "source": SOURCE, "title": None, "publisher": None, "published": None, "url": None,
        "section": None, "cited_text": text, "start_char_index": 0, "end_char_index": len(text), "content_sha256": HASH,
    }  # fmt: skip
    return Citation.model_validate({**fields, **given})


def near(text: str, **given: Any) -> Nearest:
    """A nearest passage of an abstention."""
    fields = {
        "document_id": "d1", "source": SOURCE, "title": None, "publisher": None, "published": None, "url": None,
        "cited_text": text, "start_char_index": 0, "end_char_index": len(text),
    }  # fmt: skip
    return Nearest.model_validate({**fields, **given})


def answered(*claims: tuple[str, Sequence[Citation]], missing: Sequence[Nearest] | None = None, **given: Any) -> Answer:
    """An answer of claims with their citations; partial if `missing` (its nearest passages) is given."""
    text, made = "", []
    for words, quotes in claims:
        start = len(text) + bool(text)
        numbers = tuple(quote.n for quote in quotes)
        text = f"{text} {words}".strip() + "".join(f" [{n}]" for n in numbers)
        made.append(
            Claim(text=words, start=start, end=start + len(words), citations=numbers, standing="stated", checks=PASSED)
        )
    citations = {quote.n: quote for _, quotes in claims for quote in quotes}
    partial = Abstention(reason="not_in_documents", missing=("the rest",), nearest=tuple(missing or ()))
    fields = {
        "status": "answered" if missing is None else "partial",
        "answer": text,
        "claims": tuple(made),
        "citations": tuple(citations.values()),
        "abstention": None if missing is None else partial,
    }
    return _answer({**fields, **given})


def says(text: str, quote: str | None = None) -> Answer:
    """An answer of one claim with one quote, by default the claim itself."""
    return answered((text, [cited(1, quote or text)]))


def abstained(*nearest: Nearest, reason: str = "not_in_documents") -> Answer:
    """An abstention that shows `nearest`."""
    fields = {"status": "abstained", "answer": "The documents do not say."}
    return _answer({**fields, "abstention": {"reason": reason, "nearest": [item.model_dump() for item in nearest]}})


def case(
    asked: Question,
    answer: Answer | None,
    hits: Sequence[str] = (),
    *,
    indexed: bool | Sequence[bool] = True,
    source: str = SOURCE,
    **given: Any,
) -> CaseRun:
    """A case whose hits have the texts `hits` and whose quotes are all exact, unless `slices` are given."""
    all_indexed = [indexed] * len(asked.facts) if isinstance(indexed, bool) else indexed
    fields = {
        "set_name": "dev/seeds",
        "question": asked,
        "answer": answer,
        "hits": tuple(hit(text, asked, source=source) for text in hits),
        "slices": exact_slices(answer),
        "indexed": tuple(all_indexed),
    }
    return CaseRun(**{**fields, **given})


def hit(text: str, asked: Question, **given: Any) -> RunHit:
    """A passage found by both legs."""
    fields = {
        "document_id": "d1", "source": SOURCE, "start_char_index": 0, "end_char_index": len(text), "score": 1.0,
        "rank_words": 1, "rank_meaning": 1, "states": places_stated(text, asked), "text": text,
    }  # fmt: skip
    return RunHit(**{**fields, **given})


def exact_slices(answer: Answer | None) -> tuple[Slice, ...]:
    """What a document holds at the quotes of `answer` if they are exact."""
    if answer is None:
        return ()
    quotes = [*answer.citations, *(answer.abstention.nearest if answer.abstention else ())]
    return tuple(
        Slice(
            document_id=quote.document_id,
            start_char_index=quote.start_char_index,
            end_char_index=quote.end_char_index,
            text=quote.cited_text,
            content_sha256=HASH,
        )
        for quote in quotes
    )


def run(*cases: CaseRun, **given: Any) -> Run:
    """A run of `cases`."""
    fields = {
        "sets": ("dev/seeds",), "target": "this process", "created_at": "2026-01-12T10:00:00+00:00", "k": 10,
        "judge": "none", "versions": {}, "settings": {}, "cases": cases,
    }  # fmt: skip
    return Run(**{**fields, **given})


def _answer(fields: dict[str, Any]) -> Answer:
    always = {
        "answer_id": "a1", "conversation_id": "c1", "question": "Where?", "standalone_question": "Where?",
        "as_of": None, "answered_by": "extractive", "index_generation": 1,
        "timings_ms": {"retrieve": 2.0, "total": 3.0},
    }  # fmt: skip
    return Answer.model_validate({**always, **fields})
