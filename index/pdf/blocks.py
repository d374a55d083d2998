"""Build the blocks of a document from the lines of its pages: paragraphs, headings, list items, table rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise
from statistics import median

from index.furniture import is_sentence
from index.markup import bold_block
from index.models import BlockKind, PageStart
from index.pdf.layout import Line
from index.pdf.tables import Row, Table
from index.plain_text import BULLET
from index.raw import RawBlock

_MIN_HEADING_SIZE = 1.12  # of the body's size
_MAX_HEADING_WORDS = 30
_QUESTION_LEVEL = 4
_USUAL_PITCH = 1.25
_WIDER = 1.3  # a gap so much wider than usual parts paragraphs
_INDENT = 0.8
_HANGING = 0.5
_NEARLY_FULL = 0.85
_INSET = 1.5
_SPACE = 0.25
_FLUSH = 0.3
_HYPHENS = ("-", "‐")
_TAIL = 60  # characters; the last word of a text is in them
_LOWER_WORD = re.compile(r"\b[^\W\d_A-Z]\w*")
_WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_FINISHED = tuple(".!?:;。！？：；…")
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with its page, the column it stands in, counted through the document, and that column's edges."""

    line: Line
    page: int
    region: int
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table, or the part of it that stands on one page."""

    table: Table
    page: int


@dataclass(frozen=True, slots=True)
class Furniture:
    """What belongs to a page and not to the text."""

    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document: size of the body's letters, distance of its lines, sizes of headings, words."""

    body: float
    pitch: float
    headings: tuple[float, ...]
    words: frozenset[str]
    hyphenates: bool

    def heading_level(self, line: Line) -> int:
        """Return which heading a line's letters make it by their size, 1 the largest; 0 is none."""
        size = round(line.size * 2) / 2
        return min(6, 1 + self.headings.index(size)) if size in self.headings else 0


@dataclass(slots=True)
class _Open:
    """A block under construction; `text_x0` is where the text of a list item begins."""

    lines: list[Placed]
    marker: str = ""
    text_x0: float = 0.0
    texts: list[str] = field(default_factory=list)


def style_of(lines: Sequence[Placed]) -> Style:
    """Return what is usual in the document that has these lines."""
    letters: Counter[float] = Counter()
    for placed in lines:
        letters[round(placed.line.size * 2) / 2] += len(placed.line.text)
    body = letters.most_common(1)[0][0] if letters else 10.0
    inner = [
        (before, after)
        for before, after in pairwise(lines)
        if before.region == after.region and _is_alike(before.line, after.line) and _is_inner(before, after)
    ]
    pitches = [(before.line.y - after.line.y) / after.line.size for before, after in inner]
    pitch = min(max(median(pitches), 0.9), 2.2) if pitches else _USUAL_PITCH
    sizes = {round(placed.line.size * 2) / 2 for placed in lines}
    headings = sorted((size for size in sizes if size >= _MIN_HEADING_SIZE * body), reverse=True)
    words, whole = _words(lines)
    flush = [before.right - before.line.x1 < _FLUSH * body for before, _ in inner]
    is_justified = sum(flush) > 0.5 * len(flush)
    return Style(body, pitch, tuple(headings), words, is_justified or any(word in words for word in whole))


def _words(lines: Sequence[Placed]) -> tuple[frozenset[str], list[str]]:
    """Return the words that no line's end cuts, and those that result when the cut ones are joined."""
    words: set[str] = set()
    joined: list[str] = []
    tail = ""
    for placed in lines:
        found = [word.casefold() for word in _WORD.findall(placed.line.text)]
        if tail and found:
            joined.append(tail + found.pop(0))
        tail = found.pop() if found and _is_cut_off(placed.line.text) else ""
        words.update(found)
    return frozenset(words), joined


def _is_alike(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) < 0.06 * other.size


def _is_inner(before: Placed, after: Placed) -> bool:
    """Whether `after` is surely not the first line of a paragraph."""
    first = after.line.text[0]
    return first.islower() or (bool(_CJK.match(first)) and _is_full(before, after.line))


