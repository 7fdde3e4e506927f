"""What the report says of control charts, of made-up histories with a known truth."""

import json
from typing import Any

import numpy as np
import pytest

from sim.experiment.control.control import Control
from sim.experiment.control.control_finding import Watch, finding_of
from sim.report.parts.control import rules_table, said_of_control, seen_table, spacing_table
from sim.report.parts.control_charts import run_picture, xmr_picture
from sim.report.results import Results, Scenario, Setting

DAYS = 7 * 104
CONTROL = Control.model_validate({"watch": "delayed", "baseline_weeks": 26, "fall": ["20%"]})


def histories(rho: float, number: int = 40) -> np.ndarray:
    """Weeks that are each like the one before, held for seven days each: mean 50, sd 5."""
    steps = np.random.default_rng(2).normal(size=(number, DAYS // 7 + 60))
    weeks = np.zeros(steps.shape)
    for n in range(1, steps.shape[1]):
        weeks[:, n] = rho * weeks[:, n - 1] + np.sqrt(1 - rho * rho) * steps[:, n]
    return np.repeat(50 + 5 * weeks[:, 60:], 7, axis=1)


def results_of(days: np.ndarray, control: Control = CONTROL, **more: np.ndarray) -> Results:
    watch = Watch(
        control,
        {"as it is": days, **more},
        dict.fromkeys(more, "as it is"),
        dict.fromkeys(more, 7.0 * 26),
    )
    finding: dict[str, Any] = json.loads(json.dumps(finding_of(watch)))
    return Results(
        "x", baseline="as it is", findings={"control": finding},
        scenarios=tuple(Scenario(name) for name in ("as it is", *more)),
        settings=(Setting("ward", "The ward", is_acute=True),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def alike() -> Results:
    days = histories(0.8)
    better = days.copy()
    better[:, 7 * 26 :] *= 0.7
    return results_of(days, better=better)


def test_points_that_are_alike_are_said_to_give_false_alarms(alike: Results) -> None:
    said = " ".join(said_of_control(alike))
    assert "A rule that fires anyway has seen nothing." in said
    assert "(correlation 0.8" in said or "(correlation 0.7" in said
    assert "do not take one signal on such a chart as proof" in said
    assert "What can be trusted: with limits" in said
    assert "rests on 40 histories, and is rough; run 100 or more" in said
    assert "Points further apart help: one for" in said
    assert "Half of the histories see ‘better’ after" in said


def test_independent_points_are_not_said_to_mislead() -> None:
    """Their limits are right, so rules fire seldom: no warning, no wider limits needed for long."""
    said = " ".join(said_of_control(results_of(histories(0.0))))
    assert "With nothing changed, some rule says ‘improvement’ within 26 weeks in" in said
    told = results_of(histories(0.0)).findings["control"]
    assert abs(told["autocorrelation"][0]) < 0.05
    assert told["spread"][0] == pytest.approx(1.0, abs=0.03)


def test_a_strong_change_is_seen_at_once_by_a_point_outside(alike: Results) -> None:
    table = seen_table(alike)
    assert table is not None
    headings = [group.heading for group in table.groups]
    assert headings[:3] == [
        "Nothing changed (false alarms)", "A sudden fall, laid on the baseline", "Scenarios",
    ]  # fmt: skip
    row = table.groups[2].rows[0]
    assert row[0] == "better, from week 27"
    assert float(row[1].split()[0]) <= 2
    assert row[6].startswith("a point outside the limits")


def test_each_rule_stands_beside_its_own_false_alarms(alike: Results) -> None:
    table = rules_table(alike)
    assert table is not None
    rows = {row[0]: row for row in table.groups[0].rows}
    assert len(rows) == 6
    outside, trend = rows["A point outside the limits"], rows["Seven or more rising or falling"]
    assert percent(outside[3]) > percent(outside[1]) > 0
    assert percent(trend[3]) == pytest.approx(percent(trend[1]), abs=10)
    wide = next(row for name, row in rows.items() if "times as wide" in name)
    assert percent(wide[1]) <= 5
    assert percent(wide[3]) > percent(wide[1])


def percent(cell: str) -> int:
    return int(cell.partition("%")[0])


def test_spacings_are_told_with_the_length_of_their_baselines(alike: Results) -> None:
    table = spacing_table(alike)
    assert table is not None
    assert [row[:2] for row in table.groups[0].rows] == [
        ("A week", "26"), ("A day", "26"), ("A fortnight", "26"), ("Four weeks", "48"),
    ]  # fmt: skip


def test_marks_for_the_better_and_the_worse_differ_in_shape(alike: Results) -> None:
    picture = xmr_picture(alike, "xmr")
    assert picture is not None
    assert "Round marks" in picture.caption
    assert "square ones" in picture.caption
    assert "<desc" in picture.svg
    assert picture.table.row_count == 2
    assert run_picture(alike, "run") is not None


def test_few_histories_are_said_to_be_too_few() -> None:
    results = results_of(histories(0.5, number=3))
    said = said_of_control(results)
    assert said == [
        "Only 3 histories simulated: too few to say how soon a change is seen, or how often "
        "nothing is. Run 20 or more."
    ]
    table = rules_table(results)
    assert table is not None
    assert table.row_count == 5


def test_a_series_that_never_varies_has_nothing_to_show() -> None:
    results = results_of(np.zeros((25, DAYS)))
    assert said_of_control(results) == [
        "People delayed in acute settings: the same at every point of every run. A chart has "
        "nothing to show."
    ]
    assert xmr_picture(results, "xmr") is not None
    assert run_picture(results, "run") is not None


def test_what_is_not_seen_by_the_end_is_said_so() -> None:
    """After the baseline, weeks just above and just below its mean, in turn: no rule fires."""
    days = histories(0.0)
    mean = days[:, : 7 * 26].mean(axis=1, keepdims=True)
    turn = np.repeat(np.resize([0.5, -0.5], 78), 7)
    days[:, 7 * 26 :] = mean + turn
    tiny = CONTROL.model_copy(update={"fall": (0.005,)})
    said = said_of_control(results_of(days, tiny))
    assert "of 0.5% not by the end of the run (78 weeks)." in said[0]
    assert "‘improvement’ within 26 weeks in 0% (0% to 9%)" in said[1]


def test_many_scenarios_are_drawn_side_by_side() -> None:
    days = histories(0.5, number=6)
    more = {f"scenario {n}": days * (1 - n / 100) for n in range(12)}
    picture = xmr_picture(results_of(days, **more), "xmr")
    assert picture is not None
    assert picture.table.row_count == 9
