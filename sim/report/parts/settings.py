"""Occupancy, people delayed and people waiting, by setting."""

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.drawing import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    WIDTH,
    Kind,
    canvas,
    key_above,
    panel,
    patch,
    picture,
    rows_from_the_top,
)
from sim.report.marks import (
    Picture,
    bar,
    dot,
    figure_key,
    level_of,
    mark,
)
from sim.report.results import Results, What, measure
from sim.report.table import (
    Rows,
    Table,
    level,
)
from sim.report.wording import (
    NONE,
    amount,
    amounts,
    quoted,
)

MOST_SETTINGS = 30
"""The settings figure shows this many at most, those with most delay and waiting first."""


PART_MEASURES = (
    "occupied", "occupancy", "waiting", "wait_days", "delayed", "delayed_process",
    "delayed_capacity", "delayed_handover",
)  # fmt: skip
"""The measures that the report shows for each setting."""


_DELAY_PARTS = (
    ("delayed_process", Kind("process", BLUE)),
    ("delayed_capacity", Kind("capacity", ORANGE, "\\\\\\\\")),
    ("delayed_handover", Kind("hand-over", "#d9d9d9", "----")),
)


def by_setting(results: Results, bands: pd.DataFrame, shown: str, key: str) -> Picture | None:
    """Occupancy, people delayed and people waiting in each setting."""
    scenarios = [results.baseline, *([shown] if shown else [])]
    settings = _settings_in_order(results)
    if not settings:
        return None
    drawn = settings
    left_out = ""
    if len(settings) > MOST_SETTINGS:
        weight = {s: _trouble(results, s, scenarios) for s in settings}
        most = set(sorted(settings, key=lambda s: -weight[s])[:MOST_SETTINGS])
        drawn = [s for s in settings if s in most]
        left_out = (
            f" The {MOST_SETTINGS} settings with most delay and waiting are drawn; "
            f"the table has all {len(settings)}."
        )
    which = f"{quoted(results.baseline)} and {quoted(shown)}" if shown else quoted(results.baseline)
    caption = (
        f"Occupancy, people delayed there, and people waiting for a space, by setting, in {which}. "
        f"Means over the measured days.{left_out}"
    )

    def draw() -> Figure:
        row = 0.36 if len(drawn) <= 16 else 0.3
        top, bottom, left, gap, wide = 0.62, 0.5, 2.0, 0.25, 1.78
        high = row * len(drawn)
        figure = canvas(top + bottom + high)
        axes = [panel(figure, left + n * (wide + gap), bottom, wide, high) for n in range(3)]
        for one in axes:
            rows_from_the_top(one, [results.setting_name(s) for s in drawn], 26)
            one.grid(axis="x")
            one.spines["left"].set_color(FAINT)
            for place in range(1, len(drawn)):
                one.axhline(place - 0.5, color=FAINT, lw=0.5)
        for one in axes[1:]:
            one.tick_params(labelleft=False)
        _dumbbells(axes[0], results, drawn, scenarios, "occupancy", 100.0)
        _delay_bars(axes[1], results, drawn, scenarios)
        _dumbbells(axes[2], results, drawn, scenarios, "waiting", 1.0)
        axes[0].set_xlabel("Occupancy, % of spaces")
        axes[1].set_xlabel("People delayed there")
        axes[2].set_xlabel("People waiting for a space")
        axes[0].set_xlim(0, max(105.0, axes[0].get_xlim()[1]))
        axes[0].axvline(100, color=INK, lw=0.9, ls=(0, (4, 2)))
        for one in axes[1:]:
            one.set_xlim(0, max(one.get_xlim()[1], 1.0))
        for one in axes:
            one.xaxis.set_major_locator(MaxNLocator(4))
            one.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.4g}"))
        handles = [dot(False), *([dot(True)] if shown else [])]
        names = [f"{results.baseline} (baseline" + ("; upper bar)" if shown else ")")]
        names += [f"{shown} (lower bar)"] if shown else []
        figure_key(figure, handles, names)
        key_above(
            axes[1], [patch(k) for _, k in _DELAY_PARTS],
            [f"delayed: {k.name}" for _, k in _DELAY_PARTS], 3,
        )  # fmt: skip
        moved = axes[1].get_legend()
        assert moved is not None
        moved.set_bbox_to_anchor((left / WIDTH, 1 - 0.53 / (top + bottom + high)),
                                 transform=figure.transFigure)  # fmt: skip
        return figure

    said = "; ".join(_setting_said(results, s, scenarios) for s in drawn)
    return Picture(
        key, "Occupancy, delay and waiting", caption,
        picture(key, "Occupancy, delay and waiting by setting", f"{said}.", draw),
        settings_table(results, bands, settings, scenarios),
    )  # fmt: skip


