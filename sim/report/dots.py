"""Rows of dots with their intervals, in one or several panels: the figure that most parts use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.report.answer import verdict
from sim.report.drawing import (
    BASELINE,
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    PURPLE,
    VERMILION,
    WIDTH,
    canvas,
    panel,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import VERDICT_MARKS, numbered
from sim.report.results import Difference, Estimate, Results, What, measure
from sim.report.wording import amounts, changes

Style = tuple[str, str, str]
"""A marker, its filling and its edge."""

SERIES: tuple[Style, ...] = (
    ("o", "white", BASELINE),
    ("o", BLUE, BLUE),
    ("s", VERMILION, VERMILION),
    ("^", GREEN, GREEN),
    ("D", PURPLE, PURPLE),
)
"""The baseline, then the scenarios: told apart by shape as well as by colour."""


@dataclass(frozen=True)
class Point:
    """One value with its interval, if it has one."""

    value: float
    low: float | None = None
    high: float | None = None
    style: Style | None = None
    """How it is marked, if not as its series."""
    said: tuple[float | None, ...] = ()
    """The numbers that stand beside it, if not its own."""


@dataclass(frozen=True)
class Panel:
    """One column of a figure: a measure, with a point for each row and series."""

    title: str
    unit: str
    points: Mapping[tuple[str, str], Point]
    """By row and series."""
    is_change: bool = False
    says_numbers: bool = False
    """Whether each point's numbers stand beside it (with one series)."""
    line_at: float | None = None
    """Where a dashed line stands."""
    within: float | None = None
    """A shaded band around 0 reaches this far to either side."""


def level_point(found: Estimate | None) -> Point | None:
    """A mean as a point."""
    return Point(found.mean, found.low, found.high) if found else None


def change_point(what: What, found: Difference | None) -> Point | None:
    """A difference as a point, marked by what it shows."""
    if found is None:
        return None
    marker, fill, edge, _ = VERDICT_MARKS[verdict(what, found)]
    return Point(found.difference, found.low, found.high, (marker, fill, edge))


TICK_INCHES = 0.6
"""What the longest number under a figure takes, and a gap."""


def points_of(
    pairs: Mapping[tuple[str, str], Point | None],
) -> dict[tuple[str, str], Point]:
    """The points that there are."""
    return {key: point for key, point in pairs.items() if point is not None}


def dot_figure(
    rows: Sequence[str],
    series: Sequence[str],
    panels: Sequence[Panel],
    headings: Sequence[str] = (),
    styles: Sequence[Style] = SERIES,
    key: Sequence[tuple[Style, str]] = (),
    label_inches: float = 2.1,
) -> Figure:
    """A figure of rows and panels; ``headings`` are the rows that only name those below them."""
    labels = [wrapped(row, int(label_inches * 13), 2) for row in rows]
    thick = 0.27 if len(series) < 3 else 0.34
    if any("\n" in label for label in labels):
        thick = max(thick, 0.33)
    top, gap = (0.3 if key else 0.05) + 0.12, 0.2
    numbers = [1.42 if each.says_numbers else 0.0 for each in panels]
    wide = (WIDTH - label_inches - 0.2 - gap * (len(panels) - 1) - sum(numbers)) / len(panels)
    titles = [wrapped(each.title, max(18, int(wide * 14)), 4) for each in panels]
    bottom = 0.34 + 0.145 * max(title.count("\n") + 1 for title in titles)
    high = thick * len(rows)
    figure = canvas(top + bottom + high)
    left = label_inches
    for n, each in enumerate(panels):
        axes = panel(figure, left, bottom, wide, high)
        left += wide + gap + numbers[n]
        rows_from_the_top(axes, labels, 99)
        axes.tick_params(axis="y", labelsize=8.5)
        _draw(axes, rows, series, each, styles, headings)
        axes.set_xlabel(titles[n], fontsize=8.5)
        numbered(axes, each.unit, each.is_change, 3 if len(panels) > 2 else 5)
        ticks = 3 if len(panels) > 3 else min(4, max(2, int(wide / TICK_INCHES)))
        axes.xaxis.set_major_locator(MaxNLocator(ticks, integer=False, min_n_ticks=2))
        axes.tick_params(axis="x", labelsize=7.5 if len(panels) > 3 else 8.5)
        axes.tick_params(labelleft=n == 0)
        if n == 0:
            for label, row in zip(axes.get_yticklabels(), rows, strict=True):
                label.set_fontweight("bold" if row in headings else "normal")
    if key:
        handles = [
            Line2D([], [], marker=marker, mfc=fill, mec=edge, ls="", ms=6, mew=1.5)
            for (marker, fill, edge), _ in key
        ]
        figure.legend(
            handles, [wrapped(name, 44, 1) for _, name in key], loc="upper left",
            bbox_to_anchor=(0.0, 1.0), ncols=3 if len(key) != 4 else 4, frameon=False, fontsize=8.5,
            borderpad=0.1, borderaxespad=0.0, columnspacing=1.2, handletextpad=0.2,
        )  # fmt: skip
    return figure


