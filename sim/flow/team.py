"""A team while the clock runs: who is on duty, what is being worked on, and whose turn is next.

Each member of staff works on one case at a time. At the end of a shift a case is put down, and it
goes on at the next, before new ones are begun. A panel has no staff: at each meeting it decides up
to so many cases. A team knows nothing of wards; it tells a process when its task is done.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.flow.clock import CareEnvironment
    from sim.flow.discharge import Process

ROUNDING = 1e-9
"""Days; a case that ends within this of the end of a shift is done by then."""


class Case:
    """One task of one person, asked of a team."""

    __slots__ = ("due_at", "is_dropped", "left_days", "process", "started_at", "step", "until")

    def __init__(self, process: Process, step: int, days: float, due_at: float) -> None:
        self.process = process
        self.step = step
        self.left_days = days
        """Working time that is still needed."""
        self.due_at = due_at
        self.started_at: float | None = None
        self.until = math.inf
        """When it will be done if nobody puts it down; infinite while nobody works on it."""
        self.is_dropped = False


Entry = tuple[int, float, int, int, Case]
"""Ready first (0) or planned ahead (1), when it came due, the patient's number, a count."""


class Team:
    """A team with its queue; ``serve`` gives out work, once all that an instant brings is known."""

    def __init__(self, number: int, env: CareEnvironment, *, ready_first: bool) -> None:
        self.number = number
        self.env = env
        self.ready_first = ready_first
        self.is_panel = False
        self.on_duty = 0.0
        self.seats = 0.0
        """Cases that a panel may still decide at this instant."""
        self.queue: list[Entry] = []
        self.asked = 0
        self.working: list[Case] = []
        self.put_down: list[Case] = []
        self.backlog = 0
        self.changed_at = 0.0
        self.backlog_days = 0.0
        self.busy_days = 0.0
        self.staff_days = 0.0

    def ask(self, case: Case) -> None:
        """Put a case in the queue."""
        self._integrate()
        self.backlog += 1
        self._push(case)
        self.env.called.append(self)

    def promote(self, case: Case) -> None:
        """A case planned ahead is now of somebody who is ready."""
        if self.ready_first and case.started_at is None:
            self._push(case)

    def drop(self, case: Case) -> None:
        """A case that is no longer wanted."""
        if case.is_dropped:
            return
        self._integrate()
        case.is_dropped = True
        if case.started_at is None:
            self.backlog -= 1
            return
        case.until = math.inf
        if case in self.working:
            self.working.remove(case)
            self.env.called.append(self)
        elif case in self.put_down:
            self.put_down.remove(case)

    def change_staff(self, staff: float) -> None:
        """So many are on duty from now on; those who go put down the case begun last."""
        self._integrate()
        self.on_duty = staff
        now = self.env._now
        while len(self.working) > staff:
            case = self.working.pop()
            if case.until - now <= ROUNDING:
                self._done(case)
                continue
            case.left_days, case.until = case.until - now, math.inf
            self.put_down.insert(0, case)
        if self.queue or self.put_down:
            self.env.called.append(self)

    def meet(self, cases: float) -> None:
        """A panel meets: it may decide so many cases at this instant."""
        self.seats = cases
        self.env.called.append(self)

    def serve(self) -> None:
        """Give out work to whoever is free: first what was put down, then by turn."""
        if self.is_panel:
            while self.seats > 0 and (case := self._next()) is not None:
                self.seats -= 1
                self._begin(case)
                self._done(case)
            self.seats = 0.0
            return
        while len(self.working) < self.on_duty:
            case = self.put_down.pop(0) if self.put_down else self._next()
            if case is None:
                return
            self._begin(case)
            if case.left_days <= 0:
                self._done(case)
                continue
            self.working.append(case)
            until = self.env._now + case.left_days
            case.until = until
            if until < self.env.end:
                self.env.call_at(until, self._finish, case, until)

    def close_books(self) -> None:
        """Bring the integrals up to the end of the run."""
        self._integrate()

    def _push(self, case: Case) -> None:
        self.asked += 1
        rank = 1 if self.ready_first and not case.process.is_ready else 0
        entry = (rank, case.due_at, case.process.me.number, self.asked, case)
        heappush(self.queue, entry)

    def _next(self) -> Case | None:
        while self.queue:
            case = heappop(self.queue)[4]
            if case.started_at is None and not case.is_dropped:
                return case
        return None

    def _begin(self, case: Case) -> None:
        self._integrate()
        if case.started_at is None:
            case.started_at = self.env._now
            self.backlog -= 1

    def _finish(self, case: Case, until: float) -> None:
        """The work on a case ends, unless it was put down or dropped meanwhile."""
        if case.until != until:
            return
        self._integrate()
        self.working.remove(case)
        if self.queue or self.put_down:
            self.env.called.append(self)
        self._done(case)

    def _done(self, case: Case) -> None:
        case.until = math.inf
        case.process.finish(case.step)

    def _integrate(self) -> None:
        """Add up cases waiting, staff at work and staff on duty since the last change."""
        now = self.env._now
        passed = now - self.changed_at
        if passed:
            self.backlog_days += self.backlog * passed
            self.busy_days += len(self.working) * passed
            self.staff_days += self.on_duty * passed
            self.changed_at = now
