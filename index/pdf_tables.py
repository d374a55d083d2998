"""Find tables among the lines of a page: pieces that stand in columns, line after line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.pdf_layout import WIDE_GAP, Line
from index.pdf_page import Run
from index.plain_text import BULLET

_SAME_ROW = 0.9  # of the type size; lines that overlap are one row
_ROW_JUMP = 1.25  # rows are so much farther apart than the lines within a cell
_MAX_PITCH = 1.7
_MAX_ROW_GAP = 4
_MAX_CELL_LINES = 8
_COLUMN_GAP = 0.4


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a text for each column, empty where there is none."""

    cells: tuple[str, ...]
    is_bold: bool
    y: float


def tables_of(lines: Sequence[Line]) -> Iterator[Line | list[Row]]:
    """Yield the lines in order, those of each table as its rows."""
    start = 0
    while start < len(lines):
        end = _end_of_table(lines, start)
        if end > start:
            yield _read_rows(lines[start:end])
        else:
            yield lines[start]
        start = max(end, start + 1)


def _end_of_table(lines: Sequence[Line], start: int) -> int:
    """Return where the table that begins at `start` ends; `start` if none does."""
    end = start
    while rows := _lines_to_next_row(lines, start, end):
        end += rows
    while end > start and end < len(lines) and _is_wrapped(lines, start, end):
        end += 1
    rows_found = [line for line in lines[start:end] if _is_row(line)]
    if not rows_found or sum(line.text[0].islower() for line in rows_found) >= len(rows_found) / 2:
        return start
    narrowest = min(right[0] - left[1] for left, right in pairwise(_spans(lines[start:end])))
    return end if len(rows_found) >= (2 if narrowest > WIDE_GAP * rows_found[0].size else 3) else start


def _lines_to_next_row(lines: Sequence[Line], start: int, end: int) -> int:
    """Return how many lines lead to the table's next row, that line included; 0 if there is no more.

    Above it may stand lines of its cells: a cell of several lines begins higher than one that is centred.
    """
    for position in range(end, min(end + _MAX_CELL_LINES, len(lines))):
        line = lines[position]
        if position > start and lines[position - 1].y - line.y > _MAX_ROW_GAP * line.size:
            return 0
        if not _is_row(line):
            if position == start and not _overlaps(lines, position):
                return 0
            continue
        table = lines[start : position + 1]
        spans = _spans(table)
        between = lines[end:position]
        fits = all(len({_column(spans, piece) for piece in one.pieces}) == len(one.pieces) for one in table)
        is_beside = all(
            _column(spans, one.pieces[0]) > 0 or _overlaps(lines, end + number) for number, one in enumerate(between)
        )
        return position + 1 - end if len(spans) > 1 and fits and is_beside else 0
    return 0


def _is_wrapped(lines: Sequence[Line], start: int, position: int) -> bool:
    """Whether a line goes on with a cell of the table's last row."""
    line = lines[position]
    spans = _spans(lines[start : position + 1])
    is_near = lines[position - 1].y - line.y < _MAX_PITCH * line.size
    is_beside = _column(spans, line.pieces[0]) > 0 or _overlaps(lines, position)
    return len(spans) == len(_spans(lines[start:position])) > 1 and is_near and is_beside and len(line.pieces) == 1


def _is_row(line: Line) -> bool:
    """Whether a line has several pieces besides the mark of a list item."""
    return len(line.pieces) - bool(BULLET.match(f"{line.pieces[0].text} x")) > 1 or len(line.pieces) > 2


def _overlaps(lines: Sequence[Line], position: int) -> bool:
    """Whether a line stands beside a row rather than above or below it, as the first of two lines in a cell does."""
    line = lines[position]
    near = [*lines[max(0, position - 1) : position], *lines[position + 1 : position + 2]]
    return any(_is_row(other) and abs(other.y - line.y) < _SAME_ROW * line.size for other in near)


def _spans(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns of the lines' pieces, as their left and right edges."""
    spans: list[tuple[float, float]] = []
    for piece in sorted((piece for line in lines for piece in line.pieces), key=lambda piece: piece.x0):
        if spans and piece.x0 < spans[-1][1] + _COLUMN_GAP * piece.size:
            spans[-1] = (spans[-1][0], max(spans[-1][1], piece.x1))
        else:
            spans.append((piece.x0, piece.x1))
    return spans


def _column(spans: Sequence[tuple[float, float]], piece: Run) -> int:
    return next(number for number, (left, right) in enumerate(spans) if left <= piece.x0 <= right)


def _read_rows(lines: Sequence[Line]) -> list[Row]:
    spans = _spans(lines)
    limit = _row_distance(lines)
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _is_same_row(groups[-1], line, spans, limit):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_read_row(group, spans) for group in groups]


def _row_distance(lines: Sequence[Line]) -> float:
    """Return how far apart rows are at least, 0 if rows and the lines within cells are equally far."""
    gaps = sorted(gap for a, b in pairwise(lines) if (gap := a.y - b.y) >= _SAME_ROW * b.size)
    jumps = [(after / before, after) for before, after in pairwise(gaps)]
    jump, limit = max(jumps, default=(0.0, 0.0))
    return limit if jump >= _ROW_JUMP else 0.0


def _is_same_row(row: Sequence[Line], line: Line, spans: Sequence[tuple[float, float]], limit: float) -> bool:
    gap = row[-1].y - line.y
    filled = {_column(spans, piece) for piece in line.pieces}
    above = {_column(spans, piece) for before in row for piece in before.pieces}
    if gap < _SAME_ROW * line.size:
        return True
    if limit:
        return gap < limit - 0.1 and not len(filled) == len(above) == len(spans)
    return 0 not in filled and gap < _MAX_PITCH * line.size


def _read_row(lines: Sequence[Line], spans: Sequence[tuple[float, float]]) -> Row:
    cells: list[list[str]] = [[] for _ in spans]
    for line in lines:
        for piece in line.pieces:
            cells[_column(spans, piece)].append(piece.text)
    is_bold = all(piece.is_bold for line in lines for piece in line.pieces)
    return Row(tuple(" ".join(cell) for cell in cells), is_bold, lines[0].y)
