"""Put the runs of a page into reading order: lines, and the columns that they stand in."""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median
from typing import NamedTuple

from index.furniture import is_sentence
from index.pdf.page import Run

_PIECE_GAP = 0.5  # of the type size; a wider gap may part columns or cells
WIDE_GAP = 1.0  # one as wide is rarely chance
_BAND_GAP = 2.2  # a wider gap across both columns may end them
_WORD_GAP = 0.17
_SAME_LINE = 0.4
_MIN_COLUMN_LINES = 3
_MIN_LINE_LENGTH = 15
_FULL_LINE = 0.6
_MIN_INSIDE = 0.12  # of the lines of a column begin within a sentence, at least
_LOWER_WORD = re.compile(r"\b[^\W\d_A-Z]\w*")
_MAX_DEPTH = 4
_CANDIDATES = 30
_FAR, _SMALL = 2.5, 0.92  # of the body's size
_APART = 1.4  # of the type size; a page number keeps such a distance
_MARGIN_ROWS = 3  # so many lines at either end of a page may be its header or footer
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|seite|página|стр\.?|p\.?|第)\s*)?(?:\d{1,4}|[ivxlc]{1,6})\s*页?(?:\s*(?:/|of|von|de|sur|\|)\s*\d{1,4})?[-–—|\s]*",
    re.I,
)
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_BETWEEN_CJK = re.compile(f"(?<={_CJK.pattern}) (?={_CJK.pattern})")
_NOTE_MARK = re.compile(r"[\d*†‡,]{1,4}")


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of text on one line, from left to right; between them are gaps wider than a space."""

    pieces: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        text = " ".join(piece.text for piece in self.pieces)
        return _BETWEEN_CJK.sub("", text) if len(self.pieces) > 1 else text

    @property
    def x0(self) -> float:
        """Where the line begins."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Where the line ends."""
        return max(piece.x1 for piece in self.pieces)

    @property
    def y(self) -> float:
        """The baseline."""
        return max(self.pieces, key=lambda piece: len(piece.text)).y

    @property
    def size(self) -> float:
        """The size of most of its letters."""
        return max(self.pieces, key=lambda piece: len(piece.text)).size

    @property
    def is_bold(self) -> bool:
        """Whether all of it is bold."""
        return all(piece.is_bold or not piece.text.strip(" •") for piece in self.pieces)


class Gutter(NamedTuple):
    """Where columns part, and where the right one begins."""

    x: float
    right: float


def pieces_of(runs: Sequence[Run]) -> list[Run]:
    """Return the runs of a page joined into pieces: letters on one line without a wide gap, top down."""
    upright = [run for run in runs if not run.is_tilted]
    pieces = [piece for row in _rows(upright) for piece in _joined(row)]
    return pieces + [replace(run, text=" ".join(run.text.split())) for run in runs if run.is_tilted]


