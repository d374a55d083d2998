"""What an answerer proposes before it is cited and checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.understanding import Question
from index.models import Hit, Passage, Span, ignore


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a document, word for word: `text_of(document)[span.start:span.end] == text`."""

    passage: Passage
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """A sentence proposed for the answer and the quotes it rests on."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Generation:
    """What a chat model did for one answer; `dropped` holds the check that each sentence not shown has failed."""

    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    shown: int = 0
    repaired: int = 0
    dropped: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class DraftSide:
    """What one source says where sources differ, and the claim that says it."""

    text: str
    claim: DraftClaim


@dataclass(frozen=True, slots=True)
class DraftConflict:
    """A point on which sources differ."""

    what: str
    sides: tuple[DraftSide, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The claims proposed, in order; conflicts among them; what the evidence lacks; the nearest quotes; whose words."""

    claims: tuple[DraftClaim, ...] = ()
    conflicts: tuple[DraftConflict, ...] = ()
    missing: tuple[str, ...] = ()
    nearest: tuple[Quote, ...] = field(default=())
    answered_by: str = "extractive"
    generation: Generation | None = None


OnClaim = Callable[[DraftClaim], None]
OnWait = Callable[[], None]


def patient() -> None:
    """Wait for as long as it takes."""


class Answerer(Protocol):
    """Answers a question from passages."""

    def answer(
        self,
        question: Question,
        hits: Sequence[Hit],
        max_words: int | None = None,
        on_claim: OnClaim = ignore,
        on_wait: OnWait = patient,
    ) -> Draft:
        """Return the claims; give each to `on_claim` as soon as it stands.

        `on_wait` is called every moment while a model is waited for; what it raises ends the work.
        """
        ...
