"""What an independent simulator says of the same places, where one is installed."""

from dataclasses import dataclass
from importlib.util import find_spec

from sim.validation.independent import Comparison, compare_with_ciw

PLACES = {True: 20, False: 200}
"""How many random places are compared: in the quick form, and in the full one."""
SEED = 1


@dataclass(frozen=True)
class Independent:
    """The comparison with another simulator in words, or why there is none; and its alarms."""

    said: str
    alarms: tuple[str, ...] = ()


def independent(quick: bool, workers: int) -> Independent:
    """Compare random places with Ciw, another simulator of queues, if it is installed."""
    if find_spec("ciw") is None:
        return Independent("Not compared here: Ciw, another simulator, is not installed.")
    return told(compare_with_ciw(PLACES[quick], SEED, workers))


def told(found: Comparison) -> Independent:
    """A comparison with Ciw in words."""
    alarms = [
        f"Ciw: place {row.place}, {row.measure} in {row.setting}: ours {row.ours:.4g}, theirs "
        f"{row.theirs:.4g}"
        for row in found.alarms
    ]
    alarms += [f"Ciw: {each.measure}, {each.feature}" for each in found.alarms_together]
    if found.stays_that_differ:
        alarms.append(f"Ciw: {found.stays_that_differ} stays of the same people differ")
    stays = sum(place.stays for place in found.places)
    return Independent(
        f"{len(found.places)} random places were run in Ciw too, another simulator: of {stays:,} "
        f"stays of the same people {found.stays_that_differ} differ, and of {len(found.rows):,} "
        f"means of their own draws {len(found.alarms) + len(found.alarms_together)} raise an "
        "alarm. The chance of any such alarm, were all the same, is 5%.",
        tuple(alarms),
    )
