"""When people are ready to leave: the pace of treatment by weekday, then decision rounds."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sim.place.parts import keys_of_readiness
from sim.place.schema import Place, Setting
from sim.place.uptake import Phases
from sim.place.weeks import MINUTES_PER_DAY

SURE = 1000.0
"""Stands for an endless hazard: e^-1000 is nought, and no threshold comes near."""


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


def readiness(
    place: Place, name: str, kinds: Sequence[int], phases: Phases | None = None
) -> Readiness | None:
    """The readiness rule of a setting over a run; None where need's end is readiness.

    Levers that start or spread change the pace of a day, and a round's chance, in part: a round
    that a lever adds has its own chance times the uptake.
    """
    levers = phases.touching(*keys_of_readiness(name)) if phases else ()
    places = phases.versions(levers) if phases else [place]
    settings = [each.settings[name] for each in places]
    if not any(each.pace_by_weekday or each.decision_rounds or each.pushes for each in settings):
        return None
    weeks = [_paces(place, setting, kinds) for setting in settings]
    hazards = [_hazards(place, setting, kinds) for setting in settings]
    pace, rounds = weeks[0], sorted(hazards[0].items())
    if phases and levers:
        pace = _mixed_pace(phases, levers, weeks, len(kinds))
        rounds = [
            (at, _mixed_hazard(phases, at[0], levers, [each.get(at, 0.0) for each in hazards]))
            for at in sorted({at for each in hazards for at in each})
        ]
        rounds = [(at, hazard) for at, hazard in rounds if hazard]
    return Readiness(
        pace=pace,
        gained=tuple(accumulate(pace, initial=0.0)),
        rounds=tuple(day + minute / MINUTES_PER_DAY for (day, minute), _ in rounds),
        chance=tuple(accumulate(SURE if hazard > 36 else hazard for _, hazard in rounds)),
        has_rounds=bool(settings[0].decision_rounds),
    )


def _paces(place: Place, setting: Setting, kinds: Sequence[int]) -> tuple[float, ...]:
    """Days of treatment gained on each day; empty at the full pace."""
    if setting.pace_by_weekday is None and not setting.pushes:
        return ()
    week = setting.pace_by_weekday
    by_weekday = week.factors() if week is not None else (1.0,) * 7
    return tuple(by_weekday[kind] * _push(place, setting, day)[0] for day, kind in enumerate(kinds))


def _hazards(place: Place, setting: Setting, kinds: Sequence[int]) -> dict[tuple[int, int], float]:
    """The hazard of being declared ready at each round, by its day and minute."""
    hazards: dict[tuple[int, int], float] = {}
    for day, kind in enumerate(kinds):
        push = _push(place, setting, day)[1]
        for each in setting.decision_rounds:
            if kind in each.days:
                hazard = -math.log1p(-min(each.prob_ready.value, 1 - 1e-16)) * push
                hazards[day, each.at] = hazards.get((day, each.at), 0.0) + hazard
    return hazards


def _mixed_pace(
    phases: Phases, levers: Sequence[int], weeks: Sequence[tuple[float, ...]], days: int
) -> tuple[float, ...]:
    """The pace of each day out of its versions; one of them as it is, where all days agree."""
    full = (1.0,) * days
    mixed = tuple(
        phases.mixed(day, levers, [(week or full)[day] for week in weeks]) for day in range(days)
    )
    return next((week for week in weeks if (week or full) == mixed), mixed)


def _mixed_hazard(
    phases: Phases, day: int, levers: Sequence[int], hazards: Sequence[float]
) -> float:
    """The hazard of a round out of its versions: chances are mixed, unless one holds in full."""
    if len(set(hazards)) == 1 or not phases.is_mixed(day, levers):
        return phases.mixed(day, levers, hazards)
    return -math.log1p(-phases.mixed(day, levers, [-math.expm1(-each) for each in hazards]))


def _push(place: Place, setting: Setting, day: int) -> tuple[float, float]:
    """Factors on pace and readiness on a day of the run."""
    pace = readiness = 1.0
    if setting.pushes:
        today = place.start_date + timedelta(days=day)
        for push in setting.pushes:
            if push.first <= today <= push.last:
                pace, readiness = pace * push.pace.value, readiness * push.readiness.value
    return pace, readiness
