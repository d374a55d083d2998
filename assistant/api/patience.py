"""Asking on behalf of those who do not hold a line: where there is no room now, it is tried again for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from assistant.api.problems import NotReady
from assistant.api.service import Service
from assistant.errors import TooBusyError

_LOOK_SECONDS = 0.2
_T = TypeVar("_T")


async def when_possible(service: Service, attempt: Callable[[], Awaitable[_T]], patience: float) -> _T:
    """Return what `attempt` gives as soon as the model is loaded and there is room, within `patience` seconds.

    After that NotReady or TooBusyError is raised; at once if the model will not come.
    """
    deadline = monotonic() + patience
    while True:
        try:
            return await attempt()
        except (NotReady, TooBusyError) as error:
            seconds = error.retry_after if isinstance(error, TooBusyError) else _LOOK_SECONDS
            if service.has_failed or monotonic() + seconds > deadline:
                raise
            await asyncio.sleep(seconds)
