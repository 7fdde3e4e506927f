"""The self-checks fail when a log is wrong, and say where and how."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sim.experiment.making.replicate import replicate
from sim.flow.log import NOT_YET, TURNED_AWAY
from sim.flow.model import Run
from sim.measures.checks import CHECKS, CheckFailed, check, check_titles, reasons_add_up
from sim.measures.measure import measure
from sim.measures.stays import stays_of
from sim.measures.stretches import stretches_of
from sim.patients.plan import make_plan
from tests.places import a_place


def a_run() -> Run:
    """Ten days of a small place with waits, hours, tasks and people turned away."""
    place = a_place(
        start_date="2024-01-08",
        settings={
            "ward": {
                "beds": 3, "acute": True, "queue_limit": 2, "stay": {"exponential": {"mean": 1}},
            },
            "care": {
                "places": 2, "stay": {"exponential": {"mean": 1}},
                "admits": {"days": "every day", "from": "08:00", "to": "18:00"},
            },
        },
        transfers={
            "go": {
                "arrange": [{"task": "Form", "takes": "5 hours", "reason": "referral-to-hub"}],
                "hand_over": [{"task": "Transport", "takes": "2 hours", "reason": "transport"}],
            }
        },
        routes={"ward": {"care": {"share": 1, "transfer": "go"}}, "care": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": 3}},
    )  # fmt: skip
    return replicate(make_plan(place), 10, 0, 1, 0).run


def a_row(run: Run, setting: str, *, left: bool = True) -> int:
    """The first stay in a setting that has ended (or has not)."""
    stays = stays_of(run)
    number = run.plan.settings.index(setting)
    for row in range(len(stays.visit)):
        has_left = stays.left_at[row] < run.end
        if stays.setting[row] == number and stays.admitted_at[row] < run.end and has_left == left:
            return row
    raise AssertionError("no such stay")


def move_an_admission(run: Run) -> Run:
    run.log.placed_at[a_row(run, "ward")] -= 0.5
    return run


def drop_a_leaving(run: Run) -> Run:
    run.log.left_at[a_row(run, "care")] = NOT_YET
    return run


def write_no_number(run: Run) -> Run:
    run.log.left_at[a_row(run, "care")] = float("nan")
    return run


def draw_no_number(run: Run) -> Run:
    run.cohort.task_days["ward/go/arrange/Form/1"][1][:] = float("nan")
    return run


def add_a_leaving(run: Run) -> Run:
    row = a_row(run, "care", left=False)
    run.log.left_at[row] = run.end - 1e-3
    return run


def change_an_integral(run: Run) -> Run:
    first, *rest = run.in_use_days
    return replace(run, in_use_days=(first + 0.001, *rest))


def change_a_queues_integral(run: Run) -> Run:
    return replace(run, waiting_days=tuple(days + 1 for days in run.waiting_days))


def change_the_count_at_the_end(run: Run) -> Run:
    return replace(run, in_use=tuple(number + 1 for number in run.in_use))


def change_the_queue_at_the_end(run: Run) -> Run:
    return replace(run, waiting=tuple(number + 1 for number in run.waiting))


def lose_somebody_before_they_ask(run: Run) -> Run:
    row = next(r for r, came in enumerate(run.log.came) if came == TURNED_AWAY)
    run.log.came[row] = 0
    run.log.asked_at[row] = NOT_YET
    return run


def forget_to_ask(run: Run) -> Run:
    """Somebody who waits for care at the end has not asked for it."""
    stays = stays_of(run)
    row = next(r for r in range(len(stays.visit)) if stays.asked_at[r] < run.end
               and stays.wanted[r] == 1 and stays.placed_at[r] > run.end)  # fmt: skip
    run.log.asked_at[row] = NOT_YET
    return run


def have_fewer_beds(run: Run) -> Run:
    return replace(run, capacity=([(0.0, 2)], *run.capacity[1:]))


def have_fewer_beds_for_a_day(run: Run) -> Run:
    return replace(run, capacity=([(0.0, 3), (2.0, 1), (3.0, 3)], *run.capacity[1:]))


def have_shorter_hours(run: Run) -> Run:
    hours = [(day + 0.5, day + 0.75) for day in range(10)]
    return replace(run, open_hours=(None, hours))


def have_no_hours(run: Run) -> Run:
    return replace(run, open_hours=(None, []))


def draw_a_task_longer(run: Run) -> Run:
    run.cohort.task_days["ward/go/arrange/Form/1"][1][:] *= 2
    return run


def draw_a_hand_over_shorter(run: Run) -> Run:
    run.cohort.task_days["ward/go/hand over/Transport/1"][1][:] /= 2
    return run


def leave_before_ready(run: Run) -> Run:
    row = a_row(run, "ward")
    run.log.ready_at[row] = run.log.left_at[row] + 0.25
    return run


def ready_before_admitted(run: Run) -> Run:
    row = a_row(run, "care", left=False)
    run.log.ready_at[row] = run.log.admitted_at[row] - 0.25
    return run


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (move_an_admission, "ward: days of spaces in use: .* counted by the model, .* the log"),
        (drop_a_leaving, "care: days of spaces in use"),
        (write_no_number, "care: days of spaces in use: .* nan from the log"),
        (draw_no_number, "delay reasons add up to nan"),
        (add_a_leaving, "care: days of spaces in use|care: spaces in use at the end"),
        (change_an_integral, "ward: days of spaces in use"),
        (change_a_queues_integral, "days of waiting for a space"),
        (change_the_count_at_the_end, "spaces in use at the end"),
        (change_the_queue_at_the_end, "people waiting at the end"),
        (lose_somebody_before_they_ask, r"\d+ people came, but \d+ left, \d+ were turned away"),
        (have_fewer_beds, "ward: 3 spaces in use of 2 after somebody was admitted on day"),
        (have_fewer_beds_for_a_day, "ward: . spaces in use of 1 after .* on day 2"),
        (have_shorter_hours, "care: somebody was given a space on day .* its admission hours"),
        (have_no_hours, "outside its admission hours"),
        (draw_a_task_longer, "delay reasons add up to"),
        (draw_a_hand_over_shorter, "delay reasons add up to"),
        (leave_before_ready, "the parts of somebody's delay do not add up|out of order"),
        (ready_before_admitted, "instants of a stay in care are out of order|delay"),
    ],
)  # fmt: skip
def test_a_log_that_was_tampered_with_fails_its_checks(
    wrong: Callable[[Run], Run], says: str
) -> None:
    with pytest.raises(CheckFailed, match=says):
        measure(wrong(a_run()), 0)


def test_the_same_log_untouched_passes() -> None:
    run = a_run()
    stays = stays_of(run)
    check(run, stays, stretches_of(run, stays))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("spaces_in_use", move_an_admission),
        ("queues", change_a_queues_integral),
        ("nobody_lost", lose_somebody_before_they_ask),
        ("nobody_lost", forget_to_ask),
        ("never_too_full", have_shorter_hours),
        ("delay_parts", leave_before_ready),
        ("in_order", ready_before_admitted),
    ],
)
def test_each_check_can_fail_by_itself(name: str, wrong: Callable[[Run], Run]) -> None:
    (alone,) = [each for each in CHECKS if each.__name__ == name]
    run = wrong(a_run())
    with pytest.raises(CheckFailed):
        alone(run, stays_of(run))


@pytest.mark.parametrize("wrong", [draw_a_task_longer, draw_a_hand_over_shorter])
def test_the_check_of_reasons_can_fail_by_itself(wrong: Callable[[Run], Run]) -> None:
    run = wrong(a_run())
    stays = stays_of(run)
    with pytest.raises(CheckFailed, match="delay reasons add up to"):
        reasons_add_up(run, stays, stretches_of(run, stays))


def test_each_check_says_in_words_what_it_holds() -> None:
    titles = check_titles()
    assert len(titles) == len(CHECKS) + 1  # and that of reasons
    assert all(title.endswith(".") and "\n" not in title for title in titles)
