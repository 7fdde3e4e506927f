"""The run chart and the XmR chart of one run of each scenario, as a partnership would plot them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.drawing import BLUE, GREY, INK, VERMILION, WIDTH, canvas, panel, picture, wrapped
from sim.report.marks import Picture, dated, figure_key
from sim.report.results import Results
from sim.report.table import Rows, Table, between
from sim.report.wording import amounts, capitalised, counted, listed, quoted

Finding = Mapping[str, Any]
Chart = Mapping[str, Any]

MARKS: dict[bool, tuple[str, str]] = {True: ("o", BLUE), False: ("s", VERMILION)}
"""The marker and colour of points that a rule marks: for the better, for the worse."""
WATCHED_WORDS = {
    "occupied": "people there",
    "reserved": "spaces held",
    "waiting": "people waiting for a space",
    "delayed": "people delayed",
    "delayed_process": "people delayed by process",
    "delayed_capacity": "people delayed by capacity",
    "delayed_handover": "people delayed in hand-over",
}
A_POINT = {
    "day": "a day", "week": "a week", "fortnight": "a fortnight", "four weeks": "four weeks"
}  # fmt: skip
RULE_WORDS = {
    "outside": "a point outside the limits",
    "one side": "seven or more on one side of the mean",
    "trend": "seven or more rising or falling",
    "two of three": "two of three near a limit",
}


def xmr_picture(results: Results, key: str) -> Picture | None:
    """The XmR chart of each scenario in the replication that is drawn."""
    found: Finding | None = results.findings.get("control")
    if not found:
        return None
    which = _which(results, found)
    caption = (
        f"{which} The line in the middle is the mean, and the dashed lines are the limits, of the "
        f"first {counted(found['baseline_weeks'], 'week')} (shaded), held from there. Round marks "
        "are points of a pattern that says ‘improvement’ by the NHS rules, square ones of one that "
        "says ‘concern’. The dotted line is where the change begins."
    )
    said = "; ".join(
        f"{quoted(chart['scenario'])}: {counted(_marked(chart, True), 'point')} marked as "
        f"improvement and {_marked(chart, False)} as concern"
        for chart in found["charts"]
    )

    def lines(axes: Axes, chart: Chart) -> Iterable[float]:
        axes.axhline(chart["mean"], color=INK, lw=1.0)
        for end in ("lower", "upper"):
            axes.axhline(chart[end], color=GREY, lw=1.0, ls=(0, (5, 3)))
        return (chart["lower"], chart["upper"])

    def points(chart: Chart) -> dict[int, bool]:
        return {mark["point"]: mark["is_improvement"] for mark in chart["marks"]}

    names = [
        (Line2D([], [], color=INK, lw=1.0), "mean of the baseline"),
        (Line2D([], [], color=GREY, lw=1.0, ls=(0, (5, 3))), "limits"),
        *_mark_names("a rule says improvement", "a rule says concern"),
    ]
    return Picture(
        key, "Control chart (XmR)", caption,
        picture(key, f"XmR control charts of {watched_words(results, found)}", f"{said}.",
                lambda: _charts(results, found, lines, points, names)),
        xmr_table(results, found),
    )  # fmt: skip


def run_picture(results: Results, key: str) -> Picture | None:
    """The run chart of each scenario in the replication that is drawn."""
    found: Finding | None = results.findings.get("control")
    if not found:
        return None
    caption = (
        f"{_which(results, found)} The line in the middle is the median of the first "
        f"{counted(found['baseline_weeks'], 'week')} (shaded), held from there. Marked are shifts "
        "(six or more on one side of it) and trends (five or more rising or falling): round for "
        "the better, square for the worse."
    )
    said = "; ".join(f"{quoted(c['scenario'])}: {_runs(c)}" for c in found["charts"])

    def lines(axes: Axes, chart: Chart) -> Iterable[float]:
        axes.axhline(chart["median"], color=INK, lw=1.0)
        return (chart["median"],)

    def points(chart: Chart) -> dict[int, bool]:
        good = -1 if found["better"] == "lower" else 1
        pairs = zip(chart["shifts"], chart["trends"], strict=True)
        return {n: (a or b) == good for n, (a, b) in enumerate(pairs) if a or b}

    names = [
        (Line2D([], [], color=INK, lw=1.0), "median of the baseline"),
        *_mark_names("shift or trend for the better", "for the worse"),
    ]
    return Picture(
        key, "Run chart", caption,
        picture(key, f"Run charts of {watched_words(results, found)}", f"{said}.",
                lambda: _charts(results, found, lines, points, names)),
        run_table(found),
    )  # fmt: skip


def xmr_table(results: Results, found: Finding) -> Table:
    """Mean, limits, and what the rules mark before and after the change, of each chart."""
    rows = []
    for chart in found["charts"]:
        mean, lower, upper = amounts([chart["mean"], chart["lower"], chart["upper"]])
        after = _first_after(chart, found)
        rows.append(
            (
                chart["scenario"], mean, lower, upper, _began(results, chart),
                str(_marked(chart, True, after)), str(_marked(chart, False, after)),
                _rules(chart, True, after), _rules(chart, False, after),
            )
        )  # fmt: skip
    return Table(
        f"The XmR charts of replication {found['drawn']}: {watched_words(results, found)}",
        (
            "Scenario", "Mean", "Lower limit", "Upper limit", "Change begins",
            "Points marked as improvement after it", "As concern", "Rules that say improvement",
            "Rules that say concern",
        ),
        (Rows(tuple(rows)),),
        text_columns=(4, 7, 8),
        note="Where nothing changes, points are counted from the end of the baseline. A pattern "
        "that began before the change is marked here as on any chart; the table of weeks counts "
        "only patterns that lie wholly after it.",
    )  # fmt: skip


def run_table(found: Finding) -> Table:
    """Median, shifts, trends and the number of runs of each chart."""
    good = -1 if found["better"] == "lower" else 1
    rows = []
    for chart in found["charts"]:
        counts = [
            str(sum(sign == side for sign in chart[kind]))
            for kind in ("shifts", "trends") for side in (good, -good)
        ]  # fmt: skip
        runs = chart["runs"]
        expected = f"{runs['fewest']} to {runs['most']}"
        rows.append(
            (chart["scenario"], amounts([chart["median"]])[0], *counts, str(runs["number"]),
             expected, runs["verdict"])
        )  # fmt: skip
    return Table(
        f"The run charts of replication {found['drawn']}",
        (
            "Scenario", "Median", "Points in a shift for the better", "For the worse",
            "Points in a trend for the better", "For the worse", "Runs about the median",
            "Runs that chance gives", "What they say",
        ),
        (Rows(tuple(rows)),),
        text_columns=(8,),
        note="Chance gives fewer or more runs than these in at most one series in forty each, if "
        "each point is independent of the one before.",
    )  # fmt: skip


def _charts(
    results: Results,
    found: Finding,
    lines: Callable[[Axes, Chart], Iterable[float]],
    points: Callable[[Chart], dict[int, bool]],
    names: Sequence[tuple[Any, str]],
) -> Figure:
    """A panel for each scenario, all on one scale."""
    charts, columns = found["charts"], 1 if len(found["charts"]) < 5 else 2
    deep = -(-len(charts) // columns)
    left, bottom, top, gap_x, gap_y, high = 0.55, 0.5, 0.62, 0.25, 0.42, 1.35
    wide = (WIDTH - left - 0.1 - gap_x * (columns - 1)) / columns
    figure = canvas(bottom + top + deep * high + (deep - 1) * gap_y)
    reach: list[float] = []
    panels = []
    for place, chart in enumerate(charts):
        down, across = divmod(place, columns)
        axes = panel(
            figure, left + across * (wide + gap_x), bottom + (deep - 1 - down) * (high + gap_y),
            wide, high,
        )  # fmt: skip
        reach += [*lines(axes, chart), *chart["values"]]
        _series(axes, chart, found, points(chart))
        days = len(chart["values"]) * found["days_a_point"]
        dated(axes, results.measured_from, days, 8 if columns == 1 else 5)
        if place + columns < len(charts):
            axes.tick_params(labelbottom=False)
            axes.set_xlabel("")
        if across:
            axes.tick_params(labelleft=False)
        axes.set_title(wrapped(chart["scenario"], 90 // columns, 1), loc="left",
                       fontweight="bold", fontsize=9)  # fmt: skip
        axes.set_xlim(0, days)
        panels.append(axes)
    room = 0.06 * (max(reach) - min(reach)) or 1.0
    for axes in panels:
        axes.set_ylim(min(reach) - room, max(reach) + room)
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.5g}".replace("-", "−")))
    figure.text(0.06 / WIDTH, 0.5, capitalised(WATCHED_WORDS[found["series"]]),
                rotation=90, va="center")  # fmt: skip
    shade = Patch(facecolor="#e6eaee", edgecolor="none")
    begins = Line2D([], [], color=INK, lw=1.2, ls=":")
    handles = [*names, (shade, "baseline"), (begins, "the change begins")]
    figure_key(figure, [handle for handle, _ in handles], [name for _, name in handles])
    return figure


def _series(axes: Axes, chart: Chart, found: Finding, marked: Mapping[int, bool]) -> None:
    length = found["days_a_point"]
    middle = (np.arange(len(chart["values"])) + 0.5) * length
    values = np.array(chart["values"])
    axes.axvspan(0, found["baseline_points"] * length, color="#e6eaee", lw=0, zorder=0)
    if chart["change_week"] is not None:
        axes.axvline(7 * chart["change_week"], color=INK, lw=1.2, ls=":")
    axes.plot(middle, values, color=GREY, lw=0.8, marker=".", ms=3, zorder=2)
    for is_better, (marker, colour) in MARKS.items():
        mine = [n for n, better in marked.items() if better == is_better]
        axes.plot(middle[mine], values[mine], ls="", marker=marker, color=colour, ms=4.2, zorder=3)


def _mark_names(better: str, worse: str) -> list[tuple[Any, str]]:
    return [
        (Line2D([], [], ls="", marker=MARKS[good][0], color=MARKS[good][1], ms=5), name)
        for good, name in ((True, better), (False, worse))
    ]


def _which(results: Results, found: Finding) -> str:
    return (
        f"{capitalised(watched_words(results, found))}, a point for {A_POINT[found['every']]}, in "
        f"replication {found['drawn']} of {found['replications']}: the first, settled before "
        "anything was run."
    )


def watched_words(results: Results, found: Finding) -> str:
    """What is watched, and where, in words."""
    where = results.setting_name(found["setting"]) if found["setting"] else "acute settings"
    return f"{WATCHED_WORDS[found['series']]} in {where}"


def _first_after(chart: Chart, found: Finding) -> int:
    """The first point wholly after the change; after the baseline where nothing changes."""
    if chart["change_week"] is None:
        return int(found["baseline_points"])
    return int(-(-7 * chart["change_week"] // found["days_a_point"]))


def _began(results: Results, chart: Chart) -> str:
    if chart["change_week"] is None:
        return "never"
    week = f"after {chart['change_week']:.4g} weeks"
    return f"{week}, at once" if chart["is_spliced"] and _is_long_there(results, chart) else week


def _is_long_there(results: Results, chart: Chart) -> bool:
    """Whether the scenario has a lever that was there from the first day of measuring."""
    first: date | None = results.measured_from
    levers = results.scenario(chart["scenario"]).levers
    return any(not (lever.starts and first and lever.starts > first) for lever in levers)


def _marked(chart: Chart, is_improvement: bool, first: int = 0) -> int:
    return len(
        {
            mark["point"]
            for mark in chart["marks"]
            if mark["is_improvement"] == is_improvement and mark["point"] >= first
        }
    )


def _rules(chart: Chart, is_improvement: bool, first: int) -> str:
    rules = dict.fromkeys(
        mark["rule"]
        for mark in chart["marks"]
        if mark["is_improvement"] == is_improvement and mark["point"] >= first
    )
    return listed([RULE_WORDS[rule] for rule in RULE_WORDS if rule in rules]) or "none"


def _runs(chart: Chart) -> str:
    runs = chart["runs"]
    expected = between(str(runs["fewest"]), str(runs["most"]), brackets=False)
    return f"{counted(runs['number'], 'run')} about the median, where chance gives {expected}"
