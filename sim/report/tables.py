"""Every table of the report, as rows of text: the same numbers as the figures above them."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from sim.place.reasons import REASON_GROUPS, REASONS
from sim.report.answer import COST, verdict
from sim.report.results import Number, Results, What, measure
from sim.report.wording import (
    MONTH_NAMES,
    NONE,
    amount,
    amounts,
    anything,
    changes,
    is_money,
    is_share,
    percent,
    roughly,
    unit_heading,
)

LONG = 15
"""Tables of more rows than this are folded away on screen, and open in print."""
MOST_PERIODS = 8
PART_MEASURES = (
    "occupied", "occupancy", "waiting", "wait_days", "delayed", "delayed_process",
    "delayed_capacity", "delayed_handover",
)  # fmt: skip
"""The measures that the report shows for each setting."""


@dataclass(frozen=True)
class Rows:
    """Rows of one table that belong together, under a heading of their own if it has one."""

    rows: tuple[tuple[str, ...], ...]
    heading: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, column heads, groups of rows; the first cell of a row is its head."""

    caption: str
    columns: tuple[str, ...]
    groups: tuple[Rows, ...]
    text_columns: tuple[int, ...] = ()
    note: str = ""

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def is_long(self) -> bool:
        """Whether it is folded away on screen."""
        return self.row_count > LONG


@dataclass(frozen=True)
class Reason:
    """A delay reason as it is shown: its title, its national group, the body that answers."""

    title: str
    group: str
    body: str
    what: What


def comparison_table(results: Results, what: What) -> Table:
    """Each scenario against the baseline on one measure."""
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    rows = []
    for name in results.names:
        found = results.estimate(name, what)
        mean, low, high = (
            amounts([found.mean, found.low, found.high], unit) if found else (NONE, NONE, NONE)
        )
        mean_cell = f"{mean}\n{between(low, high)}".strip()
        difference = results.difference(name, what)
        if name == results.baseline:
            rows.append((f"{name} (baseline)", mean_cell, NONE, NONE, NONE, NONE, "baseline"))
        elif difference is None:
            rows.append((name, mean_cell, NONE, NONE, NONE, NONE, "not compared"))
        else:
            size, low, high = changes(
                [difference.difference, difference.low, difference.high], unit
            )
            share = NONE
            if base and base.mean:
                sign = "−" if difference.difference / base.mean < 0 else "+"
                share = sign + roughly(difference.difference / base.mean)
            rows.append(
                (
                    name, mean_cell, size, between(low, high, brackets=False) or NONE, share,
                    percent(difference.share_better), verdict(what, difference).words,
                )
            )  # fmt: skip
    return Table(
        f"{results.title(what)} ({unit_heading(unit)}): every scenario against "
        f"‘{results.baseline}’",
        (
            "Scenario", "Mean (95% interval)",
            f"Difference, {unit_heading(unit, change=True)}", "95% interval of the difference",
            "Difference, % of baseline", "Replications in which better", "What it shows",
        ),
        (Rows(tuple(rows)),),
        text_columns=(6,),
    )  # fmt: skip


def levels_table(results: Results) -> Table:
    """The measures that the experiment asks for, where there is nothing to compare."""
    rows = []
    for what in results.compare_on:
        found = results.estimate(results.baseline, what)
        if found:
            unit = measure(what).unit
            mean, low, high = amounts([found.mean, found.low, found.high], unit)
            rows.append((results.title(what), unit_heading(unit), mean, between(low, high, False)))
    return Table(
        f"What the experiment asks for, in ‘{results.baseline}’",
        ("Measure", "Unit", "Mean", "95% interval"),
        (Rows(tuple(rows)),),
        text_columns=(1,),
    )


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


def reasons_shown(results: Results, scenarios: Sequence[str]) -> list[Reason]:
    """The delay reasons with any delay in these scenarios: by national group, largest first."""
    found = []
    for what in results.parts("delayed_bed_days", "reason", "body"):
        sizes = [e.mean for name in scenarios if (e := results.estimate(name, what))]
        if any(sizes):
            known = REASONS.get(what.reason)
            title = known.title if known else what.reason
            group = known.group if known else "other"
            found.append((max(sizes), Reason(title, group, what.body, what)))
    order = {group: place for place, group in enumerate((*REASON_GROUPS, "other"))}
    found.sort(key=lambda pair: (order[pair[1].group], -pair[0], pair[1].title))
    return [reason for _, reason in found]


