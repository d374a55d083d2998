"""PDFs made by hand, operator by operator: reading order, paragraphs, pages, furniture, what is refused."""

import io
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic._font import Font

from index.cleaning import clean
from index.errors import LoadError
from index.models import BlockKind, Document
from index.pdf.reading import MAX_PAGES, read_pdf
from tests.index.making import furniture, quotable, read, texts
from tests.index.making_files import line, lines, pdf

FIRST = "Orchid EV will recall 3,100 cars over a seat belt that can come loose in a crash."
SECOND = "Owners get a letter in May, and the change takes half an hour at any dealer of the brand."
THIRD = "The belts come from a supplier in Changsha that also works for Aster Mobility of Windsor."


def wrapped(text: str, width: float = 230) -> list[str]:
    """Break a text into lines as wide as a column of so many points holds in Helvetica of 10 points."""
    found: list[str] = []
    for word in text.split():
        if found and _width(f"{found[-1]} {word}") <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _width(text: str) -> float:
    widths = Font.from_core_font_name("/Helvetica").character_widths
    return sum(widths.get(letter, widths["default"]) for letter in text) / 100


def of(*pages: str, **given: object) -> Document:
    return read("a.pdf", pdf(*pages, **given))  # type: ignore[arg-type]


def paragraphs(document: Document) -> list[str]:
    return texts(document, BlockKind.PARAGRAPH)


def test_lines_become_paragraphs_where_a_gap_parts_them():
    content = lines(*wrapped(FIRST), top=700) + lines(*wrapped(SECOND), top=660) + lines(*wrapped(THIRD), top=620)
    assert paragraphs(of(content)) == [FIRST, SECOND, THIRD]


def test_lines_become_paragraphs_where_only_an_indent_parts_them():
    content, y = "", 700
    for text in (FIRST, SECOND, THIRD):
        for number, part in enumerate(wrapped(text)):
            content += line(part, x=65 if number == 0 else 50, y=y)
            y -= 12
    assert paragraphs(of(content)) == [FIRST, SECOND, THIRD]


def test_a_short_last_line_ends_a_paragraph():
    content = lines(*wrapped(FIRST), *wrapped(SECOND), *wrapped(THIRD))
    assert paragraphs(of(content)) == [FIRST, SECOND, THIRD]


def columns(left: list[str], right: list[str], order: str) -> str:
    """Two columns, painted one after the other, line by line across both, or in any order."""
    parts = [line(text, 50, 700 - 12 * number) for number, text in enumerate(left)]
    others = [line(text, 310, 700 - 12 * number) for number, text in enumerate(right)]
    if order == "columns":
        found = [*parts, *others]
    elif order == "right first":
        found = [*others, *parts]
    elif order == "rows":
        found = [item for pair in zip(parts, others, strict=False) for item in pair]
        found += parts[len(others) :] + others[len(parts) :]
    else:
        found = random.Random(7).sample([*parts, *others], len(parts) + len(others))
    return "\n".join(found)


@pytest.mark.parametrize("order", ["columns", "right first", "rows", "any"])
def test_two_columns_are_read_one_after_the_other(order: str):
    left, right = wrapped(f"{FIRST} {SECOND}", 210), wrapped(f"{THIRD} {SECOND}", 210)
    assert paragraphs(of(columns(left, right, order))) == [f"{FIRST} {SECOND}", f"{THIRD} {SECOND}"]


def test_three_columns_between_lines_that_run_across():
    heading = line("Orchid recalls cars for the second time in two years and says little", 50, 760, 16, "F2")
    content, found = heading, []
    for number, text in enumerate((FIRST, SECOND, THIRD)):
        content += lines(*wrapped(f"{text} {text}", 150), x=50 + 180 * number, top=720)
        found.append(f"{text} {text}")
    closing = "It is not known whether the venture of Aster and Hanbei will recall other models, too, this year."
    document = of(content + line(closing, 50, 540))
    assert texts(document, BlockKind.HEADING) == [
        "Orchid recalls cars for the second time in two years and says little"
    ]
    assert paragraphs(document) == [*found, closing]


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page():
    text = wrapped(f"{FIRST} {SECOND} {THIRD} {FIRST} {SECOND} {THIRD}", 210)
    assert len(text) > 11
    document = of(columns(text[:4], text[4:8], "columns"), columns(text[8:], [], "columns"))
    assert paragraphs(document) == [" ".join(text)]
    (start, second) = document.pages
    assert (start.start, start.page, second.page) == (0, 1, 2)
    assert document.text[second.start :].startswith(text[8])


