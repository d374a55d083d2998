"""Walk through the content streams of a PDF page and note what is painted where.

A small interpreter on pypdf's parser and fonts. pypdf's own text extraction tells neither where a
run of letters ends nor its colour, its render mode, or whether something covers it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, NameObject

from index.pdf.fonts import Face, read_face
from index.pdf.geometry import BLACK, IDENTITY, Colour, colour_of, matrix_of, meet, times
from index.pdf.painted import Shape, Shown
from index.pdf.state import Path, Pen, State

_MAX_FORM_DEPTH = 8
_MAX_FORMS = 5_000
_HIDDEN = "hidden layer"
_PLAIN_SPACES = frozenset({"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern"})
_STRANGE_SPACES = frozenset({"/Pattern", "/Indexed", "/Lab"})
_WRONG_OPERANDS = (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError)


class Painter:
    """The graphics state, and what has been painted in it: letters and shapes, in order."""

    def __init__(self, page: PageObject, hidden_layers: frozenset[int]) -> None:
        left, bottom, right, top = (float(side) for side in page.cropbox)
        box = (min(left, right), min(bottom, top), max(left, right), max(bottom, top))
        self.shapes: list[Shape] = []
        self._pdf = page.pdf
        self._hidden_layers = hidden_layers
        self._state = State(box)
        self._stack: list[State] = []
        self._marks: list[str] = []
        self._path, self._is_clip = Path(), False
        self._pen = Pen()
        self._faces: dict[int, Face] = {}
        self._resources: Any = DictionaryObject()
        self._depth = self._forms = 0

    @property
    def shown(self) -> list[Shown]:
        """The runs of letters painted so far."""
        return self._pen.shown

    def paint(self, contents: Any, resources: Any) -> None:
        """Run a content stream; an operator whose operands make no sense does nothing."""
        outer = self._resources
        inner = resources.get_object() if resources is not None else None
        if isinstance(inner, DictionaryObject):
            self._resources = inner
        if contents is not None:
            for operands, operator in ContentStream(contents, self._pdf, forced_encoding="bytes").operations:
                try:
                    if operator in _NUMBERS:
                        setattr(self._state, _NUMBERS[operator], float(operands[0]))
                    elif operator in _OPERATORS:
                        _OPERATORS[operator](self, operands)
                except _WRONG_OPERANDS:
                    continue
        self._resources = outer

    # The state --------------------------------------------------------------------------------

    def _save(self, _: Sequence[Any]) -> None:
        self._stack.append(replace(self._state))

    def _restore(self, _: Sequence[Any]) -> None:
        if self._stack:
            self._state = self._stack.pop()
            self._see_marks()

    def _transform(self, operands: Sequence[Any]) -> None:
        self._state.ctm = times(matrix_of(operands), self._state.ctm)

    def _use_parameters(self, operands: Sequence[Any]) -> None:
        entries = self._resource("/ExtGState", operands[0])
        if "/ca" in entries:
            self._state.alpha = float(entries["/ca"])
        if "/BM" in entries:
            self._state.is_blended = entries["/BM"] not in ("/Normal", "/Compatible")
        if "/Font" in entries:
            font, size = entries["/Font"]
            self._state.face, self._state.size = self._face(font), float(size)

    def _use_space(self, operands: Sequence[Any]) -> None:
        space: Any = operands[0]
        if space not in _PLAIN_SPACES:
            space = self._resource("/ColorSpace", space)
            space = space[0] if isinstance(space, ArrayObject) else space
        self._state.space, self._state.colour = str(space), BLACK

    def _use_colour(self, operands: Sequence[Any]) -> None:
        values = [float(value) for value in operands if not isinstance(value, NameObject)]
        if self._state.space in ("/Separation", "/DeviceN"):
            self._state.colour = colour_of([1 - values[0]]) if len(values) == 1 else None  # how much ink
        else:
            self._state.colour = None if self._state.space in _STRANGE_SPACES else colour_of(values)

    def _use_device_colour(self, operands: Sequence[Any]) -> None:
        self._state.space, self._state.colour = "", colour_of([float(value) for value in operands])

    def _use_outline(self, operands: Sequence[Any]) -> None:
        self._state.outline = colour_of([float(value) for value in operands if not isinstance(value, NameObject)])

    # Paths and pictures -----------------------------------------------------------------------

    def _move(self, operands: Sequence[Any]) -> None:
        self._path.parts += 1
        self._path.add(operands, self._state.ctm)

    def _draw(self, operands: Sequence[Any]) -> None:
        self._path.is_curved = self._path.is_curved or len(operands) > 2
        self._path.add(operands, self._state.ctm)

    def _rectangle(self, operands: Sequence[Any]) -> None:
        x, y, width, height = (float(value) for value in operands)
        self._path.parts += 1
        self._path.add((x, y, x + width, y, x + width, y + height, x, y + height), self._state.ctm)

    def _fill(self, _: Sequence[Any]) -> None:
        if bullet := self._path.bullet(self._state, len(self.shapes)):
            self.shown.append(bullet)
        else:
            self._add_shape(self._path, self._state.colour, is_solid=True)
        self._end_path(())

    def _stroke(self, _: Sequence[Any]) -> None:
        if self._path.is_curved and (bullet := self._path.bullet(self._state, len(self.shapes))):
            self.shown.append(bullet)
        self._end_path(())

    def _clip(self, _: Sequence[Any]) -> None:
        self._is_clip = True

    def _end_path(self, _: Sequence[Any]) -> None:
        if self._is_clip and (box := self._path.box()):
            self._state.clip = meet(self._state.clip, box)
        self._path, self._is_clip = Path(), False

    def _shade(self, _: Sequence[Any]) -> None:
        left, bottom, right, top = self._state.clip
        self._add_shape(Path([(left, bottom), (right, top)]), None, is_solid=False)

    def _inline_image(self, _: Sequence[Any]) -> None:
        self._add_image(is_solid=False)

    def _add_image(self, *, is_solid: bool) -> None:
        path = Path(parts=1)
        path.add((0, 0, 1, 0, 1, 1, 0, 1), self._state.ctm)
        self._add_shape(path, None, is_solid=is_solid)

    def _add_shape(self, path: Path, colour: Colour | None, *, is_solid: bool) -> None:
        if shape := path.shape(self._state, colour, is_solid=is_solid):
            self.shapes.append(shape)

    # Forms, layers, marks ---------------------------------------------------------------------

    def _do_object(self, operands: Sequence[Any]) -> None:
        thing = self._resource("/XObject", operands[0])
        if thing.get("/Subtype") == "/Image":
            self._add_image(is_solid=not any(name in thing for name in ("/SMask", "/Mask", "/ImageMask")))
            return
        if (
            self._depth >= _MAX_FORM_DEPTH
            or self._forms >= _MAX_FORMS
            or self._is_off(thing.get("/OC") and thing.raw_get("/OC"))
        ):
            return
        self._depth, self._forms = self._depth + 1, self._forms + 1
        outer = self._stack, self._state, self._marks, self._pen.text, self._pen.line
        self._stack, self._state, self._marks = [], replace(self._state), list(self._marks)
        self._transform(thing.get("/Matrix", IDENTITY))
        if "/BBox" in thing:
            left, bottom, right, top = (float(side) for side in thing["/BBox"])
            self._rectangle((left, bottom, right - left, top - bottom))
            self._clip(())
            self._end_path(())
        self.paint(thing, thing.get("/Resources"))
        self._stack, self._state, self._marks, self._pen.text, self._pen.line = outer
        self._depth -= 1

    def _begin_mark(self, operands: Sequence[Any]) -> None:
        tag = str(operands[0])
        self._marks.append(tag)
        if tag == "/OC" and len(operands) > 1 and self._is_off(self._resource("/Properties", operands[1], raw=True)):
            self._marks[-1] = _HIDDEN
        self._see_marks()

    def _end_mark(self, _: Sequence[Any]) -> None:
        if self._marks:
            self._marks.pop()
        self._see_marks()

    def _see_marks(self) -> None:
        self._state.is_hidden, self._state.is_artifact = _HIDDEN in self._marks, "/Artifact" in self._marks

    def _is_off(self, layer: Any) -> bool:
        """Whether a layer, or every layer of a group of them, is switched off."""
        if layer is None:
            return False
        if getattr(layer, "idnum", None) in self._hidden_layers:
            return True
        group = layer.get_object()
        members = group.raw_get("/OCGs") if isinstance(group, DictionaryObject) and "/OCGs" in group else None
        members = members.get_object() if members is not None and not _is_layer(members) else [members]
        return all(member is not None and self._is_off(member) for member in members)

    # Text -------------------------------------------------------------------------------------

    def _begin_text(self, _: Sequence[Any]) -> None:
        self._pen.set(IDENTITY)

    def _use_font(self, operands: Sequence[Any]) -> None:
        self._state.size = float(operands[1])
        self._state.face = self._face(self._resource("/Font", operands[0]))

    def _set_matrix(self, operands: Sequence[Any]) -> None:
        self._pen.set(matrix_of(operands))

    def _move_line(self, operands: Sequence[Any]) -> None:
        self._pen.move_line(float(operands[0]), float(operands[1]))

    def _move_line_leading(self, operands: Sequence[Any]) -> None:
        self._state.leading = -float(operands[1])
        self._move_line(operands)

    def _next_line(self, _: Sequence[Any]) -> None:
        self._pen.move_line(0.0, -self._state.leading)

    def _show(self, operands: Sequence[Any]) -> None:
        self._pen.show(bytes(operands[-1]), self._state, len(self.shapes))

    def _show_next_line(self, operands: Sequence[Any]) -> None:
        self._next_line(())
        self._show(operands)

    def _show_spaced(self, operands: Sequence[Any]) -> None:
        self._state.word_space, self._state.char_space = float(operands[0]), float(operands[1])
        self._show_next_line(operands)

    def _show_pieces(self, operands: Sequence[Any]) -> None:
        for piece in operands[0]:
            if isinstance(piece, bytes):
                self._show((piece,))
            else:
                self._pen.skip(-float(piece) / 1000 * self._state.size * self._state.stretch / 100)

    # Resources --------------------------------------------------------------------------------

    def _resource(self, kind: str, name: Any, *, raw: bool = False) -> Any:
        """Return a named resource, or what stands in place of a name; `raw` leaves a reference as it is."""
        if isinstance(name, DictionaryObject):
            return name
        found = self._resources[kind].get_object()
        return found.raw_get(name) if raw else found[name]

    def _face(self, resource: Any) -> Face:
        font = resource.get_object()
        if id(font) not in self._faces:
            self._faces[id(font)] = read_face(font)
        return self._faces[id(font)]


def _is_layer(thing: Any) -> bool:
    """Whether a reference leads to a single layer, not to a list of them."""
    return isinstance(thing.get_object(), DictionaryObject)


_NUMBERS = {
    b"Tc": "char_space",
    b"Tw": "word_space",
    b"Tz": "stretch",
    b"TL": "leading",
    b"Ts": "rise",
    b"Tr": "mode",
}
_OPERATORS: dict[bytes, Callable[[Painter, Sequence[Any]], None]] = {
    b"q": Painter._save,
    b"Q": Painter._restore,
    b"cm": Painter._transform,
    b"gs": Painter._use_parameters,
    b"cs": Painter._use_space,
    b"sc": Painter._use_colour,
    b"scn": Painter._use_colour,
    **dict.fromkeys((b"g", b"rg", b"k"), Painter._use_device_colour),
    **dict.fromkeys((b"G", b"RG", b"K", b"SC", b"SCN"), Painter._use_outline),
    b"m": Painter._move,
    **dict.fromkeys((b"l", b"c", b"v", b"y"), Painter._draw),
    b"re": Painter._rectangle,
    **dict.fromkeys((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"), Painter._fill),
    **dict.fromkeys((b"S", b"s"), Painter._stroke),
    **dict.fromkeys((b"W", b"W*"), Painter._clip),
    b"n": Painter._end_path,
    b"sh": Painter._shade,
    b"INLINE IMAGE": Painter._inline_image,
    b"Do": Painter._do_object,
    **dict.fromkeys((b"BMC", b"BDC"), Painter._begin_mark),
    b"EMC": Painter._end_mark,
    b"BT": Painter._begin_text,
    b"Tf": Painter._use_font,
    b"Tm": Painter._set_matrix,
    b"Td": Painter._move_line,
    b"TD": Painter._move_line_leading,
    b"T*": Painter._next_line,
    b"Tj": Painter._show,
    b"'": Painter._show_next_line,
    b'"': Painter._show_spaced,
    b"TJ": Painter._show_pieces,
}
