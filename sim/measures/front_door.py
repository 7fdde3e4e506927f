"""The front door: how long emergencies wait for a bed, and who is cancelled for want of one."""

import numpy as np

from sim.flow.log import CANCELLED, FOUND_THERE
from sim.flow.model import Run
from sim.measures.rows import MeasureRow, within
from sim.measures.stays import Stays
from sim.place.words import DAYS_PER_YEAR

HOURS = 24.0


def front_door(run: Run, stays: Stays, window: tuple[float, float]) -> list[MeasureRow]:
    """Waits for the first acute bed of those who come unbooked, and cancelled elective patients."""
    plan = run.plan
    acute = np.array([setting.acute for setting in plan.place.settings.values()])
    elective = np.array([plan.group(g).elective for g in range(len(plan.groups))])
    if not acute.any():
        return []
    at_door = stays.has_asked & (stays.came != FOUND_THERE) & acute[stays.wanted]
    first = np.zeros(len(stays.visit), dtype=np.bool_)
    begins = np.concatenate((run.cohort.first_visit[:-1], run.cohort.branches.first))
    first[begins[begins < len(first)]] = True
    at_door &= first
    placed = at_door & ~elective[stays.group] & within(stays.placed_at, window)
    hours = (stays.placed_at[placed] - stays.asked_at[placed]) * HOURS
    people = float(len(hours))
    rows = [
        MeasureRow("bed_wait_hours", float(hours.sum()), people),
        MeasureRow("over_4_hours", float((hours > 4).sum()), people),
        MeasureRow("over_12_hours", float((hours > 12).sum()), people),
    ]
    if elective.any():
        cancelled = (stays.came == CANCELLED) & within(stays.stopped_at, window)
        per_year = DAYS_PER_YEAR / (window[1] - window[0])
        rows.append(MeasureRow("electives_cancelled", float(cancelled.sum()) * per_year))
    return rows
