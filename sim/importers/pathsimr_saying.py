"""A place as a PathSimR network, where it can be said in one; else what can't be, by its path."""

import math
from collections.abc import Iterator
from typing import Any

from sim.importers.pathsimr_lengths import draw_of
from sim.importers.pathsimr_network import (
    NO_LIMIT,
    Calendar,
    Draw,
    Network,
    Point,
    Step,
    always,
    rate_in_unit,
)
from sim.place.cycles import Cycle
from sim.place.distributions import Fixed
from sim.place.document import Document, Keys
from sim.place.numbers import DAYS_PER_UNIT, TimeUnit
from sim.place.problems import Problem, refuse
from sim.place.schema import Group, Place, Route, Setting, destination, shares
from sim.place.start import Start

NOT_OF_SETTINGS = {
    "visits_per_day": "care in visits",
    "hours_per_day": "care in hours",
    "capacity_by_week": "a weekly pattern of spaces (write it as a capacity_cycle)",
    "capacity_changes": "dated changes of spaces",
    "admits": "admission hours (write spaces that close, as a capacity_cycle)",
    "overflow": "an overflow",
    "turnaround": "a turnaround",
    "decision_rounds": "decision rounds",
    "pace_by_weekday": "a pace of treatment by weekday",
    "pushes": "dated pushes",
}
NOT_OF_GROUPS = {
    "cancelled_after": "cancelling",
    "arrival_dates": "listed dates of arrival",
    "daily_numbers": "numbers from a file",
    "by_hour": "arrivals by the hour (write them as an arrivals_cycle)",
    "by_weekday": "arrivals by weekday (write them as an arrivals_cycle)",
    "by_month": "arrivals by month",
    "by_dates": "dated factors on arrivals",
    "stay": "a stay of one group",
    "routes": "routes of one group",
}


def as_network(place: Place, document: Document, unit: TimeUnit) -> Network:
    """The network that a place is, in a unit of time.

    Raises:
        InputError: with everything that PathSimR's templates can't say, by its path in the YAML.
    """
    saying = _Saying(place, document, unit)
    network = saying.network()
    refuse(saying.problems)
    assert network is not None
    return network


