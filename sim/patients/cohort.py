"""The cohort: everybody who will come in one replication, with all that chance decides for them.

Two tables in columns. *People*, in order of arrival, and *visits*, in order of person and then of
time: the setting needed, the days needed, the way on, the days that its tasks take (``ways.py``).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import draw_arrivals, group_key, means_of_run
from sim.patients.coverage import cases
from sim.patients.distributions import inverse_cdf
from sim.patients.jobs import Jobs
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_state import so_far_and_left
from sim.patients.streams import Keys, named_key, person_keys, uniforms
from sim.patients.ways import Branches, Start, TooLarge, Visits, draw_ways
from sim.place.schema import PeopleThere, PeopleWaiting

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MAX_SETTING_DAYS = 5_000_000
MAX_SETTING_PEOPLE = 100_000_000
START_DAY = -1
"""The day of people in the first row of the start state; further rows have days before it."""


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
    reached: Ints
    """For those who wait inside when the run starts, how many of their tasks are done."""
    branches: Branches
    jobs: Jobs
    date_error_days: dict[int, float]
    """For visits whose tasks go by an expected date: how late that date is."""


ARRIVES, IS_THERE, WAITS_INSIDE, WAITS_AT_DOOR = range(4)


@dataclass
class _People:
    """People as they are gathered, before they are put in order; each of shape (people,)."""

    key: Keys
    group: Ints
    case: Ints
    """The group and the levers that cover the person; see ``Plan``."""
    day: Ints
    index: Ints
    arrived_at: Floats
    starts: NDArray[np.int8]
    setting: Ints
    stay_left: Floats
    """Days of need left, where the start state says so; NaN where it is drawn as for anybody."""
    route: Ints
    """The route that is settled already, or -1."""
    waited: Floats
    """Days since they began to wait, for those who do when the run starts; else 0."""
    reached: Ints
    """How many of their tasks are done already."""


def draw_cohort(plan: Plan, days: int, seed: int, replication: int, limit: int) -> Cohort:
    """Everybody who comes in ``days`` days of one replication, and whoever is there before.

    Raises:
        TooLarge: more than ``limit`` people, journeys without end, or too many settings and days.
    """
    _refuse_if_too_large(plan, days, limit)
    parts = _there_already(plan, seed, replication)
    for row, part in enumerate(parts):
        part.day[:] = START_DAY - row
    for number in range(len(plan.groups)):
        parts.append(_arriving(plan, number, days, seed, replication))
        if sum(len(part.group) for part in parts) > limit:
            raise TooLarge(f"more than {limit:,} people in one replication")
    people = _joined(parts)
    order = np.lexsort((people.index, people.group, people.arrived_at, people.starts == ARRIVES))
    people = _People(*(getattr(people, field.name)[order] for field in fields(_People)))
    start = Start(
        people.key,
        people.group,
        people.case,
        people.arrived_at,
        people.setting,
        people.stay_left,
        people.route,
        people.reached,
    )
    ways = draw_ways(plan, start, days, limit)
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
        people.reached,
        ways.branches,
        ways.jobs,
        ways.date_error_days,
    )


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


def _arriving(plan: Plan, number: int, days: int, seed: int, replication: int) -> _People:
    """The people of one group who arrive during the run."""
    name = plan.groups[number]
    come = draw_arrivals(plan.place, name, days, seed, replication, plan.phases)
    n = len(come.day)
    at = plan.settings.index(plan.group(number).arrives_at)
    key = person_keys(group_key(seed, replication, name), come.day, come.index)
    return _People(
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
        np.zeros(n, dtype=np.int32),
    )


def _there_already(plan: Plan, seed: int, replication: int) -> list[_People]:
    """The people of the start state, row by row."""
    start = plan.place.start
    parts = []
    seen: Counter[tuple[str, str]] = Counter()
    for there in start.people:
        row = _told_apart(f"there/{there.setting}", there.group, seen)
        part = _at_start(plan, seed, replication, row, there, there.setting)
        part.starts[:] = IS_THERE
        _draw_stay_left(plan, part, there)
        if plan.phases:  # when they came says who is covered, and that what they need
            _cover(plan, part, there.locality)
            _draw_stay_left(plan, part, there)
        parts.append(part)
    for wait in start.waiting:
        at = wait.setting or wait.waiting_for
        assert at is not None
        row = _told_apart(_row_of(wait), wait.group, seen)
        part = _at_start(plan, seed, replication, row, wait, at)
        u_waited, u_there = (
            uniforms(part.key, named_key("start", word)) for word in ("waited", "there")
        )
        part.waited = inverse_cdf(wait.days_waited)(u_waited)
        part.arrived_at = -(part.waited + inverse_cdf(wait.days_there)(u_there))
        part.starts[:] = WAITS_AT_DOOR if wait.setting is None else WAITS_INSIDE
        _cover(plan, part, wait.locality)
        if wait.setting is not None:
            part.stay_left[:] = 0.0
            for case in np.unique(part.case).tolist():
                route = _route_of(plan, case, at, wait)
                mine = part.case == case
                part.route[mine], part.reached[mine] = route.number, _reached(route, wait)
        parts.append(part)
    return parts


def _row_of(wait: PeopleWaiting) -> str:
    """The name of a row of those waiting, from which their keys are made."""
    words = [f"waiting/{wait.setting}/{wait.waiting_for or wait.route}"]
    return "/".join([*words, *filter(None, [wait.task, wait.locality])])


def _reached(route: RoutePlan, wait: PeopleWaiting) -> int:
    """How many of a route's tasks are done for those who wait: all to arrange, or up to one."""
    arrange = [task.name for task in route.tasks if not task.is_hand_over]
    return len(arrange) if wait.task is None else arrange.index(wait.task)


