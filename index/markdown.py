"""Read Markdown: front matter as metadata, the rest as blocks of plain text, marks removed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from index.dates import find_date
from index.errors import LoadError
from index.head import take_head
from index.html import read_fragment
from index.markup import bold_block
from index.models import BlockKind, Metadata, Provenance, Report, parse_date
from index.raw import RawBlock, RawDocument

_MAX_FRONT_MATTER = 50_000
_MAX_FIELD = 500
_FOOTNOTE = re.compile(r"\[\^[\w-]+\]:?")
_MARKS = re.compile(r"(?:\s*\[event (?P<event>unknown|[\d-]{4,10})\])?(?P<notes>(?:\s*\[\^[\w-]+\])*)\s*$")
_ADDRESS = re.compile(r"https?://\S+")


class NotIndexed(Exception):
    """The file says itself that it is not to be indexed (`index: false`)."""


def read_markdown(text: str) -> RawDocument:
    """Return the blocks of `text` and what its front matter, or else its top, says about it.

    Where the front matter numbers its `sources`, a paragraph ends with the marks of those that it rests
    on and the date of its events: `… [event 2022-02] [^1][^3]`. The marks are taken out of the text.
    Raises NotIndexed for `index: false`, LoadError for front matter that is no YAML and marks that lead nowhere.
    """
    body, fields = _split_front_matter(text)
    if fields.get("index") is False:
        raise NotIndexed
    metadata, sources = _metadata_from(fields), _sources_from(fields)
    if sources:
        metadata = replace(metadata, based_on=metadata.based_on or tuple(sources.values()))
    marked = (_without_marks(block, sources) for block in _blocks(body))
    blocks = tuple(block for block in marked if block.text)
    return take_head(RawDocument(blocks, metadata), is_plain=False)


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


def _sources_from(fields: dict[str, Any]) -> dict[str, Report]:
    sources = fields.get("sources")
    if not isinstance(sources, dict):
        return {}
    return {str(number): _report_from(item) for number, item in sources.items() if isinstance(item, dict)}


def _without_marks(block: RawBlock, sources: Mapping[str, Report]) -> RawBlock:
    """Return a block without footnote marks; its event and the sources it names become its provenance."""
    text, provenance = block.text, None
    if sources and (marks := _MARKS.search(text)) and marks[0].strip():
        numbers = re.findall(r"\[\^([\w-]+)\]", marks["notes"])
        if unknown := next((number for number in numbers if number not in sources), None):
            raise LoadError(f"'{text[:60]}…' rests on [^{unknown}], but the front matter's sources have no {unknown}.")
        provenance = Provenance(_event_of(marks["event"]), tuple(sources[number] for number in numbers))
        text = text[: marks.start()]
    return replace(block, text=" ".join(_FOOTNOTE.sub("", text).split()), provenance=provenance)


def _event_of(mark: str | None) -> str | None:
    try:
        return None if mark in (None, "unknown") else parse_date(mark)
    except ValueError as error:
        raise LoadError(f"[event {mark}]: {error}.") from error


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
        yield from read_fragment(parser.render(text))
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
    return " ".join("".join(parts).split())
