"""One example person's way: stays and tasks as a timeline, in the baseline and in a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.drawing import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import Picture, bar
from sim.report.results import Results
from sim.report.table import Rows, Table
from sim.report.wording import NONE, amounts, quoted

Journeys = Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]
"""Scenario → the stays and the tasks of the people sampled."""

NEEDS = Kind("in hospital, needing it", "#d9d9d9")
WAITS = Kind("ready, waiting to leave", ORANGE, "////")
QUEUED = Kind("task due, not begun", "#ffffff", "||||")
WORKED = Kind("task under way", BLUE)
BEFORE = 5.0
"""Days before the ready date that are drawn at most."""


@dataclass(frozen=True)
class Bar:
    """One row of a timeline: (start, end, kind) pieces in days from ready."""

    label: str
    pieces: tuple[tuple[float, float, Kind], ...]


@dataclass(frozen=True)
class Way:
    """One person's way out of acute care in one scenario, in days from being ready."""

    scenario: str
    bars: tuple[Bar, ...]
    left: float
    to: str
    rows: tuple[tuple[str, ...], ...]
    """Task, team, due, begun, done: as table cells."""


def journey_pictures(
    results: Results, journeys: Journeys, scenario: str, key: str
) -> list[Picture]:
    """A timeline for an example person of each pathway with care after hospital.

    Of a scenario with one lever only that person whose way changes most.
    """
    if results.baseline not in journeys or scenario not in journeys:
        return []
    found: list[tuple[str, str, list[Way]]] = []
    for pathway in ("P1", "P2", "P3"):
        person = example(results, journeys, scenario, pathway)
        if person is None:
            continue
        names = list(dict.fromkeys((results.baseline, scenario)))
        ways = [w for n in names if (w := way_of(results, journeys[n], n, person, pathway))]
        found.append((pathway, person, ways))
    chosen = ""
    if len(found) > 1 and len(results.own.get(scenario, ())) == 1:
        found = [max(found, key=lambda each: abs(each[2][-1].left - each[2][0].left))]
        chosen = (
            "Of the examples of P1, P2 and P3, the one whose way changes most; the pages of "
            "combined scenarios have all three. "
        )
    return [_picture(results, key, chosen, *each) for each in found]


def _picture(
    results: Results, key: str, chosen: str, pathway: str, person: str, ways: list[Way]
) -> Picture:
    own = f"{key}-{pathway.lower()}"
    group = person.partition("/")[0]
    who = results.group_names.get(group) or group
    caption = (
        f"One person of {pathway} ({who}), in replication 1: not an average, but one way that it "
        f"goes. {chosen}Days are counted from being ready to leave, the dashed line."
    )
    said = " ".join(
        f"In {quoted(w.scenario)} the person leaves {amounts([w.left])[0]} days after being ready, "
        f"for {w.to}, after {len(w.rows)} tasks."
        for w in ways
    )
    return Picture(
        own, f"An example of {pathway}", f"{caption} {said}",
        picture(own, f"The way of one person of {pathway}", said, partial(_draw, ways)),
        _table(pathway, ways),
    )  # fmt: skip


