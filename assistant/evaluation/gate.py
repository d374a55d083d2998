"""The gate: the development questions, asked of a fresh index, compared with the committed baselines."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from assistant.evaluation.baseline import baseline_of, load_baseline, save_baseline
from assistant.evaluation.command import ask_all, write_files
from assistant.evaluation.compare import Comparison, below_floor, compare
from assistant.evaluation.questions import QuestionSet, load_questions
from assistant.evaluation.scoring import Scores, score
from assistant.evaluation.table import print_comparison, print_scores
from assistant.evaluation.targets import Target

RENEW = "make baseline"


@dataclass(frozen=True, slots=True)
class Workshop:
    """How the gate makes what it asks.

    `build_index(data_dir, folder)` ingests the documents of `folder`; `open_assistant(data_dir)` opens the
    program on the index and closes it again.
    """

    build_index: Callable[[Path, Path], None]
    open_assistant: Callable[[Path], AbstractContextManager[Target]]


def run_gate(
    sets: Path,
    corpora: Mapping[str, Path],
    baselines: Path,
    console: Console,
    workshop: Workshop,
    *,
    renew: bool = False,
    report_dir: Path | None = None,
) -> int:
    """Ask the question sets at `sets` of each corpus and return the exit status: 0, or 1 on a regression.

    `corpora` maps a corpus to the folder of its documents; one whose folder is absent is skipped with a line.
    `baselines` holds a baseline for each, `<corpus>.json`; `renew` writes them instead of comparing. Reports go
    to `report_dir`/<corpus> if it is given.
    """
    loaded = load_questions(sets)
    passed = True
    for corpus, folder in corpora.items():
        chosen = [item for item in loaded if item.corpus == corpus]
        if not folder.is_dir():
            _say(console, f"{corpus}: skipped, there is no folder {folder}")
        elif chosen:
            scores = _evaluate(chosen, folder, console, workshop)
            baseline = baselines / f"{corpus}.json"
            comparison = None if renew or not baseline.exists() else compare(load_baseline(baseline), scores)
            passed = _settle(scores, comparison, baseline, console, renew=renew) and passed
            if report_dir:
                write_files(report_dir / corpus, scores, comparison, console)
    return 0 if passed else 1


def _evaluate(sets: list[QuestionSet], folder: Path, console: Console, workshop: Workshop) -> Scores:
    """Build an index of `folder` that lasts as long as the questions, and score the answers."""
    with TemporaryDirectory(prefix="jv-gate-") as data_dir:
        workshop.build_index(Path(data_dir), folder)
        with workshop.open_assistant(Path(data_dir)) as assistant:
            scores = score(ask_all(assistant, sets, console))
    print_scores(console, scores)
    return scores


def _settle(scores: Scores, comparison: Comparison | None, baseline: Path, console: Console, *, renew: bool) -> bool:
    """Show the comparison, or write the baseline anew; return whether the run passes."""
    if comparison:
        print_comparison(console, comparison)
        if comparison.is_regression:
            _say(console, f"If this is wanted, renew the baseline: `{RENEW}`.")
        return not comparison.is_regression
    if renew:
        save_baseline(baseline_of(scores), baseline)
        _say(console, f"Baseline written: {baseline}")
    else:
        _say(console, f"There is no baseline {baseline}; make it with `{RENEW}`.", style="bold red")
    for reason in below_floor(scores):
        _say(console, f"  regression: {reason}", style="bold red")
    return renew and not below_floor(scores)


def _say(console: Console, line: str, style: str | None = None) -> None:
    console.print(line, style=style, highlight=False, markup=False, soft_wrap=True)
