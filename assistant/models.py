"""The answer contract: what a question is answered with, in every door.

Offsets are Unicode code points, end exclusive. `answer[claim.start:claim.end] == claim.text`;
`text_of(document_id)[start_char_index:end_char_index] == cited_text`.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from index.models import parse_date

Status = Literal["answered", "partial", "abstained"]
Standing = Literal["stated", "reported", "planned", "denied", "disputed"]
Reason = Literal["not_in_documents", "out_of_scope", "no_documents"]
PartialDate = Annotated[str, AfterValidator(parse_date)]


class Frozen(BaseModel):
    """A value object: immutable, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Filters(Frozen):
    """Limits on the documents a question may be answered from."""

    publisher: tuple[str, ...] = ()
    published_from: PartialDate | None = None
    published_to: PartialDate | None = None
    document_id: tuple[str, ...] = ()


class BasedOn(Frozen):
    """A report that a brief rests on."""

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    published: str | None = None


class Citation(Frozen):
    """A verbatim quote from one document, and what is known of that document."""

    n: int
    document_id: str
    source: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    section: str | None
    page: int | None = None
    cited_text: str
    start_char_index: int
    end_char_index: int
    content_sha256: str
    based_on: tuple[BasedOn, ...] = ()


class Checks(Frozen):
    """What was verified of a claim against its quotes and the question."""

    quote: bool
    numbers: bool
    names: bool
    fits: bool

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return self.quote and self.numbers and self.names and self.fits


class Claim(Frozen):
    """One sentence of the answer with the numbers of the citations it rests on."""

    text: str
    start: int
    end: int
    citations: tuple[int, ...] = Field(min_length=1)
    standing: Standing
    checks: Checks


class Side(Frozen):
    """One side of a conflict between sources."""

    text: str
    citations: tuple[int, ...]


class Conflict(Frozen):
    """A point on which the sources differ."""

    what: str
    sides: tuple[Side, ...]


class Nearest(Frozen):
    """A passage near the question that does not answer it."""

    document_id: str
    source: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    cited_text: str
    start_char_index: int
    end_char_index: int


class Abstention(Frozen):
    """Why no answer, or only part of one, is given."""

    reason: Reason
    missing: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()


class Answer(Frozen):
    """The whole answer to one question."""

    answer_id: str
    conversation_id: str
    question: str
    standalone_question: str
    status: Status
    answer: str
    as_of: str | None
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    abstention: Abstention | None = None
    answered_by: str
    index_generation: int
    timings_ms: dict[str, float] = {}


class SearchHit(Frozen):
    """A passage found for a query, with its rank in each leg (from 1; null: not found by that leg)."""

    document_id: str
    source: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    section: str | None
    page: int | None = None
    text: str
    start_char_index: int
    end_char_index: int
    score: float
    rank_words: int | None
    rank_meaning: int | None


class ExplainedSentence(Frozen):
    """A sentence that was considered: how it matches (0 to 1), how it fits, how likely it answers, and its fate.

    `match` holds the likeness of the question's word pieces and of its content words; `fit` is 1 where
    the names, the kind of thing and the time asked for are there, 0 where they are not.
    """

    source: str
    text: str
    start_char_index: int
    end_char_index: int
    confidence: float
    match: dict[str, float]
    fit: dict[str, float]
    missing: tuple[str, ...]
    verdict: str


class ExplainedPart(Frozen):
    """One thing asked: how it was understood, and every sentence considered for it, the likeliest first."""

    question: str
    asked: str
    names: tuple[str, ...]
    years: tuple[str, ...]
    answered: bool
    sentences: tuple[ExplainedSentence, ...]


class Explanation(Frozen):
    """Why a question was answered as it was; a sentence answers from `threshold` on."""

    threshold: float
    in_scope: bool
    parts: tuple[ExplainedPart, ...]
