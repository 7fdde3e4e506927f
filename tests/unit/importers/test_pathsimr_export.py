"""A place is written as PathSimR's templates; what they can't say is said, where it stands."""

from pathlib import Path

import pytest

from sim.importers.pathsimr_export import export_pathsimr
from sim.importers.pathsimr_lengths import draw_of
from sim.importers.pathsimr_network import Draw
from sim.importers.pathsimr_reading import read_templates
from sim.place.distributions import Distribution
from sim.place.problems import InputError

PLACE = """\
place: A clinic
start_date: 2025-01-06
organisations:
  trust: {name: The Trust, body: NHS}
settings:
  ward:
    organisation: trust
    beds: {value: 4, source: sitrep}
    stay: {lognormal: {mean: 4, median: 3}}
  queue: {places: 2, stay: 0}
  home-care:
    places: 3
    stay: {exponential: {mean: 48, unit: hours}}
exits:
  home: {}
transfers:
  out:
    hand_over:
      - {task: transport, takes: 6 hours, reason: transport}
routes:
  ward:
    home: {share: 0.5, pathway: P0, transfer: out}
    home-care: {share: rest, to: queue}
  queue: {home-care: 1}
  home-care: {home: 1}
patients:
  all:
    arrives_at: ward
    per_day: 1
"""


