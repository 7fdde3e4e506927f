"""The levers of the library, on Exampleshire: each does what its mechanism says, and no more.

All on the same people. A lever acts in its own direction; it leaves alone the arrivals and all that
is drawn for the parts that it does not name; it does nothing where the bottleneck is elsewhere; and
one that reaches nobody changes no byte.
"""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from sim.experiment.folder.store import Identity, write_replication
from sim.experiment.making.replicate import Replication, replicate
from sim.experiment.sources import Scenario
from sim.experiment.study import Study, load_experiment
from sim.patients.cohort import Cohort, draw_cohort
from sim.patients.plan import Plan, make_plan
from sim.place.document import read_yaml
from sim.place.levers import Lever, changes_in, read_lever
from sim.place.schema import Place
from sim.place.weeks import kinds_of_day, staff_steps

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "configs" / "levers"
EXPERIMENT = ROOT / "experiments" / "coordination.yaml"
PLACE = ROOT / "configs" / "exampleshire" / "place.yaml"
LEVERS: dict[str, Lever] = {path.stem: read_lever(read_yaml(path)) for path in LIBRARY.glob("*")}
SCENARIOS: dict[str, list[str]] = YAML(typ="safe").load(EXPERIMENT)["scenarios"]
COORDINATION = SCENARIOS["coordination together"]
ALONE = {used[0] for used in SCENARIOS.values() if len(used) == 1}
CAPACITY = sorted(ALONE - set(COORDINATION))
DO_SOMETHING = [*COORDINATION, *CAPACITY]
CARE = (
    "reablement-county.visits_per_day", "reablement-city.visits_per_day",
    "home-care-county.hours_per_day", "home-care-city.hours_per_day", "bridging-care.places",
    "restart-slots.places", "community-beds-county.beds", "community-beds-city.beds",
    "assessment-places-county.beds", "assessment-places-city.beds", "care-homes.beds",
    "specialist-homes.beds", "spot-places.places", "specialist-rehabilitation.beds",
    "end-of-life-care.places",
)  # fmt: skip
WARDS = (
    "assessment-unit", "general-medicine", "older-peoples", "trauma", "surgery", "elective-ward"
)  # fmt: skip
OTHER_PLACES: dict[str, dict[str, Any]] = {
    # Nobody can move on to care, and no ward is ever full.
    "nowhere-to-go": {
        **{f"settings.{care}": 0 for care in CARE},
        **{f"settings.{ward}.beds": 5000 for ward in WARDS},
        "routes.*.*.otherwise.after": {"times": 100},
        "patients.*.routes.*.*.otherwise.after": {"times": 100},
        "routes.*.self-funded.share": 0, "routes.*.out-of-area.share": 0,
    },
    "nobody-confirms-needs": {
        "teams.care-transfer-hub.staff": 0, "teams.care-transfer-hub.works.2.staff": 0,
    },
    "no-medical-emergencies": {
        "patients.adult-medical.per_day": 0, "patients.older-medical.per_day": 0
    },
    "little-home-care": {
        "settings.home-care-county.hours_per_day": {"times": 0.2},
        "settings.home-care-city.hours_per_day": {"times": 0.2},
    },
}  # fmt: skip
LABEL = {"title": "A test", "how": "By testing.", "evidence": {"strength": "none", "says": "No."}}

IMPROVEMENT = [*COORDINATION, "reablement-capacity", "home-care-capacity", "community-beds",
               "care-home-places", "hospital-at-home"]  # fmt: skip
"""What is laid out over a year: a start a week after the one before, and an uptake that grows."""

