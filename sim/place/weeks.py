"""Calendars laid out over a run: when settings admit, and how many spaces are open.

Time is in days since the start of the run, at midnight. An English bank holiday counts as a Sunday
unless the place says otherwise.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from sim.place.calendars import Window
from sim.place.cycles import CapacityCycle
from sim.place.schema import Place, Setting
from sim.place.teams import Team
from sim.place.uptake import Phases
from sim.place.words import WEEKDAYS

MINUTES_PER_DAY = 1440


def kinds_of_day(place: Place, days: int) -> list[int]:
    """The weekday (0 = Monday) that each day of a run counts as."""
    return list(_kinds(place.start_date, days, place.bank_holidays == "as usual"))


@lru_cache(maxsize=64)
def _kinds(start: date, days: int, as_usual: bool) -> tuple[int, ...]:
    """The same; a calendar of holidays takes a while to make, and runs share it."""
    dates = [start + timedelta(days=day) for day in range(days)]
    if as_usual:
        return tuple(day.weekday() for day in dates)
    closed = bank_holidays(dates[0].year, dates[-1].year)
    sunday = WEEKDAYS.index("sun")
    return tuple(sunday if day in closed else day.weekday() for day in dates)


def bank_holidays(first_year: int, last_year: int) -> dict[date, str]:
    """England's bank holidays of some years, with their names."""
    import holidays

    years = range(first_year, last_year + 1)
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=years))


def openings(windows: Sequence[Window], kinds: Sequence[int]) -> list[tuple[float, float]]:
    """(from, to) of each stretch of open hours, joined where one ends as the next begins."""
    stretches: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        for window in sorted(windows, key=lambda window: window.start):
            if kind not in window.days:
                continue
            start, end = day + window.start / MINUTES_PER_DAY, day + window.end / MINUTES_PER_DAY
            _join(stretches, start, end)
    return stretches


def capacity_steps(
    place: Place, setting: Setting, kinds: Sequence[int], by_day: Sequence[float] = ()
) -> list[tuple[float, float]]:
    """(from, spaces) of each change of capacity, the first at 0; spaces may be infinite.

    A dated change stands before the weekly pattern, and that before the setting's own number, or
    that of each day if levers change it. A window of a cycle stands before that number, too.
    """
    usual = _limit(setting.spaces.limit)
    if setting.capacity_cycle:
        by_midnight = _without_repeats([(float(i), n) for i, n in enumerate(by_day or [usual])])
        return _without_repeats(_with_cycle(by_midnight, setting.capacity_cycle, len(kinds)))
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


def _with_cycle(
    usual: list[tuple[float, float]], cycle: CapacityCycle, days: int
) -> list[tuple[float, float]]:
    """The usual steps with those of a cycle's windows in their place."""
    steps: list[tuple[float, float]] = []
    at = 0.0
    for number, start, end in cycle.occurrences(cycle.windows, days):
        steps += _between(usual, at, start)
        steps.append((start, _limit(cycle.windows[number].spaces.limit)))
        at = end
    return steps + _between(usual, at, float(days))


def _between(
    steps: list[tuple[float, float]], start: float, end: float
) -> list[tuple[float, float]]:
    """The steps from one instant up to another; the first is what holds at the one."""
    if start >= end:
        return []
    ats = [at for at, _ in steps]
    first, last = bisect_right(ats, start), bisect_left(ats, end)
    return [(start, steps[first - 1][1]), *steps[first:last]]


def admission_hours(
    place: Place, name: str, kinds: Sequence[int], phases: Phases | None = None
) -> list[tuple[float, float]] | None:
    """(from, to) of each stretch in which a setting admits; None where it always does.

    Levers that start or spread open and close hours in part: in as many of the weeks as the uptake
    says, evenly spread.
    """
    levers = phases.touching(("settings", name, "admits")) if phases else ()
    places = phases.versions(levers) if phases else [place]
    windows = [each.settings[name].admits for each in places]
    if all(each is None for each in windows):
        return None
    if not phases or not levers:
        return openings(windows[0] or (), kinds)
    days = [_open_by_weekday(each) for each in windows]
    slots = {kind: _slots([each[kind] for each in days]) for kind in range(7)}
    stretches: list[tuple[float, float]] = []
    for day, kind in enumerate(kinds):
        for start, end in slots[kind]:
            are_open = [
                any(begin <= start and end <= until for begin, until in each[kind]) for each in days
            ]
            share = phases.mixed(day, levers, [float(is_open) for is_open in are_open])
            if happens(day, share, was=are_open[0]):
                _join(stretches, day + start / MINUTES_PER_DAY, day + end / MINUTES_PER_DAY)
    return stretches


def _open_by_weekday(windows: Sequence[Window] | None) -> list[list[tuple[int, int]]]:
    """For each weekday, the minutes from and to which a setting admits."""
    if windows is None:
        return [[(0, MINUTES_PER_DAY)]] * 7
    return [
        [(window.start, window.end) for window in windows if kind in window.days]
        for kind in range(7)
    ]


