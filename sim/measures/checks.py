"""Self-checks of a run: what must be true of every one, worked out twice and compared.

What the model counted while it ran is compared with what the log says afterwards. A check that
fails means that the model is wrong, so it stops everything.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from sim.flow.log import CANCELLED, FOUND_THERE, REROUTED, UNWELL_AGAIN
from sim.flow.model import Run
from sim.measures.care import care_by_day
from sim.measures.series import next_setting
from sim.measures.stays import Bools, Floats, Ints, Stays, arranging_and_waiting
from sim.measures.stretches import Stretches
from sim.measures.tasks import jobs_of
from sim.patients.ways import READMITTED

CLOSE = 1e-6
"""How near two ways of working out the same days must be, in days."""


class CheckFailed(Exception):  # noqa: N818 - it says what happened
    """A run contradicts itself: a fault in the model, not in the place."""


def spaces_in_use(run: Run, stays: Stays) -> None:
    """Spaces in use: the model's live integral equals the sum of the log's overlaps."""
    held = _clipped(run, stays.held_from, stays.freed_at)
    from_log = np.bincount(stays.setting, weights=held, minlength=len(run.in_use_days))
    in_care = [s for s in range(len(run.in_use)) if run.plan.setting(s).need is not None]
    for s in in_care:
        from_log[s] = care_by_day(run, stays, s).sum()
    _compare(run, "days of spaces in use", from_log, np.array(run.in_use_days))
    open_rows = (stays.held_from < run.end) & (stays.freed_at >= run.end)
    count = np.bincount(stays.setting[open_rows], minlength=len(run.in_use)).astype(np.float64)
    count[in_care] = np.array(run.in_use)[in_care]
    _compare(run, "spaces in use at the end", count, np.array(run.in_use))


def queues(run: Run, stays: Stays) -> None:
    """Queues: the model's live integral equals the sum of the log's waits."""
    asked = stays.has_asked & ~stays.was_turned_away
    waits = np.where(asked, _clipped(run, stays.asked_at, stays.stopped_at), 0.0)
    from_log = np.bincount(stays.wanted, weights=waits, minlength=len(run.waiting_days))
    _compare(run, "days of waiting for a space", from_log, np.array(run.waiting_days))
    still = asked & np.isinf(stays.stopped_at)
    count = np.bincount(stays.wanted[still], minlength=len(run.waiting))
    _compare(run, "people waiting at the end", count, np.array(run.waiting))


def nobody_lost(run: Run, stays: Stays) -> None:
    """Nobody is lost: people in equal people out, turned away and inside; all arranged asked."""
    people = len(run.cohort.group)
    is_open = np.isfinite(stays.asked_at) & np.isinf(stays.left_at) & ~stays.never_came
    still = np.count_nonzero(np.bincount(stays.person[is_open]))
    away = int(np.count_nonzero(stays.was_turned_away | (stays.came == CANCELLED)))
    to = next_setting(run, stays)
    gone = np.isfinite(stays.left_at) & (to >= len(run.plan.settings)) & ~stays.goes_on
    left = int(np.count_nonzero(gone)) - _came_back(run, stays)
    if people != left + away + still:
        raise CheckFailed(
            f"{people} people came, but {left} left, {away} were turned away and {still} are inside"
        )
    onward = (to >= 0) & (to < len(run.plan.settings)) & (stays.arranged_at < run.end)
    onward &= ~stays.goes_on | (stays.arranged_at < stays.left_at)
    next_visit = np.minimum(stays.visit + 1, len(stays.asked_at) - 1)
    forgotten = int(np.count_nonzero(onward & ~np.isfinite(stays.asked_at[next_visit])))
    if forgotten:
        raise CheckFailed(f"{forgotten} people, all arranged, never asked for the next setting")


def _came_back(run: Run, stays: Stays) -> int:
    """How often somebody who had left came back."""
    branches = run.cohort.branches
    first = branches.first[branches.kind == READMITTED]
    return int(np.count_nonzero(np.isfinite(stays.asked_at[first])))


def never_too_full(run: Run, stays: Stays) -> None:
    """Nobody is admitted while the spaces in use are at or above capacity, or out of hours."""
    for number, steps in enumerate(run.capacity):
        mine = (stays.setting == number) & (stays.held_from < run.end)
        was_there = (FOUND_THERE, REROUTED, UNWELL_AGAIN)
        given = mine & ~np.isin(stays.came, was_there) & ~stays.never_came
        name = run.plan.settings[number]
        if run.plan.setting(number).need is not None:
            _never_more_care(name, steps, care_by_day(run, stays, number))
        elif any(np.isfinite(spaces) for _, spaces in steps):
            _never_over(name, steps, stays, mine, given)
        hours = run.open_hours[number]
        if hours is not None:
            _admitted_in_hours(name, hours, stays.placed_at[given])


def _never_over(
    name: str, steps: list[tuple[float, float]], stays: Stays, mine: Bools, given: Bools
) -> None:
    """After each instant at which a space was given, no more are in use than are open."""
    at = np.sort(stays.held_from[given], kind="stable")
    starts = at if given.sum() == mine.sum() else np.sort(stays.held_from[mine], kind="stable")
    ends = np.sort(stays.freed_at[mine])
    in_use = np.searchsorted(starts, at, "right") - np.searchsorted(ends, at, "right")
    times, spaces = np.array(steps).T
    limit = spaces[np.maximum(np.searchsorted(times, at, "right") - 1, 0)]
    over = np.flatnonzero(in_use > limit)
    # In a ring with hand-overs the spaces were given earlier, and are only changed over now.
    changed_over = stays.held_from[given & (stays.held_from != stays.placed_at)]
    over = over[~np.isin(at[over], changed_over)]
    if len(over):
        raise CheckFailed(
            f"{name}: {in_use[over[0]]} spaces in use of {limit[over[0]]:g} after somebody "
            f"was admitted on day {at[over[0]]:.6f}"
        )


def _never_more_care(name: str, steps: list[tuple[float, float]], care: Floats) -> None:
    """No more visits or hours are promised than there are, where capacity does not fall."""
    if all(before[1] <= after[1] for before, after in pairwise(steps)):
        most = steps[-1][1]
        held = np.flatnonzero(care <= most + CLOSE)  # a start state may promise more at first
        later = care[held[0] :] if len(held) else care[:0]
        if later.max(initial=0.0) > most + CLOSE:
            raise CheckFailed(f"{name}: {later.max():.6f} of care promised a day of {most:g}")


def _admitted_in_hours(name: str, hours: list[tuple[float, float]], placed_at: Floats) -> None:
    starts = np.array([start for start, _ in hours] or [np.inf])
    ends = np.array([end for _, end in hours] or [-np.inf])
    stretch = np.searchsorted(starts, placed_at, "right") - 1
    shut = (stretch < 0) | (placed_at >= ends[np.maximum(stretch, 0)])
    if shut.any():
        raise CheckFailed(f"{name}: somebody was given a space on day {placed_at[shut][0]:.6f}, "
                          "outside its admission hours")  # fmt: skip


def delay_parts(run: Run, stays: Stays) -> None:
    """Delay: its parts sum to the whole, patient by patient."""
    arranged, placed = arranging_and_waiting(stays)
    begun = stays.ready_at < run.end
    end = np.minimum(stays.left_at, run.end)[begun]
    first = np.minimum(arranged[begun], end) - stays.ready_at[begun]
    second = np.minimum(placed[begun], end) - np.minimum(arranged[begun], end)
    third = end - np.minimum(placed[begun], end)
    whole = end - stays.ready_at[begun]
    wrong = ~(np.abs(first + second + third - whole) <= CLOSE)
    if wrong.any() or (np.concatenate((first, second, third)) < -CLOSE).any():
        raise CheckFailed("the parts of somebody's delay do not add up to it")


def reasons_add_up(run: Run, stays: Stays, stretches: Stretches) -> None:
    """Reasons: those of each delay sum to it, patient by patient."""
    begun = stays.ready_at < run.end
    whole = (np.minimum(stays.left_at, run.end) - stays.ready_at)[begun]
    reasons = _days_of_reasons(run, stretches, len(stays.visit))[begun]
    off = np.flatnonzero(~(np.abs(reasons - whole) <= CLOSE))
    if len(off):
        raise CheckFailed(
            f"delay reasons add up to {reasons[off[0]]:.6f} days of {whole[off[0]]:.6f}"
        )


def _days_of_reasons(run: Run, stretches: Stretches, stays: int) -> Floats:
    """The days of every stay's stretches of delay, up to the end of the run."""
    days = np.minimum(stretches.end, run.end) - np.minimum(stretches.start, run.end)
    if (days < -CLOSE).any():
        raise CheckFailed("a stretch of delay ends before it begins")
    return np.bincount(stretches.stay, weights=days, minlength=stays).astype(np.float64)


