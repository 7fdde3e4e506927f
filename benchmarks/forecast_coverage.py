"""How often the bands of a forecast hold what then happens: for any place, by many trials.

    python benchmarks/forecast_coverage.py configs/exampleshire/place.yaml

Each trial takes the state of a place in the middle of a simulated run, as a list kept that day
would have it, and forecasts the next days from that list alone; the run itself says what then
happened. Prints, for each day, the share of trials whose 95% and 80% bands held the people delayed
and the people in acute beds at midnight, and by how much the forecast's mean was off on average.
"""

import argparse
import multiprocessing
import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np

from sim.experiment.forecast import MIDNIGHT, band, count_days, days_of_run, load_courses
from sim.experiment.making.replicate import MAX_PEOPLE
from sim.flow.model import simulate
from sim.measures.state import state_of
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.place.start_file import write_start

BEYOND = 30


def trials_of_run(given: tuple[Path, int, int, int, int, int]) -> list[np.ndarray]:
    """The trials of one simulated run: (truth, forecasts) of delayed and of acute, by day."""
    file, run_number, states, every, days, runs = given
    place = load_place(file)
    plan = make_plan(place)
    first = every * 5
    whole = first + every * states + days + BEYOND
    run = simulate(plan, draw_cohort(plan, whole, 2024, run_number, MAX_PEOPLE), whole)
    stays = stays_of(run)
    acute = np.array([False, *(each.acute for each in place.settings.values())])
    found = []
    for number in range(states):
        day = first + every * number + (number + run_number) % 7
        with tempfile.TemporaryDirectory() as folder:
            today = Path(folder) / "today.csv"
            write_start(today, (vars(person) for person in state_of(run, stays, float(day))))
            then = place.start_date + timedelta(days=day)
            course = load_courses(file, today, [], days, then)[0]
        from_today = make_plan(course.place)
        counts = [count_days(run, day, days)]
        counts += [days_of_run(from_today, days, 7, 1000 * run_number + i) for i in range(runs)]
        each = np.array(counts)[:, :, MIDNIGHT]
        found.append(np.stack((each[:, 0], each[:, acute].sum(axis=1))))
    return found


def coverage(trials: np.ndarray, share: float) -> np.ndarray:
    """Share of trials whose band holds the truth; ``trials`` has shape (trials, 1 + runs, days)."""
    held = []
    for trial in trials:
        low, high = band(trial[1:], share)
        held.append((low <= trial[0]) & (trial[0] <= high))
    return np.mean(held, axis=0)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("place", type=Path)
    asked.add_argument("--trials", type=int, default=200)
    asked.add_argument("--states", type=int, default=20, help="states taken from each run")
    asked.add_argument("--every", type=int, default=21, help="days between them")
    asked.add_argument("--days", type=int, default=14)
    asked.add_argument("--runs", type=int, default=39, help="runs of each forecast")
    asked.add_argument("--workers", type=int, default=1)
    given = asked.parse_args()
    jobs = [
        (given.place, number, given.states, given.every, given.days, given.runs)
        for number in range(given.trials // given.states)
    ]
    found: list[np.ndarray] = []
    with multiprocessing.get_context("spawn").Pool(given.workers) as pool:
        for trials in pool.imap(trials_of_run, jobs):
            found += trials
            both = np.array(found)
            np.set_printoptions(precision=3, suppress=True, linewidth=160)
            for number, name in enumerate(("delayed", "in acute beds")):
                each = both[:, number]
                off = (each[:, 1:].mean(axis=1) - each[:, 0]).mean(axis=0)
                held = [coverage(each, share).mean() for share in (0.95, 0.80)]
                print(
                    f"{name}, {len(found)} trials: 95% bands held {held[0]:.3f}, "
                    f"80% bands {held[1]:.3f}"
                )
                print("   95% by day", coverage(each, 0.95))
                print("   forecast mean less truth", off, flush=True)


if __name__ == "__main__":
    main()
