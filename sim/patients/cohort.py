"""The cohort: everybody who will come in one replication, with all that chance decides for them.

Two tables in columns. *People*, in order of arrival, and *visits*, in order of person and then of
time: the setting needed, the days needed, the way on, the days that its tasks take. The routes do
not depend on the state of the place, so a whole way through can be drawn before the clock starts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import draw_arrivals, group_key, means_of_run
from sim.patients.coverage import cases
from sim.patients.distributions import inverse_cdf
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_state import so_far_and_left
from sim.patients.streams import Keys, named_key, person_keys, uniforms
from sim.place.numbers import Count
from sim.place.schema import PeopleThere

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MAX_STEPS = 10_000
MAX_SETTING_DAYS = 5_000_000
MAX_SETTING_PEOPLE = 100_000_000
ROUNDING = 1e-6
"""Days by which sums here and on the model's clock may differ; far more than they do."""
START_DAY = -1
"""The day of people in the first row of the start state; further rows have days before it."""


class TooLarge(Exception):  # noqa: N818 - it names what is wrong with the place
    """The place asks for more people, settings or days than can be held in memory."""


@dataclass
class Visits:
    """One row for each visit to a setting, each column of shape (visits,)."""

    person: Ints
    setting: Ints
    number: Ints
    """Which visit of this person to this setting it is, from 0."""
    stay_days: Floats
    """Days of need, at the full pace."""
    route: Ints
    """The way on, as a route number."""
    arrange_days: Floats
    hand_over_days: Floats
    round_threshold: Floats
    """How much chance of being declared ready must add up before this person is (exponential)."""


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
    """For each task's key: the visit rows that have it, and its days in each."""


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
    visits, task_days = _draw_visits(plan, people, days, limit)
    count = np.bincount(visits.person, minlength=len(people.group))
    first_visit = np.concatenate(([0], np.cumsum(count)))
    return Cohort(
        people.key,
        people.group,
        people.day,
        people.index,
        people.arrived_at,
        people.starts,
        first_visit,
        visits,
        task_days,
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
    )


def _there_already(plan: Plan, seed: int, replication: int) -> list[_People]:
    """The people of the start state, row by row."""
    start = plan.place.start
    parts = []
    seen: Counter[tuple[str, str]] = Counter()
    for there in start.people:
        row = _told_apart(f"there/{there.setting}", there.group, seen)
        part = _at_start(plan, seed, replication, row, there.group, there.setting, there.number)
        part.starts[:] = IS_THERE
        _draw_stay_left(plan, part, there)
        if plan.phases:  # when they came says who is covered, and that what they need
            _cover(plan, part)
            _draw_stay_left(plan, part, there)
        parts.append(part)
    for wait in start.waiting:
        inside = wait.setting is not None
        at = wait.setting or wait.waiting_for
        row = _told_apart(f"waiting/{wait.setting}/{wait.waiting_for}", wait.group, seen)
        part = _at_start(plan, seed, replication, row, wait.group, at, wait.number)
        waited = inverse_cdf(wait.days_waited)(uniforms(part.key, named_key("start", "waited")))
        part.arrived_at = -waited
        part.starts[:] = WAITS_INSIDE if inside else WAITS_AT_DOOR
        _cover(plan, part)
        if inside:
            part.stay_left[:] = 0.0
            for case in np.unique(part.case).tolist():
                route = _route_to(plan, case, at, wait.waiting_for)
                part.route[part.case == case] = route.number
        parts.append(part)
    return parts


def _cover(plan: Plan, part: _People) -> None:
    """Settle which levers cover the people of one row of the start state, by when they came."""
    if len(part.group):
        day = np.floor(part.arrived_at).astype(np.int64)
        part.case = cases(plan, int(part.group[0]), part.key, day)


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
    plan: Plan, seed: int, replication: int, row: str, group: str, setting: str, number: Count
) -> _People:
    """The people of one row of the start state, keyed by row, group and index."""
    n = int(number.value)
    key = named_key(seed, replication, "start", row, group)
    day = np.full(n, START_DAY, dtype=np.int32)
    index = np.arange(n, dtype=np.int32)
    return _People(
        person_keys(key, day, index),
        np.full(n, plan.groups.index(group), dtype=np.int32),
        np.full(n, plan.groups.index(group), dtype=np.int32),
        day,
        index,
        np.zeros(n),
        np.zeros(n, dtype=np.int8),
        np.full(n, plan.settings.index(setting), dtype=np.int32),
        np.full(n, np.nan),
        np.full(n, -1, dtype=np.int32),
    )


def _route_to(plan: Plan, case: int, setting: str, to: str) -> RoutePlan:
    choice = plan.choices[case, plan.settings.index(setting)]
    target = plan.settings.index(to)
    return next(route for r in choice.routes if (route := plan.routes[int(r)]).to == target)


def _joined(parts: Sequence[_People]) -> _People:
    return _People(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(_People))
    )


