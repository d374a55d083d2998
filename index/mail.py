"""Read e-mails and pages saved with all their files in one (.eml, .mhtml)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from index.encoding import decode, visible
from index.errors import LoadError
from index.html import parse_page, read_html
from index.markup import page_blocks
from index.models import BlockKind, Metadata, parse_date
from index.plain_text import plain_blocks
from index.raw import RawBlock, RawDocument

_MAX_FIELD = 500
_NEAR = 10  # so many lines on, an announcement has nothing to do with what follows
_WRONG = (MessageError, ValueError, TypeError, AttributeError, LookupError, IndexError)
_HEADERS = ("From", "Subject", "Date", "To", "Received", "Message-ID", "MIME-Version")
_ATTRIBUTION = re.compile(
    r"\W*(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb.{0,80}|le\b.{4,200}\ba écrit|el\b.{4,200}\bescribió"
    r"|在.{4,200}写道|.{4,120}<[^<>\s]+@[^<>\s]+>.{0,40})\s*[:：]\W*$",
    re.I,
)
_ORIGINAL = re.compile(
    r"\W*[-_]{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|原始邮件)\s*[-_]{2,}\W*$", re.I
)
_FORWARDED = re.compile(
    r"\W*[-_]*\s*(?:(?:begin )?forwarded message|weitergeleitete nachricht|message transféré)\b.{0,20}$", re.I
)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|转发)\s*[:：]", re.I)
_HEADER_NAMES = "from|sent|date|to|cc|subject|von|gesendet|datum|an|betreff|reply-to"
_HEADER_LINE = re.compile(rf"\W*(?:{_HEADER_NAMES})\W{{0,3}}:\s+\S", re.I)
_HEADER_NAME = re.compile(rf"\b({_HEADER_NAMES})\W{{0,3}}:\s", re.I)
_SIGNATURE = re.compile(r"--\s*$")
_QUOTE_ELEMENT = re.compile(
    r"(?:^|\s)(?:gmail_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote|divRplyFwdMsg)", re.I
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a message: a line of text or a block, and whether it is marked as quoted."""

    text: str
    is_quoted: bool
    block: RawBlock | None = None


def read_mail(data: bytes) -> RawDocument:
    """Return the message's own text: Subject is the title, From the author, Date the day of publication.

    What it repeats of earlier messages, and its signature, are furniture; what it forwards is not.
    Attachments are not read and named in the notes. Raises LoadError for a message without text.
    """
    message = _parse(data)
    if not any(name in message for name in _HEADERS):
        raise LoadError("It is no e-mail (it has no From, Subject or Date).")
    body = next((part for kind in ("text/plain", "text/html") for part in _bodies(message, kind)), None)
    if body is None:
        raise LoadError("It is a message without text.")
    text = _text_of(body)
    parts = _page_parts(text) if body.get_content_type() == "text/html" else _line_parts(text)
    subject = _field(message, "Subject")
    owned = _own_parts(parts, is_forward=bool(_FORWARD_SUBJECT.match(subject or "")))
    metadata = Metadata(title=subject, author=_author(message), published=_day(message))
    return RawDocument(tuple(_blocks_of(parts, owned)), metadata, _notes(message, body))


def read_saved_page(data: bytes) -> RawDocument:
    """Return the article of a page that a browser saved in one file; raise LoadError if it holds none."""
    message = _parse(data)
    page = next(_bodies(message, "text/html"), None)
    if page is None:
        raise LoadError("It holds no page.")
    raw = read_html(_text_of(page))
    address = _field(message, "Snapshot-Content-Location") or _field(page, "Content-Location") or ""
    if raw.metadata.url or not re.match(r"https?://", address):
        return raw
    return replace(raw, metadata=replace(raw.metadata, url=address))


