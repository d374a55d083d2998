"""The one truth: documents are visible whole or not at all, and every read keeps to its scope."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.catalogue import Catalogue
from index.chunking import chunk
from index.errors import NoIndexError, NotFoundError
from index.models import BlockKind, Chunk, Metadata, Report, Scope, Span
from tests.index.making import count_words, made, put, read, vectors
from tests.index.making_files import line, lines, pdf


def sources(catalogue: Catalogue, scope: Scope) -> set[str]:
    """Return which documents `scope` admits, as every kind of read sees it."""
    ids, found = catalogue.vectors(scope)
    assert len(ids) == len(found) == catalogue.count_chunks(scope)
    assert catalogue.admitted(ids, Scope()) == set(ids)
    every = catalogue.vectors(Scope())[0]
    assert catalogue.admitted(every, scope) == set(ids)
    by_words = catalogue.words("plant", scope, 100)
    assert set(by_words) == set(ids), "every document of these tests says 'plant'"
    return {passage.document.source for passage in catalogue.passages(ids)}


def count_rows(catalogue: Catalogue) -> dict[str, int]:
    tables = ("documents", "blocks", "chunks", "chunk_words")
    with catalogue.database.snapshot() as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def test_a_document_comes_back_as_it_was_stored(catalogue: Catalogue):
    text = "---\ntitle: T\npublisher: P\nauthor: A\npublished: 2024-05\nurl: https://u.example\nbased_on:\n"
    text += (
        "  - {publisher: Q, title: R, published: 2023}\n---\n## H\n\n😀 It cost 汉贝:\n\n- much\n  - very\n\nPhoto: X"
    )
    document = put(catalogue, read("a.md", text))
    assert catalogue.stored(document.document_id) == document
    assert catalogue.text(document.document_id) == document.text
    info = catalogue.document(document.document_id)
    assert (info.metadata, info.source, info.state) == (document.metadata, "a.md", "ready")
    assert info.metadata.based_on == (Report("Q", "R", None, "2023"),)
    assert info.content_sha256 == document.content_sha256
    assert info.chunks == len(chunk(document, count_words))
    assert [block.kind for block in document.blocks][-1] is BlockKind.FURNITURE


def test_a_passage_comes_back_with_its_sentences_and_its_place(catalogue: Catalogue):
    document = put(catalogue, made("# Money", "😀 Hanbei took:", "- the plant", "- the name", published="2023-11"))
    (passage,) = catalogue.passages(catalogue.vectors(Scope())[0])
    (expected,) = chunk(document, count_words)
    assert passage.text == expected.span.of(document.text)
    assert passage.sentences == expected.sentences
    assert [passage.slice(sentence.span) for sentence in passage.sentences] == [
        "😀 Hanbei took:",
        "the plant",
        "the name",
    ]
    assert passage.slice(passage.sentences[1].lead_in or Span(0, 0)) == "😀 Hanbei took:"
    assert (passage.section, passage.published) == ("Money", "2023-11")
    assert passage.embedded_text == expected.embedded_text


def test_pages_and_language_come_back(catalogue: Catalogue):
    pages = [lines("Hanbei builds batteries in Zhuzhou, and it will", "not be cheap."), line("The plant opens in May.")]
    document = put(catalogue, read("a.pdf", pdf(*pages)))
    assert [mark.page for mark in document.pages] == [1, 2]
    assert catalogue.stored(document.document_id) == document
    assert catalogue.document(document.document_id).metadata.language == "en"
    (passage,) = catalogue.passages(catalogue.vectors(Scope())[0])
    assert [passage.page_of(sentence.span.start) for sentence in passage.sentences] == [1, 2]
    assert passage.document.metadata.language == "en"


def test_a_document_without_pages_has_none(catalogue: Catalogue):
    put(catalogue, made("One plant."))
    (passage,) = catalogue.passages(catalogue.vectors(Scope())[0])
    assert passage.page_of(0) is None


def test_passages_come_in_the_order_asked_and_without_those_that_are_gone(catalogue: Catalogue):
    put(catalogue, made("# A", "One plant.", "# B", "Two plants.", "# C", "Three plants."))
    ids = catalogue.vectors(Scope())[0]
    asked = [ids[2], 9_999, ids[0]]
    assert [passage.chunk_id for passage in catalogue.passages(asked)] == [ids[2], ids[0]]
    assert catalogue.passages([]) == []


def test_vectors_come_back_to_the_bit(catalogue: Catalogue):
    document = made("# A", "One plant.", "# B", "Two plants.")
    put(catalogue, document, seed=7)
    ids, found = catalogue.vectors(Scope())
    assert len(ids) == 2
    assert found.dtype == np.float32
    assert np.array_equal(found, vectors(2, seed=7))


def test_an_exception_in_the_middle_leaves_nothing(catalogue: Catalogue):
    document = made("# A", "One plant.", "# B", "Two plants.")
    chunks = chunk(document, count_words)

    with pytest.raises(ValueError, match="zip"):
        catalogue.put(document, chunks, vectors(1), bump=True)
    assert count_rows(catalogue) == {"documents": 0, "blocks": 0, "chunks": 0, "chunk_words": 0}
    assert catalogue.generation == 0


def test_a_replacement_that_fails_leaves_the_old_document(catalogue: Catalogue):
    old = put(catalogue, made("One plant."))
    before = count_rows(catalogue)
    new = made("# A", "Two plants.", "# B", "Three plants.")
    with pytest.raises(ValueError, match="zip"):
        catalogue.put(new, chunk(new, count_words), vectors(1), bump=True)
    assert catalogue.text(old.document_id) == "One plant."
    assert count_rows(catalogue) == before
    assert catalogue.generation == 1
    assert sources(catalogue, Scope()) == {"made.txt"}


def test_a_replaced_document_is_gone_with_all_that_was_derived_from_it(catalogue: Catalogue):
    old = put(catalogue, made("One old plant.", "# B", "Another old plant."))
    old_chunks = catalogue.vectors(Scope())[0]
    new = put(catalogue, made("One new plant."))
    assert new.document_id != old.document_id
    for read_one in (catalogue.document, catalogue.text, catalogue.stored):
        with pytest.raises(NotFoundError, match=old.document_id):
            read_one(old.document_id)
    assert catalogue.passages(old_chunks) == []
    assert catalogue.admitted(old_chunks, Scope()) == set()
    assert catalogue.words("old", Scope(), 10) == []
    assert len(catalogue.words("new", Scope(), 10)) == 1
    assert catalogue.stale(10) == old_chunks
    assert count_rows(catalogue) == {"documents": 1, "blocks": 1, "chunks": 1, "chunk_words": 1}


def test_an_id_of_a_chunk_is_never_used_twice(catalogue: Catalogue):
    document = put(catalogue, made("One plant."))
    (first,) = catalogue.vectors(Scope())[0]
    catalogue.remove(document.document_id)
    put(catalogue, document)
    assert catalogue.vectors(Scope())[0] == [first + 1]


def test_removing_takes_everything_and_an_unknown_id_is_refused(catalogue: Catalogue):
    document = put(catalogue, made("One plant."))
    catalogue.remove(document.document_id)
    assert count_rows(catalogue) == {"documents": 0, "blocks": 0, "chunks": 0, "chunk_words": 0}
    assert catalogue.generation == 2
    with pytest.raises(NotFoundError, match="jv-assistant documents list"):
        catalogue.remove(document.document_id)
    assert catalogue.generation == 2


def test_a_generation_rises_only_where_asked(catalogue: Catalogue):
    put(catalogue, made("One plant.", source="a.txt"), bump=True)
    put(catalogue, made("Two plants.", source="b.txt"), bump=False)
    assert catalogue.generation == 1
    assert catalogue.count_documents() == 2


def test_the_same_text_from_two_places_is_two_documents(catalogue: Catalogue):
    first = put(catalogue, made("One plant.", source="a.txt"))
    second = put(catalogue, made("One plant.", source="b.txt"))
    assert first.document_id != second.document_id
    assert sources(catalogue, Scope()) == {"a.txt", "b.txt"}


DATED = {
    "y2024": "2024",
    "may": "2024-05",
    "may14": "2024-05-14",
    "may31": "2024-05-31",
    "june": "2024-06-01",
    "unknown": None,
}
SCOPES: dict[str, tuple[Scope, set[str]]] = {
    "all": (Scope(), set(DATED)),
    "from a day": (Scope(published_from="2024-05-15"), {"y2024", "may", "may31", "june"}),
    "from a month": (Scope(published_from="2024-06"), {"y2024", "june"}),
    "from a year": (Scope(published_from="2024"), {"y2024", "may", "may14", "may31", "june"}),
    "from the next year": (Scope(published_from="2025"), set()),
    "to a day": (Scope(published_to="2024-05-30"), {"may14"}),
    "to the last day of a month": (Scope(published_to="2024-05-31"), {"may", "may14", "may31"}),
    "to a month": (Scope(published_to="2024-05"), {"may", "may14", "may31"}),
    "to a year": (Scope(published_to="2024"), {"y2024", "may", "may14", "may31", "june"}),
    "as of a day": (Scope(as_of="2024-05-14"), {"may14"}),
    "as of a month": (Scope(as_of="2024-05"), {"may", "may14", "may31"}),
    "as of the year before": (Scope(as_of="2023"), set()),
    "the earlier of two ends": (Scope(as_of="2024-05-14", published_to="2024"), {"may14"}),
    "a month": (Scope(published_from="2024-05-01", published_to="2024-05-31"), {"may", "may14", "may31"}),
    "a month that ends before it begins": (Scope(published_from="2024-06", published_to="2024-05"), set()),
}


@pytest.fixture
def dated(catalogue: Catalogue) -> Catalogue:
    for source, published in DATED.items():
        put(catalogue, made("One plant.", source=source, published=published))
    return catalogue


@pytest.mark.parametrize(("scope", "expected"), SCOPES.values(), ids=SCOPES)
def test_dates_are_compared_by_the_last_day_of_their_period(scope: Scope, expected: set[str], dated: Catalogue):
    assert sources(dated, scope) == expected


@pytest.fixture
def mixed(catalogue: Catalogue) -> Catalogue:
    for source, publisher in [("a", "Vanday"), ("b", "VANDAY"), ("c", "Newswire"), ("d", None)]:
        put(catalogue, made("One plant.", source=source, publisher=publisher, published="2024"))
    return catalogue


@pytest.mark.parametrize(
    ("publishers", "expected"),
    [(["vanday"], {"a", "b"}), (["Vanday", "Newswire"], {"a", "b", "c"}), (["None"], set()), (["vanday' OR 1"], set())],
    ids=["any case", "several", "unknown", "quote"],
)
def test_a_scope_by_publisher(publishers: list[str], expected: set[str], mixed: Catalogue):
    assert sources(mixed, Scope(publishers=frozenset(publishers))) == expected


def test_a_publisher_is_found_in_either_case_whatever_its_letters(catalogue: Catalogue):
    put(catalogue, made("One plant.", publisher="Müller Öl"))
    assert sources(catalogue, Scope(publishers=frozenset(["MÜLLER ÖL"]))) == {"made.txt"}


def test_a_chinese_question_finds_its_words(worded: Catalogue):
    assert words(worded, "合资公司在株洲吗") == {"chinese"}


def test_a_scope_by_document(mixed: Catalogue):
    ids = {info.source: info.document_id for info in mixed.documents()}
    assert sources(mixed, Scope(document_ids=frozenset([ids["a"], ids["d"]]))) == {"a", "d"}
    assert sources(mixed, Scope(document_ids=frozenset(["nothing"]))) == set()


def test_all_conditions_of_a_scope_hold_together(mixed: Catalogue):
    ids = {info.source: info.document_id for info in mixed.documents()}
    scope = Scope(frozenset(["vanday"]), frozenset([ids["a"], ids["c"]]), "2024", "2024", "2024")
    assert sources(mixed, scope) == {"a"}
    assert sources(mixed, replace(scope, as_of="2023")) == set()


def words(catalogue: Catalogue, query: str) -> set[str]:
    return {passage.document.source for passage in catalogue.passages(catalogue.words(query, Scope(), 10))}


@pytest.fixture
def worded(catalogue: Catalogue) -> Catalogue:
    put(catalogue, made("Hanbei builds batteries in Zhuzhou.", source="english"))
    put(catalogue, made("汉贝汽车与塔恩电池在株洲成立合资公司。", source="chinese"))
    put(catalogue, made("La planta de Nuevo León es de Aster.", source="accents"))
    put(catalogue, made("The ID. ERA and the bZ4X cost 109,800 yuan.", source="models"))
    return catalogue


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("battery", {"english"}),
        ("Where does Hanbei build BATTERIES?", {"english"}),
        ("电池", {"chinese"}),
        ("合资公司 Aster", {"chinese", "accents"}),
        ("池电", set()),
        ("汉贝 塔恩", {"chinese"}),
        ("１０９,８００", {"models"}),
        ("ｂＺ４Ｘ", {"models"}),
        ("nuevo leon", {"accents"}),
        ("bz4x", {"models"}),
        ("109,800", {"models"}),
        ("the of and", set()),
        ("motorway", set()),
    ],
)
def test_words_are_found(query: str, expected: set[str], worded: Catalogue):
    assert words(worded, query) == expected


HOSTILE = (
    """
