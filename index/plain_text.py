"""Read plain text: find its paragraphs, lists, headings, title, byline and date.

People save articles as text in three shapes: blank lines between paragraphs, one paragraph a
line, and hard-wrapped lines. All three become the same blocks.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.dates import date_line
from index.models import BlockKind, Metadata
from index.raw import RawBlock, RawDocument

_BULLET = re.compile(r"^\s*(?P<mark>[•◦▪●‣∙·*–—-]|\(?\d{1,2}[.)])\s+(?=\S)")
_FIELD = re.compile(r"^(title|publisher|source|author|published|date|url|link)\s*:\s+(\S.*)$", re.I)
_BYLINE = re.compile(r"^(?:by|edited by|written by|reported by|author:?)\s+(.+)$", re.I)
_FROM = re.compile(r"^(.+?)\s+from\s+(.+)$", re.I)
_NAME = re.compile(r"^[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]*){1,3}$")
_HEAD_LINES = 8
_MAX_HEADING_WORDS = 14
_MAX_TITLE_WORDS = 25


def read_plain_text(text: str) -> RawDocument:
    """Split `text` into blocks; what stands at the top about the text itself becomes metadata."""
    blocks = _mark_headings(list(_blocks(text)))
    return _take_head(blocks)


def _blocks(text: str) -> Iterator[RawBlock]:
    for group in re.split(r"\n[ \t]*\n", text):
        lines = [line.rstrip() for line in group.split("\n") if line.strip()]
        if any(_BULLET.match(line) for line in lines):
            yield from _list_blocks(lines)
        elif _is_wrapped(lines):
            yield RawBlock(BlockKind.PARAGRAPH, " ".join(line.strip() for line in lines))
        else:
            yield from (RawBlock(BlockKind.PARAGRAPH, line.strip()) for line in lines)


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines are one paragraph, broken at a fixed width."""
    if len(lines) < 2:
        return False
    width = max(len(line) for line in lines)
    full = [line for line in lines[:-1] if len(line) >= 0.7 * width]
    return 40 <= width <= 110 and len(full) == len(lines) - 1


def _list_blocks(lines: list[str]) -> Iterator[RawBlock]:
    """Yield a paragraph for each line before the first bullet, then one block an item."""
    item: RawBlock | None = None
    for line in lines:
        match = _BULLET.match(line)
        if match:
            if item:
                yield item
            mark = match["mark"]
            item = RawBlock(
                BlockKind.LIST, line[match.end() :].strip(), marker=f"{mark} " if mark[-1] in ".)" else "• "
            )
        elif item and (line[:1].isspace() or not _looks_finished(item.text)):
            item = replace(item, text=f"{item.text} {line.strip()}")
        else:
            if item:
                yield item
            item = None
            yield RawBlock(BlockKind.PARAGRAPH, line.strip())
    if item:
        yield item


def _looks_finished(text: str) -> bool:
    return text.rstrip("\"'”’)")[-1:] in ".!?"


def _looks_like_heading(block: RawBlock) -> bool:
    text = block.text
    words = text.split()
    if block.kind is not BlockKind.PARAGRAPH or not 0 < len(words) <= _MAX_HEADING_WORDS or len(text) > 110:
        return False
    if text[-1] in ".!;,:…" or text.rstrip("\"'”’")[-1:] in ".!" or not (text[0].isupper() or text[0].isdigit()):
        return False
    return not text.endswith("?") or sum(word[0].isupper() for word in words) > len(words) / 2


def _mark_headings(blocks: list[RawBlock]) -> list[RawBlock]:
    """Turn short lines without a full stop into headings, unless they are a list without bullets."""
    marked = list(blocks)
    start = 0
    while start < len(blocks):
        end = start
        while end < len(blocks) and _looks_like_heading(blocks[end]):
            end += 1
        run = range(start, end)
        introduced = start > 0 and blocks[start - 1].text.endswith(":")
        for position in run:
            if introduced and len(run) > 1:
                marked[position] = replace(blocks[position], kind=BlockKind.LIST, marker="• ")
            elif len(run) < 4 or position in (start, end - 1) or end == len(blocks):
                marked[position] = replace(blocks[position], kind=BlockKind.HEADING, level=2)
        start = max(end, start + 1)
    return marked


def _take_head(blocks: list[RawBlock]) -> RawDocument:
    """Read title, byline, date and 'Field: value' lines off the top; they stay in the text as furniture."""
    found: dict[str, Any] = {}
    kept = list(blocks)
    for position, block in enumerate(blocks[:_HEAD_LINES]):
        fields = _head_fields(block, position, blocks)
        if fields is None:
            break
        fresh = bool(fields.keys() - found.keys())
        if "title" in fields:
            kept[position] = replace(block, kind=BlockKind.HEADING, level=1)
        elif fresh:
            kept[position] = replace(block, kind=BlockKind.FURNITURE)
        for key, value in fields.items():
            found.setdefault(key, value)
    return RawDocument(tuple(kept), replace(Metadata(), **found))


def _head_fields(block: RawBlock, position: int, blocks: list[RawBlock]) -> dict[str, str] | None:
    """Return what a line at the top says about the text; {} if nothing; None where the body begins."""
    line = block.text
    if published := date_line(line):
        return {"published": published}
    if match := _FIELD.match(line):
        return _field(match[1].lower(), match[2])
    if (match := _BYLINE.match(line)) and len(line.split()) <= 10:
        origin = _FROM.match(match[1])
        return {"author": origin[1], "publisher": origin[2]} if origin else {"author": match[1]}
    if position == 0:
        is_title = len(line.split()) <= _MAX_TITLE_WORDS and len(line) <= 200 and not _ends_as_sentence(line)
        return {"title": line} if is_title else None
    if _is_name_line(position, blocks):
        return {"author": line}
    return None if len(line.split()) > _MAX_HEADING_WORDS or block.kind is BlockKind.LIST else {}


def _is_name_line(position: int, blocks: list[RawBlock]) -> bool:
    """Whether a line holds nothing but a person's name beside a date line."""
    around = blocks[position - 1 : position + 2]
    opens_list = position + 1 < len(blocks) and blocks[position + 1].kind is BlockKind.LIST
    return bool(_NAME.match(blocks[position].text)) and not opens_list and any(date_line(near.text) for near in around)


def _field(key: str, value: str) -> dict[str, str]:
    if key in ("published", "date"):
        published = date_line(value)
        return {"published": published} if published else {}
    if key in ("url", "link"):
        return {"url": value} if re.match(r"https?://\S+$", value) else {}
    return {"publisher" if key == "source" else key: value}


def _ends_as_sentence(line: str) -> bool:
    return line.rstrip("\"'”’)")[-1:] in ".!:;,"
