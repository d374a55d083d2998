"""A stand-in for Slack: its Web API over HTTP, its response addresses, and Socket Mode over a WebSocket.

It refuses what Slack refuses: messages over the limits. What it was sent is recorded for the tests.
"""

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from aiohttp import WSMsgType, web
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

BOT = "UBOT"
TEAM = "T1"


@dataclass(frozen=True)
class Call:
    """One request: the method, or `respond` for a response address; `answered` is the error that it got, or ''."""

    method: str
    body: dict[str, Any]
    token: str
    answered: str
    ts: str


class StandIn:
    """The server, in a thread of its own."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self._planned: dict[str, list[tuple[int, dict[str, Any], dict[str, str], float]]] = defaultdict(list)
        self._numbers = iter(range(1, 1_000_000))
        self._sockets: list[web.WebSocketResponse] = []
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def response_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/response/secret-{name}"

    def plan(
        self, method: str, error: str = "", *, status: int = 200, times: int = 1, seconds: float = 0, **more: Any
    ) -> None:
        """Answer the next calls of `method` in another way than with ok."""
        body = {"ok": not error and status == 200, **({"error": error} if error else {}), **more}
        headers = {"Retry-After": "1"} if status == 429 else {}
        self._planned[method] += [(status, body, headers, seconds)] * times

    def forget_plans(self) -> None:
        self._planned.clear()

    def made(self, method: str, **having: Any) -> list[Call]:
        """The successful calls of a method whose bodies have these values."""
        return [
            call
            for call in list(self.calls)
            if call.method == method
            and not call.answered
            and all(call.body.get(name) == value for name, value in having.items())
        ]

    def said_in(self, thread: str) -> list[dict[str, Any]]:
        """What stands in a thread in the end, messages that only say to wait left out."""
        posts = self.made("chat.postMessage", thread_ts=thread)
        latest = [(self.made("chat.update", ts=post.ts) or [post])[-1].body for post in posts]
        return [body for body in latest if "Looking in the documents" not in body["text"]]

    def send(self, envelope: dict[str, Any]) -> None:
        """Send an envelope through every open socket's last one, as Socket Mode does."""
        asyncio.run_coroutine_threadsafe(self._sockets[-1].send_str(json.dumps(envelope)), self._loop).result(5)

    @property
    def connections(self) -> int:
        """How many sockets were ever opened."""
        return len(self._sockets)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._started.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_post("/response/{name}", self._response)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        text = await request.text()
        body = json.loads(text) if request.content_type == "application/json" else dict(await request.post())
        return await self._answer(method, body, request.headers.get("Authorization", ""))

    async def _response(self, request: web.Request) -> web.Response:
        return await self._answer("respond", await request.json(), "")

    async def _answer(self, method: str, body: dict[str, Any], authorization: str) -> web.Response:
        planned = self._planned[method]
        status, answer, headers, seconds = planned.pop(0) if planned else (200, {"ok": True}, {}, 0)
        ts = body.get("ts") or f"1700000000.{next(self._numbers):06}"
        problem = answer.get("error", "") or ("" if status == 200 else str(status)) or why_not(method, body)
        await asyncio.sleep(seconds)
        self.calls.append(Call(method, body, authorization.removeprefix("Bearer "), problem, ts))
        if problem and status == 200:
            answer = {**answer, "ok": False, "error": problem}
            status = 400 if method == "respond" else 200
        if method == "respond":
            return web.Response(text="ok" if status == 200 else problem, status=status, headers=headers)
        if method == "apps.connections.open" and not problem:
            answer["url"] = f"ws://127.0.0.1:{self.port}/socket"
        return web.json_response({"ts": ts, "channel": body.get("channel"), **answer}, status=status, headers=headers)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                said = json.loads(message.data)
                self.acknowledged[said["envelope_id"]] = said
        return socket

    def __enter__(self) -> "StandIn":
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        for socket in self._sockets:
            if not socket.closed:
                asyncio.run_coroutine_threadsafe(socket.close(), self._loop).result(5)
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


def why_not(method: str, body: dict[str, Any]) -> str:
    """Return the error that Slack has for a message over its limits, or ''."""
    blocks = body.get("blocks") or body.get("view", {}).get("blocks") or []
    try:
        for block in Block.parse_all(blocks):
            block.to_dict()  # the SDK's models know the limits of every block
    except SlackObjectFormationError:
        return "invalid_blocks"
    if len(blocks) > (100 if method == "views.open" else 50):
        return "invalid_blocks"
    if len(body.get("text") or "") > 4_000 or len(body.get("markdown_text") or "") > 12_000:
        return "msg_too_long"
    if method in ("chat.postMessage", "chat.update") and not (body.get("text") and body.get("channel")):
        return "no_text"
    return ""


class Sender:
    """Slack's side of the HTTP transport: signs and sends."""

    def __init__(self, client: httpx.Client, secret: str) -> None:
        self._client = client
        self._secret = secret

    def headers(self, content: bytes, when: float | str | None = None, secret: str | None = None) -> dict[str, str]:
        stamp = str(int(time.time()) if when is None else when)
        signed = hmac.new((secret or self._secret).encode(), f"v0:{stamp}:".encode() + content, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed.hexdigest()}"}

    def event(self, body: dict[str, Any], **more: str) -> httpx.Response:
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers(content), **more}
        return self._client.post("/slack/events", content=content, headers=headers)

    def form(self, fields: dict[str, str]) -> httpx.Response:
        content = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **self.headers(content)}
        return self._client.post("/slack/events", content=content, headers=headers)

    def interaction(self, payload: dict[str, Any]) -> httpx.Response:
        return self.form({"payload": json.dumps(payload)})


def envelope(event: dict[str, Any], event_id: str) -> dict[str, Any]:
    """An event as Slack wraps it."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A1",
        "event_id": event_id,
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "event": event,
    }


def mention(text: str, ts: str, channel: str = "C1", **more: Any) -> dict[str, Any]:
    event = {"type": "app_mention", "user": "U1", "channel": channel, "ts": ts, "text": f"<@{BOT}> {text}", **more}
    return envelope(event, f"Ev-mention-{channel}-{ts}")


def message(text: str, ts: str, channel: str = "C1", **more: Any) -> dict[str, Any]:
    event = {
        "type": "message", "user": "U1", "channel": channel, "channel_type": "channel", "ts": ts, "text": text, **more
    }  # fmt: skip
    return envelope(event, f"Ev-message-{channel}-{ts}")


def pressed(action: str, value: str, trigger: str, response_url: str, **more: Any) -> dict[str, Any]:
    """A button of a message, pressed by U1 in C1."""
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": "U1"},
        "channel": {"id": "C1"},
        "trigger_id": trigger,
        "response_url": response_url,
        "actions": [{"type": "button", "action_id": action, "value": value, "block_id": "answer_actions"}],
        **more,
    }


def until(found: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until `found` gives something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return result


@contextmanager
def slack_stand_in() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in