def teams_in_hours(run: Run, stays: Stays) -> None:
    """Teams: nobody starts before it is due, and no team does more than its staff can."""
    jobs = jobs_of(run, stays)
    started = np.isfinite(jobs.started_at)
    early = started & (jobs.started_at < jobs.due_at - CLOSE)
    late = np.isfinite(jobs.done_at) & ~(jobs.done_at >= jobs.started_at - CLOSE)
    if early.any() or late.any():
        raise CheckFailed("a task started before it was due, or was done before it started")
    n = len(run.busy_days)
    if not n:
        return
    waited = np.minimum(np.minimum(jobs.started_at, jobs.dropped_at), run.end) - jobs.due_at
    of_team = jobs.team >= 0
    backlog = np.bincount(jobs.team[of_team], weights=waited[of_team], minlength=n)
    for number, name in enumerate(run.plan.place.teams):
        if run.busy_days[number] > run.staff_days[number] + CLOSE:
            raise CheckFailed(f"{name}: more days worked than staff were on duty")
        if not abs(backlog[number] - run.backlog_days[number]) <= CLOSE * max(1.0, backlog[number]):
            raise CheckFailed(
                f"{name}: {run.backlog_days[number]:.6f} days of waiting counted by the model, "
                f"{backlog[number]:.6f} from the log"
            )


