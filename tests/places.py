"""Small places to test with, and how to run them."""

from sim.experiment.making.replicate import Replication, replicate
from sim.patients.plan import make_plan
from sim.place.schema import Place
from sim.validation.case import a_place, one_ward
from sim.validation.case import measured as value

__all__ = ["a_place", "one_ward", "run", "value"]


def run(
    place: Place, days: int = 100, warm_up: int = 0, seed: int = 1, number: int = 0
) -> Replication:
    """One replication."""
    return replicate(make_plan(place), days, warm_up, seed, number)
