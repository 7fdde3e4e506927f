"""Effects and interactions are what they were made to be, where the truth is known."""

import math
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.design.contrasts import contrasts_of
from sim.experiment.design.design_findings import Effect, Found, effects_table, sweep_table
from sim.experiment.design.design_points import LaidOut, lay_out
from sim.experiment.design.designs import Design
from sim.experiment.design.effects import measured_designs
from sim.experiment.intervals import Interval, combination, holm, p_value
from sim.experiment.variants import Variant
from tests.unit.experiment.made_up_scores import DAYS, carried_out

NOW = Variant("now")
LEVERS = ("a", "b", "c", "d", "e")
ALONE = {"a": -100.0, "b": -60.0, "c": -30.0, "d": 0.0, "e": 12.0}
TOGETHER = {frozenset("ab"): 40.0, frozenset("ac"): -25.0, frozenset("de"): 7.0}
PATH = "settings.ward.beds"


def laid_out(levers: str = "", seed: int = 1, **written: Any) -> LaidOut:
    design = Design.model_validate({"levers": tuple(levers), **written})
    return lay_out(design, 0, NOW, {"now": NOW}, seed, lambda path: path.endswith("beds"))


def beds_of(variant: Variant) -> float:
    return next((float(change.number) for change in variant.changes), 20.0)


def exact(variant: Variant) -> float:
    on = set(variant.levers)
    value = 1000.0 + sum(ALONE[lever] for lever in on)
    return value + sum(size for pair, size in TOGETHER.items() if pair <= on)


def found_of(
    laid: LaidOut,
    truth: Callable[[Variant], float] = exact,
    replications: int = 5,
    noise: float = 0.0,
) -> Found:
    """What is found where scenarios have the truth, luck that all share, and some of their own."""
    variants = {"now": NOW, **laid.variants}
    shared = np.random.default_rng(5).normal(0, 200, replications)
    own = {name: np.random.default_rng([6, n]) for n, name in enumerate(variants)}

    def values(variant: Variant, number: int) -> np.ndarray:
        return truth(variant) + shared[:number] + own[variant.name].normal(0, 1, number) * noise

    number = dict.fromkeys(variants, replications)
    return carried_out(measured_designs([laid], [], variants, number, [(DAYS, "")]), values)[0]


def by_name(found: Found) -> dict[tuple[str, ...], Effect]:
    return {each.of: each for each in found.measures[0].effects}


def test_all_pairs_find_each_alone_and_how_far_two_are_from_their_sum() -> None:
    effects = by_name(found_of(laid_out("abcde", kind="all pairs")))
    assert len(effects) == 5 + 10
    for lever in LEVERS:
        assert effects[lever,].mean == pytest.approx(ALONE[lever])
    for pair in combinations(LEVERS, 2):
        each = effects[pair]
        assert each.mean == pytest.approx(TOGETHER.get(frozenset(pair), 0.0))
        assert each.low == pytest.approx(each.high)
        assert each.p_holm == (0.0 if frozenset(pair) in TOGETHER else 1.0)


def test_a_full_factorial_averages_over_the_other_levers() -> None:
    effects = by_name(found_of(laid_out("abcde", kind="full factorial")))
    half = {lever: sum(s for pair, s in TOGETHER.items() if lever in pair) / 2 for lever in LEVERS}
    for lever in LEVERS:
        assert effects[lever,].mean == pytest.approx(ALONE[lever] + half[lever])
    for pair in combinations(LEVERS, 2):
        assert effects[pair].mean == pytest.approx(TOGETHER.get(frozenset(pair), 0.0))


@pytest.mark.parametrize("resolution", [3, 4, 5])
def test_a_fraction_finds_the_full_one_s_effects_plus_those_it_is_said_to_be_mixed_with(
    resolution: int,
) -> None:
    full = by_name(found_of(laid_out("abcde", kind="full factorial")))
    laid = laid_out("abcde", kind="fractional factorial", resolution=resolution)
    part = found_of(laid)
    assert part.scenarios == {3: 8, 4: 16, 5: 16}[resolution]
    for name, each in by_name(part).items():
        mixed = [tuple(other.split(" × ")) for other in each.mixed_with]
        expected = full[name].mean
        for other in mixed:
            same_kind = len(other) == len(name)
            expected += full[other].mean if same_kind else -full[other].mean / 2
        assert each.mean == pytest.approx(expected), name
    named = [tuple(o.split(" × ")) for e in by_name(part).values() for o in e.mixed_with]
    assert {*by_name(part), *named} == set(full)


