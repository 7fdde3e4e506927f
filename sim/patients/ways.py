"""Ways through the place: every visit that a person could make, with all that chance decides.

A *line* is a run of visits one after another. Each person has a main line. Where somebody might
take another way (after waiting too long, becoming unwell, needing more, dying, coming back), that
way is a line of its own, drawn before the clock starts like everything else; whether it is taken
is found out when the model runs.
"""

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from sim.patients.conditional import longer_than
from sim.patients.distributions import InverseCdf, inverse_cdf
from sim.patients.jobs import JobDraws, Jobs
from sim.patients.plan import Plan
from sim.patients.streams import Keys, named_key, uniforms
from sim.place.harm import Harm

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MAX_STEPS = 10_000
ROUNDING = 1e-6
"""Days by which sums here and on the model's clock may differ; far more than they do."""
LONGEST_TO_READMISSION = 30.0
HARM_WITHIN = 90.0
"""Days of one delay in which harm may come; each harm is a way of its own to draw, and far more
days than almost anybody waits would make ways upon ways that nobody takes."""

OTHER_WAY, UNWELL, NEEDS_MORE, DIES, READMITTED = range(5)
"""Why a branch is taken: no space in time, or one of the harms."""


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
class Branches:
    """Other ways that may be taken; columns of shape (branches,)."""

    visit: Ints
    """The visit from which it may be taken."""
    kind: Ints
    """Why: OTHER_WAY, UNWELL, NEEDS_MORE, DIES or READMITTED."""
    days: Floats
    """After so many days: of waiting for a space (OTHER_WAY), of delay, or since leaving."""
    first: Ints
    """Its line: visits from ``first`` up to, not including, ``end``."""
    end: Ints


@dataclass
class Start:
    """Who sets out; each column of shape (people,)."""

    key: Keys
    group: Ints
    case: Ints
    arrived_at: Floats
    setting: Ints
    stay_left: Floats
    """Days of need left, where the start state says so; NaN where it is drawn as for anybody."""
    route: Ints
    """The route that is settled already, or -1."""
    done: Ints
    """For those inside when the run starts, a bit for each task that is done already; else 0."""
    asked_ago: Floats
    """For those who wait for a space when the run starts, days since they asked for it; else 0."""


@dataclass
class Ways:
    """Everybody's visits, main lines first, with what belongs to them."""

    visits: Visits
    first_visit: Ints
    """The row of each person's first visit; shape (people + 1,)."""
    branches: Branches
    task_days: dict[str, tuple[Ints, Floats]]
    """For each plain task's key: the visit rows that have it, and its days in each."""
    jobs: Jobs
    date_error_days: dict[int, float]
    """For visits whose tasks go by an expected date: how late that date is."""


@dataclass
class _Walkers:
    """Those who make their next visit; columns of shape (walkers,)."""

    line: Ints
    setting: Ints
    route: Ints
    """The settled route, or -1."""
    stay: Floats
    """The settled stay, or NaN."""
    earliest: Floats
    """The earliest instant at which the visit can begin."""
    is_rerouted: NDArray[np.bool_]
    """Whether they took another way from this very stay; they do not do so twice."""


@dataclass
class _Drawing:
    """All that is drawn, as it grows."""

    plan: Plan
    start: Start
    days: int
    limit: int
    visited: NDArray[np.int16]
    """How often each line, and what came before it, has come to each setting."""
    person: Ints
    """The person of each line."""
    steps: list[Visits] = field(default_factory=list)
    lines: list[Ints] = field(default_factory=list)
    tasks: list[tuple[str, Ints, Floats]] = field(default_factory=list)
    jobs: JobDraws = field(default_factory=JobDraws)
    errors: list[tuple[Ints, Floats]] = field(default_factory=list)
    branches: list[tuple[Ints, Ints, Floats, Ints]] = field(default_factory=list)
    """(visit row, kind, days, line)."""
    rows: int = 0


