"""The discharge process of one person, to the hour: starts, order, returns, what goes stale."""

from typing import Any

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication
from sim.measures.tasks import jobs_of
from tests.places import run, value
from tests.unit.flow.by_hand import (
    by_hand,
    clock,
    comes,
    delayed_days,
    done,
    jobs,
    leaves_by,
    played,
    stays,
)

ALWAYS = {"staff": 99}
TEAMS = {"ward": ALWAYS, "therapy": ALWAYS, "hub": ALWAYS, "council": ALWAYS}


def work(task: str, hours: float, team: str = "therapy", **more: Any) -> dict[str, Any]:
    """A task of a team that always has somebody free."""
    return {"task": task, "team": team, "works_for": f"{hours} hours", "reason": "referral-to-hub",
            **more}  # fmt: skip


def ann(arrange: list[Any], hand_over: list[Any] | None = None, **more: Any) -> Replication:
    """Ann comes at noon on the first day, is ready at midnight of day 2, and then all is done."""
    tasks = (*arrange, *(hand_over or []))
    used = {task["team"] for task in tasks if "team" in task}
    place = leaves_by(
        {"arrange": arrange, "hand_over": hand_over or [], **more},
        {"Ann": comes("ward", 0, 12, stay={"ward": 1.5})},
        teams={name: TEAMS[name] for name in TEAMS if name in used},
    )
    return played(place)


def left(result: Replication, name: str = "Ann") -> float | None:
    return stays(result, name)[0].left


def test_tasks_are_done_one_after_another_unless_they_say_otherwise() -> None:
    result = ann([work("A", 6), work("B", 3), {**work("C", 2), "team": "hub"}])
    assert [(job.task, job.due, job.done) for job in jobs(result)] == [
        ("A", 2.0, 2.25), ("B", 2.25, 2.375), ("C", 2.375, clock(2, 11)),
    ]  # fmt: skip
    assert left(result) == clock(2, 11)


def test_side_by_side_the_longest_counts_and_the_first_listed_is_the_reason() -> None:
    result = ann(
        [
            work("A", 6, after=[], reason="therapy-review"),
            work("B", 12, after=[], reason="needs-and-pathway"),
            work("C", 6, after=["A", "B"], reason="referral-to-hub"),
        ]
    )
    assert done(result, "A") == {"Ann": 2.25}
    assert done(result, "B") == {"Ann": 2.5}
    assert left(result) == 2.75
    assert delayed_days(result, "therapy-review") == pytest.approx(0.25)
    assert delayed_days(result, "needs-and-pathway") == pytest.approx(0.25)
    assert delayed_days(result, "referral-to-hub") == pytest.approx(0.25)


def test_a_reason_may_come_back_to_an_earlier_task_only_by_a_return() -> None:
    """The second of two side by side is done first; the delay stays with the first."""
    result = ann(
        [
            work("A", 12, after=[], reason="therapy-review"),
            work("B", 6, after=[], reason="needs-and-pathway"),
        ]
    )
    assert delayed_days(result, "therapy-review") == pytest.approx(0.5)
    assert delayed_days(result, "needs-and-pathway") == 0


def test_what_is_begun_at_admission_is_done_by_the_ready_date_and_delays_nobody() -> None:
    result = ann([work("A", 30, starts="at admission"), work("B", 6)])
    (a, b) = jobs(result)
    assert (a.due, a.started, a.done) == (0.5, 0.5, 1.75)
    assert (b.due, b.done) == (1.75, 2.0), "nothing says that it waits for the ready date"
    assert left(result) == 2.0
    assert value(result, "delayed_bed_days") == 0


def test_a_task_may_say_that_it_waits_for_the_ready_date_whatever_is_done_before() -> None:
    result = ann([work("A", 6, starts="at admission"), work("B", 6, starts="when ready")])
    assert [job.due for job in jobs(result)] == [0.5, 2.0]
    assert left(result) == 2.25


def test_only_the_part_after_the_ready_date_is_delay() -> None:
    result = ann([work("A", 48, starts="at admission", reason="therapy-review")])
    assert left(result) == 2.5
    assert delayed_days(result, "therapy-review") == pytest.approx(0.5)


