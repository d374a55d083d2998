"""Tables of values in every dialect and encoding: rows with their headers."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.csv_table import MAX_ROWS, read_csv
from index.encoding import visible
from index.errors import LoadError
from index.models import BlockKind
from tests.index.making import read

SALES = [["Venture", "Cars built", "Share"], ["Orchid EV", "39,400", "21.0%"], ["Hanvorsen", "11,800", "6.3%"]]
READ = [
    "Venture: Orchid EV | Cars built: 39,400 | Share: 21.0%",
    "Venture: Hanvorsen | Cars built: 11,800 | Share: 6.3%",
]


def written(delimiter: str = ",", **given: object) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, **given).writerows(SALES)  # type: ignore[arg-type]
    return out.getvalue()


def rows(text: str) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, block.text) for block in read_csv(text).blocks]


DIALECTS = {
    "commas": written(),
    "semicolons": written(";"),
    "tabs": written("\t"),
    "bars": written("|"),
    "all quoted": written(quoting=csv.QUOTE_ALL),
    "line feeds": written(lineterminator="\n"),
    "declared delimiter": "sep=;\n" + written(";", lineterminator="\n"),
    "blank lines at the end": written() + "\r\n\r\n",
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_gives_the_same_rows(text: str):
    assert [text for _, level, text in rows(text) if not level] == READ


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_gives_the_same_rows(encoding: str):
    data = written(";").replace("Hanvorsen", "Försäljning").encode(encoding)
    assert "Venture: Försäljning | Cars built: 11,800 | Share: 6.3%" in read("a.csv", data).text


def test_the_header_introduces_every_row():
    document = read("a.csv", written())
    kinds = [(block.kind, block.lead_in and block.lead_in.of(document.text)) for block in document.blocks]
    header = "Venture | Cars built | Share"
    assert kinds == [(BlockKind.TABLE, None), (BlockKind.TABLE, header), (BlockKind.TABLE, header)]


TABLES = {
    "a title above": (
        "Sales of the ventures,,\n\nVenture,Cars,\nOrchid,39\nHanvorsen,11\n",
        ["Sales of the ventures", "Venture | Cars", "Venture: Orchid | Cars: 39", "Venture: Hanvorsen | Cars: 11"],
    ),
    "no header": ("2023,41\n2024,12\n", ["2023 | 41", "2024 | 12"]),
    "cells without a value": (
        "Year,Cars,Note\n2023,,sold\n,12,\n",
        ["Year | Cars | Note", "Year: 2023 | Note: sold", "Cars: 12"],
    ),
    "a column without a name": ("Year,,Cars\n2023,old,41\n", ["Year | Cars", "Year: 2023 | old | Cars: 41"]),
    "more cells than names": ("Year,Cars\n2023,41,and more\n", ["Year | Cars", "Year: 2023 | Cars: 41 | and more"]),
    "two tables": (
        "Year,Cars\n2023,41\n\nName,Seat\nOrchid,Windsor\n",
        ["Year | Cars", "Year: 2023 | Cars: 41", "Name | Seat", "Name: Orchid | Seat: Windsor"],
    ),
    "a gap within a table": (
        "Year,Cars\n2023,41\n\n2024,12\n",
        ["Year | Cars", "Year: 2023 | Cars: 41", "Year: 2024 | Cars: 12"],
    ),
    "line breaks and quotation marks in a cell": (
        'Name,Note\nOrchid,"It ""ended""\nin May"\n',
        ["Name | Note", 'Name: Orchid | Note: It "ended" in May'],
    ),
    "one column": ("Name\nOrchid\nHanvorsen\n", ["Name", "Name: Orchid", "Name: Hanvorsen"]),
    "decimal commas": (
        "Jahr;Anteil\n2023;1,5\n2024;2,25\n",
        ["Jahr | Anteil", "Jahr: 2023 | Anteil: 1,5", "Jahr: 2024 | Anteil: 2,25"],
    ),
    "one row": ("Orchid,Windsor\n", ["Orchid | Windsor"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES)
def test_rows_and_headers(text: str, expected: list[str]):
    assert [text for _, _, text in rows(text)] == expected


def test_too_many_rows_are_refused():
    with pytest.raises(LoadError, match="more than 20,000 rows; split the file"):
        read_csv("Year,Cars\n" + "2023,41\n" * MAX_ROWS)


def test_a_cell_without_end_is_refused():
    with pytest.raises(LoadError, match="no table of values"):
        read_csv('Year,Cars\n2023,"' + "x" * 200_000)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from([",", ";", "\t"]))
def test_every_value_is_in_the_text_and_the_blocks_cover_it(table: list[list[str]], delimiter: str):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["First name", "Second name"], *table])
    document = read("a.csv", f"sep={delimiter}\n{out.getvalue()}")
    for cell in (" ".join(visible(cell).split()) for row in table for cell in row):
        assert cell in document.text
    spans = [block.span for block in document.blocks]
    assert document.text[: spans[0].start] == ""
    gaps = [document.text[before.end : after.start] for before, after in pairwise(spans)]
    assert set(gaps) <= {"\n", "\n\n"}
