"""The vector index in Chroma, derived from the catalogue: the only module that uses chromadb.

Embedded, exactly one process owns the folder (a lock beside it says which); with a Chroma server
any process may write, since every write can be repeated without harm.
"""

import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.embedding import Vectors
from index.errors import StampMismatch, VectorStoreError
from index.models import ignore

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

FOLDER = "chroma"
_PAGE = 10_000
_BATCH = 2_000  # Chroma refuses more than 5,461 rows at once
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 16}


class VectorStore:
    """Ids and vectors of one catalogue's chunks, searchable by cosine."""

    def __init__(self, client: "Client", catalogue: Catalogue, stamp: str, lock: FileLock | None) -> None:
        self._client = client
        self._catalogue = catalogue
        self._stamp = stamp
        self._lock = lock
        self._name = collection_name(catalogue)
        try:
            self._opened = self._open_collection()
        except BaseException:
            self._client.close()  # Chroma would hand the same open folder to the next opener in this process
            raise

    def query(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Return up to `limit` (chunk id, cosine) pairs for a unit vector of shape (dimension,), best first."""
        limit = min(limit, self.count())
        if limit == 0:
            return []
        try:
            found = self._made().query(query_embeddings=[vector.tolist()], n_results=limit, include=["distances"])
        except Exception as error:
            raise _refused(error) from error
        distances = (found["distances"] or [[]])[0]
        return [(int(chunk_id), 1.0 - distance) for chunk_id, distance in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        """Return how many vectors the store holds."""
        try:
            collection = self._current()
            return collection.count() if collection else 0
        except Exception as error:
            raise _refused(error) from error

    def ids(self) -> set[int]:
        """Return the ids of all vectors that the store holds."""
        found: set[int] = set()
        try:
            while batch := self._made().get(limit=_PAGE, offset=len(found), include=[])["ids"]:
                found |= {int(chunk_id) for chunk_id in batch}
        except Exception as error:
            raise _refused(error) from error
        return found

    def sync(self, on_progress: Callable[[int], None] = ignore) -> int:
        """Bring the store up to date with the catalogue; return how many rows were written or removed.

        Every step may be repeated: a crash between writing and recording only writes once more.
        """
        changed = 0
        try:
            collection = self._made()
            while stale := self._catalogue.stale(_BATCH):
                collection.delete(ids=[str(chunk_id) for chunk_id in stale])
                self._catalogue.mark_removed(stale)
                changed += len(stale)
            while (batch := self._catalogue.pending(_BATCH))[0]:
                chunk_ids, vectors = batch
                collection.upsert(ids=[str(i) for i in chunk_ids], embeddings=cast(Any, vectors))
                self._catalogue.mark_stored(chunk_ids)
                changed += len(chunk_ids)
                on_progress(len(chunk_ids))
        except Exception as error:
            raise _refused(error) from error
        return changed

    def rebuild(self, on_progress: Callable[[int], None] = ignore) -> int:
        """Empty the store and fill it from the catalogue's vectors; return how many were written."""
        self._opened = self._renew_collection()
        return self.sync(on_progress)

    def discard(self) -> None:
        """Throw the collection away and close: the catalogue that it belonged to is another one now."""
        try:
            if self._name in _collection_names(self._client):
                self._client.delete_collection(self._name)
        except Exception as error:
            raise _refused(error) from error
        finally:
            self.close()

    def close(self) -> None:
        """Let another process own the folder."""
        try:
            self._client.close()
        finally:
            if self._lock:
                self._lock.release()

    def _made(self) -> "Collection":
        collection = self._current()
        if collection is None:
            collection = self._opened = self._renew_collection()
        return collection

    def _current(self) -> "Collection | None":
        """Return the collection of the catalogue as it is now: a restored one has another, or none yet."""
        if (name := collection_name(self._catalogue)) == self._name:
            return self._opened
        if name not in _collection_names(self._client):
            return None
        self._name, self._opened = name, self._client.get_collection(name, embedding_function=None)
        return self._opened

    def _open_collection(self) -> "Collection":
        try:
            if self._name not in _collection_names(self._client):
                return self._renew_collection()
            collection = self._client.get_collection(self._name, embedding_function=None)
        except Exception as error:
            raise _refused(error) from error
        found = (collection.metadata or {}).get("stamp")
        if found == self._stamp:
            return collection
        if self._catalogue.meta("stamp") != self._stamp:
            raise stamp_mismatch(str(found), self._stamp)
        return self._renew_collection()  # the catalogue was embedded anew, and the run ended before this was done

    def _renew_collection(self) -> "Collection":
        try:
            self._name = collection_name(self._catalogue)
            if self._name in _collection_names(self._client):
                self._client.delete_collection(self._name)
            self._catalogue.mark_all_pending()
            return self._create_collection()
        except Exception as error:
            raise _refused(error) from error

    def _create_collection(self) -> "Collection":
        return self._client.create_collection(
            self._name,
            embedding_function=None,
            metadata={"stamp": self._stamp},
            configuration=cast(Any, {"hnsw": _HNSW}),
        )


def collection_name(catalogue: Catalogue) -> str:
    """Return the name of a catalogue's collection; catalogues that share a server do not meet."""
    return f"passages-{catalogue.meta('store_id')}"


def open_embedded(data_dir: Path, catalogue: Catalogue, stamp: str, *, fresh: bool = False) -> VectorStore | None:
    """Open the Chroma folder of `data_dir`, or return None if another process owns it.

    `fresh` throws the folder away first, whatever state it is in. Raises StampMismatch if the
    vectors were made otherwise, VectorStoreError if Chroma refuses.
    """
    lock = FileLock(data_dir / f"{FOLDER}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    try:
        if fresh:
            _discard(data_dir / FOLDER)
        return VectorStore(_embedded_client(data_dir / FOLDER), catalogue, stamp, lock)
    except BaseException:
        lock.release()
        raise


def _discard(folder: Path) -> None:
    """Delete the folder, whole or not at all as far as the next opener can see; also what an earlier try left."""
    with suppress(FileNotFoundError):
        folder.rename(folder.with_name(f"{folder.name}.discarded-{uuid.uuid4().hex}"))
    for discarded in folder.parent.glob(f"{folder.name}.discarded-*"):
        shutil.rmtree(discarded, ignore_errors=True)


def open_server(url: str, catalogue: Catalogue, stamp: str, *, fresh: bool = False) -> VectorStore:
    """Connect to a Chroma server (`chroma run`) at `url`, such as http://127.0.0.1:8001.

    `fresh` throws this catalogue's collection away first.
    """
    from urllib.parse import urlsplit

    import chromadb

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise VectorStoreError(f"JV_CHROMA_URL is '{url}', which is not an address such as http://127.0.0.1:8001.")
    try:
        client = cast(
            "Client",
            chromadb.HttpClient(
                host=parts.hostname,
                port=parts.port or (443 if parts.scheme == "https" else 8000),
                ssl=parts.scheme == "https",
                settings=_settings(),
            ),
        )
        if fresh and collection_name(catalogue) in _collection_names(client):
            client.delete_collection(collection_name(catalogue))
    except Exception as error:
        raise VectorStoreError(
            f"No Chroma server answers at '{url}' ({error}). "
            "Start one: chroma run --path FOLDER, or unset JV_CHROMA_URL."
        ) from error
    return VectorStore(client, catalogue, stamp, lock=None)


def stamp_mismatch(found: str, wanted: str) -> StampMismatch:
    """Return the error that says how the index was made, how it is wanted, and the repair."""
    return StampMismatch(
        f"The index was made with '{found}', this program is set to '{wanted}'. "
        "Repair it: jv-assistant reindex (or set JV_EMBEDDING_MODEL back)."
    )


def _embedded_client(folder: Path) -> "Client":
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient

    try:
        return cast("Client", chromadb.PersistentClient(path=str(folder), settings=_settings()))
    except Exception as error:
        # Chroma keeps what it could not open, by its path, for the next opener in this process.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        SharedSystemClient._identifier_to_refcount.pop(str(folder), None)
        raise _refused(error) from error


def _collection_names(client: "Client") -> set[str]:
    return {str(getattr(item, "name", item)) for item in client.list_collections()}


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _refused(error: Exception) -> VectorStoreError | StampMismatch:
    """Translate whatever Chroma raises; its exceptions have no common base class."""
    if isinstance(error, StampMismatch | VectorStoreError):
        return error
    return VectorStoreError(
        f"The vector store could not be used ({type(error).__name__}: {error}). "
        "Its vectors are also in the catalogue; rebuild it: jv-assistant reindex."
    )
