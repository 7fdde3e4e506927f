"""Who is where at one moment of a run, as a list kept that day would have it."""

from typing import Any

import pytest

from sim.measures.state import StatePerson, state_of
from sim.place.schema import Place
from tests.unit.flow.by_hand import by_hand, comes, nobody_comes, played, there

TASKS = [
    {"task": "Refer", "team": "hub", "works_for": "12 hours", "reason": "referral-to-hub"},
    {"task": "Assess", "team": "hub", "works_for": "24 hours", "reason": "needs-and-pathway"},
    {"task": "Equip", "takes": "6 hours", "after": [], "reason": "equipment"},
]
LETTER = {
    "task": "Letter", "team": "hub", "works_for": "6 hours", "reason": "medicines-and-letter",
    "starts": "when ready",
}  # fmt: skip


def ward_and_care(**more: Any) -> Place:
    """Ann comes on day 0, is ready at 2.0, referred at 2.5, assessed at 3.5, and waits for Bob."""
    return by_hand(
        settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
        teams={"hub": {"staff": 9}},
        transfers={"to-care": {"arrange": TASKS, "hand_over": [LETTER]}},
        routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
        patients={
            "Ann": comes("ward", 0, 0, stay={"ward": 2, "care": 1}),
            "Bob": nobody_comes("care", stay={"care": 9}),
            "Cat": comes("ward", 1, 12, stay={"ward": 1, "care": 1}),
        },
        start={"people": [there("care", "Bob", 6)]},
        **more,
    )


def people(place: Place, day: float) -> dict[str, StatePerson]:
    result = played(place)
    found = state_of(result.run, result.measured.stays, day)
    return {person.group: person for person in found}


def test_who_still_needs_a_setting_is_there_with_the_days_so_far_and_no_more() -> None:
    ann = people(ward_and_care(), 1.0)["Ann"]
    assert (ann.status, ann.setting, ann.days_there) == ("there", "ward", 1.0)
    assert (ann.days_waited, ann.route, ann.task) == (None, "", "")


def test_who_is_being_arranged_for_has_reached_the_first_task_that_is_not_done() -> None:
    at = {day: people(ward_and_care(), day)["Ann"] for day in (2.125, 2.375, 3.0)}
    assert {day: ann.task for day, ann in at.items()} == {
        2.125: "Refer", 2.375: "Refer", 3.0: "Assess",
    }  # fmt: skip
    assert at[2.125].also_done == ()
    assert at[2.375].also_done == ("Equip", "Letter")
    assert at[3.0].also_done == ("Equip", "Letter")
    assert [ann.days_waited for ann in at.values()] == [0.125, 0.375, 1.0]
    assert {ann.days_there for ann in at.values()} == {2.0}, "before they were ready"
    assert {ann.route for ann in at.values()} == {"care"}


def test_who_has_all_arranged_has_waited_since_asking() -> None:
    ann = people(ward_and_care(), 5.0)["Ann"]
    assert (ann.status, ann.task, ann.also_done) == ("waiting", "", ("Letter",))
    assert (ann.days_waited, ann.days_there) == (1.5, 3.5)


def test_who_waits_at_the_front_door_is_nowhere_yet() -> None:
    cat = people(ward_and_care(), 2.0)["Cat"]
    assert (cat.status, cat.setting, cat.waiting_for) == ("waiting", "", "ward")
    assert cat.days_waited == 0.5


def test_who_was_there_at_the_start_of_the_run_still_is() -> None:
    bob = people(ward_and_care(), 3.0)["Bob"]
    assert (bob.status, bob.setting, bob.days_there) == ("there", "care", 3.0)


def test_nobody_is_there_who_has_left_or_not_come() -> None:
    assert set(people(ward_and_care(), 0.5)) == {"Ann", "Bob"}
    assert set(people(ward_and_care(), 12.0)) == set()


def test_of_a_plain_transfer_the_task_under_way_is_known() -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
        transfers={
            "to-care": {
                "arrange": [
                    {"task": "Form", "takes": 1, "reason": "referral-to-hub"},
                    {"task": "Plan", "takes": 2, "reason": "needs-and-pathway"},
                ]
            }
        },
        routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
        patients={"Ann": comes("ward", 0, 0, stay={"ward": 2, "care": 1})},
    )
    assert [people(place, day)["Ann"].task for day in (2.5, 3.5)] == ["Form", "Plan"]


def test_an_outlier_belongs_to_one_ward_and_has_a_bed_of_another() -> None:
    place = by_hand(
        settings={
            "ward": {"beds": 1, "acute": True, "overflow": ["spare"]},
            "spare": {"beds": 1, "acute": True},
        },
        routes={"ward": {"home": 1}, "spare": {"home": 1}},
        patients={
            "Ann": comes("ward", 0, 0, stay={"ward": 5}),
            "Bob": comes("ward", 1, 0, stay={"ward": 5}),
            "Cat": comes("spare", 9, 0, stay={"spare": 1}),
        },
    )
    found = people(place, 2.0)
    assert (found["Ann"].setting, found["Ann"].outlier_in) == ("ward", "")
    assert (found["Bob"].setting, found["Bob"].outlier_in) == ("ward", "spare")


def test_where_planning_starts_early_the_way_on_and_what_is_done_are_known() -> None:
    tasks = [{**TASKS[0], "starts": "at admission"}, {**TASKS[1], "starts": "when ready"}]
    place = by_hand(
        settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
        teams={"hub": {"staff": 9}},
        transfers={"to-care": {"arrange": tasks}},
        routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
        patients={"Ann": comes("ward", 0, 0, stay={"ward": 5, "care": 1})},
    )
    before, after = (people(place, day)["Ann"] for day in (0.25, 1.0))
    assert (before.status, before.route, before.task) == ("there", "care", "")
    assert (after.status, after.route, after.task) == ("there", "care", "Assess")
    assert after.expected_in is None, "no task goes by a date here"


@pytest.mark.parametrize(("day", "left"), [(0.5, 4.5), (4.0, 1.0)])
def test_the_expected_date_is_known_where_tasks_go_by_it(day: float, left: float) -> None:
    place = by_hand(
        settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
        teams={"hub": {"staff": 9}},
        transfers={"to-care": {"arrange": [{**TASKS[0], "starts": "2 days before expected date"}]}},
        routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
        patients={"Ann": comes("ward", 0, 0, stay={"ward": 5, "care": 1})},
    )
    assert people(place, day)["Ann"].expected_in == pytest.approx(left)
