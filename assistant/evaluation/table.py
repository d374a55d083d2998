"""The terminal's tables: a run by kind with intervals, and what changed since the baseline."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from assistant.evaluation.bootstrap import Estimate
from assistant.evaluation.compare import Comparison
from assistant.evaluation.measures import BY_NAME
from assistant.evaluation.report_views import changes_of, interval_text, verdict
from assistant.evaluation.scoring import CaseScore, Scores, latencies, means

_COLUMNS = ("right", "fact_recall", "abstention_recall", "citation_exactness", "retrieval_recall", "words")


def print_scores(console: Console, scores: Scores) -> None:
    """Print the run by kind, the whole run, where answers were lost, and how long one takes."""
    table = Table(title=", ".join(scores.run.sets), title_justify="left", box=None, pad_edge=False)
    table.add_column("kind", no_wrap=True)
    table.add_column("n", justify="right")
    for name in _COLUMNS:
        table.add_column(BY_NAME[name].label.lower(), justify="right")
    for kind, cases in scores.by_kind().items():
        table.add_row(kind, *_cells(cases))
    table.add_section()
    table.add_row("all", *_cells(scores.cases), style="bold")
    console.print(table)
    console.print(f"\n{verdict(scores)}", highlight=False)
    if losses := scores.losses():
        lost = ", ".join(f"{step} {count}" for step, count in losses.items())
        console.print(f"Answers lost: {lost}.", highlight=False)
    _print_rest(console, scores)


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print how the run compares with its baseline, and why it may not pass if it may not."""
    counts = {kind: len(changes_of(comparison, kind)) for kind in ("fixed", "broken", "still wrong")}
    counted = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    against = f"Against the baseline of {comparison.baseline.date}, on {comparison.shared} questions: {counted}."
    console.print(against, highlight=False)
    if comparison.new or comparison.gone:
        new, gone = len(comparison.new), len(comparison.gone)
        console.print(f"Not compared, because new, changed or gone: {new} here, {gone} there.", highlight=False)
    for change in changes_of(comparison, "broken"):
        step = change.after.loss.step if change.after.loss else ""
        console.print(f"  broken ({step}): {change.after.case.question.question}", highlight=False, markup=False)
    for reason in comparison.reasons():
        console.print(f"  regression: {reason}", style="bold red", highlight=False, markup=False)


def _print_rest(console: Console, scores: Scores) -> None:
    total = [item for item in latencies(score.case for score in scores.cases) if item.step == "total"]
    for item in total:
        console.print(f"An answer takes {item.median:.0f} ms (median), {item.p95:.0f} ms (p95).", highlight=False)
    for unjudged in scores.unjudged:
        line = f"Not judged: {unjudged.case_id}, {unjudged.what}: {unjudged.why}"
        console.print(line, style="yellow", highlight=False, markup=False)


def _cells(cases: Sequence[CaseScore]) -> list[str]:
    found = means(cases)
    return [str(len(cases)), *(_cell(name, found.get(name)) for name in _COLUMNS)]


def _cell(name: str, value: Estimate | None) -> str:
    if value is None:
        return "–"
    interval = interval_text(value, BY_NAME[name])
    return f"{BY_NAME[name].show(value.mean)} [dim]{interval}[/]" if interval else BY_NAME[name].show(value.mean)
