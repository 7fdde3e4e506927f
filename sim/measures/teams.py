"""What teams do: share of hours busy, backlog, wait to start, cases, and hand-offs between them."""

import numpy as np

from sim.flow.model import Run
from sim.measures.delays import AcuteSpells, acute_stays
from sim.measures.rows import MeasureRow, within
from sim.measures.stays import Floats, Stays
from sim.measures.tasks import JobTimes

DAYS_PER_WEEK = 7.0
HOURS_PER_DAY = 24.0


def team_rows(
    run: Run, stays: Stays, jobs: JobTimes, spells: AcuteSpells, window: tuple[float, float]
) -> list[MeasureRow]:
    """The measures of each team, and the hand-offs of each discharge from acute care."""
    teams = list(run.plan.place.teams)
    if not teams:
        return []
    rows: list[MeasureRow] = []
    days = window[1] - window[0]
    for number, name in enumerate(teams):
        team = run.plan.place.teams[name]
        mine = jobs.team == number
        begun = mine & within(jobs.started_at, window)
        done = mine & within(jobs.done_at, window)
        end = np.minimum(np.minimum(jobs.started_at, jobs.dropped_at), window[1])
        waiting = np.where(mine, np.clip(end - np.maximum(jobs.due_at, window[0]), 0, None), 0.0)
        waited = (jobs.started_at - np.where(begun, jobs.due_at, 0.0))[begun]
        again = begun & (jobs.attempt > 0)
        pairs = {
            "backlog": (float(waiting.sum()) / days, 1.0),
            "start_wait_days": (float(waited.sum()), float(begun.sum())),
            "cases_per_week": (float(done.sum()) / days * DAYS_PER_WEEK, 1.0),
            "share_repeated": (float(again.sum()), float(begun.sum())),
        }
        if not team.is_panel:
            staffed = staff_hours(run, number, window) / HOURS_PER_DAY
            pairs["busy"] = _busy_days(run, jobs, number, window), staffed
        locality = team.locality or ""
        rows += [
            MeasureRow(measure, *pair, team=name, locality=locality)
            for measure, pair in pairs.items()
        ]
    acute = acute_stays(run, stays)
    passed = jobs.is_hand_off & within(jobs.due_at, window) & acute[jobs.stay]
    alive = np.array([not route.is_death for route in run.plan.routes] + [True])
    left = within(spells.left_at, window) & alive[stays.route[spells.last_stay]]
    rows.append(MeasureRow("handoffs_per_discharge", float(passed.sum()), float(left.sum())))
    supported = np.array([r.pathway not in (None, "P0") for r in run.plan.routes] + [False])
    with_care = left & supported[stays.route[spells.last_stay]]
    passed &= supported[stays.route[jobs.stay]]
    rows.append(
        MeasureRow("handoffs_per_discharge", float(passed.sum()), float(with_care.sum()),
                   part="P1 to P3")
    )  # fmt: skip
    return rows


def staff_hours(run: Run, team: int, window: tuple[float, float]) -> float:
    """Hours of staff on duty in a window; 0 for a panel."""
    steps = run.staff[team]
    if not steps:
        return 0.0
    at, staff = np.array(steps).T
    ends = np.append(at[1:], run.end)
    inside = np.clip(np.minimum(ends, window[1]) - np.maximum(at, window[0]), 0.0, None)
    return float((staff * inside).sum()) * HOURS_PER_DAY


def _busy_days(run: Run, jobs: JobTimes, team: int, window: tuple[float, float]) -> float:
    """Days of work done in a window: each case's work, in the hours between its start and end.

    Work is put down outside the shifts, so of the time from start to end only what lies in the
    team's hours counts; while more cases are open than staff are on duty, those begun first go on.
    """
    on_duty = run.staff[team]
    mine = np.flatnonzero((jobs.team == team) & np.isfinite(jobs.started_at))
    start = jobs.started_at[mine]
    end = np.minimum(np.minimum(jobs.done_at[mine], jobs.dropped_at[mine]), run.end)
    return worked_days(on_duty, start, end, window)


def worked_days(
    steps: list[tuple[float, float]], start: Floats, end: Floats, window: tuple[float, float]
) -> float:
    """Days of staff at work: at each instant the cases begun and not done, or the staff if fewer.

    >>> one_shift = [(0.0, 1.0), (0.5, 0.0)]
    >>> worked_days(one_shift, np.array([0.25, 0.25]), np.array([0.75, 1.0]), (0.0, 1.0))
    0.25
    """
    at = np.array([instant for instant, _ in steps])
    staff = np.array([number for _, number in steps])
    edges = np.unique(np.concatenate((at, start, end, window)))
    edges = edges[(edges >= window[0]) & (edges <= window[1])]
    opened = np.searchsorted(np.sort(start), edges[:-1], "right")
    closed = np.searchsorted(np.sort(end), edges[:-1], "right")
    on_duty = staff[np.maximum(np.searchsorted(at, edges[:-1], "right") - 1, 0)]
    return float((np.minimum(opened - closed, on_duty) * np.diff(edges)).sum())
