"""Find tables among the lines of a page: pieces that stand in columns, row after row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.pdf.layout import WIDE_GAP, Line
from index.pdf.page import Run
from index.plain_text import BULLET

_SAME_ROW = 0.9  # of the type size; lines that overlap are side by side, as those of centred cells
_ROW_JUMP = 1.25  # rows are so much farther apart than the lines within a cell
_MAX_PITCH = 1.7
_MAX_CELL_PITCH = 1.5
_MAX_ROW_GAP = 4
_MAX_CELL_LINES = 8
_COLUMN_GAP = 0.15
_MAX_TORN = 0.4  # of the lines, in justified cells, have gaps within a column

Span = tuple[float, float]  # left and right edge of a column


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: the lines of text in each column, none where it is empty."""

    cells: tuple[tuple[str, ...], ...]
    is_bold: bool


@dataclass(frozen=True, slots=True)
class _Band:
    """Lines side by side."""

    lines: tuple[Line, ...]

    @property
    def pieces(self) -> list[Run]:
        return [piece for line in self.lines for piece in line.pieces]

    @property
    def size(self) -> float:
        return self.lines[0].size

    def below(self, other: "_Band") -> float:
        """Return how far this band is below `other`."""
        return other.lines[-1].y - self.lines[0].y

    def is_row(self) -> bool:
        """Whether several cells stand beside each other; the mark of a list item is none."""
        spans = _spans([self])
        marks = len(self.lines) == 1 and bool(BULLET.match(f"{self.lines[0].pieces[0].text} x"))
        return len(spans) - marks > 1


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table and where its columns stand."""

    rows: tuple[Row, ...]
    spans: tuple[Span, ...]


def tables_of(lines: Sequence[Line], before: Table | None = None) -> Iterator[Line | Table]:
    """Yield the lines of a column in order, those of each table together.

    `before` is the table with which the column or page before this one ended: it may go on here.
    """
    bands = _bands(lines)
    right = max((line.x1 for line in lines), default=0.0)
    start = 0
    while start < len(bands):
        end = _end_of_table(bands, start, right)
        if end == start == 0 and before and _goes_on(before, bands[0]):
            end = 1
        if end > start:
            yield _read_rows(bands[start:end])
        else:
            yield from bands[start].lines
        start = max(end, start + 1)


def _goes_on(table: Table, band: _Band) -> bool:
    """Whether a row stands in the columns of a table, which in another column of the page are farther right or left."""
    pieces = band.pieces
    return band.is_row() and any(
        all(
            any(left <= piece.x0 - shift + 1 and piece.x1 - shift - 1 <= right for left, right in table.spans)
            for piece in pieces
        )
        for shift in (0.0, pieces[0].x0 - table.spans[0][0])
    )


def _bands(lines: Sequence[Line]) -> list[_Band]:
    groups: list[list[Line]] = []
    for line in lines:
        if groups and groups[-1][-1].y - line.y < _SAME_ROW * line.size:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_Band(tuple(group)) for group in groups]


def _end_of_table(bands: Sequence[_Band], start: int, right: float) -> int:
    """Return where the table that begins at `start` ends; `start` if none does."""
    end = start
    while count := _bands_to_next_row(bands, start, end):
        end += count
    while end > start and end < len(bands) and _is_wrapped(bands, start, end):
        end += 1
    rows = [band for band in bands[start:end] if band.is_row()]
    if not rows or sum(_is_prose(band, right) for band in rows) >= len(rows) / 2:
        return start
    narrowest = min(after[0] - before[1] for before, after in pairwise(_spans(bands[start:end])))
    return end if len(rows) >= (2 if narrowest > WIDE_GAP * rows[0].size else 3) else start


def _bands_to_next_row(bands: Sequence[_Band], start: int, end: int) -> int:
    """Return how many bands lead to the table's next row, that one included; 0 if there is no more.

    Above it may stand lines of its cells: a cell of several lines begins higher than one that is centred.
    """
    for position in range(end, min(end + _MAX_CELL_LINES, len(bands))):
        band = bands[position]
        if position > start and band.below(bands[position - 1]) > _MAX_ROW_GAP * band.size:
            return 0
        if not band.is_row():
            if position == start and not _is_wrapped_header(bands, start):
                return 0
            continue
        table = bands[start : position + 1]
        spans = _spans(table)
        all_lines = [line for one in table for line in one.lines]
        torn = sum(len({_column(spans, piece) for piece in line.pieces}) < len(line.pieces) for line in all_lines)
        is_beside = all(
            _column(spans, bands[n].pieces[0]) > 0 or n == start or _is_tight(bands[n - 1], bands[n])
            for n in range(end, position)
        )
        return position + 1 - end if len(spans) > 1 and torn <= _MAX_TORN * len(all_lines) and is_beside else 0
    return 0


def _is_wrapped_header(bands: Sequence[_Band], position: int) -> bool:
    """Whether a line begins a cell of a bold header row, which is higher than the others."""
    pair = bands[position : position + 2]
    is_bold = all(piece.is_bold for band in pair for piece in band.pieces)
    return len(pair) == 2 and is_bold and pair[1].is_row() and _is_tight(*pair)


def _is_tight(above: _Band, below: _Band) -> bool:
    return below.below(above) < _MAX_CELL_PITCH * below.size


def _is_wrapped(bands: Sequence[_Band], start: int, position: int) -> bool:
    """Whether a line goes on with a cell of the table's last row."""
    band = bands[position]
    spans = _spans(bands[start : position + 1])
    is_near = band.below(bands[position - 1]) < _MAX_PITCH * band.size
    return is_near and len(spans) == len(_spans(bands[start:position])) and _column(spans, band.pieces[0]) > 0


