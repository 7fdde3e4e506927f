"""Random places in Ciw and here: the same stays of the same people, and means that agree."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiment.making.replicate import Replication, replicate
from sim.flow.ward import Ward
from sim.patients.distributions import InverseCdf
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.validation import independent
from sim.validation.independent import compare_with_ciw, same_people, summed_up
from sim.validation.simulators.alarms import alarms, together, welch
from sim.validation.simulators.ciw_lengths import CannotSayError
from sim.validation.simulators.ciw_limits import nodes_of
from sim.validation.simulators.ciw_network import CiwModel, MissingCiwError
from sim.validation.simulators.features import FEATURES, features_of, features_that_matter
from sim.validation.simulators.numbers import Key, numbers_of
from sim.validation.simulators.random_places import random_place
from sim.validation.simulators.told import told_by_careflow
from tests.places import a_place, value

SEED = 20
"""Another seed than the published comparison has."""
DAYS = 15


def differing(numbers: range, days: int = DAYS) -> tuple[int, int]:
    """Stays of the same people in some random places, and how many of them differ in Ciw."""
    stays = differ = 0
    for number in numbers:
        place = random_place(SEED, number).place()
        run = replicate(make_plan(place), days, 0, SEED, number)
        many, other = same_people(run, CiwModel(place, days))
        stays, differ = stays + many, differ + other
    return stays, differ


def test_the_same_people_have_the_same_stays_in_ciw_to_the_instant() -> None:
    stays, differ = differing(range(10))
    assert stays > 2000
    assert differ == 0


@pytest.mark.slow
def test_the_same_people_have_the_same_stays_in_many_random_places() -> None:
    stays, differ = differing(range(10, 90), days=30)
    assert stays > 30_000
    assert differ == 0


@pytest.mark.slow
def test_where_each_draws_for_itself_no_number_of_the_two_differs_more_than_by_chance() -> None:
    found = compare_with_ciw(12, SEED, 1, days=20, replications=20)
    assert found.agrees, (found.alarms, found.alarms_together, found.stays_that_differ)
    assert len(found.rows) > 300
    assert found.share_below(0.05) < 0.10
    assert found.evenness > 1e-4


def wrong_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked last goes first."""
    right = Ward.join

    def join(self: Ward, now: float, priority: int, asked_at: float, me: Any) -> None:
        right(self, now, priority, -asked_at, me)

    monkeypatch.setattr(Ward, "join", join)


def no_priorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has the same turn."""
    right = Ward.join

    def join(self: Ward, now: float, _priority: int, asked_at: float, me: Any) -> None:
        right(self, now, 5, asked_at, me)

    monkeypatch.setattr(Ward, "join", join)


def beds_that_never_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that closes beds is not kept."""
    right = Ward.change

    def change(
        self: Ward, now: float, capacity: float | None = None, is_open: bool | None = None
    ) -> None:
        closes = capacity is not None and capacity < self.capacity < 100
        right(self, now, None if closes else capacity, is_open)

    monkeypatch.setattr(Ward, "change", change)