def test_a_quote_is_on_the_page_where_it_begins():
    document = of(
        lines(*wrapped(f"{FIRST} {SECOND}")), lines(*wrapped(THIRD)), lines(*wrapped(f"Nobody was hurt. {FIRST}"))
    )
    pages = {text: document.page_of(document.text.index(text)) for text in (SECOND, THIRD, "Nobody was hurt.")}
    assert pages == {SECOND: 1, THIRD: 2, "Nobody was hurt.": 3}


def test_headers_and_page_numbers_that_repeat_are_furniture_and_part_no_paragraph():
    text = wrapped(f"{FIRST} {SECOND} {THIRD}")
    pages = [
        line("Motor Notes, April 2024", 50, 800) + lines(*part) + line(f"Page {number} of 3", 500, 40)
        for number, part in enumerate((text[:2], text[2:4], text[4:]), start=1)
    ]
    document = of(*pages)
    assert paragraphs(document) == [f"{FIRST} {SECOND} {THIRD}"]
    assert sorted(furniture(document)) == sorted(
        ["Motor Notes, April 2024"] * 3 + [f"Page {number} of 3" for number in (1, 2, 3)]
    )


@pytest.mark.parametrize("number", ["4", "– 4 –", "Page 4", "4/12", "4 | 12", "iv", "Seite 4 von 12", "第4页"])
def test_a_page_number_alone_is_furniture(number: str):
    number = number.encode("cp1252", "ignore").decode("cp1252")
    document = of(lines(*wrapped(FIRST)) + line(number, 300, 40))
    assert quotable(document) == [FIRST]


def test_figures_at_the_end_of_a_page_are_no_page_numbers():
    rows = [("Year", "Cars built"), ("2023", "12,500"), ("2024", "41,000"), ("2025", "9")]
    content = lines(*wrapped(FIRST))
    for number, (year, cars) in enumerate(rows):
        content += line(year, 50, 600 - 14 * number) + line(cars, 150, 600 - 14 * number)
    assert texts(of(content), BlockKind.TABLE)[-1] == "2025 | 9"


def test_lines_that_stand_in_several_pages_text_are_kept():
    pages = [
        lines(*wrapped(above), "Nobody was hurt.", *wrapped(below))
        for above, below in ((FIRST, SECOND), (THIRD, f"It did so before. {FIRST}"))
    ]
    assert " ".join(paragraphs(of(*pages))).count("Nobody was hurt.") == 2


HYPHENS = {
    "a word broken by a typesetter": (["The manu-", "facturing of belts"], "The manufacturing of belts"),
    "a word that stands whole elsewhere": (["recall of cars, re-", "call of belts"], "recall of cars, recall of belts"),
    "a compound that stands elsewhere": (
        ["a long-term plan, so long-", "term that it ends never"],
        "a long-term plan, so long-term that it ends never",
    ),
    "two words that stand elsewhere": (
        ["state and owned, and state-", "owned too"],
        "state and owned, and state-owned too",
    ),
    "a name": (["the venture of Mercedes-", "Benz in Beijing"], "the venture of Mercedes-Benz in Beijing"),
    "a range of numbers": (["from 2023-", "2024 on"], "from 2023- 2024 on"),
    "a dash": (["he said –", "and left"], "he said – and left"),
    "a soft hyphen": (["The manu\u00ad", "facturing of belts"], "The manufacturing of belts"),
}


@pytest.mark.parametrize(("parts", "expected"), HYPHENS.values(), ids=HYPHENS)
def test_hyphens_at_line_ends(parts: list[str], expected: str):
    """The lines are set flush on both sides, as texts with broken words are."""
    filler = ["Orchid EV makes belts of steel for cars and vans", "which it then sells again to other makers of cars"]
    content = "\n".join(
        line(text, y=700 - 12 * number, before=f"{_stretch(text)} Tz") for number, text in enumerate([*filler, *parts])
    )
    assert expected in " ".join(paragraphs(of(content)))


