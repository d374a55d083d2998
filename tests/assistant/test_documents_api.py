"""Documents over HTTP: uploads as jobs with progress, names that lead nowhere else, limits, removal, restarts."""

import hashlib
import os
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant.api.intake import safe_name
from assistant.jobs import Jobs
from index.build import Outcome
from index.database import Database
from index.errors import NotFoundError
from tests.assistant.conftest import run_cli, serving, wait_for

KILLED_AFTER = (0, 1, 3, 6) if os.environ.get("RELIABILITY_COUNTS") == "full" else (3,)  # files
QUESTION = "Where is the gearbox plant of Orion Motors and Vega Auto?"


def about(town: str) -> bytes:
    return f"Orion Motors and Vega Auto opened a gearbox plant in {town} in May 2024.\n".encode()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("uploads") / "data"


@pytest.fixture(scope="module")
def client(data_dir):
    """A server that began with an empty folder and has small limits."""
    limits = {"JV_MAX_UPLOAD_MB": "2", "JV_MAX_UPLOAD_FILES": "5", "JV_PARSE_SECONDS": "5"}
    with serving(data_dir, wait=False, **limits) as client:
        yield client


def upload(client: httpx.Client, **files: bytes) -> httpx.Response:
    """Upload files by name; '__' in a name stands for a dot."""
    return client.post(
        "/v1/documents", files=[("file", (name.replace("__", "."), data)) for name, data in files.items()]
    )