def draw_ways(plan: Plan, start: Start, days: int, limit: int) -> Ways:
    """Walk everybody on, one visit at a time, until all have left or would ask after the end.

    Raises:
        TooLarge: more visits than can be held.
    """
    people = len(start.group)
    drawing = _Drawing(
        plan,
        start,
        days,
        limit,
        np.zeros((people, len(plan.settings)), dtype=np.int16),
        np.arange(people, dtype=np.int32),
    )
    walkers = _Walkers(
        np.arange(people, dtype=np.int32),
        start.setting,
        start.route,
        start.stay_left,
        np.maximum(start.arrived_at, 0.0),
        np.zeros(people, dtype=np.bool_),
    )
    while len(walkers.line) or not drawing.steps:
        walkers = _walk(drawing, walkers)
        if drawing.rows > 4 * limit or len(drawing.steps) > MAX_STEPS:
            raise TooLarge("journeys go round and round: more visits than can be held")
    return _in_order(drawing)


def _walk(drawing: _Drawing, walkers: _Walkers) -> _Walkers:
    """One visit for each walker; returns those who walk on, new lines included."""
    plan = drawing.plan
    is_first = not drawing.steps
    step = _one_step(drawing, walkers, is_first)
    begin = drawing.rows
    drawing.steps.append(step)
    drawing.lines.append(walkers.line)
    drawing.rows += len(walkers.line)
    drawing.visited[walkers.line, walkers.setting] += 1
    least = np.array(plan.shortest)[walkers.setting] * step.stay_days
    ready = walkers.earliest + least
    asks = ready + step.arrange_days
    to = np.array([route.to for route in plan.routes], dtype=np.int32)[step.route]
    on = (to < len(plan.settings)) & (asks < drawing.days + ROUNDING)
    n = int(on.sum())
    onward = [
        _Walkers(
            walkers.line[on],
            to[on],
            np.full(n, -1, dtype=np.int32),
            np.full(n, np.nan),
            (asks + step.hand_over_days)[on],
            np.zeros(n, dtype=np.bool_),
        )
    ]
    asked_ago = drawing.start.asked_ago[step.person] if is_first else np.zeros(len(asks))
    onward += _other_ways(drawing, step, walkers, begin, asks - asked_ago, asked_ago)
    if plan.place.harm is not None:
        onward += _harms(drawing, plan.place.harm, step, walkers, begin, ready, to)
    if len(onward) == 1:
        return onward[0]
    return _Walkers(
        *(np.concatenate([getattr(each, f.name) for each in onward]) for f in fields(_Walkers))
    )


def _one_step(drawing: _Drawing, walkers: _Walkers, is_first: bool) -> Visits:
    """One visit for each of the walkers: the need, the way on and its tasks."""
    plan, start = drawing.plan, drawing.start
    n = len(walkers.line)
    person = drawing.person[walkers.line]
    step = Visits(
        person,
        walkers.setting,
        drawing.visited[walkers.line, walkers.setting],
        np.zeros(n),
        np.full(n, -1, dtype=np.int32),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
    )
    case_there = plan.narrow(start.case[person], walkers.setting)
    kinds = case_there * len(plan.settings) + walkers.setting
    for kind in np.unique(kinds):
        case, s = divmod(int(kind), len(plan.settings))
        of_kind = np.flatnonzero(kinds == kind)
        keys, visit = start.key[person[of_kind]], step.number[of_kind]
        name = plan.settings[s]
        step.stay_days[of_kind] = plan.stays[case, s](
            uniforms(keys, named_key("stay", name), visit)
        )
        step.route[of_kind] = _choose(plan, case, s, keys, visit)
        if plan.has_rounds(s):
            u = uniforms(keys, named_key("round", name), visit)
            step.round_threshold[of_kind] = -np.log1p(-u)
    settled = walkers.route >= 0
    step.route[settled] = walkers.route[settled]
    known = ~np.isnan(walkers.stay)
    step.stay_days[known] = walkers.stay[known]
    _draw_tasks(drawing, step, start.done[person] if is_first else None)
    return step


def _choose(plan: Plan, case: int, setting: int, keys: Keys, visit: Ints) -> Ints:
    """The way on of each of these people, by their own uniform number."""
    choice = plan.choices[case, setting]
    if len(choice.routes) == 1:
        return np.full(len(keys), choice.routes[0])
    u = uniforms(keys, named_key("route", plan.settings[setting]), visit)
    place = np.searchsorted(choice.up_to, u, side="right")
    return choice.routes[np.minimum(place, len(choice.routes) - 1)]


