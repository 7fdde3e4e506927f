"""Experiments in which no scenario does anything: the same small place on seeds of its own.

``python -m tests.behaviour.null_experiments 1000`` makes every experiment of runs of its own, and
says how often any of its scenarios is shown to differ. 40,000 runs take some ten minutes. A second
number is how many experiments are passed over, for a study of others.
"""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.experiment.making.replicate import replicate
from sim.experiment.scores import Scores, key_of
from sim.experiment.summary import comparison_table
from sim.patients.plan import make_plan
from tests.places import a_place

KEYS = (key_of("delayed_bed_days"), key_of("share_waiting", "ward"), key_of("wait_days", "care"))
"""A sum and two ratios."""
SCENARIOS = ("now", "a", "b", "c", "d")
BASELINES = {name: None if name == "now" else "now" for name in SCENARIOS}
REPLICATIONS = 8
RUNS = len(SCENARIOS) * REPLICATIONS

Floats = NDArray[np.float64]


def make_runs(numbers: Sequence[int]) -> Floats:
    """A small place whose ward is held up by care; shape (2, measures, runs)."""
    place = a_place(
        settings={
            "ward": {"beds": 3, "acute": True},
            "care": {"places": 2, "stay": {"exponential": {"mean": 2.0}}},
        },
        routes={"ward": {"home": "rest", "care": 0.5}, "care": {"home": 1}},
        patients={
            "all": {
                "arrives_at": "ward", "per_day": 1.2,
                "stay": {"ward": {"exponential": {"mean": 1.5}}},
            }
        },
    )  # fmt: skip
    plan = make_plan(place)
    values = np.zeros((2, len(KEYS), len(numbers)))
    for n, number in enumerate(numbers):
        rows = replicate(plan, 15, 5, seed=number, replication=0).measured.rows
        found = {
            key_of(row.measure, row.setting): row for row in rows
            if not (row.group or row.reason or row.body or row.part or row.team)
        }  # fmt: skip
        for k, key in enumerate(KEYS):
            values[:, k, n] = found[key].numerator, found[key].denominator
    return values


def shown_in(runs: Floats) -> tuple[Sequence[bool], Sequence[bool]]:
    """Whether an experiment of these runs shows any difference, by measure.

    First as corrected, then by any interval that leaves out 0. Shape (2, measures, RUNS).
    """
    parts = np.split(runs, len(SCENARIOS), axis=2)
    keys = {key: n for n, key in enumerate(KEYS)}
    scores = {
        name: Scores(keys, part[0], part[1]) for name, part in zip(SCENARIOS, parts, strict=True)
    }
    table = comparison_table(scores, BASELINES, dict.fromkeys(SCENARIOS, ()))
    outside = (table["low"] > 0) | (table["high"] < 0)
    corrected, plain = [], []
    for key in KEYS:
        mine = (table["measure"] == key[0]) & (table["setting"] == key[1])
        corrected.append(bool((table["p_holm"][mine] < 0.05).any()))
        plain.append(bool(outside[mine].any()))
    return corrected, plain


def main(experiments: int, begin: int = 0) -> None:
    """Say how often any scenario is shown to differ, each experiment of its own runs."""
    numbers = range(begin, begin + experiments)
    found = [shown_in(make_runs(range(n * RUNS + 1, (n + 1) * RUNS + 1))) for n in numbers]
    corrected, plain = (np.mean([each[i] for each in found], axis=0) for i in (0, 1))
    for key, ours, without in zip(KEYS, corrected, plain, strict=True):
        print(f"{key[0]}: {ours:.2%} of {experiments} by Holm, {without:.2%} by single intervals")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
