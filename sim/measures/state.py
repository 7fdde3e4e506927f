"""The state of a place at one moment of a run: who is there, who waits, and how far they have come.

As a list kept that day would have it: of everybody, where they are, since when, and, for those who
are ready, which way they wait to take and which task they have reached. What is yet to come is not
in it: neither how long people will still need a setting, nor what any task will take.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.log import REROUTED, RETURNED
from sim.flow.model import Run
from sim.measures.stays import Bools, Floats, Ints, Stays
from sim.measures.tasks import tasks_of
from sim.patients.plan import RoutePlan
from sim.patients.start_rows import ARRIVES
from sim.patients.tasks import AT_ADMISSION, BEFORE_EXPECTED
from sim.patients.ways import READMITTED
from sim.place.start_file import THERE, WAITING


@dataclass(frozen=True, order=True)
class StatePerson:
    """One person in the state of a place: a row of a start file, with its columns' names."""

    status: str
    setting: str
    """Where they belong; empty for those at the front door."""
    outlier_in: str
    group: str
    locality: str
    route: str
    waiting_for: str
    task: str
    also_done: tuple[str, ...]
    days_waited: float | None
    days_there: float | None
    expected_in: float | None = None
    """Days until the expected date, where tasks go by one."""


def state_of(run: Run, stays: Stays, day: float) -> list[StatePerson]:
    """Everybody in a setting or waiting for one at an instant of a run, in days since its start.

    People who are being handed over, with a space for them already, count as waiting for it where
    they still are.
    """
    inside = np.flatnonzero((stays.admitted_at <= day) & (stays.left_at > day))
    at_door = _at_door(run, stays, day)
    progress = _Progress.of(run, stays, day)
    people = [_inside(run, stays, day, int(stay), progress) for stay in inside]
    people += [_at_the_door(run, stays, int(stay), day) for stay in at_door]
    return sorted(people, key=_in_order)


def _in_order(person: StatePerson) -> tuple[object, ...]:
    return tuple(-1.0 if part is None else part for part in vars(person).values())


def _at_door(run: Run, stays: Stays, day: float) -> Ints:
    """The stays asked for, and not yet given or given up, by people who are nowhere inside."""
    first = np.zeros(len(run.cohort.visits.person), dtype=np.bool_)
    first[run.cohort.first_visit[:-1]] = True
    branches = run.cohort.branches
    first[branches.first[branches.kind == READMITTED]] = True
    asked = (stays.asked_at <= day) & (stays.stopped_at > day) & ~stays.was_turned_away
    return np.flatnonzero(asked & first[stays.visit] & (stays.came != RETURNED))


def _at_the_door(run: Run, stays: Stays, stay: int, day: float) -> StatePerson:
    """Somebody who waits at the front door."""
    plan, person = run.plan, int(stays.person[stay])
    return StatePerson(
        status=WAITING,
        setting="",
        outlier_in="",
        group=plan.groups[int(stays.group[stay])],
        locality=plan.localities[int(run.cohort.locality[person])] or "",
        route="",
        waiting_for=plan.settings[int(stays.wanted[stay])],
        task="",
        also_done=(),
        days_waited=day - float(stays.asked_at[stay]),
        days_there=None,
    )


