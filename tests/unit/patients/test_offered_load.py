"""The offered load equals what can be worked out by hand."""

import math
from typing import Any

import pytest

from sim.patients.offered_load import SettingLoad, days_counted, flows, offered_load
from sim.place.problems import InputError
from sim.place.schema import Place

DAYS = 364  # whole weeks from a Monday


def a_place(**tables: Any) -> Place:
    usual = {"place": "Testshire", "start_date": "2025-03-03", "bank_holidays": "as usual"}
    return Place.model_validate({**usual, "exits": {"home": {}}, **tables})


def a_ward(**more: Any) -> dict[str, Any]:
    return {"beds": 10, "stay": {"exponential": {"mean": 4}}, **more}


def one_ward(patients: dict[str, Any] | None = None, **ward: Any) -> SettingLoad:
    group = {"arrives_at": "ward", **(patients or {"per_day": 2})}
    place = a_place(
        settings={"ward": a_ward(**ward)},
        routes={"ward": {"home": 1.0}},
        patients={"people": group},
    )
    return offered_load(place, DAYS)[0]


def by_name(place: Place) -> dict[str, SettingLoad]:
    return {load.setting: load for load in offered_load(place, DAYS)}


def test_one_ward_needs_arrivals_times_stay() -> None:
    load = one_ward()
    assert load.spaces_needed == pytest.approx(8)
    assert load.utilisation == pytest.approx(0.8)
    assert load.surplus == pytest.approx(2)
    assert load.verdict == "has room"
    assert load.queue_growth_per_day == 0


def test_a_chain_of_queues_passes_its_flow_on() -> None:
    place = a_place(
        settings={
            "front": a_ward(),
            "middle": a_ward(stay={"gamma": {"mean": 10, "sd": 3}}),
            "back": a_ward(stay="36 hours"),
        },
        routes={
            "front": {"middle": 0.25, "home": "rest"},
            "middle": {"back": 1.0},
            "back": {"home": 1.0},
        },
        patients={"people": {"arrives_at": "front", "per_day": 2}},
    )
    needed = {name: load.spaces_needed for name, load in by_name(place).items()}
    assert needed == pytest.approx({"front": 8, "middle": 5, "back": 0.75})


def test_a_loop_brings_people_back_as_often_as_its_geometric_series_says() -> None:
    place = a_place(
        settings={"a": a_ward(), "b": a_ward()},
        routes={"a": {"b": 0.5, "home": "rest"}, "b": {"a": 0.4, "b": 0.1, "home": "rest"}},
        patients={"people": {"arrives_at": "a", "per_day": 2}},
    )
    loads = by_name(place)
    # b = (a/2) / 0.9 and a = 2 + 0.4 b, so a = 2 / (1 - 0.2 / 0.9).
    a = 2 / (1 - 0.2 / 0.9)
    assert loads["a"].arrivals_per_day == pytest.approx(a)
    assert loads["b"].arrivals_per_day == pytest.approx(a / 1.8)
    assert dict(loads["b"].waits_in) == pytest.approx({"a": 0.9, "b": 0.1})


def test_each_group_has_its_own_routes_and_stays() -> None:
    place = a_place(
        settings={"ward": a_ward(), "rehab": a_ward()},
        routes={"ward": {"home": 1.0}, "rehab": {"home": 1.0}},
        patients={
            "most": {"arrives_at": "ward", "per_day": 1},
            "frail": {
                "arrives_at": "ward",
                "per_day": 0.5,
                "stay": {"ward": 10, "rehab": 20},
                "routes": {"ward": {"rehab": 0.6, "home": "rest"}},
            },
        },
    )
    loads = by_name(place)
    assert loads["ward"].spaces_needed == pytest.approx(1 * 4 + 0.5 * 10)
    assert loads["ward"].need_days == pytest.approx(9 / 1.5)
    assert loads["rehab"].spaces_needed == pytest.approx(0.5 * 0.6 * 20)
    assert loads["rehab"].waits_in == (("ward", 1.0),)


def test_people_leaving_and_people_landing_equal_people_arriving() -> None:
    place = a_place(
        settings={"a": a_ward(), "b": a_ward()},
        routes={"a": {"b": 0.3, "home": "rest"}, "b": {"a": 0.7, "home": "rest"}},
        patients={"people": {"arrives_at": "a", "per_day": 2}},
    )
    out = sum(way.people_per_day for way in flows(place) if way.destination == "home")
    assert out == pytest.approx(2)


