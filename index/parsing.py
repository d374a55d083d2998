"""Read files in a process apart, where none can stop, swell or crash this one: load and clean.

One worker serves a whole run; it is replaced after a file that it did not survive. It is a child
over pipes, not multiprocessing, which would import the caller's main module a second time and so
ask everyone who uses the Python door for a guarded one.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

from index.errors import JvError, LoadError, UnknownFormat
from index.loading import NotIndexed
from index.models import Document
from index.parse_worker import Reply
from index.sources import SourceFile

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_WORKER = (sys.executable, "-B", "-P", "-m", "index.parse_worker")
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR")  # of the environment: no secrets
_REPLY_BYTES_PER_CHAR = 12  # a character escaped, twice over for the blocks


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What reading one file may take, and how many characters may come of it."""

    seconds: int = 60
    memory_mb: int = 2_048
    max_chars: int = 5_000_000


class Parser:
    """A worker process that reads files, started with the first one; close it, or use it with `with`."""

    def __init__(self, limits: ParseLimits | None = None, command: Sequence[str] = _WORKER) -> None:
        self._limits = limits or ParseLimits()
        self._command = command
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def parse(self, file: SourceFile, data: bytes, input_sha256: str) -> Document:
        """Return the document that `data`, the bytes of `file`, holds.

        Raises UnknownFormat, NotIndexed, and LoadError, that also where the worker ran into a limit or died.
        """
        reply = self._ask(file, data, input_sha256)
        if reply.spent:
            self.close()
        match reply.error:
            case "NotIndexed":
                raise NotIndexed
            case "UnknownFormat":
                raise UnknownFormat(reply.message)
            case "MemoryError":
                raise LoadError(f"Reading it takes more than {self._limits.memory_mb:,} MB of memory.")
        if reply.document is None:
            raise LoadError(reply.message)
        return reply.document

    def close(self) -> None:
        """End the worker."""
        if self._worker:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None

    def _ask(self, file: SourceFile, data: bytes, input_sha256: str) -> Reply:
        """Return the worker's reply; raise LoadError if it gives none."""
        worker = self._worker = self._worker or self._start()
        assert worker.stdin
        assert worker.stdout
        request = {
            "path": str(file.path),
            "source": file.source,
            "origin": file.origin,
            "input_sha256": input_sha256,
            "size": len(data),
        }
        with contextlib.suppress(BrokenPipeError):  # it died: said below
            worker.stdin.write(json.dumps(request).encode() + b"\n" + data)
            worker.stdin.flush()
        line = worker.stdout.readline(self._limits.max_chars * _REPLY_BYTES_PER_CHAR)
        try:
            return _replies().validate_json(line)
        except ValueError:
            raise LoadError(self._why_none(worker, line)) from None

    def _why_none(self, worker: "subprocess.Popen[bytes]", line: bytes) -> str:
        """Say what ended the worker, and let it go."""
        if line:
            self.close()
            return "What was read of it is too much, or no document."
        status = worker.wait()
        self.close()
        if status == -signal.SIGALRM:
            return f"Reading it took more than {self._limits.seconds} s and was stopped."
        ended = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return f"Reading it crashed the reader ({ended}); the file is damaged, or is made to do that."

    def _start(self) -> "subprocess.Popen[bytes]":
        limits = self._limits
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        search_path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
        try:
            return subprocess.Popen(
                [*self._command, str(limits.seconds), str(limits.memory_mb), str(limits.max_chars)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=passed_on | {"PYTHONPATH": search_path},
            )
        except OSError as error:
            raise JvError(f"The process that reads files cannot be started ({error}); run it again later.") from error


@cache
def _replies() -> "TypeAdapter[Reply]":
    from pydantic import TypeAdapter

    return TypeAdapter(Reply)
