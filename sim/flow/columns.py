"""The cohort's columns in forms that Python reads fast, one number at a time."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np

from sim.patients.cohort import Cohort
from sim.patients.plan import Plan
from sim.patients.ways import OTHER_WAY, Visits


@dataclass(frozen=True)
class FastJobs:
    """The cohort's jobs: see ``Jobs``; ``first`` is the first job of each visit."""

    first: dict[int, int]
    task: list[int]
    is_needed: bytes
    """1 for each job that is needed; 0 for the others."""
    days: list[float]
    first_again: list[int]
    earlier_days: list[float]
    own_days: list[float]


def fast_jobs(cohort: Cohort) -> FastJobs:
    """The cohort's jobs as lists."""
    jobs = cohort.jobs
    visits, first = np.unique(jobs.visit, return_index=True)
    return FastJobs(
        dict(zip(visits.tolist(), first.tolist(), strict=True)),
        jobs.task.tolist(),
        jobs.is_needed.astype(np.uint8).tobytes(),
        jobs.days.tolist(),
        jobs.first_again.tolist(),
        jobs.earlier_days.tolist(),
        jobs.own_days.tolist(),
    )


def branches_by_kind(cohort: Cohort) -> list[dict[int, tuple[float, int, int]]]:
    """For each kind of branch: visit → (days, first visit, end)."""
    kinds: list[dict[int, tuple[float, int, int]]] = [{} for _ in range(5)]
    rows = cohort.branches
    for visit, kind, days, first, end in zip(
        rows.visit.tolist(), rows.kind.tolist(), rows.days.tolist(), rows.first.tolist(),
        rows.end.tolist(), strict=True,
    ):  # fmt: skip
        kinds[kind][visit] = days, first, end
    return kinds


def special_visits(plan: Plan, cohort: Cohort) -> bytearray:
    """1 for the visits whose leaving is more than days to add up; 0 for the others."""
    process = np.array([route.has_process and bool(route.tasks) for route in plan.routes])
    is_special = process[cohort.visits.route]
    kinds = cohort.branches.kind
    is_special[cohort.branches.visit[kinds != OTHER_WAY]] = True
    return bytearray(is_special.astype(np.uint8).tobytes())


def shared(visits: Visits, column: str) -> array[float]:
    """A column as an array that Python reads fast; the cohort's own becomes a view of it."""
    fast = array("d", getattr(visits, column).tobytes())
    setattr(visits, column, np.frombuffer(fast, dtype=np.float64))
    return fast
