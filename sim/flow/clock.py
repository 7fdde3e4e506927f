"""The clock: SimPy's environment, with journeys as re-armed events and arrivals outside the heap.

Everything that happens at one instant happens before any space is given out at that instant
(``settle``), so who goes next never hangs on the order in which equal times were written down.
SimPy's own processes and events work beside journeys, in the same queue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from functools import partial
from heapq import heappop, heappush
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import URGENT, Event

if TYPE_CHECKING:
    from sim.flow.discharge import Process
    from sim.flow.team import Team
    from sim.flow.ward import Entry, Ward

NEVER: tuple[float, Any] = (math.inf, None)

AFTER_OTHERS = 2
"""Journeys come after SimPy's own events of the same instant: calendars change first."""

Steps = Generator["float | Ward | Process", "Ward | None", None]

Branch = tuple[int, int, int]
"""Another way: why it is taken, and its visits (from, up to and not including)."""


class Journey(Event):
    """One person on the way through the place: an event that is armed again for each step.

    Its generator yields the instant until which nothing happens, or the ward whose space it waits
    for; it is then sent the ward in which a space was found, or None if it was turned away or goes
    another way. It may also yield the process that arranges its way on, and waits for that.
    """

    _value = None
    _ok = True
    row = -1
    """The visit whose space is waited for."""
    here: Ward | None = None
    """The ward whose space is held; None at the front door."""
    entry: Entry | None = None
    """Its entry in a queue; None when it waits for nothing."""
    is_outlier = False
    wakes_at = math.inf
    process: Process | None = None
    """What arranges its way on, where that is more than days to add up."""
    delayed: int = -1
    """The stay that it waits to leave, as long as the next place is not sure; -1 otherwise."""
    is_expected_at: float | None = None
    """When the start state expects it to be ready; None once that has been heeded."""
    branch: Branch | None = None
    """The other way that it has to take from here."""
    steps: Steps

    def __init__(self, number: int) -> None:
        self.number = number


class Call(partial[None]):
    """Something to do at an instant: lighter than an event, as nobody else waits for it."""


class CareEnvironment(simpy.Environment):
    """SimPy's environment with a loop of its own; time is in days since the start of the run."""

    def __init__(self, end: float) -> None:
        super().__init__()
        self.end = end
        self.calendar: list[tuple[float, Call]] = []
        """What is known before the run starts, in any order."""
        self.next_at = 0.0
        """The next arrival or change by the calendar."""
        self.touched: list[Ward] = []
        """Wards in which something changed at this instant, so that somebody may move."""
        self.called: list[Team] = []
        """Teams that may have work to give out at this instant."""

    def resume(self, me: Journey, found: Ward | None = None) -> None:
        """Let a journey take its next step, and arm it for the one after."""
        try:
            until = me.steps.send(found)
        except StopIteration:
            return
        if until.__class__ is float:
            me.wakes_at = until
            if until >= self.end and me.entry is None:
                me.steps.close()  # never woken again, so not kept
            elif until < self.end:
                heappush(self._queue, (until, AFTER_OTHERS, next(self._eid), me))  # type: ignore[misc]
        else:
            me.wakes_at = math.inf  # an older event at this very instant must not wake it

    def plan_at(self, at: float, action: Callable[..., None], *args: Any) -> None:
        """Do something at an instant, before all else of it; told before the run starts."""
        self.calendar.append((at, Call(action, *args)))

    def call_at(self, at: float, action: Callable[..., None], *args: Any) -> None:
        """Do something at an exact instant, before the journeys of that instant."""
        heappush(self._queue, (at, URGENT, next(self._eid), Call(action, *args)))  # type: ignore[misc]

    def is_quiet(self) -> bool:
        """Whether nothing else happens at this instant, so that a free space can be had at once."""
        queue, now = self._queue, self._now
        return (
            self.next_at > now
            and not self.touched
            and not self.called
            and not (queue and queue[0][0] <= now)
        )

    def run_to_end(
        self, arrivals: Iterator[tuple[float, Journey]], settle: Callable[[], None]
    ) -> None:
        """Let everything happen until the end of the run.

        ``arrivals`` gives (instant, journey) in order of time; ``settle`` gives out free spaces.
        """
        queue, end, touched, called = self._queue, self.end, self.touched, self.called
        changes = iter(sorted(self.calendar, key=itemgetter(0)))
        change_at, change = next(changes, NEVER)
        arrival_at, coming = next(arrivals, NEVER)
        next_at = self.next_at = min(change_at, arrival_at)
        settle()
        while True:
            at = queue[0][0] if queue else math.inf
            if at < change_at and at <= arrival_at:
                if at >= end:
                    break
                self._now = at
                event: Any = heappop(queue)[3]
                kind = event.__class__
                if kind is Journey:
                    if event.wakes_at == at:
                        self.resume(event)
                elif kind is Call:
                    event()
                else:
                    _fire(event)
            elif change_at <= arrival_at:
                if change_at >= end:
                    break
                self._now, act = change_at, change
                change_at, change = next(changes, NEVER)
                next_at = self.next_at = change_at if change_at < arrival_at else arrival_at
                act()
            else:
                if arrival_at >= end:
                    break
                self._now, arrived = arrival_at, coming
                arrival_at, coming = next(arrivals, NEVER)
                next_at = self.next_at = change_at if change_at < arrival_at else arrival_at
                self.resume(arrived)
            if (
                (touched or called)
                and next_at > self._now
                and not (queue and queue[0][0] <= self._now)
            ):
                settle()
        self._now = end

    def close(self) -> None:
        """Let go of the journeys that are under way, and so of all that they hold on to."""
        for *_, event in self._queue:
            if event.__class__ is Journey:
                event.steps.close()
        self._queue.clear()


def _fire(event: Event) -> None:
    """What SimPy does with an event of its own (``Environment.step``)."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    for callback in callbacks:
        callback(event)
    if not event._ok and not hasattr(event, "_defused"):
        raise event._value
