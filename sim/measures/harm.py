"""Harm while waiting to leave, and readmissions; nothing where a place does not configure it."""

import numpy as np

from sim.flow.model import Run
from sim.measures.delays import AcuteSpells
from sim.measures.rows import MeasureRow, within
from sim.measures.stays import Stays
from sim.patients.ways import DIES, NEEDS_MORE, READMITTED, UNWELL
from sim.place.words import DAYS_PER_YEAR

KINDS = ((UNWELL, "unwell_again"), (NEEDS_MORE, "needed_more"), (DIES, "died_waiting"))


def harm_rows(
    run: Run, stays: Stays, spells: AcuteSpells, window: tuple[float, float]
) -> list[MeasureRow]:
    """How often waiting did harm, a year; and the share of those who left who came back."""
    harm = run.plan.place.harm
    if harm is None:
        return []
    branches = run.cohort.branches
    asked = stays.asked_at[branches.first]
    per_year = DAYS_PER_YEAR / (window[1] - window[0])
    rows = []
    for kind, part in KINDS:
        if getattr(harm, {"unwell_again": "unwell_again", "needed_more": "needs_more",
                          "died_waiting": "dies"}[part]):  # fmt: skip
            taken = (branches.kind == kind) & (stays.came[branches.first] > 0)
            number = float((taken & within(asked, window)).sum())
            rows.append(MeasureRow("harm", number * per_year, part=part))
    if harm.readmitted:
        back = (branches.kind == READMITTED) & within(asked, window)
        to = np.array([route.to for route in run.plan.routes] + [-1])
        alive = np.array([not route.is_death for route in run.plan.routes] + [False])
        left = within(spells.left_at, window)
        route = stays.route[spells.last_stay]
        home = left & (to[route] >= len(run.plan.settings)) & alive[route]
        rows.append(MeasureRow("readmitted", float(back.sum()), float(home.sum())))
    return rows
