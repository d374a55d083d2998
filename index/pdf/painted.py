"""What a page has painted on it, and which of its letters a reader sees."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.pdf.geometry import WHITE, Box, Colour, Point, holds, turned

_MIN_CONTRAST = 0.1
_UP = ((0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0))  # for each quarter turn


@dataclass(frozen=True, slots=True)
class Shape:
    """Something painted; colour None is a picture, a pattern or a shading."""

    box: Box
    colour: Colour | None
    is_cover: bool  # opaque and a plain rectangle: what lies under it cannot be seen


@dataclass(slots=True)
class Shown:
    """Letters as they were painted, from `start` to `end` of their baseline.

    `is_inked`: they leave a mark large enough to be read. `order` tells how many shapes were painted
    before them, `turn` by how many quarter turns they are turned.
    """

    text: str
    start: Point
    end: Point
    size: float
    turn: int
    colour: Colour | None
    clip: Box
    is_inked: bool
    order: int
    is_bold: bool = False
    is_artifact: bool = False

    def is_same_hand(self, other: "Shown") -> bool:
        """Whether `other` was painted in the same way, so that both may be one run."""
        return (
            self.turn == other.turn
            and self.colour == other.colour
            and self.is_bold == other.is_bold
            and self.is_artifact == other.is_artifact
            and self.is_inked == other.is_inked
            and self.order == other.order
            and self.clip == other.clip
            and abs(self.size - other.size) < 0.05 * other.size
        )

    def gap_to(self, other: "Shown") -> Point:
        """Return how far `other` begins after the end of this one, along the line and across it."""
        end, start = turned(self.end, other.turn), turned(other.start, other.turn)
        return start[0] - end[0], start[1] - end[1]


def seen_parts(shown: Shown, shapes: Sequence[Shape]) -> Iterator[Shown]:
    """Yield what a reader sees of a run: all of it, nothing, or some of its words."""
    if not shown.is_inked or not shown.text.strip():
        return
    parts = list(_words(shown)) if _is_crossed(shown, shapes) else [shown]
    yield from (part for part in parts if part.text.strip() and _is_seen(part, shapes))


def _is_crossed(shown: Shown, shapes: Sequence[Shape]) -> bool:
    """Whether an edge of a shape, or of what the run is cut to, lies within it."""
    begin, end = turned(shown.start, shown.turn)[0], turned(shown.end, shown.turn)[0]
    for box in (shown.clip, *(shape.box for shape in shapes)):
        if holds(box, _middle(shown), slack=end - begin):
            edges = [turned(corner, shown.turn)[0] for corner in (box[:2], box[2:])]
            if any(begin + 1 < edge < end - 1 for edge in edges):
                return True
    return False


def _words(shown: Shown) -> Iterator[Shown]:
    """Yield the words of a run, each about where it stands."""
    (x0, y0), (x1, y1), length = shown.start, shown.end, len(shown.text)
    for word in re.finditer(r"\S+\s*", shown.text):
        a, b = word.start() / length, word.end() / length
        start, end = (x0 + a * (x1 - x0), y0 + a * (y1 - y0)), (x0 + b * (x1 - x0), y0 + b * (y1 - y0))
        yield replace(shown, text=word.group(), start=start, end=end)


def _is_seen(shown: Shown, shapes: Sequence[Shape]) -> bool:
    """Whether letters are on the page, uncovered, and not of the colour of what lies under them."""
    point = _middle(shown)
    if not holds(shown.clip, point, slack=1):
        return False
    if any(shape.is_cover and holds(shape.box, point) for shape in shapes[shown.order :]):
        return False
    if shown.colour is None:
        return True
    under = (shape.colour for shape in reversed(shapes[: shown.order]) if holds(shape.box, point))
    ground = next(under, WHITE)
    return ground is None or max(abs(a - b) for a, b in zip(ground, shown.colour, strict=True)) >= _MIN_CONTRAST


def _middle(shown: Shown) -> Point:
    """Return a point within the letters."""
    x, y = (shown.start[0] + shown.end[0]) / 2, (shown.start[1] + shown.end[1]) / 2
    across, up = _UP[shown.turn]
    return x + 0.3 * shown.size * across, y + 0.3 * shown.size * up