class _Saying:
    """The network as it is said, with everything that can't be."""

    def __init__(self, place: Place, document: Document, unit: TimeUnit) -> None:
        self.place, self.document, self.unit = place, document, unit
        self.problems: list[Problem] = []
        self.rooms = dict(self._rooms())
        """Setting → the waiting room in front of it."""
        self.groups: dict[str, tuple[str, Group]] = {}
        """Setting → the group that arrives there."""

    def cannot(self, keys: Keys, what: str) -> None:
        """Note something that the templates can't say."""
        self.problems.append(self.document.problem(keys, f"PathSimR's templates can't say {what}"))

    def network(self) -> Network | None:
        """The whole network; None where something in it can't be said."""
        self._check_place()
        for name, group in self.place.patients.items():
            self._check_group(name, group)
        points = {
            name: self._point(name, setting)
            for name, setting in self.place.settings.items()
            if name not in self.rooms.values()
        }
        whole = {name: point for name, point in points.items() if point is not None}
        if self.problems:
            return None
        return Network(whole, list(self.place.exits), self.unit)

    def _check_place(self) -> None:
        if self.place.teams:
            self.cannot(("teams",), "teams and their work")
        if self.place.harm is not None:
            self.cannot(("harm",), "harm while waiting")
        if self.place.start != Start():
            self.cannot(("start",), "who is there at the start: it starts empty")
        if len({group.priority for group in self.place.patients.values()}) > 1:
            self.cannot(("patients",), "priorities that differ: first come, first served")

    def _check_group(self, name: str, group: Group) -> None:
        keys = ("patients", name)
        for key, what in NOT_OF_GROUPS.items():
            if getattr(group, key):
                self.cannot((*keys, key), what)
        first = self.groups.setdefault(group.arrives_at, (name, group))[0]
        if first != name:
            self.cannot((*keys, "arrives_at"), f"two groups at one door (the other is {first!r})")

    def _rooms(self) -> Iterator[tuple[str, str]]:
        """(setting, waiting room): nobody stays in the room, and all go on to the setting."""
        arrive = {group.arrives_at for group in self.place.patients.values()}
        for name, setting in self.place.settings.items():
            ways = self.place.routes.get(name, {})
            is_bare = isinstance(setting.stay and setting.stay.family, Fixed) and len(ways) == 1
            if not is_bare or name in arrive or setting.queue_limit or setting.capacity_cycle:
                continue
            ((route, way),) = ways.items()
            assert setting.stay is not None
            assert isinstance(setting.stay.family, Fixed)
            if setting.stay.family.value.value or way.transfer or isinstance(way.to, dict):
                continue
            to = destination(route, way)
            if to in self.place.settings and self._feeders(to) == [name]:
                yield to, name

    def _feeders(self, name: str) -> list[str]:
        """The settings from which routes lead to one."""
        return [
            setting
            for setting, ways in self.place.routes.items()
            if any(way.to == name or (way.to is None and to == name) for to, way in ways.items())
        ]

    def _point(self, name: str, setting: Setting) -> Point | None:
        keys: Keys = ("settings", name)
        for key, what in NOT_OF_SETTINGS.items():
            if getattr(setting, key) is not None and getattr(setting, key) != ():
                self.cannot((*keys, key), what)
        if setting.spaces.limit is None:
            kind = "beds" if setting.beds else "places"
            self.cannot((*keys, kind), "unlimited spaces")
        if setting.stay is None:
            self.cannot(keys, "a setting without a stay of its own")
            return None
        stay = self._draw((*keys, "stay"), setting.stay)
        ways = self.place.routes.get(name, {})
        if not ways:
            self.cannot(keys, "a setting without routes of its own")
        onward = {to: self._destination(name, to, way) for to, way in ways.items()}
        delays = {
            onward[to]: self._delay(name, to, way) for to, way in ways.items() if way.transfer
        }
        if len(set(onward.values())) < len(onward):
            self.cannot(("routes", name), "two routes to one destination")
        if self.problems or stay is None:
            return None
        room = self.place.settings.get(self.rooms.get(name, ""))
        group = self.groups.get(name)
        return Point(
            stay=stay,
            shares={onward[to]: share for to, share in shares(ways).items() if share > 0},
            delays={to: delay for to, delay in delays.items() if delay},
            external_queue=self._queue(setting) if group else 0.0,
            internal_queue=_limit(room) if room else 0.0,
            arrivals=self._arrivals(group[1]) if group else always(0.0),
            capacity=self._capacity(setting),
        )

    def _destination(self, name: str, route: str, way: Route) -> str:
        """Where a route leads, a waiting room counting as the point behind it."""
        keys: Keys = ("routes", name, route)
        if isinstance(way.to, dict):
            self.cannot((*keys, "to"), "destinations by locality")
            return route
        for key, what in (("priority", "the priority of a route"), ("otherwise", "another way")):
            if getattr(way, key) is not None:
                self.cannot((*keys, key), what)
        to = destination(route, way)
        return next((point for point, room in self.rooms.items() if room == to), to)

    def _delay(self, name: str, route: str, way: Route) -> Draw | None:
        """The transition delay that a transfer is: one length of time once a space is held."""
        assert way.transfer is not None
        keys: Keys = ("transfers", way.transfer)
        transfer = self.place.transfers[way.transfer]
        if transfer.arrange:
            self.cannot((*keys, "arrange"), "tasks before a space is asked for")
        if len(transfer.hand_over) > 1 or not transfer.is_plain:
            self.cannot((*keys, "hand_over"), "more than one task, or a task with rules")
        elif transfer.hand_over and transfer.hand_over[0].takes:
            to = self._destination(name, route, way)
            if to in self.rooms:
                self.cannot(("routes", name, route, "transfer"), "a delay before a waiting room")
            return self._draw((*keys, "hand_over", 0, "takes"), transfer.hand_over[0].takes)
        return None

    def _draw(self, keys: Keys, length: Any) -> Draw | None:
        try:
            return draw_of(length, self.unit)
        except ValueError as error:
            self.cannot(keys, str(error))
            return None

    def _queue(self, setting: Setting) -> float:
        return NO_LIMIT if setting.queue_limit is None else setting.queue_limit.value

    def _arrivals(self, group: Group) -> Calendar:
        if group.arrivals_cycle is None:
            assert group.per_day is not None
            return always(rate_in_unit(group.per_day.value, self.unit))
        cycle = group.arrivals_cycle
        stretch = cycle.days_per_unit / DAYS_PER_UNIT[self.unit]
        windows = [(w.start.value, w.end.value, w.rate.value / stretch) for w in cycle.windows]
        return _calendar(cycle, windows, 0.0, stretch)

    def _capacity(self, setting: Setting) -> Calendar:
        usual = _limit(setting)
        cycle = setting.capacity_cycle
        if cycle is None:
            return always(usual)
        stretch = cycle.days_per_unit / DAYS_PER_UNIT[self.unit]
        windows = [
            (w.start.value, w.end.value, math.inf if w.spaces.limit is None else w.spaces.limit)
            for w in cycle.windows
        ]
        return _calendar(cycle, windows, usual, stretch)


def _limit(setting: Setting) -> float:
    limit = setting.spaces.limit
    return NO_LIMIT if limit is None else float(limit)


def _calendar(
    cycle: Cycle, windows: list[tuple[float, float, float]], usual: float, stretch: float
) -> Calendar:
    """The windows of a cycle, and the usual number between them, as steps without gaps."""
    steps, at = [], 0.0
    for start, end, value in [*windows, (cycle.every.value, cycle.every.value, usual)]:
        if start > at:
            steps.append(Step(at * stretch, start * stretch, usual))
        if end > start:
            steps.append(Step(start * stretch, end * stretch, value))
        at = end
    return Calendar(tuple(steps))
