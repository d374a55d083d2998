"""Read what one page of a PDF shows: runs of letters with their places, without what nobody sees.

A small interpreter of content streams on pypdf's parser and fonts. Its own text extraction tells
neither where a run ends nor its colour, its render mode, or whether something covers it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import atan2, hypot, pi
from typing import Any

from pypdf import PageObject
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, NameObject
from pypdf.generic._font import Font  # no public way leads to a font's widths

from index.encoding import visible

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[float, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top

_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
_MIN_SIZE = 2.0  # points; smaller letters are no letters to a reader
_MIN_CHAR_WIDTH = 0.08  # of the size; letters squeezed to less are none either
_MIN_CONTRAST = 0.1
_MIN_ALPHA = 0.1
_BULLET_SIZES = (1.5, 8.0)
_MIN_SHAPE = 3.0  # points; smaller shapes are lines, not grounds
_WORD_GAP = 0.17  # of the size; a wider gap between letters is a space
_RUN_GAP = 0.8
_MAX_FORM_DEPTH = 8
_UNSEEN_MODES = frozenset({3, 7})
_BOLD = re.compile(r"bold|black|heavy|semib|demi", re.I)
_FORCE_BOLD = 1 << 18
_GLYPHS = str.maketrans(
    {"\u00ad": "-", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xa0": " "}
)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters on one line: `x0` to `x1` and the baseline `y` in points, from the page's lower left corner.

    `is_artifact`: the file itself says that it belongs to the page, not to the text. `is_tilted`: it
    does not stand upright as the page's other text does.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    is_bold: bool
    is_artifact: bool = False
    is_tilted: bool = False


@dataclass(frozen=True, slots=True)
class _Face:
    """A font of the page; `font` is None if its codes cannot be told from letters."""

    font: Font | None
    is_bold: bool
    scale: float = 0.001


@dataclass(frozen=True, slots=True)
class _Shape:
    """Something painted; colour None is a picture, a pattern or a shading."""

    box: Box
    colour: Colour | None
    is_cover: bool  # opaque and a plain rectangle: what lies under it cannot be seen


@dataclass(slots=True)
class _State:
    """The graphics state that q saves and Q brings back."""

    ctm: Matrix = _IDENTITY
    clip: Box = _EVERYWHERE
    colour: Colour | None = (0.0, 0.0, 0.0)
    space: str = ""
    alpha: float = 1.0
    is_blended: bool = False
    face: _Face | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0


@dataclass(slots=True)
class _Shown:
    """A run as it was painted, before it is known whether a reader sees it."""

    text: str
    start: tuple[float, float]
    end: tuple[float, float]
    size: float
    turn: int  # quarter turns
    colour: Colour | None
    is_seen: bool
    order: int  # how many shapes were painted before it
    is_bold: bool = False
    is_artifact: bool = False

    def middle(self) -> tuple[float, float]:
        """Return a point within the letters."""
        x, y = (self.start[0] + self.end[0]) / 2, (self.start[1] + self.end[1]) / 2
        up = ((0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0))[self.turn]
        return x + 0.3 * self.size * up[0], y + 0.3 * self.size * up[1]


@dataclass(slots=True)
class _Path:
    """The path under construction: its box, and whether it is one rectangle along the axes."""

    points: list[tuple[float, float]] = field(default_factory=list)
    parts: int = 0
    is_curved: bool = False

    def box(self) -> Box | None:
        if not self.points:
            return None
        across, up = [x for x, _ in self.points], [y for _, y in self.points]
        return min(across), min(up), max(across), max(up)

    def is_rectangle(self) -> bool:
        corners = {(round(x, 1), round(y, 1)) for x, y in self.points}
        sides = len({x for x, _ in corners}) == 2 and len({y for _, y in corners}) == 2
        return self.parts == 1 and not self.is_curved and sides


def read_page(page: PageObject, hidden_layers: frozenset[int] = frozenset()) -> tuple[list[Run], bool]:
    """Return the runs that a reader of the page sees, in the order painted, and whether it hides others.

    `hidden_layers` are the object numbers of layers that are switched off.
    """
    painter = _Painter(page, hidden_layers)
    painter.paint(page.get("/Contents"), page.get("/Resources"))
    seen = [shown for shown in painter.shown if shown.text.strip() and _is_seen(shown, painter)]
    turns = [shown.turn for shown in seen for _ in shown.text]
    upright = max(set(turns), key=turns.count) if turns else 0
    hides = len(seen) < sum(bool(shown.text.strip()) for shown in painter.shown)
    return [_upright(shown, upright) for shown in seen], hides


def _upright(shown: _Shown, turn: int) -> Run:
    """Return the run with the page turned so that most of its text stands upright."""
    (x0, y), (x1, _) = (_turned(point, turn) for point in (shown.start, shown.end))
    is_tilted = shown.turn != turn
    return Run(
        shown.text, min(x0, x1), max(x0, x1), y, shown.size, shown.is_bold, shown.is_artifact or is_tilted, is_tilted
    )


def _turned(point: tuple[float, float], turn: int) -> tuple[float, float]:
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


def _is_seen(shown: _Shown, painter: "_Painter") -> bool:
    """Whether a reader can see the run: neither covered nor of the colour of what lies under it."""
    if not shown.is_seen:
        return False
    point = shown.middle()
    if any(shape.is_cover and _holds(shape.box, point) for shape in painter.shapes[shown.order :]):
        return False
    if shown.colour is None:
        return True
    ground: Colour | None = (1.0, 1.0, 1.0)
    for shape in reversed(painter.shapes[: shown.order]):
        if _holds(shape.box, point):
            ground = shape.colour
            break
    return ground is None or max(abs(a - b) for a, b in zip(ground, shown.colour, strict=True)) >= _MIN_CONTRAST


def _holds(box: Box, point: tuple[float, float], slack: float = 0.0) -> bool:
    left, bottom, right, top = box
    return left - slack <= point[0] <= right + slack and bottom - slack <= point[1] <= top + slack


class _Painter:
    """Walks through a content stream and notes what is painted where."""

    def __init__(self, page: PageObject, hidden_layers: frozenset[int]) -> None:
        self.shown: list[_Shown] = []
        self.shapes: list[_Shape] = []
        left, bottom, right, top = (float(side) for side in page.cropbox)
        self._page_box: Box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        self._pdf = page.pdf
        self._hidden_layers = hidden_layers
        self._state = _State()
        self._stack: list[_State] = []
        self._text = self._line = _IDENTITY
        self._path = _Path()
        self._is_clip = False
        self._marks: list[str] = []
        self._faces: dict[int, _Face] = {}
        self._resources: Any = DictionaryObject()
        self._depth = 0

    def paint(self, contents: Any, resources: Any) -> None:
        """Run a content stream; operators with operands that make no sense do nothing."""
        resources = resources.get_object() if resources is not None else None
        outer, self._resources = (
            self._resources,
            resources if isinstance(resources, DictionaryObject) else self._resources,
        )
        if contents is not None:
            for operands, operator in ContentStream(contents, self._pdf, forced_encoding="bytes").operations:
                handler = _OPERATORS.get(operator)
                if handler:
                    try:
                        handler(self, operands)
                    except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
                        continue
        self._resources = outer

    # Graphics state ---------------------------------------------------------------------------

    def save(self, _: Sequence[Any]) -> None:
        self._stack.append(replace(self._state))

    def restore(self, _: Sequence[Any]) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def transform(self, operands: Sequence[Any]) -> None:
        self._state.ctm = _times(_matrix(operands), self._state.ctm)

    def use_parameters(self, operands: Sequence[Any]) -> None:
        entries = self._resource("/ExtGState", operands[0])
        if "/ca" in entries:
            self._state.alpha = float(entries["/ca"])
        if "/BM" in entries:
            self._state.is_blended = entries["/BM"] not in ("/Normal", "/Compatible")
        if "/Font" in entries:
            font, size = entries["/Font"]
            self._state.face, self._state.size = self._face(font), float(size)

    def use_space(self, operands: Sequence[Any]) -> None:
        space: Any = operands[0]
        if space not in ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"):
            space = self._resource("/ColorSpace", space)
            space = space[0] if isinstance(space, ArrayObject) else space
        self._state.space = str(space)
        self._state.colour = (0.0, 0.0, 0.0)

    def use_colour(self, operands: Sequence[Any]) -> None:
        values = [float(value) for value in operands if not isinstance(value, NameObject)]
        if self._state.space in ("/Separation", "/DeviceN") and len(values) == 1:
            values = [1 - values[0]]  # how much ink
        is_plain = self._state.space not in ("/Pattern", "/Indexed", "/Lab", "/DeviceN")
        self._state.colour = _colour(values) if is_plain else None

    def use_device_colour(self, operands: Sequence[Any]) -> None:
        self._state.space = ""
        self._state.colour = _colour([float(value) for value in operands])

    # Paths and pictures -----------------------------------------------------------------------

    def move(self, operands: Sequence[Any]) -> None:
        self._path.parts += 1
        self._extend(operands)

    def draw(self, operands: Sequence[Any]) -> None:
        self._path.is_curved = self._path.is_curved or len(operands) > 2
        self._extend(operands)

    def rectangle(self, operands: Sequence[Any]) -> None:
        x, y, width, height = (float(value) for value in operands)
        self._path.parts += 1
        self._extend([x, y, x + width, y, x + width, y + height, x, y + height])

    def _extend(self, operands: Sequence[Any]) -> None:
        values = [float(value) for value in operands]
        points = zip(values[::2], values[1::2], strict=True)
        self._path.points += [_apply(self._state.ctm, x, y) for x, y in points]

    def fill(self, _: Sequence[Any]) -> None:
        if (box := self._path.box()) and not self._note_bullet(box):
            self._add_shape(box, self._state.colour, is_plain=self._path.is_rectangle())
        self.end_path(())

    def stroke(self, _: Sequence[Any]) -> None:
        if self._path.is_curved and (box := self._path.box()):
            self._note_bullet(box)
        self.end_path(())

    def _note_bullet(self, box: Box) -> bool:
        """Take a small disc, ring or square for the mark of a list item, which browsers draw; say whether it is one."""
        width, height = box[2] - box[0], box[3] - box[1]
        is_bullet = _BULLET_SIZES[0] <= width <= _BULLET_SIZES[1] and abs(width - height) < 0.2 * width
        if is_bullet and self._is_visible() and _holds(self._page_box, box[:2]):
            bullet = _Shown(
                "•",
                (box[0], box[1]),
                (box[2], box[1]),
                2.5 * width,
                0,
                self._state.colour,
                is_seen=True,
                order=len(self.shapes),
            )
            self.shown.append(bullet)
        return is_bullet

    def clip(self, _: Sequence[Any]) -> None:
        self._is_clip = True

    def end_path(self, _: Sequence[Any]) -> None:
        if self._is_clip:
            self._state.clip = _meet(self._state.clip, self._path.box() or _EVERYWHERE)
        self._path, self._is_clip = _Path(), False

    def shade(self, _: Sequence[Any]) -> None:
        self._add_shape(self._state.clip, None, is_plain=False)

    def inline_image(self, _: Sequence[Any]) -> None:
        self._add_image(is_solid=False)

    def _add_image(self, *, is_solid: bool) -> None:
        corners = [_apply(self._state.ctm, x, y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
        path = _Path(corners, parts=1)
        if box := path.box():
            self._add_shape(box, None, is_plain=is_solid and path.is_rectangle())

    def _add_shape(self, box: Box, colour: Colour | None, *, is_plain: bool) -> None:
        box = _meet(box, self._state.clip)
        is_thin = box[2] - box[0] < _MIN_SHAPE or box[3] - box[1] < _MIN_SHAPE
        if is_thin or self._state.alpha < 0.5 or not self._is_visible():
            return
        is_solid = is_plain and self._state.alpha > 1 - _MIN_ALPHA and not self._state.is_blended
        self.shapes.append(_Shape(box, colour, is_solid))

    def do_object(self, operands: Sequence[Any]) -> None:
        thing = self._resource("/XObject", operands[0])
        if thing.get("/Subtype") == "/Image":
            self._add_image(is_solid=not any(name in thing for name in ("/SMask", "/Mask", "/ImageMask")))
            return
        if self._depth >= _MAX_FORM_DEPTH or self._is_off(thing.get("/OC")):
            return
        self._depth += 1
        self.save(())
        depth, marks, text, line = len(self._stack), len(self._marks), self._text, self._line
        self.transform(thing.get("/Matrix", _IDENTITY))
        if "/BBox" in thing:
            left, bottom, right, top = (float(side) for side in thing["/BBox"])
            self.rectangle((left, bottom, right - left, top - bottom))
            self._is_clip = True
            self.end_path(())
        self.paint(thing, thing.get("/Resources"))
        del self._stack[depth:], self._marks[marks:]
        self._text, self._line = text, line
        self.restore(())
        self._depth -= 1

    # Marks ------------------------------------------------------------------------------------

    def begin_mark(self, operands: Sequence[Any]) -> None:
        tag = str(operands[0])
        if tag == "/OC" and len(operands) > 1:
            tag = "hidden" if self._is_off(self._resource("/Properties", operands[1], resolve=False)) else tag
        self._marks.append(tag)

    def end_mark(self, _: Sequence[Any]) -> None:
        if self._marks:
            self._marks.pop()

    def _is_visible(self) -> bool:
        return "hidden" not in self._marks

    def _is_off(self, layer: Any) -> bool:
        """Whether a layer, or every layer of a group of them, is switched off."""
        if layer is None:
            return False
        if getattr(layer, "idnum", None) in self._hidden_layers:
            return True
        group = layer.get_object()
        members = group.get("/OCGs") if isinstance(group, DictionaryObject) else None
        members = members if isinstance(members, ArrayObject) else [members] if members is not None else []
        return bool(members) and all(self._is_off(_reference(member)) for member in members)

    # Text -------------------------------------------------------------------------------------

    def begin_text(self, _: Sequence[Any]) -> None:
        self._text = self._line = _IDENTITY

    def use_font(self, operands: Sequence[Any]) -> None:
        self._state.size = float(operands[1])
        self._state.face = self._face(self._resource("/Font", operands[0]))

    def set_char_space(self, operands: Sequence[Any]) -> None:
        self._state.char_space = float(operands[0])

    def set_word_space(self, operands: Sequence[Any]) -> None:
        self._state.word_space = float(operands[0])

    def set_stretch(self, operands: Sequence[Any]) -> None:
        self._state.stretch = float(operands[0]) / 100

    def set_leading(self, operands: Sequence[Any]) -> None:
        self._state.leading = float(operands[0])

    def set_rise(self, operands: Sequence[Any]) -> None:
        self._state.rise = float(operands[0])

    def set_mode(self, operands: Sequence[Any]) -> None:
        self._state.mode = int(operands[0])

    def move_line(self, operands: Sequence[Any]) -> None:
        self._line = _times((1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1])), self._line)
        self._text = self._line

    def move_line_leading(self, operands: Sequence[Any]) -> None:
        self._state.leading = -float(operands[1])
        self.move_line(operands)

    def set_text_matrix(self, operands: Sequence[Any]) -> None:
        self._text = self._line = _matrix(operands)

    def next_line(self, _: Sequence[Any]) -> None:
        self.move_line((0.0, -self._state.leading))

    def show(self, operands: Sequence[Any]) -> None:
        self._show(operands[0])

    def show_next_line(self, operands: Sequence[Any]) -> None:
        self.next_line(())
        self._show(operands[-1])

    def show_spaced(self, operands: Sequence[Any]) -> None:
        self._state.word_space, self._state.char_space = float(operands[0]), float(operands[1])
        self.show_next_line(operands)

    def show_pieces(self, operands: Sequence[Any]) -> None:
        for piece in operands[0]:
            if isinstance(piece, bytes):
                self._show(piece)
            else:
                self._advance(-float(piece) / 1000 * self._state.size * self._state.stretch)

    def _show(self, codes: bytes) -> None:
        state = self._state
        if state.face is None or not isinstance(codes, bytes):
            return
        text, width = _letters(state.face, codes, state)
        place = _times((state.stretch, 0.0, 0.0, 1.0, 0.0, state.rise), _times(self._text, state.ctm))
        start = (place[4], place[5])
        self._advance(width)
        place = _times((state.stretch, 0.0, 0.0, 1.0, 0.0, state.rise), _times(self._text, state.ctm))
        end = (place[4], place[5])
        size = abs(state.size) * hypot(place[2], place[3])
        turn = round(2 * atan2(place[1], place[0]) / pi) % 4
        self._note(text, start, end, size, turn)

    def _note(self, text: str, start: tuple[float, float], end: tuple[float, float], size: float, turn: int) -> None:
        """Add letters to the run at hand if they continue it, else begin another."""
        state = self._state
        text = visible(text.translate(_GLYPHS))
        if not text or state.face is None:
            return
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        width = hypot(end[0] - start[0], end[1] - start[1])
        is_squeezed = len(text) > 2 and width < _MIN_CHAR_WIDTH * size * len(text)
        is_on_page = _holds(self._page_box, middle, 1) and _holds(state.clip, middle, 1)
        is_inked = state.mode not in _UNSEEN_MODES and state.alpha >= _MIN_ALPHA
        is_seen = is_on_page and is_inked and size >= _MIN_SIZE and not is_squeezed and self._is_visible()
        shown = _Shown(
            text,
            start,
            end,
            size,
            turn,
            state.colour,
            is_seen,
            len(self.shapes),
            state.face.is_bold,
            "/Artifact" in self._marks,
        )
        last = self.shown[-1] if self.shown else None
        if last and _is_same_hand(last, shown):
            along, across = _gap(last, shown)
            if abs(across) < 0.1 * size and -0.5 * size < along < _RUN_GAP * size:
                space = " " if along > _WORD_GAP * size and not last.text.endswith(" ") and text[0] != " " else ""
                last.text, last.end = f"{last.text}{space}{text}", end
                return
        self.shown.append(shown)

    def _advance(self, distance: float) -> None:
        self._text = _times((1.0, 0.0, 0.0, 1.0, distance, 0.0), self._text)

    # Resources --------------------------------------------------------------------------------

    def _resource(self, kind: str, name: Any, *, resolve: bool = True) -> Any:
        """Return a named resource; of one that is a dictionary in place, that."""
        if isinstance(name, DictionaryObject):
            return name
        found = self._resources[kind].get_object()
        return found[name] if resolve else found.raw_get(name)

    def _face(self, resource: Any) -> _Face:
        key = id(resource.get_object())
        if key not in self._faces:
            self._faces[key] = _read_face(resource.get_object())
        return self._faces[key]


def _read_face(resource: DictionaryObject) -> _Face:
    try:
        font = Font.from_font_resource(resource)
    except (PyPdfError, AttributeError, KeyError, TypeError, ValueError):
        return _Face(None, is_bold=False)
    descriptor = font.font_descriptor
    weight = str(descriptor.weight)
    is_heavy = weight.replace(".", "", 1).isdigit() and float(weight) >= 600
    is_bold = bool(_BOLD.search(font.name)) or is_heavy or bool(int(descriptor.flags) & _FORCE_BOLD)
    is_coded = resource.get("/Encoding") in ("/Identity-H", "/Identity-V") and not font.character_map
    matrix = resource.get("/FontMatrix") if resource.get("/Subtype") == "/Type3" else None
    scale = abs(float(matrix[0])) if matrix else 0.001
    return _Face(font if font.interpretable and not is_coded else None, is_bold, scale)


def _letters(face: _Face, codes: bytes, state: _State) -> tuple[str, float]:
    """Return what character codes say and how far they move the pen, in units of the text."""
    font = face.font
    if font is None:
        return "", 0.0
    if isinstance(font.encoding, str):
        raw = decoded = codes.decode(font.encoding, "replace" if len(codes) % 2 else "surrogatepass")
    else:
        raw = codes.decode("latin-1")
        decoded = "".join(font.encoding.get(code, chr(code)) for code in codes)
    widths = font.character_widths
    width = sum(font.space_width if code == font.space_char else widths.get(code, widths["default"]) for code in raw)
    spaces = codes.count(b" ") if len(raw) == len(codes) else 0
    advance = width * face.scale * state.size + len(raw) * state.char_space + spaces * state.word_space
    return "".join(font.character_map.get(letter, letter) for letter in decoded), advance * state.stretch


def _is_same_hand(last: _Shown, new: _Shown) -> bool:
    return (
        last.turn == new.turn
        and last.colour == new.colour
        and last.is_bold == new.is_bold
        and last.is_artifact == new.is_artifact
        and last.is_seen == new.is_seen
        and last.order == new.order
        and abs(last.size - new.size) < 0.05 * new.size
    )


def _gap(last: _Shown, new: _Shown) -> tuple[float, float]:
    """Return how far `new` begins after `last` ends, along the line and across it."""
    end, start = _turned(last.end, new.turn), _turned(new.start, new.turn)
    return start[0] - end[0], start[1] - end[1]


def _matrix(operands: Sequence[Any]) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _meet(one: Box, two: Box) -> Box:
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


def _colour(values: Sequence[float]) -> Colour | None:
    """Return red, green and blue, 0 to 1, of a grey, RGB or CMYK value, None for another."""
    match list(values):
        case [grey]:
            return grey, grey, grey
        case [red, green, blue]:
            return red, green, blue
        case [cyan, magenta, yellow, black]:
            return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return None


def _reference(member: Any) -> Any:
    return member.indirect_reference or member if hasattr(member, "indirect_reference") else member


_OPERATORS: dict[bytes, Callable[[_Painter, Sequence[Any]], None]] = {
    b"q": _Painter.save,
    b"Q": _Painter.restore,
    b"cm": _Painter.transform,
    b"gs": _Painter.use_parameters,
    b"cs": _Painter.use_space,
    b"sc": _Painter.use_colour,
    b"scn": _Painter.use_colour,
    b"g": _Painter.use_device_colour,
    b"rg": _Painter.use_device_colour,
    b"k": _Painter.use_device_colour,
    b"m": _Painter.move,
    b"l": _Painter.draw,
    b"c": _Painter.draw,
    b"v": _Painter.draw,
    b"y": _Painter.draw,
    b"re": _Painter.rectangle,
    b"f": _Painter.fill,
    b"F": _Painter.fill,
    b"f*": _Painter.fill,
    b"B": _Painter.fill,
    b"B*": _Painter.fill,
    b"b": _Painter.fill,
    b"b*": _Painter.fill,
    b"W": _Painter.clip,
    b"W*": _Painter.clip,
    b"n": _Painter.end_path,
    b"S": _Painter.stroke,
    b"s": _Painter.stroke,
    b"sh": _Painter.shade,
    b"INLINE IMAGE": _Painter.inline_image,
    b"Do": _Painter.do_object,
    b"BMC": _Painter.begin_mark,
    b"BDC": _Painter.begin_mark,
    b"EMC": _Painter.end_mark,
    b"BT": _Painter.begin_text,
    b"Tf": _Painter.use_font,
    b"Tc": _Painter.set_char_space,
    b"Tw": _Painter.set_word_space,
    b"Tz": _Painter.set_stretch,
    b"TL": _Painter.set_leading,
    b"Ts": _Painter.set_rise,
    b"Tr": _Painter.set_mode,
    b"Td": _Painter.move_line,
    b"TD": _Painter.move_line_leading,
    b"Tm": _Painter.set_text_matrix,
    b"T*": _Painter.next_line,
    b"Tj": _Painter.show,
    b"'": _Painter.show_next_line,
    b'"': _Painter.show_spaced,
    b"TJ": _Painter.show_pieces,
}
