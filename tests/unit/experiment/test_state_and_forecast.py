"""States of runs, typical ones too, and the next days from them."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.experiment.forecast import (
    DAY_MEAN,
    MIDNIGHT,
    at_midnights,
    band,
    count_days,
    days_of_run,
    forecast,
    load_courses,
)
from sim.experiment.state import find_state, typical
from sim.flow.model import simulate
from sim.measures.state import StatePerson, state_of
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.place.problems import InputError
from sim.place.start_file import write_start

PLACE: dict[str, Any] = {
    "place": "Riverbank",
    "start_date": "2025-03-03",
    "organisations": {"trust": {"body": "NHS"}, "council": {"body": "social care"}},
    "settings": {
        "ward": {
            "beds": 50, "acute": True, "stay": {"lognormal": {"mean": 6, "sd": 5}},
            "overflow": ["surgery"], "returns": True, "queue_limit": 1, "organisation": "trust",
            "decision_rounds": [
                {"days": "mon-fri", "at": "09:00", "prob_ready": 0.6},
                {"days": "sat, sun", "at": "10:00", "prob_ready": 0.3},
            ],
        },
        "surgery": {"beds": 16, "acute": True, "stay": {"gamma": {"mean": 4, "sd": 3}}},
        "home-care": {
            "visits_per_day": 40, "need": {"first": 4, "last": 1},
            "stay": {"gamma": {"mean": 14, "sd": 10}},
            "admits": {"days": "mon-sat", "from": "09:00", "to": "17:00"},
        },
        "bed": {"places": 14, "stay": {"lognormal": {"mean": 12, "sd": 7}}},
        "spot": {"places": "unlimited", "stay": 20},
    },
    "exits": {"home": {}, "died": {"death": True}},
    "teams": {
        "therapy": {"staff": 1, "works": {"days": "mon-fri", "from": "08:30", "to": "16:30"}},
        "hub": {"staff": 1, "works": {"days": "mon-fri", "from": "09:00", "to": "17:00"}},
        "north-sw": {"staff": 1, "works": {"days": "mon-fri", "from": "09:00", "to": "17:00"}},
        "south-sw": {"staff": 1, "works": {"days": "mon-fri", "from": "09:00", "to": "17:00"}},
        "panel": {"meets": {"days": "wed", "at": "14:00"}, "cases": 6},
        "pharmacy": {"staff": 2, "works": {"days": "every day", "from": "09:00", "to": "18:00"}},
    },
    "transfers": {
        "home": {"arrange": [
            {"task": "Letter", "team": "pharmacy", "works_for": "40 minutes",
             "reason": "medicines-and-letter"}]},
        "to-care": {
            "expected_date_error": "2 days",
            "arrange": [
                {"task": "Review", "team": "therapy", "works_for": "90 minutes",
                 "starts": "3 days before expected date", "reason": "therapy-review"},
                {"task": "Confirm", "team": "hub", "works_for": "1 hours", "starts": "when ready",
                 "returned": 0.2, "reason": "needs-and-pathway"},
                {"task": "Assess", "team": {"north": "north-sw", "south": "south-sw"},
                 "works_for": "2 hours", "reason": "p1-social-care-arrangements"},
                {"task": "Fund", "team": "panel", "prob": 0.3, "after": ["Confirm"],
                 "reason": "funding-eligibility"},
                {"task": "Equip", "takes": {"exponential": {"mean": 1}}, "after": ["Confirm"],
                 "prob": 0.5, "reason": "equipment"},
            ],
            "hand_over": [
                {"task": "Letter", "team": "pharmacy", "works_for": "40 minutes",
                 "starts": "when ready", "reason": "medicines-and-letter"},
                {"task": "Transport", "takes": "3 hours", "reason": "transport"},
            ],
        },
    },
    "routes": {
        "ward": {
            "home": {"share": "rest", "pathway": "P0", "transfer": "home"},
            "home-care": {"share": 0.12, "pathway": "P1", "transfer": "to-care",
                          "otherwise": {"route": "spot", "after": {"exponential": {"mean": 8}}}},
            "bed": {"share": 0.12, "pathway": "P2", "transfer": "to-care"},
            "spot": {"share": 0, "pathway": "P3"},
            "died": 0.03,
        },
        "surgery": {"home": {"share": 1, "pathway": "P0", "transfer": "home"}},
        "home-care": {"home": 1},
        "bed": {"home": 1},
        "spot": {"home": 1},
    },
    "patients": {
        "older": {"arrives_at": "ward", "per_day": 6.6,
                  "lives_in": {"north": 0.6, "south": "rest"}},
        "surgical": {"arrives_at": "surgery", "per_day": 2.4, "locality": "north"},
    },
    "harm": {"unwell_again": {"per_day": 0.02, "stay": {"exponential": {"mean": 4}}}},
}  # fmt: skip


def written(folder: Path, **more: Any) -> Path:
    path = folder / "place.yaml"
    path.write_text(json.dumps({**PLACE, **more}))
    return path


def a_state(folder: Path, day: int = 100) -> Path:
    """The state of one run of the place on a day, as a file."""
    path = folder / "today.csv"
    people = find_state(load_place(written(folder)), day, replications=1, seed=3)
    write_start(path, (vars(person) for person in people))
    return path


def numbers(people: list[StatePerson]) -> Counter[tuple[str, str, str]]:
    return Counter((person.status, person.setting, person.waiting_for) for person in people)


def test_a_state_that_is_written_and_read_is_the_state_that_the_next_run_begins_with(
    tmp_path: Path,
) -> None:
    people = find_state(load_place(written(tmp_path)), 101, replications=1, seed=3)
    today = tmp_path / "today.csv"
    write_start(today, (vars(person) for person in people))
    course = load_courses(tmp_path / "place.yaml", today, [], 10, date(2025, 6, 12))[0]
    plan = make_plan(course.place)
    run = simulate(plan, draw_cohort(plan, 10, 1, 0, 10_000), 10)
    stays = stays_of(run)
    again = state_of(run, stays, -1e-9)
    there = [person for person in people if person.setting]
    assert len(there) > 50
    assert numbers([person for person in again if person.setting]) == numbers(there)
    for status in ("there", "waiting"):
        before = sorted(p.days_there or 0 for p in there if p.status == status)
        after = sorted(p.days_there or 0 for p in again if p.status == status and p.setting)
        assert after == pytest.approx(before, abs=2e-3)


def test_the_same_seed_gives_the_same_state_whatever_the_workers(tmp_path: Path) -> None:
    place = load_place(written(tmp_path))
    assert find_state(place, 30, 3, seed=5) == find_state(place, 30, 3, seed=5, workers=2)
    assert find_state(place, 30, 1, seed=5) != find_state(place, 30, 1, seed=6)


def person(group: str, setting: str = "ward", **more: Any) -> StatePerson:
    whole: dict[str, Any] = {
        "status": "there", "setting": setting, "outlier_in": "", "group": group, "locality": "",
        "route": "", "waiting_for": "", "task": "", "also_done": (), "days_waited": None,
        "days_there": 1.0, **more,
    }  # fmt: skip
    return StatePerson(**whole)


def test_a_typical_state_has_the_mean_of_each_setting_and_the_rounded_total() -> None:
    states = [
        [person("a")] * 10 + [person("b", "care")] * 3,
        [person("a")] * 11 + [person("b", "care")] * 4,
        [person("a")] * 12 + [person("b", "care")] * 3,
    ]
    found = typical(states, seed=1)
    assert Counter(p.setting for p in found) == {"ward": 11, "care": 3}
    assert len(found) == 14, "14.33, rounded"


def test_a_typical_state_has_every_group_and_stage_in_its_proportion() -> None:
    state = [person("a")] * 40 + [person("b")] * 20 + [person("c", task="Fund")] * 40
    found = typical([state, state, state], seed=7)
    counts = Counter(p.group for p in found)
    assert sum(counts.values()) == 100
    for group, number in (("a", 40), ("b", 20), ("c", 40)):
        assert abs(counts[group] - number) <= 1


def test_a_typical_state_of_one_state_is_that_state() -> None:
    state = sorted([person("a", days_there=float(n)) for n in range(9)])
    assert sorted(typical([state], seed=1)) == state


# The forecast


def test_people_are_counted_at_the_midnight_that_ends_each_day() -> None:
    row = np.zeros(4, dtype=np.int64)
    start = np.array([-2.0, 0.5, 1.0, 2.2])
    end = np.array([1.0, 3.0, np.inf, 2.8])
    assert at_midnights(row, start, end, 1, 3).tolist() == [[2.0, 2.0, 1.0]]


def test_the_counts_of_a_run_are_those_of_its_measures(tmp_path: Path) -> None:
    plan = make_plan(load_place(written(tmp_path)))
    run = simulate(plan, draw_cohort(plan, 60, 1, 0, 10_000), 60)
    counts = count_days(run)
    stays = stays_of(run)
    for day in (20, 59):
        inside = (stays.admitted_at <= day) & (stays.left_at > day)
        for number in range(len(plan.settings)):
            assert (
                counts[number + 1, MIDNIGHT, day - 1] == (inside & (stays.setting == number)).sum()
            )
    acute = (stays.setting < 2) & inside & (stays.ready_at <= day)
    assert counts[0, MIDNIGHT, 58] == acute.sum()
    days = np.minimum(stays.left_at, 60) - np.minimum(stays.admitted_at, 60)
    whole = days[(stays.setting == 0) & np.isfinite(stays.admitted_at)].sum()
    assert counts[1, DAY_MEAN].sum() == pytest.approx(whole)


def test_a_band_holds_one_more_run_with_its_probability() -> None:
    random = np.random.default_rng(1)
    held = []
    for _ in range(4000):
        values = random.exponential(size=(40, 1)) ** 2
        low, high = band(values[:39], 0.95)
        held.append(low[0] <= values[39, 0] <= high[0])
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


LEVER = """lever: more-hub
title: More people at the hub
how: Referrals are confirmed sooner.
change: {teams.hub.staff: {times: 3}, settings.bed.places: {plus: 6}}
evidence: {strength: none, says: Nothing is known.}
"""


def test_a_forecast_has_every_day_as_it_is_and_under_each_lever(tmp_path: Path) -> None:
    today, lever = a_state(tmp_path), tmp_path / "lever.yaml"
    lever.write_text(LEVER)
    courses = load_courses(tmp_path / "place.yaml", today, [lever], 14, date(2025, 6, 11))
    found = forecast(courses, today, 14, runs=40, seed=1)
    as_it_is, under = found.coming
    assert (as_it_is.course.name, under.course.name) == ("as it is", "more-hub")
    assert as_it_is.delayed.shape == (40, 2, 14)
    assert found.dates[0] == date(2025, 6, 11)
    change = (under.delayed - as_it_is.delayed)[:, MIDNIGHT, -1]
    apart = under.delayed[:, MIDNIGHT, -1].std() + as_it_is.delayed[:, MIDNIGHT, -1].std()
    assert change.mean() < 0, "fewer delayed"
    assert change.std() < apart, "on the same patients"


def test_a_lever_that_changes_nothing_changes_nobody(tmp_path: Path) -> None:
    today, lever = a_state(tmp_path), tmp_path / "lever.yaml"
    lever.write_text(LEVER.replace("times: 3", "times: 1").replace("plus: 6", "plus: 0"))
    courses = load_courses(tmp_path / "place.yaml", today, [lever], 5, date(2025, 6, 11))
    found = forecast(courses, today, 5, runs=3, seed=1)
    assert np.array_equal(found.coming[0].occupied, found.coming[1].occupied)


def test_a_forecast_is_the_same_whatever_the_workers(tmp_path: Path) -> None:
    today = a_state(tmp_path)
    courses = load_courses(tmp_path / "place.yaml", today, [], 5, date(2025, 6, 11))
    one, two = (forecast(courses, today, 5, runs=6, seed=1, workers=n) for n in (1, 2))
    assert np.array_equal(one.coming[0].occupied, two.coming[0].occupied)


def test_more_people_than_spaces_are_not_put_out(tmp_path: Path) -> None:
    today = tmp_path / "today.csv"
    today.write_text("status,setting,group,number,days_left\nthere,ward,older,90,30\n")
    courses = load_courses(written(tmp_path), today, [], 5)
    counts = days_of_run(make_plan(courses[0].place), 5, 1, 0)
    assert counts[1, MIDNIGHT, -1] == 90


def test_a_start_of_the_places_own_gives_way_to_todays_list(tmp_path: Path) -> None:
    own = {"people": [{"setting": "ward", "group": "older", "number": 33}]}
    today = tmp_path / "today.csv"
    today.write_text("status,setting,group,number\nthere,surgery,surgical,5\n")
    course = load_courses(written(tmp_path, start=own), today, [], 5)[0]
    assert [row.setting for row in course.place.start.people] == ["surgery"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status,setting,group\nthere,wards,older\n", "today.csv:2:setting: no setting 'wards'"),
        ("status,setting,group\nthere,ward,oldre\n", "did you mean 'older'"),
        ("status,setting\nthere,ward\n", "today.csv:1: no column 'group'"),
        ("status,setting,group,number\nthere,ward,older,many\n", "today.csv:2:number"),
    ],
)
def test_what_is_wrong_in_todays_list_is_said_at_its_row(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "today.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        load_courses(written(tmp_path), tmp_path / "today.csv", [], 5)
    assert said in str(caught.value)


def test_one_lever_is_tried_once(tmp_path: Path) -> None:
    today, one, other = a_state(tmp_path, 10), tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(LEVER)
    other.write_text(LEVER)
    with pytest.raises(InputError, match="a second lever 'more-hub'"):
        load_courses(tmp_path / "place.yaml", today, [one, other], 5)
