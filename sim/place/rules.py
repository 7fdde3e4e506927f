"""Every rule that joins two tables of a place, each as one small function.

A rule looks at the whole place and says what is wrong, at the line where it is written. That a
table is right in itself (numbers in range, known keys) is the schema's business.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise

from sim.place.calendars import Window
from sim.place.carried_over import tasks_of
from sim.place.document import Document, Keys
from sim.place.problems import Problem, did_you_mean, one_of
from sim.place.reach import settings_reached, settings_with_a_way_out
from sim.place.reasons import REASONS
from sim.place.rules_of_work import RULES_OF_WORK, must_be
from sim.place.schema import Place, Route, Setting, destinations
from sim.place.start import PeopleThere, PeopleWaiting
from sim.place.tasks import Task
from sim.place.words import WEEKDAYS

Problems = Iterator[Problem]
Rule = Callable[[Place, Document], Problems]

SHARES_WITHIN = 1e-6
"""How far the shares of a set of routes may be from 1."""
FIRST_YEAR, LAST_YEAR = 1980, 2100
CAPACITY_TASKS = ("equipment", "housing-adaptations")
"""The capacity reasons that a task may have: something is fetched or built, not waited for."""


def problems_of(place: Place, document: Document) -> Problems:
    """Everything that the rules find wrong with a place."""
    for rule in RULES:
        yield from rule(place, document)


# What is named must exist


def organisations_exist(place: Place, document: Document) -> Problems:
    """The organisation that runs a setting is one of the place's."""
    for name, setting in place.settings.items():
        if setting.organisation is not None:
            keys = ("settings", name, "organisation")
            yield from must_be(
                document, keys, "organisation", setting.organisation, place.organisations
            )


def names_are_told_apart(place: Place, document: Document) -> Problems:
    """No name is both a setting and an exit, and no two differ only in capital letters."""
    for name in place.settings.keys() & place.exits.keys():
        yield document.problem(
            ("exits", name),
            f"{name!r} is both a setting and an exit; give one of them another name",
            at_key=True,
        )
    names: list[Keys] = [("settings", name) for name in place.settings]
    names += [("exits", name) for name in place.exits]
    groups: list[Keys] = [("patients", name) for name in place.patients]
    for part in (names, groups):
        first: dict[str, Keys] = {}
        for keys in part:
            name = str(keys[1])
            earlier = first.setdefault(name.lower(), keys)[1]
            if earlier != name:
                yield document.problem(
                    keys, f"{name!r} and {earlier!r} differ only in capitals", at_key=True
                )


def tables_by_setting_name_settings(place: Place, document: Document) -> Problems:
    """What is written by setting (routes, a group's stay and routes) names declared settings."""
    parts: list[tuple[Keys, Iterable[str]]] = [(("routes",), place.routes)]
    for name, group in place.patients.items():
        parts.append((("patients", name, "stay"), group.stay))
        parts.append((("patients", name, "routes"), group.routes))
    for keys, names in parts:
        for setting in names:
            yield from must_be(
                document, (*keys, setting), "setting", setting, place.settings, at_key=True
            )


def routes_lead_somewhere(place: Place, document: Document) -> Problems:
    """A route leads to a declared setting or exit, and not back to where it starts."""
    ways = [*place.settings, *place.exits]
    for keys, setting, routes in _sets_of_routes(place):
        for name, route in routes.items():
            for locality, target in destinations(name, route).items():
                at, at_key = ((*keys, name, "to"), False) if route.to else ((*keys, name), True)
                if locality is not None:
                    at = (*keys, name, "to", locality)
                yield from _target(document, at, setting, target, ways, at_key=at_key)


def _target(
    document: Document, at: Keys, setting: str, target: str, ways: list[str], *, at_key: bool
) -> Problems:
    if target not in ways:
        yield document.problem(
            at,
            f"route to nowhere: no setting or exit {target!r}; "
            f"allowed: {one_of(ways)}{did_you_mean(target, ways)}",
            at_key=at_key,
        )
    elif target == setting:
        yield document.problem(
            at,
            f"a route from {setting!r} to itself; write a longer stay instead",
            at_key=at_key,
        )


