"""Read what one page of a PDF shows: runs of letters with their places, without what nobody sees."""

from dataclasses import dataclass

from pypdf import PageObject

from index.pdf.geometry import turned
from index.pdf.painted import Shown, seen_parts
from index.pdf.painter import Painter


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


def read_page(page: PageObject, hidden_layers: frozenset[int] = frozenset()) -> tuple[list[Run], bool]:
    """Return the runs that a reader of the page sees, in the order painted, and whether there are others.

    `hidden_layers` are the object numbers of layers that are switched off.
    """
    painter = Painter(page, hidden_layers)
    painter.paint(page.get("/Contents"), page.get("/Resources"))
    seen = [part for shown in painter.shown for part in seen_parts(shown, painter.shapes)]
    turns = [part.turn for part in seen for _ in part.text]
    upright = max(set(turns), key=turns.count) if turns else 0
    has_more = sum(len(part.text) for part in seen) < sum(len(shown.text.strip()) for shown in painter.shown)
    return [_upright(part, upright) for part in seen], has_more


def _upright(shown: Shown, turn: int) -> Run:
    """Return the run with the page turned so that most of its text stands upright."""
    (x0, y), (x1, _) = (turned(point, turn) for point in (shown.start, shown.end))
    tilted = shown.turn != turn
    return Run(shown.text, min(x0, x1), max(x0, x1), y, shown.size, shown.is_bold, shown.is_artifact or tilted, tilted)
