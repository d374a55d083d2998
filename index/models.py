"""The vocabulary of the index: documents, blocks, chunks, sentences, passages, scope.

All offsets are Unicode code points into `Document.text`, end exclusive.
Dates are strings of the form YYYY, YYYY-MM or YYYY-MM-DD; None means unknown.
"""

import hashlib
import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def parse_date(text: str) -> str:
    """Return `text` unchanged if it is a real YYYY, YYYY-MM or YYYY-MM-DD; raise ValueError otherwise."""
    last_day(text)
    return text


def last_day(text: str) -> str:
    """Return the last day of the period that `text` names: '2025-02' gives '2025-02-28'."""
    match = _DATE.fullmatch(text)
    if not match or not 1 <= int(match[1]) <= 9999:
        raise ValueError(f"'{text}' is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month = int(match[1]), int(match[2] or 12)
    if not 1 <= month <= 12:
        raise ValueError(f"'{text}' has no month {month}")
    days = monthrange(year, month)[1]
    day = int(match[3]) if match[3] else days
    if not 1 <= day <= days:
        raise ValueError(f"'{text}' has no day {day}")
    return f"{year:04d}-{month:02d}-{day:02d}"


def sha256(text: str) -> str:
    """Return the hex SHA-256 of `text` in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def document_id_of(origin: str, text: str) -> str:
    """Return the id that a document with this text has under this origin."""
    return sha256(f"{origin}\0{text}")[:16]


class Span(NamedTuple):
    """A stretch of a document's text: `text[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the stretch of `text` that this span covers."""
        return text[self.start : self.end]


class PageStart(NamedTuple):
    """From `start` on, a text stands on `page`, which counts from 1."""

    start: int
    page: int


def page_at(pages: Sequence[PageStart], offset: int) -> int | None:
    """Return the page on which the character at `offset` stands; `pages` in order, none for a text without pages."""
    place = bisect_right(pages, offset, key=lambda mark: mark.start)
    return pages[place - 1].page if place else None


class BlockKind(StrEnum):
    """What a stretch of a document is to its reader. Furniture is kept but never quoted."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    FURNITURE = "furniture"


@dataclass(frozen=True, slots=True)
class Report:
    """A published report that a brief rests on."""

    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What one paragraph of a brief rests on: the date of the events it tells of, and its reports."""

    event: str | None = None
    based_on: tuple[Report, ...] = ()

    @property
    def published(self) -> str | None:
        """The date of the earliest report that has one."""
        dates = [report.published for report in self.based_on if report.published]
        return min(dates, key=last_day) if dates else None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says about itself; whatever it does not say is None.

    `language` (ISO 639-1) is told from the text, not by it.
    """

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    based_on: tuple[Report, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or table row, with its place in the text.

    `level` is a heading's depth (1 to 6). `lead_in` is the paragraph that introduces a list
    item, or the header row of a table row. `provenance` is its own, where the document gives one.
    """

    kind: BlockKind
    span: Span
    level: int = 0
    lead_in: Span | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned document: its whole text, the blocks that cover it in reading order, and where its pages begin.

    `notes` are sentences for whoever takes it in: what of the file was left out and why. They are not stored.
    """

    source: str
    origin: str
    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata
    input_sha256: str
    pages: tuple[PageStart, ...] = ()
    notes: tuple[str, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """Return the page on which the character at `offset` stands, None if the document has no pages."""
        return page_at(self.pages, offset)

    @property
    def document_id(self) -> str:
        """An id of this text under this origin: another text never gets the same id."""
        return document_id_of(self.origin, self.text)

    @property
    def content_sha256(self) -> str:
        """The SHA-256 of the text that citations point into."""
        return sha256(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A quotable stretch: a sentence of a paragraph, a list item, a table row."""

    span: Span
    kind: BlockKind = BlockKind.PARAGRAPH
    lead_in: Span | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of neighbouring blocks under one heading, small enough to embed whole.

    `embedded_text` is what the model reads (title, date, heading, text); quotes come from the
    document's text only. `published`, `based_on` and `event`, the date of what it tells of, are those of
    the passage.
    """

    span: Span
    section: str | None
    embedded_text: str
    sentences: tuple[Sentence, ...]
    published: str | None = None
    based_on: tuple[Report, ...] = ()
    event: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as the catalogue lists it, without its text."""

    document_id: str
    source: str
    metadata: Metadata
    state: str
    chunks: int
    content_sha256: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it is read back from the catalogue: where it stands and what it says.

    `embedded_text` ends with `text`; before it stand title, date, heading and lead-in.
    """

    chunk_id: int
    document: DocumentInfo
    span: Span
    text: str
    section: str | None
    sentences: tuple[Sentence, ...]
    published: str | None
    based_on: tuple[Report, ...]
    embedded_text: str
    pages: tuple[PageStart, ...] = ()
    event: str | None = None

    def page_of(self, offset: int) -> int | None:
        """Return the page on which the document's character at `offset` stands, None if it has no pages."""
        return page_at(self.pages, offset)

    def slice(self, span: Span) -> str:
        """Return the document's text at `span`, which must lie within this passage."""
        return self.text[span.start - self.span.start : span.end - self.span.start]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. Ranks count from 1; None means the leg did not find it."""

    passage: Passage
    score: float
    rank_words: int | None
    rank_meaning: int | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages a question may be answered from. The empty scope admits all.

    A passage without a publication date is outside every scope that limits dates.
    """

    publishers: frozenset[str] = field(default=frozenset())
    document_ids: frozenset[str] = field(default=frozenset())
    published_from: str | None = None
    published_to: str | None = None
    as_of: str | None = None


def ignore(*args: object) -> None:
    """Do nothing: the default of a progress callback."""