Load = Callable[..., Scenario]
Run = Callable[..., Replication]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Exampleshire with some levers; or one of the other places, which nobody is in at first."""
    folder = tmp_path_factory.mktemp("exampleshire")
    shutil.copytree(PLACE.parent, folder / "place")
    shutil.copytree(LIBRARY, folder / "levers")
    yaml = YAML(typ="safe")
    place = yaml.load(PLACE)
    place.pop("start", None)
    yaml.dump(place, folder / "place" / "empty.yaml")
    for name, change in OTHER_PLACES.items():
        yaml.dump({"lever": name, **LABEL, "change": change}, folder / "levers" / f"{name}.yaml")
    for name in DO_SOMETHING:
        lever = yaml.load(LIBRARY / f"{name}.yaml")
        idle = lever | {"lever": f"{name}-idle", "uptake": {"reaches": 0}}
        yaml.dump(idle, folder / "levers" / f"{name}-idle.yaml")
    for week, name in enumerate(IMPROVEMENT):
        lever = yaml.load(LIBRARY / f"{name}.yaml")
        starts = f"{date(2025, 5, 5) + timedelta(weeks=week)}"
        spread = {"lever": f"{name}-later", "starts": starts, "uptake": {"over_days": 60}}
        yaml.dump(lever | spread, folder / "levers" / f"{name}-later.yaml")
    levers = {
        "place": [(), tuple(COORDINATION), *((name,) for name in DO_SOMETHING),
                  *((f"{name}-idle",) for name in DO_SOMETHING),
                  tuple(f"{name}-later" for name in IMPROVEMENT)],
        "empty": [*((place,) for place in OTHER_PLACES),
                  *(("nowhere-to-go", name) for name in COORDINATION),
                  *(("nobody-confirms-needs", name) for name in CAPACITY),
                  ("no-medical-emergencies", "hospital-at-home"),
                  ("little-home-care", "home-care-capacity")],
    }  # fmt: skip
    found: dict[tuple[str, ...], Scenario] = {}
    for place, scenarios in levers.items():
        experiment = {
            "experiment": "Test", "question": "Which?", "place": f"place/{place}.yaml",
            "levers": "levers", "days": 364, "replications": 1, "seed": 1,
            "scenarios": {f"S{i}": list(names) for i, names in enumerate(scenarios)},
            "compare_on": ["delayed_bed_days"],
        }  # fmt: skip
        yaml.dump(experiment, folder / "experiment.yaml")
        study = load_experiment(folder / "experiment.yaml")
        found |= {names: study.scenarios[f"S{i}"] for i, names in enumerate(scenarios)}
    return lambda *names: found[names]


@pytest.fixture(scope="module")
def run(load: Load) -> Run:
    """A run of one of those; each is made once."""

    @cache
    def replication(*names: str, days: int = 119, warm_up: int = 28) -> Replication:
        scenario = load(*names)
        return replicate(make_plan(scenario.place, scenario.phases), days, warm_up, 1, 0)

    return replication


# --- The library as files ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def study() -> Study:
    return load_experiment(EXPERIMENT)


def test_every_lever_is_valid_alone_all_go_together_and_each_is_tried(study: Study) -> None:
    alone = {used[0] for used in SCENARIOS.values() if len(used) == 1}
    assert alone == set(DO_SOMETHING)
    assert SCENARIOS["both"] == [*COORDINATION, *SCENARIOS["same money as capacity"]]
    assert set(study.scenarios) == set(SCENARIOS)


def test_the_levers_go_together_with_every_assumption_on_durations() -> None:
    study = load_experiment(EXPERIMENT.with_name("coordination-durations.yaml"))
    assert len(study.scenarios) == 55
    assert len({study.baseline_of(name) for name in study.scenarios}) == 5


@pytest.mark.parametrize("name", sorted({*DO_SOMETHING} - {"more-p1", "more-p2", "more-p3"}))
def test_a_lever_says_when_it_does_not_help_and_where_its_numbers_are_from(name: str) -> None:
    lever = LEVERS[name]
    assert "nothing" in lever.how or "little" in lever.how
    assert lever.evidence.source or lever.evidence.strength == "none"
    assert all(cost.certainty and cost.source for cost in lever.costs.values())


@pytest.mark.parametrize("name", sorted(LEVERS))
def test_the_table_of_levers_has_each_with_its_own_cost_and_evidence(name: str) -> None:
    rows = (ROOT / "docs" / "levers.md").read_text(encoding="utf-8").splitlines()
    mine = [row for row in rows if row.startswith(f"| [{name}](")]
    assert len(mine) == 1
    if name in DO_SOMETHING:
        cost = sum(cost.value for cost in LEVERS[name].costs.values())
        assert f" | {cost / 1000:.0f} | " in mine[0] or not cost
        assert f" | {LEVERS[name].evidence.strength} | " in mine[0]


@pytest.mark.slow
def test_many_levers_can_be_laid_out_over_a_year(load: Load, run: Run) -> None:
    later = tuple(f"{name}-later" for name in IMPROVEMENT)
    phases = load(*later).phases
    assert phases
    assert [lever.reaches for lever in phases.levers] == [1.0] * len(IMPROVEMENT)
    over_a_year, before = run(*later, days=182, warm_up=0), run(days=182, warm_up=0)
    assert DELAY(over_a_year) < DELAY(before)


def test_the_same_money_is_what_coordination_costs(study: Study) -> None:
    places = {name: scenario.place for name, scenario in study.scenarios.items()}
    base, together = places["as it is"], places["coordination together"]
    own = sum(cost.value for name in COORDINATION for cost in LEVERS[name].costs.values())
    coordination = own + cost_of_teams(together) - cost_of_teams(base)
    bought = cost_of_care(places["same money as capacity"]) - cost_of_care(base)
    assert bought == pytest.approx(coordination, rel=0.02)


def cost_of_teams(place: Place) -> float:
    """Pounds for the teams' hours of a year."""
    kinds = kinds_of_day(place, 364)
    pounds = 0.0
    for name, team in place.teams.items():
        if team.cost_per_hour:
            at, staff = np.array(staff_steps(place, name, kinds)).T
            hours = (staff * np.diff(np.append(at, 364))).sum() * 24
            pounds += hours * team.cost_per_hour.value * 365 / 364
    return pounds


