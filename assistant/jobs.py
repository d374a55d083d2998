"""Jobs: documents that came over HTTP and are taken in one after the other; their progress is kept in the catalogue."""

import json
import os
import socket
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Row
from typing import Literal

from index.build import Outcome
from index.database import Database
from index.errors import NotFoundError

JobState = Literal["queued", "running", "done", "failed"]
_SCHEMA = Path(__file__).with_name("jobs.sql")
_INTERRUPTED = "The server stopped before this was done. What is listed is kept; send the rest again."
_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """One upload or address: how far it is, and what became of each file."""

    job_id: str
    state: JobState
    total: int
    outcomes: tuple[Outcome, ...]
    error: str | None
    created_at: str
    updated_at: str


class Jobs:
    """The jobs of a data folder, those of the past too (the last 1,000)."""

    def __init__(self, database: Database) -> None:
        """Use the catalogue's database; the table is made if it is not there."""
        self._database = database
        database.run_script(_SCHEMA.read_text(encoding="utf-8"))

    def add(self, total: int) -> str:
        """Queue a job of so many files; return its id."""
        job_id, now = uuid.uuid4().hex, _now()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO jobs VALUES (?, 'queued', ?, ?, '[]', NULL, ?, ?)", (job_id, me(), total, now, now)
            )
            connection.execute(
                """DELETE FROM jobs WHERE state IN ('done', 'failed') AND rowid NOT IN
                     (SELECT rowid FROM jobs ORDER BY rowid DESC LIMIT ?)""",
                (_KEPT,),
            )
        return job_id

    def start(self, job_id: str, total: int) -> None:
        """Record that work on a job has begun, and how many files it is."""
        self._update(job_id, "state = 'running', total = ?", total)

    def progress(self, job_id: str, outcome: Outcome) -> None:
        """Record what became of one file."""
        self._update(job_id, "outcomes = json_insert(outcomes, '$[#]', json(?))", json.dumps(asdict(outcome)))

    def finish(self, job_id: str, error: str | None = None) -> None:
        """Record the end: failed if an error ended it or nothing could be taken in, else done."""
        outcomes = self.get(job_id).outcomes
        failed = bool(error) or all(outcome.status == "failed" for outcome in outcomes)
        self._update(job_id, f"state = '{'failed' if failed else 'done'}', error = ?", error)

    def get(self, job_id: str) -> Job:
        """Return a job; raise NotFoundError if there is none."""
        with self._database.snapshot() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE job_id = ?", (job_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"There is no job '{job_id}'; use the 'job_id' that came with an upload.")
        return _job(row)

    def fail_interrupted(self) -> list[str]:
        """Record that the unfinished jobs of servers that are no more have failed; return their ids."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT job_id, owner FROM jobs WHERE state IN ('queued', 'running')").fetchall()
            gone = [row["job_id"] for row in rows if row["owner"] == me() or not is_running(row["owner"])]
            for job_id in gone:
                connection.execute(
                    "UPDATE jobs SET state = 'failed', error = ?, updated_at = ? WHERE job_id = ?",
                    (_INTERRUPTED, _now(), job_id),
                )
        return gone

    def _update(self, job_id: str, change: str, value: object) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"UPDATE jobs SET {change}, updated_at = ? WHERE job_id = ?", (value, _now(), job_id))


def _job(row: Row) -> Job:
    outcomes = tuple(Outcome(**fields) for fields in json.loads(row["outcomes"]))
    return Job(row["job_id"], row["state"], row["total"], outcomes, row["error"], row["created_at"], row["updated_at"])


def me() -> str:
    """Return this process as an owner: its host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_running(owner: str) -> bool:
    """Whether an owner is a process of this host that runs; one of another host cannot be seen and counts as gone."""
    host, _, process_id = owner.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process_id), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
