"""PathSimR's meaning in a few lines, on its own: a heap of events and counters, nothing of ours.

Source: PathSimR's documentation. Its program lets only one person in when capacity rises, and
people who come just then pass the queue by: ``as_programmed`` does the same.
"""

import heapq
import random
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

from sim.importers.pathsimr_network import Calendar, Network

DRAWS: dict[str, Callable[..., float]] = {
    "exp": random.Random.expovariate,
    "unif": random.Random.uniform,
    "lnorm": random.Random.lognormvariate,
    "gamma": lambda rng, shape, rate: rng.gammavariate(shape, 1 / rate),
}
COUNTS = ("occupied", "queue", "delayed", "transition", "reserved")


def steps_of(calendar: Calendar, end: float) -> list[tuple[float, float]]:
    """(from, value) of each step of a repeating calendar up to an end."""
    if len(calendar.steps) == 1:
        return [(0.0, calendar.steps[0].value)]
    turns = range(int(end / calendar.length) + 1)
    return [(turn * calendar.length + s.start, s.value) for turn in turns for s in calendar.steps]


class Simulation:
    """One run, from empty: time averages by point in ``mean``, those turned away in ``lost``."""

    def __init__(
        self, network: Network, warm_up: float, end: float, seed: int, as_programmed: bool = False
    ) -> None:
        self.points, self.as_programmed = network.points, as_programmed
        self.rng, self.number, self.now, self.warm_up = random.Random(seed), count(), 0.0, warm_up
        self.events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.capacity = dict.fromkeys(self.points, 0.0)
        self.in_use = dict.fromkeys(self.points, 0)
        # who waits for a point: [since, number, the point in which they are blocked, or None]
        self.inside: dict[str, list[Any]] = {name: [] for name in self.points}
        self.outside: dict[str, list[Any]] = {name: [] for name in self.points}
        self.blocked: dict[str, list[Any]] = {name: [] for name in self.points}
        self.now_there = {name: dict.fromkeys(COUNTS, 0) for name in self.points}
        self.total = {name: dict.fromkeys(COUNTS, 0.0) for name in self.points}
        self.since = {name: dict.fromkeys(COUNTS, 0.0) for name in self.points}
        self.lost = dict.fromkeys(self.points, 0)
        for name, point in self.points.items():
            for at, spaces in steps_of(point.capacity, end):
                self.at(at, self.change, name, spaces)
            steps = [*steps_of(point.arrivals, end), (end, 0.0)]
            for (at, rate), (until, _) in pairwise(steps):
                while rate and (at := at + self.rng.expovariate(rate)) < until:
                    self.at(at, self.arrive, name)
        while self.events and self.events[0][0] < end:
            self.now, _, what, about = heapq.heappop(self.events)
            what(*about)
        self.now = end
        for name in self.points:
            for counter in COUNTS:
                self.add(name, counter, 0)
        self.mean = {
            name: {counter: x / (end - warm_up) for counter, x in counters.items()}
            for name, counters in self.total.items()
        }

    def at(self, when: float, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self.events, (when, next(self.number), what, about))

    def draw(self, how: Any) -> float:
        return DRAWS[how.name](self.rng, *how.parameters)

    def add(self, name: str, counter: str, more: int) -> None:
        passed = self.now - max(self.since[name][counter], self.warm_up)
        self.total[name][counter] += self.now_there[name][counter] * max(passed, 0.0)
        self.since[name][counter] = self.now
        self.now_there[name][counter] += more

    def arrive(self, name: str) -> None:
        if self.in_use[name] < self.capacity[name]:
            self.in_use[name] += 1
            self.start(name)
        elif len(self.outside[name]) < self.points[name].external_queue:
            self.wait(self.outside, name, None)
        elif self.now > self.warm_up:
            self.lost[name] += 1

    def wait(self, where: dict[str, list[Any]], name: str, held: Any, since: Any = None) -> None:
        heapq.heappush(where[name], (since or self.now, next(self.number), held))
        if where is not self.blocked:
            self.add(name, "queue", 1)

    def start(self, name: str) -> None:
        self.add(name, "occupied", 1)
        point = self.points[name]
        to = self.rng.choices(list(point.shares), list(point.shares.values()))[0]
        self.at(self.now + self.draw(point.stay), self.finish, name, to)

    def finish(self, name: str, to: str) -> None:
        if to not in self.points:
            self.move(name, to)
        elif self.in_use[to] < self.capacity[to]:
            self.in_use[to] += 1
            self.move(name, to)
        elif len(self.inside[to]) < self.points[to].internal_queue:
            self.wait(self.inside, to, None)
            self.leave(name)
        else:
            self.wait(self.blocked, to, name)
            self.add(name, "delayed", 1)

    def move(self, name: str, to: str) -> None:
        """To a space that is taken already, or to an exit; after the delay, if there is one."""
        if to in self.points[name].delays:
            self.add(name, "transition", 1)
            if to in self.points:
                self.add(to, "reserved", 1)
            self.at(self.now + self.draw(self.points[name].delays[to]), self.delayed, name, to)
            return
        if to in self.points:
            self.start(to)
        self.leave(name)

    def delayed(self, name: str, to: str) -> None:
        self.add(name, "transition", -1)
        if to in self.points:
            self.add(to, "reserved", -1)
            self.start(to)
        self.leave(name)

    def leave(self, name: str) -> None:
        self.add(name, "occupied", -1)
        self.in_use[name] -= 1
        self.fill(name)

    def change(self, name: str, spaces: float) -> None:
        self.capacity[name] = spaces
        while self.fill(name) and not self.as_programmed:
            pass

    def fill(self, name: str) -> bool:
        """Give a free space to whoever has waited longest; whether somebody came."""
        waiting = [where for where in (self.inside, self.outside, self.blocked) if where[name]]
        if not waiting or self.in_use[name] >= self.capacity[name]:
            return False
        first = min(waiting, key=lambda where: where[name][0])
        since, _, held = heapq.heappop(first[name])
        self.in_use[name] += 1
        if first is self.blocked:
            self.add(held, "delayed", -1)
            self.move(held, name)
            return True
        self.add(name, "queue", -1)
        self.start(name)
        if first is self.inside and self.blocked[name]:
            since, _, held = heapq.heappop(self.blocked[name])
            self.add(held, "delayed", -1)
            self.wait(self.inside, name, None, since)
            self.leave(held)
        return True
