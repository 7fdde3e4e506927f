"""Replications are added until what was asked for is known well enough, or the limit comes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.experiment.benchmarks import Tolerance
from sim.experiment.carry_out import carry_out
from sim.experiment.folder.findings import read_findings
from sim.experiment.intervals import paired_difference, pooled
from sim.experiment.making.lab import Progress
from sim.experiment.precision.looks import looks, widening
from sim.experiment.precision.precision import (
    NarrowEnough,
    Precision,
    Reached,
    first_narrow,
    until_narrow,
)
from sim.experiment.results import open_results, write_tables
from sim.experiment.scores import Scores, key_of
from sim.experiment.study import load_experiment
from sim.experiment.variants import Variant
from sim.place.problems import InputError
from sim.report.html import facts, write_report
from sim.report.parts.precision import said_of_precision
from sim.report.reading import read_results
from tests.stopping import Stop
from tests.unit.experiment.test_running import EXPERIMENT, LEVER, PLACE, contents

KEYS = {key_of("delayed_bed_days"): 0, key_of("occupancy", "ward"): 1}
NAMES = ("as it is", "more care", "fewer beds")


def asked(measure: str = "delayed_bed_days", **more: object) -> NarrowEnough:
    return NarrowEnough.model_validate({"measure": measure, **more})


def made_up(*rows: np.ndarray) -> Scores:
    """Measures of many runs: delayed bed days, then occupancy where it is given."""
    values = np.array(rows)
    keys = {key: n for key, n in KEYS.items() if n < len(rows)}
    return Scores(keys, values, np.ones(values.shape))


def reach(
    scores: dict[str, Scores],
    within: tuple[NarrowEnough, ...],
    at_most: int = 200,
    first: int = 10,
    baselines: dict[str, str] | None = None,
) -> Reached:
    """What the procedure finds on made-up measures; every scenario is asked for the same runs."""
    names = list(scores)
    variants = {name: Variant(name) for name in names}
    if baselines is None:
        baselines = dict.fromkeys(names[1:], names[0])
    procedure = until_narrow(variants, baselines, Precision(within=within, at_most=at_most), first)
    wanted = next(procedure)
    while True:
        assert set(wanted) == set(variants.values())
        assert len(set(wanted.values())) == 1
        try:
            wanted = procedure.send(
                {each: scores[each.name].first(number) for each, number in wanted.items()}
            )
        except StopIteration as finished:
            reached: Reached = finished.value
            return reached


def runs(seed: int, mean: float, sd: float, luck: np.ndarray | None = None) -> np.ndarray:
    own = np.random.default_rng(seed).normal(mean, sd, 400)
    return own if luck is None else own + luck


LUCK = np.random.default_rng(99).normal(0, 300, 400)


def test_it_ends_at_the_first_look_at_which_every_difference_is_narrow_enough() -> None:
    scores = {
        name: made_up(runs(n, 1000 - 50 * n, 20 + 20 * n, LUCK)) for n, name in enumerate(NAMES)
    }
    found = reach(scores, (asked(half_width=20.0),))
    schedule, factor = looks(10, 200), widening(looks(10, 200))
    wide = {}
    for number in schedule:
        halves = []
        for name in NAMES[1:]:
            change = (scores[name].numerator[0] - scores[NAMES[0]].numerator[0])[:number]
            t = stats.t.ppf(0.975, number - 1)
            halves.append(factor * t * change.std(ddof=1) / number**0.5)
        wide[number] = max(halves)
    expected = next(number for number in schedule if wide[number] <= 20)
    assert 10 < found.replications == expected < 200
    assert found.is_reached
    assert [n for n, _ in found.path] == [n for n in schedule if n <= expected]
    assert [shares[0] for _, shares in found.path] == pytest.approx(
        [wide[n] / 20 for n, _ in found.path]
    )
    assert {each.scenario for each in found.widths} == set(NAMES[1:])
    assert all(each.would_need == expected for each in found.widths)


def test_the_luck_that_scenarios_share_costs_nothing() -> None:
    paired = {name: made_up(runs(n, 1000, 30, LUCK)) for n, name in enumerate(NAMES[:2])}
    assert reach(paired, (asked(half_width=25.0),)).replications <= 17
    alone = {"as it is": paired["as it is"]}
    assert not reach(alone, (asked(half_width=25.0),)).is_reached


def test_the_limit_is_said_plainly_with_what_it_would_take() -> None:
    scores = {name: made_up(runs(n, 1000, 100)) for n, name in enumerate(NAMES)}
    found = reach(scores, (asked(half_width=10.0),), at_most=40)
    assert (found.replications, found.is_reached) == (40, False)
    for each in found.widths:
        assert not each.is_narrow_enough
        assert each.would_need == pytest.approx(40 * (each.half_width / 10) ** 2, abs=1)
        assert 500 < (each.would_need or 0) < 2000
    table = found.table()
    assert list(table.scenario) == ["more care", "fewer beds"]
    assert not table.is_narrow_enough.any()


def test_a_share_is_one_of_the_baselines_mean_and_of_the_own_mean_where_there_is_one_scenario() -> (
    None
):
    scores = {name: made_up(runs(n, 1000 - 600 * n, 5)) for n, name in enumerate(NAMES[:2])}
    found = reach(scores, (asked(half_width="2%"),))
    base = scores["as it is"].numerator[0][: found.replications].mean()
    assert [each.asked for each in found.widths] == pytest.approx([0.02 * base])
    alone = reach({"more care": scores["more care"]}, (asked(half_width="2%"),))
    own = scores["more care"].numerator[0][: alone.replications].mean()
    assert [each.asked for each in alone.widths] == pytest.approx([0.02 * own])
    assert [(each.baseline, each.value) for each in alone.widths] == [("", pytest.approx(own))]


def test_every_measure_has_to_be_narrow_and_each_difference_is_from_its_own_baseline() -> None:
    scores = {
        name: made_up(runs(n, 1000, 10), runs(10 + n, 0.9, 0.05)) for n, name in enumerate(NAMES)
    }
    within = (asked(half_width=50.0), asked("occupancy", setting="ward", half_width=0.02))
    baselines = {"more care": "as it is", "fewer beds": "more care"}
    found = reach(scores, within, baselines=baselines)
    assert found.is_reached
    assert found.replications > reach(scores, within[:1], baselines=baselines).replications == 10
    assert [(each.measure, each.baseline) for each in found.widths] == [
        ("delayed_bed_days", "as it is"), ("delayed_bed_days", "more care"),
        ("occupancy", "as it is"), ("occupancy", "more care"),
    ]  # fmt: skip


def test_what_never_varies_is_narrow_at_once_even_of_nought() -> None:
    same = made_up(np.zeros(400))
    found = reach({"as it is": same, "more care": same}, (asked(half_width="1%"),))
    assert (found.replications, found.is_reached) == (10, True)
    assert found.path == ((10, (0.0,)),)


def test_a_share_of_nought_can_not_be_reached_and_nobody_can_say_what_it_would_take() -> None:
    base, other = made_up(np.zeros(400)), made_up(runs(1, 5, 1))
    found = reach({"as it is": base, "more care": other}, (asked(half_width="1%"),), at_most=20)
    assert (found.replications, found.is_reached) == (20, False)
    assert [each.would_need for each in found.widths] == [None]
    assert found.table().would_need.isna().all()


def test_a_setting_that_one_scenario_adds_is_left_out_and_one_that_is_nowhere_is_an_error() -> None:
    both = made_up(runs(1, 10, 1), runs(2, 0.9, 0.01))
    scores = {"as it is": both, "more care": made_up(runs(3, 10, 1)), "fewer beds": both}
    within = (asked("occupancy", setting="ward", half_width=0.1),)
    assert [each.scenario for each in reach(scores, within).widths] == ["fewer beds"]
    with pytest.raises(InputError, match="occupancy in 'annexe' is measured in no scenario"):
        reach(scores, (asked("occupancy", setting="annexe", half_width=0.1),))


def test_a_rule_with_look_ahead_wants_the_interval_to_stay_narrow() -> None:
    values = np.r_[np.full(3, 10.0), 50.0, np.random.default_rng(1).normal(10, 0.1, 2000)]
    schedule, ones = range(3, 2000), np.ones(len(values))
    assert first_narrow(values, ones, Tolerance(size=1.0), schedule) == 3
    later = first_narrow(values, ones, Tolerance(size=1.0), schedule, look_ahead=1)
    assert later is not None
    assert later > 50, "the odd one out is remembered for long"
    assert first_narrow(values, ones, Tolerance(size=1e-6), schedule, look_ahead=1) is None


# The whole way: from YAML to CSV, manifest and report

ASKED = """replications: 8
precision:
  within:
    - {measure: delayed_bed_days, half_width: 350}
    - {measure: occupancy, setting: home-care, half_width: 4%}
  at_most: 14
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    (tmp_path / "levers").mkdir()
    (tmp_path / "place.yaml").write_text(PLACE)
    (tmp_path / "levers" / "more-care.yaml").write_text(LEVER)
    text = EXPERIMENT.replace("replications: 24\n", ASKED).replace("keep: logs", "keep: summary")
    (tmp_path / "experiment.yaml").write_text(text.replace("days: 120", "days: 60"))
    return tmp_path / "experiment.yaml"


