"""People delayed in acute care from day to day."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.drawing import (
    BASELINE,
    BLUE,
    WIDTH,
    canvas,
    panel,
    picture,
    wrapped,
)
from sim.report.marks import (
    Picture,
    dated,
    figure_key,
)
from sim.report.results import Results
from sim.report.table import (
    Rows,
    Table,
    between,
)
from sim.report.wording import (
    MONTH_NAMES,
    amounts,
    capitalised,
    counted,
    listed,
    quoted,
)

MOST_PERIODS = 8
MOST_DRAWN = 12
"""If there are more scenarios than this, only those that are looked at more closely are drawn."""
DAYS_DRAWN_DAILY = 200
"""Runs longer than this are drawn week by week: the days of a week would run into one smear."""


def delayed_over_time(results: Results, bands: pd.DataFrame, key: str) -> Picture | None:
    """People delayed in acute care from day to day, each scenario beside the baseline."""
    acute = bands[(bands["setting"].fillna("") == "") & (bands["series"] == "delayed")]
    acute = acute[acute["mean"].notna()].sort_values("day")
    if acute.empty:
        return None
    with_days = set(acute["scenario"])
    shown = [name for name in results.others if name in with_days]
    left_out = ""
    if len(shown) > MOST_DRAWN:
        kept = set(results.combined or shown[:MOST_DRAWN])
        shown = [name for name in shown if name in kept]
        left_out = f" {capitalised(counted(len(shown), 'scenario'))} are drawn; the table has all."
    means = {name: float(acute.loc[acute["scenario"] == name, "mean"].mean()) for name in with_days}
    caption = (
        "People past their ready date in acute settings, day by day. Lines are means over "
        "replications; bands hold the middle 90% of replications."
    )
    caption += left_out
    if int(acute["day"].max()) >= DAYS_DRAWN_DAILY:
        caption += " Drawn as means of each week."
    levels = amounts([means.get(name) for name in results.names])
    said = listed(
        [f"{level} in {quoted(name)}" for name, level in zip(results.names, levels, strict=True)]
    )
    days = int(acute["day"].max()) + 1

    def draw() -> Figure:
        panels = shown or [""]
        columns = 1 if len(panels) == 1 else 2 if len(panels) <= 4 else 3
        deep = -(-len(panels) // columns)
        high = 2.6 if columns == 1 else 1.75 if columns == 2 else 1.3
        gap_x, gap_y, left, bottom, top = 0.2, 0.5 if columns == 3 else 0.4, 0.7, 0.42, 0.68
        wide = (WIDTH - left - 0.1 - gap_x * (columns - 1)) / columns
        figure = canvas(bottom + top + deep * high + (deep - 1) * gap_y)
        limit = 1.06 * float(acute["high"].fillna(acute["mean"]).max() or 1)
        for place, name in enumerate(panels):
            down, across = divmod(place, columns)
            axes = panel(
                figure, left + across * (wide + gap_x),
                bottom + (deep - 1 - down) * (high + gap_y), wide, high,
            )  # fmt: skip
            _band(axes, acute, results.baseline, BASELINE, (0, (3, 1.5)))
            if name:
                _band(axes, acute, name, BLUE, "-")
            axes.set_ylim(0, limit)
            axes.set_xlim(0, days)
            axes.grid(axis="y")
            dated(axes, results.measured_from, days, {1: 8, 2: 6, 3: 4}[columns])
            if place + columns < len(panels):
                axes.tick_params(labelbottom=False)
            axes.yaxis.set_major_locator(MaxNLocator(4 if columns > 2 else 5, integer=True))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
            if across:
                axes.tick_params(labelleft=False)
            if columns > 1:
                axes.set_title(
                    wrapped(name, 26 if columns == 3 else 44), loc="left", fontweight="bold",
                    fontsize=8.5 if columns == 3 else 9,
                )  # fmt: skip
        figure.text(0.06 / WIDTH, 0.5, "People delayed", rotation=90, va="center")
        handles: list[Artist | tuple[Artist, ...]] = [
            (Patch(facecolor=BASELINE, alpha=0.22, edgecolor="none"),
             Line2D([], [], color=BASELINE, ls=(0, (3, 1.5)), lw=1.6)),
        ]  # fmt: skip
        names = [f"{results.baseline} (baseline)"]
        if shown:
            handles.append(
                (Patch(facecolor=BLUE, alpha=0.25, edgecolor="none"),
                 Line2D([], [], color=BLUE, lw=1.6))
            )  # fmt: skip
            names.append(shown[0] if len(shown) == 1 else "the scenario named above the panel")
        figure_key(figure, handles, names)
        return figure

    title = "People delayed in acute care over time"
    description = f"Mean number delayed over {counted(days, 'day')}: {said}."
    return Picture(
        key,
        "People delayed in acute care",
        caption,
        picture(key, title, description, draw),
        time_table(results, acute),
    )


def _band(axes: Axes, acute: pd.DataFrame, name: str, colour: str, line: Any) -> None:
    own = acute.loc[acute["scenario"] == name, ["day", "low", "mean", "high"]]
    if len(own) > DAYS_DRAWN_DAILY:
        own = own.groupby(own["day"] // 7).mean()
    day, low, mean, high = (own[c].to_numpy(dtype=float) for c in own.columns)
    axes.fill_between(day + 0.5, low, high, color=colour, alpha=0.22, lw=0)
    axes.plot(day + 0.5, mean, color=colour, lw=1.4, ls=line)


def time_table(results: Results, bands: pd.DataFrame) -> Table:
    """People delayed in acute care, by period and scenario."""
    spans = periods(results.measured_from, int(bands["day"].max()) + 1)
    rows = []
    for name in results.names:
        of_scenario = bands[bands["scenario"] == name]
        cells = []
        for _, first, end in spans:
            part = of_scenario[(of_scenario["day"] >= first) & (of_scenario["day"] < end)]
            mean, low, high = amounts([float(part[c].mean()) for c in ("mean", "low", "high")])
            cells.append(f"{mean}\n{between(low, high)}".strip())
        rows.append((name, *cells))
    return Table(
        "People delayed in acute care, mean of the days of each period "
        "(in brackets: mean of the daily 5th and 95th percentiles)",
        ("Scenario", *(title for title, _, _ in spans)),
        (Rows(tuple(rows)),),
    )


def periods(first_day: date | None, days: int) -> list[tuple[str, int, int]]:
    """A run cut into at most eight periods: months, quarters, years, or equal parts.

    Each is a title, its first day and the day after its last.

    >>> periods(date(2023, 1, 1), 59)
    [('Jan 2023', 0, 31), ('Feb 2023', 31, 59)]
    >>> [title for title, *_ in periods(None, 50)]
    ['Days 1 to 50']
    """
    if first_day is not None:
        namers: tuple[Callable[[date], str], ...] = (
            lambda d: f"{MONTH_NAMES[d.month - 1][:3]} {d.year}",
            lambda d: f"Q{(d.month + 2) // 3} {d.year}",
            lambda d: str(d.year),
        )
        for name_of in namers:
            spans: list[tuple[str, int, int]] = []
            for day in range(days):
                title = name_of(first_day + timedelta(days=day))
                if spans and spans[-1][0] == title:
                    spans[-1] = (title, spans[-1][1], day + 1)
                else:
                    spans.append((title, day, day + 1))
            if len(spans) <= MOST_PERIODS:
                return spans
    size = max(1, math.ceil(days / (MOST_PERIODS if days > 200 else max(1, days // 50))))
    return [
        (f"Days {start + 1} to {min(start + size, days)}", start, min(start + size, days))
        for start in range(0, days, size)
    ]
