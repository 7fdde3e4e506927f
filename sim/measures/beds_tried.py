"""How often somebody would find no bed, had settings without limit so many beds: from one run.

While nobody waits, the number of people in a setting does not depend on its beds. So one run
without limits tells, for each number of beds, how much of the time they would have been full.

Source: Monks and others (2016), BMC Health Services Research 16:530, for the chance of delay at n
beds, P(n there) / P(n or fewer there), which is Erlang's loss formula where arrivals are Poisson;
and for beds of a setting's own with others that settings share, the share of time in which the
setting's own beds are full and those without one of their own fill the shared ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.flow.model import Run
from sim.measures.rows import MeasureRow
from sim.measures.stays import Floats, Ints, Stays


@dataclass(frozen=True)
class BedsTried:
    """Some settings with so many beds of their own, and beds that they share."""

    own: tuple[tuple[str, int], ...]
    """Setting and beds."""
    shared: int = 0

    def part(self, setting: str) -> str:
        """How the measure's part is called.

        >>> BedsTried((("acute", 11), ("rehab", 10)), 5).part("acute")
        '11, rehab 10, shared 5'
        """
        beds = str(dict(self.own)[setting])
        if self.shared == 0:
            return beds
        others = [f"{name} {number}" for name, number in self.own if name != setting]
        return ", ".join([beds, *others, f"shared {self.shared}"])


@dataclass(frozen=True)
class NumbersThere:
    """How many people are in each of some settings, from one change to the next."""

    there: Ints
    """Shape (settings, stretches)."""
    days: Floats
    """How long each stretch lasts; shape (stretches,)."""


def numbers_there(
    stays: Stays, settings: Sequence[int], window: tuple[float, float]
) -> NumbersThere:
    """The numbers in some settings over a window of time, exact: each stretch between changes."""
    rows, at, change = [], [], []
    for row, setting in enumerate(settings):
        mine = (stays.setting == setting) & (stays.admitted_at < window[1])
        mine &= stays.left_at > window[0]
        come = np.maximum(stays.admitted_at[mine], window[0])
        gone = np.minimum(stays.left_at[mine], window[1])
        rows.append(np.full(2 * len(come), row))
        at += [come, gone]
        change.append(np.repeat([1, -1], len(come)))
    instant = np.concatenate(at)
    order = np.argsort(instant, kind="stable")
    step = np.zeros((len(settings), len(instant) + 1), dtype=np.int64)
    step[np.concatenate(rows)[order], np.arange(1, len(instant) + 1)] = np.concatenate(change)[
        order
    ]
    edges = np.concatenate(([window[0]], instant[order], [window[1]]))
    return NumbersThere(step.cumsum(axis=1), np.diff(edges))


def beds_tried_rows(
    run: Run, stays: Stays, tried: Sequence[BedsTried], window: tuple[float, float]
) -> list[MeasureRow]:
    """``prob_delay`` of each setting with each number of beds, each as a ratio of two sums."""
    number = {name: row for row, name in enumerate(run.plan.settings)}
    found: dict[tuple[str, ...], NumbersThere] = {}
    rows = []
    for each in tried:
        names = tuple(name for name, _ in each.own)
        if names not in found:
            found[names] = numbers_there(stays, [number[name] for name in names], window)
        for setting, _ in each.own:
            full, all_time = _full(found[names], each, setting)
            locality = run.plan.place.settings[setting].locality or ""
            part = each.part(setting)
            rows.append(
                MeasureRow("prob_delay", full, all_time, setting, locality=locality, part=part)
            )
    return rows


def _full(numbers: NumbersThere, tried: BedsTried, setting: str) -> tuple[float, float]:
    """Days in which somebody who came would find no bed, and the days that are counted."""
    own = np.array([beds for _, beds in tried.own])
    mine = [name for name, _ in tried.own].index(setting)
    there, days = numbers.there, numbers.days
    if tried.shared == 0 or not own.any():
        in_all = there[mine] if tried.shared == 0 else there.sum(axis=0)
        beds = int(own[mine]) + tried.shared
        return float(days[in_all == beds].sum()), float(days[in_all <= beds].sum())
    without = np.maximum(there - own[:, None], 0).sum(axis=0)
    full = (there[mine] >= own[mine]) & (without >= tried.shared)
    return float(days[full].sum()), float(days.sum())
