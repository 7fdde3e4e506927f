"""A place in a workbook is the place in YAML, and what is wrong is said by sheet and cell."""

import contextlib
import io
import random
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sim.place import workbook_cells
from sim.place.distributions import Distribution, Family
from sim.place.document import Document, read_yaml
from sim.place.load import load_place
from sim.place.numbers import Number
from sim.place.problems import InputError
from sim.place.reasons import REASONS
from sim.place.schema import Exit, Group, Place, Route, Setting
from sim.place.start import PeopleThere, PeopleWaiting, Start
from sim.place.tasks import Task, Transfer
from sim.place.validate import validate
from sim.place.workbook import read_workbook, write_workbook
from sim.place.workbook_tables import SHEET, SHEETS, YAML_ONLY

ROOT = Path(__file__).parents[3]
KEPT_IN_YAML = [
    ROOT / "configs/exampleshire/place.yaml",
    ROOT / "configs/published/arntzen_2023.yaml",
]
"""What they use has no columns in a workbook."""
PLACES = [
    ROOT / "configs/bnssg/place.yaml",
    *sorted(set((ROOT / "configs/published").glob("*.yaml")) - set(KEPT_IN_YAML)),
    ROOT / "sim/place/starter/place.yaml",
]

RICH = """
place: Richshire (all of it)
start_date: 2025-04-07
about: |
  Every table of the schema, and every key of every table.
  On two lines.
assumptions: [The first thing assumed., "=SUM(A1) is only text"]
bank_holidays: as usual
organisations:
  trust: {name: The Trust, body: NHS}
  council: {body: social care}
settings:
  ward 1.2:
    name: The ward
    organisation: trust
    locality: North
    acute: true
    beds: {value: 30, low: 28, high: 33, unit: beds, source: sitrep, certainty: high, note: n}
    capacity_by_week:
      - {days: weekdays, from: "08:00", to: "24:00", spaces: 28}
      - {days: "sat, sun", from: "00:00", to: "12:30", spaces: {value: 20, source: rota}}
    capacity_changes:
      - {from: 2025-07-01, to: 2025-08-31, spaces: {value: 24, certainty: low}}
      - {from: 2025-12-24, spaces: unlimited}
    admits:
      - {days: mon-fri, from: "08:00", to: "12:00"}
      - {days: mon-fri, from: "13:00", to: "18:00"}
    queue_limit: {value: 3, unit: people}
    overflow: [overflow-ward, unit]
    outlier_stay_times: {value: 1.25, low: 1, high: 1.5}
    returns: yes
    turnaround: {value: 90, unit: minutes, note: audit}
    decision_rounds:
      - {days: every day, at: "09:30", prob_ready: {value: 0.8, source: audit}}
      - {days: mon, at: "16:00"}
    pace_by_weekday: {mon: 1, sat: {value: 0.5, low: 0.3, high: 0.7}, sun: 0, source: p, note: q,
      certainty: guess}
    stay: {gamma: {mean: {value: 8.4, low: 8, high: 9, source: s}, sd: 7.9}, source: audit,
      certainty: medium, note: before the change}
    cost_per_day: {value: 395, low: 346, high: 562, unit: pounds a day, source: "King's Fund"}
    capacity_reason: next-ward
  overflow-ward: {beds: unlimited, turnaround: 2 hours, stay: 2 days}
  unit: {places: {value: 12, unit: places}, stay: {fixed: {value: 3, unit: weeks}},
    admits: {days: weekdays, from: "09:00", to: "17:00"}}
  service: {places: 8, stay: 0.30000000000000004}
  homes: {beds: 4, stay: {quantiles: {at: {"0": 0, "0.50": {value: 7, source: x, high: 8},
    "0.9": 30.5, "1": 90}, unit: hours}}}
exits:
  home: {name: Home}
  died: {}
transfers:
  nothing: {}
  onward:
    arrange:
      - {task: "Refer: to 1, 2; or 3", takes: 2 hours, reason: referral-to-hub, body: both}
      - {task: Confirm, takes: {triangular: {min: 1, mode: 2, max: {value: 6, note: m}}},
         reason: needs-and-pathway}
      - {task: Confirm, takes: {weibull: {shape: 1.2, scale: 2, redrawn_below: 1, unit: hours}},
         reason: needs-and-pathway}
      - {task: Wait, takes: {weibull: {shape: 1.2, mean: 2,
         redrawn_above: {value: 60, source: rule}, redrawn_below: 1}}, reason: unspecified}
    hand_over:
      - {task: transport, takes: {uniform: [2, 6], note: pair}, reason: transport}
      - {task: forms, takes: {gamma: {shape: 2, rate: 3}}, reason: transport}
      - {task: letter, takes: {exponential: {rate: 2.5, unit: weeks, redrawn_above: 9,
         redrawn_below: 0.1}},
         reason: transport}
routes:
  ward 1.2:
    home: 0.6
    unit: {share: {value: 0.3, low: 0.2, high: 0.4, unit: share, source: r, certainty: low,
      note: k}, pathway: P2, transfer: onward, priority: 2}
    to service: {share: rest, to: service}
  unit: {home: rest}
patients:
  older:
    name: Older people
    locality: South
    priority: 3
    arrives_at: ward 1.2
    per_day: {value: 4.5, unit: people a day, source: HES}
    by_hour: {weights: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
      21, 22, 0.5], source: audit, certainty: low, note: h}
    by_weekday: {mon: 1.1, tue: {value: 1, source: t}, wed: 1, thu: 1, fri: 1, sat: 0.8, sun: 0.7,
      source: w, certainty: high, note: v}
    by_month: {jan: 1.2, feb: 1, mar: 1, apr: 1, may: 1, jun: 1, jul: 1, aug: 1, sep: 1, oct: 1,
      nov: 1, dec: 1, source: y, certainty: high, note: u}
    stay: {unit: {lognormal: {mean: 18, median: 9, redrawn_above: 90,
      redrawn_below: 0.1}},
      "ward 1.2": {lognormal: {mean: 9, sd: 2}},
      service: {lognormal: {mu: -1.5, sigma: 1}}}
    routes: {unit: {died: 0.1, home: {share: rest, pathway: P0}}}
  planned:
    arrives_at: unit
    arrival_dates: [2025-04-09, 2025-04-08, 2025-04-09]
    by_hour: {file: hours.csv, column: weight}
  counted:
    arrives_at: unit
    daily_numbers: {file: days.csv, column: people, dates: day, are: counts, source: ED,
      certainty: high, note: e}
    by_hour: {csv: {file: hours.csv, column: weight, source: i, certainty: low, note: j}, note: o}
    stay: {unit: {empirical: {file: hours.csv, column: weight, unit: hours, source: z,
      certainty: high, note: l}, source: y},
      homes: {gamma: {shape: 2, scale: 3, redrawn_above: 30, redrawn_below: 0.5}},
      service: {exponential: {mean: 4}}}
    by_weekday:
  bare: {arrives_at: unit, per_day: 1, by_weekday: {}, by_hour: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}
start:
  people:
    - {setting: unit, group: older, number: {value: 5, source: today}, stay_left: fresh}
    - {setting: unit, group: older, number: 5}
    - {setting: unit, group: bare, number: 1, stay_left: 12 hours}
    - {setting: homes, group: older, number: 2, stay_left: {uniform: {low: 1, high: 9, unit: days},
       source: s, certainty: guess, note: t}}
  waiting:
    - {waiting_for: unit, group: older, number: 3, setting: ward 1.2,
       days_waited: {exponential: {mean: 2}}}
    - {waiting_for: unit, group: older, number: 1}
""".replace("    by_weekday:\n  bare", "  bare")


