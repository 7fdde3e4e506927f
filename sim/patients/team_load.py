"""How much work is asked of each team on average, against its hours: no chance, no running.

The people a day on each way come from the traffic equations of the offered load. Each brings the
tasks of that way's transfer, as often as they are needed, and again what is done over after a
referral was returned. For a team with staff the work is in hours; for a panel, which decides at
once, in cases.

Left out, because they depend on how the queues go: what is done again because it went stale, the
work for people who go another way after a wait, and that of people who are there at the start.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from sim.patients.distributions import mean_days
from sim.patients.jobs import MAX_RETURNS
from sim.patients.offered_load import (
    Flow,
    Holds,
    chance_needed,
    days_counted,
    flows,
    held,
    mean_open,
    share_asked,
)
from sim.place.fields import in_locality
from sim.place.schema import Place
from sim.place.tasks import Task
from sim.place.weeks import kinds_of_day, meetings, staff_steps

DAYS_PER_WEEK, HOURS_PER_DAY = 7, 24

TeamVerdict = Holds | Literal["no work"]


@dataclass(frozen=True)
class TeamLoad:
    """What a team is asked for in a week on average, and what it has.

    ``work_hours`` are hours of its staff's time; 0 for a panel. ``staff_hours`` is None for a
    panel, and ``cases_decided`` (the most that it can decide) is None for a team with staff, and
    for a panel that decides whatever comes. ``work_of`` has the share of each task, the largest
    first: of the hours, or of a panel's cases.
    """

    team: str
    cases: float
    """Cases a week, those done again included."""
    cases_again: float
    """Of these, those done again after a return."""
    work_hours: float
    staff_hours: float | None
    meetings: float
    """Meetings a week; 0 for a team with staff."""
    cases_decided: float | None
    work_of: tuple[tuple[str, float], ...] = ()

    @property
    def is_panel(self) -> bool:
        """Whether it decides at meetings, and has no staff of its own."""
        return self.staff_hours is None

    @property
    def asked(self) -> float:
        """Hours of work a week; for a panel, cases a week."""
        return self.cases if self.is_panel else self.work_hours

    @property
    def has(self) -> float | None:
        """Hours of staff a week; for a panel, the most cases a week; None without a limit."""
        return self.cases_decided if self.is_panel else self.staff_hours

    @property
    def utilisation(self) -> float | None:
        """What is asked as a share of what it has; None without a limit."""
        return share_asked(self.asked, self.has)

    @property
    def surplus(self) -> float | None:
        """Hours or cases a week beyond those asked; below 0 a shortage; None without a limit."""
        return None if self.has is None else self.has - self.asked

    @property
    def growth_per_week(self) -> float:
        """Cases by which its queue grows each week, if it cannot hold."""
        if self.verdict != "cannot hold" or self.has is None:
            return 0.0
        return self.cases * (1 - self.has / self.asked)

    @property
    def verdict(self) -> TeamVerdict:
        """Whether it can hold, in words."""
        return "no work" if self.cases <= 0 else held(self.utilisation)


@dataclass(frozen=True)
class _Work:
    """What one person on a way brings to a team with one task, on average."""

    team: str
    task: str
    cases: float
    again: float
    hours: float

    def times(self, people: float) -> "_Work":
        """What so many people bring."""
        return replace(
            self, cases=self.cases * people, again=self.again * people, hours=self.hours * people
        )


def team_load(place: Place, days: float = 365) -> list[TeamLoad]:
    """What each team is asked for, on average over so many days from the place's start.

    Raises:
        InputError: a group can go round its routes for ever.
    """
    if not place.teams:
        return []
    kinds = kinds_of_day(place, days_counted(place, days))
    asked: dict[str, list[_Work]] = {name: [] for name in place.teams}
    per_person: dict[tuple[str, str, str | None], list[_Work]] = {}
    for way in flows(place, days):
        if way.transfer is None:
            continue
        key = way.transfer, way.group, way.locality
        if key not in per_person:
            per_person[key] = list(_work_of(place, way))
        week = way.people_per_day * DAYS_PER_WEEK
        for each in per_person[key]:
            asked[each.team].append(each.times(week))
    return [_load(place, name, work, kinds) for name, work in asked.items()]


def _work_of(place: Place, way: Flow) -> Iterator[_Work]:
    """What a person who takes this way brings, task by task."""
    assert way.transfer is not None
    transfer = place.transfers[way.transfer]
    for tasks in (transfer.arrange, transfer.hand_over):
        names = [task.task for task in tasks]
        for i, task in enumerate(tasks):
            chance = chance_needed(task, way.group)
            returns = chance * _mean_returns(task)
            yield from _cases(task, way, chance, returns, task.repeats.value)
            if not returns:
                continue
            earlier = tasks[i - 1 if task.returns_to is None else names.index(task.returns_to)]
            again = returns * chance_needed(earlier, way.group)
            yield from _cases(earlier, way, 0.0, again, task.repeats.value)


def _cases(task: Task, way: Flow, first: float, again: float, repeats: float) -> Iterator[_Work]:
    """So many cases of a task for its team, and some again with part of the working time."""
    team = in_locality(task.team, way.locality)
    if team is None or first + again <= 0:
        return
    hours = mean_days(task.works_for) * HOURS_PER_DAY if task.works_for else 0.0
    yield _Work(team, task.task, first + again, again, hours * (first + again * repeats))


def _mean_returns(task: Task) -> float:
    """How often a task is sent back on average: each time with the same chance."""
    chance = task.returned.value
    return chance * (1 - chance**MAX_RETURNS) / (1 - chance)


def _load(place: Place, name: str, work: list[_Work], kinds: list[int]) -> TeamLoad:
    weeks = len(kinds) / DAYS_PER_WEEK
    team = place.teams[name]
    staff_hours, held, most = None, [], None
    if team.is_panel:
        held = meetings(place, name, kinds)
        decided = sum(cases for _, cases in held) / weeks
        most = None if math.isinf(decided) else decided
    else:
        staff = mean_open(staff_steps(place, name, kinds), len(kinds))
        staff_hours = staff * HOURS_PER_DAY * DAYS_PER_WEEK
    return TeamLoad(
        team=name,
        cases=sum(each.cases for each in work),
        cases_again=sum(each.again for each in work),
        work_hours=sum(each.hours for each in work),
        staff_hours=staff_hours,
        meetings=len(held) / weeks,
        cases_decided=most,
        work_of=_shares(work, is_panel=team.is_panel),
    )


def _shares(work: list[_Work], *, is_panel: bool) -> tuple[tuple[str, float], ...]:
    """The share of each task in what a team is asked for, the largest first."""
    by_task: dict[str, float] = {}
    for each in work:
        part = each.cases if is_panel else each.hours
        by_task[each.task] = by_task.get(each.task, 0.0) + part
    whole = sum(by_task.values())
    shares = [(task, part / whole) for task, part in by_task.items() if whole > 0]
    return tuple(sorted(shares, key=lambda share: -share[1]))
