"""P1 by visits: by hand, and as the published rules have it, person by person."""

import numpy as np
import pytest

from sim.place.schema import Place
from tests.places import a_place, run, value
from tests.published.ipacs_rules import Person, first_days
from tests.unit.flow.by_hand import by_hand, comes, path, played

NEED = {"first": 4, "last": 1}


def test_three_people_worked_out_by_hand() -> None:
    """7 visits a day; each needs 4 at first and 1 at the end, a step less each midnight.

    Ann comes at 0.00 and stays 3 days: 4 on day 0, 3 on day 1, 2 on day 2.
    Bob comes at 0.25 and stays 3 days. On day 0 3 are free, too few. On day 1 Ann has 3, so 4 are
    free: he begins at 1.00, and has 4, 3, 2.
    Cat comes at 0.50 and stays a day and a half. On day 1 all 7 are used; on day 2 Ann has 2 and
    Bob 3, so 2 are free. On day 3 Ann has gone and Bob has 2, so 5 are free: she begins at 3.00,
    has 4, and then 1 for the half day to 4.50.

    Visits: 4, 3 + 4, 2 + 3, 2 + 4, 0.5. In care: 3 + 3 + 1.5 days. Waits: 0, 0.75, 2.5 days.
    """
    result = played(
        by_hand(
            settings={"care": {"visits_per_day": 7, "need": NEED}},
            routes={"care": {"home": 1}},
            patients={
                "Ann": comes("care", 0, 0, stay={"care": 3}),
                "Bob": comes("care", 0, 6, stay={"care": 3}),
                "Cat": comes("care", 0, 12, stay={"care": 1.5}),
            },
        ),
        days=10,
    )
    assert path(result, "Ann") == [("care", 0.0, 3.0)]
    assert path(result, "Bob") == [("care", 1.0, 4.0)]
    assert path(result, "Cat") == [("care", 3.0, 4.5)]
    assert value(result, "care_per_day", "care") == pytest.approx((4 + 7 + 5 + 6 + 0.5) / 10)
    assert value(result, "occupied", "care") == pytest.approx((3 + 3 + 1.5) / 10)
    assert value(result, "waiting", "care") == pytest.approx((0.75 + 2.5) / 10)
    assert value(result, "wait_days", "care") == pytest.approx((0 + 0.75 + 2.5) / 3)


def test_three_people_by_the_published_rule_worked_out_by_hand() -> None:
    """7 visits a day; all come on day 0, and need 4, 2.5, 1 or, for two days, 4, 1.

    Ann begins on day 0. Bob: day 0 has 3 free; day 1 has 4.5: he begins there. Cat: day 1 has 0.5
    free, day 2 has 7 - 1 - 2.5 = 3.5, day 3 has 7 - 1 = 6: she begins there.
    """
    three, two = np.array([4, 2.5, 1]), np.array([4.0, 1.0])
    began, used = first_days(7, [Person(0, three), Person(0, three), Person(0, two)], 6)
    assert began == [0, 1, 3]
    assert used.tolist() == [4, 6.5, 3.5, 5, 1, 0]


def taken_on_once_a_day(lengths: list[list[int]], visits: int) -> Place:
    """People who come each day and stay whole days, and a service that takes on at 23:00.

    A stay of n days ends half an hour after the hour of the n-th day at which others are taken on.
    """
    dates: dict[int, list[str]] = {}
    for day, stays in enumerate(lengths):
        for stay in stays:
            at = np.datetime64("2024-01-01") + day
            dates.setdefault(stay, []).append(str(at))
    hours = {"days": "every day", "from": "23:00", "to": "23:15"}
    return a_place(
        settings={"care": {"visits_per_day": visits, "need": NEED, "admits": [hours]}},
        routes={"care": {"home": 1}},
        patients={
            f"{stay} days": {
                "arrives_at": "care",
                "arrival_dates": on,
                "by_hour": [1.0] * 23 + [0.0],
                "stay": {"care": stay - 1 + 1 / 48},
            }
            for stay, on in dates.items()
        },
    )


@pytest.mark.parametrize("visits", [20, 31, 60])
def test_where_people_are_taken_on_once_a_day_each_starts_when_the_published_rule_says(
    visits: int,
) -> None:
    """As needs never rise, a first day that fits is a whole run of visits that fits."""
    rng = np.random.default_rng(visits)
    lengths = [
        np.minimum(np.ceil(rng.lognormal(1.5, 0.9, rng.poisson(3))), 30).astype(int).tolist()
        for _ in range(60)
    ]
    result = run(taken_on_once_a_day(lengths, visits), days=150)
    log, groups = result.measured.stays, result.run.plan.groups
    rows = np.argsort(log.asked_at)
    people = [
        Person(int(log.asked_at[row]), np.linspace(4, 1, int(groups[log.group[row]].split()[0])))
        for row in rows
    ]
    began, used = first_days(visits, people, 150)
    assert np.floor(log.admitted_at[rows]).tolist() == began
    assert used.max() <= visits
    assert (np.array(began) > [one.day for one in people]).any(), "somebody waits"
