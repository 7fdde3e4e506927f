"""What PathSimR's two templates say, as plain data: points, exits, ways between them, calendars.

Source: PathSimR (BNSSG ICB), github.com/nhs-bnssg-analytics/PathSimR: its templates and glossary.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.place.numbers import DAYS_PER_UNIT, TimeUnit

UNITS: tuple[TimeUnit, ...] = ("minutes", "hours", "days", "weeks")
UNITS_PER_DAY: dict[str, float] = {"minutes": 1440.0, "hours": 24.0, "days": 1.0, "weeks": 1 / 7}
NO_LIMIT = math.inf
Sources = dict[tuple[str, ...], str]
"""(point, column) or (point, column, to) → the cell that it is from."""


@dataclass(frozen=True)
class Draw:
    """A distribution by its name in R, with all its parameters in R's order."""

    name: str
    parameters: tuple[float, ...]


@dataclass(frozen=True)
class Step:
    """A number that holds from one time to another in the calendar's cycle."""

    start: float
    end: float
    value: float


@dataclass(frozen=True)
class Calendar:
    """A number through time: always the same, or in steps that repeat when the last one ends."""

    steps: tuple[Step, ...]

    @property
    def constant(self) -> float | None:
        """The number, where it is always the same."""
        values = {step.value for step in self.steps}
        return self.steps[0].value if len(values) == 1 else None

    @property
    def length(self) -> float:
        """How long the cycle is."""
        return self.steps[-1].end

    def most(self) -> float:
        """The largest number."""
        return max(step.value for step in self.steps)


def always(value: float) -> Calendar:
    """A calendar with one number."""
    return Calendar((Step(0.0, NO_LIMIT, value),))


@dataclass(frozen=True)
class Point:
    """A service point: who it treats for how long, who may wait for it, where people go on to."""

    stay: Draw
    shares: Mapping[str, float]
    """Point or exit → share of people, above 0."""
    delays: Mapping[str, Draw]
    """Point or exit → the transition delay, once there is a space."""
    external_queue: float
    """How many from outside may wait; one more is turned away."""
    internal_queue: float
    """How many from other points may wait without holding a space there."""
    arrivals: Calendar
    """Mean arrivals from outside in a unit of time."""
    capacity: Calendar


@dataclass(frozen=True)
class Network:
    """Service points and exits, in the order of the templates, in one unit of time."""

    points: Mapping[str, Point]
    exits: Sequence[str]
    unit: TimeUnit
    sources: Sources = field(default_factory=dict, compare=False)
    decisions: list[str] = field(default_factory=list, compare=False)
    """What the templates leave open, and how it was read."""

    def source(self, *keys: str) -> str:
        """The cell that something is from; empty where it is from none."""
        return self.sources.get(keys, "")

    def reached(self) -> list[str]:
        """The points to which somebody may come, in the order of the templates."""
        found = [name for name, point in self.points.items() if point.arrivals.most() > 0]
        for name in found:
            found += [
                to for to in self.points[name].shares if to in self.points and to not in found
            ]
        return [name for name in self.points if name in found]

    def fed(self, name: str) -> list[str]:
        """The points from which people come to a point."""
        return [other for other in self.reached() if name in self.points[other].shares]

    def has_loop(self) -> bool:
        """Whether somebody may come to a point again."""
        return any(name in self._after(name) for name in self.points)

    def _after(self, name: str) -> list[str]:
        found = [to for to in self.points[name].shares if to in self.points]
        for each in found:
            found += [
                to for to in self.points[each].shares if to in self.points and to not in found
            ]
        return found


def rate_a_day(rate: float, unit: TimeUnit) -> float:
    """A rate in a unit of time as a rate a day.

    >>> rate_a_day(0.5, "hours")
    12.0
    """
    return rate / 7 if unit == "weeks" else rate * UNITS_PER_DAY[unit]


def rate_in_unit(a_day: float, unit: TimeUnit) -> float:
    """The rate in a unit of time that comes back as this rate a day, to the last figure if any.

    >>> rate_a_day(rate_in_unit(7.92, "hours"), "hours")
    7.92
    """
    rate = a_day * DAYS_PER_UNIT[unit]
    near = [rate, *(math.nextafter(rate, end) for end in (0.0, math.inf))]
    return next((each for each in near if rate_a_day(each, unit) == a_day), rate)
