"""Both national measures, worked out by hand for seven people; day 0 is a Monday.

Ready and left, in one acute ward::

    Ann   2.125 –  2.5     the same date
    Bob   3.5   –  4.25    north
    Cat   5.75  –  9.125   north; a form to 6.75, then no care place until 9.125
    Dan   6.5   –  6.75    came at 6.25: a same-day stay, so outside
    Eve   8.0              died, so outside
    Fay  10.5   –          in hospital since day 2, waits for funding to the end
    Gus  12.5   – 13.75    came at 12.0
"""

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication
from sim.measures.national import BANDS, midnights
from tests.places import value
from tests.unit.flow.by_hand import by_hand, comes, path, played

DAYS = 20
NAMES = ("Ann", "Bob", "Dan", "Fay", "Gus")
TAKES = {"Ann": 0.375, "Bob": 0.75, "Dan": 0.25, "Fay": 30, "Gus": 1.25}


def the_place(warm_up: int = 0) -> Replication:
    def home(name: str) -> dict[str, object]:
        return {"ward": {"home": {"share": 1, "pathway": "P0", "transfer": f"for {name}"}}}

    form = {"task": "Form", "takes": 1, "reason": "referral-to-hub"}
    transfers = {
        f"for {name}": {
            "arrange": [{"task": "Wait", "takes": TAKES[name], "reason": "funding-eligibility"}]
        }
        for name in NAMES
    }
    return played(
        by_hand(
            settings={"ward": {"beds": 20, "acute": True}, "care": {"places": 1}},
            exits={"home": {}, "died": {"death": True}},
            transfers={**transfers, "to care": {"arrange": [form]}},
            routes={"ward": {"home": 1}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 6, stay={"ward": 1.875}, routes=home("Ann")),
                "Bob": comes("ward", 0, 6, stay={"ward": 3.25}, routes=home("Bob"),
                             locality="north"),
                "Cat": comes("ward", 0, 6, stay={"ward": 5.5, "care": 1}, locality="north", routes={
                    "ward": {"care": {"share": 1, "pathway": "P1", "transfer": "to care"}}}),
                "Dan": comes("ward", 6, 6, stay={"ward": 0.25}, routes=home("Dan")),
                "Eve": comes("ward", 6, 0, stay={"ward": 2}, routes={"ward": {"died": 1}}),
                "Fay": comes("ward", 2, 0, stay={"ward": 8.5}, routes=home("Fay")),
                "Gus": comes("ward", 12, 0, stay={"ward": 0.5}, routes=home("Gus")),
                "Zoe": comes("care", 0, 0, stay={"care": 9.125}),
            },
        ),
        DAYS,
        warm_up,
    )  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Replication:
    return the_place()


def test_the_days_are_those_written_above(result: Replication) -> None:
    assert [path(result, name)[0][1:] for name in (*NAMES, "Cat", "Eve")] == [
        (0.25, 2.5), (0.25, 4.25), (6.25, 6.75), (2.0, None), (12.0, 13.75), (0.25, 9.125), (6, 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("newly_ready_per_day", 5 / DAYS),
        ("discharged_per_day", 4 / DAYS),
        # Bob at midnight 4; Cat at 6, 7, 8 and 9; Gus at 13; Fay at 11 to 20.
        ("remaining", (1 + 4 + 1 + 10) / DAYS),
        ("remaining_days", 16 / 5),
        # Days on the list: Ann 1, Bob 2, Cat 5, Gus 2, Fay 10.
        ("share_discharged", 4 / 20),
        ("drd_share_delayed", 3 / 4),
        ("drd_delay_days", (0 + 1 + 4 + 1) / 4),
        ("drd_delay_days_if_delayed", 6 / 3),
        ("discharged_by_noon", 2 / 4),
        ("discharged_by_17", 3 / 4),
    ],
)
def test_a_national_measure_is_what_it_is_by_hand(
    result: Replication, name: str, exact: float
) -> None:
    assert value(result, name) == pytest.approx(exact)


