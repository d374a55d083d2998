"""Cut a document into chunks that the embedding model reads whole: the `chunk` step.

A chunk is a run of neighbouring blocks under one heading that rest on the same reports. Headings,
paragraphs and lists are kept together where they fit; a list item or table row that ends up in
another chunk than its lead-in is embedded together with it. Quotes are always slices of the
document's text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from langchain_text_splitters import RecursiveCharacterTextSplitter
from sentencex import get_sentence_boundaries

from index.models import Block, BlockKind, Chunk, Document, Provenance, Sentence, Span

CHUNKING_VERSION = 2
MAX_TOKENS = 250
_TARGET_TOKENS = 200
_MAX_HEADER_TOKENS = 60
_OPENING = re.compile(r"\s([\"“„«‘'(\[]+)\s*\Z")
_ABBREVIATED = re.compile(r"\b(?:approx|ca|est|incl|excl|fig|figs|vol|pp?|nos?|vs|resp|cf)\.$", re.I)
_QUOTABLE = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE)

CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one block that fits into a chunk, with its sentences.

    `stretch` counts the headings and furniture before it: pieces of one stretch are neighbours.
    `provenance` is what its block rests on, where that is not the whole document's matter.
    """

    sentences: tuple[Sentence, ...]
    section: str | None
    tokens: int
    stretch: int
    provenance: Provenance | None

    def is_beside(self, other: "_Piece") -> bool:
        """Whether two pieces may stand in one chunk: neighbours that rest on the same reports."""
        return (self.stretch, self.provenance) == (other.stretch, other.provenance)


def chunk(document: Document, count_tokens: CountTokens) -> list[Chunk]:
    """Return the document's chunks in reading order.

    `count_tokens(text)` is the embedding model's own count; no `embedded_text` is longer than
    MAX_TOKENS by it. Furniture and headings are in no chunk's sentences.
    """
    chunks: list[Chunk] = []
    group: list[_Piece] = []
    for piece in _pieces(document, count_tokens):
        fits = sum(item.tokens for item in group) + piece.tokens <= _TARGET_TOKENS
        if group and not (fits and piece.is_beside(group[0])):
            chunks.append(_close(document, group, count_tokens))
            group = []
        group.append(piece)
    if group:
        chunks.append(_close(document, group, count_tokens))
    return chunks


def is_quotable(block: Block) -> bool:
    """Return whether a block goes into chunks, so that it can be found and quoted."""
    return block.kind in _QUOTABLE


def split_sentences(text: str, start: int = 0, language: str | None = None) -> list[Span]:
    """Return the spans of the sentences of `text`, shifted by `start`, white space left out.

    Together they hold every other character of `text`, each once. `language` (ISO 639-1) tells which
    abbreviations there are; None is taken for English.
    """
    spans: list[Span] = []
    begin = 0
    for boundary in get_sentence_boundaries(language or "en", text):
        end = boundary["end_index"]
        if opening := _OPENING.search(text, begin, end):
            end = opening.start(1)  # an opening quotation mark belongs to the next sentence
        spans += _stripped(Span(begin, end), text)
        begin = end
    spans += _stripped(Span(begin, len(text)), text)
    joined: list[Span] = []
    for span in spans:
        if joined and _is_one(joined[-1].of(text), span.of(text)):
            span = Span(joined.pop().start, span.end)
        joined.append(span)
    return [Span(start + span.start, start + span.end) for span in joined]


def _stripped(span: Span, text: str) -> list[Span]:
    """Return the span without white space at its ends, in a list that is empty if nothing is left."""
    part = span.of(text)
    lead = len(part) - len(part.lstrip())
    return [Span(span.start + lead, span.start + lead + len(part.strip()))] if part.strip() else []


def _is_one(before: str, after: str) -> bool:
    """Whether two parts are one sentence: the first ends in an abbreviation or either has no word in it."""
    goes_on = before.endswith(".") and (after[0].islower() or bool(_ABBREVIATED.search(before)))
    return goes_on or not any(map(str.isalnum, after)) or not any(map(str.isalnum, before))


