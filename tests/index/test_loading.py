"""Bytes of any encoding become text; front matter and Markdown become metadata and blocks."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.cleaning import clean
from index.errors import LoadError, UnknownFormat
from index.loading import MAX_FILE_BYTES, NotIndexed, input_sha256, is_known_format, load, read_bytes
from index.models import BlockKind, Metadata, Report
from index.raw import RawDocument

TEXT = "Tarn’s bet – naïve, he says – cost €250 million.\n\nSøren Tarn paid half of it in “good faith”."
SUFFIXES = [".txt", ".md", ".html"]
CHINESE = "汉贝与塔恩电池成立合资公司。\n\n新工厂将于二零二七年投产，年产能三十吉瓦时。"


def of_text(data: bytes, name: str = "a.txt") -> str:
    return "\n\n".join(block.text for block in load(Path(name), data).blocks)


def markdown(text: str) -> RawDocument:
    return load(Path("a.md"), text.encode())


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, f"{block.marker}{block.text}") for block in markdown(text).blocks]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"], ids=lambda name: name
)
def test_reads_western_text_in_any_encoding(encoding: str):
    assert of_text(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_reads_chinese_in_any_encoding(encoding: str):
    assert of_text((CHINESE * 5).encode(encoding)).startswith("汉贝与塔恩电池成立合资公司")


def test_a_page_is_read_in_the_encoding_it_declares():
    page = '<html><head><meta charset="windows-1251"></head><body><p>Завод откроется в мае.</p></body></html>'
    assert of_text(page.encode("cp1251"), "a.html") == "Завод откроется в мае."


def test_a_few_broken_bytes_do_not_spoil_the_rest():
    assert of_text(TEXT.encode()[:-1] + b"\xe2\x80") == TEXT[:-1] + "\ufffd"


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\u2028", "\v", "\f", "\x85"], ids=ascii)
def test_every_kind_of_line_break_breaks_a_line(line_break: str):
    assert of_text(f"The plant opened.{line_break}{line_break}It closed again.".encode()).split("\n\n") == [
        "The plant opened.",
        "It closed again.",
    ]


def test_characters_nobody_sees_are_taken_out():
    hidden = "The \u202eplant\u202c op\u00adened\u200b in\u2060 \U000e0041May.\x07"
    assert of_text(hidden.encode()) == "The plant opened in May."


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "no readable text"),
        ("a.txt", b" \n\t\n", "no readable text"),
        ("a.html", b"<html><body></body></html>", "no readable text"),
        ("a.html", b"", "HTML"),
        ("a.md", b"---\ntitle: [\n---\nBody.", "front matter is not valid YAML"),
        ("a.md", b"---\n" + b"a: " + b"x" * 60_000 + b"\n---\nBody.", "longer than 50,000"),
        ("a.txt", b"\x00\x01\x02\x03" * 50, "NUL bytes"),
        ("a.txt", b"PK\x07\x08" + bytes(range(256)) * 20, "not text"),
    ],
    ids=["empty", "blank", "empty page", "no page", "broken front matter", "huge front matter", "NULs", "bytes"],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, reason: str):
    with pytest.raises(LoadError, match=reason):
        load(Path(name), data)


@pytest.mark.parametrize("name", ["a.doc", "a.pptx", "a.odt", "a.png", "a.zip", "a", "a.txt.gz", ".md"])
def test_another_format_is_unknown(name: str):
    assert not is_known_format(Path(name))
    with pytest.raises(UnknownFormat, match=r"readable are \.csv, \.docx, \.eml, \.htm,.* \.xlsx\.$"):
        load(Path(name), b"text")


@pytest.mark.parametrize("name", ["a.TXT", "a.Md", "a.markdown", "a.HTM", "b/a.html"])
def test_the_ending_of_a_name_decides_in_either_case(name: str):
    assert is_known_format(Path(name))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(LoadError, match="50,000,001 bytes is over the limit"):
        read_bytes(path)


def test_what_is_no_file_says_so(tmp_path: Path):
    with pytest.raises(LoadError, match="No such file"):
        read_bytes(tmp_path / "none.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path, tmp_path / "pipe.txt"):
        with pytest.raises(LoadError, match="not a file"):
            read_bytes(path)


def test_the_hash_of_an_input_depends_on_every_byte():
    assert input_sha256(b"a") == input_sha256(b"a")
    assert input_sha256(b"a") != input_sha256(b"a ")


FRONT_MATTERS = {
    "all fields": (
        "title: How Orchid ended\npublisher: Vanday\nauthor: Ines Calder\npublished: 2023-11\nurl: https://v.example/1",
        Metadata("How Orchid ended", "Vanday", "Ines Calder", "2023-11", "https://v.example/1"),
    ),
    "YAML's own date": ("published: 2023-11-08", Metadata(published="2023-11-08")),
    "YAML's own time": ("date: 2023-11-08 23:30:00", Metadata(published="2023-11-08")),
    "a year is a number": ("published: 2016", Metadata(published="2016")),
    "a date in words": ("date: 8 November 2023", Metadata(published="2023-11-08")),
    "a date nobody can read": ("published: soon", Metadata()),
    "an address as source": ("source: https://v.example/1", Metadata(url="https://v.example/1")),
    "a name as source": ("source: Vanday", Metadata(publisher="Vanday")),
    "several authors": (
        'author:\n  - "[[Ines Calder]]"\n  - "[[people/tom|Tom Ferro]]"',
        Metadata(author="Ines Calder, Tom Ferro"),
    ),
    "white space": ("title: >\n  How Orchid\n  ended", Metadata(title="How Orchid ended")),
    "reports": (
        "based_on:\n  - publisher: Vanday\n    title: Orchid\n    published: 2023-11\n    url: null\n  - nonsense",
        Metadata(based_on=(Report("Vanday", "Orchid", None, "2023-11"),)),
    ),
    "reports that are no list": ("based_on: Vanday", Metadata()),
    "empty fields": ("title:\nauthor: ''\nurl: ' '", Metadata()),
}


@pytest.mark.parametrize(("fields", "expected"), FRONT_MATTERS.values(), ids=FRONT_MATTERS)
def test_front_matter_is_metadata(fields: str, expected: Metadata):
    assert markdown(f"---\n{fields}\n---\nThe venture ended.").metadata == expected


def test_a_file_may_ask_to_be_left_out():
    with pytest.raises(NotIndexed):
        markdown("---\nindex: false\n---\nThe venture ended.")


def test_text_between_two_rules_is_no_front_matter():
    """A file that begins with a rule lost everything up to the next one."""
    assert "The venture ended." in " ".join(text for _, text in blocks("---\nThe venture ended.\n\n---\n\nIt did."))


def test_without_front_matter_the_top_is_metadata():
    raw = markdown("# How Orchid ended\n\n*By Ines Calder, 8 November 2023*\n\nThe venture ended in a hall in Lisbon.")
    assert raw.metadata == Metadata(title="How Orchid ended", author="Ines Calder", published="2023-11-08")
    assert [block.kind for block in raw.blocks] == [BlockKind.HEADING, BlockKind.FURNITURE, BlockKind.PARAGRAPH]


def test_front_matter_goes_before_the_top():
    raw = markdown("---\ntitle: A\nauthor: Ines Calder\n---\n# B\n\nBy Tom Ferro\n\nThe venture ended in a hall.")
    assert (raw.metadata.title, raw.metadata.author) == ("A", "Ines Calder")


MARKS = {
    "emphasis": ("**Aster** and *Hanbei* _left_ ~~it~~.", "Aster and Hanbei left ~~it~~."),
    "link": ("[Aster](https://a.example 'title') left.", "Aster left."),
    "reference": ("[Aster][1] left.\n\n[1]: https://a.example", "Aster left."),
    "address": ("See <https://a.example>.", "See https://a.example."),
    "image": ("![A van](van.jpg) Aster left.", "Aster left."),
    "code": ("Run `make run` now.", "Run make run now."),
    "entity and escape": ("R&amp;D costs 5 \\* 3.", "R&D costs 5 * 3."),
    "footnote": ("Aster left.[^1]", "Aster left."),
    "line break": ("Aster left.  \nHanbei stayed.", "Aster left. Hanbei stayed."),
    "html break": ("Aster left.<br>Hanbei stayed.", "Aster left. Hanbei stayed."),
    "inline html": ("Aster <b>left</b>.<!-- never -->", "Aster left."),
    "inline html that hides": ("Aster <i style='display:none'>never</i> left.", "Aster left."),
}


@pytest.mark.parametrize(("text", "expected"), MARKS.values(), ids=MARKS)
def test_marks_are_taken_out_and_words_stay(text: str, expected: str):
    assert blocks(text) == [("paragraph", expected)]


def test_blocks_of_every_kind_in_order():
    text = """