def test_arranging_takes_the_space_left_and_handing_over_takes_both() -> None:
    def task(takes: object) -> dict[str, object]:
        return {"task": "a task", "takes": takes, "reason": "transport"}

    place = a_place(
        settings={"ward": a_ward(), "rehab": a_ward(turnaround="6 hours")},
        routes={
            "ward": {"rehab": {"share": 0.5, "transfer": "P2"}, "home": "rest"},
            "rehab": {"home": {"share": 1, "transfer": "out"}},
        },
        transfers={
            "P2": {"arrange": [task(2), task("12 hours")], "hand_over": [task("6 hours")]},
            "out": {"hand_over": [task(1)]},
        },
        patients={"people": {"arrives_at": "ward", "per_day": 2}},
    )
    loads = by_name(place)
    assert loads["ward"].process_days == pytest.approx(0.5 * 2.75)
    assert loads["rehab"].process_days == pytest.approx(0.25 + 1 + 0.25)
    assert loads["rehab"].needed_for_need == pytest.approx(4)
    assert loads["rehab"].needed_for_process == pytest.approx(1.5)
    assert loads["rehab"].spaces_needed == pytest.approx(5.5)


def test_weekly_windows_and_dated_changes_set_the_mean_spaces_open() -> None:
    by_week = [{"days": "weekends", "from": "00:00", "to": "12:00", "spaces": 3}]
    load = one_ward(capacity_by_week=by_week)
    assert load.spaces_open == pytest.approx(10 - 7 / 7)
    changes = [{"from": "2025-03-10", "to": "2025-03-16", "spaces": 36}]
    load = one_ward(capacity_by_week=by_week, capacity_changes=changes)
    assert load.spaces_open == pytest.approx((51 * 9 + 36) / 52)
    assert load.open_at_start == 10


def test_a_bank_holiday_counts_as_a_sunday_unless_as_usual() -> None:
    def open_over_easter(rule: str) -> float | None:
        by_week = [{"days": "sun", "from": "00:00", "to": "24:00", "spaces": 3}]
        place = a_place(
            start_date="2025-04-18",
            bank_holidays=rule,
            settings={"ward": a_ward(capacity_by_week=by_week)},
            routes={"ward": {"home": 1}},
            patients={"people": {"arrives_at": "ward", "per_day": 2}},
        )
        return offered_load(place, 4)[0].spaces_open

    assert open_over_easter("as sundays") == pytest.approx((3 + 10 + 3 + 3) / 4)
    assert open_over_easter("as usual") == pytest.approx((10 + 10 + 3 + 10) / 4)


def test_no_limit_has_no_utilisation_and_no_spaces_cannot_hold() -> None:
    unlimited = one_ward(beds="unlimited")
    assert unlimited.utilisation is None
    assert unlimited.surplus is None
    assert unlimited.verdict == "no limit"
    closed = one_ward(beds=0)
    assert closed.utilisation == math.inf
    assert closed.queue_growth_per_day == pytest.approx(2)


def test_a_setting_that_cannot_hold_grows_by_arrivals_less_those_it_can_serve() -> None:
    load = one_ward(beds=6)
    assert load.verdict == "cannot hold"
    assert load.queue_growth_per_day == pytest.approx(2 - 6 / 4)
    assert one_ward({"per_day": 2.4}).verdict == "near its limit"


@pytest.mark.parametrize(
    ("rounds", "mean_wait"),
    [
        ([{"days": "every day", "at": "09:00"}], 0.5),
        ([{"days": "every day", "at": "09:00", "prob_ready": 0.25}], 0.5 + 0.75 / 0.25),
        ([{"days": "weekdays", "at": "09:00"}], (4 * 1 + 9) / 2 / 7),
        (
            [
                {"days": "every day", "at": "06:00", "prob_ready": 0.5},
                {"days": "every day", "at": "18:00", "prob_ready": 1},
            ],
            (0.25 + 0.5 * 0.5 + 0.25) / 2,
        ),
    ],
)
def test_decision_rounds_add_their_mean_wait(
    rounds: list[dict[str, Any]], mean_wait: float
) -> None:
    load = one_ward(decision_rounds=rounds)
    assert load.decision_days == pytest.approx(mean_wait)
    assert load.need_days == pytest.approx(4 + mean_wait)


def test_rounds_that_never_declare_anybody_need_space_without_end() -> None:
    load = one_ward(decision_rounds=[{"days": "mon", "at": "09:00", "prob_ready": 0}])
    assert load.spaces_needed == math.inf
    assert load.queue_growth_per_day == pytest.approx(2)


def test_a_slower_weekend_lengthens_stays() -> None:
    load = one_ward(pace_by_weekday={"sat": 0.5, "sun": 0})
    assert load.need_days == pytest.approx(4 / (5.5 / 7))


def test_arrivals_follow_weekdays_months_and_listed_dates() -> None:
    weekly = one_ward({"per_day": 2, "by_weekday": {"sat": 0, "sun": 0.5}})
    assert weekly.arrivals_per_day == pytest.approx(2 * 5.5 / 7)
    monthly = one_ward({"per_day": 2, "by_month": {"apr": 2}})
    assert monthly.arrivals_per_day == pytest.approx(2 * (1 + 30 / DAYS))
    listed = one_ward({"arrival_dates": ["2025-03-04", "2025-03-04", "2024-01-01"]})
    assert listed.arrivals_per_day == pytest.approx(2 / DAYS)


