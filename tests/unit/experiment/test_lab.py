"""The lab makes what a procedure wants, and a procedure cut short takes the same way again."""

from collections.abc import Generator
from pathlib import Path

import pytest

from sim.experiment.folder.findings import read_findings, write_findings
from sim.experiment.making.lab import Lab, Measured, Procedure, Progress, Wanted
from sim.experiment.scores import key_of
from sim.experiment.study import Study, load_experiment
from sim.experiment.variants import Change, Variant
from sim.place.problems import InputError
from tests.unit.exporters.town import write_town

BEDS = "settings.ward.beds"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return load_experiment(write_town(tmp_path / "town", "summary"))


class Count(Progress):
    def __init__(self) -> None:
        self.asked = self.made = self.found = 0

    def wanted(self, replications: int) -> None:
        self.asked += replications

    def there(self, scenario: str, replication: int, was_made: bool) -> None:  # noqa: ARG002
        self.made += was_made
        self.found += not was_made


def fewer_beds(study: Study, by: int) -> Variant:
    first = next(iter(study.variants.values()))
    return Variant(f"{by} beds fewer", first.levers, (Change(BEDS, "plus", -by),))


def procedure(study: Study) -> Procedure[list[float]]:
    """Takes beds away until people are clearly delayed longer; two runs of each."""
    first = next(iter(study.variants.values()))
    measured = yield {first: 2}
    found = [float(measured[first].value(key_of("delayed_bed_days")).mean())]
    for by in (1, 2):
        less = fewer_beds(study, by)
        measured = yield {first: 3, less: by}
        assert measured[first].replications == 3
        assert measured[less].replications == by
        found.append(float(measured[less].value(key_of("delayed_bed_days")).mean()))
    return found


def test_a_procedure_gets_what_it_wants_and_nothing_is_made_twice(
    study: Study, tmp_path: Path
) -> None:
    count, again = Count(), Count()
    with Lab(study, tmp_path / "out", 1, count) as lab:
        found = lab.carry_out(procedure(study))
    assert (count.asked, count.made, count.found) == (6, 6, 0)
    with Lab(study, tmp_path / "out", 1, again) as lab:
        assert lab.carry_out(procedure(study)) == found
    assert (again.asked, again.made, again.found) == (6, 0, 6)


def test_one_process_and_two_find_the_same(study: Study, tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        with Lab(study, tmp_path / f"out{workers}", workers) as lab:
            found.append(lab.carry_out(procedure(study)))
    assert found[0] == found[1]
    one, two = (
        {p.relative_to(tmp_path / out): p.read_bytes() for p in (tmp_path / out).rglob("*.parquet")}
        for out in ("out1", "out2")
    )
    assert one == two


def test_a_change_of_the_place_comes_before_the_levers_and_others_clash_with_them(
    study: Study,
) -> None:
    beds = study.scenario_of(Variant("as it is")).place.settings["ward"].beds
    more = study.scenario_of(Variant("more", (), (Change(BEDS, "plus", 3),)))
    assert more.place.settings["ward"].beds != beds
    assert [lever.title for lever in more.levers] == [f"{BEDS} + 3"]
    told = Variant("told", (), (), (Change(BEDS, "plus", 3),))
    assert study.scenario_of(told).fingerprint == more.fingerprint
    assert study.scenario_of(told).levers == ()
    twice = Variant("twice", (), (Change(BEDS, "plus", 3), Change(BEDS, "set", 9)))
    with pytest.raises(InputError, match="clash"):
        study.scenario_of(twice)


def test_a_change_that_makes_no_sense_is_said_with_where_it_was_asked(study: Study) -> None:
    with pytest.raises(InputError, match=r"experiment\.yaml: .*wrad"):
        study.scenario_of(Variant("no", (), (Change("settings.wrad.beds", "set", 1),)))


def test_findings_are_written_with_null_for_a_number_that_is_none(tmp_path: Path) -> None:
    assert read_findings(tmp_path) == {}
    write_findings(tmp_path, {"choose": {"low": float("nan"), "names": ("a", "b")}})
    assert read_findings(tmp_path) == {"choose": {"low": None, "names": ["a", "b"]}}
    (tmp_path / "findings.json").write_text("[]")
    with pytest.raises(InputError, match="not findings"):
        read_findings(tmp_path)
    (tmp_path / "findings.json").write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        read_findings(tmp_path)


def test_an_error_in_a_procedure_closes_the_lab(study: Study, tmp_path: Path) -> None:
    def fails() -> Generator[Wanted, Measured, None]:
        yield {}
        raise InputError([])

    with pytest.raises(InputError), Lab(study, tmp_path / "out", 2) as lab:
        lab.carry_out(fails())
