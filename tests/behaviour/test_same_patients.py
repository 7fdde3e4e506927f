"""The same patients in every scenario: what changes one thing leaves every other draw alone."""

import copy
from typing import Any

import numpy as np
import pytest

from sim.patients.cohort import Cohort, draw_cohort
from sim.patients.plan import Plan, make_plan
from tests.places import a_place

DAYS = 60


def tables() -> dict[str, Any]:
    """A place with a loop, tasks, rounds, several groups and a start state."""
    return {
        "settings": {
            "ward": {
                "beds": 20, "acute": True,
                "decision_rounds": [{"days": "every day", "at": "09:00", "prob_ready": 0.7}],
            },
            "care": {"places": 10, "stay": {"gamma": {"mean": 6, "sd": 4}}},
            "rehab": {"beds": 10, "stay": {"weibull": {"shape": 1.4, "mean": 9}}},
        },
        "transfers": {
            "to-care": {
                "arrange": [
                    {"task": "Form", "takes": {"exponential": {"mean": 0.5}},
                     "reason": "referral-to-hub"},
                    {"task": "Panel", "takes": {"uniform": [0, 2]},
                     "reason": "funding-eligibility"},
                ],
                "hand_over": [{"task": "Transport", "takes": {"uniform": [0.1, 0.3]},
                               "reason": "transport"}],
            },
        },
        "routes": {
            "ward": {"home": "rest", "care": {"share": 0.4, "transfer": "to-care"}, "rehab": 0.2},
            "care": {"home": 0.7, "ward": 0.3},
            "rehab": {"home": 0.8, "care": {"share": 0.2, "transfer": "to-care"}},
        },
        "patients": {
            "older": {"arrives_at": "ward", "per_day": 3.0,
                      "stay": {"ward": {"lognormal": {"mean": 8, "median": 6}}}},
            "younger": {"arrives_at": "ward", "per_day": 5.0,
                        "stay": {"ward": {"lognormal": {"mean": 3, "median": 2}}}},
        },
        "start": {
            "people": [
                {"setting": "ward", "group": "older", "number": 12},
                {"setting": "care", "group": "younger", "number": 6,
                 "stay_left": "uniform from one day"},
            ],
            "waiting": [
                {"waiting_for": "care", "setting": "ward", "group": "older", "number": 3,
                 "days_waited": {"exponential": {"mean": 2}}},
                {"waiting_for": "ward", "group": "younger", "number": 4, "days_waited": 0.1},
            ],
        },
    }  # fmt: skip


Person = tuple[str, int, int, int]
"""(key of the random numbers, group, day or -1 for the start state, index within the day)"""


def drawn(place: dict[str, Any], seed: int = 1, number: int = 0) -> dict[Person, dict[str, Any]]:
    """Everything that was drawn for each person: instants, visits, routes, tasks, by name."""
    plan = make_plan(a_place(**place))
    return everything(plan, draw_cohort(plan, DAYS, seed, number, 100_000))


def everything(plan: Plan, cohort: Cohort) -> dict[Person, dict[str, Any]]:
    visits, names = cohort.visits, plan.names()
    tasks: dict[int, dict[str, float]] = {}
    for stream, (rows, days) in cohort.task_days.items():
        for row, each in zip(rows.tolist(), days.tolist(), strict=True):
            tasks.setdefault(row, {})[stream] = each
    found = {}
    for i in range(len(cohort.group)):
        rows = range(int(cohort.first_visit[i]), int(cohort.first_visit[i + 1]))
        day = max(int(cohort.day[i]), -1)
        key = f"{int(cohort.key[i])}", plan.groups[int(cohort.group[i])], day, int(cohort.index[i])
        assert key not in found
        found[key] = {
            "arrived_at": float(cohort.arrived_at[i]),
            "starts": int(cohort.starts[i]),
            "way": [
                (names[int(visits.setting[r])], names[plan.routes[int(visits.route[r])].to])
                for r in rows
            ],
            "stay": [float(visits.stay_days[r]) for r in rows],
            "arrange": [float(visits.arrange_days[r]) for r in rows],
            "hand over": [float(visits.hand_over_days[r]) for r in rows],
            "round": [float(visits.round_threshold[r]) for r in rows],
            "tasks": [tasks.get(r, {}) for r in rows],
        }
    return found


