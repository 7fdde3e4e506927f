"""A place as index tables: what the cohort is drawn from and the model runs on.

Settings are numbered as they are listed; exits follow on in the same numbering, so that a route's
destination is one number. Everything here is fixed for all replications of a scenario.
"""

from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sim.patients.distributions import InverseCdf, inverse_cdf
from sim.patients.tasks import TaskPlan, tasks_of_transfer
from sim.place.parts import keys_of_readiness, parts_of_ways, tasks_of
from sim.place.reasons import CAPACITY_REASON
from sim.place.schema import Group, Place, Route, Setting, destination, shares
from sim.place.tasks import Transfer
from sim.place.uptake import Phases, sets_of
from sim.place.words import Body, Pathway

Ints = NDArray[np.signedinteger]


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
    has_versions: bool = False
    """Whether levers that cover some people change single tasks of it."""


@dataclass(frozen=True)
class Choice:
    """The routes of one group from one setting, with their shares added up."""

    up_to: NDArray[np.float64]
    routes: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plan:
    """All that a scenario fixes: names by number, stays, routes and choices.

    Levers that start or spread cover some people: ``covered`` has a bit for each such lever. A
    *case* is a group covered by the same ones who live in one locality: (covered times the number
    of localities, plus the locality) times the number of groups, plus the group; without such
    levers and localities, just the group. Stays and choices are by setting and *narrow* case: with
    only the bits of those levers that change something for the group there.
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
    masks: NDArray[np.int64] = field(default_factory=lambda: np.zeros((1, 1), dtype=np.int64))
    """The bits of the levers that matter to a group in a setting; shape (groups, settings)."""
    before: Place | None = None
    """The place as it was until the run, where a lever has changed it since."""

    def setting(self, number: int) -> Setting:
        """The setting of this number."""
        return self.place.settings[self.settings[number]]

    def group(self, number: int) -> Group:
        """The group of this number."""
        return self.place.patients[self.groups[number]]

    def case_parts(self, case: int) -> tuple[int, int, int]:
        """The covering levers, locality and group of a case."""
        rest, group = divmod(case, len(self.groups))
        return *divmod(rest, len(self.localities)), group

    def covered(self, case: Ints) -> Ints:
        """A bit for each lever that covers people of these cases; shape of ``case``."""
        return case // (len(self.groups) * len(self.localities))

    def narrow(self, case: Ints, setting: Ints) -> Ints:
        """The cases by which to look up stays and choices in these settings; shape of ``case``."""
        if self.phases is None:
            return case
        whole = len(self.groups) * len(self.localities)
        bits, rest = np.divmod(case, whole)
        return np.asarray(
            rest + (bits & self.masks[rest % len(self.groups), setting]) * np.int64(whole)
        )

    def choice(self, case: int, setting: int) -> Choice:
        """The ways on from a setting for people of a case."""
        narrow = self.narrow(np.array([case]), np.array([setting]))
        return self.choices[int(narrow[0]), setting]

    def place_of(self, case: int, setting: int) -> Place:
        """The place as it is for people of this case as long as they are in a setting."""
        if self.phases is None:
            return self.place
        covered, _, group = self.case_parts(case)
        return self.phases.places[covered & int(self.masks[group, setting])]

    def before_run(self, setting: int) -> Setting:
        """The setting with the rounds and pace of the day before the run."""
        name = self.settings[setting]
        if self.phases is None:
            return (self.before or self.place).settings[name]
        levers = self.phases.touching(*keys_of_readiness(name))
        return self.phases.most(-1, levers).settings[name]

    def has_rounds(self, setting: int) -> bool:
        """Whether people of a setting are declared ready at rounds."""
        place = self.phases.before if self.phases else self.place
        return bool(place.settings[self.settings[setting]].decision_rounds)

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
    """The index tables of a place, with the versions that levers which start or spread make."""
    made = _Tables(place, phases)
    masks = made.masks()
    for at, locality in enumerate(made.localities):
        for g, group in enumerate(made.groups):
            if locality is None or locality in place.localities_of(group):
                for s in range(len(made.settings)):
                    for covered in sets_of(_bits(int(masks[g, s]))):
                        made.add_case(covered, at, g, s)
    shortest = tuple(_shortest(name, place, phases) for name in made.settings)
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
        masks,
    )


class _Tables:
    """The tables as they are filled, case by case."""

    def __init__(self, place: Place, phases: Phases | None) -> None:
        self.place, self.phases = place, phases
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
        self._known: dict[tuple[str, int, str, str | None], tuple[TaskPlan, ...]] = {}

    def masks(self) -> NDArray[np.int64]:
        """The bits of the levers that matter to each group in each setting."""
        masks = np.zeros((len(self.groups), len(self.settings)), dtype=np.int64)
        if self.phases is not None:
            places = self.phases.before, self.place
            for g, group in enumerate(self.groups):
                for s, setting in enumerate(self.settings):
                    levers = self.phases.touching(*parts_of_ways(group, setting, places))
                    masks[g, s] = sum(1 << lever for lever in levers)
        return masks

    def _place(self, covered: int) -> Place:
        """The place as it is for people whom these levers cover."""
        return self.phases.places[covered] if self.phases else self.place

    def add_case(self, covered: int, at: int, g: int, s: int) -> None:
        """The stay, routes and choice of one case in a setting that it may come to."""
        place, locality = self._place(covered), self.localities[at]
        group, setting = self.groups[g], self.settings[s]
        case = (covered * len(self.localities) + at) * len(self.groups) + g
        stay = place.stay_of(group, setting)
        ways = place.routes_from(group, setting, locality)
        if stay is None or not ways:
            return
        self.stays[case, s] = inverse_cdf(stay)
        first = len(self.routes)
        numbered = {name: first + i for i, name in enumerate(ways)}
        for name, way in ways.items():
            self.routes.append(
                self._route(place, covered, group, locality, setting, name, way, numbered)
            )
        up_to = np.array(list(accumulate(shares(ways).values())))
        self.choices[case, s] = Choice(up_to / up_to[-1], np.arange(first, first + len(ways)))
        if place.harm and place.harm.dies and place.settings[setting].acute:
            self.deaths[case, s] = len(self.routes)
            self.routes.append(self._death(place.harm.dies.exit, s))

    def _route(
        self,
        place: Place,
        covered: int,
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
        tasks: tuple[TaskPlan, ...] = ()
        if route.transfer:
            tasks = self._tasks(covered, setting, route.transfer, locality, has_process)
        return RoutePlan(
            number=numbered[name],
            from_setting=self.numbers[setting],
            to=self.numbers[to],
            pathway=route.pathway,
            priority=route.priority or place.patients[group].priority,
            tasks=tasks,
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
            has_versions=any(task.levers for task in tasks),
        )

    def _death(self, exit_name: str, setting: int) -> RoutePlan:
        """The route of somebody who dies while waiting: nothing is arranged for it."""
        return RoutePlan(
            len(self.routes), setting, self.numbers[exit_name], None, 5, (), "unspecified", "both",
            name=exit_name, is_death=True,
        )  # fmt: skip

    def _tasks(
        self, covered: int, setting: str, transfer: str, locality: str | None, has_process: bool
    ) -> tuple[TaskPlan, ...]:
        """The tasks of a transfer from a setting, made once for all who share them.

        Each has a version for every set of the levers that change it alone; those which change the
        transfer as a whole, and cover these people, are in all of them.
        """
        whole: tuple[int, ...] = ()
        if self.phases is not None:
            whole = self.phases.touching(("transfers", transfer))
            covered &= sum(1 << lever for lever in whole)
        key = (setting, covered, transfer, locality if has_process else None)
        if key in self._known:
            return self._known[key]
        made: list[TaskPlan] = []
        for position, task in enumerate(self._one_version(covered, *key)):
            levers = self._levers_of(covered, transfer, position, whole)
            versions = [
                self._one_version(covered | bits, *key)[position] if bits else task
                for bits in sets_of(levers)
            ]
            if has_process:
                first = len(self.tasks)
                versions = [replace(each, number=first + i) for i, each in enumerate(versions)]
                self.tasks.extend(versions)
            made.append(replace(versions[0], levers=levers, changed=tuple(versions[1:])))
        self._known[key] = tuple(made)
        return self._known[key]

    def _one_version(
        self, bits: int, setting: str, _covered: int, transfer: str, locality: str | None
    ) -> tuple[TaskPlan, ...]:
        return tasks_of_transfer(self._place(bits), bits, setting, transfer, locality, self.teams)

    def _levers_of(
        self, covered: int, transfer: str, position: int, whole: tuple[int, ...]
    ) -> tuple[int, ...]:
        """The levers that change one task of a transfer, and not the transfer as a whole."""
        if self.phases is None:
            return ()
        part, _ = list(tasks_of(transfer, self._place(covered)))[position]
        return tuple(lever for lever in self.phases.touching(part) if lever not in whole)


def _bits(mask: int) -> list[int]:
    """The numbers of the bits that are set."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _localities(place: Place, phases: Phases | None) -> tuple[str | None, ...]:
    """Where people may live; just None where nothing depends on it."""
    places = [place, *(phases.places.values() if phases else ())]
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


def _shortest(name: str, place: Place, phases: Phases | None) -> float:
    """The least part of a drawn stay that can pass in calendar time: pace and outliers count."""
    versions = [place]
    if phases is not None:
        versions = phases.versions(phases.touching(*keys_of_readiness(name)))
    fastest = 1.0
    for setting in (each.settings[name] for each in versions):
        pace = max(setting.pace_by_weekday.factors()) if setting.pace_by_weekday else 1.0
        pace *= max((push.pace.value for push in setting.pushes), default=1.0) or 1.0
        fastest = max(fastest, pace)
    return min(1.0, place.settings[name].outlier_stay_times.value) / fastest


def _capacity_reason(place: Place, to: str, pathway: Pathway | None) -> tuple[str, Body]:
    """Why a person waits for this setting, and who answers: the body that runs it."""
    if to not in place.settings:
        return "unspecified", "both"
    reason = place.settings[to].capacity_reason or CAPACITY_REASON[pathway]
    return reason, place.body_of(to)
