"""The command line: `jv-assistant COMMAND`. Heavy parts are imported when a command needs them."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant import connecting
from assistant.errors import SettingsError
from index.errors import JvError, NoIndexError

if TYPE_CHECKING:
    from assistant.wiring import Assistant
    from index.build import Outcome, Status
    from index.sources import SourceFile

app = typer.Typer(
    help="Ask about automakers' joint ventures; every sentence of an answer is tied to a verbatim quote.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
documents_app = typer.Typer(help="List, show and remove indexed documents.", no_args_is_help=True)
app.add_typer(documents_app, name="documents")
feedback_app = typer.Typer(help="What readers thought of answers.", no_args_is_help=True)
app.add_typer(feedback_app, name="feedback")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the index (else JV_DATA_DIR, else ./data).")
]

_STATUSES: "tuple[Status, ...]" = (
    "renamed", "duplicate", "removed", "added", "replaced", "unchanged", "skipped", "failed"
)  # fmt: skip
_PLANNED: "dict[Status, str]" = {
    "added": "add", "replaced": "replace", "renamed": "rename", "removed": "remove", "skipped": "skip", "failed": "fail"
}  # fmt: skip
_WAITING = "Another ingest is running; waiting up to 60 s."

_out = Console(highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 220)
_err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Run the program; whatever goes wrong is one line and an exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        app()
    except JvError as error:
        _err.print(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        _err.print("Stopped. Everything finished before is kept.")
        sys.exit(130)
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        _err.print(f"Something unexpected went wrong ({type(error).__name__}: {error}). Please report it.")
        sys.exit(1)


_UNFOLDED = 10_000  # columns: what is read by a program is not folded


@app.command()
def ingest(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, folders (docs/documents.md lists the formats) or addresses of pages and feeds."),
    ] = None,
    seeds: Annotated[bool, typer.Option("--seeds", help="The briefs that ship with the program.")] = False,
    sync: Annotated[
        bool, typer.Option("--sync", help="Also remove documents whose file is gone from a folder.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Take documents into the index; what is there already is left as it is."""
    from index.sources import SEED_PREFIX, find_files, find_seeds, folder_prefix, is_address

    if not paths and not seeds:
        raise typer.BadParameter("give files, folders or addresses, or --seeds")
    addresses = [path for path in paths or [] if is_address(path)]
    places = [Path(path) for path in paths or [] if not is_address(path)]
    prefixes = ([SEED_PREFIX] if seeds else []) + [folder_prefix(place) for place in places] if sync else []
    files = (find_seeds() if seeds else []) + find_files(places)
    with _planning(data_dir) if dry_run else _assistant(data_dir, create=True) as assistant, _progress() as progress:
        files += _fetch(assistant, addresses, progress)
        task = progress.add_task("Reading", total=len(files))

        def show(outcome: "Outcome") -> None:
            progress.update(task, advance=1, description=_printable(Path(outcome.source).name[:40]))
            _print_outcome(outcome, planned=dry_run)

        if dry_run:
            outcomes = assistant.plan(files, show, prefixes)
        else:
            outcomes = assistant.ingest(files, show, lambda: _err.print(_WAITING), prefixes)
        generation = assistant.catalogue.generation
    _print_counts(outcomes, generation)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question in plain language.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Only what was published by YYYY[-MM[-DD]].")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also show which sentences were considered, and why.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Answer one question from the index."""
    from assistant.prompts import load_prompts
    from assistant.rendering import render_answer, render_explanation

    with _assistant(data_dir) as assistant:
        answer = assistant.ask(question, as_of=as_of)
        explanation = assistant.explain(question, as_of=as_of) if explain else None
    if as_json:
        document = answer.model_dump(mode="json")
        if explanation:
            document["explanation"] = explanation.model_dump(mode="json")
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        if explanation:
            _out.print(render_explanation(explanation) + "\n")
        _out.print(render_answer(answer, load_prompts().nearest, datetime.now(UTC).date()))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Words or a question.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many passages.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the passages as JSON.")] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Only what was published by YYYY[-MM[-DD]].")] = None,
    data_dir: DataDir = None,
) -> None:
    """Show the passages nearest to a query, with their ranks by words and by meaning."""
    from assistant.rendering import render_hits

    with _assistant(data_dir) as assistant:
        hits = assistant.search(query, limit=limit, as_of=as_of)
    if as_json:
        sys.stdout.write("[" + ",\n ".join(hit.model_dump_json() for hit in hits) + "]\n")
    else:
        _out.print(render_hits(hits))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the HTTP API; it starts at once and is ready when model and index are."""
    from assistant.keys import require_keys_in_public
    from assistant.settings import load_settings
    from index.lexicon import load_lexicon

    settings = load_settings(data_dir=data_dir, host=host, port=port)
    require_keys_in_public(settings.host, settings.api_keys)
    load_lexicon(settings.lexicon)
    from assistant.api.serving import serve as serve_api

    serve_api(settings, lambda: _err.print(f"Serving on http://{settings.host}:{settings.port} (stop with Ctrl-C)"))


app.command()(connecting.slack)
app.command()(connecting.mcp)


@app.command("key")
def make_key(name: Annotated[str, typer.Argument(help="Whose key it is, as the log shall call it.")]) -> None:
    """Make an API key; it is shown once, and nothing of it is kept."""
    from assistant.keys import make_key

    key, entry = make_key(name)
    _err.print("Give this key to whoever is to use the API; it cannot be shown again:")
    _out.print(key)
    _err.print("Add this entry to JV_API_KEYS (entries are separated by commas); take it out to revoke the key:")
    _out.print(entry)


@app.command()
def check(data_dir: DataDir = None) -> None:
    """Say whether the index is whole; repair what can be repaired."""
    with _assistant(data_dir) as assistant:
        findings = assistant.check()
    for finding in findings:
        _out.print(f"{'repaired' if finding.repaired else 'damage'}: {finding.problem}")
    if any(not finding.repaired for finding in findings):
        raise typer.Exit(1)
    _out.print("The index is whole." if findings else "The index is clean.")


@app.command()
def reindex(data_dir: DataDir = None) -> None:
    """Make the vector index anew from the catalogue."""
    with _assistant(data_dir) as assistant, _progress() as progress:
        task = progress.add_task("Vectors", total=assistant.catalogue.count_chunks())
        written = assistant.reindex(lambda done: progress.update(task, advance=done))
    _out.print(f"{written} vectors written.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="File to write.")], data_dir: DataDir = None) -> None:
    """Write the whole index into one file, also while others use it."""
    with _assistant(data_dir) as assistant:
        assistant.back_up(file)
    _out.print(f"Written to {_printable(str(file))}.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that 'backup' wrote.")], data_dir: DataDir = None
) -> None:
    """Put a backup in place of the whole index, its answers and feedback."""
    from index.backup import require_backup

    require_backup(file)
    with _assistant(data_dir, create=True) as assistant:
        assistant.restore(file)
        documents = assistant.catalogue.count_documents()
    _out.print(f"Restored {documents} documents.")


@app.command()
def evaluate(
    questions: Annotated[Path, typer.Argument(metavar="SET", help="A question set, or a folder of them.")],
    target: Annotated[str | None, typer.Option(help="Address of a running server to ask instead.")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for report.html and run.json.")] = None,
    baseline: Annotated[Path | None, typer.Option(help="A run.json to compare with; exit 1 on a regression.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Score the answers against a question set."""
    try:
        from assistant.evaluation.command import run_evaluation
    except ModuleNotFoundError as error:
        raise SettingsError(f"'{error.name}' is missing; run: pip install 'jv-assistant[evaluation]'") from error
    with ExitStack() as stack:
        status = run_evaluation(
            questions,
            assistant_factory=lambda: stack.enter_context(_assistant(data_dir)),
            console=_out,
            target_url=target,
            report_dir=report,
            baseline=baseline,
        )
    raise typer.Exit(status)


