"""Levers that start or spread: whom they cover, what they leave alone, and what they cost."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication, replicate
from sim.experiment.making.runner import lever_costs
from sim.experiment.sources import Scenario
from sim.experiment.study import load_experiment
from sim.patients.arrivals import mean_by_day, means_of_run
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from tests.behaviour.test_same_patients import Person, everything, tables

DAYS = 60
Drawn = dict[Person, dict[str, Any]]
Load = Callable[..., Scenario]

CHANGES: dict[str, dict[str, Any]] = {
    "a task's time": {"transfers.to-care.arrange.2.takes": {"times": 0.25}},
    "a task fewer": {"transfers.to-care.arrange": [
        {"task": "Form", "takes": 0.2, "reason": "referral-to-hub"}]},
    "a task's reason": {"transfers.to-care.arrange.1.reason": "medical-review"},
    "a share": {"routes.ward.care.share": {"times": 0.5}},
    "routes of a group": {"patients.older.routes": {"ward": {"home": 0.3, "care": 0.7}}},
    "a setting's stay": {"settings.care.stay": {"times": 0.5}},
    "a group's stay": {"patients.older.stay.ward": {"times": 0.7}},
    "beds": {"settings.ward.beds": {"plus": 7}},
    "fewer places": {"settings.care.places": {"times": 0.5}},
    "arrivals": {"patients.younger.per_day": {"times": 1.3}},
    "weekdays": {"patients.younger.by_weekday": {"sat": 0.4, "sun": 0.3}},
    "months": {"patients.older.by_month": {"jan": 1.4, "feb": 1.1}},
    "all at once": {
        "transfers.to-care.arrange.2.takes": {"times": 0.25}, "routes.ward.care.share": 0.3,
        "settings.ward.beds": {"plus": 7}, "patients.younger.per_day": {"times": 1.3},
    },
}  # fmt: skip
EACH = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads one scenario of some levers, laid over the place of the test of the same patients."""

    def scenario(*levers: dict[str, Any], empty: bool = False) -> Scenario:
        place = {"place": "A test place", "start_date": "2024-01-01", "exits": {"home": {}}}
        place |= {"organisations": {"trust": {"body": "NHS"}}, **tables()}
        if empty:
            del place["start"]
        names = [lever["lever"] for lever in levers]
        experiment = {
            "experiment": "Test", "question": "Which?", "place": "place.yaml",
            "levers": [f"{name}.yaml" for name in names], "scenarios": {"it": names},
            "days": DAYS - 20, "warm_up": 20, "replications": 1, "seed": 1,
            "compare_on": ["delayed_bed_days"],
        }  # fmt: skip
        for name, table in zip(["place", "experiment", *names], [place, experiment, *levers],
                               strict=True):  # fmt: skip
            (tmp_path / f"{name}.yaml").write_text(json.dumps(table), encoding="utf-8")
        return load_experiment(tmp_path / "experiment.yaml").scenarios["it"]

    return scenario


def lever(change: dict[str, Any], name: str = "test", **more: Any) -> dict[str, Any]:
    evidence = {"strength": "none", "says": "Nothing."}
    return {"lever": name, "title": name, "how": "So.", "change": change, "evidence": evidence,
            **more}  # fmt: skip


def drawn(scenario: Scenario) -> Drawn:
    """All that is drawn for each person; a task by its stream, whoever is covered."""
    plan = make_plan(scenario.place, scenario.phases)
    people = everything(plan, draw_cohort(plan, DAYS, 1, 0, 100_000))
    for person in people.values():
        person["tasks"] = [
            {key.partition("/variant")[0]: days for key, days in tasks.items()}
            for tasks in person["tasks"]
        ]
    return people


def simulated(scenario: Scenario) -> Replication:
    return replicate(make_plan(scenario.place, scenario.phases), DAYS - 20, 20, 1, 0)


def results(scenario: Scenario) -> tuple[list[Any], dict[str, Any]]:
    """The log as it was written, and every measure that is not nought."""
    replication = simulated(scenario)
    log, rows = replication.run.log, replication.measured.rows
    columns = [log.asked_at, log.placed_at, log.admitted_at, log.ready_at, log.left_at]
    columns += [log.setting, log.visit, log.came]
    measures = {
        (row.measure, row.setting, row.locality, row.group, row.reason, row.body): (
            row.numerator,
            row.denominator,
        )
        for row in rows
        if row.numerator
    }
    return [column.tolist() for column in columns], measures


@EACH
def test_a_lever_that_reaches_nobody_changes_nothing(load: Load, change: dict[str, Any]) -> None:
    base, idle = load(), load(lever(change, uptake={"reaches": 0}))
    assert drawn(idle) == drawn(base)
    assert results(idle) == results(base)


@EACH
def test_a_lever_that_starts_after_the_end_changes_nothing(
    load: Load, change: dict[str, Any]
) -> None:
    base, late = load(), load(lever(change, starts="2024-03-01"))
    assert results(late) == results(base)