def test_only_resolution_three_mixes_effects_with_interactions() -> None:
    for resolution, worst in ((3, 1), (4, 2), (5, 3)):
        laid = laid_out("abcde", kind="fractional factorial", resolution=resolution)
        mixed = [len(each.of) for each in contrasts_of(laid) if each.mixed_with]
        assert min(mixed, default=3) >= worst


def test_effects_between_three_values_are_set_beside_the_first() -> None:
    laid = laid_out("a", kind="full factorial", vary={PATH: [20, 24, 30]})

    def truth(variant: Variant) -> float:
        beds = beds_of(variant)
        return 500 - 3 * beds**2 - ("a" in variant.levers) * (50 + 2 * beds)

    effects = by_name(found_of(laid, truth))
    assert effects["ward beds 20 to 30",].mean == pytest.approx(-3 * (900 - 400) - (60 - 40) / 2)
    assert effects["a", "ward beds 20 to 24"].mean == pytest.approx(-8)
    assert effects["a", "ward beds 20 to 30"].mean == pytest.approx(-20)
    assert effects["a",].mean == pytest.approx(-50 - 2 * (20 + 24 + 30) / 3)


@pytest.mark.parametrize("kind", ["latin hypercube", "sobol"])
def test_a_spread_design_finds_a_plane_with_its_twist_exactly(kind: str) -> None:
    laid = laid_out(
        "a", kind=kind, points=32,
        vary={PATH: {"from": 20, "to": 40}, "patients.x.per_day": {"times": {"from": 1, "to": 2}}},
    )  # fmt: skip

    def truth(variant: Variant) -> float:
        at = {change.path: float(change.number) for change in variant.changes}
        beds, times = at[PATH], at.get("patients.x.per_day", 1.0)
        return 900 - 4 * beds + 100 * times + 3 * beds * times - 70 * ("a" in variant.levers)

    found = found_of(laid, truth)
    effects = by_name(found)
    assert effects["a",].mean == pytest.approx(-70)
    assert effects["ward beds 20 to 40",].mean == pytest.approx(20 * (-4 + 3 * 1.5))
    assert effects["x per_day times 1 to 2",].mean == pytest.approx(100 + 3 * 30)
    assert effects["ward beds 20 to 40", "x per_day times 1 to 2"].mean == pytest.approx(60)
    on = found.measures[0]
    assert on.r_squared == pytest.approx(1)
    assert on.r_squared_predicted == pytest.approx(1)


def test_a_fit_says_how_badly_a_straight_line_fits_a_curve() -> None:
    vary = {PATH: {"from": 0, "to": 40}}
    laid = laid_out("a", kind="latin hypercube", points=40, vary=vary)
    on = found_of(laid, lambda variant: (beds_of(variant) - 20) ** 2).measures[0]
    assert on.r_squared is not None
    assert on.r_squared_predicted is not None
    assert on.r_squared_predicted < on.r_squared < 0.3


def test_few_points_give_effects_without_interactions_and_too_few_different_ones_none() -> None:
    vary = {PATH: {"from": 20, "to": 40}}
    few = found_of(laid_out("abc", kind="latin hypercube", points=8, vary=vary), lambda _: 1.0)
    assert {each.kind for each in few.measures[0].effects} == {"effect"}
    assert len(few.measures[0].effects) == 4
    alike = laid_out(kind="latin hypercube", points=5, vary={PATH: {"from": 20, "to": 21}})
    found = found_of(alike, lambda _: 1.0)
    assert found.scenarios == 2
    assert found.measures[0].effects == ()
    assert found.measures[0].r_squared is None


