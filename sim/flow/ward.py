"""A ward, or any other setting: its spaces, its queue, and who goes next."""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sim.flow.readiness import Readiness

if TYPE_CHECKING:
    from sim.flow.care import Care
    from sim.flow.clock import Journey

ROUNDING = 1e-9
"""Visits or hours a day by which sums may differ."""

Entry = tuple[int, float, int, int, "Journey"]
"""Priority, instant of asking, patient number: the first in this order goes next. Then a count
that tells apart two askings of one person at one instant."""


class Ward:
    """A setting while the clock runs. It knows its own spaces and queue, and no other setting.

    Spaces in use are those occupied, held for people on their way, or being made ready.
    """

    __slots__ = (
        "asked",
        "at_door",
        "capacity",
        "care",
        "changed_at",
        "each",
        "has_hours",
        "hours",
        "in_use",
        "in_use_days",
        "is_open",
        "kept_out",
        "number",
        "outlier_times",
        "overflow",
        "queue",
        "queue_limit",
        "readiness",
        "returns",
        "turnaround_days",
        "waiting",
        "waiting_days",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.capacity: float = math.inf
        self.in_use: float = 0
        self.each: float = 1
        """Spaces that somebody takes on coming in."""
        self.care: Care | None = None
        """Where spaces are visits or hours of care: what everybody there needs."""
        self.is_open = True
        self.has_hours = False
        self.queue: list[Entry] = []
        self.asked = 0
        self.waiting = 0
        self.at_door = 0
        self.queue_limit: float = math.inf
        self.overflow: tuple[Ward, ...] = ()
        self.outlier_times = 1.0
        self.returns = False
        self.turnaround_days = 0.0
        self.readiness: Readiness | None = None
        self.changed_at = 0.0
        self.in_use_days = 0.0
        self.waiting_days = 0.0
        self.hours: list[tuple[int, float, float]] = []
        """(visit, from, to): somebody for whom a space was free, but nobody was admitted."""
        self.kept_out: dict[int, float] = {}
        """The visits of which that is so now, and since when."""

    def has_room(self) -> bool:
        """Whether somebody may be given a space now."""
        return self.is_open and self.in_use + self.each <= self.capacity

    def ready_at(self, now: float, need_days: float, threshold: float) -> float:
        """When somebody whose need starts now will be ready to leave."""
        if self.readiness is None:
            return now + need_days
        return self.readiness.ready_at(now, need_days, threshold)

    def treated_days(self, from_at: float, to_at: float) -> float:
        """Days of treatment gained between two instants."""
        if self.readiness is None:
            return to_at - from_at
        return self.readiness.treated_days(from_at, to_at)

    def change(
        self, now: float, capacity: float | None = None, is_open: bool | None = None
    ) -> None:
        """Open or close spaces, or begin or end admitting. Nobody is put out."""
        if capacity is not None:
            self.capacity = capacity if self.care is None else capacity + ROUNDING
        if is_open is not None:
            self.is_open = is_open
        if self.has_hours:
            self.note_hours(now)

    def integrate(self, now: float) -> None:
        """Add up spaces in use and people waiting since the last change; called before each."""
        passed = now - self.changed_at
        if passed:
            self.in_use_days += self.in_use * passed
            self.waiting_days += self.waiting * passed
            self.changed_at = now

    def use(self, now: float, more: float) -> None:
        """So many more spaces in use: 1 when one is given, -1 when one comes free."""
        passed = now - self.changed_at  # as in integrate; written out on the busiest path
        if passed:
            self.in_use_days += self.in_use * passed
            self.waiting_days += self.waiting * passed
            self.changed_at = now
        self.in_use += more
        if self.has_hours:
            self.note_hours(now)

    def given_up_by(self, me: Journey) -> float:
        """The spaces that come free when somebody leaves."""
        return 1 if self.care is None else self.care.release(me)

    def join(self, now: float, priority: int, asked_at: float, journey: Journey) -> None:
        """Put somebody in the queue for a space."""
        self.integrate(now)
        self.waiting += 1
        self.asked += 1
        journey.entry = (priority, asked_at, journey.number, self.asked, journey)
        heappush(self.queue, journey.entry)
        if self.has_hours:
            self.note_hours(now)

    def stop_waiting(self, now: float) -> None:
        """One person fewer waits; what becomes of the entry in the queue is for the caller."""
        self.integrate(now)
        self.waiting -= 1

    def next_in_turn(self) -> Journey | None:
        """Take the one who goes next out of the queue, passing over entries that lapsed."""
        queue = self.queue
        while queue:
            entry = heappop(queue)
            if entry[4].entry is entry:
                return entry[4]
        return None

    def in_turn(self) -> list[Journey]:
        """Everybody in the queue, first in turn first."""
        return [entry[4] for entry in sorted(self.queue) if entry[4].entry is entry]

    def note_hours(self, now: float) -> None:
        """Note for whom a space is free while nobody is admitted for the hour.

        As many of those first in turn as there are spaces free; called after every change.
        """
        if self.is_open and not self.kept_out:
            return
        free: set[int] = set()
        if not self.is_open and self.queue:
            room = (self.capacity - self.in_use) / self.each + ROUNDING
            turn = self.in_turn() if room >= 1 else []
            first = turn if room >= len(turn) else turn[: int(room)]
            free = {me.row for me in first if not me.is_outlier}
        for row in [row for row in self.kept_out if row not in free]:
            since = self.kept_out.pop(row)
            if now > since:
                self.hours.append((row, since, now))
        for row in free - self.kept_out.keys():
            self.kept_out[row] = now

    def close_books(self, end: float) -> None:
        """Bring the integrals up to the end of the run."""
        self.integrate(end)
        for row, since in self.kept_out.items():
            if end > since:
                self.hours.append((row, since, end))
        self.kept_out.clear()
