"""Tell a document's own words from the furniture around them: the `clean` step.

Furniture is what a page carries besides its article: image names and captions, share and
subscribe lines, related-article boxes, bylines, contact lines, copyright notes, disclaimers,
readers' comments. It stays in the text, so that nothing is lost, but it is never chunked and
never quoted. The words that give it away are in `furniture`; here is where a line stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, chain

from index.dates import date_line
from index.furniture import (
    Section,
    is_comment_mark,
    is_credit,
    is_furniture_line,
    is_image_name,
    is_notice,
    is_sentence,
    is_sign_off,
    section_of,
)
from index.models import Block, BlockKind, Document, PageStart, Span
from index.raw import RawBlock, RawDocument

_PROSE_WORDS = 10
_TAIL_LINE_WORDS = 12
_CAPTION_WORDS = 40
_LATE, _END = 0.5, 0.8  # beyond these parts of the text, a page's end is near, or reached
_TO_READER = re.compile(r"\b(?:you|your|our|us)\b", re.I)
_QUOTED = re.compile(r'["“].*?["”]')
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_QUOTABLE = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE)
_ROWS = (BlockKind.LIST, BlockKind.TABLE)
_BIO = (
    r"(?:,[^,]{3,80},)?\s+(?:is\s(?:an?|the)\s.{0,60}\b(?:reporter|journalist|editor|writer|correspondent|consultant|analyst"
    r"|columnist|contributor|researcher|freelance|author|professor|fellow)|covers|writes|reports\s(?:on|from|for)|joined"
    r"|has\s(?:covered|written|reported|worked|advised|been)|lives\sin|can\sbe\sreached|tweets)\b"
)


def clean(raw: RawDocument, source: str, origin: str, input_sha256: str) -> Document:
    """Return the document: its normalised text with every block's place in it, furniture marked."""
    kinds = _mark_furniture(raw)
    text, placed = _assemble(raw.blocks, kinds)
    return Document(source, origin, text, placed, raw.metadata, input_sha256, _pages(raw.blocks, placed), raw.notes)


def _mark_furniture(raw: RawDocument) -> list[BlockKind]:
    """Return each block's kind, furniture recognised by its words, its neighbours, its section or its place."""
    blocks = raw.blocks
    places = _places(blocks)
    kinds = [block.kind for block in blocks]
    _mark_by_words(raw, kinds, places)
    _mark_captions(blocks, kinds)
    _mark_author(raw, kinds)
    _mark_sections(blocks, kinds, places)
    return _mark_tail(blocks, kinds)


def _places(blocks: Sequence[RawBlock]) -> list[float]:
    """Return where each block begins, from 0 to 1 of the text's characters."""
    ends = list(accumulate((len(block.text) for block in blocks), initial=0))
    return [end / (ends[-1] or 1) for end in ends[:-1]]


def _mark_by_words(raw: RawDocument, kinds: list[BlockKind], places: Sequence[float]) -> None:
    """Mark what is furniture by its own words; a list or table only if every row of it is."""
    title = raw.metadata.title
    for run in _runs(raw.blocks):
        texts = [raw.blocks[position].text for position in run]
        is_list = raw.blocks[run[0]].kind in _ROWS
        whole = is_list and all(map(is_furniture_line, texts))
        for position, text in zip(run, texts, strict=True):
            if raw.blocks[position].kind is BlockKind.HEADING and text == title:
                continue
            is_title = bool(title) and not text.replace(title or "", "").strip()
            is_line = whole if is_list else is_furniture_line(text)
            is_date = kinds[position] is BlockKind.PARAGRAPH and date_line(text) is not None
            if is_line or is_date or is_title or is_notice(text, places[position]):
                kinds[position] = BlockKind.FURNITURE


