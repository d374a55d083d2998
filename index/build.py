"""Build the index: the story load -> clean -> chunk -> embed -> store, told by `ingest`."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.chunking import CHUNKING_VERSION, chunk
from index.embedding import SentenceEmbedder, Vectors, is_packaged_model_intact
from index.errors import BusyError, JvError, LoadError, StorageError, UnknownFormat
from index.loading import NotIndexed, input_sha256, read_bytes
from index.models import Chunk, Scope, ignore
from index.parsing import ParseLimits, Parser
from index.sources import SourceFile
from index.vectors import VectorStore, stamp_mismatch

INGEST_WAIT_SECONDS = 60.0
_LOCK_FILE = "ingest.lock"
_log = logging.getLogger(__name__)

Status = Literal["added", "replaced", "unchanged", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    source: str
    status: Status
    chunks: int = 0
    message: str = ""

    @property
    def changed(self) -> bool:
        """Whether the index is another one now."""
        return self.status in ("added", "replaced")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `check` found wrong, and whether it has been put right."""

    problem: str
    repaired: bool


def stamp_of(embedder: SentenceEmbedder) -> str:
    """Return what vectors depend on: model, dimension, chunking version."""
    return f"{embedder.name}, {embedder.dimension} dimensions, chunking {CHUNKING_VERSION}"


def require_stamp(catalogue: Catalogue, embedder: SentenceEmbedder) -> None:
    """Raise StampMismatch if the index was made with another model or chunking; stamp a new one."""
    stamp, found = stamp_of(embedder), catalogue.meta("stamp")
    if found is None:
        catalogue.set_meta("stamp", stamp)
    elif found != stamp:
        raise stamp_mismatch(found, stamp)


@contextmanager
def ingest_lock(
    data_dir: Path, on_wait: Callable[[], None] = ignore, seconds: float = INGEST_WAIT_SECONDS
) -> Iterator[None]:
    """Be the only writer of documents in `data_dir`; raise BusyError if another one goes on for `seconds`."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / _LOCK_FILE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire(timeout=seconds)
    except Timeout:
        raise BusyError(
            f"Another ingest has been writing to '{data_dir}' for over {seconds:.0f} s; try again when it is done."
        ) from None
    except OSError as error:
        raise StorageError(
            f"The data folder '{data_dir}' cannot be written ({error.strerror or error}); "
            "choose another with --data-dir or JV_DATA_DIR."
        ) from error
    try:
        yield
    finally:
        lock.release()


def ingest(
    files: Sequence[SourceFile],
    catalogue: Catalogue,
    embedder: SentenceEmbedder,
    on_outcome: Callable[[Outcome], None] = ignore,
    limits: ParseLimits | None = None,
) -> list[Outcome]:
    """Take each file in, whole or not at all; a file that fails stops no other.

    Call it under `ingest_lock`. The index generation rises by one if anything changed.
    """
    require_stamp(catalogue, embedder)
    outcomes: list[Outcome] = []
    changed = False
    with Parser(limits) as parser:
        for file in files:
            outcome = _ingest_file(file, catalogue, embedder, parser, bump=not changed)
            changed = changed or outcome.changed
            outcomes.append(outcome)
            on_outcome(outcome)
    return outcomes


def _ingest_file(
    file: SourceFile, catalogue: Catalogue, embedder: SentenceEmbedder, parser: Parser, *, bump: bool
) -> Outcome:
    try:
        data = read_bytes(file.path)
        digest = input_sha256(data)
        before = catalogue.input_of(file.origin)
        if before == digest:
            return Outcome(file.source, "unchanged")
        document = parser.parse(file, data, digest)
        chunks = chunk(document, embedder.count_tokens)
        if not chunks:
            raise LoadError("There is nothing in it but headings, captions and the like.")
        catalogue.put(document, chunks, embed(chunks, embedder), bump=bump)
    except NotIndexed:
        return Outcome(file.source, "skipped", message="It says 'index: false'.")
    except UnknownFormat as error:
        return Outcome(file.source, "failed" if file.named else "skipped", message=str(error))
    except LoadError as error:
        return Outcome(file.source, "failed", message=str(error))
    except JvError:
        raise
    except Exception as error:  # whatever a parser trips over: this file fails, the others go on
        _log.debug("ingesting %s failed", file.source, exc_info=True)
        return Outcome(file.source, "failed", message=f"It could not be parsed ({type(error).__name__}: {error}).")
    return Outcome(file.source, "replaced" if before else "added", len(chunks))


def embed(chunks: Sequence[Chunk], embedder: SentenceEmbedder) -> Vectors:
    """Return the vectors of the chunks' embedded texts, shape (len(chunks), dimension)."""
    return embedder.encode([item.embedded_text for item in chunks])


def rechunk(catalogue: Catalogue, embedder: SentenceEmbedder) -> None:
    """Cut and embed every stored document anew, for another model or chunking version."""

    def anew() -> Iterator[tuple[str, list[Chunk], Vectors]]:
        for document_id in document_ids:
            chunks = chunk(catalogue.stored(document_id), embedder.count_tokens)
            yield document_id, chunks, embed(chunks, embedder)

    document_ids = [info.document_id for info in catalogue.documents(limit=-1)]
    catalogue.replace_chunks(list(anew()), stamp_of(embedder))


def check(catalogue: Catalogue, store: VectorStore | None) -> list[Finding]:
    """Return what is wrong with the index; with the vector store at hand, what can be is repaired."""
    findings = [Finding(problem, repaired=False) for problem in catalogue.damage()]
    if not is_packaged_model_intact():
        findings.append(Finding("The packaged embedding model's weights differ from the published ones.", False))
    if store is None:
        return findings
    if behind := catalogue.count_pending():
        store.sync()
        findings.append(Finding(f"The vector store was behind by {behind} changes.", repaired=True))
    if store.count() != catalogue.count_chunks(Scope()):
        problem = f"The vector store held {store.count()} vectors for {catalogue.count_chunks(Scope())} chunks."
        store.rebuild()
        findings.append(Finding(problem, repaired=True))
    return findings
