"""Follow-ups made to stand alone by a chat model: what it may put in, and the rules where it fails."""

import time
from threading import Event, Timer

import pytest

from assistant.antecedents import Turn
from assistant.chat_model import ChatModel, ChatOptions
from assistant.events import Stopped, TokensUsed, unheard
from assistant.prompts import load_prompts
from assistant.rewriting import ChatRewriter, is_faithful
from tests.assistant.chat_server import chat_server, refuse, say, send_piece, start_stream

TURNS = (
    Turn("How many cars did Orion Motors sell in Norway in 2024?", "Orion Motors sold 48,000 cars in Norway in 2024."),
)
FOLLOW_UP = "What about Vega Auto?"
BY_RULES = "How many cars did Vega Auto sell in Norway in 2024?"


@pytest.fixture(scope="module")
def server():
    with chat_server() as state:
        yield state


@pytest.fixture(scope="module")
def rewriter(server):
    model = ChatModel("openai:scripted", ChatOptions(server.address, seconds=2, retries=0))
    yield ChatRewriter(model, load_prompts())
    model.close()


def test_the_question_of_the_model_is_taken(rewriter, server):
    written = "What number of cars did Vega Auto sell in Norway in 2024?"
    server.script = lambda handler, prompt: say(handler, written)
    events = []
    assert rewriter(FOLLOW_UP, TURNS, events.append) == written
    assert [event for event in events if isinstance(event, TokensUsed)] == [TokensUsed(100, 7)]
    assert "Answer: Orion Motors sold 48,000" in server.prompts[-1]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "How many cars did Zephyr sell in Norway in 2024?",
        "How many cars did Vega Auto sell in Norway in 2019?",
        "How many cars were sold in Norway in 2024?",
        "Vega Auto sold 31,000 cars in Norway in 2024.",
        "How many cars did Vega Auto sell? Who owns Vega Auto?",
        f"How many cars did Vega Auto sell {'and sell ' * 60}?",
    ],
)
def test_what_it_makes_up_or_loses_is_not_taken(rewriter, server, written):
    server.script = lambda handler, prompt: say(handler, written)
    assert rewriter(FOLLOW_UP, TURNS, unheard) == BY_RULES


@pytest.mark.parametrize("status", [401, 429, 500])
def test_where_it_fails_the_rules_are_there(rewriter, server, status):
    server.script = lambda handler, prompt: refuse(handler, status, "{}")
    assert rewriter(FOLLOW_UP, TURNS, unheard) == BY_RULES


def test_when_nobody_waits_it_is_given_up(rewriter, server):
    gone = Event()

    def stall(handler, prompt):
        start_stream(handler)
        Timer(0.2, gone.set).start()
        for _ in range(40):
            time.sleep(0.05)
            send_piece(handler, "")

    def hear(event):
        if gone.is_set():
            raise Stopped

    server.script = stall
    with pytest.raises(Stopped):
        rewriter(FOLLOW_UP, TURNS, hear)


def test_a_complete_question_may_stay_as_it_is():
    question = "Where is the Nissan N7 built?"
    assert is_faithful(question, question, TURNS)