def blocks_of(items: Sequence[Placed | PlacedTable | Furniture], style: Style) -> list[RawBlock]:
    """Return the blocks of a document, given its lines, tables and page furniture in reading order.

    A paragraph goes on over columns and pages; the furniture met in between comes after it.
    """
    blocks: list[RawBlock] = []
    waiting: list[RawBlock] = []
    indents: list[float] = []
    block: _Open | None = None

    def close() -> None:
        nonlocal block, waiting
        if block:
            blocks.extend(_finished(block, style, indents))
        blocks.extend(waiting)
        block, waiting = None, []

    for item in items:
        if isinstance(item, Furniture):
            waiting.append(RawBlock(BlockKind.FURNITURE, item.text, pages=(PageStart(0, item.page),)))
        elif isinstance(item, PlacedTable):
            close()
            blocks.extend(_table_blocks(item, blocks, style))
        elif block and _goes_on(block, item, style):
            block.lines.append(item)
            block.texts.append(item.line.text)
        else:
            close()
            block = _opened(item)
    close()
    return blocks


def _opened(placed: Placed) -> _Open:
    line = placed.line
    match = BULLET.match(line.text)
    if not match or not line.text[match.end() :]:
        return _Open([placed], texts=[line.text])
    mark = match["mark"]
    if len(line.pieces) > 1 and len(line.pieces[0].text) <= match.end():
        text_x0 = line.pieces[1].x0
    else:
        text_x0 = line.x0 + (line.x1 - line.x0) * match.end() / len(line.text)
    return _Open([placed], f"{mark} " if mark[-1] in ".)" else "• ", text_x0, [line.text[match.end() :]])


def _goes_on(block: _Open, placed: Placed, style: Style) -> bool:
    """Whether a line continues the block before it."""
    last, line = block.lines[-1], placed.line
    before = last.line
    is_finished = before.text.rstrip("\"'”’)»").endswith(_FINISHED)
    is_cut = not is_finished and (line.text[0].islower() or _is_cut_off(before.text))
    is_full = _is_full(last, line)
    if (mark := BULLET.match(line.text)) and (mark["mark"] in "•◦▪●‣∙·■◆►➢✓" or not (is_full and not is_finished)):
        return False
    level = style.heading_level(line)
    if style.heading_level(before) != level or (before.is_bold != line.is_bold and not (is_cut and is_full)):
        return False
    if last.region != placed.region:
        return is_cut or (not level and not is_finished and is_full and not before.is_bold)
    if not 0 < before.y - line.y < _WIDER * style.pitch * line.size:
        return False
    return bool(level) or (_is_aligned(block, placed, is_cut=is_cut) and (is_full or is_cut))


def _is_aligned(block: _Open, placed: Placed, *, is_cut: bool) -> bool:
    """Whether a line begins where the next line of the block would."""
    line, before = placed.line, block.lines[-1].line
    if block.marker:
        return abs(line.x0 - block.text_x0) < _HANGING * line.size or (is_cut and line.x0 < block.text_x0)
    indent = line.x0 - before.x0
    if indent > _INDENT * line.size:
        return False
    return indent > -_INDENT * line.size or len(block.lines) == 1


def _is_full(placed: Placed, after: Line) -> bool:
    """Whether a line ends only because the first word of the next one did not fit on it."""
    word = after.text[0] if _CJK.match(after.text) else after.text.split(maxsplit=1)[0]
    width = (after.x1 - after.x0) * len(word) / len(after.text)
    indent = placed.line.x0 - placed.left
    is_inset = (
        indent > _INSET * after.size and abs(after.x0 - placed.line.x0) < 1
    )  # a quotation is set in on both sides
    right = placed.right - (indent if is_inset else 0)
    return placed.line.x1 + width + 2 * _SPACE * after.size > right or _is_open(placed.line, placed.left, right)


def _is_open(line: Line, left: float, right: float) -> bool:
    """Whether a line of prose that nearly fills its column stops within a sentence: not every text is set tightly."""
    is_long = line.x1 - left > _NEARLY_FULL * (right - left)
    is_finished = line.text.rstrip("\"'”’)»").endswith(_FINISHED)
    return is_long and not is_finished and len(_LOWER_WORD.findall(line.text)) > 2