def reasons_table(results: Results, reasons: Sequence[Reason], shown: str) -> Table:
    """Delayed bed days by reason and body, in the baseline and in one other scenario."""
    groups = []
    for group in dict.fromkeys(reason.group for reason in reasons):
        rows = tuple(
            (reason.title, reason.body, *_beside(results, reason.what, shown))
            for reason in reasons
            if reason.group == group
        )
        groups.append(Rows(rows, group.capitalize()))
    columns = _beside_columns(results, shown)
    return Table(
        "Delayed bed days a year by reason, in the five national groups",
        ("Reason", "Who answers", *columns),
        tuple(groups),
        text_columns=(1,),
    )


def mix_table(results: Results) -> Table:
    """Delayed bed days by national group and by body, in every scenario."""
    groups = [g for g in (*REASON_GROUPS, "other") if any(
        delay_of(results, name, group=g) for name in results.names)]  # fmt: skip
    bodies = [b for b in ("NHS", "social care", "both") if any(
        delay_of(results, name, body=b) for name in results.names)]  # fmt: skip
    rows = []
    for name in results.names:
        sizes = [
            *(delay_of(results, name, group=g) for g in groups),
            *(delay_of(results, name, body=b) for b in bodies),
            delay_of(results, name),
        ]
        rows.append((name, *(amount(size) for size in sizes)))
    return Table(
        "Delayed bed days a year, by national group of reasons and by who answers",
        ("Scenario", *(g.capitalize() for g in groups),
         *(f"Body: {b}" for b in bodies), "All"),
        (Rows(tuple(rows)),),
        note="The groups add up to all, and so do the bodies.",
    )  # fmt: skip


def delay_of(results: Results, scenario: str, group: str = "", body: str = "") -> float:
    """Delayed bed days of a scenario, summed over reasons of one group or one body."""
    total = 0.0
    for what in results.parts("delayed_bed_days", "reason", "body"):
        known = REASONS.get(what.reason)
        own_group = known.group if known else "other"
        if (not group or own_group == group) and (not body or what.body == body):
            found = results.estimate(scenario, what)
            total += found.mean if found else 0.0
    return total


def part_table(results: Results, dimension: str, shown: str, caption: str) -> Table | None:
    """Delayed bed days by locality or by group of people; None if they are not split so."""
    parts = results.parts("delayed_bed_days", dimension)
    if not parts:
        return None
    names = [getattr(what, dimension) for what in parts]
    if dimension == "group":
        names = [results.group_names.get(name) or name for name in names]
    rows = tuple(
        (name, *_beside(results, what, shown)) for name, what in zip(names, parts, strict=True)
    )
    heading = {"group": "Group of people"}.get(dimension, dimension.capitalize())
    return Table(caption, (heading, *_beside_columns(results, shown)), (Rows(rows),))


def money_table(results: Results) -> Table:
    """Cost by body in every scenario, and its difference from the baseline."""
    unit = measure(COST).unit
    bodies = results.parts("cost_per_year", "body")
    groups = []
    for what in (*bodies, COST):
        rows = []
        for name in results.names:
            found = results.estimate(name, what)
            difference = results.difference(name, what)
            cells = [amount(found.mean, unit) if found else NONE]
            if difference is None:
                cells += [NONE, NONE, "baseline" if name == results.baseline else NONE]
            else:
                three = [difference.difference, difference.low, difference.high]
                size, low, high = changes(three, unit)
                cells += [size, between(low, high, False) or NONE, pays(what, results, name)]
            rows.append((name, *cells))
        groups.append(Rows(tuple(rows), capital(what.body) if what.body else "All bodies"))
    return Table(
        f"Cost a year by body, and the difference from ‘{results.baseline}’",
        ("Body and scenario", "Cost a year", "Difference", "95% interval", "Who pays, who gains"),
        tuple(groups),
        text_columns=(4,),
    )


def pays(what: What, results: Results, scenario: str) -> str:
    """Whether a body pays more or gains in a scenario, as a table cell."""
    difference = results.difference(scenario, what)
    if difference is None:
        return NONE
    shown = verdict(what, difference)
    return {
        "better": "▼\u00a0gains", "worse": "▲\u00a0pays more", "cannot tell": "○\u00a0cannot tell",
        "the same": "=\u00a0the same",
    }.get(shown.value, "·\u00a0one run")  # fmt: skip


