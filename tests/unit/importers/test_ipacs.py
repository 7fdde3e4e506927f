"""An IPACS workbook becomes a place, levers and an experiment, or is refused cell by cell."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.experiment.study import load_experiment
from sim.importers.ipacs import import_workbook
from sim.patients.arrivals import mean_by_day
from sim.place.problems import InputError
from sim.place.schema import Place
from tests.unit.importers.ipacs_book import DAYS, WEEK, small, write


def imported(tmp_path: Path, changes: dict[str, Any] | None = None, **localities: str) -> Path:
    folder = tmp_path / "made"
    import_workbook(write(tmp_path / "book.xlsx", small(), changes), folder, localities)
    return folder


def places(folder: Path) -> dict[str, Place]:
    study = load_experiment(folder / "experiment.yaml")
    return {name: scenario.place for name, scenario in study.scenarios.items()}


def test_every_combination_of_the_scenarios_is_a_scenario_with_its_own_numbers(tmp_path: Path):
    found = places(imported(tmp_path))
    assert list(found) == [
        f"{capacity}_{stay}_{arrivals}"
        for capacity in ("BCap", "S1Cap")
        for stay in ("Blos", "S1los")
        for arrivals in ("BArr", "S1Arr")
    ]
    for name, place in found.items():
        assert place.settings["p2-s"].spaces.limit == (6 if name.startswith("BCap") else 7)
        mean = place.settings["p2-s"].stay.lognormal.mean
        assert (mean is None) == ("_Blos_" in name), "the base has mu and sigma"
        times = 1 if name.endswith("BArr") else 0.5
        for node, group in (("P1_N", "p1-n"), ("P2_S", "p2-s")):
            rates = mean_by_day(place, place.patients[group], DAYS)
            assert rates.tolist() == [rate * times for rate in WEEK[node]] * 2


def test_p1_has_visits_that_taper_and_stays_between_half_a_day_and_the_longest(tmp_path: Path):
    found = places(imported(tmp_path))
    service = found["BCap_Blos_BArr"].settings["p1-n"]
    assert service.visits_per_day.limit == 12, "5 places of 2.5 visits; half a visit is left out"
    assert found["S1Cap_Blos_BArr"].settings["p1-n"].visits_per_day.limit == 22
    assert (service.need.first.value, service.need.last.value) == (4, 1)
    stay = service.stay.lognormal
    assert (stay.mean.value, stay.median.value, stay.redrawn_below.value) == (8, 5, 0.5)
    assert stay.redrawn_above.value == 15.5, "15 is the last whole day below 1.9 times 8"
    other = found["BCap_S1los_BArr"].settings["p1-n"].stay.lognormal
    assert other.redrawn_above.value == 14.5, "14 is the last whole day below 6 + 3 times 3"


def test_who_is_there_and_who_waits_are_those_of_the_workbook(tmp_path: Path):
    place = places(imported(tmp_path))["BCap_Blos_BArr"]
    assert [(row.setting, row.number.value) for row in place.start.people] == [
        ("p1-n", 5), ("p2-s", 8)
    ]  # fmt: skip
    assert [(row.waiting_for, row.number.value) for row in place.start.waiting] == [
        ("p1-n", 2), ("p2-s", 0)
    ]  # fmt: skip
    assert {row.stay_left.rule for row in place.start.people} == {"uniform from one day"}
    assert place.settings["p2-s"].cost_per_day.value == 150
    assert place.settings["acute-hospitals"].cost_per_day.value == 346


def test_the_other_rule_of_the_start_is_a_lever(tmp_path: Path):
    folder = imported(tmp_path)
    experiment = folder / "experiment.yaml"
    text = experiment.read_text().replace(
        "BCap_Blos_BArr: []", "BCap_Blos_BArr: [equilibrium-start]"
    )
    experiment.write_text(text)
    place = places(folder)["BCap_Blos_BArr"]
    assert {row.stay_left.rule for row in place.start.people} == {"equilibrium"}


def test_localities_have_the_names_that_are_given(tmp_path: Path):
    place = places(imported(tmp_path, N="North Town"))["BCap_Blos_BArr"]
    assert list(place.settings) == ["acute-hospitals", "p1-north-town", "p2-s"]
    assert place.settings["p1-north-town"].locality == "North Town"


def test_arrivals_that_do_not_repeat_weekly_are_kept_day_by_day(tmp_path: Path):
    found = places(imported(tmp_path, {"arrivals!B30": 9, "arrivals!B33": 7}))
    changed = {
        name: mean_by_day(place, place.patients["p1-n"], DAYS) for name, place in found.items()
    }
    assert changed["BCap_Blos_BArr"].tolist() == [*WEEK["P1_N"], 9, *WEEK["P1_N"][1:]]
    assert changed["S1Cap_S1los_S1Arr"][:7].tolist() == [rate / 2 for rate in WEEK["P1_N"]]


def test_a_code_that_two_tabs_share_makes_two_levers(tmp_path: Path):
    changes = {f"capacity!B{row}": "S1" for row in (3, 5)} | {f"los!F{row}": "S1" for row in (3, 5)}
    folder = imported(tmp_path, changes)
    assert {"capacity-S1.yaml", "stay-S1.yaml"} <= {p.name for p in folder.glob("levers/*")}
    place = places(folder)["S1_S1_BArr"]
    assert place.settings["p2-s"].spaces.limit == 7
    assert place.settings["p2-s"].stay.lognormal.mean.value == 5


def test_what_was_decided_is_written_down(tmp_path: Path):
    notes = (imported(tmp_path) / "notes.md").read_text(encoding="utf-8")
    for said in ("BCap_Blos_BArr", "| P1_N | `p1-n` |", "equilibrium-start", "'Sheet7'", "IVR"):
        assert said in notes


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["careflow", "import", "ipacs", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_the_command_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    book, folder = write(tmp_path / "book.xlsx", small()), tmp_path / "made"
    assert run(monkeypatch, str(book), "-o", str(folder), "--locality", "N=North") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"2 services and 8 scenarios are in {folder}")
    assert f"careflow run {folder / 'experiment.yaml'}" in said


BAD: list[tuple[dict[str, Any], str]] = [
    ({"arrivals!A2": "P1_X"}, "arrivals!A2: no service 'P1_X' on the tab 'capacity'"),
    ({"arrivals!B2": -1}, "arrivals!B2: -1 people a day; allowed: 0 to 10,000"),
    ({"arrivals!B2": "many"}, "arrivals!B2: 'many' is not a number"),
    ({"arrivals!B2": None}, "arrivals!B2: arrivals is blank"),
    ({"arrivals!D2": "yesterday"}, "arrivals!D2: 'yesterday' is not a date"),
    ({"arrivals!E2": 2}, "arrivals!E2: day 2, but 2023-01-01 is Sunday, day 1"),
    ({"arrivals!C2": "S1Arr"}, "arrivals!D4: P1_N has 2023-01-01 twice for S1Arr"),
    ({"arrivals!C2": "S1 / Arr"}, "arrivals!C2: 'S1 / Arr' is not a scenario's code"),
    ({f"arrivals!{c}57": None for c in "ABCDE"}, "D56: P2_S has no arrivals on 2023-01-14"),
    ({"initial conditions!B2": "queue"}, "initial conditions!B2: unknown measure 'queue'"),
    ({"initial conditions!B4": "dtoc"}, "initial conditions!B4: P1_N has dtoc twice"),
    ({"initial conditions!C2": 2.5}, "initial conditions!C2: 2.5 is not a whole number"),
    ({"initial conditions!C2": -2}, "initial conditions!C2: -2 is below 0"),
    ({f"initial conditions!{c}5": None for c in "ABC"}, "C4: no row for P2_S in the scenario occ"),
    ({"capacity!A2": "Ward 3"}, "capacity!A2: 'Ward 3' is not a service; allowed: P1, P2 or P3"),
    ({"capacity!C1": "beds"}, "capacity!C1: unknown heading 'beds'"),
    ({"capacity!C1": "beds"}, "capacity!A1: no heading 'capacity' in row 1"),
    ({"capacity!D1": "node"}, "capacity!D1: the heading 'node' is here twice"),
    ({"capacity!D3": "my note"}, "capacity!D3: filled in, but its column has no heading"),
    ({"capacity!B3": "BCap"}, "capacity!A3: P1_N has two rows for BCap; first at"),
    ({"capacity!B5": "S2Cap"}, "capacity!C5: no row for P2_S in the scenario S1Cap"),
    ({"capacity!C2": 1e9}, "capacity!C2: value 2.5e+09 is not allowed"),
    ({"capacity!B2": 7}, "capacity!B2: 7.0 is not text"),
    ({"los!I2": "weibull"}, "los!I2: 'weibull' can't be carried over; allowed: lnorm"),
    ({"los!B2": 9}, "los!B2: the median of a lognormal must be below its mean (8)"),
    ({"los!B2": None}, "los!G2: beside mean_los, one of these is needed: mu and sigma, median"),
    ({"los!G2": 0}, "los!G2: mean_los 0 must be above 0"),
    ({"los!J4": 3}, "los!J4: mu 3 and sigma 0.632 make a mean of 24.53 days; mean_los says 7.39"),
    ({"los!K4": None}, "los!J4: mu is filled in, but sigma is blank"),
    ({"los!H4": "2 , 0.632"}, "los!H4: '2 , 0.632' is not mu and sigma of this row"),
    ({"los!H4": "about 2"}, "los!H4: 'about 2' is not mu and sigma of this row"),
    ({"los!D2": None}, "los!A2: P1_N is care by visits, but IVR is blank in this row"),
    ({"los!D4": 4}, "los!D4: P2_S has beds; IVR is for P1 only"),
    ({"los!E2": 5}, "los!E2: FVR 5 must be above 0, and at most IVR (4)"),
    ({"los!D3": 3}, "los!D3: P1_N needs 4 to 1 visits in an earlier row"),
    ({"costs!C3": 300}, "costs!C3: a day's delay costs 300 here and 346 at"),
    ({"costs!B2": -5}, "costs!B2: a cost of -5 is below 0"),
    ({"costs!A3": "P1_N"}, "costs!A3: P1_N is here twice"),
    ({"costs!B2": "=1/0"}, "costs!B2: the cell holds the error #DIV/0!"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), BAD, ids=lambda each: str(each)[:60])
def test_what_cannot_be_carried_over_is_refused_by_tab_and_cell(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    book, folder = write(tmp_path / "book.xlsx", small(), changes), tmp_path / "made"
    assert run(monkeypatch, str(book), "-o", str(folder)) == 2
    error = capsys.readouterr().err
    assert said in error
    assert str(book) in error
    assert "Traceback" not in error
    assert not folder.exists()


def test_a_missing_tab_is_named(tmp_path: Path):
    tabs = small()
    tabs["Capacities"] = tabs.pop("capacity")
    with pytest.raises(InputError, match=r"no tab 'capacity'.*did you mean 'Capacities'"):
        import_workbook(write(tmp_path / "book.xlsx", tabs), tmp_path / "made", {})


def test_an_empty_tab_is_refused(tmp_path: Path):
    tabs = small()
    tabs["costs"] = tabs["costs"][:1]
    with pytest.raises(InputError, match="costs!A2: the tab has no rows"):
        import_workbook(write(tmp_path / "book.xlsx", tabs), tmp_path / "made", {})


def test_too_many_combinations_are_refused(tmp_path: Path):
    tabs = small()
    for code in range(50):
        tabs["capacity"] += [["P1_N", f"C{code}", 5], ["P2_S", f"C{code}", 6]]
    with pytest.raises(InputError, match="208 combinations of scenarios; allowed: 200"):
        import_workbook(write(tmp_path / "book.xlsx", tabs), tmp_path / "made", {})


def test_dates_far_apart_are_refused(tmp_path: Path):
    changes = {"arrivals!D57": date(2200, 1, 4), "arrivals!E57": None}
    with pytest.raises(InputError, match=r"arrivals!D57: 64,\d+ days from the first date"):
        imported(tmp_path, changes)


@pytest.mark.parametrize("written", ["N", "N=", "N=a/b", "=North", "Q=North"])
def test_a_locality_that_makes_no_sense_is_refused(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    book = write(tmp_path / "book.xlsx", small())
    assert run(monkeypatch, str(book), "-o", str(tmp_path / "a"), "--locality", written) == 2
    assert f"--locality {written}" in capsys.readouterr().err


def test_two_localities_may_not_have_one_name(tmp_path: Path):
    tabs = small()
    for rows in tabs.values():
        for row in rows:
            row[0] = "P1_S" if row[0] == "P1_N" else row[0]
    for name in ("arrivals", "initial conditions", "capacity", "los", "costs"):
        tabs[name] = [["P2_T" if cell == "P1_S" else cell for cell in row] for row in tabs[name]]
    tabs["los"] = [
        [*row[:3], None, None, *row[5:]] if n else row for n, row in enumerate(tabs["los"])
    ]
    book = write(tmp_path / "book.xlsx", tabs)
    with pytest.raises(InputError, match="two localities may not have one name"):
        import_workbook(book, tmp_path / "made", {"T": "Here", "S": "here"})
    import_workbook(book, tmp_path / "made", {"T": "There"})
    assert "need" not in (tmp_path / "made" / "place.yaml").read_text().replace("who need", "")


def test_without_the_package_that_reads_workbooks_it_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    book = write(tmp_path / "book.xlsx", small())
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r"needs python-calamine; .*careflow\[office\]"):
        import_workbook(book, tmp_path / "made", {})
