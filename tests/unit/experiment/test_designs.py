"""A design makes the scenarios that it says it makes, and says what can't be made, and where."""

import re
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from sim.experiment.check import check_file
from sim.experiment.design.design_factors import number_of_points
from sim.experiment.design.design_points import LaidOut, lay_out
from sim.experiment.design.designs import Design
from sim.experiment.names_given import slug
from sim.experiment.study import Study, load_experiment
from sim.experiment.variants import Change, Variant
from sim.place.fields import Name
from sim.place.problems import InputError
from tests.unit.experiment.design_town import write_design

NOW = Variant("now")
BEDS, RATE = "settings.ward.beds", "patients.adults.per_day"
NAME = TypeAdapter(Name)


def laid_out(levers: tuple[str, ...] = (), seed: int = 1, **written: Any) -> LaidOut:
    design = Design.model_validate({"levers": levers, **written})
    return lay_out(design, 0, NOW, {"now": NOW}, seed, lambda path: path == BEDS)


kinds = st.sampled_from(["one at a time", "all pairs", "full factorial", "fractional factorial"])
values = st.lists(st.integers(1, 90), min_size=1, max_size=2, unique=True)


@settings(deadline=None)
@given(kinds, st.integers(1, 4), values, values)
def test_a_design_makes_as_many_scenarios_as_it_says_each_with_a_name_of_its_own(
    kind: str, levers: int, beds: list[int], rates: list[int]
) -> None:
    names = tuple(f"a lever with quite a long name {n}" for n in range(levers))
    written: dict[str, Any] = {"kind": kind, "vary": {BEDS: beds, RATE: {"plus": rates}}}
    laid = laid_out(names, **written)
    assert len(laid.points) == number_of_points(laid.design)
    slugs = [slug(name) for name, _ in laid.points]
    assert len(set(slugs)) == len(slugs) == len({point for _, point in laid.points})
    assert all(NAME.validate_python(name) for name, _ in laid.points)
    contents = {(frozenset(v.levers), frozenset(v.changes)) for v in laid.variants.values()}
    assert len(contents) == len(laid.variants)


def test_all_pairs_have_the_baseline_each_alone_and_any_two() -> None:
    laid = laid_out(("a", "b", "c"), kind="all pairs", vary={BEDS: [24, 28]})
    made = {frozenset((*v.levers, *(str(c) for c in v.changes))) for v in laid.variants.values()}
    single = ["a", "b", "c", f"{BEDS} = 24", f"{BEDS} = 28"]
    pairs = [set(p) for p in combinations(single, 2) if not all(BEDS in each for each in p)]
    assert made == {*(frozenset({each}) for each in single), *map(frozenset, pairs)}
    assert len(laid.points) == 1 + 5 + comb(5, 2) - 1
    assert laid.points[0][0] == "now"


def test_names_say_what_a_scenario_is_and_long_ones_are_counted() -> None:
    short = laid_out(("hub", "rounds"), kind="full factorial", vary={BEDS: {"times": [1, 1.1]}})
    assert [name for name, _ in short.points] == [
        "now", "ward beds times 1.1", "rounds", "rounds & ward beds times 1.1", "hub",
        "hub & ward beds times 1.1", "hub & rounds", "hub & rounds & ward beds times 1.1",
    ]  # fmt: skip
    long = tuple(f"a lever with a long name {n}" for n in "abc")
    names = [name for name, _ in laid_out(long, kind="full factorial").points]
    assert names[-1] == "all together"
    assert names[3] == "a lever with a long name b & a lever with a long name c"
    four = [name for name, _ in laid_out((*long, "d"), kind="full factorial").points]
    assert four[-2] == "all but d"
    assert laid_out(kind="one at a time", vary={BEDS: {"plus": [-5, 5]}}).points[1][0] == (
        "ward beds minus 5"
    )
    five = laid_out((*long, "another of these", "and another"), kind="full factorial")
    assert five.points[0b10110][0] == "full factorial 23"


