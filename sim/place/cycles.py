"""Calendars that repeat after any length of time, from the start of the run on.

For a place whose days are not like a week's, or whose source counts in hours or minutes::

    capacity_cycle:
      every: 24
      unit: hours
      windows:
        - {from: 0, to: 8, spaces: 3}
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field, model_validator

from sim.place.numbers import DAYS_PER_UNIT, Amount, Positive, Spaces, Strict, TimeUnit, wrong

MINUTE = 1 / 1440
MOST_A_DAY = 10_000.0


class CycleWindow(Strict):
    """A part of the cycle, in the cycle's unit."""

    start: Amount = Field(alias="from", description="From this time after the cycle's start.")
    end: Positive = Field(alias="to", description="To this time after the cycle's start.")

    @model_validator(mode="after")
    def _in_order(self) -> "CycleWindow":
        if self.start.value >= self.end.value:
            raise wrong("'from' must be before 'to'")
        return self


class CapacityCycleWindow(CycleWindow):
    """The number of spaces in a part of the cycle."""

    spaces: Spaces = Field(description="How many spaces are open in this part.")


class ArrivalsCycleWindow(CycleWindow):
    """The rate of arrivals in a part of the cycle."""

    rate: Amount = Field(description="People a day; or an hour, minute or week, by the unit.")


class Cycle(Strict):
    """A length of time that repeats, with windows in it."""

    every: Positive = Field(description="How long the cycle is.")
    unit: TimeUnit = Field("days", description="The unit of all times here.")

    @property
    def days_per_unit(self) -> float:
        """What turns the times here into days."""
        return DAYS_PER_UNIT[self.unit]

    def check(self, windows: Sequence[CycleWindow]) -> None:
        """Raise unless the windows follow on, fit in the cycle, and are a minute long at least."""
        if self.every.value * self.days_per_unit < MINUTE * 0.999:
            raise wrong("the cycle is shorter than a minute")
        for window in windows:
            if (window.end.value - window.start.value) * self.days_per_unit < MINUTE * 0.999:
                raise wrong(f"the window from {window.start.value:g} is shorter than a minute")
        for one, following in pairwise(windows):
            if following.start.value < one.end.value:
                raise wrong(
                    f"the window from {following.start.value:g} begins before the one from "
                    f"{one.start.value:g} ends; write them in order"
                )
        if windows and windows[-1].end.value > self.every.value:
            raise wrong(
                f"the last window ends at {windows[-1].end.value:g}, after the cycle "
                f"({self.every.value:g})"
            )

    def occurrences(
        self, windows: Sequence[CycleWindow], days: int
    ) -> Iterator[tuple[int, float, float]]:
        """(number of the window, from, to) of each that begins within so many days, in order."""
        turn = 0
        while windows:
            begin = turn * self.every.value
            if begin * self.days_per_unit >= days:
                return
            for number, window in enumerate(windows):
                start = (begin + window.start.value) * self.days_per_unit
                if start < days:
                    end = (begin + window.end.value) * self.days_per_unit
                    yield number, start, min(end, float(days))
            turn += 1


class CapacityCycle(Cycle):
    """Spaces open in parts of a cycle; in the other parts, the setting's own number."""

    windows: tuple[CapacityCycleWindow, ...] = Field(
        description="Parts of the cycle with another number of spaces, in order.",
        strict=False, min_length=1, max_length=2000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _sound(self) -> "CapacityCycle":
        self.check(self.windows)
        return self


class ArrivalsCycle(Cycle):
    """Mean arrivals in parts of a cycle (Poisson); in the other parts nobody comes."""

    windows: tuple[ArrivalsCycleWindow, ...] = Field(
        description="Parts of the cycle in which people come, in order.",
        strict=False, min_length=1, max_length=2000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _sound(self) -> "ArrivalsCycle":
        self.check(self.windows)
        rates = [window.rate.value for window in self.windows]
        if max(rates) / self.days_per_unit > MOST_A_DAY:
            raise wrong(f"a rate of {max(rates):g} is above {MOST_A_DAY:,.0f} people a day")
        if not any(rates):
            raise wrong("all rates are 0, so nobody would come")
        return self
