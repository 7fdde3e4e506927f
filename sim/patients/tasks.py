"""The tasks of a transfer as the cohort draws them and the model runs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from sim.patients.distributions import InverseCdf, inverse_cdf
from sim.place.fields import in_locality
from sim.place.reasons import REASONS
from sim.place.schema import Place
from sim.place.tasks import Task
from sim.place.words import Body

Ints = NDArray[np.signedinteger]

AT_ADMISSION, BEFORE_EXPECTED, WHEN_READY, AFTER_OTHERS, WHEN_PLACED = range(5)
"""When a task may start at the earliest: the last, once the next place is sure."""


@dataclass(frozen=True)
class TaskPlan:
    """A task of a transfer: its name, its time, and whom the delay is put down to."""

    name: str
    stream: str
    key: str
    """Its stream; for people covered by levers, with the number of their variant."""
    is_hand_over: bool
    days: InverseCdf | None
    """The time that passes, or the team's working time; None for a panel's decision."""
    reason: str
    body: Body
    stands_in: bool = False
    number: int = -1
    """Its number among the tasks of processes; -1 in a plain transfer."""
    team: int = -1
    """The number of its team; -1 where time just passes."""
    after: tuple[int, ...] = ()
    """The tasks that come before it, by their place in the transfer."""
    start: int = AFTER_OTHERS
    start_days: float = 0.0
    """Days before the expected date."""
    only_for: tuple[str, ...] = ()
    prob: float = 1.0
    trusted: float = 0.0
    returned: float = 0.0
    returns_to: int = -1
    """The task that is done again after a return, by its place in the transfer."""
    repeats: float = 1.0
    valid_days: float = inf
    levers: tuple[int, ...] = ()
    """The numbers of the levers that cover some people and change this task."""
    changed: tuple["TaskPlan", ...] = ()
    """The task as each set of those leaves it, but for none of them; see ``sets_of``."""

    @property
    def versions(self) -> tuple["TaskPlan", ...]:
        """The task as each set of its levers leaves it, none first."""
        return (self, *self.changed)

    def by_version(self, covered: Ints) -> Iterator[tuple["TaskPlan", Ints | slice]]:
        """Each version of the task, with which of these people it is for.

        ``covered`` has a bit for each lever that covers the person.
        """
        if not self.levers:
            yield self, slice(None)
            return
        index = np.zeros(len(covered), dtype=np.int64)
        for i, lever in enumerate(self.levers):
            index += (covered >> lever & 1) << i
        for number in np.unique(index).tolist():
            yield self.versions[number], np.flatnonzero(index == number)


def tasks_of_transfer(
    place: Place,
    variant: int,
    setting: str,
    name: str,
    locality: str | None,
    teams: dict[str, int],
) -> tuple[TaskPlan, ...]:
    """The tasks of a transfer from a setting, each with streams of its own; no numbers yet."""
    transfer = place.transfers[name]
    made: list[TaskPlan] = []
    for kind, tasks in (("arrange", transfer.arrange), ("hand over", transfer.hand_over)):
        seen: dict[str, int] = {}
        begin = len(made)
        for i, task in enumerate(tasks):
            seen[task.task] = seen.get(task.task, 0) + 1
            stream = "/".join((setting, name, kind, task.task, str(seen[task.task])))
            made.append(_task(place, variant, task, stream, kind, i, begin, tasks, locality, teams))
    return tuple(made)


def _task(
    place: Place,
    variant: int,
    task: Task,
    stream: str,
    kind: str,
    position: int,
    begin: int,
    tasks: tuple[Task, ...],
    locality: str | None,
    teams: dict[str, int],
) -> TaskPlan:
    team = in_locality(task.team, locality)
    length = task.takes or task.works_for
    names = [each.task for each in tasks]
    before: tuple[int, ...] = (position - 1,) if position else ()
    if task.after is not None:
        before = tuple(names.index(other) for other in task.after)
    start, start_days = _start(task, bool(before), kind == "hand over")
    returns_to = position - 1
    if task.returns_to is not None:
        returns_to = names.index(task.returns_to)
    return TaskPlan(
        name=task.task,
        stream=stream,
        key=f"{stream}/variant {variant}" if variant else stream,
        is_hand_over=kind == "hand over",
        days=inverse_cdf(length) if length else None,
        reason=task.reason,
        body=task.body or _body(place, team) or REASONS[task.reason].body,
        stands_in=task.stands_in,
        team=teams[team] if team is not None else -1,
        after=tuple(begin + other for other in before),
        start=start,
        start_days=start_days,
        only_for=task.only_for,
        prob=task.prob.value,
        trusted=task.trusted.value,
        returned=task.returned.value,
        returns_to=begin + returns_to if task.returned.value else -1,
        repeats=task.repeats.value,
        valid_days=task.valid_for.days if task.valid_for else inf,
    )


def _body(place: Place, team: str | None) -> Body | None:
    """The body that runs the team, if it says."""
    organisation = place.teams[team].organisation if team else None
    return place.body_of_organisation(organisation) if organisation else None


def _start(task: Task, has_before: bool, is_hand_over: bool) -> tuple[int, float]:
    if task.starts is None:
        if is_hand_over:
            return WHEN_PLACED, 0.0
        return (AFTER_OTHERS if has_before else WHEN_READY), 0.0
    if task.starts.before_expected is not None:
        return BEFORE_EXPECTED, task.starts.before_expected.days
    return (AT_ADMISSION if task.starts.rule == "at admission" else WHEN_READY), 0.0