BASE = drawn(tables())


def without(people: dict[Person, dict[str, Any]], *columns: str) -> dict[Person, dict[str, Any]]:
    return {
        who: {name: value for name, value in drawn.items() if name not in columns}
        for who, drawn in people.items()
    }


def test_there_is_something_to_compare() -> None:
    assert len(BASE) > 300
    assert sum(len(drawn["way"]) > 3 for drawn in BASE.values()) > 10
    assert sum(who[2] < 0 for who in BASE) == 12 + 6 + 3 + 4


def test_a_cohort_drawn_twice_is_the_same() -> None:
    assert drawn(tables()) == BASE


def test_another_seed_or_replication_is_other_people() -> None:
    assert not BASE.keys() & drawn(tables(), seed=2).keys()
    assert not BASE.keys() & drawn(tables(), number=1).keys()


CAPACITY: list[tuple[str, dict[str, Any]]] = [
    ("fewer beds", {"beds": 1}),
    ("no limit", {"beds": "unlimited"}),
    ("a queue limit", {"queue_limit": 2}),
    ("admission hours", {"admits": {"days": "mon-fri", "from": "08:00", "to": "18:00"}}),
    ("a weekly pattern",
     {"capacity_by_week": [{"days": "sat", "from": "00:00", "to": "24:00", "spaces": 3}]}),
    ("a dated change", {"capacity_changes": [{"from": "2024-01-20", "spaces": 3}]}),
    ("a turnaround", {"turnaround": "3 hours"}),
    ("an overflow", {"overflow": ["rehab"], "returns": "yes"}),
    ("a cost", {"cost_per_day": 400}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change"), CAPACITY)
def test_changing_a_settings_capacity_or_rules_leaves_everybody_the_same(
    what: str, change: dict[str, Any]
) -> None:
    changed = tables()
    changed["settings"]["ward"].update(change)
    assert drawn(changed) == BASE, what


def test_adding_a_group_leaves_the_others_the_same() -> None:
    for groups in (["new", "older", "younger"], ["older", "younger", "new"]):
        changed = tables()
        patients = {**changed["patients"], "new": {**changed["patients"]["older"], "per_day": 7}}
        changed["patients"] = {name: patients[name] for name in groups}
        found = drawn(changed)
        others = {who: each for who, each in found.items() if who[1] != "new"}
        assert others == BASE
        assert len(found) > len(BASE) + 300


def test_taking_a_group_out_leaves_the_others_the_same() -> None:
    changed = tables()
    del changed["patients"]["younger"]
    changed["start"] = {"people": changed["start"]["people"][:1]}
    found = drawn(changed)
    assert found == {who: BASE[who] for who in found}
    arriving = [who for who in BASE if who[1] == "older" and who[2] >= 0]
    assert [who for who in found if who[2] >= 0] == arriving


def test_the_order_of_groups_and_settings_in_the_file_does_not_matter() -> None:
    changed = tables()
    changed["patients"] = dict(reversed(changed["patients"].items()))
    assert drawn(changed) == BASE
    changed["settings"] = dict(reversed(changed["settings"].items()))
    assert drawn(changed) == BASE


def test_a_row_added_to_the_start_state_leaves_everybody_else_the_same() -> None:
    for place in (0, 2):
        changed = tables()
        row = {"setting": "rehab", "group": "older", "number": 5}
        changed["start"]["people"].insert(place, row)
        found = drawn(changed)
        assert {who: each for who, each in found.items() if who in BASE} == BASE
        assert len(found) == len(BASE) + 5


def test_fewer_people_at_the_start_are_the_first_of_them() -> None:
    changed = tables()
    changed["start"]["people"][0]["number"] = 5
    found = drawn(changed)
    assert found == {who: BASE[who] for who in found}
    assert len(found) == len(BASE) - 7


def test_adding_a_task_moves_no_other_draw() -> None:
    changed = tables()
    visit = {"task": "Visit", "takes": {"exponential": {"mean": 0.01}}, "reason": "therapy-review"}
    changed["transfers"]["to-care"]["arrange"].insert(1, visit)
    found = drawn(changed)
    assert found.keys() == BASE.keys()
    number = 0
    for who, base in BASE.items():
        new = found[who]
        for name in ("arrived_at", "starts"):
            assert new[name] == base[name]
        for name in ("way", "stay", "hand over", "round"):
            n = min(len(new[name]), len(base[name]))  # a longer delay may end a way before the end
            assert new[name][:n] == base[name][:n]
        for before, after in zip(base["tasks"], new["tasks"], strict=False):
            assert before.items() <= after.items()
            number += len(after) - len(before)
    assert number > 100, "and the new task was drawn"


def test_adding_rounds_moves_no_other_draw() -> None:
    changed = tables()
    changed["settings"]["care"]["decision_rounds"] = [{"days": "weekdays", "at": "10:00"}]
    found = drawn(changed)
    assert without(found, "round") == without(BASE, "round")
    assert all(
        now == before
        for who, base in BASE.items()
        for (setting, _), before, now in zip(
            base["way"], base["round"], found[who]["round"], strict=True
        )
        if setting != "care"
    )


def test_changing_the_stay_in_one_setting_leaves_those_in_others_the_same() -> None:
    changed = tables()
    changed["settings"]["care"]["stay"] = {"gamma": {"mean": 5, "sd": 4}}
    found = drawn(changed)
    for who, base in BASE.items():
        new = found[who]
        n = min(len(new["way"]), len(base["way"]))
        assert new["way"][:n] == base["way"][:n]
        for (setting, _), before, now in zip(base["way"], base["stay"], new["stay"], strict=False):
            assert (before == now) == (setting != "care")


@pytest.mark.parametrize("rate", [2.9, 1.5, 0.1, 0])
def test_a_lower_rate_takes_people_away_and_alters_none_who_remain(rate: float) -> None:
    changed = tables()
    changed["patients"]["older"]["per_day"] = rate
    found = drawn(changed)
    assert found == {who: BASE[who] for who in found}
    gone = BASE.keys() - found.keys()
    assert gone
    assert all(who[1] == "older" and who[2] >= 0 for who in gone)
    kept: dict[int, int] = {}
    for _, group, day, _ in found:
        kept[day] = kept.get(day, 0) + (group == "older")
    # The last of each day are gone, and nobody is renumbered.
    assert all(who[3] >= kept.get(who[2], 0) for who in gone)


def test_a_higher_rate_adds_people_and_alters_none() -> None:
    changed = tables()
    changed["patients"]["younger"]["per_day"] = 8
    found = drawn(changed)
    assert {who: each for who, each in found.items() if who in BASE} == BASE
    assert len(found) > len(BASE) + 100


def test_a_lower_rate_on_one_weekday_takes_people_away_on_that_day_only() -> None:
    changed = tables()
    changed["patients"]["older"]["by_weekday"] = {"mon": 0.2}
    gone = BASE.keys() - drawn(changed).keys()
    assert gone
    assert {who[2] % 7 for who in gone} == {0}


def test_a_longer_run_brings_the_same_people_and_more() -> None:
    plan = make_plan(a_place(**tables()))
    longer = everything(plan, draw_cohort(plan, DAYS + 30, 1, 0, 100_000))
    for who, base in BASE.items():
        n = len(base["way"])
        assert longer[who]["way"][:n] == base["way"]
        assert longer[who]["stay"][:n] == base["stay"]


def test_a_hospital_of_other_shares_has_the_same_people_with_the_same_needs() -> None:
    changed = tables()
    changed["routes"]["ward"] = {
        **copy.deepcopy(changed["routes"]["ward"]), "rehab": 0.25, "home": "rest",
    }  # fmt: skip
    found = drawn(changed)
    assert found.keys() == BASE.keys()
    same = [found[who]["way"][0] == base["way"][0] for who, base in BASE.items()]
    assert 0.85 < np.mean(same) < 1, "only those whose number lies between the shares go elsewhere"
    assert all(found[who]["stay"][0] == base["stay"][0] for who, base in BASE.items())