def test_a_sweep_has_a_curve_for_each_number_with_and_without_each_lever() -> None:
    laid = laid_out("a", kind="sweep", vary={PATH: {"from": 20, "to": 30, "by": 5}})
    found = found_of(laid, lambda v: beds_of(v) + 100 * ("a" in v.levers), replications=3)
    curves = found.measures[0].curves
    assert [(c.number, c.lever) for c in curves] == [("ward beds", ""), ("ward beds", "a")]
    for curve, more in zip(curves, (0, 100), strict=True):
        assert [at.value for at in curve.points] == [20, 25, 30]
        steps = np.diff([at.mean for at in curve.points])
        assert steps == pytest.approx([5, 5])
        assert curve.points[0].mean - curves[0].points[0].mean == pytest.approx(more)
    assert len(sweep_table([found])) == 6
    assert effects_table([found]).empty


def test_a_sweep_of_factors_takes_the_baseline_for_a_factor_of_one() -> None:
    laid = laid_out(kind="sweep", vary={PATH: {"times": [0.5, 1, 2]}})
    assert [name for name, point in laid.points if point[0].number == 1] == ["now"]
    curve = found_of(laid, lambda v: beds_of(v)).measures[0].curves[0]
    assert [at.scenario for at in curve.points] == ["ward beds times 0.5", "now",
                                                    "ward beds times 2"]  # fmt: skip


def test_a_measure_that_a_scenario_lacks_is_left_out() -> None:
    laid = laid_out("ab", kind="all pairs")
    variants = {"now": NOW, **laid.variants}
    procedure = measured_designs(
        [laid], [], variants, dict.fromkeys(variants, 2), [("wait_days", "ward"), (DAYS, "")]
    )
    found = carried_out(procedure, lambda variant, n: np.full(n, exact(variant)))
    assert [on.measure for on in found[0].measures] == [DAYS]


def test_one_replication_gives_effects_without_intervals_or_verdicts() -> None:
    effect = by_name(found_of(laid_out("ab", kind="all pairs"), replications=1))["a", "b"]
    assert effect.mean == pytest.approx(40)
    assert math.isnan(effect.low)
    assert math.isnan(effect.p_holm)


def test_null_interactions_are_rarely_found_in_a_whole_family() -> None:
    """Ten pairs with no interaction: one or more is found in about one of twenty experiments."""
    laid = laid_out("abcde", kind="all pairs")
    contrasts = [each for each in contrasts_of(laid) if each.kind == "interaction"]
    rng = np.random.default_rng(3)
    names = list(dict.fromkeys(name for name, _ in laid.points))
    ones, false = np.ones(10), 0
    for _ in range(400):
        rows = {name: (rng.normal(0, 1, 10), ones) for name in names}
        p_values = [
            p_value(combination([rows[n] for n in each.weights], list(each.weights.values())))
            for each in contrasts
        ]
        false += min(holm(p_values)) < 0.05
    assert 0.01 <= false / 400 <= 0.075


@settings(deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=3, max_size=12, unique=True))
def test_the_p_value_is_that_of_the_t_test(values: list[float]) -> None:
    row = np.array(values)
    ours = p_value(combination([(row, np.ones(len(row)))], [1.0]))
    assert ours == pytest.approx(float(stats.ttest_1samp(row, 0.0).pvalue), rel=1e-6, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_raises_every_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    raised = holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, raised, strict=True))
    assert [raised[n] for n in np.argsort(p_values, kind="stable")] == sorted(raised)
    assert not p_values or min(raised) == pytest.approx(min(1, len(p_values) * min(p_values)))


def test_a_p_value_of_nothing_is_none() -> None:
    assert math.isnan(p_value(Interval(1.0, math.nan, math.nan, 1)))
    assert p_value(Interval(0.0, 0.0, 0.0, 5)) == 1.0
    assert p_value(Interval(1.0, 1.0, 1.0, 5)) == 0.0
    assert holm([math.nan, 0.01])[1] == 0.01


def weights_of(laid: LaidOut) -> Mapping[tuple[str, ...], float]:
    return {each.of: sum(each.weights.values()) for each in contrasts_of(laid)}


@settings(deadline=None)
@given(
    st.sampled_from(["one at a time", "all pairs", "full factorial", "fractional factorial"]),
    st.integers(3, 6),
)
def test_a_change_that_all_scenarios_share_is_no_effect(kind: str, levers: int) -> None:
    laid = laid_out("abcdef"[:levers], kind=kind)
    assert all(abs(total) < 1e-9 for total in weights_of(laid).values())
