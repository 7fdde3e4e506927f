"""The rules that join tables where work is concerned: teams, tasks, hand-offs, other ways, harm.

Like ``rules.py``, whose list they are part of: each rule says what is wrong, and where it stands.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from sim.place.document import Document, Keys
from sim.place.fields import names_in
from sim.place.problems import Problem, did_you_mean, one_of
from sim.place.schema import Place, Route
from sim.place.tasks import Task
from sim.place.words import WEEKDAYS

Problems = Iterator[Problem]


def must_be(
    document: Document,
    keys: Keys,
    kind: str,
    name: str,
    allowed: Iterable[str],
    *,
    at_key: bool = False,
) -> Problems:
    """A problem, unless the name is one of those allowed."""
    allowed = list(allowed)
    if name not in allowed:
        hint = did_you_mean(name, allowed)
        yield document.problem(
            keys, f"no {kind} {name!r}; allowed: {one_of(allowed)}{hint}", at_key=at_key
        )


def team_names_exist(place: Place, document: Document) -> Problems:
    """A team's organisation, and the team of each task, are the place's."""
    for name, team in place.teams.items():
        if team.organisation is not None:
            keys: Keys = ("teams", name, "organisation")
            yield from must_be(
                document, keys, "organisation", team.organisation, place.organisations
            )
    for keys, _, task in _tasks(place):
        for locality, team_name in names_in(task.team).items():
            at = (*keys, "team") if locality is None else (*keys, "team", locality)
            yield from must_be(document, at, "team", team_name, place.teams)
            known = place.teams.get(team_name)
            if known and not known.is_panel and task.works_for is None:
                yield document.problem(
                    at, f"write works_for: how long {team_name!r} works on {task.task!r}"
                )
            elif known and known.is_panel and task.works_for is not None:
                yield document.problem(
                    (*keys, "works_for"),
                    f"{team_name!r} is a panel, which decides at once; take works_for out",
                )


def teams_are_used(place: Place, document: Document) -> Problems:
    """Some task needs each team."""
    used = {name for _, _, task in _tasks(place) for name in names_in(task.team).values()}
    for name in place.teams:
        if name not in used and not document.changed:
            yield document.problem(
                ("teams", name),
                f"the team {name!r} is never used: no task names it; add it to one, or take it out",
                at_key=True,
            )


def shifts_do_not_overlap(place: Place, document: Document) -> Problems:
    """At every hour of the week a team has at most one shift, and panels meet once at a time."""
    for name, team in place.teams.items():
        for (i, one), (j, other) in combinations(enumerate(team.works), 2):
            days = set(one.days) & set(other.days)
            if days and one.start < other.end and other.start < one.end:
                on = ", ".join(WEEKDAYS[day] for day in sorted(days))
                yield document.problem(
                    ("teams", name, "works", j),
                    f"item {j + 1} overlaps item {i + 1} on {on}; at any hour only one may stand",
                )
        for (i, meeting), (j, later) in combinations(enumerate(team.meets), 2):
            if meeting.at == later.at and set(meeting.days) & set(later.days):
                yield document.problem(
                    ("teams", name, "meets", j), f"item {j + 1} is at the same time as item {i + 1}"
                )


def tasks_follow_tasks(place: Place, document: Document) -> Problems:
    """What a task names as before it, or as sent back, is another task of the same list."""
    for name, transfer in place.transfers.items():
        parts: tuple[tuple[str, tuple[Task, ...]], ...] = (
            ("arrange", transfer.arrange),
            ("hand_over", transfer.hand_over),
        )
        for part, tasks in parts:
            names = [task.task for task in tasks]
            for i, task in enumerate(tasks):
                keys: Keys = ("transfers", name, part, i)
                yield from _links(document, keys, names, i, task)
            if not _is_in_order(tasks):
                yield document.problem(
                    ("transfers", name, part), "some tasks each wait for one another, so "
                    "none could be done; see after and returns_to", at_key=True,
                )  # fmt: skip


def _links(document: Document, keys: Keys, names: list[str], i: int, task: Task) -> Problems:
    others = [name for j, name in enumerate(names) if j != i]
    links = [(*keys, "after", j) for j in range(len(task.after or ()))]
    for at, other in zip(links, task.after or (), strict=True):
        yield from must_be(document, at, "other task here", other, others)
    if task.returns_to is not None:
        at = (*keys, "returns_to")
        yield from must_be(document, at, "other task here", task.returns_to, others)
    elif task.returned.value and not i:
        yield document.problem(
            (*keys, "returned"),
            "a first task can't be sent back to the one before it; write returns_to",
        )
    for other in (*(task.after or ()), *([task.returns_to] if task.returns_to else [])):
        if names.count(other) > 1:
            yield document.problem(
                keys, f"several tasks here are called {other!r}; tell them apart to name one"
            )


def _is_in_order(tasks: tuple[Task, ...]) -> bool:
    """Whether the tasks can be put in an order: each after those before it, or sent back to."""
    names = [task.task for task in tasks]
    waits = {
        i: {names.index(other) for other in task.after if other in names}
        if task.after is not None
        else ({i - 1} if i else set())
        for i, task in enumerate(tasks)
    }
    for i, task in enumerate(tasks):
        if task.returned.value and task.returns_to is None and i:
            waits[i].add(i - 1)
        elif task.returns_to in names:
            waits[i].add(names.index(str(task.returns_to)))
    while waits:
        free = {i for i, before in waits.items() if not before & waits.keys()}
        if not free:
            return False
        waits = {i: before for i, before in waits.items() if i not in free}
    return True


def starts_are_of_arranging(place: Place, document: Document) -> Problems:
    """Groups that a task is for exist; expected_date_error is used."""
    for keys, _, task in _tasks(place):
        for i, group in enumerate(task.only_for):
            yield from must_be(document, (*keys, "only_for", i), "group", group, place.patients)
    for name, transfer in place.transfers.items():
        ahead = any(
            task.starts and task.starts.before_expected
            for task in (*transfer.arrange, *transfer.hand_over)
        )
        if transfer.expected_date_error is not None and not ahead and not document.changed:
            yield document.problem(
                ("transfers", name, "expected_date_error"),
                "no task of this transfer goes by the expected date; take this out",
                at_key=True,
            )


def localities_are_covered(place: Place, document: Document) -> Problems:
    """What is written by locality has every locality in which somebody may live."""
    known = place.localities()
    everywhere = all(None not in place.localities_of(group) for group in place.patients)
    tables: list[tuple[Keys, dict[str, str]]] = [
        ((*keys, "team"), task.team) for keys, _, task in _tasks(place)
        if isinstance(task.team, dict)
    ]  # fmt: skip
    tables += [
        ((*keys, "to"), route.to) for keys, route in _routes(place) if isinstance(route.to, dict)
    ]
    for keys, table in tables:
        for name in table:
            yield from must_be(document, (*keys, name), "locality", name, known, at_key=True)
        missing = [name for name in known if name not in table]
        if missing or not everywhere:
            what = one_of(missing) if missing else "groups without a locality"
            yield document.problem(keys, f"nothing is written here for {what}", at_key=True)


def other_ways_lead_on(place: Place, document: Document) -> Problems:
    """Who waits too long takes another route from the same setting, and not an exit's queue."""
    for keys, route in _routes(place):
        if route.otherwise is None:
            continue
        routes = _sibling_routes(place, keys)
        at = (*keys, "otherwise", "route")
        others = [name for name in routes if name != keys[-1]]
        yield from must_be(document, at, "other route here", route.otherwise.route, others)
        to = set(names_in(route.to).values()) or {str(keys[-1])}
        if to <= place.exits.keys():
            yield document.problem(
                (*keys, "otherwise"), "this route leads to an exit, for which nobody waits; take "
                "otherwise out", at_key=True,
            )  # fmt: skip


