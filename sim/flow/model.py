"""The model: wards, joined by journeys, over one cohort."""

from __future__ import annotations

import gc
import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.clock import CareEnvironment, Journey
from sim.flow.journey import found_inside, journey
from sim.flow.log import EXCHANGED, FOUND_THERE, StayLog, empty_log
from sim.flow.readiness import readiness
from sim.flow.rings import Ring, find_ring, wards_in_loops
from sim.flow.ward import Ward
from sim.patients.cohort import ARRIVES, IS_THERE, WAITS_AT_DOOR, Cohort, Visits
from sim.patients.plan import Plan
from sim.place.weeks import capacity_steps, kinds_of_day, openings, spaces_by_day


@dataclass(frozen=True)
class Run:
    """One replication as it came out: its cohort, its log, and what the model counted itself."""

    plan: Plan
    cohort: Cohort
    log: StayLog
    end: float
    capacity: tuple[list[tuple[float, float]], ...]
    """For each setting, (from, spaces) of each change of capacity."""
    open_hours: tuple[list[tuple[float, float]] | None, ...]
    """For each setting, the stretches in which it admits; None for always."""
    in_use_days: tuple[float, ...]
    waiting_days: tuple[float, ...]
    in_use: tuple[int, ...]
    waiting: tuple[int, ...]


def simulate(plan: Plan, cohort: Cohort, days: int) -> Run:
    """Let a cohort flow through its place for some days; the log says what became of everybody."""
    model = Model(plan, cohort, days)
    was_enabled = gc.isenabled()
    gc.disable()  # nothing is left to collect before the end, and looking costs a twentieth
    try:
        return model.run()
    finally:
        if was_enabled:
            gc.enable()


