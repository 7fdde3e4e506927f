"""The published IPACS workbook imports as the shipped place, and its beds give the same results."""

from pathlib import Path

import pytest

from sim.experiment.folder.fingerprint import fingerprint
from sim.experiment.study import load_experiment
from sim.importers.ipacs import import_workbook
from sim.place.load import load_place
from sim.place.schema import Place
from sim.report.run import run_experiment
from tests.published.ipacs_workbook import LOCALITIES, published_workbook
from tests.unit.importers.ipacs_book import write

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "experiments" / "published"
SHIPPED = ROOT / "configs" / "published" / "ipacs_2023"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    above = tmp_path_factory.mktemp("ipacs")
    book = write(above / "IPACS_params.xlsx", published_workbook())
    import_workbook(book, above / "made", LOCALITIES)
    return above / "made"


def numbers(place: Place) -> str:
    """All that shapes a run: not what the place is called, nor sources and certainties."""
    return fingerprint(Path(), place.model_copy(update={"place": "IPACS"}), {})


def test_the_shipped_place_is_the_workbook_as_imported(folder: Path) -> None:
    assert numbers(load_place(folder / "place.yaml")) == numbers(load_place(SHIPPED / "place.yaml"))


def test_every_shipped_combination_is_that_of_the_workbook(folder: Path) -> None:
    made = load_experiment(folder / "experiment.yaml").scenarios
    shipped = load_experiment(PUBLISHED / "ipacs_2023_visits.yaml").scenarios
    assert list(made) == list(shipped)
    for name, scenario in made.items():
        assert numbers(scenario.place) == numbers(shipped[name].place), name


def test_beds_are_those_of_the_place_written_by_hand_in_every_combination(folder: Path) -> None:
    by_hand = load_experiment(PUBLISHED / "ipacs_2023_bedded.yaml").scenarios
    made = load_experiment(folder / "experiment.yaml").scenarios
    assert set(made) == set(by_hand)
    for name, scenario in made.items():
        place, other = scenario.place, by_hand[name].place
        for service in (each for each in place.settings if each.startswith(("p2", "p3"))):
            one, two = place.settings[service], other.settings[service]
            assert one.spaces.limit == two.spaces.limit
            assert one.stay.family == two.stay.family
            assert one.cost_per_day.value == two.cost_per_day.value
            one, two = place.patients[service], other.patients[service]
            assert one.by_weekday.factors() == two.by_weekday.factors()


@pytest.mark.slow
def test_beds_give_the_same_results_byte_for_byte_as_the_place_written_by_hand(
    folder: Path, tmp_path: Path
) -> None:
    """All rows of summary.csv of P2 and P3 but costs, which are by the body that pays."""
    rows = {}
    for name, path in (
        ("made", folder / "experiment.yaml"),
        ("by hand", PUBLISHED / "ipacs_2023_bedded.yaml"),
    ):
        study = load_experiment(path, replications=2, seed=2023, scenarios=["BCap_S2los_S1Arr"])
        run_experiment(study, tmp_path / name, 1)
        lines = (tmp_path / name / "summary.csv").read_text().splitlines()
        rows[name] = sorted(
            line
            for line in lines
            if line.split(",")[2][:2] in ("p2", "p3") and not line.split(",")[7]
        )
    assert len(rows["made"]) > 70
    assert rows["made"] == rows["by hand"]
