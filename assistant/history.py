"""Conversations, answers and feedback, kept in the catalogue's file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from assistant.draft import Generation
from assistant.models import Answer
from index.database import Database
from index.errors import NotFoundError

Verdict = Literal["up", "down"]
_SCHEMA = Path(__file__).with_name("history.sql")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer."""

    answer: Answer
    verdict: Verdict
    comment: str | None
    created_at: str


class History:
    """What was asked and answered, and what readers made of it."""

    def __init__(self, database: Database) -> None:
        """Use the catalogue's database; its tables are made if they are not there."""
        self._database = database
        database.run_script(_SCHEMA.read_text(encoding="utf-8"))

    def save(self, answer: Answer) -> None:
        """Keep an answer, and begin its conversation if that is new."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO conversations VALUES (?, ?)", (answer.conversation_id, _now()))
            connection.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?)",
                (answer.answer_id, answer.conversation_id, answer.model_dump_json(), _now()),
            )

    def save_generation(self, answer_id: str, made: Generation) -> None:
        """Keep what a chat model did for an answer: tokens, sentences shown and dropped, its failure."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    answer_id,
                    made.model,
                    made.calls,
                    made.input_tokens,
                    made.output_tokens,
                    made.shown,
                    made.repaired,
                    ",".join(made.dropped),
                    made.failure,
                ),
            )

    def generation(self, answer_id: str) -> Generation | None:
        """Return what a chat model did for an answer, None if it had no part in it."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT * FROM generations WHERE answer_id = ?", (answer_id,)).fetchone()
        if row is None:
            return None
        dropped = tuple(filter(None, row["dropped"].split(",")))
        kept = {name: row[name] for name in row.keys() if name not in ("answer_id", "dropped")}  # noqa: SIM118 - a Row
        return Generation(**kept, dropped=dropped)

    def answer(self, answer_id: str) -> Answer:
        """Return a kept answer; raise NotFoundError if there is none."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT answer FROM answers WHERE answer_id = ?", (answer_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"There is no answer '{answer_id}'; use the 'answer_id' that came with an answer.")
        return Answer.model_validate_json(row["answer"])

    def add_feedback(self, answer_id: str, verdict: Verdict, comment: str | None) -> None:
        """Keep what a reader thought of an answer; raise NotFoundError if there is no such answer."""
        self.answer(answer_id)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO feedback (answer_id, verdict, comment, created_at) VALUES (?, ?, ?, ?)",
                (answer_id, verdict, comment, _now()),
            )

    def feedback(self) -> Iterator[Feedback]:
        """Yield all feedback with its answers, oldest first."""
        with self._database.snapshot() as connection:
            rows = connection.execute(
                """SELECT answer, verdict, comment, created_at FROM feedback JOIN answers USING (answer_id)
                   ORDER BY feedback_id"""
            ).fetchall()
        for row in rows:
            answer = Answer.model_validate_json(row["answer"])
            yield Feedback(answer, row["verdict"], row["comment"], row["created_at"])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
