"""What is said of doubt about inputs is true where the truth is known."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from sim.experiment.doubt.doubt import Doubt, Indices, Screen
from sim.experiment.doubt.doubt_found import draw, find
from sim.experiment.doubt.doubt_runs import one_at_a_time, run_at
from sim.experiment.doubt.knowing import (
    gains,
    prob_beats,
    prob_best,
    wilson,
    worth_of_all,
    worth_of_one,
)
from sim.experiment.doubt.sensitivity import (
    effects,
    indexed,
    rank_regression,
    screened,
    sobol_indices,
    swings,
)
from sim.experiment.doubt.split import split
from sim.experiment.doubt.unknown_inputs import UnknownInput, latin_hypercube
from tests.unit.experiment.made_up_inputs import answered, even, question

Floats = NDArray[np.float64]

ISHIGAMI = [even(name, -math.pi, math.pi) for name in ("x1", "x2", "x3")]


def ishigami(_: str, x: Mapping[str, float], runs: int) -> Floats:
    """Ishigami and Homma's function with a = 7 and b = 0.1."""
    first = math.sin(x["x1"])
    value = first + 7 * math.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * first
    return np.full(runs, value)


def ishigami_exact() -> tuple[list[float], list[float]]:
    """The function's first-order and total indices, by its closed form."""
    a, b, pi = 7.0, 0.1, math.pi
    one = (1 + b * pi**4 / 5) ** 2 / 2
    two = a**2 / 8
    both = b**2 * pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    return [one / whole, two / whole, 0.0], [(one + both) / whole, two / whole, both / whole]


def test_the_indices_of_ishigamis_function_are_its_own() -> None:
    asked = question(ISHIGAMI, ["as it is"])
    came = answered(indexed(asked, Indices(method="sobol", points=2048), 1), ishigami)
    found = sobol_indices(ISHIGAMI, came[0, 0].mean(axis=1))
    assert found is not None
    first, total = ishigami_exact()
    assert [each.first.value for each in found] == pytest.approx(first, abs=0.02)
    assert [each.total.value for each in found] == pytest.approx(total, abs=0.02)


def linear(_: str, x: Mapping[str, float], runs: int) -> Floats:
    return np.full(runs, 4 * x["a"] - 2 * x["b"] + x["c"])


LINEAR = [even(name, 0, 1) for name in ("a", "b", "c", "d")]


def linear_and_idle(name: str, x: Mapping[str, float], runs: int) -> Floats:
    return linear(name, x, runs) + 0 * x["d"]


def test_the_indices_of_a_linear_model_are_the_shares_of_its_squares() -> None:
    asked = question(LINEAR, ["as it is"])
    came = answered(indexed(asked, Indices(method="sobol", points=1024), 2), linear_and_idle)
    found = sobol_indices(LINEAR, came[0, 0].mean(axis=1))
    assert found is not None
    exact = [16 / 21, 4 / 21, 1 / 21, 0.0]
    assert [each.first.value for each in found] == pytest.approx(exact, abs=0.02)
    assert [each.total.value for each in found] == pytest.approx(exact, abs=0.02)


def test_indices_of_what_never_moves_are_none() -> None:
    assert sobol_indices(LINEAR, np.ones(6 * 8)) is None


def test_a_screen_of_a_linear_model_has_its_slopes_and_no_spread() -> None:
    asked = question(LINEAR, ["as it is"])
    shares, came = answered(
        screened(asked, Screen(method="morris", trajectories=4), 3), linear_and_idle
    )
    assert len(shares) == 4 * 5
    found = effects(LINEAR, shares, came[0, 0].mean(axis=1))
    assert [each.mean for each in found] == pytest.approx([4, -2, 1, 0])
    assert [each.size.value for each in found] == pytest.approx([4, 2, 1, 0])
    assert [each.spread for each in found] == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_ranks_put_the_inputs_of_a_linear_model_in_order() -> None:
    values = latin_hypercube(LINEAR, 200, 4)
    ranked = rank_regression(values, values @ np.array([4.0, -2.0, 1.0, 0.0]))
    assert ranked is not None
    found, explained = ranked
    exact = np.array([4, -2, 1, 0]) / math.sqrt(21)
    assert [each.value for each in found] == pytest.approx(exact, abs=0.06)
    assert found[3].low < 0 < found[3].high
    assert explained > 0.95
    assert rank_regression(values[:7], values[:7, 0]) is None
    assert rank_regression(values, np.ones(200)) is None


