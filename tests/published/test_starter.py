"""The starter place is valid, says that it is made up, and has room without being slack."""

from pathlib import Path

import pytest

import sim.place
from sim.patients.offered_load import offered_load
from sim.place.load import load_place, read_document

STARTER = Path(sim.place.__file__).parent / "starter"
LEVERS = sorted(path.stem for path in (STARTER / "levers").glob("*.yaml"))


def test_the_starter_says_that_its_numbers_are_made_up():
    place = load_place(STARTER / "place.yaml")
    assert "made up" in place.assumptions[0]


def test_every_setting_can_hold_and_the_tightest_are_close_to_full():
    loads = offered_load(load_place(STARTER / "place.yaml"))
    used = [load.utilisation for load in loads]
    assert all(share < 0.95 for share in used)
    assert max(used) > 0.85


@pytest.mark.parametrize("lever", LEVERS)
def test_each_lever_of_the_starter_can_be_laid_over_it_alone(lever):
    document = read_document(STARTER / "levers" / f"{lever}.yaml")
    assert document.tree["lever"] == lever
    changed = load_place(STARTER / "place.yaml", [document])
    assert changed != load_place(STARTER / "place.yaml")


def test_the_levers_of_the_starter_go_together():
    documents = [read_document(STARTER / "levers" / f"{lever}.yaml") for lever in LEVERS]
    load_place(STARTER / "place.yaml", documents)
