"""Read Word documents: mammoth turns them into HTML, whose blocks are read like those of a page."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from index.archive import pack, parse_part, unpack
from index.encoding import visible
from index.errors import LoadError
from index.head import take_day, take_head
from index.markup import page_blocks
from index.models import Metadata
from index.raw import RawDocument

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_STYLES = "word/styles.xml"
_STYLE_MAP = """
p[style-name='Title'] => h1:fresh
p[style-name='title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_NO_TITLE = re.compile(r"\s*|untitled.*|(?:new )?document\d*|.*\.(?:docx?|html?|odt|rtf)|word document", re.I)
_MIN_HALF_POINTS = 4
_MIN_CONTRAST = 0.1
_OFF = ("0", "false", "off", "none")


def read_docx(data: bytes) -> RawDocument:
    """Return the document's text as blocks and what its properties say.

    Hidden, deleted, white-on-white and tiny text is left out. Raises LoadError for a damaged file.
    """
    parts = unpack(data)
    if "word/document.xml" not in parts:
        raise LoadError("It holds no text of a Word document.")
    if _STRICT in parts["word/document.xml"][:5_000]:
        parts = {name: _as_transitional(name, content) for name, content in parts.items()}
    shown = _Shown.of(parts)
    for name in _TEXTS:
        if name in parts:
            parts[name] = _without_hidden(parts[name], shown)
    blocks = tuple(block.raw for block in page_blocks(_as_html(pack(parts), shown.headings())))
    raw = take_head(RawDocument(blocks, _metadata(parts)), is_plain=False)
    say = _properties(parts)
    return take_day(raw, [text[:10] for name in ("created", "modified") if (text := say(name))])


def _as_html(data: bytes, headings: dict[str, int]) -> Any:
    """Return the document as a tree of HTML; `headings` are the levels of styles that are headings."""
    import mammoth
    from lxml import html

    no_image = mammoth.images.img_element(lambda _: {})
    styles = "\n".join([_STYLE_MAP, *(f"p.{style} => h{level}:fresh" for style, level in headings.items())])
    page = mammoth.convert_to_html(BytesIO(data), style_map=styles, convert_image=no_image).value
    tree = html.document_fromstring(f"<html><body>{page}</body></html>")
    for note in tree.xpath("//sup[a[starts-with(@id, 'footnote-ref') or starts-with(@id, 'endnote-ref')]]"):
        note.drop_tree()
    for link in tree.xpath("//a[starts-with(@href, '#footnote-ref') or starts-with(@href, '#endnote-ref')]"):
        link.drop_tree()
    return tree


def _as_transitional(name: str, content: bytes) -> bytes:
    """Return a part of a 'strict' document under the names that every reader knows."""
    if not name.endswith((".xml", ".rels")):
        return content
    content = content.replace(_STRICT, _W[1:-1].encode())
    return content.replace(
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )


# What is not shown ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """What decides whether letters are seen: the styles and the page's colour."""

    styles: dict[str, Any]
    default: Any
    page: str

    @classmethod
    def of(cls, parts: dict[str, bytes]) -> "_Shown":
        sheet = parse_part(parts[_STYLES]) if _STYLES in parts else None
        styles = {} if sheet is None else {style.get(f"{_W}styleId"): style for style in sheet.iter(f"{_W}style")}
        default = None if sheet is None else sheet.find(f"{_W}docDefaults/{_W}rPrDefault")
        background = parse_part(parts["word/document.xml"]).find(f"{_W}background")
        page = "FFFFFF" if background is None else background.get(f"{_W}color", "FFFFFF")
        return cls(styles, default, page)

    def is_seen(self, run: Any) -> bool:
        """Whether a reader sees the letters of a run."""
        if any(self._is_on(run, name) for name in ("vanish", "specVanish", "webHidden")):
            return False
        for name, smallest in (("sz", _MIN_HALF_POINTS), ("w", 8)):
            value = self._value(run, name, "val")
            if value and value.isdigit() and int(value) < smallest:
                return False
        colour = self._value(run, "color", "val")
        return colour is None or _is_apart(colour, self._ground(run))

    def _is_on(self, run: Any, name: str) -> bool:
        value = self._value(run, name, "val", absent="1")
        return value is not None and value.lower() not in _OFF

    def _value(self, run: Any, name: str, attribute: str, absent: str | None = None) -> str | None:
        """Return what the run, or the nearest style that says anything, sets; None if nothing does."""
        for holder in self._holders(run):
            element = holder.find(f"{_W}rPr/{_W}{name}")
            if element is not None:
                value: str | None = element.get(f"{_W}{attribute}", absent)
                return value
        return None

    def headings(self) -> dict[str, int]:
        """Return the levels of the paragraph styles that are headings, or are based on one."""
        found = {}
        for name, style in self.styles.items():
            chain = (style, *self._chain(style.find(f"{_W}basedOn")))
            outlines = (one.find(f"{_W}pPr/{_W}outlineLvl") for one in chain)
            levels = (int(outline.get(f"{_W}val", 9)) + 1 for outline in outlines if outline is not None)
            level = next((level for level in levels if level <= 6), None)  # 10 is 'body text', also in a heading's heir
            if level and name and re.fullmatch(r"[\w-]+", name):
                found[name] = level
        return found

    def _holders(self, run: Any) -> Iterator[Any]:
        yield run
        yield from self._chain(run.find(f"{_W}rPr/{_W}rStyle"))
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        if paragraph is not None:
            yield from self._chain(paragraph.find(f"{_W}pPr/{_W}pStyle"))
        if self.default is not None:
            yield self.default

    def _chain(self, reference: Any) -> Iterator[Any]:
        """Yield a style and those that it is based on."""
        for _ in range(20):
            style = None if reference is None else self.styles.get(reference.get(f"{_W}val"))
            if style is None:
                return
            yield style
            reference = style.find(f"{_W}basedOn")

    def _ground(self, run: Any) -> str | None:
        """Return the colour behind a run, None if that cannot be told."""
        highlight = self._value(run, "highlight", "val")
        if highlight and highlight != "none":
            return "FFFFFF" if highlight == "white" else None
        if (fill := self._value(run, "shd", "fill")) and fill != "auto":
            return fill
        for ancestor in run.iterancestors():
            if ancestor.tag.endswith("}wsp"):
                return "FFFFFF" if not any(True for _ in _fills(ancestor)) else None
            properties = ancestor.find(f"{ancestor.tag}Pr") if ancestor.tag in (f"{_W}p", f"{_W}tc") else None
            shade = None if properties is None else properties.find(f"{_W}shd")
            if shade is not None and shade.get(f"{_W}fill", "auto") != "auto":
                return str(shade.get(f"{_W}fill"))
            if ancestor.tag == f"{_W}tbl" and self._is_shaded(ancestor):
                return None
        return self.page

    def _is_shaded(self, table: Any) -> bool:
        """Whether the table's style gives any of its cells a colour."""
        styles = self._chain(table.find(f"{_W}tblPr/{_W}tblStyle"))
        return any(
            shade.get(f"{_W}fill", "auto").upper() not in ("AUTO", "FFFFFF")
            for style in styles
            for shade in style.iter(f"{_W}shd")
        )


def _fills(shape: Any) -> Iterator[Any]:
    for child in shape:
        if child.tag.endswith("}spPr"):
            yield from (
                part for part in child if part.tag.endswith(("}solidFill", "}gradFill", "}blipFill", "}pattFill"))
            )


def _is_apart(colour: str, ground: str | None) -> bool:
    if ground is None or not all(re.fullmatch("[0-9A-Fa-f]{6}", value) for value in (colour, ground)):
        return True
    pairs = ((int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (0, 2, 4))
    return max(abs(a - b) for a, b in pairs) >= _MIN_CONTRAST * 255


def _without_hidden(content: bytes, shown: _Shown) -> bytes:
    from lxml import etree

    root = parse_part(content)
    for moved in list(root.iter(f"{_W}del", f"{_W}moveFrom")):
        _remove(moved)
    for run in list(root.iter(f"{_W}r")):
        if not shown.is_seen(run):
            _remove(run)
    result: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return result


def _remove(element: Any) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


# What it says about itself ------------------------------------------------------------------


def _metadata(parts: dict[str, bytes]) -> Metadata:
    say = _properties(parts)
    title = say("title")
    return Metadata(title=None if _NO_TITLE.fullmatch(title or "") else title, author=say("creator"))


def _properties(parts: dict[str, bytes]) -> Callable[[str], str | None]:
    """Return a function that gives the value of a core property, or None."""
    root = parse_part(parts["docProps/core.xml"]) if "docProps/core.xml" in parts else None

    def say(name: str) -> str | None:
        values = (
            [] if root is None else [element.text or "" for element in root if str(element.tag).endswith(f"}}{name}")]
        )
        return " ".join(visible(" ".join(values)).split())[:300] or None

    return say
