"""The inbox: what came from Slack is kept in the catalogue until it is answered, and remembered after that."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from assistant.jobs import is_running, me
from index.database import Database

Kind = Literal["thread", "pane", "private", "claim", "share", "greeting"]
_SCHEMA = Path(__file__).with_name("inbox.sql")
_REMEMBERED = 100_000
_LONGEST_WORK = timedelta(minutes=15)  # after it an event is taken over, whichever process seems to own it


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to be done for a person in Slack, and where what comes of it goes.

    `message` tells messages apart, `thread_ts` is None outside threads, `conversation` is what follow-ups look back on.
    """

    event_id: str
    message: str
    kind: Kind
    text: str
    team: str
    channel: str
    user: str
    thread_ts: str | None = None
    conversation: str | None = None
    response_url: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that is still to be done; `posted` is the message in Slack that is to become the answer."""

    asked: Asked
    posted: str | None = None
    starts: int = 1


class Inbox:
    """The events in the catalogue's file."""

    def __init__(self, database: Database) -> None:
        """Use the catalogue's database; the table is made if it is not there."""
        self._database = database
        database.run_script(_SCHEMA.read_text(encoding="utf-8"))

    def add(self, asked: Asked) -> bool:
        """Remember what is to be done; return False if it, or the message it is about, is known already."""
        return self._insert(asked.event_id, asked.message, asked.conversation, json.dumps(asdict(asked)))

    def note(self, key: str, conversation: str | None = None) -> bool:
        """Remember that something is done, or that a conversation is joined; return False if it was known."""
        return self._insert(key, key, conversation, None)

    def is_joined(self, conversation: str) -> bool:
        """Whether this program was asked in a conversation before."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT 1 FROM slack_events WHERE thread = ? LIMIT 1", (conversation,)).fetchone()
        return row is not None

    def posted(self, event_id: str, time_stamp: str) -> None:
        """Remember which message in Slack is to become the answer."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE slack_events SET posted = ? WHERE event_id = ?", (time_stamp, event_id))

    def done(self, event_id: str) -> None:
        """Remember that nothing is left to do; what was asked is not kept here any longer."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE slack_events SET asked = NULL WHERE event_id = ?", (event_id,))

    def take_over(self) -> list[Pending]:
        """Return what servers that are no more left undone, oldest first; it is this server's from now on."""
        long_ago = (datetime.now(UTC) - _LONGEST_WORK).isoformat(timespec="seconds")
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM slack_events WHERE asked IS NOT NULL ORDER BY rowid").fetchall()
            left = [
                row
                for row in rows
                if row["owner"] == me() or row["received_at"] < long_ago or not is_running(row["owner"])
            ]
            for row in left:
                connection.execute(
                    "UPDATE slack_events SET owner = ?, starts = starts + 1 WHERE event_id = ?",
                    (me(), row["event_id"]),
                )
        return [Pending(Asked(**json.loads(row["asked"])), row["posted"], row["starts"] + 1) for row in left]

    def _insert(self, event_id: str, message: str, conversation: str | None, asked: str | None) -> bool:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.transaction() as connection:
            added = connection.execute(
                "INSERT OR IGNORE INTO slack_events VALUES (?, ?, ?, ?, ?, 1, NULL, ?)",
                (event_id, message, conversation, asked, me(), now),
            )
            if added.rowcount and (added.lastrowid or 0) % 1_000 == 0:
                connection.execute(
                    "DELETE FROM slack_events WHERE asked IS NULL AND rowid <= ?",
                    ((added.lastrowid or 0) - _REMEMBERED,),
                )
        return added.rowcount == 1