def _runs(blocks: Sequence[RawBlock]) -> Iterator[list[int]]:
    """Yield the positions of each block, those of one list or table together."""
    run: list[int] = []
    for position, block in enumerate(blocks):
        if run and not (block.kind in _ROWS and block.kind is blocks[run[-1]].kind):
            yield run
            run = []
        run.append(position)
    if run:
        yield run


def _mark_captions(blocks: Sequence[RawBlock], kinds: list[BlockKind]) -> None:
    """Mark the line between an image and its credit, and a line that is no sentence beside either."""
    names = [is_image_name(block.text) for block in blocks] + [False]
    credited = [is_credit(block.text) for block in blocks] + [False]
    for position, block in enumerate(blocks):
        if kinds[position] not in (BlockKind.PARAGRAPH, BlockKind.HEADING) or len(block.text.split()) > _CAPTION_WORDS:
            continue
        below_image, above_credit = position > 0 and names[position - 1], credited[position + 1]
        is_label = not is_sentence(block.text) and not block.text.endswith((":", "："))
        is_caption = above_credit or (below_image and kinds[position] is BlockKind.PARAGRAPH)
        if position and ((below_image and above_credit) or (is_label and is_caption)):
            kinds[position] = BlockKind.FURNITURE


def _mark_sections(blocks: Sequence[RawBlock], kinds: list[BlockKind], places: Sequence[float]) -> None:
    """Mark what stands under a line that announces furniture: links, an offer, a notice, readers' comments."""
    section: Section | None = None
    items = 0
    has_prose = False
    for position, block in enumerate(blocks):
        opened = _opened_section(blocks, position, places[position], has_prose)
        if opened:
            section, items = opened, 0
        elif section and _closes(section, blocks[position], kinds[position], items, blocks[position - 1]):
            section = None
        if section:
            kinds[position] = BlockKind.FURNITURE
            items += 1
        if section is Section.NOTICE and places[position] < _LATE and _is_prose(block):
            section = None  # early in the text, a notice is one paragraph
        has_prose = has_prose or (kinds[position] in _QUOTABLE and _is_prose(block))


def _opened_section(blocks: Sequence[RawBlock], position: int, place: float, has_prose: bool) -> Section | None:
    """Return what the line at `position` announces; nothing ends a text that has hardly begun."""
    block = blocks[position]
    if block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.FURNITURE):
        return None
    if is_sign_off(block.text):
        return Section.END if has_prose and place > _LATE else None
    section = section_of(block.text)
    if section is Section.END:
        is_thread = any(is_comment_mark(after.text) for after in blocks[position + 1 :])
        return section if has_prose and (place > _END or is_thread) else None
    return section


def _closes(section: Section, block: RawBlock, kind: BlockKind, items: int, before: RawBlock) -> bool:
    """Whether the article goes on at `block`, after `items` blocks of a section of furniture."""
    if section is Section.END:
        return False
    if kind is BlockKind.HEADING:
        is_link = section is Section.LINKS and (items == 1 or before.kind is BlockKind.HEADING)
        return not is_link
    if section is Section.NOTICE or block.kind is not BlockKind.PARAGRAPH:
        return False
    is_statement = is_sentence(block.text) and not block.text.endswith(("?", "!")) and _count_words(block.text) >= 4
    is_pitch = section is Section.OFFER and _TO_READER.search(_QUOTED.sub("", block.text))
    return is_statement and not is_pitch


def _is_prose(block: RawBlock) -> bool:
    return block.kind in _QUOTABLE and _count_words(block.text) >= _PROSE_WORDS and is_sentence(block.text)


def _count_words(text: str) -> int:
    return len(text.split()) + len(_CJK.findall(text)) // 2


def _mark_author(raw: RawDocument, kinds: list[BlockKind]) -> None:
    """Mark the author's name where it stands alone, and what the page tells about the author."""
    names = [name.strip() for name in re.split(r",|;|\band\b", raw.metadata.author or "") if " " in name.strip()]
    for name in names:
        bio = re.compile(re.escape(name) + _BIO)
        for position, block in enumerate(raw.blocks):
            if block.text in (name, f"About {name}") or bio.match(block.text):
                kinds[position] = BlockKind.FURNITURE


