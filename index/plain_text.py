"""Read plain text: find its paragraphs, lists, tables and headings.

People save articles as text in three shapes: blank lines between paragraphs, one paragraph a
line, and hard-wrapped lines. All three become the same blocks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.furniture import is_furniture_line, is_sentence
from index.head import FIELD, take_head
from index.models import BlockKind
from index.raw import RawBlock, RawDocument

BULLET = re.compile(r"^\s*(?P<mark>[•◦▪●‣∙·■◆►➢✓\uf0b7*–—-]|o(?=\t|\s{2})|\(?\d{1,2}[.)]|\(?[a-z]\))\s+(?=\S)")
_CELL_GAP = re.compile(r"\t+|\s{3,}")
_LABELLED = re.compile(r"^[^:]{1,40}:\s+\S")
_MIN_WRAP_WIDTH, _MAX_WRAP_WIDTH = 40, 130
_MAX_HEADING_WORDS = 14
_MAX_HEADING_LENGTH = 110


def read_plain_text(text: str) -> RawDocument:
    """Split `text` into blocks; what stands at the top about the text itself becomes metadata."""
    return take_head(RawDocument(plain_blocks(text)), is_plain=True)


def plain_blocks(text: str) -> tuple[RawBlock, ...]:
    """Return the paragraphs, lists, tables and headings of `text`; its top is read like the rest."""
    return tuple(_mark_headings(list(_blocks(text))))


def _blocks(text: str) -> Iterator[RawBlock]:
    groups = [
        [line.rstrip() for line in group.split("\n") if line.strip()] for group in re.split(r"\n[^\S\n]*\n", text)
    ]
    width = _wrap_width(groups)
    for group in groups:
        rows = _table_rows(group)
        if rows:
            yield from rows
        else:
            yield from _group_blocks(group, width)


def _wrap_width(groups: Sequence[Sequence[str]]) -> int | None:
    """Return the width at which the text's lines were broken, or None if a line is a whole paragraph.

    A line that goes on in lower case on the next one was broken.
    """
    pairs = [pair for group in groups for pair in pairwise(group) if not BULLET.match(pair[1])]
    broken = [line for line, after in pairs if after.lstrip()[:1].islower() and not _is_finished(line)]
    if not broken or len(broken) < 0.2 * len(pairs):
        return None
    width = max(map(len, broken))
    longer = sum(len(line) > 1.15 * width for line, _ in pairs)
    return width if _MIN_WRAP_WIDTH <= width <= _MAX_WRAP_WIDTH and longer <= 0.2 * len(pairs) else None


def _goes_on(line: str, after: str, width: int | None) -> bool:
    """Whether `after` continues the paragraph of `line`: it was broken only because the next word did not fit."""
    is_cut_off = after.lstrip()[0].islower() and not _is_finished(line)
    if width is None:  # only a line that ends a sentence begun above goes on
        return is_cut_off and _is_finished(after)
    if _indent(after) > _indent(line) + 1:
        return False
    first_word = after.split(maxsplit=1)[0]
    is_full = len(line) + 1 + len(first_word) > 0.9 * width
    return is_full or is_cut_off


def _group_blocks(lines: Sequence[str], width: int | None) -> Iterator[RawBlock]:
    """Yield the paragraphs and list items of lines that no blank line parts."""
    block: RawBlock | None = None
    indents: list[int] = []
    for position, line in enumerate(lines):
        before = lines[position - 1] if position else ""
        match = BULLET.match(line)
        if match and not (before and not _is_finished(before) and _is_broken_off(before, line, width)):
            indents = [*(indent for indent in indents if indent < _indent(line)), _indent(line)]
            marker = f"{match['mark']} " if match["mark"][-1] in ".)" else "• "
            item = RawBlock(BlockKind.LIST, line[match.end() :].strip(), level=len(indents) - 1, marker=marker)
            if block:
                yield block
            block = item
        elif block and _continues(block, before, line, indents, width):
            block = replace(block, text=_join(block.text, line.strip()))
        else:
            if block:
                yield block
            indents = []
            block = RawBlock(BlockKind.PARAGRAPH, line.strip())
    if block:
        yield block


def _is_broken_off(before: str, line: str, width: int | None) -> bool:
    """Whether a line that begins like a list item is the middle of a sentence ('the company⏎– then new – said')."""
    return width is not None and not BULLET.match(before) and _goes_on(before, line, width)


def _continues(block: RawBlock, before: str, line: str, indents: Sequence[int], width: int | None) -> bool:
    if block.kind is BlockKind.LIST:
        is_inside = _indent(line) > indents[-1]
        return is_inside or (line.lstrip()[0].islower() and not _is_finished(before)) or _goes_on(before, line, width)
    return _goes_on(before, line, width)


def _join(text: str, line: str) -> str:
    return f"{text}{line}" if re.search(r"\w-$", text) and line[0].islower() else f"{text} {line}"


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


def _table_rows(lines: Sequence[str]) -> list[RawBlock]:
    """Return the lines as table rows if each has the same number of cells, parted by tabs or wide gaps."""
    rows = [_CELL_GAP.split(line.strip()) for line in lines if not BULLET.match(line)]
    if len(rows) < 2 or len(rows) < len(lines) or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2:
        return []
    return [
        RawBlock(BlockKind.TABLE, " | ".join(cell.strip() for cell in row), level=int(position == 0))
        for position, row in enumerate(rows)
    ]


def _is_finished(text: str) -> bool:
    return text.rstrip("\"'”’)»")[-1:] in ".!?:。！？："


def _looks_like_heading(block: RawBlock) -> bool:
    text = block.text
    words = text.split()
    is_short = 0 < len(words) <= _MAX_HEADING_WORDS and len(text) <= _MAX_HEADING_LENGTH
    if block.kind is not BlockKind.PARAGRAPH or not is_short:
        return False
    if is_sentence(text) and not text.endswith("?"):
        return False
    if text[-1] in ".!;,:…" or text.rstrip("\"'”’")[-1:] in ".!" or not (text[0].isupper() or text[0].isdigit()):
        return False
    return not text.endswith("?") or sum(word[0].isupper() for word in words) > len(words) / 2


def _mark_headings(blocks: list[RawBlock]) -> list[RawBlock]:
    """Turn short lines without a full stop into headings, unless they are a list without bullets."""
    if not any(block.kind is not BlockKind.PARAGRAPH or is_sentence(block.text) for block in blocks):
        return blocks  # notes without any full stop: each line says something
    marked = list(blocks)
    start = 0
    while start < len(blocks):
        end = start
        while end < len(blocks) and _looks_like_heading(blocks[end]):
            end += 1
        run = range(start, end)
        introduced = start > 0 and blocks[start - 1].text.endswith(":")
        facts = {position for position in run if position and _is_fact(blocks[position].text)}
        for position in run:
            if (introduced and len(run) > 1) or (position in facts and {position - 1, position + 1} & facts):
                marked[position] = replace(blocks[position], kind=BlockKind.LIST, marker="• ")
            elif len(run) < 4 or position in (start, end - 1) or end == len(blocks):
                marked[position] = replace(blocks[position], kind=BlockKind.HEADING, level=2)
        start = max(end, start + 1)
    return marked


def _is_fact(text: str) -> bool:
    """Whether a line is an entry of a fact box ('Dealers: 312')."""
    return bool(_LABELLED.match(text)) and not FIELD.match(text) and not is_furniture_line(text)
