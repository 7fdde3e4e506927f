"""A transfer is worked out in one of two ways, and nobody can tell which from the results."""

from typing import Any

import pytest

from sim.place.schema import Place
from tests.places import a_place, run


def a_place_with(task: dict[str, Any]) -> Place:
    """A ward whose people all need the same transfer, its second task written in one way."""
    return a_place(
        settings={
            "ward": {"beds": 30, "acute": True, "stay": {"lognormal": {"mean": 6, "sd": 5}}},
            "care": {
                "places": 40,
                "stay": {"lognormal": {"mean": 18, "sd": 10}},
                "admits": {"days": "mon-fri", "from": "09:00", "to": "17:00"},
            },
        },
        transfers={
            "leave": {
                "arrange": [
                    {"task": "look", "takes": {"exponential": {"mean": 1}},
                     "reason": "therapy-review"},
                    {"task": "refer", "takes": {"exponential": {"mean": 1}},
                     "reason": "needs-and-pathway", **task},
                ],
                "hand_over": [{"task": "drive", "takes": "3 hours", "reason": "transport"}],
            }
        },
        routes={
            "ward": {
                "home": {"share": 0.5, "pathway": "P0", "transfer": "leave"},
                "care": {"share": 0.5, "pathway": "P1", "transfer": "leave"},
            },
            "care": {"home": 1},
        },
        patients={"people": {"arrives_at": "ward", "per_day": 3.6}},
    )  # fmt: skip


def measures(place: Place) -> dict[tuple[str, ...], tuple[float, float]]:
    return {
        (row.measure, row.setting, row.reason, row.body, row.part): (row.numerator, row.denominator)
        for row in run(place, days=200, warm_up=20).measured.rows
    }


@pytest.mark.parametrize(
    "task",
    [{"prob": 1}, {"after": ["look"]}, {"valid_for": "1 days"}, {"only_for": ["people"]}],
    ids=str,
)
def test_a_process_with_no_team_gives_the_results_of_a_plain_transfer(task: dict[str, Any]) -> None:
    plain, process = a_place_with({}), a_place_with(task)
    assert plain.transfers["leave"].is_plain
    assert not process.transfers["leave"].is_plain
    expected, found = measures(plain), measures(process)
    assert found.keys() == expected.keys()
    for name, pair in expected.items():
        assert found[name] == pytest.approx(pair, rel=1e-9, abs=1e-9), name
    assert expected["delayed_bed_days", "", "", "", ""][0] > 1000