def test_a_bar_is_the_slope_times_the_way_and_its_interval_is_of_chance() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        patients, noise = random.normal(0, 9, 3), random.normal(0, 0.5, (9, 3))
        asked = question(LINEAR, ["as it is"], 3)
        points = one_at_a_time(LINEAR)
        came = answered(run_at(asked, points, "end"), linear_and_idle)[0, 0] + patients
        level = 1.5 + patients
        bars = swings(came + noise[1:], level + noise[0])
        low = bars[0].at_low
        covered += low.low <= -2.0 <= low.high
        assert low.high - low.low < 4
    assert covered >= 183


PARTS = [(9.0, 4.0, 1.0), (0.0, 1.0, 4.0), (25.0, 0.0, 1.0)]
"""Variances of inputs, patients, and both together."""


def crossed(parts: tuple[float, float, float], draws: int, runs: int, central: int, seed: int
            ) -> tuple[Floats, Floats]:  # fmt: skip
    random = np.random.default_rng(seed)
    inputs, patients, both = (math.sqrt(each) for each in parts)
    luck = random.normal(0, patients, central)
    values = random.normal(0, inputs, (draws, 1)) + luck[:runs] + random.normal(
        0, both, (draws, runs)
    )  # fmt: skip
    return values, luck + random.normal(0, both, central)


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize(("runs", "central"), [(2, 20), (4, 4)])
def test_the_split_of_the_variance_is_right_on_average_and_its_interval_covers(
    parts: tuple[float, float, float], runs: int, central: int
) -> None:
    found = [split(*crossed(parts, 30, runs, central, seed)) for seed in range(300)]
    if parts[0]:
        assert np.mean([each.inputs for each in found]) == pytest.approx(parts[0], rel=0.08)
    chance = parts[1] + parts[2]
    assert np.mean([each.chance for each in found]) == pytest.approx(chance, rel=0.12)
    truth = parts[0] / sum(parts)
    covered = [each.share_inputs.low <= truth <= each.share_inputs.high for each in found]
    assert np.mean(covered) >= 0.91


def two_options(mean: float, sd: float, draws: int, noise: float, seed: int
                ) -> tuple[Floats, Floats]:  # fmt: skip
    """A second scenario that gains a normal amount over the first, seen through noise."""
    random = np.random.default_rng(seed)
    gain = mean + sd * norm.ppf((random.permutation(draws) + random.random(draws)) / draws)
    seen = random.normal(0, noise, (2, draws, 2))
    patients = random.normal(0, 3, (2, 1, 20))
    values = np.stack([np.zeros(draws), gain])[:, :, None] + seen + patients[:, :, :2]
    central = np.array([0.0, mean])[:, None] + patients[:, 0] + random.normal(0, noise, (2, 20))
    return values, central


@pytest.mark.parametrize(("mean", "sd", "noise"), [(0.0, 5.0, 2.0), (4.0, 5.0, 3.0)])
def test_the_value_of_knowing_all_is_that_of_the_closed_form(
    mean: float, sd: float, noise: float
) -> None:
    exact = sd * norm.pdf(mean / sd) - mean * norm.cdf(-mean / sd)
    random = np.random.default_rng(6)
    gain = mean + sd * norm.ppf((np.arange(4000) + 0.5) / 4000)
    values = np.stack([np.zeros(4000), gain])[:, :, None] + random.normal(0, noise, (2, 4000, 2))
    central = np.repeat([[0.0], [mean]], 20, axis=1)
    found = gains(values, central)
    assert worth_of_all(found).value == pytest.approx(exact, rel=0.05)
    assert np.maximum(0, values[1].mean(1) - values[0].mean(1)).mean() > exact + 0.1 * noise**0.5


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 5.0), (4.0, 5.0), (9.0, 3.0)])
def test_the_probability_of_being_best_is_right_though_runs_are_few(mean: float, sd: float) -> None:
    truth = float(norm.cdf(mean / sd))
    said, covered = [], []
    for seed in range(200):
        values, central = two_options(mean, sd, 40, 2.0, seed)
        found = gains(values, central)
        each = prob_beats(found, 1, 0, values)
        best = prob_best(found, 1)
        assert (each.value, each.low, each.high) == pytest.approx(
            (best.value, best.low, best.high), abs=1e-9
        )
        other = prob_best(found, 0).value
        assert best.value + other == pytest.approx(1)
        said.append(each.value)
        covered.append(each.low <= truth <= each.high)
    assert np.mean(said) == pytest.approx(truth, abs=0.03)
    assert np.mean(covered) >= 0.95


