"""The log as NumPy columns, with what follows from it: spaces held, and the parts of each delay.

Instants are in days since the start; what has not happened by the end of the run is infinite.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.flow.log import (
    CANCELLED,
    EXCHANGED,
    GAVE_UP,
    REROUTED,
    RETURNED,
    TURNED_AWAY,
    UNWELL_AGAIN,
)
from sim.flow.model import Run
from sim.patients.ways import READMITTED

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Stays:
    """One row for each stay, in columns of shape (stays,)."""

    visit: Ints
    person: Ints
    group: Ints
    setting: Ints
    """Where the person was."""
    wanted: Ints
    """The setting asked for; another than ``setting`` for an outlier."""
    came: Ints
    asked_at: Floats
    placed_at: Floats
    held_from: Floats
    """From when the space is in use: when it was found; in an exchange, on admission."""
    admitted_at: Floats
    ready_at: Floats
    arranged_at: Floats
    """The end of what had to be arranged; from then on the next space is waited for."""
    next_placed_at: Floats
    """When the next space was found; for an exit, when all was arranged."""
    left_at: Floats
    freed_at: Floats
    """When the space could be used again: on leaving, or after it was made ready."""
    route: Ints
    """The way on; -1 where the stay ends in a move to the right ward."""
    next_stay: Ints
    """The row of the next visit; -1 where there is none."""
    stopped_at: Floats
    """When the space was no longer waited for: found, or given up."""
    goes_on: Bools
    """The stay ends in another one in the same space: another way on, or treatment again."""
    goes_on_in: Ints
    """The row of that stay; -1 where there is none."""

    @property
    def has_asked(self) -> Bools:
        """Those who asked for a space of the setting they wanted."""
        kept = (RETURNED, REROUTED, UNWELL_AGAIN)
        return np.asarray(np.isfinite(self.asked_at) & ~np.isin(self.came, kept))

    @property
    def was_turned_away(self) -> Bools:
        """Those who asked, and were turned away at once."""
        return np.asarray(self.came == TURNED_AWAY)

    @property
    def never_came(self) -> Bools:
        """Those who asked, but were turned away, cancelled, or went another way."""
        return np.asarray(np.isin(self.came, (TURNED_AWAY, CANCELLED, GAVE_UP)))

    @property
    def followed_by(self) -> Ints:
        """The row in which each stay's person goes on, in whatever way; -1 where there is none."""
        row = np.where(self.goes_on, self.goes_on_in, self.next_stay)
        returned = np.flatnonzero(self.came == RETURNED)
        row[self.visit[returned]] = returned
        return np.asarray(row)


def stays_of(run: Run) -> Stays:
    """The stays of a run."""
    log, cohort, plan = run.log, run.cohort, run.plan
    visits = cohort.visits
    visit = np.frombuffer(log.visit, dtype=np.int32)
    came = np.frombuffer(log.came, dtype=np.int8)
    setting = np.frombuffer(log.setting, dtype=np.int32)
    asked_at, placed_at, admitted_at, ready_at, left_at = (
        np.frombuffer(column, dtype=np.float64)
        for column in (log.asked_at, log.placed_at, log.admitted_at, log.ready_at, log.left_at)
    )
    # A visit of an outlier who moved has two stays; the later one is the one that leads on.
    leads_on = np.ones(len(visit), dtype=np.bool_)
    leads_on[visit[len(visits.person) :]] = False
    next_stay = _next_stays(_last_visits(run), visit, leads_on, asked_at)
    next_stay[next_stay >= 0] = np.where(
        came[next_stay[next_stay >= 0]] == GAVE_UP, -1, next_stay[next_stay >= 0]
    )
    arranged_at = _arranged(run, visit, ready_at)
    goes_on_in = _going_on(run, visit, leads_on, came, asked_at)
    to_exit = np.array([route.to for route in plan.routes])[visits.route] >= len(plan.settings)
    next_placed_at = np.where(to_exit[visit], arranged_at, np.inf)
    has_next = next_stay >= 0
    next_placed_at[has_next] = placed_at[next_stay[has_next]]
    stopped_at = placed_at.copy()
    for row, at in log.gave_up_at.items():
        stopped_at[row] = at
    held_from, freed_at = _holding(
        run, setting, came, next_stay, placed_at, admitted_at, left_at, goes_on_in >= 0
    )
    return Stays(
        visit=visit,
        person=visits.person[visit],
        group=cohort.group[visits.person[visit]],
        setting=setting,
        wanted=visits.setting[visit],
        came=came,
        asked_at=asked_at,
        placed_at=placed_at,
        held_from=held_from,
        admitted_at=admitted_at,
        ready_at=ready_at,
        arranged_at=arranged_at,
        next_placed_at=next_placed_at,
        left_at=left_at,
        freed_at=freed_at,
        route=np.where(leads_on, visits.route[visit], -1).astype(np.int32),
        next_stay=next_stay,
        stopped_at=stopped_at,
        goes_on=goes_on_in >= 0,
        goes_on_in=goes_on_in,
    )


