"""Workbooks: values as they are shown, every sheet under its name."""

import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from index.csv_table import MAX_ROWS
from index.errors import LoadError
from index.models import BlockKind
from index.xlsx import read_xlsx
from tests.index.making import read
from tests.index.making_files import archive


def book(*rows: list[object], title: str = "Sales", **properties: object) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, value in properties.items():
        setattr(made.properties, name, value)
    return saved(made)


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def blocks(data: bytes) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in read_xlsx(data).blocks]


def test_rows_have_their_headers_and_sheets_their_names():
    made = openpyxl.Workbook()
    made.active.title = "Sales"
    for row in (["Venture", "Cars"], ["Orchid EV", 39400]):
        made.active.append(row)
    other = made.create_sheet("Plants")
    for row in (["Town", "Since"], ["Saltillo", 2025]):
        other.append(row)
    assert blocks(saved(made)) == [
        ("heading", "Sales"),
        ("table", "Venture | Cars"),
        ("table", "Venture: Orchid EV | Cars: 39400"),
        ("heading", "Plants"),
        ("table", "Town | Since"),
        ("table", "Town: Saltillo | Since: 2025"),
    ]


VALUES: dict[str, tuple[object, str, str]] = {
    "text": ("Orchid EV", "General", "Orchid EV"),
    "whole number": (39400, "General", "39400"),
    "whole number, as a fraction": (39400.0, "General", "39400"),
    "thousands": (39400, "#,##0", "39,400"),
    "fraction": (0.1 + 0.2, "General", "0.3"),
    "two places": (1234.5, "#,##0.00", "1,234.50"),
    "per cent": (0.21, "0%", "21%"),
    "per cent, with a place": (0.0625, "0.0%", "6.2%"),
    "day": (date(2024, 4, 17), "dd.mm.yyyy", "2024-04-17"),
    "time": (datetime(2024, 4, 17, 10, 30), "yyyy-mm-dd hh:mm", "2024-04-17 10:30"),
    "yes or no": (True, "General", "TRUE"),
    "line break": ("Orchid\nEV", "General", "Orchid EV"),
}


@pytest.mark.parametrize(("value", "number_format", "expected"), VALUES.values(), ids=VALUES)
def test_values_are_read_as_they_are_shown(value: object, number_format: str, expected: str):
    made = openpyxl.Workbook()
    made.active.append(["Name", "Value"])
    made.active.append(["a", value])
    made.active["B2"].number_format = number_format
    assert blocks(saved(made))[-1] == ("table", f"Name: a | Value: {expected}")


def test_formulas_are_read_by_their_stored_values():
    data = book(["Name", "Cars"], ["a", 1])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<c r="B2"[^>]*><v>1</v></c>', b'<c r="B2"><f>SUM(C1:C9)</f><v>42</v></c>', parts[sheet])
    assert blocks(archive(parts))[-1] == ("table", "Name: a | Cars: 42")


def test_errors_and_empty_rows_are_left_out():
    data = book(["Name", "Cars"], ["a", "#DIV/0!"], [None, None], ["b", 7])
    assert blocks(data)[1:] == [("table", "Name | Cars"), ("table", "Name: a"), ("table", "Name: b | Cars: 7")]


def test_properties_are_metadata():
    data = book(["Name", "Day"], ["a", "17 April 2024"], title="S", creator="Lea Brand", created=datetime(2024, 4, 17))
    metadata = read("a.xlsx", data).metadata
    assert (metadata.author, metadata.published) == ("Lea Brand", "2024-04-17")


def test_the_rows_are_quotable_with_their_header():
    document = read("a.xlsx", book(["Venture", "Cars"], ["Orchid EV", 39400]))
    row = next(block for block in document.blocks if "39400" in block.span.of(document.text))
    assert row.kind is BlockKind.TABLE
    assert row.lead_in
    assert row.lead_in.of(document.text) == "Venture | Cars"


def test_a_far_cell_does_not_fill_the_memory():
    made = openpyxl.Workbook()
    made.active["A1"], made.active["B1"], made.active["A2"], made.active["B2"] = "Name", "Cars", "a", 1
    made.active["XFD1048576"] = "far away"
    assert ("table", "Name: a | Cars: 1") in blocks(saved(made))


def test_too_many_rows_are_refused():
    with pytest.raises(LoadError, match="more than 20,000 rows"):
        read_xlsx(book(*([number, number] for number in range(MAX_ROWS + 1))))


def test_an_empty_workbook_is_refused():
    with pytest.raises(LoadError, match="no readable text"):
        read_xlsx(saved(openpyxl.Workbook()))
