"""What a planner reads in the terminal before anything is run."""

from typing import Any

import pytest

from sim.place.schema import Place
from sim.report.explain import explain, printable


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


@pytest.mark.parametrize("name", ["[bold]A[/bold]", "A\x1b[31m", "A\u202eB\nC", "A" * 200])
def test_names_from_strangers_cannot_change_the_terminal(name: str) -> None:
    settings = {"acute": {"name": name, "beds": 10, "stay": 2}}
    text = explain(a_place(settings=settings, routes={"acute": {"home": 1}}))
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert printable(name).replace(" ", "") in text.replace("\n", "").replace(" ", "")
