"""`jv-assistant evaluate SET`: ask, score, show, write the report, compare with a baseline."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from assistant.evaluation.baseline import load_baseline
from assistant.evaluation.compare import Comparison, compare
from assistant.evaluation.errors import RunFileError
from assistant.evaluation.judge import Judge
from assistant.evaluation.questions import QuestionSet, load_questions
from assistant.evaluation.run_file import Run, save_run
from assistant.evaluation.runner import IN_PROCESS, run_sets
from assistant.evaluation.scoring import Scores, score
from assistant.evaluation.table import print_comparison, print_scores
from assistant.evaluation.targets import HttpTarget, Target

RUN_FILE = "run.json"
REPORT_FILE = "report.html"


def run_evaluation(
    set_path: Path,
    *,
    assistant_factory: Callable[[], Target],
    console: Console,
    target_url: str | None = None,
    api_key: str | None = None,
    report_dir: Path | None = None,
    baseline: Path | None = None,
    settings: Mapping[str, str] | None = None,
    judge: Judge | None = None,
) -> int:
    """Evaluate the question sets at `set_path` and return the exit status: 0, or 1 on a regression.

    `assistant_factory` opens the program in this process and is called only without `target_url`. `settings` are
    written down in the run. Raises JvError for a set, a baseline or a target that cannot be used.
    """
    sets = load_questions(set_path)
    before = load_baseline(baseline, judge) if baseline else None
    with _open_target(target_url, api_key, assistant_factory) as target:
        run = ask_all(target, sets, console, target_name=target_url or IN_PROCESS, settings=settings, judge=judge)
    scores = score(run, judge)
    print_scores(console, scores)
    comparison = compare(before, scores) if before else None
    if comparison:
        print_comparison(console, comparison)
    if report_dir:
        write_files(report_dir, scores, comparison, console)
    return int(comparison is not None and comparison.is_regression)


def ask_all(
    target: Target,
    sets: Sequence[QuestionSet],
    console: Console,
    *,
    target_name: str = IN_PROCESS,
    settings: Mapping[str, str] | None = None,
    judge: Judge | None = None,
) -> Run:
    """Run the sets behind a progress bar, which disappears when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Asking", total=sum(len(item.questions) for item in sets))
        return run_sets(
            target,
            sets,
            target_name=target_name,
            settings=settings,
            judge=judge,
            on_case=lambda _: progress.advance(task),
        )


def _open_target(
    url: str | None, api_key: str | None, assistant_factory: Callable[[], Target]
) -> AbstractContextManager[Target]:
    return HttpTarget(url, api_key=api_key) if url else nullcontext(assistant_factory())


def write_files(folder: Path, scores: Scores, comparison: Comparison | None, console: Console) -> None:
    """Write run.json and the report's page into `folder` and say where they are."""
    from assistant.evaluation.report import write_report  # matplotlib is loaded only for a report

    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_run(scores.run, folder / RUN_FILE)
        write_report(folder / REPORT_FILE, scores, comparison)
    except OSError as error:
        raise RunFileError(f"The report cannot be written to {folder} ({error}); choose another --report") from error
    console.print(f"Report: {folder / REPORT_FILE}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"Run: {folder / RUN_FILE}", highlight=False, markup=False, soft_wrap=True)
