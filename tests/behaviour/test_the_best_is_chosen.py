"""The best scenario is chosen as surely as was asked, with few runs, and else none is."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.choice.choose import Choose
from sim.experiment.choice.selection import ROUND, Rule
from sim.experiment.compare_on import CompareOn
from sim.experiment.scores import Scores, key_of
from sim.experiment.variants import Variant
from sim.place.problems import InputError
from tests.behaviour.selection_trials import (
    BEST,
    FIRST,
    MADE_UP,
    TEN,
    Trial,
    all_one_worse,
    followed,
    made_up,
    one_after_another,
    trials,
)

TRIALS = 200


def in_hindsight(found: list[Trial]) -> int:
    """The fewest equal numbers with which nearly all of these would have been right."""
    needed = 0.975 * len(found)
    return next(n for n in range(10, 1000, 10) if sum(t.is_right_with(n) for t in found) >= needed)


@pytest.mark.slow
@pytest.mark.parametrize("study", ["made-up", "made-up, best varies most"])
def test_the_right_one_of_ten_is_chosen_with_clearly_fewer_runs_than_equal_numbers(
    study: str,
) -> None:
    found = list(trials(study, TRIALS))
    assert np.mean([each.is_right for each in found]) >= 0.94
    runs = float(np.mean([each.runs for each in found]))
    assert runs < 0.4 * len(TEN) * np.mean([each.choice.equal for each in found])
    assert runs < 0.8 * len(TEN) * in_hindsight(found), "and fewer than if one knew how many"


def test_equal_numbers_are_as_many_as_students_t_asks_for() -> None:
    chance = np.random.default_rng(1)
    spread = np.array([[0.0, 90.0], [90.0, 0.0]])
    rule = Rule(2, FIRST, 0.95, 2.0)
    assert rule.equal_numbers(spread) == np.ceil(stats.t.ppf(0.95, FIRST - 1) ** 2 * 90 / 4)
    right = []
    for _ in range(2000):
        first = chance.normal(-2.0, 6.0, FIRST)
        number = rule.equal_numbers(np.full((2, 2), first.var(ddof=1)))
        more = chance.normal(-2.0, 6.0, number - FIRST)
        right.append(np.concatenate((first, more)).mean() < 0)
    assert np.mean(right) > 0.94


def test_a_choice_is_of_what_was_asked_for_and_says_what_it_took() -> None:
    found = made_up(5, one_after_another(), np.linspace(2.0, 5.0, 10)).choice
    assert (found.leader, found.is_decided, found.first) == (BEST.name, True, FIRST)
    assert [each.scenario for each in found.standings if each.outcome == "chosen"] == [BEST.name]
    assert {each.outcome for each in found.standings} == {"chosen", "ruled out"}
    numbers = [each.mean.replications for each in found.standings]
    assert numbers == sorted(numbers, reverse=True), "who left last stands first"
    assert len(set(numbers)) > 2, "not all left at once"
    for each in found.standings[1:]:
        assert each.ruled_out_by
        assert each.difference is not None
        assert each.difference.replications == each.mean.replications
    table = found.table()
    assert list(table["scenario"]) == [each.scenario for each in found.standings]
    assert list(table["replications"]) == numbers
    assert table["difference"].isna().sum() == 1


def test_where_the_most_comes_first_nothing_is_chosen_and_who_may_be_best_is_said() -> None:
    asked = MADE_UP.model_copy(update={"at_most": 32})
    found = made_up(1, all_one_worse(), np.full(10, 8.0), asked=asked).choice
    assert not found.is_decided
    assert max(found.replications.values()) == 32
    outcomes = [each.outcome for each in found.standings]
    assert "chosen" not in outcomes
    assert outcomes.count("still in") > 1
    assert found.leader == found.standings[0].scenario
    assert found.needed > 32
    enough = MADE_UP.model_copy(update={"at_most": found.needed})
    again = made_up(1, all_one_worse(), np.full(10, 8.0), asked=enough).choice
    assert again.is_decided, "as many as it said are enough"


def test_scenarios_that_are_the_same_are_said_to_be_so_and_are_not_run_on() -> None:
    same = all_one_worse() * 0.0
    found = made_up(1, same, np.full(10, 3.0), correlation=1.0).choice
    assert found.is_decided
    assert {each.outcome for each in found.standings[1:]} == {"the same"}
    assert set(found.replications.values()) == {FIRST}


def test_a_constant_difference_is_seen_at_once_in_the_better_direction() -> None:
    worse = all_one_worse() * 0.001
    for measure, best in (("delayed_bed_days", BEST.name), ("discharged_per_day", None)):
        asked = MADE_UP.model_copy(update={"best_on": CompareOn(measure=measure)})
        found = made_up(1, worse, np.full(10, 3.0), correlation=1.0, asked=asked).choice
        left = [e.scenario for e in found.standings if e.outcome in ("chosen", "the same")]
        assert (best in left) == (best is not None)
        assert len(left) == (1 if best else 9)
        assert set(found.replications.values()) == {FIRST}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 10), st.integers(1, 30), st.integers(30, 90))
def test_no_more_is_asked_for_than_may_be_and_nothing_of_who_is_out(
    seed: int, number: int, first: int, at_most: int
) -> None:
    values = np.random.default_rng(seed).normal(size=(10, 90))
    asked = MADE_UP.model_copy(update={"at_most": at_most})

    def scores(variant: Variant, many: int) -> Scores:
        mine = values[TEN.index(variant), None, :many]
        return Scores({key_of("delayed_bed_days"): 0}, mine, np.ones((1, many)))

    rounds, found = followed(TEN[:number], asked, scores, first)
    counts = [max(each.values()) for each in rounds]
    assert counts[0] == max(10, first)
    assert all(max(each.values()) == min(each.values()) for each in rounds)
    for before, after in pairwise(rounds):
        assert set(after) <= set(before)
        assert len(after) > 1
        more = max(after.values()) - max(before.values())
        assert more == ROUND or max(after.values()) == at_most
    assert counts[-1] <= at_most
    assert found.is_decided or counts[-1] == at_most
    assert len(found.standings) == number
    again = followed(TEN[:number], asked, scores, first)
    assert (again[0], again[1].to_json()) == (rounds, found.to_json()), "the same way again"


def test_a_ratio_is_judged_by_all_over_all_and_a_scenario_with_nobody_is_refused() -> None:
    chance = np.random.default_rng(2)
    people = chance.integers(20, 60, size=(2, 400)).astype(float)
    key = ("wait_days", "ward", "", "north", "", "", "", "")
    asked = Choose(
        best_on={"measure": "wait_days", "setting": "ward"},
        chance=0.95, indifference=0.2, at_most=400,
    )  # fmt: skip
    days = people * np.array([[2.0], [2.5]]) + chance.normal(0, 20, size=(2, 400))

    def scores(variant: Variant, number: int) -> Scores:
        n = TEN.index(variant)
        return Scores({key: 0}, days[n, None, :number], people[n, None, :number])

    assert followed(TEN[:2], asked, scores, 12)[1].leader == TEN[0].name
    nobody = np.zeros((1, 12))
    with pytest.raises(InputError, match="here: nobody is measured by wait_days in 'scenario 0'"):
        followed(TEN[:2], asked, lambda _, __: Scores({key: 0}, nobody, nobody), 12)
    with pytest.raises(InputError, match="here: wait_days is not measured as a whole in"):
        followed(TEN[:2], asked, lambda _, __: Scores({}, nobody[:0], nobody[:0]), 12)