def _draw_tasks(drawing: _Drawing, step: Visits, done: Ints | None) -> None:
    """The time of each task on the ways chosen; those of a plain transfer are added up."""
    plan, start = drawing.plan, drawing.start
    alike = _first_with_same_tasks(plan)[step.route]
    for number in np.unique(alike):
        route = plan.routes[number]
        if not route.tasks:
            continue
        rows = np.flatnonzero(alike == number)
        keys, visit = start.key[step.person[rows]], step.number[rows]
        covered = plan.covered(start.case[step.person[rows]])
        if route.has_process:
            drawing.jobs.draw(route, plan, start.group[step.person[rows]], covered, keys, visit,
                              rows + drawing.rows)  # fmt: skip
            if route.date_error_days:
                stream = f"{plan.settings[route.from_setting]}/{route.transfer}"
                u = uniforms(keys, named_key("expected date", stream), visit)
                drawing.errors.append((rows + drawing.rows, _normal(u) * route.date_error_days))
            continue
        for position, each in enumerate(route.tasks):
            for task, mine in each.by_version(covered):
                assert task.days is not None
                days = task.days(uniforms(keys[mine], named_key("task", task.stream), visit[mine]))
                if done is not None and not task.is_hand_over:
                    days = np.where(done[rows[mine]] >> position & 1, 0.0, days)
                total = step.hand_over_days if task.is_hand_over else step.arrange_days
                total[rows[mine]] += days
                drawing.tasks.append((task.key, rows[mine] + drawing.rows, days))


def _first_with_same_tasks(plan: Plan) -> Ints:
    """For each route, the first of those that share its tasks: they can be drawn together."""
    first: dict[tuple[int, float], int] = {}
    return np.array(
        [
            first.setdefault((id(route.tasks), route.date_error_days), number)
            for number, route in enumerate(plan.routes)
        ],
        dtype=np.int32,
    )


def _normal(u: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(u))


def _other_ways(
    drawing: _Drawing,
    step: Visits,
    walkers: _Walkers,
    begin: int,
    asks: Floats,
    asked_ago: Floats,
) -> list[_Walkers]:
    """The ways of those who might wait too long for a space.

    Who has asked for it already, and still waits, had the patience to wait so long. Who took
    another way from this stay keeps to it.
    """
    plan = drawing.plan
    found = []
    for number in np.unique(step.route):
        route = plan.routes[number]
        if route.patience is None:
            continue
        rows = np.flatnonzero((step.route == number) & ~walkers.is_rerouted)
        stream = f"{plan.settings[route.from_setting]}/{route.name}"
        days = _by_person(drawing, step, rows, route.patience, "patience", stream)
        early = asked_ago[rows] > 0
        if early.any():
            u = _uniforms_by(drawing, step, rows[early], "patience", stream)
            days[early] = longer_than(route.patience, asked_ago[rows[early]], u)
        rows, days = _in_time(drawing, rows, days, asks)
        found.append(
            _branch(
                drawing, OTHER_WAY, walkers, step, rows, begin, days, asks, route.otherwise, 0.0
            )
        )
    return found