def transfers_exist(place: Place, document: Document) -> Problems:
    """The transfer that a route needs is one of the place's."""
    for keys, _, routes in _sets_of_routes(place):
        for name, route in routes.items():
            if route.transfer is not None:
                at = (*keys, name, "transfer")
                yield from must_be(document, at, "transfer", route.transfer, place.transfers)


def groups_arrive_at_settings(place: Place, document: Document) -> Problems:
    """Each group arrives at a declared setting."""
    for name, group in place.patients.items():
        keys = ("patients", name, "arrives_at")
        yield from must_be(document, keys, "setting", group.arrives_at, place.settings)


def start_names_exist(place: Place, document: Document) -> Problems:
    """The start state names declared settings and groups, and localities of the groups."""
    right: set[tuple[str | None, ...]] = set()
    for part, i, row in _start_rows(place):
        names = (
            part, row.group, row.locality, row.setting, row.outlier_in,
            getattr(row, "waiting_for", None),
        )  # fmt: skip
        if names in right:  # as in an earlier row; there may be thousands
            continue
        problems = list(_names_in_row(place, document, part, i, row))
        yield from problems
        if not problems:
            right.add(names)


def _names_in_row(
    place: Place, document: Document, part: str, i: int, row: PeopleThere | PeopleWaiting
) -> Problems:
    """What one row of the start state names exists."""
    keys: Keys = ("start", part, i)
    for key in ("setting", "outlier_in", "waiting_for"):
        name = getattr(row, key, None)
        if name is not None:
            yield from must_be(document, (*keys, key), "setting", name, place.settings)
    yield from must_be(document, (*keys, "group"), "group", row.group, place.patients)
    if row.outlier_in is not None and row.outlier_in == row.setting:
        yield document.problem(
            (*keys, "outlier_in"), f"they can't be outliers from {row.setting!r} in itself"
        )
    if row.locality is not None and row.group in place.patients:
        known = [name for name in place.localities_of(row.group) if name is not None]
        at = (*keys, "locality")
        yield from must_be(document, at, f"locality of {row.group!r}", row.locality, known)


def _start_rows(place: Place) -> Iterator[tuple[str, int, PeopleThere | PeopleWaiting]]:
    """Every row of the start state: which list, which row of it, what it says."""
    for i, there in enumerate(place.start.people):
        yield "people", i, there
    for i, wait in enumerate(place.start.waiting):
        yield "waiting", i, wait


# Routes


def shares_sum_to_one(place: Place, document: Document) -> Problems:
    """The shares of each set of routes sum to 1; at most one route takes the rest."""
    for keys, setting, routes in _sets_of_routes(place):
        known = [route.share.value for route in routes.values() if route.share.value is not None]
        rests = len(routes) - len(known)
        total = sum(known)
        if rests > 1:
            what = f"{rests} routes from {setting!r} take the rest; allowed: one"
        elif rests and total > 1 + SHARES_WITHIN:
            what = f"the shares of the routes from {setting!r} sum to {total:.9g}, above 1"
        elif not rests and abs(total - 1) > SHARES_WITHIN:
            what = (
                f"the shares of the routes from {setting!r} sum to {total:.9g}; "
                "they must sum to 1 (or one of them may be rest)"
            )
        else:
            continue
        yield document.problem(keys, what, at_key=True)


def priorities_are_for_queues(place: Place, document: Document) -> Problems:
    """A route to an exit has no priority: there is no queue for an exit."""
    for keys, _, routes in _sets_of_routes(place):
        for name, route in routes.items():
            to = set(destinations(name, route).values())
            if route.priority is not None and to <= place.exits.keys():
                yield document.problem(
                    (*keys, name, "priority"),
                    "this route leads to an exit, which has no queue; take the priority out",
                    at_key=True,
                )


