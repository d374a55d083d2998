"""The worker: answers what is in the inbox, each thing once, also what an earlier server left undone."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from assistant.api.desk import Running, ServerStopping
from assistant.api.patience import when_possible
from assistant.api.problems import NotReady
from assistant.api.service import Service
from assistant.errors import QuestionError, TooBusyError
from assistant.models import Answer, Claim
from assistant.prompts import load_prompts
from assistant.slack.blocks import Message, render_slack, sentence
from assistant.slack.client import Refused, call, make_client, respond
from assistant.slack.inbox import Asked, Inbox, Pending
from assistant.slack.replies import PaneReply, PrivateReply, Reply, ThreadReply, respond_privately
from assistant.slack.requests import conversation_of
from index.errors import NotFoundError

_PATIENCE = 300.0  # seconds that a question waits for model and turn
_SAYS_IT_WAITS = 3.0  # seconds after which somebody who asked is told that it takes a while
_TRIES_AFTER = (10.0, 30.0, 60.0, 120.0)  # seconds, where Slack is out of order
_STARTS = 3  # servers that begin to work on something before it is given up
_GREETING = "Ask me about joint ventures and partnerships of carmakers. Every sentence of an answer has its source."
_PROMPTS = (
    "Which joint ventures does Volkswagen have in China?",
    "Where is the Nissan N7 built?",
    "Who owns the export venture of Dongfeng and Nissan?",
    "Which joint ventures were announced in 2025?",
)
_BROKEN = "Something went wrong here, and this could not be answered. Please ask again later."
_NOT_READY = "I am not ready to answer yet. Please ask again in a few minutes."
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Worker:
    """Takes things to do, remembers them, and does them in tasks of its own."""

    def __init__(self, service: Service) -> None:
        self.client = make_client(service.settings)
        self._service = service
        self._inbox = Inbox(service.assistant.catalogue.database)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="slack-inbox")  # one writer: none waits for a lock
        self._turns = asyncio.Semaphore(
            service.settings.max_answers_at_once
        )  # a flood from Slack leaves room for others
        self._conversations: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin with what earlier servers left undone."""
        for pending in await self._write(self._inbox.take_over):
            self.spawn(self._do(pending))

    async def stop(self) -> None:
        """End all work; what is not done is left to the next server."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writer.shutdown()

    async def take(self, asked: Asked | None) -> None:
        """Remember something and begin with it, unless it is known already. Returns once it is remembered."""
        if asked is None:
            return
        if await self._write(self._inbox.add, asked):
            self.spawn(self._do(Pending(asked)))

    async def is_joined(self, conversation: str) -> bool:
        """Whether the bot was asked in a conversation before."""
        return await self._write(self._inbox.is_joined, conversation)

    async def first_time(self, key: str) -> bool:
        """Remember `key`; return whether it is new."""
        return await self._write(self._inbox.note, key)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` in a task that nobody waits for; what goes wrong in it is logged."""
        task = asyncio.get_running_loop().create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, function: Callable[..., _T], *arguments: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, function, *arguments)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Refused as refused:
            _log.error("Slack refused what was to be sent: %s", refused.reason)
        except Exception as error:
            _log.error("unexpected error", exc_info=error)

    async def _do(self, pending: Pending) -> None:
        """Answer, and put it off while Slack is out of order; what this server cannot finish stays in the inbox."""
        asked = pending.asked
        lock = self._conversations.setdefault(asked.conversation or asked.event_id, asyncio.Lock())
        async with lock:  # the turns of a conversation one after the other
            with suppress(ServerStopping):
                await self._answer(pending)
                await self._write(self._inbox.done, asked.event_id)

    async def _answer(self, pending: Pending) -> None:
        asked = pending.asked
        if asked.kind == "greeting":
            await self._persist(lambda: self._greet(asked))
        elif asked.kind == "share":
            await self._share(asked)
        else:
            reply = self._reply(pending)
            await reply.begin()
            message = await self._message(pending, reply)
            await self._persist(lambda: reply.finish(message))

    def _reply(self, pending: Pending) -> Reply:
        asked = pending.asked
        if asked.kind in ("private", "claim"):
            return PrivateReply(self.client, asked)

        async def remember(time_stamp: str) -> None:
            await self._write(self._inbox.posted, asked.event_id, time_stamp)

        made = PaneReply if asked.kind == "pane" else ThreadReply
        return made(self.client, asked, pending.posted, remember)

    async def _message(self, pending: Pending, reply: Reply) -> Message:
        """Return the answer as a message, or a sentence that says why there is none. Raises ServerStopping."""
        asked = pending.asked
        if pending.starts > _STARTS:
            _log.error("an event from Slack was given up after %d starts", _STARTS)
            return sentence(_BROKEN)
        asking = asyncio.ensure_future(self._ask(asked, reply))
        try:
            if not (await asyncio.wait({asking}, timeout=_SAYS_IT_WAITS))[0]:
                await reply.keep_waiting()
            answer = await asking
        except (QuestionError, TooBusyError) as error:
            return sentence(str(error))
        except NotReady:
            return sentence(_NOT_READY)
        except ServerStopping:
            raise
        except Exception as error:
            _log.error("unexpected error", exc_info=error)
            return sentence(_BROKEN)
        finally:
            asking.cancel()
        private = asked.kind in ("private", "claim")
        about = asked.text if asked.kind == "claim" else ""
        return render_slack(answer, load_prompts().nearest, date.today(), private=private, about=about)

    async def _ask(self, asked: Asked, reply: Reply) -> Answer:
        async with self._turns:
            running = await when_possible(self._service, lambda: self._begin(asked), _PATIENCE)
            async for item in running.items():
                if isinstance(item, Claim):
                    await reply.hear(item)
                elif isinstance(item, Answer):
                    return item
        raise ServerStopping

    async def _begin(self, asked: Asked) -> Running:
        return await self._service.desk.begin(self._service.asking(asked.text, conversation_id=asked.conversation))

    async def _greet(self, asked: Asked) -> None:
        place = {"channel_id": asked.channel, "thread_ts": asked.thread_ts}
        prompts = [{"title": prompt, "message": prompt} for prompt in _PROMPTS]
        with suppress(Refused):
            await call(self.client, "assistant.threads.setSuggestedPrompts", **place, prompts=prompts)
        await ThreadReply(self.client, asked, None, self._forget).finish(sentence(_GREETING))

    async def _share(self, asked: Asked) -> None:
        """Post an answer that one person got into the channel, and take the private one away."""
        try:
            answer = await asyncio.to_thread(self._service.assistant.history.answer, asked.text)
        except NotFoundError:
            if asked.response_url:
                gone = "This answer is no longer kept; ask again."
                await respond(asked.response_url, text=gone, response_type="ephemeral", replace_original=False)
            return
        question = Message("", sentence(f"Asked: {answer.question}").body)
        shown = render_slack(answer, load_prompts().nearest, date.today())
        message = Message(shown.text, (*question.body, *shown.body), shown.foot)
        await self._persist(lambda: self._show_to_channel(asked, message))

    async def _show_to_channel(self, asked: Asked, message: Message) -> None:
        """Post a message to the channel; where the bot is not let in, by the address that came with the button."""
        url = asked.response_url or ""
        try:
            time_stamp = await ThreadReply(self.client, asked, None, self._forget).post(message)
        except Refused as refused:
            if refused.passing or not url:
                raise
            await respond_privately(url, message, response_type="in_channel")
        else:
            conversation = conversation_of(asked.team, asked.channel, time_stamp)
            await self._write(self._inbox.note, f"shared:{conversation}", conversation)
        with suppress(Refused):
            await respond(url, delete_original=True)

    async def _persist(self, send: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Send; again later while Slack is out of order. What Slack will not take at all is logged and given up."""
        for seconds in (*_TRIES_AFTER, None):
            try:
                await send()
            except Refused as refused:
                if not refused.passing or seconds is None:
                    _log.error("Slack refused an answer: %s", refused.reason)
                    return
                _log.warning("Slack is out of order (%s); trying again in %g s", refused.reason, seconds)
                await asyncio.sleep(seconds)
            else:
                return

    async def _forget(self, time_stamp: str) -> None:
        """Remember nothing: what is posted here is whole."""
