"""The log: one row for each stay and each job, in columns, written as things happen.

Stay i is visit i of the cohort. An outlier who moves back to the right ward has a second row,
after all the visits. Instants are in days; infinite means 'not in this run'.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

NOT_YET = math.inf


class JobLog:
    """Each time that a task of a process came due, in columns of shape (times,)."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int, float, float, float, float]] = []
        """As they are written: the columns below, in order."""
        self.job = self.attempt = self.sent_by = array("i")
        """The job of the cohort; 0 the first time, 1 when it is done again, and so on; the team
        that it came from, -1 for none."""
        self.due_at = self.started_at = self.done_at = self.dropped_at = array("d")
        """``dropped_at`` is when it was dropped because nobody wanted it any longer."""

    def add(
        self,
        job: int,
        attempt: int,
        sent_by: int,
        due_at: float,
        started_at: float | None,
        done_at: float,
        dropped_at: float = NOT_YET,
    ) -> None:
        """One more time that a task was wanted."""
        started_at = NOT_YET if started_at is None else started_at
        self.rows.append((job, attempt, sent_by, due_at, started_at, done_at, dropped_at))

    def close(self) -> None:
        """Turn what was written into columns."""
        if not self.rows:
            return
        columns = list(zip(*self.rows, strict=True))
        self.job, self.attempt, self.sent_by = (array("i", column) for column in columns[:3])
        self.due_at, self.started_at, self.done_at, self.dropped_at = (
            array("d", column) for column in columns[3:]
        )
        self.rows.clear()


class ReasonLog:
    """Stretches of delay that are put down to one task, in columns of shape (stretches,)."""

    def __init__(self) -> None:
        self.stay = array("i")
        self.task = array("i")
        """The task's number in the plan."""
        self.start = array("d")
        self.end = array("d")

    def add(self, stay: int, task: int, start: float, end: float) -> None:
        """One more stretch."""
        self.stay.append(stay)
        self.task.append(task)
        self.start.append(start)
        self.end.append(end)


@dataclass
class StayLog:
    """The stays as they are written, each column of shape (stays,)."""

    asked_at: array[float]
    """When a space was asked for: on arrival, or when all was arranged for the move."""
    placed_at: array[float]
    """When a space was found (and, unless by exchange, held from then on)."""
    admitted_at: array[float]
    ready_at: array[float]
    """When the person was ready to leave."""
    left_at: array[float]
    setting: array[int]
    """Where the person was; another setting than the visit's for an outlier."""
    visit: array[int]
    """The visit of the cohort that this stay belongs to."""
    came: array[int]
    """How the stay began: one of the numbers below."""
    jobs: JobLog
    reasons: ReasonLog
    arranged_at: dict[int, float] = field(default_factory=dict)
    """For stays whose way on has a process, when everything was arranged."""
    gave_up_at: dict[int, float] = field(default_factory=dict)
    """For stays that were asked for in vain, when no space was waited for any longer."""
    exchanges: int = 0
    """Rings of people who each waited for the next one's space, and exchanged."""
    kept_out: dict[int, list[tuple[int, float, float]]] = field(default_factory=dict)
    """By setting, (visit, from, to): a space was free for it but the setting was not admitting."""


ASKED, TURNED_AWAY, EXCHANGED, RETURNED, FOUND_THERE = range(5)
CANCELLED, REROUTED, UNWELL_AGAIN, GAVE_UP = range(5, 9)
STAYED = (REROUTED, UNWELL_AGAIN)
"""Stays that go on in the space that the one before had: another way on, or treatment again."""


def empty_log(settings: array[int]) -> StayLog:
    """A log with a row for each visit, nothing having happened yet."""
    n = len(settings)

    def blank() -> array[float]:
        return array("d", [NOT_YET]) * n

    return StayLog(
        blank(),
        blank(),
        blank(),
        blank(),
        blank(),
        settings,
        array("i", range(n)),
        array("b", bytes(n)),
        JobLog(),
        ReasonLog(),
    )


def add_return(log: StayLog, visit: int, setting: int, at: float) -> int:
    """A second row for an outlier who moves to the right ward; returns its number."""
    for column in (log.asked_at, log.placed_at, log.admitted_at):
        column.append(at)
    log.ready_at.append(NOT_YET)
    log.left_at.append(NOT_YET)
    log.setting.append(setting)
    log.visit.append(visit)
    log.came.append(RETURNED)
    return len(log.visit) - 1
