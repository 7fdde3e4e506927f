"""How much care is asked of each setting on average, against what is open: no chance, no running.

The traffic equations are solved for each group: its arrivals, and all that follows from its routes,
loops included. People a day times the days that each holds a space are the spaces needed.

Left out, because they depend on how the queues go: waits for admission hours and for the next
space, outliers, and people turned away. Blocking only adds to the need; so what cannot hold here
cannot hold in a run either, unless people are held up or turned away before they get that far.
The wait for a decision round takes needs to end evenly over the week; the pace of treatment is
its mean over the days.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.patients.arrivals import mean_by_day
from sim.patients.distributions import mean_days
from sim.place.problems import input_error
from sim.place.reach import waited_for
from sim.place.schema import Place, Setting, destination, shares
from sim.place.tasks import Task
from sim.place.weeks import MINUTES_PER_DAY, capacity_steps, kinds_of_day
from sim.place.words import Pathway

Floats = NDArray[np.float64]

NEAR_LIMIT = 0.95
"""From this share of its spaces on, a setting has long queues that come and go."""

ROUNDING = 1e-9

Holds = Literal["cannot hold", "near its limit", "has room", "no limit"]
Verdict = Holds | Literal["nobody comes"]


def share_asked(asked: float, has: float | None) -> float | None:
    """What is asked as a share of what there is; None without a limit."""
    if has is None:
        return None
    if has == 0:
        return math.inf if asked > 0 else 0.0
    return asked / has


def held(load: float | None) -> Holds:
    """Whether such a load can be held, in words; None is a load without a limit."""
    if load is None:
        return "no limit"
    if load > 1 + ROUNDING:
        return "cannot hold"
    return "near its limit" if load >= NEAR_LIMIT - ROUNDING else "has room"


@dataclass(frozen=True)
class Flow:
    """People of one group who take one way a day: from the front door (None) or a setting.

    From a setting there is one for each part of the place in which people of the group live.
    """

    origin: str | None
    destination: str
    group: str
    people_per_day: float
    pathway: Pathway | None = None
    transfer: str | None = None
    locality: str | None = None


@dataclass(frozen=True)
class SettingLoad:
    """What a setting is asked for on average, and what it has.

    Days are means for each person there. ``need_days`` is the stay with its slower days, and the
    wait for a decision round (``decision_days`` of it). ``process_days`` is the time for which a
    space is taken besides: tasks before leaving, hand-over on the way in, turnaround; not work of
    teams, which takes the longer the more they have to do. ``each`` is what a person takes on
    average of the spaces (for care at home, visits or hours a day); else 1.
    ``spaces_open`` is None without a limit. ``waits_in`` holds where people come from (None = the
    front door), and so where they wait for a space, with the share of each.
    """

    setting: str
    arrivals_per_day: float
    need_days: float
    decision_days: float
    process_days: float
    spaces_open: float | None
    waits_in: tuple[tuple[str | None, float], ...]
    there_at_start: int
    waiting_at_start: int
    open_at_start: int | None
    each: float = 1.0

    @property
    def needed_for_need(self) -> float:
        """Spaces taken on average by people who need the setting."""
        return _times(self.arrivals_per_day, self.need_days) * self.each

    @property
    def needed_for_process(self) -> float:
        """Spaces taken on average by arranging, handing over and turnaround."""
        return _times(self.arrivals_per_day, self.process_days) * self.each

    @property
    def spaces_needed(self) -> float:
        """Spaces needed on average if nobody ever waited for the next one."""
        return self.needed_for_need + self.needed_for_process

    @property
    def utilisation(self) -> float | None:
        """Spaces needed as a share of spaces open; None without a limit."""
        return share_asked(self.spaces_needed, self.spaces_open)

    @property
    def surplus(self) -> float | None:
        """Spaces open beyond those needed; below 0 a shortage; None without a limit."""
        return None if self.spaces_open is None else self.spaces_open - self.spaces_needed

    @property
    def queue_growth_per_day(self) -> float:
        """People a day by which the queue for it grows: arrivals less those who can be served."""
        if self.verdict != "cannot hold" or self.spaces_open is None:
            return 0.0
        days_each = (self.need_days + self.process_days) * self.each
        return self.arrivals_per_day - self.spaces_open / days_each

    @property
    def verdict(self) -> Verdict:
        """Whether it can hold, in words."""
        return "nobody comes" if self.arrivals_per_day <= 0 else held(self.utilisation)


def offered_load(place: Place, days: float = 365) -> list[SettingLoad]:
    """What each setting is asked for, on average over so many days from the place's start.

    Where numbers of arrivals are listed by date for fewer days, only those days count.

    Raises:
        InputError: a group can go round its routes for ever.
    """
    dates = _dates(place, days)
    ways = flows(place, days)
    as_weekdays = kinds_of_day(place, len(dates))
    return [_load(place, name, ways, as_weekdays) for name in place.settings]


def days_counted(place: Place, days: float = 365) -> int:
    """How many days the averages are over: those asked for, if arrivals are known for them all."""
    return len(_dates(place, days))


def flows(place: Place, days: float = 365) -> list[Flow]:
    """People a day on every way of every group, the front door first.

    Raises:
        InputError: a group can go round its routes for ever.
    """
    counted = days_counted(place, days)
    return [flow for group in place.patients for flow in _group_flows(place, group, counted)]


def _group_flows(place: Place, name: str, days: int) -> Iterator[Flow]:
    group = place.patients[name]
    per_day = float(np.mean(mean_by_day(place, group, days)))
    yield Flow(None, group.arrives_at, name, per_day)
    found: dict[tuple[str, str, Pathway | None, str | None, str | None], float] = {}
    for locality, part in place.localities_of(name).items():
        for setting, visits in _visits(place, name, locality).items():
            ways = place.routes_from(name, setting, locality)
            for route, share in shares(ways).items():
                way = ways[route]
                key = setting, destination(route, way), way.pathway, way.transfer, locality
                found[key] = found.get(key, 0.0) + per_day * part * visits * share
    for (setting, to, pathway, transfer, locality), people in found.items():
        if people > 0:
            yield Flow(setting, to, name, people, pathway, transfer, locality)


def _visits(place: Place, group: str, locality: str | None) -> dict[str, float]:
    """How often a person of this group and locality comes to each setting within reach."""
    settings = _reachable(place, group, locality)
    number = {setting: i for i, setting in enumerate(settings)}
    onward = np.zeros((len(settings), len(settings)))
    for setting, i in number.items():
        ways = place.routes_from(group, setting, locality)
        for route, share in shares(ways).items():
            to = destination(route, ways[route])
            if to in number:
                onward[i, number[to]] += share
    from_the_door = np.zeros(len(settings))
    from_the_door[0] = 1.0
    try:
        visits = np.linalg.solve(np.eye(len(settings)) - onward.T, from_the_door)
    except np.linalg.LinAlgError:
        visits = np.full(len(settings), np.inf)
    if not np.all(np.isfinite(visits)) or visits.min() < -1e-6 or visits.max() > 1e9:
        raise input_error(
            f"patients.{group}",
            f"its people can go round for ever among {', '.join(settings)}; "
            "a route must lead from there to an exit",
        )
    return dict(zip(settings, np.maximum(visits, 0.0).tolist(), strict=True))


def _reachable(place: Place, group: str, locality: str | None) -> list[str]:
    """The settings that people of a group can come to, from the one at which they arrive."""
    found = [place.patients[group].arrives_at]
    for setting in found:
        ways = place.routes_from(group, setting, locality)
        for route, share in shares(ways).items():
            to = destination(route, ways[route])
            if share > 0 and to in place.settings and to not in found:
                found.append(to)
    return found


def _load(place: Place, name: str, ways: list[Flow], weekdays: list[int]) -> SettingLoad:
    setting = place.settings[name]
    coming = [way for way in ways if way.destination == name]
    arrivals = sum(way.people_per_day for way in coming)
    decision_days = _round_wait(setting, weekdays)
    stay_days = _per_person(arrivals, ((way, _stay(place, way, name)) for way in coming))
    steps = capacity_steps(place, setting, weekdays)
    spaces_open, at_start = mean_open(steps, len(weekdays)), steps[0][1]
    return SettingLoad(
        setting=name,
        arrivals_per_day=arrivals,
        need_days=stay_days / _mean_pace(setting, weekdays) + decision_days,
        decision_days=decision_days,
        process_days=_process_days(place, name, ways, arrivals),
        spaces_open=None if math.isinf(spaces_open) else spaces_open,
        waits_in=_waits_in(coming, arrivals),
        there_at_start=_there(place, name),
        waiting_at_start=sum(
            int(row.number.value) for row in place.start.waiting if name in waited_for(place, row)
        ),
        open_at_start=None if math.isinf(at_start) else int(at_start),
        each=(setting.need.first.value + setting.need.last.value) / 2 if setting.need else 1.0,
    )


def _stay(place: Place, way: Flow, setting: str) -> float:
    stay = place.stay_of(way.group, setting)
    return mean_days(stay) if stay else 0.0


def _per_person(people: float, parts: Iterator[tuple[Flow, float]]) -> float:
    """The mean over people of the days that each way brings."""
    total = sum(_times(way.people_per_day, days) for way, days in parts)
    return total / people if people > 0 else 0.0


def _process_days(place: Place, name: str, ways: list[Flow], arrivals: float) -> float:
    """Mean days for which a person takes a space besides needing it."""

    def days(way: Flow) -> float:
        if way.transfer is None:
            return 0.0
        transfer = place.transfers[way.transfer]
        hand_over = _tasks_days(transfer.hand_over, way.group)
        held_here = hand_over if way.destination == name else 0.0
        arrange = _tasks_days(transfer.arrange, way.group)
        leaving = arrange + hand_over if way.origin == name else 0.0
        return held_here + leaving

    here = ((way, days(way)) for way in ways if name in (way.origin, way.destination))
    turnaround = place.settings[name].turnaround
    return _per_person(arrivals, here) + (turnaround.days if turnaround else 0.0)


def _tasks_days(tasks: tuple[Task, ...], group: str) -> float:
    """Mean days for a group of the tasks that take time of their own, as if one after another."""
    return sum(
        mean_days(task.takes) * chance_needed(task, group)
        for task in tasks
        if task.takes is not None
    )


def chance_needed(task: Task, group: str) -> float:
    """The chance that a person of a group needs a task, and no earlier one is trusted for it."""
    if task.only_for and group not in task.only_for:
        return 0.0
    return task.prob.value * (1 - task.trusted.value)


def _waits_in(coming: list[Flow], arrivals: float) -> tuple[tuple[str | None, float], ...]:
    """Where those who come are before, the largest share first."""
    people: dict[str | None, float] = {}
    for way in coming:
        people[way.origin] = people.get(way.origin, 0.0) + way.people_per_day
    parts = [(origin, number / arrivals) for origin, number in people.items() if number > 0]
    return tuple(sorted(parts, key=lambda part: -part[1]))


def _there(place: Place, name: str) -> int:
    """People in a setting at the start: those who need it, and those who wait there to go on."""
    needing = sum(int(row.number.value) for row in place.start.people if row.setting == name)
    waiting = sum(int(row.number.value) for row in place.start.waiting if row.setting == name)
    return needing + waiting


def _dates(place: Place, days: float) -> list[date]:
    """The dates that the averages are over, to the first that a file of numbers lacks."""
    listed = [group.daily_numbers for group in place.patients.values() if group.daily_numbers]
    dates: list[date] = []
    for number in range(max(1, math.ceil(days))):
        day = place.start_date + timedelta(days=number)
        if any(day not in numbers.by_date for numbers in listed):
            break
        dates.append(day)
    if not dates:
        raise input_error("patients", f"there are no numbers of arrivals for {place.start_date}")
    return dates


def _mean_pace(setting: Setting, weekdays: list[int]) -> float:
    """Days of treatment gained in a day, on average."""
    if setting.pace_by_weekday is None:
        return 1.0
    factors = setting.pace_by_weekday.factors()
    return max(sum(factors[day] for day in weekdays) / len(weekdays), 1e-9)


def _round_wait(setting: Setting, weekdays: list[int]) -> float:
    """Mean days from the end of need to the round that declares it, if needs end at any time.

    The days are taken to come round again after the last.
    """
    rounds = sorted(
        (day + round_.at / MINUTES_PER_DAY, round_.prob_ready.value)
        for day, weekday in enumerate(weekdays)
        for round_ in setting.decision_rounds
        if weekday in round_.days
    )
    if not rounds:
        return 0.0
    at, prob_ready = np.array(rounds).T
    if prob_ready.max() < 1e-9:
        return math.inf
    gaps = np.diff(at, prepend=at[-1] - len(weekdays))
    waits = gaps / 2 + (1 - prob_ready) * _more_wait_after_a_round(gaps, prob_ready)
    return float(np.sum(gaps * waits) / np.sum(gaps))


def _more_wait_after_a_round(gaps: Floats, prob_ready: Floats) -> Floats:
    """Mean days that those whom a round did not declare ready still wait; shape (rounds,).

    ``gaps`` are the days before each round. The rounds form a ring: the wait after the last is
    the gap before the first, and then, for those missed, the wait after the first.
    """
    constant, slope = 0.0, 1.0
    for gap, prob in zip(gaps[::-1], prob_ready[::-1], strict=True):
        constant, slope = gap + (1 - prob) * constant, (1 - prob) * slope
    after = np.zeros(len(gaps))
    after[-1] = constant / (1 - slope)
    for i in range(len(gaps) - 2, -1, -1):
        after[i] = gaps[i + 1] + (1 - prob_ready[i + 1]) * after[i + 1]
    return after


def mean_open(steps: list[tuple[float, float]], days: int) -> float:
    """Mean spaces open over the days; infinite where at any time there is no limit."""
    ends = [*(at for at, _ in steps[1:]), float(days)]
    return sum(spaces * (end - at) for (at, spaces), end in zip(steps, ends, strict=True)) / days


def _times(people: float, days: float) -> float:
    """People times days, where nobody takes no time however long it is."""
    return people * days if people > 0 else 0.0
