"""Teams: whose turn it is, shifts that end, days off, panels, and who serves whom."""

from typing import Any

import pytest

from sim.experiment.making.replicate import Replication
from tests.places import a_place
from tests.unit.flow.by_hand import by_hand, clock, comes, done, jobs, leaves_by, played, stays

OFFICE = {"days": "mon-fri", "from": "09:00", "to": "17:00"}
MON, TUE, WED, THU, FRI = range(5)


def ready(day: int, hour: int, **more: Any) -> dict[str, Any]:
    """Somebody who comes at the start of a day of the run, and is ready at an hour of that day."""
    return comes("ward", day, 0, stay={"ward": f"{hour} hours"}, **more)


def team_works(
    people: dict[str, Any], team: dict[str, Any], hours: float = 4, **more: Any
) -> Replication:
    """Everybody needs so many hours of one team's work before going home."""
    task = {"task": "Review", "team": "therapy", "works_for": f"{hours} hours",
            "reason": "therapy-review", **more}  # fmt: skip
    return played(leaves_by({"arrange": [task]}, people, teams={"therapy": team}))


def test_work_that_is_not_done_at_the_end_of_a_shift_goes_on_at_the_next() -> None:
    result = team_works({"Ann": ready(MON, 15)}, {"staff": 1, "works": OFFICE})
    (job,) = jobs(result)
    assert (job.due, job.started, job.done) == (clock(MON, 15), clock(MON, 15), clock(TUE, 11))
    assert stays(result, "Ann")[0].left == clock(TUE, 11)


def test_work_that_ends_as_the_shift_ends_is_done() -> None:
    result = team_works({"Ann": ready(MON, 13)}, {"staff": 1, "works": OFFICE})
    assert done(result, "Review") == {"Ann": clock(MON, 17)}


def test_what_was_begun_goes_before_what_is_new() -> None:
    people = {"Ann": ready(MON, 15), "Bob": ready(MON, 16)}
    result = team_works(people, {"staff": 1, "works": OFFICE})
    assert done(result, "Review") == {"Ann": clock(TUE, 11), "Bob": clock(TUE, 15)}
    assert [job.started for job in jobs(result, person="Bob")] == [clock(TUE, 11)]


def test_work_waits_over_a_weekend() -> None:
    result = team_works({"Ann": ready(FRI, 15)}, {"staff": 1, "works": OFFICE})
    assert done(result, "Review") == {"Ann": clock(7, 11)}


def test_a_team_without_hours_works_day_and_night() -> None:
    result = team_works({"Ann": ready(FRI, 22)}, {"staff": 1})
    assert done(result, "Review") == {"Ann": clock(5, 2)}


@pytest.mark.parametrize(("rule", "done_on"), [("as sundays", 4), ("as usual", 3)])
def test_on_a_bank_holiday_nobody_works_unless_the_place_says_otherwise(
    rule: str, done_on: int
) -> None:
    """Monday 6 May 2024 is one; Ann is ready on the Friday before."""
    task = {"task": "Review", "team": "therapy", "works_for": "4 hours", "reason": "therapy-review"}
    place = a_place(
        start_date="2024-05-03",
        bank_holidays=rule,
        settings={"ward": {"beds": 1, "acute": True, "stay": "15 hours"}},
        teams={"therapy": {"staff": 1, "works": OFFICE}},
        transfers={"go": {"arrange": [task]}},
        routes={"ward": {"home": {"share": 1, "transfer": "go"}}},
        patients={
            "Ann": {
                "arrives_at": "ward",
                "arrival_dates": ["2024-05-03"],
                "by_hour": [1.0] + 23 * [0.0],
            }
        },
    )
    assert done(played(place), "Review") == {"Ann": clock(done_on, 11)}


def test_a_dated_change_of_staff_stands_before_the_shift() -> None:
    away = [{"from": "2024-01-09", "to": "2024-01-10", "staff": 0}]
    team = {"staff": 1, "works": OFFICE, "staff_changes": away}
    assert done(team_works({"Ann": ready(MON, 15)}, team), "Review") == {"Ann": clock(THU, 11)}
    for_good = [{"from": "2024-01-09", "staff": 2}]
    more = {"staff": 1, "works": OFFICE, "staff_changes": for_good}
    people = {"Ann": ready(MON, 15), "Bob": ready(MON, 16)}
    found = done(team_works(people, more), "Review")
    assert found == {"Ann": clock(TUE, 11), "Bob": clock(TUE, 13)}


def test_each_member_of_staff_works_on_one_case() -> None:
    people = {"Ann": ready(MON, 9), "Bob": ready(MON, 10), "Cat": ready(MON, 11)}
    found = done(team_works(people, {"staff": 2, "works": OFFICE}), "Review")
    assert found == {"Ann": clock(MON, 13), "Bob": clock(MON, 14), "Cat": clock(MON, 17)}


def test_when_some_go_off_duty_the_case_begun_last_is_put_down() -> None:
    works = [
        {"days": "every day", "from": "09:00", "to": "13:00", "staff": 2},
        {"days": "every day", "from": "13:00", "to": "17:00", "staff": 1},
    ]
    people = {"Ann": ready(MON, 9), "Bob": ready(MON, 10)}
    found = done(team_works(people, {"staff": 5, "works": works}, hours=5), "Review")
    assert found == {"Ann": clock(MON, 14), "Bob": clock(MON, 16)}


