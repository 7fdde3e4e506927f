"""A PathSimR network as a place: points are settings, transition delays are hand-over tasks.

People who wait for a point inside the network without holding a space (its internal queue) are in
a waiting room in front of it: a setting with as many places, and no stay of its own.

Source: PathSimR's glossary and documentation, for what its words mean.
"""

import re
from typing import Any

from sim.importers.pathsimr_lengths import distribution
from sim.importers.pathsimr_network import (
    NO_LIMIT,
    Calendar,
    Network,
    Point,
    rate_a_day,
)
from sim.importers.writing import Draft
from sim.place.cycles import MOST_A_DAY
from sim.place.problems import Problem, refuse

START_DATE = "2024-01-01"
LONGEST_NAME = 60
LONGEST_IN_OTHERS = 40
"""Names within other names (waiting rooms, transfers) are cut here."""


def as_place(network: Network, title: str) -> tuple[Draft, list[str]]:
    """The place that a network is, and what had to be decided on the way.

    Raises:
        InputError: it says something that a place can't, by file, row and column.
    """
    refuse(_not_carried_over(network))
    written = _Writing(network, title)
    return written.draft, [*network.decisions, *written.decisions]


def _not_carried_over(network: Network) -> list[Problem]:
    found = []
    for name in network.reached():
        point = network.points[name]
        a_day = rate_a_day(point.arrivals.most(), network.unit)
        if a_day > MOST_A_DAY:
            found.append(
                Problem(
                    network.source(name, "arrivals"),
                    f"arrivals at {name!r} in {network.unit} are {a_day:,.0f} people a day; "
                    f"allowed: {MOST_A_DAY:,.0f} (is --unit right?)",
                )
            )
        for to in point.shares:
            if to not in network.points:
                continue
            queue = network.points[to].internal_queue
            if to in point.delays and queue:
                found.append(
                    Problem(
                        network.sources[name, "delay", to],
                        f"a transition delay from {name!r} to {to!r}, which has an internal queue: "
                        "PathSimR skips the delay of those who waited in the queue, and a place "
                        "can't; set int_queue to 0, or take the delay out",
                    )
                )
            if to == name and not queue:
                found.append(
                    Problem(
                        network.sources[name, "share", to],
                        f"people go from {name!r} to itself, and with no internal queue each would "
                        "wait for a space while holding one; write a longer service, or int_queue",
                    )
                )
    return found