def care_at_home_is_sound(place: Place, document: Document) -> Problems:
    """Where spaces are visits or hours, there is enough for one person, and no bed to clean."""
    for name, setting in place.settings.items():
        if setting.need is None:
            continue
        for key in ("turnaround", "overflow"):
            if getattr(setting, key):
                yield document.problem(
                    ("settings", name, key), f"{key} goes with beds or places, not with visits or "
                    "hours", at_key=True,
                )  # fmt: skip
        limit = setting.spaces.limit
        if limit is not None and 0 < limit < setting.need.first.value:
            yield document.problem(
                ("settings", name, "need"),
                f"one person needs {setting.need.first.value:g} on the first day, and there are "
                f"{limit}",
                at_key=True,
            )
        for other_name, other in place.settings.items():
            if name in other.overflow:
                yield document.problem(
                    ("settings", other_name, "overflow"), f"{name!r} has no beds for outliers"
                )


def harm_names_exist(place: Place, document: Document) -> Problems:
    """Harm names a route and an exit of the place."""
    harm = place.harm
    if harm is None:
        return
    if harm.needs_more is not None:
        known = dict.fromkeys(name for table in _all_tables(place) for name in table)
        for light, heavy in harm.needs_more.routes.items():
            keys: Keys = ("harm", "needs_more", "routes", light)
            yield from must_be(document, keys, "route", light, known, at_key=True)
            yield from must_be(document, keys, "route", heavy, known)
            if light == heavy:
                yield document.problem(keys, f"{heavy!r} is no heavier than itself")
            for table in _all_tables(place):
                if light in table and heavy not in table and heavy in known:
                    yield document.problem(
                        keys, f"where there is a route {light!r} there must be one {heavy!r} too, "
                        "if only with share 0",
                    )  # fmt: skip
                    break
    if harm.dies is not None:
        keys = ("harm", "dies", "exit")
        deaths = [name for name, way_out in place.exits.items() if way_out.death]
        yield from must_be(document, keys, "exit that is a death", harm.dies.exit, deaths)


