"""Read Excel workbooks: the values of every sheet that is shown, row by row."""

import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from index.archive import unpack
from index.csv_table import MAX_COLUMNS, table_blocks
from index.encoding import visible
from index.errors import LoadError
from index.head import take_day
from index.models import BlockKind, Metadata
from index.raw import RawBlock, RawDocument

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_HIDDEN = re.compile(rb"""\b(?:hidden=["'](?:1|true)["']|(?:ht|width)=["']0?(?:\.\d*)?["'])""")
_MIN_SIZE = 2.0
_MIN_CONTRAST = 0.1


def read_xlsx(data: bytes) -> RawDocument:
    """Return each sheet's rows under its name; hidden sheets, rows, columns and cells are left out.

    Raises LoadError for a damaged file or one with too many rows.
    """
    parts = unpack(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells about features that it does not read
        import openpyxl

        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        blocks: list[RawBlock] = []
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                found = list(table_blocks(_rows(sheet, parts.get(_part_of(sheet), b""))))
                blocks += [RawBlock(BlockKind.HEADING, visible(sheet.title), level=2), *found] if found else []
        properties = book.properties
        book.close()
    if not blocks:
        raise LoadError("There is no readable text in it.")
    title, author = (visible(" ".join((text or "").split())) for text in (properties.title, properties.creator))
    metadata = Metadata(title=title or None, author=None if author.lower() in ("", "openpyxl") else author)
    days = [str(when)[:10] for when in (properties.created, properties.modified) if when]
    return take_day(RawDocument(tuple(blocks), metadata), days)


def _part_of(sheet: Any) -> str:
    return str(sheet._worksheet_path).lstrip("/")


def _rows(sheet: Any, content: bytes) -> Iterator[list[str]]:
    """Yield the texts of the rows that are shown."""
    hidden_rows = {_number(attributes, b"r") for attributes in _ROW.findall(content) if _HIDDEN.search(attributes)}
    hidden_columns = {
        column
        for attributes in _COLUMN.findall(content)
        if _HIDDEN.search(attributes)
        for column in range(_number(attributes, b"min"), min(_number(attributes, b"max"), MAX_COLUMNS) + 1)
    }
    looks: dict[int, bool] = {}
    sheet.reset_dimensions()  # what a file says about its size is not always so
    blank = None  # openpyxl gives one and the same row for all that the file leaves out
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if number in hidden_rows:
            continue
        if row is blank or all(cell.value is None for cell in row):
            blank = row
            yield []
            continue
        yield ["" if column in hidden_columns else _text_of(cell, looks) for column, cell in enumerate(row, start=1)]


def _number(attributes: bytes, name: bytes) -> int:
    match = re.search(rb"""\b%s=["'](\d+)["']""" % name, attributes)
    return int(match[1]) if match else 0


def _text_of(cell: Any, looks: dict[int, bool]) -> str:
    """Return what a cell shows; `looks` remembers which styles can be read."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    style = cell._style_id
    if style not in looks:
        looks[style] = _is_legible(cell)
    return visible(_shown(value, cell.number_format or "General")) if looks[style] else ""


def _is_legible(cell: Any) -> bool:
    """Whether a reader sees a cell's value: a format that shows nothing, white letters or tiny ones hide it."""
    if re.fullmatch(r";+", cell.number_format or ""):
        return False
    font, fill = cell.font, cell.fill
    if font is None:
        return True
    if font.sz is not None and font.sz < _MIN_SIZE:
        return False
    colour = _colour(font.color)
    ground = (1.0, 1.0, 1.0)
    if fill is not None and fill.fill_type:
        shade = _colour(fill.fgColor) if fill.fill_type == "solid" else None
        if shade is None:
            return True
        ground = shade
    return colour is None or max(abs(a - b) for a, b in zip(colour, ground, strict=True)) >= _MIN_CONTRAST


def _colour(colour: Any) -> tuple[float, float, float] | None:
    """Return red, green and blue, 0 to 1; None for a colour that cannot be told."""
    if colour is None:
        return None
    if colour.type == "theme":
        return {0: (1.0, 1.0, 1.0), 1: (0.0, 0.0, 0.0)}.get(colour.theme) if not colour.tint else None
    if colour.type == "indexed":
        return {0: (0.0, 0.0, 0.0), 1: (1.0, 1.0, 1.0), 8: (0.0, 0.0, 0.0), 9: (1.0, 1.0, 1.0)}.get(colour.indexed)
    match = re.fullmatch(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})", str(colour.rgb))
    if match is None:
        return None
    red, green, blue = (int(part, 16) / 255 for part in match.groups())
    return red, green, blue


def _shown(value: object, number_format: str) -> str:
    """Return a value as a reader of the sheet would write it."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case int() | float():
            return _figure(value, re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format))
    return str(value)


def _figure(value: int | float, number_format: str) -> str:
    places = re.search(r"\.(0+)", number_format)
    digits = len(places[1]) if places else 0
    if "%" in number_format:
        return f"{value:.{digits}%}"
    grouping = "," if "#,##0" in number_format else ""
    if places:
        return f"{value:{grouping}.{digits}f}"
    if isinstance(value, int) or value.is_integer():
        return f"{int(value):{grouping}d}"
    return f"{value:.10g}"