def _parse(data: bytes) -> EmailMessage:
    message = message_from_bytes(data.lstrip(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # as this policy makes them
    return message


def _bodies(message: EmailMessage, kind: str) -> Iterator[EmailMessage]:
    """Yield the parts of a kind that are no attachments, those of attached messages left out."""
    todo = [message]
    while todo:
        part = todo.pop(0)
        if part.get_content_maintype() == "multipart":
            todo = [*part.get_payload(), *todo] if isinstance(part.get_payload(), list) else todo
        elif part.get_content_type() == kind and not _is_attachment(part):
            yield part


def _is_attachment(part: EmailMessage) -> bool:
    return str(part.get("Content-Disposition", "")).lower().startswith("attachment")


def _text_of(part: EmailMessage) -> str:
    try:
        content, charset = part.get_payload(decode=True), part.get_content_charset()
    except _WRONG as error:
        raise LoadError(f"Its text is damaged ({error}).") from error
    return decode(content if isinstance(content, bytes) else b"", charset)


# Own words and quoted ones --------------------------------------------------------------------


def _line_parts(text: str) -> list[_Part]:
    return [_Part(line, line.lstrip().startswith(">")) for line in text.split("\n")]


def _page_parts(text: str) -> list[_Part]:
    found = []
    for block in page_blocks(parse_page(text)):
        around = [block.element, *block.element.iterancestors()]
        is_quoted = any(
            _QUOTE_ELEMENT.search(f"{element.get('class', '')} {element.get('id', '')}")
            or (element.tag == "blockquote" and element.get("type") == "cite")
            for element in around
        )
        found.append(_Part(block.raw.text, is_quoted, block.raw))
    return found


def _own_parts(parts: Sequence[_Part], *, is_forward: bool) -> list[bool]:
    """Return for each part whether it is the message's own; if none would be, all are."""
    owned: list[bool] = []
    is_tail = is_head = holds_forward = False
    for position, part in enumerate(parts):
        following = next((after for after in parts[position + 1 : position + _NEAR] if after.text.strip()), None)
        wrapped = f"{part.text} {following.text}" if following and len(part.text) < 100 else part.text
        opens_head = not is_head and len(_head_names(parts[position : position + 5])) > 1
        if _FORWARDED.match(part.text):
            is_tail, is_head, holds_forward = False, True, True
        elif _ORIGINAL.match(part.text) or opens_head:
            is_head, is_tail = True, is_tail or not (is_forward or holds_forward)
            holds_forward = holds_forward or is_forward
        elif is_head and part.text.strip() and not _HEADER_LINE.match(part.text):
            is_head = False
        if not is_head and _opens_quote(part.text, wrapped):
            is_tail = is_tail or following is None or not following.is_quoted
            owned.append(False)
            continue
        owned.append(not is_tail and not is_head and (holds_forward or not part.is_quoted))
    has_text = any(own and any(map(str.isalnum, part.text)) for own, part in zip(owned, parts, strict=True))
    return owned if has_text else [True] * len(parts)


def _opens_quote(text: str, wrapped: str) -> bool:
    """Whether a line, with the next one if it is broken, says who wrote what follows, or begins a signature."""
    starts = re.match(r"\W*(?:on|am|le|el|在)\b", text, re.I)
    return bool(_ATTRIBUTION.match(text) or (starts and _ATTRIBUTION.match(wrapped)) or _SIGNATURE.match(text))


def _head_names(parts: Sequence[_Part]) -> set[str]:
    """Return the names of the header lines that parts begin with ('From:', 'Sent:')."""
    names: set[str] = set()
    for part in parts:
        if _HEADER_LINE.match(part.text):
            names.update(name.lower() for name in _HEADER_NAME.findall(part.text))
        elif part.text.strip():
            break
    return names


def _blocks_of(parts: Sequence[_Part], owned: Sequence[bool]) -> Iterator[RawBlock]:
    """Yield the blocks of the parts; lines of one kind are read together."""
    lines: list[str] = []
    kind = True
    for part, own in zip(parts, owned, strict=True):
        if part.block is not None:
            yield part.block if own else replace(part.block, kind=BlockKind.FURNITURE)
            continue
        if own != kind and part.text.strip():
            yield from _read_lines(lines, own=kind)
            lines, kind = [], own
        lines.append(part.text)
    yield from _read_lines(lines, own=kind)


def _read_lines(lines: Sequence[str], *, own: bool) -> Iterator[RawBlock]:
    text = "\n".join(re.sub(r"^(?:\s?>)+ ?", "", line) for line in lines)
    if own:
        yield from plain_blocks(text)
        return
    for paragraph in re.split(r"\n\s*\n", text):
        if folded := " ".join(paragraph.split()):
            yield RawBlock(BlockKind.FURNITURE, folded)


# What it says about itself --------------------------------------------------------------------


def _field(message: EmailMessage, name: str) -> str | None:
    try:
        return " ".join(visible(str(message.get(name, ""))).split())[:_MAX_FIELD] or None
    except _WRONG:
        return None


def _author(message: EmailMessage) -> str | None:
    name, address = parseaddr(_field(message, "From") or "")
    return name or address or None


def _day(message: EmailMessage) -> str | None:
    """Return the day on which the message was sent, as its sender's clock had it."""
    try:
        return parse_date(parsedate_to_datetime(_field(message, "Date") or "").date().isoformat())
    except _WRONG:
        return None


def _notes(message: EmailMessage, body: EmailMessage) -> tuple[str, ...]:
    names = []
    for part in message.walk():
        is_shown = part is body or part.get_content_maintype() in ("multipart", "image")
        if _is_attachment(part) or not is_shown:
            try:
                name = part.get_filename()
            except _WRONG:
                name = "one without a name"
            if name or _is_attachment(part):
                names.append(" ".join(visible(name or part.get_content_type()).split())[:80])
    return (f"Attachments are not read: {', '.join(names[:10])}.",) if names else ()
