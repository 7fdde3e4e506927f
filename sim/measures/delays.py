"""Acute care: its stays, its spells, and when their people became ready and left."""

from dataclasses import dataclass

import numpy as np

from sim.flow.log import REROUTED
from sim.flow.model import Run
from sim.measures.series import next_setting
from sim.measures.stays import Bools, Floats, Ints, Stays


def acute_stays(run: Run, stays: Stays) -> Bools:
    """The stays in settings marked acute."""
    is_acute = np.array([setting.acute for setting in run.plan.place.settings.values()])
    return np.asarray(is_acute[stays.setting])


def inside(start: Floats, end: Floats, window: tuple[float, float]) -> Floats:
    """How much of each interval lies in a window; shape of ``start``."""
    lowest = np.minimum(np.maximum(start, window[0]), window[1])
    return np.asarray(np.maximum(np.minimum(end, window[1]) - lowest, 0.0))


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
    last_stay: Ints
    """The row of its last stay."""
    of_stay: Ints
    """For each stay of the log, the spell that it is part of; -1 outside acute care."""


def acute_spells(run: Run, stays: Stays) -> AcuteSpells:
    """Join each person's acute stays that follow one another without a break."""
    rows = np.flatnonzero(acute_stays(run, stays) & np.isfinite(stays.admitted_at))
    order = np.lexsort((stays.visit[rows], stays.admitted_at[rows], stays.person[rows]))
    rows = rows[order]
    if not len(rows):
        nothing, none = np.zeros(0), np.zeros(0, dtype=np.int32)
        outside = np.full(len(stays.visit), -1, dtype=np.int32)
        return AcuteSpells(none, nothing, nothing, nothing, nothing, none, outside)
    follows = np.zeros(len(rows), dtype=np.bool_)
    follows[1:] = (stays.person[rows[1:]] == stays.person[rows[:-1]]) & (
        stays.admitted_at[rows[1:]] == stays.left_at[rows[:-1]]
    )
    spell = np.cumsum(~follows) - 1
    delay = np.zeros(len(rows))
    gone = np.isfinite(stays.left_at[rows]) & np.isfinite(stays.ready_at[rows])
    delay[gone] = (stays.left_at[rows] - np.minimum(stays.ready_at[rows], 1e300))[gone]
    of_stay = np.full(len(stays.visit), -1, dtype=np.int32)
    of_stay[rows] = spell
    first = np.flatnonzero(~follows)
    last = np.append(first[1:], len(rows)) - 1
    return AcuteSpells(
        group=stays.group[rows[first]],
        since=stays.admitted_at[rows[first]],
        left_at=stays.left_at[rows[last]],
        ready_at=_first_ready(stays)[rows[last]],
        delay_days=np.bincount(spell, weights=delay).astype(np.float64),
        last_stay=rows[last].astype(np.int32),
        of_stay=of_stay,
    )


def _first_ready(stays: Stays) -> Floats:
    """When each stay's person became ready; for one who took another way, in the stay before."""
    ready_at = stays.ready_at.copy()
    for row in np.flatnonzero(stays.goes_on):
        onward = int(stays.goes_on_in[row])
        if stays.came[onward] == REROUTED:
            ready_at[onward] = ready_at[row]
    return ready_at


@dataclass(frozen=True)
class Waits:
    """Each time that somebody no longer needed acute care; columns of shape (times,).

    From becoming ready in the last acute setting to leaving it, to becoming unwell again, or to
    dying. People who die as their need ends, and same-day stays, are outside.
    """

    stay: Ints
    """The stay in which it ended."""
    spell: Ints
    since: Floats
    """When the person came into acute care."""
    ready_at: Floats
    left_at: Floats
    is_discharge: Bools
    """Whether it ended with leaving alive."""


def is_listed(run: Run, stays: Stays) -> Bools:
    """The acute stays whose people, once ready, no longer need acute care.

    Not those who go on to another acute setting, or whose need ended with death; shape (stays,).
    """
    to = next_setting(run, stays)
    is_acute = np.array(
        [setting.acute for setting in run.plan.place.settings.values()]
        + [False] * (len(run.plan.exits) + 1)
    )
    is_death = np.array([route.is_death for route in run.plan.routes] + [False])[stays.route]
    leads_out = acute_stays(run, stays) & (to >= 0) & ~is_acute[to]
    return np.asarray(leads_out & ~(is_death & (stays.came != REROUTED)))


def waits_to_leave(run: Run, stays: Stays, spells: AcuteSpells) -> Waits:
    """Each time that somebody was ready to leave acute care, in order of the log."""
    is_death = np.array([route.is_death for route in run.plan.routes] + [False])[stays.route]
    first_ready = _first_ready(stays)
    leads_out = is_listed(run, stays) & (spells.of_stay >= 0) & np.isfinite(stays.ready_at)
    goes_on_ready = stays.goes_on.copy()
    onward = stays.goes_on_in[stays.goes_on]
    goes_on_ready[stays.goes_on] = stays.came[onward] == REROUTED
    rows = np.flatnonzero(leads_out & ~goes_on_ready)
    since = spells.since[spells.of_stay[rows]]
    left = stays.left_at[rows]
    overnight = np.floor(np.minimum(left, run.end)) > np.floor(since)
    rows, since, left = rows[overnight], since[overnight], left[overnight]
    return Waits(
        stay=rows.astype(np.int32),
        spell=spells.of_stay[rows],
        since=since,
        ready_at=first_ready[rows],
        left_at=left,
        is_discharge=np.isfinite(left) & ~stays.goes_on[rows] & ~is_death[rows],
    )