def job_of(client: httpx.Client, response: httpx.Response, seconds: float = 120) -> dict:
    """Wait for the end of a job; on the way its numbers only grow."""
    assert response.status_code == 202, response.text
    job_id = response.json()["job_id"]
    assert response.headers["location"] == f"/v1/jobs/{job_id}"
    deadline, states, done = time.monotonic() + seconds, ["queued", "running", "done", "failed"], 0
    before = "queued"
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{job_id}").json()
        assert states.index(job["state"]) >= states.index(before)
        assert done <= job["done"] == len(job["outcomes"]) <= job["total"]
        before, done = job["state"], job["done"]
        if before in ("done", "failed"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {job}")


def test_a_server_on_an_empty_folder_becomes_ready_by_an_upload(client, data_dir):
    not_ready = client.get("/readyz")
    assert not_ready.status_code == 503
    job = job_of(client, upload(client, venture__md=about("Trondheim")))
    assert (job["state"], job["done"], job["total"], job["error"]) == ("done", 1, 1, None)
    (outcome,) = job["outcomes"]
    assert (outcome["source"], outcome["status"], outcome["chunks"]) == ("uploads/venture.md", "added", 1)
    wait_for(client, "/readyz", seconds=5)
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert "Trondheim" in answer["answer"]
    assert answer["citations"][0]["document_id"] == outcome["document_id"]
    assert answer["citations"][0]["source"] == "uploads/venture.md"
    assert (data_dir / "uploads" / "venture.md").read_bytes() == about("Trondheim")


def test_the_same_upload_changes_nothing_and_another_one_replaces_it(client):
    assert job_of(client, upload(client, plant__txt=about("Gdansk")))["outcomes"][0]["status"] == "added"
    assert job_of(client, upload(client, plant__txt=about("Gdansk")))["outcomes"][0]["status"] == "unchanged"
    assert job_of(client, upload(client, twin__txt=about("Gdansk")))["outcomes"][0]["status"] == "duplicate"
    replaced = job_of(client, upload(client, plant__txt=about("Malmo")))
    assert replaced["outcomes"][0]["status"] == "replaced"
    answer = client.post("/v1/ask", json={"question": "What opened in Malmo?"}).json()
    assert "Malmo" in answer["answer"]
    for name in ("plant.txt", "twin.txt"):
        (entry,) = [item for item in client.get("/v1/documents").json()["documents"] if item["source"].endswith(name)]
        assert client.delete(f"/v1/documents/{entry['document_id']}").status_code == 204


def test_several_files_have_an_outcome_each_and_a_bad_one_stops_none(client, data_dir):
    job = job_of(
        client, upload(client, good__txt=about("Bergen"), empty__txt=b"", odd__xyz=b"x", last__md=about("Vaasa"))
    )
    assert job["state"] == "done"
    assert {item["source"].removeprefix("uploads/"): item["status"] for item in job["outcomes"]} == {
        "good.txt": "added", "empty.txt": "failed", "odd.xyz": "failed", "last.md": "added"
    }  # fmt: skip
    assert all(item["message"] for item in job["outcomes"] if item["status"] == "failed")
    assert sorted(path.name for path in (data_dir / "uploads").glob("*.txt")) == ["good.txt"]
    assert list((data_dir / "uploads" / ".incoming").iterdir()) == []


def test_a_job_of_which_nothing_could_be_taken_in_has_failed(client):
    job = job_of(client, upload(client, empty__md=b"", nothing__txt=b"\0" * 99))
    assert (job["state"], job["done"], job["error"]) == ("failed", 2, None)


def test_a_removed_document_is_gone_with_its_file(client, data_dir):
    job = job_of(client, upload(client, secret__txt=about("Narvik")))
    document_id = job["outcomes"][0]["document_id"]
    assert "Narvik" in client.post("/v1/ask", json={"question": "What opened in Narvik?"}).text
    assert client.delete(f"/v1/documents/{document_id}").status_code == 204
    after = client.post("/v1/ask", json={"question": "What opened in Narvik?"}).json()
    assert "Narvik" not in after["answer"]
    assert not any("Narvik" in item["cited_text"] for item in after["citations"])
    assert client.get(f"/v1/documents/{document_id}/text").status_code == 404
    assert not (data_dir / "uploads" / "secret.txt").exists()
    again = client.delete(f"/v1/documents/{document_id}")
    assert (again.status_code, again.json()["status"]) == (404, 404)


HOSTILE_NAMES = [
    "../../evil.txt", "..\\..\\evil.txt", "/etc/evil.txt", "C:\\evil.txt", "....//....//evil.txt", "..", ".", "", "/",
    "\\", "~/evil.txt", "%2e%2e%2fevil.txt", "..%c0%afevil.txt", "evil.txt/../../x.txt", "\u2025/evil.txt",
    "．．/evil.txt", ".hidden.txt", ".incoming", ".incoming/x.txt", "evil.txt\0.png", "new\nline.txt", "\u202etxt.exe",
    "\x1b[31mred.txt", "a" * 5_000 + ".txt", "汽" * 400 + ".txt", "x." + "y" * 400, "con.txt", "evil.txt.", " evil.txt",
    "$(reboot).txt", "-rf.txt", "`id`.txt", "a|b>c<d?.txt", "catalogue.sqlite", "../catalogue.sqlite",
    "file:///etc/passwd", "nul\x7f.txt", "a/b/c.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: ascii(name)[:40])
def test_a_name_is_reduced_to_one_that_leads_nowhere(name, tmp_path):
    safe = safe_name(name)
    path = tmp_path / safe
    assert path.parent == tmp_path
    assert path.resolve().parent == tmp_path.resolve()
    assert not safe.startswith(".")
    assert safe.isprintable()
    path.write_text("x", encoding="utf-8")
    assert [item.name for item in tmp_path.iterdir()] == [safe]
    assert safe_name(safe) == safe


def tree(folder: Path, *left_out: str) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in left_out and "uploads" not in path.parts and "chroma" not in path.parts
    }


def test_no_upload_lands_outside_the_uploads_folder(client, data_dir):
    """Names as they are sent, through the real server; everything around the folder of uploads stays as it was."""
    changing = ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "ingest.lock", "chroma.lock")
    (data_dir.parent / "beside.txt").write_text("x", encoding="utf-8")
    before = tree(data_dir.parent, *changing)
    catalogue = (data_dir / "catalogue.sqlite").stat().st_ino
    jobs = []
    for name in HOSTILE_NAMES:
        head = b'--b\r\ncontent-disposition: form-data; name="file"; filename="%s"\r\n\r\n' % name.encode().replace(
            b'"', b"%22"
        )
        response = client.post(
            "/v1/documents",
            content=head + about("Oslo") + b"\r\n--b--\r\n",
            headers={"content-type": "multipart/form-data; boundary=b"},
        )
        assert response.status_code in (202, 422, 503), response.text
        if response.status_code == 202:
            jobs.append(response)
        while response.status_code == 503:
            break
    for response in jobs:
        job_of(client, response)
    assert len(jobs) > 15
    assert tree(data_dir.parent, *changing) == before
    assert (data_dir / "catalogue.sqlite").stat().st_ino == catalogue
    for path in (data_dir / "uploads").rglob("*"):
        assert path.parent == data_dir / "uploads" or path.name == ".incoming"


