"""Ours agrees with a figure within its tolerance, or within what chance makes likely."""

import math

import pytest

from sim.experiment.agreement import Agreement
from sim.experiment.benchmarks import Tolerance


def beside(mean: float, error: float, within: Tolerance, published: float = 0.0) -> Agreement:
    return Agreement(10.0, mean, error, within, published)


@pytest.mark.parametrize(
    ("mean", "error", "agrees"),
    [(10.9, 0.0, True), (11.1, 0.0, False), (11.1, 0.6, True), (11.3, 0.6, False)],
)
def test_a_size_is_widened_only_by_two_standard_errors(
    mean: float, error: float, agrees: bool
) -> None:
    assert beside(mean, error, Tolerance(size=1.0)).agrees is agrees


def test_standard_errors_are_those_of_the_difference() -> None:
    both = beside(11.4, 0.3, Tolerance(standard_errors=3.0), published=0.4)
    assert both.combined == pytest.approx(0.5)
    assert both.tolerance == pytest.approx(1.5)
    assert both.errors_apart == pytest.approx(2.8)
    assert both.agrees
    assert not beside(11.4, 0.3, Tolerance(standard_errors=3.0)).agrees


def test_what_is_sure_on_both_sides_has_to_be_the_same() -> None:
    assert beside(10.0, 0.0, Tolerance(standard_errors=3.0)).errors_apart == 0
    assert beside(10.1, 0.0, Tolerance(standard_errors=3.0)).errors_apart == math.inf
    assert beside(10.1, 0.0, Tolerance(standard_errors=3.0)).prob_false_alarm == 0


def test_precise_is_half_the_tolerance() -> None:
    assert beside(10.0, 0.4, Tolerance(size=1.0)).is_precise
    assert not beside(10.0, 0.6, Tolerance(size=1.0)).is_precise


def test_a_wide_tolerance_hardly_ever_alarms_falsely() -> None:
    narrow, wide = (beside(10, 0.5, Tolerance(size=size)) for size in (0.1, 2.0))
    assert narrow.prob_false_alarm == pytest.approx(0.0455, abs=1e-4)  # two standard errors
    assert wide.prob_false_alarm < 1e-4
