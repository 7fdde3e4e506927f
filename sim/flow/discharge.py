"""The discharge process of one person: tasks that come due, are worked on, go back, and are done.

It begins when the person comes into the setting. Some tasks start then, some ahead of the expected
ready date, most when the person is ready. What was done too early goes stale and is done again.
When everything is arranged the person asks for the next place; once that is sure, the tasks of the
hand-over are done. At each moment past the ready date the reason is that of the first task in the
list that is not done.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.flow.log import NOT_YET
from sim.flow.team import Case
from sim.patients.tasks import BEFORE_EXPECTED, WHEN_PLACED

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.flow.clock import Journey
    from sim.flow.model import Model
    from sim.flow.steps import Steps

NOT_DUE, UNDER_WAY, DONE = range(3)
PLANNING, ARRANGING, ARRANGED, HANDING_OVER, FINISHED = range(5)
NOBODY = -1
"""Stands for the team of a task that nobody sent on."""


class Process:
    """The steps of one visit's way on, while the clock runs.

    ``begin``, ``ready`` and ``placed`` are told by the journey; ``finish`` by a team, or by time.
    """

    __slots__ = (
        "again", "attempt", "awaited", "cases", "days", "done_at", "due_at", "first", "fresh",
        "is_ready", "left", "me", "model", "opened", "phase", "reason", "redone_for", "released",
        "sent_by", "since", "state", "stay", "steps", "tasks", "visit",
    )  # fmt: skip

    def __init__(self, model: Model, me: Journey, visit: int, stay: int, steps: Steps) -> None:
        jobs, n = model.jobs, len(steps.positions)
        self.model, self.me, self.visit, self.stay, self.steps = model, me, visit, stay, steps
        self.tasks = steps.tasks
        self.first = first = jobs.first[visit]
        """The job of the transfer's first task."""
        self.days = [jobs.days[first + position] for position in steps.positions]
        self.again = [jobs.first_again[first + position] for position in steps.positions]
        """For each step, the next of its returns that are still to come."""
        self.state = [NOT_DUE] * n
        self.left = list(steps.before)
        """How many of the steps before each are not done."""
        self.released = [False] * n
        """Whether those after each may go on: it has been done, and goes back no more."""
        self.opened = [not opening for opening in steps.needs_opening]
        """Whether its own time to start has come."""
        self.fresh: list[int] = []
        """Steps that may be able to start now."""
        self.due_at = [0.0] * n
        self.done_at = [0.0] * n
        self.attempt = [0] * n
        self.sent_by = [NOBODY] * n
        """The team from which the step came."""
        self.redone_for: dict[int, list[int]] = {}
        """For each step, those that were sent back to it, and wait for it to be done."""
        self.cases: dict[int, Case] = {}
        self.phase = PLANNING
        self.is_ready = False
        self.reason = NOBODY
        """The step that the delay is put down to now."""
        self.since = 0.0
        self.awaited: Callable[[], None] | None = None
        """What to do when the phase is over, if somebody waits for that."""

    def begin(self, expected_at: float, done: int = 0) -> None:
        """The person has come in, or is found there with some tasks done: a bit for each."""
        now, end = self.model.env._now, self.model.env.end
        if done:
            for step, position in enumerate(self.steps.positions):
                if done >> position & 1:
                    self.state[step] = DONE
                    self._release(step)
        for step in self.steps.early:
            opens_at = now
            if self.tasks[step].start == BEFORE_EXPECTED:
                opens_at = expected_at - self.tasks[step].start_days
            if opens_at <= now:
                self.opened[step] = True
            elif opens_at < end:
                self.model.env.call_at(opens_at, self._open, step)
        self.fresh = [step for step, opened in enumerate(self.opened) if opened]
        self._start_fresh()

    def take_over(self, old: Process) -> None:
        """What was arranged before still holds: the same tasks, done in an earlier process."""
        done_at = dict(zip(old.steps.positions, old.done_at, strict=True))
        done = {
            position
            for position, state in zip(old.steps.positions, old.state, strict=True)
            if state == DONE
        }
        for step, position in enumerate(self.steps.positions):
            if position in done and not self.tasks[step].is_hand_over:
                self.state[step], self.done_at[step] = DONE, done_at[position]
                self._release(step)

    def ready(self, ready_at: float) -> bool:
        """The person is ready to leave; whether everything is arranged already.

        Who was ready before the run began has waited, since then, for the task that comes next.
        """
        self.is_ready, self.phase, self.since = True, ARRANGING, min(ready_at, self.model.env._now)
        for case in self.cases.values():
            self.model.teams[self.tasks[case.step].team].promote(case)
        for step, task in enumerate(self.tasks):
            if not self.opened[step] and task.start != WHEN_PLACED:
                self.opened[step] = True
                self.fresh.append(step)
        self._repeat_stale(hand_over=False)
        self._start_fresh()
        return self._look()

    def placed(self) -> bool:
        """The next place is sure; whether the hand-over is done already."""
        self.phase, self.since = HANDING_OVER, self.model.env._now
        for step, opened in enumerate(self.opened):
            if not opened:
                self.opened[step] = True
                self.fresh.append(step)
        self._repeat_stale(hand_over=True)
        self._start_fresh()
        return self._look()

    def wait(self, then: Callable[[], None]) -> None:
        """Do this when the phase is over."""
        self.awaited = then

    def finish(self, step: int) -> None:
        """A step's time or work is over: it is done, or it goes back."""
        if self.phase == FINISHED:
            return
        self._finish(step)
        self._start_fresh()
        self._look()

    def cancel(self) -> None:
        """Nothing of this is wanted any longer; the steps under way are dropped."""
        self._put_down_to(NOBODY)
        for step, state in enumerate(self.state):
            if state == UNDER_WAY:
                case = self.cases.pop(step, None)
                if case is not None:
                    self.model.teams[self.tasks[step].team].drop(case)
                self._note_unfinished(step, case, self.model.env._now)
                self.state[step] = NOT_DUE
        self._is_over()

    def close_books(self, end: float) -> None:
        """Note what is still under way at the end of the run."""
        if self.reason != NOBODY and end > self.since:
            self.model.log.reasons.add(self.stay, self.tasks[self.reason].number, self.since, end)
        for step, state in enumerate(self.state):
            if state == UNDER_WAY:
                self._note_unfinished(step, self.cases.get(step), math.inf)

    def _note_unfinished(self, step: int, case: Case | None, dropped_at: float) -> None:
        started_at = case.started_at if case is not None else self.due_at[step]
        self.model.log.jobs.add(
            self.first + self.steps.positions[step], self.attempt[step], self.sent_by[step],
            self.due_at[step], started_at, NOT_YET, dropped_at,
        )  # fmt: skip

    def _open(self, step: int) -> None:
        """A step's own time to start has come."""
        if self.phase != FINISHED and not self.opened[step]:
            self.opened[step] = True
            self.fresh.append(step)
            self._start_fresh()
            self._look()

    def _start_fresh(self) -> None:
        """Start every step that may start now, those first in the list first."""
        fresh = self.fresh
        while fresh:
            step = min(fresh) if len(fresh) > 1 else fresh[0]
            fresh.remove(step)
            if self.state[step] == NOT_DUE and self.opened[step] and not self.left[step]:
                self._start(step)

    def _start(self, step: int) -> None:
        env, task = self.model.env, self.tasks[step]
        now = env._now
        self.state[step] = UNDER_WAY
        self.due_at[step] = now
        days = self.days[step]
        if task.team >= 0:
            case = self.cases[step] = Case(self, step, days, now)
            self.model.teams[task.team].ask(case)
        elif not days:
            self._finish(step)
        elif now + days < env.end:
            env.call_at(now + days, self._time_is_over, step, self.attempt[step])

    def _time_is_over(self, step: int, attempt: int) -> None:
        if self.state[step] == UNDER_WAY and self.attempt[step] == attempt:
            self.finish(step)

    def _finish(self, step: int) -> None:
        """Note that a step is done, and let those after it go on; or send it back."""
        model, now = self.model, self.model.env._now
        case = self.cases.pop(step, None)
        job = self.first + self.steps.positions[step]
        model.log.jobs.add(
            job, self.attempt[step], self.sent_by[step], self.due_at[step],
            case.started_at if case is not None else self.due_at[step], now,
        )  # fmt: skip
        self.state[step], self.done_at[step] = DONE, now
        self.attempt[step] += 1
        for other in self.redone_for.pop(step, ()):
            self._let_go_on(step, other)
        if self.released[step]:
            return
        if self.again[step] < model.jobs.first_again[job + 1]:
            self._send_back(step, self.steps.returns_to[step])
        else:
            self._release(step)

    def _send_back(self, step: int, earlier: int) -> None:
        """More information is asked for: the earlier step is done again, then this one."""
        jobs, again = self.model.jobs, self.again[step]
        self.again[step] += 1
        self.state[step] = NOT_DUE
        self.days[step] = jobs.own_days[again]
        self.fresh.append(step)
        if earlier < 0:
            return
        self.left[step] += 1
        self.redone_for.setdefault(earlier, []).append(step)
        if self.state[earlier] == DONE:
            self.state[earlier] = NOT_DUE
            self.days[earlier] = jobs.earlier_days[again]
            self.fresh.append(earlier)
            self._sent(step, earlier)

    def _release(self, step: int) -> None:
        """Let the steps after this one go on."""
        self.released[step] = True
        for other in self.steps.followers[step]:
            self._let_go_on(step, other)

    def _let_go_on(self, step: int, other: int) -> None:
        """One fewer of the steps before another is still to be done."""
        self.left[other] -= 1
        self.fresh.append(other)
        self._sent(step, other)

    def _sent(self, step: int, other: int) -> None:
        """Note which team another step comes from; one that no team does passes it on."""
        team = self.tasks[step].team
        self.sent_by[other] = team if team >= 0 else self.sent_by[step]

    def _repeat_stale(self, *, hand_over: bool) -> None:
        """What was done too long ago holds no longer."""
        now = self.model.env._now
        for step in self.steps.goes_stale:
            task = self.tasks[step]
            if (
                self.state[step] == DONE
                and task.is_hand_over is hand_over
                and self.attempt[step]
                and now - self.done_at[step] > task.valid_days
            ):
                self.state[step] = NOT_DUE
                self.fresh.append(step)

    def _look(self) -> bool:
        """See which step the delay is put down to now; whether the phase is over."""
        if self.phase == ARRANGING:
            first, last, after = 0, self.steps.arranging, ARRANGED
        elif self.phase == HANDING_OVER:
            first, last, after = self.steps.arranging, len(self.state), FINISHED
        else:
            return False
        for step in range(first, last):
            if self.state[step] != DONE:
                self._put_down_to(step)
                return False
        self._put_down_to(NOBODY)
        self.phase = after
        if after == FINISHED:
            self._is_over()
        then, self.awaited = self.awaited, None
        if then is not None:
            then()
        return True

    def _is_over(self) -> None:
        """The person has left, or goes another way: nothing of this is noted any longer."""
        self.phase = FINISHED
        del self.model.processes[self]

    def _put_down_to(self, step: int) -> None:
        """From now on the delay has the reason of this step."""
        if step == self.reason:
            return
        now = self.model.env._now
        if self.reason != NOBODY:  # else it counts from the beginning of the phase
            if now > self.since:
                task = self.tasks[self.reason].number
                self.model.log.reasons.add(self.stay, task, self.since, now)
            self.since = now
        self.reason = step
