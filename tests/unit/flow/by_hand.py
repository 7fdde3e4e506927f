"""Tiny places whose every instant is known, and what the log says of each person.

Each person is a group of one, so that people have names; all come on the hour, and stay for whole
quarters of a day, so that every instant is exact.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from sim.experiment.making.replicate import Replication
from sim.flow.model import simulate
from sim.measures.measure import measure
from sim.measures.tasks import jobs_of
from sim.patients.cohort import ARRIVES, Cohort, draw_cohort
from sim.patients.plan import Plan, make_plan
from sim.place.schema import Place
from tests.places import a_place

MONDAY = date(2024, 1, 8)
"""The start of every place here, unless a test says otherwise; no bank holiday is near."""


def by_hand(**tables: Any) -> Place:
    """A place that starts on a plain Monday."""
    return a_place(**{"start_date": str(MONDAY), **tables})


def comes(to: str, day: int, hour: int, **more: Any) -> dict[str, Any]:
    """One person, who comes to a setting on a day of the run, on the hour."""
    return {
        "arrives_at": to,
        "arrival_dates": [str(MONDAY + timedelta(days=day))],
        "by_hour": [float(each == hour) for each in range(24)],
        **more,
    }


def nobody_comes(to: str, **more: Any) -> dict[str, Any]:
    """A group of which nobody comes during the run; they are there when it starts."""
    return {"arrives_at": to, "per_day": 0, **more}


def there(setting: str, group: str, left: Any, number: int = 1) -> dict[str, Any]:
    """A row of the start state: people there, with some days of need left."""
    return {"setting": setting, "group": group, "number": number, "stay_left": left}


def waits(waiting_for: str, group: str, days: Any, setting: str | None = None) -> dict[str, Any]:
    """A row of the start state: one person who has waited for some days already."""
    row = {"waiting_for": waiting_for, "group": group, "number": 1, "days_waited": days}
    return row if setting is None else {**row, "setting": setting}


def on_the_hour(plan: Plan, days: int) -> Cohort:
    """The cohort, with everybody's arrival moved back to the full hour."""
    cohort = draw_cohort(plan, days, 1, 0, 100_000)
    arrives = cohort.starts == ARRIVES
    at = np.floor(cohort.arrived_at * 24 + 1e-9) / 24
    return replace(cohort, arrived_at=np.where(arrives, at, cohort.arrived_at))


def played(place: Place, days: int = 20, warm_up: int = 0) -> Replication:
    """What happens in a place of people who come on the hour, checked and measured."""
    plan = make_plan(place)
    run = simulate(plan, on_the_hour(plan, days), days)
    return Replication(run, measure(run, warm_up))


class Stay(NamedTuple):
    """One stay as the log has it; None is 'not by the end of the run'."""

    setting: str
    asked: float | None
    placed: float | None
    admitted: float | None
    ready: float | None
    left: float | None


def stays(result: Replication, name: str) -> list[Stay]:
    """The stays of the people of one group, in order of person and then of time."""
    run, log = result.run, result.measured.stays
    group = run.plan.groups.index(name)
    rows = np.flatnonzero((log.group == group) & np.isfinite(log.asked_at))
    told = []
    for row in sorted(rows.tolist(), key=lambda row: (log.visit[row], log.asked_at[row], row)):
        columns = (log.asked_at, log.placed_at, log.admitted_at, log.ready_at, log.left_at)
        instants = [float(column[row]) for column in columns]
        told.append(
            Stay(
                run.plan.settings[int(log.setting[row])],
                *(round(at, 9) if np.isfinite(at) else None for at in instants),
            )
        )
    return told


def path(result: Replication, name: str) -> list[tuple[str, float | None, float | None]]:
    """Where one person was: (setting, from, to)."""
    told = stays(result, name)
    return [(stay.setting, stay.admitted, stay.left) for stay in told if stay.admitted is not None]


def admitted(result: Replication, name: str, setting: str = "ward") -> float | None:
    """When one person first came into a setting; None for never."""
    return next((s.admitted for s in stays(result, name) if s.setting == setting), None)


def order(result: Replication, setting: str, *names: str) -> list[str]:
    """The names in the order in which they came into a setting."""
    times = {name: admitted(result, name, setting) for name in names}
    return sorted(names, key=lambda name: (times[name] is None, times[name]))


def delayed_days(result: Replication, reason: str, body: str | None = None) -> float:
    """Delayed bed days in acute care of one reason, in the window."""
    window = result.run.end
    return sum(
        row.numerator * window / 365
        for row in result.measured.rows
        if row.measure == "delayed_bed_days" and row.reason == reason and body in (None, row.body)
    )


class Job(NamedTuple):
    """One time that a task of a process was wanted; None is 'not by the end of the run'."""

    person: str
    task: str
    team: str
    due: float
    started: float | None
    done: float | None


def jobs(result: Replication, task: str | None = None, person: str | None = None) -> list[Job]:
    """The jobs of a run in the order in which they came due, of one task or person if named."""
    run, log = result.run, result.measured.stays
    found = jobs_of(run, log)
    told = []
    for row in np.lexsort((found.task, found.due_at)).tolist():
        instants = [float(found.started_at[row]), float(found.done_at[row])]
        group = run.plan.groups[int(log.group[found.stay[row]])]
        name = run.plan.tasks[int(found.task[row])].name
        team = run.plan.teams[int(found.team[row])] if found.team[row] >= 0 else ""
        if task in (None, name) and person in (None, group):
            told.append(
                Job(
                    group, name, team, round(float(found.due_at[row]), 9),
                    *(round(at, 9) if np.isfinite(at) else None for at in instants),
                )
            )  # fmt: skip
    return told


def clock(day: int, hour: float) -> float:
    """A time of day on a day of the run, as the helpers here round it."""
    return round(day + hour / 24, 9)


def done(result: Replication, task: str) -> dict[str, float | None]:
    """When a task was done for each person; the last time, if it was done again."""
    return {job.person: job.done for job in jobs(result, task)}


def leaves_by(transfer: dict[str, Any], patients: dict[str, Any], **more: Any) -> Place:
    """A ward without limit that people leave for home, once all of a transfer is done."""
    return by_hand(
        settings={"ward": {"beds": "unlimited", "acute": True}},
        transfers={"go": transfer},
        routes={"ward": {"home": {"share": 1, "transfer": "go"}}},
        patients=patients,
        **more,
    )
