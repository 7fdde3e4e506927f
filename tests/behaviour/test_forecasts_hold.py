"""The bands of a forecast hold what then happens, as often as they say."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.forecast import MIDNIGHT, band, count_days, days_of_run, load_courses
from sim.flow.model import simulate
from sim.measures.state import state_of
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.place.start_file import write_start
from tests.unit.experiment.test_state_and_forecast import written

DAYS, RUNS, EVERY, STATES, PLACES = 14, 39, 23, 20, 10
"""20 states, 23 days apart, of each of 10 runs: 200 trials, on every day of the week."""


@pytest.mark.slow
def test_bands_hold_the_people_delayed_in_9_to_9_9_of_10_trials(tmp_path: Path) -> None:
    """From the list of a day in the middle of a run whose next days are known."""
    file = written(tmp_path)
    place = load_place(file)
    plan = make_plan(place)
    held, off = [], []
    for number in range(PLACES):
        whole = EVERY * (STATES + 4) + DAYS + 45
        run = simulate(plan, draw_cohort(plan, whole, 11, number, 100_000), whole)
        stays = stays_of(run)
        for state in range(STATES):
            day = EVERY * (state + 4)
            today = tmp_path / "today.csv"
            write_start(today, (vars(person) for person in state_of(run, stays, float(day))))
            then = place.start_date + timedelta(days=day)
            from_today = make_plan(load_courses(file, today, [], DAYS, then)[0].place)
            runs = [days_of_run(from_today, DAYS, 5, 100 * number + i) for i in range(RUNS)]
            coming = np.array(runs)[:, 0, MIDNIGHT]
            truth = count_days(run, day, DAYS)[0, MIDNIGHT]
            low, high = band(coming, 0.95)
            held.append((low <= truth) & (truth <= high))
            off.append(coming.mean(axis=0) - truth)
    by_day = np.mean(held, axis=0)
    assert 0.90 <= by_day.mean() <= 0.99, by_day
    assert by_day.min() >= 0.86, by_day
    # Nor is it always too high, or always too low: within 3 standard errors, and what starts late.
    errors = np.array(off)
    spread = errors.std(axis=0) / np.sqrt(len(errors))
    assert np.all(np.abs(errors.mean(axis=0)) < 3 * spread + 0.5), errors.mean(axis=0)
