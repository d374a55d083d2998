"""Further doors of the server: Slack, if its signing secret is set, and MCP, if its package is installed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec

from fastapi import FastAPI

from assistant.api.service import Service
from assistant.connecting import naming_extra

Door = Callable[[], AbstractAsyncContextManager[None]]


def further_doors(app: FastAPI, service: Service) -> list[Door]:
    """Let `app` answer there; return what has to be open as long as the server runs."""
    doors = []
    secret = service.settings.slack_signing_secret
    if secret and (text := secret.get_secret_value().strip()):
        doors.append(_slack(app, service, text))
    if find_spec("mcp"):
        from assistant.mcp_server import add_routes

        doors.append(add_routes(app, service))
    return doors


def _slack(app: FastAPI, service: Service, signing_secret: str) -> Door:
    with naming_extra("slack"):
        from assistant.slack.http import add_routes
    worker = add_routes(app, service, signing_secret)

    @asynccontextmanager
    async def open_slack() -> AsyncIterator[None]:
        await worker.start()
        try:
            yield
        finally:
            await worker.stop()

    return open_slack
