"""An ingest takes each file in whole or not at all, and changes nothing where nothing changed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from index.build import Outcome, embed, ingest, ingest_lock, rechunk, require_stamp, stamp_of
from index.catalogue import Catalogue
from index.chunking import chunk
from index.embedding import SentenceEmbedder
from index.errors import BusyError, StampMismatch, StorageError
from index.models import Scope
from index.repair import Finding, check
from index.sources import find_files, find_seeds
from index.vectors import FOLDER, open_embedded
from tests.index.making import furniture, made, quotable, read

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three documents of three formats."""
    monkeypatch.chdir(tmp_path)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("---\npublisher: Vanday\npublished: 2024-05\n---\n# Vans\n\nThe plant builds vans.")
    (docs / "b.txt").write_text("Trucks\n\nThe works in Jinan build trucks.\n\nSubscribe")
    (docs / "c.html").write_text("<h1>Cells</h1><p>Tarn makes cells in Zhuzhou.</p>")
    return docs


def run(catalogue: Catalogue, embedder: SentenceEmbedder, *paths: str | Path) -> dict[str, Outcome]:
    outcomes = ingest(find_files([Path(path) for path in paths]), catalogue, embedder)
    return {outcome.source: outcome for outcome in outcomes}


def statuses(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {Path(source).name: outcome.status for source, outcome in outcomes.items()}


def contents(catalogue: Catalogue) -> list[tuple[str, str]]:
    return [(info.source, info.content_sha256) for info in catalogue.documents(-1)]


def test_files_of_every_format_are_taken_in(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    seen: list[Outcome] = []
    outcomes = ingest(find_files([Path("docs")]), catalogue, embedder, seen.append)
    assert outcomes == seen == [Outcome(f"docs/{name}", "added", 1) for name in ("a.md", "b.txt", "c.html")]
    assert catalogue.generation == 1, "a run counts once, however many documents it brings"
    ids, vectors = catalogue.vectors(Scope())
    passages = catalogue.passages(ids)
    assert [passage.text for passage in passages] == [
        "The plant builds vans.", "The works in Jinan build trucks.", "Tarn makes cells in Zhuzhou.",
    ]  # fmt: skip
    expected = embedder.encode([passage.embedded_text for passage in passages])
    assert np.allclose(vectors, expected, atol=1e-5)
    assert catalogue.meta("stamp") == stamp_of(embedder) == "all-MiniLM-L6-v2, 384 dimensions, chunking 2"


def test_the_same_run_twice_changes_nothing(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    run(catalogue, embedder, "docs")
    before = (catalogue.generation, contents(catalogue), catalogue.vectors(Scope())[0], catalogue.count_pending())
    for path in ("docs", folder, "docs/../docs", "docs/b.txt"):
        assert set(statuses(run(catalogue, embedder, path)).values()) == {"unchanged"}
    assert (
        catalogue.generation, contents(catalogue), catalogue.vectors(Scope())[0], catalogue.count_pending()
    ) == before  # fmt: skip


def test_a_file_that_was_touched_but_not_changed_is_unchanged(
    folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder
):
    run(catalogue, embedder, "docs")
    os.utime(folder / "a.md", (0, 0))
    assert statuses(run(catalogue, embedder, "docs"))["a.md"] == "unchanged"


def test_a_changed_file_replaces_its_document(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    run(catalogue, embedder, "docs")
    old = {info.source: info.document_id for info in catalogue.documents()}
    (folder / "b.txt").write_text("Trucks\n\nThe works in Jinan closed in May.")
    assert statuses(run(catalogue, embedder, "docs")) == {
        "a.md": "unchanged",
        "b.txt": "replaced",
        "c.html": "unchanged",
    }
    new = {info.source: info.document_id for info in catalogue.documents()}
    assert {source for source in old if old[source] != new[source]} == {"docs/b.txt"}
    assert catalogue.generation == 2
    assert catalogue.words("trucks", Scope(), 5) != []
    assert catalogue.words("build trucks Jinan", Scope(), 5) != []
    assert "closed" in catalogue.text(new["docs/b.txt"])


BAD = {
    "empty.txt": (b"", "no readable text"),
    "blank.md": (b"\n \n", "no readable text"),
    "front.md": (b"---\na: [\n---\nText.", "front matter"),
    "nul.txt": (b"\0\1\2" * 99, "NUL"),
    "heading.md": (b"# Only a title", "nothing in it but headings"),
    "page.html": (b"<html><head><title>T</title></head></html>", "no readable text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_stops_no_other(name: str, folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    data, reason = BAD[name]
    (folder / f"aa-{name}").write_bytes(data)
    outcomes = run(catalogue, embedder, "docs")
    assert statuses(outcomes) == {f"aa-{name}": "failed", "a.md": "added", "b.txt": "added", "c.html": "added"}
    assert reason in outcomes[f"docs/aa-{name}"].message
    assert catalogue.count_documents() == 3
    assert catalogue.generation == 1


def test_a_file_that_cannot_be_read_any_more_keeps_its_document(
    folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder
):
    run(catalogue, embedder, "docs")
    (folder / "b.txt").write_bytes(b"")
    assert statuses(run(catalogue, embedder, "docs"))["b.txt"] == "failed"
    assert catalogue.count_documents() == 3
    assert catalogue.generation == 1


def test_a_missing_file_fails(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    outcomes = run(catalogue, embedder, "docs/none.txt", "docs/a.md")
    assert statuses(outcomes) == {"none.txt": "failed", "a.md": "added"}
    assert "No such file" in outcomes["docs/none.txt"].message


def test_an_unknown_format_is_skipped_in_a_folder_and_fails_by_name(
    folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder
):
    (folder / "d.pptx").write_bytes(b"PK")
    assert statuses(run(catalogue, embedder, "docs"))["d.pptx"] == "skipped"
    outcome = run(catalogue, embedder, "docs/d.pptx")["docs/d.pptx"]
    assert outcome.status == "failed"
    assert "'.pptx' is not a format that is read (save it as .pdf); readable are" in outcome.message


def test_a_file_that_asks_to_be_left_out_is_skipped(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    (folder / "README.md").write_text("---\nindex: false\n---\nNot evidence.")
    outcomes = run(catalogue, embedder, "docs", "docs/README.md")
    assert outcomes["docs/README.md"].status == "skipped"
    assert "index: false" in outcomes["docs/README.md"].message
    assert catalogue.words("evidence", Scope(), 5) == []


def test_a_run_that_changes_nothing_leaves_the_generation(
    folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder
):
    (folder / "e.txt").write_bytes(b"")
    run(catalogue, embedder, "docs/e.txt")
    assert catalogue.generation == 0
    assert ingest([], catalogue, embedder) == []


def test_nothing_of_the_briefs_is_taken_for_furniture():
    briefs = [seed for seed in find_seeds() if seed.path.name != "README.md"]
    assert briefs
    for brief in briefs:
        document = read(brief.path.name, brief.path.read_bytes())
        assert furniture(document) == []
        assert len(quotable(document)) > 3


def test_an_index_of_another_model_is_refused(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    catalogue.set_meta("stamp", "another model, 24 dimensions, chunking 1")
    with pytest.raises(StampMismatch, match=r"another model.*all-MiniLM-L6-v2.*jv-assistant reindex"):
        run(catalogue, embedder, "docs")
    assert catalogue.count_documents() == 0
    with pytest.raises(StampMismatch):
        require_stamp(catalogue, embedder)


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path):
    waited: list[str] = []
    with (
        ingest_lock(tmp_path),
        pytest.raises(BusyError, match="over 0 s; try again"),
        ingest_lock(tmp_path, lambda: waited.append("wait"), seconds=0.2),
    ):
        pytest.fail("two writers at once")
    assert waited == ["wait"]
    with ingest_lock(tmp_path, lambda: waited.append("again")):
        assert waited == ["wait"], "nobody waits for a lock that is free"


def test_a_second_writer_goes_on_when_the_first_is_done(tmp_path: Path):
    order: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        with ingest_lock(tmp_path):
            entered.set()
            leave.wait(5)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait(5)
    with ingest_lock(tmp_path, leave.set, seconds=5):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_is_let_go_when_the_work_fails(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), ingest_lock(tmp_path):
        raise KeyboardInterrupt
    with ingest_lock(tmp_path, seconds=0):
        pass


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be written.*--data-dir"), ingest_lock(tmp_path / "file" / "data"):
        pass


INGEST = """
import sys
from pathlib import Path
from index.build import ingest, ingest_lock
from index.catalogue import Catalogue
from index.embedding import SentenceEmbedder
from index.sources import find_files
data_dir, documents = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
embedder = SentenceEmbedder()
catalogue = Catalogue.create(data_dir)
for document in documents:
    with ingest_lock(data_dir):
        outcomes = ingest(find_files([document]), catalogue, embedder)
    print([outcome.status for outcome in outcomes])
"""


def test_two_ingests_at_once_lose_nothing(tmp_path: Path, embedder: SentenceEmbedder):
    """Each process takes in six files of its own and two that both know, file by file, in turns."""
    for number in range(14):
        (tmp_path / f"{number:02d}.txt").write_text(f"Plant {number}\n\nThe plant number {number} builds vans.")
    names = [str(path) for path in sorted(tmp_path.glob("*.txt"))]
    data_dir = tmp_path / "data"
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", INGEST, str(data_dir), *mine],
            cwd=ROOT,
            env=one_thread,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine in (names[:8], names[6:][::-1])
    ]
    shown = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    catalogue = Catalogue.open(data_dir)
    assert catalogue.count_documents() == 14
    assert catalogue.count_chunks() == 14
    assert catalogue.generation == 14, "one a run that changed something"
    assert "".join(shown).count("added") == 14
    assert "".join(shown).count("unchanged") == 2
    assert catalogue.damage() == []
    ids, vectors = catalogue.vectors(Scope())
    texts = [passage.embedded_text for passage in catalogue.passages(ids)]
    assert np.allclose(vectors, embedder.encode(texts), atol=1e-5)
    catalogue.close()


def test_rechunking_cuts_and_embeds_what_is_stored(folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder):
    run(catalogue, embedder, "docs")
    ids, vectors = catalogue.vectors(Scope())
    texts = [passage.text for passage in catalogue.passages(ids)]
    catalogue.set_meta("stamp", "another model")
    rechunk(catalogue, embedder)
    new_ids, new_vectors = catalogue.vectors(Scope())
    assert catalogue.meta("stamp") == stamp_of(embedder)
    assert [passage.text for passage in catalogue.passages(new_ids)] == texts
    assert not set(new_ids) & set(ids)
    assert np.allclose(new_vectors, vectors, atol=1e-5)
    assert catalogue.stale(10) == ids
    assert statuses(run(catalogue, embedder, "docs")) == dict.fromkeys(["a.md", "b.txt", "c.html"], "unchanged")


def test_a_chunk_has_one_vector_of_unit_length(embedder: SentenceEmbedder):
    chunks = chunk(made("# Money", "It cost much.", "# Land", "It was wet."), embedder.count_tokens)
    vectors = embed(chunks, embedder)
    assert vectors.shape == (len(chunks), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert embed([], embedder).shape == (0, 384)


@pytest.fixture
def indexed(tmp_path: Path, folder: Path, catalogue: Catalogue, embedder: SentenceEmbedder) -> tuple[Catalogue, Path]:
    run(catalogue, embedder, "docs")
    return catalogue, tmp_path / "data"


def test_a_whole_index_has_nothing_to_find(indexed: tuple[Catalogue, Path]):
    catalogue, data_dir = indexed
    store = open_embedded(data_dir, catalogue, "s")
    assert store
    store.sync()
    assert check(catalogue, store) == []
    assert check(catalogue, None) == []
    store.close()


def test_a_store_that_is_behind_is_brought_up_to_date(indexed: tuple[Catalogue, Path]):
    catalogue, data_dir = indexed
    store = open_embedded(data_dir, catalogue, "s")
    assert store
    assert check(catalogue, store) == [Finding("The vector store was behind by 3 changes.", repaired=True)]
    assert check(catalogue, store) == []
    assert store.count() == 3
    store.close()


def test_a_store_that_lost_rows_is_rebuilt(indexed: tuple[Catalogue, Path]):
    catalogue, data_dir = indexed
    store = open_embedded(data_dir, catalogue, "s")
    assert store
    catalogue.mark_stored(catalogue.pending(1)[0])  # recorded, never written
    store.sync()
    findings = check(catalogue, store)
    assert findings == [Finding("The vector store held 2 vectors for 3 chunks.", repaired=True)]
    assert store.count() == 3
    assert check(catalogue, store) == []
    store.close()


def test_a_damaged_word_index_is_found_without_the_store(indexed: tuple[Catalogue, Path]):
    catalogue, data_dir = indexed
    with catalogue.database.transaction() as connection:
        connection.execute("DELETE FROM chunk_words")
    assert check(catalogue, None) == [Finding("The word index is wrong about 3 chunks.", repaired=False)]
    assert not (data_dir / FOLDER).exists()
