"""Read what stands at the top of a text about the text itself: title, byline, date, address."""

import re
from collections.abc import Iterable
from dataclasses import asdict, replace

from index.dates import date_line, find_dates
from index.furniture import is_furniture_line, is_sentence
from index.models import BlockKind
from index.raw import RawBlock, RawDocument

FIELD = re.compile(
    r"^\W*(title|headline|publisher|source|authors?|byline|published|date|updated|url|link)\s*:\s+(\S.*)$", re.I
)
_BYLINE = re.compile(
    r"^(?P<before>.{0,40}?)\b(?P<verb>(?:edited|written|reported|posted|published|story|words|text)\s+)?by:?\s+(?P<who>\S.*)$",
    re.I,
)
_AUTHOR = re.compile(
    r"^(?:author:?\s+|(?:von|por|par|di)\s+(?=(?-i:[A-ZÀ-Ž]))|(?:作者|记者|文)\s*[:：/|]\s*)(?P<who>\S.*)$", re.I
)
_CHINESE_NAME = re.compile("[\u4e00-\u9fff·]{2,6}")
_FROM = re.compile(r"^(.+?)\s+(?:from|for)\s+(?:the\s+)?(.+)$", re.I)
_PLACE = re.compile(r"\s+(?:in|at)\s+\S.*$")
_ROLE = re.compile(
    r",?\s+(?:[\w-]+\s+){0,3}(?:correspondent|reporter|editor|writer|columnist|contributor|journalist|analyst|staff)\b.*$",
    re.I,
)
_PARTICLES = frozenset("and & de da di van von der den al bin la le el y".split())
_NO_NAMES = frozenset(
    """news business industry markets market report reports analysis opinion technology tech press release points point
    vehicles vehicle cars automotive auto world home china europe asia markets joint venture ventures daily weekly times
    key facts summary background introduction overview insights finance economy politics motors energy""".split()
)
_MASTHEAD = re.compile(
    r"^(?:the\s+)?(?:[\w.&'’-]+\s+){0,3}(?:news|daily|times|post|journal|herald|today|weekly|magazine|tribune|gazette|review"
    r"|insider|blog|business|markets|industry|opinion|technology|world|automotive|cars|autos|features?|press|online|\S+\.com)$",
    re.I,
)
_FIELD_NAMES = {"source": "publisher", "headline": "title", "byline": "author", "authors": "author"}
_PARTS = re.compile(r"\s*[|·•]\s*|\s+[–—-]{1,2}\s+|(?<=[^\s:])\s{2,}")
_HEAD_BLOCKS = 16
_MAX_TITLE_WORDS = 25
_MAX_TITLE_LENGTH = 200
_PROSE_WORDS = 8
_LABEL_WORDS = 6


def take_head(raw: RawDocument, *, is_plain: bool) -> RawDocument:
    """Read title, byline, date and 'Field: value' lines off the top; they stay in the text, as furniture.

    What `raw.metadata` says already is kept. In plain text (`is_plain`) any line may be the title,
    elsewhere only a heading.
    """
    found = {key: value for key, value in asdict(raw.metadata).items() if value and key != "based_on"}
    known = frozenset(found)
    kept = list(raw.blocks)
    title_at: int | None = None
    prose = 0
    loose: list[int] = []
    is_update = False
    for position, block in enumerate(raw.blocks[:_HEAD_BLOCKS]):
        if block.kind in (BlockKind.LIST, BlockKind.TABLE):
            if is_furniture_line(block.text):
                continue
            break
        fields = read_line(block.text)
        if fields is not None and not (prose and _is_month(fields)):
            kept[position] = replace(block, kind=BlockKind.FURNITURE)
            if is_update and "published" in fields and "published" not in known:
                found.pop("published", None)  # the day of publication goes before that of an update
            is_update = "published" not in found and block.text.lower().startswith(("updated", "last"))
            for key, value in fields.items():
                found.setdefault(key, value)
        elif is_furniture_line(block.text):
            kept[position] = replace(block, kind=BlockKind.FURNITURE)
        elif _is_prose(block.text):
            prose += 1
            for line in loose if is_plain and prose == 1 else ():
                kept[line] = replace(raw.blocks[line], kind=BlockKind.HEADING, level=2)
            if prose > 1 or "title" not in found:
                break
        elif prose:
            continue
        elif _may_be_title(block, is_plain) and ("title" not in found or _is_masthead(found, title_at, raw, position)):
            if title_at is not None:
                kept[title_at] = replace(raw.blocks[title_at], kind=BlockKind.FURNITURE)
            found["title"], title_at = block.text, position
            kept[position] = replace(block, kind=BlockKind.HEADING, level=1)
        elif _is_name_beside_date(position, raw.blocks):
            found.setdefault("author", block.text)
            kept[position] = replace(block, kind=BlockKind.FURNITURE)
        elif title_at is not None and _is_loose(block.text):
            loose.append(position)
    return replace(raw, blocks=tuple(kept), metadata=replace(raw.metadata, **found))


