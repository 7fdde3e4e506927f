"""The tasks of a run: when each was due, started and done, from the log and the cohort.

In a plain transfer a task takes an elapsed time and waits for nobody, so it starts when it is due:
the first when the person is ready, each other when the one before is done; those of the hand-over
once the next place is sure. In a process the log says when each was due, started and done.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.model import Run
from sim.measures.stays import Bools, Floats, Ints, Stays
from sim.patients.tasks import TaskPlan


@dataclass(frozen=True)
class TaskTimes:
    """All the times that one task of one plain transfer was wanted; columns of shape (times,)."""

    task: TaskPlan
    stay: Ints
    due_at: Floats
    done_at: Floats


@dataclass(frozen=True)
class JobTimes:
    """Every time that a task of a process was wanted, in columns of shape (times,)."""

    task: Ints
    """The task's number in the plan."""
    stay: Ints
    team: Ints
    """The team that it is for; -1 where time just passes."""
    sent_by: Ints
    """The team that it came from; -1 for none."""
    attempt: Ints
    due_at: Floats
    started_at: Floats
    done_at: Floats
    dropped_at: Floats

    @property
    def is_hand_off(self) -> Bools:
        """Those that one team passed to another."""
        return np.asarray((self.team >= 0) & (self.sent_by >= 0) & (self.team != self.sent_by))


@dataclass(frozen=True)
class ReasonStretches:
    """Stretches of delay put down to one task of a process, in columns of shape (stretches,)."""

    task: Ints
    stay: Ints
    start: Floats
    end: Floats


def tasks_of(run: Run, stays: Stays) -> Iterator[TaskTimes]:
    """The tasks of plain transfers, one after another, in the order in which they are done."""
    visits = run.cohort.visits
    leading_stay = _leading_stay(run, stays)
    arranged = np.zeros(len(visits.person))
    handed_over = np.zeros(len(visits.person))
    for task in unique_tasks(run):
        if task.key not in run.cohort.task_days:
            continue
        visit, days = run.cohort.task_days[task.key]
        stay = leading_stay[visit]
        spent = handed_over if task.is_hand_over else arranged
        begin = stays.next_placed_at if task.is_hand_over else stays.ready_at
        due_at = begin[stay] + spent[visit]
        spent[visit] += days
        yield TaskTimes(task, stay, due_at, begin[stay] + spent[visit])


def _leading_stay(run: Run, stays: Stays) -> Ints:
    """The stay of each visit from which its way on leads."""
    leading_stay = np.full(len(run.cohort.visits.person), -1, dtype=np.int32)
    leads_on = np.flatnonzero(stays.route >= 0)
    leading_stay[stays.visit[leads_on]] = leads_on
    return leading_stay


def unique_tasks(run: Run) -> list[TaskPlan]:
    """Each task of a plain transfer once, in plan order."""
    plain = (route for route in run.plan.routes if not route.has_process)
    by_key = {task.key: task for route in plain for each in route.tasks for task in each.versions}
    return list(by_key.values())


def jobs_of(run: Run, stays: Stays) -> JobTimes:
    """The tasks of processes as they came due, were begun and done."""
    log, jobs = run.log.jobs, run.cohort.jobs
    job = np.frombuffer(log.job, dtype=np.int32)
    task = jobs.task[job]
    teams = np.array([each.team for each in run.plan.tasks] + [-1], dtype=np.int32)
    return JobTimes(
        task=task,
        stay=_leading_stay(run, stays)[jobs.visit[job]],
        team=teams[task],
        sent_by=np.frombuffer(log.sent_by, dtype=np.int32),
        attempt=np.frombuffer(log.attempt, dtype=np.int32),
        due_at=np.frombuffer(log.due_at, dtype=np.float64),
        started_at=np.frombuffer(log.started_at, dtype=np.float64),
        done_at=np.frombuffer(log.done_at, dtype=np.float64),
        dropped_at=np.frombuffer(log.dropped_at, dtype=np.float64),
    )


def reasons_of(run: Run) -> ReasonStretches:
    """The stretches of delay that processes put down to their tasks."""
    log = run.log.reasons
    return ReasonStretches(
        task=np.frombuffer(log.task, dtype=np.int32),
        stay=np.frombuffer(log.stay, dtype=np.int32),
        start=np.frombuffer(log.start, dtype=np.float64),
        end=np.frombuffer(log.end, dtype=np.float64),
    )
