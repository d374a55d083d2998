"""Replies: how an answer gets to whoever asked, and by which other way where Slack refuses the first."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from assistant.models import Claim
from assistant.rendering import marks
from assistant.slack.blocks import Message, sentence
from assistant.slack.client import Refused, call, respond
from assistant.slack.inbox import Asked
from assistant.slack.text import cut, escape

_log = logging.getLogger(__name__)
_LONGEST_TEXT = 3_900
_LONGEST_CHUNK = 11_000  # of 12,000 that Slack takes
_LOOKING = "Looking in the documents…"
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})
_QUIET = {"unfurl_links": False, "unfurl_media": False}
OnPosted = Callable[[str], Awaitable[None]]


class Reply(Protocol):
    """The way back to whoever asked."""

    async def begin(self) -> None:
        """Say that the work begins, where that shows."""

    async def hear(self, claim: Claim) -> None:
        """Show a sentence of the answer as soon as it is found, where that is possible."""

    async def keep_waiting(self) -> None:
        """Say that it takes a while."""

    async def finish(self, message: Message) -> None:
        """Show the answer; raise Refused if Slack takes it in no way."""


class ThreadReply:
    """A message in a channel, thread or direct channel; one that is there already becomes the answer."""

    def __init__(self, client: AsyncWebClient, asked: Asked, posted: str | None, on_posted: OnPosted) -> None:
        """Take over `posted`, the time stamp of a message that says to wait; tell `on_posted` of one that is made."""
        self._client = client
        self._asked = asked
        self._posted = posted
        self._on_posted = on_posted
        self.time_stamp: str | None = None  # of the answer

    async def begin(self) -> None:
        """Do nothing: most answers come at once."""

    async def hear(self, claim: Claim) -> None:
        """Do nothing: the answer is posted whole."""

    async def keep_waiting(self) -> None:
        """Post a message that becomes the answer."""
        if not self._posted:
            with suppress(Refused):  # the answer will meet the same refusal, and say so
                self._posted = await self.post(sentence(_LOOKING))
                await self._on_posted(self._posted)

    async def finish(self, message: Message) -> None:
        """Put the answer in place of the waiting message, else post it, else tell the person directly."""
        try:
            self.time_stamp = await self._show(message)
        except Refused as refused:
            if refused.passing:
                raise
            await tell_directly(self._client, self._asked, message, refused)

    async def _show(self, message: Message) -> str:
        if self._posted:
            try:
                arguments = {"channel": self._asked.channel, "ts": self._posted}
                await with_blocks_or_without(self._client, "chat.update", message, **arguments)
            except Refused as refused:
                if refused.passing:
                    raise
                self._posted = None
            else:
                return self._posted
        return await self.post(message)

    async def post(self, message: Message) -> str:
        """Post a message and return its time stamp; raise Refused if Slack does not take it there."""
        place = {"channel": self._asked.channel, "thread_ts": self._asked.thread_ts}
        data = await with_blocks_or_without(self._client, "chat.postMessage", message, **place, **_QUIET)
        return str(data.get("ts") or "")


class PaneReply(ThreadReply):
    """A message in the assistant's pane: a status first, then sentences as they come, where Slack offers that."""

    _streaming: bool | None = None  # None: not yet; False: Slack does not offer it

    async def begin(self) -> None:
        """Show a status beside the assistant's name."""
        with suppress(Refused):
            place = {"channel_id": self._asked.channel, "thread_ts": self._asked.thread_ts}
            await call(self._client, "assistant.threads.setStatus", **place, status="is looking in the documents…")

    async def keep_waiting(self) -> None:
        """Do nothing: the status says it."""

    async def hear(self, claim: Claim) -> None:
        """Stream a sentence; the first opens the stream."""
        text = cut(f"{escape(claim.text)} {marks(claim.citations)} ", _LONGEST_CHUNK)[0] + " "
        try:
            if self._streaming:
                place = {"channel": self._asked.channel, "ts": self._posted}
                await call(self._client, "chat.appendStream", **place, markdown_text=text)
            elif self._streaming is None and self._posted is None:
                await self._open_stream(text)
        except Refused as refused:
            _log.info("streaming refused by Slack: %s", refused.reason)
            self._streaming = False

    async def finish(self, message: Message) -> None:
        """Close the stream with the sources; where that fails, or nothing was streamed, show the whole answer."""
        if self._streaming:
            place = {"channel": self._asked.channel, "ts": self._posted}
            try:
                await call(self._client, "chat.stopStream", **place, blocks=list(message.foot))
            except Refused as refused:
                _log.info("the end of a stream was refused by Slack: %s", refused.reason)
            else:
                return
        elif self._posted:  # a stream that broke off has to be closed before it can be changed
            with suppress(Refused):
                await call(self._client, "chat.stopStream", channel=self._asked.channel, ts=self._posted)
        await super().finish(message)

    async def _open_stream(self, text: str) -> None:
        data = await call(
            self._client,
            "chat.startStream",
            channel=self._asked.channel,
            thread_ts=self._asked.thread_ts,
            recipient_team_id=self._asked.team,
            recipient_user_id=self._asked.user,
            markdown_text=text,
        )
        self._posted, self._streaming = str(data.get("ts") or ""), True
        await self._on_posted(self._posted)


