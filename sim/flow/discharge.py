"""The discharge process of one person: tasks that come due, are worked on, go back, and are done.

It begins when the person comes into the setting. Some tasks start then, some ahead of the expected
ready date, most when the person is ready. What was done too early goes stale and is done again.
When everything is arranged the person asks for the next place; once that is sure, the tasks of the
hand-over are done. At each moment past the ready date the reason is that of the first task in the
list that is not done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.flow.team import Case
from sim.patients.tasks import AFTER_OTHERS, AT_ADMISSION, BEFORE_EXPECTED, WHEN_PLACED, TaskPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.flow.clock import Journey
    from sim.flow.model import Model

NOT_DUE, UNDER_WAY, DONE = range(3)
PLANNING, ARRANGING, ARRANGED, HANDING_OVER, FINISHED = range(5)
NOBODY = -1
"""Stands for the team of a task that nobody sent on."""


class Process:
    """The tasks of one visit's way on, while the clock runs.

    ``begin``, ``ready`` and ``placed`` are told by the journey; ``finish`` by a team, or by time.
    """

    __slots__ = (
        "again", "attempt", "awaited", "cases", "days", "done_at", "due_at", "first", "is_ready",
        "left", "me", "model", "needed", "opened", "phase", "reason", "redone_for", "released",
        "sent_by", "since", "state", "stay", "tasks", "visit",
    )  # fmt: skip

    def __init__(
        self, model: Model, me: Journey, visit: int, stay: int, tasks: tuple[TaskPlan, ...]
    ) -> None:
        jobs = model.jobs
        n = len(tasks)
        self.model, self.me, self.visit, self.stay, self.tasks = model, me, visit, stay, tasks
        self.first = first = jobs.first[visit]
        """The job of the first task."""
        self.needed = jobs.is_needed[first : first + n]
        self.days = jobs.days[first : first + n]
        self.again = list(jobs.first_again[first : first + n])
        """For each task, the next of its returns that are still to come."""
        self.state = [NOT_DUE] * n
        self.left = [len(task.after) for task in tasks]
        """How many of the tasks before each are not done."""
        self.released = [False] * n
        """Whether those after each may go on: it has been done, and goes back no more."""
        self.opened = [task.start == AFTER_OTHERS for task in tasks]
        """Whether its own time to start has come."""
        self.due_at = [0.0] * n
        self.done_at = [0.0] * n
        self.attempt = [0] * n
        self.sent_by = [NOBODY] * n
        """The team from which the task came."""
        self.redone_for: dict[int, list[int]] = {}
        """For each task, those that were sent back to it, and wait for it to be done."""
        self.cases: dict[int, Case] = {}
        self.phase = PLANNING
        self.is_ready = False
        self.reason = NOBODY
        """The task, by its place in the list, that the delay is put down to now."""
        self.since = 0.0
        self.awaited: Callable[[], None] | None = None
        """What to do when the phase is over, if somebody waits for that."""

    def begin(self, expected_at: float, done: int = 0) -> None:
        """The person has come in, or is found there with some tasks done: a bit for each."""
        now, end = self.model.env.now, self.model.env.end
        for position in range(done.bit_length()):
            if done >> position & 1:
                self.state[position] = DONE
                self._release(position)
        for position, task in enumerate(self.tasks):
            if task.start == AT_ADMISSION:
                self.opened[position] = True
            elif task.start == BEFORE_EXPECTED:
                opens_at = expected_at - task.start_days
                if opens_at <= now:
                    self.opened[position] = True
                elif opens_at < end:
                    self.model.env.call_at(opens_at, lambda at=position: self._open(at))  # type: ignore[misc]
        self._start_all()

    def take_over(self, old: Process) -> None:
        """What was arranged before still holds: the same tasks, done in an earlier process."""
        for position, state in enumerate(old.state):
            if state == DONE and not self.tasks[position].is_hand_over:
                self.state[position] = DONE
                self.done_at[position] = old.done_at[position]
                self._release(position)

    def ready(self) -> bool:
        """The person is ready to leave; whether everything is arranged already."""
        now = self.model.env.now
        self.is_ready, self.phase, self.since = True, ARRANGING, now
        for case in self.cases.values():
            self.model.teams[self.tasks[case.position].team].promote(case)
        for position, task in enumerate(self.tasks):
            if task.start != WHEN_PLACED:
                self.opened[position] = True
        self._repeat_stale(hand_over=False)
        self._start_all()
        return self._look()

    def placed(self) -> bool:
        """The next place is sure; whether the hand-over is done already."""
        self.phase, self.since = HANDING_OVER, self.model.env.now
        self.opened = [True] * len(self.tasks)
        self._repeat_stale(hand_over=True)
        self._start_all()
        return self._look()

    def wait(self, then: Callable[[], None]) -> None:
        """Do this when the phase is over."""
        self.awaited = then

    def finish(self, position: int) -> None:
        """A task's time or work is over: it is done, or it goes back."""
        if self.phase == FINISHED:
            return
        self._finish(position)
        self._start_all()
        self._look()

    def cancel(self) -> None:
        """Nothing of this is wanted any longer; the tasks under way are dropped."""
        now = self.model.env.now
        self._put_down_to(NOBODY)
        self.phase = FINISHED
        for position, state in enumerate(self.state):
            if state == UNDER_WAY and self.needed[position]:
                case = self.cases.pop(position, None)
                if case is not None:
                    self.model.teams[self.tasks[position].team].drop(case)
                started = case.started_at if case is not None else self.due_at[position]
                self.model.log.jobs.add(
                    self.first + position, self.attempt[position], self.sent_by[position],
                    self.due_at[position], started, None, dropped_at=now,
                )  # fmt: skip
                self.state[position] = NOT_DUE

    def _open(self, position: int) -> None:
        """A task's own time to start has come."""
        if self.phase != FINISHED and not self.opened[position]:
            self.opened[position] = True
            self._start_all()
            self._look()

    def _start_all(self) -> None:
        """Start every task that may start; those that nobody needs are over at once."""
        again = True
        while again:
            again = False
            for position, state in enumerate(self.state):
                if state == NOT_DUE and self.opened[position] and not self.left[position]:
                    again = True
                    self._start(position)

    def _start(self, position: int) -> None:
        env, task = self.model.env, self.tasks[position]
        now = env.now
        self.state[position] = UNDER_WAY
        self.due_at[position] = now
        if not self.needed[position]:
            self.state[position] = DONE
            self._release(position)
            return
        days = self.days[position]
        if task.team >= 0:
            case = self.cases[position] = Case(self, position, days, now)
            self.model.teams[task.team].ask(case)
        elif not days:
            self._finish(position)
        elif now + days < env.end:
            attempt = self.attempt[position]
            env.call_at(now + days, lambda: self._time_is_over(position, attempt))

    def _time_is_over(self, position: int, attempt: int) -> None:
        if self.state[position] == UNDER_WAY and self.attempt[position] == attempt:
            self.finish(position)

    def _finish(self, position: int) -> None:
        """Note that a task is done, and let those after it go on; or send it back."""
        model, task = self.model, self.tasks[position]
        now = model.env.now
        case = self.cases.pop(position, None)
        started_at = case.started_at if case is not None else self.due_at[position]
        job = self.first + position
        model.log.jobs.add(
            job, self.attempt[position], self.sent_by[position], self.due_at[position],
            started_at, now,
        )  # fmt: skip
        self.state[position], self.done_at[position] = DONE, now
        self.attempt[position] += 1
        for other in self.redone_for.pop(position, ()):
            self.left[other] -= 1
            self._sent(position, other)
        if self.released[position]:
            return
        if self.again[position] < model.jobs.first_again[job + 1]:
            self._send_back(position, task.returns_to)
        else:
            self._release(position)

    def _send_back(self, position: int, earlier: int) -> None:
        """More information is asked for: the earlier task is done again, then this one."""
        jobs, again = self.model.jobs, self.again[position]
        self.again[position] += 1
        self.state[position] = NOT_DUE
        self.days[position] = jobs.own_days[again]
        if not self.needed[earlier]:
            return
        self.left[position] += 1
        waiting = self.redone_for.setdefault(earlier, [])
        waiting.append(position)
        if self.state[earlier] == DONE:
            self.state[earlier] = NOT_DUE
            self.days[earlier] = jobs.earlier_days[again]
            self._sent(position, earlier)

    def _release(self, position: int) -> None:
        """Let the tasks after this one go on."""
        self.released[position] = True
        for other, task in enumerate(self.tasks):
            if position in task.after:
                self.left[other] -= 1
                self._sent(position, other)

    def _sent(self, position: int, other: int) -> None:
        """Note which team another task comes from; one that no team does passes it on."""
        team = self.tasks[position].team if self.needed[position] else NOBODY
        self.sent_by[other] = team if team >= 0 else self.sent_by[position]

    def _repeat_stale(self, *, hand_over: bool) -> None:
        """What was done too long ago holds no longer."""
        now = self.model.env.now
        for position, task in enumerate(self.tasks):
            if (
                self.state[position] == DONE
                and task.is_hand_over is hand_over
                and self.needed[position]
                and self.attempt[position]
                and now - self.done_at[position] > task.valid_days
            ):
                self.state[position] = NOT_DUE

    def _look(self) -> bool:
        """See which task the delay is put down to now; whether the phase is over."""
        if self.phase not in (ARRANGING, HANDING_OVER):
            return False
        is_hand_over = self.phase == HANDING_OVER
        for position, state in enumerate(self.state):
            if (
                state != DONE
                and self.needed[position]
                and self.tasks[position].is_hand_over is is_hand_over
            ):
                self._put_down_to(position)
                return False
        self._put_down_to(NOBODY)
        self.phase = FINISHED if is_hand_over else ARRANGED
        then, self.awaited = self.awaited, None
        if then is not None:
            then()
        return True

    def _put_down_to(self, position: int) -> None:
        """From now on the delay has the reason of this task."""
        if position == self.reason:
            return
        now = self.model.env.now
        if self.reason != NOBODY and now > self.since:
            self.model.log.reasons.add(self.stay, self.tasks[self.reason].number, self.since, now)
        self.reason, self.since = position, now

    def close_books(self, end: float) -> None:
        """Note what is still under way at the end of the run."""
        if self.reason != NOBODY and end > self.since:
            self.model.log.reasons.add(self.stay, self.tasks[self.reason].number, self.since, end)
        for position, state in enumerate(self.state):
            if state == UNDER_WAY and self.needed[position] and self.phase != FINISHED:
                case = self.cases.get(position)
                started = case.started_at if case is not None else self.due_at[position]
                self.model.log.jobs.add(
                    self.first + position, self.attempt[position], self.sent_by[position],
                    self.due_at[position], started, None,
                )  # fmt: skip