def example(results: Results, journeys: Journeys, scenario: str, pathway: str) -> str | None:
    """The person whose delay in the baseline is in the middle of those sampled in both."""
    delays = _delays(results, journeys[results.baseline][0], pathway)
    here = _delays(results, journeys[scenario][0], pathway)
    both = sorted((delay, name) for name, delay in delays.items() if name in here)
    return both[len(both) // 2][1] if both else None


def _delays(results: Results, stays: pd.DataFrame, pathway: str) -> dict[str, float]:
    mine = _acute(results, stays)
    mine = mine[(mine["pathway"] == pathway) & mine["left_at"].notna()]
    pairs = zip(mine["patient"], mine["left_at"] - mine["ready_at"], strict=True)
    return {str(name): float(delay) for name, delay in pairs}


def _acute(results: Results, stays: pd.DataFrame) -> pd.DataFrame:
    acute = {s.setting for s in results.settings if s.is_acute}
    return stays[stays["setting"].isin(acute)]


def way_of(
    results: Results, found: tuple[pd.DataFrame, pd.DataFrame], scenario: str, person: str,
    pathway: str,
) -> Way | None:  # fmt: skip
    """One person's stays and tasks around the ready date."""
    stays, tasks = found
    mine = _acute(results, stays[stays["patient"] == person])
    last = mine[(mine["pathway"] == pathway) & mine["left_at"].notna()]
    if last.empty:
        return None
    ready, left = float(last["ready_at"].iloc[-1]), float(last["left_at"].iloc[-1])
    bars = []
    for stay in mine.to_dict("records"):
        if stay["left_at"] < ready - BEFORE or pd.isna(stay["admitted_at"]):
            continue
        turned = min(stay["ready_at"], stay["left_at"])
        bars.append(Bar(results.setting_name(str(stay["setting"])), (
            (max(stay["admitted_at"], ready - BEFORE) - ready, turned - ready, NEEDS),
            (turned - ready, stay["left_at"] - ready, WAITS),
        )))  # fmt: skip
    rows = []
    by_task: dict[str, list[tuple[float, float, Kind]]] = {}
    theirs = tasks[(tasks["patient"] == person) & tasks["setting"].isin(set(last["setting"]))]
    for task in theirs.sort_values("due_at", kind="stable").to_dict("records"):
        due = float(task["due_at"])
        if due > left:
            continue
        begun = left if pd.isna(task["started_at"]) else float(task["started_at"])
        done = left if pd.isna(task["done_at"]) else float(task["done_at"])
        team = "" if pd.isna(task["team"]) else results.team_name(str(task["team"]))
        label = f"{task['task']} ({team})" if team else str(task["task"])
        first = ready - BEFORE
        by_task.setdefault(label, []).extend([
            (max(due, first) - ready, max(begun, first) - ready, QUEUED),
            (max(begun, first) - ready, max(done, first) - ready, WORKED),
        ])  # fmt: skip
        shown = [f"{when - ready:+.2f}".replace("-", "−") for when in (due, begun, done)]
        if pd.isna(task["started_at"]):
            shown[1] = NONE
        if pd.isna(task["done_at"]):
            shown[2] = NONE
        rows.append((str(task["task"]), team or NONE, *shown))
    bars += [Bar(label, tuple(pieces)) for label, pieces in by_task.items()]
    to = str(last["next"].iloc[-1])
    return Way(scenario, tuple(bars), left - ready, results.setting_name(to), tuple(rows))


def _draw(ways: list[Way]) -> Figure:
    row, left, top, bottom, gap = 0.22, 2.9, 0.28, 0.48, 0.34
    high = [row * len(way.bars) for way in ways]
    total = top + bottom + sum(high) + gap * len(ways)
    figure = canvas(total)
    below = total - top - bottom
    first = min(p[0] for way in ways for b in way.bars for p in b.pieces)
    last = max(way.left for way in ways)
    for n, way in enumerate(ways):
        below -= high[n] + gap
        axes = panel(figure, left, below + bottom, WIDTH - left - 0.2, high[n])
        rows_from_the_top(axes, [wrapped(b.label, 40, 1) for b in way.bars], 99)
        _draw_way(axes, way)
        axes.set_xlim(min(first, -0.5) - 0.1, last * 1.03 + 0.2)
        axes.set_title(
            f"{wrapped(way.scenario, 60, 1)}: leaves {amounts([way.left])[0]} days after ready",
            loc="left", fontweight="bold", fontsize=9,
        )  # fmt: skip
        if n < len(ways) - 1:
            axes.tick_params(labelbottom=False)
        else:
            axes.set_xlabel("Days from being ready to leave")
    kinds = (NEEDS, WAITS, QUEUED, WORKED)
    figure.legend(
        [patch(kind) for kind in kinds], [kind.name for kind in kinds], loc="upper left",
        bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=8.5, borderpad=0.1,
        borderaxespad=0.0, columnspacing=1.2,
    )  # fmt: skip
    return figure


def _draw_way(axes: Axes, way: Way) -> None:
    for place, each in enumerate(way.bars):
        axes.axhline(place + 0.5, color=FAINT, lw=0.4, zorder=0)
        for start, end, kind in each.pieces:
            bar(axes, place, start, end - start, 0.62, kind)
            if kind is WORKED and end - start < 0.05:
                axes.plot([start], [place], "|", color=INK, ms=8, mew=1.6)
    axes.axvline(0, color=INK, lw=1.0, ls=(0, (4, 2)))
    axes.axvline(way.left, color=INK, lw=1.0)


def _table(pathway: str, ways: list[Way]) -> Table:
    return Table(
        f"The tasks of the example of {pathway}, in days from being ready (below 0: before it)",
        ("Task", "Team", "Due", "Begun", "Done"),
        tuple(Rows(way.rows, way.scenario) for way in ways if way.rows),
        text_columns=(1,),
        note="A task that stands twice was sent back, or had gone stale.",
    )
