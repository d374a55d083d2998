"""What a file is called and what it is: read as what it is, or refused with one clear line."""

import io
import pickle
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import loading
from index.cleaning import clean
from index.errors import LoadError, UnknownFormat
from index.loading import input_sha256, load
from index.models import Document, PageStart
from tests.index.making_files import archive, docx, line, mail, paragraph, pdf

BODY = "Orchid EV will recall 3,100 cars over a seat belt that can come loose."


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Statement", "Year"])
    book.active.append([BODY, 2024])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES = {
    ".pdf": pdf(line(BODY)),
    ".docx": docx(paragraph(BODY)),
    ".xlsx": workbook(),
    ".html": f"<!DOCTYPE html>\n<html><body><p>{BODY}</p></body></html>".encode(),
    ".eml": mail(BODY),
    ".csv": f'Statement,Year\n"{BODY}",2024\n'.encode(),
    ".tsv": f"Statement\tYear\n{BODY}\t2024\n".encode(),
    ".md": BODY.encode(),
    ".txt": BODY.encode(),
}
MARKED = [".pdf", ".docx", ".xlsx", ".html"]


@pytest.mark.parametrize("ending", FILES)
def test_every_format_is_read_under_its_own_name_without_a_note(ending: str):
    raw = load(Path(f"a{ending}"), FILES[ending])
    assert BODY in " ".join(block.text for block in raw.blocks)
    assert raw.notes == ()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("ending", MARKED)
def test_a_wrong_name_does_not_matter_where_the_bytes_tell(ending: str, name: str):
    if name == ending:
        return
    raw = load(Path(f"a{name}"), FILES[ending])
    assert BODY in " ".join(block.text for block in raw.blocks)
    (note,) = raw.notes
    assert note.startswith(f"Its name ends in '{name}', but it is a")


@pytest.mark.parametrize("name", [".pdf", ".docx", ".xlsx"])
def test_text_under_the_name_of_another_format_is_refused(name: str):
    with pytest.raises(LoadError, match=r"It is no (PDF|Word document|Excel workbook), whatever its name says"):
        load(Path(f"a{name}"), BODY.encode())


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = {
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(20), "a JPEG image"),
    "gif": (b"GIF89a" + bytes(20), "a GIF image"),
    "rtf": (b"{\\rtf1 The plant.}", "an RTF document"),
    "old word": (OLE + bytes(600), "an Office file of the old kind"),
    "locked word": (OLE + "EncryptedPackage".encode("utf-16-le"), "an Office file with a password"),
    "powerpoint": (archive({"ppt/presentation.xml": "<a/>"}), "a PowerPoint presentation"),
    "opendocument": (
        archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        r"an OpenDocument text \(\.odt\)",
    ),
    "book": (archive({"mimetype": "application/epub+zip"}), "an e-book"),
    "zip": (archive({"a.txt": "a"}), "a zip archive"),
    "damaged zip": (b"PK\x03\x04" + bytes(30), "a damaged zip archive or Office file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(20), "a gzip archive"),
    "program": (b"\x7fELF" + bytes(20), "a program"),
    "database": (b"SQLite format 3\0" + bytes(20), "a database"),
}