def take_day(raw: RawDocument, days: Iterable[str]) -> RawDocument:
    """Take for the day of publication the first of `days` that the text names too, if it is not known.

    These are days on which the file was made, which may be long after, or those of a template.
    """
    said = {day for block in raw.blocks for day in find_dates(block.text)} if raw.metadata.published is None else set()
    day = next((day for day in days if day in said), None)
    return replace(raw, metadata=replace(raw.metadata, published=day)) if day else raw


def read_line(line: str) -> dict[str, str] | None:
    """Return what a line says about the text ('By Ines Calder | 3 May 2023'), or None if it says something else."""
    if re.fullmatch(r"https?://\S+", line):
        return {"url": line}
    found: dict[str, str] = {}
    is_head = False
    for part in filter(None, _PARTS.split(line)):
        if match := FIELD.match(part):
            found, is_head = _field(match[1].lower(), match[2]) | found, True
        elif published := date_line(part):
            found.setdefault("published", published)
        elif (byline := _byline(part)) is not None:
            found = byline | found
        elif len(part.split()) > _LABEL_WORDS and not is_furniture_line(part):
            return None
    return found if found or is_head else None


def _field(key: str, value: str) -> dict[str, str]:
    if key in ("published", "date", "updated"):
        published = date_line(value)
        return {"published": published} if published else {}
    if key in ("url", "link", "source") and re.match(r"https?://\S+$", value):
        return {"url": value}
    if key in ("url", "link"):
        return {}
    if key == "source" and (byline := _byline(value)) is not None:
        return byline
    return {_FIELD_NAMES.get(key, key): value}


def _byline(part: str) -> dict[str, str] | None:
    """Return author, publisher and date of 'Posted on 3 May 2023 by Ines Calder for Motor Daily', or None."""
    match = _AUTHOR.match(part) or _BYLINE.match(part)
    if match is None or len(part.split()) > 16:
        return None
    before = match.groupdict().get("before") or ""
    published = date_line(before.strip(" ,-–"))
    if before.strip() and not published:
        return None
    who, later = _without_date(match["who"])
    published = published or later
    found = {"published": published} if published else {}
    publisher = _FROM.match(who)
    who = _PLACE.sub("", _ROLE.sub("", publisher[1] if publisher else who)).strip(" ,")
    if not _is_name(who):
        return found or None
    key = "publisher" if (match.groupdict().get("verb") or "").lower().startswith("published") else "author"
    return found | {key: who} | ({"publisher": publisher[2]} if publisher and _is_name(publisher[2]) else {})


def _without_date(text: str) -> tuple[str, str | None]:
    for gap in re.finditer(r",?\s+(?:on\s+)?", text):
        if published := date_line(text[gap.end() :]):
            return text[: gap.start()], published
    return text, None


def _is_name(text: str) -> bool:
    words = text.replace(",", " ").split()
    return 0 < len(words) <= 10 and all(
        word[0].isupper() or word.lower() in _PARTICLES or _CHINESE_NAME.fullmatch(word) for word in words
    )


def _is_name_beside_date(position: int, blocks: tuple[RawBlock, ...]) -> bool:
    """Whether a line holds nothing but a person's name, and the next or the last one a date."""
    words = blocks[position].text.split()
    if not 2 <= len(words) <= 5 or not _is_name(blocks[position].text) or any(char.isdigit() for char in words[0]):
        return False
    if any(word.lower().strip(",") in _NO_NAMES for word in words):
        return False
    beside = [*blocks[max(0, position - 1) : position], *blocks[position + 1 : position + 2]]
    return any("published" in (read_line(near.text) or {}) for near in beside)


def _is_loose(text: str) -> bool:
    """Whether a line above the body is no statement: a subtitle, a section's name, a picture's description."""
    return len(text.split()) <= _MAX_TITLE_WORDS and not is_sentence(text) and not text.endswith((":", "："))


def _is_month(fields: dict[str, str]) -> bool:
    """Whether a line holds no more than a month, which below the first paragraph heads a chronicle."""
    return fields.keys() == {"published"} and len(fields["published"]) < len("2026-02-02")


def _is_prose(text: str) -> bool:
    """Whether the body has begun; a question or exclamation may still be the title."""
    words = len(text.split())
    return words > _MAX_TITLE_WORDS or (words >= _PROSE_WORDS and is_sentence(text) and text[-1] not in "?!")


def _may_be_title(block: RawBlock, is_plain: bool) -> bool:
    text = block.text
    if not is_plain:
        return block.kind is BlockKind.HEADING
    ends = text.rstrip("\"'”’)")[-1:]
    return len(text.split()) <= _MAX_TITLE_WORDS and len(text) <= _MAX_TITLE_LENGTH and ends not in ".:;,。；："


def _is_masthead(found: dict[str, str], title_at: int | None, raw: RawDocument, position: int) -> bool:
    """Whether the line taken for the title is the paper's or section's name, and this one the title."""
    if title_at is None or len(raw.blocks[position].text.split()) < 4:
        return False
    words = found["title"].split()
    is_label = len(words) == 1 or (len(words) <= 3 and found["title"].isupper())
    return is_label or (len(words) <= 4 and bool(_MASTHEAD.match(found["title"])))