def _mark_tail(blocks: Sequence[RawBlock], kinds: list[BlockKind]) -> list[BlockKind]:
    """Mark what trails after the last sentence: short lines and headings with nothing under them."""
    marked = list(kinds)
    for position in range(len(blocks) - 1, -1, -1):
        if marked[position] is BlockKind.FURNITURE:
            continue
        text = blocks[position].text
        is_line = marked[position] in (BlockKind.HEADING, BlockKind.PARAGRAPH) and not is_sentence(text)
        if position == 0 or not is_line or len(text.split()) > _TAIL_LINE_WORDS:
            break
        marked[position] = BlockKind.FURNITURE
    return marked if any(kind in _QUOTABLE for kind in marked) else kinds


def _assemble(blocks: Sequence[RawBlock], kinds: Sequence[BlockKind]) -> tuple[str, tuple[Block, ...]]:
    """Join the blocks into one text, a blank line between them (one line break within a list or table)."""
    parts: list[str] = []
    placed: list[Block] = []
    length = 0
    for block, kind in zip(blocks, kinds, strict=True):
        joined = bool(placed) and block.kind is placed[-1].kind and block.kind in _ROWS and not _is_header(block)
        gap = ("\n" if joined else "\n\n") if placed else ""
        start = length + len(gap) + len(block.marker)
        parts.append(f"{gap}{block.marker}{block.text}")
        length = start + len(block.text)
        placed.append(Block(kind, Span(start, length), block.level, provenance=block.provenance))
    text = "".join(parts)
    return text, tuple(_with_lead_ins(blocks, placed, text))


def _pages(blocks: Sequence[RawBlock], placed: Sequence[Block]) -> tuple[PageStart, ...]:
    """Return where in the text another page begins, in order; nothing for a file without pages."""
    marks: list[PageStart] = []
    for block, place in zip(blocks, placed, strict=True):
        for mark in block.pages:
            if not marks or marks[-1].page != mark.page:
                marks.append(PageStart(place.span.start + mark.start, mark.page))
    return tuple(marks)


def _with_lead_ins(blocks: Sequence[RawBlock], placed: Sequence[Block], text: str) -> list[Block]:
    done: list[Block] = []
    for block, place in zip(blocks, placed, strict=True):
        lead_in = _lead_in(block, done, text) if place.kind in _ROWS else None
        done.append(replace(place, lead_in=lead_in))
    return done


def _is_header(block: RawBlock) -> bool:
    return block.kind is BlockKind.TABLE and block.level > 0


def _lead_in(block: RawBlock, placed: Sequence[Block], text: str) -> Span | None:
    """Return what introduces a list item or table row, or None; furniture in between does not part them.

    That is the item it stands under, the paragraph ending in ':', the header row.
    """
    before = (other for other in reversed(placed) if other.kind is not BlockKind.FURNITURE)
    last = next(before, None)
    if last is None or _is_header(block):
        return None
    if block.kind is BlockKind.TABLE:
        return (last.lead_in or last.span) if last.kind is BlockKind.TABLE else None
    if last.kind is BlockKind.LIST:
        return _lead_in_of_item(block, last, before)
    is_introduction = last.kind is BlockKind.PARAGRAPH and last.span.of(text).rstrip("*_ ").endswith((":", "："))
    return last.span if is_introduction else None


def _lead_in_of_item(block: RawBlock, last: Block, before: Iterator[Block]) -> Span | None:
    """Return the item that `block` stands under, or what introduces the item beside it."""
    for other in chain([last], before):
        if other.kind is not BlockKind.LIST:
            break
        if other.level <= block.level:
            return other.span if other.level < block.level else other.lead_in
    return last.lead_in