def _stretch(text: str) -> float:
    """The stretch in percent at which a line of Helvetica is 230 points wide."""
    return 23_000 / _width(text)


def test_headings_are_known_by_their_size_or_weight():
    content = line("Orchid recalls cars", y=740, size=20) + line("What comes next", y=716, size=14)
    content += lines(*wrapped(FIRST), top=690) + line("Where the belts come from", y=640, font="F2")
    content += lines(*wrapped(SECOND), top=624)
    document = of(content)
    found = [(block.level, block.span.of(document.text)) for block in document.blocks if block.kind == "heading"]
    assert found == [(1, "Orchid recalls cars"), (2, "What comes next"), (4, "Where the belts come from")]
    assert document.metadata.title == "Orchid recalls cars"


def test_a_large_statement_is_no_heading():
    content = line(FIRST[:40], y=740, size=14) + line(FIRST[40:].strip(), y=722, size=14)
    document = of(content + lines(*wrapped(SECOND), *wrapped(THIRD)))
    assert FIRST in paragraphs(document)


def test_lists_and_their_levels():
    content = line("It depends on:", y=700)
    for number, (x, text) in enumerate([(60, "the land"), (80, "its price"), (80, "its soil"), (60, "the railway")]):
        content += line("•", x, 686 - 12 * number) + line(text, x + 12, 686 - 12 * number)
    content += line("1. first of all", 60, 630) + line("2. and then", 60, 618)
    document = of(content)
    found = [(block.level, block.span.of(document.text)) for block in document.blocks if block.kind is BlockKind.LIST]
    assert found == [
        (0, "the land"), (1, "its price"), (1, "its soil"), (0, "the railway"), (0, "first of all"), (0, "and then")
    ]  # fmt: skip
    assert "1. first of all" in document.text


def test_bullets_that_are_drawn_are_bullets():
    disc = "\n60 {y} m 64 {y} l 64 {y2} l 60 {y2} l h f\n"
    content = line("It depends on:", y=700)
    for number, text in enumerate(["the land", "the railway"]):
        y = 686 - 12 * number
        content += line(text, 72, y) + disc.format(y=y + 2, y2=y + 6)
    assert texts(of(content), BlockKind.LIST) == ["the land", "the railway"]


def test_a_table_is_read_row_by_row():
    rows = [
        ("Model", "Built", "Cars"),
        ("Orchid One", "June to December 2023", "2,050"),
        ("Orchid Two", "September 2023", "1,050"),
    ]
    content = lines(*wrapped(FIRST))
    for number, row in enumerate(rows):
        content += "".join(line(cell, x, 640 - 16 * number) for x, cell in zip((50, 150, 320), row, strict=True))
    document = of(content)
    assert texts(document, BlockKind.TABLE) == [" | ".join(row) for row in rows]
    assert [block.lead_in and block.lead_in.of(document.text) for block in document.blocks][
        -1
    ] == "Model | Built | Cars"


def test_cells_of_several_lines_are_joined():
    content = line("Model", 50, 700) + line("Why", 150, 700)
    content += line("One", 50, 680) + line("its belt can", 150, 680) + line("come loose", 150, 668)
    content += line("Two", 50, 648) + line("its window lifters", 150, 648) + line("are too strong", 150, 636)
    assert texts(of(content), BlockKind.TABLE) == [
        "Model | Why",
        "One | its belt can come loose",
        "Two | its window lifters are too strong",
    ]


def test_letters_placed_one_by_one_are_words():
    content, x = "BT /F1 10 Tf ", 50.0
    for letter in "Nobody was hurt.":
        content += f"1 0 0 1 {x} 700 Tm ({letter}) Tj " if letter != " " else ""
        x += _width(letter)
    assert paragraphs(of(f"{content} ET")) == ["Nobody was hurt."]


def test_gaps_instead_of_spaces_are_spaces():
    content = "BT /F1 10 Tf 1 0 0 1 50 700 Tm [(Nobody) -300 (was) -300 (hu) 20 (rt.)] TJ ET"
    assert paragraphs(of(content)) == ["Nobody was hurt."]


def test_text_printed_twice_to_look_bold_is_read_once():
    content = line("Nobody was hurt in the second crash.", x=50) + line("Nobody was hurt in the second crash.", x=50.3)
    assert paragraphs(of(content)) == ["Nobody was hurt in the second crash."]