def test_a_task_may_start_so_long_before_the_expected_date() -> None:
    result = ann([work("A", 6, starts="1 days before expected date")])
    assert [(job.due, job.done) for job in jobs(result)] == [(1.0, 1.25)]
    assert left(result) == 2.0
    early = ann([work("A", 6, starts="9 days before expected date")])
    assert [job.due for job in jobs(early)] == [0.5], "not before coming in"


def test_an_expected_date_with_an_error_moves_the_start_but_never_beyond_readiness() -> None:
    task = work("A", 6, starts="1 days before expected date")
    place = leaves_by(
        {"arrange": [task], "expected_date_error": "1 days"},
        {"many": {"arrives_at": "ward", "per_day": 40, "stay": {"ward": 4}}},
        teams={"therapy": {"staff": 1000}},
    )
    result = run(place, days=60)
    found = jobs_of(result.run, result.measured.stays)
    ready = result.measured.stays.ready_at[found.stay]
    ahead = (ready - found.due_at)[ready < 60]
    assert np.all(ahead >= 0)
    assert np.all(ahead <= 4)
    # Due a day before a date that is late by a normal error: ahead by 1 - error, within the stay.
    assert np.mean(ahead == 0) == pytest.approx(0.1587, abs=0.02), "expected a day late or more"
    assert np.mean(ahead < 1) == pytest.approx(0.5, abs=0.03)
    assert np.mean(ahead > 2) == pytest.approx(0.1587, abs=0.02)


def test_what_was_done_too_early_goes_stale_and_is_done_again() -> None:
    stale = ann([work("A", 6, starts="at admission", valid_for="1 days", reason="therapy-review")])
    assert [(job.due, job.done) for job in jobs(stale)] == [(0.5, 0.75), (2.0, 2.25)]
    assert left(stale) == 2.25
    assert delayed_days(stale, "therapy-review") == pytest.approx(0.25)
    assert value(stale, "share_repeated", team="therapy") == 0.5
    fresh = ann([work("A", 6, starts="at admission", valid_for="1.25 days")])
    assert len(jobs(fresh)) == 1, "held for just so long"


def test_what_follows_a_stale_task_and_is_done_is_not_done_again() -> None:
    result = ann([work("A", 6, starts="at admission", valid_for="1 days"), work("B", 6)])
    assert [job.task for job in jobs(result)] == ["A", "B", "A"]
    assert left(result) == 2.25


def sent_back(returns: int, **more: Any) -> Replication:
    """Ann's referral B goes back so many times, as drawn: the seeds' own numbers are replaced."""
    place = leaves_by(
        {"arrange": [work("A", 6), work("B", 3, "hub", returned=0.5, **more), work("C", 1)]},
        {f"p{i}": comes("ward", 0, 0, stay={"ward": 1}) for i in range(12)},
        teams=dict.fromkeys(("therapy", "hub"), ALWAYS),
    )
    result = played(place)
    for person in (f"p{i}" for i in range(12)):
        if len(jobs(result, "B", person)) == returns + 1:
            return Replication(result.run, result.measured)
    raise AssertionError(f"nobody is sent back {returns} times")


def person_sent_back(result: Replication, returns: int) -> str:
    return next(
        name for name in result.run.plan.groups if len(jobs(result, "B", name)) == returns + 1
    )


@pytest.mark.parametrize("returns", [0, 1, 2])
def test_a_referral_that_goes_back_has_the_earlier_task_done_again_and_then_itself(
    returns: int,
) -> None:
    result = sent_back(returns)
    name = person_sent_back(result, returns)
    at = 1.0
    expected = []
    for _ in range(returns + 1):
        expected += [("A", at, at + 0.25), ("B", at + 0.25, at + 0.375)]
        at += 0.375
    expected.append(("C", at, round(at + 1 / 24, 9)))
    assert [(job.task, job.due, job.done) for job in jobs(result, person=name)] == expected
    assert left(result, name) == round(at + 1 / 24, 9)


def test_only_part_of_the_work_may_be_done_again() -> None:
    result = sent_back(1, repeats=0.5)
    name = person_sent_back(result, 1)
    spans = [(job.task, job.due, job.done) for job in jobs(result, person=name)][:4]
    assert spans == [("A", 1, 1.25), ("B", 1.25, 1.375), ("A", 1.375, 1.5), ("B", 1.5, 1.5625)]


