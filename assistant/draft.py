"""What an answerer proposes before it is cited and checked."""

from dataclasses import dataclass, field

from index.models import Passage, Span


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
class Draft:
    """The claims proposed, best first; what the evidence lacks; the quotes nearest to the question."""

    claims: tuple[DraftClaim, ...] = ()
    missing: tuple[str, ...] = ()
    nearest: tuple[Quote, ...] = field(default=())
