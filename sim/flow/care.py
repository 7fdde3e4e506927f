"""Care at home, in visits or hours a day: what each person needs, falling as they get better.

The need of the first day is held from when the care is promised. From the first day to the day on
which the person is ready to leave it falls in a straight line, a step each midnight, to that of
the last day, and stays there for as long as the person waits to leave.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.flow.clock import Journey


def need_on_day(first: float, last: float, day: int, days: float) -> float:
    """What somebody needs on a day of a stay, the first being 0, of one that lasts some days.

    >>> [need_on_day(4, 1, day, days=3) for day in range(5)]
    [4.0, 3.0, 2.0, 1.0, 1.0]
    """
    if days <= 0 or not math.isfinite(days):
        return first if days > 0 or day == 0 else last
    return first + (last - first) * min(1.0, day / days)


class Care:
    """What everybody in one service needs; written down on coming in, and again each midnight."""

    def __init__(self, first: float, last: float) -> None:
        self.first, self.last = first, last
        self.tapers = first > last
        self.since: dict[Journey, tuple[int, float]] = {}
        """For each person there: the day of coming in, and days from it to that of leaving."""
        self.needs: dict[Journey, float] = {}
        self.tapering: dict[Journey, None] = {}
        """Those whose need is still to fall."""

    def begin(self, me: Journey, admitted_at: float, ready_at: float, now: float) -> float:
        """Somebody came in, and will be ready to leave at an instant.

        Returns how much more they need than the first day's, which they hold already (below 0:
        less, for those who came before the run).
        """
        first_day = math.floor(admitted_at)
        last_day = math.floor(ready_at) if math.isfinite(ready_at) else math.inf
        self.since[me] = first_day, last_day - first_day
        self.needs[me] = self._need(me, math.floor(now))
        if self.needs[me] > self.last:
            self.tapering[me] = None
        return self.needs[me] - self.first

    def taper(self, day: int) -> float:
        """A new day; returns how much more is needed in all (below 0: less)."""
        more = 0.0
        for me in list(self.tapering):
            need = self._need(me, day)
            more += need - self.needs[me]
            self.needs[me] = need
            if need <= self.last:
                del self.tapering[me]
        return more

    def release(self, me: Journey) -> float:
        """Somebody leaves; returns what they needed."""
        del self.since[me]
        self.tapering.pop(me, None)
        return self.needs.pop(me)

    def _need(self, me: Journey, today: int) -> float:
        first_day, days = self.since[me]
        return need_on_day(self.first, self.last, today - first_day, days)