class _Writing:
    """The place as it is written, table by table."""

    def __init__(self, network: Network, title: str) -> None:
        self.network, self.title = network, title
        self.draft = Draft()
        self.decisions: list[str] = []
        self.names: dict[str, str] = {}
        self.rooms: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.points = {name: network.points[name] for name in network.reached()}
        self._give_names()
        self._write_head()
        for name, point in self.points.items():
            self._write_setting(name, point)
        for name in network.exits:
            given = self.names[name]
            self.draft.put("exits", given, value={} if given == name else {"name": name})
        transfers = self._transfers()
        for name, point in self.points.items():
            self._write_routes(name, point, transfers)
        for name, point in self.points.items():
            if point.arrivals.most() > 0:
                self._write_group(name, point)

    def _give_names(self) -> None:
        """The names of points, exits and waiting rooms, as a place may have them."""
        taken: set[str] = set()
        for name in (*self.points, *self.network.exits):
            self.names[name] = free_name(name, taken)
            if self.names[name] != name:
                self.decisions.append(
                    f"{name!r} is named {self.names[name]!r} here: a name has letters, figures, "
                    "spaces and some signs."
                )
        for name, point in self.points.items():
            if point.internal_queue and self.network.fed(name):
                short = self.names[name][:LONGEST_IN_OTHERS].rstrip()
                self.rooms[name] = free_name(f"{short} waiting room", taken)
        doors = [name for name, point in self.points.items() if point.arrivals.most() > 0]
        self.groups = {name: self.names[name] for name in doors}
        if len(doors) == 1:
            self.groups = {doors[0]: free_name(self.title.lower(), set())}

    def _write_head(self) -> None:
        put = self.draft.put
        put("place", value=self.title)
        put("start_date", value=START_DATE)
        put("about", value="A network that was described for PathSimR, imported.")
        put("assumptions", value=[])
        put("bank_holidays", value="as usual")
        self.draft.beside["bank_holidays",] = "nothing here depends on the day of the week"
        put("settings", value={})
        put("exits", value={})

    def _write_setting(self, name: str, point: Point) -> None:
        given = self.names[name]
        at = ("settings", given)
        put = self.draft.put
        self.draft.sources[at] = self.network.source(name)
        if given != name:
            put(*at, "name", value=name)
        put(*at, "acute", value="yes")
        put(
            *at,
            "beds",
            value=int(point.capacity.most()),
            source=self.network.source(name, "capacity"),
        )
        if point.capacity.constant is None:
            cycle = _capacity_cycle(point.capacity, self.network.unit)
            put(*at, "capacity_cycle", value=cycle, source=self.network.source(name, "capacity"))
        if point.arrivals.most() > 0 and point.external_queue != NO_LIMIT:
            put(
                *at, "queue_limit", value=int(point.external_queue),
                source=self.network.source(name, "external_queue"),
            )  # fmt: skip
        put(
            *at, "stay", value=distribution(point.stay, self.network.unit),
            source=self.network.source(name, "stay"),
        )  # fmt: skip
        if name in self.rooms:
            self._write_room(name, point)

    def _write_room(self, name: str, point: Point) -> None:
        """The internal queue of a point, as a setting."""
        limit = point.internal_queue
        room = {
            "name": f"Waiting room of {name}"[:200],
            "places": "unlimited" if limit == NO_LIMIT else int(limit),
            "stay": 0,
        }
        at = ("settings", self.rooms[name])
        self.draft.put(*at, value=room, source=self.network.source(name, "internal_queue"))
        self.draft.above[at] = f"The internal queue of {name}: people there hold no other space."

    def _transfers(self) -> dict[tuple[str, str], str]:
        """(from, to) → the transfer that is the transition delay; shared where all are alike."""
        ways = [(name, to) for name, point in self.points.items() for to in point.delays]
        names: dict[tuple[str, str], str] = {}
        taken: set[str] = set()
        for name, to in ways:
            draws = {self.points[other].delays[to] for other, target in ways if target == to}
            short = self.names[to][:LONGEST_IN_OTHERS].rstrip()
            if len(draws) == 1:
                first = next(way for way in ways if way[1] == to)
                transfer = names.get(first) or free_name(f"to-{short}", taken)
            else:
                begin = self.names[name][: LONGEST_NAME - len(short) - 4].rstrip()
                transfer = free_name(f"{begin}-to-{short}", taken)
            names[name, to] = transfer
            task = {
                "task": f"Transition to {self.names[to]}",
                "takes": distribution(self.points[name].delays[to], self.network.unit),
                "reason": "unspecified",
            }
            self.draft.put(
                "transfers", transfer, "hand_over", value=[task],
                source=self.network.source(name, "delay", to),
            )  # fmt: skip
        return names

    def _write_routes(self, name: str, point: Point, transfers: dict[tuple[str, str], str]) -> None:
        if name in self.rooms:
            self.draft.put("routes", self.rooms[name], self.names[name], value=1)
        for to, share in point.shares.items():
            route: Any = {"share": share}
            if to in self.rooms:
                route["to"] = self.rooms[to]
            if (name, to) in transfers:
                route["transfer"] = transfers[name, to]
            self.draft.put(
                "routes", self.names[name], self.names[to],
                value=share if len(route) == 1 else route,
                source=self.network.source(name, "share", to),
            )  # fmt: skip

    def _write_group(self, name: str, point: Point) -> None:
        arrivals, unit = point.arrivals, self.network.unit
        source = self.network.source(name, "arrivals")
        at = ("patients", self.groups[name])
        self.draft.put(*at, "arrives_at", value=self.names[name])
        if arrivals.constant is None:
            self.draft.put(
                *at, "arrivals_cycle", value=_arrivals_cycle(arrivals, unit), source=source
            )
        else:
            beside = "" if unit == "days" else f"{arrivals.constant:.10g} in one of its {unit}"
            self.draft.put(
                *at, "per_day", value=rate_a_day(arrivals.constant, unit), source=source,
                beside=beside,
            )  # fmt: skip


def _capacity_cycle(calendar: Calendar, unit: str) -> dict[str, Any]:
    """The parts of the cycle in which fewer spaces are open than at most."""
    most = calendar.most()
    windows = [
        {"from": step.start, "to": step.end, "spaces": int(step.value)}
        for step in calendar.steps
        if step.value != most
    ]
    return {"every": calendar.length, "unit": unit, "windows": windows}


def _arrivals_cycle(calendar: Calendar, unit: str) -> dict[str, Any]:
    """The parts of the cycle in which people come."""
    windows = [
        {"from": step.start, "to": step.end, "rate": step.value}
        for step in calendar.steps
        if step.value > 0
    ]
    return {"every": calendar.length, "unit": unit, "windows": windows}


def free_name(wanted: str, taken: set[str]) -> str:
    """A name that a place may have and that nothing else has, as near as can be to one wanted.

    >>> free_name("Ward 5/6", {"ward 5-6"})
    'Ward 5-6 2'
    """
    name = re.sub(r"[^A-Za-z0-9 _.&()'-]", "-", wanted)
    name = re.sub(r"^[^A-Za-z0-9]+", "", name)[:LONGEST_NAME].strip() or "point"
    number = 1
    free = name
    while free.lower() in taken:
        number += 1
        free = f"{name[: LONGEST_NAME - 1 - len(str(number))].rstrip()} {number}"
    taken.add(free.lower())
    return free
