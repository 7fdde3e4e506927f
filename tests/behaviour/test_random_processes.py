"""Whatever the teams and tasks: reasons sum to delay, nothing starts early, nothing is lost.

Everything here is worked out again from the log of jobs and stays and from the place as it is
written, by another way than the model's.
"""

import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.experiment.making.replicate import Replication
from sim.flow.log import CANCELLED, GAVE_UP, REROUTED, UNWELL_AGAIN
from sim.flow.model import Run, simulate
from sim.measures.measure import measure
from sim.measures.stays import Stays
from sim.measures.stretches import stretches_of
from sim.measures.tasks import JobTimes, jobs_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import RoutePlan, make_plan
from sim.patients.ways import UNWELL
from sim.place.document import Document, Mark
from sim.place.rules_of_work import RULES_OF_WORK
from sim.place.schema import Place
from sim.place.weeks import kinds_of_day
from tests.places import a_place

DAYS = 18
NEAR = 1e-7
ROUNDING = 1e-9
START = "2024-03-25"
"""A Monday; Good Friday is day 4 and Easter Monday day 7."""

FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck),
               derandomize=True)  # fmt: skip

HOURS = st.sampled_from(["1 hours", "3 hours", "8 hours", {"exponential": {"mean": 0.15}},
                         {"uniform": [0, 0.3]}, 0, 0.25])  # fmt: skip
LENGTHS = st.sampled_from([0, 0.25, 1, 2, {"exponential": {"mean": 1.5}}, {"uniform": [0, 3]}])
DAY_NAMES = st.sampled_from(["every day", "weekdays", "mon-sat", "tue, thu"])
LOCALITIES = ("north", "south")
REASONS = ("therapy-review", "referral-to-hub", "needs-and-pathway", "funding-eligibility",
           "equipment", "transport")  # fmt: skip


def often(some: st.SearchStrategy[Any], chance: int = 2) -> st.SearchStrategy[Any]:
    """Something, about every ``chance``-th time; else nothing."""
    return st.one_of(*[st.none()] * (chance - 1), some)


