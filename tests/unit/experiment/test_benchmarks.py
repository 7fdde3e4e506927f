"""Published figures are read with their tolerances, and what is wrong is said with its line."""

from pathlib import Path

import pytest

from sim.experiment.benchmarks import Tolerance, read_benchmarks
from sim.experiment.check import check_file
from sim.experiment.folder.manifest import describe
from sim.experiment.study import load_experiment
from sim.place.load import load_place
from sim.place.problems import InputError
from tests.behaviour.spoilt_files import GOOD
from tests.unit.experiment.test_question import write

FILE = """\
benchmarks: England
rows:
  - measure: remaining
    value: 106
    within: 5%
    fitted: yes
    source: sitrep
  - measure: waiting
    setting: ward
    value: 2
    within: 0.5
    source: sitrep
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    (tmp_path / "england.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


def problem(folder: Path, old: str, new: str) -> str:
    path = folder / "england.yaml"
    assert FILE.count(old) == 1
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_benchmarks(path, {"as it is": load_place(folder / "place.yaml")})
    return str(caught.value)


def test_a_tolerance_is_a_size_or_a_share_of_the_value(folder: Path) -> None:
    places = {"as it is": load_place(folder / "place.yaml")}
    rows = read_benchmarks(folder / "england.yaml", places).rows
    assert rows[0].within.of(rows[0].value) == pytest.approx(5.3)
    assert rows[1].within == Tolerance(size=0.5)
    assert [row.fitted for row in rows] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("remaining", "remainig", "england.yaml:3:5: no measure 'remainig'"),
        ("within: 5%", "within: about 5", "england.yaml:5:13: 'about 5' is not a tolerance"),
        ("within: 0.5", "within: -0.5", "england.yaml:11:13: '-0.5' is not a tolerance"),
        ("setting: ward", "setting: wrad", "england.yaml:9:14: no setting 'wrad' in the place"),
        ("    setting: ward\n", "", "waiting is measured by setting; add setting: NAME"),
        ("setting: ward", "reason: rain", "no reason 'rain'"),
        ("setting: ward", "sitting: ward", "did you mean 'setting'"),
        ("waiting\n    setting: ward", "busy", "busy is measured by team; add team: NAME"),
        ("waiting\n    setting: ward", "remaining", "england.yaml:8:5: the same measure and part"),
        ("value: 106", "value: many", "england.yaml:4:12"),
        ("    fitted: yes\n    source: sitrep\n", "", "missing key 'source'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, old: str, new: str, says: str) -> None:
    assert says in problem(folder, old, new)


def experiment(folder: Path, more: str) -> Path:
    text = GOOD["experiment.yaml"] + more
    (folder / "experiment.yaml").write_text(text, encoding="utf-8")
    return folder / "experiment.yaml"


def test_the_experiment_names_the_file_and_the_manifest_keeps_the_figures(folder: Path) -> None:
    study = load_experiment(experiment(folder, "benchmarks: england.yaml\n"))
    kept = describe(study)["benchmarks"]
    assert kept["benchmarks"] == "England"
    assert kept["rows"][0]["value"] == 106
    assert describe(load_experiment(experiment(folder, "")))["benchmarks"] is None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("benchmarks: wales.yaml\n", "experiment.yaml:14:13: no such file 'wales.yaml'"),
        ("benchmarks: ../../england.yaml\n", "allowed: files inside it"),
        ("baselines: {more beds: as it was}\n", "no scenario 'as it was'; allowed: as it is"),
        ("baselines: {fewer beds: as it is}\n", "no scenario 'fewer beds'"),
        ("baselines: {as it is: both}\n", "the first scenario is what the others are compared"),
        ("baselines: {both: both}\n", "'both' can't be compared with itself"),
        ("baselines: {both: more beds, more beds: as it is}\n", "'more beds' has a baseline of"),
        ("groups: {Beds: [more bed]}\n", "no scenario 'more bed'; allowed"),
        ("groups: {Beds: [both], Work: [both]}\n", "'both' stands under 'Beds' already"),
    ],
)
def test_wrong_names_in_an_experiment_are_said(folder: Path, more: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_experiment(experiment(folder, more))
    assert says in str(caught.value)


def test_a_scenario_is_run_with_the_one_that_it_is_compared_with(folder: Path) -> None:
    path = experiment(folder, "baselines: {both: more beds}\n")
    study = load_experiment(path, scenarios=["as it is", "more beds", "both"])
    assert [study.baseline_of(name) for name in study.scenarios] == [
        "as it is", "as it is", "more beds",
    ]  # fmt: skip
    with pytest.raises(InputError, match="--scenario both: it is compared with 'more beds'"):
        load_experiment(path, scenarios=["as it is", "both"])


def test_baselines_groups_and_benchmarks_do_not_change_what_is_run(folder: Path) -> None:
    plain = load_experiment(experiment(folder, ""))
    more = "baselines: {both: more beds}\ngroups: {Beds: [both]}\nbenchmarks: england.yaml\n"
    study = load_experiment(experiment(folder, more))
    assert [each.fingerprint for each in study.scenarios.values()] == [
        each.fingerprint for each in plain.scenarios.values()
    ]
    described = describe(study)
    assert described["scenario_groups"] == {"Beds": ["both"]}
    assert [each["baseline"] for each in described["scenarios"]] == [
        None, "as it is", "more beds",
    ]  # fmt: skip


def test_check_says_what_a_file_of_figures_holds(folder: Path) -> None:
    assert check_file(folder / "england.yaml") == "valid benchmarks: 2 published figures"


MORE = """\
benchmarks: A paper
source: A paper, table 1
within: 3 standard errors
standard_error_at_least: 0.1
at_most_outside: {standard_errors: 2, share: 0.1}
quick: {replications: 5, scenarios: [as it is]}
reasons: {misprint: A figure is left out.}
rows:
  - {measure: waiting, setting: ward, value: 2, standard_error: 0.4}
  - {scenario: both, measure: waiting, setting: ward, value: 2, within: 1, differs: misprint}
  - {measure: waiting, setting: ward, value: 3, source: Another paper, differs: Nobody knows.}