# How Orchid ended

## Who got what

Hanbei took over:

- the plant
  - its paint shop

    with the old lamps
- the name

1. staff
2. dealers

| Year | Cars |
|---|---|
| 2016 | 120 |

> We are leaving.

```
parts.csv
```

Last
======
"""
    assert blocks(text) == [
        ("heading", "How Orchid ended"),
        ("heading", "Who got what"),
        ("paragraph", "Hanbei took over:"),
        ("list", "• the plant"),
        ("list", "• its paint shop"),
        ("list", "with the old lamps"),
        ("list", "• the name"),
        ("list", "1. staff"),
        ("list", "2. dealers"),
        ("table", "Year | Cars"),
        ("table", "2016 | 120"),
        ("paragraph", "We are leaving."),
        ("paragraph", "parts.csv"),
        ("heading", "Last"),
    ]
    assert [block.level for block in markdown(text).blocks] == [1, 2, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]


def test_html_inside_markdown_is_read():
    """A paragraph wrapped in a <div> or <details> was dropped."""
    details = "<details><summary>The works</summary>\n<p>The works stay open.</p>\n</details>"
    text = f"First.\n\n{details}\n\n<script>evil()</script>"
    assert blocks(text) == [("paragraph", "First."), ("paragraph", "The works"), ("paragraph", "The works stay open.")]


def test_a_bold_line_is_a_heading_but_a_bold_statement_is_not():
    assert blocks("**What comes next**\n\n**Stake: 51 percent**\n\n**Aster left.**") == [
        ("heading", "What comes next"),
        ("paragraph", "Stake: 51 percent"),
        ("paragraph", "Aster left."),
    ]


FRAGMENTS = """<p> </p> <table> <tr> <td> </table> <ul> <li> <h1> <br> <form> <form> <!-- --> <![CDATA[ ]]>
    <script> </script> <svg> <x:y> <math> <html> <body> <title> <template> &#x0; &#xD800; &nbsp; --- # - | |---| > ```
    [a](b) a:[ \ufffe \ud800 \x00 • 1. \u202e 汉贝 😀 “ " . Plant. By 2024-05-14 Share Comments Reply a.jpg""".split()
FRAGMENTS += [" ", "\n", "\n\n", "\t", "---\n", "word " * 20]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join) | st.binary(max_size=60), st.sampled_from(SUFFIXES)
)
def test_no_file_whatsoever_crashes_the_loader(content: str | bytes, suffix: str):
    """Comments inside forms, surrogates and NULs made the libraries for HTML raise errors of their own."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    try:
        document = clean(load(Path(f"a{suffix}"), data), "a", "a", "")
    except (LoadError, NotIndexed):
        return
    assert all(block.span.of(document.text).strip() for block in document.blocks)
    assert document.content_sha256
