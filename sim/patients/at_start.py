"""The people of the start state, drawn all together: where they are, what they have had and need.

Each row of the start state has streams of its own, so that a row added at the end, or a number
changed, leaves everybody else as they were. The draws themselves are made for all people of a kind
at once, so that thousands of rows of one person each cost little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.patients.coverage import cases
from sim.patients.expected_dates import Ahead, ahead_of, need_left_by_date
from sim.patients.looking_back import Past, need_left, past_of
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_rows import (
    IS_THERE,
    WAITS_INSIDE,
    Rows,
    StartRow,
    rows_of,
)
from sim.patients.start_state import so_far_and_left
from sim.patients.streams import Keys, named_key, person_keys, uniforms
from sim.place.carried_over import tasks_of
from sim.place.start import PeopleThere, PeopleWaiting

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MOST_TASKS = (1 << 62) - 1
"""A bit for each task that the start state can say is done."""
GIVEN = "given days there"
START_DAY = -1
"""The day of people in the first row of the start state; further rows have days before it."""


@dataclass
class People:
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
    waited: Floats
    done: Ints
    inside: Ints
    task: Ints
    """For those who wait for a task, its place in the transfer; else -1."""
    asked_ago: Floats
    expected_at: Floats


def people_at_start(plan: Plan, seed: int, replication: int) -> People:
    """Everybody who is in the place, or at its door, when the run starts; row after row."""
    rows = rows_of(plan)
    people = _named(rows, seed, replication, plan.groups)
    there = people.starts == IS_THERE
    u_stay, u_moment, u_waited, u_there = (
        uniforms(people.key, named_key("start", word))
        for word in ("stay", "moment", "waited", "there")
    )
    people.waited = rows.draw(rows.waited, u_waited)
    so_far = rows.draw(rows.there, u_there)
    people.arrived_at = np.where(there, 0.0, -(people.waited + so_far))
    _settle_cases(replace(plan, phases=None) if plan.phases else plan, rows, people)
    _draw_stays_left(plan, rows, people, so_far, u_stay, u_moment)
    if plan.phases:  # when they came says who is covered, and that what they need
        _settle_cases(plan, rows, people)
        _draw_stays_left(plan, rows, people, so_far, u_stay, u_moment)
    _settle_routes(plan, rows, people)
    _heed_expected_dates(plan, people, so_far, u_moment)
    return people


def _named(rows: Rows, seed: int, replication: int, groups: Sequence[str]) -> People:
    """The people of every row with their keys, each from its row, its group and its index."""
    of, n = rows.of, len(rows.of)
    keys = np.array(
        [
            named_key(seed, replication, "start", name, groups[group])
            for name, group in zip(rows.names, rows.group.tolist(), strict=True)
        ],
        dtype=np.uint64,
    )
    index = (np.arange(n) - rows.first[of]).astype(np.int32) if n else np.zeros(0, dtype=np.int32)
    start_day = np.full(n, START_DAY, dtype=np.int32)
    return People(
        key=person_keys(keys[of], start_day, index),
        group=rows.group[of],
        case=np.zeros(n, dtype=np.int64),
        day=(START_DAY - of).astype(np.int32),
        index=index,
        arrived_at=np.zeros(n),
        starts=rows.starts[of],
        setting=rows.setting[of],
        stay_left=np.full(n, np.nan),
        route=np.full(n, -1, dtype=np.int32),
        waited=np.zeros(n),
        done=np.zeros(n, dtype=np.int64),
        inside=rows.inside[of],
        task=np.full(n, -1, dtype=np.int32),
        asked_ago=np.zeros(n),
        expected_at=rows.expected[of],
    )


def _settle_cases(plan: Plan, rows: Rows, people: People) -> None:
    """Where people live, and which levers cover them, by when they came."""
    localities = rows.localities
    if not localities:
        return
    kinds = people.group.astype(np.int64) * len(localities) + rows.locality[rows.of]
    day = np.floor(people.arrived_at).astype(np.int64)
    for kind in np.unique(kinds).tolist():
        group, locality = divmod(kind, len(localities))
        mine = kinds == kind
        people.case[mine] = cases(
            plan, group, people.key[mine], day[mine], localities[locality] or None
        )


def _draw_stays_left(
    plan: Plan, rows: Rows, people: People, so_far: Floats, u_stay: Floats, u_moment: Floats
) -> None:
    """Since when those who still need their setting have been there, and what they still need."""
    people.stay_left[people.starts == WAITS_INSIDE] = 0.0
    left = rows.draw(rows.left, u_stay)
    rules = rows.rules
    if not rules:
        return
    of_rule = rows.rule[rows.of]
    longer = _outliers_longer(plan, people)
    pasts: dict[int, Past] = {}
    kinds = (people.case.astype(np.int64) * len(plan.settings) + people.setting) * len(rules)
    kinds = np.where(of_rule < 0, -1, kinds + of_rule)
    for kind in np.unique(kinds[of_rule >= 0]).tolist():
        case, setting = divmod(kind // len(rules), len(plan.settings))
        rule, mine = rules[kind % len(rules)], kinds == kind
        if rule.rule is None:
            people.arrived_at[mine] = -so_far[mine]
            people.stay_left[mine] = left[mine] / longer[mine]
            continue
        place, group = plan.place_of(case, setting), plan.groups[plan.case_parts(case)[2]]
        stay = place.stay_of(group, plan.settings[setting])
        assert stay is not None
        if rule.rule == GIVEN:
            past = _past(plan, setting, pasts)
            people.arrived_at[mine] = -so_far[mine]
            people.stay_left[mine] = need_left(
                past, stay, so_far[mine] / longer[mine], u_stay[mine], u_moment[mine]
            )
            continue
        past_days, people.stay_left[mine] = so_far_and_left(
            rule, stay, u_stay[mine], u_moment[mine], so_far[mine]
        )
        people.arrived_at[mine] = -past_days


def _heed_expected_dates(plan: Plan, people: People, so_far: Floats, u_left: Floats) -> None:
    """What is left to those of whom it is written down when they are expected to be ready."""
    dated = np.flatnonzero(np.isfinite(people.expected_at))
    kinds = people.case[dated].astype(np.int64) * len(plan.settings) + people.setting[dated]
    longer = _outliers_longer(plan, people)
    pasts: dict[int, Past] = {}
    ahead: dict[int, Ahead] = {}
    errors = np.array([route.date_error_days for route in plan.routes] or [0.0])
    for kind in np.unique(kinds).tolist():
        case, setting = divmod(kind, len(plan.settings))
        mine, name = dated[kinds == kind], plan.settings[setting]
        place, group = plan.place_of(case, setting), plan.groups[plan.case_parts(case)[2]]
        if setting not in ahead:
            ahead[setting] = ahead_of(place, place.settings[name])
        stay = place.stay_of(group, name)
        assert stay is not None
        times = longer[mine]
        people.stay_left[mine] = (
            need_left_by_date(
                _past(plan, setting, pasts),
                ahead[setting],
                stay,
                so_far[mine] / times,
                people.expected_at[mine],
                errors[people.route[mine]],
                -np.log1p(-uniforms(people.key[mine], named_key("round", name))),
                u_left[mine],
            )
            / times
        )


def _past(plan: Plan, setting: int, known: dict[int, Past]) -> Past:
    """The calendar of a setting before the run, made once."""
    if setting not in known:
        known[setting] = past_of(plan.place, plan.before_run(setting))
    return known[setting]


def _outliers_longer(plan: Plan, people: People) -> Floats:
    """How many times as long as usual each person's stay is: more than 1 for outliers, if so."""
    times = np.array([plan.setting(s).outlier_stay_times.value for s in range(len(plan.settings))])
    is_outlier = (people.inside >= 0) & (people.inside != people.setting)
    return np.where(is_outlier, np.maximum(times[people.setting], 1e-9), 1.0)