def _rows(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the runs by line, top down; raised and lowered letters belong to the line beside them."""
    rows: list[list[Run]] = []
    main: list[Run] = []
    for run in sorted(runs, key=lambda run: -run.y):
        if rows and _is_beside(main[-1], run):
            rows[-1].append(run)
            main[-1] = max(main[-1], run, key=lambda one: one.size)
        else:
            rows.append([run])
            main.append(run)
    return rows


def _is_beside(one: Run, other: Run) -> bool:
    small, big = sorted((one, other), key=lambda run: run.size)
    rise = small.y - big.y
    if small.size < 0.85 * big.size:
        return -0.3 * big.size < rise < 0.6 * big.size
    return abs(rise) < _SAME_LINE * small.size


def _joined(row: Sequence[Run]) -> Iterator[Run]:
    """Yield the pieces of a line, spaces set where there are gaps."""
    piece: list[Run] = []
    for run in sorted(row, key=lambda run: (run.x0, -run.x1)):
        if piece and _is_shadow(piece[-1], run):
            continue
        gap = run.x0 - max((before.x1 for before in piece), default=0.0)
        if piece and (gap > _PIECE_GAP * min(piece[-1].size, run.size) or piece[-1].is_artifact != run.is_artifact):
            yield from _merged(piece)
            piece = []
        piece.append(run)
    yield from _merged(piece)


def _is_shadow(one: Run, other: Run) -> bool:
    """Whether letters are printed a second time beside themselves, to look bold or raised."""
    return (
        one.text == other.text and abs(one.x0 - other.x0) < 0.2 * one.size and abs(one.x1 - other.x1) < 0.2 * one.size
    )


def _merged(runs: Sequence[Run]) -> Iterator[Run]:
    text = ""
    main = max(runs, key=lambda run: (len(run.text.strip()), run.size))
    end = runs[0].x0
    for run in runs:
        if run.size < 0.8 * main.size and run.y > main.y + 0.15 * main.size and _is_note_mark(text, run.text):
            continue
        gap = run.x0 - end
        is_apart = gap > _WORD_GAP * main.size and not (
            _CJK.match(text[-1:]) and _CJK.match(run.text[0]) and gap < main.size
        )
        text += f" {run.text}" if is_apart else run.text
        end = max(end, run.x1)
    if text := " ".join(text.split()):
        letters = [run for run in runs if any(map(str.isalnum, run.text))]
        is_bold = bool(letters) and all(run.is_bold for run in letters)
        yield replace(main, text=text, x0=runs[0].x0, x1=end, is_bold=is_bold)


def _is_note_mark(before: str, text: str) -> bool:
    """Whether small raised letters after a word's or sentence's end point to a footnote."""
    return bool(_NOTE_MARK.fullmatch(text.strip())) and before.rstrip()[-1:] in tuple('.,;:!?"”’)»')


def page_furniture(pages: Sequence[Sequence[Run]]) -> list[set[int]]:
    """Return for each page the positions of the pieces that belong to the page itself.

    These are the ones that the file marks so, those turned against the text, page numbers, and what
    several pages have in the same place at their upper or lower end.
    """
    ends = [_page_ends(pieces) for pieces in pages]
    seen = Counter(
        key
        for pieces, rows in zip(pages, ends, strict=True)
        for key in {_key(pieces[position]) for position in chain(*chain(*rows))}
    )
    return [_furniture_of(pieces, rows, seen) for pieces, rows in zip(pages, ends, strict=True)]


def _page_ends(pieces: Sequence[Run]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the outermost lines at the top and at the bottom, as positions of their pieces, outermost first."""
    rows: list[list[int]] = []
    for position in sorted(range(len(pieces)), key=lambda position: -pieces[position].y):
        if rows and _is_beside(pieces[rows[-1][0]], pieces[position]):
            rows[-1].append(position)
        else:
            rows.append([position])
    return rows[:_MARGIN_ROWS], rows[::-1][:_MARGIN_ROWS]


def _key(piece: Run, shift: int = 0) -> tuple[str, int]:
    return re.sub(r"\d+", "#", piece.text.casefold()), round(piece.y) + shift


def _is_running_line(row: Sequence[Run], inner: Sequence[Run], body: float) -> bool:
    """Whether the outermost line is small, no sentence and far from the text: a header that only one page has."""
    size = max(piece.size for piece in row)
    is_far = bool(inner) and abs(row[0].y - inner[0].y) > _FAR * body
    return is_far and size < _SMALL * body and not any(is_sentence(piece.text) for piece in row)


def _furniture_of(pieces: Sequence[Run], ends: Sequence[list[list[int]]], seen: Counter[tuple[str, int]]) -> set[int]:
    found = {position for position, piece in enumerate(pieces) if piece.is_artifact}
    body = median(piece.size for piece in pieces) if pieces else 0.0
    for rows in ends:
        rows = [row for row in rows if not found.issuperset(row)]
        if rows and _is_running_line([pieces[p] for p in rows[0]], [pieces[p] for row in rows[1:2] for p in row], body):
            found.update(rows[0])
        for number, row in enumerate(rows):
            inner = rows[number + 1] if number + 1 < len(rows) else []
            repeated = [sum(seen[_key(pieces[position], shift)] for shift in (-1, 0, 1)) > 1 for position in row]
            kinds = [
                "repeated"
                if position in found or (again and any(map(str.isalpha, pieces[position].text)))
                else "number"
                if _PAGE_NUMBER.fullmatch(pieces[position].text)
                else "text"
                for position, again in zip(row, repeated, strict=True)
            ]
            is_apart = not inner or abs(pieces[row[0]].y - pieces[inner[0]].y) > _APART * pieces[row[0]].size
            if "text" in kinds or kinds.count("number") > 1 or (kinds == ["number"] and not is_apart):
                break
            found.update(row)
    return found


def columns(pieces: Sequence[Run], gutter: Gutter | None, depth: int = 0) -> list[list[Line]]:
    """Return the regions of a page in reading order, each as lines, top down.

    Where a gutter parts columns, the left one is read before the right one, between the lines that run
    across both. Columns may have columns of their own.
    """
    if gutter is None:
        return [lines_of(pieces)] if pieces else []
    regions: list[list[Line]] = []
    plain: list[Run] = []
    for band, is_columns in _bands(pieces, gutter):
        if not is_columns:
            plain += band
            continue
        for part in (plain, *_sides(band, gutter.x)):
            regions += _inner_columns(part, depth)
        plain = []
    return regions + _inner_columns(plain, depth)


def _inner_columns(pieces: Sequence[Run], depth: int) -> list[list[Line]]:
    return columns(pieces, find_gutter(pieces) if depth < _MAX_DEPTH else None, depth + 1)


def lines_of(pieces: Sequence[Run]) -> list[Line]:
    """Return the pieces by line, top down."""
    return [Line(tuple(sorted(row, key=lambda piece: piece.x0))) for row in _rows(pieces)]


def _bands(pieces: Sequence[Run], gutter: Gutter) -> list[tuple[list[Run], bool]]:
    """Cut a page from top to bottom where a line or a wide gap runs across the gutter; say which parts are columns.

    What lies between two parts that are columns is part of them, unless a line runs across; so is what
    only one column goes on with at the end.
    """
    bands: list[list[Run]] = [[]]
    crossing: list[bool] = [False]
    bottom = float("inf")
    for row in _rows(pieces):
        runs_across = any(piece.x0 < gutter.x < piece.x1 for piece in row)
        top = max(piece.y for piece in row)
        if runs_across != crossing[-1] or bottom - top > _BAND_GAP * max(piece.size for piece in row):
            bands.append([])
            crossing.append(runs_across)
        bands[-1] += row
        bottom = min(piece.y for piece in row)
    kinds = [not across and _is_columnar(band, gutter) for band, across in zip(bands, crossing, strict=True)]
    done: list[tuple[list[Run], bool]] = []
    for position, (band, is_columns) in enumerate(zip(bands, kinds, strict=True)):
        is_one_sided = not all(_sides(band, gutter.x))
        onward = next((kinds[n] for n in range(position + 1, len(bands)) if kinds[n] or crossing[n]), is_one_sided)
        if done and done[-1][1] and not crossing[position] and (is_columns or onward):
            done[-1][0].extend(band)
        else:
            done.append((list(band), is_columns))
    return done


def _is_columnar(band: Sequence[Run], gutter: Gutter) -> bool:
    """Whether both columns go on in this part of a page; a table under them has its gaps elsewhere."""
    left, right = _sides(band, gutter.x)
    if not left or not right:
        return False
    begins = min(piece.x0 for piece in right)
    return abs(begins - gutter.right) < right[0].size or (_is_prose(lines_of(left)) and _is_prose(lines_of(right)))


def _sides(pieces: Sequence[Run], x: float) -> tuple[list[Run], list[Run]]:
    return [piece for piece in pieces if piece.x1 <= x], [piece for piece in pieces if piece.x0 >= x]


def find_gutter(pieces: Sequence[Run], last: Gutter | None = None) -> Gutter | None:
    """Return where a gap runs down between two columns of prose, or None.

    Columns of a table have gaps too; but their lines are short and begin with capitals and digits.
    Where nothing else tells, the gutter of the `last` page counts, if no line runs across it.
    """
    gaps = _gaps(pieces)
    lefts, rights = sorted(left for left, _, _ in gaps), sorted(right for _, right, _ in gaps)
    edges = {round(x, 1) for left, right, _ in gaps for x in (left + 0.1, right - 0.1)}
    tried: list[float] = []
    for x in sorted(edges, key=lambda x: (bisect(rights, x) - bisect(lefts, x), x)):  # where most gaps are, first
        heights = [y for left, right, y in gaps if left < x < right]
        if len(tried) == _CANDIDATES or not heights:
            break
        if any(abs(x - other) < 1 for other in tried):
            continue
        tried.append(x)
        left, right = _sides(_around(pieces, x, heights), x)
        is_clear = len(left) + len(right) == len(pieces)
        if left and right and _are_columns(lines_of(left), lines_of(right), is_clear=is_clear):
            edge = min(piece.x0 for piece in right)
            return Gutter((max(piece.x1 for piece in left) + edge) / 2, edge)
    return last if last and _has_gutter(pieces, last) else None


def _has_gutter(pieces: Sequence[Run], gutter: Gutter) -> bool:
    left, right = _sides(pieces, gutter.x)
    is_parted = bool(left) and bool(right) and len(left) + len(right) == len(pieces)
    return is_parted and abs(min(piece.x0 for piece in right) - gutter.right) < 2


def _gaps(pieces: Sequence[Run]) -> list[tuple[float, float, float]]:
    """Return the gaps between each piece and the nearest to its right: left edge, right edge, height."""
    gaps = []
    by_height = sorted(pieces, key=lambda piece: piece.y)
    heights = [piece.y for piece in by_height]
    for piece in pieces:
        reach = 0.7 * piece.size
        beside = by_height[bisect(heights, piece.y - reach) : bisect(heights, piece.y + reach)]
        right = min((other.x0 for other in beside if other.x0 > piece.x1), default=None)
        if right is not None:
            gaps.append((piece.x1, right, piece.y))
    return gaps


def _around(pieces: Sequence[Run], x: float, heights: Sequence[float]) -> list[Run]:
    """Return the pieces at these heights, and those above and below up to the next one that runs across."""
    crossing = [piece.y for piece in pieces if piece.x0 < x < piece.x1]
    ceiling = min((y for y in crossing if y > max(heights)), default=float("inf"))
    floor = max((y for y in crossing if y < min(heights)), default=float("-inf"))
    return [piece for piece in pieces if floor < piece.y < ceiling]


def _are_columns(left: Sequence[Line], right: Sequence[Line], *, is_clear: bool) -> bool:
    """Whether the lines on either side of a gap are columns; a narrow gap may be chance in a few lines.

    A long column is one also beside a short one, if no line of the page runs across (`is_clear`).
    """
    width = min(line.x0 for line in right) - max(line.x1 for line in left)
    needed = _MIN_COLUMN_LINES if width > WIDE_GAP * left[0].size else 2 * _MIN_COLUMN_LINES
    fewer, more = sorted((left, right), key=len)
    if len(fewer) < needed:
        return is_clear and len(more) >= 3 * needed and _is_prose(more, is_clear)
    inside = sum(line.text[0].islower() or bool(_CJK.match(line.text)) for line in (*left, *right))
    is_running = inside >= _MIN_INSIDE * (len(left) + len(right))
    return is_running and _is_prose(more, is_clear) and _is_prose(fewer)


def _is_prose(lines: Sequence[Line], holds_more: bool = False) -> bool:
    """Whether lines are those of a column: most letters are in long lines, and in lines of sentences.

    A column that `holds_more` may hold tables and lists, too.
    """
    widest = max(line.x1 - line.x0 for line in lines)
    letters = sum(len(line.text) for line in lines)
    full = sum(len(line.text) for line in lines if line.x1 - line.x0 > _FULL_LINE * widest)
    prose = sum(len(line.text) for line in lines if len(_LOWER_WORD.findall(line.text)) > 2 or _CJK.match(line.text))
    return _mean_width(lines) >= _MIN_LINE_LENGTH and (holds_more or full >= 0.6 * letters) and prose >= 0.4 * letters


def _mean_width(lines: Sequence[Line]) -> float:
    return sum(len(line.text) + len(_CJK.findall(line.text)) for line in lines) / len(lines)
