"""Delay in acute care: bed days by reason and body, and how long those who leave were delayed."""

from dataclasses import dataclass

import numpy as np

from sim.flow.log import EXCHANGED
from sim.flow.model import Run
from sim.measures.series import next_setting, shut_time
from sim.measures.stays import Bools, Floats, Ints, Stays, arranging_and_waiting
from sim.measures.tasks import tasks_of
from sim.place.words import Body

ReasonDays = dict[tuple[str, Body], float]


def acute_stays(run: Run, stays: Stays) -> Bools:
    """The stays in settings marked acute."""
    is_acute = np.array([setting.acute for setting in run.plan.place.settings.values()])
    return np.asarray(is_acute[stays.setting])


def inside(start: Floats, end: Floats, window: tuple[float, float]) -> Floats:
    """How much of each interval lies in a window; shape of ``start``."""
    lowest = np.minimum(np.maximum(start, window[0]), window[1])
    return np.asarray(np.maximum(np.minimum(end, window[1]) - lowest, 0.0))


def bed_days_by_reason(
    run: Run, stays: Stays, chosen: Bools, window: tuple[float, float]
) -> ReasonDays:
    """Delayed days of the chosen stays inside a window, by (reason, body); the parts of the whole.

    Every reason that the plan could give has its row, so that none is missing where it is nought.
    """
    days: ReasonDays = {}
    for times in tasks_of(run, stays):
        mine = chosen[times.stay]
        due = np.minimum(times.due_at, stays.left_at[times.stay])
        done = np.minimum(times.done_at, stays.left_at[times.stay])
        key = times.task.reason, times.task.body
        days[key] = days.get(key, 0.0) + float(inside(due, done, window)[mine].sum())
    _add_waits(run, stays, chosen, window, days)
    _add_exchanges(run, stays, chosen, window, days)
    return days


def _add_waits(
    run: Run, stays: Stays, chosen: Bools, window: tuple[float, float], days: ReasonDays
) -> None:
    """Waiting for a space: capacity, or the admission hours of a setting with a space free."""
    arranged, placed = arranging_and_waiting(stays)
    waited = inside(arranged, placed, window)
    shut = _shut_days(run, stays, arranged, placed, window)
    onward = chosen & (next_setting(run, stays) >= 0)
    for route in run.plan.routes:
        if route.to >= len(run.plan.settings):
            continue
        mine = onward & (stays.route == route.number)
        reason = route.capacity_reason, route.capacity_body
        hours = float(shut[mine].sum())
        days[reason] = days.get(reason, 0.0) + float(waited[mine].sum()) - hours
        if run.open_hours[route.to] is not None:
            key: tuple[str, Body] = ("admission-hours", route.capacity_body)
            days[key] = days.get(key, 0.0) + hours


def _shut_days(
    run: Run, stays: Stays, start: Floats, end: Floats, window: tuple[float, float]
) -> Floats:
    """Days of each wait in which the next setting had a space and was not admitting."""
    shut = np.zeros(len(start))
    to = next_setting(run, stays)
    for number, stretches in run.log.shut.items():
        mine = to == number
        first = np.clip(start[mine], window[0], window[1])
        last = np.clip(end[mine], window[0], window[1])
        lines = np.array(stretches)
        shut[mine] = shut_time(lines, np.maximum(last, first)) - shut_time(lines, first)
    return shut


def _add_exchanges(
    run: Run, stays: Stays, chosen: Bools, window: tuple[float, float], days: ReasonDays
) -> None:
    """Waiting, one's own hand-over done, for that of somebody else in the ring."""
    mine = chosen & (stays.next_stay >= 0)
    mine[mine] = stays.came[stays.next_stay[mine]] == EXCHANGED
    if not mine.any():
        return
    own = stays.next_placed_at[mine] + run.cohort.visits.hand_over_days[stays.visit[mine]]
    waited = float(inside(own, stays.left_at[mine], window).sum())
    days["unspecified", "both"] = days.get(("unspecified", "both"), 0.0) + waited


@dataclass(frozen=True)
class AcuteSpells:
    """Unbroken times in acute care, from coming in to leaving it; columns of shape (spells,)."""

    group: Ints
    since: Floats
    left_at: Floats
    ready_at: Floats
    """When the person was ready to leave the last acute setting."""
    delay_days: Floats
    """The delays of all its stays together."""


def acute_spells(run: Run, stays: Stays) -> AcuteSpells:
    """Join each person's acute stays that follow one another without a break."""
    rows = np.flatnonzero(acute_stays(run, stays) & np.isfinite(stays.admitted_at))
    order = np.lexsort((stays.admitted_at[rows], stays.visit[rows], stays.person[rows]))
    rows = rows[order]
    if not len(rows):
        nothing = np.zeros(0)
        return AcuteSpells(nothing.astype(np.int32), nothing, nothing, nothing, nothing)
    follows = np.zeros(len(rows), dtype=np.bool_)
    follows[1:] = (stays.person[rows[1:]] == stays.person[rows[:-1]]) & (
        stays.admitted_at[rows[1:]] == stays.left_at[rows[:-1]]
    )
    spell = np.cumsum(~follows) - 1
    delay = np.zeros(len(rows))
    gone = np.isfinite(stays.left_at[rows]) & np.isfinite(stays.ready_at[rows])
    delay[gone] = (stays.left_at[rows] - np.minimum(stays.ready_at[rows], 1e300))[gone]
    first = np.flatnonzero(~follows)
    last = np.append(first[1:], len(rows)) - 1
    return AcuteSpells(
        group=stays.group[rows[first]],
        since=stays.admitted_at[rows[first]],
        left_at=stays.left_at[rows[last]],
        ready_at=stays.ready_at[rows[last]],
        delay_days=np.bincount(spell, weights=delay).astype(np.float64),
    )
