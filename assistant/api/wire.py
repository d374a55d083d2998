"""What travels over HTTP besides the answer contract itself."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from assistant.jobs import Job, JobState
from assistant.models import Answer, BasedOn, Filters, Frozen, PartialDate, SearchHit
from index.build import Status
from index.copies import Kin
from index.models import BlockKind, Document, DocumentInfo

Id = Annotated[str, StringConstraints(pattern=r"^[\w.:-]{1,200}$")]


class AskRequest(Frozen):
    """The body of `POST /v1/ask`."""

    question: str = Field(description="A question in plain language.", examples=["Who owns the export venture?"])
    conversation_id: Id | None = None
    as_of: PartialDate | None = Field(None, description="Only evidence published by YYYY[-MM[-DD]].")
    filters: Filters | None = None
    max_words: int | None = Field(None, ge=1, le=1000)


class FeedbackRequest(Frozen):
    """The body of `POST /v1/answers/{id}/feedback`."""

    verdict: Literal["up", "down"]
    comment: str | None = Field(None, max_length=2_000)


class SearchResponse(Frozen):
    """The passages found for a query."""

    query: str
    hits: tuple[SearchHit, ...]


class SearchResults(Frozen):
    """The data of the event `search_results`: the passages that are read for an answer."""

    hits: tuple[SearchHit, ...]


class ConversationEntry(Frozen):
    """One conversation of the list."""

    conversation_id: str
    started_at: str
    last_asked_at: str
    turns: int
    question: str = Field(description="The first question that is kept.")


class ConversationsResponse(Frozen):
    """A page of the conversations, the one asked last first; `next` is the cursor of the following page, or null."""

    conversations: tuple[ConversationEntry, ...]
    next: str | None


class TurnEntry(Frozen):
    """One turn of a conversation; `verdict` is what its reader said last."""

    answered_at: str
    verdict: Literal["up", "down"] | None
    answer: Answer


class ConversationResponse(Frozen):
    """The turns of a conversation that are kept, the first first."""

    conversation_id: str
    turns: tuple[TurnEntry, ...]


class ExamplesResponse(Frozen):
    """Questions to begin with."""

    questions: tuple[str, ...]


class DocumentEntry(Frozen):
    """One document of the list."""

    document_id: str
    source: str
    title: str | None
    publisher: str | None
    published: str | None
    language: str | None
    state: str
    chunks: int
    copies: tuple[str, ...] = Field((), description="Further sources with exactly the same document.")
    near_copies: tuple[str, ...] = Field((), description="Ids of documents that tell the same story (20 at most).")
    earliest: str | None = Field(None, description="Publication date of its oldest passage.")
    latest: str | None = Field(None, description="Publication date of its newest passage.")


class BlockEntry(Frozen):
    """A stretch of a document's text: heading, paragraph, list item, table row or furniture, which is never quoted."""

    kind: BlockKind
    level: int = Field(description="Depth of a heading, 1 to 6.")
    start: int
    end: int
    page: int | None


class DocumentResponse(DocumentEntry):
    """One document with what its text consists of; the blocks in reading order."""

    author: str | None
    url: str | None
    based_on: tuple[BasedOn, ...]
    characters: int
    blocks: tuple[BlockEntry, ...]


class CountEntry(Frozen):
    """How many passages and documents have a year or a publisher; null: not known."""

    name: str | None
    passages: int
    documents: int


class OverviewResponse(Frozen):
    """What the index holds, by year of publication and by publisher (the 200 with most passages)."""

    documents: int
    passages: int
    years: tuple[CountEntry, ...]
    publishers: tuple[CountEntry, ...]


class DocumentsResponse(Frozen):
    """A page of the document list; `next` is the cursor of the following page, or null."""

    documents: tuple[DocumentEntry, ...]
    next: str | None


class TextResponse(Frozen):
    """A stretch of a document's text; `content_sha256` is of the whole text."""

    document_id: str
    start: int
    end: int
    text: str
    content_sha256: str


class AddressRequest(Frozen):
    """The JSON body of `POST /v1/documents`."""

    url: str = Field(min_length=1, max_length=2_000, examples=["https://example.com/report"])


class JobAccepted(Frozen):
    """The answer to an upload: ask `GET /v1/jobs/{job_id}` how far it is."""

    job_id: str


class OutcomeEntry(Frozen):
    """What became of one file of a job."""

    source: str
    status: Status
    message: str
    chunks: int
    document_id: str | None = Field(None, description="The document that is at this source now.")


class JobResponse(Frozen):
    """How far a job is; `failed` means that an error ended it or that none of its files could be taken in."""

    job_id: str
    state: JobState
    done: int
    total: int
    outcomes: tuple[OutcomeEntry, ...]
    error: str | None
    created_at: str
    updated_at: str


class Problem(Frozen):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


PROBLEMS: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (404, 422, 503)}


def job_response(job: Job, id_at: Callable[[str], str | None]) -> JobResponse:
    """Return a job as it is told; `id_at` gives the id of the document at a source."""
    entries = (OutcomeEntry(**asdict(outcome), document_id=id_at(outcome.source)) for outcome in job.outcomes)
    fields = {name: getattr(job, name) for name in ("job_id", "state", "total", "error", "created_at", "updated_at")}
    return JobResponse(**fields, done=len(job.outcomes), outcomes=tuple(entries))


def entry_of(info: DocumentInfo, kin: Kin, dates: tuple[str, str] | None = None) -> DocumentEntry:
    """Return a document as the list shows it; `dates` are those of its oldest and newest passage."""
    return DocumentEntry(**_listed(info, kin, dates))


def document_response(
    info: DocumentInfo, kin: Kin, dates: tuple[str, str] | None, document: Document
) -> DocumentResponse:
    """Return a document with its blocks."""
    metadata = document.metadata
    return DocumentResponse(
        **_listed(info, kin, dates),
        author=metadata.author,
        url=metadata.url,
        based_on=tuple(BasedOn(**asdict(report)) for report in metadata.based_on),
        characters=len(document.text),
        blocks=tuple(
            BlockEntry(
                kind=block.kind,
                level=block.level,
                start=block.span.start,
                end=block.span.end,
                page=document.page_of(block.span.start),
            )
            for block in document.blocks
        ),
    )


def _listed(info: DocumentInfo, kin: Kin, dates: tuple[str, str] | None) -> dict[str, Any]:
    metadata = info.metadata
    earliest, latest = dates or (metadata.published, metadata.published)
    return {
        "document_id": info.document_id,
        "source": info.source,
        "title": metadata.title,
        "publisher": metadata.publisher,
        "published": metadata.published,
        "language": metadata.language,
        "state": info.state,
        "chunks": info.chunks,
        "copies": kin.copies,
        "near_copies": kin.near_copies,
        "earliest": earliest,
        "latest": latest,
    }
