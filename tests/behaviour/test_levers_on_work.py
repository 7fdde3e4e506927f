"""Levers on teams, hours, rounds and single tasks that start on a date or spread.

All on the same people: what nobody is reached by changes nothing, to the byte; what all are reached
by from long before is the plain lever; and many levers may start in one scenario.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sim.experiment.folder.store import Identity, write_replication
from sim.experiment.making.replicate import Replication, replicate
from sim.experiment.sources import Scenario
from sim.experiment.study import load_experiment
from sim.patients.plan import make_plan
from sim.place.problems import InputError

DAYS, WARM_UP = 50, 20
Load = Callable[..., Scenario]
Lever = dict[str, Any]

OFFICE = {"days": "mon-fri", "from": "09:00", "to": "17:00"}
DAILY = {"days": "every day", "from": "08:00", "to": "18:00"}
PLACE: dict[str, Any] = {
    "place": "A test place",
    "start_date": "2024-01-01",
    "bank_holidays": "as usual",
    "organisations": {"trust": {"body": "NHS"}, "council": {"body": "social care"}},
    "settings": {
        "ward": {
            "beds": 40, "acute": True, "stay": {"lognormal": {"mean": 6, "sd": 5}},
            "decision_rounds": [{"days": "every day", "at": "09:00", "prob_ready": 0.6}],
            "pace_by_weekday": {"sat": 0.6, "sun": 0.6}, "organisation": "trust",
        },
        "surgical": {"beds": 20, "acute": True, "stay": {"exponential": {"mean": 4}}},
        "home-care": {
            "visits_per_day": 22, "need": {"first": 4, "last": 1}, "admits": OFFICE,
            "stay": {"lognormal": {"mean": 18, "sd": 10}}, "organisation": "council",
        },
        "care-home": {"places": 30, "stay": {"exponential": {"mean": 20}}},
    },
    "exits": {"home": {}},
    "teams": {
        "therapy": {"staff": 3, "works": OFFICE, "organisation": "trust"},
        "hub": {"staff": 1, "works": OFFICE, "organisation": "trust"},
        "social-work": {"staff": 2, "works": [OFFICE], "organisation": "council"},
        "panel": {"meets": {"days": "wed", "at": "14:00"}, "cases": 1, "organisation": "council"},
        "pharmacy": {"staff": 2, "works": DAILY, "organisation": "trust"},
    },
    "transfers": {
        "P0": {"arrange": [
            {"task": "letter", "takes": {"exponential": {"mean": 0.2}},
             "reason": "medicines-and-letter"},
            {"task": "lift home", "takes": "2 hours", "reason": "transport"},
        ]},
        "P1": {
            "arrange": [
                {"task": "review", "team": "therapy", "works_for": "2 hours",
                 "reason": "therapy-review", "starts": "at admission", "valid_for": "5 days"},
                {"task": "refer", "team": "therapy", "works_for": "30 minutes",
                 "reason": "referral-to-hub", "starts": "when ready"},
                {"task": "confirm needs", "team": "hub", "returned": 0.3,
                 "works_for": {"exponential": {"mean": 45, "unit": "minutes"}},
                 "reason": "needs-and-pathway"},
                {"task": "assess", "team": "social-work", "works_for": "2 hours",
                 "reason": "p1-social-care-arrangements", "trusted": 0.3},
                {"task": "fund", "team": "panel", "prob": 0.4, "reason": "funding-eligibility",
                 "after": ["confirm needs"]},
            ],
            "hand_over": [
                {"task": "medicines", "team": "pharmacy", "works_for": "40 minutes",
                 "reason": "medicines-and-letter"},
                {"task": "transport", "takes": "3 hours", "reason": "transport", "after": []},
            ],
        },
        "P3": {"arrange": [
            {"task": "confirm needs", "team": "hub", "works_for": "1 hours",
             "reason": "needs-and-pathway"},
            {"task": "choose a home", "reason": "p3-arrangements",
             "takes": {"exponential": {"mean": 3}}},
        ]},
    },
    "routes": {
        "ward": {
            "home": {"share": 0.7, "pathway": "P0", "transfer": "P0"},
            "home-care": {"share": 0.2, "pathway": "P1", "transfer": "P1"},
            "care-home": {"share": 0.1, "pathway": "P3", "transfer": "P3"},
        },
        "surgical": {
            "home": {"share": 0.9, "pathway": "P0", "transfer": "P0"},
            "home-care": {"share": 0.1, "pathway": "P1", "transfer": "P1"},
        },
        "home-care": {"home": 1}, "care-home": {"home": 1},
    },
    "patients": {
        "older": {"arrives_at": "ward", "per_day": 6},
        "planned": {"arrives_at": "surgical", "per_day": 4, "by_weekday": {"sat": 0, "sun": 0}},
    },
    "harm": {"unwell_again": {"per_day": 0.02, "stay": {"exponential": {"mean": 4}}}},
}  # fmt: skip

CHANGES: dict[str, dict[str, Any]] = {
    "staff": {"teams.social-work.staff": {"plus": 3}},
    "hours": {"teams.social-work.works": DAILY},
    "dated staff": {"teams.hub.staff_changes": [{"from": "2024-01-20", "staff": 4}]},
    "a panel every day": {"teams.panel.meets": {"days": "mon-fri", "at": "14:00"}},
    "a panel on another day": {"teams.panel.meets": {"days": "mon", "at": "10:00"}},
    "more cases": {"teams.panel.cases": {"plus": 3}},
    "visits": {"settings.home-care.visits_per_day": {"times": 1.4}},
    "admission at weekends": {"settings.home-care.admits": DAILY},
    "admission at any time": {"settings.home-care.admits": {
        "days": "every day", "from": "00:00", "to": "24:00"}},
    "admission hours where there were none": {"settings.care-home.admits": OFFICE},
    "a second round": {"settings.*.decision_rounds": [
        {"days": "every day", "at": "09:00", "prob_ready": 0.6},
        {"days": "every day", "at": "16:00", "prob_ready": 0.5}]},
    "surer rounds": {"settings.ward.decision_rounds.1.prob_ready": 1},
    "a full week": {"settings.ward.pace_by_weekday": {"sat": 1, "sun": 1}},
    "a push": {"settings.surgical.pushes": [
        {"from": "2024-01-10", "to": "2024-01-20", "pace": 1.5}]},
    "fewer returns": {"transfers.P1.arrange.confirm needs.returned": {"times": 0.2}},
    "a task for nobody": {"transfers.P1.arrange.fund.prob": 0},
    "one task in two transfers": {"transfers.*.arrange.confirm needs.works_for": {"times": 0.25}},
    "an earlier start": {"transfers.P1.arrange.refer.starts": "at admission"},
    "a step's other team": {"transfers.P1.arrange.confirm needs.team": "therapy"},
    "a plain task that becomes rare": {"transfers.P0.arrange.lift home.prob": 0.2},
    "a plain task's time": {"transfers.P0.arrange.letter.takes": {"times": 0.1}},
    "other tasks": {"transfers.P3.arrange": [
        {"task": "choose a home", "takes": "1 days", "reason": "p3-arrangements"}]},
    "shares and tasks": {
        "routes.ward.home.share": 0.78, "routes.ward.care-home.share": 0.02,
        "transfers.P1.arrange.assess.trusted": 0.8, "teams.hub.staff": 2,
    },
    "a new service": {
        "settings.hospital-at-home": {"places": 10, "stay": {"exponential": {"mean": 5}}},
        "routes.ward.hospital-at-home": 0.1, "routes.ward.home.share": 0.6,
        "routes.hospital-at-home": {"home": 1},
    },
    "a new team": {
        "teams.second-hub": {"staff": 1, "works": OFFICE, "organisation": "council"},
        "transfers.P1.arrange.confirm needs.team": "second-hub",
    },
    "arrivals on some dates": {"patients.older.by_dates": [
        {"from": "2024-01-20", "to": "2024-01-25", "times": 0.5}]},
}  # fmt: skip
EACH = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads one scenario of some levers, laid over the place above."""

    def scenario(*levers: Lever) -> Scenario:
        names = [lever["lever"] for lever in levers]
        experiment = {
            "experiment": "Test", "question": "Which?", "place": "place.yaml",
            "levers": [f"{name}.yaml" for name in names], "scenarios": {"it": names},
            "days": DAYS - WARM_UP, "warm_up": WARM_UP, "replications": 1, "seed": 1,
            "compare_on": ["delayed_bed_days"],
        }  # fmt: skip
        tables = [PLACE, experiment, *levers]
        for name, table in zip(["place", "experiment", *names], tables, strict=True):
            (tmp_path / f"{name}.yaml").write_text(json.dumps(table), encoding="utf-8")
        return load_experiment(tmp_path / "experiment.yaml").scenarios["it"]

    return scenario