def cost_of_care(place: Place) -> float:
    """Pounds a year for care outside hospital, if it is all used."""
    pounds = 0.0
    for setting in place.settings.values():
        spaces = setting.spaces.limit
        if setting.acute or not setting.cost_per_day or spaces is None:
            continue
        people = float(spaces)
        if setting.need:
            people /= (setting.need.first.value + setting.need.last.value) / 2
        pounds += people * setting.cost_per_day.value * 365
    return pounds


# --- Each in its own direction ----------------------------------------------------------------

Total = Callable[[Replication], float]


def total(measure: str, **only: str | tuple[str, ...]) -> Total:
    """A measure of a replication, summed over the rows that are named."""

    def value(replication: Replication) -> float:
        rows = [
            row
            for row in replication.measured.rows
            if row.measure == measure
            and all(
                getattr(row, key) in ((names,) if isinstance(names, str) else names)
                for key, names in only.items()
            )
        ]
        assert rows, (measure, only)
        return sum(row.numerator for row in rows) / sum(row.denominator or 1 for row in rows)

    return value


def days_of(*reasons: str) -> Total:
    """Delayed bed days of some reasons, in all."""

    def value(replication: Replication) -> float:
        return sum(
            row.numerator
            for row in replication.measured.rows
            if row.measure == "delayed_bed_days" and row.reason in reasons
            and not (row.setting or row.group or row.locality or row.team or row.part)
        )  # fmt: skip

    return value


def ready_at_weekends(replication: Replication) -> float:
    """How many become ready to leave a ward on Saturdays and Sundays."""
    log, plan = replication.run.log, replication.run.plan
    acute = [i for i, name in enumerate(plan.settings) if name in WARDS]
    ready, setting = np.asarray(log.ready_at), np.asarray(log.setting)
    ready = ready[np.isin(setting, acute) & np.isfinite(ready)]
    return float((np.floor(ready) % 7 >= 5).sum())


DELAY = total("delayed_bed_days", setting="", reason="", body="", group="", locality="", part="",
              team="")  # fmt: skip
BED_WAIT = total("bed_wait_hours", setting="", group="", part="", locality="")
HAND_OFFS = total("handoffs_per_discharge", part="P1 to P3")
BROKERS = ("brokerage-county", "brokerage-city")
PANELS = ("funding-panel-county", "funding-panel-city")
LOWER: dict[str, tuple[Total, ...]] = {
    "earlier-discharge-planning": (DELAY, days_of("therapy-review", "medical-review"),
                                   days_of("needs-and-pathway")),
    "twice-daily-board-rounds": (BED_WAIT, total("start_wait_days", team="board-round")),
    "single-care-transfer-hub": (DELAY, HAND_OFFS, days_of("needs-and-pathway")),
    "one-shared-referral": (DELAY, HAND_OFFS, days_of("hub-referrals", "referral-to-hub")),
    "shared-record": (DELAY, HAND_OFFS, total("share_repeated", team="care-transfer-hub")),
    "trusted-assessor": (HAND_OFFS, days_of("p2-arrangements", "p3-arrangements"),
                         total("cases_per_week", team="care-home-assessors")),
    "discharge-to-assess": (HAND_OFFS, days_of("therapy-review"),
                            total("cases_per_week", team="ward-therapy")),
    "seven-day-social-work": (
        total("start_wait_days", team=("social-work-county", "social-work-city")),),
    "seven-day-therapy": (days_of("therapy-review"), total("backlog", team="ward-therapy")),
    "delegated-funding": (total("cases_per_week", team=PANELS), days_of("funding-eligibility")),
    "daily-funding-panel": (total("start_wait_days", team=PANELS),),
    "care-homes-admit-at-weekends": (total("start_wait_days", team="care-home-assessors"),),
    "brokerage-standing-offer": (total("start_wait_days", team=BROKERS),
                                 days_of("p1-social-care-arrangements")),
    "weekend-care-starts": (
        total("start_wait_days", team=("reablement-county-team", "reablement-city-team")),
        days_of("p1-rehabilitation-arrangements"), days_of("equipment")),
    "medicines-the-day-before": (DELAY, days_of("medicines-and-letter")),
    "transport-and-discharge-lounge": (DELAY, days_of("transport")),
    "one-council-process": (
        total("start_wait_days", team=(*PANELS, "social-work-county", "social-work-city")),),
    "reablement-capacity": (days_of("p1-rehabilitation-capacity"),),
    "community-beds": (days_of("p2-capacity"),),
    "care-home-places": (days_of("p3-capacity"),),
    "shorter-p2-stays": (days_of("p2-capacity"),),
    "hospital-at-home": (BED_WAIT,),
    "more-p1": (days_of("p1-rehabilitation-capacity", "end-of-life-capacity"),),
    "more-p2": (days_of("p2-capacity"),),
    "more-p3": (days_of("p3-capacity"),),
    "same-money-capacity": (DELAY, days_of("p2-capacity"), days_of("p3-capacity"),
                            days_of("p1-rehabilitation-capacity")),
}  # fmt: skip


