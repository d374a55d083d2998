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
    """The claims proposed, in their order; conflicts among them; what the evidence lacks; the nearest quotes."""

    claims: tuple[DraftClaim, ...] = ()
    conflicts: tuple[DraftConflict, ...] = ()
    missing: tuple[str, ...] = ()
    nearest: tuple[Quote, ...] = field(default=())
