"""Every figure of the report, each with the sentence that says what it shows and its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.place.reasons import REASON_GROUPS
from sim.report import tables
from sim.report.answer import COST, Verdict, movement, verdict
from sim.report.drawing import (
    BASELINE,
    BLUE,
    BODIES,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH,
    Kind,
    canvas,
    key_above,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.results import Results, What, measure
from sim.report.tables import Reason, Table
from sim.report.wording import (
    MONTH_NAMES,
    amount,
    amounts,
    capitalised,
    changes,
    counted,
    listed,
    quantity,
    quoted,
    unit_heading,
    with_unit,
)

MOST_SETTINGS = 30
"""The settings figure shows this many at most, those with most delay and waiting first."""
DAYS_DRAWN_DAILY = 200
"""Runs longer than this are drawn week by week: the days of a week would run into one smear."""

_VERDICT_MARKS: dict[Verdict, tuple[str, str, str, str]] = {
    Verdict.BETTER: ("o", BLUE, BLUE, "clearly better"),
    Verdict.WORSE: ("s", VERMILION, VERMILION, "clearly worse"),
    Verdict.CANNOT_TELL: ("D", "white", GREY, "cannot tell: the interval includes 0"),
    Verdict.SAME: ("d", GREY, GREY, "the same"),
    Verdict.ONE_RUN: ("o", "white", GREY, "one run: no interval"),
}
_GROUPS = (
    Kind("hospital process", BLUE),
    Kind("care transfer hub process", SKY, "////"),
    Kind("interface process", GREEN, "----"),
    Kind("capacity", ORANGE, "\\\\\\\\"),
    Kind("wellbeing", PURPLE, "xxxx"),
    Kind("other", "#ffffff"),
)
_DELAY_PARTS = (
    ("delayed_process", Kind("process", BLUE)),
    ("delayed_capacity", Kind("capacity", ORANGE, "\\\\\\\\")),
    ("delayed_handover", Kind("hand-over", "#d9d9d9", "----")),
)


@dataclass(frozen=True)
class Picture:
    """One figure of the page: its caption, its SVG, and the table under it."""

    key: str
    heading: str
    caption: str
    svg: str
    table: Table


def against_baseline(results: Results, what: What, key: str) -> Picture | None:
    """Each scenario's difference from the baseline, as a dot with its interval."""
    compared = [name for name in results.others if results.difference(name, what)]
    if not compared:
        return None
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    level = f", which has {quantity(base.mean, unit)}" if base else ""
    caption = f"{results.title(what)}: difference from {quoted(results.baseline)}{level}. " + (
        "Dots are means over replications on the same patients; lines are 95% intervals."
        if results.replications != 1
        else "Dots are the differences in one run, so there are no intervals."
    )
    said = "; ".join(f"{quoted(name)}: {movement(what, results, name)}" for name in compared)

    def draw() -> Figure:
        row, top, bottom = 0.44, 0.52, 0.5
        figure = canvas(top + bottom + row * len(compared))
        axes = panel(figure, 2.15, bottom, 3.45, row * len(compared))
        rows_from_the_top(axes, compared, 27)
        seen: list[Verdict] = []
        for place, name in enumerate(compared):
            difference = results.difference(name, what)
            assert difference is not None
            shown = verdict(what, difference)
            marker, fill, edge, _ = _VERDICT_MARKS[shown]
            seen.append(shown)
            if difference.low is not None and difference.high is not None:
                axes.plot([difference.low, difference.high], [place, place], color=edge, lw=1.8)
            axes.plot([difference.difference], [place], marker, mfc=fill, mec=edge, ms=7, mew=1.6)
            size, low, high = changes(
                [difference.difference, difference.low, difference.high], unit
            )
            axes.text(
                1.03, place, f"{size}  {tables.between(low, high)}", va="center",
                transform=axes.get_yaxis_transform(), fontsize=8.5,
            )  # fmt: skip
        axes.axvline(0, color=INK, lw=1.1, ls=(0, (4, 2)))
        _numbered(axes, unit, change=True)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.08)
        low_end, high_end = axes.get_xlim()
        axes.set_xlim(min(low_end, -0.04 * high_end), max(high_end, -0.04 * low_end))
        axes.set_xlabel(
            f"Difference from ‘{wrapped(results.baseline, 40, 1)}’ (dashed line), "
            f"{unit_heading(unit, change=True)}"
        )
        _say_directions(axes, what)
        kinds = [v for v in _VERDICT_MARKS if v in seen]
        handles: list[Artist] = [
            Line2D([], [], marker=_VERDICT_MARKS[v][0], mfc=_VERDICT_MARKS[v][1], ls="",
                   mec=_VERDICT_MARKS[v][2], ms=7, mew=1.6)
            for v in kinds
        ]  # fmt: skip
        legend = figure.legend(
            handles, [_VERDICT_MARKS[v][3] for v in kinds], loc="upper left",
            bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=8.5, borderpad=0.1,
            handletextpad=0.2, columnspacing=1.4, borderaxespad=0.0,
        )  # fmt: skip
        legend.set_in_layout(False)
        return figure

    title = f"{results.title(what)}: scenarios against the baseline"
    return Picture(
        key, results.title(what), caption, picture(key, title, f"{capitalised(said)}.", draw),
        tables.comparison_table(results, what),
    )  # fmt: skip