def in_order(run: Run, stays: Stays) -> None:
    """Time: everybody asks, is placed, admitted, ready and gone in that order."""
    instants = [stays.asked_at, stays.placed_at, stays.admitted_at, stays.ready_at, stays.left_at]
    moved = (stays.route < 0) | stays.goes_on
    for before, after in pairwise(instants):
        wrong = (after < before - CLOSE) & ~(moved & (after is stays.left_at))
        if wrong.any():
            raise CheckFailed(
                f"the instants of a stay in {run.plan.settings[int(stays.setting[wrong][0])]} "
                "are out of order"
            )


CHECKS: tuple[Callable[[Run, Stays], None], ...] = (
    spaces_in_use,
    queues,
    nobody_lost,
    never_too_full,
    delay_parts,
    teams_in_hours,
    in_order,
)


def check(run: Run, stays: Stays, stretches: Stretches) -> None:
    """Make every self-check of a run; ``stretches`` are those of its delay.

    Raises:
        CheckFailed: the run contradicts itself.
    """
    for each in CHECKS:
        each(run, stays)
    reasons_add_up(run, stays, stretches)


def check_titles() -> list[str]:
    """What each check holds, in words, for the report."""
    return [(each.__doc__ or "").strip() for each in (*CHECKS, reasons_add_up)]


def _clipped(run: Run, start: Floats, end: Floats) -> Floats:
    return np.asarray(np.maximum(np.minimum(end, run.end) - np.clip(start, 0.0, run.end), 0.0))


def _compare(run: Run, what: str, from_log: Floats | Ints, live: Floats) -> None:
    off = np.abs(from_log - live)
    worst = int(np.argmax(off))
    if not off[worst] <= CLOSE:  # so that what is not a number fails too
        raise CheckFailed(
            f"{run.plan.settings[worst]}: {what}: {live[worst]:.9f} counted by the model, "
            f"{from_log[worst]:.9f} from the log"
        )
