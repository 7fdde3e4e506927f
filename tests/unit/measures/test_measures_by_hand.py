"""Every measure, worked out by hand in one small place whose every instant is known.

Day by day, with one bed or place in each setting::

    ward     Ann   0.25 –  4.75   ready  2.0; form to 3.0, no care place to 4.25, transport
             Bob   4.75 –  9.75   asked 1.0; ready 7.75; form to 8.75, care shut to 9.25, transport
             Cat   came at 2.0, turned away
             Dan   9.75 – 19.75   asked 6.0; went home at once when ready
             Gus  19.75 –         asked 15.0
             Hal                  asked 19.875
    care     Zoe   0.25 –  4.25   then Ann 4.75 – 6.75 and Bob 9.75 – 11.75, held half a day before
    frailty  Eve   0.25 – 12.0
    spare    Fay   3.0  –  7.0    an outlier of frailty
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication
from sim.measures.definitions import MEASURES, SERIES
from sim.measures.measure import measure
from tests.places import value
from tests.unit.flow.by_hand import by_hand, comes, nobody_comes, path, played, there, waits

DAYS = 20
YEAR = 365 / DAYS


def the_place(warm_up: int = 0) -> Replication:
    return played(
        by_hand(
            organisations={"trust": {"body": "NHS"}, "council": {"body": "social care"}},
            settings={
                "ward": {
                    "beds": 1, "acute": True, "queue_limit": 1, "organisation": "trust",
                    "cost_per_day": 100,
                },
                "care": {
                    "places": 1, "organisation": "council", "cost_per_day": 50,
                    "admits": {"days": "every day", "from": "06:00", "to": "18:00"},
                },
                "frailty": {"beds": 1, "acute": True, "overflow": ["spare"]},
                "spare": {"beds": 1, "locality": "east"},
            },
            transfers={
                "to-care": {
                    "arrange": [{"task": "Form", "takes": 1, "reason": "referral-to-hub"}],
                    "hand_over": [{"task": "Transport", "takes": 0.5, "reason": "transport"}],
                }
            },
            routes={
                "ward": {"home": 1},
                "care": {"home": 1},
                "frailty": {"home": 1},
                "spare": {"home": 1},
            },
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 1.75, "care": 2}, **TO_CARE),
                "Bob": comes(
                    "ward", 1, 0, stay={"ward": 3, "care": 2}, locality="north", **TO_CARE
                ),
                "Cat": comes("ward", 2, 0, stay={"ward": 1}),
                "Dan": comes("ward", 6, 0, stay={"ward": 10}),
                "Gus": comes("ward", 15, 0, stay={"ward": 10}),
                "Hal": comes("ward", 19, 21, stay={"ward": 10}),
                "Zoe": comes("care", 0, 6, stay={"care": 4}),
                "Eve": comes("frailty", 0, 6, stay={"frailty": 11.75}, locality="south"),
                "Fay": comes("frailty", 3, 0, stay={"frailty": 4}),
            },
        ),
        DAYS,
        warm_up,
    )  # fmt: skip


TO_CARE = {
    "routes": {"ward": {"care": {"share": 1, "pathway": "P2", "transfer": "to-care"}}},
}


def test_the_days_are_those_written_above() -> None:
    result = the_place()
    assert path(result, "Ann") == [("ward", 0.25, 4.75), ("care", 4.75, 6.75)]
    assert path(result, "Bob") == [("ward", 4.75, 9.75), ("care", 9.75, 11.75)]
    assert path(result, "Cat") == []
    assert path(result, "Dan") == [("ward", 9.75, 19.75)]
    assert path(result, "Gus") == [("ward", 19.75, None)]
    assert path(result, "Eve") == [("frailty", 0.25, 12.0)]
    assert path(result, "Fay") == [("spare", 3.0, 7.0)]


BY_HAND: list[tuple[str, str, float]] = [
    ("occupied", "ward", (4.5 + 5 + 10 + 0.25) / DAYS),
    ("occupied", "care", (4 + 2 + 2) / DAYS),
    ("occupied", "frailty", 11.75 / DAYS),
    ("reserved", "ward", 0.0),
    ("reserved", "care", (0.5 + 0.5) / DAYS),
    ("occupancy", "ward", 19.75 / DAYS),
    ("occupancy", "care", (8 + 1) / DAYS),
    ("waiting", "ward", (3.75 + 3.75 + 4.75 + 0.125) / DAYS),
    ("waiting", "care", (1.25 + 0.5) / DAYS),
    ("waiting", "frailty", 0.0),
    ("waiting_at_end", "ward", 1.0),
    ("waiting_at_end", "care", 0.0),
    ("wait_days", "ward", (0 + 3.75 + 3.75 + 4.75) / 4),
    ("wait_days", "care", (0 + 1.25 + 0.5) / 3),
    ("wait_days", "frailty", 0.0),
    ("share_waiting", "ward", 4 / 6),
    ("share_waiting", "care", 2 / 3),
    ("share_waiting", "frailty", 0 / 2),
    ("delayed", "ward", (2.75 + 2.0) / DAYS),
    ("delayed", "care", 0.0),
    ("delayed_process", "ward", (1 + 1 + 0.5) / DAYS),
    ("delayed_capacity", "ward", 1.25 / DAYS),
    ("delayed_handover", "ward", (0.5 + 0.5) / DAYS),
    ("turned_away_per_day", "ward", 1 / DAYS),
    ("admitted_per_day", "ward", 4 / DAYS),
    ("admitted_per_day", "care", 3 / DAYS),
    ("admitted_per_day", "frailty", 1 / DAYS),
    ("outlier_days", "frailty", 4 * YEAR),
    ("delayed_bed_days", "", 4.75 * YEAR),
    ("delay_days", "", (2.75 + 2.0 + 0 + 0) / 4),
    ("delay_days_if_delayed", "", (2.75 + 2.0) / 2),
    ("share_delayed", "", 2 / 4),
    ("share_left_on_ready_date", "", 2 / 4),
    ("stays_over_7_days", "", ((19.75 - 16.75) + (12 - 7.25)) / DAYS),
    ("stays_over_14_days", "", 0.0),
    ("stays_over_21_days", "", 0.0),
    ("cost_per_year", "", (100 * 19.75 + 50 * 8) * YEAR),
]
ELSEWHERE = {
    "test_beds_tried.py": {"prob_delay"},
    "test_exchanges.py": {"exchanges_per_day"},
    "test_care_at_home.py": {"care_per_day"},
    "test_harm.py": {"harm", "readmitted"},
    "test_other_ways.py": {
        "bed_wait_hours", "over_4_hours", "over_12_hours", "electives_cancelled",
    },
    "test_national_by_hand.py": {
        "newly_ready_per_day", "discharged_per_day", "remaining", "remaining_days",
        "share_discharged", "newly_ready_by_weekday", "discharged_by_weekday", "remaining_7_days",
        "share_of_reasons", "drd_share_delayed", "drd_delay_days", "drd_delay_days_if_delayed",
        "drd_band", "discharged_by_noon", "discharged_by_17",
    },
    "test_derived.py": {"acute_beds_open", "acute_occupancy", "share_of_beds_delayed"},
    "test_team_measures.py": {
        "busy", "backlog", "start_wait_days", "cases_per_week", "share_repeated",
        "handoffs_per_discharge", "dtoc_days", "step_days", "share_stand_in",
    },
}  # fmt: skip
"""What other files check, with places that have teams, care at home, harm and so on."""


BY_WARD_TOO = (
    "drd_share_delayed", "drd_delay_days", "drd_delay_days_if_delayed", "discharged_by_noon",
    "discharged_by_17",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Replication:
    return the_place()


@pytest.mark.parametrize(("name", "setting", "exact"), BY_HAND)
def test_a_measure_is_what_it_is_by_hand(
    result: Replication, name: str, setting: str, exact: float
) -> None:
    assert value(result, name, setting) == pytest.approx(exact, abs=1e-9)


def test_no_measure_is_left_out_here() -> None:
    elsewhere = set().union(*ELSEWHERE.values())
    assert {name for name, _, _ in BY_HAND} | elsewhere == set(MEASURES)


@pytest.mark.parametrize("file", ELSEWHERE)
def test_what_is_said_to_be_checked_elsewhere_is(file: str) -> None:
    (path,) = Path(__file__).parents[1].rglob(file)
    text = path.read_text(encoding="utf-8")
    assert {name for name in ELSEWHERE[file] if f'"{name}"' not in text} == set()


def test_no_measure_is_given_that_is_not_defined(result: Replication) -> None:
    assert {row.measure for row in result.measured.rows} <= set(MEASURES)


def test_measures_by_setting_have_a_setting_and_those_of_the_place_none(
    result: Replication,
) -> None:
    for row in result.measured.rows:
        scope = MEASURES[row.measure].scope
        if scope == "setting":
            assert row.setting, row
        elif row.measure not in ("cost_per_year", *BY_WARD_TOO):
            assert not row.setting, row
        assert bool(row.team) == (scope == "team"), row


@pytest.mark.parametrize(
    ("reason", "body", "days"),
    [
        ("referral-to-hub", "NHS", 2.0),
        ("p2-capacity", "social care", 1.25),
        ("admission-hours", "social care", 0.5),
        ("transport", "NHS", 1.0),
    ],
)
def test_delayed_bed_days_by_reason_and_body(
    result: Replication, reason: str, body: str, days: float
) -> None:
    found = value(result, "delayed_bed_days", reason=reason, body=body)
    assert found == pytest.approx(days * YEAR)


def test_reasons_sum_to_all_delayed_bed_days(result: Replication) -> None:
    parts = [row.numerator for row in result.measured.rows
             if row.reason and row.measure == "delayed_bed_days"]  # fmt: skip
    assert sum(parts) == pytest.approx(value(result, "delayed_bed_days"))


def test_groups_and_localities_have_their_parts(result: Replication) -> None:
    assert value(result, "delayed_bed_days", group="Ann") == pytest.approx(2.75 * YEAR)
    assert value(
        result, "delayed_bed_days", group="Bob", locality="north"
    ) == pytest.approx(2.0 * YEAR)  # fmt: skip
    assert value(result, "delayed_bed_days", locality="north") == pytest.approx(2.0 * YEAR)
    assert value(result, "delay_days", locality="south") == 0
    assert value(result, "stays_over_7_days", locality="south") == pytest.approx(4.75 / DAYS)


def test_a_setting_in_a_locality_says_which(result: Replication) -> None:
    assert value(result, "occupied", "spare", locality="east") == pytest.approx(4 / DAYS)
    assert value(result, "admitted_per_day", "spare", locality="east") == pytest.approx(1 / DAYS)


def test_money_is_put_down_to_who_runs_the_setting(result: Replication) -> None:
    assert value(result, "cost_per_year", body="NHS") == pytest.approx(1975 * YEAR)
    assert value(result, "cost_per_year", body="social care") == pytest.approx(400 * YEAR)


def test_what_levers_cost_is_added_to_their_body(result: Replication) -> None:
    rows = measure(result.run, 0, {"NHS": 1000.0, "both": 5.0}).rows
    with_levers = Replication(result.run, replace(result.measured, rows=rows))
    assert value(with_levers, "cost_per_year", body="NHS") == pytest.approx(1975 * YEAR + 1000)
    assert value(with_levers, "cost_per_year", body="both") == pytest.approx(5)
    assert value(with_levers, "cost_per_year") == pytest.approx(2375 * YEAR + 1005)


def test_only_what_is_in_the_window_counts_but_the_whole_delay_of_who_leaves_in_it() -> None:
    result = the_place(warm_up=4)
    year = 365 / 16
    assert value(result, "delayed_bed_days") == pytest.approx((0.75 + 2.0) * year)
    assert value(result, "delay_days") == pytest.approx((2.75 + 2.0) / 4)
    assert value(result, "delayed_capacity", "ward") == pytest.approx(0.25 / 16)
    assert value(result, "occupied", "ward") == pytest.approx((0.75 + 5 + 10 + 0.25) / 16)
    assert value(result, "turned_away_per_day", "ward") == 0
    assert value(result, "share_waiting", "ward") == 1, "of Dan, Gus and Hal"
    assert value(result, "wait_days", "ward") == pytest.approx(12.25 / 3), "Bob, Dan and Gus"
    assert value(result, "outlier_days", "frailty") == pytest.approx(3 * year)
    assert value(result, "cost_per_year", body="NHS") == pytest.approx(1600 * year)


def test_days_of_long_stay_before_the_window_count_towards_its_length() -> None:
    result = the_place(warm_up=18)
    assert value(result, "stays_over_7_days") == pytest.approx(1.75 / 2), "Dan, since 9.75"


def test_daily_series_are_the_means_of_each_day(result: Replication) -> None:
    ward, care = 0, 1
    series = result.measured.series
    assert set(series) == set(SERIES)
    assert series["occupied"][ward][:5].tolist() == [0.75, 1, 1, 1, 1]
    assert series["occupied"][care][4:8].tolist() == [0.25 + 0.25, 1, 0.75, 0]
    assert series["reserved"][care][4] == 0.5
    assert series["waiting"][ward][:5].tolist() == [0, 1, 1, 1, 0.75]
    assert series["delayed"][ward][1:5].tolist() == [0, 1, 1, 0.75]
    assert series["delayed_process"][ward][1:5].tolist() == [0, 1, 0, 0]
    assert series["delayed_capacity"][ward][1:5].tolist() == [0, 0, 1, 0.25]
    assert series["delayed_handover"][ward][1:5].tolist() == [0, 0, 0, 0.5]
    assert series["delayed_process"][ward][7:10] == pytest.approx([0.25, 1, 0.25])
    assert np.all(series["capacity"] == 1)


def test_stays_over_n_days_count_the_days_before_the_start() -> None:
    """Ann has waited in the ward for 20 days, and leaves it on day 3."""
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}, "care": {"places": 1}},
            routes={"ward": {"care": 1}, "care": {"home": 1}},
            patients={
                "Ann": nobody_comes("ward", stay={"ward": 1, "care": 1}),
                "Zoe": nobody_comes("care", stay={"care": 1}),
            },
            start={
                "people": [there("care", "Zoe", 3)],
                "waiting": [waits("care", "Ann", 20, setting="ward")],
            },
        ),
        days=10,
    )
    assert value(result, "stays_over_14_days") == pytest.approx(3 / 10)
    assert value(result, "stays_over_21_days") == pytest.approx(2 / 10)
    assert value(result, "delay_days") == pytest.approx(23)


def two_wards(second_is_acute: bool) -> Replication:
    """Ann: ready in A at 2.0, in B from 4.0, ready at 12.0, leaves B at 12.75, then care."""
    transfer = {"hand_over": [{"task": "Transport", "takes": 0.75, "reason": "transport"}]}
    return played(
        by_hand(
            settings={
                "A": {"beds": 1, "acute": True},
                "B": {"beds": 1, "acute": second_is_acute},
                "care": {"places": 1},
            },
            transfers={"go": transfer},
            routes={
                "A": {"B": 1},
                "B": {"care": {"share": 1, "transfer": "go"}},
                "care": {"home": 1},
            },
            patients={
                "Ann": comes("A", 1, 0, stay={"A": 1, "B": 8, "care": 1}),
                "Zoe": comes("B", 0, 0, stay={"B": 4, "care": 1}, routes={"B": {"home": 1}}),
            },
        ),
        days=15,
    )


def test_acute_stays_that_follow_one_another_are_one_spell() -> None:
    result = two_wards(second_is_acute=True)
    assert path(result, "Ann")[:2] == [("A", 1.0, 4.0), ("B", 4.0, 12.75)]
    assert value(result, "delay_days") == pytest.approx((2 + 0.75 + 0) / 2), "Ann, and Zoe"
    assert value(result, "share_delayed") == 0.5
    assert value(result, "share_left_on_ready_date") == 1, "left B on the day she was ready for it"
    assert value(result, "stays_over_7_days") == pytest.approx((12.75 - 8) / 15)


def test_the_place_counts_delay_in_acute_settings_only() -> None:
    result = two_wards(second_is_acute=False)
    assert value(result, "delayed_bed_days") == pytest.approx(2 * 365 / 15)
    assert value(result, "delay_days") == pytest.approx(2)
    assert value(result, "share_left_on_ready_date") == 0
    assert value(result, "stays_over_7_days") == 0
    assert value(result, "delayed", "B") == pytest.approx(0.75 / 15), "which appears by setting"


@pytest.mark.parametrize(
    ("takes", "same_date"), [("11 hours", 1.0), ("12 hours", 0.0), (0.25, 1.0), (1, 0.0)]
)
def test_left_on_the_ready_date_counts_calendar_dates(takes: object, same_date: float) -> None:
    transport = {"task": "Transport", "takes": takes, "reason": "transport"}
    result = played(
        by_hand(
            settings={"ward": {"beds": 1, "acute": True}},
            transfers={"go": {"hand_over": [transport]}},
            routes={"ward": {"home": {"share": 1, "transfer": "go"}}},
            patients={"Ann": comes("ward", 1, 12, stay={"ward": 2})},
        )
    )
    assert value(result, "share_left_on_ready_date") == same_date
    assert value(result, "share_delayed") == 1


def test_an_outlier_in_an_acute_setting_who_moves_has_one_spell() -> None:
    result = played(
        by_hand(
            settings={
                "ward": {"beds": 1, "acute": True, "overflow": ["near"], "returns": "yes"},
                "near": {"beds": 1, "acute": True},
            },
            routes={"ward": {"home": 1}, "near": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 4}),
                "Bob": comes("ward", 1, 6, stay={"ward": 12}),
            },
        )
    )
    assert path(result, "Bob") == [("near", 1.25, 4.25), ("ward", 4.25, 13.25)]
    spells = [row for row in result.measured.rows if row.measure == "delay_days"]
    assert spells[0].denominator == 2, "two people left acute care"
    assert value(result, "stays_over_7_days") == pytest.approx((13.25 - 8.25) / 20)
    assert value(result, "admitted_per_day", "ward") == 2 / 20, "Ann, and Bob when he moved"
    assert value(result, "wait_days", "ward") == 0