def _finished(block: _Open, style: Style, indents: list[float]) -> Iterator[RawBlock]:
    """Yield the block; `indents` are those of the list items that it may stand under."""
    text, pages = block.texts[0], [PageStart(0, block.lines[0].page)]
    for placed, more in zip(block.lines[1:], block.texts[1:], strict=True):
        text = _joined(text, more, style)
        if placed.page != pages[-1].page:
            pages.append(PageStart(len(text) - len(more), placed.page))
    line = block.lines[0].line
    if block.marker:
        indents[:] = [*(x for x in indents if x < line.x0 - _INDENT * line.size), line.x0]
        yield RawBlock(BlockKind.LIST, text, len(indents) - 1, block.marker, tuple(pages))
        return
    indents.clear()
    if not any(map(str.isalnum, text)):
        return
    level = style.heading_level(line)
    is_statement = is_sentence(text) and text[-1] not in "?!"
    if level and len(text.split()) <= _MAX_HEADING_WORDS and not is_statement:
        yield RawBlock(BlockKind.HEADING, text, level, pages=tuple(pages))
        return
    paragraph = RawBlock(BlockKind.PARAGRAPH, text, pages=tuple(pages))
    is_bold = all(placed.line.is_bold for placed in block.lines)
    if is_bold and text.endswith(("?", "？")) and len(text.split()) <= _MAX_HEADING_WORDS:
        yield replace(paragraph, kind=BlockKind.HEADING, level=_QUESTION_LEVEL)  # of an interview
    else:
        yield bold_block(paragraph) if is_bold else paragraph


def _joined(text: str, more: str, style: Style) -> str:
    """Return `text` with its next line; a hyphen that only breaks a word at the line's end goes."""
    if _is_cut_off(text) and more[0].isalpha():
        left, right = _WORD.findall(text[-_TAIL:-1])[-1:], _WORD.findall(more[:_TAIL])[:1]
        is_break = more[0].islower() and bool(left) and bool(right) and _is_break(left[0], right[0], style)
        return f"{text[:-1]}{more}" if is_break else f"{text}{more}"
    is_dense = _CJK.match(text[-1]) and _CJK.match(more[0])
    return f"{text}{more}" if is_dense else f"{text} {more}"


def _is_cut_off(text: str) -> bool:
    """Whether a line ends with a letter and a hyphen."""
    return text.endswith(_HYPHENS) and text[-2:-1].isalpha()


def _is_break(left: str, right: str, style: Style) -> bool:
    """Whether two parts of a word are one word; else the hyphen is its own, as in 'long-term'."""
    left, right = left.casefold(), right.casefold()
    if f"{left}-{right}" in style.words:
        return False
    if left + right in style.words:
        return True
    return style.hyphenates and not (left in style.words and right in style.words)


def _table_blocks(table: PlacedTable, before: Sequence[RawBlock], style: Style) -> Iterator[RawBlock]:
    """Yield a table's rows; the first one is the header if it looks like one. A table may go on from another page."""
    pages = (PageStart(0, table.page),)
    rows = [" | ".join(_cell_text(cell, style) for cell in row.cells).strip() for row in table.table.rows]
    first, *others = table.table.rows
    has_header = bool(others) and (
        (first.is_bold and not all(row.is_bold for row in others))
        or (not _holds_figures(first) and any(map(_holds_figures, others)))
    )
    last = next((block for block in reversed(before) if block.kind is not BlockKind.FURNITURE), None)
    goes_on = last is not None and last.kind is BlockKind.TABLE and last.text.count(" | ") == rows[0].count(" | ")
    for position, row in enumerate(rows):
        is_header = position == 0 if has_header else not goes_on
        yield RawBlock(BlockKind.TABLE, row, level=int(is_header), pages=pages)


def _cell_text(lines: Sequence[str], style: Style) -> str:
    return reduce(lambda text, more: _joined(text, more, style), lines) if lines else ""


def _holds_figures(row: Row) -> bool:
    return any(character.isdigit() for cell in row.cells[1:] for line in cell for character in line)
