"""Documents that come over HTTP: files are put aside under safe names, then a thread takes them in job by job."""

import logging
import queue
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assistant.errors import QueueFullError, TooMuchError, UploadError
from assistant.jobs import Jobs
from assistant.wiring import Assistant
from index.build import Outcome
from index.errors import JvError, StorageError
from index.loading import input_sha256
from index.sources import SourceFile

FOLDER = "uploads"
_INCOMING = ".incoming"  # no safe name begins with a dot
_LONGEST_STEM = 150  # bytes; systems allow 255 for a name
_UNSAFE = re.compile(r"[^\w.()+,@ -]+")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a request: the name that it came with, and its bytes."""

    name: str
    data: BinaryIO


@dataclass(frozen=True, slots=True)
class _Task:
    job_id: str
    find_files: Callable[[], list[SourceFile]]


class Intake:
    """The queue of jobs of one server and the thread that works on it; uploads are kept in `<data-dir>/uploads`."""

    def __init__(self, assistant: Assistant, why_not_loaded: Callable[[], str | None]) -> None:
        """`why_not_loaded` waits for the model and returns why there is none, or None."""
        self.jobs = Jobs(assistant.catalogue.database)
        self._assistant = assistant
        self._why_not_loaded = why_not_loaded
        self._settings = assistant.settings
        self._folder = assistant.settings.data_dir / FOLDER
        self._waiting = 0
        self._counting = threading.Lock()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="document-intake", daemon=True)

    def start(self) -> None:
        """Give up what an earlier server left unfinished, and begin to work."""
        for job_id in self.jobs.fail_interrupted():
            self._keep_what_was_taken_in(job_id)
            shutil.rmtree(self._incoming(job_id), ignore_errors=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the file that is being taken in; jobs that are not done have failed."""
        self._stopping.set()
        self._tasks.put(None)
        self._thread.join(timeout=10)

    def require_room(self) -> None:
        """Raise QueueFullError if no more jobs are taken just now."""
        if self._waiting >= self._settings.max_queued_jobs:
            raise QueueFullError(f"{self._waiting} uploads are waiting already; try again later.")

    def add_files(self, uploads: Sequence[Upload]) -> str:
        """Put files aside and queue them; return the job's id. Raises UploadError or QueueFullError."""
        names = [safe_name(upload.name) for upload in uploads]
        if not names:
            raise UploadError("There is no file in the upload; send one or more as multipart/form-data.")
        if len(names) > self._settings.max_upload_files:
            raise TooMuchError(f"{len(names)} files are more than the {self._settings.max_upload_files} of one upload.")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UploadError(f"Two files of the upload are called '{twice}'; rename one.")

        def put_aside(job_id: str) -> Callable[[], list[SourceFile]]:
            folder = self._incoming(job_id)
            folder.mkdir(parents=True)
            for name, upload in zip(names, uploads, strict=True):
                with (folder / name).open("wb") as file:
                    shutil.copyfileobj(upload.data, file)
            return lambda: [SourceFile(folder / name, _origin(name), _origin(name), named=True) for name in names]

        return self._add(len(names), put_aside)

    def add_address(self, address: str) -> str:
        """Queue what lies at a web address; return the job's id. Raises QueueFullError."""
        return self._add(1, lambda _: lambda: self._assistant.fetch([address]))

    def remove(self, document_id: str) -> None:
        """Remove a document, and the file that it was uploaded as; raise NotFoundError if there is none."""
        source = self._assistant.catalogue.document(document_id).source
        self._assistant.remove(document_id)
        if source.startswith(f"{FOLDER}/"):
            (self._folder / safe_name(source)).unlink(missing_ok=True)

    def _add(self, total: int, prepare: Callable[[str], Callable[[], list[SourceFile]]]) -> str:
        with self._counting:
            self.require_room()
            self._waiting += 1
        job_id = self.jobs.add(total)
        try:
            self._tasks.put(_Task(job_id, prepare(job_id)))
        except OSError as error:
            self._close(job_id, f"The upload could not be kept ({error.strerror or error}).")
            raise StorageError(
                f"The upload could not be kept in '{self._folder}' ({error.strerror or error}); "
                "check that the disk has room and the folder can be written."
            ) from error
        return job_id

    def _work(self) -> None:
        while task := self._tasks.get():
            error: str | None = "The server is stopping; send it again."
            try:
                if not self._stopping.is_set():
                    error = self._why_not_loaded() or self._take_in(task)
            except JvError as failure:
                error = str(failure)
            except Exception:
                _log.exception("job %s failed", task.job_id)
                error = "Something unexpected went wrong; the log says more."
            self._close(task.job_id, error)

    def _take_in(self, task: _Task) -> str | None:
        """Ingest the files of a job and keep those that were taken; return what ended it before its time, or None."""
        files = task.find_files()
        self.jobs.start(task.job_id, len(files))

        def note(outcome: Outcome) -> None:
            self._keep(task.job_id, outcome)
            self.jobs.progress(task.job_id, outcome)
            if self._stopping.is_set():
                raise _Stopped

        try:
            self._assistant.ingest(files, note)
        except _Stopped:
            return "The server was stopped; send the rest again."
        return None

    def _keep(self, job_id: str, outcome: Outcome) -> None:
        file = self._incoming(job_id) / outcome.source.removeprefix(f"{FOLDER}/")
        if outcome.status not in ("failed", "skipped", "removed") and file.is_file():
            file.replace(self._folder / file.name)

    def _keep_what_was_taken_in(self, job_id: str) -> None:
        """Keep the file whose document was stored just before an earlier server was killed."""
        for file in self._incoming(job_id).glob("*"):
            with suppress(OSError):  # then it goes the way of the others; the document is stored
                if self._assistant.catalogue.input_of(_origin(file.name)) == input_sha256(file.read_bytes()):
                    file.replace(self._folder / file.name)

    def _close(self, job_id: str, error: str | None) -> None:
        shutil.rmtree(self._incoming(job_id), ignore_errors=True)
        try:
            self.jobs.finish(job_id, error)
        except JvError as failure:
            _log.error("%s", failure)
        with self._counting:
            self._waiting -= 1

    def _incoming(self, job_id: str) -> Path:
        return self._folder / _INCOMING / job_id


class _Stopped(Exception):
    """The server is to end: no further file is begun."""


def safe_name(name: str) -> str:
    """Return a file name without a path, a leading dot or anything unusual: no upload lands elsewhere."""
    base = _UNSAFE.sub("_", re.split(r"[/\\]", name)[-1]).strip(". ")
    path = Path(base or "document")
    suffix = path.suffix if len(path.suffix) <= 20 else ""
    stem = base.removesuffix(suffix) or "document"
    return stem.encode()[:_LONGEST_STEM].decode(errors="ignore") + suffix


def _origin(name: str) -> str:
    return f"{FOLDER}/{name}"