def _harms(
    drawing: _Drawing,
    harm: Harm,
    step: Visits,
    walkers: _Walkers,
    begin: int,
    ready: Floats,
    to: Ints,
) -> list[_Walkers]:
    """The ways of those who might come to harm while they wait in acute beds, or come back."""
    plan = drawing.plan
    acute = np.array([plan.setting(s).acute for s in range(len(plan.settings))])
    dies_anyway = np.array([route.is_death for route in plan.routes])[step.route]
    waits = np.flatnonzero(acute[step.setting] & ~dies_anyway)
    found: list[_Walkers] = []
    if harm.unwell_again and harm.unwell_again.per_day.value:
        rows, days = _threshold(
            drawing, step, waits, harm.unwell_again.per_day.value, "unwell", ready
        )
        stay = inverse_cdf(harm.unwell_again.stay)(_uniforms(drawing, step, rows, "unwell stay"))
        holds = harm.unwell_again.arrangements == "hold"
        for chosen, route in _by_route(step, rows, holds):
            found.append(
                _branch(drawing, UNWELL, walkers, step, rows[chosen], begin, days[chosen], ready,
                        route, stay[chosen])
            )  # fmt: skip
    if harm.needs_more and harm.needs_more.per_day.value:
        heavier = np.array([route.heavier for route in plan.routes])[step.route]
        may = waits[heavier[waits] >= 0]
        rows, days = _threshold(drawing, step, may, harm.needs_more.per_day.value, "more", ready)
        for chosen, route in _by_route(step, rows, True):
            other = plan.routes[route].heavier
            found.append(
                _branch(drawing, NEEDS_MORE, walkers, step, rows[chosen], begin, days[chosen],
                        ready, other, 0.0)
            )  # fmt: skip
    if harm.dies and harm.dies.per_day.value:
        rows, days = _threshold(drawing, step, waits, harm.dies.per_day.value, "dies", ready)
        case = plan.narrow(drawing.start.case[step.person[rows]], step.setting[rows])
        deaths = np.array(
            [plan.deaths[int(c), int(s)] for c, s in zip(case, step.setting[rows], strict=True)],
            dtype=np.int32,
        )
        for route in np.unique(deaths).tolist():
            chosen = np.flatnonzero(deaths == route)
            found.append(
                _branch(drawing, DIES, walkers, step, rows[chosen], begin, days[chosen], ready,
                        int(route), 0.0)
            )  # fmt: skip
    for pathway, back in harm.readmitted.items():
        of = np.array([route.pathway == pathway for route in plan.routes])[step.route]
        rows = np.flatnonzero(acute[step.setting] & of & (to >= len(plan.settings)))
        keys = drawing.start.key[step.person[rows]]
        number = step.number[rows]
        comes = uniforms(keys, named_key("readmitted", pathway), number) < back.prob.value
        rows, keys, number = rows[comes], keys[comes], number[comes]
        days = inverse_cdf(back.after)(uniforms(keys, named_key("readmitted after"), number))
        days = np.minimum(days, LONGEST_TO_READMISSION)
        rows, days = _in_time(drawing, rows, days, ready + step.arrange_days)
        found.append(_readmission(drawing, walkers, step, rows, begin, days, ready))
    return found


def _by_route(step: Visits, rows: Ints, split: bool) -> list[tuple[Ints, int]]:
    """The rows by the route that they have; all together, with -1, where that does not matter."""
    if not split:
        return [(np.arange(len(rows)), -1)]
    routes = step.route[rows]
    return [(np.flatnonzero(routes == route), int(route)) for route in np.unique(routes)]


def _threshold(
    drawing: _Drawing, step: Visits, rows: Ints, per_day: float, word: str, ready: Floats
) -> tuple[Ints, Floats]:
    """When each of these would come to harm, in days of delay, where that is before the end."""
    days = -np.log1p(-_uniforms(drawing, step, rows, word)) / per_day
    soon = days < HARM_WITHIN
    return _in_time(drawing, rows[soon], days[soon], ready)


def _uniforms(drawing: _Drawing, step: Visits, rows: Ints, word: str) -> Floats:
    """A number for each of these visits, for one kind of harm in its setting."""
    u = np.zeros(len(rows))
    for s in np.unique(step.setting[rows]).tolist():
        mine = step.setting[rows] == s
        keys = drawing.start.key[step.person[rows[mine]]]
        key = named_key("harm", word, drawing.plan.settings[s])
        u[mine] = uniforms(keys, key, step.number[rows[mine]])
    return u


def _in_time(drawing: _Drawing, rows: Ints, days: Floats, since: Floats) -> tuple[Ints, Floats]:
    """Those for whom it could be before the end of the run."""
    kept = since[rows] + days < drawing.days + ROUNDING
    return rows[kept], days[kept]


def _by_person(
    drawing: _Drawing, step: Visits, rows: Ints, length: InverseCdf, word: str, stream: str
) -> Floats:
    return length(_uniforms_by(drawing, step, rows, word, stream))


