"""Places, boxes, matrices and colours of a PDF page."""

from collections.abc import Sequence
from typing import Any

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top
Colour = tuple[float, float, float]  # red, green, blue, 0 to 1

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)


def matrix_of(operands: Sequence[Any]) -> Matrix:
    """Return six operands as a matrix; raise ValueError for another number of them."""
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def times(one: Matrix, two: Matrix) -> Matrix:
    """Return the matrix that does `one`, then `two`."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def apply(matrix: Matrix, x: float, y: float) -> Point:
    """Return where the matrix puts a point."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def turned(point: Point, turn: int) -> Point:
    """Return the point on a page turned back by so many quarter turns."""
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


def meet(one: Box, two: Box) -> Box:
    """Return what two boxes share; its right is left of its left if that is nothing."""
    return max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])


def holds(box: Box, point: Point, slack: float = 0.0) -> bool:
    """Whether a point is in a box, or no farther than `slack` from it."""
    left, bottom, right, top = box
    return left - slack <= point[0] <= right + slack and bottom - slack <= point[1] <= top + slack


def colour_of(values: Sequence[float]) -> Colour | None:
    """Return the colour of a grey, RGB or CMYK value, None for another."""
    match list(values):
        case [grey]:
            return grey, grey, grey
        case [red, green, blue]:
            return red, green, blue
        case [cyan, magenta, yellow, black]:
            return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return None
