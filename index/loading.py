"""Read files into raw blocks and metadata: the `load` step, one function per format.

Nothing is judged here (that is `cleaning`): a loader says what the file says, in order.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from index.dates import find_date
from index.errors import LoadError, UnknownFormat
from index.models import BlockKind, Metadata, Report
from index.plain_text import read_plain_text
from index.raw import RawBlock, RawDocument

LOADING_VERSION = 1  # raise it when the same bytes are to be read anew
MAX_FILE_BYTES = 50_000_000
_MAX_FRONT_MATTER = 50_000
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NotIndexed(Exception):
    """The file says itself that it is not to be indexed (`index: false`)."""


def is_known_format(path: Path) -> bool:
    """Return whether a loader exists for files named like `path`."""
    return path.suffix.lower() in _LOADERS


def load(path: Path, data: bytes) -> RawDocument:
    """Return what the file at `path`, whose bytes are `data`, says.

    Raises UnknownFormat for another kind of file, LoadError for one that cannot be read,
    NotIndexed for one that asks to be left out.
    """
    loader = _LOADERS.get(path.suffix.lower())
    if loader is None:
        raise UnknownFormat(f"'{path.suffix or 'no ending'}' is not a format that is read; {READABLE}.")
    raw = loader(_decode(data))
    if not any(block.text.strip() for block in raw.blocks):
        raise LoadError("There is no readable text in it.")
    return raw


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; raise LoadError if it is missing, unreadable or too large."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise LoadError(f"Its {size:,} bytes is over the limit of {MAX_FILE_BYTES:,}; split the file.")
        return path.read_bytes()
    except OSError as error:
        raise LoadError(f"It cannot be read ({error.strerror or error}).") from error


def input_sha256(data: bytes) -> str:
    """Return the hex SHA-256 of a file's bytes and of this loader's version."""
    return hashlib.sha256(b"loading-v%d\0" % LOADING_VERSION + data).hexdigest()


def _decode(data: bytes) -> str:
    """Return the text of `data` in whatever encoding it is, without characters nobody sees."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        guess = None if b"\0" in data else from_bytes(data).best()
        if guess is None:
            raise LoadError("This is not text in any encoding that can be recognised.") from None
        text = str(guess)
    if text.count("\0") > len(text) // 100:
        raise LoadError("This is not a text file (it holds NUL bytes).")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


def _load_text(text: str) -> RawDocument:
    return read_plain_text(text)


def _load_markdown(text: str) -> RawDocument:
    body, fields = _split_front_matter(text)
    if fields.get("index") is False:
        raise NotIndexed
    blocks = tuple(_markdown_blocks(body))
    metadata = _metadata_from(fields)
    if metadata.title is None and blocks and blocks[0].kind is BlockKind.HEADING:
        metadata, blocks = replace(metadata, title=blocks[0].text), blocks[1:]
    return RawDocument(blocks, metadata)


def _split_front_matter(text: str) -> tuple[str, dict[str, Any]]:
    import frontmatter
    import yaml

    if not text.startswith("---"):
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
    return body, dict(fields)


def _metadata_from(fields: dict[str, Any]) -> Metadata:
    based_on = fields.get("based_on")
    return Metadata(
        title=_text_of(fields.get("title")),
        publisher=_text_of(fields.get("publisher")),
        author=_text_of(fields.get("author")),
        published=_date_of(fields.get("published", fields.get("date"))),
        url=_text_of(fields.get("url")),
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
    text = " ".join(str(value).split())[:500] if isinstance(value, str | int | float) else ""
    return text or None


def _date_of(value: object) -> str | None:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return find_date(str(value)) if isinstance(value, str | int) else None


def _markdown_blocks(text: str) -> Iterator[RawBlock]:
    """Yield headings, paragraphs, list items and table rows as plain text, marks removed."""
    from markdown_it import MarkdownIt

    depth = 0
    markers: list[str] = []
    row: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for position, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                markers.append(f"{token.info}. " if token.info else "• ")
            case "tr_open":
                row = []
            case "tr_close":
                yield RawBlock(BlockKind.TABLE, " | ".join(row))
            case "inline":
                opened = tokens[position - 1]
                content = _plain(token)
                if opened.type in ("td_open", "th_open"):
                    row.append(content)
                elif opened.type == "heading_open":
                    yield RawBlock(BlockKind.HEADING, content, level=int(opened.tag[1]))
                elif depth:
                    yield RawBlock(BlockKind.LIST, content, marker=markers.pop() if markers else "")
                elif content:
                    yield RawBlock(BlockKind.PARAGRAPH, content)
            case "fence" | "code_block":
                yield RawBlock(BlockKind.PARAGRAPH, token.content.strip())


def _plain(token: Any) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts).strip()


def _load_html(text: str) -> RawDocument:
    from index.html import read_html

    return read_html(text)


_LOADERS: dict[str, Callable[[str], RawDocument]] = {
    ".md": _load_markdown,
    ".markdown": _load_markdown,
    ".txt": _load_text,
    ".html": _load_html,
    ".htm": _load_html,
}
READABLE = f"readable are {', '.join(sorted(_LOADERS))}"
