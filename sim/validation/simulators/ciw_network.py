"""A place as a network of Ciw, another simulator of queues, and its runs told in our columns.

Ciw (Palmer and others 2019, doi 10.1080/17477778.2018.1473909) has *nodes*: servers, and a queue
with so many places before them. Somebody whose next node is full blocks the server that they have.
A ward is a node; a setting with a stay of 0 that leads only to a ward is that node's queue.

Ciw's own arrivals, lengths of time, choice of ways, queues, priorities, blocking and reneging are
used. A calendar of beds is said with *closings*: customers of the very first priority who come when
beds are to close, each taking the next bed that is free, and who leave when it is to open again.
What Ciw cannot say is refused (``docs/independent.md`` lists it).
"""

from collections import deque
from typing import Any, NamedTuple

import numpy as np

from sim.patients.cohort import Cohort
from sim.place.schema import Place, destination, shares
from sim.place.weeks import capacity_steps, kinds_of_day
from sim.validation.simulators.ciw_lengths import ciw_length
from sim.validation.simulators.ciw_limits import Node, nodes_of
from sim.validation.simulators.ciw_told import told_by_ciw
from sim.validation.simulators.told import Told

INFINITY = float("inf")
CLOSING = "closing "
"""Begins the name of each class of closings; the name of a group has no space."""


class MissingCiwError(Exception):
    """Ciw is not installed."""

    def __init__(self) -> None:
        super().__init__("Ciw is not installed; it comes with: pip install 'careflow[bench]'")


def require_ciw() -> Any:
    """Ciw itself.

    Raises:
        MissingCiwError: it is not installed.
    """
    try:
        import ciw
    except ImportError:
        raise MissingCiwError from None
    return ciw


class Closing(NamedTuple):
    """One bed that is shut for a time, in days since the start."""

    start: float
    end: float