def settings_reached_have_stays_and_routes(place: Place, document: Document) -> Problems:
    """Wherever a group can come, there is a stay for it, and a way on."""
    for setting, groups in _groups_by_setting(place).items():
        no_stay = [group for group in groups if place.stay_of(group, setting) is None]
        if no_stay:
            yield document.problem(
                ("settings", setting),
                f"no stay is written for {one_of(no_stay, 5)}, who can come to {setting!r}; "
                f"write stay here, or {setting!r} under the group's stay",
                at_key=True,
            )
        no_routes = [group for group in groups if not place.every_route(group, setting)]
        if no_routes:
            yield document.problem(
                ("settings", setting),
                f"no routes lead on from {setting!r} for {one_of(no_routes, 5)}; "
                f"write {setting!r} under routes",
                at_key=True,
            )


def everybody_can_leave(place: Place, document: Document) -> Problems:
    """From wherever a group can come, some chain of routes ends in an exit."""
    stuck: dict[str, list[str]] = {}
    for group in place.patients:
        out = settings_with_a_way_out(place, group)
        for setting in settings_reached(place, group) - out:
            if place.every_route(group, setting):
                stuck.setdefault(setting, []).append(group)
    for setting, groups in stuck.items():
        yield document.problem(
            ("settings", setting),
            f"endless: from {setting!r} no route ever ends in an exit "
            f"(for {one_of(groups, 5)}); exits: {one_of(place.exits)}",
            at_key=True,
        )


# What is never used is a mistake, or would be taken to matter


def settings_are_reached(place: Place, document: Document) -> Problems:
    """Somebody can come to every setting."""
    reached = set(_groups_by_setting(place))
    reached |= {row.setting for row in place.start.waiting if row.setting}
    for setting in place.settings.values():
        reached |= set(setting.overflow)
    for name in place.settings:
        if name not in reached and _counts(document, ("settings", name)):
            yield document.problem(
                ("settings", name),
                f"the setting {name!r} is unreachable: no group arrives there or is there at the "
                "start, and no route or overflow leads there; add one, or take the setting out",
                at_key=True,
            )


def transfers_are_used(place: Place, document: Document) -> Problems:
    """Some route needs each transfer."""
    used = {route.transfer for _, _, routes in _sets_of_routes(place) for route in routes.values()}
    for name in place.transfers:
        if name not in used and _counts(document, ("transfers", name)):
            yield document.problem(
                ("transfers", name),
                f"the transfer {name!r} is never used: no route names it; add it to a route, "
                "or take it out",
                at_key=True,
            )


def stays_and_routes_are_used(place: Place, document: Document) -> Problems:
    """A group's stays and routes are for settings that it can come to."""
    for name, group in place.patients.items():
        reached = settings_reached(place, name)
        left = reached | {row.setting for row in place.start.waiting if row.group == name}
        for part, settings, known in (
            ("stay", group.stay, reached),
            ("routes", group.routes, left),
        ):
            for setting in settings:
                keys = ("patients", name, part, setting)
                if setting in place.settings and setting not in known and _counts(document, keys):
                    yield document.problem(
                        keys,
                        f"never used: the group {name!r} never comes to {setting!r}; "
                        "take this out, or add a route",
                        at_key=True,
                    )


# Settings


def overflow_is_sound(place: Place, document: Document) -> Problems:
    """Overflow settings exist, once each, and are not the setting itself."""
    for name, setting in place.settings.items():
        for i, other in enumerate(setting.overflow):
            keys: Keys = ("settings", name, "overflow", i)
            yield from must_be(document, keys, "setting", other, place.settings)
            if other == name:
                yield document.problem(keys, f"{name!r} can't be its own overflow")
            if other in setting.overflow[:i]:
                yield document.problem(keys, f"the overflow {other!r} is here twice")
        if not setting.overflow:
            for key in ("outlier_stay_times", "returns"):
                if key in setting.model_fields_set:
                    yield document.problem(
                        ("settings", name, key),
                        f"{key} is used only where there is an overflow; write overflow too, "
                        "or take it out",
                        at_key=True,
                    )


