"""The model: wards, joined by journeys, over one cohort."""

from __future__ import annotations

import gc
import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.care import Care
from sim.flow.clock import CareEnvironment, Journey
from sim.flow.discharge import Process
from sim.flow.journey import found_inside, journey
from sim.flow.log import (
    CANCELLED,
    EXCHANGED,
    FOUND_THERE,
    GAVE_UP,
    UNWELL_AGAIN,
    StayLog,
    empty_log,
)
from sim.flow.readiness import readiness
from sim.flow.rings import Ring, find_ring, wards_in_loops
from sim.flow.steps import Steps, steps_needed
from sim.flow.team import Team
from sim.flow.ward import Entry, Ward
from sim.patients.cohort import Cohort
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_rows import ARRIVES, IS_THERE, WAITS_AT_DOOR
from sim.patients.ways import DIES, NEEDS_MORE, OTHER_WAY, READMITTED, UNWELL, Visits
from sim.place.weeks import (
    admission_hours,
    capacity_steps,
    kinds_of_day,
    meetings,
    spaces_by_day,
    staff_steps,
)


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
    in_use: tuple[float, ...]
    waiting: tuple[int, ...]
    staff: tuple[list[tuple[float, float]], ...] = ()
    """For each team, (from, staff on duty) of each change; empty for a panel."""
    backlog_days: tuple[float, ...] = ()
    """For each team, the case-days of waiting for it."""
    busy_days: tuple[float, ...] = ()
    staff_days: tuple[float, ...] = ()


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
        self.cancelled_after = [
            rule.days if (rule := plan.group(g).cancelled_after) else None
            for g in range(len(plan.groups))
        ]
        harm = plan.place.harm
        self.holds = bool(harm and harm.unwell_again and harm.unwell_again.arrangements == "hold")
        self.group_priority = [plan.group(g).priority for g in range(len(plan.groups))]
        self.wards = [Ward(number) for number in range(len(plan.settings))]
        self.teams = [
            Team(number, self.env, ready_first=team.takes_first == "ready first")
            for number, team in enumerate(plan.place.teams.values())
        ]
        self.jobs = _fast_jobs(cohort)
        self.processes: dict[Process, None] = {}
        """Those that are not over, in the order in which they began."""
        self.steps: dict[tuple[tuple[int, ...], tuple[bool, ...]], Steps] = {}
        self.branches = _by_kind(cohort)
        self.readmitted = self.branches[READMITTED]
        self.patience = self.branches[OTHER_WAY]
        self.harms = [kind for kind in (UNWELL, NEEDS_MORE, DIES) if self.branches[kind]]
        self.special = _special_visits(plan, cohort)
        self.newcomers: list[tuple[Journey, Ward]] = []
        self.loops = wards_in_loops(plan)
        self.capacity: list[list[tuple[float, float]]] = []
        self.open_hours: list[list[tuple[float, float]] | None] = []
        self.staff: list[list[tuple[float, float]]] = []
        self._furnish(days)
        self._call_teams(days)

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
            name = self.plan.settings[ward.number]
            ward.readiness = readiness(self.plan.place, name, kinds, phases)
            if setting.need is not None:
                ward.care = Care(setting.need.first.value, setting.need.last.value)
                ward.each = setting.need.first.value
                if ward.care.tapers:
                    self._taper_each_midnight(ward, days)
            by_day = spaces_by_day(phases, name, days) if phases else ()
            steps = capacity_steps(self.plan.place, setting, kinds, by_day)
            self.capacity.append(steps)
            for at, spaces in steps:
                self._at(at, ward, capacity=spaces)
            hours = admission_hours(self.plan.place, name, kinds, phases)
            self.open_hours.append(hours)
            if hours is not None:
                ward.has_hours = True
                ward.change(0.0, is_open=False)
                for start, end in hours:
                    self._at(start, ward, is_open=True)
                    self._at(end, ward, is_open=False)

    def _taper_each_midnight(self, ward: Ward, days: int) -> None:
        """Put each new day of care at home on the clock, before all else that happens then."""

        def new_day(day: int) -> None:
            assert ward.care is not None
            more = ward.care.taper(day)
            if more:
                ward.use(self.env._now, more)
                self.env.touched.append(ward)
            if day + 1 < days:
                self.env.call_at(day + 1.0, lambda: new_day(day + 1))

        if days > 1:
            self.env.call_at(1.0, lambda: new_day(1))

    def _call_teams(self, days: int) -> None:
        """Put each team's shifts, and each panel's meetings, on the clock."""
        kinds, phases = kinds_of_day(self.plan.place, days), self.plan.phases
        for team, (name, rule) in zip(self.teams, self.plan.place.teams.items(), strict=True):
            if rule.is_panel:
                team.is_panel = True
                for at, cases in meetings(self.plan.place, name, kinds, phases):
                    self.env.call_at(at, lambda team=team, cases=cases: team.meet(cases))  # type: ignore[misc]
                self.staff.append([])
                continue
            steps = staff_steps(self.plan.place, name, kinds, phases)
            self.staff.append(steps)
            for at, staff in steps:
                if at <= 0:
                    team.on_duty = staff
                else:
                    self.env.call_at(at, lambda team=team, staff=staff: team.change_staff(staff))  # type: ignore[misc]

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
            if ward.hours:
                self.log.kept_out[ward.number] = ward.hours
        for process in self.processes:
            process.close_books(self.env.end)
        for team in self.teams:
            team.close_books()
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
            staff=tuple(self.staff),
            backlog_days=tuple(team.backlog_days for team in self.teams),
            busy_days=tuple(team.busy_days for team in self.teams),
            staff_days=tuple(team.staff_days for team in self.teams),
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
                ward = self.wards[self.drawn[0][row]]
                me.here = here = self.wards[int(self.cohort.inside[number])]
                here.use(0.0, here.each)
                self.log.came[row] = FOUND_THERE
                self.log.setting[row] = here.number
                for column in (self.log.asked_at, self.log.placed_at, self.log.admitted_at):
                    column[row] = since
                done = int(self.cohort.done[number])
                ready_at: float | None = -float(self.cohort.waited[number])
                if starts == IS_THERE:
                    ready_at = None
                    expected_at = float(self.cohort.expected_at[number])
                    me.is_expected_at = expected_at if expected_at == expected_at else None
                    if here is not ward and ward.returns:
                        self._wait_to_return(me, row, ward, since)
                me.steps = found_inside(self, me, row, last, ready_at, done)
            self.env.resume(me)
        self.newcomers.clear()  # who waits already is in the queue, whatever its limit

    def _wait_to_return(self, me: Journey, row: int, ward: Ward, since: float) -> None:
        """Put an outlier whom the run finds elsewhere in the queue for the right ward."""
        me.row, me.is_outlier = row, True
        ward.join(0.0, self.group_priority[int(self.cohort.group[me.number])], since, me)
        ward.stop_waiting(0.0)
        self.env.touched.append(ward)

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
            group = int(self.cohort.group[me.number])
            priority = self.group_priority[group]
            ward.at_door += 1
            if ward.queue_limit < math.inf:
                self.newcomers.append((me, ward))
        else:
            priority = self.priority[self.route[row - 1]]
        ward.join(self.env._now, priority, asked_at, me)
        if me.here is None:
            cancelled_after = self.cancelled_after[group]
            if cancelled_after is not None:
                self._cancel_at(asked_at + cancelled_after, me, ward)
        elif row - 1 in self.patience:
            days, first, end = self.patience[row - 1]
            self._divert_at(asked_at + days, me, (OTHER_WAY, first, end), me.entry)
        if ward.has_room() or self.newcomers or ward.number in self.loops:
            self.env.touched.append(ward)

    def _cancel_at(self, at: float, me: Journey, ward: Ward) -> None:
        """Cancel somebody booked who still waits at an instant."""
        entry = me.entry

        def act() -> None:
            if me.entry is entry:
                me.entry = None
                ward.stop_waiting(self.env._now)
                ward.at_door -= 1
                self._gives_up(me, CANCELLED)
                if ward.has_hours:
                    ward.note_hours(self.env._now)
                self.env.resume(me)

        if at < self.env.end:
            self.env.call_at(max(at, self.env._now), act)

    def begin_care(self, me: Journey, ward: Ward, admitted_at: float, ready_at: float) -> None:
        """Write down what somebody needs of a service that counts visits or hours."""
        assert ward.care is not None
        now = self.env._now
        more = ward.care.begin(me, admitted_at, ready_at, now)
        if more:
            ward.use(now, more)

    def begin_process(
        self, me: Journey, row: int, stay: int, ready_at: float, done: int = 0
    ) -> Process | None:
        """Begin to arrange the way on from a visit, if that is work for teams."""
        route = self.plan.routes[self.route[row]]
        old, me.process = me.process, None
        if not route.has_process or not route.tasks:
            return None
        process = Process(self, me, row, stay, self._steps(row, route))
        self.processes[process] = None
        me.process = process
        if (
            old is not None
            and self.holds
            and self.log.came[row] == UNWELL_AGAIN
            and self.route[old.visit] == self.route[row]
        ):
            process.take_over(old)
        expected_at = ready_at + self.cohort.date_error_days.get(row, 0.0)
        if me.is_expected_at is not None:  # for the one visit in which the run finds them
            expected_at, me.is_expected_at = me.is_expected_at, None
        process.begin(expected_at, done)
        return process

    def _steps(self, row: int, route: RoutePlan) -> Steps:
        """The steps that a visit's way on needs; made once for all who need the same tasks.

        Where levers cover some people, each has the tasks as those levers leave them.
        """
        first = self.jobs.first[row]
        last = first + len(route.tasks)
        needed = tuple(self.jobs.is_needed[first:last])
        numbers = tuple(self.jobs.task[first : last if route.has_versions else first + 1])
        key = numbers, needed
        if key not in self.steps:
            tasks = route.tasks
            if route.has_versions:
                tasks = tuple(self.plan.tasks[number] for number in numbers)
            self.steps[key] = steps_needed(tasks, needed)
        return self.steps[key]

    def expose_to_harm(self, me: Journey, row: int, stay: int, ready_at: float) -> None:
        """Put on the clock what may happen to somebody who waits to leave."""
        for kind in self.harms:
            branch = self.branches[kind].get(row)
            if branch is not None:
                days, first, end = branch
                at = max(ready_at, 0.0) + days
                self._divert_at(at, me, (kind, first, end), None, stay)

    def _divert_at(
        self,
        at: float,
        me: Journey,
        branch: tuple[int, int, int],
        entry: Entry | None,
        stay: int = -1,
    ) -> None:
        """Send somebody another way at an instant, if they are still waiting then."""

        def act() -> None:
            still = me.entry is entry if entry is not None else me.delayed == stay
            if still:
                self._divert(me, branch)

        if at < self.env.end:
            self.env.call_at(max(at, self.env._now), act)

    def _divert(self, me: Journey, branch: tuple[int, int, int]) -> None:
        """Send somebody another way now: out of the queue, or out of what is being arranged."""
        me.branch, me.delayed, me.wakes_at = branch, -1, math.inf
        if me.process is not None:
            me.process.cancel()
        if me.entry is not None:
            ward = self.wards[self.drawn[0][me.row]]
            me.entry = None
            ward.stop_waiting(self.env._now)
            self._gives_up(me, GAVE_UP)
            if ward.has_hours:
                ward.note_hours(self.env._now)
        self.env.resume(me)

    def _gives_up(self, me: Journey, how: int) -> None:
        """Note that somebody waits no longer for a space."""
        self.log.came[me.row] = how
        self.log.gave_up_at[me.row] = self.env._now

    def wake(self, me: Journey) -> Callable[[], None]:
        """What a process does when a phase is over for which somebody waits."""
        return lambda: self.env.resume(me)

    def leave(self, ward: Ward, me: Journey) -> None:
        """Somebody has left a ward: its space is free, at once or after it is made ready."""
        now = self.env._now
        if ward.turnaround_days:
            at = now + ward.turnaround_days
            if at < self.env.end:
                self.env.call_at(at, lambda: self._free(ward))
            return
        ward.use(now, -ward.given_up_by(me))
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
        env, touched, called = self.env, self.env.touched, self.env.called
        env.is_settling = True
        while touched or called:
            while called:
                teams = called[:]
                called.clear()
                if len(teams) > 1:
                    teams = sorted(set(teams), key=lambda team: team.number)
                for team in teams:
                    team.serve()
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
        ward.use(now, ward.each)
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
        handing_over = 0
        for me, ward in ring:
            me.entry, me.delayed = None, -1
            ward.stop_waiting(env._now)
            self.log.placed_at[me.row] = env._now
            self.log.came[me.row] = EXCHANGED

        def one_more_is_done() -> None:
            nonlocal handing_over
            handing_over -= 1
            if not handing_over:
                for me, ward in ring:
                    self.env.resume(me, ward)

        handing_over = len(ring) + 1
        for me, _ in ring:
            days = hand_over_days[me.row - 1]
            if me.process is not None:
                if me.process.placed():
                    one_more_is_done()
                else:
                    me.process.wait(one_more_is_done)
            elif days:
                env.call_at(env._now + days, one_more_is_done)
            else:
                one_more_is_done()
        one_more_is_done()


