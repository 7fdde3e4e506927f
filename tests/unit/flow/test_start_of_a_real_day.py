"""A run that starts from a full list: tasks reached and done ahead, outliers, patience, dates."""

from typing import Any

import pytest

from sim.measures.tasks import reasons_of
from sim.place.schema import Place
from tests.unit.flow.by_hand import by_hand, comes, jobs, nobody_comes, path, played, stays, there

TASKS = [
    {"task": "Refer", "team": "hub", "works_for": "6 hours", "reason": "referral-to-hub"},
    {"task": "Assess", "team": "hub", "works_for": "12 hours", "reason": "needs-and-pathway"},
    {"task": "Fund", "team": "hub", "works_for": "6 hours", "reason": "funding-eligibility"},
]
LETTER = {
    "task": "Letter", "team": "hub", "works_for": "6 hours", "reason": "medicines-and-letter",
    "starts": "when ready",
}  # fmt: skip


def arranging(start: dict[str, Any], tasks: Any = TASKS, **more: Any) -> Place:
    return by_hand(
        settings={"ward": {"beds": 5, "acute": True}, "care": {"places": 1, "stay": 4}},
        teams={"hub": {"staff": 9}},
        transfers={"to-care": {"arrange": tasks, "hand_over": [LETTER]}},
        routes={
            "ward": {"care": {"share": 0.4, "transfer": "to-care", **more}, "home": "rest"},
            "care": {"home": 1},
        },
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 9}),
            "Bob": nobody_comes("ward", stay={"ward": 9}),
        },
        start=start,
    )


def ann_waits(**row: Any) -> dict[str, Any]:
    return {"waiting": [
        {"setting": "ward", "route": "care", "group": "Ann", "number": 1, **row}
    ]}  # fmt: skip


def test_who_has_reached_a_task_has_it_and_what_follows_still_to_come() -> None:
    result = played(arranging(ann_waits(task="Assess", days_waited=2)))
    assert [(job.task, job.due) for job in jobs(result)] == [
        ("Assess", 0.0), ("Letter", 0.0), ("Fund", 0.5),
    ]  # fmt: skip
    assert path(result, "Ann") == [("ward", -2.0, 0.75), ("care", 0.75, 4.75)]
    assert stays(result, "Ann")[0].ready == -2.0
    log = reasons_of(result.run)
    told = zip(log.task.tolist(), log.start.tolist(), log.end.tolist(), strict=True)
    names = [task.name for task in result.run.plan.tasks]
    assert [(names[task], start, end) for task, start, end in told] == [
        ("Assess", -2.0, 0.5), ("Fund", 0.5, 0.75),
    ], "the wait before the run counts as one for the task reached"  # fmt: skip


def test_what_is_done_already_is_not_done_again() -> None:
    result = played(arranging(ann_waits(task="Assess", also_done=["Fund", "Letter"])))
    assert [job.task for job in jobs(result)] == ["Assess"]
    assert path(result, "Ann")[0] == ("ward", 0.0, 0.5)


def test_who_has_all_arranged_may_have_the_hand_over_done_too() -> None:
    result = played(arranging(ann_waits(days_waited=1, also_done=["Letter"])))
    assert jobs(result) == []
    assert path(result, "Ann")[0] == ("ward", -1.0, 0.0)


def test_the_task_that_somebody_waits_for_is_one_they_need_however_few_do() -> None:
    seldom = [TASKS[0], {**TASKS[1], "prob": 1e-6}, TASKS[2]]
    result = played(arranging(ann_waits(task="Assess", also_done=["Letter"]), seldom))
    assert [job.task for job in jobs(result)] == ["Assess", "Fund"]


def test_people_there_may_have_tasks_done_ahead_of_being_ready() -> None:
    row = {**there("ward", "Ann", 2), "route": "care", "task": "Fund", "days_there": 3}
    ahead = [{**TASKS[0], "starts": "at admission"}, TASKS[1], {**TASKS[2], "starts": "when ready"}]
    result = played(arranging({"people": [row]}, ahead))
    assert [(job.task, job.due) for job in jobs(result)] == [("Fund", 2.0), ("Letter", 2.0)]
    assert path(result, "Ann")[0] == ("ward", -3.0, 2.25)


