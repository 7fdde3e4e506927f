"""The log: one row for each stay, in columns, written as people move; statistics come later.

Row i is visit i of the cohort. An outlier who moves back to the right ward has a second row,
after all the visits. Instants are in days; infinite means 'not in this run'.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

NOT_YET = math.inf


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
    exchanges: int = 0
    """Rings of people who each waited for the next one's space, and exchanged."""
    shut: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    """By setting: stretches in which a space was free but the setting was not admitting."""


ASKED, TURNED_AWAY, EXCHANGED, RETURNED, FOUND_THERE = range(5)


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
