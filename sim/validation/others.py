"""What an independent simulator says of the same places, where one is installed."""

import importlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

PLACES = {True: 20, False: 200}
"""How many random places are compared: in the quick form, and in the full one."""
SEED = 1


@dataclass(frozen=True)
class Independent:
    """The comparison with another simulator in numbers, or why there is none."""

    said: str
    alarms: tuple[str, ...] = ()


def independent(quick: bool, workers: int) -> Independent:
    """Compare random places with Ciw, another simulator of queues, if it is installed."""
    if find_spec("ciw") is None or find_spec("sim.validation.independent") is None:
        return Independent("Not compared here: Ciw, another simulator, is not installed.")
    compare = importlib.import_module("sim.validation.independent").compare_with_ciw
    found: Any = compare(PLACES[quick], SEED, workers)
    alarms = tuple(
        f"Ciw: place {row.place}, {row.measure} in {row.setting}: ours {row.ours:.4g}, theirs "
        f"{row.theirs:.4g}"
        for row in found.alarms
    ) + tuple(f"Ciw: {each.measure}, {each.feature}" for each in found.alarms_together)
    return Independent(
        f"{len(found.places)} random places were run in Ciw too: {len(found.rows)} numbers "
        f"compared, {len(alarms)} alarms. The chance of any alarm, were all the same, is 5%.",
        alarms,
    )