def lever(change: dict[str, Any], name: str = "test", **more: Any) -> Lever:
    evidence = {"strength": "none", "says": "Nothing."}
    return {"lever": name, "title": name, "how": "So.", "change": change, "evidence": evidence,
            **more}  # fmt: skip


def simulated(scenario: Scenario) -> Replication:
    plan = make_plan(scenario.place, scenario.phases)
    return replicate(plan, DAYS - WARM_UP, WARM_UP, 1, 0)


def written(scenario: Scenario, folder: Path) -> bytes:
    """The bytes of a replication's file, its whole log included, under one fingerprint."""
    path = folder / "run.parquet"
    write_replication(path, simulated(scenario), Identity("one fingerprint", 0), keep_logs=True)
    assert pq.read_table(path).num_rows
    return path.read_bytes()


@EACH
def test_a_lever_that_reaches_nobody_changes_no_byte(
    load: Load, change: dict[str, Any], tmp_path: Path
) -> None:
    idle = load(lever(change, uptake={"reaches": 0}))
    assert written(idle, tmp_path) == written(load(), tmp_path)


@EACH
def test_a_lever_that_starts_after_the_end_changes_nothing_and_a_plain_one_does(
    load: Load, change: dict[str, Any]
) -> None:
    base, late, plain = load(), load(lever(change, starts="2024-03-01")), load(lever(change))
    assert results(late) == results(base)
    assert results(plain) != results(base)