def setting_costs_table(results: Results, shown: str) -> Table | None:
    """Cost by setting, in the baseline and in one other scenario; None if not split so."""
    parts = results.parts("cost_per_year", "setting", "body") or results.parts(
        "cost_per_year", "setting"
    )
    if not parts:
        return None
    rows = tuple(
        (results.setting_name(w.setting), w.body or NONE, *_beside(results, w, shown))
        for w in parts
    )
    return Table(
        "Cost a year by setting",
        ("Setting", "Who pays", *_beside_columns(results, shown)),
        (Rows(rows),),
        text_columns=(1,),
    )


def precision_table(results: Results) -> Table:
    """How wide the 95% intervals are, in the measure's unit and as a share of the mean."""
    groups = []
    for what in results.compare_on:
        unit = measure(what).unit
        rows = []
        for name in results.names:
            found = results.estimate(name, what)
            if found is None:
                continue
            half = None if found.low is None or found.high is None else (found.high - found.low) / 2
            share = NONE if half is None or not found.mean else roughly(half / found.mean)
            mean = amount(found.mean, unit)
            width = changes([half], unit, signed=False)[0]
            rows.append((name, mean, NONE if half is None else f"± {width}", share))
        groups.append(Rows(tuple(rows), f"{results.title(what)} ({unit_heading(unit)})"))
    return Table(
        "Half-widths of the 95% intervals of each mean",
        ("Measure and scenario", "Mean", "Half-width", "Half-width, % of the mean"),
        tuple(groups),
        note="For shares the half-width is in percentage points.",
    )


def levers_table(results: Results) -> Table:
    """Which scenario makes which changes."""
    rows = tuple(
        (s.name, "; ".join(lever.title for lever in s.levers) or "No change: the place as it is")
        for s in results.scenarios
    )
    return Table("Which scenario makes which changes", ("Scenario", "Changes"), (Rows(rows),), (1,))


def numbers_table(results: Results) -> Table:
    """Every number that the place rests on, with its source and how sure it is."""

    def row(n: Number) -> tuple[str, ...]:
        span = between(anything(n.low), anything(n.high), False)
        sure = {"guess": "◆ guess", "": NONE}.get(n.certainty, n.certainty)
        source = "; ".join(part for part in (n.source, n.note) if part) or "none given"
        return n.path, anything(n.value), span or NONE, n.unit or NONE, source, sure

    rows = tuple(row(n) for n in sorted(results.numbers, key=lambda n: in_order(n.path)))
    return Table(
        "The numbers of the place, by their path in its file (◆ marks a guess)",
        ("Path", "Value", "Range", "Unit", "Source and note", "Certainty"),
        (Rows(rows),),
        text_columns=(1, 2, 3, 4, 5),
    )


def level(mean: float, unit: str) -> str:
    """A mean of people or days, to a hundredth at most.

    >>> level(12.345, "people"), level(0.1234, "people"), level(0.0004, "people")
    ('12.3', '0.12', 'under 0.01')
    """
    if is_share(unit) or is_money(unit) or mean == 0 or abs(mean) >= 1:
        return amount(mean, unit)
    return "under 0.01" if 0 < mean < 0.005 else amount(round(mean, 2), unit)


def in_order(path: str) -> list[tuple[int, int, str]]:
    """A key by which paths sort as people count: ward-2 before ward-10.

    >>> sorted(["ward-10.beds", "ward-2.beds"], key=in_order)
    ['ward-2.beds', 'ward-10.beds']
    """
    parts = re.split(r"([0-9]+)", path)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def between(low: str, high: str, brackets: bool = True) -> str:
    """Two ends of an interval as text; empty where there is none."""
    if low == NONE or high == NONE:
        return ""
    span = f"{low}\u00a0to\u00a0{high}"
    return f"({span})" if brackets else span


def capital(text: str) -> str:
    """A body's name at the start of a line."""
    return {"both": "Both together"}.get(text, text[:1].upper() + text[1:])


def _beside_columns(results: Results, shown: str) -> tuple[str, ...]:
    if not shown:
        return (results.baseline, "95% interval")
    return (results.baseline, shown, "Difference", "95% interval of the difference")


def _beside(results: Results, what: What, shown: str) -> tuple[str, ...]:
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    if not shown:
        mean, low, high = amounts([base.mean, base.low, base.high], unit) if base else [NONE] * 3
        return mean, between(low, high, False) or NONE
    other = results.estimate(shown, what)
    difference = results.difference(shown, what)
    cells = [amount(e.mean, unit) if e else NONE for e in (base, other)]
    if difference is None:
        return (*cells, NONE, NONE)
    size, low, high = changes([difference.difference, difference.low, difference.high], unit)
    return (*cells, size, between(low, high, False) or NONE)
