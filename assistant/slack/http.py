"""Slack over HTTP: `POST /slack/events` takes events, commands, shortcuts and buttons that Slack has signed."""

import json
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_sdk.signature import SignatureVerifier

from assistant.api.problems import problem
from assistant.api.service import Service
from assistant.slack.bot import make_bot
from assistant.slack.worker import Worker

_UNSIGNED = "This is not signed by Slack with the secret that this server knows, or it is more than five minutes old."
_UNREADABLE = "This is not what Slack sends; nothing was done."


def add_routes(app: FastAPI, service: Service, signing_secret: str) -> Worker:
    """Let `app` take what Slack sends; return the worker, which has to be started and stopped."""
    bot, worker = make_bot(service)
    handler, verifier = AsyncSlackRequestHandler(bot), SignatureVerifier(signing_secret)

    @app.post("/slack/events", include_in_schema=False)
    async def slack_events(request: Request) -> Response:
        body = await request.body()
        if not is_signed(verifier, body, dict(request.headers)):
            return problem(HTTPStatus.UNAUTHORIZED, _UNSIGNED)
        content = _content(body, request.headers.get("content-type", ""))
        if content is None:
            return problem(HTTPStatus.BAD_REQUEST, _UNREADABLE)
        if content.get("type") == "url_verification":
            return JSONResponse({"challenge": str(content.get("challenge", ""))})
        return await handler.handle(request)

    return worker


def is_signed(verifier: SignatureVerifier, body: bytes, headers: dict[str, str]) -> bool:
    """Whether Slack signed `body` in the last five minutes; whatever the headers hold, nothing is raised."""
    try:
        return verifier.is_valid_request(body, headers)
    except (ValueError, TypeError):  # a time stamp that is no number, a signature or body that is no text
        return False


def _content(body: bytes, content_type: str) -> dict[str, object] | None:
    """Return what Slack sent, JSON as such or within a form; None if it is neither."""
    try:
        text = body.decode("utf-8")
        if "x-www-form-urlencoded" in content_type:
            form = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
            found: object = json.loads(form["payload"]) if "payload" in form else form
        else:
            found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and found else None