def test_marks_of_footnotes_are_left_out():
    raised, level = "/F1 6 Tf 4 Ts", "/F1 10 Tf 0 Ts"
    content = f"BT 1 0 0 1 50 700 Tm {level} (Nobody was hurt.) Tj {raised} (12) Tj {level} ( It takes 5 m) Tj"
    content += f" {raised} (2) Tj {level} ( of sheet.) Tj ET"
    assert paragraphs(of(content)) == ["Nobody was hurt. It takes 5 m2 of sheet."]


def test_a_page_that_lies_on_its_side_is_read():
    rows = "\n".join(
        f"BT /F1 10 Tf 0 1 -1 0 {100 + 12 * number} 50 Tm ({text}) Tj ET" for number, text in enumerate(wrapped(FIRST))
    )
    assert paragraphs(of(rows, page="/Rotate 90")) == [FIRST]


def test_a_watermark_is_furniture():
    content = lines(*wrapped(FIRST)) + "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 200 300 Tm (DRAFT) Tj ET"
    document = of(content)
    assert quotable(document) == [FIRST]


def test_what_the_file_marks_as_belonging_to_the_page_is_furniture():
    content = lines(*wrapped(FIRST)) + f"/Artifact BMC {line('Printed by Motor Notes of Malmö', y=650)} EMC"
    document = of(content)
    assert quotable(document) == [FIRST]
    assert furniture(document) == ["Printed by Motor Notes of Malmö"]


def test_forms_are_read_in_place():
    body = line("Nobody was hurt.", 10, 20)
    resources = "/Resources << /Font << /F1 3 0 R >> >>"
    form = f"<< /Subtype /Form /BBox [0 0 300 50] /Matrix [1 0 0 1 40 600] /Length {len(body)} {resources} >>"
    document = of(
        lines(*wrapped(FIRST)) + " /X Do",
        resources="/XObject << /X 10 0 R >>",
        objects=[f"{form}\nstream\n{body}\nendstream"],
    )
    assert paragraphs(document) == [FIRST, "Nobody was hurt."]


def test_a_form_within_itself_ends():
    resources = "/Resources << /XObject << /X 10 0 R >> >>"
    form = f"<< /Subtype /Form /BBox [0 0 9 9] /Length 5 {resources} >>\nstream\n/X Do\nendstream"
    document = of(lines(*wrapped(FIRST)) + " /X Do", resources="/XObject << /X 10 0 R >>", objects=[form])
    assert paragraphs(document) == [FIRST]


PROPERTIES = {
    "title and author": ({"Title": "Orchid recalls cars", "Author": "Lea Brand"}, ("Orchid recalls cars", "Lea Brand")),
    "name of a file": ({"Title": "report_v3.docx"}, (None, None)),
    "what a word processor writes": ({"Title": "Microsoft Word - Document1", "Author": "admin"}, (None, None)),
    "nothing": ({}, (None, None)),
    "white space": ({"Title": " Orchid  recalls cars "}, ("Orchid recalls cars", None)),
}


@pytest.mark.parametrize(("info", "expected"), PROPERTIES.values(), ids=PROPERTIES)
def test_properties_are_metadata_if_they_say_anything(info: dict[str, str], expected: tuple[str | None, str | None]):
    metadata = of(lines(*wrapped(FIRST)), info=info).metadata
    assert (metadata.title, metadata.author) == expected


def test_a_site_after_the_title_is_left_out_if_the_page_has_the_title():
    content = line("Orchid recalls cars", y=740, size=20) + lines(*wrapped(FIRST))
    assert of(content, info={"Title": "Orchid recalls cars | Motor Notes"}).metadata.title == "Orchid recalls cars"


def test_the_day_of_making_is_the_day_of_publication_only_if_the_text_names_it():
    """A page printed years later was made on a day that has nothing to do with it."""
    made = {"CreationDate": "D:20240417103000+02'00'"}
    assert of(lines(*wrapped(FIRST)), info=made).metadata.published is None
    dated = f"Malmö, 17 April 2024 – {FIRST}"
    assert of(lines(*wrapped(dated)), info=made).metadata.published == "2024-04-17"
    assert of(lines(*wrapped(dated))).metadata.published is None


