"""Turn readers' feedback into draft questions, which an analyst completes before they count."""

from collections.abc import Iterable
from typing import Literal, Protocol

import yaml

from assistant.models import Answer

_HEAD = """\
# Draft questions from readers' feedback. For each: write the facts that a right answer states,
# correct kind, answerable and documents, then delete its line 'draft: true'. Until then the set is refused.
"""


class FeedbackRow(Protocol):
    """What a reader thought of an answer, as it is stored."""

    @property
    def answer(self) -> Answer:
        """The answer that was judged."""
        ...

    @property
    def verdict(self) -> Literal["up", "down"]:
        """Whether the reader found it good."""
        ...

    @property
    def comment(self) -> str | None:
        """What the reader wrote."""
        ...

    @property
    def created_at(self) -> str:
        """When."""
        ...


def draft_questions(rows: Iterable[FeedbackRow], corpus: str = "seeds") -> str:
    """Return a question set in YAML with one draft for each answer that readers judged, in the order of `rows`.

    All verdicts on one answer go into one draft.
    """
    by_answer: dict[str, list[FeedbackRow]] = {}
    for row in rows:
        by_answer.setdefault(row.answer.answer_id, []).append(row)
    drafts = [_draft(number, judged) for number, judged in enumerate(by_answer.values(), start=1)]
    content = {"corpus": corpus, "questions": drafts}
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _draft(number: int, rows: list[FeedbackRow]) -> dict[str, object]:
    """Return one draft: what was asked, a guess at the rest, and in its note what was said and thought."""
    answer = rows[0].answer
    answerable = answer.status != "abstained" or any(row.verdict == "down" for row in rows)
    sources = dict.fromkeys(citation.source.replace("\\", "/").rsplit("/", 1)[-1] for citation in answer.citations)
    return {
        "id": f"feedback-{number}",
        "draft": True,
        "question": answer.standalone_question or answer.question,
        "kind": "fact" if answerable else "unanswerable",
        "answerable": answerable,
        "facts": [],
        "documents": list(sources),
        "note": "\n".join([*(_opinion(row) for row in rows), f"It was answered: {answer.answer}"]),
    }


def _opinion(row: FeedbackRow) -> str:
    said = f": {row.comment}" if row.comment else ""
    return f"{row.created_at}, {'good' if row.verdict == 'up' else 'bad'}{said}"