def _inside(run: Run, stays: Stays, day: float, stay: int, progress: "_Progress") -> StatePerson:
    """Somebody in a setting, who still needs it or is ready to leave."""
    plan, person = run.plan, int(stays.person[stay])
    setting, wanted = int(stays.setting[stay]), int(stays.wanted[stay])
    came_at = float(stays.admitted_at[stay])
    if stays.came[stay] == RETURNED:  # to the right ward: they came when they came as outliers
        came_at = float(stays.admitted_at[stays.visit[stay]])
    route = _way_on(run, stays, stay)
    is_ready = bool(progress.ready_at[stay] <= day)
    way, task = "", ""
    also_done: tuple[str, ...] = ()
    days_waited: float | None = None
    expected_in: float | None = None
    days_there = day - came_at
    if is_ready:
        way = route.name
        arranged_at = float(stays.arranged_at[stay])
        if arranged_at > day and any(not each.is_hand_over for each in route.tasks):
            task, also_done = progress.reached(stays, stay, route)
            days_waited = day - float(progress.ready_at[stay])
        else:
            days_waited = day - max(min(arranged_at, day), float(progress.ready_at[stay]))
            also_done = progress.arranged(stays, stay, route)
        days_there = max(days_there - days_waited, 0.0)
    elif wanted in progress.planned_ahead:
        way = route.name
        expected_in = _expected_in(run, stays, stay, route, day)
        task, also_done = progress.done_ahead(stays, stay, route)
    return StatePerson(
        status=WAITING if is_ready else THERE,
        setting=plan.settings[wanted],
        outlier_in=plan.settings[setting] if setting != wanted else "",
        group=plan.groups[int(stays.group[stay])],
        locality=plan.localities[int(run.cohort.locality[person])] or "",
        route=way,
        waiting_for="",
        task=task,
        also_done=also_done,
        days_waited=days_waited,
        days_there=days_there,
        expected_in=expected_in,
    )


def _expected_in(run: Run, stays: Stays, stay: int, route: RoutePlan, day: float) -> float | None:
    """Days until the expected date as it is known to the teams; None where no task goes by it.

    For people who would be ready after the end of the run, at its end.
    """
    if not any(task.start == BEFORE_EXPECTED for task in route.tasks):
        return None
    if stays.came[stay] != RETURNED and stays.setting[stay] != stays.wanted[stay]:
        return None  # an outlier who may yet move
    error = run.cohort.date_error_days.get(int(stays.visit[stay]), 0.0)
    return min(float(stays.ready_at[stay]), run.end) + error - day


def _way_on(run: Run, stays: Stays, stay: int) -> RoutePlan:
    """The way on from a stay: for an outlier who is to move, that of the visit."""
    return run.plan.routes[int(run.cohort.visits.route[stays.visit[stay]])]


def _first_task(route: RoutePlan) -> str:
    return next((task.name for task in route.tasks if not task.is_hand_over), "")


def _is_planned_ahead(run: Run, setting: int) -> bool:
    """Whether people's way on from here is settled before they are ready: some tasks start then."""
    early = (AT_ADMISSION, BEFORE_EXPECTED)
    leaving = (route for route in run.plan.routes if route.from_setting == setting)
    return any(task.start in early for route in leaving for task in route.tasks)


Reached = tuple[str, tuple[str, ...]]
"""A task, and the later ones that are done already."""


@dataclass(frozen=True)
class _Progress:
    """How far everybody's way on has been arranged by one moment."""

    planned_ahead: frozenset[int]
    """The settings from which the way on is settled before people are ready."""
    ready_at: Floats
    """For each stay; for people who took another way, when they were first ready."""
    is_done: Bools
    """For each job of a process, whether it is done."""
    is_needed: Bools
    first_job: dict[int, int]
    """The first job of each visit."""
    plain: dict[int, str]
    """For each stay whose plain tasks are under way, the one that is."""

    @classmethod
    def of(cls, run: Run, stays: Stays, day: float) -> "_Progress":
        jobs = run.cohort.jobs
        visits, first = np.unique(jobs.visit, return_index=True)
        settings = range(len(run.plan.settings))
        return cls(
            frozenset(number for number in settings if _is_planned_ahead(run, number)),
            _first_ready(stays),
            _done_by(run, day),
            jobs.is_needed,
            dict(zip(visits.tolist(), first.tolist(), strict=True)),
            dict(_plain_tasks(run, stays, day)),
        )

    def reached(self, stays: Stays, stay: int, route: RoutePlan) -> Reached:
        """The first task of arranging that is not done, and those after it that are."""
        arrange = sum(not task.is_hand_over for task in route.tasks)
        if not route.has_process:
            return self.plain.get(stay, _first_task(route)), ()
        done, needed = self._of_visit(int(stays.visit[stay]), route)
        over = (done | ~needed)[:arrange]
        at = int(np.argmin(over)) if not over.all() else arrange - 1
        return route.tasks[at].name, _done_after(at, done, route)

    def arranged(self, stays: Stays, stay: int, route: RoutePlan) -> tuple[str, ...]:
        """The tasks of the hand-over that are done already, though the next place is not sure."""
        if not route.has_process or not route.tasks:
            return ()
        done, _ = self._of_visit(int(stays.visit[stay]), route)
        return _done_after(sum(not task.is_hand_over for task in route.tasks) - 1, done, route)

    def done_ahead(self, stays: Stays, stay: int, route: RoutePlan) -> Reached:
        """The first task that is not done for people not ready yet, and those done after it.

        Which tasks they will not need is known only when their turn comes, so none counts as done.
        """
        visit = int(stays.visit[stay])
        arrange = sum(not task.is_hand_over for task in route.tasks)
        if visit not in self.first_job or not arrange:
            return "", ()
        done, _ = self._of_visit(visit, route)
        at = int(np.argmin(done[:arrange])) if not done[:arrange].all() else arrange - 1
        return route.tasks[at].name if at else "", _done_after(at, done, route)

    def _of_visit(self, visit: int, route: RoutePlan) -> tuple[Bools, Bools]:
        """Which of the tasks of a visit's way on are done, and which are needed."""
        jobs = slice(self.first_job[visit], self.first_job[visit] + len(route.tasks))
        return self.is_done[jobs], self.is_needed[jobs]


