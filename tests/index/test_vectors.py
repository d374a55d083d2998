"""Chroma holds what the catalogue says, embedded or as a server, and can be lost without harm."""

import gc
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.error import URLError

import numpy as np
import pytest
from chromadb.api.shared_system_client import SharedSystemClient

from index.catalogue import Catalogue
from index.errors import StampMismatch, VectorStoreError
from index.models import Scope
from index.retrieval import Retriever
from index.vectors import FOLDER, VectorStore, open_embedded, open_server
from tests.index.making import made, put, vectors

# chromadb 1.5.9 does not close the connections of its HTTP client when the client is closed.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

STAMP = "a model, 24 dimensions, chunking 1"
OpenStore = Callable[..., VectorStore | None]


def let_go_of_connections() -> None:
    """Drop what chromadb keeps of its clients, here where the warning about it is expected."""
    SharedSystemClient.clear_system_cache()
    gc.collect()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("chroma-server"), free_port()) as (url, _):
        yield url


@contextmanager
def chroma_server(folder: Path, port: int) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A real Chroma server that keeps its data in `folder`: its address and process, which is ended by its id."""
    chroma = Path(sys.executable).with_name("chroma")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [chroma, "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/api/v2/heartbeat", process, folder / "log")
        yield url, process
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the Chroma server did not start: {log.read_text(errors='replace')}")


@pytest.fixture(params=["embedded", "server"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, catalogue: Catalogue) -> Iterator[OpenStore]:
    """Return a function that opens the store of the test's catalogue; stores are closed at the end."""
    opened: list[VectorStore] = []

    def open_it(stamp: str = STAMP, *, fresh: bool = False) -> VectorStore | None:
        if request.param == "embedded":
            store = open_embedded(tmp_path / "data", catalogue, stamp, fresh=fresh)
        else:
            store = open_server(request.getfixturevalue("server"), catalogue, stamp, fresh=fresh)
        if store:
            opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()
    let_go_of_connections()


@pytest.fixture
def store(open_store: OpenStore) -> VectorStore:
    store = open_store()
    assert store
    return store


def paragraphs(count: int) -> list[str]:
    """Return text for `count` chunks: a heading and a sentence each."""
    return [text for number in range(count) for text in (f"# Part {number}", f"Plant {number}.")]


def exact(catalogue: Catalogue, vector: np.ndarray, limit: int) -> list[int]:
    ids, found = catalogue.vectors(Scope())
    return [ids[position] for position in np.argsort(-(found @ vector), kind="stable")[:limit]]


def found(store: VectorStore, vector: np.ndarray, limit: int) -> list[int]:
    return [chunk_id for chunk_id, _ in store.query(vector, limit)]


def test_an_empty_store_finds_nothing(store: VectorStore):
    assert store.query(vectors(1)[0], 5) == []
    assert store.count() == 0
    assert store.sync() == 0


def test_it_learns_what_is_pending_and_finds_it(store: VectorStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(30)), seed=1)
    assert catalogue.count_pending() == 30
    assert store.sync() == 30
    assert catalogue.count_pending() == 0
    assert store.sync() == 0
    for query in vectors(5, seed=2):
        assert found(store, query, 10) == exact(catalogue, query, 10)


def test_a_score_is_the_cosine(store: VectorStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(5)), seed=1)
    store.sync()
    query = vectors(1, seed=2)[0]
    ids, kept = catalogue.vectors(Scope())
    expected = dict(zip(ids, (kept @ query).tolist(), strict=True))
    assert dict(store.query(query, 5)) == pytest.approx(expected, abs=1e-5)


def test_asking_for_more_than_there_is_gives_all(store: VectorStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(3)))
    store.sync()
    assert len(store.query(vectors(1)[0], 1_000)) == 3


def test_more_rows_than_chroma_takes_at_once(store: VectorStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(2_100)), seed=1)
    steps: list[int] = []
    assert store.sync(steps.append) == 2_100
    assert steps == [2_000, 100]
    assert store.count() == 2_100


def test_it_forgets_what_was_removed_or_replaced(store: VectorStore, catalogue: Catalogue):
    old = put(catalogue, made(*paragraphs(4), source="a"), seed=1)
    gone = put(catalogue, made(*paragraphs(3), source="b"), seed=2)
    store.sync()
    put(catalogue, made("A new plant.", source="a"), seed=3)
    catalogue.remove(gone.document_id)
    assert catalogue.count_pending() == 4 + 3 + 1
    assert store.count() == 7, "Chroma still holds what is gone"
    assert store.sync() == 8
    assert found(store, vectors(1)[0], 10) == catalogue.vectors(Scope())[0]
    assert store.count() == 1
    assert old.document_id not in {info.document_id for info in catalogue.documents()}


def test_a_step_that_is_repeated_does_no_harm(store: VectorStore, catalogue: Catalogue):
    """A crash after writing to Chroma and before recording it leads to the same rows once more."""
    put(catalogue, made(*paragraphs(6)), seed=1)
    store.sync()
    catalogue.mark_all_pending()
    assert store.sync() == 6
    assert store.count() == 6
    query = vectors(1, seed=2)[0]
    assert found(store, query, 6) == exact(catalogue, query, 6)


def test_rebuilding_brings_every_answer_back(store: VectorStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(20)), seed=1)
    store.sync()
    query = vectors(1, seed=2)[0]
    before = dict(store.query(query, 10))
    assert store.rebuild() == 20
    assert dict(store.query(query, 10)) == pytest.approx(before)
    assert catalogue.count_pending() == 0


