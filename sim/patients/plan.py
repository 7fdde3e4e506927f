"""A place as index tables: what the cohort is drawn from and the model runs on.

Settings are numbered as they are listed; exits follow on in the same numbering, so that a route's
destination is one number. Everything here is fixed for all replications of a scenario.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sim.patients.distributions import InverseCdf, inverse_cdf
from sim.patients.tasks import TaskPlan, tasks_of_transfer
from sim.place.reasons import CAPACITY_REASON
from sim.place.schema import Group, Place, Route, Setting, destination, shares
from sim.place.tasks import Transfer
from sim.place.uptake import Phases
from sim.place.words import Body, Pathway


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
    name: str = ""
    transfer: str | None = None
    has_process: bool = False
    """Whether its tasks need the clock: teams, side by side, early starts, returns."""
    date_error_days: float = 0.0
    """Standard deviation of the expected ready date."""
    patience: InverseCdf | None = None
    """How long after asking somebody takes another route."""
    otherwise: int = -1
    """The number of that route."""
    heavier: int = -1
    """The number of the route of somebody who comes to need more."""
    is_death: bool = False


@dataclass(frozen=True)
class Choice:
    """The routes of one group from one setting, with their shares added up."""

    up_to: NDArray[np.float64]
    routes: NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """All that a scenario fixes: names by number, stays, routes and choices.

    Levers that start or spread cover some people. Those covered by the same ones share a *variant*,
    whose number has a bit for each lever. A *case* is a group in a variant who live in one
    locality: (variant times the number of localities, plus the locality) times the number of
    groups, plus the group; without such levers and localities, just the group. Stays and choices
    are by case and setting.
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
    localities: tuple[str | None, ...] = (None,)
    """Where people may live."""
    teams: tuple[str, ...] = ()
    tasks: tuple[TaskPlan, ...] = ()
    """Every task of a process, by its number."""
    deaths: dict[tuple[int, int], int] = field(default_factory=dict)
    """By case and setting, the route of somebody who dies while waiting."""

    def setting(self, number: int) -> Setting:
        """The setting of this number."""
        return self.place.settings[self.settings[number]]

    def group(self, number: int) -> Group:
        """The group of this number."""
        return self.place.patients[self.groups[number]]

    def case_parts(self, case: int) -> tuple[int, int, int]:
        """The variant, locality and group of a case."""
        rest, group = divmod(case, len(self.groups))
        return *divmod(rest, len(self.localities)), group

    def place_of(self, case: int) -> Place:
        """The place as it is for people of this case."""
        variant = self.case_parts(case)[0]
        return self.phases.places[variant] if self.phases else self.place

    def names(self) -> tuple[str, ...]:
        """Settings and exits, by destination number."""
        return self.settings + self.exits

    def localities_of(self, group: int) -> dict[int, float]:
        """The numbers of the localities in which a group's people live, with the share of each."""
        found = self.place.localities_of(self.groups[group])
        if self.localities == (None,):
            return {0: 1.0}
        return {self.localities.index(name): share for name, share in found.items()}


def make_plan(place: Place, phases: Phases | None = None) -> Plan:
    """The index tables of a place, in each variant that levers which start or spread make."""
    made = _Tables(place, phases)
    for variant, variant_place in _variants(place, phases):
        for at, locality in enumerate(made.localities):
            for g, group in enumerate(made.groups):
                if locality is None or locality in place.localities_of(group):
                    case = (variant * len(made.localities) + at) * len(made.groups) + g
                    made.add_case(variant_place, variant, case, group, locality)
    shortest = tuple(_shortest(place.settings[name]) for name in made.settings)
    return Plan(
        place,
        made.settings,
        made.exits,
        made.groups,
        tuple(made.routes),
        made.stays,
        made.choices,
        shortest,
        phases,
        made.localities,
        tuple(place.teams),
        tuple(made.tasks),
        made.deaths,
    )