def test_each_lever_has_a_test_of_its_direction() -> None:
    elsewhere = {"criteria-led-discharge", "home-care-capacity"}
    assert set(LOWER) | elsewhere == set(DO_SOMETHING)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOWER)
def test_a_lever_lowers_what_its_mechanism_acts_on(run: Run, name: str) -> None:
    before, after = run(), run(name)
    assert [measured(after) < measured(before) for measured in LOWER[name]] == [
        True for _ in LOWER[name]
    ], [(measured(before), measured(after)) for measured in LOWER[name]]


@pytest.mark.slow
def test_criteria_led_discharge_makes_more_people_ready_at_weekends(run: Run) -> None:
    assert ready_at_weekends(run("criteria-led-discharge")) > 1.1 * ready_at_weekends(run())


@pytest.mark.slow
def test_more_home_care_shortens_the_wait_for_it_where_it_is_short(run: Run) -> None:
    short = run("little-home-care", days=60, warm_up=90)
    more = run("little-home-care", "home-care-capacity", days=60, warm_up=90)
    waiting = total("waiting", setting=("home-care-county", "home-care-city"))
    assert waiting(more) < waiting(short)


@pytest.mark.slow
def test_together_they_save_less_than_the_sum_of_each_alone_and_more_than_any(run: Run) -> None:
    before = DELAY(run())
    alone = [before - DELAY(run(name)) for name in COORDINATION]
    together = before - DELAY(run(*COORDINATION))
    assert max(alone) < together < sum(each for each in alone if each > 0)


# --- What a lever must not touch --------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(load: Load) -> Callable[..., tuple[Plan, Cohort]]:
    @cache
    def cohort(*names: str) -> tuple[Plan, Cohort]:
        scenario = load(*names)
        plan = make_plan(scenario.place, scenario.phases)
        return plan, draw_cohort(plan, 40, 1, 0, 100_000)

    return cohort


Drawn = Callable[..., tuple[Plan, Cohort]]


@pytest.mark.slow
@pytest.mark.parametrize("name", DO_SOMETHING)
def test_nobody_else_comes_and_no_other_task_is_drawn_anew(drawn: Drawn, name: str) -> None:
    (_, before), (_, after) = drawn(), drawn(name)
    for column in ("group", "day", "index", "arrived_at"):
        assert np.array_equal(getattr(before, column), getattr(after, column)), column
    touched = transfers_touched(name)
    tasks = tasks_drawn(*drawn(), touched)
    if name != "hospital-at-home":
        assert tasks_drawn(*drawn(name), touched) == tasks
        assert tasks or touched >= set(tasks_of_anybody(*drawn()))
    else:
        mine = tasks_drawn(*drawn(name), touched)
        same = [who for who in mine if mine[who] == tasks.get(who)]
        assert len(same) > 0.9 * len(mine)


def transfers_touched(name: str) -> set[tuple[str, str]]:
    """(transfer, task) of each task that a lever changes, as its own paths say."""
    place = read_yaml(PLACE)
    touched = set()
    for change in changes_in(place, read_yaml(LIBRARY / f"{name}.yaml")):
        if change.keys[0] == "transfers" and len(change.keys) > 3:
            _, transfer, part, at, *_ = change.keys
            tree: Any = place.tree
            touched.add((str(transfer), str(tree["transfers"][transfer][part][at]["task"])))
    return touched


