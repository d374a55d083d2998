"""Server-Sent Events: what goes over the wire while a question is answered, whichever door it came through."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from assistant.api.desk import Desk, Running, Work
from assistant.events import Event, Stopped
from assistant.models import Answer

Items = AsyncIterator[Event | Answer | None]
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_LOOK_SECONDS = 0.25


def event_stream(events: AsyncIterator[bytes]) -> EventSourceResponse:
    """Return a response that sends `events` as they come, past any buffering proxy."""
    return EventSourceResponse(events, headers=_HEADERS)


def sse(data: str, event: str | None = None) -> bytes:
    """Return one event with JSON `data`."""
    return format_sse_event(data_str=data, event=event)


HEARTBEAT = KEEPALIVE_COMMENT


async def begin_stream(desk: Desk, work: Work) -> Items:
    """Begin `work` and return its items. What is wrong with the question itself is raised before anything is sent."""
    items = (await desk.begin(work)).items()
    first = await anext(items)
    return _with_first(first, items)


async def answer_or_leave(request: Request, running: Running) -> Answer:
    """Return the answer; if the client goes away before, end the work and raise Stopped."""
    answering = asyncio.ensure_future(running.answer())
    try:
        while not answering.done():
            await asyncio.wait({answering}, timeout=_LOOK_SECONDS)
            if not answering.done() and await request.is_disconnected():
                raise Stopped
        return answering.result()
    finally:
        answering.cancel()


async def _with_first(first: Event | Answer | None, rest: AsyncGenerator[Event | Answer | None]) -> Items:
    yield first
    async with aclosing(rest):
        async for item in rest:
            yield item