def _pieces(document: Document, count_tokens: CountTokens) -> Iterator[_Piece]:
    """Yield every quotable block, whole if it fits, else in runs of whole sentences."""
    path: dict[int, str] = {}
    stretch = 0
    for block in document.blocks:
        stretch += not is_quotable(block)
        if block.kind is BlockKind.HEADING:
            path = {level: text for level, text in path.items() if level < block.level}
            heading = block.span.of(document.text)
            if heading != document.metadata.title:
                path[block.level] = heading
        elif is_quotable(block):
            section = " > ".join(path.values()) or None
            for run in _fitting_runs(document, block, count_tokens):
                yield _Piece(run, section, count_tokens(_text_of(document, run)), stretch, block.provenance)


def _fitting_runs(document: Document, block: Block, count_tokens: CountTokens) -> Iterator[tuple[Sentence, ...]]:
    lead_in = _lead_in_sentence(document, block)
    run: list[Sentence] = []
    for span in _block_sentences(document, block, count_tokens):
        sentence = Sentence(span, block.kind, lead_in)
        if run and count_tokens(_text_of(document, [*run, sentence])) > _TARGET_TOKENS - _MAX_HEADER_TOKENS:
            yield tuple(run)
            run = []
        run.append(sentence)
    if run:
        yield tuple(run)


def _block_sentences(document: Document, block: Block, count_tokens: CountTokens) -> Iterator[Span]:
    """Yield a table row whole, else its sentences; what is too long for the model is cut into parts."""
    text = block.span.of(document.text)
    limit = _TARGET_TOKENS - _MAX_HEADER_TOKENS
    language = document.metadata.language
    for span in [block.span] if block.kind is BlockKind.TABLE else split_sentences(text, block.span.start, language):
        if count_tokens(span.of(document.text)) <= limit:
            yield span
        else:
            yield from _cut(span, document.text, limit, count_tokens)


def _cut(span: Span, text: str, limit: int, count_tokens: CountTokens) -> Iterator[Span]:
    special = count_tokens("")
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=limit - special,
        chunk_overlap=0,
        length_function=lambda part: count_tokens(part) - special,
        separators=["\n", "; ", ", ", " ", ""],
        keep_separator="end",
        add_start_index=True,
    )
    for part in splitter.create_documents([span.of(text)]):
        start = span.start + part.metadata["start_index"]
        yield Span(start, start + len(part.page_content))


def _lead_in_sentence(document: Document, block: Block) -> Span | None:
    """Return the last sentence of the paragraph that introduces a list, or a table's header row."""
    if block.lead_in is None or block.kind is BlockKind.TABLE:
        return block.lead_in
    language = document.metadata.language
    return split_sentences(block.lead_in.of(document.text), block.lead_in.start, language)[-1]


def _text_of(document: Document, sentences: Sequence[Sentence]) -> str:
    return document.text[sentences[0].span.start : sentences[-1].span.end]


def _close(document: Document, group: Sequence[_Piece], count_tokens: CountTokens) -> Chunk:
    """Make a chunk of the pieces; its header is shortened until the whole fits the model."""
    sentences = tuple(sentence for piece in group for sentence in piece.sentences)
    span = Span(sentences[0].span.start, sentences[-1].span.end)
    body = span.of(document.text)
    lead_in = sentences[0].lead_in
    if lead_in and lead_in.start < span.start:
        body = f"{lead_in.of(document.text)}\n{body}"
    section = group[0].section
    metadata, own = document.metadata, group[0].provenance
    date = (own.event or own.published) if own else metadata.published
    header = _header(metadata.title, date, section, count_tokens)
    embedded = f"{header}\n{body}" if header else body
    while count_tokens(embedded) > MAX_TOKENS and len(embedded) > len(span.of(document.text)):
        embedded = embedded[max(1, len(embedded) // 20) :]
    if own is None:
        return Chunk(span, section, embedded, sentences, metadata.published, metadata.based_on)
    return Chunk(span, section, embedded, sentences, own.published, own.based_on, own.event)


def _header(title: str | None, date: str | None, section: str | None, count_tokens: CountTokens) -> str:
    dated = f"{title} ({date})" if title and date else title or date
    header = " — ".join(part for part in (dated, section) if part)
    while count_tokens(header) > _MAX_HEADER_TOKENS:
        header = header[: int(len(header) * 0.9)]
    return header
