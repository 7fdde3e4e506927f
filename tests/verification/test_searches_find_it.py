"""Searches on real runs find what theory says, and a frontier is that of all mixes."""

from itertools import product
from pathlib import Path

import pytest

from sim.experiment.budget.frontier import explore
from sim.experiment.budget.mixes import mixes_of, variant_of
from sim.experiment.making.lab import Lab
from sim.experiment.search.line import Line
from sim.experiment.search.searching import find
from sim.experiment.search.together import Joint
from sim.experiment.study import Study, load_experiment
from sim.validation.theory.formulas import erlang_b, erlang_c, line_moves, stationary
from tests.unit.experiment.parish import BUDGET, write_parish

pytestmark = pytest.mark.slow

EXPERIMENT = """
experiment: A search
question: How few will do?
place: place.yaml
scenarios: {as it is: []}
days: 500
warm_up: 20
replications: 1
seed: 11
compare_on: [{measure: occupied, setting: ward}]
search:
"""
ONE_WARD = """
place: One ward
start_date: 2024-01-01
bank_holidays: as usual
settings: {{ward: {{beds: 5, acute: yes, stay: {{exponential: {{mean: 1}}}}{more}}}}}
exits: {{home: {{}}}}
routes: {{ward: {{home: 1}}}}
patients: {{people: {{arrives_at: ward, per_day: {load}}}}}
"""


def asked(folder: Path, place: str, search: str) -> Study:
    (folder / "place.yaml").write_text(place)
    (folder / "experiment.yaml").write_text(EXPERIMENT + search)
    return load_experiment(folder / "experiment.yaml")


def searched(study: Study, folder: Path) -> Line | Joint:
    (search,) = study.experiment.search.values()
    with Lab(study, folder / "results", 1) as lab:
        return lab.carry_out(find(search, study.variant_named(None))).answer


def beds_for(folder: Path, load: float, target: str, more: str = "", limit: int = 400) -> Line:
    place = ONE_WARD.format(load=load, more=more)
    study = asked(folder, place, f"""
  beds:
    smallest: {{settings.ward.beds: {{from: 2, to: 20}}}}
    so_that: [{{measure: {target}}}]
    replications_at_most: {limit}
""")  # fmt: skip
    found = searched(study, folder)
    assert isinstance(found, Line)
    return found


@pytest.mark.parametrize(("load", "beds", "share"), [(3.1, 5, 0.32), (5.9, 10, 0.157)])
def test_the_fewest_beds_for_a_share_who_wait_are_those_of_erlang_c(
    load: float, beds: int, share: float, tmp_path: Path
) -> None:
    assert erlang_c(beds, load) < 0.9 * share < 1.1 * share < erlang_c(beds - 1, load)
    found = beds_for(tmp_path, load, f"share_waiting, setting: ward, at_most: {share}")
    assert (found.meets, found.misses) == (beds, beds - 1)


def test_the_fewest_beds_for_few_turned_away_are_those_of_erlang_s_loss_formula(
    tmp_path: Path,
) -> None:
    load, beds, lost = 4.9, 8, 0.0967
    assert erlang_b(beds, load) < 0.9 * lost < 1.1 * lost < erlang_b(beds - 1, load)
    target = f"turned_away_per_day, setting: ward, at_most: {lost * load}"
    found = beds_for(tmp_path, load, target, ", queue_limit: 0")
    assert (found.meets, found.misses) == (beds, beds - 1)


def test_in_a_close_case_it_says_that_it_cannot_tell(tmp_path: Path) -> None:
    load, beds = 5.1, 9
    share = round(erlang_c(beds, load), 4)
    found = beds_for(tmp_path, load, f"share_waiting, setting: ward, at_most: {share}", limit=50)
    assert found.meets in (beds, beds + 1)
    assert found.misses in (beds - 1, beds - 2)
    assert beds in found.open


LINE = """
place: A line
start_date: 2024-01-01
bank_holidays: as usual
settings:
  ward: {beds: 4, acute: yes, queue_limit: 0, stay: {exponential: {mean: 1}}}
  unit: {beds: 5, stay: {exponential: {mean: 2}}}
exits: {home: {}}
routes: {ward: {unit: 1}, unit: {home: 1}}
patients: {people: {arrives_at: ward, per_day: 2}}
"""


def lost_and_held(beds: tuple[int, int]) -> tuple[float, float]:
    """Of two units in a line: people a day turned away, and people held up in the first."""
    empty = ((0, 0), (0, 0))
    chances = stationary(empty, line_moves(2.0, (1.0, 0.5), beds))
    away = held = 0.0
    for state, chance in chances.items():
        (needing, blocked), _ = state  # type: ignore[misc]
        away += 2.0 * chance * (needing + blocked == beds[0])
        held += chance * blocked
    return away, held


def test_a_joint_search_where_units_hold_each_other_up_finds_what_enumeration_finds(
    tmp_path: Path,
) -> None:
    study = asked(tmp_path, LINE, """
  both:
    smallest: {settings.ward.beds: {from: 1, to: 9}, settings.unit.beds: {from: 1, to: 12}}
    so_that:
      - {measure: turned_away_per_day, setting: ward, at_most: 0.1}
      - {measure: delayed, setting: ward, at_most: 0.25}
    replications_at_most: 60
""")  # fmt: skip
    found = searched(study, tmp_path)
    assert isinstance(found, Joint)
    every = {beds: lost_and_held(beds) for beds in product(range(3, 9), range(3, 10))}
    good = [beds for beds, (away, held) in every.items() if away <= 0.1 and held <= 0.25]
    fewest = min(map(sum, good))
    assert found.values is not None
    assert found.values in good, "it never claims more than is true"
    assert sum(found.values) <= fewest + 1
    best = [beds for beds in good if sum(beds) == fewest]
    assert found.values in best or set(found.open) & set(best)


def test_from_neighbour_to_neighbour_the_frontier_of_a_parish_is_that_of_all_mixes(
    tmp_path: Path,
) -> None:
    asked = BUDGET.replace("at_most: 300000", "at_most: 240000")
    study = load_experiment(write_parish(tmp_path / "parish", asked))
    budget = study.experiment.budget
    assert budget is not None
    base = study.variant_named(None)
    mixes = mixes_of(budget, study.sources.base, study.sources.levers)
    within = mixes.within()
    assert within is not None
    known = list(study.variants.values())
    with Lab(study, tmp_path / "results", 1) as lab:
        whole, local = (
            lab.carry_out(
                explore(mixes, lambda mix: variant_of(mixes, base, mix, known), budget.measure,
                        budget.replications, limit)
            )
            for limit in (len(within), len(within) - 1)
        )  # fmt: skip
    assert (whole.is_all, local.is_all, local.untried) == (True, False, 0)
    assert local.frontier == whole.frontier
    assert len(whole.frontier) > 3
