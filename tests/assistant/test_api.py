"""The HTTP doors of a real server on a free port, with the real model."""

import time

import httpx
import pytest

from tests.assistant.conftest import run_cli, serving, wait_for


@pytest.fixture(scope="module")
def client(seed_dir):
    with serving(seed_dir) as client:
        yield client


def test_an_answer_follows_the_contract_and_every_quote_re_slices(client):
    answer = client.post("/v1/ask", json={"question": "Where is the Nissan N7 built?"}).json()
    assert answer["status"] == "answered"
    assert "Guangzhou" in answer["answer"]
    assert answer["abstention"] is None
    assert answer["as_of"] == "2025"
    for claim in answer["claims"]:
        assert answer["answer"][claim["start"] : claim["end"]] == claim["text"]
        assert set(claim["citations"]) <= {citation["n"] for citation in answer["citations"]}
        assert all(claim["checks"].values())
    for citation in answer["citations"]:
        span = {"start": citation["start_char_index"], "end": citation["end_char_index"]}
        text = client.get(f"/v1/documents/{citation['document_id']}/text", params=span).json()
        assert text["text"] == citation["cited_text"]
        assert text["content_sha256"] == citation["content_sha256"]
        assert citation["publisher"] == "project brief"
        assert citation["based_on"][0]["published"] == "2025"


def test_an_answer_is_kept_and_feedback_taken(client):
    answer = client.post("/v1/ask", json={"question": "Where is the Nissan N7 built?", "conversation_id": "c1"}).json()
    assert answer["conversation_id"] == "c1"
    assert client.get(f"/v1/answers/{answer['answer_id']}").json() == answer
    feedback = {"verdict": "up", "comment": "right"}
    assert client.post(f"/v1/answers/{answer['answer_id']}/feedback", json=feedback).status_code == 204


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "'question' is missing"),
        ({"question": "   "}, "The question is empty"),
        ({"question": "x" * 3000}, "3,000 characters"),
        ({"question": "a b", "as_of": "2025-02-30"}, "has no day 30"),
        ({"question": "a b", "as_of": "soon"}, "not a date"),
        ({"question": "a b", "answer": 1}, "'answer' is not a field"),
        ({"question": 7}, "'question' is 7"),
        ({"question": "a b", "conversation_id": "../x"}, "conversation_id"),
        ({"question": "a b", "max_words": 0}, "max_words"),
        ({"question": "a b", "filters": {"published_from": "05/2024"}}, "filters.published_from"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_wrong_input_is_a_problem_with_a_sentence(client, body, words):
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert words in response.json()["detail"]


def test_broken_json_and_unknown_things_are_problems(client):
    broken = client.post("/v1/ask", content=b'{"question": ', headers={"content-type": "application/json"})
    assert (broken.status_code, "not valid JSON" in broken.json()["detail"]) == (422, True)
    for path in ("/v1/documents/none/text", "/v1/answers/none", "/nowhere"):
        response = client.get(path)
        assert (response.status_code, response.json()["status"]) == (404, 404)
    document_id = client.get("/v1/documents").json()["documents"][0]["document_id"]
    beyond = client.get(f"/v1/documents/{document_id}/text?start=5&end=2")
    assert (beyond.status_code, "no stretch" in beyond.json()["detail"]) == (422, True)
    assert client.get("/v1/documents?cursor=%%%").status_code == 422


def test_a_body_over_the_limit_is_refused(client):
    response = client.post("/v1/ask", json={"question": "x" * 1_100_000})
    assert response.status_code == 413


def test_documents_are_listed_page_by_page(client):
    seen, cursor = [], None
    while True:
        page = client.get("/v1/documents", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        seen += [document["source"] for document in page["documents"]]
        cursor = page["next"]
        if cursor is None:
            break
    whole = client.get("/v1/documents").json()["documents"]
    assert seen == [document["source"] for document in whole]
    assert len(seen) >= 4
    assert {document["state"] for document in whole} == {"ready"}


def test_search_shows_both_ranks(client):
    hits = client.get("/v1/search", params={"q": "registered capital of the export venture", "limit": 3}).json()["hits"]
    assert len(hits) == 3
    assert hits[0]["rank_words"] == 1
    assert hits[0]["rank_meaning"] == 1
    assert "1 billion yuan" in hits[0]["text"]


def test_a_cut_off_hides_what_was_published_later(client):
    question = {"question": "Where is the Nissan N7 built?", "as_of": "2020"}
    answer = client.post("/v1/ask", json=question).json()
    shown = answer["citations"] + (answer["abstention"] or {}).get("nearest", [])
    assert all(item["published"] <= "2020" for item in shown)


def test_the_server_starts_empty_and_sees_an_ingest_beside_it(tmp_path):
    """Another process ingests; the server must answer from it within 2 s of the end of that run."""
    document = tmp_path / "venture.md"
    document.write_text(
        "Orion Motors and Vega Auto opened a gearbox plant in Trondheim in May 2024.\n", encoding="utf-8"
    )
    data_dir = tmp_path / "data"
    with serving(data_dir, wait=False) as client:
        not_ready = client.get("/readyz")
        assert not_ready.status_code == 503
        assert not_ready.json()["detail"]
        assert run_cli("ingest", str(document), "--data-dir", str(data_dir)).returncode == 0
        ended = time.monotonic()
        wait_for(client, "/readyz", seconds=10)
        answer = client.post("/v1/ask", json={"question": "Where is the gearbox plant of Orion Motors and Vega Auto?"})
        assert "Trondheim" in answer.json()["answer"]
        assert time.monotonic() - ended < 2

        document.write_text(
            "Orion Motors and Vega Auto opened a gearbox plant in Aarhus in May 2024.\n", encoding="utf-8"
        )
        assert run_cli("ingest", str(document), "--data-dir", str(data_dir)).returncode == 0
        replaced = client.post(
            "/v1/ask", json={"question": "Where is the gearbox plant of Orion Motors and Vega Auto?"}
        )
        assert "Aarhus" in replaced.json()["answer"]
        assert "Trondheim" not in replaced.text

        beside = run_cli("check", "--data-dir", str(data_dir))
        assert beside.returncode == 0
        refused = run_cli("reindex", "--data-dir", str(data_dir))
        assert refused.returncode == 3
        assert "owns the vector store" in refused.stderr


def test_questions_before_the_model_is_loaded_are_told_to_wait(seed_dir):
    with serving(seed_dir, wait=False) as client:
        response = client.post("/v1/ask", json={"question": "Where is the N7 built?"})
        assert response.status_code in (200, 503)
        if response.status_code == 503:
            assert response.headers["retry-after"]
            assert "try again" in response.json()["detail"]
        wait_for(client, "/readyz")


def test_another_model_than_the_index_was_made_with_is_refused(seed_dir, tmp_path):
    """The server stays up, says why it cannot answer, and names the repair."""
    from index.embedding import packaged_model

    copy = tmp_path / "other-model"
    copy.symlink_to(packaged_model())
    with serving(seed_dir, wait=False, JV_EMBEDDING_MODEL=str(copy)) as client:
        deadline = time.monotonic() + 60
        while "reindex" not in (detail := client.get("/readyz").json()["detail"]) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert "reindex" in detail
        assert isinstance(client.post("/v1/ask", json={"question": "a b"}), httpx.Response)
        assert client.get("/livez").status_code == 200
