"""The bands of a forecast hold what then happens, as often as they say."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.forecast import MIDNIGHT, band, count_days, days_of_run, load_courses
from sim.experiment.state import find_state
from sim.flow.model import simulate
from sim.measures.state import state_of
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from sim.place.load import load_place
from sim.place.start_file import write_start
from tests.unit.experiment.test_state_and_forecast import written

DAYS, RUNS, EVERY, STATES, PLACES = 14, 39, 23, 20, 4
"""20 states, 23 days apart, of each of 4 runs: 80 trials, on every day of the week.

``benchmarks/forecast_coverage.py`` makes as many as one likes, of any place.
"""


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


@pytest.mark.slow
def test_a_run_from_a_typical_state_goes_on_where_the_runs_it_is_of_would(tmp_path: Path) -> None:
    """No drift: the weeks after the start are those after the same day of long runs."""
    file = written(tmp_path)
    place, day, weeks, number = load_place(file), 140, 4, 60
    today = tmp_path / "today.csv"
    people = find_state(place, day, number, seed=21)
    write_start(today, (vars(person) for person in people))
    then = place.start_date + timedelta(days=day)
    plan, days = make_plan(place), 7 * weeks
    from_start = make_plan(load_courses(file, today, [], days, then)[0].place)
    long, begun = [], []
    for replication in range(number):
        whole = day + days
        run = simulate(plan, draw_cohort(plan, whole, 22, replication, 100_000), whole)
        long.append(count_days(run, day, days)[:, MIDNIGHT])
        begun.append(days_of_run(from_start, days, 23, replication)[:, MIDNIGHT])
    for row, name in enumerate(("delayed", *place.settings)):
        for week in range(weeks):
            part = slice(7 * week, 7 * week + 7)
            one, other = (
                np.array([each[row, part].mean() for each in runs]) for runs in (long, begun)
            )
            # A typical state is itself a sample of these runs, so it has an error like theirs.
            near = 3.5 * np.sqrt((2 * one.var() + other.var()) / number) + 0.5
            assert abs(one.mean() - other.mean()) < near, (name, week, one.mean(), other.mean())
