"""Levers that start on a date, or spread: how far each has come, day by day.

*Uptake* is 0 before a lever starts; then it rises in a straight line to what it reaches. A person
is covered or not; spaces and mean arrivals change in part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from sim.place.numbers import Amount, Share, Strict
from sim.place.schema import Place

MAX_PHASED = 4
"""How many levers of one scenario may start or spread: each doubles the places to keep."""


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
    """The levers of a scenario that start or spread, and the place as each set of them leaves it.

    ``places[i]`` has those levers whose bits are set in i, and all the levers that hold throughout.
    """

    levers: tuple[Phase, ...]
    places: tuple[Place, ...]

    def mixed(self, day: int, values: Sequence[float]) -> float:
        """One number of a day, out of the number in each of the places.

        Each lever's part of the change counts by its uptake; where uptakes are 0 or 1, the result
        is exactly one of the numbers.
        """
        for phase in self.levers:
            share = phase.at(day)
            values = [
                without if without == with_it else without * (1 - share) + with_it * share
                for without, with_it in zip(values[::2], values[1::2], strict=True)
            ]
        return values[0]
