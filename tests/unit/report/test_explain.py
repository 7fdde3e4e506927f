"""What a planner reads in the terminal before anything is run."""

from typing import Any

import pytest

from sim.place.schema import Place
from sim.report.explain import explain
from sim.report.load_words import printable


def a_place(beds: int = 20, **more: Any) -> Place:
    return Place.model_validate(
        {
            "place": "Testshire",
            "start_date": "2025-04-07",
            "exits": {"home": {}},
            "settings": {
                "acute": {"name": "Acute hospital", "beds": 100, "stay": 8},
                "rehab": {"name": "Rehabilitation", "beds": beds, "stay": 30},
            },
            "routes": {"acute": {"rehab": 0.1, "home": "rest"}, "rehab": {"home": 1}},
            "patients": {"people": {"arrives_at": "acute", "per_day": 9}},
            **more,
        }
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_what_cannot_hold_is_said_first_and_plainly() -> None:
    said = one_line(explain(a_place()))
    assert (
        "What cannot hold - Rehabilitation: 27 beds needed on average, 20 open: "
        "the queue grows by 0.23 people a day. These wait in: Acute hospital."
    ) in said
    assert said.index("What cannot hold") < said.index("What has room")


def test_the_knock_on_says_how_long_the_settings_before_can_take_it() -> None:
    assert (
        "What that takes from the settings before - Acute hospital: 0.23 more beds needed each "
        "day for people waiting for Rehabilitation; its 28 to spare are gone in about 120 days, "
        "and then it is full."
    ) in one_line(explain(a_place()))


def test_a_setting_before_that_cannot_hold_either_is_said() -> None:
    place = a_place(patients={"people": {"arrives_at": "acute", "per_day": 20}})
    said = one_line(explain(place))
    assert "it cannot hold either, so fewer people get through than is reckoned here." in said
    assert "These wait at the front door." in said


def test_near_the_limit_means_long_queues_that_come_and_go() -> None:
    said = one_line(explain(a_place(beds=28)))
    assert "What cannot hold - Nothing: on average, every setting can hold" in said
    assert (
        "Near its limit - Rehabilitation: 27 beds needed on average, 28 open (96%): "
        "long queues that come and go."
    ) in said
    assert "Acute hospital: 72 beds needed on average, 100 open (72%): 28 to spare." in said


def test_a_limited_front_door_turns_people_away_instead() -> None:
    settings = {"acute": {"beds": 10, "stay": 2, "queue_limit": 0}}
    said = one_line(explain(a_place(settings=settings, routes={"acute": {"home": 1}})))
    assert (
        "acute: 18 beds needed on average, 10 open: 4 people a day too many. "
        "At the front door people are turned away when the queue is full."
    ) in said
    assert "These wait" not in said


def test_people_turned_away_leave_room_for_those_from_other_settings() -> None:
    def said(own_arrivals: float) -> str:
        place = a_place(
            settings={
                "acute": {"beds": 100, "stay": 8},
                "rehab": {"beds": 20, "stay": 30, "overflow": ["acute"]},
            },
            patients={
                "people": {"arrives_at": "acute", "per_day": 9},
                "others": {"arrives_at": "rehab", "per_day": own_arrivals},
            },
        )
        return one_line(explain(place))

    # 0.9 a day come from acute and 0.667 a day can be served: 0.23 a day must wait in acute.
    assert "sent to acute as outliers" in said(0.5)
    assert "Those who come from other settings wait in: acute." in said(0.5)
    assert "acute: 0.23 more beds needed each day" in said(0.5)


def test_each_place_of_waiting_has_its_share() -> None:
    patients = {
        "people": {"arrives_at": "acute", "per_day": 9},
        "others": {"arrives_at": "rehab", "per_day": 0.3},
    }
    said = one_line(explain(a_place(patients=patients)))
    assert "These wait in: Acute hospital (75%) and the front door (25%)." in said


def test_the_start_says_who_is_there_and_who_waits() -> None:
    start = {
        "people": [{"setting": "rehab", "group": "people", "number": 22}],
        "waiting": [{"waiting_for": "rehab", "setting": "acute", "group": "people", "number": 3}],
    }
    said = one_line(explain(a_place(start=start)))
    assert (
        "Rehabilitation: 22 people there, 20 beds open (2 over: nobody comes in until they have "
        "left); 3 are waiting for it already."
    ) in said


def test_approximations_are_said_where_they_are_used() -> None:
    assert "approximation" not in explain(a_place())
    rounds = [{"days": "every day", "at": "09:00"}]
    settings = {"acute": {"beds": 9, "stay": 1, "decision_rounds": rounds}}
    place = a_place(settings=settings, routes={"acute": {"home": 1}})
    assert "as if needs ended evenly over the week: an approximation" in one_line(explain(place))


def test_the_table_has_a_row_for_each_setting_within_the_width() -> None:
    text = explain(a_place())
    rows = [line.split() for line in text.splitlines()]
    assert ["Rehabilitation", "0.9", "30", "27", "0", "20", "135%", "CANNOT", "HOLD"] in rows
    assert max(len(line) for line in text.splitlines()) <= 100


WEEKDAYS = {"days": "mon-fri", "from": "09:00", "to": "17:00"}


def with_teams(
    hours: float = 1, cases: int = 9, start: dict[str, Any] | None = None, **team: Any
) -> Place:
    """Nine people a day leave an acute hospital; a social worker of the north sees a tenth."""
    return a_place(
        beds=40,
        bank_holidays="as usual",
        start=start or {},
        teams={
            "social-work": {"name": "Social work", "staff": 1, "works": WEEKDAYS, **team},
            "panel": {"name": "Funding panel", "meets": {"days": "tue", "at": "14:00"},
                      "cases": cases},
        },
        transfers={"on": {"arrange": [
            {"task": "assessment", "team": "social-work", "works_for": f"{hours} hours",
             "reason": "p2-arrangements", "prob": 0.8},
            {"task": "plan", "team": "social-work", "works_for": "30 minutes",
             "reason": "p2-arrangements", "returned": 0.5},
            {"task": "funding", "team": "panel", "reason": "funding-eligibility"},
        ]}},
        routes={
            "acute": {"rehab": {"share": 0.1, "pathway": "P2", "transfer": "on"}, "home": "rest"},
            "rehab": {"home": 1},
        },
    )  # fmt: skip


def said_of(place: Place) -> str:
    return one_line(explain(place, 364))


def test_each_team_has_its_work_beside_its_hours_in_the_table() -> None:
    rows = [" ".join(line.split()) for line in explain(with_teams(), 364).splitlines()]
    # 6.3 people a week: 5.04 assessments and as many again after a return; 12.6 plans.
    assert "Social work 22.7 11.3 16.4 hours 40 hours 41%" in rows
    assert "Funding panel 6.3 0 6.3 cases 9 cases 70%" in rows
    assert not any(row.startswith("Team") for row in explain(a_place()).splitlines())


def test_a_team_that_cannot_hold_is_named_with_its_part_of_the_place_and_its_work() -> None:
    said = said_of(with_teams(hours=5, locality="north"))
    assert (
        "What cannot hold - Social work, north: 56.7 hours of work asked a week, 40 staffed: its "
        "queue grows by 6.7 cases a week. Most of it: assessment (89%)."
    ) in said
    assert "Social work in the North:" in said_of(
        with_teams(hours=5, locality="north", name="Social work in the North")
    )


def test_a_panel_that_cannot_hold_or_is_near_its_limit_is_counted_in_cases() -> None:
    assert (
        "What cannot hold - Funding panel: 6.3 cases asked a week, 5 decided at most: its queue "
        "grows by 1.3 cases a week."
    ) in said_of(with_teams(cases=5))
    hours = (40 - 6.3) / 10.08
    assert (
        "Near its limit - Social work: 39.5 hours of work asked a week, 40 staffed (99%): long "
        "queues that come and go. Most of it: assessment (84%)."
    ) in said_of(with_teams(hours=round(hours - 0.05, 2)))


def test_teams_with_time_to_spare_are_listed_and_nothing_else_is_wrong() -> None:
    said = said_of(with_teams())
    assert "Nothing: on average, every setting and team can hold what is asked of it." in said
    assert "Teams with hours to spare, and the share that is asked for: Social work 41%." in said
    assert "Panels with cases to spare, and the share that is asked for: Funding panel 70%." in said
    assert "and again after a return; a panel decides cases" in said


def test_what_is_left_out_of_the_work_of_teams_is_said_where_it_applies() -> None:
    assert "Left out of it" not in said_of(with_teams())
    start = {"people": [{"setting": "acute", "group": "people", "number": 2}]}
    assert "Left out of it: work for people who are there at the start." in said_of(
        with_teams(start=start)
    )


def test_those_who_go_another_way_after_a_wait_do_not_count_as_nobody() -> None:
    place = a_place(
        settings={
            "acute": {"beds": 100, "stay": 8},
            "rehab": {"name": "Rehabilitation", "beds": 20, "stay": 30},
            "spot": {"name": "Bought places", "beds": "unlimited", "stay": 30},
        },
        routes={
            "acute": {
                "rehab": {"share": 0.1, "otherwise": {"route": "spot", "after": "9 days"}},
                "spot": {"share": 0},
                "home": "rest",
            },
            "rehab": {"home": 1},
            "spot": {"home": 1},
        },
    )
    said = one_line(explain(place))
    assert "These wait in: acute. After a while some go another way." in said
    assert "Bought places: only people come who have waited too long for another" in said


@pytest.mark.parametrize("name", ["[bold]A[/bold]", "A\x1b[31m", "A\u202eB\nC", "A" * 200])
def test_names_from_strangers_cannot_change_the_terminal(name: str) -> None:
    settings = {"acute": {"name": name, "beds": 10, "stay": 2}}
    text = explain(a_place(settings=settings, routes={"acute": {"home": 1}}))
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert printable(name).replace(" ", "") in text.replace("\n", "").replace(" ", "")