def written(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


@st.composite
def a_team(draw: st.DrawFn) -> dict[str, Any]:
    """Staff by day and night or in shifts, with days off; or a panel."""
    if draw(st.integers(0, 4)) == 0:
        meeting = {"days": draw(DAY_NAMES), "at": draw(st.sampled_from(["06:00", "14:00"]))}
        return written({"meets": meeting, "cases": draw(often(st.integers(1, 3)))})
    one = {"days": draw(DAY_NAMES), "from": "08:00", "to": "14:00"}
    two = {"days": draw(DAY_NAMES), "from": "14:00", "to": "20:00"}
    two["staff"] = draw(st.integers(0, 2))
    changes = [{"from": "2024-03-29", "to": "2024-04-02", "staff": draw(st.integers(0, 3))}]
    return written(
        {
            "staff": draw(st.integers(1, 3)),
            "works": draw(often(st.sampled_from([[one], [one, two]]))),
            "staff_changes": draw(often(st.just(changes), 3)),
            "takes_first": draw(often(st.just("first come"), 3)),
        }
    )


@st.composite
def some_tasks(draw: st.DrawFn, teams: dict[str, Any], is_hand_over: bool) -> list[dict[str, Any]]:
    """Up to four tasks, most with something special."""
    number = draw(st.integers(0 if is_hand_over else 1, 2 if is_hand_over else 4))
    names = [f"{'h' if is_hand_over else 't'}{i}" for i in range(number)]
    tasks = []
    for i, name in enumerate(names):
        task: dict[str, Any] = {"task": name, "reason": draw(st.sampled_from(REASONS))}
        chosen = draw(st.sampled_from([None, *teams, *teams, "by locality"]))
        if chosen is None:
            task["takes"] = draw(HOURS)
        else:
            staffed = [each for each in teams if "staff" in teams[each]]
            if chosen == "by locality":
                chosen = {place: staffed[at % len(staffed)] for at, place in enumerate(LOCALITIES)}
                task["works_for"] = draw(HOURS)
            elif chosen in staffed:
                task["works_for"] = draw(HOURS)
            task["team"] = chosen
        before = names[:i]
        task["after"] = draw(
            often(st.lists(st.sampled_from(before), max_size=2, unique=True), 2)
            if before
            else st.none()
        )
        task["starts"] = draw(often(st.sampled_from(
            ["at admission", "when ready", "1 days before expected date"]), 3))  # fmt: skip
        task["valid_for"] = draw(often(st.sampled_from(["6 hours", "2 days"]), 3))
        task["prob"] = draw(often(st.just(0.6), 4))
        task["trusted"] = draw(often(st.just(0.3), 4))
        task["only_for"] = draw(often(st.just(["g0"]), 5))
        if before:
            task["returned"] = draw(often(st.sampled_from([0.3, 0.6]), 2))
            if task["returned"]:
                task["returns_to"] = draw(often(st.sampled_from(before), 2))
                task["repeats"] = draw(often(st.just(0.5), 3))
        tasks.append(written(task))
    return tasks


@st.composite
def places(draw: st.DrawFn) -> dict[str, Any]:
    """Two acute wards, three ways on that may fill up, teams, and now and then harm."""
    teams = {f"team{i}": draw(a_team()) for i in range(draw(st.integers(1, 3)))}
    teams["always"] = {"staff": 5}
    transfers = {
        name: {
            "arrange": draw(some_tasks(teams, is_hand_over=False)),
            "hand_over": draw(some_tasks(teams, is_hand_over=True)),
            "expected_date_error": draw(st.sampled_from(["1 days", "12 hours"])),
        }
        for name in ("one", "two")
    }
    way = st.sampled_from(["one", "two", None])
    other = {
        "route": "spot",
        "after": draw(st.sampled_from([0.5, 3, {"exponential": {"mean": 2}}])),
    }
    care = {"north": "care", "south": "homes"} if draw(st.booleans()) else "care"
    ways = {
        "home": {"share": "rest", "pathway": "P0", "transfer": draw(way)},
        "P1": written({"share": 0.4, "to": care, "pathway": "P1", "transfer": draw(way),
                       "otherwise": draw(often(st.just(other)))}),
        "spot": {"share": 0.05, "pathway": "P2", "transfer": draw(way)},
        "side": {"share": 0.1, "transfer": draw(way)},
    }  # fmt: skip
    admits = draw(often(st.just({"days": "weekdays", "from": "08:00", "to": "16:00"})))
    rounds = draw(often(st.just([{"days": "mon-sat", "at": "10:00", "prob_ready": 0.7}])))
    harm = {
        "unwell_again": {"per_day": 0.2, "stay": {"exponential": {"mean": 1}},
                         "arrangements": draw(st.sampled_from(["lapse", "hold"]))},
        "needs_more": {"per_day": 0.1, "routes": {"P1": "spot"}},
        "dies": {"per_day": 0.05, "exit": "died"},
        "readmitted": {"P0": {"prob": 0.3, "after": {"exponential": {"mean": 4}}}},
    }  # fmt: skip
    lives = {"lives_in": {"north": 0.5, "south": "rest"}}
    return written(
        {
            "start_date": START,
            "settings": {
                "ward": written({"beds": draw(st.sampled_from([4, 8, "unlimited"])), "stay": 2,
                                 "acute": True, "decision_rounds": rounds}),
                "side": {"beds": "unlimited", "stay": {"exponential": {"mean": 1}}, "acute": True},
                "care": written({"visits_per_day": draw(st.sampled_from([4, 8, 20])),
                                 "need": {"first": 4, "last": 1}, "stay": 3, "admits": admits}),
                "homes": {"places": draw(st.sampled_from([1, 3])), "stay": 4},
                "spot": {"places": draw(st.sampled_from([0, 2, "unlimited"])), "stay": 2},
            },
            "exits": {"home": {}, "died": {"death": True}},
            "teams": teams,
            "transfers": transfers,
            "routes": {
                "ward": ways,
                "side": {"home": {"share": 1, "transfer": draw(way)},
                         "P1": {"share": 0, "to": care}, "spot": 0},
                "care": {"homes": 0.2, "home": 0.8},
                "homes": {"home": 1},
                "spot": {"home": 1},
            },
            "patients": {
                "g0": {"arrives_at": "ward", "per_day": draw(st.sampled_from([0.5, 2])),
                       "stay": {"ward": draw(LENGTHS)}, **lives},
                "g1": {"arrives_at": "ward", "per_day": 1, "elective": True,
                       "cancelled_after": draw(st.sampled_from(["6 hours", "2 days"])), **lives},
            },
            "harm": draw(often(st.just(harm))),
        }
    )  # fmt: skip


def played(tables: dict[str, Any], seed: int = 1) -> Replication:
    """The place run, checked against itself and measured."""
    place = a_place(**tables)
    assert not problems(place)
    plan = make_plan(place)
    run = simulate(plan, draw_cohort(plan, DAYS, seed, 0, 50_000), DAYS)
    return Replication(run, measure(run, 5))


def problems(place: Place) -> list[str]:
    """What the rules of work find wrong; teams that no task happens to name aside."""

    class AnyWhere(dict):  # type: ignore[type-arg]
        def __missing__(self, key: object) -> Mark:
            return Mark("here", "here")

    from pathlib import Path

    document = Document(Path("random.yaml"), None)
    document.marks = AnyWhere({(): Mark("here", "here")})
    found = [str(each) for rule in RULES_OF_WORK for each in rule(place, document)]
    return [each for each in found if "never used" not in each and "expected date" not in each]


# --- what the log must say -----------------------------------------------------------------------


class Told:
    """The log of a run as plain tables: the times of each task of each visit, in order."""

    def __init__(self, result: Replication) -> None:
        self.run: Run = result.run
        self.stays: Stays = result.measured.stays
        self.jobs: JobTimes = jobs_of(self.run, self.stays)
        self.cohort = self.run.cohort
        self.times: dict[tuple[int, int], list[int]] = defaultdict(list)
        """(visit, task's place in the transfer) → the rows of its times, in order of attempt."""
        job = np.frombuffer(self.run.log.jobs.job, dtype=np.int32)
        visits, first = np.unique(self.cohort.jobs.visit, return_index=True)
        rows = self.cohort.branches
        again = rows.kind == UNWELL
        self.unwell_in = dict(
            zip(rows.first[again].tolist(), rows.visit[again].tolist(), strict=True)
        )
        """For visits of treatment again, the visit before."""
        self._kept: dict[int, set[int]] = {}
        self.first_job = dict(zip(visits.tolist(), first.tolist(), strict=True))
        for row, number in enumerate(job.tolist()):
            visit = int(self.cohort.jobs.visit[number])
            self.times[visit, number - self.first_job[visit]].append(row)

    def route(self, visit: int) -> RoutePlan:
        return self.run.plan.routes[int(self.cohort.visits.route[visit])]

    def processes(self) -> list[tuple[int, int, RoutePlan]]:
        """(stay, visit, route) of everybody whose way on is work for teams, and who was there."""
        leading = np.flatnonzero((self.stays.route >= 0) & np.isfinite(self.stays.admitted_at))
        return [
            (stay, visit, self.route(visit))
            for stay, visit in zip(
                leading.tolist(), self.stays.visit[leading].tolist(), strict=True
            )
            if self.route(visit).has_process and self.route(visit).tasks
        ]

    def is_needed(self, visit: int, position: int) -> bool:
        return bool(self.cohort.jobs.is_needed[self.first_job[visit] + position])

    def returns(self, visit: int, position: int) -> int:
        first = self.cohort.jobs.first_again[self.first_job[visit] + position :]
        return int(first[1] - first[0])

    def kept(self, visit: int) -> set[int]:
        """The tasks, by place, that were done before the person became unwell, and still hold."""
        if visit not in self._kept:
            self._kept[visit] = self._found_done(visit)
        return self._kept[visit]

    def _found_done(self, visit: int) -> set[int]:
        before = self.unwell_in.get(visit)
        harm = self.run.plan.place.harm
        if before is None or harm is None or harm.unwell_again is None:
            return set()
        route = self.route(before)
        if harm.unwell_again.arrangements == "lapse" or route.tasks is not self.route(visit).tasks:
            return set()
        at = float(self.stays.asked_at[visit])
        return {
            position
            for position, task in enumerate(route.tasks)
            if not task.is_hand_over
            and self.is_needed(before, position)
            and not any(a <= at < b for a, b in self.undone(before, position, np.inf))
        }

    def undone(self, visit: int, position: int, until: float) -> list[tuple[float, float]]:
        """The stretches up to an instant in which a needed task is not done, from the log.

        Not done: up to its first end; from an end that was a return to the next end; and from the
        instant at which it came due once more, stale or sent back to, to its end.
        """
        rows = self.times.get((visit, position), [])
        dues = [float(self.jobs.due_at[row]) for row in rows]
        ends = [float(self.jobs.done_at[row]) for row in rows]
        if position in self.kept(visit):
            dues, ends = [0.0, *dues], [0.0, *ends]
        returns = len(self.sent_back_at(visit, position))
        stretches, begins = [], 0.0
        for turn, end in enumerate([*ends, np.inf]):
            stretches.append((begins, end))
            if turn < returns:
                begins = end
            elif turn + 1 < len(dues):
                begins = dues[turn + 1]
            else:
                break
        return [(a, min(b, until)) for a, b in stretches if a < until]

    def sent_back_at(self, visit: int, position: int) -> list[float]:
        """The instants at which this task's own end was a return: as many as were drawn."""
        rows = self.times.get((visit, position), [])
        if position in self.kept(visit):
            return []
        ends = [float(self.jobs.done_at[row]) for row in rows]
        return [end for end in ends[: self.returns(visit, position)] if np.isfinite(end)]


def reasons_sum_to_each_delay(told: Told) -> None:
    """Stretches of one stay lie end to end, from the ready date to leaving, or to the end."""
    stays = told.stays
    stretches = stretches_of(told.run, stays)
    by_stay: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for stay, a, b in zip(stretches.stay, stretches.start, stretches.end, strict=True):
        if a < DAYS:
            by_stay[int(stay)].append((float(a), min(float(b), DAYS)))
    for stay in np.flatnonzero(np.isfinite(stays.ready_at) & (stays.ready_at < DAYS)).tolist():
        begin, end = float(stays.ready_at[stay]), min(float(stays.left_at[stay]), DAYS)
        parts = sorted(by_stay.pop(stay, []))
        edges = [begin, *(edge for part in parts for edge in part), end]
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            assert abs(a - b) < NEAR, (stay, begin, end, parts)
    assert not by_stay


def reasons_are_those_of_the_first_task_not_done(told: Told) -> None:
    """At each moment of arranging, and of handing over, worked out again from the job log."""
    stays = told.stays
    stretches = stretches_of(told.run, stays)
    by_stay: dict[int, list[tuple[float, float, str]]] = defaultdict(list)
    for stay, cause, a, b in zip(
        stretches.stay, stretches.cause, stretches.start, stretches.end, strict=True
    ):
        step = stretches.causes[int(cause)]
        if step.transfer:
            by_stay[int(stay)].append((float(a), min(float(b), DAYS), step.step))
    for stay, visit, route in told.processes():
        ready, left = float(stays.ready_at[stay]), min(float(stays.left_at[stay]), DAYS)
        if not ready < DAYS:
            continue
        arranged = min(float(stays.arranged_at[stay]), left)
        placed = min(float(stays.next_placed_at[stay]), left)
        for low, high, is_hand_over in ((ready, arranged, False), (placed, left, True)):
            open_tasks = [
                (position, told.undone(visit, position, DAYS))
                for position, task in enumerate(route.tasks)
                if task.is_hand_over is is_hand_over and told.is_needed(visit, position)
            ]
            edges = {
                low,
                high,
                *(edge for _, each in open_tasks for edges in each for edge in edges),
            }
            edges |= {edge for a, b, _ in by_stay[stay] for edge in (a, b)}
            for a, b in pairwise(sorted(edge for edge in edges if low <= edge <= high)):
                middle = (a + b) / 2
                if b - a < NEAR:
                    continue
                first = next(
                    (route.tasks[position].name for position, each in open_tasks
                     if any(x <= middle < y for x, y in each)),
                    None,
                )  # fmt: skip
                said = [step for x, y, step in by_stay[stay] if x <= middle < y]
                assert said == [first], (stay, visit, a, b, said, first)


def nothing_starts_before_it_may(told: Told) -> None:
    """Due after those before it, and after its own start; begun when due or later."""
    jobs, stays = told.jobs, told.stays
    for stay, visit, route in told.processes():
        came = float(stays.admitted_at[stay])
        if told.cohort.starts[stays.person[stay]] != 0 or stays.came[stay] in STAYED_ON:
            continue
        first_stay = stays.visit == stays.visit[stay]
        came = float(stays.admitted_at[first_stay].min())
        for position, task in enumerate(route.tasks):
            for row in told.times.get((visit, position), []):
                due, started, done = (
                    float(column[row]) for column in (jobs.due_at, jobs.started_at, jobs.done_at)
                )
                assert came - NEAR <= due <= started <= done
                for other in task.after:
                    if told.is_needed(visit, other):
                        ends = [float(jobs.done_at[r]) for r in told.times.get((visit, other), [])]
                        assert min(ends, default=np.inf) <= due + NEAR, (visit, position, other)
            rows = told.times.get((visit, position), [])
            if not rows:
                continue
            first = float(jobs.due_at[rows[0]])
            if task.start == WHEN_READY:
                assert first >= float(stays.ready_at[stay]) - NEAR
            elif task.start == WHEN_PLACED:
                assert first >= float(stays.next_placed_at[stay]) - NEAR
            elif task.start == BEFORE_EXPECTED:
                error = told.cohort.date_error_days.get(visit, 0.0)
                opens = float(stays.ready_at[stay]) + error - task.start_days
                moved = first_stay.sum() > 1  # an outlier who moved was expected at another date
                assert moved or first >= min(opens, float(stays.ready_at[stay])) - NEAR


STAYED_ON = (REROUTED, UNWELL_AGAIN)
_, BEFORE_EXPECTED, WHEN_READY, _, WHEN_PLACED = range(5)


def staff_on_duty(place: Place, name: str, days: int) -> list[tuple[float, float]]:
    """(from, staff) of each stretch of a team's week, straight from the YAML."""
    from datetime import timedelta

    team, kinds = place.teams[name], kinds_of_day(place, days)
    steps = []
    for day, kind in enumerate(kinds):
        date = place.start_date + timedelta(days=day)
        changed = [c.staff.value for c in team.staff_changes
                   if c.first <= date <= (c.last or date)]  # fmt: skip
        assert team.staff is not None
        usual = changed[-1] if changed else team.staff.value
        hours = [0.0] * 24
        for hour in range(24):
            shifts = [s for s in team.works
                      if kind in s.days and s.start <= hour * 60 < s.end]  # fmt: skip
            if not team.works:
                hours[hour] = usual
            elif shifts:
                own = shifts[0].staff
                hours[hour] = usual if changed or own is None else own.value
        steps += [(day + hour / 24, staff) for hour, staff in enumerate(hours)]
    return steps


def nobody_works_outside_hours_or_above_staff(told: Told) -> None:
    """Each case gets its drawn work, and no team does more at any instant than it has staff.

    Each team is played again from its cases' starts and ends: at any time those begun first are
    at work, as many as there are staff, and the others are put down. Each case that is done has
    then had the work that was drawn for it, where no two were begun at one instant.
    """
    run, jobs = told.run, told.jobs
    drawn = _drawn_work(told)
    for number, name in enumerate(run.plan.teams):
        team = run.plan.place.teams[name]
        mine = np.flatnonzero((jobs.team == number) & np.isfinite(jobs.started_at))
        if team.is_panel:
            _panel_keeps_its_meetings(told, number, mine)
            continue
        duty = staff_on_duty(run.plan.place, name, DAYS)
        edges = np.unique(np.concatenate((
            [at for at, _ in duty], jobs.started_at[mine],
            *(np.minimum(column[mine], DAYS) for column in (jobs.done_at, jobs.dropped_at)),
            [float(DAYS)],
        )))  # fmt: skip
        started = dict(zip(mine.tolist(), jobs.started_at[mine].tolist(), strict=True))
        ends = np.minimum(jobs.done_at[mine], jobs.dropped_at[mine]).tolist()
        over = dict(zip(mine.tolist(), ends, strict=True))
        worked = dict.fromkeys(mine.tolist(), 0.0)
        to_begin = sorted(mine.tolist(), key=lambda row: (started[row], row), reverse=True)
        begun: list[int] = []
        at, staff_before = 0, 0.0
        for low, high in pairwise(edges.tolist()):
            while at + 1 < len(duty) and duty[at + 1][0] <= low + ROUNDING:
                at += 1
            staff = duty[at][1]
            begun = [row for row in begun if over[row] >= high - ROUNDING]
            while to_begin and started[to_begin[-1]] <= low + ROUNDING:
                row = to_begin.pop()
                assert max(staff, staff_before) >= 1, f"{name} begins a case with nobody there"
                if over[row] >= high - ROUNDING:
                    begun.append(row)
            for row in begun[: int(staff)]:
                worked[row] += high - low
            staff_before = staff
        assert abs(sum(worked.values()) - run.busy_days[number]) < 1e-4, name
        is_exact = len(set(started.values())) == len(started)
        for row in mine.tolist():
            if np.isfinite(jobs.done_at[row]):
                assert drawn[row] <= over[row] - started[row] + NEAR, "no faster than it takes"
                assert not is_exact or abs(worked[row] - drawn[row]) < 1e-5
            else:
                assert not is_exact or worked[row] < drawn[row] + 1e-5
        finished = sum(drawn[row] for row in mine.tolist() if np.isfinite(jobs.done_at[row]))
        begun_work = sum(drawn[row] for row in mine.tolist())
        assert finished - 1e-4 <= sum(worked.values()) <= begun_work + 1e-4, (
            f"{name} did more than its staff had hours for, or was at work for nothing"
        )


def _drawn_work(told: Told) -> dict[int, float]:
    """The work that each time of each job took, as it was drawn; by the row of the log.

    At first that of the job; from each return on, that of the return.
    """
    jobs = told.cohort.jobs
    drawn: dict[int, float] = {}
    for (visit, position), rows in told.times.items():
        job = told.first_job[visit] + position
        first = int(jobs.first_again[job])
        changes = [(0.0, float(jobs.days[job]))]
        for i, at in enumerate(told.sent_back_at(visit, position)):
            changes.append((at, float(jobs.own_days[first + i])))
        was_open = told.undone(visit, position, np.inf)
        for other, task in enumerate(told.route(visit).tasks):
            if task.returns_to == position and told.is_needed(visit, other):
                first = int(jobs.first_again[told.first_job[visit] + other])
                for i, at in enumerate(told.sent_back_at(visit, other)):
                    if not any(a < at < b for a, b in was_open):
                        changes.append((at, float(jobs.earlier_days[first + i])))
        changes.sort(key=lambda change: change[0])
        for row in rows:
            due = float(told.jobs.due_at[row])
            drawn[row] = [days for at, days in changes if at <= due + 1e-12][-1]
    return drawn


def _panel_keeps_its_meetings(told: Told, number: int, mine: np.ndarray) -> None:
    """Each case is decided at a meeting, at once, and no more of them than its limit."""
    team = told.run.plan.place.teams[told.run.plan.teams[number]]
    kinds = kinds_of_day(told.run.plan.place, DAYS)
    times = [day + meeting.at / 1440 for day, kind in enumerate(kinds)
             for meeting in team.meets if kind in meeting.days]  # fmt: skip
    at = told.jobs.started_at[mine]
    assert np.all(at == told.jobs.done_at[mine])
    assert set(at.tolist()) <= set(times)
    if team.cases is not None:
        _, counts = np.unique(at, return_counts=True)
        assert counts.max(initial=0) <= team.cases.value
    waiting = np.flatnonzero(told.jobs.team == number)
    for meeting in times:
        decided = int((at == meeting).sum())
        waits = (told.jobs.due_at[waiting] < meeting) & (
            np.minimum(told.jobs.started_at, told.jobs.dropped_at)[waiting] > meeting
        )
        if waits.any():
            assert team.cases is not None, "everybody is decided where there is no limit"
            assert decided == team.cases.value


def no_hand_off_is_lost(told: Told) -> None:
    """Of everybody who left, every needed task was done; every return had both tasks done again."""
    jobs, stays = told.jobs, told.stays
    for stay, visit, route in told.processes():
        if not np.isfinite(stays.left_at[stay]) or stays.goes_on[stay]:
            continue
        for position, task in enumerate(route.tasks):
            rows = told.times.get((visit, position), [])
            if not told.is_needed(visit, position):
                assert not rows
                continue
            done = [float(jobs.done_at[row]) for row in rows]
            if not rows and position in told.kept(visit):
                continue
            assert done, (stay, visit, task.name)
            assert max(done) <= float(stays.left_at[stay]) + NEAR, "none is left open"
            sent_back = told.sent_back_at(visit, position)
            if position not in told.kept(visit):
                assert len(sent_back) == told.returns(visit, position)
            for at in sent_back:
                assert any(end > at - NEAR for end in done[done.index(at) + 1 :]), "itself again"
                if told.is_needed(visit, task.returns_to):
                    earlier = told.times.get((visit, task.returns_to), [])
                    ends = [float(jobs.done_at[row]) for row in earlier]
                    assert any(end >= at - NEAR for end in ends), "and the earlier task"


def nobody_is_forgotten(told: Told) -> None:
    """Of everybody who is still being arranged for at the end, some task is due and not done."""
    jobs, stays = told.jobs, told.stays
    for stay, visit, _ in told.processes():
        if stays.ready_at[stay] < DAYS <= min(stays.arranged_at[stay], stays.left_at[stay]):
            rows = [row for (of, _), each in told.times.items() if of == visit for row in each]
            under_way = np.isinf(jobs.done_at[rows]) & np.isinf(jobs.dropped_at[rows])
            assert under_way.any(), (stay, visit)


@FEW
@given(places())
def test_in_a_random_place_every_rule_of_work_holds(tables: dict[str, Any]) -> None:
    result = played(tables)
    told = Told(result)
    reasons_sum_to_each_delay(told)
    reasons_are_those_of_the_first_task_not_done(told)
    nothing_starts_before_it_may(told)
    nobody_works_outside_hours_or_above_staff(told)
    no_hand_off_is_lost(told)
    nobody_is_forgotten(told)
    parts = [row for row in result.measured.rows if row.measure == "delayed_bed_days"]
    whole = next(row.numerator for row in parts if not (row.reason or row.group or row.locality))
    assert abs(sum(row.numerator for row in parts if row.reason) - whole) < 1e-3
    lives = [row for row in parts if row.locality and not row.group and not row.reason]
    assert abs(sum(row.numerator for row in lives) - whole) < 1e-3


def columns(run: Run) -> list[bytes]:
    """Both logs as they stand, column by column."""
    log, jobs, reasons = run.log, run.log.jobs, run.log.reasons
    return [column.tobytes() for column in (
        log.asked_at, log.placed_at, log.admitted_at, log.ready_at, log.left_at, log.setting,
        log.visit, log.came, jobs.job, jobs.attempt, jobs.sent_by, jobs.due_at, jobs.started_at,
        jobs.done_at, jobs.dropped_at, reasons.stay, reasons.task, reasons.start, reasons.end,
    )]  # fmt: skip


@settings(FEW, max_examples=25)
@given(places(), st.integers(0, 99))
def test_the_same_seed_gives_the_same_log_and_measures(tables: dict[str, Any], seed: int) -> None:
    one, other = played(tables, seed), played(tables, seed)
    assert columns(one.run) == columns(other.run)
    assert [repr(row) for row in one.measured.rows] == [repr(row) for row in other.measured.rows]


@settings(FEW, max_examples=25)
@given(places())
def test_more_staff_change_no_draw(tables: dict[str, Any]) -> None:
    """Nor does a team for nothing, nor other hours: the patients stay the same, to the bit."""

    def drawn(teams: dict[str, Any]) -> list[bytes]:
        plan = make_plan(a_place(**{**tables, "teams": teams}))
        cohort = draw_cohort(plan, DAYS, 1, 0, 50_000)
        jobs, visits = cohort.jobs, cohort.visits
        return [np.ascontiguousarray(column).tobytes() for column in (
            cohort.arrived_at, cohort.group, cohort.locality, visits.stay_days, visits.route,
            visits.arrange_days, visits.hand_over_days, visits.round_threshold, jobs.visit,
            jobs.task, jobs.is_needed, jobs.days, jobs.first_again, jobs.earlier_days,
            jobs.own_days, cohort.branches.days, cohort.branches.kind,
        )]  # fmt: skip

    more = {
        name: {**team, "staff": team["staff"] + 1} if "staff" in team else {**team, "cases": 9}
        for name, team in tables["teams"].items()
    }
    assert drawn(tables["teams"]) == drawn({**more, "new": {"staff": 1}})


def test_random_places_reach_what_they_are_meant_to_reach() -> None:
    """Or the tests above would say little."""
    seen: dict[str, int] = {}

    @FEW
    @given(places())
    def look(tables: dict[str, Any]) -> None:
        result = played(tables)
        told = Told(result)
        stays, jobs = told.stays, told.jobs
        on_shift = (jobs.team >= 0) & (jobs.done_at > jobs.started_at + 0.5)
        for what, number in {
            "returns": int(np.sum(jobs.attempt > 0)),
            "dropped": int(np.isfinite(jobs.dropped_at).sum()),
            "over a night": int((on_shift & np.isfinite(jobs.done_at)).sum()),
            "waited for a team": int(np.sum(jobs.started_at > jobs.due_at)),
            "hand-offs": int(jobs.is_hand_off.sum()),
            "other ways": int(np.sum(stays.came == REROUTED)),
            "gave up": int(np.sum(stays.came == GAVE_UP)),
            "unwell again": int(np.sum(stays.came == UNWELL_AGAIN)),
            "cancelled": int(np.sum(stays.came == CANCELLED)),
            "planned ahead": int(np.sum(jobs.due_at < stays.ready_at[jobs.stay])),
            "kept out by the hour": sum(map(len, told.run.log.kept_out.values())),
        }.items():
            seen[what] = seen.get(what, 0) + min(number, 1)

    look()
    assert all(number >= 5 for number in seen.values()), json.dumps(seen)
