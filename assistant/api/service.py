"""The assistant behind the HTTP API: loaded in the background, kept up to date with the catalogue."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from fastapi.concurrency import run_in_threadpool

from assistant.api.desk import Desk
from assistant.api.intake import Intake
from assistant.api.metrics import Metrics
from assistant.api.problems import NotReady
from assistant.events import Event, OnEvent
from assistant.models import Answer
from assistant.settings import Settings
from assistant.wiring import Assistant
from index.errors import JvError

_SYNC_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Service:
    """Holds the assistant; loads model and index in a thread so that the server answers at once."""

    def __init__(self, settings: Settings) -> None:
        """Make the data folder if there is none; raise StorageError if that is refused."""
        self.settings = settings
        self.assistant = Assistant.create(settings=settings)
        self.intake = Intake(self.assistant, self._wait_until_loaded)
        self.desk = Desk(settings.max_answers_at_once, settings.max_waiting_questions, settings.max_waiting_seconds)
        self.metrics = Metrics(self.desk, self.assistant.catalogue)
        self._loaded = threading.Event()
        self._stopping = threading.Event()
        self._failure: str | None = None
        self._examples: tuple[int, tuple[str, ...]] = (-1, ())  # the generation that they were found in
        self._finding_examples = asyncio.Lock()
        self._thread = threading.Thread(target=self._work, name="index-keeper", daemon=True)

    def start(self) -> None:
        """Begin loading."""
        self._thread.start()
        self.intake.start()

    def stop(self) -> None:
        """Release model and index."""
        self._stopping.set()
        self.desk.close()
        self.intake.stop()
        self._thread.join(timeout=10)
        self.assistant.close()

    def why_not_ready(self) -> str | None:
        """Return why no question can be answered now, or None if all is there."""
        if self.desk.is_stopping:
            return "The server is stopping; send it again in a moment."
        if self._failure:
            return self._failure
        if not self._loaded.is_set():
            return "The model is being loaded; try again in a few seconds."
        if self.assistant.is_empty:
            return "There are no documents yet; add some: jv-assistant ingest FOLDER."
        return None

    @property
    def has_failed(self) -> bool:
        """Whether model and index could not be loaded: waiting for them is of no use."""
        return self._failure is not None

    def loaded(self) -> Assistant:
        """Return the assistant, model and index loaded; raise NotReady if they are not."""
        if self._failure or not self._loaded.is_set():
            raise NotReady(self.why_not_ready())
        return self.assistant

    def asking(self, question: str, **limits: Any) -> Callable[[OnEvent], Answer]:
        """Return the work that answers a question (`limits` as of `Assistant.ask`); raise NotReady if none can be."""
        assistant = self.loaded()

        def work(on_event: OnEvent) -> Answer:
            def hear(event: Event) -> None:
                self.metrics.heard(event)
                on_event(event)

            answer = assistant.ask(question, on_event=hear, **limits)
            self.metrics.answered(answer)
            return answer

        return work

    async def examples(self) -> tuple[str, ...]:
        """Return questions to begin with; they are found anew only when the documents changed."""
        assistant = self.loaded()
        async with self._finding_examples:
            generation = assistant.catalogue.generation
            if self._examples[0] != generation:
                async with self.desk.turn():
                    self._examples = (generation, await run_in_threadpool(assistant.examples))
        return self._examples[1]

    def _wait_until_loaded(self) -> str | None:
        """Wait for model and index; return why they will not come, or None."""
        while not self._loaded.wait(0.2):
            if self._failure or self._stopping.is_set():
                return self._failure or "The server is stopping; send it again."
        return None

    def _work(self) -> None:
        """Load everything, then keep the vector store level with the catalogue."""
        try:
            self.assistant.hold_vectors()
            self.assistant.warm_up()
        except JvError as error:
            self._failure = str(error)
            _log.error("%s", error)
            return
        except Exception:
            self._failure = "The model or the index could not be loaded; the log says more."
            _log.exception("loading failed")
            return
        self._loaded.set()
        while not self._stopping.wait(_SYNC_SECONDS):
            self._sync()

    def _sync(self) -> None:
        try:
            if self.assistant.catalogue.count_pending() and self.assistant.hold_vectors():
                self.assistant.sync_vectors()
        except JvError as error:
            _log.error("%s", error)
