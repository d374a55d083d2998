"""A file is read in a process apart: whatever it does there is one LoadError, and the next file is read."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.cleaning import clean
from index.errors import LoadError, UnknownFormat
from index.loading import NotIndexed, load
from index.parsing import ParseLimits, Parser
from index.sources import SourceFile
from tests.index.making import SAVED, Saved

ROOT = Path(__file__).parents[2]
# A reader that runs the "file" as a program: what a hostile file could make of a flaw in a real one.
OBEDIENT = """
import index.parse_worker as worker
from index.models import BlockKind
from index.raw import RawBlock, RawDocument
def load(path, data):
    names = {}
    exec(data.decode(), names)
    return RawDocument((RawBlock(BlockKind.PARAGRAPH, str(names.get("said"))),))
worker.load = load
worker.main()
"""


def named(name: str) -> SourceFile:
    return SourceFile(Path(name), name, f"/{name}", named=False)


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(seconds=10)) as parser:
        yield parser


@pytest.fixture
def obedient() -> Iterator[Parser]:
    with Parser(ParseLimits(seconds=2, memory_mb=400), [sys.executable, "-P", "-c", OBEDIENT]) as parser:
        yield parser


def said(parser: Parser, program: str) -> str:
    return parser.parse(named("program.txt"), program.encode(), "sha").text


@pytest.mark.parametrize("name", sorted(path.name for path in SAVED.iterdir()))
def test_a_document_comes_back_as_it_was_read(name: str, parser: Parser):
    data = Saved(name).data
    assert parser.parse(named(name), data, "sha") == clean(load(Path(name), data), name, f"/{name}", "sha")


def test_errors_keep_their_kind_and_words(parser: Parser):
    with pytest.raises(UnknownFormat, match=r"'\.xyz' is not a format that is read"):
        parser.parse(named("a.xyz"), b"x", "sha")
    with pytest.raises(NotIndexed):
        parser.parse(named("a.md"), b"---\nindex: false\n---\nText.", "sha")
    with pytest.raises(LoadError, match="no readable text") as caught:
        parser.parse(named("a.txt"), b"", "sha")
    assert type(caught.value) is LoadError


def test_one_worker_reads_all_files(obedient: Parser):
    pids = {said(obedient, "import os; said = os.getpid()") for _ in range(3)}
    assert len(pids) == 1
    assert pids != {str(os.getpid())}


FAULTS = {
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": "crashed the reader (signal SIGSEGV)",
    "import os; os.abort()": "crashed the reader (signal SIGABRT)",
    "import os; os._exit(3)": "crashed the reader (exit status 3)",
    "raise SystemExit": "crashed the reader (exit status 0)",
    "import ctypes; ctypes.string_at(0)": "crashed the reader (signal SIGSEGV)",
    "while True: pass": "took more than 2 s",
    "import time; time.sleep(60)": "took more than 2 s",
    "said = 'x' * 10**9": "more than 400 MB of memory",
    "held = [bytes(10**6) for _ in range(10**6)]": "more than 400 MB of memory",
    "said = 'word ' * 1_100_000": "5,500,000 characters are over the limit of 5,000,000",
    "def deeper(): deeper()\ndeeper()": "RecursionError",
    "raise ValueError('x' * 10**6)": "could not be parsed (ValueError: xxx",
    "import os; os.write(3, b'no reply' * 10**6 + b'\\n'); os.write(4, b'no reply\\n')": "no document",
    "import subprocess; subprocess.run(['true'])": "PermissionError",
    "import os; os.system('true')": "PermissionError",
    "import os; os.fork()": "PermissionError",
    "import shutil; shutil.rmtree('/tmp/none')": "PermissionError",
}


@pytest.mark.parametrize("program", FAULTS, ids=lambda program: program[:30])
def test_a_fault_is_one_sentence_and_the_next_file_is_read(program: str, obedient: Parser):
    started = time.monotonic()
    with pytest.raises(LoadError) as caught:
        said(obedient, program)
    assert FAULTS[program] in str(caught.value)
    assert len(str(caught.value)) < 400
    assert time.monotonic() - started < 10
    assert said(obedient, "said = 'fine'") == "fine"


def test_what_a_reader_prints_is_no_reply(obedient: Parser):
    assert said(obedient, "print('{}', flush=True); said = 'fine'") == "fine"


def test_a_large_parent_does_not_count(obedient: Parser):
    """What this process held when it started the reader is not the reader's memory."""
    held = bytearray(b"x") * 300_000_000
    pids = {said(obedient, "import os; said = os.getpid()") for _ in range(3)}
    assert len(pids) == 1
    del held


def test_a_reader_that_took_half_the_memory_is_replaced(obedient: Parser):
    before = said(obedient, "import os; said = os.getpid()")
    assert said(obedient, "held = b'x' * 250_000_000; import os; said = os.getpid()") == before
    assert said(obedient, "import os; said = os.getpid()") != before


def test_it_cannot_write_a_file(tmp_path: Path, obedient: Parser):
    program = f"with open({str(tmp_path / 'made')!r}, 'w') as file: file.write('x')"
    with pytest.raises(LoadError, match="File too large"):
        said(obedient, program)
    assert not (tmp_path / "made").exists() or (tmp_path / "made").read_bytes() == b""


def test_it_reaches_no_listener(obedient: Parser):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.settimeout(0.2)
        with pytest.raises(LoadError, match="PermissionError"):
            said(obedient, f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)")
        with pytest.raises(TimeoutError):
            listener.accept()


def test_it_knows_no_secrets_and_imports_nothing_heavy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JV_CHAT_API_KEY", "canary")
    with Parser(command=[sys.executable, "-P", "-c", OBEDIENT]) as parser:
        assert "canary" not in said(parser, "import os; said = dict(os.environ)")
        loaded = said(parser, "import sys; said = list(sys.modules)")
    for heavy in ("torch", "sentence_transformers", "chromadb", "numpy", "fastapi", "pydantic", "index.catalogue"):
        assert f"'{heavy}'" not in loaded


PARENT = """
import sys
from pathlib import Path
from index.parsing import ParseLimits, Parser
from index.sources import SourceFile
parser = Parser(ParseLimits(seconds=3), [sys.executable, "-P", "-c", sys.argv[1]])
parser._worker = parser._start()
print(parser._worker.pid, flush=True)
parser.parse(SourceFile(Path("a.txt"), "a.txt", "/a.txt", False), b"while True: pass", "sha")
"""


def test_a_worker_does_not_outlive_a_killed_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT, OBEDIENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    worker = int(parent.stdout.readline())
    time.sleep(1)
    assert is_running(worker)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while is_running(worker) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(worker)


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_large_page_is_stopped_in_time():
    with Parser(ParseLimits(seconds=1)) as parser:
        started = time.monotonic()
        with pytest.raises(LoadError, match="took more than 1 s"):
            parser.parse(named("large.html"), b"<p>word and word</p>" * 2_000_000, "sha")
        assert time.monotonic() - started < 5
        assert parser.parse(named("small.txt"), b"A plant.", "sha").text == "A plant."


def test_a_text_that_needs_much_memory_is_stopped():
    with Parser(ParseLimits(memory_mb=256)) as parser:
        with pytest.raises(LoadError, match="more than 256 MB of memory"):
            parser.parse(named("large.txt"), b"word and word. " * 3_000_000, "sha")
        assert parser.parse(named("small.txt"), b"A plant.", "sha").text == "A plant."