def queue_limits_can_bite(place: Place, document: Document) -> Problems:
    """A queue limit stands only where there can be a queue."""
    for name, setting in place.settings.items():
        spaces_by_lever = any(
            ("settings", name, part) in document.changed for part in ("beds", "places")
        )
        if setting.queue_limit and _never_full(setting) and not spaces_by_lever:
            yield document.problem(
                ("settings", name, "queue_limit"),
                f"{name!r} is unlimited and always admits, so nobody ever queues; "
                "take queue_limit out",
                at_key=True,
            )


def calendars_do_not_overlap(place: Place, document: Document) -> Problems:
    """At every hour of the week, at most one window of each kind is open."""
    for name, setting in place.settings.items():
        for key, windows in (
            ("capacity_by_week", setting.capacity_by_week),
            ("admits", setting.admits or ()),
        ):
            for (i, one), (j, other) in combinations(enumerate(windows), 2):
                days = _days_in_common(one, other)
                if days and one.start < other.end and other.start < one.end:
                    yield document.problem(
                        ("settings", name, key, j),
                        f"item {j + 1} overlaps item {i + 1} on {days}; at any hour only one "
                        "may stand",
                    )
        if setting.admits == ():
            yield document.problem(
                ("settings", name, "admits"),
                "no hours are written, so nobody could be admitted; write some, or take it out",
                at_key=True,
            )


def capacity_changes_follow_on(place: Place, document: Document) -> Problems:
    """Dated changes of capacity are in order and do not overlap."""
    for name, setting in place.settings.items():
        for i, (one, following) in enumerate(pairwise(setting.capacity_changes)):
            keys: Keys = ("settings", name, "capacity_changes", i + 1)
            if following.first <= one.first:
                yield document.problem(
                    (*keys, "from"), f"{following.first} is not after {one.first}; write the "
                    "changes in order of date",
                )  # fmt: skip
            elif one.last is None:
                yield document.problem(
                    keys, f"the change from {one.first} runs to the end, so this one overlaps it; "
                    "write 'to' in that one",
                )  # fmt: skip
            elif one.last >= following.first:
                yield document.problem(
                    (*keys, "from"),
                    f"{following.first} is within the change from {one.first} to {one.last}",
                )


def rounds_can_decide(place: Place, document: Document) -> Problems:
    """Decision rounds differ in time, and one at least can declare somebody ready."""
    for name, setting in place.settings.items():
        seen: set[tuple[int, int]] = set()
        keys: Keys = ("settings", name, "decision_rounds")
        for i, at_round in enumerate(setting.decision_rounds):
            times = {(day, at_round.at) for day in at_round.days}
            if times & seen:
                day, minutes = min(times & seen)
                yield document.problem(
                    (*keys, i),
                    f"a second round on {WEEKDAYS[day]} at {minutes // 60:02}:{minutes % 60:02}; "
                    "allowed: one at a time",
                )
            if at_round.at >= 24 * 60:
                yield document.problem(
                    (*keys, i, "at"), "24:00 is the next day's 00:00; write that"
                )
            seen |= times
        if setting.decision_rounds and not any(r.prob_ready.value for r in setting.decision_rounds):
            yield document.problem(
                keys, "no round can declare anybody ready: one prob_ready at least must be above 0",
                at_key=True,
            )  # fmt: skip


def something_happens_each_week(place: Place, document: Document) -> Problems:
    """Treatment goes on, and people come, on one day of the week or month at least."""
    for name, setting in place.settings.items():
        if setting.pace_by_weekday and not any(setting.pace_by_weekday.factors()):
            yield document.problem(
                ("settings", name, "pace_by_weekday"),
                "the pace is 0 on every day, so nobody's need would end; one must be above 0",
                at_key=True,
            )
    for name, group in place.patients.items():
        for key, calendar in (("by_weekday", group.by_weekday), ("by_month", group.by_month)):
            if calendar and not any(calendar.factors()):
                yield document.problem(
                    ("patients", name, key),
                    "all are 0, so nobody would come; one must be above 0 (or per_day 0)",
                    at_key=True,
                )