def test_a_return_may_go_to_any_earlier_task() -> None:
    place = leaves_by(
        {
            "arrange": [
                work("A", 6), work("M", 6),
                work("B", 3, "hub", returned=0.5, returns_to="A"), work("C", 1),
            ]
        },
        {f"p{i}": comes("ward", 0, 0, stay={"ward": 1}) for i in range(12)},
        teams=dict.fromkeys(("therapy", "hub"), ALWAYS),
    )  # fmt: skip
    result = played(place)
    name = person_sent_back(result, 1)
    assert [job.task for job in jobs(result, person=name)] == ["A", "M", "B", "A", "B", "C"]
    assert left(result, name) == round(1 + 27 / 24 - 3 / 24 + 1 / 24, 9)


def test_a_return_to_a_task_still_under_way_waits_for_it_and_nothing_is_lost() -> None:
    """B, side by side with A, is done first and goes back to it; C comes after A."""
    place = leaves_by(
        {
            "arrange": [
                work("A", 6),
                work("B", 3, "hub", after=[], returned=0.5, returns_to="A"),
                work("C", 1, after=["A"]),
            ]
        },
        {f"p{i}": comes("ward", 0, 0, stay={"ward": 1}) for i in range(12)},
        teams=dict.fromkeys(("therapy", "hub"), ALWAYS),
    )
    result = played(place)
    name = person_sent_back(result, 1)
    assert done(result, "C")[name] == round(1.25 + 1 / 24, 9), "A is done, so C goes on"
    assert left(result, name) == 1.375, "A is not done twice for what it had not yet told"


def test_a_return_reopens_the_reason_of_the_earlier_task() -> None:
    place = leaves_by(
        {
            "arrange": [
                work("A", 6, reason="therapy-review"),
                work("B", 3, "hub", returned=0.5, reason="needs-and-pathway"),
            ]
        },
        {f"p{i}": comes("ward", 0, 0, stay={"ward": 1}) for i in range(12)},
        teams=dict.fromkeys(("therapy", "hub"), ALWAYS),
    )
    result = played(place)
    n = len(jobs(result, "A"))
    assert n > 12
    assert delayed_days(result, "therapy-review") == pytest.approx(n * 0.25)
    assert delayed_days(result, "needs-and-pathway") == pytest.approx(n * 0.125)


def test_a_task_is_only_for_the_groups_that_it_names() -> None:
    place = leaves_by(
        {"arrange": [work("A", 6, only_for=["Bob"]), work("B", 6)]},
        {name: comes("ward", 0, 0, stay={"ward": 1}) for name in ("Ann", "Bob")},
        teams={"therapy": ALWAYS},
    )
    result = played(place)
    assert done(result, "A") == {"Bob": 1.25}
    assert (left(result, "Ann"), left(result, "Bob")) == (1.25, 1.5)


@pytest.mark.parametrize(("key", "value_of", "share"), [("prob", 0.3, 0.3), ("trusted", 0.3, 0.7)])
def test_a_chance_says_who_needs_a_task_and_trust_who_does_not(
    key: str, value_of: float, share: float
) -> None:
    place = leaves_by(
        {"arrange": [work("A", 6, **{key: value_of}), work("B", 6)]},
        {"many": {"arrives_at": "ward", "per_day": 50, "stay": {"ward": 1}}},
        teams={"therapy": {"staff": 1000}},
    )
    result = run(place, days=60)
    assert len(jobs(result, "A")) / len(jobs(result, "B")) == pytest.approx(share, abs=0.03)
    log = result.measured.stays
    delay = (log.left_at - log.ready_at)[np.isfinite(log.left_at)]
    assert np.mean(delay > 0.3) == pytest.approx(share, abs=0.03)


def test_more_trust_takes_the_task_from_some_and_gives_it_to_nobody() -> None:
    def needed(trusted: float) -> np.ndarray:
        place = leaves_by(
            {"arrange": [work("A", 6, trusted=trusted)]},
            {"many": {"arrives_at": "ward", "per_day": 20, "stay": {"ward": 1}}},
            teams={"therapy": ALWAYS},
        )
        return run(place, days=20).run.cohort.jobs.is_needed

    some, fewer = needed(0.2), needed(0.6)
    assert np.all(some >= fewer)
    assert some.sum() > fewer.sum()


