"""Cut an HTML tree into blocks: each heading, paragraph, list item and table row once, in order."""

import re
from dataclasses import dataclass, replace
from typing import Any

from index.furniture import is_sentence
from index.models import BlockKind
from index.raw import RawBlock

_NO_TEXT = frozenset(
    """script style noscript template head title svg iframe object canvas button select textarea input datalist
    map audio video progress meter applet embed noframes noembed""".split()
)
_BLOCKS = frozenset(
    """address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul
    caption menu""".split()
)
_FRAME = frozenset("nav footer".split())
_BOXES = frozenset("aside figcaption".split())
_BOX_NAME = re.compile(
    r"(?:^|[\s_-])(?:comments?|footer|sidebar|related|recommend\w*|share|sharing|social|newsletter|cookies?|consent|author"
    r"|bio|promo\w*|advert\w*|ads?|nav\w*|menu|popup|modal|overlay|subscri\w*|paywall|caption|credits?|breadcrumbs?|tags?"
    r"|more|read-next|trending|popular|disclaimer|copyright|legal|byline|banner|toolbar|login|search|teasers?|cards?"
    r"|sponsored|outbrain|taboola)(?:$|[\s_-])",
    re.I,
)
_BREAK = "\u2028"  # stands for <br>; the loader leaves none in the text
_MAX_CELL_LENGTH = 400
_MAX_HEADING_WORDS = 10
_BOLD_LEVEL = 4


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A block with its element, how much of it is links (0 to 1), and where it stands.

    The frame is what every page of a site has around the article; a box is any part that is named
    like no part of an article.
    """

    raw: RawBlock
    element: Any
    link_share: float
    is_boxed: bool
    is_frame: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """What surrounds the element that is being read."""

    element: Any
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    list_depth: int = 0
    is_link: bool = False
    is_bold: bool = False
    is_boxed: bool = False
    is_frame: bool = False


class _Reader:
    """The blocks read so far, and the text gathered since the last of them."""

    def __init__(self) -> None:
        self.blocks: list[PageBlock] = []
        self._parts: list[str] = []
        self._link_length = 0
        self._bold_length = 0
        self._marker = ""

    def read(self, element: Any, around: _Place) -> None:
        """Take in `element`, without the text that follows it."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _NO_TEXT:
            return
        place = _enter(element, tag, around)
        if tag == "br":
            self._parts.append(_BREAK)
        if tag in _BLOCKS:
            self.close(around)
        if tag == "li":
            self._marker = _marker_of(element)
        if tag == "table" and _is_data(element):
            self._read_rows(element, place)
            return
        self._add(element.text, place)
        for child in element:
            self.read(child, place)
            self._add(child.tail, place)
        if tag in _BLOCKS:
            self.close(place)

    def close(self, place: _Place) -> None:
        """End the block at hand; two line breaks part paragraphs."""
        text, links, bold = "".join(self._parts), self._link_length, self._bold_length
        self._parts, self._link_length, self._bold_length = [], 0, 0
        length = len("".join(text.split()))
        for part in re.split(rf"{_BREAK}\s*{_BREAK}", text):
            if folded := _folded(part):
                marker = self._marker if place.kind is BlockKind.LIST else ""
                self._marker = ""
                raw = RawBlock(place.kind, folded, place.level, marker)
                if bold == length:
                    raw = bold_block(raw)
                self.blocks.append(PageBlock(raw, place.element, links / length, place.is_boxed, place.is_frame))

    def _add(self, text: str | None, place: _Place) -> None:
        if text:
            self._parts.append(re.sub(r"\s+", " ", text))
            length = len("".join(text.split()))
            self._link_length += length if place.is_link else 0
            self._bold_length += length if place.is_bold else 0

    def _read_rows(self, table: Any, place: _Place) -> None:
        rows = [row for row in table.iter("tr") if _folded(_cell_text(row))]
        has_side_headers = bool(rows) and {cell.tag for cell in rows[0].iter("th", "td")} == {"th", "td"}
        for number, row in enumerate(rows):
            cells = [_folded(_cell_text(cell)) for cell in row.iter("th", "td")]
            is_header = number == 0 or has_side_headers
            raw = RawBlock(BlockKind.TABLE, " | ".join(cells), level=int(is_header))
            self.blocks.append(PageBlock(raw, table, _link_share(row), place.is_boxed, place.is_frame))


def bold_block(block: RawBlock) -> RawBlock:
    """Return a paragraph that is bold throughout: a heading if it is short and states nothing."""
    text = block.text
    is_label = len(text.split()) <= _MAX_HEADING_WORDS and not is_sentence(text) and not re.search(r"[:：\d]", text)
    is_heading = block.kind is BlockKind.PARAGRAPH and is_label
    return replace(block, kind=BlockKind.HEADING, level=_BOLD_LEVEL) if is_heading else block


def page_blocks(root: Any) -> list[PageBlock]:
    """Return the blocks of a tree in reading order; scripts, buttons and the like have no text."""
    reader, place = _Reader(), _Place(root)
    reader.read(root, place)
    reader.close(place)
    return reader.blocks


def _enter(element: Any, tag: str, around: _Place) -> _Place:
    place = replace(
        around,
        element=element if tag in _BLOCKS else around.element,
        is_link=around.is_link or tag == "a",
        is_bold=around.is_bold or tag in ("b", "strong"),
    )
    is_frame = tag in _FRAME or (tag == "header" and next(element.iterdescendants("h1"), None) is None)
    if is_frame or tag in _BOXES or _is_named_box(element):
        place = replace(place, is_boxed=True, is_frame=place.is_frame or is_frame)
    if re.fullmatch("h[1-6]", tag):
        return replace(place, kind=BlockKind.HEADING, level=int(tag[1]))
    if tag == "figcaption":
        return replace(place, kind=BlockKind.FURNITURE, level=0)
    if tag in ("ul", "ol", "menu"):
        return replace(place, list_depth=around.list_depth + 1)
    if tag == "li":
        return replace(place, kind=BlockKind.LIST, level=max(0, around.list_depth - 1))
    return place


def _is_named_box(element: Any) -> bool:
    """Whether an element's class or id says that it is no part of the article; the page's frame says nothing."""
    if element.tag in ("html", "body", "main", "article"):
        return False
    return bool(_BOX_NAME.search(f"{element.get('class', '')} {element.get('id', '')}"))


def _marker_of(item: Any) -> str:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return "• "
    return f"{1 + sum(1 for _ in item.itersiblings('li', preceding=True))}. "


def _is_data(table: Any) -> bool:
    """Whether a table holds data; one that lays out the page has a single column, long cells or tables in it."""
    if next(table.iterdescendants("table", "h1", "h2", "h3", "form"), None) is not None:
        return False
    rows = [[len(_folded(_cell_text(cell))) for cell in row.iter("th", "td")] for row in table.iter("tr")]
    return max(map(len, rows), default=0) > 1 and max(map(max, filter(None, rows))) <= _MAX_CELL_LENGTH


def _cell_text(cell: Any) -> str:
    parts = [cell.text or ""]
    for child in cell:
        is_text = isinstance(child.tag, str) and child.tag not in _NO_TEXT
        gap = " " if is_text and (child.tag in _BLOCKS or child.tag == "br") else ""
        parts += [gap, _cell_text(child) if is_text else "", gap, child.tail or ""]
    return "".join(parts)


def _link_share(element: Any) -> float:
    length = len("".join(_cell_text(element).split()))
    return sum(len("".join(_cell_text(link).split())) for link in element.iter("a")) / length if length else 0.0


def _folded(text: str) -> str:
    return " ".join(text.split())
