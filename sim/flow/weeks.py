"""Calendars laid out over a run: when settings admit, how many spaces are open, when people are
declared ready to leave.

Time is in days since the start of the run, at midnight. An English bank holiday counts as a Sunday
unless the place says otherwise.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sim.place.calendars import Window
from sim.place.schema import Place, Setting
from sim.place.words import WEEKDAYS

MINUTES = 1440
SURE = 1000.0
"""Stands for an endless hazard: e^-1000 is nought, and no threshold comes near."""


def kinds_of_day(place: Place, days: int) -> list[int]:
    """The weekday (0 = Monday) that each day of a run counts as."""
    dates = [place.start_date + timedelta(days=day) for day in range(days)]
    if place.bank_holidays == "as usual":
        return [day.weekday() for day in dates]
    import holidays

    years = range(dates[0].year, dates[-1].year + 1)
    closed = holidays.country_holidays("GB", subdiv="ENG", years=years)
    sunday = WEEKDAYS.index("sun")
    return [sunday if day in closed else day.weekday() for day in dates]


def openings(windows: Sequence[Window], kinds: Sequence[int]) -> list[tuple[float, float]]:
    """(from, to) of each stretch of open hours, joined where one ends as the next begins."""
    stretches: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        for window in sorted(windows, key=lambda window: window.start):
            if kind not in window.days:
                continue
            start, end = day + window.start / MINUTES, day + window.end / MINUTES
            if stretches and stretches[-1][1] == start:
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((start, end))
    return stretches


def capacity_steps(
    place: Place, setting: Setting, kinds: Sequence[int]
) -> list[tuple[float, float]]:
    """(from, spaces) of each change of capacity, the first at 0; spaces may be infinite.

    A dated change stands before the weekly pattern, and that before the setting's own number.
    """
    usual = _limit(setting.spaces.limit)
    steps: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        of_day = [(0, _dated(place, setting, day))]
        if of_day[0][1] is None:
            of_day = [(0, usual)]
            windows = [window for window in setting.capacity_by_week if kind in window.days]
            for window in sorted(windows, key=lambda window: window.start):
                of_day += [(window.start, _limit(window.spaces.limit)), (window.end, usual)]
        for minute, spaces in of_day:
            at = day + minute / MINUTES
            assert spaces is not None
            if steps and steps[-1][0] == at:
                steps[-1] = (at, spaces)
            else:
                steps.append((at, spaces))
    changes = [
        step
        for before, step in zip([None, *steps], steps, strict=False)
        if before is None or before[1] != step[1]
    ]
    return [step for step in changes if step[0] < len(kinds)]


def _dated(place: Place, setting: Setting, day: int) -> float | None:
    """The spaces that a dated change sets on a day; None if none does."""
    today = place.start_date + timedelta(days=day)
    for change in setting.capacity_changes:
        if change.first <= today and (change.last is None or today <= change.last):
            return _limit(change.spaces.limit)
    return None


def _limit(spaces: int | None) -> float:
    return math.inf if spaces is None else spaces


@dataclass(frozen=True)
class Readiness:
    """When people of a setting are ready to leave: the pace of treatment, then decision rounds."""

    pace: tuple[float, ...]
    """Days of treatment gained on each day of the run; empty at the full pace."""
    gained: tuple[float, ...]
    """Days of treatment gained before each day."""
    rounds: tuple[float, ...]
    """The instants of the decision rounds; empty where the need's end is readiness."""
    chance: tuple[float, ...]
    """Cumulative hazard of being declared ready, up to and with each round."""
    has_rounds: bool

    def ready_at(self, from_at: float, need_days: float, threshold: float) -> float:
        """The instant of readiness for a need that starts at an instant; infinite if after the run.

        ``threshold`` is the person's exponential number on the accumulated hazard of the rounds,
        which is the same as trying each round in turn with its own chance.
        """
        at = self._need_ends_at(from_at, need_days) if self.pace else from_at + need_days
        if not self.has_rounds:
            return at
        first = bisect_left(self.rounds, at)
        before = self.chance[first - 1] if first else 0.0
        declared = bisect_left(self.chance, before + threshold, lo=first)
        return self.rounds[declared] if declared < len(self.rounds) else math.inf

    def treated_days(self, from_at: float, to_at: float) -> float:
        """Days of treatment gained between two instants of the run."""
        if not self.pace:
            return to_at - from_at
        return self._gained_by(to_at) - self._gained_by(from_at)

    def _gained_by(self, at: float) -> float:
        day = min(int(at), len(self.pace) - 1)
        return self.gained[day] + (at - day) * self.pace[day]

    def _need_ends_at(self, from_at: float, need_days: float) -> float:
        day = int(from_at)
        goal = self._gained_by(from_at) + need_days
        last = bisect_left(self.gained, goal, lo=day) - 1
        last = max(last, day)
        if last >= len(self.pace):
            return math.inf
        if goal <= self.gained[last]:
            return from_at  # nothing more is needed, on a day that may gain nothing
        return max(from_at, last + (goal - self.gained[last]) / self.pace[last])


def readiness(setting: Setting, kinds: Sequence[int]) -> Readiness | None:
    """The readiness rule of a setting over a run; None where need's end is readiness."""
    if setting.pace_by_weekday is None and not setting.decision_rounds:
        return None
    pace: tuple[float, ...] = ()
    if setting.pace_by_weekday is not None:
        by_weekday = setting.pace_by_weekday.factors()
        pace = tuple(by_weekday[kind] for kind in kinds)
    rounds = sorted(
        (day + each.at / MINUTES, -math.log1p(-min(each.prob_ready.value, 1 - 1e-16)))
        for day, kind in enumerate(kinds)
        for each in setting.decision_rounds
        if kind in each.days
    )
    return Readiness(
        pace=pace,
        gained=tuple(accumulate(pace, initial=0.0)),
        rounds=tuple(at for at, _ in rounds),
        chance=tuple(accumulate(SURE if hazard > 36 else hazard for _, hazard in rounds)),
        has_rounds=bool(setting.decision_rounds),
    )