@EACH
def test_a_lever_that_is_whole_from_long_before_is_the_plain_lever(
    load: Load, change: dict[str, Any]
) -> None:
    whole = load(lever(change, starts="2000-01-01", uptake={}))
    assert results(whole) == results(load(lever(change)))


@EACH
def test_nothing_changes_before_a_lever_starts_and_something_afterwards(
    load: Load, change: dict[str, Any]
) -> None:
    base, later = simulated(load()), simulated(load(lever(change, starts="2024-01-16")))
    ready = [log_of(each) for each in (base, later)]
    assert until(ready[0], 15) == until(ready[1], 15)
    assert ready[0] != ready[1]


def log_of(replication: Replication) -> list[tuple[float, int, str, float]]:
    """(instant, setting, which, person) of all that the log notes, in order of time."""
    log, person = replication.run.log, replication.run.cohort.visits.person
    columns = {"asked": log.asked_at, "placed": log.placed_at, "admitted": log.admitted_at,
               "ready": log.ready_at, "left": log.left_at}  # fmt: skip
    return sorted(
        (at, log.setting[row], word, int(person[log.visit[row]]))
        for word, column in columns.items()
        for row, at in enumerate(column.tolist())
        if at < DAYS
    )


def until(
    noted: list[tuple[float, int, str, float]], day: float
) -> list[tuple[float, int, str, float]]:
    return [each for each in noted if each[0] < day]


def results(scenario: Scenario) -> tuple[list[Any], dict[Any, Any]]:
    """The log as it was written, and every measure that is not nought."""
    replication = simulated(scenario)
    measures = {
        (row.measure, row.setting, row.team, row.locality, row.group, row.reason, row.body,
         row.part): (row.numerator, row.denominator)
        for row in replication.measured.rows
        if row.numerator
    }  # fmt: skip
    return log_of(replication), measures


TOUCHES_ONE_TASK = [
    "fewer returns", "a task for nobody", "an earlier start", "a step's other team",
    "a plain task's time",
]  # fmt: skip


@pytest.mark.parametrize("name", TOUCHES_ONE_TASK)
def test_half_an_uptake_covers_half_the_people_and_nobody_in_part(load: Load, name: str) -> None:
    base, plain, half = (
        drawn(load(*levers))
        for levers in ([], [lever(CHANGES[name])],
                       [lever(CHANGES[name], uptake={"reaches": 0.5})])
    )  # fmt: skip
    assert base.keys() == plain.keys() == half.keys()
    assert all(half[who] in (base[who], plain[who]) for who in half)
    changed = [who for who in half if base[who] != plain[who]]
    covered = sum(half[who] == plain[who] for who in changed)
    assert abs(covered / len(changed) - 0.5) < 1.5 / len(changed) ** 0.5


