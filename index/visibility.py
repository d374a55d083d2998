"""Take out of a page what it hides from its readers, so that nothing is quoted that nobody could see."""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from index.css import styles_of

_Colour = tuple[float, float, float]

_PROPERTIES = frozenset(
    """display visibility content-visibility opacity filter font-size font color background background-color
    -webkit-text-fill-color position left top right bottom text-indent margin-left margin-top transform scale zoom clip
    clip-path -webkit-clip-path width height max-width max-height overflow overflow-x overflow-y letter-spacing
    direction unicode-bidi""".split()
)
_CODE = frozenset("style noscript template noframes noembed".split())
_HIDDEN_CLASSES = frozenset(
    """sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only d-none is-hidden a11y-hidden
    offscreen""".split()
)
_MIN_FONT_SIZE = 3.0  # pixels
_MIN_CONTRAST = 0.1
_MIN_ALPHA = 0.1
_FAR = 500.0  # pixels beyond an edge of the page
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|r?em|%|v[wh]|cm|mm|in|pc|ch|ex|q)?")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.94, "vw": 12.0, "vh": 8.0}
_NO_SHAPE = re.compile(
    r"inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%|(?:circle|ellipse)\(\s*0(?:px|%)?[\s)]|rect\(\s*0?\.?0*(?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?"
    r"|polygon\(\s*(?:0(?:px|%)?\s+0(?:px|%)?\s*,?\s*)+\)"
)
_OLD_CLIP = re.compile(r"rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)")
_NO_SCALE = re.compile(r"scale(?:x|y|3d)?\(\s*0?\.?0\d*\s*[,)]|rotate[xy]\(\s*-?(?:90|270)deg")
_FAR_SHIFT = re.compile(r"translate(?:x|y|3d)?\([^)]*-\s*(\d{3,})")
_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """How the text of an element looks; a colour that cannot be told is None."""

    size: float = 16.0  # pixels
    colour: _Colour | None = (0.0, 0.0, 0.0)
    ground: _Colour | None = (1.0, 1.0, 1.0)
    is_visible: bool = True

    @property
    def is_legible(self) -> bool:
        """Whether a reader can read it."""
        if self.size < _MIN_FONT_SIZE:
            return False
        if self.colour is None or self.ground is None:
            return True
        return max(abs(a - b) for a, b in zip(self.colour, self.ground, strict=True)) >= _MIN_CONTRAST


def drop_hidden(tree: Any) -> None:
    """Remove from `tree` the elements that a reader of the page does not see, and code and comments."""
    _drop(tree, styles_of(tree, _PROPERTIES), _Look())


def _drop(element: Any, styles: dict[Any, dict[str, str]], around: _Look) -> None:
    todo = [(element, around)]
    while todo:
        element, around = todo.pop()
        is_root = element.getparent() is None
        if not isinstance(element.tag, str) or _is_code(element):
            if not is_root:
                element.drop_tree()
            continue
        style = styles.get(element, {})
        if not is_root and element.tag != "body" and (_is_marked_hidden(element) or _is_out_of_sight(style)):
            element.drop_tree()
            continue
        look = _look_of(element, style, around)
        if not (look.is_visible and look.is_legible):
            _blank(element)
        todo += [(child, look) for child in element]


def _blank(element: Any) -> None:
    """Take out the element's own text; what stands in other elements may be seen."""
    element.text = None
    for child in element:
        child.tail = None


def _is_code(element: Any) -> bool:
    is_script = element.tag == "script" and "ld+json" not in element.get("type", "")  # that one holds metadata
    return is_script or element.tag in _CODE


def _is_marked_hidden(element: Any) -> bool:
    is_closed = element.tag == "dialog" and "open" not in element.attrib
    classes = set(element.get("class", "").lower().split())
    is_utility = "hidden" in classes and not any(
        ":" in name for name in classes
    )  # 'hidden md:block' is shown on a desk
    return is_closed or is_utility or "hidden" in element.attrib or bool(_HIDDEN_CLASSES & classes)


def _is_out_of_sight(style: dict[str, str]) -> bool:
    """Whether an element with all that is in it is not shown, by its own style."""
    return (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or _number(style.get("opacity")) < _MIN_ALPHA
        or _is_far_away(style)
        or _is_cut_away(style)
        or bool(_NO_SCALE.search(style.get("transform", "")))
        or _number(style.get("scale")) < _MIN_ALPHA
        or _number(style.get("zoom")) < _MIN_ALPHA
        or bool(re.search(r"opacity\(\s*0(?:\.0\d*)?%?\s*\)", style.get("filter", "")))
        or _pixels(style.get("letter-spacing"), 16.0) < -4
        or ("override" in style.get("unicode-bidi", "") and style.get("direction") == "rtl")
    )


