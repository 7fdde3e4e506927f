"""Numbers of beds are tried out only where that has a meaning."""

from pathlib import Path

import pytest

from sim.experiment.study import load_experiment
from sim.place.problems import InputError

PLACE = """\
place: Town
start_date: 2024-01-01
settings:
  ward: {beds: unlimited, stay: 3}
  rehab: {beds: 5, stay: 9}
exits: {home: {}}
routes: {ward: {rehab: 0.5, home: 0.5}, rehab: {home: 1}}
patients: {people: {arrives_at: ward, per_day: 2}}
"""
EXPERIMENT = """\
experiment: Beds
question: How many?
place: place.yaml
scenarios: {as it is: []}
days: 30
replications: 2
seed: 1
compare_on: [delayed_bed_days]
beds_tried:
  - {own: {ward: 6}}
"""


def load(folder: Path, more: str = "") -> list[str]:
    (folder / "place.yaml").write_text(PLACE, encoding="utf-8")
    (folder / "e.yaml").write_text(EXPERIMENT + more, encoding="utf-8")
    return [each.fingerprint for each in load_experiment(folder / "e.yaml").scenarios.values()]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("  - {own: {wrad: 6}}\n", "e.yaml:11:12: no setting 'wrad'; allowed: ward, rehab"),
        ("  - {own: {ward: 6, rehab: 2}, shared: 1}\n", "'rehab' has a limit in the scenario"),
        ("  - {own: {ward: 6}}\n", "e.yaml:11:5: the same beds as in row 1"),
        ("  - {own: {ward: -1}}\n", "e.yaml:11:18"),
        ("  - {own: {}}\n", "e.yaml:11"),
    ],
)
def test_what_cannot_be_tried_is_said_with_its_line(tmp_path: Path, more: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, more)
    assert says in str(caught.value)


def test_other_beds_are_another_run(tmp_path: Path) -> None:
    assert load(tmp_path) != load(tmp_path, "  - {own: {ward: 7}}\n")
