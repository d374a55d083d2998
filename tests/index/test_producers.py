"""What browsers and word processors print is read word for word, with its pages and its metadata."""

import os
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from index.models import Block, BlockKind, Document
from tests.index.making import read
from tests.index.producers import generator

ARTICLES = {article.name: article for article in generator.articles()}
FILES = [f"{name}.{kind}" for name in ARTICLES for kind in ("browser.pdf", "browser-columns.pdf", "office.pdf", "docx")]
PDFS = [name for name in FILES if name.endswith(".pdf")]


@pytest.fixture(scope="session")
def produced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every article as every producer prints it."""
    if not generator.are_here():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(generator.MISSING)
    folder = tmp_path_factory.mktemp("produced")
    generator.produce(folder)
    return folder


def of(folder: Path, name: str) -> Document:
    return read(name, (folder / name).read_bytes())


def blocks(document: Document) -> list[tuple[str, str]]:
    """The kind and text of the blocks below the title, furniture left out."""
    found = [(block.kind.value, _text(block, document)) for block in document.blocks]
    own = [block for block in found if block[0] != BlockKind.FURNITURE]
    return own[1:] if own and own[0] == ("heading", document.metadata.title) else own


def _text(block: Block, document: Document) -> str:
    return block.span.of(document.text)


def test_sixty_files(produced: Path):
    saved = list((Path(__file__).parent / "saved").glob("*.html"))
    assert len(FILES) == 48
    assert all((produced / name).stat().st_size > 1_000 for name in FILES)
    assert len(saved) >= 12


@pytest.mark.parametrize("name", FILES)
def test_the_text_is_read_word_for_word(produced: Path, name: str):
    article = ARTICLES[name.split(".")[0]]
    assert blocks(of(produced, name)) == article.blocks


@pytest.mark.parametrize("name", FILES)
def test_title_author_date_and_language_are_read(produced: Path, name: str):
    fields = ARTICLES[name.split(".")[0]].fields
    metadata = of(produced, name).metadata
    assert (metadata.title, metadata.published, metadata.language) == (
        fields["title"], fields["published"], fields["language"]
    )  # fmt: skip
    assert metadata.author == fields["author"]


@pytest.mark.parametrize("name", PDFS)
def test_every_block_is_on_the_page_where_it_begins(produced: Path, name: str):
    """pypdf's own extraction, page by page, is the witness."""
    document = of(produced, name)
    pages = [_letters(page.extract_text()) for page in PdfReader(produced / name).pages]
    assert len({mark.page for mark in document.pages}) == len(pages)
    for block in document.blocks:
        page = document.page_of(block.span.start)
        assert page is not None
        assert _letters(_text(block, document))[:12] in pages[page - 1]


@pytest.mark.parametrize("name", [name for name in PDFS if "browser" in name])
def test_running_headers_and_page_numbers_are_furniture(produced: Path, name: str):
    document = of(produced, name)
    header = ARTICLES[name.split(".")[0]].fields["header"]
    furniture = [_text(block, document) for block in document.blocks if block.kind is BlockKind.FURNITURE]
    count = len(PdfReader(produced / name).pages)
    assert furniture.count(header) == count
    assert {str(number + 1) for number in range(count)} <= set(furniture)


def test_long_articles_have_several_pages(produced: Path):
    counts = [len(PdfReader(produced / name).pages) for name in PDFS]
    assert sum(count > 1 for count in counts) > 20
    assert max(counts) >= 3


def _letters(text: str) -> str:
    """Return letters and digits only: white space and hyphens at line ends are not what is compared."""
    return "".join(re.findall(r"[^\W_]", text.translate(str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi"}))))
