"""The HTML report: one self-contained file that loads nothing from anywhere."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.evaluation import report_views as views
from assistant.evaluation.compare import Comparison
from assistant.evaluation.measures import BY_NAME
from assistant.evaluation.plots import Bar, count_plot, share_plot, time_plot
from assistant.evaluation.scoring import Latency, Scores, latencies

_TEMPLATE = "report.html.j2"


def render_report(scores: Scores, comparison: Comparison | None = None) -> str:
    """Return the report's page. Everything that comes from questions, answers and documents is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    timings = latencies(case.case for case in scores.cases)
    return environment.get_template(_TEMPLATE).render(
        scores=scores,
        run=scores.run,
        comparison=comparison,
        verdict=views.verdict(scores),
        headlines=views.headlines(scores, comparison),
        kinds=views.kind_rows(scores),
        kind_measures=[BY_NAME[name] for name in views.KIND_MEASURES],
        measures=views.measure_rows(scores),
        failures=views.failures_by_step(scores),
        meanings=views.STEP_MEANINGS,
        latencies=timings,
        changes_of=views.changes_of,
        difference_interval=views.difference_interval,
        plots=_plots(scores, timings),
    )


def write_report(path: Path, scores: Scores, comparison: Comparison | None = None) -> None:
    """Write the report's page to `path`."""
    path.write_text(render_report(scores, comparison), encoding="utf-8")


def _plots(scores: Scores, timings: list[Latency]) -> dict[str, Markup]:
    """Return the page's plots by name, as SVG that need not be escaped: matplotlib has escaped every label."""
    shares = [
        Bar(kind, value.mean, value.low, value.high, f"{value.n}") for kind, value in views.shares_by_kind(scores)
    ]
    losses = [Bar(str(step), count) for step, count in scores.losses().items()]
    times = [Bar(_short(item.step), item.median, high=item.p95) for item in timings]
    plots = {"kinds": share_plot(shares, "Share handled right by kind of question")}
    if losses:
        plots["losses"] = count_plot(losses, "Failures by the step that lost the answer")
    if times:
        plots["times"] = time_plot(times, "Time of each step of answering")
    return {name: Markup(svg) for name, svg in plots.items()}


def _short(step: str) -> str:
    """Return a step's name, which a server may have made up, as the plot can show it."""
    return step[:24].encode("ascii", "replace").decode()
