"""Read what a chat model writes: sentences with their citation marks, as plain text, while it comes in."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MARKS = re.compile(r"\s*\[\s*(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\s*\]")
_MARKS_AFTER_STOP = re.compile(r"([.!?][\"”’)]*)((?:\s*\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\])+)(?=\s|$)")
_NEXT_SENTENCE = re.compile(r"\s*[^\s\[\].,;\d-][^\s]")
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_MARKUP = re.compile(r"[<>`|{}\\~*_]|^\s*#|\]\s*\(|!\[|\[|\]|@\w|&#?\w+;|\$\$")
_LINK = re.compile(r"\w+:/|\bwww\.|\b(?:mailto|javascript|data|tel):|\b[\w-]+\.[a-z]{2,}\b", re.I)
_DOTTED = re.compile(r"\b(?:U\.S(?:\.A)?|U\.K|E\.U|No|Mr|Mrs|Ms|Dr|St|Inc|Ltd|Co|Corp|vs|approx|ca)\.", re.I)
_TYPOGRAPHY = frozenset("‘’“”«»–—…•€£¥₩₹°±×·−‑")


@dataclass(frozen=True, slots=True)
class Generated:
    """A sentence that a chat model wrote, without its marks, and the numbers of the passages it cites."""

    text: str
    cited: tuple[int, ...]


def sentences_in(pieces: Iterable[str]) -> Iterator[Generated]:
    """Yield each sentence of a text that comes in `pieces` as soon as it is known to be whole."""
    pending = ""
    for piece in pieces:
        pending += piece
        *lines, pending = pending.split("\n")
        for line in lines:
            yield from map(_read, _split(line))
        *whole, last = _split(pending) or [""]
        if whole and _NEXT_SENTENCE.match(last):  # marks of the sentence before may still be coming
            yield from map(_read, whole)
            pending = last
    yield from map(_read, _split(pending))


def why_not_plain(text: str) -> str | None:
    """Return what keeps `text` from being shown as plain text, or None: markup, a link, a character that hides."""
    for char in text:
        category = unicodedata.category(char)
        if category[0] == "C" or category in ("Zl", "Zp") or (category[0] == "N" and not char.isascii()):
            return f"it holds the character U+{ord(char):04X}, which readers cannot see or could misread"
        if category in ("So", "Sm", "Sk", "Mn", "Me") and not char.isascii() and char not in _TYPOGRAPHY:
            return f"it holds the character U+{ord(char):04X}, which is no letter"
    if _MARKUP.search(text):
        return "it holds markup; write plain text"
    if _LINK.search(_DOTTED.sub(" ", text)):
        return "it holds a link or an address; write none"
    return None


def _split(text: str) -> list[str]:
    """Return the sentences of a line without its bullet; marks behind a full stop belong to the sentence before."""
    from sentencex import segment

    joined = _MARKS_AFTER_STOP.sub(lambda match: f"{match[2]}{match[1]}", _BULLET.sub("", text))
    return [piece for piece in segment("en", joined) if piece.strip()]


def _read(sentence: str) -> Generated:
    """Take the marks and the emphasis off a sentence."""
    cited = [int(number) for marks in _MARKS.findall(sentence) for number in re.findall(r"\d+", marks)]
    text = _EMPHASIS.sub(r"\2", _MARKS.sub("", sentence))
    return Generated(" ".join(re.sub(r"\s+([.,;!?])", r"\1", text).split(" ")).strip(), tuple(dict.fromkeys(cited)))