def test_ready_dates_are_given_by_ward_and_locality_too(result: Replication) -> None:
    assert value(result, "drd_share_delayed", "ward") == 3 / 4
    assert value(result, "drd_delay_days", locality="north") == (1 + 4) / 2
    assert value(result, "remaining", locality="north") == pytest.approx(5 / DAYS)
    assert value(result, "newly_ready_per_day", locality="north") == 2 / DAYS


def test_the_bands_count_whole_days_of_those_delayed(result: Replication) -> None:
    found = {name: value(result, "drd_band", part=name) for name, _, _ in BANDS}
    assert found.pop("1 day") == 2 / 3
    assert found.pop("4-6 days") == 1 / 3
    assert set(found.values()) == {0}


def test_the_bands_hold_every_number_of_days_once() -> None:
    for days in range(1, 200):
        assert sum(low <= days <= high for _, low, high in BANDS) == 1


def test_weekdays_stand_against_the_mean_of_all_days(result: Replication) -> None:
    """Three of each weekday but two Sundays: of readiness .25 a day, of discharges .2."""
    newly = {
        d: value(result, "newly_ready_by_weekday", part=d) for d in ("mon", "wed", "thu", "sat")
    }
    assert newly == pytest.approx({"mon": 0, "wed": 1 / 3 / 0.25, "thu": 2 / 3 / 0.25,
                                   "sat": 2 / 3 / 0.25})  # fmt: skip
    gone = {d: value(result, "discharged_by_weekday", part=d) for d in ("wed", "fri", "sun", "tue")}
    assert gone == pytest.approx({"wed": 2 / 3 / 0.2, "fri": 1 / 3 / 0.2, "sun": 1 / 2 / 0.2,
                                  "tue": 0})  # fmt: skip


def test_reasons_are_counted_at_midnight_of_those_seven_days_in_hospital(
    result: Replication,
) -> None:
    """Cat, since 0.25, at midnights 8 and 9; Fay, since 2.0, at 11 to 20; Bob had left by then."""
    assert value(result, "remaining_7_days") == 12 / DAYS
    capacity = value(result, "remaining_7_days", reason="p1-rehabilitation-capacity", body="both")
    assert capacity == 2 / DAYS
    funding = value(result, "remaining_7_days", reason="funding-eligibility", body="both")
    assert funding == 10 / DAYS
    assert value(result, "share_of_reasons", reason="funding-eligibility") == 10 / 12
    assert value(result, "share_of_reasons", part="capacity") == 2 / 12
    groups = [row.numerator for row in result.measured.rows
              if row.measure == "share_of_reasons" and row.part]  # fmt: skip
    assert (sum(groups), len(groups)) == (12, 5)


def test_a_window_has_its_own_lists_and_counts_who_was_on_them_before() -> None:
    result = the_place(warm_up=8)
    assert value(result, "newly_ready_per_day") == 2 / 12
    assert value(result, "discharged_per_day") == 2 / 12
    assert value(result, "remaining") == (1 + 1 + 10) / 12
    assert value(result, "share_discharged") == pytest.approx(2 / (2 + 2 + 10)), "Cat, Gus, Fay"
    assert value(result, "drd_delay_days") == (4 + 1) / 2


def test_somebody_who_goes_on_to_another_acute_ward_is_ready_once_in_the_last() -> None:
    result = played(
        by_hand(
            settings={"A": {"beds": 1, "acute": True}, "B": {"beds": 1, "acute": True}},
            routes={"A": {"B": 1}, "B": {"home": 1}},
            patients={"Ann": comes("A", 0, 6, stay={"A": 0.25, "B": 2.5})},
        )
    )
    assert value(result, "newly_ready_per_day") == 1 / DAYS
    assert value(result, "remaining") == 0
    assert value(result, "drd_share_delayed") == 0


def test_midnights_are_counted_from_the_first_to_the_last() -> None:
    start, end = np.array([0.5, 3.0, 3.2, -4.0]), np.array([np.inf, 3.0, 3.9, 2.5])
    assert midnights(start, end, 1, 5).tolist() == [5, 0, 0, 2]
