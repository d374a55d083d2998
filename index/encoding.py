"""Bytes of any encoding to text, without the characters that nobody sees."""

import re

from index.errors import LoadError

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u200c\u200d](?![\u0600-\u0dff])"  # joiners mean something in Arabic and Indian scripts only
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x85\u2028]")
_DECLARED = re.compile(rb"""(?:<meta[^>]{0,100}charset|<\?xml[^>]{0,100}encoding)\s*=\s*["']?([\w.:-]+)""", re.I)
_UNLIKELY = re.compile("[À-ÿ]{3}|[A-Za-zÀ-ÿ][¡-¬®-¿×÷][A-Za-zÀ-ÿ]|\ufffd")  # in Western words
_LATIN = frozenset({"iso-8859-1", "latin-1", "us-ascii", "ascii"})  # people who declare these write Windows-1252
_SAMPLE = 4_096


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of `data` in whatever encoding it is, line breaks as line feeds.

    `declared` is the encoding that something besides the text names. Raises LoadError if it is no text.
    """
    text = _decode_bytes(data, declared)
    if text.count("\0") > len(text) // 100:
        raise LoadError("This is not a text file (it holds NUL bytes).")
    return visible(_LINE_BREAK.sub("\n", text.replace("\u2029", "\n\n")))


def visible(text: str) -> str:
    """Return `text` without characters that nobody sees: zero-width, direction and tag characters, controls."""
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


def _decode_bytes(data: bytes, declared: str | None) -> str:
    """Try Unicode first, then what is declared, then Windows-1252 if that gives likely words, then guess."""
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
    inside = _DECLARED.search(data[:2_000])
    candidates = [name.lower() for name in (declared, inside and inside[1].decode("ascii")) if name]
    if not _UNLIKELY.search(data.decode("cp1252", "replace")):
        candidates.append("cp1252")
    for candidate in candidates:
        try:
            return data.decode("cp1252" if candidate in _LATIN else candidate)
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