def _cover(plan: Plan, part: _People, locality: str | None) -> None:
    """Settle which levers cover the people of one row of the start state, by when they came."""
    if len(part.group):
        day = np.floor(part.arrived_at).astype(np.int64)
        part.case = cases(plan, int(part.group[0]), part.key, day, locality)


def _draw_stay_left(plan: Plan, part: _People, there: PeopleThere) -> None:
    """Since when the people of one row have been there, and what they still need."""
    u_stay = uniforms(part.key, named_key("start", "stay"))
    u_moment = uniforms(part.key, named_key("start", "moment"))
    part.stay_left = np.zeros(len(part.key))
    for case in np.unique(part.case).tolist():
        mine = part.case == case
        stay = plan.place_of(case).stay_of(there.group, there.setting)
        assert stay is not None
        so_far, left = so_far_and_left(there.stay_left, stay, u_stay[mine], u_moment[mine])
        part.arrived_at[mine], part.stay_left[mine] = -so_far, left


def _told_apart(row: str, group: str, seen: Counter[tuple[str, str]]) -> str:
    """The name of a row of the start state; another for a second row of the same kind."""
    seen[row, group] += 1
    return row if seen[row, group] == 1 else f"{row}/{seen[row, group]}"


def _at_start(
    plan: Plan,
    seed: int,
    replication: int,
    row: str,
    there: PeopleThere | PeopleWaiting,
    setting: str,
) -> _People:
    """The people of one row of the start state, keyed by row, group and index."""
    n = int(there.number.value)
    key = named_key(seed, replication, "start", row, there.group)
    day = np.full(n, START_DAY, dtype=np.int32)
    index = np.arange(n, dtype=np.int32)
    group = plan.groups.index(there.group)
    keys = person_keys(key, day, index)
    return _People(
        keys,
        np.full(n, group, dtype=np.int32),
        cases(replace(plan, phases=None), group, keys, day, there.locality),
        day,
        index,
        np.zeros(n),
        np.zeros(n, dtype=np.int8),
        np.full(n, plan.settings.index(setting), dtype=np.int32),
        np.full(n, np.nan),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n, dtype=np.int32),
    )


def _route_of(plan: Plan, case: int, setting: str, wait: PeopleWaiting) -> RoutePlan:
    """The route that people who wait are to take: the one named, or the first that leads there."""
    choice = plan.choices[case, plan.settings.index(setting)]
    routes = [plan.routes[int(number)] for number in choice.routes]
    if wait.route is not None:
        return next(route for route in routes if route.name == wait.route)
    target = plan.settings.index(wait.waiting_for or "")
    return next(route for route in routes if route.to == target)


def _joined(parts: Sequence[_People]) -> _People:
    return _People(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(_People))
    )