def test_numbers_from_a_file_count_for_the_days_that_it_has(tmp_path: Any) -> None:
    (tmp_path / "numbers.csv").write_text("date,people\n2025-03-03,1\n2025-03-04,4\n")
    table = {
        "place": "Testshire",
        "start_date": "2025-03-03",
        "exits": {"home": {}},
        "settings": {"ward": a_ward()},
        "routes": {"ward": {"home": 1.0}},
        "patients": {
            "people": {
                "arrives_at": "ward",
                "daily_numbers": {"file": "numbers.csv", "column": "people"},
            }
        },
    }
    place = Place.model_validate(table, context={"folder": tmp_path})
    assert days_counted(place) == 2
    assert offered_load(place)[0].arrivals_per_day == pytest.approx(2.5)


def test_the_start_counts_those_there_and_those_waiting() -> None:
    place = a_place(
        settings={"ward": a_ward(), "rehab": a_ward()},
        routes={"ward": {"rehab": 1.0}, "rehab": {"home": 1.0}},
        patients={"people": {"arrives_at": "ward", "per_day": 1}},
        start={
            "people": [{"setting": "ward", "group": "people", "number": 7}],
            "waiting": [
                {"waiting_for": "rehab", "setting": "ward", "group": "people", "number": 2},
                {"waiting_for": "rehab", "group": "people", "number": 1},
            ],
        },
    )
    loads = by_name(place)
    assert (loads["ward"].there_at_start, loads["ward"].waiting_at_start) == (9, 0)
    assert (loads["rehab"].there_at_start, loads["rehab"].waiting_at_start) == (0, 3)


def test_a_loop_with_no_way_out_is_an_input_error() -> None:
    place = a_place(
        settings={"a": a_ward(), "b": a_ward()},
        routes={"a": {"b": 1.0}, "b": {"a": 1.0}},
        patients={"people": {"arrives_at": "a", "per_day": 2}},
    )
    with pytest.raises(InputError, match=r"patients\.people: .*for ever among a, b"):
        offered_load(place)


def test_a_setting_that_nobody_comes_to_needs_nothing() -> None:
    place = a_place(
        settings={"ward": a_ward(), "spare": a_ward()},
        routes={"ward": {"home": 1.0}, "spare": {"spare": 1.0}},
        patients={"people": {"arrives_at": "ward", "per_day": 1}},
    )
    spare = by_name(place)["spare"]
    assert (spare.verdict, spare.spaces_needed, spare.waits_in) == ("nobody comes", 0, ())


def test_care_at_home_needs_the_visits_of_each_person_on_average() -> None:
    load = one_ward(beds=None, visits_per_day=50, need={"first": 4, "last": 1})
    assert load.spaces_needed == pytest.approx(2 * 4 * 2.5)
    assert load.surplus == pytest.approx(30)
    assert one_ward(beds=None, visits_per_day=16, need={"first": 4, "last": 1}).verdict == (
        "cannot hold"
    )


def test_people_of_each_locality_go_where_its_route_leads() -> None:
    place = a_place(
        settings={"ward": a_ward(), "north-care": a_ward(), "south-care": a_ward()},
        routes={
            "ward": {"care": {"share": 1, "to": {"north": "north-care", "south": "south-care"}}},
            "north-care": {"home": 1.0},
            "south-care": {"ward": 0.5, "home": 0.5},
        },
        patients={
            "people": {
                "arrives_at": "ward", "per_day": 2, "lives_in": {"north": 0.75, "south": "rest"}
            }
        },
    )  # fmt: skip
    loads = by_name(place)
    assert loads["north-care"].arrivals_per_day == pytest.approx(1.5)
    assert loads["south-care"].arrivals_per_day == pytest.approx(1), "half of them twice, and so on"
    assert loads["ward"].arrivals_per_day == pytest.approx(2.5)


def test_a_task_counts_for_those_who_need_it() -> None:
    task = {"task": "look", "takes": {"fixed": {"value": 4}}, "reason": "therapy-review"}
    place = a_place(
        settings={"ward": a_ward()},
        transfers={
            "leave": {
                "arrange": [
                    {**task, "prob": 0.5, "trusted": 0.5},
                    {**task, "task": "ask", "only_for": ["others"]},
                ]
            }
        },
        routes={"ward": {"home": {"share": 1, "transfer": "leave"}}},
        patients={
            "people": {"arrives_at": "ward", "per_day": 1},
            "others": {"arrives_at": "ward", "per_day": 1},
        },
    )
    assert by_name(place)["ward"].process_days == pytest.approx((1 + 5) / 2)
