"""Read news feeds (RSS 0.9 to 2.0, Atom, RDF): which documents they point to, and what they say of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

import httpx

from index.dates import find_date
from index.errors import LoadError

_ROOTS = frozenset("rss feed rdf".split())
_DATES = "published pubdate issued date updated modified".split()  # the earlier in this list, the better
_MAX_TITLE_LENGTH = 300
_SAFELY: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False, "recover": True}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one document. `address` is empty if it gives none."""

    address: str
    title: str | None
    published: str | None


def root_of(data: bytes) -> str:
    """Return the name of the XML root element in lower case ('rss', 'feed', 'rdf', 'html'), '' for other data."""
    from lxml import etree

    if b"<" not in data[:1_000]:
        return ""
    try:
        return next((_name(element) for _, element in etree.iterparse(BytesIO(data), events=("start",), **_SAFELY)), "")
    except etree.LxmlError:
        return ""


def is_feed(data: bytes) -> bool:
    """Return whether `data` is a feed, by what it holds."""
    return root_of(data) in _ROOTS


def read_feed(data: bytes, address: str) -> list[Entry]:
    """Return the entries of the feed that lies at `address`, in its order; raise LoadError if there are none."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFELY))
    except etree.LxmlError as error:
        raise LoadError(f"This is not a feed that can be parsed ({error}).") from error
    base = httpx.URL(address)
    entries = [_entry(element, base) for element in root.iter() if _name(element) in ("item", "entry")]
    if not entries:
        raise LoadError("The feed has no entries.")
    return entries


def _entry(element: Any, base: httpx.URL) -> Entry:
    fields: dict[str, str] = {}
    for child in element:
        if _name(child) not in fields and (text := "".join(child.itertext()).strip()):
            fields[_name(child)] = text
    dates = (find_date(fields[name]) for name in _DATES if name in fields)
    return Entry(_address(element, fields, base), _title(fields.get("title", "")), next(filter(None, dates), None))


def _address(element: Any, fields: dict[str, str], base: httpx.URL) -> str:
    link = next(_links(element), "") or fields.get("link", "")
    if not link and fields.get("guid", "").startswith(("https://", "http://")):
        link = fields["guid"]
    if not link or ":" in link.partition("/")[0]:
        return link
    try:
        return str(base.join(link))
    except httpx.InvalidURL:
        return link  # fetching it says what is wrong


def _links(element: Any) -> Iterator[str]:
    """Return the addresses of an Atom entry's own page."""
    for child in element:
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate" and child.get("href"):
            yield child.get("href").strip()


def _title(text: str) -> str | None:
    """Return a title as a reader sees it: without markup and invisible characters."""
    plain = unescape(re.sub("<[^>]*>", " ", unescape(text)))
    shown = " ".join("".join(character for character in " ".join(plain.split()) if character.isprintable()).split())
    return shown[:_MAX_TITLE_LENGTH] or None


def _name(element: Any) -> str:
    """Return an element's name without its namespace, in lower case; '' for comments and the like."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