@EACH
@pytest.mark.parametrize(
    "more",
    [{"uptake": {}}, {"starts": "2000-01-01"}, {"starts": "2000-01-01", "uptake": {"reaches": 1}}],
)
def test_a_lever_that_is_whole_from_long_before_is_the_plain_lever(
    load: Load, change: dict[str, Any], more: dict[str, Any]
) -> None:
    plain, phased = load(lever(change)), load(lever(change, **more))
    assert drawn(phased) == drawn(plain)
    assert results(phased) == results(plain)


@EACH
def test_from_an_empty_place_the_start_date_is_early_enough(
    load: Load, change: dict[str, Any]
) -> None:
    plain = load(lever(change), empty=True)
    phased = load(lever(change, starts="2024-01-01"), empty=True)
    assert drawn(phased) == drawn(plain)
    assert results(phased) == results(plain)


FOR_PEOPLE = pytest.mark.parametrize("change", list(CHANGES.values())[:7], ids=list(CHANGES)[:7])


@FOR_PEOPLE
def test_half_an_uptake_covers_half_the_people_and_leaves_the_others_alone(
    load: Load, change: dict[str, Any]
) -> None:
    base, plain = load(), load(lever(change))
    half = load(lever(change, uptake={"reaches": 0.5}))
    without, with_it, mixed = drawn(base), drawn(plain), drawn(half)
    assert mixed.keys() == without.keys()
    assert all(mixed[who] in (without[who], with_it[who]) for who in mixed)
    changed = [who for who in mixed if without[who] != with_it[who]]
    if "reason" not in str(change):
        covered = sum(mixed[who] == with_it[who] for who in changed) / len(changed)
        assert abs(covered - 0.5) < 2.6 * 0.5 / np.sqrt(len(changed))


@FOR_PEOPLE
def test_whoever_comes_before_a_lever_starts_is_not_covered(
    load: Load, change: dict[str, Any]
) -> None:
    without, with_it = drawn(load()), drawn(load(lever(change)))
    for who, person in drawn(load(lever(change, starts="2024-01-31"))).items():
        assert person == (with_it[who] if person["arrived_at"] >= 30 else without[who])


def test_whoever_is_covered_stays_so_as_the_lever_spreads(load: Load) -> None:
    change = CHANGES["a group's stay"]
    base = drawn(load())
    few, many = (
        {
            who
            for who, person in drawn(load(lever(change, uptake={"reaches": share}))).items()
            if person != base[who]
        }
        for share in (0.2, 0.6)
    )
    assert few
    assert few < many


def test_uptake_that_grows_covers_a_growing_share(load: Load) -> None:
    change = CHANGES["a group's stay"]
    without, with_it = drawn(load()), drawn(load(lever(change)))
    growing = drawn(load(lever(change, uptake={"over_days": DAYS})))
    by_third: list[list[bool]] = [[], [], []]
    for who, person in growing.items():
        if without[who] != with_it[who] and person["arrived_at"] > 0:
            by_third[int(person["arrived_at"] / DAYS * 3)].append(person == with_it[who])
    shares = [float(np.mean(each)) for each in by_third]
    assert shares == pytest.approx([1 / 6, 1 / 2, 5 / 6], abs=0.15)


def test_two_levers_cover_people_each_by_numbers_of_their_own(load: Load) -> None:
    half = {"uptake": {"reaches": 0.5}}
    stay, form = CHANGES["a group's stay"], CHANGES["a task's time"]
    both = drawn(load(lever(stay, "one", **half), lever(form, "two", **half)))
    one = drawn(load(lever(stay, "one", **half)))
    two = drawn(load(lever(form, "two", **half)))
    for who, person in both.items():
        assert person["stay"][0] == one[who]["stay"][0]
        assert person["tasks"][0] == two[who]["tasks"][0]


def test_two_levers_on_one_value_multiply_for_those_whom_both_cover(load: Load) -> None:
    change = {"patients.older.stay.ward": {"times": 0.5}}
    half = {"uptake": {"reaches": 0.5}}
    base = drawn(load())
    both = drawn(load(lever(change, "one", **half), lever(change, "two", **half)))
    ratios = [
        round(person["stay"][0] / base[who]["stay"][0], 9)
        for who, person in both.items()
        if who[1] == "older" and person["starts"] == 0
    ]
    assert {0.25, 0.5, 1.0} == set(ratios)
    assert abs(np.mean([ratio == 0.5 for ratio in ratios]) - 0.5) < 0.1


def test_a_plain_lever_beside_a_phased_one_holds_for_everybody(load: Load) -> None:
    plain = lever(CHANGES["a setting's stay"], "plain")
    idle = lever(CHANGES["a group's stay"], "idle", uptake={"reaches": 0})
    assert drawn(load(plain, idle)) == drawn(load(plain))
    assert results(load(idle, plain)) == results(load(plain))


def test_an_idle_lever_beside_a_phased_one_changes_nothing(load: Load) -> None:
    half = lever(CHANGES["all at once"], "half", uptake={"reaches": 0.5})
    idle = lever(
        {"patients.younger.per_day": {"times": 2}, "routes.ward.care.share": {"times": 0.1}},
        "idle",
        uptake={"reaches": 0},
    )
    del half["change"]["routes.ward.care.share"]
    assert results(load(idle, half)) == results(load(half))


