"""Run the server: its log as JSON, and an end at which every stream gets its last event."""

import asyncio
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from assistant.api.app import create_app
from assistant.api.desk import Desk
from assistant.api.logs import log_as_json
from assistant.settings import Settings

_GRACE_SECONDS = 5  # more than the desk gives to what is running


def serve(settings: Settings, on_start: Callable[[], None]) -> None:
    """Serve the API until a signal ends it."""
    api = create_app(settings)
    on_start()
    log_as_json()
    config = uvicorn.Config(
        api,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    _Server(config, api.state.service.desk).run()


class _Server(uvicorn.Server):
    """Tells the desk at once that the server stops: the application itself hears of it only when all streams ended."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, and remember the event loop."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the signal, as uvicorn does, and stop the desk."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._desk.stop)
        super().handle_exit(sig, frame)
