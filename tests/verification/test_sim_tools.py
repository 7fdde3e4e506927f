"""The number of replications is that of sim-tools, where its rule and ours are the same."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from sim_tools.output_analysis import ReplicationsAlgorithm

from sim.experiment.benchmarks import Tolerance
from sim.experiment.precision.precision import first_narrow

SERIES_OF_EACH = 8
BUDGET = 90
"""Above a hundred replications sim-tools looks further ahead; ours does not."""

SERIES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "normal": lambda random: random.normal(100, random.uniform(2, 40), 200),
    "skew": lambda random: random.gamma(random.uniform(0.5, 8), 5.0, 200),
    "trending": lambda random: np.linspace(80, 100, 200) + random.normal(0, 8, 200),
    "rare jumps": lambda random: 50 + 200 * (random.random(200) < 0.3) + random.random(200),
}


class Made:
    """A model whose replications are given."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def single_run(self, replication_number: int) -> dict[str, float]:
        return {"measure": float(self.values[replication_number])}


def theirs(values: np.ndarray, share: float, look_ahead: int) -> int | None:
    rule = ReplicationsAlgorithm(
        half_width_precision=share, look_ahead=look_ahead, replication_budget=BUDGET
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        numbers, _ = rule.select(Made(values), ["measure"])
    found = numbers["measure"]
    # Past its budget it still names the last number that began to be enough, though not looked at
    # any further: that is none.
    return None if found is None or found > BUDGET else int(found)


@pytest.mark.parametrize("look_ahead", [0, 5])
@pytest.mark.parametrize("name", SERIES)
def test_the_same_series_is_ended_at_the_same_replication(name: str, look_ahead: int) -> None:
    found = []
    for seed in range(SERIES_OF_EACH):
        values = SERIES[name](np.random.default_rng(seed))
        for share in (0.05, 0.1, 0.2):
            schedule = range(3, BUDGET + look_ahead + 1)
            ours = first_narrow(
                values, np.ones(len(values)), Tolerance(share=share), schedule, look_ahead
            )
            assert ours == theirs(values, share, look_ahead), (seed, share)
            found.append(ours)
    assert len(set(found)) > 3, "they end at many different numbers"
