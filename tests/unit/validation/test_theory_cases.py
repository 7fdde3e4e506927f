"""Every case of theory can be run, and reads as many numbers as theory gives.

Whether they agree takes many runs: ``tests/published/test_validation.py``.
"""

import math

import pytest

from sim.experiment.making.replicate import replicate
from sim.patients.plan import make_plan
from sim.validation.case import Case
from sim.validation.theory.networks import networks
from sim.validation.theory.over_time import over_time
from sim.validation.theory.queues import queues
from sim.validation.theory.teams import teams

CASES = [case for room in (queues, networks, over_time, teams) for case in room(True)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_run_gives_a_number_for_each_figure(case: Case) -> None:
    (trial,) = case.trials
    pairs = trial.read(replicate(make_plan(trial.place), trial.days, trial.warm_up, trial.seed, 0))
    assert len(pairs) == len(trial.figures)
    for (top, bottom), figure in zip(pairs, trial.figures, strict=True):
        assert bottom == 1
        assert math.isfinite(top)
        assert 0 <= top < 4 * figure.value + 10, figure.title


def test_no_two_cases_share_a_name_or_their_luck() -> None:
    assert len({case.key for case in CASES}) == len(CASES)
    assert len({case.trials[0].seed for case in CASES}) == len(CASES)
