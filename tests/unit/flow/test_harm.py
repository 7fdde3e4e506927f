"""Harm while waiting, and readmission: each at the very instant that chance had settled."""

from typing import Any

import numpy as np
import pytest

from sim.experiment.making.replicate import Replication
from sim.flow.log import REROUTED, UNWELL_AGAIN
from sim.patients.ways import DIES, NEEDS_MORE, READMITTED, UNWELL
from tests.places import run, value
from tests.unit.flow.by_hand import by_hand, comes, delayed_days, jobs, path, played, stays

PEOPLE = [f"p{i:02}" for i in range(40)]
REVIEW = {"task": "Review", "team": "therapy", "works_for": "12 hours", "reason": "therapy-review",
          "starts": "when ready"}  # fmt: skip


def waiting(harm: dict[str, Any], days: int = 20, **more: Any) -> Replication:
    """Forty people, ready on day 1, whose care home never has a place; a nursing home has."""
    return played(
        by_hand(
            settings={
                "ward": {"beds": 40, "acute": True},
                "care": {"places": 0, "stay": 1},
                "nursing": {"places": "unlimited", "stay": 3},
            },
            exits={"home": {}, "died": {"death": True}},
            teams={"therapy": {"staff": 99}},
            transfers={"go": {"arrange": [REVIEW]}},
            routes={
                "ward": {
                    "P2": {"share": 1, "to": "care", "pathway": "P2", "transfer": "go"},
                    "P3": {"share": 0, "to": "nursing", "pathway": "P3"},
                },
                "care": {"home": 1},
                "nursing": {"home": 1},
            },
            patients={name: comes("ward", 0, 0, stay={"ward": 1}) for name in PEOPLE},
            harm=harm,
            **more,
        ),
        days=days,
    )


def drawn(result: Replication, kind: int) -> dict[str, float]:
    """For each person, after how many days of the first delay the harm would come."""
    rows, first = result.run.cohort.branches, result.run.cohort.first_visit
    return {
        result.run.plan.groups[int(result.run.cohort.group[person])]: float(days)
        for visit, each, days in zip(rows.visit, rows.kind, rows.days, strict=True)
        for person in np.flatnonzero(first[:-1] == visit).tolist()
        if each == kind
    }


def someone(result: Replication, kind: int, least: float) -> tuple[str, float]:
    """Somebody to whom it happens after so many days or more, but well before the end."""
    return next(
        (name, days) for name, days in drawn(result, kind).items() if least < days < least + 3
    )


def unwell(arrangements: str) -> Replication:
    return waiting({"unwell_again": {"per_day": 0.5, "stay": 2, "arrangements": arrangements}})


def test_who_becomes_unwell_needs_treatment_again_in_the_same_bed() -> None:
    result = unwell("lapse")
    name, days = someone(result, UNWELL, least=1)
    first, again = [stay for stay in stays(result, name) if stay.admitted is not None][:2]
    at = pytest.approx(1 + days, abs=1e-8)
    assert (first.ready, first.left) == (1.0, at)
    assert (again.admitted, again.ready) == (at, pytest.approx(3 + days, abs=1e-8))
    log = result.measured.stays
    assert np.sum(log.came == UNWELL_AGAIN) >= len(PEOPLE)


def test_treatment_again_is_no_delay() -> None:
    result = unwell("lapse")
    log = result.measured.stays
    acute = (log.setting == 0) & np.isfinite(log.admitted_at)
    ends = np.minimum(log.left_at[acute], 20)
    delay = (ends - np.minimum(log.ready_at[acute], ends)).sum()
    assert value(result, "delayed_bed_days") == pytest.approx(delay * 365 / 20)
    treated = 20 * 40 - delay
    assert treated > 40 * (1 + 2), "the first day of each, and two more for most"


@pytest.mark.parametrize(("arrangements", "reviews"), [("lapse", 2), ("hold", 1)])
def test_what_was_arranged_lapses_or_holds(arrangements: str, reviews: int) -> None:
    result = unwell(arrangements)
    name, days = someone(result, UNWELL, least=1)
    mine = [job for job in jobs(result, "Review", name) if job.due < 3 + days + 0.1]
    assert [job.due for job in mine] == [1.0, round(3 + days, 9)][:reviews]


def test_work_under_way_for_somebody_who_becomes_unwell_is_dropped_and_begun_afresh() -> None:
    for arrangements in ("lapse", "hold"):
        result = unwell(arrangements)
        name, days = next((n, d) for n, d in drawn(result, UNWELL).items() if d < 0.5)
        first, again = jobs(result, "Review", name)[:2]
        assert (first.started, first.done) == (1.0, None)
        assert again.due == round(3 + days, 9)


def test_needing_more_takes_the_heavier_way_without_being_treated_again() -> None:
    result = waiting({"needs_more": {"per_day": 0.5, "routes": {"P2": "P3"}}})
    name, days = someone(result, NEEDS_MORE, least=1)
    at = round(1 + days, 9)
    assert path(result, name)[0][2] == pytest.approx(at)
    assert path(result, name)[-1] == ("nursing", pytest.approx(at), pytest.approx(at + 3))
    log = result.measured.stays
    assert value(result, "harm", part="needed_more") == pytest.approx(
        float(np.sum(log.came == REROUTED)) * 365 / 20
    )
    assert delayed_days(result, "p2-capacity") > 0
    assert delayed_days(result, "p3-capacity") == 0