" | "" | ' | '' | " OR " | AND | OR | NOT | NEAR | AND OR NOT | NEAR( | NEAR(a b, 5) | a NEAR/3 b | * | a* | *a | ^ | ^a
( | ) | () | (a | a) | ((a) OR | -a | +a | a -b | a:b | words: a | words : "a | {words} : a | {a b} | a.b.c | a--b | ;
-- | /* | % | _ | \\ | \\" | \x00 | a\x00b | \n | 😀 | 😀" | “a” | a'b'c | a’ | [a] | <a> | a AND (b OR | ? | ?1 | :a
$a | @a | e\u0301 | \u0301
""".strip()
    .replace("\n", " | ")
    .split(" | ")
)


@pytest.mark.parametrize("query", ["", " ", "a" * 20_000, "a " * 5_000, *HOSTILE], ids=lambda query: ascii(query)[:20])
def test_no_query_breaks_the_word_index(query: str, worded: Catalogue):
    assert isinstance(worded.words(query, Scope(), 10), list)
    assert isinstance(worded.document_frequencies([query])[query], int)
    found = worded.words(f"{query} Hanbei", Scope(), 10)
    assert words(worded, "Hanbei") == {"english"}
    assert len(found) >= 1, "what stands beside a good word does not hide it"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30) | st.text(alphabet="\"'()*:^-+{}[]ANDORTE .,汉é😀\x00", max_size=30))
def test_no_text_at_all_breaks_the_word_index(worded: Catalogue, query: str):
    assert len(worded.words(query, Scope(), 5)) <= 5


def test_frequencies_count_chunks_with_a_word_of_the_same_stem(worded: Catalogue):
    assert worded.document_frequencies(["battery", "Zhuzhou", "the", "motorway"]) == {
        "battery": 1,
        "Zhuzhou": 1,
        "the": 0,
        "motorway": 0,
    }


def test_a_word_that_occurs_more_often_ranks_first(catalogue: Catalogue):
    put(catalogue, made("One plant and a lot of other things that have nothing to do with it.", source="once"))
    put(catalogue, made("A plant is a plant is a plant.", source="often"))
    found = catalogue.passages(catalogue.words("plant", Scope(), 10))
    assert [passage.document.source for passage in found] == ["often", "once"]
    assert len(catalogue.words("plant", Scope(), 1)) == 1


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_pages_of_documents_are_complete_and_without_repeats(limit: int, catalogue: Catalogue):
    """Sources may sort alike: several origins can have been given by the same name."""
    for number in range(8):
        document = made(f"Plant {number}.", source=f"{number % 3}.txt")
        put(catalogue, replace(document, origin=f"/{number}"))
    seen: list[str] = []
    after = ""
    while page := catalogue.documents(limit, after):
        assert len(page) <= limit
        seen += [info.document_id for info in page]
        after = f"{page[-1].source}\0{page[-1].document_id}"
    assert len(seen) == len(set(seen)) == 8
    assert seen == [info.document_id for info in catalogue.documents(-1)]


def test_what_the_store_has_to_learn_is_recorded(catalogue: Catalogue):
    document = put(catalogue, made("# A", "One plant.", "# B", "Two plants."))
    ids = catalogue.vectors(Scope())[0]
    assert catalogue.pending(10)[0] == ids
    assert catalogue.pending(1)[0] == ids[:1]
    catalogue.mark_stored(ids[:1])
    assert catalogue.pending(10)[0] == ids[1:]
    assert catalogue.vectors(Scope(), pending_only=True)[0] == ids[1:]
    catalogue.remove(document.document_id)
    assert catalogue.stale(10) == ids
    assert catalogue.count_pending() == 2
    catalogue.mark_removed(ids)
    assert catalogue.count_pending() == 0


def test_chunks_are_swapped_with_the_stamp_in_one_step(catalogue: Catalogue):
    document = put(catalogue, made("# A", "One plant.", "# B", "Two plants."))
    catalogue.set_meta("stamp", "old")
    catalogue.replace_chunks([(document.document_id, chunk(document, count_words), vectors(2, 5))], "new")
    assert catalogue.meta("stamp") == "new"
    assert np.array_equal(catalogue.vectors(Scope())[1], vectors(2, 5))
    assert len(catalogue.words("plant", Scope(), 10)) == 2
    assert catalogue.generation == 2
    with pytest.raises(ValueError, match="zip"):
        catalogue.replace_chunks([(document.document_id, chunk(document, count_words), vectors(1))], "newer")
    assert catalogue.meta("stamp") == "new"
    assert len(catalogue.words("plant", Scope(), 10)) == 2


def test_damage_is_named(catalogue: Catalogue):
    put(catalogue, made("One plant."))
    assert catalogue.damage() == []
    with catalogue.database.transaction() as connection:
        connection.execute("DELETE FROM chunk_words")
    assert catalogue.damage() == ["The word index is wrong about 1 chunks."]


def test_an_empty_catalogue_answers_everything_with_nothing(catalogue: Catalogue):
    ids, found = catalogue.vectors(Scope())
    assert (ids, len(found)) == ([], 0)
    assert catalogue.pending(10)[0] == []
    assert catalogue.documents() == []
    assert catalogue.count_chunks() == catalogue.count_documents() == catalogue.count_pending() == 0


def test_it_opens_only_where_it_was_made(tmp_path: Path, catalogue: Catalogue):
    store_id = catalogue.meta("store_id")
    again = Catalogue.open(tmp_path / "data")
    assert again.meta("store_id") == store_id
    again.close()
    with pytest.raises(NoIndexError):
        Catalogue.open(tmp_path / "elsewhere")


def test_making_it_again_keeps_what_is_there(tmp_path: Path, catalogue: Catalogue):
    put(catalogue, made("One plant."))
    again = Catalogue.create(tmp_path / "data")
    assert (again.generation, again.count_documents()) == (1, 1)
    assert again.meta("store_id") == catalogue.meta("store_id")
    again.close()


def test_readers_see_documents_whole_while_others_write(catalogue: Catalogue):
    """Two threads write, two read; nobody ever sees a document without all of its chunks."""
    wrong: list[str] = []
    done = threading.Event()

    def write(source: str) -> None:
        for version in range(15):
            paragraphs = [text for part in range(3) for text in (f"# {part}", f"Plant {version}.")]
            put(catalogue, made(*paragraphs, source=source), seed=version)

    def read_on() -> None:
        while not done.is_set():
            with catalogue.database.snapshot():
                passages = catalogue.passages(catalogue.vectors(Scope())[0])
                by_source: dict[str, set[str]] = {}
                for passage in passages:
                    by_source.setdefault(passage.document.source, set()).add(passage.text)
                if any(len(texts) > 1 for texts in by_source.values()) or len(passages) % 3:
                    wrong.append(str(by_source))

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(source,)) for source in ("a", "b")]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert catalogue.generation == 30
    assert catalogue.count_documents() == 2


def test_reports_of_a_passage_are_those_of_its_chunk(catalogue: Catalogue):
    document = replace(made("One plant."), metadata=Metadata(based_on=(Report("P", "T", None, "2023"),)))
    chunks: list[Chunk] = [
        replace(item, published="2019-04", based_on=(Report("Q"),)) for item in chunk(document, count_words)
    ]
    catalogue.put(document, chunks, vectors(1), bump=True)
    (passage,) = catalogue.passages(catalogue.vectors(Scope())[0])
    assert passage.based_on == (Report("Q"),)
    assert passage.document.metadata.based_on == (Report("P", "T", None, "2023"),)
    assert catalogue.count_chunks(Scope(as_of="2019-04")) == 1