def _draw_visits(
    plan: Plan, people: _People, days: int, limit: int
) -> tuple[Visits, dict[str, tuple[Ints, Floats]]]:
    """Walk everybody on, one visit at a time, until all have left or would ask after the end."""
    steps: list[Visits] = []
    tasks: list[tuple[str, Ints, Floats]] = []
    visited = np.zeros((len(people.group), len(plan.settings)), dtype=np.int16)
    walkers, setting = np.arange(len(people.group), dtype=np.int32), people.setting
    earliest = np.maximum(people.arrived_at, 0.0)
    rows = 0
    while len(walkers) or not steps:
        step = _one_step(plan, people, walkers, setting, visited[walkers, setting], tasks, rows)
        if not steps:
            _as_found(people, step)
        steps.append(step)
        visited[walkers, setting] += 1
        rows += len(walkers)
        if rows > 4 * limit or len(steps) > MAX_STEPS:
            raise TooLarge("journeys go round and round: more visits than can be held")
        least = np.array(plan.shortest)[setting] * step.stay_days
        asks = earliest + least + step.arrange_days
        to = np.array([route.to for route in plan.routes], dtype=np.int32)[step.route]
        on = (to < len(plan.settings)) & (asks < days + ROUNDING)
        earliest = (asks + step.hand_over_days)[on]
        walkers, setting = walkers[on], to[on]
    visits = Visits(
        *(np.concatenate([getattr(step, f.name) for step in steps]) for f in fields(Visits))
    )
    order = np.argsort(visits.person, kind="stable")
    visits = Visits(*(getattr(visits, f.name)[order] for f in fields(Visits)))
    place_of = np.empty(rows, dtype=np.int32)
    place_of[order] = np.arange(rows, dtype=np.int32)
    return visits, _tasks_by_stream(tasks, place_of)


def _one_step(
    plan: Plan,
    people: _People,
    walkers: Ints,
    setting: Ints,
    number: NDArray[np.int16],
    tasks: list[tuple[str, Ints, Floats]],
    first_row: int,
) -> Visits:
    """One visit for each of the walkers: the need, the way on and its tasks."""
    n = len(walkers)
    step = Visits(
        walkers,
        setting,
        number,
        np.zeros(n),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
    )
    kinds = people.case[walkers] * len(plan.settings) + setting
    for kind in np.unique(kinds):
        case, s = divmod(int(kind), len(plan.settings))
        of_kind = np.flatnonzero(kinds == kind)
        keys, visit = people.key[walkers[of_kind]], step.number[of_kind]
        name = plan.settings[s]
        step.stay_days[of_kind] = plan.stays[case, s](
            uniforms(keys, named_key("stay", name), visit)
        )
        step.route[of_kind] = _choose(plan, case, s, keys, visit)
        if plan.setting(s).decision_rounds:
            u = uniforms(keys, named_key("round", name), visit)
            step.round_threshold[of_kind] = -np.log1p(-u)
    if not first_row:
        settled = people.route[walkers] >= 0
        step.route[settled] = people.route[walkers][settled]
    _draw_tasks(plan, people, step, tasks, first_row)
    return step


def _choose(plan: Plan, case: int, setting: int, keys: Keys, visit: Ints) -> Ints:
    """The way on of each of these people, by their own uniform number."""
    choice = plan.choices[case, setting]
    if len(choice.routes) == 1:
        return np.full(len(keys), choice.routes[0])
    u = uniforms(keys, named_key("route", plan.settings[setting]), visit)
    place = np.searchsorted(choice.up_to, u, side="right")
    return choice.routes[np.minimum(place, len(choice.routes) - 1)]


def _draw_tasks(
    plan: Plan,
    people: _People,
    step: Visits,
    tasks: list[tuple[str, Ints, Floats]],
    first_row: int,
) -> None:
    """The days of each task on the ways chosen, added up before and after the place is found."""
    for number in np.unique(step.route):
        route = plan.routes[number]
        if not route.tasks:
            continue
        rows = np.flatnonzero(step.route == number)
        keys, visit = people.key[step.person[rows]], step.number[rows]
        for task in route.tasks:
            days = task.days(uniforms(keys, named_key("task", task.stream), visit))
            if not task.is_hand_over:
                days = np.where(_has_asked(people, step, rows, first_row), 0.0, days)
            total = step.hand_over_days if task.is_hand_over else step.arrange_days
            total[rows] += days
            tasks.append((task.key, rows + first_row, days))


def _has_asked(people: _People, step: Visits, rows: Ints, first_row: int) -> NDArray[np.bool_]:
    """Whether these people wait for a space when the run starts: all is arranged for them."""
    if first_row:
        return np.zeros(len(rows), dtype=np.bool_)
    return np.asarray(people.starts[step.person[rows]] == WAITS_INSIDE)


def _as_found(people: _People, step: Visits) -> None:
    """Give those of the start state the need that is left to them."""
    known = ~np.isnan(people.stay_left)
    step.stay_days[known] = people.stay_left[known]


def _tasks_by_stream(
    tasks: list[tuple[str, Ints, Floats]], place_of: Ints
) -> dict[str, tuple[Ints, Floats]]:
    """The tasks drawn, by stream, with rows as they stand after sorting."""
    by_stream: dict[str, list[tuple[Ints, Floats]]] = {}
    for stream, rows, days in tasks:
        by_stream.setdefault(stream, []).append((place_of[rows], days))
    joined = {}
    for stream, parts in by_stream.items():
        rows = np.concatenate([part[0] for part in parts])
        order = np.argsort(rows)
        joined[stream] = rows[order], np.concatenate([part[1] for part in parts])[order]
    return joined
