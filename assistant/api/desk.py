"""The desk in front of model and index: few questions are worked on at once, some wait, the rest may come again."""

import asyncio
import contextvars
import math
import os
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Literal

from assistant.errors import TooBusyError
from assistant.events import Event, OnEvent, Stopped, Waiting
from assistant.models import Answer

Work = Callable[[OnEvent], Answer]
_HEARTBEAT_SECONDS = 10.0
_NICENESS = 5  # of the threads that answer
_LAST_SECONDS = 2.0  # that running work is given when the server stops


class ServerStopping(Exception):
    """The server stops; nothing more is answered."""


class Desk:
    """Works on questions in threads of its own, never more than `at_once`, with at most `most_waiting` waiting."""

    def __init__(self, at_once: int, most_waiting: int, patience: float) -> None:
        """`patience` is how many seconds a question waits for its turn before it is sent away."""
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._patience = patience
        self._turns = asyncio.Semaphore(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="answering", initializer=_give_way)
        self._running: set[Running] = set()
        self._stopping = asyncio.Event()
        self._typical = 0.5  # seconds that a question takes, by those of late
        self.waiting = 0

    @property
    def running(self) -> int:
        """How many questions are being worked on."""
        return len(self._running)

    @property
    def is_stopping(self) -> bool:
        """Whether the server is about to end."""
        return self._stopping.is_set()

    async def begin(self, work: Work) -> "Running":
        """Wait for a turn and begin to work; raises as `turn` does."""
        await self._take_turn()
        running = Running(work, self._pool, self._done)
        self._running.add(running)
        return running

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it throughout the block.

        Raises TooBusyError if too many wait or the wait is too long, ServerStopping if the server stops.
        """
        await self._take_turn()
        try:
            yield
        finally:
            self._turns.release()

    def stop(self) -> None:
        """Take nothing more; what still runs after two seconds is ended. To be called in the event loop."""
        if not self.is_stopping:
            self._stopping.set()
            asyncio.get_running_loop().call_later(_LAST_SECONDS, self._end_running)

    def close(self) -> None:
        """Let go of the threads."""
        self._end_running()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def retry_after(self) -> int:
        """Return in how many seconds there should be room, by how long questions took of late."""
        return max(1, math.ceil((self.waiting + self.running) * self._typical / self._at_once))

    async def _take_turn(self) -> None:
        if self.is_stopping:
            raise ServerStopping
        if self._turns.locked() and self.waiting >= self._most_waiting:
            raise self._too_busy(f"{self.waiting} questions are waiting already")
        self.waiting += 1
        turn = asyncio.ensure_future(self._turns.acquire())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            done, _ = await asyncio.wait({turn, stopping}, timeout=self._patience, return_when="FIRST_COMPLETED")
        except asyncio.CancelledError:
            self._give_up(turn)
            raise
        finally:
            self.waiting -= 1
            stopping.cancel()
        if turn in done and not self.is_stopping:
            return
        self._give_up(turn)
        if self.is_stopping:
            raise ServerStopping
        raise self._too_busy(f"No turn came within {self._patience:g} s")

    def _give_up(self, turn: "asyncio.Future[Literal[True]]") -> None:
        """Leave the queue; a turn that came meanwhile goes to the next."""
        if turn.done() and not turn.cancelled():
            self._turns.release()
        else:
            turn.cancel()

    def _done(self, running: "Running") -> None:
        self._running.discard(running)
        self._typical += (running.seconds - self._typical) * 0.1
        self._turns.release()

    def _end_running(self) -> None:
        for running in self._running:
            running.end(ServerStopping())

    def _too_busy(self, reason: str) -> TooBusyError:
        seconds = self.retry_after()
        return TooBusyError(f"{reason}; try again in {seconds} s.", seconds)


def _give_way() -> None:
    """Let the event loop go first: on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


class Running:
    """A question that is worked on in a thread: its events, then its answer or what went wrong."""

    def __init__(self, work: Work, pool: ThreadPoolExecutor, on_done: "Callable[[Running], None]") -> None:
        self.seconds = 0.0
        self._loop = asyncio.get_running_loop()
        self._items: asyncio.Queue[Event | Answer | Exception] = asyncio.Queue()
        self._ended = threading.Event()
        self._on_done = on_done
        context = contextvars.copy_context()  # the log lines of the thread carry the request's id
        pool.submit(context.run, self._work, work)

    async def items(self) -> AsyncGenerator[Event | Answer | None]:
        """Yield events, last the answer; None where nothing came for ten seconds. Raises what the work raised.

        Whoever stops listening ends the work.
        """
        try:
            while True:
                try:
                    item = await asyncio.wait_for(self._items.get(), _HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, Answer):
                    return
        finally:
            self._ended.set()

    async def answer(self) -> Answer:
        """Return the answer; raise what the work raised."""
        async for item in self.items():
            if isinstance(item, Answer):
                return item
        raise ServerStopping

    def end(self, reason: Exception) -> None:
        """End the work at its next step; whoever listens gets `reason` at once."""
        self._ended.set()
        self._items.put_nowait(reason)

    def _work(self, work: Work) -> None:
        started = perf_counter()
        try:
            result: Answer | Exception = work(self._tell)
        except Exception as error:
            result = error
        self.seconds = perf_counter() - started
        self._loop.call_soon_threadsafe(self._finish, result)

    def _tell(self, event: Event) -> None:
        if self._ended.is_set():
            raise Stopped
        if not isinstance(event, Waiting):
            self._loop.call_soon_threadsafe(self._items.put_nowait, event)

    def _finish(self, result: Answer | Exception) -> None:
        self._items.put_nowait(result)
        self._on_done(self)
