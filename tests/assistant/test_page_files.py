"""What the page is made of and given: files under a strict policy, one conversation, an overview, examples."""

import re
from pathlib import Path

import pytest

from assistant.examples import examples
from assistant.models import Answer
from assistant.wiring import Assistant
from index.lexicon import load_lexicon
from index.models import DocumentInfo, Metadata
from tests.assistant.conftest import run_cli, serving

WEB = Path(__file__).parents[2] / "assistant" / "web"
QUESTION = "Where is the Nissan N7 built?"


@pytest.fixture(scope="module")
def client(seed_dir):
    with serving(seed_dir, JV_API_KEYS=run_cli("key", "ann").stdout.split()[1]) as client:
        yield client


def test_the_files_are_open_unchanging_and_let_nothing_else_in(client):
    for path in ("/", *(f"/page/{file.name}" for file in WEB.iterdir())):
        response = client.get(path)
        assert response.status_code == 200
        policy = dict(rule.split(" ", 1) for rule in response.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert response.headers["x-content-type-options"] == "nosniff"
        again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.head(path).status_code == 200
    assert client.get("/page/..%2fapi%2fapp.py").status_code in (401, 404)
    assert client.get("/page/none.js").status_code == 404


def test_nothing_in_the_files_makes_markup_of_text_or_asks_another_host():
    for file in WEB.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), (
            file
        )
        assert not re.search(r"(?:src|href|url\(|import|fetch\()[\s\"'=(]*(?:https?:)?//", text), file
    page = (WEB / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script(?![^>]*\ssrc=)", page)


def test_the_first_text_box_is_the_question_box():
    page = (WEB / "index.html").read_text(encoding="utf-8")
    first = re.search(r"<(?:textarea|input)[^>]*>", page)
    assert 'id="question"' in first.group()


def test_a_conversation_is_given_back_as_it_was(seed_dir):
    with serving(seed_dir) as client:
        asked = [
            client.post("/v1/ask", json={"question": text, "conversation_id": "kept"}).json()
            for text in (QUESTION, "And where is it sold?")
        ]
        client.post(f"/v1/answers/{asked[1]['answer_id']}/feedback", json={"verdict": "up"})
        client.post(f"/v1/answers/{asked[1]['answer_id']}/feedback", json={"verdict": "down"})
        kept = client.get("/v1/conversations/kept").json()
        assert [turn["answer"] for turn in kept["turns"]] == asked
        assert [turn["verdict"] for turn in kept["turns"]] == [None, "down"]
        text = client.get("/v1/conversations/kept", params={"render": "markdown"}).text
        assert re.findall(r"(?m)^## (.*)$", text) == [QUESTION, "And where is it sold?"]
        assert client.get("/v1/conversations/none").status_code == 404
        shown = client.get("/v1/examples").json()["questions"]
        assert shown
        for question in shown:
            assert Answer.model_validate(client.post("/v1/ask", json={"question": question}).json()).claims, question


def test_one_document_has_its_blocks_and_dates(seed_dir):
    assistant = Assistant.open(seed_dir)
    expected = {info.document_id: assistant.catalogue.stored(info.document_id) for info in assistant.documents()}
    with serving(seed_dir) as client:
        for document_id, stored in expected.items():
            given = client.get(f"/v1/documents/{document_id}").json()
            text = client.get(f"/v1/documents/{document_id}/text").json()["text"]
            assert given["characters"] == len(text)
            assert [(block["kind"], block["start"], block["end"]) for block in given["blocks"]] == [
                (block.kind, *block.span) for block in stored.blocks
            ]
            assert given["earliest"] <= given["latest"]
        overview = client.get("/v1/overview").json()
        assert client.get("/v1/documents/none").status_code == 404
    assistant.close()
    assert overview["documents"] == len(expected)
    assert sum(year["passages"] for year in overview["years"]) == overview["passages"]
    assert [publisher["name"] for publisher in overview["publishers"]] == ["project brief"]


def test_examples_are_only_what_is_answered_and_each_of_something_else():
    titles = ("SAIC-GM and its future", "SAIC-GM again", "Beijing Hyundai", "Ford Valencia", "Something else")
    infos = [DocumentInfo(str(place), "s", Metadata(title), "ready", 1, "") for place, title in enumerate(titles)]
    tried = []

    def is_answered(question: str) -> bool:
        tried.append(question)
        return "Beijing" in question

    assert len(examples(infos, load_lexicon(), is_answered)) == 1
    assert sum("SAIC-GM" in question for question in tried) == 1
    assert examples(infos[4:], load_lexicon(), lambda question: True) == ()
