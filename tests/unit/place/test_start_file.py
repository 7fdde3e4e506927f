"""A start state from a CSV file beside the place."""

from pathlib import Path

import pytest

from sim.place.load import load_place
from sim.place.problems import InputError
from sim.place.schema import Place

PLACE = """place: Riverbank
start_date: 2025-04-07
settings:
  ward: {beds: 20, acute: yes, stay: {exponential: {mean: 6}}}
  side-ward: {beds: 4, acute: yes, stay: {exponential: {mean: 6}}}
  care: {places: 10, stay: {exponential: {mean: 12}}}
exits: {home: {}}
transfers:
  to-care:
    arrange:
      - {task: Refer, takes: 1 days, reason: referral-to-hub}
      - {task: Assess, takes: 2 days, reason: needs-and-pathway}
      - {task: Equip, takes: 1 days, reason: equipment}
    hand_over: [{task: Transport, takes: 2 hours, reason: transport}]
routes:
  ward: {home: 0.7, care: {share: 0.3, pathway: P1, transfer: to-care}}
  side-ward: {home: 1}
  care: {home: 1}
patients:
  older: {arrives_at: ward, per_day: 3, lives_in: {north: 0.5, south: rest}}
  side: {arrives_at: side-ward, per_day: 0.1, locality: north}
start:
  file: start.csv
  people: [{setting: care, group: older, number: 4}]
"""
HEADING = (
    "status,setting,outlier_in,group,locality,number,route,waiting_for,task,also_done,"
    "days_waited,days_there,days_left,expected_in\n"
)


def loaded(folder: Path, rows: str, heading: str = HEADING) -> Place:
    (folder / "place.yaml").write_text(PLACE)
    (folder / "start.csv").write_text(heading + rows)
    return load_place(folder / "place.yaml")


def complaint(folder: Path, rows: str, heading: str = HEADING) -> str:
    with pytest.raises(InputError) as caught:
        loaded(folder, rows, heading)
    return str(caught.value).replace(f"{folder}/", "")


def test_rows_of_the_file_stand_after_those_of_the_place(tmp_path: Path) -> None:
    start = loaded(tmp_path, "there,ward,,older,north,7,,,,,,,,\n").start
    assert [(row.setting, row.number.value) for row in start.people] == [("care", 4), ("ward", 7)]
    assert start.file is None, "its rows are in its place"


def test_a_row_of_people_there_says_what_is_known_of_them(tmp_path: Path) -> None:
    rows = (
        "there,ward,,older,north,2,,,,,,3.5,,\n"
        "there,ward,side-ward,older,,,care,,Assess,Equip,,1,2.5,\n"
        "there,care,,older,,1,,,,,,,fresh,\n"
    )
    _, known, planned, fresh = loaded(tmp_path, rows).start.people
    assert known.stay_left.rule == "given days there"
    assert known.days_there is not None
    assert known.locality == "north"
    assert planned.number.value == 1, "a row is one person, unless it says otherwise"
    assert (planned.route, planned.task, planned.also_done) == ("care", "Assess", ("Equip",))
    assert planned.stay_left.days is not None
    assert planned.outlier_in == "side-ward"
    assert fresh.stay_left.rule == "fresh"


def test_a_row_of_people_waiting_says_what_they_have_reached(tmp_path: Path) -> None:
    rows = (
        "waiting,ward,,older,south,3,care,,Assess,,4,6.25,,\n"
        "waiting,ward,,older,,1,,care,,,2,5,,\n"
        "waiting,,,older,,2,,ward,,,0.1,,,\n"
    )
    reached, arranged, at_door = loaded(tmp_path, rows).start.waiting
    assert (reached.route, reached.task, reached.number.value) == ("care", "Assess", 3)
    assert (arranged.waiting_for, arranged.task) == ("care", None)
    assert (at_door.setting, at_door.waiting_for) == (None, "ward")


def test_a_date_may_have_passed_and_a_hand_over_may_be_done_ahead(tmp_path: Path) -> None:
    start = loaded(
        tmp_path,
        "there,ward,,older,,1,care,,,,,9,,-1.5\nwaiting,ward,,older,,1,care,,,Transport,3,9,,\n",
    ).start
    assert start.people[1].expected_in is not None
    assert start.people[1].expected_in.value == -1.5
    assert start.waiting[0].also_done == ("Transport",)


def test_columns_that_nobody_needs_may_be_left_out(tmp_path: Path) -> None:
    start = loaded(tmp_path, "there,ward,older\n\n,,\n", "status,setting,group\n").start
    assert start.people[1].stay_left.rule == "equilibrium"


