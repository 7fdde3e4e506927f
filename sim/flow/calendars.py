"""The calendars of settings and teams, laid on the clock: capacity, hours, shifts, meetings."""

from __future__ import annotations

from sim.flow.care import Care
from sim.flow.clock import CareEnvironment
from sim.flow.readiness import readiness
from sim.flow.team import Team
from sim.flow.ward import Ward
from sim.patients.plan import Plan
from sim.place.schema import Setting
from sim.place.weeks import (
    admission_hours,
    capacity_steps,
    kinds_of_day,
    meetings,
    spaces_by_day,
    staff_steps,
)

Hours = list[tuple[float, float]]


def furnish(
    plan: Plan, wards: list[Ward], env: CareEnvironment, days: int
) -> tuple[list[Hours], list[Hours | None]]:
    """Give each ward its rules, and put its calendar on the clock.

    Returns, for each setting, (from, spaces) of each change of capacity, and the stretches in
    which it admits; None for always.
    """
    kinds, phases = kinds_of_day(plan.place, days), plan.phases
    capacity: list[Hours] = []
    open_hours: list[Hours | None] = []
    for ward in wards:
        name, setting = plan.settings[ward.number], plan.setting(ward.number)
        _give_rules(ward, setting, [wards[plan.settings.index(name)] for name in setting.overflow])
        ward.readiness = readiness(plan.place, name, kinds, phases)
        if ward.care is not None and ward.care.tapers:
            for day in range(1, days):
                env.plan_at(float(day), _new_day, env, ward, day)
        by_day = spaces_by_day(phases, name, days) if phases else ()
        steps = capacity_steps(plan.place, setting, kinds, by_day)
        for at, spaces in steps:
            _change_at(env, at, ward, capacity=spaces)
        capacity.append(steps)
        hours = admission_hours(plan.place, name, kinds, phases)
        if hours is not None:
            ward.has_hours = True
            ward.change(0.0, is_open=False)
            for start, end in hours:
                _change_at(env, start, ward, is_open=True)
                _change_at(env, end, ward, is_open=False)
        open_hours.append(hours)
    return capacity, open_hours


def _give_rules(ward: Ward, setting: Setting, overflow: list[Ward]) -> None:
    """What holds in a ward whatever the day."""
    ward.overflow = tuple(overflow)
    if setting.queue_limit is not None:
        ward.queue_limit = setting.queue_limit.value
    elif setting.overflow:
        ward.queue_limit = 0
    ward.outlier_times = setting.outlier_stay_times.value
    ward.returns = setting.returns
    ward.turnaround_days = setting.turnaround.days if setting.turnaround else 0.0
    if setting.need is not None:
        ward.care = Care(setting.need.first.value, setting.need.last.value)
        ward.each = setting.need.first.value


def _new_day(env: CareEnvironment, ward: Ward, day: int) -> None:
    """A new day of care at home: those who get better need less."""
    assert ward.care is not None
    more = ward.care.taper(day)
    if more:
        ward.use(env._now, more)
        env.touched.append(ward)


def _change_at(
    env: CareEnvironment,
    at: float,
    ward: Ward,
    capacity: float | None = None,
    is_open: bool | None = None,
) -> None:
    """Change a ward's capacity or hours at an instant; at the start, at once."""
    if at <= 0:
        ward.change(0.0, capacity, is_open)
    else:
        env.plan_at(at, _change, env, ward, capacity, is_open)


def _change(env: CareEnvironment, ward: Ward, capacity: float | None, is_open: bool | None) -> None:
    ward.change(env._now, capacity, is_open)
    if ward.queue:
        env.touched.append(ward)


def call_teams(plan: Plan, teams: list[Team], env: CareEnvironment, days: int) -> list[Hours]:
    """Put each team's shifts, and each panel's meetings, on the clock.

    Returns, for each team, (from, staff on duty) of each change; empty for a panel.
    """
    kinds, phases = kinds_of_day(plan.place, days), plan.phases
    changes: list[Hours] = []
    for team, (name, rule) in zip(teams, plan.place.teams.items(), strict=True):
        if rule.is_panel:
            team.is_panel = True
            for at, cases in meetings(plan.place, name, kinds, phases):
                env.plan_at(at, team.meet, cases)
            changes.append([])
            continue
        steps = staff_steps(plan.place, name, kinds, phases)
        for at, staff in steps:
            if at <= 0:
                team.on_duty = staff
            else:
                env.plan_at(at, team.change_staff, staff)
        changes.append(steps)
    return changes
