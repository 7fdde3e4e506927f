"""Scenarios that share a start state share it in every process too."""

from pathlib import Path

from sim.experiment.making.parcels import Parcels, unpacked
from sim.experiment.study import load_experiment
from tests.unit.exporters.town import write_town


def test_a_parcel_is_the_scenario_and_start_states_are_had_once(tmp_path: Path) -> None:
    study = load_experiment(write_town(tmp_path / "town", "summary"))
    parcels = Parcels()
    sent = [parcels.of(scenario) for scenario in study.scenarios.values()]
    came = [unpacked(parcel) for parcel in sent]
    assert len(came) > 1
    assert came == list(study.scenarios.values())
    assert came[0].place.start.people
    assert all(each.place.start is came[0].place.start for each in came)
    assert len({name for parcel in sent for name in parcel.starts}) == 1
