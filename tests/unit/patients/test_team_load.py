"""The work asked of each team equals what can be worked out by hand."""

import math
from typing import Any

import pytest

from sim.patients.team_load import TeamLoad, team_load
from sim.place.schema import Place

DAYS = 364  # whole weeks from a Monday
WEEKDAYS = {"days": "mon-fri", "from": "09:00", "to": "17:00"}


def a_place(
    arrange: list[dict[str, Any]] | None = None,
    teams: dict[str, Any] | None = None,
    **tables: Any,
) -> Place:
    """Two people a day leave a ward for home, once these tasks are done."""
    return Place.model_validate(
        {
            "place": "Testshire",
            "start_date": "2025-03-03",
            "bank_holidays": "as usual",
            "exits": {"home": {}},
            "settings": {"ward": {"beds": 10, "stay": 4}},
            "teams": teams or {"therapy": {"staff": 2, "works": WEEKDAYS}},
            "transfers": {"leave": {"arrange": arrange or [a_task()]}},
            "routes": {"ward": {"home": {"share": 1, "transfer": "leave"}}},
            "patients": {"people": {"arrives_at": "ward", "per_day": 2}},
            **tables,
        }
    )


def a_task(name: str = "review", team: Any = "therapy", **more: Any) -> dict[str, Any]:
    works = {} if more.pop("panel", False) else {"works_for": "90 minutes"}
    return {"task": name, "team": team, "reason": "therapy-review", **works, **more}


def by_name(place: Place, days: float = DAYS) -> dict[str, TeamLoad]:
    return {load.team: load for load in team_load(place, days)}


def therapy(*tasks: dict[str, Any], **tables: Any) -> TeamLoad:
    return by_name(a_place(list(tasks), **tables))["therapy"]


def test_work_is_people_times_working_time_and_staff_are_counted_in_their_hours() -> None:
    load = therapy(a_task())
    assert load.cases == pytest.approx(14)
    assert load.work_hours == pytest.approx(21)
    assert load.staff_hours == pytest.approx(80)
    assert load.utilisation == pytest.approx(21 / 80)
    assert load.surplus == pytest.approx(59)
    assert (load.verdict, load.growth_per_week, load.cases_again) == ("has room", 0, 0)


def test_only_those_who_need_a_task_bring_it() -> None:
    load = therapy(a_task(prob=0.5, trusted=0.2))
    assert load.cases == pytest.approx(14 * 0.5 * 0.8)
    patients = {
        "people": {"arrives_at": "ward", "per_day": 2},
        "frail": {"arrives_at": "ward", "per_day": 0.5},
    }
    assert therapy(a_task(only_for=["frail"]), patients=patients).cases == pytest.approx(3.5)


def test_a_return_brings_the_task_again_and_the_one_before_it() -> None:
    first = a_task("refer", prob=0.5, works_for="1 hours")
    load = therapy(first, a_task("confirm", returned=0.2, repeats=0.4, works_for="3 hours"))
    returns = 14 * 0.2 / 0.8
    assert load.cases == pytest.approx(7 + 14 + returns + 0.5 * returns)
    assert load.cases_again == pytest.approx(1.5 * returns)
    assert load.work_hours == pytest.approx(7 + 42 + 0.4 * returns * (3 + 0.5))
    assert [task for task, _ in load.work_of] == ["confirm", "refer"]
    assert sum(share for _, share in load.work_of) == pytest.approx(1)


def test_a_return_brings_work_to_the_team_whose_task_is_named() -> None:
    teams = {"hub": {"staff": 1}, "therapy": {"staff": 1}, "wards": {"staff": 1}}
    tasks = [
        a_task("refer", "wards"),
        a_task("review"),
        a_task("confirm", "hub", returned=0.5, returns_to="refer"),
    ]
    loads = by_name(a_place(tasks, teams))
    assert {name: load.cases_again for name, load in loads.items()} == pytest.approx(
        {"hub": 14, "therapy": 0, "wards": 14}
    )


def test_each_locality_has_its_own_team() -> None:
    teams = {
        "north": {"staff": 1, "locality": "north"},
        "south": {"staff": 1, "locality": "south"},
        "therapy": {"staff": 1},
    }
    tasks = [a_task(), a_task("assess", {"north": "north", "south": "south"})]
    people = {"arrives_at": "ward", "per_day": 2, "lives_in": {"north": 0.75, "south": "rest"}}
    loads = by_name(a_place(tasks, teams, patients={"people": people}))
    assert {name: load.cases for name, load in loads.items()} == pytest.approx(
        {"north": 10.5, "south": 3.5, "therapy": 14}
    )


