"""Levers that start on a date, or spread: how far each has come, day by day.

*Uptake* is 0 before a lever starts; then it rises in a straight line to what it reaches. A person
is covered or not; spaces, staff, hours and mean arrivals change in part.

A part of a place (a task, the ways on from a setting, a team) depends only on the levers that touch
it. So it has a *version* for each set of those, and twenty levers that each touch something else
make twenty times two versions, not two to the twentieth places.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from sim.place.document import Keys
from sim.place.numbers import Amount, Share, Strict
from sim.place.schema import Place

MAX_PHASED = 30
"""How many levers of one scenario may start or spread."""
MAX_TOGETHER = 6
"""How many of them may change one part of a place: each doubles its versions."""


class Uptake(Strict):
    """How far a lever spreads, and how fast."""

    reaches: Share = Field(
        Share(value=1.0), description="The share of people, or of the change, that it reaches."
    )
    over_days: Amount = Field(
        Amount(value=0.0),
        description="Days from its start until it reaches that share, rising in a straight line.",
    )


@dataclass(frozen=True)
class Phase:
    """A lever that starts or spreads, on the clock of the run."""

    lever: str
    first_day: float
    """The day on which it starts; minus infinity if it was always there."""
    reaches: float
    over_days: float
    covers_people: bool
    """Whether it changes what people need and where they go, not spaces or arrivals alone."""
    touches: tuple[Keys, ...] = ()
    """The parts of the place that it changes; see ``parts.py``."""

    def at(self, day: float) -> float:
        """The uptake on a day of the run.

        >>> Phase("a", first_day=10, reaches=0.5, over_days=20, covers_people=True).at(20)
        0.25
        """
        if day < self.first_day:
            return 0.0
        if not self.over_days:
            return self.reaches
        return self.reaches * min(1.0, (day - self.first_day) / self.over_days)

    def mean(self, first: int, days: int) -> float:
        """The mean uptake of some days."""
        return sum(self.at(day) for day in range(first, first + days)) / days


@dataclass(frozen=True)
class Phases:
    """The levers of a scenario that start or spread, and the place as sets of them leave it.

    ``places[bits]`` has the levers whose bits are set, and all those that hold throughout. There is
    a place for each set of levers that touch one part, but not for every set of all levers.
    """

    levers: tuple[Phase, ...]
    places: Mapping[int, Place]

    @property
    def before(self) -> Place:
        """The place without any of these levers."""
        return self.places[0]

    def touching(self, *parts: Keys) -> tuple[int, ...]:
        """The numbers of the levers that change any of these parts of the place."""
        return tuple(
            number
            for number, phase in enumerate(self.levers)
            if any(part[: len(touched)] == touched for touched in phase.touches for part in parts)
        )

    def versions(self, levers: Sequence[int]) -> list[Place]:
        """The place with each set of these levers, none first; the first lever's bit is 1."""
        return [self.places[bits] for bits in sets_of(levers)]

    def mixed(self, day: int, levers: Sequence[int], values: Sequence[float]) -> float:
        """One number of a day, out of the number in each of the versions.

        Each lever's part of the change counts by its uptake; where uptakes are 0 or 1, the result
        is exactly one of the numbers.
        """
        for lever in levers:
            share = self.levers[lever].at(day)
            values = [
                without if without == with_it else without * (1 - share) + with_it * share
                for without, with_it in zip(values[::2], values[1::2], strict=True)
            ]
        return values[0]

    def is_mixed(self, day: int, levers: Sequence[int]) -> bool:
        """Whether any of these levers has come part of its way on a day."""
        return any(0 < self.levers[lever].at(day) < 1 for lever in levers)

    def most(self, day: int, levers: Sequence[int]) -> Place:
        """The place with those of the levers that have come at least half their way on a day."""
        on = sum(1 << lever for lever in levers if self.levers[lever].at(day) >= 0.5)
        return self.places[on]


def sets_of(levers: Sequence[int]) -> Iterator[int]:
    """Every set of some levers as bits, counted up from none.

    >>> list(sets_of([0, 3]))
    [0, 1, 8, 9]
    """
    for index in range(1 << len(levers)):
        yield sum(1 << lever for i, lever in enumerate(levers) if index >> i & 1)
