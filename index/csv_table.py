"""Read tables of values (CSV, in any dialect): every row with its header."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from index.errors import LoadError
from index.models import BlockKind
from index.raw import RawBlock, RawDocument

MAX_ROWS = 20_000
MAX_COLUMNS = 200
_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50
_SEPARATOR_LINE = re.compile(r"sep=(.)\n")
_FIGURE = re.compile(r"[-+(]?\W{0,3}\d[\d\s.,:/%-]*\W{0,3}[)]?")


def read_csv(text: str) -> RawDocument:
    """Return the rows of `text` as blocks; raise LoadError for one that is no table or has too many rows."""
    declared = _SEPARATOR_LINE.match(text)
    delimiter = declared[1] if declared else _delimiter_of(text)
    lines = io.StringIO(text[declared.end() :] if declared else text, newline="")
    try:
        blocks = tuple(table_blocks(csv.reader(lines, delimiter=delimiter)))
    except csv.Error as error:
        raise LoadError(f"It is no table of values that can be read ({error}).") from error
    return RawDocument(blocks)


def table_blocks(rows: Iterator[Sequence[str]]) -> Iterator[RawBlock]:
    """Yield the blocks of a sheet's rows: titles, header rows, and rows as 'Header: value | Header: value'.

    A blank row ends a table; the one after it has the same header if its first row holds figures.
    Raises LoadError for more than MAX_ROWS rows.
    """
    header: list[str] = []
    count = 0
    group: list[list[str]] = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in islice(row, MAX_COLUMNS)]
        if any(cells):
            count += 1
            if count > MAX_ROWS:
                raise LoadError(f"It has more than {MAX_ROWS:,} rows; split the file.")
            group.append(cells)
        elif group:
            blocks, header = _group_blocks(group, header)
            yield from blocks
            group = []
    if group:
        yield from _group_blocks(group, header)[0]


def _delimiter_of(text: str) -> str:
    """Return the character that parts the most rows into the same number of cells."""

    def score(delimiter: str) -> tuple[float, int]:
        sample = csv.reader(io.StringIO(text[:50_000], newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row in islice(sample, _SAMPLE_ROWS) if row]
        except csv.Error:
            return 0.0, 0
        width, rows = Counter(widths).most_common(1)[0] if widths else (0, 0)
        return (rows / len(widths), width) if width > 1 else (0.0, 0)

    return max(_DELIMITERS, key=score)


def _group_blocks(rows: Sequence[list[str]], header: list[str]) -> tuple[list[RawBlock], list[str]]:
    """Return the blocks of rows that no blank row parts, and the header that the next ones may have too."""
    blocks: list[RawBlock] = []
    start = 0
    while start < len(rows) and sum(map(bool, rows[start])) == 1 and max(map(len, rows)) > 1:
        blocks.append(RawBlock(BlockKind.PARAGRAPH, next(filter(None, rows[start]))))
        start += 1
    body = rows[start:]
    if len(body) > 1 and not any(_FIGURE.fullmatch(cell) for cell in body[0]):
        header, body = body[0], body[1:]
        blocks.append(RawBlock(BlockKind.TABLE, " | ".join(filter(None, header)), level=1))
    elif body and len(body[0]) > len(header):
        header = []
    blocks += [RawBlock(BlockKind.TABLE, _row_text(cells, header), level=int(not header)) for cells in body]
    return blocks, header


def _row_text(cells: Sequence[str], header: Sequence[str]) -> str:
    """Return a row with its headers: 'Year: 2016 | Cars: 120'; cells without a value are left out."""
    names = [*header, *[""] * len(cells)]
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)