def two_of_a_name(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/documents", files=[("file", ("a.txt", b"x")), ("file", ("../a.txt", b"y"))])


def six_files(client: httpx.Client) -> httpx.Response:
    return client.post("/v1/documents", files=[("file", (f"{number}.txt", b"x")) for number in range(6)])


def form(content: bytes, kind: str = "multipart/form-data; boundary=b"):
    return lambda client: client.post("/v1/documents", content=content, headers={"content-type": kind})


def from_elsewhere(client: httpx.Client) -> httpx.Response:
    headers = {"origin": "https://elsewhere.example"}
    return client.post("/v1/documents", files=[("file", ("a.txt", b"x"))], headers=headers)


@pytest.mark.parametrize(
    ("request_of", "status", "words"),
    [
        (lambda client: client.post("/v1/documents"), 415, "is not taken; send files"),
        (form(b"x", "text/plain"), 415, "text/plain"),
        (lambda client: client.post("/v1/documents", json={}), 422, "'url' is missing"),
        (lambda client: client.post("/v1/documents", json={"url": 7}), 422, "'url' is 7"),
        (lambda client: client.post("/v1/documents", json={"url": "x", "path": "/"}), 422, "'path' is not a field"),
        (form(b"{", "application/json"), 422, "not valid JSON"),
        (two_of_a_name, 422, "Two files"),
        (six_files, 413, "More than 5 files"),
        (form(b"--b\r\n"), 422, "upload"),
        (form(b"x", "multipart/form-data"), 422, "not valid multipart"),
        (from_elsewhere, 403, "another site"),
        (lambda client: client.get("/v1/jobs/none"), 404, "There is no job 'none'"),
        (lambda client: client.delete("/v1/documents/none"), 404, "There is no document 'none'"),
        (lambda client: client.delete("/v1/documents/..%2f..%2fx"), 404, ""),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_is_a_problem_with_a_sentence(client, request_of, status, words):
    response = request_of(client)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert words in response.json()["detail"]


def test_an_upload_over_the_limit_is_refused(client):
    assert upload(client, large__txt=b"x" * 3_500_000).status_code == 413
    chunks = (b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n', *[b"x" * 100_000] * 40)
    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/v1/documents", content=iter(chunks), headers=headers).status_code == 413


def test_a_page_of_this_server_may_upload(client):
    own = str(client.base_url).rstrip("/")
    response = client.post("/v1/documents", files=[("file", ("a.txt", about("Turku")))], headers={"origin": own})
    assert job_of(client, response)["state"] == "done"


def test_an_address_is_a_job_whose_outcome_says_what_became_of_it(client):
    """One on this machine is refused, whoever fetches; the server lives on."""
    job = job_of(client, client.post("/v1/documents", json={"url": "http://127.0.0.1:9/x"}))
    assert job["state"] == "failed"
    assert job["error"] or job["outcomes"][0]["message"]
    assert client.get("/livez").status_code == 200


def test_a_full_queue_is_told_to_come_back(tmp_path):
    """While the model is loading nothing is taken in, so that what is sent then waits."""
    with serving(tmp_path / "data", wait=False, JV_MAX_QUEUED_JOBS="2") as client:
        responses = [upload(client, **{f"f{number}__txt": about(f"Town{number}")}) for number in range(8)]
        refused = [response for response in responses if response.status_code == 503]
        taken = [response for response in responses if response.status_code == 202]
        assert refused
        assert taken
        assert all(int(response.headers["retry-after"]) > 0 for response in refused)
        assert "waiting already" in refused[0].json()["detail"]
        assert all(job_of(client, response)["state"] == "done" for response in taken)
        assert job_of(client, upload(client, later__txt=about("Later")))["state"] == "done"


@pytest.mark.parametrize("acknowledged", KILLED_AFTER)
def test_a_job_that_a_restart_cut_short_has_failed(acknowledged, tmp_path):
    """The server is killed with jobs in its queue: what they said was done is there, the next server says the rest."""
    data_dir = tmp_path / "data"
    with serving(data_dir, wait=False) as client:
        uploads = [{f"f{n}__txt": about(f"Town{n}"), f"g{n}__txt": about(f"Port{n}")} for n in range(4)]
        job_ids = [upload(client, **files).json()["job_id"] for files in uploads]
        deadline = time.monotonic() + 60
        while len(said := outcomes_of(client, job_ids)) < acknowledged:
            assert time.monotonic() < deadline, said
            time.sleep(0.01)
        kill_server_of(data_dir)
    with serving(data_dir, wait=False) as client:
        for job_id in job_ids:
            job = client.get(f"/v1/jobs/{job_id}").json()
            assert (job["state"], job["done"]) == ("done", 2) or (
                job["state"] == "failed" and "send the rest again" in job["error"]
            )
        listed = {entry["document_id"]: entry["source"] for entry in client.get("/v1/documents").json()["documents"]}
        assert said <= outcomes_of(client, job_ids) <= set(listed.items())
        for source in listed.values():
            town = source.removeprefix("uploads/f").removeprefix("uploads/g").removesuffix(".txt")
            assert (data_dir / source).read_bytes() in (about(f"Town{town}"), about(f"Port{town}"))
        assert not any((data_dir / "uploads" / ".incoming").iterdir())
        assert job_of(client, upload(client, again__txt=about("Again")))["state"] == "done"
    assert run_cli("check", "--data-dir", str(data_dir)).returncode == 0


def outcomes_of(client: httpx.Client, job_ids: list[str]) -> set[tuple[str, str]]:
    """Return the id and source of every document that the jobs say they have taken in."""
    jobs = [client.get(f"/v1/jobs/{job_id}").json() for job_id in job_ids]
    outcomes = [outcome for job in jobs for outcome in job["outcomes"]]
    assert all(outcome["status"] == "added" for outcome in outcomes), outcomes
    return {(outcome["document_id"], outcome["source"]) for outcome in outcomes}


def kill_server_of(data_dir: Path) -> None:
    """Kill the server, whose process id is written beside its jobs."""
    with closing(sqlite3.connect(data_dir / "catalogue.sqlite")) as connection:
        ((owner,),) = connection.execute("SELECT DISTINCT owner FROM jobs")
    os.kill(int(owner.rpartition(":")[2]), signal.SIGKILL)


@pytest.fixture
def jobs(tmp_path) -> Jobs:
    database = Database(tmp_path / "catalogue.sqlite")
    database.create()
    return Jobs(database)


def test_a_job_keeps_its_outcomes_in_order(jobs):
    job_id = jobs.add(2)
    jobs.start(job_id, 3)
    outcomes = [Outcome("a", "added", 3), Outcome("b", "failed", 0, 'It says "no".'), Outcome("c", "unchanged")]
    for outcome in outcomes:
        jobs.progress(job_id, outcome)
    jobs.finish(job_id)
    job = jobs.get(job_id)
    assert (job.state, job.total, list(job.outcomes)) == ("done", 3, outcomes)


@pytest.mark.parametrize(("owner", "state"), [("{me}", "failed"), ("elsewhere:1", "failed"), ("{host}:1", "running")])
def test_only_jobs_of_servers_that_are_no_more_are_given_up(owner, state, jobs):
    job_id = jobs.add(1)
    jobs.start(job_id, 1)
    owner = owner.format(me=f"{socket.gethostname()}:{os.getpid()}", host=socket.gethostname())
    with jobs._database.transaction() as connection:
        connection.execute("UPDATE jobs SET owner = ?", (owner,))
    jobs.fail_interrupted()
    assert jobs.get(job_id).state == state


def test_old_jobs_are_let_go_but_no_unfinished_one(jobs, monkeypatch):
    monkeypatch.setattr("assistant.jobs._KEPT", 5)
    unfinished = jobs.add(1)
    ids = [jobs.add(1) for _ in range(8)]
    for job_id in ids:
        jobs.finish(job_id, "x")
    newest = jobs.add(1)
    assert jobs.get(unfinished).state == "queued"
    assert jobs.get(newest).state == "queued"
    with pytest.raises(NotFoundError):
        jobs.get(ids[0])
