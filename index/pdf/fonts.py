"""Fonts of a PDF: what character codes say, and how wide they are."""

import re
from dataclasses import dataclass

from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject
from pypdf.generic._font import Font  # no public way leads to a font's widths

_BOLD = re.compile(r"bold|black|heavy|semib|demi", re.I)
_FORCE_BOLD = 1 << 18
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Face:
    """A font of a page; `font` is None if its codes cannot be told from letters.

    `scale` times a width is that width in units of the type size.
    """

    font: Font | None
    is_bold: bool
    scale: float = 0.001

    def read(self, codes: bytes) -> tuple[str, float, int, int]:
        """Return what character codes say, their width in type sizes, how many they are and how many are spaces."""
        font = self.font
        if font is None:
            return "", 0.0, 0, 0
        if isinstance(font.encoding, str):
            raw = decoded = codes.decode(font.encoding, "replace" if len(codes) % 2 else "surrogatepass")
        else:
            raw = codes.decode("latin-1")
            decoded = "".join(font.encoding.get(code, chr(code)) for code in codes)
        widths = font.character_widths
        width = sum(
            font.space_width if code == font.space_char else widths.get(code, widths["default"]) for code in raw
        )
        spaces = codes.count(b" ") if len(raw) == len(codes) else 0
        text = "".join(font.character_map.get(letter, letter) for letter in decoded)
        return text, width * self.scale, len(raw), spaces


def read_face(resource: DictionaryObject) -> Face:
    """Return the font of a resource; one that is damaged says nothing."""
    try:
        font = Font.from_font_resource(resource)
        weight = str(font.font_descriptor.weight)
        flags = int(font.font_descriptor.flags)
    except (PyPdfError, AttributeError, KeyError, TypeError, ValueError):
        return Face(None, is_bold=False)
    is_heavy = weight.replace(".", "", 1).isdigit() and float(weight) >= _BOLD_WEIGHT
    is_bold = bool(_BOLD.search(font.name)) or is_heavy or bool(flags & _FORCE_BOLD)
    is_coded = resource.get("/Encoding") in ("/Identity-H", "/Identity-V") and not font.character_map
    matrix = resource.get("/FontMatrix") if resource.get("/Subtype") == "/Type3" else None
    scale = abs(float(matrix[0])) if matrix else 0.001
    return Face(font if font.interpretable and not is_coded else None, is_bold, scale)