def _is_prose(band: _Band, right: float) -> bool:
    """Whether a band is rather a line of a paragraph with wide gaps: begun within a sentence and full."""
    line = band.lines[0]
    return line.text[0].islower() and line.x1 > right - line.size


def _spans(bands: Sequence[_Band]) -> list[Span]:
    """Return the columns in which the pieces stand."""
    spans: list[Span] = []
    for piece in sorted((piece for band in bands for piece in band.pieces), key=lambda piece: piece.x0):
        if spans and piece.x0 < spans[-1][1] + _COLUMN_GAP * piece.size:
            spans[-1] = (spans[-1][0], max(spans[-1][1], piece.x1))
        else:
            spans.append((piece.x0, piece.x1))
    return spans


def _column(spans: Sequence[Span], piece: Run) -> int:
    return next(number for number, (left, right) in enumerate(spans) if left <= piece.x0 <= right)


def _read_rows(bands: Sequence[_Band]) -> Table:
    spans = _spans(bands)
    limit = _row_distance(bands)
    rows: list[list[_Band]] = []
    for band in bands:
        if rows and _is_same_row(rows[-1], band, spans, limit):
            rows[-1].append(band)
        else:
            rows.append([band])
    read = (_read_row([line for band in row for line in band.lines], spans) for row in rows)
    return Table(tuple(read), tuple(spans))


def _row_distance(bands: Sequence[_Band]) -> float:
    """Return how far apart rows are at least, 0 if rows and the lines within cells are equally far."""
    gaps = sorted(below.below(above) for above, below in pairwise(bands))
    jump, limit = max(((after / before, after) for before, after in pairwise(gaps)), default=(0.0, 0.0))
    return limit if jump >= _ROW_JUMP else 0.0


def _is_same_row(row: Sequence[_Band], band: _Band, spans: Sequence[Span], limit: float) -> bool:
    """Whether a band goes on with the cells of the row above it."""
    gap = band.below(row[-1])
    filled = {_column(spans, piece) for piece in band.pieces}
    above = {_column(spans, piece) for one in row for piece in one.pieces}
    if limit:
        begins_anew = not any(piece.text[0].islower() for piece in band.pieces)
        return gap < limit - 0.1 and not (len(filled) == len(above) == len(spans) and begins_anew)
    return 0 not in filled and gap < _MAX_PITCH * band.size


def _read_row(lines: Sequence[Line], spans: Sequence[Span]) -> Row:
    cells: list[list[str]] = [[] for _ in spans]
    for line in lines:
        for piece in line.pieces:
            cells[_column(spans, piece)].append(piece.text)
    is_bold = all(piece.is_bold for line in lines for piece in line.pieces)
    return Row(tuple(map(tuple, cells)), is_bold)
