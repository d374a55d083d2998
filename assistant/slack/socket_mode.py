"""Slack over Socket Mode: no public address; the bot connects to Slack and is sent what happens."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from assistant.api.logs import log_as_json
from assistant.api.service import Service
from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.slack.bot import make_bot
from assistant.slack.client import Refused, call, make_client, silent_logger


def run(settings: Settings, on_start: Callable[[], None]) -> None:
    """Answer what is asked in Slack until a signal ends it.

    Raises SettingsError if a token is missing or Slack does not take it.
    """
    token = settings.slack_app_token.get_secret_value().strip() if settings.slack_app_token else ""
    if not token:
        raise SettingsError(
            "JV_SLACK_APP_TOKEN is not set; make a token with the scope connections:write under "
            "'Basic Information' of your Slack app (xapp-…) and set it. docs/slack.md tells how."
        )
    asyncio.run(_run(settings, token, on_start))


async def _run(settings: Settings, token: str, on_start: Callable[[], None]) -> None:
    service = Service(settings)
    app, worker = make_bot(service)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await _require_token(settings, token)
    log_as_json()
    service.start()
    handler: Any = AsyncSocketModeHandler(app, token, logger=silent_logger(), web_client=make_client(settings))
    try:
        await worker.start()
        await handler.connect_async()
        on_start()
        await stopping.wait()
    finally:
        service.desk.stop()
        await handler.close_async()
        await worker.stop()
        service.stop()


async def _require_token(settings: Settings, token: str) -> None:
    """Raise SettingsError if Slack does not know the token; where Slack cannot be reached, go on trying."""
    client = make_client(settings)
    client.token = token
    try:
        await call(client, "apps.connections.open")
    except Refused as refused:
        if not refused.passing:
            raise SettingsError(
                f"Slack does not take JV_SLACK_APP_TOKEN ({refused.reason}); "
                "set the app-level token (xapp-…) with the scope connections:write."
            ) from refused