# Reasons


def capacity_reasons_are_of_capacity(place: Place, document: Document) -> Problems:
    """The reason of waiting for a space is a capacity reason."""
    allowed = [code for code, reason in REASONS.items() if reason.group == "capacity"]
    for name, setting in place.settings.items():
        if setting.capacity_reason is not None and setting.capacity_reason not in allowed:
            yield document.problem(
                ("settings", name, "capacity_reason"),
                f"{setting.capacity_reason!r} is not a capacity reason; allowed: "
                f"{one_of(allowed)}{did_you_mean(setting.capacity_reason, allowed)}",
            )


def task_reasons_are_of_tasks(place: Place, document: Document) -> Problems:
    """A task's reason is something being done, not a wait for a space or for opening hours."""
    for name, transfer in place.transfers.items():
        parts: tuple[tuple[str, tuple[Task, ...]], ...] = (
            ("arrange", transfer.arrange),
            ("hand_over", transfer.hand_over),
        )
        for part, tasks in parts:
            for i, task in enumerate(tasks):
                of_capacity = REASONS[task.reason].group == "capacity"
                keys = ("transfers", name, part, i, "reason")
                if of_capacity and task.reason not in CAPACITY_TASKS:
                    yield document.problem(
                        keys,
                        f"{task.reason!r} is the reason of waiting for a space, which the wait "
                        "itself records; allowed for tasks: the process and wellbeing reasons, "
                        f"{one_of(CAPACITY_TASKS)}",
                    )
                elif task.reason == "admission-hours":
                    yield document.problem(
                        keys, "'admission-hours' is recorded by itself where a space is free but "
                        "the setting is not admitting; allowed for tasks: another process reason",
                    )  # fmt: skip


# Dates and the start


def dates_are_sensible(place: Place, document: Document) -> Problems:
    """The run starts in a year that calendars know, and nobody is listed to come before."""
    if not FIRST_YEAR <= place.start_date.year <= LAST_YEAR:
        yield document.problem(
            ("start_date",),
            f"the year {place.start_date.year} is not allowed: {FIRST_YEAR} to {LAST_YEAR}",
        )
    for name, group in place.patients.items():
        for i, day in enumerate(group.arrival_dates or ()):
            if day < place.start_date:
                yield document.problem(
                    ("patients", name, "arrival_dates", i),
                    f"{day} is before the start date, {place.start_date}",
                )
        numbers = group.daily_numbers
        if numbers and numbers.by_date and max(numbers.by_date) < place.start_date:
            yield document.problem(
                ("patients", name, "daily_numbers"),
                f"the file's last date, {max(numbers.by_date)}, is before the start date, "
                f"{place.start_date}; first date needed: {place.start_date}",
                at_key=True,
            )
        if numbers and numbers.values and max(numbers.values) > MOST_A_DAY:
            worst = max(numbers.by_date, key=lambda date: numbers.by_date[date])
            yield document.problem(
                ("patients", name, "daily_numbers"),
                f"{numbers.by_date[worst]:g} people on {worst}; allowed: {MOST_A_DAY:,} a day",
                at_key=True,
            )


MOST_A_DAY = 10_000


def those_there_can_go_on(place: Place, document: Document) -> Problems:
    """The way on that people there at the start are expected to take is one of theirs."""
    for i, row in enumerate(place.start.people):
        keys: Keys = ("start", "people", i)
        if row.route is None or row.group not in place.patients:
            continue
        leaving = place.every_route(row.group, row.setting)
        yield from must_be(document, (*keys, "route"), "route", row.route, leaving)
        yield from _task_reached(place, document, keys, row, leaving)


