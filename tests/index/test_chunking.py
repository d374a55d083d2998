"""Chunks fit the model, keep to their headings, and point at the text exactly."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.chunking import MAX_TOKENS, chunk, split_sentences
from index.embedding import SentenceEmbedder
from index.models import BlockKind, Chunk, Document, Metadata, Span
from tests.index.making import count_words, made, read, sentences

MODEL_LIMIT = 256
LONG = "The partners agreed on the price of the land, the road and the harbour, and on little else. " * 12


def of_text(document: Document, chunks: list[Chunk]) -> list[str]:
    return [item.span.of(document.text) for item in chunks]


SENTENCES = {
    "plain": ("It opened. It closed.", ["It opened.", "It closed."]),
    "question": ("Who decided? I did!", ["Who decided?", "I did!"]),
    "title": ("Mr. Renn left. Dr. Sauer stayed.", ["Mr. Renn left.", "Dr. Sauer stayed."]),
    "country": ("The U.S. plant closed. It was old.", ["The U.S. plant closed.", "It was old."]),
    "firm": ("Aster Inc. sold it. Hanbei Co. bought it.", ["Aster Inc. sold it.", "Hanbei Co. bought it."]),
    "model name": ("The Hanbei ID. ERA is new. It sells.", ["The Hanbei ID. ERA is new.", "It sells."]),
    "number": ("It cost 1.5 bn. yuan in No. 5. It paid.", ["It cost 1.5 bn. yuan in No. 5.", "It paid."]),
    "abbreviation before a figure": ("Sales of approx. 3 million fell.", ["Sales of approx. 3 million fell."]),
    "quotation": ('"It is so," he said. "It was."', ['"It is so," he said.', '"It was."']),
    "opening mark of another kind": ("It opened. “It closed,\" he said.", ["It opened.", "“It closed,\" he said."]),
    "mark of a note": ("It opened.[1] It closed.", ["It opened.[1]", "It closed."]),
    "chinese": ("工厂开业。工厂关闭。", ["工厂开业。", "工厂关闭。"]),
    "no end": ("It opened", ["It opened"]),
    "white space around": ("  It opened.\n", ["It opened."]),
    "nothing": (" \n ", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]):
    assert [span.of(text) for span in split_sentences(text)] == expected


OTHER_LANGUAGES = {
    "de": "Das Werk kostet 250 Mio. Euro.|Es öffnet z. B. am 3. März 2026.|Dr. Vogt bleibt.",
    "es": "La Sra. Ríos dijo que EE. UU. compra.|La planta abrió.",
    "zh": "工厂开业。|“我们很高兴。”|工厂关闭！",
}


@pytest.mark.parametrize(("language", "text"), OTHER_LANGUAGES.items(), ids=OTHER_LANGUAGES)
def test_sentences_of_other_languages_end_where_their_readers_end_them(language: str, text: str):
    whole = text.replace("|", "" if language == "zh" else " ")
    assert [span.of(whole) for span in split_sentences(whole, language=language)] == text.split("|")


def test_a_document_is_cut_by_its_own_language():
    document = replace(made("Es öffnet am 3. März 2026. Dr. Vogt bleibt."), metadata=Metadata(language="de"))
    found = sentences(document, chunk(document, count_words))
    assert found == ["Es öffnet am 3. März 2026.", "Dr. Vogt bleibt."]


@pytest.mark.parametrize("before", ["😀 👨‍👩‍👧 ", "汉贝汽车。", "ü̈e\u0301 ", "𝔸𝔹 ", "\u00a0\u2003"], ids=ascii)
def test_offsets_count_code_points(before: str):
    text = f"{before}It opened in Zhuzhou. It closed."
    assert [span.of(text) for span in split_sentences(text)][-1] == "It closed."
    spans = split_sentences(text, start=7)
    assert [span.of("x" * 7 + text) for span in spans] == [span.of(text) for span in split_sentences(text)]


def test_a_chunk_is_a_run_of_blocks_under_one_heading():
    document = made("# Money", "It cost much.", "It paid little.", "# Land", "It was wet.")
    chunks = chunk(document, count_words)
    assert of_text(document, chunks) == ["It cost much.\n\nIt paid little.", "It was wet."]
    assert [item.section for item in chunks] == ["Money", "Land"]


def test_a_chunk_does_not_cross_a_short_heading_without_a_section_of_its_own():
    """A heading that repeats the title adds no section; the text on both sides of it was one chunk."""
    document = made("It cost much.", "# VW", "It paid little.", title="VW")
    assert of_text(document, chunk(document, count_words)) == ["It cost much.", "It paid little."]


@pytest.mark.parametrize("between", ["~ Ad", "~ X", "~ A photo of the plant, taken in May", "~ 1"])
def test_furniture_between_two_paragraphs_parts_them(between: str):
    """A word as short as 'Ad' was taken for a list mark, and stood inside the chunk."""
    document = made("It cost much.", between, "It paid little.")
    assert of_text(document, chunk(document, count_words)) == ["It cost much.", "It paid little."]


def test_headings_under_headings_make_one_section():
    text = "# T\n\n## Money\n\n### Debts\n\nIt owed much.\n\n### Gains\n\nNone.\n\n## Land\n\nIt was wet."
    chunks = chunk(read("a.md", text), count_words)
    assert [item.section for item in chunks] == ["Money > Debts", "Money > Gains", "Land"]


def test_furniture_and_headings_are_in_no_sentence():
    document = made("# Money", "~ Photo: Hanbei", "It cost much.", "- the land", "~ Share", "| a | b")
    assert sentences(document, chunk(document, count_words)) == ["It cost much.", "the land", "a | b"]


def test_a_document_without_quotable_text_has_no_chunks():
    assert chunk(made("# Money", "~ Share"), count_words) == []


def test_what_is_embedded_names_title_date_and_section_and_ends_with_the_text():
    document = made("# Money", "It cost much.", title="How Orchid ended", published="2023-11")
    (item,) = chunk(document, count_words)
    assert item.embedded_text == "How Orchid ended (2023-11) — Money\nIt cost much."
    assert item.published == "2023-11"


@pytest.mark.parametrize(("title", "published", "header"), [
    (None, None, "Money\n"),
    ("Orchid", None, "Orchid — Money\n"),
    (None, "2023", "2023 — Money\n"),
])  # fmt: skip
def test_what_is_unknown_is_left_out_of_the_header(title: str | None, published: str | None, header: str):
    (item,) = chunk(made("# Money", "It cost much.", title=title, published=published), count_words)
    assert item.embedded_text == f"{header}It cost much."


def test_an_item_keeps_its_lead_in_where_its_list_is_cut():
    items = [
        f"- item {number} of the long list of what Hanbei takes over from Aster in the end" for number in range(60)
    ]
    document = made("In the end Hanbei takes over:", *items)
    chunks = chunk(document, count_words)
    assert len(chunks) > 3
    lead_in = Span(0, len("In the end Hanbei takes over:"))
    assert all(sentence.lead_in == lead_in for item in chunks for sentence in item.sentences[item is chunks[0] :])
    assert all("In the end Hanbei takes over:" in item.embedded_text for item in chunks)
    assert all(item.embedded_text.endswith(item.span.of(document.text)) for item in chunks)


def test_only_the_last_sentence_of_a_paragraph_introduces_its_list():
    document = made("Aster left. It took with it:", "- its name")
    (item,) = chunk(document, count_words)
    lead_in = item.sentences[-1].lead_in
    assert lead_in
    assert lead_in.of(document.text) == "It took with it:"


def test_a_table_of_sixty_rows_keeps_its_header_row(embedder: SentenceEmbedder):
    rows = [f"| {1960 + number} | {number * 1_000:,} | {number * 37}" for number in range(60)]
    document = made("| Year | Cars built | Staff", *rows)
    chunks = chunk(document, embedder.count_tokens)
    assert len(chunks) >= 3
    assert all("Year | Cars built | Staff" in item.embedded_text for item in chunks)
    header = "Year | Cars built | Staff"
    found = [sentence for item in chunks for sentence in item.sentences]
    assert [sentence.lead_in.of(document.text) if sentence.lead_in else None for sentence in found] == [
        None,
        *[header] * 60,
    ]
    assert {sentence.kind for sentence in found} == {BlockKind.TABLE}


LONG_TEXTS = {
    "5,000 characters without punctuation": ("plant " * 833).strip(),
    "5,000 characters without a space": "x" * 5_000,
    "commas only": "plant, " * 700,
    "chinese without punctuation": "合资企业汉贝汽车" * 600,
    "emoji": "😀🚗" * 1_200,
    "many sentences": LONG * 5,
    "combining characters": "e\u0301a\u0308" * 1_200,
    "numbers": " ".join(str(number * 7_919) for number in range(700)),
}


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS)
@pytest.mark.parametrize("kind", ["", "- ", "| "], ids=["paragraph", "item", "row"])
def test_no_text_is_too_long_for_the_model(text: str, kind: str, embedder: SentenceEmbedder):
    heading = "A heading of many words about a plant " * 5
    document = made(
        f"# {heading}", f"{LONG} It was:", f"{kind}{text}", title="A long title " * 20, published="2024-05-14"
    )
    chunks = chunk(document, embedder.count_tokens)
    lengths = [embedder.count_tokens(item.embedded_text) for item in chunks]
    assert max(lengths) <= MAX_TOKENS < MODEL_LIMIT
    assert all(item.embedded_text.endswith(item.span.of(document.text)) for item in chunks)
    assert "".join("".join(sentences(document, chunks)).split()) == "".join(f"{LONG} It was:{text}".split())


def test_sentences_are_not_cut_smaller_than_the_model_needs(embedder: SentenceEmbedder):
    """Counting the special tokens of every word cut a long sentence into parts of 45 words."""
    chunks = chunk(made("plant " * 800), embedder.count_tokens)
    assert len([sentence for item in chunks for sentence in item.sentences]) < 8


def test_no_chunk_of_a_real_article_is_too_long(raw_articles: Path, embedder: SentenceEmbedder):
    for path in sorted(raw_articles.glob("*.txt")):
        document = read(path.name, path.read_bytes())
        chunks = chunk(document, embedder.count_tokens)
        assert max(embedder.count_tokens(item.embedded_text) for item in chunks) <= MAX_TOKENS
        assert all(item.span.start <= item.sentences[0].span.start for item in chunks)
        assert all(before.span.end < after.span.start for before, after in pairwise(chunks))


WORDS = st.sampled_from(
    [
        "plant",
        "Aster",
        "U.S.",
        "3.5",
        "“no”",
        "😀",
        "合资企业。",
        "e\u0301",
        "•",
        "-",
        "a;b",
        "x" * 90,
        ".",
        "?!",
        "(1)",
        "\u00a0",
        "\n",
    ]
)
BLOCKS = st.tuples(
    st.sampled_from(["", "- ", "| ", "# ", "~ "]),
    st.lists(WORDS, min_size=1, max_size=60).map(" ".join).filter(lambda text: text.strip() == text and text),
).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(BLOCKS, min_size=1, max_size=12))
def test_sentences_hold_every_quotable_character_once(blocks: list[str]):
    document = made(*blocks)
    spans = [sentence.span for item in chunk(document, count_words) for sentence in item.sentences]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    inside = {position for span in spans for position in range(*span)}
    for block in document.blocks:
        positions = {position for position in range(*block.span) if not document.text[position].isspace()}
        if block.kind in (BlockKind.HEADING, BlockKind.FURNITURE):
            assert not positions & inside
        else:
            assert positions <= inside


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab. !?\n\"“”'’)(。，é😀•1"), max_size=120))
def test_splitting_loses_no_character_of_any_text(text: str):
    spans = split_sentences(text)
    assert "".join("".join(span.of(text) for span in spans).split()) == "".join(text.split())
    assert all(span.of(text) == span.of(text).strip() != "" for span in spans)
