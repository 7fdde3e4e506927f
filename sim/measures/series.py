"""People-days by setting and day, from intervals of time; exact, with no sampling."""

import numpy as np
from numpy.typing import NDArray

from sim.flow.model import Run
from sim.measures.stays import Stays

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


def kept_out(run: Run, stays: Stays) -> tuple[Ints, Floats, Floats]:
    """Waits for a space that is free while its setting is not admitting.

    (the stay whose person waits in it, from, to), each of shape (waits,); of those who wait to
    leave another setting, not of those at the front door.
    """
    parts = [row for rows in run.log.kept_out.values() for row in rows]
    if not parts:
        return np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0)
    visit, start, end = (np.array(column) for column in zip(*parts, strict=True))
    before = _stay_before(run, stays)[visit]
    inside = before >= 0
    return before[inside], start[inside], np.minimum(end, stays.left_at[before])[inside]


def _stay_before(run: Run, stays: Stays) -> Ints:
    """For each visit, the stay from which its space was asked for; -1 at the front door."""
    before = np.full(len(run.cohort.visits.person) + 1, -1, dtype=np.int32)
    leads_on = np.flatnonzero(stays.route >= 0)
    before[stays.visit[leads_on] + 1] = leads_on
    first = np.concatenate((run.cohort.first_visit[:-1], run.cohort.branches.first))
    before[first[first < len(before)]] = -1
    return before


def hours_by_day(run: Run, stays: Stays) -> Floats:
    """People-days of waiting for a space that is free while its setting is not admitting.

    By the setting in which people wait, and by day; shape (settings, days).
    """
    stay, start, end = kept_out(run, stays)
    rows, days = len(run.plan.settings), int(run.end)
    return days_by_row_and_day(stays.setting[stay], start, end, rows, days)


def next_setting(run: Run, stays: Stays) -> Ints:
    """The destination number of each stay's way on; -1 where it has none."""
    to = np.array([route.to for route in run.plan.routes] + [-1])
    return np.asarray(to[stays.route])