def _fast_jobs(cohort: Cohort) -> FastJobs:
    """The cohort's jobs as lists, which Python reads fast."""
    jobs = cohort.jobs
    visits, first = np.unique(jobs.visit, return_index=True)
    return FastJobs(
        dict(zip(visits.tolist(), first.tolist(), strict=True)),
        jobs.task.tolist(),
        jobs.is_needed.tolist(),
        jobs.days.tolist(),
        jobs.first_again.tolist(),
        jobs.earlier_days.tolist(),
        jobs.own_days.tolist(),
    )


@dataclass(frozen=True)
class FastJobs:
    """The cohort's jobs: see ``Jobs``; ``first`` is the first job of each visit."""

    first: dict[int, int]
    task: list[int]
    is_needed: list[bool]
    days: list[float]
    first_again: list[int]
    earlier_days: list[float]
    own_days: list[float]


def _by_kind(cohort: Cohort) -> list[dict[int, tuple[float, int, int]]]:
    """For each kind of branch: visit → (days, first visit, end)."""
    kinds: list[dict[int, tuple[float, int, int]]] = [{} for _ in range(5)]
    rows = cohort.branches
    for visit, kind, days, first, end in zip(
        rows.visit.tolist(), rows.kind.tolist(), rows.days.tolist(), rows.first.tolist(),
        rows.end.tolist(), strict=True,
    ):  # fmt: skip
        kinds[kind][visit] = days, first, end
    return kinds


def _special_visits(plan: Plan, cohort: Cohort) -> bytearray:
    """1 for the visits whose leaving is more than days to add up; 0 for the others."""
    process = np.array([route.has_process and bool(route.tasks) for route in plan.routes])
    is_special = process[cohort.visits.route]
    kinds = cohort.branches.kind
    is_special[cohort.branches.visit[kinds != OTHER_WAY]] = True
    return bytearray(is_special.astype(np.uint8).tobytes())


def _shared(visits: Visits, column: str) -> array[float]:
    """A column as an array that Python reads fast; the cohort's own becomes a view of it."""
    fast = array("d", getattr(visits, column).tobytes())
    setattr(visits, column, np.frombuffer(fast, dtype=np.float64))
    return fast