def test_routes_bring_work_by_their_shares_and_hand_over_counts() -> None:
    place = a_place(
        settings={"ward": {"beds": 10, "stay": 4}, "rehab": {"beds": 10, "stay": 20}},
        transfers={
            "leave": {"arrange": [a_task()]},
            "to-rehab": {"arrange": [a_task()], "hand_over": [a_task("medicines")]},
        },
        routes={
            "ward": {
                "home": {"share": 0.75, "transfer": "leave"},
                "rehab": {"share": "rest", "transfer": "to-rehab"},
            },
            "rehab": {"home": {"share": 1, "transfer": "leave"}},
        },
    )
    # 1.5 a day leave for home; 0.5 for rehabilitation, with two tasks, and then for home.
    assert by_name(place)["therapy"].cases == pytest.approx(7 * (1.5 + 2 * 0.5 + 0.5))


def test_weekends_bank_holidays_and_dated_changes_count_in_the_hours() -> None:
    works = [WEEKDAYS, {"days": "sat, sun", "from": "09:00", "to": "13:00", "staff": 1}]
    change = {"from": "2025-03-03", "to": "2025-03-07", "staff": 0}
    team = {"staff": 2, "works": works}
    assert therapy(a_task(), teams={"therapy": team}).staff_hours == pytest.approx(88)
    away = {"therapy": {**team, "staff_changes": [change]}}
    assert by_name(a_place(teams=away), 7)["therapy"].staff_hours == pytest.approx(8)
    # Good Friday and Easter Monday 2025 count as Sundays: 2 x 16 hours less, 2 x 4 more.
    holidays = a_place(teams={"therapy": team}, bank_holidays="as sundays", start_date="2025-04-14")
    assert by_name(holidays, 14)["therapy"].staff_hours == pytest.approx(88 - (32 - 8) / 2)


def test_a_panel_is_counted_in_cases() -> None:
    def panel(**more: Any) -> TeamLoad:
        teams = {"panel": {"meets": {"days": "tue, fri", "at": "14:00"}, **more}}
        return by_name(a_place([a_task("fund", "panel", panel=True, prob=0.5)], teams))["panel"]

    load = panel(cases=5)
    assert (load.meetings, load.cases, load.has) == pytest.approx((2, 7, 10))
    assert (load.is_panel, load.verdict) == (True, "has room")
    assert panel(cases=3).verdict == "cannot hold"
    assert panel(cases=3).growth_per_week == pytest.approx(1)
    assert (panel().has, panel().utilisation, panel().verdict) == (None, None, "no limit")


def test_a_team_asked_for_more_than_its_hours_cannot_hold() -> None:
    def team(hours: float) -> TeamLoad:
        return therapy(a_task(works_for=f"{hours} hours"))

    assert team(80 / 14 * 0.94).verdict == "has room"
    assert team(80 / 14 * 0.96).verdict == "near its limit"
    assert team(80 / 14 * 1.25).verdict == "cannot hold"
    # A fifth of the 14 cases a week can't be done.
    assert team(80 / 14 * 1.25).growth_per_week == pytest.approx(14 * 0.2)


def test_a_team_with_no_hours_or_no_work_is_said() -> None:
    shut = by_name(a_place(teams={"therapy": {"staff": 0}}))["therapy"]
    assert (shut.utilisation, shut.verdict) == (math.inf, "cannot hold")
    assert shut.growth_per_week == pytest.approx(14)
    idle = therapy(a_task(prob=0))
    assert (idle.verdict, idle.utilisation, idle.work_of) == ("no work", 0, ())
    assert team_load(Place.model_validate({**bare(), "settings": {"ward": {"beds": 1}}})) == []


def bare() -> dict[str, Any]:
    return {
        "place": "Testshire", "start_date": "2025-03-03", "exits": {"home": {}},
        "routes": {"ward": {"home": 1}},
        "patients": {"people": {"arrives_at": "ward", "per_day": 2, "stay": {"ward": 1}}},
    }  # fmt: skip
