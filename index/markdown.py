"""Read Markdown: front matter as metadata, the rest as blocks of plain text, marks removed."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from index.dates import find_date
from index.errors import LoadError
from index.head import take_head
from index.html import read_fragment
from index.markup import bold_block
from index.models import BlockKind, Metadata, Report
from index.raw import RawBlock, RawDocument

_MAX_FRONT_MATTER = 50_000
_MAX_FIELD = 500
_FOOTNOTE = re.compile(r"\[\^[\w-]+\]:?")
_ADDRESS = re.compile(r"https?://\S+")


class NotIndexed(Exception):
    """The file says itself that it is not to be indexed (`index: false`)."""


def read_markdown(text: str) -> RawDocument:
    """Return the blocks of `text` and what its front matter, or else its top, says about it.

    Raises NotIndexed for `index: false`, LoadError for front matter that is no YAML.
    """
    body, fields = _split_front_matter(text)
    if fields.get("index") is False:
        raise NotIndexed
    return take_head(RawDocument(tuple(_blocks(body)), _metadata_from(fields)), is_plain=False)


def _split_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    import frontmatter
    import yaml

    if not re.match(r"---[ \t]*\n", text):
        return text, {}
    if text.find("\n---", 3) > _MAX_FRONT_MATTER:
        raise LoadError(f"The front matter is longer than {_MAX_FRONT_MATTER:,} characters; shorten it.")
    try:
        fields, body = frontmatter.parse(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise LoadError(
            f"The front matter is not valid YAML ({reason}); correct it between the '---' lines."
        ) from error
    return (body, dict(fields)) if fields else (text, {})


def _metadata_from(fields: dict[str, Any]) -> Metadata:
    based_on = fields.get("based_on")
    source = _text_of(fields.get("source"))
    address = source if source and _ADDRESS.fullmatch(source) else None
    return Metadata(
        title=_text_of(fields.get("title")),
        publisher=_text_of(fields.get("publisher")) or (None if address else source),
        author=_text_of(fields.get("author", fields.get("authors"))),
        published=_date_of(fields.get("published", fields.get("date"))),
        url=_text_of(fields.get("url")) or address,
        based_on=tuple(_report_from(item) for item in based_on if isinstance(item, dict))
        if isinstance(based_on, list)
        else (),
    )


def _report_from(fields: dict[str, Any]) -> Report:
    return Report(
        publisher=_text_of(fields.get("publisher")),
        title=_text_of(fields.get("title")),
        url=_text_of(fields.get("url")),
        published=_date_of(fields.get("published")),
    )


def _text_of(value: object) -> str | None:
    """Return a field as one line of text; several values are joined, [[wiki links]] are opened."""
    values = value if isinstance(value, list) else [value]
    texts = [" ".join(str(item).split()) for item in values if isinstance(item, str | int | float)]
    text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]|]*)\]\]", r"\1", ", ".join(filter(None, texts)))
    return text[:_MAX_FIELD] or None


def _date_of(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return find_date(str(value)) if isinstance(value, str | int) else None


def _blocks(text: str) -> Iterator[RawBlock]:
    """Yield headings, paragraphs, list items and table rows as plain text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(text)
    if any(map(_holds_markup, tokens)):  # tags may hide text, also that between them
        yield from read_fragment(_FOOTNOTE.sub("", parser.render(text)))
    else:
        yield from _token_blocks(tokens)


def _holds_markup(token: Any) -> bool:
    """Whether a token, or one inside it, holds HTML tags other than line breaks."""
    if token.type in ("html_block", "html_inline"):
        return bool(re.search(r"<(?!br\b|!--)", re.sub(r"<!--.*?-->", "", token.content, flags=re.S), re.I))
    return any(map(_holds_markup, token.children or []))


def _token_blocks(tokens: Sequence[Any]) -> Iterator[RawBlock]:
    depth = 0
    marker = ""
    row: list[str] = []
    is_header = False
    for position, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                marker = f"{token.info}. " if token.info else "• "
            case "thead_open" | "thead_close":
                is_header = token.type == "thead_open"
            case "tr_open":
                row = []
            case "tr_close":
                if any(row):
                    yield RawBlock(BlockKind.TABLE, " | ".join(row), level=int(is_header))
            case "inline":
                opened = tokens[position - 1]
                content = _plain(token)
                if opened.type in ("td_open", "th_open"):
                    row.append(content)
                elif content:
                    yield _text_block(content, opened, depth, marker, is_bold=_is_bold(token))
                    marker = ""
            case "fence" | "code_block" if token.content.strip():
                yield _text_block(token.content.strip(), token, depth, marker)
                marker = ""


def _text_block(content: str, opened: Any, depth: int, marker: str, *, is_bold: bool = False) -> RawBlock:
    if opened.type == "heading_open":
        return RawBlock(BlockKind.HEADING, content, level=int(opened.tag[1]))
    if depth:
        return RawBlock(BlockKind.LIST, content, level=depth - 1, marker=marker)
    paragraph = RawBlock(BlockKind.PARAGRAPH, content)
    return bold_block(paragraph) if is_bold else paragraph


def _is_bold(token: Any) -> bool:
    types = [child.type for child in token.children or [] if child.content or child.nesting]
    return types[:1] == ["strong_open"] and types[-1:] == ["strong_close"] and types.count("strong_open") == 1


def _plain(token: Any) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or re.match(r"<br\b", child.content, re.I):
            parts.append(" ")
    return " ".join(_FOOTNOTE.sub("", "".join(parts)).split())