def two_planned_and_one_ready(takes_first: str, ann_stays: str) -> list[str]:
    """Who is seen in turn: Ann and Amy, planned ahead at 7 and 8, and Bob, ready at 11."""
    ahead = {"task": "Review", "team": "therapy", "works_for": "4 hours",
             "reason": "therapy-review", "starts": "at admission"}  # fmt: skip
    when_ready = {**ahead, "starts": "when ready"}
    early = {"ward": {"home": {"share": 1, "transfer": "early"}}}
    result = played(
        by_hand(
            settings={"ward": {"beds": "unlimited", "acute": True}},
            teams={"therapy": {"staff": 1, "works": {**OFFICE, "from": "10:00", "to": "24:00"},
                               "takes_first": takes_first}},
            transfers={"early": {"arrange": [ahead]}, "go": {"arrange": [when_ready]}},
            routes={"ward": {"home": {"share": 1, "transfer": "go"}}},
            patients={
                "Amy": comes("ward", MON, 7, stay={"ward": 3}, routes=early),
                "Ann": comes("ward", MON, 8, stay={"ward": ann_stays}, routes=early),
                "Bob": ready(MON, 11),
            },
        )
    )  # fmt: skip
    return [job.person for job in sorted(jobs(result), key=lambda job: job.started or 99)]


def test_whose_turn_it_is_goes_by_readiness_then_by_when_the_task_came_due() -> None:
    assert two_planned_and_one_ready("ready first", "3 days") == ["Amy", "Bob", "Ann"]
    assert two_planned_and_one_ready("first come", "3 days") == ["Amy", "Ann", "Bob"]


def test_who_becomes_ready_while_waiting_for_a_team_goes_before_those_ready_later() -> None:
    """Ann is ready at 13, when Amy is still being seen; her task came due before Bob's."""
    assert two_planned_and_one_ready("ready first", "5 hours") == ["Amy", "Ann", "Bob"]


def a_panel(people: dict[str, Any], **rule: Any) -> dict[str, float | None]:
    task = {"task": "Panel", "team": "panel", "reason": "funding-eligibility"}
    place = leaves_by({"arrange": [task]}, people, teams={"panel": rule})
    return done(played(place), "Panel")


def test_a_panel_decides_at_its_meetings_up_to_so_many_cases_in_turn() -> None:
    people = {name: ready(MON, 5 + i) for i, name in enumerate(("Ann", "Bob", "Cat", "Dan", "Eve"))}
    found = a_panel(people, meets={"days": "wed", "at": "14:00"}, cases=2)
    assert found == {
        "Ann": clock(WED, 14), "Bob": clock(WED, 14), "Cat": clock(9, 14), "Dan": clock(9, 14),
        "Eve": clock(16, 14),
    }  # fmt: skip


def test_a_panel_without_a_limit_decides_all_that_has_come_by_then() -> None:
    people = {"Ann": ready(MON, 5), "Bob": ready(WED, 14), "Cat": ready(WED, 15)}
    found = a_panel(people, meets=[{"days": "wed", "at": "14:00"}, {"days": "thu", "at": "09:30"}])
    assert found == {"Ann": clock(WED, 14), "Bob": clock(WED, 14), "Cat": clock(THU, 9.5)}


def test_seats_of_a_meeting_that_nobody_took_are_not_kept_for_the_next() -> None:
    people = {name: ready(THU, 5 + i) for i, name in enumerate(("Ann", "Bob", "Cat"))}
    found = a_panel(people, meets={"days": "wed, fri", "at": "14:00"}, cases=1)
    assert found == {"Ann": clock(FRI, 14), "Bob": clock(9, 14), "Cat": clock(11, 14)}


def two_councils(north: int, south: int) -> dict[str, float | None]:
    """Nan and Neo live in the north, Sue in the south; each council assesses its own."""
    task = {
        "task": "Assess", "team": {"north": "sw-n", "south": "sw-s"}, "works_for": "4 hours",
        "reason": "p1-social-care-arrangements",
    }  # fmt: skip
    people = {
        "Nan": ready(MON, 9, locality="north"),
        "Neo": ready(MON, 10, locality="north"),
        "Sue": ready(MON, 11, lives_in={"south": 1}),
    }
    teams = {"sw-n": {"staff": north, "works": OFFICE}, "sw-s": {"staff": south, "works": OFFICE}}
    result = played(leaves_by({"arrange": [task]}, people, teams=teams))
    assert {job.team for job in jobs(result, person="Sue")} == {"sw-s"}
    return done(result, "Assess")


def test_where_people_live_says_which_council_assesses_them() -> None:
    found = two_councils(north=1, south=1)
    assert found == {"Nan": clock(MON, 13), "Neo": clock(MON, 17), "Sue": clock(MON, 15)}


def test_staff_of_one_council_do_nothing_for_those_of_the_other() -> None:
    found = two_councils(north=1, south=5)
    assert found == {"Nan": clock(MON, 13), "Neo": clock(MON, 17), "Sue": clock(MON, 15)}
    assert two_councils(north=2, south=1)["Neo"] == clock(MON, 14)


def test_a_team_serves_several_wards_in_one_queue() -> None:
    task = {"task": "Review", "team": "therapy", "works_for": "4 hours", "reason": "therapy-review"}
    result = played(
        by_hand(
            settings={"east": {"beds": 1, "acute": True}, "west": {"beds": 1, "acute": True}},
            teams={"therapy": {"staff": 1}},
            transfers={"go": {"arrange": [task]}},
            routes={name: {"home": {"share": 1, "transfer": "go"}} for name in ("east", "west")},
            patients={
                "Ann": comes("east", MON, 8, stay={"east": "1 hour"}),
                "Bob": comes("west", MON, 8, stay={"west": "2 hours"}),
            },
        )
    )
    assert done(result, "Review") == {"Ann": clock(MON, 13), "Bob": clock(MON, 17)}
