"""The people of the start state, drawn all together: where they are, what they have had and need.

Each row of the start state has streams of its own, so that a row added at the end, or a number
changed, leaves everybody else as they were. The draws themselves are made for all people of a kind
at once, so that thousands of rows of one person each cost little.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.patients.coverage import cases
from sim.patients.distributions import MAX_DAYS, inverse_cdf
from sim.patients.expected_dates import Ahead, ahead_of, need_left_by_date
from sim.patients.looking_back import Past, need_left, past_of
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_state import so_far_and_left
from sim.patients.streams import Keys, named_key, person_keys, uniforms
from sim.place.distributions import Distribution, Fixed
from sim.place.start import PeopleThere, PeopleWaiting

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

ARRIVES, IS_THERE, WAITS_INSIDE, WAITS_AT_DOOR = range(4)
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


StartRow = PeopleThere | PeopleWaiting


@dataclass(frozen=True)
class _Rows:
    """The rows of the start state, and which people are of which; columns of shape (people,)."""

    rows: tuple[StartRow, ...]
    first: Ints
    """The first person of each row; shape (rows + 1,)."""
    of: Ints
    """The row of each person."""

    def lengths(self, written: Sequence[Distribution | None], u: Floats) -> Floats:
        """A length for each person from what is written in their row; 0 where nothing is."""
        fixed = np.zeros(len(self.rows))
        varies: list[tuple[int, Distribution]] = []
        for row, length in enumerate(written):
            family = length.family if length is not None else None
            if isinstance(family, Fixed):
                fixed[row] = min(family.value.value * family.days_per_unit, MAX_DAYS)
            elif length is not None:
                varies.append((row, length))
        days = fixed[self.of]
        for row, length in varies:
            mine = slice(self.first[row], self.first[row + 1])
            days[mine] = inverse_cdf(length)(u[mine])
        return days


def people_at_start(plan: Plan, seed: int, replication: int) -> People:
    """Everybody who is in the place, or at its door, when the run starts; row after row."""
    listed: tuple[StartRow, ...] = (*plan.place.start.people, *plan.place.start.waiting)
    numbers = np.array([int(row.number.value) for row in listed], dtype=np.int64)
    first = np.concatenate(([0], np.cumsum(numbers))).astype(np.int64)
    rows = _Rows(listed, first, np.repeat(np.arange(len(listed)), numbers))
    people = _named(plan, seed, replication, rows)
    there = people.starts == IS_THERE
    u_stay, u_moment, u_waited, u_there = (
        uniforms(people.key, named_key("start", word))
        for word in ("stay", "moment", "waited", "there")
    )
    people.waited = rows.lengths([getattr(row, "days_waited", None) for row in listed], u_waited)
    so_far = rows.lengths([row.days_there for row in listed], u_there)
    people.arrived_at = np.where(there, 0.0, -(people.waited + so_far))
    _settle_cases(replace(plan, phases=None), rows, people)
    _draw_stays_left(plan, rows, people, so_far, u_stay, u_moment)
    if plan.phases:  # when they came says who is covered, and that what they need
        _settle_cases(plan, rows, people)
        _draw_stays_left(plan, rows, people, so_far, u_stay, u_moment)
    _settle_routes(plan, rows, people)
    _heed_expected_dates(plan, people, so_far, u_moment)
    return people


def _named(plan: Plan, seed: int, replication: int, rows: _Rows) -> People:
    """The people of every row with their keys, each from its row, its group and its index."""
    settings = {name: number for number, name in enumerate(plan.settings)}
    groups = {name: number for number, name in enumerate(plan.groups)}
    seen: Counter[tuple[str, str]] = Counter()
    keys, group, setting, starts, inside = [], [], [], [], []
    for row in rows.rows:
        is_there = isinstance(row, PeopleThere)
        at = row.setting if isinstance(row, PeopleThere) else row.setting or row.waiting_for
        name = _told_apart(_name_of(row), row.group, seen)
        keys.append(named_key(seed, replication, "start", name, row.group))
        group.append(groups[row.group])
        setting.append(settings[at or ""])
        starts.append(IS_THERE if is_there else WAITS_INSIDE if row.setting else WAITS_AT_DOOR)
        inside.append(settings[row.outlier_in or row.setting] if row.setting else -1)
    of, n = rows.of, len(rows.of)
    index = (np.arange(n) - rows.first[of]).astype(np.int32) if n else np.zeros(0, dtype=np.int32)
    start_day = np.full(n, START_DAY, dtype=np.int32)
    return People(
        key=person_keys(np.array(keys, dtype=np.uint64)[of], start_day, index),
        group=np.array(group, dtype=np.int32)[of],
        case=np.zeros(n, dtype=np.int64),
        day=(START_DAY - of).astype(np.int32),
        index=index,
        arrived_at=np.zeros(n),
        starts=np.array(starts, dtype=np.int8)[of],
        setting=np.array(setting, dtype=np.int32)[of],
        stay_left=np.full(n, np.nan),
        route=np.full(n, -1, dtype=np.int32),
        waited=np.zeros(n),
        done=np.zeros(n, dtype=np.int64),
        inside=np.array(inside, dtype=np.int32)[of],
        task=np.full(n, -1, dtype=np.int32),
        asked_ago=np.zeros(n),
        expected_at=np.array([_expected(row) for row in rows.rows], dtype=np.float64)[of],
    )


def _expected(row: StartRow) -> float:
    """In how many days people of a row are expected to be ready; NaN where nothing is said."""
    known = row.expected_in if isinstance(row, PeopleThere) else None
    return np.nan if known is None else known.value


def _name_of(row: StartRow) -> str:
    """The name of a row, from which the keys of its people are made."""
    if isinstance(row, PeopleThere):
        return f"there/{row.setting}"
    words = [f"waiting/{row.setting}/{row.waiting_for or row.route}"]
    return "/".join([*words, *filter(None, [row.task, row.locality])])


def _told_apart(row: str, group: str, seen: Counter[tuple[str, str]]) -> str:
    """The name of a row of the start state; another for a second row of the same kind."""
    seen[row, group] += 1
    return row if seen[row, group] == 1 else f"{row}/{seen[row, group]}"


def _settle_cases(plan: Plan, rows: _Rows, people: People) -> None:
    """Where people live, and which levers cover them, by when they came."""
    localities = sorted({row.locality or "" for row in rows.rows})
    number = np.array([localities.index(row.locality or "") for row in rows.rows], dtype=np.int64)
    if not len(number):
        return
    kinds = people.group.astype(np.int64) * len(localities) + number[rows.of]
    day = np.floor(people.arrived_at).astype(np.int64)
    for kind in np.unique(kinds).tolist():
        group, locality = divmod(kind, len(localities))
        mine = kinds == kind
        people.case[mine] = cases(
            plan, group, people.key[mine], day[mine], localities[locality] or None
        )


def _draw_stays_left(
    plan: Plan, rows: _Rows, people: People, so_far: Floats, u_stay: Floats, u_moment: Floats
) -> None:
    """Since when those who still need their setting have been there, and what they still need."""
    people.stay_left[people.starts == WAITS_INSIDE] = 0.0
    there = [row.stay_left if isinstance(row, PeopleThere) else None for row in rows.rows]
    rules = sorted({str(each.rule) for each in there if each is not None})
    by_rule = {rule.rule: rule for rule in there if rule is not None}
    number = np.array([-1 if each is None else rules.index(str(each.rule)) for each in there])
    left = rows.lengths([each.days if each is not None else None for each in there], u_stay)
    if not rules:
        return
    of_rule = number[rows.of]
    longer = _outliers_longer(plan, people)
    pasts: dict[int, Past] = {}
    kinds = (people.case.astype(np.int64) * len(plan.settings) + people.setting) * len(rules)
    kinds = np.where(of_rule < 0, -1, kinds + of_rule)
    for kind in np.unique(kinds[of_rule >= 0]).tolist():
        (case, setting), rule = (
            divmod(kind // len(rules), len(plan.settings)),
            rules[kind % len(rules)],
        )
        mine = kinds == kind
        if rule == "None":
            people.arrived_at[mine] = -so_far[mine]
            people.stay_left[mine] = left[mine] / longer[mine]
            continue
        place, group = plan.place_of(case, setting), plan.groups[plan.case_parts(case)[2]]
        stay = place.stay_of(group, plan.settings[setting])
        assert stay is not None
        if rule == GIVEN:
            past = _past(plan, setting, pasts)
            people.arrived_at[mine] = -so_far[mine]
            people.stay_left[mine] = need_left(
                past, stay, so_far[mine] / longer[mine], u_stay[mine], u_moment[mine]
            )
            continue
        past_days, people.stay_left[mine] = so_far_and_left(
            by_rule[rule], stay, u_stay[mine], u_moment[mine], so_far[mine]
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


def _settle_routes(plan: Plan, rows: _Rows, people: People) -> None:
    """The way on of those for whom it is written, and which of its tasks are done."""
    ways: dict[tuple[object, ...], int] = {}
    of_row = np.full(len(rows.rows), -1, dtype=np.int64)
    for number, row in enumerate(rows.rows):
        target = None if isinstance(row, PeopleThere) else row.waiting_for
        if row.setting is not None and (row.route or target):
            way = row.setting, row.route, target, row.task, row.also_done, type(row)
            of_row[number] = ways.setdefault(way, len(ways))
    first = {way: row for row, way in reversed(list(enumerate(of_row.tolist())))}
    way_of = of_row[rows.of]
    kinds = np.where(way_of < 0, -1, way_of * (int(people.case.max(initial=0)) + 1) + people.case)
    found, at = np.unique(kinds, return_index=True)
    order = np.argsort(kinds, kind="stable")
    bounds = [*np.searchsorted(kinds[order], found).tolist(), len(kinds)]
    for i, (kind, person) in enumerate(zip(found.tolist(), at.tolist(), strict=True)):
        if kind < 0:
            continue
        row = rows.rows[first[int(way_of[person])]]
        route = _route_of(plan, int(people.case[person]), int(people.setting[person]), row)
        mine = order[bounds[i] : bounds[i + 1]]
        people.route[mine], people.done[mine] = route.number, _done(route, row)
        if isinstance(row, PeopleWaiting) and row.task is None:
            people.asked_ago[mine] = people.waited[mine]
        elif isinstance(row, PeopleWaiting):
            people.task[mine] = next(i for i, t in enumerate(route.tasks) if t.name == row.task)


def _route_of(plan: Plan, case: int, setting: int, row: StartRow) -> RoutePlan:
    """The route of people of a row: the one named, or the first that leads where they want."""
    choice = plan.choice(case, setting)
    routes = [plan.routes[int(number)] for number in choice.routes]
    if row.route is not None:
        return next(route for route in routes if route.name == row.route)
    assert isinstance(row, PeopleWaiting)
    target = plan.settings.index(row.waiting_for or "")
    return next(route for route in routes if route.to == target)


def _done(route: RoutePlan, row: StartRow) -> int:
    """Which of a route's tasks are done, a bit for each: those before the one reached, and more.

    For people who wait without a task, all that is to be arranged; for people there, none.
    """
    names = [task.name for task in route.tasks]
    arrange = sum(not task.is_hand_over for task in route.tasks)
    up_to = 0 if isinstance(row, PeopleThere) else arrange
    if row.task is not None:
        up_to = names.index(row.task)
    done = (1 << up_to) - 1
    for name in row.also_done:
        later = [i for i, other in enumerate(names) if other == name and not done >> i & 1]
        done |= sum(1 << i for i in later[:1])
    return done & MOST_TASKS