def those_waiting_can_go_on(place: Place, document: Document) -> Problems:
    """People who wait in a setting at the start have a route to what they wait for."""
    for i, row in enumerate(place.start.waiting):
        keys: Keys = ("start", "waiting", i)
        if row.group not in place.patients or row.setting not in place.settings:
            continue
        leaving = place.every_route(row.group, row.setting)
        ahead = [to for name, way in leaving.items() for to in destinations(name, way).values()]
        if row.waiting_for is None:
            yield from must_be(document, (*keys, "route"), "route", row.route or "", leaving)
        elif row.waiting_for not in place.settings:
            continue
        elif row.setting == row.waiting_for:
            yield document.problem(
                (*keys, "setting"), f"they can't wait in {row.setting!r} for {row.setting!r}"
            )
        elif row.waiting_for not in ahead:
            yield document.problem(
                (*keys, "waiting_for"),
                f"the group {row.group!r} has no route from {row.setting!r} to "
                f"{row.waiting_for!r}; its routes from there lead to: {one_of(ahead)}",
            )
        yield from _task_reached(place, document, keys, row, leaving)


def _task_reached(
    place: Place,
    document: Document,
    keys: Keys,
    row: PeopleThere | PeopleWaiting,
    leaving: dict[str, Route],
) -> Problems:
    """The task reached, and those done, are to be arranged on the way that they are to take."""
    if row.route in leaving or isinstance(row, PeopleWaiting):
        arrange, hand_over = tasks_of(place, row)
        if row.task is not None:
            yield from must_be(document, (*keys, "task"), "task to arrange", row.task, arrange)
        for j, task in enumerate(row.also_done):
            at = (*keys, "also_done", j)
            yield from must_be(document, at, "task", task, [*arrange, *hand_over])


RULES: tuple[Rule, ...] = (
    organisations_exist,
    names_are_told_apart,
    tables_by_setting_name_settings,
    routes_lead_somewhere,
    transfers_exist,
    groups_arrive_at_settings,
    start_names_exist,
    shares_sum_to_one,
    priorities_are_for_queues,
    settings_reached_have_stays_and_routes,
    everybody_can_leave,
    settings_are_reached,
    transfers_are_used,
    stays_and_routes_are_used,
    overflow_is_sound,
    queue_limits_can_bite,
    calendars_do_not_overlap,
    capacity_changes_follow_on,
    rounds_can_decide,
    something_happens_each_week,
    capacity_reasons_are_of_capacity,
    task_reasons_are_of_tasks,
    dates_are_sensible,
    those_there_can_go_on,
    those_waiting_can_go_on,
    *RULES_OF_WORK,
)


def _sets_of_routes(place: Place) -> Iterator[tuple[Keys, str, dict[str, Route]]]:
    """Each set of routes that is written: its keys, the setting it leaves, the routes."""
    for setting, routes in place.routes.items():
        yield ("routes", setting), setting, routes
    for name, group in place.patients.items():
        for setting, routes in group.routes.items():
            yield ("patients", name, "routes", setting), setting, routes


def _groups_by_setting(place: Place) -> dict[str, list[str]]:
    """The groups that can come to each setting, as their own patients (not as outliers)."""
    by_setting: dict[str, list[str]] = {}
    for group in place.patients:
        for setting in settings_reached(place, group):
            by_setting.setdefault(setting, []).append(group)
    return by_setting


def _counts(document: Document, keys: Keys) -> bool:
    """Whether it matters that something is never used.

    A lever may leave a part of the place idle: only what it adds itself must be used.
    """
    return not document.changed or any(keys[: len(path)] == path for path in document.changed)


def _never_full(setting: Setting) -> bool:
    spaces = [setting.spaces]
    spaces += [window.spaces for window in setting.capacity_by_week]
    spaces += [change.spaces for change in setting.capacity_changes]
    if setting.capacity_cycle:
        spaces += [window.spaces for window in setting.capacity_cycle.windows]
    return setting.admits is None and all(each.limit is None for each in spaces)


def _days_in_common(one: Window, other: Window) -> str:
    return ", ".join(WEEKDAYS[day] for day in sorted(set(one.days) & set(other.days)))