def test_who_has_waited_for_a_space_has_the_patience_to_wait_that_long() -> None:
    """Nobody gives up before 5 days; Ann has waited 4, so it is another day at least."""
    start = {"people": [there("care", "Bob", 9)], **ann_waits(days_waited=4, also_done=["Letter"])}
    patient = {"otherwise": {"route": "home", "after": {"uniform": [5, 6]}}}
    left = stays(played(arranging(start, **patient)), "Ann")[-1].left
    assert left is not None
    assert 1.0 <= left <= 2.0
    late = {"otherwise": {"route": "home", "after": {"uniform": [0, 8]}}}
    left = stays(played(arranging(start, **late)), "Ann")[-1].left
    assert left is not None
    assert 0.0 < left <= 4.0, "not at once: who would have given up has gone already"


def two_wards(returns: bool) -> Place:
    return by_hand(
        settings={
            "ward": {"beds": 1, "acute": True, "overflow": ["spare"], "returns": returns},
            "spare": {"beds": 1, "acute": True, "stay": 1},
        },
        routes={"ward": {"home": 1}, "spare": {"home": 1}},
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 9}),
            "Bob": nobody_comes("ward", stay={"ward": 9}),
            "Cat": comes("spare", 1, 0),
        },
        start={
            "people": [
                there("ward", "Bob", 2),
                {**there("ward", "Ann", 3), "days_there": 1, "outlier_in": "spare"},
            ]
        },
    )


def test_an_outlier_is_found_in_the_bed_of_another_ward() -> None:
    result = played(two_wards(returns=False))
    assert path(result, "Ann") == [("spare", -1.0, 3.0)]
    assert path(result, "Cat") == [("spare", 3.0, 4.0)]


def test_an_outlier_who_is_to_return_moves_when_the_right_ward_has_a_bed() -> None:
    result = played(two_wards(returns=True))
    assert path(result, "Ann") == [("spare", -1.0, 2.0), ("ward", 2.0, 3.0)]
    assert path(result, "Cat") == [("spare", 2.0, 3.0)]


def test_an_outlier_who_waits_to_leave_holds_the_bed_of_the_other_ward() -> None:
    place = by_hand(
        settings={
            "ward": {"beds": 1, "acute": True, "overflow": ["spare"], "returns": True},
            "spare": {"beds": 1, "acute": True, "stay": 1},
            "care": {"places": 1, "stay": 1},
        },
        routes={"ward": {"care": 1}, "spare": {"home": 1}, "care": {"home": 1}},
        patients={
            "Ann": nobody_comes("ward", stay={"ward": 9}),
            "Bob": nobody_comes("care"),
            "Cat": comes("spare", 1, 0),
        },
        start={
            "people": [there("care", "Bob", 3)],
            "waiting": [
                {"setting": "ward", "outlier_in": "spare", "waiting_for": "care", "group": "Ann",
                 "number": 1, "days_waited": 2}
            ],
        },
    )  # fmt: skip
    result = played(place)
    assert path(result, "Ann") == [("spare", -2.0, 3.0), ("care", 3.0, 4.0)]
    assert path(result, "Cat") == [("spare", 3.0, 4.0)]


@pytest.mark.parametrize(("expected", "opens"), [(3.0, 1.0), (1.5, 0.0), (-4.0, 0.0)])
def test_tasks_go_by_the_date_that_the_list_expects(expected: float, opens: float) -> None:
    row = {"setting": "ward", "group": "Ann", "number": 1, "days_there": 1, "route": "care",
           "expected_in": expected}  # fmt: skip
    place = by_hand(
        settings={"ward": {"beds": 5, "acute": True}, "care": {"places": 1, "stay": 4}},
        teams={"hub": {"staff": 9}},
        transfers={
            "to-care": {
                "arrange": [{**TASKS[0], "starts": "2 days before expected date"}],
                "expected_date_error": "30 days",
            }
        },
        routes={"ward": {"care": {"share": 1, "transfer": "to-care"}}, "care": {"home": 1}},
        patients={"Ann": nobody_comes("ward", stay={"ward": 9})},
        start={"people": [row]},
    )
    assert [job.due for job in jobs(played(place))] == [opens]
