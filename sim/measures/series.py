"""People-days by setting and day, from intervals of time; exact, with no sampling."""

import numpy as np
from numpy.typing import NDArray

from sim.flow.model import Run
from sim.measures.stays import Stays, arranging_and_waiting

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]


def days_by_row_and_day(row: Ints, start: Floats, end: Floats, rows: int, days: int) -> Floats:
    """How much of the intervals [start, end) falls in each day, by row; shape (rows, days).

    ``row`` says which row each interval counts in. Intervals that never start, or end before
    they start, count nothing.

    >>> days_by_row_and_day(np.array([0]), np.array([0.5]), np.array([2.0]), 1, 3).tolist()
    [[0.5, 1.0, 0.0]]
    """
    counts = (start < end) & (end > 0) & (start < days)
    row = row[counts]
    up_to_start = _passed_since(row, np.maximum(start[counts], 0.0), rows, days)
    up_to_end = _passed_since(row, np.minimum(end[counts], days), rows, days)
    return np.asarray(np.diff(up_to_start - up_to_end, axis=1))


def _passed_since(row: Ints, instant: Floats, rows: int, days: int) -> Floats:
    """For each row and midnight t, the sum of (t - instant) over instants before t."""
    day = np.minimum(instant.astype(np.int32), days - 1)
    cell = row * days + day
    size = rows * days
    number = np.bincount(cell, minlength=size).reshape(rows, days).cumsum(axis=1)
    # Measured from each instant's own midnight, so that sums stay small and exact.
    into = np.bincount(cell, weights=instant - day, minlength=size).reshape(rows, days)
    of_day = np.bincount(cell, minlength=size).reshape(rows, days)
    passed = np.zeros((rows, days + 1))
    passed[:, 1:] = (of_day - into).cumsum(axis=1)
    passed[:, 1:] += _whole_days(number)
    return passed


def _whole_days(number: Floats | Ints) -> Floats:
    """Whole days passed since instants of earlier days: each counts one more on every day."""
    before = np.zeros(number.shape)
    before[:, 1:] = number[:, :-1]
    return np.asarray(before.cumsum(axis=1))


def capacity_by_day(run: Run) -> Floats:
    """Mean spaces open each day, by setting; infinite where unlimited; shape (settings, days)."""
    days = int(run.end)
    by_day = np.zeros((len(run.capacity), days))
    for number, steps in enumerate(run.capacity):
        if len(steps) == 1:
            by_day[number] = steps[0][1]
            continue
        ends = [*(at for at, _ in steps[1:]), run.end]
        for (start, spaces), end in zip(steps, ends, strict=True):
            if np.isinf(spaces):
                by_day[number, int(start) : int(np.ceil(end))] = np.inf
                continue
            part = np.array([start]), np.array([end])
            by_day[number] += spaces * days_by_row_and_day(np.array([0]), *part, 1, days)[0]
    return by_day


def hours_by_day(run: Run, stays: Stays, holder: Ints, chosen: NDArray[np.bool_]) -> Floats:
    """People-days of waiting for a space that is free while its setting is not admitting.

    Of the chosen stays, each waiting in row ``holder`` for its next setting; by that row and by
    day; shape (settings, days).
    """
    rows, days = len(run.plan.settings), int(run.end)
    total = np.zeros((rows, days))
    midnights = np.arange(days + 1, dtype=np.float64)
    arranged, placed = arranging_and_waiting(stays)
    to = next_setting(run, stays)
    for number, stretches in run.log.shut.items():
        waits = np.flatnonzero(chosen & (to == number) & (arranged < placed) & (arranged < run.end))
        shut = np.array(stretches)
        shut_by_midnight = shut_time(shut, midnights)
        start = shut_time(shut, np.maximum(arranged[waits], 0.0))
        end = shut_time(shut, np.minimum(placed[waits], run.end))
        for row in np.unique(holder[waits]):
            mine = holder[waits] == row
            passed = np.minimum.outer(shut_by_midnight, end[mine]).sum(axis=1)
            passed -= np.minimum.outer(shut_by_midnight, start[mine]).sum(axis=1)
            total[row] += np.diff(passed)
    return total


def shut_time(stretches: Floats, at: Floats) -> Floats:
    """Time up to each instant that lay in the (from, to) stretches; shape of ``at``."""
    starts, ends = stretches[:, 0], stretches[:, 1]
    length = np.concatenate(([0.0], np.cumsum(ends - starts)))
    before = np.searchsorted(starts, at, side="right")
    last = np.maximum(before - 1, 0)
    unfinished = np.where(before > 0, np.maximum(ends[last] - at, 0.0), 0.0)
    return np.asarray(length[before] - unfinished)


def next_setting(run: Run, stays: Stays) -> Ints:
    """The destination number of each stay's way on; -1 where it has none."""
    to = np.array([route.to for route in run.plan.routes] + [-1])
    return np.asarray(to[stays.route])