@feedback_app.command("export")
def export_feedback(data_dir: DataDir = None) -> None:
    """Print readers' feedback as draft questions for a question set."""
    from assistant.evaluation.feedback import draft_questions

    with _assistant(data_dir) as assistant:
        sys.stdout.write(draft_questions(assistant.feedback()))


@documents_app.command("list")
def list_documents(data_dir: DataDir = None) -> None:
    """List the documents of the index."""
    with _assistant(data_dir) as assistant:
        documents = assistant.documents()
        kin = assistant.kin(documents)
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "published", "publisher", "title", "source", "language", "chunks", "copies"):
        table.add_column(heading, no_wrap=heading in ("id", "published"), overflow="fold")
    for info in documents:
        meta, of_kin = info.metadata, kin[info.document_id]
        row = (info.document_id, meta.published or "-", meta.publisher or "-", meta.title or "-", info.source)
        copies = [f"= {source}" for source in of_kin.copies] + [f"~ {other}" for other in of_kin.near_copies]
        counted = (meta.language or "-", str(info.chunks), ", ".join(copies) or "-")
        table.add_row(*map(_printable, (*row, *counted)))
    (_out if _out.is_terminal else Console(width=_UNFOLDED)).print(table)


@documents_app.command("show")
def show_document(document_id: str, data_dir: DataDir = None) -> None:
    """Print a document's text, the one that citations point into; its metadata goes to standard error."""
    with _assistant(data_dir) as assistant:
        info, text = assistant.catalogue.document(document_id), assistant.text(document_id)
    for name in ("title", "publisher", "author", "published", "url", "language"):
        if value := getattr(info.metadata, name):
            _err.print(f"{name}: {value}")
    _out.print(text)


