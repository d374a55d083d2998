"""Read saved web pages: trafilatura tells the main text, the page's own markup gives blocks and metadata."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from index.dates import find_date, find_dates
from index.errors import LoadError
from index.furniture import is_sentence
from index.head import read_line, take_head
from index.markup import PageBlock, page_blocks
from index.models import BlockKind, Metadata
from index.raw import RawBlock, RawDocument
from index.visibility import drop_hidden

_DATE_FIELDS = """article:published_time og:published_time og:article:published_time datepublished
    citation_publication_date citation_date dc.date.issued dcterms.issued dcterms.created dc.date dcterms.date
    parsely-pub-date sailthru.date pubdate publishdate publish-date publish_date published_date publication_date
    article.published date release_date""".split()
_SHORT = 15  # characters; a shorter text must be equal, not just contained
_PROSE_WORDS = 8
_MAX_LINK_SHARE = 0.5
_ALL_LINK = 0.9
_BYLINE_BLOCKS = 3


def read_html(text: str) -> RawDocument:
    """Return the page's main text as blocks; whatever the page hides from readers is left out.

    Raises LoadError if no text can be found.
    """
    tree = parse_page(text)
    page = _extract(tree)
    whole = page_blocks(tree)
    blocks = _main_blocks(whole, getattr(page, "body", None))
    metadata = _with_byline(_metadata(page, tree), whole)
    return take_head(RawDocument(tuple(blocks), metadata), is_plain=False)


def read_fragment(text: str) -> tuple[RawBlock, ...]:
    """Return the blocks of a piece of HTML that stands in another document."""
    if not re.search(r"\w", re.sub(r"<!--.*?-->|<[^>]*>", "", text, flags=re.S)):
        return ()
    return tuple(block.raw for block in page_blocks(parse_page(text)))


def parse_page(text: str) -> Any:
    """Return the tree of a page without what it hides from its readers; raise LoadError for what is no HTML."""
    from lxml import html

    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (ValueError, html.etree.LxmlError) as error:
        raise LoadError(f"This is not HTML that can be parsed ({error}).") from error
    drop_hidden(tree)
    return tree


def _extract(tree: Any) -> Any:
    """Return what trafilatura finds: metadata and the elements of the main text, or None."""
    import trafilatura

    try:
        return trafilatura.bare_extraction(
            tree,
            favor_recall=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception:  # it stumbles over broken markup in many ways; the page's own blocks are still there
        logging.getLogger(__name__).warning("The main text of a page could not be told.", exc_info=True)
        return None


def _metadata(page: Any, tree: Any) -> Metadata:
    title = getattr(page, "title", None) or (tree.findtext(".//title") or "").strip() or None
    author = getattr(page, "author", None)
    return Metadata(
        title=title,
        publisher=getattr(page, "sitename", None),
        author=author.replace("; ", ", ") if author else None,
        published=_published(page, tree),
        url=getattr(page, "url", None),
    )


def _with_byline(metadata: Metadata, blocks: Sequence[PageBlock]) -> Metadata:
    """Return what is known, with author and date from the lines under the main heading where these are not."""
    headings = [position for position, block in enumerate(blocks) if block.element.tag == "h1"]
    for block in blocks[headings[0] + 1 : headings[0] + 1 + _BYLINE_BLOCKS] if headings else ():
        found = None if block.is_frame else read_line(block.raw.text)
        if found:
            author, published = metadata.author or found.get("author"), metadata.published or found.get("published")
            metadata = replace(metadata, author=author, published=published)
    return metadata


def _published(page: Any, tree: Any) -> str | None:
    """Return the date that the page declares, or the one trafilatura finds if the page really says it.

    Trafilatura fills in a missing day and decides what 02/03/2025 means; neither is known.
    """
    for value in _declared_dates(tree):
        if published := find_date(value):
            return published
    guess: str | None = getattr(page, "date", None)
    said = " ".join([*tree.itertext(), *(element.get("datetime", "") for element in tree.iter("time"))])
    return guess if guess in find_dates(said) else None


def _declared_dates(tree: Any) -> Iterator[str]:
    for script in tree.iter("script"):
        yield from re.findall(r'"datePublished"\s*:\s*"([^"]+)"', script.text or "")
    metas = {
        (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(): meta.get("content", "")
        for meta in tree.iter("meta")
    }
    yield from (metas[name] for name in _DATE_FIELDS if name in metas)


def _main_blocks(blocks: Sequence[PageBlock], body: Any) -> list[RawBlock]:
    """Return the blocks of the article: those that trafilatura took, and prose beside them that it passed over."""
    if not blocks:
        return []
    taken = _taken(blocks, body)
    if not any(taken):
        loose = [block.raw for block in blocks if not block.is_boxed and block.link_share < _MAX_LINK_SHARE]
        return loose or [block.raw for block in blocks]
    kept = [took or passed for took, passed in zip(taken, _passed_over(blocks, taken), strict=True)]
    _complete_lists(blocks, kept)
    for position in range(len(blocks) - 2, -1, -1):
        if blocks[position].raw.kind is BlockKind.HEADING and not blocks[position].is_boxed:
            kept[position] = kept[position] or kept[position + 1]
    return [block.raw for block in _mark_links([block for block, keep in zip(blocks, kept, strict=True) if keep])]


def _taken(blocks: Sequence[PageBlock], body: Any) -> list[bool]:
    """Return for each block whether its text is in trafilatura's main text, and not in the page's frame."""
    if body is None:
        return [False] * len(blocks)
    elements = list(body.iter())
    texts = [text for element in elements for text in (element.text, element.tail, "".join(element.itertext()))]
    exact = {_squeezed(text) for text in texts if text}
    whole = _squeezed("".join(body.itertext()))
    squeezed = [_squeezed(block.raw.text.replace(" | ", "")) for block in blocks]
    return [
        not block.is_frame and (text in exact or (len(text) >= _SHORT and text in whole))
        for block, text in zip(blocks, squeezed, strict=True)
    ]


def _passed_over(blocks: Sequence[PageBlock], taken: Sequence[bool]) -> list[bool]:
    """Return for each block whether it is prose that belongs to the article by its place in the page.

    That is between the main heading and the first block taken, or within what encloses all of these.
    """
    first = taken.index(True)
    region = _enclosing([block.element for block, took in zip(blocks, taken, strict=True) if took])
    headings = [position for position, block in enumerate(blocks[:first]) if block.element.tag == "h1"]
    start = headings[-1] if headings else first
    return [
        _is_prose(block) and (start < position < first or region in (block.element, *block.element.iterancestors()))
        for position, block in enumerate(blocks)
    ]


def _enclosing(elements: Sequence[Any]) -> Any:
    """Return the smallest element around all of `elements`; an article's or page's main part, if there is one."""
    paths = [[*reversed(list(element.iterancestors())), element] for element in elements]
    common = [level[0] for level in zip(*paths, strict=False) if all(node is level[0] for node in level)]
    return next((node for node in reversed(common) if node.tag in ("article", "main")), common[-1])


def _is_prose(block: PageBlock) -> bool:
    is_text = block.raw.kind in (BlockKind.PARAGRAPH, BlockKind.LIST) and is_sentence(block.raw.text)
    is_own = not block.is_boxed and block.link_share < _MAX_LINK_SHARE
    return is_text and is_own and len(block.raw.text.split()) >= _PROSE_WORDS


def _complete_lists(blocks: Sequence[PageBlock], kept: list[bool]) -> None:
    """Keep every row of a list or table of which one row is kept, and a list that a kept paragraph introduces."""
    rows = (BlockKind.LIST, BlockKind.TABLE)
    for step in (1, -1):
        order = range(1, len(blocks)) if step == 1 else range(len(blocks) - 2, -1, -1)
        for position in order:
            block, beside = blocks[position], blocks[position - step]
            if block.raw.kind not in rows or block.is_boxed or block.link_share >= _MAX_LINK_SHARE:
                continue
            introduced = step == 1 and beside.raw.kind is BlockKind.PARAGRAPH and beside.raw.text.endswith(":")
            if kept[position - step] and (beside.raw.kind is block.raw.kind or introduced):
                kept[position] = True


def _mark_links(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """Mark paragraphs, and lists without an introduction, that are nothing but links to elsewhere."""
    marked = list(blocks)
    for position, block in enumerate(blocks):
        before = marked[position - 1].raw if position else None
        is_listed = block.raw.kind is BlockKind.LIST and before is not None
        follows = is_listed and before is not None and (before.kind is BlockKind.LIST or before.text.endswith(":"))
        is_link = block.link_share > _ALL_LINK and not is_sentence(block.raw.text)
        if is_link and block.raw.kind in (BlockKind.PARAGRAPH, BlockKind.LIST) and not follows:
            marked[position] = replace(block, raw=replace(block.raw, kind=BlockKind.FURNITURE))
    return marked


def _squeezed(text: str) -> str:
    return "".join(text.split())