FAULTS = (wrong_turns, no_priorities, beds_that_never_close)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_the_rules_shows_in_stays_of_the_same_people(
    fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.measures.measure.check", lambda *_: None)
    fault(monkeypatch)
    _, differ = differing(range(8))
    assert differ > 0


@pytest.mark.slow
def test_stays_that_are_a_tenth_too_long_raise_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:

    def longer(stay: InverseCdf) -> InverseCdf:
        return lambda u: stay(u) * 1.1

    def too_long(plan: Any, *rest: Any) -> Replication:
        stays = {key: longer(stay) for key, stay in plan.stays.items()}
        return replicate(replace(plan, stays=stays), *rest)

    monkeypatch.setattr(independent, "replicate", too_long)
    found = compare_with_ciw(12, SEED, 1, days=20, replications=20)
    assert not found.agrees
    assert found.stays_that_differ == 0, "Ciw was told of the same long stays"
    assert found.alarms_together, "a small difference that goes one way everywhere"


def test_the_numbers_compared_are_those_that_a_run_measures() -> None:
    place = random_place(SEED, 3).place()
    days = 20
    result = replicate(make_plan(place), days - 4, 4, SEED, 0)
    found = numbers_of(told_by_careflow(result), place, days)
    for name in place.settings:
        if Key("occupied", name, "", "4 to 12") not in found:
            continue
        for measure, ours in (
            ("occupied", "occupied"), ("waiting", "waiting"), ("blocked", "delayed_capacity")
        ):  # fmt: skip
            mean = np.mean([found[Key(measure, name, "", d)] for d in ("4 to 12", "12 to 20")])
            assert mean == pytest.approx(value(result, ours, name)), (name, measure)
        for measure in ("admitted_per_day", "turned_away_per_day", "wait_days"):
            assert found[Key(measure, name)] == pytest.approx(value(result, measure, name))


def test_a_random_place_is_an_ordinary_file_and_always_the_same(tmp_path: Path) -> None:
    text = random_place(SEED, 5).yaml()
    assert random_place(SEED, 5).yaml() == text
    assert random_place(SEED, 6).yaml() != text
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    assert load_place(tmp_path / "place.yaml") == random_place(SEED, 5).place()


def test_each_feature_is_in_many_places_and_all_can_be_said_in_ciw() -> None:
    places = [random_place(SEED, number) for number in range(200)]
    has = [set(features_of(place.tables)) for place in places]
    for feature in FEATURES:
        assert sum(feature in each for each in has) >= 50, feature
    sizes = [
        sum("stay" in s and s["stay"] != 0 for s in p.tables["settings"].values()) for p in places
    ]
    assert (min(sizes), max(sizes)) == (2, 6)
    for each in places[:30]:
        nodes_of(each.place())


def test_what_matters_is_what_moves_a_number() -> None:
    tables = {
        "place": "Two wards", "start_date": "2024-01-01", "exits": {"home": {}},
        "settings": {
            "first": {"beds": 4, "stay": {"exponential": {"mean": 0.5}}},
            "second": {"beds": 1, "stay": {"exponential": {"mean": 0.5}}},
        },
        "routes": {"first": {"second": {"share": 0.5}, "home": {"share": "rest"}},
                   "second": {"home": 1}},
        "patients": {
            "one": {"arrives_at": "first", "per_day": 6, "priority": 5},
            "other": {"arrives_at": "first", "per_day": 0.01, "priority": 4,
                      "by_weekday": {"sat": 0.9}},
        },
    }  # fmt: skip
    assert set(features_of(tables)) == {"blocking", "priorities", "arrivals by weekday"}
    assert features_that_matter(tables, 20, 1) == ["blocking"]


SOUND: dict[str, Any] = {
    "settings": {"unit": {"beds": 2, "stay": 1}, "ward": {"beds": 2, "stay": 1}},
    "routes": {"unit": {"ward": 0.5, "home": "rest"}, "ward": {"home": 1}},
    "patients": {"people": {"arrives_at": "unit", "per_day": 1}},
}
QUEUE = {"places": "unlimited", "stay": 0}


def changed(**tables: Any) -> dict[str, Any]:
    """The sound place with some rows changed."""
    return {
        name: {key: {**row, **tables.get(name, {}).get(key, {})} for key, row in rows.items()}
        | {key: row for key, row in tables.get(name, {}).items() if key not in rows}
        for name, rows in (SOUND | {k: {} for k in tables if k not in SOUND}).items()
    }


UNSAID = {
    "turnaround": changed(settings={"ward": {"turnaround": 1}}),
    "arrival_dates": changed(
        patients={"late": {"arrives_at": "unit", "arrival_dates": ["2024-01-01"]}}
    ),
    "people there at the start": {**SOUND, "start": {"people": [
        {"setting": "ward", "group": "people", "number": 1, "stay_left": 1}]}},
    "a front door with a queue": changed(patients={"more": {"arrives_at": "ward", "per_day": 1}}),
    "in a ring": changed(routes={"ward": {"unit": 0.1, "home": "rest"}},
                         settings={"unit": {"queue_limit": 0}}),
    "of different priority": changed(
        patients={"more": {"arrives_at": "unit", "per_day": 1, "priority": 1}}),
    "a calendar of beds with a limited queue": changed(settings={"ward": {"capacity_by_week": [
        {"days": "sun", "from": "00:00", "to": "12:00", "spaces": 1}]}}),
    "other tasks for other ways on": changed(
        routes={"unit": {"ward": {"share": 0.5, "transfer": "go"}}},
        transfers={"go": {"arrange": [{"task": "Form", "takes": 1, "reason": "referral-to-hub"}]}}),
    "a hand-over": changed(
        routes={"unit": {"ward": {"share": 0.5, "transfer": "go"}}},
        transfers={"go": {"hand_over": [{"task": "Ride", "takes": 1, "reason": "transport"}]}}),
    "may come back": changed(
        settings={"unit": {"beds": "unlimited"}, "ward": {}, "yard": {"beds": 1, "stay": 1},
                  "yard-queue": QUEUE},
        routes={"unit": {"yard-queue": 0.5, "home": "rest"}, "yard-queue": {"yard": 1},
                "yard": {"home": 1}},
        patients={"booked": {"arrives_at": "yard", "per_day": 1, "elective": True,
                             "cancelled_after": 1}}),
    "both into its queue and past it": changed(
        settings={"ward-queue": QUEUE},
        routes={"ward-queue": {"ward": 1},
                "unit": {"ward": 0.5, "ward-queue": 0.2, "home": "rest"}}),
}  # fmt: skip


@pytest.mark.parametrize(("why", "tables"), UNSAID.items(), ids=list(UNSAID))
def test_what_ciw_cannot_say_is_refused_with_the_reason(why: str, tables: dict[str, Any]) -> None:
    nodes_of(a_place(**SOUND))
    with pytest.raises(CannotSayError, match=why):
        nodes_of(a_place(**tables))


def test_without_ciw_the_comparison_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ciw", None)
    with pytest.raises(MissingCiwError, match=r"careflow\[bench\]"):
        compare_with_ciw(1, SEED, 1)


def test_a_comparison_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    seen: list[int] = []
    first = compare_with_ciw(
        2, SEED, 1, days=5, replications=10, keep=tmp_path, progress=lambda p: seen.append(p.number)
    )
    assert seen == [0, 1]
    kept = tmp_path / "place-1.json"
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert found["yaml"] == random_place(SEED, 1).yaml()
    found["found"]["stays_that_differ"] = 7
    kept.write_text(json.dumps(found), encoding="utf-8")
    again = compare_with_ciw(2, SEED, 1, days=5, replications=10, keep=tmp_path)
    assert again.rows == first.rows
    assert again.stays_that_differ == 7, "what is kept is not worked out again"
    assert not again.agrees
    other = compare_with_ciw(2, SEED, 1, days=4, replications=10, keep=tmp_path)
    assert other.stays_that_differ == 0, "but for the same question only"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(deadline=None)
def test_alarms_are_those_of_holm(p_values: list[float]) -> None:
    raised = alarms(p_values, 0.05)
    by_size = sorted(p_values)
    many = len(p_values)
    highest = 0
    for rank, p in enumerate(by_size):
        if p > 0.05 / (many - rank):
            break
        highest = rank + 1
    assert sum(raised) == highest
    assert [p for p, is_raised in zip(p_values, raised, strict=True) if is_raised] == [
        p for p, is_raised in zip(p_values, raised, strict=True) if p in by_size[:highest]
    ][: sum(raised)]


def test_numbers_too_rare_or_always_the_same_are_not_compared() -> None:
    rare = [0.0] * 19 + [1.0]
    assert welch(rare, rare) is None
    assert welch([2.0] * 20, [2.0] * 20) is None
    assert welch([1.0, 2.0] * 4, [1.0, 2.0] * 4) is None, "too few runs"
    apart = welch([1.0] * 20, [2.0] * 20)
    assert apart is not None
    assert apart.p == 0
    assert apart.z < -30
    never = welch([0.0] * 20, [1.0, 2.0] * 10)
    assert never is not None
    assert never.p < 1e-9


def test_small_differences_that_go_one_way_show_over_all_places() -> None:
    rng = np.random.default_rng(1)
    assert together((rng.normal(size=200) + 0.5).tolist())[1] < 1e-6
    assert together(rng.normal(size=200).tolist())[1] > 0.001


def test_a_comparison_sums_up_features_and_alarms() -> None:
    place = independent.compare_place(random_place(SEED, 0), SEED, 5, 10, False)
    apart = replace(place.rows[0], p=0.0)
    found = summed_up(1, [place, replace(place, number=1, rows=(apart, *place.rows[1:]))])
    assert found.alarms == (apart,)
    assert not found.agrees
    assert found.by_feature() == dict.fromkeys(sorted(place.features), (2, 0))
