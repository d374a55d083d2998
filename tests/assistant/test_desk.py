"""The desk: bounded work, bounded waiting, an end to what nobody waits for. The work here is a sleep or an event."""

import asyncio
import threading
import time

import pytest

from assistant.api.desk import Desk, ServerStopping
from assistant.api.questions import _chunks, _events
from assistant.errors import TooBusyError
from assistant.events import StepBegun, Stopped
from assistant.models import Answer

ANSWER = Answer(
    answer_id="a",
    conversation_id="c",
    question="q",
    standalone_question="q",
    status="abstained",
    answer="No.",
    as_of=None,
    answered_by="extractive",
    index_generation=1,
)


def test_no_more_run_and_wait_than_may():
    async def story():
        desk, gate, most = Desk(2, 3, 5), threading.Event(), []

        def work(on_event):
            most.append(desk.running)
            gate.wait(5)
            return ANSWER

        async def one():
            return await (await desk.begin(work)).answer()

        asked = [asyncio.ensure_future(one()) for _ in range(5)]
        await asyncio.sleep(0.2)
        assert (desk.running, desk.waiting) == (2, 3)
        with pytest.raises(TooBusyError, match="3 questions are waiting") as refused:
            await desk.begin(work)
        assert refused.value.retry_after >= 1
        gate.set()
        assert await asyncio.gather(*asked) == [ANSWER] * 5
        assert max(most) <= 2
        assert (desk.running, desk.waiting) == (0, 0)

    asyncio.run(story())


def test_who_waits_too_long_is_sent_away_and_leaves_no_trace():
    async def story():
        desk, gate = Desk(1, 3, 0.1), threading.Event()
        first = await desk.begin(lambda on_event: gate.wait(5) and ANSWER)
        with pytest.raises(TooBusyError, match=r"within 0\.1 s"):
            await desk.begin(lambda on_event: ANSWER)
        gate.set()
        assert await first.answer() == ANSWER
        assert await (await desk.begin(lambda on_event: ANSWER)).answer() == ANSWER

    asyncio.run(story())


def test_who_leaves_the_queue_gives_up_the_turn():
    async def story():
        desk, gate = Desk(1, 3, 5), threading.Event()
        first = await desk.begin(lambda on_event: gate.wait(5) and ANSWER)
        waiting = asyncio.ensure_future(desk.begin(lambda on_event: ANSWER))
        await asyncio.sleep(0.05)
        waiting.cancel()
        gate.set()
        await first.answer()
        assert await (await desk.begin(lambda on_event: ANSWER)).answer() == ANSWER

    asyncio.run(story())


def test_work_ends_at_its_next_step_when_nobody_listens():
    async def story():
        desk, ended = Desk(1, 0, 5), threading.Event()

        def work(on_event):
            try:
                for _ in range(500):
                    on_event(StepBegun("answer"))
                    time.sleep(0.01)
            except Stopped:
                ended.set()
                raise
            return ANSWER

        items = (await desk.begin(work)).items()
        assert await anext(items) == StepBegun("answer")
        await items.aclose()
        assert await asyncio.to_thread(ended.wait, 1)
        await asyncio.sleep(0.05)
        assert desk.running == 0

    asyncio.run(story())


def test_when_the_server_stops_everyone_is_told():
    async def story():
        desk, gate = Desk(1, 3, 30), threading.Event()
        running = await desk.begin(lambda on_event: gate.wait(10) and ANSWER)
        waiting = asyncio.ensure_future(desk.begin(lambda on_event: ANSWER))
        await asyncio.sleep(0.05)
        desk.stop()
        with pytest.raises(ServerStopping):
            await waiting
        with pytest.raises(ServerStopping):
            await desk.begin(lambda on_event: ANSWER)
        started = time.monotonic()
        with pytest.raises(ServerStopping):
            await running.answer()
        assert time.monotonic() - started < 3
        gate.set()

    asyncio.run(story())


def test_what_the_work_raises_is_raised_and_the_turn_is_free_again():
    async def story():
        desk = Desk(1, 0, 5)
        with pytest.raises(ZeroDivisionError):
            await (await desk.begin(lambda on_event: 1 / 0)).answer()
        assert await (await desk.begin(lambda on_event: ANSWER)).answer() == ANSWER

    asyncio.run(story())


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ServerStopping(), 503, "stopping"),
        (ZeroDivisionError("inner"), 500, "unexpected"),
        (TooBusyError("x", 3), 503, "x"),
    ],
)
def test_a_stream_that_breaks_off_says_why_and_ends_as_it_should(error, status, words):
    async def breaking():
        yield StepBegun("answer")
        raise error

    async def story():
        ours = [part.decode() async for part in _events(breaking())]
        openai = [part.decode() async for part in _chunks(breaking(), "http://here/", with_usage=True)]
        return ours, openai

    ours, openai = asyncio.run(story())
    assert ours[0].startswith("event: error\n")
    assert f'"status":{status}' in ours[0]
    assert ours[-1] == "event: done\ndata: {}\n\n"
    assert '"error"' in openai[-2]
    assert openai[-1] == "data: [DONE]\n\n"
    for said in (*ours, *openai):
        assert "inner" not in said
    assert words in ours[0]
    assert words in openai[-2]