def _slots(versions: Sequence[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The parts of a day in which each of the versions is open or shut throughout."""
    edges = sorted({edge for hours in versions for window in hours for edge in window})
    return list(pairwise(edges))


def _join(stretches: list[tuple[float, float]], start: float, end: float) -> None:
    """Add a stretch, as part of the last one where that ends as it begins."""
    if stretches and stretches[-1][1] == start:
        stretches[-1] = (stretches[-1][0], end)
    else:
        stretches.append((start, end))


def happens(day: int, share: float, *, was: bool) -> bool:
    """Whether what can only happen or not does so on a day, if it is to in a share of the weeks.

    Each week of the run has a number from 0 to 1 (van der Corput's, evenly spread): 0, 1/2, 1/4,
    3/4, 1/8 and so on. What comes in happens in the weeks whose number is below its share; what
    goes out, and ``was`` there before, is missing in the weeks whose number is below the rest. So a
    meeting that moves from one day to another is held once in every week on the way.

    >>> [happens(7 * week, 0.5, was=False) for week in range(4)]
    [True, False, True, False]
    """
    week, number, digit = day // 7, 0.0, 0.5
    while week:
        number += digit * (week & 1)
        week, digit = week >> 1, digit / 2
    return not (1 - share > number) if was else share > number


def spaces_by_day(phases: Phases, setting: str, days: int) -> list[float]:
    """A setting's own number of spaces, as far as the levers have come, in whole spaces."""
    levers = phases.touching(("settings", setting, "spaces"))
    spaces = [_limit(each.settings[setting].spaces.limit) for each in phases.versions(levers)]
    return [mixed_whole(phases, day, levers, spaces) for day in range(days)]


def mixed_whole(phases: Phases, day: int, levers: Sequence[int], values: Sequence[float]) -> float:
    """A whole number of a day, out of its versions, rounded towards the one without levers."""
    if len(set(values)) == 1:
        return values[0]
    change = phases.mixed(day, levers, values) - values[0]
    return values[0] + math.trunc(change + math.copysign(1e-9, change))


def staff_steps(
    place: Place, name: str, kinds: Sequence[int], phases: Phases | None = None
) -> list[tuple[float, float]]:
    """(from, staff on duty) of each change of a team's staff, the first at 0.

    Levers that start or spread change the staff of each hour in part, in whole people, rounded
    towards the number without these levers.
    """
    levers = phases.touching(("teams", name)) if phases else ()
    places = phases.versions(levers) if phases else [place]
    each = [_staff(version, version.teams[name], kinds) for version in places]
    if phases is None or not levers:
        return _without_repeats(each[0])
    steps = []
    starts = [[at for at, _ in steps_of] for steps_of in each]
    for at in sorted({at for ats in starts for at in ats}):
        values = [
            steps_of[bisect_right(ats, at) - 1][1]
            for steps_of, ats in zip(each, starts, strict=True)
        ]
        steps.append((at, mixed_whole(phases, int(at), levers, values)))
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


def meetings(
    place: Place, name: str, kinds: Sequence[int], phases: Phases | None = None
) -> list[tuple[float, float]]:
    """(at, cases) of each meeting of a panel; cases may be infinite.

    Levers that start or spread bring meetings in, and take them out, in as many of the weeks as the
    uptake says; the cases of a meeting change in whole ones.
    """
    levers = phases.touching(("teams", name)) if phases else ()
    teams = [each.teams[name] for each in (phases.versions(levers) if phases else [place])]
    cases = [math.inf if team.cases is None else team.cases.value for team in teams]
    if phases is None or not levers:
        return [
            (day + minute / MINUTES_PER_DAY, cases[0]) for day, minute, _ in _times(teams, kinds)
        ]
    held = []
    for day, minute, meets in _times(teams, kinds):
        share = phases.mixed(day, levers, [float(each) for each in meets])
        if happens(day, share, was=meets[0]):
            at = day + minute / MINUTES_PER_DAY
            held.append((at, mixed_whole(phases, day, levers, cases)))
    return held


def _times(teams: Sequence[Team], kinds: Sequence[int]) -> Iterator[tuple[int, int, list[bool]]]:
    """(day, minute, whether each of them meets) where any version of a panel meets."""
    times = [
        {(kind, meeting.at) for meeting in team.meets for kind in meeting.days} for team in teams
    ]
    for day, kind in enumerate(kinds):
        for minute in sorted({at for each in times for on, at in each if on == kind}):
            yield day, minute, [(kind, minute) in each for each in times]


def _dated(place: Place, setting: Setting, day: int) -> float | None:
    """The spaces that a dated change sets on a day; None if none does."""
    today = place.start_date + timedelta(days=day)
    for change in setting.capacity_changes:
        if change.first <= today and (change.last is None or today <= change.last):
            return _limit(change.spaces.limit)
    return None


def _limit(spaces: int | None) -> float:
    return math.inf if spaces is None else spaces
