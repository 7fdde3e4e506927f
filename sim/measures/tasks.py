"""The tasks of a run: when each was due, started and done, from the log and the cohort.

In this version a task takes an elapsed time and waits for nobody, so it starts when it is due:
the first when the person is ready, each other when the one before is done; those of the hand-over
once the next place is sure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.flow.model import Run
from sim.measures.stays import Floats, Ints, Stays
from sim.patients.plan import TaskPlan


@dataclass(frozen=True)
class TaskTimes:
    """All the times that one task of one transfer was wanted; columns of shape (times,)."""

    task: TaskPlan
    stay: Ints
    due_at: Floats
    done_at: Floats


def tasks_of(run: Run, stays: Stays) -> Iterator[TaskTimes]:
    """The tasks, transfer by transfer, in the order in which they are done."""
    visits = run.cohort.visits
    leading_stay = np.full(len(visits.person), -1, dtype=np.int32)
    leads_on = np.flatnonzero(stays.route >= 0)
    leading_stay[stays.visit[leads_on]] = leads_on
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


def unique_tasks(run: Run) -> list[TaskPlan]:
    """Each task of the plan once, in plan order."""
    by_key = {task.key: task for route in run.plan.routes for task in route.tasks}
    return list(by_key.values())
