"""Word documents made by hand: headings by outline, lists, tables, notes, properties, what is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from index.cleaning import clean
from index.docx import read_docx
from index.errors import LoadError
from index.models import BlockKind, Metadata
from index.raw import RawDocument
from tests.index.making_files import archive, docx, paragraph

BODY = "Orchid EV will recall 3,100 cars over a seat belt that can come loose."
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/>{more}</w:style>'
    for name, shown, more in (
        ("berschrift1", "Überschrift 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("Heir", "Heading with a line", '<w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>'),
        ("Title", "Title", ""),
        ("Text", "Body Text", ""),
    )
)
NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">'
    + "".join(f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{form}"/></w:lvl>' for level in (0, 1))
    + "</w:abstractNum>"
    for number, form in ((1, "bullet"), (2, "decimal"))
) + "".join(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (1, 2))


def styled(text: str, style: str) -> str:
    return paragraph(text, properties=f'<w:pStyle w:val="{style}"/>')


def item(text: str, number: int = 1, level: int = 0) -> str:
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def of(body: str, **given: str) -> RawDocument:
    return read_docx(docx(body, STYLES, numbering=NUMBERING, **given))


def blocks(body: str) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, f"{block.marker}{block.text}") for block in of(body).blocks]


def test_headings_are_known_by_their_outline_in_any_language():
    body = styled("Orchid recalls cars", "Title") + styled("Rückruf", "berschrift1") + paragraph(BODY)
    assert blocks(body + styled("Woher die Gurte kommen", "Heir") + paragraph(BODY)) == [
        ("heading", 1, "Orchid recalls cars"),
        ("heading", 1, "Rückruf"),
        ("paragraph", 0, BODY),
        ("heading", 1, "Woher die Gurte kommen"),
        ("paragraph", 0, BODY),
    ]


def test_lists_keep_their_levels_and_numbers():
    body = paragraph("It depends on:") + item("the land") + item("its price", level=1) + item("the railway")
    assert blocks(body + item("first", 2) + item("second", 2)) == [
        ("paragraph", 0, "It depends on:"),
        ("list", 0, "• the land"),
        ("list", 1, "• its price"),
        ("list", 0, "• the railway"),
        ("list", 0, "1. first"),
        ("list", 0, "2. second"),
    ]


def test_tables_are_rows():
    assert blocks(table(("Model", "Cars"), ("Orchid One", "2,050"))) == [
        ("table", 1, "Model | Cars"),
        ("table", 0, "Orchid One | 2,050"),
    ]


def test_a_table_in_a_cell_is_read_too():
    inner = table(("Model", "Cars"), ("Orchid One", "2,050"))
    outer = f"<w:tbl><w:tr><w:tc>{inner}{paragraph(BODY)}</w:tc></w:tr></w:tbl>"
    assert [text for _, _, text in blocks(outer)] == ["Model | Cars", "Orchid One | 2,050", BODY]


def test_notes_stand_at_the_end_and_leave_no_mark_in_the_sentence():
    body = f"<w:p><w:r><w:t>{BODY}</w:t></w:r><w:r><w:footnoteReference w:id='1'/></w:r></w:p>" + paragraph("It ends.")
    notes = f"<w:footnote w:id='1'>{paragraph('So the maker says.')}</w:footnote>"
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    data = docx(body, more={"word/footnotes.xml": f'<w:footnotes xmlns:w="{namespace}">{notes}</w:footnotes>'})
    assert [block.text for block in read_docx(data).blocks] == [BODY, "It ends.", "So the maker says."]


def test_what_is_added_in_a_revision_is_read():
    body = f"<w:p><w:ins w:id='1'><w:r><w:t>{BODY}</w:t></w:r></w:ins></w:p>"
    assert blocks(body) == [("paragraph", 0, BODY)]


def test_line_breaks_tabs_and_special_marks():
    run = "<w:t>It is</w:t><w:br/><w:t>free</w:t><w:tab/><w:t>of</w:t><w:noBreakHyphen/><w:t>charge.</w:t>"
    ((_, _, text),) = blocks(f"<w:p><w:r>{run}</w:r></w:p>")
    assert text.replace("\u2011", "-") == "It is free of-charge."


CORE = "<dc:title>{}</dc:title><dc:creator>{}</dc:creator>"
PROPERTIES = {
    "title and author": (CORE.format("Orchid recalls", "Lea Brand"), Metadata("Orchid recalls", None, "Lea Brand")),
    "the name of a file": (CORE.format("report.docx", ""), Metadata()),
    "a template's title": (CORE.format("Document1", " "), Metadata()),
    "none": ("", Metadata()),
}


@pytest.mark.parametrize(("core", "expected"), PROPERTIES.values(), ids=PROPERTIES)
def test_core_properties_are_metadata(core: str, expected: Metadata):
    assert of(paragraph(BODY), core=core).metadata == expected


def test_the_day_of_making_counts_only_if_the_text_names_it():
    core = "<dcterms:created>2024-04-17T10:00:00Z</dcterms:created>"
    assert of(paragraph(BODY), core=core).metadata.published is None
    assert of(paragraph(f"Malmö, 17 April 2024 – {BODY}"), core=core).metadata.published == "2024-04-17"


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_the_strict_kind_of_document_is_read():
    names = {
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main": b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    parts = parts_of(docx(styled("Rückruf", "berschrift1") + paragraph(BODY) + paragraph("no", "<w:vanish/>"), STYLES))
    for loose, strict in names.items():
        parts = {name: content.replace(loose, strict) for name, content in parts.items()}
    assert [block.text for block in read_docx(archive(parts)).blocks] == ["Rückruf", BODY]


def test_a_bomb_is_refused_before_it_is_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b" " * 210_000_000)
    with pytest.raises(LoadError, match="Unpacked it is 210,000,000 bytes, over the limit of 200,000,000"):
        read_docx(packed.getvalue())


def test_a_file_that_declares_entities_is_refused(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("the plant burned down")
    parts = parts_of(docx(paragraph("&x;") + paragraph(BODY)))
    declared = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'.encode()
    parts["word/document.xml"] = declared + parts["word/document.xml"]
    with pytest.raises(LoadError, match="declares a document type"):
        read_docx(archive(parts))


DAMAGED = {
    "no archive": b"PK\x03\x04 and then nothing",
    "another archive": archive({"a.txt": "a"}),
    "no XML": archive({"word/document.xml": "<w:document"}),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_says_so(data: bytes):
    with pytest.raises(LoadError, match=r"damaged|holds no text"):
        read_docx(data)


def test_list_items_of_a_word_document_are_quotable_with_their_introduction():
    document = clean(of(paragraph("It depends on:") + item("the land") + item("the railway")), "a", "a", "")
    items = [block for block in document.blocks if block.kind is BlockKind.LIST]
    assert [block.lead_in and block.lead_in.of(document.text) for block in items] == ["It depends on:"] * 2
