"""Search along a line of candidates, from where the targets are hardest to where they are easiest.

Bisection, with a verdict that may be "unclear": then the search goes on to both sides, for the last
candidate that surely misses and the first that surely meets. So what lies between them is what
chance leaves open, and a close case is never given a false exact answer.

Source: the idea of an answer with an indifference between neighbours is that of ranking and
selection (Law 2015, Simulation Modeling and Analysis, section 10.4); the bisection is plain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.experiment.making.lab import Procedure
from sim.experiment.search.judging import Terms, Tried, judge
from sim.experiment.variants import Variant


@dataclass(frozen=True)
class Line:
    """Where the targets begin to be met along a line."""

    values: tuple[float, ...]
    """Hardest first."""
    last_miss: int
    """The place of the last that surely misses; -1 if none does."""
    first_meet: int
    """The place of the first that surely meets; the number of values if none does."""
    tried: dict[float, Tried]

    @property
    def misses(self) -> float | None:
        """The last value that surely misses."""
        return self.values[self.last_miss] if self.last_miss >= 0 else None

    @property
    def meets(self) -> float | None:
        """The first value that surely meets."""
        return self.values[self.first_meet] if self.first_meet < len(self.values) else None

    @property
    def open(self) -> tuple[float, ...]:
        """The values of which neither is sure."""
        return self.values[self.last_miss + 1 : self.first_meet]


def most_judged(values: Sequence[float]) -> int:
    """At most so many candidates are judged: two bisections, where one is unclear."""
    return 2 * len(values).bit_length()


def along(
    values: Sequence[float], candidate: Callable[[float], Variant], terms: Terms
) -> Procedure[Line]:
    """Find where the targets begin to be met, with ``most_judged(values)`` candidates at most."""
    tried: dict[float, Tried] = {}
    last_miss, first_meet = -1, len(values)
    unclear: list[int] = []
    while True:
        below, above = (min(unclear), max(unclear)) if unclear else (first_meet, first_meet)
        if below - last_miss > 1:
            place = (last_miss + below) // 2
        elif first_meet - above > 1:
            place = (above + first_meet) // 2
        else:
            return Line(tuple(values), last_miss, first_meet, tried)
        variant = candidate(values[place])
        judged = yield from judge([variant], terms)
        tried[values[place]] = judged[variant]
        verdict = judged[variant].verdict
        if verdict == "meets":
            first_meet = place
        elif verdict == "misses":
            last_miss = place
        else:
            unclear.append(place)
        unclear = [each for each in unclear if last_miss < each < first_meet]