@documents_app.command("remove")
def remove_document(document_id: str, data_dir: DataDir = None) -> None:
    """Remove a document; it is never cited again."""
    with _assistant(data_dir) as assistant:
        assistant.remove(document_id)
    _out.print(f"Removed {document_id}.")


@contextmanager
def _assistant(data_dir: Path | None, *, create: bool = False) -> "Iterator[Assistant]":
    from assistant.wiring import Assistant

    assistant = Assistant.create(data_dir) if create else Assistant.open(data_dir)
    try:
        yield assistant
    finally:
        assistant.close()


def _fetch(assistant: "Assistant", addresses: list[str], progress: Progress) -> "list[SourceFile]":
    if not addresses:
        return []
    task = progress.add_task("Fetching", total=None)
    files = assistant.fetch(addresses, lambda address: progress.update(task, advance=1, description=address[:60]))
    progress.remove_task(task)
    return files


@contextmanager
def _planning(data_dir: Path | None) -> "Iterator[Assistant]":
    """Open the index; where there is none, an empty one for the time being, so that nothing is written."""
    try:
        with _assistant(data_dir) as assistant:
            yield assistant
    except NoIndexError:
        with TemporaryDirectory() as folder, _assistant(Path(folder), create=True) as assistant:
            yield assistant


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    seen, apart = _err.is_terminal, not sys.stdout.isatty()
    return Progress(*columns, console=_err, transient=True, redirect_stdout=not apart, disable=not seen)


def _print_outcome(outcome: "Outcome", *, planned: bool) -> None:
    """Print a line for a file as soon as it is done: what was stored is stored from then on."""
    word = _PLANNED.get(outcome.status, outcome.status) if planned else outcome.status
    line = f"{word}: {outcome.source}" + (f": {outcome.message}" if outcome.message else "")
    if outcome.status in ("failed", "skipped"):
        _err.print(_printable(line))
    elif planned or outcome.status != "unchanged":
        _out.print(_printable(line))


def _print_counts(outcomes: "list[Outcome]", generation: int) -> None:
    statuses = [outcome.status for outcome in outcomes]
    table = Table(*_STATUSES, "chunks", "generation", box=None, pad_edge=False)
    counts = [statuses.count(status) for status in _STATUSES]
    table.add_row(*map(str, (*counts, sum(outcome.chunks for outcome in outcomes), generation)))
    _out.print(table)


def _printable(text: str) -> str:
    """Return `text` as one line: a file's name may hold line breaks and what commands a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
