"""Talk to a chat model: the only module that uses LangChain's chat providers.

Replies are read on an event loop of their own, so that a time-out or a client that is gone closes the connection at
once, whatever the provider is doing.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from time import monotonic
from typing import TYPE_CHECKING, Any

from assistant.draft import OnWait, patient
from assistant.errors import ChatModelError, SettingsError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PACKAGES = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}
_MOMENT = 0.2  # seconds
_MAX_CHARS = 20_000
_DONE = object()


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """How a chat model is reached: `seconds` is the longest time one reply may take, retries included."""

    base_url: str | None = None
    api_key: str | None = None
    seconds: float = 60.0
    retries: int = 2
    max_tokens: int = 1_000


@dataclass(slots=True)
class Reply:
    """What came back so far: filled while it is read."""

    input_tokens: int = 0
    output_tokens: int = 0


class ChatModel:
    """One chat model of one provider; may be used by many threads."""

    def __init__(self, name: str, options: ChatOptions) -> None:
        """Prepare `<provider>:<model>`; nothing is sent yet.

        Raises SettingsError, naming the install command, if the provider's package or key is missing.
        """
        self.name = name
        self._options = options
        self._model = _init(name, options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chat-model", daemon=True)
        self._thread.start()

    def stream(self, prompt: str, reply: Reply, on_wait: OnWait = patient) -> Iterator[str]:
        """Yield the reply to `prompt` as it comes in, and keep its token counts in `reply`.

        Raises ChatModelError if the model fails, sends nothing or takes too long, and what `on_wait` raises.
        Ending the iteration early closes the connection.
        """
        pieces: Queue[object] = Queue()
        reading: Future[None] = asyncio.run_coroutine_threadsafe(self._read(prompt, reply, pieces), self._loop)
        deadline = monotonic() + self._options.seconds
        length = 0
        try:
            while (piece := self._next(pieces, deadline, on_wait)) is not _DONE:
                if isinstance(piece, BaseException):
                    raise _translated(piece, self.name) from piece
                length += len(str(piece))
                yield str(piece)
                if length > _MAX_CHARS:
                    raise ChatModelError(f"The chat model '{self.name}' does not stop writing.")
            if not length:
                raise ChatModelError(f"The chat model '{self.name}' sent nothing.")
        finally:
            reading.cancel()

    def _next(self, pieces: "Queue[object]", deadline: float, on_wait: OnWait) -> object:
        while (left := deadline - monotonic()) > 0:
            on_wait()
            with suppress(Empty):
                return pieces.get(timeout=min(left, _MOMENT))
        raise ChatModelError(
            f"The chat model '{self.name}' took longer than {self._options.seconds:g} seconds; see JV_CHAT_SECONDS."
        )

    async def _read(self, prompt: str, reply: Reply, pieces: "Queue[object]") -> None:
        """Put each piece of the reply into `pieces`, then _DONE or the exception that ended it."""
        try:
            async for chunk in self._model.astream(prompt):
                if usage := getattr(chunk, "usage_metadata", None):
                    reply.input_tokens += usage["input_tokens"]
                    reply.output_tokens += usage["output_tokens"]
                if text := str(chunk.text):
                    pieces.put(text)
            pieces.put(_DONE)
        except Exception as error:
            pieces.put(error)

    def close(self) -> None:
        """Stop reading; the model is of no use afterwards."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


def _init(name: str, options: ChatOptions) -> "BaseChatModel":
    provider, model = name.split(":", 1)
    if importlib.util.find_spec("langchain") is None or importlib.util.find_spec(PACKAGES[provider]) is None:
        raise SettingsError(
            f"JV_CHAT_MODEL is '{name}', and the packages for '{provider}' are not installed; "
            f"run: pip install 'jv-assistant[{provider}]'"
        )
    from langchain.chat_models import init_chat_model

    given: dict[str, Any] = {"base_url": options.base_url, "api_key": options.api_key}
    if provider == "openai":
        given |= {"timeout": options.seconds, "max_retries": options.retries, "max_tokens": options.max_tokens}
        given |= {"temperature": 0, "stream_usage": True}
        if options.base_url and not options.api_key:
            given["api_key"] = "none"  # a server of one's own seldom asks for one, the client always does
    elif provider == "anthropic":
        given |= {"timeout": options.seconds, "max_retries": options.retries, "max_tokens": options.max_tokens}
    else:
        given |= {"client_kwargs": {"timeout": options.seconds}, "num_predict": options.max_tokens, "temperature": 0}
        given.pop("api_key")
    try:
        made: BaseChatModel = init_chat_model(
            model, model_provider=provider, **{key: value for key, value in given.items() if value is not None}
        )
    except Exception as error:  # every provider has errors of its own; none may reach a user as a traceback
        raise SettingsError(
            f"The chat model '{name}' cannot be set up ({_first_line(error)}); check JV_CHAT_MODEL and JV_CHAT_API_KEY."
        ) from error
    return made


def _translated(error: BaseException, name: str) -> ChatModelError:
    return ChatModelError(f"The chat model '{name}' failed ({type(error).__name__}: {_first_line(error)}).")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]
