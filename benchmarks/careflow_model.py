"""The workload in careflow: the place of ``reference.yaml``, and the whole of a replication.

Timed are the cohort, the model with its log, the self-checks and the measures; not the reading of
the YAML, and not the results file, which no other engine here writes.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import workload as w
from sim.experiment.making.replicate import Replication, replicate
from sim.patients.plan import Plan, make_plan
from sim.place.load import load_place
from sim.place.schema import Place

REFERENCE = Path(__file__).with_name("reference.yaml")


def run(seed: int, scale: int = 1, days: int = w.DAYS, warm_up: int = w.WARM_UP) -> w.Result:
    return result(replicate(plan_of(scale), days - warm_up, warm_up, seed, 0), warm_up)


@lru_cache(maxsize=1)
def plan_of(scale: int) -> Plan:
    """What all replications share, of the place at so many times its size."""
    return make_plan(scaled(load_place(REFERENCE), scale))


def scaled(place: Place, scale: int) -> Place:
    """The place with its arrivals and its spaces multiplied."""

    def times(model: Any, field: str) -> Any:
        number = getattr(model, field)
        if number is None:
            return model
        more = number.model_copy(update={"value": number.value * scale})
        return model.model_copy(update={field: more})

    return place.model_copy(
        update={
            "settings": {
                name: times(times(setting, "beds"), "places")
                for name, setting in place.settings.items()
            },
            "patients": {name: times(group, "per_day") for name, group in place.patients.items()},
        }
    )


def result(replication: Replication, warm_up: int) -> w.Result:
    """The workload's results, from the measures and from the stays."""
    plan, stays = replication.run.plan, replication.measured.stays
    numbers = {
        (row.measure, row.setting): row.numerator / row.denominator
        for row in replication.measured.rows
        if row.measure in ("occupied", "delayed")
    }
    left = (stays.setting == plan.settings.index("acute")) & (stays.left_at >= warm_up)
    left &= np.isfinite(stays.left_at)
    delay = stays.left_at[left] - stays.ready_at[left]
    pathway = np.array([route.pathway or "" for route in plan.routes])[stays.route[left]]
    return w.Result(
        occupied_acute=numbers["occupied", "acute"],
        occupied_p1=numbers["occupied", "P1"],
        occupied_p2=numbers["occupied", "P2"],
        delayed=numbers["delayed", "acute"],
        delay_p1=float(delay[pathway == "P1"].mean()),
        delay_p2=float(delay[pathway == "P2"].mean()),
        delay_p3=float(delay[pathway == "P3"].mean()),
        left=int(left.sum()),
        patients=len(replication.run.cohort.group),
    )