def write(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in PLACE
    path = tmp_path / "place.yaml"
    path.write_text(PLACE.replace(old, new, 1), encoding="utf-8")
    return path


def test_a_place_in_several_units_is_written_in_days(tmp_path: Path) -> None:
    lines = export_pathsimr(write(tmp_path), tmp_path / "out")
    assert "all times are in days" in lines[0]
    network = read_templates(
        tmp_path / "out" / "A clinic_Network_Template.csv",
        tmp_path / "out" / "A clinic_Calendar_Template.csv",
        "days",
    )
    ward, care = network.points["ward"], network.points["home-care"]
    assert list(network.points) == ["ward", "home-care"]
    assert ward.shares == {"home": 0.5, "home-care": 0.5}
    assert ward.external_queue == float("inf")
    assert (care.internal_queue, care.external_queue) == (2, 0)
    assert care.stay.parameters == pytest.approx((0.5,))
    assert ward.delays == {"home": Draw("unif", (0.25, 0.25))}


def test_another_unit_may_be_asked_for(tmp_path: Path) -> None:
    export_pathsimr(write(tmp_path), tmp_path / "out", "hours")
    text = (tmp_path / "out" / "A clinic_Calendar_Template.csv").read_text()
    assert "ext_arr,ward,0,NA,0.041666666666666664\n" in text
    with pytest.raises(InputError, match="did you mean 'hours'"):
        export_pathsimr(write(tmp_path), tmp_path / "other", "hour")


SAID = [
    ("    places: 3", "    visits_per_day: 9\n    need: {first: 2, last: 1}", 12, "care in visits"),
    ("    places: 3", "    places: unlimited", 12, "unlimited spaces"),
    ("    places: 3", "    places: 3\n    turnaround: 2 hours", 13, "a turnaround"),
    ("    places: 3", "    places: 3\n    admits: {days: mon, from: '08:00', to: '12:00'}", 13,
     "admission hours"),
    ("    places: 3", "    places: 3\n    overflow: [ward]", 13, "an overflow"),
    ("    places: 3", "    places: 3\n    decision_rounds: [{days: mon, at: '08:00'}]", 13,
     "decision rounds"),
    ("    places: 3",
     "    places: 3\n    capacity_changes: [{from: 2025-02-01, spaces: 3}]", 13, "dated changes"),
    ("{lognormal: {mean: 4, median: 3}}", "{lognormal: {mean: 4, sd: 3, redrawn_above: 9}}", 9,
     "long ones are drawn again"),
    ("{lognormal: {mean: 4, median: 3}}", "{triangular: {min: 1, mode: 2, max: 3}}", 9,
     "a triangular length"),
    ("{lognormal: {mean: 4, median: 3}}", "{other: {r: pois, parameters: [3], unit: minutes}}", 9,
     "pois in days, as its parameters are in minutes"),
    ("    hand_over:",
     "    arrange:\n      - {task: ask, takes: 1, reason: transport}\n    hand_over:", 19,
     "tasks before a space is asked for"),
    ("takes: 6 hours,", "takes: 6 hours, prob: 0.5,", 19, "a task with rules"),
    ("to: queue}", "to: queue, priority: 2}", 23, "the priority of a route"),
    ("to: queue}", "to: queue, transfer: out}", 23, "a delay before a waiting room"),
    ("    per_day: 1", "    per_day: 1\n    by_weekday: {mon: 2}", 30, "arrivals by weekday"),
    ("    per_day: 1", "    per_day: 1\n    stay: {ward: 3}", 30, "a stay of one group"),
    ("    per_day: 1", "    per_day: 1\n  others: {arrives_at: ward, per_day: 2}", 30,
     "two groups at one door (the other is 'all')"),
    ("    per_day: 1", "    per_day: 1\n  others: {arrives_at: home-care, per_day: 2, priority: 1}",
     27, "priorities that differ"),
    ("    per_day: 1",
     "    per_day: 1\nstart: {people: [{setting: ward, group: all, number: 1}]}", 30,
     "who is there at the start"),
    ("    stay: {exponential: {mean: 48, unit: hours}}", "", 12, "a setting without a stay"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "what"), SAID, ids=[each[3] for each in SAID])
def test_what_the_templates_cannot_say_is_said_where_it_stands(
    old: str, new: str, line: int, what: str, tmp_path: Path
) -> None:
    if not new:
        path = write(tmp_path, old, "    # none")
        text = path.read_text().replace(
            "    per_day: 1", "    per_day: 1\n    stay: {home-care: 3}"
        )
        path.write_text(text)
    else:
        path = write(tmp_path, old, new)
    with pytest.raises(InputError) as caught:
        export_pathsimr(path, tmp_path / "out")
    said = [p for p in caught.value.problems if what in p.what]
    assert said, str(caught.value)
    assert said[0].where.split(":")[-2] == str(line), str(caught.value)
    assert "PathSimR's templates can't say" in said[0].what
    assert not (tmp_path / "out").exists()


def test_teams_harm_and_routes_of_one_group_cannot_be_said(tmp_path: Path) -> None:
    text = write(tmp_path).read_text()
    for old, new in (
        ("takes: 6 hours", "team: porters, works_for: 1 hours"),
        ("  home: {}", "  home: {}\n  died: {death: yes}"),
        ("    per_day: 1", "    per_day: 1\n    routes: {home-care: {home: 1}}"),
        ("patients:", "teams:\n  porters: {staff: 2}\nharm:\n  dies: {per_day: 0.01, exit: died}\n"
         "patients:"),
    ):  # fmt: skip
        text = text.replace(old, new)
    path = tmp_path / "place.yaml"
    path.write_text(text.replace("    organisation: trust", "    acute: yes"))
    with pytest.raises(InputError) as caught:
        export_pathsimr(path, tmp_path / "out")
    said = str(caught.value)
    for what in ("teams and their work", "routes of one group", "harm while waiting"):
        assert f"can't say {what}" in said


@pytest.mark.parametrize(
    ("written", "draw"),
    [
        (3, Draw("unif", (72.0, 72.0))),
        ({"uniform": [1, 2]}, Draw("unif", (24.0, 48.0))),
        ({"lognormal": {"mu": 1, "sigma": 2, "unit": "hours"}}, Draw("lnorm", (1.0, 2.0))),
        ({"gamma": {"shape": 2, "scale": 0.5}}, Draw("gamma", (2.0, 2 / 24))),
        ({"gamma": {"mean": 3, "sd": 3}}, Draw("gamma", (1.0, 1 / 3 / 24))),
        ({"weibull": {"shape": 1, "mean": 3}}, Draw("weibull", (1.0, 72.0))),
        ({"other": {"r": "norm", "parameters": [9, 1]}}, Draw("norm", (216.0, 24.0))),
    ],
)
def test_lengths_are_rs_in_another_unit(written: object, draw: Draw) -> None:
    found = draw_of(Distribution.model_validate(written), "hours")
    assert found.name == draw.name
    assert found.parameters == pytest.approx(draw.parameters)
