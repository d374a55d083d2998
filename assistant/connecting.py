"""Commands that bring answers to where people work: Slack, and programs that speak MCP."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import SettingsError

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the index (else JV_DATA_DIR, else ./data).")
]


def slack(
    manifest: Annotated[
        bool, typer.Option("--manifest", help="Only print the manifest that a Slack app is made of.")
    ] = False,
    url: Annotated[
        str | None, typer.Option(help="With --manifest: public address of a server that Slack shall send to.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Answer in Slack, connected by Socket Mode: no public address is needed."""
    from assistant.settings import load_settings
    from assistant.slack.manifest import manifest_text

    if manifest:
        sys.stdout.write(manifest_text(url))
        return
    settings = load_settings(data_dir=data_dir)
    with naming_extra("slack"):
        from assistant.slack.socket_mode import run
    run(settings, lambda: print("Connected to Slack (stop with Ctrl-C)", file=sys.stderr))


def mcp(data_dir: DataDir = None) -> None:
    """Serve the index to a program that speaks MCP, over standard input and output."""
    from assistant.settings import load_settings

    settings = load_settings(data_dir=data_dir)
    with naming_extra("mcp"):
        from assistant.mcp_server import serve_stdio
    serve_stdio(settings)


@contextmanager
def naming_extra(extra: str) -> Iterator[None]:
    """Turn a missing package into a SettingsError that says how to get it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SettingsError(f"'{error.name}' is missing; run: pip install 'jv-assistant[{extra}]'") from error
