"""Every delay cut into stretches: of whom, from when to when, for what reason, and who answers.

The stretches of one stay follow one another from ``ready_at`` to ``left_at``, without gap or
overlap, so that reasons add up to the delay, patient by patient.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.flow.log import EXCHANGED
from sim.flow.model import Run
from sim.measures.series import kept_out, next_setting
from sim.measures.stays import Floats, Ints, Stays, arranging_and_waiting
from sim.measures.tasks import reasons_of, tasks_of
from sim.patients.tasks import TaskPlan
from sim.place.words import Body

Part = Literal["process", "capacity", "hand-over"]


@dataclass(frozen=True)
class Cause:
    """What a stretch of delay is put down to."""

    reason: str
    body: Body
    part: Part
    step: str
    """The task, or what is waited for."""
    transfer: str = ""
    stands_in: bool = False


@dataclass(frozen=True)
class Stretches:
    """Stretches of delay, in columns of shape (stretches,)."""

    causes: tuple[Cause, ...]
    """Every cause that the plan could give, by number."""
    cause: Ints
    stay: Ints
    start: Floats
    end: Floats
    """Infinite where it is not over by the end of the run."""


Piece = tuple[Cause, Ints, Floats, Floats]


def stretches_of(run: Run, stays: Stays) -> Stretches:
    """All the delay of a run, cut into stretches."""
    causes: dict[Cause, int] = {}
    parts: list[tuple[Ints, Ints, Floats, Floats]] = []
    for cause, stay, start, end in _pieces(run, stays):
        number = causes.setdefault(cause, len(causes))
        real = ~(end <= start)  # what is not a number is kept, for the checks to find
        if real.any():
            n = int(real.sum())
            parts.append((np.full(n, number, dtype=np.int32), stay[real], start[real], end[real]))
    if not parts:
        none = np.zeros(0, dtype=np.int32)
        return Stretches(tuple(causes), none, none, np.zeros(0), np.zeros(0))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Stretches(tuple(causes), *columns)


def _pieces(run: Run, stays: Stays) -> Iterator[Piece]:
    for times in tasks_of(run, stays):
        left = stays.left_at[times.stay]
        start, end = np.minimum(times.due_at, left), np.minimum(times.done_at, left)
        yield _of_task(times.task), times.stay, start, end
    yield from _of_processes(run)
    yield from _waits(run, stays)
    yield from _exchanges(run, stays)


def _of_task(task: TaskPlan) -> Cause:
    part: Part = "hand-over" if task.is_hand_over else "process"
    transfer = task.stream.split("/")[1]
    return Cause(task.reason, task.body, part, task.name, transfer, task.stands_in)


def _of_processes(run: Run) -> Iterator[Piece]:
    """The stretches that processes have logged, by task; one still open has no end yet."""
    if not run.plan.tasks:
        return
    rows = reasons_of(run)
    end = np.where(rows.end >= run.end, np.inf, rows.end)
    order = np.argsort(rows.task, kind="stable")
    bounds = np.searchsorted(rows.task[order], np.arange(len(run.plan.tasks) + 1))
    for number, task in enumerate(run.plan.tasks):
        mine = order[bounds[number] : bounds[number + 1]]
        yield _of_task(task), rows.stay[mine], rows.start[mine], end[mine]


def _waits(run: Run, stays: Stays) -> Iterator[Piece]:
    """Waiting for a space: capacity, or the admission hours of a setting with a space free."""
    arranged, placed = arranging_and_waiting(stays)
    to = next_setting(run, stays)
    waits = (to >= 0) & (arranged < placed)
    out, out_from, out_to = kept_out(run, stays)
    order = np.lexsort((out_from, out))
    out, out_from, out_to = out[order], out_from[order], out_to[order]
    for route in run.plan.routes:
        if route.to >= len(run.plan.settings):
            continue
        mine = np.flatnonzero(waits & (stays.route == route.number))
        name = run.plan.settings[route.to]
        full = Cause(route.capacity_reason, route.capacity_body, "capacity", f"no space in {name}")
        if run.open_hours[route.to] is None:
            yield full, mine, arranged[mine], placed[mine]
            continue
        hours = _hours(route.capacity_body, name)
        here = np.isin(out, mine)
        stay, start, end = _between(
            mine, arranged[mine], placed[mine], out[here], out_from[here], out_to[here]
        )
        yield full, stay, start, end
        yield hours, out[here], out_from[here], out_to[here]


def _between(
    stay: Ints, start: Floats, end: Floats, cut: Ints, cut_from: Floats, cut_to: Floats
) -> tuple[Ints, Floats, Floats]:
    """What is left of each stay's interval when the cuts within it, in order, are taken out."""
    rows = np.concatenate((stay, cut))
    begin = np.concatenate((start, cut_to))
    # Each piece runs from the start, or the end of a cut, to the next cut or the end.
    order = np.lexsort((begin, np.concatenate((np.zeros(len(stay)), np.ones(len(cut)))), rows))
    rows, begin = rows[order], begin[order]
    ends = np.concatenate((cut_from, end))
    last = np.concatenate((np.zeros(len(cut)), np.ones(len(stay))))
    order = np.lexsort((ends, last, np.concatenate((cut, stay))))
    return rows, begin, ends[order]


def _hours(body: Body, name: str) -> Cause:
    return Cause("admission-hours", body, "process", f"{name} is not admitting")


def _exchanges(run: Run, stays: Stays) -> Iterator[Piece]:
    """The hand-over in a ring: one's own where it is plain, then that of somebody else."""
    mine = stays.next_stay >= 0
    mine[mine] = stays.came[stays.next_stay[mine]] == EXCHANGED
    if not mine.any():
        return
    process = np.array([route.has_process for route in run.plan.routes])
    plain = mine & ~process[stays.route]
    rows = np.flatnonzero(plain)
    own = stays.next_placed_at[rows] + run.cohort.visits.hand_over_days[stays.visit[rows]]
    cause = Cause("unspecified", "both", "hand-over", "others' hand-over in a ring")
    yield cause, rows, own, stays.left_at[rows]
    rows = np.flatnonzero(mine & process[stays.route])
    if len(rows):
        log = reasons_of(run)
        done = stays.next_placed_at.copy()
        np.maximum.at(done, log.stay, log.end)
        yield cause, rows, done[rows], stays.left_at[rows]