@pytest.mark.parametrize("name", [".pdf", ".docx", ".txt", ".html", ".csv"])
@pytest.mark.parametrize(("data", "what"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_read_is_refused_under_any_name(data: bytes, what: str, name: str):
    with pytest.raises(LoadError, match=f"It is {what}.*, whatever its name says; readable are") as caught:
        load(Path(f"a{name}"), data)
    assert not isinstance(caught.value, UnknownFormat), "a name that is known makes it a failure, also in a folder"
    assert "\n" not in str(caught.value)


ADVICE = {
    "a.doc": "(save it as .docx)",
    "a.odt": "(save it as .docx)",
    "a.xls": "(save it as .xlsx)",
    "a.pptx": "(save it as .pdf)",
    "a.png": "(a picture)",
    "a.zip": "(unpack it first)",
    "a.xyz": "is not a format that is read; readable are",
}


@pytest.mark.parametrize(("name", "advice"), ADVICE.items(), ids=ADVICE)
def test_a_format_that_is_not_read_says_what_to_do(name: str, advice: str):
    with pytest.raises(UnknownFormat) as caught:
        load(Path(name), FILES[".pdf"])
    assert advice in str(caught.value)


def test_whatever_a_parser_trips_over_is_one_clear_line():
    for ending in (".docx", ".xlsx", ".pdf"):
        for cut in (60, 200, 400, len(FILES[ending]) - 40):
            with pytest.raises(LoadError) as caught:
                load(Path(f"a{ending}"), FILES[ending][:cut])
            assert "\n" not in str(caught.value)


def test_a_raw_document_can_be_sent_to_another_process():
    for ending, data in FILES.items():
        raw = load(Path(f"a{ending}"), data)
        assert pickle.loads(pickle.dumps(raw)) == raw


def test_another_version_of_the_loaders_reads_the_same_bytes_anew(monkeypatch: pytest.MonkeyPatch):
    before = input_sha256(BODY.encode())
    monkeypatch.setattr(loading, "LOADING_VERSION", loading.LOADING_VERSION + 1)
    assert input_sha256(BODY.encode()) != before


def test_invisible_characters_from_entities_do_not_reach_the_text_and_pages_stay_right():
    page = "<p>The &#x202e;plant&#x202c; op&shy;ened&#x200b; in &#xE0041;May.</p>"
    assert (
        load(Path("a.html"), f"<html><body>{page}</body></html>".encode()).blocks[0].text == "The plant opened in May."
    )
    block = loading._visible_block(
        loading.RawBlock(
            load(Path("a.txt"), b"a").blocks[0].kind, "a\u200bb\u200bc", pages=(PageStart(0, 1), PageStart(4, 2))
        )
    )
    assert (block.text, block.pages) == ("abc", (PageStart(0, 1), PageStart(2, 2)))


def attempt(name: str, data: bytes) -> Document | str:
    """The document that `data` holds, or why it is refused."""
    try:
        return clean(load(Path(name), data), "a", "a", "")
    except LoadError as error:
        return str(error)


def assert_covered(document: Document) -> None:
    """Assert that blocks stand in order, without white space at their ends, and leave nothing out but marks."""
    end = 0
    for block in document.blocks:
        assert end <= block.span.start < block.span.end
        between = document.text[end : block.span.start].strip()
        assert len(between) <= 6, "the mark of a list item at most"
        assert block.span.of(document.text).strip()
        end = block.span.end
    assert document.text[end:] == ""
    for block in document.blocks:
        if block.lead_in:
            assert block.lead_in.end <= block.span.start


WORDS = st.text("Orchid recals 3,10.-–|<>&;:\"'()[]#*•\u00e9汉贝😀\t", min_size=1, max_size=30)
TEXTS = st.lists(WORDS, min_size=1, max_size=6)


def made(ending: str, texts: list[str]) -> bytes:
    """A file of this format that says these texts, each in a paragraph or cell of its own."""
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for text in texts]
    match ending:
        case ".docx":
            return docx("".join(map(paragraph, escaped)))
        case ".html":
            return f"<html><body>{''.join(f'<p>{text}</p>' for text in escaped)}</body></html>".encode()
        case ".xlsx":
            book = openpyxl.Workbook()
            for text in texts:
                book.active.append([f"a {text}", f"b {text}"])
            out = io.BytesIO()
            book.save(out)
            return out.getvalue()
        case ".csv":
            return "\n".join(f'"{text.replace(chr(34), "")}","x"' for text in texts).encode()
        case ".eml":
            return mail("\n\n".join(texts))
        case ".pdf":
            plain = [text.encode("cp1252", "ignore").decode("cp1252").strip() or "x" for text in texts]
            return pdf("\n".join(line(text, y=700 - 30 * number) for number, text in enumerate(plain)))
    return "\n\n".join(texts).encode()


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(FILES)), TEXTS)
def test_blocks_cover_the_text_in_every_format(ending: str, texts: list[str]):
    found = attempt(f"a{ending}", made(ending, texts))
    if isinstance(found, str):
        assert "no readable text" in found or "no text" in found or "HTML" in found
    else:
        assert_covered(found)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(FILES)),
    st.sampled_from(MARKED),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8),
    st.floats(0.05, 1),
)
def test_damaged_files_are_read_or_refused(name: str, ending: str, flips: list[tuple[float, int]], kept: float):
    data = bytearray(FILES[ending][: int(len(FILES[ending]) * kept)])
    for place, byte in flips:
        data[int(place * (len(data) - 1))] = byte
    found = attempt(f"a{name}", bytes(data))
    if isinstance(found, str):
        assert "\n" not in found
    else:
        assert_covered(found)
