"""Run commands in processes that can be killed at any moment, cheaply: forked from one that has imported everything."""

import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.assistant.conftest import environment_with

_PRELOADED = ["assistant.cli", "assistant.wiring", "sentence_transformers", "chromadb", "datasketch", "trafilatura"]
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Done:
    """What a command said; `status` is None for one that was killed."""

    status: int | None
    lines: list[str]
    errors: list[str]
    seconds: float

    @property
    def acknowledged(self) -> dict[str, str]:
        """What was said to be done, by the file's name: `added`, `replaced`, `renamed`, `removed`, `duplicate`."""
        said = (line.split(": ") for line in self.lines if ": " in line)
        return {Path(parts[1]).name: parts[0] for parts in said}


def run(arguments: Sequence[str], folder: Path, kill_at: tuple[int, float] | None = None, **environment: str) -> Done:
    """Run `jv-assistant` with `arguments`, its output in `folder`.

    `kill_at` (lines, seconds) ends it with SIGKILL so long after it has said so many lines, if it is still at it.
    """
    _CONTEXT.set_forkserver_preload(_PRELOADED)
    out, err = folder / "stdout", folder / "stderr"
    for path in (out, err):
        path.write_bytes(b"")
    reader, writer = _CONTEXT.Pipe(duplex=False)
    given = environment_with(**environment)
    process = _CONTEXT.Process(target=_command, args=(list(arguments), str(out), str(err), given, writer))
    process.start()
    writer.close()
    reader.recv()  # everything is imported and the command about to begin
    started = time.monotonic()
    if kill_at is None:
        process.join(300)
    else:
        lines, seconds = kill_at
        while process.is_alive() and out.read_bytes().count(b"\n") < lines:
            time.sleep(0.001)
        process.join(seconds)
    killed = process.is_alive()
    process.kill()
    process.join()
    assert kill_at or not killed, "it hangs"
    text = out.read_text(encoding="utf-8")
    said = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]  # half a line acknowledges nothing
    errors = err.read_text(encoding="utf-8").splitlines()
    return Done(None if killed else process.exitcode, said, errors, time.monotonic() - started)


def run_forked(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Do what `conftest.run_cli` does, a few seconds faster."""
    with tempfile.TemporaryDirectory() as folder:
        done = run(arguments, Path(folder), **environment)
    assert done.status is not None
    out, err = ("".join(f"{line}\n" for line in lines) for lines in (done.lines, done.errors))
    return subprocess.CompletedProcess(arguments, done.status, out, err)


def _command(arguments: list[str], out: str, err: str, environment: dict[str, str], ready: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment | {"OMP_NUM_THREADS": "1"})
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    from assistant.cli import main

    sys.argv = ["jv-assistant", *arguments]
    ready.send(None)
    with contextlib.suppress(BrokenPipeError):
        main()