def test_who_dies_while_waiting_leaves_then_and_is_no_discharge() -> None:
    result = waiting({"dies": {"per_day": 0.5, "exit": "died"}}, days=100)
    name, days = someone(result, DIES, least=0)
    assert path(result, name)[-1][2] == pytest.approx(1 + days)
    log = result.measured.stays
    assert np.all(np.isfinite(log.left_at[(log.setting == 0) & np.isfinite(log.admitted_at)]))
    assert value(result, "discharged_per_day") == 0
    assert len(drawn(result, DIES)) == len(PEOPLE)
    assert value(result, "harm", part="died_waiting") == pytest.approx(40 * 365 / 100)
    (row,) = [row for row in result.measured.rows if row.measure == "drd_share_delayed"
              and not row.setting]  # fmt: skip
    assert row.denominator == 0, "nobody left alive"


def test_the_chance_of_harm_is_the_same_on_each_day_of_delay() -> None:
    place = by_hand(
        settings={"ward": {"beds": "unlimited", "acute": True}, "care": {"places": 0, "stay": 1}},
        exits={"home": {}, "died": {"death": True}},
        routes={"ward": {"care": 1}, "care": {"home": 1}},
        patients={"many": {"arrives_at": "ward", "per_day": 60, "stay": {"ward": 1}}},
        harm={"dies": {"per_day": 0.1, "exit": "died"}},
    )
    result = run(place, days=100)
    log = result.measured.stays
    early = (log.setting == 0) & (log.ready_at < 60) & np.isfinite(log.admitted_at)
    rows = np.flatnonzero(early & (log.came != REROUTED))
    delay = log.left_at[rows] - log.ready_at[rows]
    n = len(rows)
    for days in (1, 5, 10, 20):
        gone = float(np.mean(delay <= days))
        exact = 1 - np.exp(-0.1 * days)
        assert gone == pytest.approx(exact, abs=3.5 * np.sqrt(exact * (1 - exact) / n))


def test_who_does_not_wait_comes_to_no_harm() -> None:
    result = played(
        by_hand(
            settings={"ward": {"beds": 9, "acute": True}, "care": {"places": 9}},
            routes={"ward": {"care": 1}, "care": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 1, "care": 15}),
                "Bob": comes("ward", 0, 0, stay={"ward": 15, "care": 1}),
            },
            harm={"unwell_again": {"per_day": 0.5, "stay": 2}},
        )
    )
    assert path(result, "Ann") == [("ward", 0.0, 1.0), ("care", 1.0, 16.0)]
    assert value(result, "harm", part="unwell_again") == 0


def test_once_the_next_place_is_sure_waiting_for_the_hand_over_does_no_harm() -> None:
    transport = {"task": "Transport", "takes": 12, "reason": "transport"}
    result = played(
        by_hand(
            settings={"ward": {"beds": 9, "acute": True}, "care": {"places": 9, "stay": 1}},
            transfers={"go": {"hand_over": [transport]}},
            routes={"ward": {"care": {"share": 1, "transfer": "go"}}, "care": {"home": 1}},
            patients={name: comes("ward", 0, 0, stay={"ward": 1}) for name in PEOPLE[:9]},
            harm={"unwell_again": {"per_day": 0.5, "stay": 2}},
        )
    )
    assert all(path(result, name)[0] == ("ward", 0.0, 13.0) for name in PEOPLE[:9])


def readmitted(after: float, days: int = 60, prob: float = 1) -> Replication:
    return played(
        by_hand(
            settings={"ward": {"beds": 40, "acute": True, "stay": 1}},
            routes={"ward": {"home": {"share": 1, "pathway": "P0"}}},
            patients={name: comes("ward", 0, 0) for name in PEOPLE},
            harm={"readmitted": {"P0": {"prob": prob, "after": after}}},
        ),
        days=days,
    )


def test_who_is_readmitted_comes_to_the_front_door_again_so_long_after_leaving() -> None:
    result = readmitted(after=5, days=20)
    assert path(result, "p00") == [
        ("ward", 0.0, 1.0), ("ward", 6.0, 7.0), ("ward", 12.0, 13.0), ("ward", 18.0, 19.0)
    ]  # fmt: skip
    assert value(result, "readmitted") == 3 / 4


def test_readmission_is_within_30_days() -> None:
    result = readmitted(after=50)
    assert path(result, "p07")[:2] == [("ward", 0.0, 1.0), ("ward", 31.0, 32.0)]


def test_only_the_drawn_share_comes_back_the_same_people_and_more_at_a_higher_one() -> None:
    def back(prob: float) -> set[str]:
        result = readmitted(after=5, days=10, prob=prob)
        return {name for name in PEOPLE if len(path(result, name)) > 1}

    few, more = back(0.2), back(0.6)
    assert few < more
    assert 1 <= len(few) <= 16
    assert 14 <= len(more) <= 34
    assert set(drawn(readmitted(5, 10, 0.2), READMITTED)) == few


def test_harm_that_nobody_asked_for_changes_nobody() -> None:
    def log(harm: dict[str, Any] | None) -> list[list[Any]]:
        result = waiting(harm, days=15) if harm else waiting({}, days=15)
        return [path(result, name) for name in PEOPLE]

    assert log({}) == log({"unwell_again": {"per_day": 0, "stay": 2}})
