"""The report's plots as inline SVG. Colours are CSS variables of the page, so that they follow its dark mode."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

_WIDTH_INCHES = 6.2
_ROW_INCHES = 0.34
_MARGIN_INCHES = 0.62
# Colours that occur nowhere else, each replaced by the CSS variable of that name.
_INK, _FAINT, _LINE, _GOOD, _BAD = "#010203", "#040506", "#070809", "#0a0b0c", "#0d0e0f"
_VARIABLES = {_INK: "ink", _FAINT: "faint", _LINE: "line", _GOOD: "accent", _BAD: "bad"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "svg.hashsalt": "jv-assistant",
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _FAINT,
    "axes.edgecolor": _LINE,
    "xtick.color": _FAINT,
    "ytick.color": _INK,
    "grid.color": _LINE,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a plot: a value, and how far it may reach (an interval, or a second value such as the p95)."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""


def share_plot(rows: Sequence[Bar], description: str) -> str:
    """Return a dot for each share (0 to 1) with its interval, as SVG."""
    with rc_context(_STYLE):
        figure, axes = _rows(len(rows))
        for place, row in enumerate(rows):
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=_GOOD, linewidth=2.2, alpha=0.45)
            axes.plot(row.value, place, "o", color=_GOOD, markersize=7.5, clip_on=False, zorder=3)
            axes.text(1.04, place, row.note, va="center", color=_FAINT, fontsize=10)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        return _svg(figure, axes, [row.label for row in rows], description)


def count_plot(rows: Sequence[Bar], description: str) -> str:
    """Return a bar for each count with the count at its end, as SVG."""
    with rc_context(_STYLE):
        figure, axes = _rows(len(rows))
        most = max(row.value for row in rows)
        axes.barh(range(len(rows)), [row.value for row in rows], height=0.52, color=_BAD, alpha=0.8)
        for place, row in enumerate(rows):
            axes.text(row.value + 0.015 * most, place, f"{row.value:.0f}", va="center", color=_INK)
        axes.set_xlim(0, 1.12 * most)
        axes.set_xticks([])
        return _svg(figure, axes, [row.label for row in rows], description)


def time_plot(rows: Sequence[Bar], description: str) -> str:
    """Return for each step a bar up to the median and a thin line on to the p95 (`high`), milliseconds, as SVG."""
    with rc_context(_STYLE):
        figure, axes = _rows(len(rows))
        axes.barh(range(len(rows)), [row.value for row in rows], height=0.42, color=_GOOD, alpha=0.85)
        for place, row in enumerate(rows):
            axes.plot([row.value, row.high or row.value], [place, place], color=_GOOD, linewidth=1.6, alpha=0.55)
            axes.plot(row.high or row.value, place, "|", color=_GOOD, markersize=9, alpha=0.8)
        axes.set_xlim(left=0)
        axes.set_xlabel("milliseconds: bar to the median, line to the p95")
        return _svg(figure, axes, [row.label for row in rows], description)


def _rows(count: int) -> tuple[Figure, Axes]:
    """Return a figure with room for `count` rows, the first on top, and its axes."""
    figure = Figure(figsize=(_WIDTH_INCHES, _MARGIN_INCHES + _ROW_INCHES * count), layout="constrained")
    axes = figure.subplots()
    axes.set_ylim(count - 0.5, -0.5)
    axes.grid(axis="x", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, pad=6)
    return figure, axes


def _svg(figure: Figure, axes: Axes, labels: Sequence[str], description: str) -> str:
    """Return the figure as an SVG element without size, fonts or metadata of its own."""
    axes.set_yticks(range(len(labels)), labels)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None})
    svg = written.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S)
    svg = re.sub(r"<style.*?</style>| font-family: [^;]*;", "", svg, flags=re.S)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg))
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{description}"', 1)
