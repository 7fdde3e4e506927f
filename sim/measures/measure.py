"""The measures of one replication, each as a numerator and a denominator.

A plain mean has denominator 1; a ratio keeps both, so that replications can be pooled. The names
are those of ``definitions.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.flow.log import EXCHANGED, FOUND_THERE, REROUTED, UNWELL_AGAIN
from sim.flow.model import Run
from sim.flow.rings import wards_in_loops
from sim.measures.beds_tried import BedsTried, beds_tried_rows
from sim.measures.care import care_by_day
from sim.measures.checks import check
from sim.measures.delays import (
    AcuteSpells,
    acute_spells,
    acute_stays,
    inside,
    waits_to_leave,
)
from sim.measures.front_door import front_door
from sim.measures.harm import harm_rows
from sim.measures.national import national
from sim.measures.rows import MeasureRow, by_name, localities, within
from sim.measures.series import capacity_by_day, days_by_row_and_day, hours_by_day
from sim.measures.stays import Bools, Floats, Ints, Stays, arranging_and_waiting, stays_of
from sim.measures.stretches import Stretches, stretches_of
from sim.measures.tasks import jobs_of
from sim.measures.teams import staff_hours, team_rows
from sim.place.reasons import REASONS
from sim.place.words import DAYS_PER_YEAR, Body


@dataclass(frozen=True)
class Measured:
    """What is kept of one replication: measures of the window, daily series of the whole run."""

    rows: list[MeasureRow]
    series: dict[str, Floats]
    """By the names of ``definitions.SERIES``; means of each day, shape (settings, days)."""
    stays: Stays


def measure(
    run: Run,
    warm_up: int,
    lever_costs: dict[Body, float] | None = None,
    beds_tried: Sequence[BedsTried] = (),
) -> Measured:
    """Check a run against itself, then measure it from the end of its warm-up.

    ``lever_costs`` are pounds a year by body, beside what the settings cost. ``beds_tried`` are the
    numbers of beds of which the chance of delay is asked for, if any.

    Raises:
        CheckFailed: the run contradicts itself.
    """
    stays = stays_of(run)
    stretches = stretches_of(run, stays)
    check(run, stays, stretches)
    series = daily_series(run, stays)
    window = float(warm_up), run.end
    spells = acute_spells(run, stays)
    waits = waits_to_leave(run, stays, spells)
    jobs = jobs_of(run, stays)
    rows = [
        *_by_setting(run, stays, series, window),
        *_delays(run, stays, spells, stretches, window),
        *national(run, stays, spells, waits, stretches, window),
        *team_rows(run, stays, jobs, spells, window),
        *front_door(run, stays, window),
        *harm_rows(run, stays, spells, window),
        *_costs(run, series, window, lever_costs or {}),
        *beds_tried_rows(run, stays, beds_tried, window),
    ]
    return Measured(rows, series, stays)


def daily_series(run: Run, stays: Stays) -> dict[str, Floats]:
    """The mean of each day, by setting."""
    rows, days = len(run.plan.settings), int(run.end)

    def by_day(row: Ints, start: Floats, end: Floats) -> Floats:
        return days_by_row_and_day(row, start, end, rows, days)

    arranged, placed = arranging_and_waiting(stays)
    hours = hours_by_day(run, stays)
    asked = np.where(stays.has_asked & ~stays.was_turned_away, stays.asked_at, np.inf)
    process = by_day(stays.setting, stays.ready_at, arranged) + hours
    capacity = by_day(stays.setting, arranged, placed) - hours
    hand_over = by_day(stays.setting, placed, stays.left_at)
    return {
        "occupied": by_day(stays.setting, stays.admitted_at, stays.left_at),
        "reserved": by_day(stays.setting, stays.held_from, stays.admitted_at),
        "capacity": capacity_by_day(run),
        "waiting": by_day(stays.wanted, asked, stays.stopped_at),
        "delayed": process + capacity + hand_over,
        "delayed_process": process,
        "delayed_capacity": capacity,
        "delayed_handover": hand_over,
    }


def _by_setting(
    run: Run, stays: Stays, series: dict[str, Floats], window: tuple[float, float]
) -> list[MeasureRow]:
    """The measures of each setting."""
    first = int(window[0])
    days = window[1] - window[0]
    mean = {name: values[:, first:].sum(axis=1) / days for name, values in series.items()}
    n = len(run.plan.settings)
    asked = stays.has_asked & (stays.came != FOUND_THERE) & within(stays.asked_at, window)
    asked &= stays.asked_at > 0
    waited = asked & (stays.placed_at > stays.asked_at) & ~stays.was_turned_away
    found = stays.has_asked & (stays.came != FOUND_THERE) & within(stays.placed_at, window)
    was_there = (FOUND_THERE, REROUTED, UNWELL_AGAIN)
    came_in = ~np.isin(stays.came, was_there) & within(stays.admitted_at, window)
    waiting = stays.has_asked & ~stays.was_turned_away & np.isinf(stays.stopped_at)
    is_outlier = stays.setting != stays.wanted
    wait = np.where(found, stays.placed_at, 0.0) - np.where(found, stays.asked_at, 0.0)
    count = {
        "asked": np.bincount(stays.wanted[asked], minlength=n),
        "waited": np.bincount(stays.wanted[waited], minlength=n),
        "found": np.bincount(stays.wanted[found], minlength=n),
        "wait": np.bincount(stays.wanted, weights=wait, minlength=n),
        "away": np.bincount(stays.wanted[asked & stays.was_turned_away], minlength=n),
        "in": np.bincount(stays.setting[came_in], minlength=n),
        "waiting": np.bincount(stays.wanted[waiting], minlength=n),
        "out": np.bincount(
            stays.wanted[is_outlier],
            weights=inside(stays.admitted_at, stays.left_at, window)[is_outlier],
            minlength=n,
        ),
        "ring": np.bincount(stays.setting[came_in & (stays.came == EXCHANGED)], minlength=n),
    }
    loops = wards_in_loops(run.plan)
    rows: list[MeasureRow] = []
    for s, name in enumerate(run.plan.settings):
        setting = run.plan.setting(s)
        found_rows = {key: float(values[s]) for key, values in count.items()}
        numbers: dict[str, tuple[float, float]] = {
            name: (float(mean[name][s]), 1.0)
            for name in ("occupied", "reserved", "waiting", "delayed")
        }
        if np.isfinite(mean["capacity"][s]):
            in_use = float(mean["occupied"][s] + mean["reserved"][s])
            if setting.need is not None:
                in_use = float(care_by_day(run, stays, s)[first:].mean())
                numbers["care_per_day"] = in_use, 1.0
            numbers["occupancy"] = in_use, float(mean["capacity"][s])
        numbers |= {
            "waiting_at_end": (found_rows["waiting"], 1.0),
            "wait_days": (found_rows["wait"], found_rows["found"]),
            "share_waiting": (found_rows["waited"], found_rows["asked"]),
            "delayed_process": (float(mean["delayed_process"][s]), 1.0),
            "delayed_capacity": (float(mean["delayed_capacity"][s]), 1.0),
            "delayed_handover": (float(mean["delayed_handover"][s]), 1.0),
            "turned_away_per_day": (found_rows["away"] / days, 1.0),
            "admitted_per_day": (found_rows["in"] / days, 1.0),
        }
        if setting.overflow:
            numbers["outlier_days"] = found_rows["out"] / days * DAYS_PER_YEAR, 1.0
        if s in loops:
            numbers["exchanges_per_day"] = found_rows["ring"] / days, 1.0
        rows += [
            MeasureRow(key, *pair, setting=name, locality=setting.locality or "")
            for key, pair in numbers.items()
        ]
    return rows


def _delays(
    run: Run,
    stays: Stays,
    spells: AcuteSpells,
    stretches: Stretches,
    window: tuple[float, float],
) -> list[MeasureRow]:
    """The measures of delay and of long stays in acute care, for the place and its parts."""
    acute = acute_stays(run, stays)
    delayed = np.where(acute, inside(stays.ready_at, stays.left_at, window), 0.0)
    groups = run.plan.groups
    places, of_person = localities(run)
    where = of_person[stays.person]
    per_year = DAYS_PER_YEAR / (window[1] - window[0])
    rows: list[MeasureRow] = []
    everybody = np.ones(len(where), dtype=np.bool_)
    parts = {name: where == number for name, number in by_name(places, of_person).items() if name}
    for name, chosen in {"": everybody, **parts}.items():
        total = float(delayed[chosen].sum()) * per_year
        rows.append(MeasureRow("delayed_bed_days", total, locality=name))
        rows += _of_leavers(spells, chosen[spells.last_stay], window, name)
    for g, group in enumerate(groups):
        mine = stays.group == g
        split = by_name(places, where[mine]) or {run.plan.group(g).locality or "": -1}
        for name, number in split.items():
            total = float(delayed[mine & (where == number)].sum()) * per_year
            rows.append(MeasureRow("delayed_bed_days", total, group=group, locality=name))
    return rows + _by_reason(stretches, acute, window, per_year)


def _by_reason(
    stretches: Stretches, acute: Bools, window: tuple[float, float], per_year: float
) -> list[MeasureRow]:
    """Delayed bed days by reason and body, by the older codes, and by step of each transfer."""
    days = inside(stretches.start, stretches.end, window) * acute[stretches.stay]
    by_cause = np.bincount(stretches.cause, weights=days, minlength=len(stretches.causes))
    by_reason: dict[tuple[str, Body], float] = {}
    by_code: dict[tuple[str, Body], float] = {}
    by_step: dict[tuple[str, str, Body], float] = {}
    for cause, total in zip(stretches.causes, by_cause.tolist(), strict=True):
        key = cause.reason, cause.body
        by_reason[key] = by_reason.get(key, 0.0) + total
        code = REASONS[cause.reason].dtoc, cause.body
        by_code[code] = by_code.get(code, 0.0) + total
        step = f"{cause.transfer}: {cause.step}" if cause.transfer else cause.step
        where = step, cause.reason, cause.body
        by_step[where] = by_step.get(where, 0.0) + total
    stand_in = sum(
        total
        for cause, total in zip(stretches.causes, by_cause.tolist(), strict=True)
        if cause.stands_in
    )
    rows = [
        MeasureRow("delayed_bed_days", total * per_year, reason=reason, body=body)
        for (reason, body), total in by_reason.items()
    ]
    rows += [
        MeasureRow("dtoc_days", total * per_year, part=code, body=body)
        for (code, body), total in by_code.items()
    ]
    rows += [
        MeasureRow("step_days", total * per_year, part=step, reason=reason, body=body)
        for (step, reason, body), total in by_step.items()
    ]
    rows.append(MeasureRow("share_stand_in", stand_in, float(by_cause.sum())))
    return rows


def _of_leavers(
    spells: AcuteSpells, chosen: np.ndarray, window: tuple[float, float], locality: str
) -> list[MeasureRow]:
    """Delay of those who leave acute care in the window, and long stays."""
    left = chosen & within(spells.left_at, window)
    delay = spells.delay_days[left]
    is_delayed = delay > 1e-9
    same_date = np.floor(spells.left_at[left]) == np.floor(spells.ready_at[left])
    leavers = float(len(delay))
    pairs = {
        "delay_days": (float(delay.sum()), leavers),
        "delay_days_if_delayed": (float(delay.sum()), float(is_delayed.sum())),
        "share_delayed": (float(is_delayed.sum()), leavers),
        "share_left_on_ready_date": (float(same_date.sum()), leavers),
    }
    for days in (7, 14, 21):
        long = inside(spells.since + days, spells.left_at, window)[chosen].sum()
        pairs[f"stays_over_{days}_days"] = float(long) / (window[1] - window[0]), 1.0
    return [MeasureRow(name, *pair, locality=locality) for name, pair in pairs.items()]


def _costs(
    run: Run, series: dict[str, Floats], window: tuple[float, float], lever_costs: dict[Body, float]
) -> list[MeasureRow]:
    """Money a year: in all, by body, and by setting; empty where no setting has a cost."""
    days = window[1] - window[0]
    by_body: dict[Body, float] = dict(lever_costs)
    rows: list[MeasureRow] = []
    for s, name in enumerate(run.plan.settings):
        setting = run.plan.setting(s)
        if setting.cost_per_day is None:
            continue
        people = float(series["occupied"][s, int(window[0]) :].sum()) / days
        cost = people * setting.cost_per_day.value * DAYS_PER_YEAR
        body = run.plan.place.body_of(name)
        by_body[body] = by_body.get(body, 0.0) + cost
        locality = setting.locality or ""
        rows.append(MeasureRow("cost_per_year", cost, setting=name, body=body, locality=locality))
    for number, (name, team) in enumerate(run.plan.place.teams.items()):
        if team.cost_per_hour is None:
            continue
        hours = staff_hours(run, number, window) / days * DAYS_PER_YEAR
        cost = hours * team.cost_per_hour.value
        body = run.plan.place.body_of_organisation(team.organisation)
        by_body[body] = by_body.get(body, 0.0) + cost
        locality = team.locality or ""
        rows.append(MeasureRow("cost_per_year", cost, team=name, body=body, locality=locality))
    rows += [MeasureRow("cost_per_year", cost, body=body) for body, cost in by_body.items()]
    if by_body:
        rows.append(MeasureRow("cost_per_year", sum(by_body.values())))
    return rows
