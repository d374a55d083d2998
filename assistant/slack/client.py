"""Talking to Slack: calls that wait out rate limits and failures, and what Slack refused, in words."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from assistant.settings import Settings

_RATE_LIMITS_WAITED_OUT = 20
_FAILURES_WAITED_OUT = 4  # 0.5, 1, 2, 4 seconds, more or less
_SILENT = logging.getLogger("assistant.slack.sdk")  # the SDK and Bolt log bodies, and addresses that are secrets
_SILENT.setLevel(logging.CRITICAL)
_PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)
UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError)


class Refused(Exception):
    """Slack did not take something: `code` is Slack's word for why, `needed` the scope that is missing, if one is."""

    def __init__(self, code: str, needed: str = "", *, passing: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.needed = needed
        self.passing = passing

    @property
    def reason(self) -> str:
        """Why, as it is told to people."""
        return f"{self.code}, needed is {self.needed}" if self.needed else self.code


def silent_logger() -> logging.Logger:
    """Return the logger for Slack's libraries: nothing that it is given is written anywhere."""
    return _SILENT


def make_client(settings: Settings) -> AsyncWebClient:
    """Return the client for Slack's Web API; nothing is connected."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    return AsyncWebClient(token, settings.slack_api_url, logger=_SILENT, retry_handlers=_retry_handlers())


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> Mapping[str, Any]:
    """Call a method of the Web API; raise Refused with Slack's word for what is wrong."""
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        response = await client.api_call(method, json=given)
    except SlackApiError as error:
        raise _refused(error) from None  # the error's text holds what was sent
    except (*UNREACHABLE, ValueError) as error:
        raise Refused(f"Slack could not be reached ({type(error).__name__})", passing=True) from None
    data = response.data
    return data if isinstance(data, Mapping) else {}


async def respond(response_url: str, **body: Any) -> None:
    """Send something to the address that came with a command, a shortcut or a button; raise Refused if it fails."""
    client = AsyncWebhookClient(response_url, logger=_SILENT, retry_handlers=_retry_handlers())
    for attempt in range(_FAILURES_WAITED_OUT + 1):
        try:
            response = await client.send_dict(body)
        except (*UNREACHABLE, ValueError) as error:
            refused = Refused(f"Slack could not be reached ({type(error).__name__})", passing=True)
        else:
            if response.status_code == 200:
                return
            passing = response.status_code == 429 or response.status_code >= 500
            refused = Refused(response.body[:60] or str(response.status_code), passing=passing)
        if not refused.passing or attempt == _FAILURES_WAITED_OUT:
            raise refused
        await asyncio.sleep(0.5 * 2**attempt)


def _retry_handlers() -> list[AsyncRetryHandler]:
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=_FAILURES_WAITED_OUT),
        AsyncRateLimitErrorRetryHandler(max_retry_count=_RATE_LIMITS_WAITED_OUT),
        AsyncServerErrorRetryHandler(max_retry_count=_FAILURES_WAITED_OUT),
    ]


def _refused(error: SlackApiError) -> Refused:
    response: Any = error.response
    data = getattr(response, "data", None)
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    fields = data if isinstance(data, Mapping) else {}
    code = str(fields.get("error") or f"status {status}")
    passing = status == 429 or status >= 500 or code in _PASSING
    return Refused(code[:60], str(fields.get("needed") or "")[:100], passing=passing)