class _Tables:
    """The tables as they are filled, case by case."""

    def __init__(self, place: Place, phases: Phases | None) -> None:
        self.settings, self.exits = tuple(place.settings), tuple(place.exits)
        self.groups = tuple(place.patients)
        self.localities = _localities(place, phases)
        self.numbers = {name: number for number, name in enumerate(self.settings + self.exits)}
        self.teams = {name: number for number, name in enumerate(place.teams)}
        self.routes: list[RoutePlan] = []
        self.stays: dict[tuple[int, int], InverseCdf] = {}
        self.choices: dict[tuple[int, int], Choice] = {}
        self.deaths: dict[tuple[int, int], int] = {}
        self.tasks: list[TaskPlan] = []
        self._known: dict[tuple[str, str, str | None], tuple[TaskPlan, ...]] = {}

    def add_case(
        self, place: Place, variant: int, case: int, group: str, locality: str | None
    ) -> None:
        """The stays, routes and choices of one case in every setting that it may come to."""
        for s, setting in enumerate(self.settings):
            stay = place.stay_of(group, setting)
            ways = place.routes_from(group, setting, locality)
            if stay is None or not ways:
                continue
            self.stays[case, s] = inverse_cdf(stay)
            first = len(self.routes)
            numbered = {name: first + i for i, name in enumerate(ways)}
            for name, way in ways.items():
                self.routes.append(
                    self._route(place, variant, group, locality, setting, name, way, numbered)
                )
            up_to = np.array(list(accumulate(shares(ways).values())))
            self.choices[case, s] = Choice(up_to / up_to[-1], np.arange(first, first + len(ways)))
            if place.harm and place.harm.dies and place.settings[setting].acute:
                self.deaths[case, s] = len(self.routes)
                self.routes.append(self._death(place.harm.dies.exit, s))

    def _route(
        self,
        place: Place,
        variant: int,
        group: str,
        locality: str | None,
        setting: str,
        name: str,
        route: Route,
        numbered: dict[str, int],
    ) -> RoutePlan:
        to = destination(name, route)
        reason, body = _capacity_reason(place, to, route.pathway)
        transfer = place.transfers[route.transfer] if route.transfer else Transfer()
        has_process = not transfer.is_plain
        harm = place.harm.needs_more if place.harm and place.settings[setting].acute else None
        error = transfer.expected_date_error
        other = route.otherwise
        return RoutePlan(
            number=numbered[name],
            from_setting=self.numbers[setting],
            to=self.numbers[to],
            pathway=route.pathway,
            priority=route.priority or place.patients[group].priority,
            tasks=self._tasks(place, variant, setting, route.transfer, locality, has_process)
            if route.transfer
            else (),
            capacity_reason=reason,
            capacity_body=body,
            name=name,
            transfer=route.transfer,
            has_process=has_process,
            date_error_days=error.days if error else 0.0,
            patience=inverse_cdf(other.after) if other else None,
            otherwise=numbered[other.route] if other else -1,
            heavier=numbered.get(harm.routes.get(name, ""), -1) if harm else -1,
            is_death=to in place.exits and place.exits[to].death,
        )

    def _death(self, exit_name: str, setting: int) -> RoutePlan:
        """The route of somebody who dies while waiting: nothing is arranged for it."""
        return RoutePlan(
            len(self.routes), setting, self.numbers[exit_name], None, 5, (), "unspecified", "both",
            name=exit_name, is_death=True,
        )  # fmt: skip

    def _tasks(
        self,
        place: Place,
        variant: int,
        setting: str,
        transfer: str,
        locality: str | None,
        has_process: bool,
    ) -> tuple[TaskPlan, ...]:
        """The tasks of a transfer from a setting, made once for all who share them."""
        key = (f"{setting}/{variant}", transfer, locality if has_process else None)
        if key not in self._known:
            first = len(self.tasks) if has_process else -1
            made = tasks_of_transfer(place, variant, setting, transfer, locality, self.teams, first)
            if has_process:
                self.tasks.extend(made)
            self._known[key] = made
        return self._known[key]


def _localities(place: Place, phases: Phases | None) -> tuple[str | None, ...]:
    """Where people may live; just None where nothing depends on it."""
    places = [place, *(phases.places if phases else ())]
    split = any(group.lives_in for each in places for group in each.patients.values())
    routes = any(
        isinstance(route.to, dict)
        for each in places
        for table in (each.routes, *(group.routes for group in each.patients.values()))
        for ways in table.values()
        for route in ways.values()
    )
    teams = any(
        isinstance(task.team, dict)
        for each in places
        for transfer in each.transfers.values()
        for task in (*transfer.arrange, *transfer.hand_over)
    )
    if not (split or routes or teams):
        return (None,)
    named = {
        name for each in places for group in each.patients for name in each.localities_of(group)
    }
    return tuple(sorted(named, key=lambda name: (name is None, name or "")))


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
    pace *= max((push.pace.value for push in setting.pushes), default=1.0) or 1.0
    return min(1.0, setting.outlier_stay_times.value) / max(1.0, pace)


def _capacity_reason(place: Place, to: str, pathway: Pathway | None) -> tuple[str, Body]:
    """Why a person waits for this setting, and who answers: the body that runs it."""
    if to not in place.settings:
        return "unspecified", "both"
    reason = place.settings[to].capacity_reason or CAPACITY_REASON[pathway]
    return reason, place.body_of(to)
