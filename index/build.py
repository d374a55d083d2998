"""Build the index: the story load -> clean -> chunk -> embed -> store, told by `ingest`."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from index.catalogue import Catalogue
from index.chunking import CHUNKING_VERSION, chunk, is_quotable
from index.copies import Place
from index.embedding import SentenceEmbedder, Vectors
from index.errors import BusyError, JvError, LeftOut, LoadError, StorageError, UnknownFormat
from index.language import with_language
from index.loading import NotIndexed, input_sha256
from index.models import Chunk, Document, Metadata, ignore
from index.parsing import ParseLimits, Parser
from index.sources import SourceFile, is_gone
from index.vectors import stamp_mismatch

INGEST_WAIT_SECONDS = 60.0
_LOCK_FILE = "ingest.lock"
_log = logging.getLogger(__name__)

Status = Literal["added", "replaced", "renamed", "duplicate", "removed", "unchanged", "skipped", "failed"]
_CHANGES: tuple[Status, ...] = ("added", "replaced", "renamed", "removed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, or would become of it; the message says why, or what of it was left out."""

    source: str
    status: Status
    chunks: int = 0
    message: str = ""

    @property
    def changed(self) -> bool:
        """Whether the index is another one now."""
        return self.status in _CHANGES


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of one file, found out before anything is written.

    `document` is what was read of it, `twin` the same document under another origin.
    """

    source: str
    origin: str
    status: Status
    message: str = ""
    document: Document | None = None
    twin: Place | None = None

    def outcome(self, chunks: int = 0) -> Outcome:
        """Return what is said of the file when this has been done."""
        return Outcome(self.source, self.status, chunks, self.message)


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
    sync: Sequence[str] = (),
) -> list[Outcome]:
    """Take each file in, whole or not at all; a file that fails stops no other.

    Of the documents whose origin begins with one of `sync`, those whose file is gone are removed in
    the end. Call it under `ingest_lock`. The index generation rises by one if anything changed.
    """
    require_stamp(catalogue, embedder)
    outcomes: list[Outcome] = []

    def do(decision: Decision) -> None:
        bump = not any(outcome.changed for outcome in outcomes)
        outcomes.append(_carry_out(decision, catalogue, embedder, bump=bump))
        on_outcome(outcomes[-1])

    with Parser(limits) as parser:
        for file in files:
            do(decide(file, catalogue, parser))
    for decision in _gone(files, catalogue, sync):
        do(decision)
    return outcomes


def plan(
    files: Sequence[SourceFile],
    catalogue: Catalogue,
    on_outcome: Callable[[Outcome], None] = ignore,
    limits: ParseLimits | None = None,
    sync: Sequence[str] = (),
) -> list[Outcome]:
    """Return what `ingest` would do, and write nothing. Call it without a lock."""
    decisions: list[Decision] = []
    stored: dict[tuple[str, Metadata], str] = {}  # what the run would have stored by then
    vacated: set[str] = set()  # the origins whose former documents it would have replaced or moved by then
    with Parser(limits) as parser:
        for file in files:
            decision = decide(file, catalogue, parser, vacated)
            if document := decision.document:
                key = (document.content_sha256, document.metadata)
                if decision.status == "added" and key in stored:
                    decision = replace(decision, status="duplicate", message=_same_as(stored[key]))
                stored.setdefault(key, file.source)
                vacated.add(file.origin)
            if decision.twin and decision.status == "renamed":
                vacated.add(decision.twin.origin)
            decisions.append(decision)
            on_outcome(decision.outcome())
    gone = [decision for decision in _gone(files, catalogue, sync) if decision.origin not in vacated]
    for decision in gone:
        on_outcome(decision.outcome())
    return [decision.outcome() for decision in decisions + gone]


def decide(file: SourceFile, catalogue: Catalogue, parser: Parser, vacated: Collection[str] = ()) -> Decision:
    """Read a file and return what is to become of it; twins at `vacated` origins do not count."""
    before = None
    try:
        data = file.read()
        digest = input_sha256(data)
        before = catalogue.input_of(file.origin)
        if before == digest:
            return Decision(file.source, file.origin, "unchanged")
        document = with_language(file.describe(parser.parse(file, data, digest)))
        if not any(map(is_quotable, document.blocks)):
            raise LoadError("There is nothing in it but headings, captions and the like.")
    except NotIndexed:
        return Decision(file.source, file.origin, "removed" if before else "skipped", "It says 'index: false'.")
    except LeftOut as error:
        return Decision(file.source, file.origin, "skipped", str(error))
    except UnknownFormat as error:
        return Decision(file.source, file.origin, "failed" if file.named else "skipped", str(error))
    except LoadError as error:
        return Decision(file.source, file.origin, "failed", str(error))
    twin = catalogue.twin_of(document)
    if twin is None or twin.origin in vacated:
        return Decision(file.source, file.origin, "replaced" if before else "added", " ".join(document.notes), document)
    if is_gone(twin.origin):
        return Decision(file.source, file.origin, "renamed", f"It was {twin.source}.", document, twin)
    return Decision(
        file.source, file.origin, "replaced" if before else "duplicate", _same_as(twin.source), document, twin
    )


def _carry_out(decision: Decision, catalogue: Catalogue, embedder: SentenceEmbedder, *, bump: bool) -> Outcome:
    document, twin = decision.document, decision.twin
    if document is None:
        if decision.status == "removed":
            catalogue.forget(decision.origin, bump=bump)
    elif twin and decision.status == "renamed":
        catalogue.move(twin.document_id, document, bump=bump)
    elif twin:
        catalogue.put_copy(document, twin.document_id, bump=bump and decision.status == "replaced")
    else:
        try:
            chunks = chunk(document, embedder.count_tokens)
            vectors = embed(chunks, embedder)
        except JvError:
            raise
        except Exception as error:  # whatever the model trips over: this file fails, the others go on
            _log.debug("indexing %s failed", decision.source, exc_info=True)
            return Outcome(
                decision.source, "failed", message=f"It could not be indexed ({type(error).__name__}: {error})."
            )
        catalogue.put(document, chunks, vectors, bump=bump)
        return decision.outcome(len(chunks))
    return decision.outcome()


def _gone(files: Sequence[SourceFile], catalogue: Catalogue, prefixes: Sequence[str]) -> list[Decision]:
    """Return the removal of each place under `prefixes` whose file is not there any more."""
    here = {file.origin for file in files}
    places = {place.origin: place for prefix in prefixes for place in catalogue.places(prefix)}
    return [
        Decision(place.source, origin, "removed", "The file is gone.")
        for origin, place in places.items()
        if origin not in here and is_gone(origin)
    ]


def _same_as(source: str) -> str:
    return f"It is the same as {source}."


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
