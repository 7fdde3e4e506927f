"""The cohort: everybody who will come in one replication, with all that chance decides for them.

Two tables in columns. *People*, in order of arrival, and *visits*, in order of person and then of
time: the setting needed, the days needed, the way on, the days that its tasks take (``ways.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import draw_arrivals, group_key, means_of_run
from sim.patients.at_start import People, people_at_start
from sim.patients.coverage import cases
from sim.patients.jobs import Jobs
from sim.patients.plan import Plan
from sim.patients.start_rows import ARRIVES
from sim.patients.streams import Keys, person_keys
from sim.patients.ways import Branches, Start, TooLarge, Visits, Ways, draw_ways

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MAX_SETTING_DAYS = 5_000_000
MAX_SETTING_PEOPLE = 100_000_000


@dataclass(frozen=True)
class Cohort:
    """Everybody of one replication. People's columns have shape (people,)."""

    key: Keys
    group: Ints
    day: Ints
    """The day of arrival; below 0 for the rows of the start state."""
    index: Ints
    arrived_at: Floats
    """Days since the start; for people there already, when they came or began to wait (≤ 0)."""
    starts: NDArray[np.int8]
    """How each begins: one of ARRIVES, IS_THERE, WAITS_INSIDE, WAITS_AT_DOOR."""
    first_visit: Ints
    """The row of the first visit; shape (people + 1,), so visits of i end before [i + 1]."""
    visits: Visits
    task_days: dict[str, tuple[Ints, Floats]]
    """For each plain task's key: the visit rows that have it, and its days in each."""
    locality: Ints
    """Where each person lives, as a number in ``Plan.localities``."""
    waited: Floats
    """For those who wait when the run starts: days since they began to; else 0."""
    done: Ints
    """For those inside when the run starts, a bit for each of their tasks that is done already."""
    inside: Ints
    """For those inside when the run starts, the setting whose space they have; else -1."""
    expected_at: Floats
    """For those there when the run starts, when they are expected to be ready; else NaN."""
    branches: Branches
    jobs: Jobs
    date_error_days: dict[int, float]
    """For visits whose tasks go by an expected date: how late that date is."""


def draw_cohort(plan: Plan, days: int, seed: int, replication: int, limit: int) -> Cohort:
    """Everybody who comes in ``days`` days of one replication, and whoever is there before.

    Raises:
        TooLarge: more than ``limit`` people, journeys without end, or too many settings and days.
    """
    _refuse_if_too_large(plan, days, limit)
    parts = [people_at_start(plan, seed, replication)]
    for number in range(len(plan.groups)):
        parts.append(_arriving(plan, number, days, seed, replication))
        if sum(len(part.group) for part in parts) > limit:
            raise TooLarge(f"more than {limit:,} people in one replication")
    people = _joined(parts)
    order = np.lexsort((people.index, people.group, people.arrived_at, people.starts == ARRIVES))
    people = People(*(getattr(people, field.name)[order] for field in fields(People)))
    start = Start(
        people.key,
        people.group,
        people.case,
        people.arrived_at,
        people.setting,
        people.stay_left,
        people.route,
        people.done,
        people.asked_ago,
    )
    ways = draw_ways(plan, start, days, limit)
    _need_what_is_reached(people, ways)
    return Cohort(
        people.key,
        people.group,
        people.day,
        people.index,
        people.arrived_at,
        people.starts,
        ways.first_visit,
        ways.visits,
        ways.task_days,
        (people.case // len(plan.groups) % len(plan.localities)).astype(np.int32),
        people.waited,
        people.done,
        people.inside,
        people.expected_at,
        ways.branches,
        ways.jobs,
        ways.date_error_days,
    )


def _need_what_is_reached(people: People, ways: Ways) -> None:
    """Who waits for a task when the run starts needs it, whatever the chance that anybody does."""
    waits = np.flatnonzero(people.task >= 0)
    first = np.searchsorted(ways.jobs.visit, ways.first_visit[waits])
    known = first < len(ways.jobs.visit)
    waits, first = waits[known], first[known]
    known = ways.jobs.visit[first] == ways.first_visit[waits]
    ways.jobs.is_needed[first[known] + people.task[waits[known]]] = True


def _refuse_if_too_large(plan: Plan, days: int, limit: int) -> None:
    """Stop before memory runs out."""
    settings, start = len(plan.settings), plan.place.start
    if settings * days > MAX_SETTING_DAYS:
        raise TooLarge(
            f"{settings} settings over {days} days are too many; "
            f"allowed: {MAX_SETTING_DAYS:,} settings times days"
        )
    people = sum(row.number.value for row in start.people)
    people += sum(row.number.value for row in start.waiting)
    for group in plan.groups:
        people += float(means_of_run(plan.place, group, days, plan.phases).sum())
    allowed = min(limit, MAX_SETTING_PEOPLE // settings)
    if people > allowed:
        raise TooLarge(
            f"some {people:,.0f} people would be in one replication; allowed here: {allowed:,}"
        )


def _arriving(plan: Plan, number: int, days: int, seed: int, replication: int) -> People:
    """The people of one group who arrive during the run."""
    name = plan.groups[number]
    come = draw_arrivals(plan.place, name, days, seed, replication, plan.phases)
    n = len(come.day)
    at = plan.settings.index(plan.group(number).arrives_at)
    key = person_keys(group_key(seed, replication, name), come.day, come.index)
    return People(
        key,
        np.full(n, number, dtype=np.int32),
        cases(plan, number, key, come.day),
        come.day,
        come.index,
        come.at,
        np.full(n, ARRIVES, dtype=np.int8),
        np.full(n, at, dtype=np.int32),
        np.full(n, np.nan),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n, dtype=np.int64),
        np.full(n, -1, dtype=np.int32),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.full(n, np.nan),
    )


def _joined(parts: Sequence[People]) -> People:
    return People(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(People))
    )