def _is_far_away(style: dict[str, str]) -> bool:
    """Whether an element, or its first line, is put beyond an edge of the page."""
    sides = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in ("absolute", "fixed", "relative", "sticky"):
        sides += ["left", "top", "right", "bottom"]
    if any(_pixels(style.get(side), 16.0) <= -_FAR for side in sides):
        return True
    is_placed = style.get("position") in ("absolute", "fixed")
    if is_placed and any(_pixels(style.get(side), 16.0) >= 10 * _FAR for side in ("left", "top", "right", "bottom")):
        return True
    shift = _FAR_SHIFT.search(style.get("transform", ""))
    return shift is not None and float(shift[1]) >= _FAR


def _is_cut_away(style: dict[str, str]) -> bool:
    """Whether an element is cut to nothing, or to a dot."""
    if _OLD_CLIP.search(style.get("clip", "")) or any(
        _NO_SHAPE.search(style.get(name, "")) for name in ("clip-path", "-webkit-clip-path")
    ):
        return True
    is_cut = any(
        style.get(name, "")[:6] in ("hidden", "clip", "scroll") for name in ("overflow", "overflow-x", "overflow-y")
    )
    limit = 1.0 if is_cut else 0.0
    sizes = (_pixels(style.get(name), 16.0, absent=_FAR) for name in ("width", "height", "max-width", "max-height"))
    return any(0 <= size <= limit for size in sizes)


def _look_of(element: Any, style: dict[str, str], around: _Look) -> _Look:
    """Return how the element's text looks, given how the text around it does."""
    look = around
    if visibility := style.get("visibility"):
        look = replace(look, is_visible=visibility not in ("hidden", "collapse"))
    if size := style.get("font-size") or _size_in(style.get("font", "")):
        look = replace(look, size=_font_size(size, around.size))
    elif element.tag == "font" and element.get("size", "").strip() == "0":
        look = replace(look, size=10.0)  # browsers show it as small text
    ground = style.get("background-color") or style.get("background") or element.get("bgcolor")
    if ground:
        look = replace(look, ground=_ground(ground, around.ground))
    fill = style.get("-webkit-text-fill-color") or style.get("color")
    fill = fill or (
        element.get("color") if element.tag == "font" else element.get("text") if element.tag == "body" else None
    )
    if fill and fill not in ("inherit", "currentcolor"):
        look = replace(look, colour=_ink(fill, look.ground))
    return look


def _ink(value: str, ground: _Colour | None) -> _Colour | None:
    """Return a colour as it looks on its ground; one that is transparent looks like it."""
    colour = _colour(value)
    if colour is None:
        return None
    return ground if colour[3] < _MIN_ALPHA else colour[:3]


def _ground(value: str, around: _Colour | None) -> _Colour | None:
    """Return the colour behind an element's text; None for a picture or a colour that cannot be told."""
    if "url(" in value or "gradient(" in value or "var(" in value:
        return None
    colours = [colour for part in re.findall(r"[\w#.-]+(?:\([^)]*\))?", value) if (colour := _colour(part))]
    if not colours:
        return around
    return colours[-1][:3] if colours[-1][3] >= 0.5 else around


@cache
def _colour(value: str) -> tuple[float, float, float, float] | None:
    """Return red, green, blue and opacity, 0 to 1, None for what is no colour."""
    from tinycss2.color4 import parse_color

    try:
        colour = parse_color(value if re.fullmatch(r"#?[\w-]+|[\w-]+\(.*\)", value) else "")
        if colour is None or isinstance(colour, str):
            return None
        red, green, blue = (float(part or 0) for part in colour.to("srgb").coordinates)
    except (ValueError, NotImplementedError, AttributeError, TypeError):
        return None
    return red, green, blue, float(colour.alpha if colour.alpha is not None else 1)


def _font_size(value: str, around: float) -> float:
    if value in _SIZES:
        return _SIZES[value]
    if value in ("smaller", "larger"):
        return around * (0.83 if value == "smaller" else 1.2)
    return _pixels(value, around, percent_of=around, absent=around)


def _size_in(font: str) -> str | None:
    """Return the size that the short form 'italic 12px/1.4 serif' gives, or None."""
    match = re.search(r"(?:^|\s)((?:\d+\.?\d*|\.\d+)(?:px|pt|r?em|%|v[wh]|cm|mm|in|pc))(?=[\s/])", f"{font} ")
    return match[1] if match else None


def _number(value: str | None) -> float:
    """Return a plain number or percentage as a fraction; 1 for what is neither."""
    match = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+))(%?)", value or "")
    return float(match[1]) / (100 if match[2] else 1) if match else 1.0


def _pixels(value: str | None, font_size: float, *, percent_of: float = 1_000.0, absent: float = 1.0) -> float:
    """Return a length in pixels, of calc() the first one that it names; `absent` for what is no length."""
    match = _LENGTH.search(value) if value and re.match(r"[\d.+-]|calc\(|min\(|max\(|clamp\(", value) else None
    if match is None:
        return absent
    number, unit = float(match[1]), match[2]
    if unit is None and number != 0:
        return absent
    scale = {"em": font_size, "rem": 16.0, "ch": font_size / 2, "ex": font_size / 2, "%": percent_of / 100}
    return number * (scale.get(unit) or _PIXELS.get(unit, 1.0)) if unit else 0.0