def locked(password: str, algorithm: str) -> bytes:
    writer = PdfWriter(PdfReader(io.BytesIO(pdf(lines(*wrapped(FIRST))))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_password_is_refused_but_not_one_that_only_forbids_printing(algorithm: str):
    with pytest.raises(LoadError, match="protected with a password; save it without one"):
        read_pdf(locked("secret", algorithm))
    assert [block.text for block in read_pdf(locked("", algorithm)).blocks] == [FIRST]


PICTURE = (
    "<< /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>\n"
    "stream\nx\nendstream"
)
SCAN = {"resources": "/XObject << /I 10 0 R >>", "objects": [PICTURE]}


def test_a_scan_is_refused():
    with pytest.raises(LoadError, match=r"no text on its 2 pages, only pictures \(a scan\?\)"):
        read_pdf(pdf("500 0 0 800 0 0 cm /I Do", "500 0 0 800 0 0 cm /I Do", **SCAN))  # type: ignore[arg-type]


def test_a_scan_with_a_text_layer_that_nobody_sees_is_refused():
    with pytest.raises(LoadError, match="no text that a reader sees on its page"):
        read_pdf(pdf(f"q 500 0 0 800 0 0 cm /I Do Q {line(FIRST, before='3 Tr')}", **SCAN))  # type: ignore[arg-type]


def test_pages_without_text_are_named():
    raw = read_pdf(pdf(lines(*wrapped(FIRST)), "500 0 0 800 0 0 cm /I Do", lines(*wrapped(SECOND)), **SCAN))  # type: ignore[arg-type]
    assert raw.notes == ("No text is on page 2.",)


DAMAGED = {
    "cut off": pdf(lines(*wrapped(FIRST)))[:300],
    "nothing but its mark": b"%PDF-1.7",
    "noise": b"%PDF-1.7\n" + bytes(range(256)) * 20,
    "no pages": pdf(),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_says_so(data: bytes):
    with pytest.raises(LoadError, match=r"damaged|without pages"):
        read("a.pdf", data)


def test_too_many_pages_are_refused():
    writer = PdfWriter()
    for _ in range(MAX_PAGES + 1):
        writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(LoadError, match="2,001 pages are over the limit of 2,000"):
        read_pdf(out.getvalue())


def test_a_font_that_does_not_say_which_letters_it_shows_is_not_guessed_at():
    inner = "/DescendantFonts [<< /Subtype /CIDFontType2 /BaseFont /X >>]"
    font = f"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H {inner} >>"
    with pytest.raises(LoadError, match="no text"):
        read_pdf(pdf("BT /F3 10 Tf 50 700 Td <00010002000300040005> Tj ET", resources=f"/Font << /F3 {font} >>"))


WORDS = st.sampled_from(
    "Orchid recalls 3,100 cars over-the-air U.S. – “no” a; (b) 12 • 1. e.g. belt- plant. loose, ½".split()
)
LINES = st.lists(
    st.tuples(
        st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
        st.sampled_from([40, 52, 80, 300, 310, 420]),
        st.integers(20, 820),
        st.sampled_from([6, 9, 10, 10, 10, 14, 24]),
        st.sampled_from(["F1", "F2"]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=3))
def test_whatever_a_page_shows_is_in_the_text_once_and_its_blocks_cover_it(
    pages: list[list[tuple[str, float, float, float, str]]],
):
    contents = ["\n".join(line(*item) for item in page) for page in pages]
    try:
        raw = read_pdf(pdf(*contents))
    except LoadError:
        assert not any(char.isalnum() for page in pages for item in page for char in item[0])
        return
    document = clean(raw, "a", "a", "")
    spans = [block.span for block in document.blocks]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert all(span.of(document.text) == span.of(document.text).strip() for span in spans)
    covered = {position for span in spans for position in range(*span)}
    between = "".join(letter for position, letter in enumerate(document.text) if position not in covered)
    assert not any(letter.isalpha() for letter in between.replace("(b)", ""))
    assert {mark.page for mark in document.pages} <= set(range(1, len(pages) + 1))
    shown = {word for page in pages for item in page for word in item[0].split() if word.isalpha()}
    assert {word for word in document.text.split() if word in shown} == shown & set(document.text.split())