def to_care(hand_over: list[Any], care_free_at: float, **care: Any) -> Replication:
    """Ann is ready on day 2 and needs care, which Zoe has until some day."""
    used = {task["team"] for task in hand_over if "team" in task}
    return played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1, **care}},
            teams={name: TEAMS[name] for name in TEAMS if name in used},
            transfers={"go": {"hand_over": hand_over}},
            routes={
                "ward": {"care": {"share": 1, "transfer": "go", "pathway": "P1"}},
                "care": {"home": 1},
            },
            patients={
                "Ann": comes("ward", 0, 12, stay={"ward": 1.5, "care": 3}),
                "Zoe": comes("care", 0, 0, stay={"care": care_free_at}),
            },
        )
    )


def test_a_hand_over_begins_once_the_place_is_sure() -> None:
    result = to_care([work("Medicines", 6, reason="medicines-and-letter")], care_free_at=4)
    assert [(job.due, job.done) for job in jobs(result)] == [(4.0, 4.25)]
    assert left(result) == 4.25
    assert delayed_days(result, "p1-rehabilitation-capacity") == pytest.approx(2)
    assert delayed_days(result, "medicines-and-letter") == pytest.approx(0.25)
    assert value(result, "reserved", "care") == pytest.approx(0.25 / 20)


@pytest.mark.parametrize(
    ("starts", "due"),
    [("when ready", 2.0), ("at admission", 0.5), ("1 days before expected date", 1.0)],
)
def test_a_hand_over_task_may_be_done_ahead(starts: str, due: float) -> None:
    result = to_care([work("Medicines", 6, starts=starts)], care_free_at=4)
    assert [(job.due, job.done) for job in jobs(result)] == [(due, due + 0.25)]
    assert left(result) == 4.0, "nothing is left to do when the place comes free"


def test_medicines_made_ready_too_early_are_made_again_once_the_place_is_sure() -> None:
    task = work("Medicines", 6, starts="when ready", valid_for="1 days")
    result = to_care([task], care_free_at=4)
    assert [(job.due, job.done) for job in jobs(result)] == [(2.0, 2.25), (4.0, 4.25)]
    assert left(result) == 4.25


def test_who_has_nothing_to_be_done_asks_at_once() -> None:
    result = ann([work("A", 6, only_for=["Ann"], prob=0)])
    assert left(result) == 2.0
    assert jobs(result) == []


def test_elapsed_time_and_work_stand_side_by_side_in_one_process() -> None:
    equipment = {"task": "Equipment", "takes": "12 hours", "reason": "equipment", "after": []}
    result = ann([work("A", 6), equipment])
    assert done(result, "Equipment") == {"Ann": 2.5}
    assert left(result) == 2.5


def test_hand_offs_are_tasks_passed_between_teams_and_a_task_nobody_did_passes_none_on() -> None:
    def sent(arrange: list[Any]) -> float:
        return value(ann(arrange), "handoffs_per_discharge")

    assert sent([work("A", 1), work("B", 1)]) == 0, "one team does both"
    assert sent([work("A", 1), work("B", 1, "hub"), work("C", 1)]) == 2
    wait = {"task": "Wait", "takes": "1 hours", "reason": "equipment"}
    assert sent([work("A", 1), wait, work("B", 1, "hub")]) == 1, "time passes it on"
    skipped = work("B", 1, "hub", prob=0)
    assert sent([work("A", 1), skipped, work("C", 1)]) == 0, "the hub was never asked"
    assert sent([work("A", 1), skipped, work("C", 1, "council")]) == 1


def test_returns_are_hand_offs_both_ways() -> None:
    result = sent_back(1)
    found = jobs_of(result.run, result.measured.stays)
    name = person_sent_back(result, 1)
    mine = result.measured.stays.group[found.stay] == result.run.plan.groups.index(name)
    tasks = [result.run.plan.tasks[n].name for n in found.task[mine & found.is_hand_off]]
    assert sorted(tasks) == ["A", "B", "B", "C"], "to the hub, back, to it again, and on to C"


def test_work_that_is_under_way_when_the_run_ends_counts_so_far() -> None:
    place = leaves_by(
        {"arrange": [work("A", 48, reason="therapy-review")]},
        {"Ann": comes("ward", 0, 0, stay={"ward": 9})},
        teams={"therapy": ALWAYS},
    )
    result = played(place, days=10)
    assert [(job.due, job.started, job.done) for job in jobs(result)] == [(9.0, 9.0, None)]
    assert delayed_days(result, "therapy-review") == pytest.approx(1)
