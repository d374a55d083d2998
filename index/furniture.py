"""The words by which furniture is known: what pages say around their articles.

Three kinds are told apart, because they need different proof. A *line* is furniture only if it
is short and no sentence ("Share on X"). A *label* is furniture whatever follows it ("Photo: ...").
A *notice* is written in whole sentences, so only wording that articles do not use counts. The
wording itself is in `furniture.txt`.
"""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path

_WORDING = Path(__file__).with_name("furniture.txt")
_FRAMES = {  # what must stand before and after a pattern of each section
    "line": (r"^[\W_]*(", r")[\W_]*$"),
    "image_name": (r"^[\W_]*(", r")[\W_]*$"),
    "soft_label": (r"^\W*(", r")\s*[:：]\s*\S"),
    "label": (r"^\W*(", ")"),
    "notice": (r"^[^\w\"“'‘«]*(", ")"),
    "caption": ("(", r")\W*$"),
    "anywhere": ("(", ")"),
    "links_section": (r"^\W*(", r")\W*$"),
    "offer_section": (r"^\W*(", r")\W*$"),
    "notice_section": (r"^\W*(", r")\W*$"),
    "end_section": (r"^\W*(", r")\W*$"),
}
_OWN = {  # patterns made of the same words
    "credit": r"^\W*({picture}|credits?)\s*(source|credit|courtesy|by)?s?\s*[:：©]",
    "credited": r"[(/|]\s?{agency}(\s?/\s?.{1,40})?\)?\W*$",
    "sign_off": r"^\W*(additional )?(reporting|writing|editing)( and \w+)? by {name}",
    "comment_mark": r"^\W*(reply|report|like|upvote)\W*$|\b(says|ago)\W*$|^\W*leave a |\bto (comment|reply)\b",
}
_LINE_WORDS = 14
_LABEL_WORDS = 40
_NOTICE_WORDS = 150
_CAPTION_WORDS = 60
_HEADING_WORDS = 9
_MAX_LENGTH = 3_000  # no line or notice is longer; a search takes time by the square of the length

_QUOTED = re.compile(r'["“][^"“”]*["”]')
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_CONTACT = re.compile(
    r"\b(?:contact|e-?mail|service|inquir|enquir|reach|tips?|tel|phone|press|media\srelations|reprints?)", re.I
)
_EDIT_MARK = re.compile(r"\s*\[edit(?: source)?\]\s*$", re.I)
_NOTE_MARKS = re.compile(r"(?:\[[\w ]{1,6}\]|[¹²³⁴⁵⁶⁷⁸⁹⁰†‡])+$")
_IN_BRACKETS = re.compile(r"\s[(（\[][^()（）\[\]]{1,60}[)）\]]$")
_SENTENCE_ENDS = tuple(".!?。！？")
_CLOSING = "\"'”’)»]*_ "
_ABBREVIATED = re.compile(r"\b(?:inc|ltd|co|corp|llc|plc|jr|sr|no|etc|s\.?a|n\.?v)\.$|\.\.\.$|…$", re.I)


class Section(StrEnum):
    """What a line announces: links to elsewhere, an offer to readers, a notice, readers' comments."""

    LINKS = "links_section"
    OFFER = "offer_section"
    NOTICE = "notice_section"
    END = "end_section"


def is_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence does; '…', ':' and 'Inc.' do not end one."""
    text = _NOTE_MARKS.sub("", text.rstrip())
    return any(
        stripped[-1:] in _SENTENCE_ENDS and not _ABBREVIATED.search(stripped)
        for stripped in (text.rstrip(_CLOSING), _IN_BRACKETS.sub("", text).rstrip(_CLOSING))
    )


def is_furniture_line(text: str) -> bool:
    """Whether a short line is furniture by its own words: buttons, image names, bylines, link labels."""
    words = len(text.split())
    if not any(character.isalnum() for character in text):
        return True
    if words <= _LINE_WORDS and not is_sentence(text) and (_says("line", text) or _says("soft_label", text)):
        return True
    return words <= _LABEL_WORDS and _says("label", text)


def is_image_name(text: str) -> bool:
    """Whether a line is the name of an image file, or stands where an image was ('7d4f.jpg', '[Image]')."""
    return len(text.split()) <= _LINE_WORDS and _says("image_name", text)


def is_credit(text: str) -> bool:
    """Whether a line says where an image comes from ('Image Source: Northvale')."""
    return len(text.split()) <= _LINE_WORDS and _says("credit", text)


def is_notice(text: str, place: float) -> bool:
    """Whether a paragraph, whole sentences or not, speaks about the page; `place` is where it stands, 0 to 1."""
    words = len(text.split())
    if words <= _CAPTION_WORDS and (_says("caption", text) or (not is_sentence(text) and _says("credited", text))):
        return True
    if words <= _NOTICE_WORDS and (_says("notice", text) or _says("anywhere", _QUOTED.sub("", text))):
        return True
    emails = len(_EMAIL.findall(text))
    return emails > 1 or (emails == 1 and place > 0.5 and bool(_CONTACT.search(_EMAIL.sub("", text))))


def section_of(text: str) -> Section | None:
    """Return what kind of furniture a heading or short line announces, or None."""
    text = _EDIT_MARK.sub("", text)
    words = len(text.split())
    if words <= _LINE_WORDS and _says(Section.END, text):
        return Section.END
    if words > _HEADING_WORDS or is_sentence(text):
        return None
    return next((kind for kind in (Section.OFFER, Section.NOTICE, Section.LINKS) if _says(kind, text)), None)


def is_sign_off(text: str) -> bool:
    """Whether a line closes an article by saying who reported and edited it."""
    return _says("sign_off", text)


def is_comment_mark(text: str) -> bool:
    """Whether a line belongs to a thread of readers' comments ('Reply', '2 days ago')."""
    return _says("comment_mark", text)


def _says(section: str, text: str) -> bool:
    return len(text) <= _MAX_LENGTH and bool(_patterns()[section].search(text))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return one compiled expression a section of the wording."""
    sections: dict[str, list[str]] = {}
    for line in _WORDING.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            sections[heading[1]] = []
        elif line and not line.startswith("#"):
            sections[list(sections)[-1]].append(line)
    words: dict[str, str] = {}
    for name, lines in sections.items():  # a section may use those above it
        words[name] = f"({_expanded('|'.join(lines), words)})"
    framed = {name: f"{before}{words[name]}{after}" for name, (before, after) in _FRAMES.items()}
    own = {name: _expanded(pattern, words) for name, pattern in _OWN.items()}
    return {name: re.compile(pattern, re.I) for name, pattern in (framed | own).items()}


def _expanded(pattern: str, words: dict[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda match: words[match[1]], pattern.replace(" ", r"(?:\s+)"))
