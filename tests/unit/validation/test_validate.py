"""careflow validate says which figures agree, which do not, and why; and fails when one should."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.cli import main
from sim.report.validation import number
from sim.validation import others, run
from sim.validation.case import Case, measured, one_ward, theory
from sim.validation.independent import Comparison, OfPlace, Row

PLACE = """\
place: Town
start_date: 2024-01-01
settings:
  ward: {beds: unlimited, stay: {exponential: {mean: 2}}}
exits: {home: {}}
routes: {ward: {home: 1}}
patients: {people: {arrives_at: ward, per_day: 5}}
"""
LEVER = """\
lever: busier
title: More people come
how: Twice as many.
change:
  patients.people.per_day: {times: 2}
evidence: {strength: none, says: Made up.}
"""
EXPERIMENT = """\
experiment: A model of a town
question: How many?
place: place.yaml
levers: [busier.yaml]
scenarios: {as it is: [], busier: [busier]}
days: 400
warm_up: 20
replications: 12
seed: 3
compare_on: [delayed_bed_days]
benchmarks: figures.yaml
"""
FIGURES = """\
benchmarks: A paper
about: What a paper has.
source: A paper, table 1
within: 4 standard errors
quick: {replications: 6}
at_most_outside: {standard_errors: 2.5, share: 0.5}
standard_error_at_least: 0.01
rows:
  - {setting: ward, measure: occupied, value: 10, standard_error: 0.05}
  - {scenario: busier, setting: ward, measure: occupied, value: 20, within: 2%}
  - {setting: ward, measure: admitted_per_day, value: 7, differs: A 7 for a 5.}
"""


def a_little_theory(quick: bool) -> Iterator[Case]:
    yield theory(
        "little", "A ward without limit", "Little (1961)",
        one_ward("unlimited", 5.0, {"fixed": {"value": 2}}), {"people there": 10.0},
        lambda result: [measured(result, "occupied", "ward")],
        days=300, warm_up=10, replications=(20, 10), quick=quick,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one published model; of theory, one case."""
    for name, text in (
        ("place.yaml", PLACE), ("busier.yaml", LEVER), ("experiments/town.yaml", EXPERIMENT),
        ("figures.yaml", FIGURES),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for room in ("networks", "over_time", "teams"):
        monkeypatch.setattr(run, room, lambda _: ())
    monkeypatch.setattr(run, "queues", a_little_theory)
    monkeypatch.setattr(others, "find_spec", lambda _: None)
    return tmp_path


def validate(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """The exit code of careflow validate, with the page in the folder ``out``."""
    out = ["-o", str(folder / "out"), "--workers", "1"]
    monkeypatch.setattr(
        "sys.argv", ["careflow", "validate", str(folder / "experiments"), *out, *more]
    )
    with pytest.raises(SystemExit) as caught:
        main()
    return int(str(caught.value.code or 0))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_figures_that_agree_and_one_whose_reason_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert validate(folder, monkeypatch) == 0
    said = capsys.readouterr().out
    assert "4 figures: 3 agree, 1 differ for a reason that is given, and none besides." in said
    page = (folder / "out" / "validation.md").read_text(encoding="utf-8")
    assert "12 replications of 400 days after 20 days, seed 3" in page
    assert "A 7 for a 5." in page
    assert "## Where ours is not the published figure, and why" in page
    assert "Ciw, another simulator, is not installed" in page
    html = (folder / "out" / "validation.html").read_text(encoding="utf-8")
    assert "A ward without limit" in html
    assert "full form" in html


def test_the_quick_form_runs_less_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert validate(folder, monkeypatch, "--quick") == 0
    page = (folder / "out" / "validation.md").read_text(encoding="utf-8")
    assert "busier: 6 replications of 400 days" in page
    assert "The quick form runs less of everything" in page


def test_a_figure_that_should_agree_and_does_not_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "figures.yaml", "value: 20,", "value: 21,")
    assert validate(folder, monkeypatch) == 1
    assert "A model of a town: ward: People there differs" in capsys.readouterr().err
    assert "DIFFERS" in (folder / "out" / "validation.md").read_text(encoding="utf-8")


def test_too_many_figures_farther_out_than_a_few_may_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "figures.yaml", "standard_errors: 2.5", "standard_errors: 0.01")
    edit(folder, "figures.yaml", "share: 0.5", "share: 0.01")
    assert validate(folder, monkeypatch) == 1
    assert "1 of 1 figures lie too far out, taken together" in capsys.readouterr().err


def test_a_figure_that_the_runs_do_not_measure_is_wrong_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "figures.yaml", "measure: admitted_per_day", "measure: occupancy")
    assert validate(folder, monkeypatch) == 2
    assert "occupancy, ward, which its runs do not measure" in capsys.readouterr().err


@pytest.mark.parametrize(("where", "says"), [("none", "no such folder"), ("out", "no experiment")])
def test_a_folder_without_experiments_is_wrong_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    where: str, says: str,
) -> None:  # fmt: skip
    (folder / "out").mkdir()
    monkeypatch.setattr("sys.argv", ["careflow", "validate", str(folder / where)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert says in capsys.readouterr().err


def test_an_experiment_without_figures_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = EXPERIMENT.replace("benchmarks: figures.yaml\n", "").replace("A model", "No figures")
    (folder / "experiments" / "other.yaml").write_text(text, encoding="utf-8")
    assert validate(folder, monkeypatch, "--quick") == 0
    page = (folder / "out" / "validation.md").read_text(encoding="utf-8")
    assert "with no published figures: No figures of a town" in page


def test_numbers_have_four_figures() -> None:
    assert [number(x) for x in (1234.56, 12.3456, 0.00123456, 0.0, 5.0)] == [
        "1,235", "12.35", "0.001235", "0", "5",
    ]  # fmt: skip


def test_what_an_independent_simulator_says_is_on_the_page_and_its_alarms_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = Row(3, "", "wait_days", "ward", "", "", 1.0, 0.1, 2.0, 0.1, 1e-9)
    place = OfPlace(3, 2, (), (), (row,), 0, 500, 2)
    found = Comparison(1, (place,), (row,), (), (row,), (), 0.5)
    monkeypatch.setattr(others, "compare_with_ciw", lambda *_: found)
    monkeypatch.setattr(others, "find_spec", lambda name: name)
    assert validate(folder, monkeypatch, "--quick") == 1
    said = capsys.readouterr()
    assert "of 500 stays of the same people 2 differ" in said.out
    assert "Ciw: place 3, wait_days in ward: ours 1, theirs 2" in said.err
    assert "Ciw: 2 stays of the same people differ" in said.err
