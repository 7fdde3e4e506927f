"""A search finds the answer, says when chance leaves it open, and is rarely wrong."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
import pytest

from sim.experiment.scores import Floats, Key, Scores, key_of
from sim.experiment.search.judging import Terms, looks_up_to, read
from sim.experiment.search.line import Line
from sim.experiment.search.search import Search
from sim.experiment.search.searching import Found, find
from sim.experiment.search.together import Joint, Vectors, cheapest
from sim.experiment.variants import Change, Variant
from tests.unit.experiment.made_up_measures import carry_out

BASE = Variant("as it is", ("hub",))
SHARE = key_of("share_waiting", "ward")
TARGET = {"measure": "share_waiting", "setting": "ward", "at_most": "10%"}


def asked(**more: object) -> Search:
    whole = {
        "smallest": {"settings.ward.beds": {"from": 1, "to": 60}}, "so_that": [TARGET], **more
    }  # fmt: skip
    return Search.model_validate(whole)


def beds_of(variant: Variant) -> tuple[float, ...]:
    return tuple(float(change.number) for change in variant.changes)


def halving(each: float) -> float:
    """The share that wait: a tenth at 20 beds, and half as many again for each bed fewer."""
    return 0.1 * 1.5 ** (20 - each)


def skew(
    truth: Callable[[tuple[float, ...]], float], spread: float = 0.5
) -> Callable[[Variant, np.random.Generator, int], Mapping[Key, Floats]]:
    """Replications as they are where people queue: most are quiet and a few are very bad."""

    def draw(variant: Variant, chance: np.random.Generator, number: int) -> Mapping[Key, Floats]:
        shape = 1 / spread**2
        return {SHARE: truth(beds_of(variant)) * chance.gamma(shape, 1 / shape, number)}

    return draw


def searched(search: Search, truth: Callable[[float], float], seed: int = 1) -> Line:
    found, _ = carry_out(find(search, BASE), skew(lambda values: truth(values[0])), seed)
    assert isinstance(found.answer, Line)
    return found.answer


def test_the_smallest_that_meets_it_is_found_exactly_where_neighbours_differ() -> None:
    for seed in range(8):
        line = searched(asked(), lambda beds: 1.2 * halving(beds), seed)
        assert (line.meets, line.misses, line.open) == (21, 20, ())


def test_a_candidate_keeps_the_scenarios_levers_and_sets_the_number() -> None:
    _, ran = carry_out(find(asked(), BASE), skew(lambda v: halving(v[0])), 1)
    for variant in ran:
        assert variant.levers == ("hub",)
        (change,) = variant.changes
        assert (change.path, change.operation) == ("settings.ward.beds", "set")
    assert len({variant.name for variant in ran}) == len(ran)


def test_where_the_truth_is_the_target_itself_it_says_that_it_cannot_tell() -> None:
    undecided = 0
    for seed in range(10):
        line = searched(asked(), halving, seed)
        assert line.misses is None or line.misses <= 20
        assert line.meets is None or line.meets >= 20
        undecided += (line.misses, line.open, line.meets) == (19, (20,), 21)
    assert undecided >= 8


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_a_search_is_wrong_in_one_of_twenty_at_most_though_it_looks_often(spread: float) -> None:
    wrong = 0
    for seed in range(60):
        draw = skew(lambda values: 0.1 * 1.03 ** (20.4 - values[0]), spread)
        found, _ = carry_out(find(asked(), BASE), draw, seed)
        assert isinstance(found.answer, Line)
        meets, misses = found.answer.meets, found.answer.misses
        wrong += (meets is not None and meets < 21) or (misses is not None and misses > 20)
    assert wrong <= 0.05 * 60


def test_an_end_that_does_not_bracket_is_said() -> None:
    line = searched(asked(), lambda _: 0.3)
    assert (line.meets, line.misses, line.open) == (None, 60, ())
    line = searched(asked(), lambda _: 0.01)
    assert (line.meets, line.misses, line.open) == (1, None, ())
    line = searched(asked(), lambda _: 0.1)
    assert (line.meets, line.misses, len(line.open)) == (None, None, 60)


def test_the_most_demand_is_searched_from_the_other_side() -> None:
    search = asked(
        smallest={}, largest={"patients.*.per_day": {"times_from": 0.5, "times_to": 1.5}}
    )
    line = searched(search, lambda times: 0.1 * 1e12 ** (times - 1.105))
    assert (line.meets, line.misses) == (1.1, 1.11)


def test_a_target_may_also_be_a_least() -> None:
    search = asked(so_that=[{"measure": "share_waiting", "setting": "ward", "at_least": 0.1}])
    line = searched(search, lambda beds: 0.1 * 1.5 ** (beds - 30.5))
    assert (line.meets, line.misses) == (31, 30)


def test_all_targets_are_to_be_met() -> None:
    other = {"measure": "occupancy", "setting": "ward", "at_most": 0.9}
    search = asked(so_that=[TARGET, other])

    def draw(variant: Variant, chance: np.random.Generator, number: int) -> Mapping[Key, Floats]:
        (beds,) = beds_of(variant)
        noise = chance.normal(0, 0.05, number)
        return {
            SHARE: halving(beds) + 0.1 * noise,
            ("occupancy", "ward", "", "the city", "", "", "", ""): 0.9
            - 0.1 * (beds - 29.5)
            + noise,
        }

    found, _ = carry_out(find(search, BASE), draw, 1)
    assert isinstance(found.answer, Line)
    assert (found.answer.meets, found.answer.misses) == (30, 29)


def test_clear_candidates_cost_few_replications_and_the_limit_holds() -> None:
    _, ran = carry_out(find(asked(replications_at_most=60), BASE), skew(lambda v: halving(v[0])), 3)
    assert max(ran.values()) == 60
    assert min(ran.values()) <= 22


def test_replications_that_are_alike_by_chance_settle_nothing_at_the_first_look() -> None:
    target = asked().so_that[0]
    terms = Terms((target,), looks_up_to(200), 12)
    for number, verdict in ((10, "unclear"), (22, "meets")):
        alike = Scores({SHARE: 0}, np.zeros((1, number)), np.ones((1, number)))
        assert read(target, alike, terms.confidence).verdict == verdict


def test_where_nobody_asked_there_is_no_verdict() -> None:
    nobody = Scores({SHARE: 0}, np.zeros((1, 50)), np.zeros((1, 50)))
    assert read(asked().so_that[0], nobody, 0.95).verdict == "unclear"


# Joint search


def joint(
    truth: Callable[[tuple[float, ...]], float],
    sizes: Sequence[int],
    costs: Sequence[float] = (),
    most: int = 400,
    spread: float = 0.02,
) -> Joint:
    vectors = Vectors(
        tuple(tuple(range(1, size + 1)) for size in sizes), tuple(costs or [1.0] * len(sizes))
    )

    def candidate(values: tuple[float, ...]) -> Variant:
        changes = tuple(Change(str(n), "set", value) for n, value in enumerate(values))
        return Variant(str(values), (), changes)

    terms = Terms(asked().so_that, (40,), most)
    found, _ = carry_out(cheapest(vectors, candidate, terms), skew(truth, spread), 1)
    return found


def trade(first: float, second: float, third: float) -> float:
    """More of one makes up for less of another, up to a point."""
    shortage = 12 / first + 18 / second + 30 / third + 4 * max(0.0, 3 - second) + 20 / first / third
    return 0.1 * (shortage / 12.03) ** 4


@pytest.mark.parametrize("costs", [(1.0, 1.0, 1.0), (3.0, 1.0, 2.0), (1.0, 5.0, 0.5)])
def test_a_joint_search_finds_what_enumeration_finds(costs: tuple[float, ...]) -> None:
    sizes = (12, 14, 16)

    def money(values: tuple[float, ...]) -> float:
        return sum(value * cost for value, cost in zip(values, costs, strict=True))

    everything = product(*(range(1, size + 1) for size in sizes))
    least = min(money(values) for values in everything if trade(*values) <= 0.1)
    found = joint(lambda values: trade(*values), sizes, costs)
    assert found.values is not None
    assert found.is_searched
    assert trade(*found.values) <= 0.1
    cheaper = [money(values) for values in found.open]
    assert money(found.values) == pytest.approx(least) or min(cheaper) <= least
    assert money(found.values) <= least + max(costs)
    assert len(found.tried) < 0.1 * np.prod(sizes)


def test_a_joint_search_names_what_chance_leaves_open() -> None:
    found = joint(lambda v: 0.1 * 1.4 ** (8 - v[0] - v[1]), (10, 10), spread=0.15)
    assert found.values is not None
    assert sum(found.values) == 9
    assert {sum(values) for values in found.open} == {8}


def test_a_joint_search_says_if_even_the_most_is_too_little() -> None:
    found = joint(lambda _: 0.5, (5, 5))
    assert (found.values, found.most_misses, found.most) == (None, True, (5, 5))
    found = joint(lambda _: 0.1, (5, 5), spread=1.0)
    assert (found.values, found.most_misses) == (None, False)


def test_a_joint_search_that_runs_out_says_so_and_still_answers_with_what_surely_meets() -> None:
    found = joint(lambda values: trade(*values), (12, 14, 16), most=18)
    assert found.values is not None
    assert trade(*found.values) <= 0.1
    assert not found.is_searched
    assert len(found.tried) <= 18


def test_with_too_many_to_list_a_joint_search_tries_exchanges_and_says_so() -> None:
    def far(values: tuple[float, ...]) -> float:
        return 0.1 * (8 * 60.5 / sum(values)) ** 8

    found = joint(far, (100,) * 8)
    assert found.values is not None
    assert sum(found.values) == pytest.approx(484, abs=3)
    assert not found.is_searched


def test_a_joint_search_from_the_file_takes_every_path() -> None:
    paths = {
        "settings.ward.beds": {"from": 2, "to": 10, "step": 2},
        "settings.care.places": {"from": 1, "to": 9, "cost": 3},
    }
    search = asked(smallest=paths)
    found, ran = carry_out(
        find(search, BASE), skew(lambda v: 0.1 * 3.0 ** (7.5 - v[0] / 2 - v[1]), 0.1), 1
    )
    assert isinstance(found, Found)
    assert isinstance(found.answer, Joint)
    assert found.answer.values == (10, 3), "a step of beds costs a third of a place"
    assert found.answer.by_cost
    assert {tuple(change.path for change in variant.changes) for variant in ran} == {tuple(paths)}