"""


def test_source_tolerance_and_reasons_may_be_written_once_for_all_rows(folder: Path) -> None:
    (folder / "paper.yaml").write_text(MORE, encoding="utf-8")
    found = load_experiment(experiment(folder, "benchmarks: paper.yaml\n")).benchmarks
    assert found is not None
    first, second, third = found.rows
    assert first.source == second.source == "A paper, table 1"
    assert first.within.standard_errors == third.within.standard_errors == 3
    assert second.within.size == 1
    assert (first.differs, second.differs) == (None, "A figure is left out.")
    assert (third.source, third.differs) == ("Another paper", "Nobody knows.")
    assert check_file(folder / "paper.yaml") == "valid benchmarks: 3 published figures"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("scenario: both", "scenario: bth", "paper.yaml:10:16: no scenario 'bth'; allowed"),
        ("scenarios: [as it is]", "scenarios: [it]", "paper.yaml:6:38: no scenario 'it'"),
        ("3 standard errors", "3 standard error", "'3 standard error' is not a tolerance"),
        ("share: 0.1}", "share: 2}", "paper.yaml:5"),
        ("replications: 5", "replications: 1", "paper.yaml:6"),
        ("within: 3 standard errors\n", "", "missing key 'within'"),
    ],
)
def test_what_is_wrong_in_figures_by_scenario_is_said(
    folder: Path, old: str, new: str, says: str
) -> None:
    assert MORE.count(old) == 1
    (folder / "paper.yaml").write_text(MORE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_experiment(experiment(folder, "benchmarks: paper.yaml\n"))
    assert says in str(caught.value)


def test_figures_of_scenarios_that_are_not_run_are_no_mistake(folder: Path) -> None:
    (folder / "paper.yaml").write_text(MORE, encoding="utf-8")
    path = experiment(folder, "benchmarks: paper.yaml\n")
    assert load_experiment(path, scenarios=["as it is"]).benchmarks is not None