def _uniforms_by(drawing: _Drawing, step: Visits, rows: Ints, word: str, stream: str) -> Floats:
    keys = drawing.start.key[step.person[rows]]
    return uniforms(keys, named_key(word, stream), step.number[rows])


def _branch(
    drawing: _Drawing,
    kind: int,
    walkers: _Walkers,
    step: Visits,
    rows: Ints,
    begin: int,
    days: Floats,
    since: Floats,
    route: int,
    stay: Floats | float,
) -> _Walkers:
    """New lines that go on in the same setting by another way."""
    lines = _new_lines(drawing, walkers, rows)
    drawing.branches.append((rows + begin, np.full(len(rows), kind, dtype=np.int32), days, lines))
    return _Walkers(
        lines,
        step.setting[rows].astype(np.int32),
        np.full(len(rows), route, dtype=np.int32),
        np.broadcast_to(np.asarray(stay, dtype=np.float64), (len(rows),)).copy(),
        since[rows] + days,
        np.full(len(rows), kind == OTHER_WAY),
    )


def _readmission(
    drawing: _Drawing,
    walkers: _Walkers,
    step: Visits,
    rows: Ints,
    begin: int,
    days: Floats,
    ready: Floats,
) -> _Walkers:
    """New lines that begin at the front door, after an exit."""
    plan = drawing.plan
    lines = _new_lines(drawing, walkers, rows)
    kind = np.full(len(rows), READMITTED, dtype=np.int32)
    drawing.branches.append((rows + begin, kind, days, lines))
    doors = [plan.settings.index(plan.group(g).arrives_at) for g in range(len(plan.groups))]
    n = len(rows)
    return _Walkers(
        lines,
        np.array(doors, dtype=np.int32)[drawing.start.group[step.person[rows]]],
        np.full(n, -1, dtype=np.int32),
        np.full(n, np.nan),
        (ready + step.arrange_days)[rows] + days,
        np.zeros(n, dtype=np.bool_),
    )


def _new_lines(drawing: _Drawing, walkers: _Walkers, rows: Ints) -> Ints:
    """Lines that go on from those of these walkers."""
    first = len(drawing.person)
    old = walkers.line[rows]
    drawing.person = np.concatenate((drawing.person, drawing.person[old]))
    drawing.visited = np.concatenate((drawing.visited, drawing.visited[old]))
    return np.arange(first, first + len(rows), dtype=np.int32)


def _in_order(drawing: _Drawing) -> Ways:
    """The visits of each line together, main lines first, in the order of people."""
    steps = drawing.steps
    visits = Visits(
        *(np.concatenate([getattr(step, f.name) for step in steps]) for f in fields(Visits))
    )
    line = np.concatenate(drawing.lines)
    order = np.argsort(line, kind="stable")
    visits = Visits(*(getattr(visits, f.name)[order] for f in fields(Visits)))
    place_of = np.empty(drawing.rows, dtype=np.int32)
    place_of[order] = np.arange(drawing.rows, dtype=np.int32)
    count = np.bincount(line, minlength=len(drawing.person))
    first = np.concatenate(([0], np.cumsum(count)))
    people = len(drawing.start.group)
    errors = {
        int(place_of[row]): float(error)
        for rows, days in drawing.errors
        for row, error in zip(rows, days, strict=True)
    }
    return Ways(
        visits,
        first[: people + 1],
        _branches(drawing.branches, place_of, first),
        _tasks_by_stream(drawing.tasks, place_of),
        drawing.jobs.in_order(place_of),
        errors,
    )


def _branches(
    parts: list[tuple[Ints, Ints, Floats, Ints]], place_of: Ints, first: Ints
) -> Branches:
    if not parts:
        nothing = np.zeros(0, dtype=np.int32)
        return Branches(nothing, nothing, np.zeros(0), nothing, nothing)
    visit = place_of[np.concatenate([part[0] for part in parts])]
    kind = np.concatenate([part[1] for part in parts])
    days = np.concatenate([part[2] for part in parts])
    line = np.concatenate([part[3] for part in parts])
    order = np.lexsort((kind, visit))
    return Branches(
        visit[order], kind[order], days[order], first[line][order], first[line + 1][order]
    )


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
