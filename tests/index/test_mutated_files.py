"""Files damaged at random go through the loaders: each is a document or one LoadError, and none hangs.

200 of them in the ordinary tests, 2,000 with RELIABILITY_COUNTS=full.
"""

import io
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from index.chunking import chunk
from index.errors import LoadError
from index.loading import NotIndexed
from index.models import Document
from index.parsing import ParseLimits, Parser
from index.sources import SEEDS, SourceFile
from tests.index.hostile import HOSTILE
from tests.index.making import SAVED, Saved, count_words
from tests.index.making_files import docx, lines, mail, paragraph, pdf

COUNT = 2_000 if os.environ.get("RELIABILITY_COUNTS") == "full" else 200
ROUNDS = 10
SECONDS = 10
SMALL = 200_000


STORY = [
    "The plant in Zhuzhou opened in May 2024, two months later than planned.",
    "Hanbei has paid its share of 410 million euros; the other partner holds 49% and builds 80,000 gearboxes a year.",
]


def sound() -> dict[str, bytes]:
    """Return a sound file of each format that is not text."""
    book = openpyxl.Workbook()
    for row in (["year", "plant", "gearboxes"], [2024, "Zhuzhou", 61_000], [2025, "Zhuzhou", 80_000]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    letter = mail("\n\n".join(STORY), "".join(f"<p>{text}</p>" for text in STORY), attachments=["plan.pdf"])
    return {
        "story.pdf": pdf(lines(*STORY), lines(*reversed(STORY)), info={"Title": "The plant", "Author": "Ines Calder"}),
        "story.docx": docx("".join(map(paragraph, STORY))),
        "story.xlsx": packed.getvalue(),
        "story.csv": b"year;plant;gearboxes\n2024;Zhuzhou;61000\n2025;Zhuzhou;80000\n",
        "story.eml": letter,
        "story.mhtml": letter.replace(b"multipart/alternative", b"multipart/related"),
    }


def originals() -> dict[str, list[tuple[str, bytes]]]:
    """Return files to begin with by format: saved pages, briefs, sound and hostile files of a modest size."""
    files = {path.name: Saved(path.name).data for path in SAVED.iterdir()}
    files |= {path.name: path.read_bytes() for path in SEEDS.glob("*.md")} | sound()
    made = {name: make() for name, make in HOSTILE.items() if "bomb" not in name}
    files |= {name: data for name, data in made.items() if 0 < len(data) < SMALL}
    formats: dict[str, list[tuple[str, bytes]]] = {}
    for name, data in sorted(files.items()):
        formats.setdefault(Path(name).suffix, []).append((name, data))
    return formats


def flipped(data: bytearray, dice: random.Random) -> bytearray:
    for _ in range(dice.randint(1, 40)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return data


def cut(data: bytearray, dice: random.Random) -> bytearray:
    return data[: dice.randrange(1, len(data) + 1)]


def without_a_part(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randint(1, 500) :]


def repeated(data: bytearray, dice: random.Random) -> bytearray:
    start = dice.randrange(len(data))
    return data[:start] + data[start : start + dice.randint(1, 60)] * dice.randint(2, 2_000) + data[start:]


def spliced(data: bytearray, dice: random.Random) -> bytearray:
    bits = [
        b"<table><tr><td>",
        b"<!--",
        b"</",
        b"\0",
        b"\xff\xfe",
        "\u202e".encode(),
        b"---\n",
        b"&#x110000;",
        b"((((",
        b"|-|",
    ]
    start = dice.randrange(len(data))
    return data[:start] + dice.choice(bits) * dice.randint(1, 3_000) + data[start:]


MUTATIONS: list[Callable[[bytearray, random.Random], bytearray]] = [flipped, cut, without_a_part, repeated, spliced]


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(seconds=SECONDS)) as parser:
        yield parser


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_damaged_file_is_a_document_or_one_error(seed: int, parser: Parser):
    dice = random.Random(seed)
    formats = originals()
    read = 0
    while read < COUNT // ROUNDS:
        name, data = dice.choice(formats[dice.choice(list(formats))])
        for mutate in dice.sample(MUTATIONS, dice.randint(1, 3)):
            data = bytes(mutate(bytearray(data or b"x"), dice))
        if dice.random() < 0.1:
            name = f"{Path(name).stem}{dice.choice(list(formats))}"
        started = time.monotonic()
        error = error_of(parser, name, data)
        assert time.monotonic() - started < SECONDS + 2, (seed, read, name)
        assert "crashed the reader" not in error, (seed, read, name)
        assert f"more than {SECONDS} s" not in error, (seed, read, name)
        assert "\n" not in error, (seed, read, name)
        read += "is not a format that is read" not in error


def error_of(parser: Parser, name: str, data: bytes) -> str:
    """Read a file; return what stood against it, or nothing after a look at the document that came of it."""
    try:
        document = parser.parse(SourceFile(Path(name), name, name, named=False), data, "sha")
    except (LoadError, NotIndexed) as error:
        return str(error)
    check_document(document)
    return ""


def check_document(document: Document) -> None:
    """Every block and every sentence of every chunk lies in the text."""
    end = 0
    for block in document.blocks:
        assert end <= block.span.start <= block.span.end <= len(document.text)
        end = block.span.end
    for item in chunk(document, count_words):
        for sentence in item.sentences:
            assert sentence.span.of(document.text).strip()
            assert item.span.start <= sentence.span.start < sentence.span.end <= item.span.end
