"""Conversations: ten of three turns answered without a chat model, and what is kept, listed, bounded and deleted."""

import re
from pathlib import Path

import pytest
import yaml

from assistant.conversation import Conversations
from assistant.wiring import Assistant
from index.errors import NotFoundError

SETS = Path(__file__).parents[1] / "questions" / "conversations"


def third_answer_is_right(assistant: Assistant, conversation: dict) -> bool:
    for question in conversation["turns"]:
        answer = assistant.ask(question, conversation_id=conversation["id"])
    if conversation.get("abstains"):
        return answer.status == "abstained"
    return answer.status != "abstained" and bool(re.search(conversation["answer"], answer.answer, re.IGNORECASE))


# Of held_back.yaml, on which nothing was tuned, seven of ten are right: two are lost by the answerer, one by a rule.
@pytest.mark.parametrize(("name", "least"), [("dev", 9), ("held_back", 7)])
def test_the_third_answer_is_right(seed_assistant, name, least):
    conversations = yaml.safe_load((SETS / f"{name}.yaml").read_text(encoding="utf-8"))
    wrong = [each["id"] for each in conversations if not third_answer_is_right(seed_assistant, each)]
    assert len(conversations) >= 10
    assert len(conversations) - len(wrong) >= least, wrong


def test_what_was_understood_is_shown(seed_assistant):
    seed_assistant.ask("By how much did Nissan's sales in China fall in 2025?", conversation_id="shown")
    answer = seed_assistant.ask("What about Honda?", conversation_id="shown")
    assert answer.question == "What about Honda?"
    assert answer.standalone_question == "By how much did Honda's sales in China fall in 2025?"
    assert "24.3%" in answer.answer


def test_another_conversation_is_not_looked_at(seed_assistant):
    seed_assistant.ask("By how much did Nissan's sales in China fall in 2025?", conversation_id="one")
    answer = seed_assistant.ask("What about Honda?", conversation_id="another")
    assert answer.standalone_question == "What about Honda?"


@pytest.fixture
def assistant(tmp_path):
    """An index without documents: every answer is an abstention, which is kept like any other."""
    assistant = Assistant.create(tmp_path / "data")
    yield assistant
    assistant.close()


def test_conversations_are_listed_by_their_last_question_and_page_by_page(assistant):
    for name in ("a", "b", "c", "a"):
        assistant.ask(f"What does {name} build?", conversation_id=name)
    listed = assistant.conversations.list()
    assert [(item.conversation_id, item.turns) for item in listed] == [("a", 2), ("c", 1), ("b", 1)]
    assert listed[0].question == "What does a build?"
    assert [item.conversation_id for item in assistant.conversations.list(2)] == ["a", "c"]
    assert [item.conversation_id for item in assistant.conversations.list(2, before="c")] == ["b"]


def test_a_deleted_conversation_is_gone_with_its_answers(assistant):
    answer = assistant.ask("What does JAC build?", conversation_id="a")
    assistant.add_feedback(answer.answer_id, "up")
    assistant.conversations.delete("a")
    assert assistant.conversations.list() == []
    assert assistant.conversations.turns("a") == ()
    assert assistant.feedback() == []
    with pytest.raises(NotFoundError, match="no answer"):
        assistant.history.answer(answer.answer_id)
    with pytest.raises(NotFoundError, match="'a'"):
        assistant.conversations.delete("a")


def test_turns_and_conversations_are_bounded_and_feedback_is_not_lost(assistant):
    assistant.conversations = Conversations(assistant.catalogue.database, most_turns=3, most_conversations=20)
    kept = assistant.ask("What does JAC build?", conversation_id="long")
    assistant.add_feedback(kept.answer_id, "down", "no")
    answers = [assistant.ask(f"What does JAC build in {year}?", conversation_id="long") for year in range(2000, 2006)]
    assert assistant.history.answer(kept.answer_id) == kept
    assert assistant.history.answer(answers[-3].answer_id) == answers[-3]
    with pytest.raises(NotFoundError):
        assistant.history.answer(answers[-4].answer_id)

    for number in range(40):
        assistant.ask("What does JAC build?", conversation_id=f"c{number}")
        assert len(assistant.conversations.list(1_000)) <= 20
    listed = [item.conversation_id for item in assistant.conversations.list(1_000)]
    assert listed[0] == "c39"
    assert "long" in listed