class Model:
    """Wards and journeys over one cohort, with the clock that they share."""

    def __init__(self, plan: Plan, cohort: Cohort, days: int) -> None:
        self.plan = plan
        self.cohort = cohort
        self.env = CareEnvironment(float(days))
        self.log = empty_log(array("i", cohort.visits.setting.tobytes()))
        visits = cohort.visits
        self.drawn = (
            array("i", visits.setting.tobytes()),
            _shared(visits, "stay_days"),
            _shared(visits, "arrange_days"),
            _shared(visits, "hand_over_days"),
            _shared(visits, "round_threshold"),
        )
        self.priority = [route.priority for route in plan.routes]
        self.route = array("i", visits.route.tobytes())
        self.group_priority = [plan.group(g).priority for g in range(len(plan.groups))]
        self.wards = [Ward(number) for number in range(len(plan.settings))]
        self.newcomers: list[tuple[Journey, Ward]] = []
        self.loops = wards_in_loops(plan)
        self.capacity: list[list[tuple[float, float]]] = []
        self.open_hours: list[list[tuple[float, float]] | None] = []
        self._furnish(days)

    def _furnish(self, days: int) -> None:
        """Give each ward its rules, and put its calendar on the clock."""
        kinds, phases = kinds_of_day(self.plan.place, days), self.plan.phases
        for ward in self.wards:
            setting = self.plan.setting(ward.number)
            ward.overflow = tuple(
                self.wards[self.plan.settings.index(name)] for name in setting.overflow
            )
            if setting.queue_limit is not None:
                ward.queue_limit = setting.queue_limit.value
            elif setting.overflow:
                ward.queue_limit = 0
            ward.outlier_times = setting.outlier_stay_times.value
            ward.returns = setting.returns
            ward.turnaround_days = setting.turnaround.days if setting.turnaround else 0.0
            ward.readiness = readiness(setting, kinds)
            name = self.plan.settings[ward.number]
            by_day = spaces_by_day(phases, name, days) if phases else ()
            steps = capacity_steps(self.plan.place, setting, kinds, by_day)
            self.capacity.append(steps)
            for at, spaces in steps:
                self._at(at, ward, capacity=spaces)
            hours = openings(setting.admits, kinds) if setting.admits else None
            self.open_hours.append(hours)
            if hours is not None:
                ward.has_hours = True
                ward.change(0.0, is_open=False)
                for start, end in hours:
                    self._at(start, ward, is_open=True)
                    self._at(end, ward, is_open=False)

    def _at(
        self, at: float, ward: Ward, capacity: float | None = None, is_open: bool | None = None
    ) -> None:
        """Change a ward's capacity or hours at an instant; at the start, at once."""

        def act() -> None:
            ward.change(self.env._now, capacity, is_open)
            self.env.touched.append(ward)

        if at <= 0:
            ward.change(0.0, capacity, is_open)
        else:
            self.env.call_at(at, act)

    def run(self) -> Run:
        """Let everything happen; close the books at the end."""
        self._begin()
        self.env.run_to_end(self._arrivals(), self.settle)
        self.env.close()
        for ward in self.wards:
            ward.close_books(self.env.end)
            for waiting in ward.in_turn():
                waiting.steps.close()
            if ward.shut:
                self.log.shut[ward.number] = ward.shut
        return Run(
            plan=self.plan,
            cohort=self.cohort,
            log=self.log,
            end=self.env.end,
            capacity=tuple(self.capacity),
            open_hours=tuple(self.open_hours),
            in_use_days=tuple(ward.in_use_days for ward in self.wards),
            waiting_days=tuple(ward.waiting_days for ward in self.wards),
            in_use=tuple(ward.in_use for ward in self.wards),
            waiting=tuple(ward.waiting for ward in self.wards),
        )

    def _begin(self) -> None:
        """Put the people of the start state where they are; those waiting ask for their space."""
        for number in np.flatnonzero(self.cohort.starts != ARRIVES).tolist():
            me = Journey(number)
            row, last = self._rows(number)
            since = float(self.cohort.arrived_at[number])
            starts = int(self.cohort.starts[number])
            if starts == WAITS_AT_DOOR:
                me.steps = journey(self, me, row, last, since)
            else:
                me.here = ward = self.wards[self.drawn[0][row]]
                ward.use(0.0, 1)
                self.log.came[row] = FOUND_THERE
                for column in (self.log.asked_at, self.log.placed_at, self.log.admitted_at):
                    column[row] = since
                ready_at = since
                if starts == IS_THERE:
                    ready_at = ward.ready_at(0.0, self.drawn[1][row], self.drawn[4][row])
                me.steps = found_inside(self, me, row, last, ready_at)
            self.env.resume(me)
        self.newcomers.clear()  # who waits already is in the queue, whatever its limit

    def _arrivals(self) -> Iterator[tuple[float, Journey]]:
        """Those who come during the run, in order of time."""
        first = int(np.count_nonzero(self.cohort.starts != ARRIVES))
        rows = self.cohort.first_visit[first:].tolist()
        instants = self.cohort.arrived_at[first:].tolist()
        for number, (at, row, end) in enumerate(zip(instants, rows, rows[1:], strict=False), first):
            me = Journey(number)
            me.steps = journey(self, me, row, end - 1, at)
            yield at, me

    def _rows(self, number: int) -> tuple[int, int]:
        first = self.cohort.first_visit
        return int(first[number]), int(first[number + 1]) - 1

    def wait(self, me: Journey, row: int, ward: Ward, asked_at: float) -> None:
        """Put a journey in a ward's queue."""
        me.row = row
        me.wakes_at = math.inf  # an outlier who moved may have an older event at this instant
        if me.here is None:
            priority = self.group_priority[int(self.cohort.group[me.number])]
            ward.at_door += 1
            if ward.queue_limit < math.inf:
                self.newcomers.append((me, ward))
        else:
            priority = self.priority[self.route[row - 1]]
        ward.join(self.env._now, priority, asked_at, me)
        if ward.has_room() or self.newcomers or ward.number in self.loops:
            self.env.touched.append(ward)

    def leave(self, ward: Ward) -> None:
        """Somebody has left a ward: its space is free, at once or after it is made ready."""
        now = self.env._now
        if ward.turnaround_days:
            at = now + ward.turnaround_days
            if at < self.env.end:
                self.env.call_at(at, lambda: self._free(ward))
            return
        ward.use(now, -1)
        if ward.queue:
            self.env.touched.append(ward)

    def _free(self, ward: Ward) -> None:
        """A space has been made ready."""
        ward.use(self.env._now, -1)
        self.env.touched.append(ward)

    def settle(self) -> None:
        """Give out free spaces until nobody can move: all that this instant brought is known.

        A move frees a space, and that one is filled before anything else: depth first.
        """
        env, touched = self.env, self.env.touched
        env.is_settling = True
        while touched:
            stack = sorted(set(touched), key=lambda ward: -ward.number)
            touched.clear()
            while stack:
                ward = stack[-1]
                journey = ward.next_in_turn() if ward.has_room() else None
                if journey is None:
                    stack.pop()
                    continue
                self._place(journey, ward)
                stack.extend(touched)
                touched.clear()
            if self.newcomers:
                self._send_on_newcomers()
            if self.loops:
                self._exchange()
        env.is_settling = False

    def _place(self, me: Journey, ward: Ward) -> None:
        """Give the ward's free space to somebody from its queue."""
        now = self.env._now
        me.entry = None
        ward.use(now, 1)
        if me.is_outlier:
            me.is_outlier = False
            me.wakes_at = math.inf
        else:
            ward.stop_waiting(now)
            ward.at_door -= me.here is None
            self.log.placed_at[me.row] = now
        self.env.resume(me, ward)

    def _send_on_newcomers(self) -> None:
        """Send those who found a full queue to the overflow, or away if there is none."""
        newcomers, self.newcomers = self.newcomers, []
        by_ward: dict[int, list[Journey]] = {}
        for me, ward in newcomers:
            if me.entry is not None and me.here is None:
                by_ward.setdefault(ward.number, []).append(me)
        for number, waiting in by_ward.items():
            ward = self.wards[number]
            waiting.sort(key=lambda me: me.entry[:4] if me.entry else ())
            beyond = int(min(max(ward.at_door - ward.queue_limit, 0), len(waiting)))
            for me in waiting[len(waiting) - beyond :]:
                self._send_on(me, ward)

    def _send_on(self, me: Journey, ward: Ward) -> None:
        now = self.env._now
        found = next((other for other in ward.overflow if other.has_room()), None)
        if ward.overflow and found is None:
            return
        ward.stop_waiting(now)
        ward.at_door -= 1
        if found is None:
            me.entry = None
            self.env.resume(me)
            return
        found.use(now, 1)
        self.log.placed_at[me.row] = now
        self.log.setting[me.row] = found.number
        me.is_outlier = ward.returns
        if not ward.returns:
            me.entry = None
        self.env.resume(me, found)

    def _exchange(self) -> None:
        """Let rings of people, each waiting for the next one's space, change places."""
        while (ring := find_ring(self.wards, self.loops)) is not None:
            self._change_places(ring)

    def _change_places(self, ring: Ring) -> None:
        """Move everybody in a ring one on, when the longest of their hand-overs is done."""
        env, hand_over_days = self.env, self.drawn[3]
        self.log.exchanges += 1
        for me, ward in ring:
            me.entry = None
            ward.stop_waiting(env._now)
            self.log.placed_at[me.row] = env._now
            self.log.came[me.row] = EXCHANGED
        longest = max(hand_over_days[me.row - 1] for me, _ in ring)

        def move() -> None:
            for me, ward in ring:
                self.env.resume(me, ward)

        if longest:
            env.call_at(env._now + longest, move)
        else:
            move()


def _shared(visits: Visits, column: str) -> array[float]:
    """A column as an array that Python reads fast; the cohort's own becomes a view of it."""
    fast = array("d", getattr(visits, column).tobytes())
    setattr(visits, column, np.frombuffer(fast, dtype=np.float64))
    return fast
