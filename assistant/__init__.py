"""Answers about automakers' joint ventures, every sentence tied to a verbatim quote."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.wiring import Assistant

__all__ = ["Assistant"]


def __getattr__(name: str) -> object:
    """Import `Assistant` when it is first asked for: the command line starts without it."""
    if name == "Assistant":
        from assistant.wiring import Assistant

        return Assistant
    raise AttributeError(name)