@pytest.mark.parametrize(
    ("row", "where", "what"),
    [
        ("here,ward,,older,,1,,,,,,,,", "start.csv:2:status", "allowed: there, waiting"),
        ("there,wart,,older,,1,,,,,,,,", "start.csv:2:setting", "did you mean 'ward'?"),
        ("there,,,older,,1,,,,,,,,", "start.csv:2:setting", "needed: the setting they are in"),
        ("there,ward,,,,1,,,,,,,,", "start.csv:2:group", "nothing is written"),
        ("there,ward,,oder,,1,,,,,,,,", "start.csv:2:group", "did you mean 'older'?"),
        ("there,ward,,older,nort,1,,,,,,,,", "start.csv:2:locality", "did you mean 'north'?"),
        ("there,ward,,older,,1.5,,,,,,,,", "start.csv:2:number", "not a whole number"),
        ("there,ward,,older,,-1,,,,,,,,", "start.csv:2:number", "not a number of 0 or more"),
        ("there,ward,,older,,1,,,,,,nan,,", "start.csv:2:days_there", "'nan' is not a number"),
        ("there,ward,,older,,1,,,,,,1e400,,", "start.csv:2:days_there", "is not a number"),
        ("there,ward,,older,,1e9,,,,,,,,", "start.csv:2:number", "from 0 to 100,000"),
        ("there,ward,,older,,1,,,,,,,fesh,", "start.csv:2:days_left", "equilibrium, given days"),
        ("there,ward,,older,,1,,,,,,,given days there,", "start.csv:2", "needs days_there"),
        ("there,ward,,older,,1,,,,,,2,equilibrium,", "start.csv:2", "take days_there out"),
        ("there,ward,,older,,1,,,,,2,,,", "start.csv:2:days_waited", "not for people there"),
        ("there,ward,,older,,1,,,Assess,,,,,", "start.csv:2", "go with route"),
        ("there,ward,,older,,1,cafe,,,,,,,", "start.csv:2:route", "did you mean 'care'?"),
        ("there,ward,,older,,1,care,,Asess,,,,,", "start.csv:2:task", "did you mean 'Assess'?"),
        ("there,ward,,older,,1,care,,Refer,Equp,,,,", "start.csv:2:also_done", "mean 'Equip'?"),
        ("there,ward,ward,older,,1,,,,,,,,", "start.csv:2:outlier_in", "outliers from 'ward'"),
        ("waiting,ward,,older,,1,care,,,,x,,,", "start.csv:2:days_waited", "'x' is not a number"),
        ("waiting,ward,,older,,1,,,,,1,,,", "start.csv:2", "either waiting_for or route"),
        ("waiting,ward,,older,,1,care,,,,1,,3,", "start.csv:2:days_left", "not for people waiting"),
        ("waiting,ward,,older,,1,home,,Refer,,1,,,", "start.csv:2:task", "none are defined"),
        ("waiting,,,older,,1,,side-ward,Refer,,1,,,", "start.csv:2", "write setting"),
        ("there,ward,,older,,1,care,,,,,4,,x", "start.csv:2:expected_in", "'x' is not a number"),
        ("there,ward,,older,,1,,,,,,4,,2", "start.csv:2", "expected_in goes with route"),
        ("there,ward,,older,,1,care,,,,,,3,2", "start.csv:2", "expected_in goes with route"),
        ("waiting,ward,,older,,1,care,,,,1,,,2", "start.csv:2:expected_in", "not for people wai"),
        ("waiting,,,older,,1,,ward,,Refer,1,,,", "start.csv:2", "write setting"),
        ("there,ward", "start.csv:2", "2 cells where the heading has 14"),
    ],
)
def test_what_is_wrong_is_said_with_file_row_and_column(
    tmp_path: Path, row: str, where: str, what: str
) -> None:
    said = complaint(tmp_path, row + "\n")
    assert any(line.startswith(f"{where}: ") and what in line for line in said.splitlines()), said


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    said = complaint(tmp_path, "here,ward,,older,,x,,,,,,,,\nthere,ward,,older,,y,,,,,,,,\n")
    assert [line.split(": ")[0] for line in said.splitlines()] == [
        "start.csv:2:number", "start.csv:2:status", "start.csv:3:number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("status,setting,group,days_wated\n", "unknown column 'days_wated'"),
        ("status,setting,group,group\n", "the column 'group' is here twice"),
        ("status,setting\n", "no column 'group': their group"),
    ],
)
def test_columns_are_checked(tmp_path: Path, heading: str, what: str) -> None:
    said = complaint(tmp_path, "there,ward\n", heading)
    assert said.startswith("start.csv:1: ")
    assert what in said


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "nobody would be there" in complaint(tmp_path, "")


def test_more_rows_than_can_be_read_are_refused(tmp_path: Path) -> None:
    rows = "there,ward,older\n"
    heading = "status,setting,group\n"
    assert len(loaded(tmp_path, rows * 3000, heading).start.people) == 3001
    assert "more than 10,000 rows" in complaint(tmp_path, rows * 10_001, heading)


@pytest.mark.parametrize("name", ["../start.csv", "/etc/passwd", "missing.csv", "."])
def test_the_file_is_one_of_the_places_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "place.yaml").write_text(PLACE.replace("file: start.csv", f"file: {name}"))
    with pytest.raises(InputError):
        load_place(tmp_path / "place.yaml")


def test_the_file_must_be_named_in_words(tmp_path: Path) -> None:
    (tmp_path / "place.yaml").write_text(PLACE.replace("file: start.csv", "file: 3"))
    with pytest.raises(InputError, match="needed: text"):
        load_place(tmp_path / "place.yaml")


def test_a_place_that_is_not_a_file_has_no_start_file() -> None:
    with pytest.raises(ValueError, match="only as part of a place's file"):
        Place.model_validate(
            {
                "place": "A", "start_date": "2025-01-01", "settings": {"w": {"beds": 1, "stay": 1}},
                "exits": {"home": {}}, "routes": {"w": {"home": 1}},
                "patients": {"p": {"arrives_at": "w", "per_day": 1}}, "start": {"file": "s.csv"},
            }
        )  # fmt: skip
