"""The frontier of a measure against money: found by all mixes, or from neighbour to neighbour."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from sim.experiment.budget.budget import Budget
from sim.experiment.budget.budgeting import as_data
from sim.experiment.budget.frontier import Explored, beside_frontier, explore, steps
from sim.experiment.budget.mixes import Choice, Mix, Mixes, variant_of
from sim.experiment.compare_on import CompareOn
from sim.experiment.scores import Floats, Key, key_of
from sim.experiment.variants import Variant
from tests.unit.experiment.made_up_measures import carry_out

DELAY = CompareOn(measure="delayed_bed_days")
KEY = key_of("delayed_bed_days")


def choices(costs: Sequence[float], most: Sequence[int]) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"c{n}", f"Choice {n}", each, cost, None if each == 1 else 2.0)
        for n, (cost, each) in enumerate(zip(costs, most, strict=True))
    )


def explored(
    mixes: Mixes,
    truth: Callable[[Mix], float],
    at_most: int = 10_000,
    noise: float = 0.0,
    measured: CompareOn = DELAY,
    replications: int = 10,
) -> Explored:
    """The frontier of made-up mixes; patients differ much, and alike in all mixes."""
    luck = np.random.default_rng(5).normal(0, 50, 200)

    def draw(variant: Variant, chance: np.random.Generator, number: int) -> Mapping[Key, Floats]:
        mix = tuple(int(part) for part in variant.name.split())
        own = noise * chance.normal(0, 1, number)
        return {key_of(measured.measure): truth(mix) + luck[:number] + own}

    def variant(mix: Mix) -> Variant:
        return Variant(" ".join(map(str, mix)))

    found, _ = carry_out(explore(mixes, variant, measured, replications, at_most), draw, 3)
    return found


def overlapping(seed: int, number: int) -> Callable[[Mix], float]:
    """Delayed days that choices save, less where several are made: what one saves, others can't."""
    chance = np.random.default_rng(seed)
    shares = chance.uniform(0.02, 0.3, number)
    helps = chance.uniform(-0.05, 0.05, (number, number))

    def truth(mix: Mix) -> float:
        each = np.array(mix, float)
        return float(3000 * np.prod((1 - shares) ** each) * np.exp(each @ helps @ each / 2))

    return truth


def test_from_neighbour_to_neighbour_the_frontier_is_nearly_always_that_of_all_mixes() -> None:
    missed = points = 0
    for seed in range(12):
        costs = np.random.default_rng(seed).integers(2, 30, 7) * 10_000.0
        mixes = Mixes(choices(costs, (1, 1, 1, 1, 1, 4, 3)), 600_000.0, frozenset({(0, 1)}))
        truth = overlapping(seed, 7)
        whole = explored(mixes, truth)
        within = mixes.within()
        assert within is not None
        local = explored(mixes, truth, len(within) - 1)
        assert (whole.is_all, local.is_all, local.untried) == (True, False, 0)
        assert len(local.rows) < len(whole.rows)
        missed += len(set(whole.frontier) - set(local.frontier))
        points += len(whole.frontier)
    assert points > 100
    assert missed <= 0.02 * points


def test_the_frontier_is_what_no_cheaper_mix_beats() -> None:
    mixes = Mixes(choices((10, 20, 25), (1, 1, 1)), 45)
    truth = {(0, 0, 0): 100.0, (1, 0, 0): 90, (0, 1, 0): 95, (0, 0, 1): 60, (1, 1, 0): 80,
             (1, 0, 1): 60, (0, 1, 1): 40}  # fmt: skip
    found = explored(mixes, lambda mix: truth[mix])
    assert found.frontier == ((0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 1))
    assert found.within == 7, "all three together cost too much"
    beside = beside_frontier(found, mixes, (1, 1, 0))
    assert beside is not None
    assert beside[0] == (0, 0, 1), "what costs no more, and is better"
    assert beside[1].mean == pytest.approx(20)
    assert beside_frontier(found, mixes, (0, 1, 1)) is None


def test_a_measure_of_which_more_is_better_is_turned() -> None:
    more = CompareOn(measure="share_left_on_ready_date")
    mixes = Mixes(choices((10, 20), (1, 1)), 30)
    found = explored(mixes, lambda mix: mix[0] - mix[1], measured=more)
    assert found.frontier == ((0, 0), (1, 0))


