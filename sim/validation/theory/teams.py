"""Teams, panels and tasks: how long work waits, and how long a discharge takes.

Sources: Erlang (1917) for M/M/c; Bailey (1954) for a queue served in batches at fixed times; Rényi
(1953) for the largest of several exponential times.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.making.replicate import Replication
from sim.measures.tasks import JobTimes, jobs_of
from sim.patients.team_load import team_load
from sim.place.schema import Place
from sim.validation.case import Case, a_place, measured, theory
from sim.validation.theory.formulas import erlang_c, left_over

Floats = NDArray[np.float64]


def teams(quick: bool) -> Iterator[Case]:
    """Teams, panels and tasks."""
    yield day_and_night(quick)
    yield with_hours(quick)
    yield weekly_panel(quick)
    yield panel_with_limit(quick)
    yield side_by_side(quick)
    yield one_after_another(quick)
    yield sent_back(quick)
    yield town(quick)
    yield too_much_work(quick)


def leave_after(
    tasks: list[dict[str, Any]], per_day: float, teams: dict[str, Any], **group: Any
) -> Place:
    """People who need a ward for a day, then all of some tasks, and go home."""
    return a_place(
        bank_holidays="as usual",
        settings={"ward": {"beds": "unlimited", "stay": 1, "acute": True}},
        teams=teams,
        transfers={"go": {"arrange": tasks}},
        routes={"ward": {"home": {"share": 1, "pathway": "P1", "transfer": "go"}}},
        patients={"people": {"arrives_at": "ward", "per_day": per_day, **group}},
    )


def log(run: Replication) -> JobTimes:
    """What each task of a team was given, and when."""
    return jobs_of(run.run, run.measured.stays)


def delays(run: Replication, before: float) -> Floats:
    """The delays of those who became ready before a day."""
    stays = run.measured.stays
    early = stays.ready_at < before
    return np.asarray(stays.left_at[early] - stays.ready_at[early])


def review(mean_hours: float) -> dict[str, Any]:
    """A therapy review of exponential length."""
    return {"task": "Review", "team": "therapy", "reason": "therapy-review",
            "works_for": {"exponential": {"mean": mean_hours, "unit": "hours"}}}  # fmt: skip


def day_and_night(quick: bool) -> Case:
    """A team that works day and night is M/M/c."""
    staff, per_day, hours = 3, 12.0, 4.0
    load = per_day * hours / 24
    share = erlang_c(staff, load)
    wait = share * hours / 24 / (staff - load)

    def read(run: Replication) -> list[float]:
        jobs = log(run)
        begun = (jobs.due_at >= 30) & np.isfinite(jobs.started_at)
        late = jobs.started_at[begun] > jobs.due_at[begun]
        names = ("start_wait_days", "backlog", "busy")
        return [*(measured(run, name, team="therapy") for name in names), float(late.mean())]

    return theory(
        "team-day-and-night", "A team of three that works day and night (M/M/c)", "Erlang (1917)",
        leave_after([review(hours)], per_day, {"therapy": {"staff": staff}}),
        {
            "days until begun": wait, "cases waiting": per_day * wait,
            "share of hours busy": load / staff, "share that wait": share,
        },
        read, days=400, warm_up=30, replications=(120, 24), quick=quick, near=0.05,
    )  # fmt: skip


def with_hours(quick: bool) -> Case:
    """A team with hours is M/M/c in its working time: what is put down at night goes on.

    People come due only in the hours that it works.
    """
    opens, closes, staff, per_day, hours = 9, 17, 2, 5.0, 2.0
    load = per_day / (closes - opens) * hours
    share = erlang_c(staff, load)

    def working_hours(at: Floats) -> Floats:
        clock = np.clip(at % 1 * 24 - opens, 0, closes - opens)
        return np.asarray(np.floor(at) * (closes - opens) + clock)

    def read(run: Replication) -> list[float]:
        jobs = log(run)
        begun = (jobs.due_at >= 30) & np.isfinite(jobs.started_at)
        due, started = jobs.due_at[begun], jobs.started_at[begun]
        waited = working_hours(started) - working_hours(due)
        busy = measured(run, "busy", team="therapy")
        return [float(waited.mean()), float((started > due).mean()), busy]

    by_hour = [float(opens <= hour < closes) for hour in range(24)]
    works = {"days": "every day", "from": "09:00", "to": "17:00"}
    return theory(
        "team-with-hours", "A team of two that works from 9:00 to 17:00 (M/M/c in its hours)",
        "Erlang (1917)",
        leave_after(
            [review(hours)], per_day, {"therapy": {"staff": staff, "works": works}}, by_hour=by_hour
        ),
        {
            "working hours until begun": share * hours / (staff - load),
            "share that wait": share, "share of hours busy": load / staff,
        },
        read, days=600, warm_up=30, replications=(120, 24), quick=quick, near=0.04,
    )  # fmt: skip


PANEL = {"task": "Panel", "team": "panel", "reason": "funding-eligibility"}


def weekly_panel(quick: bool) -> Case:
    """The wait for a weekly panel without limit is uniform over the week."""

    def read(run: Replication) -> list[float]:
        jobs = log(run)
        waited = (jobs.started_at - jobs.due_at)[(jobs.due_at >= 7) & (jobs.due_at < 694)]
        return [float(waited.mean()), float((waited**2).mean()), float((waited < 1.4).mean())]

    meets = {"days": "wed", "at": "14:00"}
    return theory(
        "panel-weekly", "A weekly panel without limit: the wait is uniform over the week",
        "Bailey (1954)", leave_after([PANEL], 5.0, {"panel": {"meets": meets}}),
        {"days waited": 3.5, "mean square of it": 49 / 3, "share within a fifth of a week": 0.2},
        read, days=701, warm_up=7, replications=(60, 20), quick=quick,
    )  # fmt: skip


def panel_with_limit(quick: bool) -> Case:
    """The wait for a panel with a limit is that of a queue served in batches."""
    per_day, cases = 1.2, 11
    wait = 3.5 + left_over(7 * per_day, cases) / per_day
    meets = {"days": "wed", "at": "14:00"}
    return theory(
        "panel-limit", "A weekly panel that decides 11 cases: a queue served in batches",
        "Bailey (1954), Lindley (1952)",
        leave_after([PANEL], per_day, {"panel": {"meets": meets, "cases": cases}}),
        {"days waited": wait, "cases waiting": per_day * wait},
        lambda run: [measured(run, each, team="panel") for each in ("start_wait_days", "backlog")],
        days=1901, warm_up=301, replications=(120, 24), quick=quick,
    )  # fmt: skip


def waits(means: list[float], **more: Any) -> list[dict[str, Any]]:
    """Tasks that take a time and need no team."""
    return [
        {"task": f"t{i}", "takes": {"exponential": {"mean": mean}}, "reason": "equipment", **more}
        for i, mean in enumerate(means)
    ]


def side_by_side(quick: bool) -> Case:
    """Tasks side by side take as long as the longest, and then comes what follows them all."""
    means = [1.0, 0.5, 2.0]
    rates = [1 / mean for mean in means]
    longest = sum(
        (-1) ** (size + 1) / sum(some) for size in (1, 2, 3) for some in combinations(rates, size)
    )
    last = {"task": "last", "takes": 0.5, "reason": "transport", "after": ["t0", "t1", "t2"]}
    tasks: list[dict[str, Any]] = [*waits(means, after=[]), last]

    def read(run: Replication) -> list[float]:
        delay = delays(run, 70)
        return [float(delay.mean()), float((delay <= 2.5).mean())]

    return theory(
        "side-by-side", "Three tasks side by side, then half a day: the longest, and then that",
        "Rényi (1953)", leave_after(tasks, 40.0, {}),
        {
            "days until gone": longest + 0.5,
            "share gone within 2.5 days": float(np.prod([1 - np.exp(-2 * rate) for rate in rates])),
        },
        read, days=100, replications=(100, 24), quick=quick,
    )  # fmt: skip


def one_after_another(quick: bool) -> Case:
    """Tasks one after another take as long as all of them."""
    return theory(
        "one-after-another", "Three tasks one after another: their sum", "sums of means",
        leave_after(waits([1.0, 0.5, 2.0]), 40.0, {}), {"days until gone": 3.5},
        lambda run: [float(delays(run, 70).mean())],
        days=100, replications=(80, 24), quick=quick,
    )  # fmt: skip


def sent_back(quick: bool) -> Case:
    """The number of times that a referral goes back is geometric."""
    returned, repeats, first, second = 0.35, 0.5, 6.0, 3.0
    tasks: list[dict[str, Any]] = [
        {"task": "Refer", "team": "ward", "reason": "referral-to-hub",
         "works_for": {"exponential": {"mean": first, "unit": "hours"}}},
        {"task": "Confirm", "team": "hub", "reason": "needs-and-pathway", "returned": returned,
         "repeats": repeats, "works_for": {"exponential": {"mean": second, "unit": "hours"}}},
    ]  # fmt: skip
    redone = returned / (1 - returned)

    def read(run: Replication) -> list[float]:
        stays, jobs = run.measured.stays, log(run)
        early = stays.ready_at < 80
        mine = (jobs.team == run.run.plan.teams.index("hub")) & early[jobs.stay]
        times = np.bincount(jobs.stay[mine], minlength=len(early))[early]
        return [
            float(delays(run, 80).mean()), float(times.mean() - 1), float((times > 1).mean()),
            float((times > 3).mean()), measured(run, "handoffs_per_discharge"),
        ]  # fmt: skip

    return theory(
        "sent-back", "A referral that goes back: geometric", "the geometric distribution",
        leave_after(tasks, 40.0, {"ward": {"staff": 500}, "hub": {"staff": 500}}),
        {
            "days until gone": (first + second) / 24 * (1 + repeats * redone),
            "times done again": redone, "share that go back": returned,
            "share that go back three times or more": returned**3,
            "hand-offs: there, and each time back and there again": 1 + 2 * redone,
        },
        read, days=80, warm_up=20, replications=(100, 24), quick=quick,
    )  # fmt: skip


HOURS = {"days": "mon-fri", "from": "08:00", "to": "18:00"}


def a_town() -> Place:
    """Two councils, a hub that sends referrals back, tasks side by side, a weekly panel."""
    refer = {"task": "refer", "team": "wards", "reason": "referral-to-hub",
             "works_for": {"exponential": {"mean": 1, "unit": "hours"}}}  # fmt: skip
    confirm = {"task": "confirm", "team": "hub", "reason": "needs-and-pathway",
               "works_for": {"gamma": {"mean": 1.5, "sd": 1, "unit": "hours"}},
               "returned": 0.3, "repeats": 0.5}  # fmt: skip
    assess = {"task": "assess", "team": {"north": "north", "south": "south"},
              "reason": "p1-social-care-arrangements", "trusted": 0.25,
              "works_for": {"gamma": {"mean": 3, "sd": 1, "unit": "hours"}}}  # fmt: skip
    fund = {"task": "fund", "team": "panel", "reason": "funding-eligibility", "prob": 0.4,
            "after": ["confirm"]}  # fmt: skip
    return a_place(
        settings={"ward": {"beds": "unlimited", "stay": {"exponential": {"mean": 5}}}},
        teams={
            "wards": {"staff": 1, "works": HOURS},
            "hub": {"staff": 1, "works": HOURS},
            "north": {"staff": 1, "works": HOURS},
            "south": {"staff": 1, "works": [HOURS, {**HOURS, "days": "sat, sun"}]},
            "panel": {"meets": {"days": "wed", "at": "14:00"}, "cases": 14},
        },
        transfers={"leave": {"arrange": [refer, confirm, assess, fund]}},
        routes={"ward": {"home": {"share": 1, "transfer": "leave"}}},
        patients={
            "people": {
                "arrives_at": "ward", "per_day": 3, "lives_in": {"north": 0.6, "south": "rest"}
            }
        },
    )  # fmt: skip


def town(quick: bool) -> Case:
    """Teams are busy for as much as ``careflow explain`` says is asked of them."""
    days, warm_up = 728, 91
    place = a_town()
    loads = {load.team: load for load in team_load(place, warm_up + days)}
    exact = {
        f"share of hours busy, {name}": load.utilisation
        for name, load in loads.items()
        if load.utilisation is not None and not load.is_panel
    }
    busy = [name for name, load in loads.items() if not load.is_panel]

    def read(run: Replication) -> list[float]:
        cases = [measured(run, "cases_per_week", team=name) for name in loads]
        return [*(measured(run, "busy", team=name) for name in busy), *cases]

    return theory(
        "town", "Work asked of five teams, returns and trusted assessors included", "flow balance",
        place, {**exact, **{f"cases a week, {name}": load.cases for name, load in loads.items()}},
        read, days=days, warm_up=warm_up, replications=(60, 20), quick=quick, near=0.03,
    )  # fmt: skip


def too_much_work(quick: bool) -> Case:
    """A team that cannot hold builds up as many cases as ``careflow explain`` says."""
    days = 364
    place = a_place(
        settings={"ward": {"beds": "unlimited", "stay": 1}},
        teams={"hub": {"staff": 1, "works": HOURS}},
        transfers={"leave": {"arrange": [
            {"task": "confirm", "team": "hub", "reason": "needs-and-pathway",
             "works_for": "3 hours"}
        ]}},
        routes={"ward": {"home": {"share": 1, "transfer": "leave"}}},
        patients={"people": {"arrives_at": "ward", "per_day": 3}},
    )  # fmt: skip
    (load,) = team_load(place, days)
    # The queue grows steadily from nothing: on average over the year it is half of the last.
    return theory(
        "too-much-work", "A team asked for more than its hours: growth of its backlog",
        "Newell (1982)", place,
        {"cases waiting, mean of a year": load.growth_per_week * 52 / 2},
        lambda run: [measured(run, "backlog", team="hub")],
        days=days, replications=(80, 20), quick=quick, near=0.08,
    )  # fmt: skip