def series_key(names: Sequence[str], baseline: str = "") -> list[tuple[Style, str]]:
    """The key of a figure whose series are scenarios, the baseline first if it is one of them."""
    styles = SERIES if baseline else SERIES[1:]
    return [
        (style, f"{name} (baseline)" if name == baseline else name)
        for style, name in zip(styles, names, strict=False)
    ]


def change_panel(
    results: Results, what: What, names: Sequence[str], title: str = "", numbers: bool = False
) -> Panel:
    """Each scenario's difference on one measure, a row for each."""
    points = points_of({(n, ""): change_point(what, results.difference(n, what)) for n in names})
    return Panel(
        title or results.title(what), measure(what).unit, points, True, numbers, line_at=0.0
    )


def _draw(
    axes: Any, rows: Sequence[str], series: Sequence[str], each: Panel, styles: Sequence[Style],
    headings: Sequence[str],
) -> None:  # fmt: skip
    step = 0.7 / max(len(series), 1)
    reach: list[float] = [] if each.line_at is None else [each.line_at]
    for place, row in enumerate(rows):
        if row in headings:
            axes.axhspan(place - 0.5, place + 0.5, color="#eef1f4", lw=0, zorder=0)
            continue
        axes.axhline(place + 0.5, color=FAINT, lw=0.4, zorder=0)
        for n, name in enumerate(series):
            point = each.points.get((row, name))
            if point is None:
                continue
            marker, fill, edge = point.style or styles[n % len(styles)]
            at = place + (n - (len(series) - 1) / 2) * step
            reach.append(point.value)
            if point.low is not None and point.high is not None:
                reach += [point.low, point.high]
                axes.plot([point.low, point.high], [at, at], color=edge, lw=1.4)
            axes.plot([point.value], [at], marker, mfc=fill, mec=edge, ms=5, mew=1.3)
            if each.says_numbers:
                three = list(point.said or (point.value, point.low, point.high))
                write = changes if each.is_change else amounts
                said, low, high = write(three, each.unit)
                span = f"  ({low} to {high})" if point.low is not None else ""
                axes.text(
                    1.03, place, said + span, va="center", fontsize=7.5,
                    transform=axes.get_yaxis_transform(),
                )  # fmt: skip
    if each.within is not None:
        axes.axvspan(-each.within, each.within, color="#dfe9f3", lw=0, zorder=0)
    if each.line_at is not None:
        axes.axvline(each.line_at, color=INK, lw=1.0, ls=(0, (4, 2)))
    low_end, high_end = (min(reach), max(reach)) if reach else (0.0, 1.0)
    room = 0.06 * (high_end - low_end) or abs(high_end) * 0.1 or 1.0
    axes.set_xlim(low_end - room, high_end + room)
    axes.grid(axis="x")
    axes.spines["left"].set_color(GREY if each.line_at is None else FAINT)
