"""Indexes, servers and commands that the tests of the assistant share. All parts are real."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from assistant.wiring import Assistant
from index.sources import find_files, find_seeds
from tests.test_seeds import ARTICLES


@pytest.fixture(scope="session")
def seed_dir(tmp_path_factory) -> Path:
    """A data folder with the four briefs on single articles that ship with the program."""
    data_dir = tmp_path_factory.mktemp("seeds")
    assistant = Assistant.create(data_dir)
    assistant.ingest([seed for seed in find_seeds() if seed.path.name in ARTICLES])
    assistant.close()
    return data_dir


@pytest.fixture(scope="session")
def raw_dir(tmp_path_factory, raw_articles) -> Path:
    """A data folder with the four articles as people save them."""
    data_dir = tmp_path_factory.mktemp("raw")
    assistant = Assistant.create(data_dir)
    assistant.ingest(find_files([raw_articles]))
    assistant.close()
    return data_dir


@pytest.fixture(scope="session")
def seed_assistant(seed_dir) -> Iterator[Assistant]:
    assistant = Assistant.open(seed_dir)
    yield assistant
    assistant.close()


@pytest.fixture(scope="session")
def raw_assistant(raw_dir) -> Iterator[Assistant]:
    assistant = Assistant.open(raw_dir)
    yield assistant
    assistant.close()


def own_copy(data_dir: Path, folder: Path) -> Path:
    """Return a data folder of one's own with the same documents."""
    assistant = Assistant.open(data_dir)
    assistant.back_up(folder / "catalogue.sqlite")
    assistant.close()
    return folder


def run_cli(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `jv-assistant` as a user does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment_with(**environment),
        timeout=120,
        check=False,
    )


def without_privileges() -> list[str]:
    """What stands before a command so that file permissions hold for it: for root they do not."""
    if os.geteuid() != 0:
        return []
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("root may read and write everything, and setpriv cannot take that from it here")
    return command


def environment_with(**given: str) -> dict[str, str]:
    """The test's environment without the user's settings, and with the program importable from any folder."""
    root = str(Path(__file__).parents[2])
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JV_")}
    return {**kept, "PYTHONPATH": root, "HF_HUB_OFFLINE": "1", **given}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(data_dir: Path, *, wait: bool = True, **environment: str) -> Iterator[httpx.Client]:
    """Start `jv-assistant serve` on a free port; stop that process, and only that, in the end."""
    with server(data_dir, wait=wait, **environment) as (client, _, _):
        yield client


@contextmanager
def server(
    data_dir: Path, *, wait: bool = True, **environment: str
) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes], Callable[[], str]]]:
    """Do what `serving` does; also give the process and what returns its log so far."""
    port = free_port()
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "serve", "--port", str(port), "--data-dir", str(data_dir)],
            env=environment_with(**environment),
            stderr=log,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                wait_for(client, "/readyz" if wait else "/livez")
                yield client, process, lambda: Path(log.name).read_text(encoding="utf-8")
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(client: httpx.Client, path: str, status: int = 200, seconds: float = 60) -> httpx.Response:
    """Ask until `path` answers with `status`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            response = client.get(path)
            if response.status_code == status:
                return response
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{path} did not answer {status} within {seconds} s")
