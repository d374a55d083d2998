"""Runs against the real program on the seed briefs, in this process and over HTTP."""

import httpx
import pytest

from assistant.evaluation.errors import TargetError
from assistant.evaluation.questions import QuestionSet
from assistant.evaluation.runner import run_sets
from assistant.evaluation.scoring import score
from assistant.evaluation.targets import HttpTarget
from index.errors import JvError, NotFoundError
from tests.assistant.conftest import serving
from tests.assistant.evaluation.samples import question

BRIEF = "nissan-china-exports.md"
ASKED = (
    question("Guangzhou", id="city", question="Where is the Nissan N7 built?", documents=[BRIEF]),
    question("Wuhan", id="not-there", question="Where is the Nissan N7 built?", documents=[BRIEF]),
    question("x", id="no-document", question="Where is the Nissan N7 built?", documents=["absent.md"]),
    question("Guangzhou", id="cut-off", question="Where is the Nissan N7 built?", documents=[BRIEF], as_of="1999"),
    question(id="poem", question="Write a poem about the sea.", kind="out-of-scope", documents=[]),
    question(
        "Guangzhou",
        id="follow-up",
        question="And in which city is it built?",
        conversation=["Which sedan leads Nissan's exports from China?"],
        documents=[BRIEF],
    ),
)
SETS = (QuestionSet(name="dev/seeds", corpus="seeds", questions=ASKED),)


class Failing:
    """The program, but for one question that it cannot take."""

    def __init__(self, assistant):
        self.assistant = assistant
        self.asked = []

    def ask(self, question, *, conversation_id=None, as_of=None):
        self.asked.append((question, conversation_id, as_of))
        if "poem" in question:
            raise JvError("No poems today.")
        return self.assistant.ask(question, conversation_id=conversation_id, as_of=as_of)

    def search(self, query, *, limit=10, as_of=None):
        return self.assistant.search(query, limit=limit, as_of=as_of)

    def text(self, document_id):
        return self.assistant.text(document_id)

    def documents(self):
        return self.assistant.documents()


@pytest.fixture(scope="module")
def in_process(seed_assistant):
    return run_sets(seed_assistant, SETS, settings={"JV_EMBEDDING_MODEL": "x"})


def test_a_run_keeps_what_scoring_needs(in_process):
    by_id = {case.question.id: case for case in in_process.cases}
    city = by_id["city"]
    assert city.answer.status == "answered"
    assert city.hits[0].text
    assert any(0 in hit.states for hit in city.hits)
    assert [here.text for here in city.slices] == [citation.cited_text for citation in city.answer.citations]
    assert city.slices[0].content_sha256 == city.answer.citations[0].content_sha256
    assert (in_process.sets, in_process.target, in_process.k) == (("dev/seeds",), "this process", 10)
    assert in_process.settings == {"JV_EMBEDDING_MODEL": "x"}
    assert in_process.versions["python"]


def test_a_run_knows_which_facts_are_indexed(in_process):
    indexed = {case.question.id: case.indexed for case in in_process.cases}
    assert indexed["city"] == (True,)
    assert indexed["not-there"] == (False,)
    assert indexed["no-document"] == (False,)
    assert indexed["poem"] == ()


def test_the_cut_off_reaches_answer_and_search(in_process):
    cut_off = next(case for case in in_process.cases if case.question.id == "cut-off")
    assert cut_off.answer.status == "abstained"
    assert cut_off.hits == ()


def test_earlier_questions_are_asked_first_in_a_conversation_of_their_own(seed_assistant):
    target = Failing(seed_assistant)
    run_sets(target, SETS)
    (first, second) = target.asked[-2:]
    assert first[0].startswith("Which sedan")
    assert second[0].startswith("And in which city")
    assert first[1] == second[1] is not None
    assert all(asked[1] is None for asked in target.asked[:-2])


def test_a_question_that_fails_is_kept_with_its_error_and_the_run_goes_on(seed_assistant):
    told = []
    run = run_sets(Failing(seed_assistant), SETS, on_case=told.append)
    failed = next(case for case in run.cases if case.question.id == "poem")
    assert (failed.answer, failed.error) == (None, "No poems today.")
    assert len(run.cases) == len(told) == len(ASKED)
    assert score(run).unjudged[0].why == "no expected fact is in the index: nothing to find"


@pytest.fixture(scope="module")
def server(seed_dir):
    with serving(seed_dir) as client:
        yield str(client.base_url)


def test_a_server_scores_as_the_program_in_this_process(server, in_process):
    with HttpTarget(server) as target:
        over_http = run_sets(target, SETS, target_name=target.url)
        with pytest.raises(NotFoundError):
            target.text("0" * 16)
        with pytest.raises(TargetError, match="422"):
            target.ask("")
    assert [case.answer.answer for case in over_http.cases] == [case.answer.answer for case in in_process.cases]
    assert [case.hits for case in over_http.cases] == [case.hits for case in in_process.cases]
    assert {**score(over_http).overall} == {**score(in_process).overall}


def test_a_list_of_documents_is_read_page_by_page(monkeypatch, server, seed_assistant):
    monkeypatch.setattr("assistant.evaluation.targets._PAGE", 3)
    with HttpTarget(server) as target:
        listed = [(document.document_id, document.source) for document in target.documents()]
    assert listed == [(document.document_id, document.source) for document in seed_assistant.documents()]
    assert len(listed) > 3


def test_a_server_that_is_not_there_is_named():
    with (
        HttpTarget("http://127.0.0.1:9", timeout=2) as target,
        pytest.raises(TargetError, match="is the server running"),
    ):
        target.documents()
    with pytest.raises(TargetError, match="not an address"):
        HttpTarget("http://a:b:c")


@pytest.mark.parametrize("body", ["<html>", "[]", '{"hits": 7}', "{}"])
def test_something_else_than_the_program_is_told_apart(body):
    target = HttpTarget("http://other")
    target._client = httpx.Client(
        base_url="http://other", transport=httpx.MockTransport(lambda request: httpx.Response(200, text=body))
    )
    with target, pytest.raises(TargetError, match="something else than agreed"):
        target.search("x")


def test_a_key_is_sent_if_there_is_one():
    with HttpTarget("http://other", api_key="k") as target:
        assert target._client.headers["authorization"] == "Bearer k"