Who = tuple[int, int, int, str, str]


def tasks_drawn(plan: Plan, cohort: Cohort, without: set[tuple[str, str]]) -> dict[Who, Any]:
    """What was drawn of each task of each person: whether needed, and the time of its work."""
    jobs = cohort.jobs
    found: dict[Who, Any] = {}
    for job, visit in enumerate(jobs.visit.tolist()):
        transfer = plan.routes[int(cohort.visits.route[visit])].transfer or ""
        task = plan.tasks[int(jobs.task[job])].name
        if (transfer, task) in without:
            continue
        person = int(cohort.visits.person[visit])
        group, day, index = (int(each[person]) for each in (cohort.group, cohort.day, cohort.index))
        drawn = bool(jobs.is_needed[job]), float(jobs.days[job])
        found.setdefault((group, day, index, transfer, task), []).append(drawn)
    return found


def tasks_of_anybody(plan: Plan, cohort: Cohort) -> set[tuple[str, str]]:
    return {(who[3], who[4]) for who in tasks_drawn(plan, cohort, set())}


# --- Where it does nothing --------------------------------------------------------------------


def in_hospital(replication: Replication, *, supported: bool) -> dict[Any, list[tuple[str, ...]]]:
    """Who was in which ward from when to when; only of stays that end in support, if asked."""
    run = replication.run
    log, cohort = run.log, run.cohort
    names = run.plan.settings
    found: dict[Any, list[tuple[str, ...]]] = {}
    for row, visit in enumerate(log.visit.tolist()):
        route = run.plan.routes[int(cohort.visits.route[visit])]
        if names[log.setting[row]] not in WARDS or (
            supported and route.pathway not in ("P1", "P2", "P3")
        ):
            continue
        person = int(cohort.visits.person[visit])
        who = tuple(int(column[person]) for column in (cohort.group, cohort.day, cohort.index))
        times = (repr(float(log.admitted_at[row])), repr(float(log.left_at[row])))
        found.setdefault(who, []).append((names[log.setting[row]], *times))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", COORDINATION)
def test_no_coordination_gets_anybody_into_care_that_is_not_there(run: Run, name: str) -> None:
    before = in_hospital(run("nowhere-to-go", days=30, warm_up=0), supported=True)
    after = in_hospital(run("nowhere-to-go", name, days=30, warm_up=0), supported=True)
    assert len(before) > 100
    assert {who for who, stays in before.items() if stays[-1][2] != "inf"} == set()
    if name in ("twice-daily-board-rounds", "criteria-led-discharge"):
        # Rounds bring people to this point sooner; none of them leaves.
        assert {who for who, stays in after.items() if stays[-1][2] != "inf"} == set()
    else:
        assert after == before


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*CAPACITY} - {"hospital-at-home"}))
def test_no_capacity_helps_where_nobody_confirms_what_people_need(run: Run, name: str) -> None:
    before = in_hospital(run("nobody-confirms-needs", days=40, warm_up=0), supported=False)
    after = in_hospital(run("nobody-confirms-needs", name, days=40, warm_up=0), supported=False)
    assert len(before) > 1000
    assert after == before


@pytest.mark.slow
def test_hospital_at_home_does_nothing_for_those_who_are_not_medical_emergencies(
    run: Run,
) -> None:
    before = in_hospital(run("no-medical-emergencies", days=40, warm_up=0), supported=False)
    after = in_hospital(
        run("no-medical-emergencies", "hospital-at-home", days=40, warm_up=0), supported=False
    )
    assert len(before) > 500
    assert after == before


# --- Reaching nobody --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", DO_SOMETHING)
def test_a_lever_that_reaches_nobody_changes_no_byte(
    load: Load, as_it_is: bytes, name: str, tmp_path: Path
) -> None:
    assert written(load(f"{name}-idle"), tmp_path) == as_it_is


@pytest.fixture(scope="module")
def as_it_is(load: Load, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written(load(), tmp_path_factory.mktemp("as-it-is"))


def written(scenario: Scenario, folder: Path) -> bytes:
    """The bytes of a replication's file, its whole log included, under one fingerprint."""
    path = folder / "run.parquet"
    result = replicate(make_plan(scenario.place, scenario.phases), 7, 0, 1, 0)
    write_replication(path, result, Identity("one fingerprint", 0), keep_logs=True)
    assert pq.read_table(path).num_rows
    return path.read_bytes()