def test_a_stamp_of_another_model_is_refused_with_the_repair(open_store: OpenStore):
    store = open_store()
    assert store
    store.close()
    with pytest.raises(StampMismatch, match=r"'a model.*'another model'.*jv-assistant reindex"):
        open_store("another model")
    again = open_store()
    assert again, "a refused stamp lets go of the lock"


def test_a_fresh_store_may_have_another_stamp(open_store: OpenStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(3)), seed=1)
    store = open_store()
    assert store
    store.sync()
    store.close()
    fresh = open_store("another model", fresh=True)
    assert fresh
    assert fresh.count() == 0
    assert catalogue.count_pending() == 3
    assert fresh.sync() == 3


def test_a_store_that_was_closed_opens_again_with_what_it_holds(open_store: OpenStore, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(5)), seed=1)
    store = open_store()
    assert store
    store.sync()
    store.close()
    again = open_store()
    assert again
    assert again.count() == 5
    assert catalogue.count_pending() == 0


def test_a_folder_that_was_deleted_is_filled_again(tmp_path: Path, catalogue: Catalogue):
    """Chroma is derived: without its folder every row is pending, found exactly meanwhile, and copied back."""
    put(catalogue, made(*paragraphs(40)), seed=1)
    store = open_embedded(tmp_path / "data", catalogue, STAMP)
    assert store
    store.sync()
    store.close()
    shutil.rmtree(tmp_path / "data" / FOLDER)
    again = open_embedded(tmp_path / "data", catalogue, STAMP)
    assert again
    assert catalogue.count_pending() == 40
    query = vectors(1, seed=2)[0]
    assert nearest(catalogue, again, query, 10) == exact(catalogue, query, 10)
    assert again.sync() == 40
    assert found(again, query, 10) == exact(catalogue, query, 10)
    again.close()


def nearest(catalogue: Catalogue, store: VectorStore, query: np.ndarray, limit: int) -> list[int]:
    no_embedder = cast(Any, None)  # the query is a vector already
    return Retriever(catalogue, no_embedder, store, exact_limit=0).nearest(query, Scope(), limit)


OPEN = """
import sys
from pathlib import Path
from index.catalogue import Catalogue
from index.vectors import open_embedded
folder = Path(sys.argv[1])
catalogue = Catalogue.open(folder)
print(open_embedded(folder, catalogue, sys.argv[2]))
print(len(catalogue.documents()))
"""


def test_a_second_process_does_not_get_the_folder_but_reads_the_catalogue(tmp_path: Path, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(3)))
    store = open_embedded(tmp_path / "data", catalogue, STAMP)
    assert store
    shown = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path / "data"), STAMP],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert shown.stdout.split() == ["None", "1"]
    store.close()


def test_two_catalogues_share_a_server_without_meeting(tmp_path: Path, catalogue: Catalogue, server: str):
    other = Catalogue.create(tmp_path / "other")
    stores = []
    for number, each in enumerate((catalogue, other), start=1):
        put(each, made(*paragraphs(number * 2)), seed=number)
        store = open_server(server, each, STAMP)
        store.sync()
        stores.append(store)
    assert [store.count() for store in stores] == [2, 4]
    for store in stores:
        store.close()
    other.close()
    let_go_of_connections()


@pytest.mark.parametrize("url", ["", "localhost", "ftp://127.0.0.1:1", "http://", "chroma"])
def test_what_is_no_address_is_refused(url: str, catalogue: Catalogue):
    with pytest.raises(VectorStoreError, match="JV_CHROMA_URL"):
        open_server(url, catalogue, STAMP)


def test_a_server_that_does_not_answer_is_named(catalogue: Catalogue):
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(VectorStoreError, match=rf"No Chroma server answers at '{url}'.*chroma run"):
        open_server(url, catalogue, STAMP)


@pytest.fixture
def unreadable(tmp_path: Path, catalogue: Catalogue) -> Path:
    folder = tmp_path / "data" / FOLDER
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"not a database" * 500)
    return tmp_path / "data"


def test_a_folder_that_chroma_cannot_read_says_how_to_repair_it(unreadable: Path, catalogue: Catalogue):
    with pytest.raises(VectorStoreError, match="jv-assistant reindex"):
        open_embedded(unreadable, catalogue, STAMP)


def test_a_folder_that_chroma_cannot_read_can_be_thrown_away(unreadable: Path, catalogue: Catalogue):
    put(catalogue, made(*paragraphs(3)))
    store = open_embedded(unreadable, catalogue, STAMP, fresh=True)
    assert store
    assert store.sync() == 3
    store.close()


def test_a_process_that_found_the_folder_unreadable_can_throw_it_away(unreadable: Path, catalogue: Catalogue):
    with pytest.raises(VectorStoreError):
        open_embedded(unreadable, catalogue, STAMP)
    store = open_embedded(unreadable, catalogue, STAMP, fresh=True)
    assert store
    store.close()


def test_a_process_that_was_refused_by_the_stamp_can_start_afresh(tmp_path: Path, catalogue: Catalogue):
    """Chroma keeps an open folder by its path: the fresh one was seen with the old one's stamp."""
    put(catalogue, made(*paragraphs(3)), seed=1)
    store = open_embedded(tmp_path / "data", catalogue, STAMP)
    assert store
    store.sync()
    store.close()
    with pytest.raises(StampMismatch):
        open_embedded(tmp_path / "data", catalogue, "another model")
    try:
        fresh = open_embedded(tmp_path / "data", catalogue, "another model", fresh=True)
        assert fresh
        assert fresh.sync() == 3
        fresh.close()
    finally:
        let_go_of_connections()
