"""Calendars laid out over a run: when settings admit, and how many spaces are open.

Time is in days since the start of the run, at midnight. An English bank holiday counts as a Sunday
unless the place says otherwise.
"""

import math
from collections.abc import Sequence
from datetime import timedelta

from sim.place.calendars import Window
from sim.place.schema import Place, Setting
from sim.place.teams import Team
from sim.place.uptake import Phases
from sim.place.words import WEEKDAYS

MINUTES_PER_DAY = 1440


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
            start, end = day + window.start / MINUTES_PER_DAY, day + window.end / MINUTES_PER_DAY
            if stretches and stretches[-1][1] == start:
                stretches[-1] = (stretches[-1][0], end)
            else:
                stretches.append((start, end))
    return stretches


def capacity_steps(
    place: Place, setting: Setting, kinds: Sequence[int], by_day: Sequence[float] = ()
) -> list[tuple[float, float]]:
    """(from, spaces) of each change of capacity, the first at 0; spaces may be infinite.

    A dated change stands before the weekly pattern, and that before the setting's own number, or
    that of each day if levers change it.
    """
    usual = _limit(setting.spaces.limit)
    steps: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        if by_day:
            usual = by_day[day]
        of_day = [(0, _dated(place, setting, day))]
        if of_day[0][1] is None:
            of_day = [(0, usual)]
            windows = [window for window in setting.capacity_by_week if kind in window.days]
            for window in sorted(windows, key=lambda window: window.start):
                of_day += [(window.start, _limit(window.spaces.limit)), (window.end, usual)]
        for minute, spaces in of_day:
            at = day + minute / MINUTES_PER_DAY
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


def spaces_by_day(phases: Phases, setting: str, days: int) -> list[float]:
    """A setting's own number of spaces, as far as the levers have come, in whole spaces.

    Rounded towards the number without these levers.
    """
    spaces = [_limit(place.settings[setting].spaces.limit) for place in phases.places]
    if len(set(spaces)) == 1:
        return spaces[:1] * days
    changes = [phases.mixed(day, spaces) - spaces[0] for day in range(days)]
    return [spaces[0] + math.trunc(change + math.copysign(1e-9, change)) for change in changes]


def staff_steps(
    place: Place, name: str, kinds: Sequence[int], phases: Phases | None = None
) -> list[tuple[float, float]]:
    """(from, staff on duty) of each change of a team's staff, the first at 0.

    Levers that start or spread change the staff of each hour in part, in whole people, rounded
    towards the number without these levers.
    """
    if phases is None or len({str(each.teams.get(name)) for each in phases.places}) == 1:
        return _without_repeats(_staff(place, place.teams[name], kinds))
    each = [_staff(variant, variant.teams[name], kinds) for variant in phases.places]
    steps = []
    for at in sorted({at for steps_of in each for at, _ in steps_of}):
        values = [_at(steps_of, at) for steps_of in each]
        change = phases.mixed(int(at), values) - values[0]
        steps.append((at, values[0] + math.trunc(change + math.copysign(1e-9, change))))
    return _without_repeats(steps)


def _staff(place: Place, team: Team, kinds: Sequence[int]) -> list[tuple[float, float]]:
    """(from, staff on duty) at midnight, and at the beginning and end of each shift."""
    usual = team.staff.value if team.staff else 0.0
    steps: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        today = place.start_date + timedelta(days=day)
        changed = [c for c in team.staff_changes if c.first <= today <= (c.last or today)]
        if not team.works:
            steps.append((float(day), changed[-1].staff.value if changed else usual))
            continue
        steps.append((float(day), 0.0))
        for shift in sorted(team.works, key=lambda shift: shift.start):
            if kind not in shift.days:
                continue
            staff = shift.staff.value if shift.staff else usual
            if changed:
                staff = changed[-1].staff.value
            start = day + shift.start / MINUTES_PER_DAY
            if steps[-1][0] == start:
                steps.pop()
            steps += [(start, staff), (day + shift.end / MINUTES_PER_DAY, 0.0)]
    return [step for step in steps if step[0] < len(kinds)]


def _without_repeats(steps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Only the steps that change something; of several at one instant, the last."""
    kept: list[tuple[float, float]] = []
    for at, value in steps:
        if kept and kept[-1][0] == at:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((at, value))
    return kept


def _at(steps: list[tuple[float, float]], at: float) -> float:
    """The value that holds at an instant, from its start on."""
    return [value for start, value in steps if start <= at][-1]


def meetings(team: Team, kinds: Sequence[int]) -> list[float]:
    """The instants at which a panel meets."""
    return sorted(
        day + meeting.at / MINUTES_PER_DAY
        for day, kind in enumerate(kinds)
        for meeting in team.meets
        if kind in meeting.days
    )


def _dated(place: Place, setting: Setting, day: int) -> float | None:
    """The spaces that a dated change sets on a day; None if none does."""
    today = place.start_date + timedelta(days=day)
    for change in setting.capacity_changes:
        if change.first <= today and (change.last is None or today <= change.last):
            return _limit(change.spaces.limit)
    return None


def _limit(spaces: int | None) -> float:
    return math.inf if spaces is None else spaces
