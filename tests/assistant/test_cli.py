"""The command line as a user types it, in processes of its own."""

import json
import shutil
import subprocess
import sys
import time
from contextlib import closing

import pytest

from assistant.settings import Settings, load_settings
from assistant.wiring import Assistant
from tests.assistant.conftest import environment_with, run_cli


def test_help_answers_in_under_a_second():
    """Measured against the bare interpreter: heavy imports in the wrong place cost several seconds."""
    started = time.monotonic()
    result = run_cli("--help")
    assert result.returncode == 0
    assert time.monotonic() - started < 1


def test_ask_shows_answer_sources_and_quotes(seed_dir):
    result = run_cli("ask", "Where is the Nissan N7 built?", "--data-dir", str(seed_dir))
    assert result.returncode == 0
    assert "Guangzhou" in result.stdout
    assert " [1] project brief, 2025" in result.stdout
    assert "“The N7 is built" in result.stdout
    assert "As of 2025" in result.stdout


def test_ask_as_json_is_the_contract(seed_dir):
    result = run_cli("ask", "Where is the Nissan N7 built?", "--json", "--data-dir", str(seed_dir))
    answer = json.loads(result.stdout)
    assert answer["status"] == "answered"
    assert answer["citations"][0]["cited_text"] in answer["answer"]


def test_an_abstention_is_done_and_shows_the_nearest_passages(seed_dir):
    result = run_cli("ask", "Write a poem about cars", "--data-dir", str(seed_dir))
    assert result.returncode == 0
    assert result.stdout.startswith("The documents do not say.")


def test_search_shows_both_ranks(seed_dir):
    result = run_cli("search", "registered capital", "--limit", "1", "--data-dir", str(seed_dir))
    assert "(words 1, meaning" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("ask", "a b", "--data-dir", "/nonexistent"), 5, "jv-assistant ingest --seeds"),
        (("ask",), 2, "Missing argument"),
        (("ingest",), 2, "give files, folders or addresses"),
        (("unknown",), 2, "No such command"),
        (("serve", "--port", "99999"), 2, "65535"),
    ],
    ids=lambda value: "-".join(value)[:40] if isinstance(value, tuple) else str(value)[:20],
)
def test_errors_have_a_status_and_a_sentence(arguments, status, words):
    result = run_cli(*arguments)
    assert result.returncode == status
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("ask", "  "), "The question is empty"), (("ask", "a b", "--as-of", "2025-13"), "has no month 13")],
)
def test_a_question_that_cannot_be_taken(seed_dir, arguments, words):
    result = run_cli(*arguments, "--data-dir", str(seed_dir))
    assert (result.returncode, words in result.stderr) == (2, True)


def test_an_unknown_setting_is_refused_with_the_nearest_name(seed_dir):
    result = run_cli("ask", "a b", JV_DATA_DIRR="x")
    assert (result.returncode, result.stderr.strip()) == (2, "JV_DATA_DIRR is not a setting; did you mean JV_DATA_DIR?")


def test_ingest_goes_on_after_files_it_cannot_read(tmp_path):
    """One line for each file that is not taken in; those met in a folder and unknown are skipped, not failed."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "good.txt").write_text("Orion Motors owns 51 percent of the venture with Vega Auto.", encoding="utf-8")
    (folder / "empty.md").write_text("", encoding="utf-8")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (folder / "deck.pptx").write_bytes(b"PK\x03\x04")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 8)
    result = run_cli("ingest", str(folder), "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith(("failed", "skipped"))]
    assert sorted(line.split(":")[0] + " " + line.split(":")[1].rsplit("/", 1)[1] for line in lines) == [
        "failed binary.txt",
        "failed empty.md",
        "skipped deck.pptx",
        "skipped photo.png",
    ]
    again = run_cli("ingest", str(folder / "good.txt"), "--data-dir", str(tmp_path / "data"))
    assert (again.returncode, again.stdout.split()[-7:]) == (0, ["0", "0", "1", "0", "0", "0", "1"])
    named = run_cli("ingest", str(folder / "deck.pptx"), "--data-dir", str(tmp_path / "data"))
    assert named.returncode == 1


def test_two_parallel_ingests_lose_nothing(tmp_path):
    """Both runs write the same catalogue at once; every document of both is there afterwards, whole."""
    runs = []
    for name in ("left", "right"):
        folder = tmp_path / name
        folder.mkdir()
        for number in range(12):
            text = f"Venture {name} {number} was founded in {1990 + number} by Orion Motors and Vega Auto."
            (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "assistant", "ingest", str(folder), "--data-dir", str(tmp_path / "data")]
        runs.append(subprocess.Popen(command, env=environment_with(), stderr=subprocess.PIPE, stdout=subprocess.PIPE))
    for run in runs:
        _, errors = run.communicate(timeout=120)
        assert run.returncode == 0, errors
    listed = run_cli("documents", "list", "--data-dir", str(tmp_path / "data")).stdout
    assert sum(".txt" in line for line in listed.splitlines()) == 24
    checked = run_cli("check", "--data-dir", str(tmp_path / "data"))
    assert checked.stdout.strip() == "The index is clean."


def test_reindex_brings_every_answer_back_after_the_vectors_are_deleted(raw_dir, tmp_path):
    data_dir = tmp_path / "data"
    shutil.copytree(raw_dir, data_dir)
    # No exact scan, so that every search goes through Chroma.
    settings = load_settings(data_dir=data_dir, exact_scan_chunks=0)
    questions = ("Where is the N7 manufactured?", "How many employees will Nissan cut?", "What does BBA stand for?")

    def answers():
        with closing(Assistant.open(settings=settings)) as assistant:
            found = [assistant.ask(question) for question in questions]
        return [(answer.answer, answer.citations) for answer in found]

    before = answers()
    shutil.rmtree(data_dir / "chroma")
    assert answers() == before  # scored from the catalogue meanwhile
    result = run_cli("reindex", "--data-dir", str(data_dir))
    assert result.stdout.strip() == "41 vectors written."
    assert (data_dir / "chroma" / "chroma.sqlite3").exists()
    assert answers() == before


def test_documents_are_shown_and_removed(tmp_path):
    document = tmp_path / "venture.md"
    document.write_text("Orion Motors owns 51 percent of the venture with Vega Auto.\n", encoding="utf-8")
    data = ("--data-dir", str(tmp_path / "data"))
    assert run_cli("ingest", str(document), *data).returncode == 0
    document_id = run_cli("documents", "list", *data).stdout.splitlines()[1].split()[0]
    assert "51 percent" in run_cli("documents", "show", document_id, *data).stdout
    assert run_cli("documents", "remove", document_id, *data).returncode == 0
    assert run_cli("documents", "show", document_id, *data).returncode == 1
    assert "There are no documents yet" in run_cli("ask", "Who owns the venture?", *data).stdout


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = run_cli("ingest", "--seeds", "--data-dir", str(tmp_path / "file" / "data"))
    assert result.returncode == 1
    assert "choose another with --data-dir" in result.stderr


def test_every_setting_is_documented_in_the_readme():
    from pathlib import Path

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"| `JV_{name.upper()}` | " in readme, name
        assert str(field.description) in readme, name


def test_every_command_is_documented_in_the_readme():
    from pathlib import Path

    from assistant.cli import app, documents_app, feedback_app

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    groups = [f"documents {command.name}" for command in documents_app.registered_commands]
    groups += [f"feedback {command.name}" for command in feedback_app.registered_commands]
    for name in [*names, *groups]:
        assert f"jv-assistant {name}" in readme, name