def delayed_over_time(results: Results, bands: pd.DataFrame, key: str) -> Picture | None:
    """People delayed in acute care from day to day, each scenario beside the baseline."""
    acute = bands[(bands["setting"].fillna("") == "") & (bands["series"] == "delayed")]
    acute = acute[acute["mean"].notna()].sort_values("day")
    if acute.empty:
        return None
    with_days = set(acute["scenario"])
    shown = [name for name in results.others if name in with_days]
    means = {name: float(acute.loc[acute["scenario"] == name, "mean"].mean()) for name in with_days}
    caption = (
        "People past their ready date in acute settings, day by day. Lines are means over "
        "replications; bands hold the middle 90% of replications."
    )
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
            _dated(axes, results.measured_from, days, {1: 8, 2: 6, 3: 4}[columns])
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
        _figure_key(figure, handles, names)
        return figure

    title = "People delayed in acute care over time"
    description = f"Mean number delayed over {counted(days, 'day')}: {said}."
    return Picture(
        key,
        "People delayed in acute care",
        caption,
        picture(key, title, description, draw),
        tables.time_table(results, acute),
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
        handles = [_dot(False), *([_dot(True)] if shown else [])]
        names = [f"{results.baseline} (baseline" + ("; upper bar)" if shown else ")")]
        names += [f"{shown} (lower bar)"] if shown else []
        _figure_key(figure, handles, names)
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
        tables.settings_table(results, bands, settings, scenarios),
    )  # fmt: skip