class PrivateReply:
    """A message that only the person who asked sees, by the address that came with the request."""

    def __init__(self, client: AsyncWebClient, asked: Asked) -> None:
        self._client = client
        self._asked = asked

    async def begin(self) -> None:
        """Do nothing: the acknowledgement says that the work begins."""

    async def hear(self, claim: Claim) -> None:
        """Do nothing: the answer is sent whole."""

    async def keep_waiting(self) -> None:
        """Do nothing: the acknowledgement said it."""

    async def finish(self, message: Message) -> None:
        """Send the answer; where the address is no longer good, tell the person directly."""
        try:
            await respond_privately(self._asked.response_url or "", message)
        except Refused as refused:
            if refused.passing and self._asked.response_url:
                raise
            await tell_directly(self._client, self._asked, message, refused)


async def respond_privately(response_url: str, message: Message, **more: Any) -> None:
    """Send a message to a response address, without blocks if those are refused; raise Refused if it fails."""
    if not response_url:
        raise Refused("no address to answer to")
    fields = {"response_type": "ephemeral", "replace_original": False} | more
    try:
        await respond(response_url, text=message.text, blocks=message.blocks, **fields)
    except Refused as refused:
        if refused.passing or "block" not in refused.code:
            raise
        await respond(response_url, text=_only_text(message), **fields)


async def with_blocks_or_without(client: AsyncWebClient, method: str, message: Message, **place: Any) -> Any:
    """Call `method` with a message; again with its text alone if Slack refuses the blocks. Raises Refused."""
    try:
        return await call(client, method, text=message.text, parse="none", blocks=message.blocks, **place)
    except Refused as refused:
        if refused.code not in _BLOCKS_REFUSED:
            raise
        _log.warning("blocks refused by Slack: %s", refused.reason)
        return await call(client, method, text=_only_text(message), parse="none", **place)


async def tell_directly(client: AsyncWebClient, asked: Asked, message: Message, refused: Refused) -> None:
    """Send the answer to the person alone, with why it is not where it was asked for; raise Refused if that fails."""
    _log.error("Slack refused an answer: %s; it is sent to the person directly", refused.reason)
    why = f"I could not answer where you asked: Slack says {refused.reason}. Whoever installed me can put that right."
    told = Message(f"{escape(why)}\n{message.text}", (*sentence(why).body, *message.body), message.foot)
    try:
        await with_blocks_or_without(client, "chat.postMessage", told, channel=asked.user, **_QUIET)
    except Refused as again:
        if not asked.response_url or again.passing:
            raise
        await respond(asked.response_url, text=_only_text(told), response_type="ephemeral", replace_original=False)


def _only_text(message: Message) -> str:
    return cut(message.text, _LONGEST_TEXT)[0]
