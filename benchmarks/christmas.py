"""Christmas in Exampleshire beside the national series: a figure and its table.

Held out from the fit of the place. Run it with ``python -m benchmarks.christmas``; it writes
docs/images/christmas.png and prints the table. Needs some minutes.

The national line is the mean of the winters of 2022, 2023 and 2024, each as a share of its own
mean from 8 to 14 December. Source: NHS England, acute daily discharge situation report (people who
no longer meet the criteria to reside and remain at the end of the day).
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from sim.experiment.study import load_experiment
from sim.flow.model import simulate
from sim.measures.delays import acute_spells, waits_to_leave
from sim.measures.national import midnights
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan

ROOT = Path(__file__).parents[1]
EXPERIMENT = ROOT / "experiments" / "christmas.yaml"
FIRST, DAYS, BASE = date(2025, 12, 8), 36, 7
NATIONAL = (
    0.993, 0.994, 0.996, 0.999, 1.011, 1.003, 1.003, 0.997, 0.991, 0.995, 0.993, 0.991,
    0.972, 0.956, 0.930, 0.881, 0.845, 0.854, 0.853, 0.881, 0.912, 0.923, 0.945, 0.955,
    0.925, 0.948, 0.978, 1.011, 1.028, 1.036, 1.039, 1.050, 1.046, 1.055, 1.055, 1.054,
)  # fmt: skip
"""Remaining from 8 December on, as a share of the mean of the first seven days."""


study_of = cache(load_experiment)


def one(job: tuple[str, int]) -> np.ndarray:
    """Remaining at the end of each day of one run."""
    name, number = job
    study = study_of(EXPERIMENT)
    scenario, experiment = study.scenarios[name], study.experiment
    plan = make_plan(scenario.place, scenario.phases)
    cohort = draw_cohort(plan, experiment.days, experiment.seed, number, 10**6)
    run = simulate(plan, cohort, experiment.days)
    stays = stays_of(run)
    waits = waits_to_leave(run, stays, acute_spells(run, stays))
    start = (FIRST - scenario.place.start_date).days
    return np.array(
        [
            midnights(waits.ready_at, waits.left_at, day + 1, day + 1).sum()
            for day in range(start, start + DAYS)
        ]
    )


def main(replications: int) -> None:
    """Run both scenarios, print the table, draw the figure."""
    names = list(load_experiment(EXPERIMENT).scenarios)
    jobs = [(name, number) for name in names for number in range(replications)]
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(one, jobs))
    remaining = {
        name: np.array([row for (each, _), row in zip(jobs, rows, strict=True) if each == name])
        for name in names
    }
    print("date        national  " + "  ".join(f"{name:>22}" for name in names))
    shares = {}
    for name, values in remaining.items():
        share = values / values[:, :BASE].mean()
        shares[name] = share.mean(axis=0), 1.96 * share.std(axis=0, ddof=1) / replications**0.5
    for day in range(DAYS):
        cells = "  ".join(
            f"{shares[name][0][day]:13.3f} ± {shares[name][1][day]:6.3f}" for name in names
        )
        print(f"{FIRST + timedelta(day)}  {NATIONAL[day]:8.3f}  {cells}")
    draw(shares)


def draw(shares: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """The figure: both scenarios with intervals, and the national line."""
    import matplotlib.pyplot as plt

    days = [FIRST + timedelta(day) for day in range(DAYS)]
    figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
    for (name, (mean, half)), colour, style in zip(
        shares.items(), ("#0072B2", "#D55E00"), ("-", "--"), strict=True
    ):
        axes.plot(days, mean, style, color=colour, label=f"Exampleshire: {name}")
        axes.fill_between(days, mean - half, mean + half, color=colour, alpha=0.2, linewidth=0)
    axes.plot(days, NATIONAL, ":", color="black", label="England, mean of 2022 to 2024")
    axes.axvline(date(2025, 12, 25), color="grey", linewidth=0.8)
    axes.set_ylabel("Remaining at the day's end\n(share of the mean of 8 to 14 December)")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(ROOT / "docs" / "images" / "christmas.png", dpi=110)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