def episodes_of(run: Run, stays: Stays) -> Ints:
    """For each stay, which time in the place of its person it is part of, from 1.

    Somebody who is readmitted begins the next one; shape (stays,).
    """
    branches = run.cohort.branches
    begins = np.zeros(len(run.cohort.visits.person), dtype=np.bool_)
    begins[branches.first[branches.kind == READMITTED]] = True
    is_new = begins[stays.visit] & np.isfinite(stays.asked_at) & (stays.came != RETURNED)
    episode = np.ones(len(stays.visit), dtype=np.int32)
    readmitted = np.unique(stays.person[is_new])
    mine = np.flatnonzero(np.isin(stays.person, readmitted) & np.isfinite(stays.asked_at))
    order = mine[np.lexsort((~is_new[mine], stays.asked_at[mine], stays.person[mine]))]
    number = np.cumsum(is_new[order])
    first = np.searchsorted(stays.person[order], stays.person[order])
    before = np.where(first > 0, number[np.maximum(first - 1, 0)], 0)
    episode[order] = 1 + number - before
    return episode


def _arranged(run: Run, visit: Ints, ready_at: Floats) -> Floats:
    """When everything was arranged: for a process as it came out, else the days added up."""
    arranged_at = np.asarray(ready_at + run.cohort.visits.arrange_days[visit])
    process = np.array([route.has_process and bool(route.tasks) for route in run.plan.routes])
    if process.any():
        arranged_at[process[run.cohort.visits.route[visit]]] = np.inf
        for row, at in run.log.arranged_at.items():
            arranged_at[row] = at
    return arranged_at


def _going_on(run: Run, visit: Ints, leads_on: Bools, came: Ints, asked_at: Floats) -> Ints:
    """For each stay, the one that goes on in its space by another way; -1 where none does."""
    goes_on_in = np.full(len(visit), -1, dtype=np.int32)
    branches = run.cohort.branches
    taken = np.isin(came[branches.first], (REROUTED, UNWELL_AGAIN))
    taken &= np.isfinite(asked_at[branches.first])
    if taken.any():
        stay = np.full(len(run.cohort.visits.person), -1, dtype=np.int32)
        rows = np.flatnonzero(leads_on)
        stay[visit[rows]] = rows
        goes_on_in[stay[branches.visit[taken]]] = branches.first[taken]
    return goes_on_in


def _last_visits(run: Run) -> NDArray[np.bool_]:
    """The last visit of each line: nothing follows it."""
    is_last = np.zeros(len(run.cohort.visits.person), dtype=np.bool_)
    ends = np.concatenate((run.cohort.first_visit[1:], run.cohort.branches.end))
    is_last[ends[ends > 0] - 1] = True
    return is_last


def _holding(
    run: Run,
    setting: Ints,
    came: Ints,
    next_stay: Ints,
    placed_at: Floats,
    admitted_at: Floats,
    left_at: Floats,
    goes_on: Bools,
) -> tuple[Floats, Floats]:
    """From when to when each stay uses a space: not before an exchange, and until made ready."""
    settings = run.plan.place.settings.values()
    turnaround = np.array([each.turnaround.days if each.turnaround else 0.0 for each in settings])
    freed_at = left_at + turnaround[setting] if turnaround.any() else left_at
    if turnaround.any() and goes_on.any():
        freed_at = np.where(goes_on, left_at, freed_at)
    if not run.log.exchanges:
        return placed_at, freed_at
    exchanged = came == EXCHANGED
    has_next = next_stay >= 0
    gave_up = np.zeros(len(setting), dtype=np.bool_)
    gave_up[has_next] = exchanged[next_stay[has_next]]
    return np.where(exchanged, admitted_at, placed_at), np.where(gave_up, left_at, freed_at)


def _next_stays(is_last: Bools, visit: Ints, leads_on: Bools, asked_at: Floats) -> Ints:
    """The row of each person's next visit, where a space was asked for in it."""
    following = np.where(is_last[visit] | ~leads_on, np.int32(-1), visit + np.int32(1))
    asked = following >= 0
    asked[asked] = np.isfinite(asked_at[following[asked]])
    return np.where(asked, following, np.int32(-1))


def arranging_and_waiting(stays: Stays) -> tuple[Floats, Floats]:
    """The ends of the first two parts of each delay, neither after the person left.

    The first part, process, runs from ``ready_at`` to the first of these; the second, the wait
    for a space, to the second; the third, hand-over, from there to ``left_at``.
    """
    arranged = np.minimum(stays.arranged_at, stays.left_at)
    return arranged, np.minimum(stays.next_placed_at, stays.left_at)