def run_all(experiment: Path, folder: Path, progress: Progress | None = None) -> Path:
    carry_out(load_experiment(experiment), folder, 1, progress)
    write_tables(open_results(folder))
    return folder


def test_intervals_in_every_table_are_widened_and_the_finding_says_what_it_took(
    experiment: Path, tmp_path: Path
) -> None:
    results = open_results(run_all(experiment, tmp_path / "out"))
    found = read_findings(results.folder)["precision"]
    number = found["replications"]
    assert 8 < number < 14
    assert results.replications == dict.fromkeys(("as it is", "more care"), number)
    factor = widening(looks(8, 14))
    assert results.manifest["widened"] == found["widened"] == factor > 1.05
    scores = results.scores()
    summary = pd.read_csv(results.folder / "summary.csv", keep_default_na=False)
    comparison = pd.read_csv(results.folder / "comparison.csv", keep_default_na=False)
    key = key_of("occupancy", "home-care")
    rows = [scores[name].row(key) for name in ("more care", "as it is")]
    for table, column, plain in (
        (summary, "mean", pooled(*rows[0])),
        (comparison, "difference", paired_difference(*rows[0], *rows[1])),
    ):
        row = table[
            (table.measure == "occupancy") & (table.setting == "home-care")
            & (table.scenario == "more care")
        ].iloc[0]  # fmt: skip
        assert float(row[column]) == pytest.approx(plain.mean)
        half = (float(row.high) - float(row.low)) / 2
        assert half == pytest.approx(factor * plain.half_width)
        assert int(row.replications) == number
    precision = pd.read_csv(results.folder / "precision.csv")
    assert list(precision.measure) == ["delayed_bed_days", "occupancy"]
    assert precision.half_width.iloc[1] == pytest.approx(half)
    assert precision.is_narrow_enough.all()


