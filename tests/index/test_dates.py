import pytest

from index.dates import date_line, find_date, find_dates
from index.models import last_day, parse_date

WRITTEN = {
    "iso": ("2026-02-03", "2026-02-03"),
    "iso with time": ("2026-02-03T23:59:00+08:00", "2026-02-03"),
    "slashes, year first": ("2026/2/3", "2026-02-03"),
    "dots, year first": ("2026.02.03", "2026-02-03"),
    "dots, day first": ("03.02.2026", "2026-02-03"),
    "dots and spaces": ("3. 2. 2026", "2026-02-03"),
    "american": ("February 3, 2026", "2026-02-03"),
    "american, no comma": ("Feb 3 2026", "2026-02-03"),
    "abbreviated with a dot": ("Sept. 3, 2026", "2026-09-03"),
    "ordinal": ("February 3rd, 2026", "2026-02-03"),
    "british": ("3 February 2026", "2026-02-03"),
    "british ordinal": ("3rd of February 2026", "2026-02-03"),
    "hyphens": ("03-Feb-2026", "2026-02-03"),
    "capitals": ("FEBRUARY 3, 2026", "2026-02-03"),
    "german": ("3. Februar 2026", "2026-02-03"),
    "french": ("1er février 2026", "2026-02-01"),
    "spanish": ("3 de febrero de 2026", "2026-02-03"),
    "italian": ("3 febbraio 2026", "2026-02-03"),
    "portuguese": ("3 de março de 2026", "2026-03-03"),
    "chinese": ("2026年2月3日", "2026-02-03"),
    "chinese month": ("2026年2月", "2026-02"),
    "a day that can only be a day, first": ("25/12/2026", "2026-12-25"),
    "a day that can only be a day, second": ("12/25/2026", "2026-12-25"),
    "month": ("March 2026", "2026-03"),
    "month, iso": ("2026-03", "2026-03"),
    "year alone": (" 2026 ", "2026"),
    "in a sentence": ("The plant opened on 3 May 2019 and closed in June 2021.", "2019-05-03"),
    "the first in the text, not the first form": ("closed June 2021, opened 2019-05-03", "2021-06"),
    "a leap day": ("29 February 2024", "2024-02-29"),
}
NOT_DATES = {
    "two countries read it differently": "02/03/2026",
    "no such day": "31 February 2026",
    "no leap year": "2025-02-29",
    "no such month": "2025-13",
    "years in a row": "1990-95",
    "a season": "spring 2026",
    "a number": "2026 cars",
    "a word that begins like a month": "Marchetti 2026",
    "a word that ends like a month": "Dismay 3, 2026",
    "nothing": "",
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_reads_a_date_as_people_write_it(text: str, expected: str):
    assert find_date(text) == expected
    assert parse_date(expected) == expected


@pytest.mark.parametrize("text", NOT_DATES.values(), ids=NOT_DATES)
def test_does_not_guess(text: str):
    assert find_date(text) is None


def test_an_unreal_date_does_not_hide_a_real_one():
    assert find_date("due 31 February 2026, paid 2 March 2026") == "2026-03-02"


def test_finds_all_dates_in_order():
    assert find_dates("From 3 May 2019 to June 2021, or 31 June 2021.") == ["2019-05-03", "2021-06"]


LINES = {
    "bare": ("3 February 2026", "2026-02-03"),
    "labelled": ("Published: 3 Feb 2026", "2026-02-03"),
    "label without colon": ("Published on February 3, 2026", "2026-02-03"),
    "first published": ("First published 3 February 2026", "2026-02-03"),
    "last updated": ("Last updated: 3 February 2026 at 10:15", "2026-02-03"),
    "weekday and zone": ("Tue, 3 Feb 2026 10:15:00 GMT", "2026-02-03"),
    "american clock": ("February 3, 2026, 10:15 AM EST", "2026-02-03"),
    "clock with offset": ("Feb 3, 2026 9:41 AM GMT+8", "2026-02-03"),
    "hour alone": ("February 3, 2026 9 a.m. ET", "2026-02-03"),
    "iso": ("2026-02-03T10:15:00Z", "2026-02-03"),
    "read time": ("3 February 2026 · 5 min read", "2026-02-03"),
    "then updated": ("3 February 2026 (Updated: 5 February 2026)", "2026-02-03"),
    "month": ("February 2026", "2026-02"),
    "year with a label": ("Published: 2026", "2026"),
    "german": ("3. Februar 2026", "2026-02-03"),
    "french": ("1er février 2026", "2026-02-01"),
    "spanish": ("3 de febrero de 2026", "2026-02-03"),
    "italian": ("3 febbraio 2026", "2026-02-03"),
    "portuguese": ("3 de março de 2026", "2026-03-03"),
    "chinese": ("2026年2月3日 10:15", "2026-02-03"),
}
NO_LINES = {
    "a sentence": "On 3 February 2026 the plant opened.",
    "a date that begins a sentence": "3 February 2026 was the day the plant opened.",
    "a heading with a year": "Joint ventures 2026",
    "a year": "2026",
    "an unreal day": "31 February 2026",
    "a place and a date": "OSLO, 3 February 2026",
}


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_reads_a_line_that_is_a_date(line: str, expected: str):
    assert date_line(line) == expected


@pytest.mark.parametrize("line", NO_LINES.values(), ids=NO_LINES)
def test_a_line_that_says_more_is_no_date_line(line: str):
    assert date_line(line) is None


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2025", "2025-12-31"), ("2025-02", "2025-02-28"), ("2024-02", "2024-02-29"), ("2025-02-03", "2025-02-03")],
)
def test_a_period_ends_on_its_last_day(period: str, expected: str):
    assert last_day(period) == expected


@pytest.mark.parametrize(
    "text", ["2025-00", "2025-13", "2025-02-30", "0000", "25", "2025-2", "2025-02-03 ", "soon", ""]
)
def test_what_is_no_date_is_refused_with_its_name(text: str):
    with pytest.raises(ValueError, match=f"'{text}'"):
        parse_date(text)
