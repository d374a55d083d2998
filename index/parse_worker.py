"""The process that files are read in: it loads and cleans what it is sent, under limits of its own.

`index.parsing` starts it and talks to it over its standard input and output: a line of JSON and the
file's bytes come in, a line of JSON goes out. Not pickle: whatever a hostile file makes of this
process, its reply is data. Nothing heavy is imported, so that it starts in a tenth of a second.
"""

import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from index.cleaning import clean
from index.errors import LoadError, UnknownFormat
from index.loading import NotIndexed, load
from index.models import Document

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.", "os.system", "os.exec", "os.fork",
              "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "shutil.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one file: a document, or what stood against it. `spent`: this process ends now."""

    document: Document | None = None
    error: Literal["LoadError", "UnknownFormat", "NotIndexed", "MemoryError"] | None = None
    message: str = ""
    spent: bool = False


def main() -> None:
    """Answer requests until there are no more, or until one of them took half the memory allowed."""
    seconds, memory_mb, max_chars = (int(argument) for argument in sys.argv[1:4])
    with os.fdopen(os.dup(1), "wb") as replies, open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # whatever a library prints is no reply
        confine(memory_mb)
        for line in iter(sys.stdin.buffer.readline, b""):
            request = json.loads(line)
            data = sys.stdin.buffer.read(request["size"])
            signal.alarm(seconds)  # nothing handles it: the kernel ends this process, whatever it is at
            reply = answer(request, data, max_chars)
            spent = reply.error == "MemoryError" or _memory_used_mb() > memory_mb // 2
            encoded = json.dumps(_fields_of(reply) | {"spent": spent}, default=_fields_of).encode()
            signal.alarm(0)
            replies.write(encoded + b"\n")
            replies.flush()
            if spent:
                break


def answer(request: dict[str, Any], data: bytes, max_chars: int) -> Reply:
    """Return what becomes of `data`, the bytes of the file that the request names."""
    try:
        raw = load(Path(request["path"]), data)
        document = clean(raw, request["source"], request["origin"], request["input_sha256"])
    except NotIndexed:
        return Reply(error="NotIndexed")
    except UnknownFormat as error:
        return Reply(error="UnknownFormat", message=str(error))
    except LoadError as error:
        return Reply(error="LoadError", message=str(error))
    except MemoryError:
        return Reply(error="MemoryError")
    except Exception as error:  # whatever a parser trips over
        return Reply(error="LoadError", message=f"It could not be parsed ({type(error).__name__}: {_one_line(error)}).")
    if (length := len(document.text)) > max_chars:
        return Reply(
            error="LoadError", message=f"Its {length:,} characters are over the limit of {max_chars:,}; split it."
        )
    return Reply(document)


def confine(memory_mb: int) -> None:
    """Deny this process more memory than that, writing files, dumping core, other programs and the network."""
    import resource

    size = memory_mb * 1_000_000
    for limit, value in ((resource.RLIMIT_AS, size), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # not every system knows each of them
            resource.setrlimit(limit, (value, value))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _leave_the_network()
    sys.addaudithook(_forbid)


def _leave_the_network() -> None:
    """Move into a network of this process's own, which leads nowhere, if the system allows it."""
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None).unshare
        if unshare(_CLONE_NEWNET) != 0:
            unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"reading a file may not use {event}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _memory_used_mb() -> int:
    """Return the most memory that this process has taken."""
    try:  # Linux counts for getrusage what the parent held when it started this process
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1_000
    except (OSError, IndexError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // (1_000_000 if sys.platform == "darwin" else 1_000)


def _fields_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


if __name__ == "__main__":
    main()
