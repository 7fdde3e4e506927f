"""What the report says of inputs in doubt, on made-up models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.experiment.doubt.doubt import Doubt
from sim.experiment.doubt.doubt_found import draw, find
from sim.experiment.folder.findings import read_findings, write_findings
from sim.report.parts import tornado
from tests.unit.experiment.made_up_inputs import answered, even, question

Floats = NDArray[np.float64]
INPUTS = [even("steps", 0, 1), even("beds", 0, 1), even("<idle>", 0, 1)]
LUCK = np.random.default_rng(1).normal(0, 30, (3, 10))


def found(
    folder: Path, lead: float, scenarios: tuple[str, ...] = ("as it is", "b", "c"), **more: Any
) -> dict[str, Any]:
    """What is found where b and c save 1,000 days, and b more with the steps, by a lead."""

    def model(name: str, x: Mapping[str, float], runs: int) -> Floats:
        saved = {"b": 1000 + 400 * (x["steps"] - 0.5) + lead, "c": 1000.0}.get(name, 0.0)
        luck = LUCK["abc".find(name), :runs] + LUCK[:2, :runs].T @ np.array([x["beds"], 1.0])
        return np.asarray(9000 + 900 * x["beds"] - saved + luck)

    section = {
        "inputs": {"x": {"change": {"p": "set"}, "low": 0, "central": 1, "high": 2, "why": "?"}},
        "scenarios": scenarios, "measure": "delayed_bed_days", "draws": 30, **more,
    }  # fmt: skip
    drawn = answered(draw(question(INPUTS, scenarios), Doubt.model_validate(section), 5, 10), model)
    write_findings(folder, {"doubt": find(drawn)})
    plain: dict[str, Any] = read_findings(folder)["doubt"]
    return plain


def words(folder: Path, lead: float) -> str:
    return " ".join(tornado.said_of_inputs(found(folder, lead)))


def test_a_best_that_is_sure_and_one_that_is_open_are_told_apart(tmp_path: Path) -> None:
    sure = words(tmp_path, 5000)
    assert "‘b’ is best with a probability of 100% (95% interval 89% to 100%)." in sure
    assert "no single one of them would change the choice" in sure
    open_still = words(tmp_path, 0)
    assert "these inputs leave it open which is best" in open_still
    assert (
        "Alone, ‘steps’ matters most: from its low to its high end, what ‘b’ changes moves by "
        in open_still
    )
    assert "to know ‘steps’ alone, " in open_still


def test_with_many_draws_a_best_that_is_sure_is_said_not_to_hang_on_the_inputs(
    tmp_path: Path,
) -> None:
    said = tornado.said_of_inputs(found(tmp_path, 5000, draws=100))
    assert any("the choice does not hang on these inputs" in each for each in said)


def test_the_figure_has_the_input_that_moves_the_difference_most_at_the_top(tmp_path: Path) -> None:
    picture = tornado.tornado_picture(found(tmp_path, 0), "tornado")
    assert picture is not None
    ElementTree.fromstring(picture.svg)
    assert picture.svg.index(">steps<") < picture.svg.index(">beds<")
    assert "&lt;idle&gt;" in picture.svg
    assert [group.heading for group in picture.table.groups] == [
        "What ‘c’ changes", "What ‘b’ changes", "The level in ‘as it is’",
    ]  # fmt: skip
    assert {len(row) for group in picture.table.groups for row in group.rows} == {6}
    assert tornado.tornado_picture(found(tmp_path, 0), "tornado") == picture


def test_a_screen_and_indices_have_columns_of_their_own(tmp_path: Path) -> None:
    more = {
        "screen": {"method": "morris", "trajectories": 4},
        "indices": {"method": "sobol", "points": 8},
    }
    picture = tornado.tornado_picture(found(tmp_path, 0, **more), "tornado")
    assert picture is not None
    assert picture.table.columns[5:] == (
        "Mean size of effect (Morris)", "Share of variance alone", "Share with others",
        "Worth of knowing it",
    )  # fmt: skip
    assert {len(row) for group in picture.table.groups for row in group.rows} == {9}


def test_one_scenario_has_a_tornado_of_its_level_and_nothing_to_choose(tmp_path: Path) -> None:
    one = found(tmp_path, 0, ("as it is",))
    assert tornado.best_table(one) is None
    said = " ".join(tornado.said_of_inputs(one))
    assert "Alone, ‘beds’ matters most" in said
    assert "best" not in said
    assert "worth" not in said


def test_tables_say_probabilities_in_whole_per_cent_and_why_an_input_is_in_doubt(
    tmp_path: Path,
) -> None:
    each = found(tmp_path, 0)
    best = tornado.best_table(each)
    assert best is not None
    assert best.groups[0].rows[0][:2] == (
        "as it is",
        "0%\n(0% to 11%)".replace(" to ", "\u00a0to\u00a0"),
    )
    split = tornado.split_table(each)
    assert split is not None
    assert len(split.groups[0].rows) == 3
    doubts = tornado.doubts_table(each)
    assert doubts is not None
    assert doubts.groups[0].rows[0][:3] == ("steps", "0, 0.5, 1", "uniform")


@pytest.mark.parametrize("part", [
    tornado.best_table, tornado.split_table, tornado.doubts_table,
    lambda found: tornado.tornado_picture(found, "x"), tornado.said_of_inputs,
])  # fmt: skip
def test_where_nothing_is_in_doubt_nothing_is_said(part: Any) -> None:
    assert not part({})