class CiwModel:
    """One place for Ciw, to be run as often as wished.

    Raises:
        MissingCiwError: Ciw is not installed.
        CannotSayError: Ciw has no words for something in the place.
    """

    def __init__(self, place: Place, days: int) -> None:
        self.ciw = require_ciw()
        self.place = place
        self.days = days
        self.nodes = nodes_of(place)
        self.node_of = {node.ward: n for n, node in enumerate(self.nodes, 1)}
        self.node_of |= {node.queue: n for n, node in enumerate(self.nodes, 1) if node.queue}
        self.closings = [closings(place, node, days) for node in self.nodes]

    def run(self, seed: int) -> Told:
        """A run in which Ciw draws everything for itself."""
        self.ciw.seed(seed)
        return self._simulate(
            {name: self._arrivals(name) for name in self.place.patients},
            {name: [self._stay(name, node) for node in self.nodes] for name in self.place.patients},
            {name: self._ways(name) for name in self.place.patients},
        )

    def run_same_people(self, cohort: Cohort, seed: int = 0) -> Told:
        """A run of the people of a cohort: when each comes, stays how long, goes on where."""
        booked = {
            name: _Booked(
                cohort, number, [self.node_of[setting] for setting in self.place.settings]
            )
            for number, name in enumerate(self.place.patients)
        }
        self.ciw.seed(seed)
        route = self.ciw.routing.ProcessBased
        return self._simulate(
            {name: _one_after_another(self.ciw, each.arrived_at) for name, each in booked.items()},
            {name: [_StayBooked()] * len(self.nodes) for name in booked},
            {name: route(each.set_out) for name, each in booked.items()},
        )

    def _simulate(
        self, arrivals: dict[str, Any], stays: dict[str, list[Any]], ways: dict[str, Any]
    ) -> Told:
        """Build the network, run it, and read what became of everybody."""
        ciw, n = self.ciw, len(self.nodes)
        groups = self.place.patients
        doors = {name: self.node_of[group.arrives_at] for name, group in groups.items()}
        turns = sorted({group.priority for group in groups.values()})
        first = 1 if any(self.closings) else 0
        priorities = {name: first + turns.index(group.priority) for name, group in groups.items()}
        patience = {
            name: [
                _patience(ciw, group.cancelled_after, doors[name] == node)
                for node in range(1, n + 1)
            ]
            for name, group in groups.items()
        }
        for number, shut in enumerate(self.closings, 1):
            if shut:
                name = f"{CLOSING}{number}"
                arrivals[name] = _one_after_another(ciw, [each.start for each in shut])
                stays[name] = [_UntilOpen()] * n
                ways[name] = ciw.routing.ProcessBased(_in_turn(shut))
                doors[name], priorities[name], patience[name] = number, 0, [None] * n
        network = ciw.create_network(
            number_of_servers=[_whole(node.servers) for node in self.nodes],
            queue_capacities=[_whole(node.places) for node in self.nodes],
            arrival_distributions={
                name: [each if doors[name] == node else None for node in range(1, n + 1)]
                for name, each in arrivals.items()
            },
            service_distributions=stays,
            routing=ways,
            priority_classes=priorities,
            reneging_time_distributions=patience,
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(self.days)
        people = [each for each in simulation.get_all_individuals() if not _is_closing(each)]
        return told_by_ciw(people, self.place, self.nodes, self.days)

    def _arrivals(self, name: str) -> Any:
        """A group's arrivals: Poisson, with a rate for each hour of the week if it changes."""
        group = self.place.patients[name]
        assert group.per_day is not None
        rate = group.per_day.value
        if group.by_hour is None and group.by_weekday is None:
            return self.ciw.dists.Exponential(rate)
        hours = group.by_hour.by_hour() if group.by_hour else (1.0,) * 24
        days = group.by_weekday.factors() if group.by_weekday else (1.0,) * 7
        first = self.place.start_date.weekday()
        rates = [
            rate * days[(first + day) % 7] * 24 * weight / sum(hours)
            for day in range(7)
            for weight in hours
        ]
        ends = [(hour + 1) / 24 for hour in range(7 * 24)]
        return self.ciw.dists.PoissonIntervals(rates, ends, self.days)

    def _stay(self, name: str, node: Node) -> Any:
        """How long a group has a server of a node: the stay, and the tasks before the way on."""
        routes = self.place.routes_from(name, node.ward)
        stay = self.place.stay_of(name, node.ward)
        if stay is None or not routes:
            return self.ciw.dists.Deterministic(0.0)
        length = ciw_length(stay)
        transfer = next(iter(routes.values())).transfer
        for task in self.place.transfers[transfer].arrange if transfer else ():
            assert task.takes is not None
            length = length + ciw_length(task.takes)
        return length

    def _ways(self, name: str) -> Any:
        """The chances of each way on, from node to node; what is left leaves."""
        matrix = []
        for node in self.nodes:
            row = [0.0] * len(self.nodes)
            routes = self.place.routes_from(name, node.ward)
            for key, share in shares(routes).items():
                to = destination(key, routes[key])
                if to in self.node_of:
                    row[self.node_of[to] - 1] += share
            matrix.append([share / max(1.0, sum(row)) for share in row])
        return self.ciw.routing.TransitionMatrix(matrix)


def closings(place: Place, node: Node, days: int) -> list[Closing]:
    """Each bed of a node that is shut for a time, in order of the start.

    The beds are taken as layers: the second bed of those that shut does so whenever two or more do.
    """
    setting = place.settings[node.ward]
    if not setting.capacity_by_week:
        return []
    steps = capacity_steps(place, setting, kinds_of_day(place, days))
    ends = [*[at for at, _ in steps[1:]], float(days)]
    found: list[Closing] = []
    for layer in range(1, _whole(node.servers) + 1):
        shut: list[Closing] = []
        for (start, spaces), end in zip(steps, ends, strict=True):
            if node.servers - spaces < layer:
                continue
            if shut and shut[-1].end == start:
                start = shut.pop().start
            shut.append(Closing(start, end))
        found += shut
    return sorted(found)


def _is_closing(individual: Any) -> bool:
    return str(individual.customer_class).startswith(CLOSING)


class _Booked:
    """The people of one group of a cohort, and what Ciw is to do with each."""

    def __init__(self, cohort: Cohort, group: int, nodes: list[int]) -> None:
        people = np.flatnonzero(cohort.group == group)
        self.arrived_at = cohort.arrived_at[people].tolist()
        self.coming = deque(people.tolist())
        self.cohort = cohort
        self.nodes = nodes

    def set_out(self, individual: Any, _simulation: Any) -> list[int]:
        """Tell the next person to come, as Ciw makes them, who they are; their nodes from here."""
        person = individual.person = self.coming.popleft()
        first, visits = self.cohort.first_visit, self.cohort.visits
        rows = np.arange(first[person], first[person + 1])
        nodes = np.array(self.nodes)[visits.setting[rows]]
        last = np.append(nodes[1:] != nodes[:-1], True)  # a queue and its ward are one node
        last |= visits.stay_days[rows] + visits.arrange_days[rows] > 0
        days = visits.stay_days[rows] + visits.arrange_days[rows]
        individual.stays = deque(days[last].tolist())
        return list(nodes[last][1:].tolist())


class _StayBooked:
    """The length of a service, for Ciw: what the person has booked."""

    def sample(self, t: float, ind: Any) -> float:  # noqa: ARG002 (Ciw names it)
        """The days of this visit."""
        return float(ind.stays.popleft())


class _UntilOpen:
    """The length of a service, for Ciw: until the bed that a closing has shut opens again."""

    def sample(self, t: float, ind: Any) -> float:
        """The days that are left."""
        return max(0.0, float(ind.closing.end) - t)


def _in_turn(shut: list[Closing]) -> Any:
    """A function that gives each closing, as Ciw makes it, the next of a list."""
    coming = deque(shut)

    def set_out(individual: Any, _simulation: Any) -> list[int]:
        individual.closing = coming.popleft()
        return []

    return set_out


def _one_after_another(ciw: Any, instants: list[float]) -> Any:
    """Arrivals at these instants, and then none."""
    gaps = [float(gap) for gap in np.diff([0.0, *instants])]
    return ciw.dists.Sequential([*gaps, INFINITY])


def _patience(ciw: Any, cancelled_after: Any, is_door: bool) -> Any:
    """How long somebody booked waits at the front door."""
    if cancelled_after is None or not is_door:
        return None
    return ciw.dists.Deterministic(cancelled_after.days)


def _whole(number: float) -> Any:
    """Ciw wants its numbers of servers and places whole, or infinite."""
    return number if number == INFINITY else int(number)