def _settle_routes(plan: Plan, rows: Rows, people: People) -> None:
    """The way on of those for whom it is written, and which of its tasks are done."""
    way_of = rows.way[rows.of]
    kinds = np.where(way_of < 0, -1, way_of * (int(people.case.max(initial=0)) + 1) + people.case)
    found, at = np.unique(kinds, return_index=True)
    order = np.argsort(kinds, kind="stable")
    bounds = [*np.searchsorted(kinds[order], found).tolist(), len(kinds)]
    for i, (kind, person) in enumerate(zip(found.tolist(), at.tolist(), strict=True)):
        if kind < 0:
            continue
        row = rows.ways[int(way_of[person])]
        route = _route_of(plan, int(people.case[person]), int(people.setting[person]), row)
        mine = order[bounds[i] : bounds[i + 1]]
        people.route[mine], people.done[mine] = route.number, _done(plan, route, row)
        if isinstance(row, PeopleWaiting) and row.task is None:
            people.asked_ago[mine] = people.waited[mine]
        elif isinstance(row, PeopleWaiting):
            names = [task.name for task in route.tasks]
            people.task[mine] = names.index(row.task) if row.task in names else -1


def _route_of(plan: Plan, case: int, setting: int, row: StartRow) -> RoutePlan:
    """The route of people of a row: the one named, or the first that leads where they want."""
    choice = plan.choice(case, setting)
    routes = [plan.routes[int(number)] for number in choice.routes]
    if row.route is not None:
        return next(route for route in routes if route.name == row.route)
    assert isinstance(row, PeopleWaiting)
    target = plan.settings.index(row.waiting_for or "")
    return next(route for route in routes if route.to == target)


def _done(plan: Plan, route: RoutePlan, row: StartRow) -> int:
    """Which of a route's tasks are done, a bit for each: those before the one reached, and more.

    For people who wait without a task, all that is to be arranged; for people there, none.
    """
    names = [task.name for task in route.tasks]
    arrange = sum(not task.is_hand_over for task in route.tasks)
    up_to = 0 if isinstance(row, PeopleThere) else arrange
    also_done = list(row.also_done)
    if row.task is not None and row.task in names:
        up_to = names.index(row.task)
    elif row.task is not None and plan.phases:  # a lever that covers them has taken it out
        was, _ = tasks_of(plan.phases.before, row)
        up_to, also_done = 0, [*was[: was.index(row.task)], *also_done]
    done = (1 << up_to) - 1
    for name in also_done:
        later = [i for i, other in enumerate(names) if other == name and not done >> i & 1]
        done |= sum(1 << i for i in later[:1])
    return done & MOST_TASKS
