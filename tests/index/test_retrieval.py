"""Both legs of the search find what an exact scan finds, within the scope, and nothing that is gone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from langchain_core.retrievers import BaseRetriever

from index.catalogue import Catalogue
from index.embedding import SentenceEmbedder
from index.models import Scope
from index.retrieval import PassageRetriever, Retriever, reciprocal_rank_fusion
from index.vectors import VectorStore, open_embedded
from tests.index.making import made, put, put_embedded, vectors

STAMP = "made up"
DOCUMENTS, PARTS = 30, 10


def source_of(catalogue: Catalogue, chunk_ids: list[int]) -> list[str]:
    return [passage.document.source for passage in catalogue.passages(chunk_ids)]


@pytest.fixture
def many(catalogue: Catalogue) -> Catalogue:
    """300 chunks of 30 documents, one a month, of three publishers."""
    for number in range(DOCUMENTS):
        parts = [text for part in range(PARTS) for text in (f"# Part {part}", f"Plant {number} of part {part}.")]
        document = made(
            *parts,
            source=f"{number:02d}",
            publisher="Vanday Newswire Hanwire".split()[number % 3],
            published=f"{2020 + number // 12}-{number % 12 + 1:02d}",
        )
        put(catalogue, document, seed=number)
    return catalogue


@pytest.fixture
def store(tmp_path: Path, many: Catalogue) -> Iterator[VectorStore]:
    store = open_embedded(tmp_path / "data", many, STAMP)
    assert store
    store.sync()
    yield store
    store.close()


SCOPES = {
    "all": Scope(),
    "a third": Scope(publishers=frozenset(["vanday"])),
    "one month": Scope(published_from="2021-03-01", published_to="2021-03"),
    "up to a date": Scope(as_of="2020-02"),
    "nothing": Scope(as_of="1999"),
    "nobody": Scope(publishers=frozenset(["nobody"])),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
@pytest.mark.parametrize("limit", [1, 7, 50])
def test_the_store_finds_what_an_exact_scan_finds(
    scope: Scope, limit: int, many: Catalogue, store: VectorStore, embedder: SentenceEmbedder
):
    exact, through_store = Retriever(many, embedder), Retriever(many, embedder, store, exact_limit=0)
    for query in vectors(4, seed=99):
        expected = exact.nearest(query, scope, limit)
        assert through_store.nearest(query, scope, limit) == expected
        assert len(expected) == min(limit, many.count_chunks(scope))


def test_a_scope_that_the_first_fetch_misses_is_still_found(
    many: Catalogue, store: VectorStore, embedder: SentenceEmbedder
):
    """The nearest 298 chunks are out of scope; the two in scope are the farthest of all."""
    ids, kept = many.vectors(Scope())
    query = vectors(1, seed=5)[0]
    last = many.passages([ids[int(np.argmin(kept @ query))]])[0].document
    scope = Scope(document_ids=frozenset([last.document_id]))
    found = Retriever(many, embedder, store, exact_limit=0).nearest(query, scope, 50)
    assert sorted(found) == many.vectors(scope)[0]


def test_pending_rows_are_found_before_the_store_knows_them(
    many: Catalogue, store: VectorStore, embedder: SentenceEmbedder
):
    retriever = Retriever(many, embedder, store, exact_limit=0)
    put(many, made("A new plant.", source="new"), seed=777)
    query = vectors(1, seed=777)[0]
    assert many.count_pending() == 1
    assert source_of(many, retriever.nearest(query, Scope(), 5))[0] == "new"
    store.sync()
    assert source_of(many, retriever.nearest(query, Scope(), 5))[0] == "new"


def test_a_removed_document_is_gone_at_once_although_the_store_holds_it(
    many: Catalogue, store: VectorStore, embedder: SentenceEmbedder
):
    retriever = Retriever(many, embedder, store, exact_limit=0)
    query = vectors(PARTS, seed=3)[4]
    (first, *_) = retriever.nearest(query, Scope(), 20)
    document = many.passages([first])[0].document
    many.remove(document.document_id)
    assert store.count() == DOCUMENTS * PARTS
    found = retriever.nearest(query, Scope(), 20)
    assert len(found) == 20
    assert document.source not in source_of(many, found)
    assert found == Retriever(many, embedder).nearest(query, Scope(), 20)


def test_a_store_of_only_removed_documents_finds_nothing(
    many: Catalogue, store: VectorStore, embedder: SentenceEmbedder
):
    for info in many.documents():
        many.remove(info.document_id)
    assert Retriever(many, embedder, store, exact_limit=0).nearest(vectors(1)[0], Scope(), 5) == []


FACTS = {
    "salaries": "Workers of the paint shop earn 4,100 yuan a month, a tenth more than last year.",
    "batteries": "The cell plant in Zhuzhou will open in 2026 with thirty gigawatt hours a year.",
    "vans": "Lindqvist and Aster build delivery vans together in Saltillo.",
    "lawsuit": "A court in Pune dismissed the complaint of the dealers against Kestrel.",
    "chinese": "汉贝汽车在株洲建设电池工厂。",
}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Iterator[Catalogue]:
    catalogue = Catalogue.create(tmp_path_factory.mktemp("facts"))
    for source, text in FACTS.items():
        put_embedded(catalogue, made(text, source=source, publisher=source.title(), published="2024"), embedder)
    yield catalogue
    catalogue.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("How much does the staff get paid?", "salaries"),
        ("When does the battery factory start production?", "batteries"),
        ("Who makes parcel vehicles in Mexico?", "vans"),
        ("What did the judge decide?", "lawsuit"),
        ("电池工厂", "chinese"),
    ],
)
def test_a_question_finds_its_passage(query: str, expected: str, facts: Catalogue, embedder: SentenceEmbedder):
    hits = Retriever(facts, embedder).search(query)
    assert hits[0].passage.document.source == expected
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {hit.rank_meaning for hit in hits} == set(range(1, len(FACTS) + 1))


def test_a_hit_tells_its_rank_by_words_and_by_meaning(facts: Catalogue, embedder: SentenceEmbedder):
    hits = {hit.passage.document.source: hit for hit in Retriever(facts, embedder).search("delivery vans in Saltillo")}
    assert (hits["vans"].rank_words, hits["vans"].rank_meaning) == (1, 1)
    assert hits["vans"].score == pytest.approx(2 / 61)
    assert hits["lawsuit"].rank_words is None


def test_both_legs_keep_to_the_scope(facts: Catalogue, embedder: SentenceEmbedder):
    retriever = Retriever(facts, embedder)
    scope = Scope(publishers=frozenset(["lawsuit"]))
    assert [hit.passage.document.source for hit in retriever.search("delivery vans", scope)] == ["lawsuit"]
    assert retriever.search("delivery vans", Scope(as_of="2023")) == []


@pytest.mark.parametrize("query", ["", " ", '" OR (', "😀", "the", "x" * 5_000])
def test_no_query_breaks_the_search(query: str, facts: Catalogue, embedder: SentenceEmbedder):
    assert len(Retriever(facts, embedder).search(query, limit=3)) == 3


def test_an_empty_catalogue_finds_nothing(catalogue: Catalogue, embedder: SentenceEmbedder):
    assert Retriever(catalogue, embedder).search("delivery vans") == []


def test_the_search_is_a_langchain_retriever(facts: Catalogue, embedder: SentenceEmbedder):
    scope = Scope(publishers=frozenset(["vans", "batteries"]))
    retriever: BaseRetriever = PassageRetriever(retriever=Retriever(facts, embedder), scope=scope, limit=2)
    documents = (retriever | (lambda found: found)).invoke("Who builds vans?")
    assert [document.metadata["source"] for document in documents] == ["vans", "batteries"]
    metadata = documents[0].metadata
    text = facts.text(metadata["document_id"])
    assert text[metadata["start_char_index"] : metadata["end_char_index"]] == documents[0].page_content == FACTS["vans"]
    assert (metadata["publisher"], metadata["published"], metadata["rank_meaning"]) == ("Vans", "2024", 1)


@pytest.mark.parametrize(
    ("rankings", "expected"),
    [
        ([], []),
        ([[], []], []),
        ([[7]], [(7, 1 / 61)]),
        ([[1, 2], [2, 1]], [(1, 1 / 61 + 1 / 62), (2, 1 / 61 + 1 / 62)]),
        ([[1, 2, 3], [3]], [(3, 1 / 63 + 1 / 61), (1, 1 / 61), (2, 1 / 62)]),
    ],
    ids=["none", "empty", "one", "even: the lower id first", "two legs beat one"],
)
def test_ranks_are_fused_by_their_reciprocals(rankings: list[list[int]], expected: list[tuple[int, float]]):
    fused = reciprocal_rank_fusion(rankings)
    assert [item for item, _ in fused] == [item for item, _ in expected]
    assert [score for _, score in fused] == pytest.approx([score for _, score in expected])