@pytest.fixture
def rich(tmp_path: Path) -> Document:
    """A place with everything in it, beside the CSV files that it names."""
    hours = "\n".join(str(hour) for hour in range(24))
    (tmp_path / "hours.csv").write_text(f"weight\n{hours}\n")
    (tmp_path / "days.csv").write_text("day,people\n2025-04-07,3\n")
    (tmp_path / "rich.yaml").write_text(RICH)
    return read_yaml(tmp_path / "rich.yaml")


def as_place(document: Document) -> Place:
    return validate(document, Place, {"folder": document.path.parent})


def through_a_workbook(document: Document, folder: Path) -> Document:
    path = folder / "place.xlsx"
    write_workbook(path, document.tree)
    return read_workbook(path)


def changed(path: Path, cells: dict[str, Any]) -> Path:
    """The workbook with some cells changed, as ``{"Settings!B2": 5}``."""
    book = openpyxl.load_workbook(path)
    for where, value in cells.items():
        sheet, _, cell = where.partition("!")
        book[sheet][cell] = value
    book.save(path.with_name("changed.xlsx"))
    return path.with_name("changed.xlsx")


@pytest.fixture(scope="module")
def starter_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The starter place as a workbook."""
    path = tmp_path_factory.mktemp("starter") / "starter.xlsx"
    write_workbook(path, read_yaml(ROOT / "sim/place/starter/place.yaml").tree)
    return path.read_bytes()


@pytest.fixture
def starter(starter_bytes: bytes, tmp_path: Path) -> Path:
    """The starter place in a workbook that may be changed."""
    path = tmp_path / "starter.xlsx"
    path.write_bytes(starter_bytes)
    return path


def problems(path: Path) -> list[str]:
    """What is wrong with a place's file, each with the file's own name cut to its sheet."""
    with pytest.raises(InputError) as raised:
        load_place(path)
    return [str(problem).removeprefix(f"{path}: ") for problem in raised.value.problems]


def problem(path: Path) -> str:
    (only,) = problems(path)
    return only


# --- there and back ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", KEPT_IN_YAML, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_place_with_teams_is_refused_for_a_workbook(path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="such a place is kept in YAML"):
        write_workbook(tmp_path / "p.xlsx", read_yaml(path).tree)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_other_place_we_ship_comes_back_from_a_workbook_as_it_was(
    path: Path, tmp_path: Path
) -> None:
    document = read_yaml(path)
    back = through_a_workbook(document, tmp_path)
    assert validate(back, Place) == validate(document, Place)


def test_a_place_with_everything_in_it_comes_back_as_it_was(rich: Document, tmp_path: Path) -> None:
    back = through_a_workbook(rich, tmp_path)
    assert as_place(back) == as_place(rich)


def test_the_place_with_everything_in_it_uses_every_key_that_a_workbook_has(rich: Document) -> None:
    used: dict[type[BaseModel], set[str]] = {}

    def look(part: Any) -> None:
        if isinstance(part, BaseModel):
            used.setdefault(type(part), set()).update(part.model_fields_set)
            for name in part.model_fields_set:
                look(getattr(part, name))
        inside = part.values() if isinstance(part, dict) else part
        for item in inside if isinstance(part, dict | tuple) else ():
            look(item)

    look(as_place(rich))
    for model, keys in used.items():
        if issubclass(model, Number):
            continue  # a value, and what may be said of any number
        needed = set(model.model_fields) - ({"unit"} if issubclass(model, Family) else set())
        assert needed - set(YAML_ONLY.get(model, ())) <= keys, model


@pytest.mark.parametrize(
    ("model", "key"), [(model, key) for model, keys in YAML_ONLY.items() for key in keys]
)
def test_what_is_kept_in_yaml_only_has_no_column_and_is_refused_when_written(
    model: type[BaseModel], key: str, tmp_path: Path
) -> None:
    assert key in model.model_fields
    written = {key: "something"}
    trees: dict[type[BaseModel], dict[str, Any]] = {
        Place: written,
        Setting: {"settings": {"ward": written}},
        Exit: {"exits": {"home": written}},
        Route: {"routes": {"ward": {"home": {"share": 1, **written}}}},
        Group: {"patients": {"all": written}},
        Distribution: {"settings": {"ward": {"stay": written}}},
        Start: {"start": written},
        PeopleThere: {"start": {"people": [written]}},
        PeopleWaiting: {"start": {"waiting": [written]}},
        Transfer: {"transfers": {"go": written}},
        Task: {"transfers": {"go": {"arrange": [written]}}},
    }
    with pytest.raises(InputError, match=f"uses '{key}', for which a workbook has no columns"):
        write_workbook(tmp_path / "p.xlsx", trees[model])
    headings = {
        Setting: "Settings", Exit: "Exits", Route: "Routes", Group: "Patients", Task: "Tasks",
        Transfer: "Transfers", PeopleThere: "Start people", PeopleWaiting: "Start waiting",
    }  # fmt: skip
    assert model in (Place, Start, Distribution) or key not in SHEET[headings[model]].headings()


def test_a_route_that_goes_by_locality_is_kept_in_yaml(tmp_path: Path) -> None:
    route = {"share": 1, "to": {"north": "one", "south": "two"}}
    with pytest.raises(InputError, match="to is by locality"):
        write_workbook(tmp_path / "p.xlsx", {"routes": {"ward": {"care": route}}})


def test_a_workbook_gives_the_tree_that_yaml_gives(tmp_path: Path) -> None:
    document = read_yaml(ROOT / "configs/bnssg/place.yaml")
    assert through_a_workbook(document, tmp_path).tree == document.tree


def test_files_of_numbers_stay_references_to_files_beside_the_workbook(
    rich: Document, tmp_path: Path
) -> None:
    back = through_a_workbook(rich, tmp_path)
    counted = as_place(back).patients["counted"]
    assert counted.daily_numbers is not None
    assert counted.daily_numbers.values == (3.0,)
    (tmp_path / "days.csv").unlink()
    assert any("Patients!G4: " in line for line in problems(back.path))


def test_the_same_place_gives_the_same_bytes(rich: Document, tmp_path: Path) -> None:
    write_workbook(tmp_path / "one.xlsx", rich.tree)
    write_workbook(tmp_path / "two.xlsx", rich.tree)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@settings(max_examples=15, deadline=None)
@given(
    beds=st.floats(1e-9, 1e8),
    text=st.text(min_size=1, max_size=60).filter(lambda text: text.strip() != ""),
)
def test_any_number_and_any_text_come_back_to_the_last_figure(
    beds: float, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if any(0xD800 <= ord(letter) <= 0xDFFF or ord(letter) in (0xFFFE, 0xFFFF) for letter in text):
        return
    tree: dict[str, Any] = {
        "place": "P",
        "start_date": "2025-04-07",
        "about": text,
        "settings": {"ward": {"beds": 4, "stay": {"fixed": {"value": beds}, "source": text}}},
        "exits": {"home": {}},
        "patients": {"all": {"arrives_at": "ward", "per_day": beds}},
    }
    path = tmp_path_factory.mktemp("wb") / "p.xlsx"
    write_workbook(path, tree)
    assert read_workbook(path).tree == tree


def test_what_a_workbook_has_no_cell_for_is_refused_not_lost(tmp_path: Path) -> None:
    tree = {"place": "P", "settings": {"ward": {"beds": 1, "bedz": 2}}}
    with pytest.raises(InputError, match="unknown key 'bedz' in ward"):
        write_workbook(tmp_path / "p.xlsx", tree)


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ([1], "place is not a table"),
        ({"settings": {"ward": {"admits": []}}}, "admits is an empty list"),
        ({"patients": {"all": {"arrival_dates": []}}}, "arrival_dates is an empty list"),
        ({"patients": {"all": {"by_hour": [1, 2]}}}, "has 2 numbers where 24 are needed"),
        ({"routes": {"ward": {}}}, "routes from ward are empty"),
        ({"settings": {"ward": {"stay": {"lognormal": 3, "gamma": 4}}}}, "needs one family"),
        ({"settings": {"ward": {"beds": {"value": 1, "most": 3}}}}, "'most'"),
        ({"settings": {"ward": {"overflow": "unit"}}}, "ward.overflow is not a list"),
        ({"settings": {"ward": {"name": ["a"]}}}, "name is a table or a list"),
    ],
)
def test_a_tree_that_is_no_place_is_an_error_to_read(
    tree: object, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="can't be written as a workbook.*" + said):
        write_workbook(tmp_path / "p.xlsx", tree)


def test_a_folder_that_is_not_there_is_an_error_to_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        write_workbook(tmp_path / "none" / "p.xlsx", {})


@pytest.mark.parametrize("package", ["xlsxwriter", "python_calamine"])
def test_without_the_office_packages_the_error_says_what_to_install(
    package: str, starter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"pip install 'careflow\[office\]'"):
        write_workbook(starter, {}) if package == "xlsxwriter" else read_workbook(starter)


# --- what a planner sees -------------------------------------------------------------------------


def test_the_workbook_opens_elsewhere_with_every_sheet_in_it(starter: Path) -> None:
    names = ["Read me", *(sheet.name for sheet in SHEETS), "Allowed words"]
    assert openpyxl.load_workbook(starter).sheetnames == names
    assert python_calamine.CalamineWorkbook.from_path(str(starter)).sheet_names == names


def test_every_heading_has_a_note_and_stays_in_view(starter: Path) -> None:
    book = openpyxl.load_workbook(starter)
    for sheet in SHEETS:
        page = book[sheet.name]
        assert page.freeze_panes is not None
        assert page.freeze_panes[1:] == "2"
        for cell in page[1]:
            assert cell.comment is not None, (sheet.name, cell.value)
            assert len(cell.comment.text) > 4


def test_notes_say_units_and_what_is_allowed(starter: Path) -> None:
    page = openpyxl.load_workbook(starter)["Settings"]
    notes = {cell.value: cell.comment.text for cell in page[1]}
    assert "pounds a day" in notes["cost_per_day"]
    assert "unlimited" in notes["beds"]
    assert "Organisations" in notes["organisation"]
    assert "high = official" in notes["beds certainty"]


def test_drop_downs_offer_the_words_and_the_names_of_other_sheets(starter: Path) -> None:
    book = openpyxl.load_workbook(starter)

    def offered(sheet: str, heading: str) -> str:
        page = book[sheet]
        column = next(cell.column_letter for cell in page[1] if cell.value == heading)
        for rule in page.data_validations.dataValidation:
            if f"{column}2" in rule.sqref:
                return str(rule.formula1)
        raise AssertionError(f"no drop-down on {heading}")

    assert offered("Organisations", "body") == '"NHS,social care,both"'
    assert "'Organisations'!$A$2" in offered("Settings", "organisation")
    assert "'Transfers'!$A$2" in offered("Routes", "transfer")
    assert "'Patients'!$A$2" in offered("Stays", "group")
    assert "Allowed words" in offered("Routes", "to")
    assert f"$A${len(REASONS) + 1}" in offered("Tasks", "reason")
    assert "lognormal" in offered("Stays", "family")


def test_the_list_of_destinations_holds_settings_then_exits(starter: Path) -> None:
    page = openpyxl.load_workbook(starter, data_only=True)["Allowed words"]
    place = load_place(starter)
    listed = [page.cell(line, 6).value for line in range(2, page.max_row + 1)]
    assert [name for name in listed if name] == [*place.settings, *place.exits]


# --- what is read --------------------------------------------------------------------------------


def test_cells_are_read_as_excel_users_leave_them(starter: Path) -> None:
    path = changed(
        starter,
        {
            "Place!B3": datetime(2025, 4, 14),  # a date
            "Place!B9": 7,
            "Place!A9": "Assumption",
            "Settings!K2": "day-unit ; care-home",
            "Settings!A9": "  day-unit  ",  # spaces round a name, after two blank rows
            "Settings!F9": " 12 ",  # a number kept as text
            "Settings!E9": True,
            "Settings!H9": 95.5,
            "Organisations!C2": "nhs",  # other capitals
            "Stays!A12": "day-unit",
            "Stays!E12": "3 hours",
            "Admits!A9": "day-unit",
            "Admits!B9": "Mon-Fri",
            "Admits!C9": time(9, 30),
            "Admits!D9": timedelta(days=1),
            "Routes!A30": "day-unit",
            "Routes!C30": "home",
            "Routes!D30": "rest",
            "Capacity changes!A2": "day-unit",
            "Capacity changes!B2": date(2025, 7, 1),
            "Capacity changes!D2": 10.0,
        },
    )
    tree: Any = read_workbook(path).tree
    assert tree["start_date"] == "2025-04-14"
    assert tree["assumptions"][-1] == "7"
    assert tree["settings"]["day-unit"] == {
        "acute": True,
        "beds": 12,
        "cost_per_day": 95.5,
        "stay": "3 hours",
        "admits": {"days": "Mon-Fri", "from": "09:30", "to": "24:00"},
        "capacity_changes": [{"from": "2025-07-01", "spaces": 10}],
    }
    assert tree["organisations"]["hospital"]["body"] == "NHS"
    assert tree["settings"]["medical-ward"]["overflow"] == ["day-unit", "care-home"]
    load_place(path)


def test_a_formula_gives_its_last_result(starter: Path) -> None:
    import xlsxwriter

    path = starter.with_name("sum.xlsx")
    with xlsxwriter.Workbook(path) as book:
        tables = {
            "Place": [["item", "value"], ["place", "P"], ["start_date", "2025-04-07"]],
            "Settings": [["setting", "beds"], ["ward", None]],
            "Exits": [["exit"], ["home"]],
            "Patients": [["group", "arrives_at", "per_day"], ["all", "ward", 1]],
            "Stays": [["setting", "value"], ["ward", 1]],
            "Routes": [["from", "route", "share"], ["ward", "home", 1]],
        }
        for name, rows in tables.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(rows):
                page.write_row(line, 0, row)
        book.get_worksheet_by_name("Settings").write_formula("B2", "=6*7", None, 42)
    assert load_place(path).settings["ward"].spaces.limit == 42


def test_sheets_and_columns_may_stand_in_any_order_and_notes_of_ones_own_are_left_alone(
    starter: Path,
) -> None:
    book = openpyxl.load_workbook(starter)
    page = book["Exits"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    for line, row in enumerate(rows, start=1):
        for place, value in enumerate(reversed(row), start=1):
            page.cell(line, place).value = value
    page["B1"] = "EXIT"
    book.move_sheet("Exits", offset=5)
    book.create_sheet("Notes of ours")["C3"] = "=1/0"
    book.save(starter)
    assert load_place(starter).exits.keys() == {"home", "long-term-care", "died"}


def test_tasks_go_by_their_order_not_by_their_rows(starter: Path) -> None:
    page = openpyxl.load_workbook(starter)["Tasks"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    random.Random(1).shuffle(rows)
    cells = {
        f"Tasks!{page.cell(1, place).column_letter}{line}": value
        for line, row in enumerate(rows, start=2)
        for place, value in enumerate(row, start=1)
    }
    assert load_place(changed(starter, cells)) == load_place(starter)


def test_levers_lie_over_a_workbook_as_over_yaml(starter: Path) -> None:
    lever = read_yaml(ROOT / "sim/place/starter/levers/more-home-care.yaml")
    from_yaml = load_place(ROOT / "sim/place/starter/place.yaml", [lever])
    assert load_place(starter, [lever]) == from_yaml
    assert from_yaml != load_place(starter)


def test_every_value_knows_its_cell(rich: Document, tmp_path: Path) -> None:
    back = through_a_workbook(rich, tmp_path)

    def check(tree: Any, keys: tuple[str | int, ...]) -> None:
        assert keys in back.marks, keys
        pairs = (
            tree.items()
            if isinstance(tree, dict)
            else enumerate(tree)
            if isinstance(tree, list)
            else ()
        )
        for key, inside in pairs:
            check(inside, (*keys, key))

    check(back.tree, ())
    assert back.where(("settings", "unit", "places")) == f"{back.path}: Settings!G4"
    assert back.where(("settings", "ward 1.2", "beds", "low")).endswith("Settings!O2")
    assert back.where(("start", "waiting", 0, "number")).endswith("Start waiting!C2")


# --- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Settings!F2": "lots"}, "Settings!F2: 'lots' is not allowed: a whole number"),
        ({"Settings!F2": 3.5}, "Settings!F2: value 3.5 is not allowed: a whole number"),
        ({"Settings!F2": datetime(2025, 3, 4)}, "Settings!F2: Excel has made a date"),
        ({"Settings!A2": time(9, 0)}, "Settings!A2: Excel has made a date or time of this"),
        ({"Settings!F2": "#N/A"}, "Settings!F2: the cell holds the error #N/A"),
        ({"Settings!F2": "=1+1"}, "Settings!F2: the formula here has no result yet"),
        ({"Settings!E2": "perhaps"}, "Settings!E2: "),
        ({"Settings!F1": "bedz"}, "Settings!F1: unknown heading 'bedz'; did you mean 'beds'?"),
        ({"Settings!A1": None}, "Settings!A1: no heading 'setting' in row 1"),
        ({"Settings!G1": "beds"}, "Settings!G1: the heading 'beds' is here twice; first at"),
        ({"Settings!AZ2": 5}, "Settings!AZ2: the cell is filled in, but its column has no heading"),
        ({"Settings!A3": "medical-ward"}, "the setting 'medical-ward' is here twice; first at"),
        ({"Settings!A2": None}, "Settings!A2: setting is blank"),
        ({"Settings!N2": "wrong"}, "Settings!N2: 'wrong' is not a delay reason"),
        ({"Settings!Q3": "mine", "Settings!F3": None}, "'beds source' is filled in, but there"),
        ({"Routes!C3": "home"}, "Routes!C3: the from and group and route 'rehabilitation', 'home'"),
        ({"Routes!B3": "olders"}, "Routes!B3: 'olders' is not on the sheet Patients; did you mean"),
        ({"Routes!D3": 1.5}, "Routes!D3: value 1.5 is not allowed"),
        ({"Routes!C2": "hom"}, "Routes!"),
        ({"Stays!C2": "lognorm"}, "Stays!C2: 'lognorm' is not a family; did you mean 'lognormal'?"),
        ({"Stays!C2": None}, "Stays!C2: no family"),
        ({"Stays!K2": 4}, "Stays!K2: "),
        ({"Stays!A2": "rehab"}, "Stays!A2: 'rehab' is not on the sheet Settings"),
        ({"Stays!C2": "quantiles", "Stays!U2": "0: 0; half"}, "Stays!U2: 'half' is not a share"),
        ({"Tasks!B2": "after"}, "Tasks!B2: 'after' is not allowed: arrange, hand_over"),
        ({"Tasks!A2": "home"}, "Tasks!A2: 'home' is not on the sheet Transfers"),
        ({"Tasks!C4": 1}, "Tasks!C4: the order 1 is in this step twice; first at"),
        ({"Tasks!C4": None}, "Tasks!C4: the order is blank"),
        ({"Place!A2": "plaice"}, "Place!A2: unknown item 'plaice'; did you mean 'place'?"),
        ({"Place!A3": "place"}, "Place!A3: the item 'place' is here twice; first at"),
        ({"Place!B3": "soon"}, "Place!B3: 'soon' is not a date"),
        ({"Place!B3": None}, "Place!A1: missing key 'start_date'"),
        ({"By hour!D2": None}, "By hour!D2: 02:00 is blank"),
        ({"By hour!Z2": "f.csv"}, "By hour!B2: write either the 24 weights or a file"),
        ({"Rounds!C2": "9 o'clock"}, "Rounds!C2: "),
        ({"Admits!A2": "wards"}, "Admits!A2: 'wards' is not on the sheet Settings"),
        ({"Arrival dates!A2": "older"}, "Arrival dates!B2: date is blank"),
        ({"Start people!A2": "care-home", "Start people!B2": "older", "Start people!C2": 1,
          "Start people!D2": "fresh", "Start people!G2": 3},
         "Start people!D2: write either a rule or a distribution"),
    ],
)  # fmt: skip
def test_an_error_names_its_sheet_and_cell(cells: dict[str, Any], said: str, starter: Path) -> None:
    assert any(said in line for line in problems(changed(starter, cells))), problems(
        starter.with_name("changed.xlsx")
    )


def test_a_second_row_of_the_same_name_is_named_with_the_first(starter: Path) -> None:
    path = changed(starter, {"Exits!A4": "home"})
    assert problem(path) == (f"Exits!A4: the exit 'home' is here twice; first at {path}: Exits!A2")


def test_a_missing_sheet_is_named_and_an_unknown_one_gets_a_near_name(starter: Path) -> None:
    book = openpyxl.load_workbook(starter)
    book["Settings"].title = "Setings"
    book.save(starter)
    lines = problems(starter)
    assert any("Setings!A1: unknown sheet 'Setings'; did you mean 'Settings'?" in x for x in lines)
    assert any("no sheet 'Settings'" in line for line in lines)


def test_sheets_that_a_place_can_do_without_may_be_missing(starter: Path) -> None:
    book = openpyxl.load_workbook(starter)
    for name in ("Start people", "Start waiting", "Capacity changes", "Arrival dates", "Read me"):
        del book[name]
    book.save(starter)
    load_place(starter)


def test_a_blank_sheet_that_excel_made_is_no_matter(starter: Path) -> None:
    book = openpyxl.load_workbook(starter)
    book.create_sheet("Sheet1")
    book.save(starter)
    load_place(starter)


def test_very_many_problems_are_cut_short(starter: Path) -> None:
    cells: dict[str, Any] = {f"Arrival dates!A{line}": f"g{line}" for line in range(2, 3000)}
    cells |= {f"Arrival dates!B{line}": date(2025, 4, 7) for line in range(2, 3000)}
    assert len(problems(changed(starter, cells))) == 51


def test_all_that_is_wrong_is_said_at_once(starter: Path) -> None:
    path = changed(starter, {"Exits!A4": "home", "Settings!F1": "bedz", "Routes!E1": "whither"})
    assert len(problems(path)) == 3


# --- files that mean harm, or are none -----------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an Excel workbook"),
        (b"place: Bristol\n", "not an Excel workbook"),
        (b"PK\x03\x04 and nothing more", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
    ],
)
def test_a_file_that_is_no_workbook_is_an_error_to_read(
    content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "p.xlsx"
    path.write_bytes(content)
    assert said in problem(path)


def test_no_file_is_an_error_to_read(tmp_path: Path) -> None:
    assert "no such file" in problem(tmp_path / "p.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    assert "not a file" in problem(tmp_path / "folder.xlsx")


def repacked(path: Path, parts: dict[str, bytes]) -> Path:
    """The workbook with some of its parts put in place of its own."""
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in (kept | parts).items():
            new.writestr(name, part)
    path.write_bytes(content.getvalue())
    return path


def sheet_of(cells: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


FIRST = "xl/worksheets/sheet2.xml"  # Place


def test_a_file_too_large_is_not_read(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_cells, "MAX_FILE_BYTES", 1000)
    assert "allowed: 1,000" in problem(starter)


def test_a_zip_bomb_is_not_unpacked(starter: Path) -> None:
    path = repacked(starter, {"xl/media/zeros.xml": b"0" * 60_000_000})
    assert path.stat().st_size < 1_000_000
    assert "unpacks to" in problem(path)


def test_a_size_that_the_directory_lies_about_is_found_out(starter: Path) -> None:
    path = repacked(starter, {FIRST: sheet_of("<row><c><v>1</v></c></row>" * 10)})
    content = bytearray(path.read_bytes())
    entry = content.rindex(FIRST.encode()) - 46
    content[entry + 24 : entry + 28] = (5).to_bytes(4, "little")
    path.write_bytes(content)
    assert "not an Excel workbook" in problem(path)


def test_cells_far_apart_are_not_laid_out(starter: Path) -> None:
    cells = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "Place!XFD1048576: a cell is filled in beyond" in problem(
        repacked(starter, {FIRST: sheet_of(cells)})
    )
    cells = '<row r="99999"><c r="KN99999"><v>1</v></c></row>'
    assert "too far apart" in problem(repacked(starter, {FIRST: sheet_of(cells)}))


def test_empty_cells_far_down_do_no_harm(starter: Path) -> None:
    with zipfile.ZipFile(starter) as book:
        sheet = book.read(FIRST).decode()
    far = '<row r="1048576"><c r="A1048576" s="1"/></row></sheetData>'
    path = repacked(starter, {FIRST: sheet.replace("</sheetData>", far).encode()})
    load_place(path)


def test_too_many_cells_are_not_read(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_cells, "MAX_WRITTEN_CELLS", 100)
    assert "more than 100 cells are filled in" in problem(starter)
    monkeypatch.setattr(workbook_cells, "MAX_LISTED_CELLS", 90)
    assert "more than 90 cells" in problem(starter)


def test_one_long_text_in_very_many_cells_is_not_copied_out(starter: Path) -> None:
    with zipfile.ZipFile(starter) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
    texts = texts.replace("<si><t>", "<si><t>" + "x" * 32_000, 1)
    cells = '<row><c t="s"><v>0</v></c></row>' * 1000
    path = repacked(starter, {"xl/sharedStrings.xml": texts.encode(), FIRST: sheet_of(cells)})
    assert "letters in the workbook" in problem(path)


@pytest.mark.parametrize(
    "part",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>',
        b"<worksheet><sheetData><row>",
        sheet_of('<row r="one"><c><v>1</v></c></row>'),
        sheet_of('<row><c r="1A"><v>1</v></c></row>'),
        sheet_of('<row><c t="s"><v>x</v></c></row>'),
        sheet_of('<row><c t="s"><v>999999999</v></c></row>'),
        b"\xff\xfe\x00",
    ],
)
@pytest.mark.parametrize("name", [FIRST, "xl/workbook.xml"])
def test_a_broken_part_is_an_error_to_read(part: bytes, name: str, starter: Path) -> None:
    assert problems(repacked(starter, {name: part}))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_no_damage_to_a_file_makes_a_traceback(
    seed: int, starter_bytes: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("wb") / "p.xlsx"
    path.write_bytes(starter_bytes)
    chance = random.Random(seed)
    if seed % 2:
        with zipfile.ZipFile(path) as book:
            name = chance.choice([name for name in book.namelist() if "sheet" in name])
            part = bytearray(book.read(name))
        for _ in range(chance.randint(1, 20)):
            part[chance.randrange(len(part))] = chance.choice(b'0A1"<>/ rst&=')
        repacked(path, {name: bytes(part)})
    else:
        content = bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
    with contextlib.suppress(InputError):
        load_place(path)
