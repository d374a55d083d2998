"""Read saved web pages: main text by trafilatura, metadata from the page's own markup."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from index.errors import LoadError
from index.models import BlockKind, Metadata
from index.raw import RawBlock, RawDocument

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|em|pt|;|$)", re.I)
_FALLBACK_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr", "blockquote")


def read_html(text: str) -> RawDocument:
    """Return the page's main text as blocks; whatever the page hides from readers is left out.

    Raises LoadError if no text can be found.
    """
    import trafilatura
    from lxml import html

    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (ValueError, html.etree.LxmlError) as error:
        raise LoadError(f"This is not HTML that can be parsed ({error}).") from error
    _drop_hidden(tree)
    page = trafilatura.bare_extraction(
        tree,
        favor_recall=True,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    body = getattr(page, "body", None)
    blocks = tuple(_blocks(body)) if body is not None else ()
    return RawDocument(blocks or tuple(_fallback_blocks(tree)), _metadata(page, tree))


def _drop_hidden(tree: "HtmlElement") -> None:
    for element in list(tree.iter("script", "style", "noscript", "template")):
        element.drop_tree()
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if "hidden" in element.attrib or _HIDDEN_STYLE.search(element.get("style", "")):
            element.drop_tree()


def _metadata(page: Any, tree: "HtmlElement") -> Metadata:
    title = getattr(page, "title", None) or (tree.findtext(".//title") or "").strip() or None
    return Metadata(
        title=title,
        publisher=getattr(page, "sitename", None),
        author=getattr(page, "author", None),
        published=getattr(page, "date", None),
        url=getattr(page, "url", None),
    )


def _blocks(element: Any) -> Iterator[RawBlock]:
    for child in element:
        match child.tag:
            case "head":
                rend = child.get("rend", "h2")
                yield from _block(BlockKind.HEADING, child, level=int(rend[1]) if rend[1:].isdigit() else 2)
            case "list":
                for number, item in enumerate(child.iter("item"), start=1):
                    marker = f"{number}. " if child.get("rend") == "ol" else "• "
                    yield from _block(BlockKind.LIST, item, marker=marker)
            case "table":
                for row in child.iter("row"):
                    cells = [_folded(cell) for cell in row.iter("cell")]
                    if any(cells):
                        yield RawBlock(BlockKind.TABLE, " | ".join(cells))
            case "quote" | "div" if len(child):
                yield from _blocks(child)
            case str():
                yield from _block(BlockKind.PARAGRAPH, child)


def _fallback_blocks(tree: "HtmlElement") -> Iterator[RawBlock]:
    """Yield the text of a page too small for main-text extraction, element by element."""
    found = False
    for element in tree.iter(*_FALLBACK_TAGS):
        tag = str(element.tag)
        kind = {"h": BlockKind.HEADING, "l": BlockKind.LIST, "t": BlockKind.TABLE}.get(tag[0], BlockKind.PARAGRAPH)
        level = int(tag[1]) if kind is BlockKind.HEADING else 0
        for block in _block(kind, element, level=level, marker="• " if kind is BlockKind.LIST else ""):
            found = True
            yield block
    if not found and (body := tree.find("body")) is not None:
        yield from _block(BlockKind.PARAGRAPH, body)


def _block(kind: BlockKind, element: Any, level: int = 0, marker: str = "") -> Iterator[RawBlock]:
    if text := _folded(element):
        yield RawBlock(kind, text, level=level, marker=marker)


def _folded(element: Any) -> str:
    for line_break in element.iter("lb", "br"):
        line_break.tail = " " + (line_break.tail or "")
    return " ".join("".join(element.itertext()).split())