def test_cut_short_at_any_look_and_taken_up_again_it_comes_to_the_same_bytes(
    experiment: Path, tmp_path: Path
) -> None:
    whole = contents(run_all(experiment, tmp_path / "whole"))
    cut = tmp_path / "cut"
    for after in (5, 13, 18):
        with pytest.raises(KeyboardInterrupt):
            run_all(experiment, cut, Stop(after))
        with pytest.raises(InputError):
            open_results(cut)
    assert contents(run_all(experiment, cut)) == whole


def test_the_report_says_whether_it_was_reached_and_what_is_missing(
    experiment: Path, tmp_path: Path
) -> None:
    results = open_results(run_all(experiment, tmp_path / "out"))
    page = write_report(results.folder, results.bands()).read_text(encoding="utf-8")
    assert "Every interval asked for is narrow enough" in page
    assert 'id="precision"' in page
    experiment.write_text(experiment.read_text().replace("half_width: 350", "half_width: 7"))
    read = read_results(run_all(experiment, tmp_path / "tighter"))
    said = " ".join(said_of_precision(read))
    assert "The limit of 14 replications came first: 1 of 2 intervals" in said
    assert "days a year instead of ± 7 days a year; about" in said
    assert facts(read)[-1] == "14 replications each"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("replications: 8", "replications: 4", "yaml:9:15: 4 is too few to begin with"),
        ("at_most: 14", "at_most: 5", r"yaml:14:12: 5 is fewer than the replications"),
        ("at_most: 14", "at_most: 4", "a whole number from 5 to 100,000"),
        ("half_width: 350", "half_width: 0", "not a tolerance"),
        ("half_width: 350", "half_width: 2 standard errors", "a share such as 2%"),
        (", half_width: 350", "", "missing key 'half_width'"),
        ("measure: delayed_bed_days", "measure: delayed_days", "did you mean"),
        ("setting: home-care", "setting: home-car", "did you mean 'home-care'"),
        (", setting: home-care", "", "occupancy is measured by setting"),
        ("measure: delayed_bed_days", "measure: occupancy, setting: home-care",
         "the same measure as in row 1"),
        ("within:", "with:", "unknown key 'with'"),
    ],
)  # fmt: skip
def test_a_precision_that_can_not_be_is_refused(
    experiment: Path, old: str, new: str, said: str
) -> None:
    text = experiment.read_text()
    assert old in text
    experiment.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=said):
        load_experiment(experiment)