def test_means_of_arrivals_change_by_the_uptake_of_the_day(load: Load) -> None:
    scenario = load(
        lever(CHANGES["arrivals"], starts="2024-01-11", uptake={"reaches": 0.5, "over_days": 20})
    )
    assert scenario.phases
    means = means_of_run(scenario.place, "younger", DAYS, scenario.phases)
    uptake = np.clip((np.arange(DAYS) - 10) / 20, 0, 1) * 0.5
    assert means == pytest.approx(5 * (1 + 0.3 * uptake))
    older = scenario.place.patients["older"]
    unchanged = mean_by_day(scenario.place, older, DAYS)
    same = means_of_run(scenario.place, "older", DAYS, scenario.phases)
    assert (same == unchanged).all()


def test_arrivals_that_grow_add_people_and_change_nobody(load: Load) -> None:
    base, more = drawn(load()), drawn(load(lever(CHANGES["arrivals"], uptake={"reaches": 0.5})))
    assert base.keys() < more.keys()
    assert all(more[who] == person for who, person in base.items())


def test_capacity_steps_of_a_run_follow_the_uptake(load: Load) -> None:
    grows = load(lever(CHANGES["beds"], starts="2024-01-11", uptake={"over_days": 7}))
    capacity = simulated(grows).run.capacity[0]
    assert capacity == [(0, 20), *((11.0 + more, 21 + more) for more in range(7))]


def test_a_covered_person_is_logged_with_the_reason_that_the_lever_gives(load: Load) -> None:
    def by_reason(scenario: Scenario) -> dict[str, float]:
        rows = simulated(scenario).measured.rows
        return {row.reason: row.numerator for row in rows if row.measure == "delayed_bed_days"}

    before = by_reason(load())
    after = by_reason(load(lever(CHANGES["a task's reason"], uptake={"reaches": 0.5})))
    assert min(after["referral-to-hub"], after["medical-review"]) > before["referral-to-hub"] / 5
    both = after["referral-to-hub"] + after["medical-review"]
    assert both == pytest.approx(before["referral-to-hub"])


def test_people_there_at_the_start_are_covered_by_when_they_came(load: Load) -> None:
    change = {"settings.care.stay": {"times": 2.0}, "patients.older.stay.ward": {"times": 2.0}}
    without, with_it = drawn(load()), drawn(load(lever(change)))
    at_start = [who for who, person in without.items() if person["starts"]]
    recent = drawn(load(lever(change, starts="2023-12-29")))
    for who in at_start:
        came_since = np.floor(without[who]["arrived_at"]) >= -3
        assert recent[who] == (with_it if came_since else without)[who]
    assert {recent[who] == without[who] for who in at_start} == {True, False}


def test_what_a_lever_costs_is_scaled_by_its_mean_uptake_in_the_window(load: Load) -> None:
    costs = {"trust": 1000.0}
    growing = {"starts": "2024-01-01", "uptake": {"reaches": 0.5, "over_days": 40}}
    plain = load(lever(CHANGES["beds"], costs=costs))
    phased = load(lever(CHANGES["beds"], costs=costs, **growing))
    uptake = 0.5 * np.clip(np.arange(20, 60) / 40, 0, 1)
    assert lever_costs(plain, 20, 40) == {"NHS": 1000.0}
    assert lever_costs(phased, 20, 40) == pytest.approx({"NHS": 1000 * uptake.mean()})


def test_the_fingerprint_knows_dates_and_uptakes(load: Load) -> None:
    change = CHANGES["beds"]
    different = [
        lever(change),
        lever(change, starts="2024-02-01"),
        lever(change, starts="2024-02-02"),
        lever(change, uptake={"reaches": 0.5}),
        lever(change, uptake={"reaches": 0.6}),
        lever(change, uptake={"reaches": 0.5, "over_days": 3}),
        lever(change, "other", uptake={"reaches": 0.5}),
        lever(change, uptake={"reaches": 0.5}, costs={"trust": 5}),
    ]
    assert len({load(each).fingerprint for each in different}) == len(different)


def test_the_fingerprint_knows_which_lever_is_the_phased_one(load: Load) -> None:
    one, two = ({"settings.ward.beds": {"plus": more}} for more in (3, 4))
    half = {"uptake": {"reaches": 0.5}}
    first = load(lever(one, "one", **half), lever(two, "two"))
    second = load(lever(one, "one"), lever(two, "two", **half))
    assert first.place == second.place
    assert first.fingerprint != second.fingerprint


def test_four_phased_levers_at_once_run_and_pass_their_checks(load: Load) -> None:
    names = ("a task fewer", "a share", "a group's stay", "beds")
    scenario = load(
        *(lever(CHANGES[name], f"lever-{i}", starts="2024-01-15", uptake={"over_days": 20})
          for i, name in enumerate(names))
    )  # fmt: skip
    assert scenario.phases
    assert len(scenario.phases.places) < 16
    assert [phase.covers_people for phase in scenario.phases.levers] == [True, True, True, False]
    assert results(scenario) == results(pickle.loads(pickle.dumps(scenario)))
