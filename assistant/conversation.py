"""Conversations: the answers under one id, looked back on by follow-ups, listed, deleted, kept within bounds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.antecedents import Turn
from assistant.models import Answer
from index.database import Database
from index.errors import NotFoundError

_INDEXES = Path(__file__).with_name("conversation.sql")
_TURNS_LOOKED_BACK = 4
_TRIMMED_TO = 0.95  # of the bound, so that it is not trimmed at every question
_HAS_FEEDBACK = "SELECT answer_id FROM feedback"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as the list shows it; `question` is its first that is kept."""

    conversation_id: str
    started_at: str
    last_asked_at: str
    turns: int
    question: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """An answer that is kept, when it was given, and what its reader said of it last."""

    answer: Answer
    answered_at: str
    verdict: Literal["up", "down"] | None


class Conversations:
    """The conversations in the catalogue's file; `History` must have made its tables.

    Beyond `most_turns` in one and `most_conversations` in all, the oldest answers go. Answers that
    readers gave feedback on stay, and with them their conversation.
    """

    def __init__(self, database: Database, most_turns: int, most_conversations: int) -> None:
        self._database = database
        self._most_turns = most_turns
        self._most_conversations = most_conversations
        database.run_script(_INDEXES.read_text(encoding="utf-8"))

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """Return the last turns of a conversation, the latest last; none if there is no such conversation."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                "SELECT answer FROM answers WHERE conversation_id = ? ORDER BY rowid DESC LIMIT ?",
                (conversation_id, _TURNS_LOOKED_BACK),
            ).fetchall()
        return tuple(turn_of(Answer.model_validate_json(row["answer"])) for row in reversed(rows))

    def kept(self, conversation_id: str) -> tuple[KeptTurn, ...]:
        """Return all turns of a conversation that are kept, the first first; raise NotFoundError if there are none."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                """SELECT answer, answered_at,
                     (SELECT verdict FROM feedback WHERE feedback.answer_id = answers.answer_id
                      ORDER BY feedback_id DESC LIMIT 1) AS verdict
                   FROM answers WHERE conversation_id = ? ORDER BY rowid""",
                (conversation_id,),
            ).fetchall()
        if not rows:
            raise _no_conversation(conversation_id)
        return tuple(
            KeptTurn(Answer.model_validate_json(row["answer"]), row["answered_at"], row["verdict"]) for row in rows
        )

    def list(self, limit: int = 100, before: str = "") -> list[Conversation]:
        """Return conversations, the one asked last first; `before`: from the one after that id on."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                """SELECT conversation_id, started_at, answered_at AS last_asked_at, turns,
                          (SELECT json_extract(answer, '$.question') FROM answers WHERE rowid = first) AS question
                   FROM (SELECT conversation_id, max(rowid) AS last, min(rowid) AS first, count(*) AS turns
                         FROM answers GROUP BY conversation_id)
                   JOIN conversations USING (conversation_id)
                   JOIN answers USING (conversation_id)
                   WHERE answers.rowid = last
                     AND (? = '' OR last < (SELECT max(rowid) FROM answers WHERE conversation_id = ?))
                   ORDER BY last DESC LIMIT ?""",
                (before, before, limit),
            ).fetchall()
        return [Conversation(**dict(row)) for row in rows]

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its answers and their feedback; raise NotFoundError if there is none."""
        with self._database.transaction() as connection:
            query = "DELETE FROM conversations WHERE conversation_id = ?"
            if not connection.execute(query, (conversation_id,)).rowcount:
                raise _no_conversation(conversation_id)

    def trim(self, conversation_id: str) -> None:
        """Bring one conversation, and the number of all, within bounds."""
        with self._database.transaction() as connection:
            connection.execute(
                f"""DELETE FROM answers WHERE conversation_id = ? AND answer_id NOT IN ({_HAS_FEEDBACK})
                    AND rowid <= (SELECT rowid FROM answers WHERE conversation_id = ?
                                  ORDER BY rowid DESC LIMIT 1 OFFSET ?)""",
                (conversation_id, conversation_id, self._most_turns),
            )
            count = connection.execute("SELECT count(*) FROM conversations").fetchone()[0]
            if count > self._most_conversations:
                connection.execute(
                    f"""DELETE FROM conversations WHERE conversation_id IN (
                          SELECT conversation_id FROM answers GROUP BY conversation_id
                          HAVING sum(answer_id IN ({_HAS_FEEDBACK})) = 0
                          ORDER BY max(rowid) LIMIT ?)""",
                    (count - int(self._most_conversations * _TRIMMED_TO),),
                )


def _no_conversation(conversation_id: str) -> NotFoundError:
    return NotFoundError(f"There is no conversation '{conversation_id}'; GET /v1/conversations lists those there are.")


def turn_of(answer: Answer) -> Turn:
    """Return what a follow-up may look back on: the question that stands alone, and the cited words."""
    return Turn(answer.standalone_question, " ".join(citation.cited_text for citation in answer.citations))
