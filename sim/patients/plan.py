"""A place as index tables: what the cohort is drawn from and the model runs on.

Settings are numbered as they are listed; exits follow on in the same numbering, so that a route's
destination is one number. Everything here is fixed for all replications of a scenario.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sim.patients.distributions import InverseCdf, inverse_cdf
from sim.place.reasons import CAPACITY_REASON, REASONS
from sim.place.schema import Group, Place, Route, Setting, Task, destination, shares
from sim.place.uptake import Phases
from sim.place.words import Body, Pathway


@dataclass(frozen=True)
class TaskPlan:
    """A task of a transfer: its name, its time, and whom the delay is put down to."""

    name: str
    stream: str
    key: str
    """Its stream; for people covered by levers, with the number of their variant."""
    is_hand_over: bool
    days: InverseCdf
    reason: str
    body: Body


@dataclass(frozen=True)
class RoutePlan:
    """A way on from a setting for a group."""

    number: int
    from_setting: int
    to: int
    pathway: Pathway | None
    priority: int
    tasks: tuple[TaskPlan, ...]
    capacity_reason: str
    capacity_body: Body


@dataclass(frozen=True)
class Choice:
    """The routes of one group from one setting, with their shares added up."""

    up_to: NDArray[np.float64]
    routes: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """All that a scenario fixes: names by number, stays, routes and choices.

    Levers that start or spread cover some people. Those covered by the same ones share a *variant*,
    whose number has a bit for each lever. A *case* is a group in a variant: variant times the
    number of groups, plus the group; without such levers, just the group. Stays and choices are
    by case and setting.
    """

    place: Place
    """With all its levers in full."""
    settings: tuple[str, ...]
    exits: tuple[str, ...]
    groups: tuple[str, ...]
    routes: tuple[RoutePlan, ...]
    stays: dict[tuple[int, int], InverseCdf]
    choices: dict[tuple[int, int], Choice]
    shortest: tuple[float, ...]
    phases: Phases | None = None

    def setting(self, number: int) -> Setting:
        """The setting of this number."""
        return self.place.settings[self.settings[number]]

    def group(self, number: int) -> Group:
        """The group of this number."""
        return self.place.patients[self.groups[number]]

    def place_of(self, case: int) -> Place:
        """The place as it is for people of this case."""
        return self.phases.places[case // len(self.groups)] if self.phases else self.place

    def names(self) -> tuple[str, ...]:
        """Settings and exits, by destination number."""
        return self.settings + self.exits


def make_plan(place: Place, phases: Phases | None = None) -> Plan:
    """The index tables of a place, in each variant that levers which start or spread make."""
    settings, exits, groups = tuple(place.settings), tuple(place.exits), tuple(place.patients)
    numbers = {name: number for number, name in enumerate(settings + exits)}
    routes: list[RoutePlan] = []
    stays: dict[tuple[int, int], InverseCdf] = {}
    choices: dict[tuple[int, int], Choice] = {}
    for variant, variant_place in _variants(place, phases):
        for g, group in enumerate(groups, start=variant * len(groups)):
            for s, setting in enumerate(settings):
                stay = variant_place.stay_of(group, setting)
                ways = variant_place.routes_from(group, setting)
                if stay is None or not ways:
                    continue
                stays[g, s] = inverse_cdf(stay)
                made = [
                    _route(variant_place, variant, group, setting, name, way, numbers, number)
                    for number, (name, way) in enumerate(ways.items(), start=len(routes))
                ]
                routes.extend(made)
                up_to = np.array(list(accumulate(shares(ways).values())))
                choices[g, s] = Choice(
                    up_to / up_to[-1], np.array([route.number for route in made])
                )
    shortest = tuple(_shortest(place.settings[name]) for name in settings)
    return Plan(place, settings, exits, groups, tuple(routes), stays, choices, shortest, phases)


def _variants(place: Place, phases: Phases | None) -> Iterator[tuple[int, Place]]:
    """The number of each variant that people can be in, and the place as it is for them."""
    if phases is None:
        yield 0, place
        return
    bits = sum(1 << bit for bit, phase in enumerate(phases.levers) if phase.covers_people)
    for variant, variant_place in enumerate(phases.places):
        if variant & ~bits == 0:
            yield variant, variant_place


def _shortest(setting: Setting) -> float:
    """The least part of a drawn stay that can pass in calendar time: pace and outliers count."""
    pace = max(setting.pace_by_weekday.factors()) if setting.pace_by_weekday else 1.0
    return min(1.0, setting.outlier_stay_times.value) / max(1.0, pace)


def _route(
    place: Place,
    variant: int,
    group: str,
    setting: str,
    name: str,
    route: Route,
    numbers: dict[str, int],
    number: int,
) -> RoutePlan:
    to = destination(name, route)
    reason, body = _capacity_reason(place, to, route.pathway)
    return RoutePlan(
        number=number,
        from_setting=numbers[setting],
        to=numbers[to],
        pathway=route.pathway,
        priority=route.priority or place.patients[group].priority,
        tasks=tuple(_tasks(place, variant, setting, route.transfer)) if route.transfer else (),
        capacity_reason=reason,
        capacity_body=body,
    )


def _capacity_reason(place: Place, to: str, pathway: Pathway | None) -> tuple[str, Body]:
    """Why a person waits for this setting, and who answers: the body that runs it."""
    if to not in place.settings:
        return "unspecified", "both"
    reason = place.settings[to].capacity_reason or CAPACITY_REASON[pathway]
    return reason, place.body_of(to)


def _tasks(place: Place, variant: int, setting: str, transfer: str) -> Iterator[TaskPlan]:
    """The tasks of a transfer from a setting, each with a stream of its own."""
    steps = place.transfers[transfer]
    for kind, tasks in (("arrange", steps.arrange), ("hand over", steps.hand_over)):
        seen: dict[str, int] = {}
        for task in tasks:
            seen[task.task] = seen.get(task.task, 0) + 1
            stream = "/".join((setting, transfer, kind, task.task, str(seen[task.task])))
            key = f"{stream}/variant {variant}" if variant else stream
            yield _task(task, stream, key, kind == "hand over")


def _task(task: Task, stream: str, key: str, is_hand_over: bool) -> TaskPlan:
    body = task.body or REASONS[task.reason].body
    days = inverse_cdf(task.takes)
    return TaskPlan(task.task, stream, key, is_hand_over, days, task.reason, body)