def drawn(scenario: Scenario) -> dict[Any, Any]:
    """The tasks of each person's visits as drawn: name, team, start, whether needed, days."""
    plan = make_plan(scenario.place, scenario.phases)
    cohort = replicate(plan, DAYS - WARM_UP, WARM_UP, 1, 0).run.cohort
    found: dict[Any, list[Any]] = {}
    jobs = cohort.jobs
    for job, row in enumerate(jobs.visit.tolist()):
        task = plan.tasks[jobs.task[job]]
        returns = slice(jobs.first_again[job], jobs.first_again[job + 1])
        what = (task.name, task.team, task.start, bool(jobs.is_needed[job]), float(jobs.days[job]),
                jobs.own_days[returns].tolist(), jobs.earlier_days[returns].tolist())  # fmt: skip
        found.setdefault(name_of(cohort, row), []).append(what)
    for key, (rows, days) in cohort.task_days.items():
        for row, day in zip(rows.tolist(), days.tolist(), strict=True):
            what = key.partition("/variant")[0], day
            found.setdefault(name_of(cohort, row), []).append(what)
    return {who: sorted(map(str, each)) for who, each in found.items()}


def name_of(cohort: Any, row: int) -> tuple[int, int, int]:
    person = int(cohort.visits.person[row])
    return tuple(int(column[person]) for column in (cohort.group, cohort.day, cohort.index))  # type: ignore[return-value]


def test_staff_change_in_whole_people_by_the_uptake_of_the_day(load: Load) -> None:
    grows = load(
        lever(CHANGES["staff"], starts="2024-01-08", uptake={"reaches": 1, "over_days": 12})
    )
    assert grows.place.teams["social-work"].staff.value == 5
    run = simulated(grows).run
    steps = run.staff[list(run.plan.teams).index("social-work")]
    on_duty = {int(at): staff for at, staff in steps if staff}
    assert [on_duty[day] for day in (0, 4, 7, 10, 11, 14, 15, 18, 21)] == [
        2, 2, 2, 2, 3, 3, 4, 4, 5
    ]  # fmt: skip


def test_longer_hours_in_part_have_a_part_of_the_staff(load: Load) -> None:
    half = simulated(load(lever(CHANGES["hours"], uptake={"reaches": 0.5}))).run
    steps = half.staff[list(half.plan.teams).index("social-work")]
    monday, saturday = (
        [(round((at - day) * 24, 6), staff) for at, staff in steps if int(at) == day]
        for day in (0, 5)
    )
    assert monday == [(0, 0), (8, 1), (9, 2), (17, 1), (18, 0)]
    assert saturday == [(8, 1), (18, 0)]