def cancelled_are_elective(place: Place, document: Document) -> Problems:
    """Only booked patients are cancelled."""
    for name, group in place.patients.items():
        if group.cancelled_after is not None and not group.elective:
            yield document.problem(
                ("patients", name, "cancelled_after"),
                "only elective patients are cancelled; write elective: yes",
                at_key=True,
            )


RULES_OF_WORK: tuple[Callable[[Place, Document], Problems], ...] = (
    team_names_exist,
    teams_are_used,
    shifts_do_not_overlap,
    tasks_follow_tasks,
    starts_are_of_arranging,
    localities_are_covered,
    other_ways_lead_on,
    care_at_home_is_sound,
    harm_names_exist,
    cancelled_are_elective,
)


def _tasks(place: Place) -> Iterator[tuple[Keys, str, Task]]:
    """Every task that is written: its keys, its transfer, the task."""
    for name, transfer in place.transfers.items():
        for i, task in enumerate(transfer.arrange):
            yield ("transfers", name, "arrange", i), name, task
        for i, task in enumerate(transfer.hand_over):
            yield ("transfers", name, "hand_over", i), name, task


def _routes(place: Place) -> Iterator[tuple[Keys, Route]]:
    """Every route that is written, with its keys."""
    for setting, routes in place.routes.items():
        for name, route in routes.items():
            yield ("routes", setting, name), route
    for group, patients in place.patients.items():
        for setting, routes in patients.routes.items():
            for name, route in routes.items():
                yield ("patients", group, "routes", setting, name), route


def _all_tables(place: Place) -> Iterator[dict[str, Route]]:
    yield from place.routes.values()
    for group in place.patients.values():
        yield from group.routes.values()


def _sibling_routes(place: Place, keys: Keys) -> dict[str, Route]:
    if keys[0] == "routes":
        return place.routes[str(keys[1])]
    return place.patients[str(keys[1])].routes[str(keys[3])]