def test_of_three_alike_each_is_best_as_often_and_one_alone_is_best() -> None:
    random = np.random.default_rng(8)
    values = random.normal(0, 1, (3, 3000, 1)) + random.normal(0, 1e-6, (3, 3000, 2))
    found = gains(values, np.zeros((3, 2)))
    assert [prob_best(found, a).value for a in range(3)] == pytest.approx([1 / 3] * 3, abs=0.03)
    alone = gains(values[:1], np.zeros((1, 2)))
    assert prob_best(alone, 0).value == 1
    same = gains(np.ones((2, 10, 2)), np.ones((2, 2)))
    assert [prob_best(same, a).value for a in range(2)] == [0.5, 0.5]


def test_knowing_one_input_is_worth_what_the_closed_form_says_and_an_idle_one_little() -> None:
    """The gain is the sum of two normal inputs, 4 and 3, and a third that does nothing."""
    one, idle = [], []
    for seed in range(12):
        random = np.random.default_rng(seed)
        inputs = random.normal(0, 1, (3, 100))
        gain = 1.0 + 4 * inputs[0] + 3 * inputs[1]
        values = np.stack([np.zeros(100), gain])[:, :, None] + random.normal(0, 0.5, (2, 100, 2))
        found = gains(values, np.zeros((2, 2)))
        whole = worth_of_all(found).value
        one.append(worth_of_one(found, inputs[0], whole).value)
        idle.append(worth_of_one(found, inputs[2], whole).value)
        assert max(one[-1], idle[-1]) <= whole
    exact = 4 * norm.pdf(1 / 4) - norm.cdf(-1 / 4)
    whole_exact = 5 * norm.pdf(1 / 5) - norm.cdf(-1 / 5)
    assert np.mean(one) == pytest.approx(exact, rel=0.15)
    assert np.mean(idle) < 0.03 * whole_exact


def test_an_interval_of_a_share_stays_within_nought_and_one() -> None:
    assert wilson(0.0, 20)[0] == 0
    assert wilson(1.0, 20)[1] == 1


def test_everything_is_found_in_one_go_with_noise_and_a_price() -> None:
    """Scenario b saves three times what input a says, at no cost; c does nothing."""
    inputs = [*LINEAR[:2], UnknownInput("c", 0.5, 1, 2, LINEAR[2].targets, is_factor=True)]
    random = np.random.default_rng(9)
    luck = random.normal(0, 1, 12)

    def model(name: str, x: Mapping[str, float], runs: int) -> Floats:
        saved = {"b": 3 * x["a"] + 0.2, "c": 0.0}.get(name, 0.0)
        return np.asarray(50 + 10 * x["b"] + x["c"] - saved + luck[:runs])

    asked = question(inputs, ["as it is", "b", "c"])
    doubt = Doubt.model_validate({
        "inputs": {"x": {"change": {"p": "set"}, "low": 0, "central": 1, "high": 2, "why": "?"}},
        "scenarios": ["as it is", "b", "c"], "measure": "delayed_bed_days", "draws": 20,
        "screen": {"method": "morris"}, "indices": {"method": "sobol", "points": 8},
    })  # fmt: skip
    drawn = answered(draw(asked, doubt, 1, 12), model)
    assert drawn.central.shape == (1, 3, 12)
    found = find(drawn)
    assert found["unit"] == "days a year"
    best = {each["scenario"]: each["prob"] for each in found["best"]}
    assert best["b"] == 1
    assert found["worth_of_all"]["value"] == 0
    level, saves, idle = found["outcomes"]
    assert level["share_inputs"]["value"] == pytest.approx(0.9, abs=0.08)
    assert saves["share_inputs"]["value"] == pytest.approx(1)
    assert saves["mean"] == pytest.approx(-1.7, abs=0.02)
    assert [row["swing"] for row in saves["by_input"]] == pytest.approx([3, 0, 0], abs=1e-9)
    assert idle["by_input"][0]["index"] is None
    assert idle["share_inputs"]["value"] != idle["share_inputs"]["value"]