@pytest.mark.parametrize(
    ("change", "reaches", "a_week"),
    [
        ("a panel every day", 0.25, 2.0),
        ("a panel every day", 0.5, 3.0),
        ("a panel on another day", 0.5, 1.0),
        ("a panel on another day", 0.2, 1.0),
    ],
)
def test_a_share_of_the_meetings_is_held_and_no_week_goes_without(
    load: Load, change: str, reaches: float, a_week: float
) -> None:
    from sim.place.weeks import kinds_of_day, meetings

    scenario = load(lever(CHANGES[change], uptake={"reaches": reaches}))
    kinds = kinds_of_day(scenario.place, 140)
    held = meetings(scenario.place, "panel", kinds, scenario.phases)
    by_week = [sum(int(at) // 7 == week for at, _ in held) for week in range(20)]
    assert sum(by_week) / 20 == pytest.approx(a_week, abs=0.25)
    assert min(by_week) >= 1


def test_a_new_service_has_spaces_as_far_as_its_lever_has_come(load: Load) -> None:
    grows = load(
        lever(CHANGES["a new service"], starts="2024-01-08", uptake={"reaches": 1, "over_days": 20})
    )
    run = simulated(grows).run
    capacity = run.capacity[run.plan.settings.index("hospital-at-home")]
    assert [spaces for _, spaces in capacity] == list(range(11))
    assert [at for at, _ in capacity] == [0, *range(9, 28, 2)]
    here = [row for row, setting in enumerate(run.log.setting) if setting == 4]
    assert here
    assert min(run.log.asked_at[row] for row in here) > 7


def test_cases_of_a_meeting_change_in_whole_ones(load: Load) -> None:
    from sim.place.weeks import kinds_of_day, meetings

    scenario = load(lever(CHANGES["more cases"], uptake={"reaches": 0.5}))
    kinds = kinds_of_day(scenario.place, 8)
    assert [cases for _, cases in meetings(scenario.place, "panel", kinds, scenario.phases)] == [2]


def test_new_admission_hours_are_open_on_a_share_of_their_days(load: Load) -> None:
    half = load(lever(CHANGES["admission at weekends"], uptake={"reaches": 0.5}))
    hours = simulated(half).run.open_hours[2]
    assert hours is not None
    saturdays = [any(start <= day + 0.5 < end for start, end in hours) for day in range(5, 50, 7)]
    mondays = [any(start <= day + 0.5 < end for start, end in hours) for day in range(0, 50, 7)]
    early = [any(start <= day + 8.5 / 24 < end for start, end in hours) for day in range(0, 50, 7)]
    assert saturdays == [True, False, True, False, True, False, True]
    assert all(mondays)
    assert early == [True, False, True, False, True, False, True, False]


def test_a_round_that_spreads_adds_its_chance_times_the_uptake(load: Load) -> None:
    from sim.flow.readiness import readiness
    from sim.place.weeks import kinds_of_day

    scenario = load(lever(CHANGES["a second round"], uptake={"reaches": 0.4}))
    kinds = kinds_of_day(scenario.place, 2)
    found = readiness(scenario.place, "ward", kinds, scenario.phases)
    assert found is not None
    assert [round(at % 1 * 24, 6) for at in found.rounds] == [9, 16, 9, 16]
    one_day = 1 - (1 - 0.6) * (1 - 0.4 * 0.5)
    assert 1 - 2.718281828459045 ** -found.chance[1] == pytest.approx(one_day)


def test_twenty_levers_start_one_after_another_in_one_scenario(load: Load) -> None:
    touched: set[str] = set()
    levers = []
    for name, change in CHANGES.items():
        values = {path.split(".decision_rounds")[0].split(".arrange")[0] + (
            path.rpartition("arrange")[2] if "confirm" in path or "fund" in path else "")
            for path in change}  # fmt: skip
        if touched & values or name in ("one task in two transfers", "a second round",
                                        "admission at any time", "a step's other team",
                                        "a panel on another day", "shares and tasks"):  # fmt: skip
            continue
        touched |= values
        levers.append(
            lever(change, f"lever-{len(levers)}", starts=f"2024-01-{5 + len(levers):02}",
                  uptake={"reaches": 0.7, "over_days": 10})
        )  # fmt: skip
    for more, number in ((1.01, 20), (1.02, 21), (1.03, 22), (1.04, 23), (1.05, 24)):
        levers.append(
            lever({"patients.planned.per_day": {"times": more}}, f"lever-{number}",
                  starts="2024-01-10", uptake={"reaches": 0.5, "over_days": 20})
        )  # fmt: skip
    assert len(levers) >= 20
    scenario = load(*levers)
    assert scenario.phases
    assert len(scenario.phases.places) < 100
    assert results(scenario) == results(load(*reversed(levers)))


def test_what_each_of_two_levers_does_to_a_task_is_the_same_with_the_other_there(
    load: Load,
) -> None:
    half = {"uptake": {"reaches": 0.5}}
    returns = lever(CHANGES["fewer returns"], "one", **half)
    faster = lever(CHANGES["one task in two transfers"], "two", **half)
    both, one, two, none = (
        drawn(load(*levers)) for levers in ([returns, faster], [returns], [faster], [])
    )
    kinds = {(one[who] != none[who], two[who] != none[who]) for who in both}
    assert len(kinds) == 4
    for who, tasks in both.items():
        if one[who] == none[who]:
            assert tasks == two[who]
        elif two[who] == none[who]:
            assert tasks == one[who]
        else:
            assert tasks not in (one[who], two[who])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"teams.panel": {"staff": 2}}, "may change transfers"),
        ({"teams.hub.meets": {"days": "tue", "at": "10:00"}}, "meets"),
        ({"settings.surgical.decision_rounds": [{"days": "every day", "at": "09:00"}]},
         "can't bring in the first decision round"),
        ({"settings.ward.decision_rounds": []}, "take away the last"),
        ({"teams.night": {"staff": 2, "work": OFFICE}}, "did you mean 'works'"),
        ({"settings.annexe": {"places": 3, "stay": 1}}, "'annexe' is unreachable"),
        ({"teams.hub.takes_first": "first come"}, "may change transfers"),
        ({"settings.home-care.visits_per_day": "unlimited"}, "to or from unlimited"),
    ],
)  # fmt: skip
def test_what_can_not_be_there_in_part_is_refused(
    load: Load, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        load(lever(change, starts="2024-02-01"))