def test_a_lever_that_saves_money_comes_before_nothing() -> None:
    found = explored(Mixes(choices((-5, 20), (1, 1)), 30), lambda mix: 10 - mix[0] - mix[1])
    assert found.frontier == ((1, 0), (1, 1))


def test_what_can_not_be_made_together_is_never_run() -> None:
    mixes = Mixes(choices((1, 1, 1), (1, 1, 2)), 9, frozenset({(0, 1), (1, 2)}))
    found = explored(mixes, lambda mix: -float(sum(mix)))
    assert found.within == 7
    assert not [mix for mix in found.rows if mix[1] and (mix[0] or mix[2])]


def test_at_its_limit_the_search_says_what_it_left() -> None:
    mixes = Mixes(choices([10.0] * 8, [2] * 8), 100)
    found = explored(mixes, overlapping(1, 8), at_most=40)
    assert len(found.rows) == 40
    assert found.untried > 0
    assert not found.is_all


def test_mixes_too_many_to_list_are_searched_all_the_same() -> None:
    mixes = Mixes(choices([10.0] * 18, [1] * 18), 30)
    assert mixes.within() is None
    found = explored(mixes, lambda mix: -float(sum(mix)), at_most=3000)
    assert found.within is None
    assert sum(found.frontier[-1]) == 3


def test_what_is_said_of_the_frontier_comes_from_new_patients() -> None:
    """Twenty levers that do nothing: the best of them looks good, and is not on new patients."""
    mixes = Mixes(choices([10.0] * 20, [1] * 20), 10)
    found = explored(mixes, lambda _: 1000.0, noise=30, replications=20)
    assert len(found.frontier) == 2
    nothing, best = found.frontier
    gain = [float((rows[best][0] - rows[nothing][0]).mean()) for rows in (found.rows, found.again)]
    assert gain[0] < -8
    assert gain[1] > gain[0] / 2
    (step,) = steps(found, DELAY)
    assert not step.is_better


def test_steps_of_the_frontier_are_paired_and_share_the_error() -> None:
    mixes = Mixes(choices((10, 20), (1, 1)), 30)
    found = explored(mixes, lambda mix: 100 - 30 * mix[0] - 31 * mix[1], noise=2)
    assert [step.is_better for step in steps(found, DELAY)] == [True, False, True]
    widths = [step.difference.high - step.difference.low for step in steps(found, DELAY)]
    assert max(widths) < 15, "patients cost 50 to and fro, and are the same in all mixes"


def test_a_mix_is_a_variant_and_one_of_the_scenarios_if_it_is_that() -> None:
    mixes = Mixes(
        (Choice("hub", "A hub", 1, 5.0), Choice("settings.beds.beds", "Beds", 4, 7.0, 2.0)), 99.0
    )
    base, both = Variant("as it is", ("other",)), Variant("both", ("hub", "other"))
    assert variant_of(mixes, base, (0, 0)) is base
    assert variant_of(mixes, base, (1, 0), [base, both]) is both
    made = variant_of(mixes, base, (1, 3), [both])
    assert made.levers == ("other", "hub")
    (change,) = made.changes
    assert (change.path, change.operation, change.number) == ("settings.beds.beds", "plus", 6)


def test_what_was_found_says_how_many_there_are_and_what_each_is() -> None:
    budget = Budget.model_validate({"at_most": 30, "choices": {"levers": ["c0", "c1"]}})
    mixes = Mixes(choices((10, 20), (1, 1)), 30, frozenset({(0, 1)}))
    found = explored(mixes, lambda mix: 100 - 30 * mix[0] - 31 * mix[1], noise=2)
    said = as_data(budget, "as it is", mixes, found)
    assert (said["number"], said["within"], said["is_all"], said["untried"]) == (4, 3, True, 0)
    assert said["apart"] == [["c0", "c1"]]
    assert [each["mix"] for each in said["frontier"]] == ["nothing", "c0", "c1"]
    assert [each["cost"] for each in said["tried"]] == [0, 10, 20]
