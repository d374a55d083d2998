"""Read PDF files: what their pages show, in reading order, page by page."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from index.encoding import visible
from index.errors import LoadError
from index.head import take_day, take_head
from index.models import BlockKind, Metadata
from index.pdf.blocks import Furniture, Placed, PlacedTable, blocks_of, style_of
from index.pdf.layout import Gutter, Line, columns, find_gutter, lines_of, page_furniture, pieces_of
from index.pdf.page import Run, read_page
from index.pdf.tables import Table, tables_of
from index.raw import RawBlock, RawDocument

MAX_PAGES = 2_000
_MAX_FIELD = 300
_NO_TITLE = re.compile(
    r"\s*|untitled.*|(?:microsoft )?(?:word|powerpoint|excel)\b.*|(?:new )?document\d*|about:blank|(?:https?|file):\S+"
    r"|.*\.(?:docx?|pdf|html?|odt|rtf|indd|tex|pptx?|xlsx?|txt)",
    re.I,
)
_NO_AUTHOR = re.compile(
    r"\s*|(?:admin(?:istrator)?|user\d*|owner|root|unknown|anonymous|author|default|test|pc|windows)", re.I
)
_SITE = re.compile(r"\s+[|–—-]\s+[^|]{2,40}$")


def read_pdf(data: bytes) -> RawDocument:
    """Return the text of a PDF that its reader sees, as blocks with their pages.

    Raises LoadError for one with a password, without pages or without any text.
    """
    with _quiet():
        reader = _open(data)
        hidden = _hidden_layers(reader)
        shown = [read_page(page, hidden) for page in reader.pages]
        fields = _fields(reader)
    pages = [pieces_of(runs) for runs, _ in shown]
    if not any(any(map(str.isalnum, piece.text)) for pieces in pages for piece in pieces):
        raise LoadError(_no_text(len(pages), hides=any(hides for _, hides in shown)))
    items = list(_items(pages))
    blocks = blocks_of(items, style_of([item for item in items if isinstance(item, Placed)]))
    empty = [str(number) for number, pieces in enumerate(pages, start=1) if not pieces]
    notes = (f"No text is on page {', '.join(empty[:10])}{'…' if len(empty) > 10 else ''}.",) if empty else ()
    raw = RawDocument(tuple(blocks), _metadata(fields, blocks), notes)
    return take_day(take_head(raw, is_plain=False), _days(fields))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf from telling about every flaw of a file; what stops it comes as an error."""
    log = logging.getLogger("pypdf")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _open(data: bytes) -> Any:
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise LoadError("It is protected with a password; save it without one.")
        count = len(reader.pages)
    except (PyPdfError, DependencyError, NotImplementedError) as error:
        raise LoadError(f"It is a damaged PDF ({error}).") from error
    if count == 0:
        raise LoadError("It is a PDF without pages.")
    if count > MAX_PAGES:
        raise LoadError(f"Its {count:,} pages are over the limit of {MAX_PAGES:,}; split the file.")
    return reader


def _no_text(count: int, *, hides: bool) -> str:
    pages = f"its {count} pages" if count > 1 else "its page"
    if hides:
        return (
            f"There is no text that a reader sees on {pages} (a scan with a hidden text layer?); "
            "text that is not seen is not read."
        )
    return f"There is no text on {pages}, only pictures (a scan?); run text recognition and save the text."


def _hidden_layers(reader: Any) -> frozenset[int]:
    """Return the object numbers of the layers that are switched off when the file is opened."""
    catalog = reader.trailer["/Root"]
    layers = catalog.get("/OCProperties")
    if layers is None:
        return frozenset()
    default = layers.get("/D", {})
    off = {member.idnum for member in default.get("/OFF", ()) if hasattr(member, "idnum")}
    if default.get("/BaseState") == "/OFF":
        every = {member.idnum for member in layers.get("/OCGs", ()) if hasattr(member, "idnum")}
        off |= every - {member.idnum for member in default.get("/ON", ()) if hasattr(member, "idnum")}
    return frozenset(off)


def _items(pages: Sequence[Sequence[Run]]) -> Iterator[Placed | PlacedTable | Furniture]:
    """Yield the lines, tables and furniture of all pages in reading order."""
    region_number = 0
    gutter: Gutter | None = None
    table: Table | None = None
    for number, (pieces, marked) in enumerate(zip(pages, page_furniture(pages), strict=True), start=1):
        own = [piece for position, piece in enumerate(pieces) if position not in marked]
        middle = max((piece.y for piece in own), default=0.0)
        extra = lines_of([pieces[position] for position in marked])
        yield from (Furniture(line.text, number) for line in extra if line.y > middle)
        gutter = find_gutter(own, gutter)
        for region in columns(own, gutter):
            region_number += 1
            left, right = min(line.x0 for line in region), max(line.x1 for line in region)
            for item in tables_of(region, table):
                table = item if isinstance(item, Table) else None
                if isinstance(item, Line):
                    yield Placed(item, number, region_number, left, right)
                else:
                    yield PlacedTable(item, number)
        yield from (Furniture(line.text, number) for line in extra if line.y <= middle)


def _fields(reader: Any) -> dict[str, str]:
    """Return what the file's properties say; the ones that make no sense are left out."""
    found: dict[str, str] = {}
    try:
        for name, value in (reader.metadata or {}).items():
            text = " ".join(visible(str(value)).split())[:_MAX_FIELD]
            if text:
                found[str(name)] = text
    except Exception:  # properties come in every shape; the text is still there
        logging.getLogger(__name__).debug("The properties of a PDF could not be read.", exc_info=True)
    return found


def _metadata(fields: dict[str, str], blocks: Sequence[RawBlock]) -> Metadata:
    title, author = fields.get("/Title", ""), fields.get("/Author", "")
    headings = [block.text for block in blocks[:12] if block.kind is BlockKind.HEADING]
    if _SITE.sub("", title) in headings:
        title = _SITE.sub("", title)
    return Metadata(
        title=None if _NO_TITLE.fullmatch(title) else title,
        author=None if _NO_AUTHOR.fullmatch(author) else author,
    )


def _days(fields: dict[str, str]) -> list[str]:
    """Return the days on which the file was made and changed."""
    found = (re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", fields.get(name, "")) for name in ("/CreationDate", "/ModDate"))
    return ["-".join(match.groups()) for match in found if match]
