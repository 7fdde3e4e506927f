"""The model: wards, joined by journeys, over one cohort."""

from __future__ import annotations

import gc
import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.calendars import call_teams, furnish
from sim.flow.clock import CareEnvironment, Journey
from sim.flow.columns import branches_by_kind, fast_jobs, shared, special_visits
from sim.flow.discharge import Process
from sim.flow.journey import found_inside, journey
from sim.flow.log import CANCELLED, FOUND_THERE, GAVE_UP, UNWELL_AGAIN, StayLog, empty_log
from sim.flow.rings import wards_in_loops
from sim.flow.spaces import Spaces
from sim.flow.steps import Steps, steps_needed
from sim.flow.team import Team
from sim.flow.ward import Entry, Ward
from sim.patients.cohort import Cohort
from sim.patients.plan import Plan, RoutePlan
from sim.patients.start_rows import ARRIVES, IS_THERE, WAITS_AT_DOOR
from sim.patients.ways import DIES, NEEDS_MORE, OTHER_WAY, READMITTED, UNWELL


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
    was_enabled = gc.isenabled()
    gc.disable()  # nothing is left to collect before the end, and looking costs a tenth
    try:
        return Model(plan, cohort, days).run()
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
            shared(visits, "stay_days"),
            shared(visits, "arrange_days"),
            shared(visits, "hand_over_days"),
            shared(visits, "round_threshold"),
        )
        self.priority = [route.priority for route in plan.routes]
        self.route = array("i", visits.route.tobytes())
        self.cancelled_after = [
            rule.days if (rule := plan.group(g).cancelled_after) else None
            for g in range(len(plan.groups))
        ]
        harm = plan.place.harm
        self.holds = bool(harm and harm.unwell_again and harm.unwell_again.arrangements == "hold")
        self.group = array("i", cohort.group.astype(np.int32).tobytes())
        self.group_priority = [plan.group(g).priority for g in range(len(plan.groups))]
        self.wards = [Ward(number) for number in range(len(plan.settings))]
        self.teams = [
            Team(number, self.env, ready_first=team.takes_first == "ready first")
            for number, team in enumerate(plan.place.teams.values())
        ]
        self.jobs = fast_jobs(cohort)
        self.processes: dict[Process, None] = {}
        """Those that are not over, in the order in which they began."""
        self.steps: dict[tuple[tuple[int, ...], bytes], Steps] = {}
        self.branches = branches_by_kind(cohort)
        self.readmitted = self.branches[READMITTED]
        self.patience = self.branches[OTHER_WAY]
        self.harms = [kind for kind in (UNWELL, NEEDS_MORE, DIES) if self.branches[kind]]
        self.special = special_visits(plan, cohort)
        self.loops = wards_in_loops(plan)
        self.spaces = Spaces(self.env, self.wards, self.log, self.drawn[3], self.loops)
        self.capacity, self.open_hours = furnish(plan, self.wards, self.env, days)
        self.staff = call_teams(plan, self.teams, self.env, days)

    def run(self) -> Run:
        """Let everything happen; close the books at the end."""
        self._begin()
        self.env.run_to_end(self._arrivals(), self.spaces.settle)
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
        self.log.jobs.close()
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
        self.spaces.newcomers.clear()  # who waits already is in the queue, whatever its limit

    def _wait_to_return(self, me: Journey, row: int, ward: Ward, since: float) -> None:
        """Put an outlier whom the run finds elsewhere in the queue for the right ward."""
        me.row, me.is_outlier = row, True
        ward.join(0.0, self.group_priority[self.group[me.number]], since, me)
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
            group = self.group[me.number]
            priority = self.group_priority[group]
            ward.at_door += 1
            if ward.queue_limit < math.inf:
                self.spaces.newcomers.append((me, ward))
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
        if ward.has_room() or self.spaces.newcomers or ward.number in self.loops:
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
        needed = self.jobs.is_needed[first:last]
        numbers = tuple(self.jobs.task[first : last if route.has_versions else first + 1])
        steps = self.steps.get((numbers, needed))
        if steps is None:
            tasks = route.tasks
            if route.has_versions:
                tasks = tuple(self.plan.tasks[number] for number in numbers)
            steps = self.steps[numbers, needed] = steps_needed(tasks, needed)
        return steps

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
                self.env.call_at(at, self._free, ward)
            return
        ward.use(now, -ward.given_up_by(me))
        if ward.queue:
            self.env.touched.append(ward)

    def _free(self, ward: Ward) -> None:
        """A space has been made ready."""
        ward.use(self.env._now, -1)
        self.env.touched.append(ward)
