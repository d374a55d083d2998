"""What every request passes first: its id, its key, its line in the log and its place in the figures."""

import logging
import re
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.logs import ACCESS, request_id
from assistant.api.metrics import Metrics
from assistant.api.page import FOLDER
from assistant.api.problems import respond
from assistant.keys import name_of

_OPEN = frozenset({"/", "/livez", "/readyz", "/slack/events"})  # the page asks for the key; Slack signs what it sends
_ID = re.compile(r"[\w.:-]{1,100}")
_log = logging.getLogger(ACCESS)


class Front:
    """Middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics, keys: Mapping[str, str]) -> None:
        """`keys` maps names to digests; while there are none, every request is let in."""
        self._app = app
        self._metrics = metrics
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        identity = given if _ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(identity)
        started, status = perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = identity
            await send(message)

        caller = self._caller(scope["path"], headers.get("authorization", ""))
        try:
            await (self._app if caller is not None else _refuse)(scope, receive, send_marked)
        finally:
            self._note(scope, status, perf_counter() - started, caller)
            request_id.reset(token)

    def _caller(self, path: str, authorization: str) -> str | None:
        """Return the name of the key, '' where none is asked for, None for a stranger."""
        if not self._keys or path in _OPEN or path.startswith(FOLDER):
            return ""
        scheme, _, key = authorization.partition(" ")
        return name_of(key.strip(), self._keys) if scheme.lower() == "bearer" else None

    def _note(self, scope: Scope, status: int, seconds: float, caller: str | None) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.request_done(scope["method"], route, status, seconds)
        fields = {
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status or None,
            "ms": round(seconds * 1000, 1),
            "key": caller or None,
        }
        _log.info("request", extra={"fields": fields})


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "A key is needed: send 'Authorization: Bearer KEY' with one that this server knows."
    response = respond(Request(scope), HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
    await response(scope, receive, send)
