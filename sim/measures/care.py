"""Care at home in visits or hours: how much is given and promised each day, from the log.

Worked out again from admissions, ready dates and departures; a self-check compares it with what
the model counted as it ran.
"""

import numpy as np

from sim.flow.model import Run
from sim.measures.series import days_by_row_and_day
from sim.measures.stays import Floats, Stays


def care_by_day(run: Run, stays: Stays, setting: int) -> Floats:
    """Visits or hours in use each day, those held for people on their way included; (days,).

    The mean over each day; in the unit in which the setting's need is written.
    """
    need = run.plan.setting(setting).need
    assert need is not None
    first, last = need.first.value, need.last.value
    days = int(run.end)
    here = stays.setting == setting
    held = days_by_row_and_day(
        np.zeros(int(here.sum()), dtype=np.int32),
        stays.held_from[here],
        np.minimum(stays.admitted_at[here], run.end),
        1,
        days,
    )[0]
    rows = np.flatnonzero(here & (stays.admitted_at < run.end))
    came = np.floor(stays.admitted_at[rows]).astype(np.int64)
    start = np.maximum(stays.admitted_at[rows], 0.0)
    end = np.minimum(stays.left_at[rows], run.end)
    first_day = np.floor(start).astype(np.int64)
    count = np.maximum(np.ceil(end).astype(np.int64) - first_day, 0)
    which = np.repeat(np.arange(len(rows)), count)
    day = first_day[which] + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    ready = stays.ready_at[rows]
    length = np.where(np.isfinite(ready), np.floor(np.minimum(ready, 1e12)) - came, np.inf)[which]
    of_stay = day - came[which]
    with np.errstate(divide="ignore", invalid="ignore"):
        passed = np.where(length > 0, np.minimum(1.0, of_stay / length), (of_stay > 0) * 1.0)
    there = np.minimum(end[which], day + 1) - np.maximum(start[which], day)
    given = np.bincount(
        day, weights=(first + (last - first) * passed) * np.maximum(there, 0.0), minlength=days
    )
    return np.asarray(first * held + given[:days])