def _done_after(at: int, done: Bools, route: RoutePlan) -> tuple[str, ...]:
    """The names of the tasks after one that are done,"""
    names = [task.name for task in route.tasks]
    return tuple(name for i, name in enumerate(names) if i > at and done[i])


def _first_ready(stays: Stays) -> Floats:
    """When each stay's person became ready; for one who took another way, in the stay before."""
    ready_at = stays.ready_at.copy()
    for row in np.flatnonzero(stays.goes_on):
        onward = int(stays.goes_on_in[row])
        if stays.came[onward] == REROUTED:
            ready_at[onward] = ready_at[row]
    return ready_at


def _done_by(run: Run, day: float) -> Bools:
    """Which jobs of processes are done at an instant.

    One that was sent back and is to be done again is not; nor is one that is being done again.
    """
    log, jobs = run.log.jobs, run.cohort.jobs
    n = len(jobs.visit)
    job = np.frombuffer(log.job, dtype=np.int32)
    due = np.frombuffer(log.due_at, dtype=np.float64) <= day
    done = np.frombuffer(log.done_at, dtype=np.float64) <= day
    times_done = np.bincount(job[done], minlength=n)
    times_due = np.bincount(job[due], minlength=n)
    returns = np.diff(jobs.first_again)
    is_done = (times_done > returns) & (times_done == times_due)
    return np.asarray(is_done | _done_before(run))


def _done_before(run: Run) -> Bools:
    """The jobs that were done already when the run started."""
    jobs, cohort = run.cohort.jobs, run.cohort
    if not len(jobs.visit) or not (cohort.starts != ARRIVES).any():
        return np.zeros(len(jobs.visit), dtype=np.bool_)
    person = cohort.visits.person[jobs.visit]
    is_first = cohort.first_visit[person] == jobs.visit
    new = np.concatenate(([True], jobs.visit[1:] != jobs.visit[:-1]))
    position = np.arange(len(new)) - np.flatnonzero(new)[np.cumsum(new) - 1]
    bits = np.where(position < 63, cohort.done[person] >> np.minimum(position, 62) & 1, 0)
    return np.asarray(is_first & (bits == 1))


def _plain_tasks(run: Run, stays: Stays, day: float) -> Iterator[tuple[int, str]]:
    """For each stay, the task of a plain transfer that is under way."""
    for times in tasks_of(run, stays):
        if not times.task.is_hand_over:
            under_way = (times.due_at <= day) & (times.done_at > day) & (times.stay >= 0)
            for stay in times.stay[under_way].tolist():
                yield stay, times.task.name
