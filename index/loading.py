"""Read files into raw blocks and metadata: the `load` step, one function per format.

Nothing is judged here (that is `cleaning`): a loader says what the file says, in order.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.csv_table import read_csv
from index.docx import read_docx
from index.encoding import decode, visible
from index.errors import LoadError, UnknownFormat
from index.formats import recognise
from index.html import read_html
from index.mail import read_mail, read_saved_page
from index.markdown import NotIndexed as NotIndexed
from index.markdown import read_markdown
from index.models import PageStart
from index.plain_text import read_plain_text
from index.raw import RawBlock, RawDocument
from index.xlsx import read_xlsx

LOADING_VERSION = 3  # raise it when the same bytes are to be read anew
MAX_FILE_BYTES = 50_000_000
_log = logging.getLogger(__name__)

_Read = Callable[[bytes], RawDocument]


def is_known_format(path: Path) -> bool:
    """Return whether a loader exists for files named like `path`."""
    return path.suffix.lower() in _LOADERS


def load(path: Path, data: bytes) -> RawDocument:
    """Return what the file at `path`, whose bytes are `data`, says.

    The ending of its name tells whether it is read, its bytes tell as what; if they disagree, a note
    says so. Raises UnknownFormat for another kind of file, LoadError for one that cannot be read,
    NotIndexed for one that asks to be left out.
    """
    ending = path.suffix.lower()
    if ending not in _LOADERS:
        advice = _ADVICE.get(ending, "")
        raise UnknownFormat(f"'{ending or 'no ending'}' is not a format that is read{advice}; {READABLE}.")
    content = recognise(data)
    if content is None and ending in _MARKED:
        raise LoadError(f"It is no {_MARKED[ending]}, whatever its name says; {READABLE}.")
    if content is None or content.ending == _SAME.get(ending, ending):
        return _read(ending, data)
    if content.ending is None:
        raise LoadError(f"It is {content.name}, whatever its name says; {READABLE}.")
    raw = _read(content.ending, data)
    note = f"Its name ends in '{ending}', but it is {content.name} and was read as one."
    return replace(raw, notes=(note, *raw.notes))


def _read(ending: str, data: bytes) -> RawDocument:
    """Read `data` as files with this ending are; whatever a parser trips over becomes a LoadError."""
    try:
        raw = _without_invisible(_LOADERS[ending](data))
    except (LoadError, NotIndexed, MemoryError):
        raise
    except Exception as error:
        _log.debug("a %s file could not be parsed", ending, exc_info=True)
        raise LoadError(f"It is damaged, or not what its name says ({type(error).__name__}: {error}).") from error
    if not any(block.text.strip() for block in raw.blocks):
        raise LoadError("There is no readable text in it.")
    return raw


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes; raise LoadError if it is missing, unreadable or too large."""
    try:
        size = path.stat().st_size
        if not path.is_file():  # reading a pipe would wait for ever
            raise LoadError("It is not a file.")
        if size > MAX_FILE_BYTES:
            raise LoadError(f"Its {size:,} bytes is over the limit of {MAX_FILE_BYTES:,}; split the file.")
        return path.read_bytes()
    except OSError as error:
        raise LoadError(f"It cannot be read ({error.strerror or error}).") from error


def input_sha256(data: bytes) -> str:
    """Return the hex SHA-256 of a file's bytes and of this loader's version."""
    return hashlib.sha256(b"loading-v%d\0" % LOADING_VERSION + data).hexdigest()


def _without_invisible(raw: RawDocument) -> RawDocument:
    """Take characters that nobody sees out of texts that entities and escapes may have put them into."""
    blocks = tuple(_visible_block(block) for block in raw.blocks)
    said = raw.metadata
    metadata = replace(
        said,
        title=visible(said.title or "") or None,
        publisher=visible(said.publisher or "") or None,
        author=visible(said.author or "") or None,
    )
    return replace(raw, blocks=tuple(block for block in blocks if block.text.strip()), metadata=metadata)


def _visible_block(block: RawBlock) -> RawBlock:
    text = visible(block.text)
    if text == block.text:
        return block
    pages = tuple(PageStart(len(visible(block.text[: mark.start])), mark.page) for mark in block.pages)
    return replace(block, text=text, pages=pages)


def _of_text(read: Callable[[str], RawDocument]) -> _Read:
    return lambda data: read(decode(data))


def _read_pdf(data: bytes) -> RawDocument:
    """Import pypdf only when a PDF is read."""
    from index.pdf.reading import read_pdf

    return read_pdf(data)


_LOADERS: dict[str, _Read] = {
    ".csv": _of_text(read_csv),
    ".docx": read_docx,
    ".eml": read_mail,
    ".htm": _of_text(read_html),
    ".html": _of_text(read_html),
    ".markdown": _of_text(read_markdown),
    ".md": _of_text(read_markdown),
    ".mht": read_saved_page,
    ".mhtml": read_saved_page,
    ".pdf": _read_pdf,
    ".tsv": _of_text(read_csv),
    ".txt": _of_text(read_plain_text),
    ".xlsx": read_xlsx,
}
READABLE = f"readable are {', '.join(_LOADERS)}"
_MARKED = {".docx": "Word document", ".pdf": "PDF", ".xlsx": "Excel workbook"}  # known by their first bytes
_SAME = {".htm": ".html"}
_ADVICE = {
    **dict.fromkeys((".doc", ".odt", ".rtf", ".pages", ".wpd"), " (save it as .docx)"),
    **dict.fromkeys((".xls", ".xlsb", ".ods", ".numbers"), " (save it as .xlsx)"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key", ".epub", ".ps"), " (save it as .pdf)"),
    **dict.fromkeys((".msg",), " (save it as .eml)"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".heic"), " (a picture)"),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".tar", ".tgz"), " (unpack it first)"),
}
