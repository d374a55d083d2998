"""Documents, chunks and vectors made up for a test, and saved articles whose lines say what they are."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue
from index.chunking import chunk
from index.cleaning import clean
from index.embedding import SentenceEmbedder, Vectors
from index.language import with_language
from index.loading import load
from index.models import Block, BlockKind, Chunk, Document, Metadata, Span, sha256

SAVED = Path(__file__).parent / "saved"
DIMENSION = 24
_ENCODINGS = {"trade.txt": "cp1252", "print_view.html": "cp1252", "paywall.txt": "utf-16"}


def read(name: str, text: str | bytes) -> Document:
    """Load and clean `text` as if it were the file `name`, and tell its language."""
    data = text.encode() if isinstance(text, str) else text
    return with_language(clean(load(Path(name), data), name, name, sha256(repr(data))))


def texts(document: Document, *kinds: BlockKind) -> list[str]:
    """Return the texts of the document's blocks of these kinds, all if none is given."""
    return [block.span.of(document.text) for block in document.blocks if not kinds or block.kind in kinds]


def quotable(document: Document) -> list[str]:
    return texts(document, BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE)


def furniture(document: Document) -> list[str]:
    return texts(document, BlockKind.FURNITURE)


def count_words(text: str) -> int:
    """Count words and two special tokens: a quick stand-in where the limit of the model does not matter."""
    return len(text.split()) + 2


def sentences(document: Document, chunks: Sequence[Chunk]) -> list[str]:
    return [sentence.span.of(document.text) for item in chunks for sentence in item.sentences]


def folded(text: str) -> str:
    return " ".join(text.split())


def made(
    *paragraphs: str,
    source: str = "made.txt",
    title: str | None = None,
    publisher: str | None = None,
    published: str | None = None,
) -> Document:
    """Return a document of paragraphs; '# ' begins a heading, '~ ' furniture, '- ' a list item, '| ' a table row."""
    kinds = {
        "# ": BlockKind.HEADING,
        "~ ": BlockKind.FURNITURE,
        "- ": BlockKind.LIST,
        "| ": BlockKind.TABLE,
    }
    blocks: list[Block] = []
    parts: list[str] = []
    length = 0
    for paragraph in paragraphs:
        kind = kinds.get(paragraph[:2], BlockKind.PARAGRAPH)
        text = paragraph[2:] if paragraph[:2] in kinds else paragraph
        span = Span(length, length + len(text))
        lead_in = _lead_in(kind, blocks, parts)
        blocks.append(Block(kind, span, level=2 if kind is BlockKind.HEADING else 0, lead_in=lead_in))
        parts.append(text)
        length = span.end + 2
    metadata = Metadata(title=title, publisher=publisher, published=published)
    text = "\n\n".join(parts)
    return Document(source, f"/{source}", text, tuple(blocks), metadata, sha256(text))


def _lead_in(kind: BlockKind, blocks: Sequence[Block], parts: Sequence[str]) -> Span | None:
    if not blocks or kind not in (BlockKind.LIST, BlockKind.TABLE):
        return None
    before = blocks[-1]
    if before.kind is kind:
        return before.lead_in or (before.span if kind is BlockKind.TABLE else None)
    return before.span if parts[-1].endswith(":") else None


def vectors(count: int, seed: int = 0) -> Vectors:
    """Return `count` unit vectors, the same for the same seed."""
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def put(catalogue: Catalogue, document: Document, *, seed: int = 0, bump: bool = True) -> Document:
    """Store a document with made-up vectors; return it."""
    chunks = chunk(document, count_words)
    catalogue.put(document, chunks, vectors(len(chunks), seed), bump=bump)
    return document


def put_embedded(catalogue: Catalogue, document: Document, embedder: SentenceEmbedder) -> Document:
    """Store a document with the model's own vectors; return it."""
    chunks = chunk(document, embedder.count_tokens)
    catalogue.put(document, chunks, embedder.encode([item.embedded_text for item in chunks]), bump=True)
    return document


@dataclass(frozen=True)
class Saved:
    """A saved article whose every line says what it is: '+' body, '-' furniture, '=' neither."""

    name: str

    @property
    def data(self) -> bytes:
        """The bytes as the page was saved."""
        lines = [line[2:] for line in self._lines]
        text = ("\r\n" if self.name == "trade.txt" else "\n").join(lines)
        return text.encode(_ENCODINGS.get(self.name, "utf-8"))

    @property
    def body(self) -> list[str]:
        return self._marked("+")

    @property
    def furniture(self) -> list[str]:
        return self._marked("-")

    @property
    def _lines(self) -> list[str]:
        lines = (SAVED / self.name).read_text(encoding="utf-8").split("\n")
        assert all(line[:2] in ("+ ", "- ", "= ", "") for line in lines), self.name
        return lines

    def _marked(self, mark: str) -> list[str]:
        shown = (_shown(line[2:], Path(self.name).suffix) for line in self._lines if line.startswith(mark))
        return [text for text in shown if text]


def _shown(line: str, suffix: str) -> str:
    """Return what a reader sees of a line of plain text, Markdown or HTML, white space folded."""
    if suffix == ".html":
        line = re.sub(r"</t[hd]> <t[hd]>", " | ", line)
        line = html.unescape(re.sub(r"<(?:br|/?p|/?h\d)\b[^>]*>", " ", line))
        return folded(re.sub(r"<[^>]*>", "", line))
    if suffix == ".md":
        line = re.sub(r"!\[[^\]]*\]\([^)]*\)|\[\^\d\]", "", line)
        line = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)))
        line = re.sub(r"^\s*(?:#+|[->*]|\d\.)\s", "", line)
        return folded(line.replace("*", "").strip("| `"))
    return folded(re.sub(r"^(?:[•-]|\d[.)])\s", "", line.strip()).replace("\t", " | "))
