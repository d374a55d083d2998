"""Files that change, move, go away or are there twice: what the index makes of them, and what a plan says of it.

With the vectors in the data folder; with RELIABILITY_COUNTS=full the same again with a Chroma server.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index.build import Outcome, ingest, plan, stamp_of
from index.catalogue import Catalogue
from index.copies import Kin
from index.embedding import SentenceEmbedder
from index.errors import FolderError
from index.models import Scope
from index.retrieval import Retriever
from index.sources import SEED_PREFIX, find_files, find_seeds, folder_prefix, is_gone
from index.vectors import VectorStore, open_embedded, open_server
from tests.index.test_vectors import let_go_of_connections
from tests.index.test_vectors import server as server

# chromadb 1.5.9 does not close the connections of its HTTP client when the client is closed.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

STORES = ("embedded", "server") if os.environ.get("RELIABILITY_COUNTS") == "full" else ("embedded",)
VANS = "# Vans\n\nThe plant in Jinan builds vans."
TRUCKS = "Trucks\n\nThe works in Tarnau build trucks."
CELLS = "<h1>Cells</h1><p>Tarn makes cells in Zhuzhou.</p>"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text(VANS)
    (docs / "b.txt").write_text(TRUCKS)
    (docs / "c.html").write_text(CELLS)
    return docs


class Library:
    """A folder `docs` and its index; before every run the plan must say what the run then does.

    After it the vector store, which is all that is searched for meaning, holds what the catalogue holds.
    """

    def __init__(self, catalogue: Catalogue, embedder: SentenceEmbedder, store: VectorStore | None) -> None:
        assert store
        self.catalogue = catalogue
        self.embedder = embedder
        self.store = store

    def run(self, *paths: str, sync: bool = False) -> dict[str, str]:
        """Ingest and return the status of each file that is not simply unchanged."""
        files = find_files([Path(path) for path in paths or ("docs",)])
        prefixes = [folder_prefix(Path(path)) for path in paths or ("docs",)] if sync else []
        before = self.contents()
        planned = plan(files, self.catalogue, sync=prefixes)
        assert self.contents() == before, "a plan writes nothing"
        done = ingest(files, self.catalogue, self.embedder, sync=prefixes)
        assert statuses(planned) == statuses(done)
        assert self.catalogue.damage() == []
        self.store.sync()
        assert self.store.ids() == set(self.chunk_ids())
        return {
            source.removeprefix("docs/"): status for source, status in statuses(done).items() if status != "unchanged"
        }

    def contents(self) -> list[object]:
        documents = self.catalogue.documents(-1)
        kin = self.catalogue.kin(info.document_id for info in documents)
        return [self.catalogue.generation] + [
            (info.document_id, info.source, info.chunks, kin.get(info.document_id)) for info in documents
        ]

    def sources(self) -> dict[str, tuple[str, ...]]:
        """Return where each document is found besides its own source."""
        documents = self.catalogue.documents(-1)
        kin = self.catalogue.kin(info.document_id for info in documents)
        return {info.source.removeprefix("docs/"): kin.get(info.document_id, Kin()).copies for info in documents}

    def chunk_ids(self) -> list[int]:
        return self.catalogue.vectors(Scope())[0]

    def found(self, query: str) -> list[str]:
        hits = Retriever(self.catalogue, self.embedder, self.store, exact_limit=0).search(query, limit=10)
        return [hit.passage.document.source.removeprefix("docs/") for hit in hits]


def statuses(outcomes: list[Outcome]) -> dict[str, str]:
    assert len({outcome.source for outcome in outcomes}) == len(outcomes)
    return {outcome.source: outcome.status for outcome in outcomes}


@pytest.fixture(params=STORES)
def library(
    docs: Path, catalogue: Catalogue, embedder: SentenceEmbedder, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Library]:
    def opened() -> VectorStore | None:
        if request.param == "server":
            return open_server(request.getfixturevalue("server"), catalogue, stamp_of(embedder))
        return open_embedded(tmp_path / "data", catalogue, stamp_of(embedder))

    library = Library(catalogue, embedder, opened())
    yield library
    library.store.close()
    del library.store
    let_go_of_connections()


def test_a_first_run_adds_and_a_second_changes_nothing(library: Library):
    assert library.run() == {"a.md": "added", "b.txt": "added", "c.html": "added"}
    assert library.run(sync=True) == {}
    assert library.catalogue.generation == 1


def test_a_file_that_is_gone_is_removed_by_sync_only(library: Library, docs: Path):
    library.run()
    (docs / "b.txt").unlink()
    assert library.run() == {}
    assert "b.txt" in library.found("trucks Tarnau")
    assert library.run(sync=True) == {"b.txt": "removed"}
    assert "b.txt" not in library.found("trucks Tarnau")
    assert library.catalogue.generation == 2


def test_sync_leaves_what_is_outside_the_given_folder(library: Library, docs: Path, tmp_path: Path):
    """Neither another folder, nor one whose name begins alike, nor a seed or upload is touched."""
    for name in ("other", "docs-old", "docs/deep"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(f"The works of {name} build tractors.")
    library.run("docs", "other", "docs-old")
    seeds = [seed for seed in find_seeds() if seed.path.name != "README.md"][:3]
    ingest(seeds, library.catalogue, library.embedder)
    for name in ("other", "docs-old", "docs/deep"):
        (tmp_path / name / "x.txt").unlink()
    assert library.run("docs/deep", sync=True) == {"deep/x.txt": "removed"}
    assert library.run("docs", sync=True) == {}
    sources = {info.source for info in library.catalogue.documents(-1)}
    assert {"other/x.txt", "docs-old/x.txt", "docs/a.md"} <= sources
    assert sum(source.startswith(SEED_PREFIX) for source in sources) == len(seeds)
    assert library.run("other", "docs-old", sync=True) == {"other/x.txt": "removed", "docs-old/x.txt": "removed"}


def test_sync_from_another_folder_and_by_a_link_means_the_same_files(
    library: Library, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    library.run()
    (docs / "a.md").unlink()
    (tmp_path / "link").symlink_to(docs)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    outcomes = ingest(
        find_files([Path("../link")]), library.catalogue, library.embedder, sync=[folder_prefix(Path("../link"))]
    )
    assert {outcome.status for outcome in outcomes} == {"unchanged", "removed"}
    assert library.catalogue.count_documents() == 2


def test_sync_of_a_folder_that_is_not_there_is_refused(docs: Path):
    """A drive that is not mounted looks like one from which everything is gone."""
    for path in ("none", "docs/a.md", "docs/none"):
        with pytest.raises(FolderError, match=f"'{path}' is no folder that is there"):
            folder_prefix(Path(path))


def test_sync_of_an_emptied_folder_removes_its_documents(library: Library, docs: Path):
    library.run()
    for path in docs.iterdir():
        path.unlink()
    assert set(library.run(sync=True).values()) == {"removed"}
    assert library.catalogue.count_documents() == 0
    assert library.catalogue.count_chunks() == 0


def test_a_file_that_cannot_be_read_now_is_not_gone(library: Library, docs: Path):
    library.run()
    (docs / "a.md").write_bytes(b"")
    (docs / "b.txt").unlink()
    (docs / "b.txt").symlink_to(docs / "b.txt")
    assert library.run(sync=True) == {"a.md": "failed"}
    assert library.catalogue.count_documents() == 3


def test_a_file_that_now_asks_to_be_left_out_is_removed(library: Library, docs: Path):
    library.run()
    (docs / "a.md").write_text("---\nindex: false\n---\n" + VANS)
    assert library.run() == {"a.md": "removed"}
    assert library.run() == {"a.md": "skipped"}
    assert "a.md" not in library.found("vans")


@pytest.mark.parametrize("new", ["docs/z.md", "docs/A.md", "docs/deep/a.md", "elsewhere/a.md", "docs/z.markdown"])
def test_a_renamed_file_keeps_its_chunks_and_vectors(new: str, library: Library, tmp_path: Path):
    library.run()
    before, pending = library.chunk_ids(), library.catalogue.count_pending()
    (tmp_path / new).parent.mkdir(exist_ok=True)
    (tmp_path / "docs" / "a.md").rename(tmp_path / new)
    assert library.run("docs", str(Path(new).parent)) == {new.removeprefix("docs/"): "renamed"}
    assert library.chunk_ids() == before
    assert library.catalogue.count_pending() == pending, "nothing for the vector store to learn"
    assert library.found("vans")[0] == new.removeprefix("docs/")
    assert "a.md" not in library.sources()
    assert library.catalogue.generation == 2
    assert library.run("docs", str(Path(new).parent), sync=True) == {}


def test_a_renamed_document_has_the_id_of_its_new_place(library: Library, docs: Path, tmp_path: Path):
    """Old and new id: the old one leads nowhere, the new one is that of a fresh index."""
    library.run("docs/a.md")
    (old,) = library.catalogue.documents()
    (docs / "a.md").rename(docs / "z.md")
    library.run("docs/z.md")
    (new,) = library.catalogue.documents()
    assert new.document_id != old.document_id
    stored = library.catalogue.stored(new.document_id)
    assert stored.document_id == new.document_id
    assert stored.blocks
    assert library.catalogue.text(new.document_id) == stored.text


def test_a_file_that_moved_and_changed_is_another_document(library: Library, docs: Path):
    library.run()
    (docs / "a.md").unlink()
    (docs / "z.md").write_text(VANS.replace("Jinan", "Wuhan"))
    assert library.run(sync=True) == {"z.md": "added", "a.md": "removed"}


def test_two_files_that_swap_names_swap_documents(library: Library, docs: Path):
    (docs / "z.txt").write_text("The works in Gdansk assemble lorries.")
    library.run()
    (docs / "z.txt").rename(docs / "y.txt")
    (docs / "b.txt").rename(docs / "z.txt")
    (docs / "y.txt").rename(docs / "b.txt")
    ingest(find_files([Path("docs")]), library.catalogue, library.embedder)
    texts = {info.source: library.catalogue.text(info.document_id) for info in library.catalogue.documents(-1)}
    assert "Gdansk" in texts["docs/b.txt"]
    assert "Tarnau" in texts["docs/z.txt"]
    assert library.run() == {}


def test_the_same_content_twice_is_one_document(library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    assert library.run() == {"a.md": "added", "b.txt": "added", "c.html": "added", "copy.md": "duplicate"}
    assert library.sources() == {"a.md": ("docs/copy.md",), "b.txt": (), "c.html": ()}
    assert library.found("Who builds vans in Jinan?").count("a.md") == 1
    assert "copy.md" not in library.found("Who builds vans in Jinan?")
    assert library.run(sync=True) == {}


def test_a_duplicate_changes_nothing_that_is_answered_from(library: Library, docs: Path):
    library.run()
    shutil.copy(docs / "a.md", docs / "copy.md")
    assert library.run() == {"copy.md": "duplicate"}
    assert library.catalogue.generation == 1


@pytest.mark.parametrize("gone", ["a.md", "copy.md"])
def test_one_of_two_copies_may_go(gone: str, library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    library.run()
    before = library.chunk_ids()
    (docs / gone).unlink()
    assert library.run(sync=True) == {gone: "removed"}
    left = ({"a.md", "copy.md"} - {gone}).pop()
    assert library.sources() == {left: (), "b.txt": (), "c.html": ()}
    assert library.found("vans")[0] == left
    assert library.chunk_ids() == before
    assert library.run(sync=True) == {}


def test_a_copy_takes_the_place_of_a_changed_original(library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    library.run()
    (docs / "a.md").write_text("# Vans\n\nThe plant in Jinan closed.")
    assert library.run() == {"a.md": "replaced"}
    assert library.sources() == {"a.md": (), "copy.md": (), "b.txt": (), "c.html": ()}
    assert set(library.found("vans Jinan")) >= {"a.md", "copy.md"}


def test_a_changed_copy_is_a_document_of_its_own(library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    library.run()
    (docs / "copy.md").write_text("# Vans\n\nThe plant in Jinan closed.")
    assert library.run() == {"copy.md": "replaced"}
    assert library.sources() == {"a.md": (), "copy.md": (), "b.txt": (), "c.html": ()}


def test_a_document_that_becomes_the_same_as_another_is_replaced_by_it(library: Library, docs: Path):
    library.run()
    (docs / "b.txt").unlink()
    (docs / "c.html").unlink()
    shutil.copy(docs / "a.md", docs / "b.md")
    (docs / "b.md").write_text(TRUCKS)
    library.run(sync=True)
    (docs / "b.md").write_text(VANS)
    generation = library.catalogue.generation
    assert library.run() == {"b.md": "replaced"}
    assert library.sources() == {"a.md": ("docs/b.md",)}
    assert "Tarnau" not in library.catalogue.text(library.catalogue.documents()[0].document_id)
    assert library.catalogue.generation == generation + 1


def test_removing_a_document_removes_its_copies(library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    library.run()
    (info,) = [info for info in library.catalogue.documents() if info.source == "docs/a.md"]
    library.catalogue.remove(info.document_id)
    assert library.found("vans") == ["b.txt", "c.html"] or "vans" not in library.found("vans")
    assert library.sources() == {"b.txt": (), "c.html": ()}
    assert library.run() == {"a.md": "added", "copy.md": "duplicate"}


def test_the_same_text_of_two_publishers_is_two_documents_and_one_source(library: Library, docs: Path):
    """A story as two papers print it word by word: each may be asked for, neither confirms the other."""
    for name in ("courier", "herald"):
        (docs / f"{name}.md").write_text(
            f"---\npublisher: {name}\n---\nLumen Cell opened its plant in Ohio in May 2024."
        )
    library.run()
    assert library.catalogue.count_documents() == 5
    assert (
        len([source for source in library.found("Lumen Cell plant Ohio") if source in ("courier.md", "herald.md")]) == 1
    )
    for name in ("courier", "herald"):
        hits = Retriever(library.catalogue, library.embedder).search(
            "Lumen Cell plant", Scope(publishers=frozenset({name}))
        )
        assert [hit.passage.document.metadata.publisher for hit in hits] == [name]


def test_passages_that_say_the_same_leave_room_for_others(library: Library, docs: Path):
    for number in range(12):
        (docs / f"wire{number:02}.md").write_text(
            f"---\npublisher: P{number}\n---\nLumen Cell makes vans’ cells in Ohio."
        )
    library.run()
    hits = Retriever(library.catalogue, library.embedder).search("Lumen Cell vans cells", limit=3)
    assert len(hits) == 3
    assert len({hit.passage.text for hit in hits}) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_vectors_still_fit_their_chunks_after_all_that(library: Library, docs: Path):
    shutil.copy(docs / "a.md", docs / "copy.md")
    library.run()
    (docs / "a.md").rename(docs / "z.md")
    (docs / "b.txt").write_text("Trucks\n\nThe works closed.")
    library.run(sync=True)
    ids, vectors = library.catalogue.vectors(Scope())
    passages = library.catalogue.passages(ids)
    assert np.allclose(vectors, library.embedder.encode([passage.embedded_text for passage in passages]), atol=1e-5)
    for passage in passages:
        assert passage.span.of(library.catalogue.text(passage.document.document_id)) == passage.text


MESSY: dict[str, Callable[[Path], object]] = {
    "a file for a folder": lambda docs: (shutil.rmtree(docs / "deep", ignore_errors=True), (docs / "deep").touch()),
    "a folder for a file": lambda docs: ((docs / "a.md").unlink(), (docs / "a.md").mkdir()),
}


@pytest.mark.parametrize("change", MESSY)
def test_files_and_folders_that_change_places(change: str, library: Library, docs: Path):
    (docs / "deep").mkdir()
    (docs / "deep" / "x.txt").write_text("The works in Gdansk assemble lorries.")
    library.run()
    MESSY[change](docs)
    outcomes = library.run(sync=True)
    assert [source for source, status in outcomes.items() if status == "removed"] == [
        "deep/x.txt" if change == "a file for a folder" else "a.md"
    ]


def test_of_what_is_no_file_it_is_not_said_that_it_is_gone(tmp_path: Path):
    for origin in ("https://example.com/a", "uploads/a.md", "a.md", f"{tmp_path}/a\ufffdb.txt", "seeds/README.md"):
        assert not is_gone(origin)
    assert is_gone(f"{tmp_path}/none.txt")
    assert is_gone("seeds/none.md")
