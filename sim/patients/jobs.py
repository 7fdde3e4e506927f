"""Jobs: each time that a person needs a task of a process, with all that chance decides of it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.patients.plan import Plan, RoutePlan
from sim.patients.streams import Keys, named_key, uniforms
from sim.patients.tasks import TaskPlan

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

MAX_RETURNS = 20
"""More returns of one referral than this are not drawn."""


@dataclass(frozen=True)
class Jobs:
    """One row for each task of each visit whose way on has a process; shape (jobs,).

    The jobs of a visit follow one another in the order of the transfer. Work that is done again
    after a return has a row in the second table, those of a job one after another.
    """

    visit: Ints
    task: Ints
    """The task's number in the plan."""
    is_needed: NDArray[np.bool_]
    days: Floats
    """Time that passes, or working time; 0 for a panel's decision."""
    first_again: Ints
    """The first row of the second table; shape (jobs + 1,)."""
    earlier_days: Floats
    """Time for the earlier task that a return asks for again; shape (returns,)."""
    own_days: Floats
    """Time for the task itself after that; shape (returns,)."""


@dataclass
class JobDraws:
    """Jobs as they are drawn, route by route."""

    parts: list[tuple[Ints, Ints, NDArray[np.bool_], Floats, Ints]] = field(default_factory=list)
    """(visit row, task, needed, days, returns)."""
    again: list[tuple[Ints, Ints, int, Floats, Floats]] = field(default_factory=list)
    """(visit row, task, attempt, days of the earlier task, days of its own)."""

    def draw(
        self,
        route: RoutePlan,
        plan: Plan,
        group: Ints,
        covered: Ints,
        keys: Keys,
        visit: Ints,
        rows: Ints,
    ) -> None:
        """The jobs of these visits, which all take one route.

        Each person has the version of a task that belongs to the levers which cover them.
        """
        for each in route.tasks:
            for task, mine in each.by_version(covered):
                self._draw_one(
                    route, plan, task, group[mine], covered[mine], keys[mine], visit[mine],
                    rows[mine],
                )  # fmt: skip

    def _draw_one(
        self,
        route: RoutePlan,
        plan: Plan,
        task: TaskPlan,
        group: Ints,
        covered: Ints,
        keys: Keys,
        visit: Ints,
        rows: Ints,
    ) -> None:
        """The jobs of one version of a task."""
        needed = _needed(task, plan, group, keys, visit)
        days = _days(task, keys, visit)
        returns = np.zeros(len(rows), dtype=np.int32)
        if task.returned:
            u = uniforms(keys, named_key("returned", task.stream), visit)
            times = np.floor(np.log(u) / np.log(task.returned))
            returns = np.where(needed, np.minimum(times, MAX_RETURNS), 0).astype(np.int32)
            for earlier, mine in route.tasks[task.returns_to].by_version(covered):
                self._draw_again(task, earlier, keys[mine], visit[mine], rows[mine], returns[mine])
        number = np.full(len(rows), task.number, dtype=np.int32)
        self.parts.append((rows, number, needed, days, returns))

    def _draw_again(
        self, task: TaskPlan, earlier: TaskPlan, keys: Keys, visit: Ints, rows: Ints, returns: Ints
    ) -> None:
        """The work that each return brings."""
        for attempt in range(1, int(returns.max(initial=0)) + 1):
            mine = np.flatnonzero(returns >= attempt)
            stream = f"{task.stream}/again {attempt}"
            own = _days(task, keys[mine], visit[mine], f"{stream}/own") * task.repeats
            before = _days(earlier, keys[mine], visit[mine], f"{stream}/earlier") * task.repeats
            number = np.full(len(mine), task.number, dtype=np.int32)
            self.again.append((rows[mine], number, attempt, before, own))

    def in_order(self, place_of: Ints) -> Jobs:
        """The jobs in the order of visits as they stand after sorting."""
        if not self.parts:
            none, empty, start = np.zeros(0, np.int32), np.zeros(0), np.zeros(1, np.int32)
            return Jobs(none, none, np.zeros(0, np.bool_), empty, start, empty, empty)
        visit = place_of[np.concatenate([part[0] for part in self.parts])]
        task, needed, days, returns = (
            np.concatenate([part[i] for part in self.parts]) for i in range(1, 5)
        )
        order = np.lexsort((task, visit))
        first_again = np.concatenate(([0], np.cumsum(returns[order]))).astype(np.int32)
        earlier, own = self._again_in_order(place_of)
        return Jobs(
            visit[order], task[order], needed[order], days[order], first_again, earlier, own
        )

    def _again_in_order(self, place_of: Ints) -> tuple[Floats, Floats]:
        if not self.again:
            return np.zeros(0), np.zeros(0)
        visit = place_of[np.concatenate([part[0] for part in self.again])]
        task = np.concatenate([part[1] for part in self.again])
        attempt = np.concatenate([np.full(len(part[0]), part[2]) for part in self.again])
        order = np.lexsort((attempt, task, visit))
        earlier = np.concatenate([part[3] for part in self.again])[order]
        return earlier, np.concatenate([part[4] for part in self.again])[order]


def _needed(task: TaskPlan, plan: Plan, group: Ints, keys: Keys, visit: Ints) -> NDArray[np.bool_]:
    """Who needs the task: by group, by chance, and where no earlier assessment is trusted."""
    needed = np.ones(len(keys), dtype=np.bool_)
    if task.only_for:
        needed &= np.isin(group, [plan.groups.index(name) for name in task.only_for])
    if task.prob < 1:
        needed &= uniforms(keys, named_key("needed", task.stream), visit) < task.prob
    if task.trusted:
        needed &= uniforms(keys, named_key("trusted", task.stream), visit) >= task.trusted
    return needed


def _days(task: TaskPlan, keys: Keys, visit: Ints, stream: str | None = None) -> Floats:
    if task.days is None:
        return np.zeros(len(keys))
    return task.days(uniforms(keys, named_key("task", stream or task.stream), visit))
