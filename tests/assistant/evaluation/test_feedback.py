from dataclasses import dataclass

import pytest
import yaml

from assistant.evaluation.errors import QuestionSetError
from assistant.evaluation.feedback import draft_questions
from assistant.evaluation.questions import load_questions
from assistant.models import Answer
from tests.assistant.evaluation.samples import abstained, says


@dataclass(frozen=True)
class Row:
    answer: Answer
    verdict: str
    comment: str | None = None
    created_at: str = "2026-01-12T10:00:00Z"


def answer(number, made):
    return made.model_copy(update={"answer_id": f"a{number}", "standalone_question": f"Where is car {number} built?"})


HOSTILE = "no: it's\n  - id: x\n# 'quoted' \"twice\" {{x}} \u2028 &a *b"


def test_each_answer_that_was_judged_becomes_one_draft():
    first = answer(1, says("In Guangzhou."))
    rows = [Row(first, "up"), Row(first, "down", "No!"), Row(answer(2, abstained()), "up")]
    drafts = yaml.safe_load(draft_questions(rows, "raw"))
    assert drafts["corpus"] == "raw"
    assert [draft["id"] for draft in drafts["questions"]] == ["feedback-1", "feedback-2"]
    assert drafts["questions"][0]["documents"] == ["plant.md"]
    assert "bad: No!" in drafts["questions"][0]["note"]
    assert "In Guangzhou. [1]" in drafts["questions"][0]["note"]


@pytest.mark.parametrize(
    ("made", "verdict", "kind", "answerable"),
    [
        (says("x"), "up", "fact", True),
        (says("x"), "down", "fact", True),
        (abstained(), "up", "unanswerable", False),
        (abstained(), "down", "fact", True),
    ],
)
def test_the_verdict_tells_whether_there_is_an_answer(made, verdict, kind, answerable):
    (draft,) = yaml.safe_load(draft_questions([Row(answer(1, made), verdict)]))["questions"]
    assert (draft["kind"], draft["answerable"]) == (kind, answerable)


def test_readers_words_stay_words():
    (draft,) = yaml.safe_load(draft_questions([Row(answer(1, says("x")), "down", HOSTILE)]))["questions"]
    assert HOSTILE in draft["note"]


def test_a_draft_is_refused_until_it_is_completed(tmp_path):
    path = tmp_path / "drafts.yaml"
    text = draft_questions([Row(answer(1, says("In Guangzhou.")), "up")])
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"drafts\.yaml:\d+: this is a draft: .*delete 'draft: true'"):
        load_questions(path)
    completed = text.replace("  draft: true\n", "").replace("facts: []", "facts: [{text: Guangzhou}]")
    path.write_text(completed, encoding="utf-8")
    (loaded,) = load_questions(path)
    assert loaded.questions[0].question == "Where is car 1 built?"


def test_no_feedback_gives_an_empty_set():
    assert yaml.safe_load(draft_questions([])) == {"corpus": "seeds", "questions": []}
