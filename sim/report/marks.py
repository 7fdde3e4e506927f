"""What the figures share: how each verdict, level and bar is marked, axes and keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.answer import Verdict
from sim.report.drawing import (
    BASELINE,
    BLUE,
    GREY,
    INK,
    VERMILION,
    Kind,
    wrapped,
)
from sim.report.results import Results, What, measure
from sim.report.table import Table
from sim.report.wording import MONTH_NAMES, amount, changes

VERDICT_MARKS: dict[Verdict, tuple[str, str, str, str]] = {
    Verdict.BETTER: ("o", BLUE, BLUE, "clearly better"),
    Verdict.WORSE: ("s", VERMILION, VERMILION, "clearly worse"),
    Verdict.CANNOT_TELL: ("D", "white", GREY, "cannot tell from chance"),
    Verdict.SAME: ("d", GREY, GREY, "the same"),
    Verdict.ONE_RUN: ("o", "white", GREY, "one run: no interval"),
}


@dataclass(frozen=True)
class Picture:
    """One figure of the page: its caption, its SVG, and the table under it."""

    key: str
    heading: str
    caption: str
    svg: str
    table: Table


def numbered(axes: Axes, unit: str, change: bool = False, ticks: int = 6) -> None:
    """Numbers along the lower axis, written as everywhere in the report."""
    axes.xaxis.set_major_locator(MaxNLocator(ticks))

    def written(value: float, _: int | None) -> str:
        return changes([value], unit)[0] if change else amount(value, unit)

    axes.xaxis.set_major_formatter(FuncFormatter(written))


def say_directions(axes: Axes, what: What, good: str = "better", bad: str = "worse") -> None:
    """Which side of nought is better, in words above the axes."""
    left, right = (good, bad) if measure(what).better == "lower" else (bad, good)
    for text, away, align in ((f"← {left}", -5, "right"), (f"{right} →", 5, "left")):
        axes.annotate(
            text, (0, 1), (away, 3), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", ha=align, va="bottom", fontsize=8.5, fontweight="bold",
        )  # fmt: skip


def figure_key(figure: Figure, handles: Sequence[Any], names: Sequence[str]) -> None:
    """A key along the top of the whole figure."""
    visible = [f"\u200b{name}" if name.startswith("_") else name for name in names]
    figure.legend(
        handles,
        [wrapped(name, 60, 1) for name in visible],
        loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize=8.5,
        borderpad=0.1, borderaxespad=0.0, columnspacing=1.6,
    )  # fmt: skip


def bar(axes: Axes, place: float, start: float, size: float, thick: float, kind: Kind) -> None:
    """One bar of a kind in a row, from a start; nothing where it has no size."""
    if size:
        axes.barh(place, size, thick, left=start, color=kind.colour, hatch=kind.hatch,
                  edgecolor=INK, linewidth=0.6)  # fmt: skip


def dot(filled: bool) -> Line2D:
    """A level's sample for the key: open is the baseline, filled the other scenario."""
    return Line2D([], [], marker="o", ls="", ms=6, mew=1.5, mec=BLUE if filled else BASELINE,
                  mfc=BLUE if filled else "white")  # fmt: skip


def mark(axes: Axes, value: float, place: float, filled: bool) -> None:
    """A level in a row: open is the baseline, filled the other scenario."""
    axes.plot([value], [place], marker="o", ls="", ms=5.5, mew=1.5, clip_on=False,
              mec=BLUE if filled else BASELINE, mfc=BLUE if filled else "white",
              zorder=4 if filled else 3)  # fmt: skip


def level_of(results: Results, name: str, what: What) -> float:
    """A scenario's mean; 0 where it was not measured."""
    found = results.estimate(name, what)
    return found.mean if found else 0.0


def dated(axes: Axes, first: date | None, days: int, most: int) -> None:
    """Dates under a daily axis: the first of every month, or of every few."""
    if first is None:
        axes.xaxis.set_major_locator(MaxNLocator(most, integer=True))
        axes.set_xlabel("Day measured")
        return
    starts = [
        (n, d)
        for n in range(days)
        if (d := first + timedelta(days=n)).day == 1
    ]  # fmt: skip
    if len(starts) < 2:
        step = max(1, -(-days // most))
        ticks = [(n, first + timedelta(days=n)) for n in range(0, days, step)]
        texts = [f"{d.day} {MONTH_NAMES[d.month - 1][:3]}" for _, d in ticks]
    else:
        step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 10**6) if len(starts) / s <= most)
        ticks = [(n, d) for n, d in starts if (d.year * 12 + d.month - 1) % step == 0] or starts[:1]
        texts = [MONTH_NAMES[d.month - 1][:3] for _, d in ticks]
    for place, (_, day) in enumerate(ticks):
        if place == 0 or day.year != ticks[place - 1][1].year:
            texts[place] += f"\n{day.year}"
    axes.set_xticks([n for n, _ in ticks], texts)