def delay_mix(results: Results, key: str) -> Picture | None:
    """Delayed bed days of every scenario, split by national group of reasons and by body."""
    if not results.parts("delayed_bed_days", "reason", "body"):
        return None
    groups = [
        k for k in _GROUPS if any(tables.delay_of(results, n, group=k.name) for n in results.names)
    ]
    bodies = [
        k for k in BODIES if any(tables.delay_of(results, n, body=k.name) for n in results.names)
    ]
    names = results.names

    def draw() -> Figure:
        row, bottom, left, gap = 0.46, 0.5, 2.0, 0.3
        top = 0.15 + 0.17 * -(-len(groups) // 2)
        wide, high = 2.8, row * len(names)
        figure = canvas(top + bottom + high)
        for n, (kinds, by_group) in enumerate(((groups, True), (bodies, False))):
            axes = panel(figure, left + n * (wide + gap), bottom, wide, high)
            rows_from_the_top(axes, names, 26)
            for place, name in enumerate(names):
                start = 0.0
                for kind in kinds:
                    size = tables.delay_of(
                        results, name,
                        group=kind.name if by_group else "", body="" if by_group else kind.name,
                    )  # fmt: skip
                    _bar(axes, place, start, size, 0.62, kind)
                    start += size
            axes.grid(axis="x")
            axes.margins(x=0.03)
            axes.set_xlim(left=0)
            _numbered(axes, "days a year", ticks=4)
            axes.set_xlabel("Delayed bed days a year")
            key_above(axes, [patch(k) for k in kinds], [k.name for k in kinds],
                      2 if by_group else 3)  # fmt: skip
            axes.tick_params(labelleft=n == 0)
        return figure

    caption = (
        "Delayed bed days a year by national group of reasons (left) and by the body that "
        "answers (right), in every scenario."
    )
    said = "; ".join(_mix_said(results, name, groups, bodies) for name in names)
    return Picture(
        key, "By kind of reason, and by who answers", caption,
        picture(key, "Delayed bed days by reason group and body", f"{said}.", draw),
        tables.mix_table(results),
    )  # fmt: skip


def by_reason(results: Results, shown: str, key: str) -> Picture | None:
    """Delayed bed days by single reason, under the five national groups."""
    scenarios = [results.baseline, *([shown] if shown else [])]
    reasons = tables.reasons_shown(results, scenarios)
    if not reasons:
        return None
    lines: list[Reason | str] = []
    for group in (*REASON_GROUPS, "other"):
        own = [r for r in reasons if r.group == group]
        lines += [group, *own] if own else []
    several = {r.title for r in reasons if sum(o.title == r.title for o in reasons) > 1}

    def label(line: Reason | str) -> str:
        if isinstance(line, str):
            return line.capitalize()
        return f"{line.title} [{line.body}]" if line.title in several else line.title

    def draw() -> Figure:
        row, top, bottom, left = 0.3, 0.32, 0.5, 3.35
        high = row * len(lines)
        figure = canvas(top + bottom + high)
        axes = panel(figure, left, bottom, WIDTH - left - 1.3, high)
        rows_from_the_top(axes, [wrapped(label(line), 50, 1) for line in lines], 60)
        for place, (line, tick) in enumerate(zip(lines, axes.get_yticklabels(), strict=True)):
            if isinstance(line, str):
                tick.set_fontweight("bold")
                axes.axhline(place - 0.5, color=FAINT, lw=0.8)
                continue
            ends = [_level(results, name, line.what) for name in scenarios]
            axes.plot(ends, [place] * len(ends), color=GREY, lw=1.6)
            for name, end in zip(scenarios, ends, strict=True):
                _mark(axes, end, place, name != results.baseline)
            pair = " → ".join(amount(end, "days a year") for end in ends)
            axes.text(1.02, place, pair, va="center", fontsize=8,
                      transform=axes.get_yaxis_transform())  # fmt: skip
        axes.set_xlim(0, 1.05 * axes.get_xlim()[1])
        axes.set_xlim(left=-0.015 * axes.get_xlim()[1])
        axes.grid(axis="x")
        _numbered(axes, "days a year")
        axes.set_xlabel("Delayed bed days a year")
        handles: list[Artist | tuple[Artist, ...]] = [_dot(False)]
        handles += [_dot(True)] if shown else []
        names = [f"{results.baseline} (baseline)", *([shown] if shown else [])]
        _figure_key(figure, handles, names)
        return figure

    caption = "Delayed bed days a year by reason, in the five national groups: " + (
        f"from {quoted(results.baseline)} (open) to {quoted(shown)} (filled)."
        if shown
        else f"{quoted(results.baseline)}."
    )
    said = "; ".join(
        f"{label(r)}: " + " to ".join(amounts([_level(results, n, r.what) for n in scenarios]))
        for r in reasons
    )
    return Picture(
        key, "By reason", caption, picture(key, "Delayed bed days by reason", f"{said}.", draw),
        tables.reasons_table(results, reasons, shown),
    )  # fmt: skip


def money_by_body(results: Results, key: str) -> Picture | None:
    """Who pays and who gains: the difference in cost from the baseline, by body."""
    parts = results.parts("cost_per_year", "body")
    compared = [n for n in results.others if any(results.difference(n, w) for w in parts)]
    costed = [w for w in parts if any(_level(results, n, w) for n in results.names)]
    if not costed:
        return None
    kinds = [k for k in BODIES if any(w.body == k.name for w in costed)]
    unit = measure(COST).unit

    def draw() -> Figure:
        names = compared or [results.baseline]
        row, top, bottom, left = 0.28 * len(kinds) + 0.24, 0.52, 0.5, 2.15
        high = row * len(names)
        figure = canvas(top + bottom + high)
        axes = panel(figure, left, bottom, 3.65, high)
        rows_from_the_top(axes, names, 27)
        thick = 0.8 / len(kinds)
        for place, name in enumerate(names):
            for n, kind in enumerate(kinds):
                what = What("cost_per_year", body=kind.name)
                at = place + (n - (len(kinds) - 1) / 2) * thick
                difference = results.difference(name, what) if compared else None
                size = difference.difference if difference else _level(results, name, what)
                text = amount(size, unit)
                _bar(axes, at, 0.0, size, 0.86 * thick, kind)
                if compared:
                    ends = (difference.low, difference.high) if difference else (None, None)
                    signed, lower, upper = changes([size, *ends], unit)
                    text = f"{signed}  {tables.between(lower, upper)}"
                if difference and difference.low is not None and difference.high is not None:
                    axes.plot([difference.low, difference.high], [at, at], color=INK, lw=1.3,
                              marker="|", ms=5)  # fmt: skip
                axes.text(1.03, at, text, va="center", fontsize=8,
                          transform=axes.get_yaxis_transform())  # fmt: skip
            if place:
                axes.axhline(place - 0.5, color=FAINT, lw=0.8)
        if compared:
            axes.axvline(0, color=INK, lw=1.1)
            axes.margins(x=0.06)
            _say_directions(axes, COST, "gains", "pays more")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        _numbered(axes, unit, change=bool(compared))
        axes.set_xlabel(
            f"Difference from ‘{wrapped(results.baseline, 40, 1)}’, £ a year"
            if compared
            else "Cost, £ a year"
        )
        _figure_key(figure, [patch(k) for k in kinds], [tables.capital(k.name) for k in kinds])
        return figure

    if compared:
        caption = (
            f"Cost a year by body: difference from {quoted(results.baseline)}, the changes’ own "
            "costs included. Thin lines are 95% intervals."
        )
        said = "; ".join(
            f"{quoted(name)}: " + ", ".join(
                f"{k.name} {changes([d.difference], unit)[0]} a year"
                for k in kinds
                if (d := results.difference(name, What('cost_per_year', body=k.name)))
            )
            for name in compared
        )  # fmt: skip
    else:
        caption = f"Cost a year by body in {quoted(results.baseline)}."
        said = ", ".join(
            f"{k.name} {quantity(_level(results, results.baseline, w), unit)}"
            for k in kinds
            for w in costed
            if w.body == k.name
        )
    return Picture(
        key,
        "By body",
        caption,
        picture(key, "Money by body", f"{said}.", draw),
        tables.money_table(results),
    )


def _band(axes: Axes, acute: pd.DataFrame, name: str, colour: str, line: Any) -> None:
    own = acute.loc[acute["scenario"] == name, ["day", "low", "mean", "high"]]
    if len(own) > DAYS_DRAWN_DAILY:
        own = own.groupby(own["day"] // 7).mean()
    day, low, mean, high = (own[c].to_numpy(dtype=float) for c in own.columns)
    axes.fill_between(day + 0.5, low, high, color=colour, alpha=0.22, lw=0)
    axes.plot(day + 0.5, mean, color=colour, lw=1.4, ls=line)


def _dated(axes: Axes, first: date | None, days: int, most: int) -> None:
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


def _numbered(axes: Axes, unit: str, change: bool = False, ticks: int = 6) -> None:
    """Numbers along the lower axis, written as everywhere in the report."""
    axes.xaxis.set_major_locator(MaxNLocator(ticks))

    def written(value: float, _: int | None) -> str:
        return changes([value], unit)[0] if change else amount(value, unit)

    axes.xaxis.set_major_formatter(FuncFormatter(written))


def _say_directions(axes: Axes, what: What, good: str = "better", bad: str = "worse") -> None:
    """Which side of nought is better, in words above the axes."""
    left, right = (good, bad) if measure(what).better == "lower" else (bad, good)
    for text, away, align in ((f"← {left}", -5, "right"), (f"{right} →", 5, "left")):
        axes.annotate(
            text, (0, 1), (away, 3), xycoords=axes.get_xaxis_transform(),
            textcoords="offset points", ha=align, va="bottom", fontsize=8.5, fontweight="bold",
        )  # fmt: skip


def _figure_key(figure: Figure, handles: Sequence[Any], names: Sequence[str]) -> None:
    visible = [f"\u200b{name}" if name.startswith("_") else name for name in names]
    figure.legend(
        handles,
        [wrapped(name, 60, 1) for name in visible],
        loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize=8.5,
        borderpad=0.1, borderaxespad=0.0, columnspacing=1.6,
    )  # fmt: skip


def _bar(axes: Axes, place: float, start: float, size: float, thick: float, kind: Kind) -> None:
    if size:
        axes.barh(place, size, thick, left=start, color=kind.colour, hatch=kind.hatch,
                  edgecolor=INK, linewidth=0.6)  # fmt: skip


def _dot(filled: bool) -> Line2D:
    return Line2D([], [], marker="o", ls="", ms=6, mew=1.5, mec=BLUE if filled else BASELINE,
                  mfc=BLUE if filled else "white")  # fmt: skip


def _mark(axes: Axes, value: float, place: float, filled: bool) -> None:
    axes.plot([value], [place], marker="o", ls="", ms=5.5, mew=1.5, clip_on=False,
              mec=BLUE if filled else BASELINE, mfc=BLUE if filled else "white",
              zorder=4 if filled else 3)  # fmt: skip


def _dumbbells(
    axes: Axes, results: Results, settings: Sequence[str], scenarios: Sequence[str],
    part: str, times: float,
) -> None:  # fmt: skip
    for place, setting in enumerate(settings):
        what = What(part, setting=setting)
        found = [(n, e.mean * times) for n in scenarios if (e := results.estimate(n, what))]
        axes.plot([v for _, v in found], [place] * len(found), color=GREY, lw=1.6)
        for name, value in found:
            _mark(axes, value, place, name != results.baseline)


def _delay_bars(
    axes: Axes, results: Results, settings: Sequence[str], scenarios: Sequence[str]
) -> None:
    thick = 0.72 / len(scenarios)
    for place, setting in enumerate(settings):
        for n, name in enumerate(scenarios):
            at = place + (n - (len(scenarios) - 1) / 2) * thick
            start = 0.0
            for part, kind in _DELAY_PARTS:
                size = _level(results, name, What(part, setting=setting))
                _bar(axes, at, start, size, 0.9 * thick, kind)
                start += size


def _level(results: Results, name: str, what: What) -> float:
    found = results.estimate(name, what)
    return found.mean if found else 0.0


def _settings_in_order(results: Results) -> list[str]:
    measured = {w.setting for _, w in results.estimates if w.filled == {"setting"}}
    known = [s.setting for s in results.settings if s.setting in measured]
    acute = [s.setting for s in results.settings if s.is_acute and s.setting in measured]
    rest = [s for s in dict.fromkeys([*known, *sorted(measured)]) if s not in acute]
    return [*acute, *rest]


def _trouble(results: Results, setting: str, scenarios: Sequence[str]) -> float:
    return max(
        _level(results, n, What("delayed", setting=setting))
        + _level(results, n, What("waiting", setting=setting))
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


def _mix_said(results: Results, name: str, groups: Sequence[Kind], bodies: Sequence[Kind]) -> str:
    whole = with_unit(amount(tables.delay_of(results, name)), "days a year")
    parts = [f"{k.name} {amount(tables.delay_of(results, name, group=k.name))}" for k in groups]
    answering = [f"{k.name} {amount(tables.delay_of(results, name, body=k.name))}" for k in bodies]
    return f"{quoted(name)}: {whole}, of which {listed(parts)}; by body {listed(answering)}"
