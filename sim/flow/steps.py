"""The steps that one person needs of a transfer: its tasks without those that nobody needs.

Most transfers have tasks that only some people need. A task that is not needed is over as soon as
it could start, so it can be left out beforehand: those after it come after what was before it, and
may start no sooner than it could. People who need the same tasks share one table of steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sim.patients.tasks import AFTER_OTHERS, AT_ADMISSION, BEFORE_EXPECTED, TaskPlan


@dataclass(frozen=True)
class Steps:
    """The tasks that are needed, in the order of the transfer; columns of shape (steps,)."""

    tasks: tuple[TaskPlan, ...]
    """Each with the start that holds for it; ``after`` and ``returns_to`` are of the transfer."""
    positions: tuple[int, ...]
    """The place of each in the transfer."""
    before: tuple[int, ...]
    """How many steps come before each."""
    followers: tuple[tuple[int, ...], ...]
    """The steps that come after each."""
    returns_to: tuple[int, ...]
    """The step that is done again when one goes back; -1 where that one is not needed."""
    needs_opening: tuple[bool, ...]
    """Whether each has a time of its own before which it may not start."""
    early: tuple[int, ...]
    """Those that may start before the person is ready, by the calendar."""
    goes_stale: tuple[int, ...]
    """Those that hold only for so long."""
    arranging: int
    """How many of the steps are before the next place is asked for."""


def steps_needed(tasks: tuple[TaskPlan, ...], is_needed: bytes) -> Steps:
    """The steps of somebody who needs some of a transfer's tasks."""
    after = [set(task.after) for task in tasks]
    plans = list(tasks)
    for gone in range(len(tasks)):
        if is_needed[gone]:
            continue
        for other in range(len(tasks)):
            if gone in after[other]:
                after[other] = (after[other] - {gone}) | after[gone]
                plans[other] = _no_sooner(plans[other], plans[gone])
    positions = tuple(i for i, needed in enumerate(is_needed) if needed)
    step_of = {position: step for step, position in enumerate(positions)}
    followers = tuple(
        tuple(step_of[other] for other in positions if position in after[other])
        for position in positions
    )
    kept = tuple(plans[position] for position in positions)
    return Steps(
        kept,
        positions,
        tuple(len(after[position]) for position in positions),
        followers,
        tuple(step_of.get(task.returns_to, -1) for task in kept),
        tuple(task.start != AFTER_OTHERS for task in kept),
        tuple(i for i, task in enumerate(kept) if task.start in (AT_ADMISSION, BEFORE_EXPECTED)),
        tuple(i for i, task in enumerate(kept) if task.valid_days < math.inf),
        sum(not task.is_hand_over for task in kept),
    )


def _no_sooner(task: TaskPlan, gone: TaskPlan) -> TaskPlan:
    """A task with the later of its own time to start and that of one before it."""
    own = -1 if task.start == AFTER_OTHERS else task.start
    other = -1 if gone.start == AFTER_OTHERS else gone.start
    if own == other == BEFORE_EXPECTED:
        return replace(task, start_days=min(task.start_days, gone.start_days))
    return replace(task, start=gone.start, start_days=gone.start_days) if other > own else task
