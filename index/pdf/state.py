"""The graphics state of a PDF page, and the matrices of the text being shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan2, hypot, pi
from typing import Any

from index.encoding import visible
from index.pdf.fonts import Face
from index.pdf.geometry import BLACK, IDENTITY, Box, Colour, Matrix, Point, apply, meet, times
from index.pdf.painted import Shape, Shown

_MIN_SIZE = 2.0  # points; smaller letters are no letters to a reader
_MIN_CHAR_WIDTH = 0.08  # of the size; letters squeezed to less are none either
_MIN_ALPHA = 0.1
_MIN_SHAPE = 3.0  # points; smaller shapes are lines, not grounds
_BULLET_SIZES = (1.5, 8.0)
_WORD_GAP = 0.17  # of the size; a wider gap between letters is a space
_RUN_GAP = 0.8
_OUTLINE_MODES, _BOTH_MODES = frozenset({1, 5}), frozenset({2, 6})
_UNSEEN_MODES = frozenset({3, 7})
_GLYPHS = str.maketrans(
    {"\u00ad": "-", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\xa0": " "}
)


@dataclass(slots=True)
class State:
    """What the operators q and Q save and bring back."""

    clip: Box
    ctm: Matrix = IDENTITY
    colour: Colour | None = BLACK
    outline: Colour | None = BLACK
    space: str = ""
    alpha: float = 1.0
    is_blended: bool = False
    is_hidden: bool = False  # in a layer that is switched off
    is_artifact: bool = False
    face: Face | None = None
    size: float = 0.0
    char_space: float = 0.0
    word_space: float = 0.0
    stretch: float = 100.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0

    @property
    def letter_colour(self) -> Colour | None:
        """The colour of letters; None if that cannot be told."""
        if self.mode in _OUTLINE_MODES:
            return self.outline
        return None if self.mode in _BOTH_MODES and self.colour != self.outline else self.colour

    @property
    def is_inked(self) -> bool:
        """Whether what is painted leaves a mark."""
        return self.alpha >= _MIN_ALPHA and not self.is_hidden


@dataclass(slots=True)
class Path:
    """A path under construction, in the page's own coordinates."""

    points: list[Point] = field(default_factory=list)
    parts: int = 0
    is_curved: bool = False

    def add(self, operands: Sequence[Any], ctm: Matrix) -> None:
        """Add points, given as x and y of one after another."""
        values = [float(value) for value in operands]
        self.points += [apply(ctm, x, y) for x, y in zip(values[::2], values[1::2], strict=True)]

    def box(self) -> Box | None:
        """Return the smallest box around the path, None if there is none."""
        if not self.points:
            return None
        across, up = [x for x, _ in self.points], [y for _, y in self.points]
        return min(across), min(up), max(across), max(up)

    def is_rectangle(self) -> bool:
        """Whether the path is a single rectangle along the axes."""
        across, up = {round(x, 1) for x, _ in self.points}, {round(y, 1) for _, y in self.points}
        return self.parts == 1 and not self.is_curved and len(across) == len(up) == 2

    def shape(self, state: State, colour: Colour | None, *, is_solid: bool) -> Shape | None:
        """Return what filling the path paints, None if that is no ground for letters."""
        box = self.box()
        if box is None or state.alpha < 0.5 or state.is_hidden:
            return None
        is_cover = is_solid and self.is_rectangle() and state.alpha > 1 - _MIN_ALPHA and not state.is_blended
        box = meet(box, state.clip)
        is_thin = box[2] - box[0] < _MIN_SHAPE or box[3] - box[1] < _MIN_SHAPE
        return None if is_thin else Shape(box, colour, is_cover)

    def bullet(self, state: State, order: int) -> Shown | None:
        """Return a small disc, ring or square as the mark of a list item, which browsers draw; None if it is none."""
        box = self.box()
        width, height = (box[2] - box[0], box[3] - box[1]) if box else (0.0, 0.0)
        if box is None or not _BULLET_SIZES[0] <= width <= _BULLET_SIZES[1] or abs(width - height) > 0.2 * width:
            return None
        start, end = (box[0], box[1]), (box[2], box[1])
        return Shown("•", start, end, 2.5 * width, 0, state.colour, state.clip, state.is_inked, order)


@dataclass(slots=True)
class Pen:
    """Where text is being shown, and what has been."""

    shown: list[Shown] = field(default_factory=list)
    text: Matrix = IDENTITY
    line: Matrix = IDENTITY

    def set(self, matrix: Matrix) -> None:
        """Begin a line where the matrix puts it."""
        self.text = self.line = matrix

    def move_line(self, x: float, y: float) -> None:
        """Begin a line so far from the beginning of the last one."""
        self.set(times((1.0, 0.0, 0.0, 1.0, x, y), self.line))

    def skip(self, distance: float) -> None:
        """Move along the line."""
        self.text = times((1.0, 0.0, 0.0, 1.0, distance, 0.0), self.text)

    def show(self, codes: bytes, state: State, order: int) -> None:
        """Show letters and move behind them; `order` is how many shapes lie under them."""
        if state.face is None:
            return
        text, width, count, spaces = state.face.read(codes)
        stretch = state.stretch / 100
        before = self._place(state, stretch)
        self.skip((width * state.size + count * state.char_space + spaces * state.word_space) * stretch)
        after = self._place(state, stretch)
        size = abs(state.size) * hypot(before[2], before[3])
        length = hypot(after[4] - before[4], after[5] - before[5])
        is_squeezed = len(text) > 2 and length < _MIN_CHAR_WIDTH * size * len(text)
        is_inked = state.is_inked and state.mode not in _UNSEEN_MODES and size >= _MIN_SIZE and not is_squeezed
        text = visible(text.translate(_GLYPHS))
        turn = round(2 * atan2(before[1], before[0]) / pi) % 4
        shown = Shown(
            text, before[4:], after[4:], size, turn, state.letter_colour, state.clip, is_inked, order,
            state.face.is_bold, state.is_artifact,
        )  # fmt: skip
        if text and not self._continues(shown):
            self.shown.append(shown)

    def _place(self, state: State, stretch: float) -> Matrix:
        return times((stretch, 0.0, 0.0, 1.0, 0.0, state.rise), times(self.text, state.ctm))

    def _continues(self, new: Shown) -> bool:
        """Add letters to the last run if they go on with it; say whether they do."""
        last = self.shown[-1] if self.shown else None
        if last is None or not last.is_same_hand(new):
            return False
        along, across = last.gap_to(new)
        if abs(across) > 0.1 * new.size or not -0.5 * new.size < along < _RUN_GAP * new.size:
            return False
        if along < -_WORD_GAP * new.size:  # printed over a space, which browsers put where a word could be broken
            last.text = last.text.removesuffix(" ")
        is_gap = along > _WORD_GAP * new.size and not last.text.endswith(" ") and not new.text.startswith(" ")
        last.text, last.end = f"{last.text}{' ' if is_gap else ''}{new.text}", new.end
        return True