def test_two_numbers_of_one_name_are_told_apart_by_more_of_their_paths() -> None:
    vary = {"routes.ward.care.share": [0.4], "routes.icu.ward.care.share": [0.5]}
    laid = laid_out(kind="one at a time", vary=vary)
    assert list(laid.variants) == ["care share 0.4", "ward care share 0.5"]


@settings(deadline=None)
@given(st.sampled_from([5, 8, 16, 33]), st.integers(0, 50))
def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_range(
    points: int, seed: int
) -> None:
    vary = {RATE: {"from": 0, "to": 1}, "settings.care.cost": {"times": {"from": 0, "to": 1}}}
    laid = laid_out(kind="latin hypercube", points=points, seed=seed, vary=vary)
    table = np.array([[level.number for level in point] for _, point in laid.points])
    for column in table.T:
        inside = np.sort(column) * points - np.arange(points)
        assert (inside > -1e-3).all()
        assert (inside < 1 + 1e-3).all()


def test_sobol_points_are_balanced_in_every_half_and_quarter() -> None:
    vary = {RATE: {"from": 0, "to": 1}, "settings.care.cost": {"times": {"from": 0, "to": 1}}}
    laid = laid_out(kind="sobol", points=64, vary=vary)
    table = np.array([[level.number for level in point] for _, point in laid.points])
    for parts in (2, 4, 8):
        cells = np.floor(table * parts).astype(int)
        for column in cells.T:
            assert set(np.bincount(column)) == {64 // parts}
    quarters = np.floor(table * 8).astype(int) @ np.array([8, 1])
    assert set(np.bincount(quarters)) == {1}


@pytest.mark.parametrize("kind", ["latin hypercube", "sobol"])
def test_the_seed_settles_the_points(kind: str) -> None:
    vary = {RATE: {"from": 0, "to": 1}, BEDS: {"from": 20, "to": 30}}

    def points(seed: int) -> tuple[Any, ...]:
        return laid_out(("a",), seed=seed, kind=kind, points=16, vary=vary).points

    assert points(1) == points(1) != points(2)


def test_spread_levers_are_on_in_half_and_whole_numbers_are_whole_and_all_met() -> None:
    vary = {BEDS: {"from": 20, "to": 23}, RATE: [1, 2, 4]}
    laid = laid_out(("a",), kind="latin hypercube", points=48, vary=vary)
    levels = list(zip(*(point for _, point in laid.points), strict=True))
    on, beds, rates = ([level.number for level in factor] for factor in levels)
    assert set(on) == {0.0, 1.0}
    assert set(beds) == {20, 21, 22, 23}
    assert set(rates) == {1, 2, 4}
    changes = [c for v in laid.variants.values() for c in v.changes if c.path == BEDS]
    assert all(isinstance(change.number, int) for change in changes)


def test_a_range_has_its_steps_and_lengths_keep_their_units() -> None:
    takes = "transfers.to-care.arrange.refer.takes"
    laid = laid_out(kind="sweep", vary={RATE: {"from": 0.8, "to": 1.25, "by": 0.1}})
    assert [point[0].number for _, point in laid.points[1:]] == [0.8, 0.9, 1.0, 1.1, 1.2]
    lengths = laid_out(kind="sweep", vary={takes: ["12 hours", "36 hours"]})
    assert [point[0].number for _, point in lengths.points[1:]] == [0.5, 1.5]
    assert lengths.variants["refer takes 12 hours"].changes == (Change(takes, "set", "12 hours"),)


WRONG = {
    "{kind: all pairs, levers: [quick-referral]}": r"'all pairs' needs 2 or more",
    "{kind: half factorial, levers: [quick-referral]}": "did you mean 'full factorial'",
    "{kind: sweep, levers: [quick-referral]}": "needs a number to vary",
    "{kind: sweep, vary: {settings.ward.beds: {from: 20, to: 30}}}": "needs its step",
    "{kind: sweep, vary: {settings.ward.beds: {from: 30, to: 20, by: 1}}}": "not below",
    "{kind: sweep, vary: {settings.ward.beds: {from: 1, to: 9000, by: 1}}}": "more than 1,000",
    "{kind: sweep, vary: {settings.ward.beds: {from: 1, by: 1}}}": "write a list of values, or",
    "{kind: sweep, vary: {settings.ward.beds: [20, 20]}}": "twice",
    "{kind: sweep, vary: {settings.ward.beds: [20, many]}}": r"'many' is not allowed: a number",
    "{kind: sweep, vary: {settings.ward.beds: [1, '2 hours']}}": "a unit with each",
    "{kind: sweep, vary: {settings.ward.beds: {times: ['2 hours']}}}": "without a unit",
    "{kind: sweep, vary: {settings.ward.beds: {times: [-1]}}}": "0 or more",
    "{kind: sweep, vary: {settings.ward.beds: {times: [1], plus: [1]}}}": "one of set, times",
    "{kind: sweep, vary: {settings.ward.beds: {values: [1], by: 1}}}": "either values, or from",
    "{kind: sobol, levers: [quick-referral], points: 20}": "16 and 32",
    "{kind: sobol, levers: [quick-referral]}": "needs points",
    "{kind: latin hypercube, levers: [quick-referral, quick-agreement], points: 3}": "4 points",
    "{kind: latin hypercube, vary: {settings.ward.beds: 20}, points: 8}": "two values or a range",
    "{kind: one at a time, levers: [quick-referral], points: 8}": "has no points",
    "{kind: one at a time, levers: [quick-referral], resolution: 3}": "has no resolution",
    "{kind: one at a time, levers: [quick-referral, quick-referral]}": "here twice",
    "{kind: one at a time, levers: [quick-referal]}": "did you mean 'quick-referral'",
    "{kind: fractional factorial, levers: [quick-referral, quick-agreement], "
    "vary: {settings.ward.beds: [1, 2, 3]}}": "two values of each number",
    "{kind: fractional factorial, levers: [quick-referral, quick-agreement, fewer-to-care], "
    "resolution: VI}": "III, IV or V",
    "{kind: one at a time, vary: {settings.wrad.beds: [20]}}": "did you mean 'ward'",
    "{kind: one at a time, vary: {settings.ward.beds: [20.5]}}": "whole number is needed",
    "{kind: one at a time, vary: {settings.ward.beds: [-4]}}": "whole number",
    "{kind: latin hypercube, points: 8, vary: {routes.ward.care.share: {from: 0.5, to: 1.5}}}":
        "number from 0 to 1",
    "{kind: all pairs, levers: [quick-referral], "
    "vary: {transfers.to-care.arrange.refer.takes: 1}}": "clash",
    "{kind: full factorial, vary: {settings.ward.beds: {from: 1, to: 50, by: 1}, "
    "settings.care.places: {from: 1, to: 50, by: 1}}}": r"2,500 scenarios; allowed: 1,000",
}  # fmt: skip


@pytest.mark.parametrize("written", WRONG)
def test_what_can_t_be_made_is_said_with_its_line(tmp_path: Path, written: str) -> None:
    path = write_design(tmp_path, f"design:\n  {written}")
    with pytest.raises(InputError) as refused:
        load_experiment(path)
    said = str(refused.value)
    assert re.search(WRONG[written], said), said
    assert re.search(r"experiment\.yaml:1[01]:\d+: ", said), said


def test_a_design_of_many_levers_is_refused_before_it_is_laid_out(tmp_path: Path) -> None:
    levers = ", ".join(f"lever-{n}" for n in range(100))
    path = write_design(tmp_path, f"design: {{kind: full factorial, levers: [{levers}]}}")
    with pytest.raises(InputError, match="no lever"):
        load_experiment(path)


def loaded(folder: Path, design: str) -> Study:
    return load_experiment(write_design(folder, design))


def test_without_scenarios_the_baseline_is_the_place_as_it_is(tmp_path: Path) -> None:
    study = loaded(tmp_path, "design: {kind: one at a time, levers: [quick-referral]}")
    assert list(study.scenarios) == ["as it is", "quick-referral"]
    assert study.scenarios["as it is"].levers == ()
    assert study.baseline_of("quick-referral") == "as it is"
    assert study.design_of("quick-referral") == "one at a time"
    assert study.design_of("as it is") is None


def test_without_scenarios_and_design_the_scenarios_are_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing key 'scenarios'"):
        loaded(tmp_path, "")


def test_a_scenario_that_is_written_out_keeps_its_name_and_the_baseline_its_levers(
    tmp_path: Path,
) -> None:
    study = loaded(
        tmp_path,
        "scenarios:\n  now: [fewer-to-care]\n"
        "  both: [fewer-to-care, quick-agreement, quick-referral]\n"
        "design: {kind: all pairs, levers: [quick-referral, quick-agreement]}",
    )
    assert {name: v.levers for name, v in study.variants.items()} == {
        "now": ("fewer-to-care",),
        "both": ("fewer-to-care", "quick-agreement", "quick-referral"),
        "quick-referral": ("fewer-to-care", "quick-referral"),
        "quick-agreement": ("fewer-to-care", "quick-agreement"),
    }
    assert [name for name, _ in study.designs[0].points][-1] == "both"
    with pytest.raises(InputError, match=r"'fewer-to-care' is in the baseline 'now' already"):
        loaded(
            tmp_path,
            "scenarios: {now: [fewer-to-care]}\n"
            "design: {kind: one at a time, levers: [fewer-to-care]}",
        )


def test_several_designs_share_their_scenarios(tmp_path: Path) -> None:
    study = loaded(
        tmp_path,
        "design:\n"
        "  - {kind: one at a time, levers: [quick-referral, quick-agreement]}\n"
        "  - {kind: full factorial, levers: [quick-referral, quick-agreement]}",
    )
    assert len(study.scenarios) == 4
    assert [len(each.variants) for each in study.designs] == [2, 1]


def test_a_number_is_changed_in_the_scenario_and_named_as_a_lever_of_its_own(
    tmp_path: Path,
) -> None:
    study = loaded(
        tmp_path,
        f"design: {{kind: all pairs, levers: [quick-referral], vary: {{{BEDS}: 22, "
        f"{RATE}: {{times: 1.1}}}}}}",
    )
    both = study.scenarios["ward beds 22 & adults per_day times 1.1"]
    assert both.place.settings["ward"].spaces.limit == 22
    assert [lever.lever for lever in both.levers] == [
        "settings.ward.beds set 22", "patients.adults.per_day times 1.1"
    ]  # fmt: skip


def test_one_scenario_of_a_design_may_be_run_and_the_design_is_then_not_told(
    tmp_path: Path,
) -> None:
    path = write_design(
        tmp_path, "design: {kind: all pairs, levers: [quick-referral, quick-agreement]}"
    )
    study = load_experiment(path, scenarios=["as it is", "quick-referral"])
    assert list(study.scenarios) == ["as it is", "quick-referral"]
    assert study.designs == ()
    with pytest.raises(InputError, match="no such scenario"):
        load_experiment(path, scenarios=["quick referal"])


def test_check_says_how_many_scenarios_the_designs_make(tmp_path: Path) -> None:
    path = write_design(
        tmp_path, f"design: {{kind: full factorial, levers: [quick-referral], vary: {{{BEDS}: "
        "[20, 24, 28]}}"
    )  # fmt: skip
    assert check_file(path) == (
        "a valid experiment: 7 scenarios, 42 runs; full factorial of 2 factors makes 6 of them"
    )
