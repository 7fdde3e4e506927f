"""What is measured of teams, hand-offs and steps, by hand; day 0 is a Monday, of 14.

One therapist (8 to 16, every day), the hub day and night, a panel on Thursdays at noon::

    Ann  ready 0.5   review 12:00–16:00 of day 0, then equipment 6 h to 22:00, to the panel of day 3
    Bob  ready 0.625 (15:00)  review day 1, 8:00–12:00; equipment to 18:00; panel of day 3
    Cat  ready 1.375 (9:00)   review day 1, 12:00–16:00; equipment to 22:00; panel of day 3
"""

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication
from sim.measures.teams import worked_days
from tests.places import value
from tests.unit.flow.by_hand import by_hand, clock, comes, delayed_days, done, jobs, played, stays

DAYS = 14
TASKS = [
    {"task": "Review", "team": "therapy", "works_for": "4 hours", "reason": "therapy-review"},
    {"task": "Equipment", "takes": "6 hours", "reason": "equipment", "stands_in": True},
    {"task": "Panel", "team": "panel", "reason": "funding-eligibility"},
]
LETTER = {"task": "Letter", "team": "hub", "works_for": "12 hours", "reason": "transport"}


def the_place(warm_up: int = 0) -> Replication:
    return played(
        by_hand(
            organisations={"trust": {"body": "NHS"}, "council": {"body": "social care"}},
            settings={"ward": {"beds": 9, "acute": True}, "care": {"places": 9, "stay": 1}},
            teams={
                "therapy": {
                    "staff": 1, "cost_per_hour": 30, "organisation": "trust",
                    "works": {"days": "every day", "from": "08:00", "to": "16:00"},
                },
                "panel": {"meets": {"days": "thu", "at": "12:00"}, "organisation": "council"},
                "hub": {"staff": 2},
            },
            transfers={"go": {"arrange": TASKS, "hand_over": [LETTER]}},
            routes={
                "ward": {"care": {"share": 1, "pathway": "P1", "transfer": "go"}},
                "care": {"home": 1},
            },
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 0.25}),
                "Bob": comes("ward", 0, 9, stay={"ward": 0.25}),
                "Cat": comes("ward", 1, 3, stay={"ward": 0.25}),
            },
        ),
        DAYS,
        warm_up,
    )  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Replication:
    return the_place()


def test_the_hours_are_those_written_above(result: Replication) -> None:
    assert done(result, "Review") == {
        "Ann": clock(0, 16), "Bob": clock(1, 12), "Cat": clock(1, 16)
    }  # fmt: skip
    assert [job.due for job in jobs(result, "Panel")] == [
        clock(0, 22), clock(1, 18), clock(1, 22)
    ]  # fmt: skip
    assert set(done(result, "Panel").values()) == {3.5}
    assert [stays(result, name)[0].left for name in ("Ann", "Bob", "Cat")] == [4.0, 4.0, 4.5]


WAITED = {"Bob": clock(1, 8) - 0.625, "Cat": clock(1, 12) - clock(1, 9)}


@pytest.mark.parametrize(
    ("name", "team", "exact"),
    [
        ("busy", "therapy", 12 / (8 * DAYS)),
        ("busy", "hub", 1.5 / (2 * DAYS)),
        ("backlog", "therapy", sum(WAITED.values()) / DAYS),
        ("backlog", "panel", (3.5 * 3 - clock(0, 22) - clock(1, 18) - clock(1, 22)) / DAYS),
        ("backlog", "hub", 0.5 / DAYS),
        ("start_wait_days", "therapy", sum(WAITED.values()) / 3),
        ("start_wait_days", "hub", 0.5 / 3),
        ("cases_per_week", "therapy", 3 / 2),
        ("cases_per_week", "panel", 3 / 2),
        ("share_repeated", "therapy", 0),
    ],
)
def test_a_teams_measure_is_what_it_is_by_hand(
    result: Replication, name: str, team: str, exact: float
) -> None:
    assert value(result, name, team=team) == pytest.approx(exact)


def test_a_panel_has_no_hours_to_be_busy_in(result: Replication) -> None:
    assert not [row for row in result.measured.rows if (row.measure, row.team) == ("busy", "panel")]


def test_what_the_model_counts_as_it_runs_is_what_the_log_says(result: Replication) -> None:
    run = result.run
    assert run.busy_days == pytest.approx((0.5, 0, 1.5))
    assert run.staff_days == pytest.approx((DAYS / 3, 0, 2 * DAYS))
    backlog = [value(result, "backlog", team=team) * DAYS for team in ("therapy", "panel", "hub")]
    assert run.backlog_days == pytest.approx(backlog)


def test_only_what_falls_in_the_window_counts() -> None:
    result = the_place(warm_up=1)
    assert value(result, "busy", team="therapy") == pytest.approx(8 / (8 * 13))
    assert value(result, "start_wait_days", team="therapy") == pytest.approx(
        sum(WAITED.values()) / 2
    )
    assert value(result, "backlog", team="therapy") == pytest.approx(
        (clock(1, 8) - 1 + WAITED["Cat"]) / 13
    )
    assert value(result, "cases_per_week", team="therapy") == pytest.approx(2 / 13 * 7)


def test_hand_offs_go_from_therapy_to_the_panel_and_the_hub_is_nobodys(result: Replication) -> None:
    """Equipment passes the case on; the hand-over begins by itself when the place is sure."""
    assert value(result, "handoffs_per_discharge") == 3 / 3
    assert value(result, "handoffs_per_discharge", part="P1 to P3") == 3 / 3


def test_every_step_has_its_part_of_the_delay_and_its_older_code(result: Replication) -> None:
    panel = value(
        result, "step_days", part="go: Panel", reason="funding-eligibility", body="social care"
    )
    waits = 3.5 * 3 - clock(0, 22) - clock(1, 18) - clock(1, 22)
    assert panel == pytest.approx(waits * 365 / DAYS)
    assert delayed_days(result, "funding-eligibility", "social care") == pytest.approx(waits)
    steps = sum(row.numerator for row in result.measured.rows if row.measure == "step_days")
    codes = sum(row.numerator for row in result.measured.rows if row.measure == "dtoc_days")
    whole = value(result, "delayed_bed_days")
    assert steps == pytest.approx(whole)
    assert codes == pytest.approx(whole)
    assert value(result, "dtoc_days", part="B", body="social care") == pytest.approx(panel)


def test_the_part_that_stands_in_for_work_is_a_share_of_all_delay(result: Replication) -> None:
    delay = 4.0 - 0.5 + 4.0 - 0.625 + 4.5 - 1.375
    assert value(result, "share_stand_in") == pytest.approx(0.75 / delay)


def test_staff_on_duty_cost_money_whether_busy_or_not(result: Replication) -> None:
    cost = 8 * 365 * 30
    assert value(result, "cost_per_year", team="therapy", body="NHS") == pytest.approx(cost)
    assert value(result, "cost_per_year", body="NHS") == pytest.approx(cost)


def test_work_is_done_only_by_so_many_as_are_on_duty() -> None:
    shift = [(0.0, 0.0), (0.25, 2.0), (0.5, 1.0), (0.75, 0.0)]
    start, end = np.array([0.25, 0.25]), np.array([0.6, 0.75])
    assert worked_days(shift, start, end, (0.0, 1.0)) == pytest.approx(2 * 0.25 + 0.25)
    assert worked_days(shift, start, end, (0.5, 0.6)) == pytest.approx(0.1)
