"""Which sentences are chosen from passages, with the neighbours that a reader needs. Real model, small documents."""

import pytest

from assistant.wiring import Assistant
from index.sources import find_files

STORY = """---
title: Orion and Vega
publisher: Daily
published: 2025-03
---

A report on Sunday said Orion Motors had held talks with Vega Auto about a plant in Norway. Both companies later denied
the report. Shares of Orion Motors fell slightly.

Orion Motors builds the V7 sedan in Trondheim. It was introduced in April and collected 12,000 orders in two weeks.

Selling the V7 abroad meets three obstacles:

- import duties in several countries
- missing service stations
- software that only speaks Norwegian

Is the V7 too late? Analysts disagree.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    (folder / "story.md").write_text(STORY, encoding="utf-8")
    assistant = Assistant.create(folder / "data")
    assistant.ingest(find_files([folder / "story.md"]))
    yield assistant
    assistant.close()


def test_the_denial_stands_beside_the_report(assistant):
    answer = assistant.ask("Did Orion Motors hold talks with Vega Auto about a plant?")
    assert [claim.standing for claim in answer.claims][:2] == ["reported", "denied"]
    assert "Both companies later denied the report." in answer.answer


def test_a_sentence_that_points_back_comes_with_the_one_before(assistant):
    answer = assistant.ask("How many orders did the V7 collect?")
    texts = [claim.text for claim in answer.claims]
    assert texts[:2] == [
        "Orion Motors builds the V7 sedan in Trondheim.",
        "It was introduced in April and collected 12,000 orders in two weeks.",
    ]


def test_a_list_is_given_whole_and_its_items_cite_the_lead_in_too(assistant):
    answer = assistant.ask("What obstacles does selling the V7 abroad meet?")
    assert "import duties" in answer.answer
    assert "missing service stations" in answer.answer
    assert "only speaks Norwegian" in answer.answer
    item = next(claim for claim in answer.claims if claim.text.startswith("missing"))
    cited = {citation.n: citation.cited_text for citation in answer.citations}
    assert [cited[number] for number in item.citations] == [
        "Selling the V7 abroad meets three obstacles:",
        "missing service stations",
    ]


def test_a_question_in_a_document_answers_nothing(assistant):
    answer = assistant.ask("Is the V7 too late?")
    assert "Is the V7 too late?" not in answer.answer


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What is the price of the V7?", "the sum asked for"),
        ("Who is the chairman of Vega Auto?", "the person asked for"),
        ("How many cars did Lyra sell in Norway?", "Lyra"),
    ],
)
def test_an_abstention_says_what_is_missing_and_shows_what_is_near(assistant, question, missing):
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert answer.abstention
    assert missing in answer.abstention.missing
    assert answer.abstention.nearest
    for item in answer.abstention.nearest:
        text = assistant.text(item.document_id)
        assert text[item.start_char_index : item.end_char_index] == item.cited_text


def test_max_words_limits_the_answer_but_never_empties_it(assistant):
    question = "What obstacles does selling the V7 abroad meet?"
    whole, short = assistant.ask(question), assistant.ask(question, max_words=8)
    assert len(short.claims) == 1 < len(whole.claims)
