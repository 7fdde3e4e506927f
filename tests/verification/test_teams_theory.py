"""Teams, panels and tasks against closed forms: each within a narrow 99% interval.

Sources: Erlang (1917) for M/M/c; Bailey (1954) for a queue served in batches at fixed times;
Rényi (1953) for the largest of several exponential times.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.experiment.replicate import Replication
from sim.measures.tasks import JobTimes, jobs_of
from sim.place.schema import Place
from tests.places import a_place, agrees, measured, value

pytestmark = pytest.mark.slow


def erlang_c(servers: int, load: float) -> float:
    """The share that wait in M/M/c."""
    lost = 1.0
    for n in range(1, servers + 1):
        lost = load * lost / (n + load * lost)
    return servers * lost / (servers - load * (1 - lost))


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


def log(result: Replication) -> JobTimes:
    return jobs_of(result.run, result.measured.stays)


def review(mean_hours: float) -> dict[str, Any]:
    return {"task": "Review", "team": "therapy", "reason": "therapy-review",
            "works_for": {"exponential": {"mean": mean_hours, "unit": "hours"}}}  # fmt: skip


def test_a_team_that_works_day_and_night_is_erlang_c() -> None:
    staff, per_day, hours = 3, 12.0, 4.0
    load = per_day * hours / 24
    share = erlang_c(staff, load)
    wait = share * hours / 24 / (staff - load)

    def read(result: Replication) -> list[float]:
        jobs = log(result)
        begun = (jobs.due_at >= 30) & np.isfinite(jobs.started_at)
        late = jobs.started_at[begun] > jobs.due_at[begun]
        return [
            value(result, "start_wait_days", team="therapy"),
            value(result, "backlog", team="therapy"),
            value(result, "busy", team="therapy"),
            float(late.mean()),
        ]

    place = leave_after([review(hours)], per_day, {"therapy": {"staff": staff}})
    found = measured(place, read, number=60, days=800, warm_up=30)
    agrees(found[0], wait, "wait", near=0.04)
    agrees(found[1], per_day * wait, "backlog", near=0.04)
    agrees(found[2], load / staff, "busy")
    agrees(found[3], share, "share who wait")


def test_a_team_with_hours_is_erlang_c_in_its_working_time() -> None:
    """People come due only in the hours that it works, and what is put down at night goes on."""
    opens, closes, staff, per_day, hours = 9, 17, 2, 5.0, 2.0
    per_hour = per_day / (closes - opens)
    load = per_hour * hours
    share = erlang_c(staff, load)
    wait_hours = share * hours / (staff - load)

    def working_hours(at: np.ndarray) -> np.ndarray:
        clock = np.clip(at % 1 * 24 - opens, 0, closes - opens)
        return np.asarray(np.floor(at) * (closes - opens) + clock)

    def read(result: Replication) -> list[float]:
        jobs = log(result)
        begun = (jobs.due_at >= 30) & np.isfinite(jobs.started_at)
        due, started = jobs.due_at[begun], jobs.started_at[begun]
        waited = working_hours(started) - working_hours(due)
        return [
            float(waited.mean()), float((started > due).mean()),
            value(result, "busy", team="therapy"),
        ]  # fmt: skip

    by_hour = [float(opens <= hour < closes) for hour in range(24)]
    works = {"days": "every day", "from": "09:00", "to": "17:00"}
    place = leave_after(
        [review(hours)], per_day, {"therapy": {"staff": staff, "works": works}}, by_hour=by_hour
    )
    found = measured(place, read, number=60, days=1200, warm_up=30)
    agrees(found[0], wait_hours, "wait in working hours", near=0.04)
    agrees(found[1], share, "share who wait")
    agrees(found[2], load / staff, "busy")


PANEL = {"task": "Panel", "team": "panel", "reason": "funding-eligibility"}


def test_the_wait_for_a_weekly_panel_without_limit_is_uniform_over_the_week() -> None:
    def read(result: Replication) -> list[float]:
        jobs = log(result)
        waited = (jobs.started_at - jobs.due_at)[(jobs.due_at >= 7) & (jobs.due_at < 1394)]
        return [float(waited.mean()), float((waited**2).mean()), float((waited < 1.4).mean())]

    meets = {"days": "wed", "at": "14:00"}
    place = leave_after([PANEL], 5.0, {"panel": {"meets": meets}})
    found = measured(place, read, number=20, days=1401, warm_up=7)
    agrees(found[0], 3.5, "mean")
    agrees(found[1], 49 / 3, "mean square")
    agrees(found[2], 0.2, "share within a fifth of the week")


def left_over(per_week: float, cases: int, most: int = 400) -> float:
    """Mean number left when a panel has decided its cases: the balance of Lindley's recursion.

    left' = max(left + those who came - cases, 0), with those who came Poisson.
    """
    came = stats.poisson(per_week).pmf(np.arange(most + cases))
    balance = np.zeros((most, most))
    for left in range(most):
        for more, chance in enumerate(came):
            balance[left, min(max(left + more - cases, 0), most - 1)] += chance
    start = np.full(most, 1 / most)
    equations = np.vstack((balance.T - np.eye(most), np.ones(most)))
    start = np.linalg.lstsq(equations, np.append(np.zeros(most), 1.0), rcond=None)[0]
    return float(start @ np.arange(most))


def test_the_wait_for_a_panel_with_a_limit_is_that_of_a_queue_served_in_batches() -> None:
    per_day, cases = 1.2, 11
    wait = 3.5 + left_over(7 * per_day, cases, most=120) / per_day

    def read(result: Replication) -> list[float]:
        return [value(result, name, team="panel") for name in ("start_wait_days", "backlog")]

    meets = {"days": "wed", "at": "14:00"}
    place = leave_after([PANEL], per_day, {"panel": {"meets": meets, "cases": cases}})
    found = measured(place, read, number=60, days=3801, warm_up=301)
    agrees(found[0], wait, "wait")
    agrees(found[1], per_day * wait, "cases waiting")


def waits(means: list[float], **more: Any) -> list[dict[str, Any]]:
    return [
        {"task": f"t{i}", "takes": {"exponential": {"mean": mean}}, "reason": "equipment", **more}
        for i, mean in enumerate(means)
    ]


def test_side_by_side_tasks_take_as_long_as_the_longest_of_them() -> None:
    means = [1.0, 0.5, 2.0]
    rates = [1 / mean for mean in means]
    longest = sum(
        (-1) ** (size + 1) / sum(some) for size in (1, 2, 3) for some in combinations(rates, size)
    )
    within_2 = float(np.prod([1 - np.exp(-2 * rate) for rate in rates]))

    def read(result: Replication) -> list[float]:
        stays = result.measured.stays
        early = stays.ready_at < 170
        delay = stays.left_at[early] - stays.ready_at[early]
        return [float(delay.mean()), float((delay <= 2).mean())]

    side_by_side = leave_after(waits(means, after=[]), 40.0, {})
    found = measured(side_by_side, read, number=30, days=200, warm_up=0)
    agrees(found[0], longest, "mean of the longest")
    agrees(found[1], within_2, "share within 2 days")
    in_order = measured(leave_after(waits(means), 40.0, {}), read, number=30, days=200, warm_up=0)
    agrees(in_order[0], sum(means), "one after another")


def test_side_by_side_then_a_task_after_all_is_the_longest_and_then_that() -> None:
    tasks = waits([1.0, 1.0], after=[])
    last = {"task": "last", "takes": 0.5, "reason": "transport", "after": ["t0", "t1"]}

    def read(result: Replication) -> list[float]:
        stays = result.measured.stays
        early = stays.ready_at < 180
        return [float((stays.left_at[early] - stays.ready_at[early]).mean())]

    place = leave_after([*tasks, last], 40.0, {})
    agrees(measured(place, read, number=30, days=200, warm_up=0)[0], 1.5 + 0.5)


def test_the_number_of_times_a_referral_goes_back_is_geometric() -> None:
    returned, repeats, first, second = 0.35, 0.5, 6.0, 3.0
    tasks = [
        {"task": "Refer", "team": "ward", "reason": "referral-to-hub",
         "works_for": {"exponential": {"mean": first, "unit": "hours"}}},
        {"task": "Confirm", "team": "hub", "reason": "needs-and-pathway", "returned": returned,
         "repeats": repeats, "works_for": {"exponential": {"mean": second, "unit": "hours"}}},
    ]  # fmt: skip
    redone = returned / (1 - returned)

    def read(result: Replication) -> list[float]:
        stays, jobs = result.measured.stays, log(result)
        early = stays.ready_at < 170
        hub = result.run.plan.teams.index("hub")
        mine = (jobs.team == hub) & early[jobs.stay]
        times = np.bincount(jobs.stay[mine], minlength=len(early))[early]
        delay = stays.left_at[early] - stays.ready_at[early]
        return [
            float(delay.mean()), float(times.mean() - 1), float((times > 1).mean()),
            float((times > 3).mean()), value(result, "handoffs_per_discharge"),
        ]  # fmt: skip

    place = leave_after(tasks, 40.0, {"ward": {"staff": 500}, "hub": {"staff": 500}})
    found = measured(place, read, number=30, days=200, warm_up=20)
    agrees(found[0], (first + second) / 24 * (1 + repeats * redone), "delay")
    agrees(found[1], redone, "times done again")
    agrees(found[2], returned, "share who go back at all")
    agrees(found[3], returned**3, "share who go back three times or more")
    agrees(found[4], 1 + 2 * redone, "hand-offs: there, and each time back and there again")
