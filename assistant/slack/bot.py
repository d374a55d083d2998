"""The bot: what Slack can tell us, each kind with its listener. Nothing is answered before it is remembered."""

import asyncio
import re
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from assistant.api.service import Service
from assistant.errors import SettingsError
from assistant.history import Verdict
from assistant.slack import requests
from assistant.slack.blocks import render_quotes, sentence
from assistant.slack.client import Refused, call, silent_logger
from assistant.slack.replies import respond_privately
from assistant.slack.worker import Worker
from index.errors import NotFoundError

_HELP = "Ask something, such as: {command} Where is the Nissan N7 built?"
_LOOKING = "Looking in the documents…"
_NO_WORDS = "There are no words in this message to check."
_GONE = "This answer is no longer kept; ask again."
_THANKS = "Thank you; noted with the answer."
_ANY = re.compile(".*", re.S)


def make_bot(service: Service) -> tuple[AsyncApp, Worker]:
    """Return the app that takes what Slack sends, and the worker that does it; nothing is connected.

    Raises SettingsError if there is no token to post with.
    """
    token = service.settings.slack_bot_token
    if not token or not token.get_secret_value().strip():
        raise SettingsError(
            "JV_SLACK_BOT_TOKEN is not set; install the app to your workspace and set the token "
            "(xoxb-…) that 'OAuth & Permissions' shows. docs/slack.md tells how."
        )
    worker = Worker(service)

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token.get_secret_value())

    app = AsyncApp(
        name="jv-assistant",
        logger=silent_logger(),
        client=worker.client,
        authorize=authorize,  # Bolt's own asks Slack at the first event, before it acknowledges
        request_verification_enabled=False,  # slack/http.py does it: Bolt's fails on odd time stamps and logs bodies
        ignoring_self_events_enabled=False,  # slack/requests.py ignores every bot
        attaching_conversation_kwargs_enabled=False,
        process_before_response=True,  # a listener ends, with what it took remembered, before Slack is told so
    )
    _listen_to_events(app, worker)
    _listen_to_people(app, worker)
    _listen_to_buttons(app, worker, service)
    return app, worker


def _listen_to_events(app: AsyncApp, worker: Worker) -> None:
    @app.event("app_mention")
    async def mentioned(body: dict[str, Any]) -> None:
        await worker.take(requests.of_mention(body))

    @app.event("message")
    async def said(body: dict[str, Any]) -> None:
        asked = requests.of_message(body)
        if asked and requests.needs_joining(body) and not await worker.is_joined(asked.conversation or ""):
            return
        await worker.take(asked)

    @app.event("assistant_thread_started")
    async def opened(body: dict[str, Any]) -> None:
        await worker.take(requests.of_opened_pane(body))

    @app.event(_ANY)
    async def other() -> None:
        """Acknowledge what was subscribed to and needs no answer."""


def _listen_to_people(app: AsyncApp, worker: Worker) -> None:
    @app.command(_ANY)
    async def command(ack: Any, body: dict[str, Any]) -> None:
        asked = requests.of_command(body)
        await worker.take(asked)
        text = _LOOKING if asked else _HELP.format(command=str(body.get("command") or "/jv"))
        await ack(response_type="ephemeral", text=text)

    @app.shortcut(_ANY)
    async def check_claim(ack: Any, body: dict[str, Any]) -> None:
        asked = requests.of_shortcut(body)
        await worker.take(asked)
        await ack()
        if not asked and (url := str(body.get("response_url") or "")):
            worker.spawn(respond_privately(url, sentence(_NO_WORDS)))


def _listen_to_buttons(app: AsyncApp, worker: Worker, service: Service) -> None:
    @app.action("share")
    async def share(ack: Any, body: dict[str, Any]) -> None:
        await worker.take(requests.of_share(body))
        await ack()

    @app.action(re.compile("feedback_(up|down)"))
    async def judge(ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        verdict: Verdict = "up" if action.get("action_id") == "feedback_up" else "down"
        answer_id = requests.action_value(body)
        said = sentence(_THANKS)
        if await worker.first_time(f"feedback:{answer_id}:{requests.user_of(body)}:{verdict}"):
            try:
                await asyncio.to_thread(service.assistant.add_feedback, answer_id, verdict)
            except NotFoundError:
                said = sentence(_GONE)
        await ack()
        worker.spawn(respond_privately(str(body.get("response_url") or ""), said))

    @app.action("quotes")
    async def quotes(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        worker.spawn(_show_quotes(worker, service, body))

    @app.action(_ANY)
    async def other(ack: Any) -> None:
        await ack()


async def _show_quotes(worker: Worker, service: Service, body: dict[str, Any]) -> None:
    """Open a window with the quotes of an answer; where that is refused, send them to whoever asked."""
    url = str(body.get("response_url") or "")
    try:
        answer = await asyncio.to_thread(service.assistant.history.answer, requests.action_value(body))
    except NotFoundError:
        await respond_privately(url, sentence(_GONE))
        return
    blocks = render_quotes(answer, date.today())
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Quotes"}, "blocks": blocks}
    try:
        await call(worker.client, "views.open", trigger_id=str(body.get("trigger_id") or ""), view=view)
    except Refused:
        said = sentence("The quotes of this answer:")
        await respond_privately(url, type(said)(said.text, (*said.body, *blocks[:40])))
