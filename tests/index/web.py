"""A small internet on this machine: public names and numbers lead to a test server, all else to nothing.

Only two functions of the socket module are replaced: the one that looks names up, and the one that
connects, which carries the public number over to the test server's port. Loopback is reached as
ever, so that a listener there sees whoever should not have come.
"""

import errno
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

_connect = socket.socket.connect  # before anybody replaces it
PUBLIC = "93.184.215.14"
PUBLIC6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@dataclass
class Page:
    """What the server answers: the body whole, or in pieces with a pause after each."""

    body: bytes = b""
    type: str | None = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] | None = None
    pause: float = 0.0
    is_raw: bool = False  # the pieces are all that is sent, status line included


class Server:
    """A real HTTP server on a free loopback port; `pages` says what it answers, `requests` what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[], Page]] = {}
        self.requests: list[tuple[str, str]] = []  # Host header and path
        self.connections = 0
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append((self.headers.get("Host", ""), self.path))
                page = outer.pages.get(self.path, Page(b"not here", status=404))
                self.close_connection = True
                with suppress(OSError):  # the other side has had enough, which is what some tests are about
                    self._answer(page() if callable(page) else page)

            def _answer(self, page: Page) -> None:
                if not page.is_raw:
                    self.send_response(page.status)
                    for name, value in ({"Content-Type": page.type} if page.type else {}).items():
                        self.send_header(name, value)
                    if page.pieces is None:
                        self.send_header("Content-Length", str(len(page.body)))
                    self.send_header("Connection", "close")
                    for name, value in page.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                for piece in page.pieces if page.pieces is not None else [page.body]:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    if outer._closing.wait(page.pause):
                        return

            def log_message(self, *_: Any) -> None:
                pass

        class Counting(ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self) -> tuple[Any, Any]:
                outer.connections += 1
                return super().get_request()

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that breaks off a handshake

        self._server = Counting(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def forget(self) -> None:
        """Be as new, for the next test."""
        self.pages.clear()
        self.requests.clear()
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def use_tls(self, context: ssl.SSLContext) -> None:
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def serving_pages() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.close()


class Listener:
    """Counts who connects to loopback, by IPv4 and, where there is one, IPv6."""

    def __init__(self) -> None:
        self.connections = 0
        self._closing = False
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = int(self._sockets[0].getsockname()[1])
        with suppress(OSError):  # a machine without IPv6
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self._threads = [threading.Thread(target=self._count, args=(each,)) for each in self._sockets]
        for each, thread in zip(self._sockets, self._threads, strict=True):
            each.settimeout(0.02)
            thread.start()

    def _count(self, listening: socket.socket) -> None:
        while not self._closing:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            self.connections += 1
            connection.close()

    def settled(self) -> int:
        """Return the count once everybody who came before this call has been counted."""
        own = len(self._sockets)
        before = self.connections
        for each in self._sockets:
            with socket.socket(each.family) as last:
                _connect(last, each.getsockname())
        deadline = time.monotonic() + 5
        while self.connections < before + own and time.monotonic() < deadline:
            time.sleep(0.001)
        self.connections -= own
        return self.connections

    def close(self) -> None:
        self._closing = True
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()


class Internet:
    """Names (`names`), looked up in `lookups`; numbers connected to, in `connects`; `server` lives at PUBLIC."""

    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = server
        self.names: dict[str, list[str] | Callable[[], list[str]]] = {"public.example": [PUBLIC]}
        self.lookups: list[str] = []
        self.connects: list[tuple[str, int]] = []
        look_up = socket.getaddrinfo

        def found(host: Any, port: Any, *arguments: Any, **named: Any) -> list[Any]:
            name = host.decode() if isinstance(host, bytes) else str(host)
            self.lookups.append(name)
            known = self.names.get(name.rstrip("."))
            if known is None:
                named = {**named, "flags": socket.AI_NUMERICHOST}
                return look_up(host, port, *arguments[:3], **named)
            addresses = known() if callable(known) else known
            return [entry for address in addresses for entry in look_up(address, port, type=socket.SOCK_STREAM)]

        def connected(self_: socket.socket, address: Any) -> None:
            if self_.family == socket.AF_UNIX:
                return _connect(self_, address)
            host, port = address[0], address[1]
            self.connects.append((host, port))
            if host == PUBLIC and port in (80, 443, 8080, 8443):
                return _connect(self_, ("127.0.0.1", self.server.port))
            if host == "::1" or host.startswith("127."):
                return _connect(self_, address)
            raise OSError(errno.ENETUNREACH, "Network is unreachable")

        monkeypatch.setattr(socket, "getaddrinfo", found)
        monkeypatch.setattr(socket.socket, "connect", connected)
