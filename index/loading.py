"""Read files into raw blocks and metadata: the `load` step, one function per format.

Nothing is judged here (that is `cleaning`): a loader says what the file says, in order.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from index.errors import LoadError, UnknownFormat
from index.html import read_html
from index.markdown import NotIndexed as NotIndexed
from index.markdown import read_markdown
from index.plain_text import read_plain_text
from index.raw import RawDocument

LOADING_VERSION = 1  # raise it when the same bytes are to be read anew
MAX_FILE_BYTES = 50_000_000
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028]")
_DECLARED = re.compile(rb"""(?:<meta[^>]{0,100}charset|<\?xml[^>]{0,100}encoding)\s*=\s*["']?([\w.:-]+)""", re.I)
_UNLIKELY = re.compile("[À-ÿ]{3}|[A-Za-zÀ-ÿ][¡-¬®-¿×÷][A-Za-zÀ-ÿ]|\ufffd")  # in Western words
_SAMPLE = 4_096


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


def _decode(data: bytes) -> str:
    """Return the text of `data` in whatever encoding it is, without characters nobody sees."""
    text = _decode_bytes(data)
    if text.count("\0") > len(text) // 100:
        raise LoadError("This is not a text file (it holds NUL bytes).")
    text = _LINE_BREAK.sub("\n", text.replace("\u2029", "\n\n"))
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


def _decode_bytes(data: bytes) -> str:
    """Try Unicode first, then what the file declares, then Windows-1252 if that gives likely words, then guess."""
    if encoding := _unicode_of(data):
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    damaged = data.decode("utf-8", "replace")
    lost = damaged.count("\ufffd")
    if sum(character > "\x7f" for character in damaged) > 5 * lost:
        return damaged  # UTF-8 with a few broken bytes
    candidates = [match[1].decode("ascii") for match in [_DECLARED.search(data[:2_000])] if match]
    if not _UNLIKELY.search(data.decode("cp1252", "replace")):
        candidates.append("cp1252")
    for candidate in candidates:
        try:
            return data.decode("cp1252" if candidate.lower() in ("iso-8859-1", "latin-1", "ascii") else candidate)
        except (UnicodeDecodeError, LookupError):
            continue
    from charset_normalizer import from_bytes

    guess = None if b"\0" in data else from_bytes(data).best()
    if guess is None:
        raise LoadError("This is not text in any encoding that can be recognised.")
    return str(guess)


def _unicode_of(data: bytes) -> str | None:
    """Return 'utf-16' for such data, with or without its mark, else None."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    sample = data[: _SAMPLE & ~1]
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    if len(sample) < 4 or max(zeros) < 0.6 * (len(sample) // 2) or min(zeros) > 0.1 * max(zeros):
        return None
    return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"


_LOADERS: dict[str, Callable[[str], RawDocument]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain_text,
    ".html": read_html,
    ".htm": read_html,
}
READABLE = f"readable are {', '.join(sorted(_LOADERS))}"