def _dumbbells(
    axes: Axes, results: Results, settings: Sequence[str], scenarios: Sequence[str],
    part: str, times: float,
) -> None:  # fmt: skip
    for place, setting in enumerate(settings):
        what = What(part, setting=setting)
        found = [(n, e.mean * times) for n in scenarios if (e := results.estimate(n, what))]
        axes.plot([v for _, v in found], [place] * len(found), color=GREY, lw=1.6)
        for name, value in found:
            mark(axes, value, place, name != results.baseline)


def _delay_bars(
    axes: Axes, results: Results, settings: Sequence[str], scenarios: Sequence[str]
) -> None:
    thick = 0.72 / len(scenarios)
    for place, setting in enumerate(settings):
        for n, name in enumerate(scenarios):
            at = place + (n - (len(scenarios) - 1) / 2) * thick
            start = 0.0
            for part, kind in _DELAY_PARTS:
                size = level_of(results, name, What(part, setting=setting))
                bar(axes, at, start, size, 0.9 * thick, kind)
                start += size


def _settings_in_order(results: Results) -> list[str]:
    measured = {w.setting for _, w in results.estimates if w.filled == {"setting"}}
    known = [s.setting for s in results.settings if s.setting in measured]
    acute = [s.setting for s in results.settings if s.is_acute and s.setting in measured]
    rest = [s for s in dict.fromkeys([*known, *sorted(measured)]) if s not in acute]
    return [*acute, *rest]


def _trouble(results: Results, setting: str, scenarios: Sequence[str]) -> float:
    return max(
        level_of(results, n, What("delayed", setting=setting))
        + level_of(results, n, What("waiting", setting=setting))
        for n in scenarios
    )


def _setting_said(results: Results, setting: str, scenarios: Sequence[str]) -> str:
    parts = []
    for part, words in (
        ("occupancy", "occupied"), ("delayed", "delayed there"), ("waiting", "waiting"),
    ):  # fmt: skip
        what = What(part, setting=setting)
        levels = [e.mean for n in scenarios if (e := results.estimate(n, what))]
        if levels:
            parts.append(f"{' to '.join(amounts(levels, measure(what).unit))} {words}")
    return f"{results.setting_name(setting)}: {', '.join(parts)}"


def settings_table(
    results: Results, bands: pd.DataFrame, settings: Sequence[str], scenarios: Sequence[str]
) -> Table:
    """Spaces, people, occupancy, queue and delay of each setting."""
    capacity = bands[bands["series"] == "capacity"]
    groups = []
    for setting in settings:
        rows = []
        for name in scenarios:
            of_setting = capacity[(capacity["setting"] == setting) & (capacity["scenario"] == name)]
            spaces = float(of_setting["mean"].mean()) if len(of_setting) else math.nan
            cells = [amount(spaces) if math.isfinite(spaces) else "no limit"]
            for part in PART_MEASURES:
                what = What(part, setting=setting)
                found = results.estimate(name, what)
                cells.append(level(found.mean, measure(what).unit) if found else NONE)
            rows.append((name, *cells))
        groups.append(Rows(tuple(rows), results.setting_name(setting)))
    return Table(
        "Each setting: means over the measured days and all replications",
        ("Setting and scenario", "Spaces", "People there", "Occupancy", "Waiting for a space",
         "Wait, days", "Delayed there", "of which process", "of which capacity",
         "of which hand-over"),
        tuple(groups),
    )  # fmt: skip
