"""Streams and OpenAI's clients against a real server."""

import json
import time

import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI

from tests.assistant.conftest import serving

QUESTION = "Where is the Nissan N7 built?"
PAIR = "By how much did Nissan's sales in China fall in 2025?"


@pytest.fixture(scope="module")
def client(seed_dir):
    with serving(seed_dir) as client:
        yield client


@pytest.fixture(scope="module")
def openai_client(client):
    with openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="any", max_retries=0) as made:
        yield made


def events_of(response: httpx.Response) -> list[tuple[str, dict]]:
    """The events of a stream, heartbeats left out."""
    blocks = [block for block in response.text.split("\n\n") if block and not block.startswith(":")]
    found = []
    for block in blocks:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_a_stream_tells_the_passages_then_each_claim_after_its_citations(client):
    response = client.post("/v1/ask/stream", json={"question": QUESTION})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response)
    names = [name for name, _ in events]
    assert names[0] == "search_results"
    assert names[-2:] == ["final_answer", "done"]
    told = set()
    for name, data in events:
        if name == "citation":
            told.add(data["n"])
        if name == "claim":
            assert set(data["citations"]) <= told
    final = dict(events)["final_answer"]
    assert [data for name, data in events if name == "claim"] == final["claims"]
    assert [data for name, data in events if name == "citation"] == final["citations"]
    assert client.get(f"/v1/answers/{final['answer_id']}").json() == final


def test_a_stream_of_an_abstention_has_no_claims(client):
    events = events_of(client.post("/v1/ask/stream", json={"question": "Write a poem about JAC."}))
    assert [name for name, _ in events] == ["final_answer", "done"]
    assert dict(events)["final_answer"]["status"] == "abstained"


def test_a_question_that_cannot_be_taken_is_refused_before_the_stream_begins(client):
    response = client.post("/v1/ask/stream", json={"question": "x" * 3_000})
    assert response.status_code == 422
    assert "3,000 characters" in response.json()["detail"]


def test_openai_completion_carries_the_citations_in_four_views(client, openai_client):
    reply = openai_client.chat.completions.create(
        model="jv-assistant", messages=[{"role": "user", "content": QUESTION}]
    )
    message = reply.choices[0].message
    answer = reply.model_extra["answer"]
    assert message.content == answer["answer"]
    assert "Guangzhou" in message.content
    assert "[1]" in message.content
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == 0
    citations = reply.model_extra["citations"]
    assert citations == answer["citations"]
    assert {source["document_id"] for source in reply.model_extra["sources"]} == {
        citation["document_id"] for citation in citations
    }
    for annotation in message.annotations:
        place = annotation.url_citation
        assert message.content[place.start_index : place.end_index].endswith("]")
    linked = httpx.get(message.annotations[0].url_citation.url).json()
    assert linked["text"] == citations[0]["cited_text"]


def test_openai_stream_is_the_same_answer(openai_client):
    stream = openai_client.chat.completions.create(
        model="jv-assistant",
        messages=[{"role": "user", "content": QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    last = next(chunk for chunk in chunks if chunk.choices and chunk.choices[0].finish_reason)
    assert text == last.model_extra["answer"]["answer"]
    assert last.choices[0].delta.model_extra["annotations"]
    assert last.model_extra["citations"]
    assert chunks[-1].usage.total_tokens == 0
    assert chunks[0].choices[0].delta.role == "assistant"


def test_openai_messages_are_a_conversation(openai_client):
    first = openai_client.chat.completions.create(model="m", messages=[{"role": "user", "content": PAIR}])
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": PAIR},
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": [{"type": "text", "text": "What about Honda?"}]},
    ]
    reply = openai_client.chat.completions.create(model="m", messages=messages)
    assert "24.3%" in reply.choices[0].message.content
    again = openai_client.chat.completions.create(
        model="m", messages=[messages[-1]], extra_body={"conversation_id": first.model_extra["conversation_id"]}
    )
    assert "24.3%" in again.choices[0].message.content


def test_openai_models_are_listed(openai_client):
    assert [model.id for model in openai_client.models.list()] == ["jv-assistant"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "Hello"}]}, "user's question"),
        ({"messages": [{"role": "pirate", "content": "Hello"}]}, "role"),
        ({"messages": [{"role": "user", "content": "x" * 3_000}]}, "3,000 characters"),
        ({"messages": [{"role": "user", "content": "a b"}], "n": 3}, "'n'"),
        ({}, "'messages' is missing"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_openai_errors_are_in_openai_form(client, body, words, stream):
    response = client.post("/v1/chat/completions", json=body | {"stream": stream})
    assert response.status_code == 422
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert words in error["message"]


def test_langchain_talks_to_it(client):
    model = ChatOpenAI(base_url=f"{client.base_url}/v1", api_key="any", model="jv-assistant", max_retries=0)
    whole = model.invoke(QUESTION)
    assert "Guangzhou" in whole.text
    assert "[1]" in whole.text
    assert "".join(chunk.text for chunk in model.stream(QUESTION)) == whole.text


def test_conversations_are_listed_and_deleted_over_http(client):
    for question in (PAIR, "And Honda?"):
        client.post("/v1/ask", json={"question": question, "conversation_id": "over-http"})
    listed = client.get("/v1/conversations", params={"limit": 1}).json()
    assert listed["conversations"][0]["conversation_id"] == "over-http"
    assert listed["conversations"][0]["turns"] == 2
    further = client.get("/v1/conversations", params={"cursor": listed["next"]}).json()
    assert "over-http" not in [item["conversation_id"] for item in further["conversations"]]
    assert client.delete("/v1/conversations/over-http").status_code == 204
    assert client.delete("/v1/conversations/over-http").status_code == 404


def test_every_reply_carries_a_request_id(client):
    assert client.get("/livez", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    made = client.get("/livez", headers={"X-Request-ID": "two words"}).headers["x-request-id"]
    assert len(made) == 32


def test_metrics_tell_what_happened(client):
    client.post("/v1/ask", json={"question": QUESTION})
    client.post("/v1/ask", json={"question": "Write a poem."})
    text = client.get("/metrics").text
    for line in (
        'jv_answers_total{answered_by="extractive",status="answered"}',
        'jv_abstentions_total{reason="out_of_scope"}',
        'jv_step_seconds_bucket{le="0.005",step="retrieve"}',
        'jv_requests_total{method="POST",route="/v1/ask",status="200"}',
        "jv_queue_waiting 0.0",
        "jv_failed_checks_total",
        "jv_documents 4.0",
    ):
        assert line in text


def test_who_goes_away_is_not_worked_for(client):
    """The stream is left after its first event; within a second nothing is running any more."""
    with client.stream("POST", "/v1/ask/stream", json={"question": QUESTION}) as response:
        next(response.iter_lines())
    time.sleep(1)
    assert "jv_queue_running 0.0" in client.get("/metrics").text
