"""A place's plain tree as rows of sheets: the way out to a workbook.

Each function takes one part of the tree to the rows that ``workbook_reading.py`` takes back.
What a workbook has no cell for is an error here, never left out in silence.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from sim.place import schema
from sim.place.calendars import ByMonth, ByWeekday, CapacityChange, CapacityWindow, Round, Window
from sim.place.csv_columns import CsvColumn, DailyNumbers
from sim.place.distributions import FAMILIES, Distribution
from sim.place.numbers import Noted
from sim.place.problems import InputError, input_error
from sim.place.tasks import Task, Transfer
from sim.place.workbook_rows import Scalar
from sim.place.workbook_tables import (
    HOURS,
    NOTED,
    SHEETS,
    YAML_ONLY,
    noted_heading,
    quantile_column,
)

Row = dict[str, Scalar]
Rows = dict[str, list[Row]]
"""Sheet → its rows, each as heading → value."""

_NOTES = tuple(Noted.model_fields)


def rows_of(tree: object) -> Rows:
    """The rows of every sheet for a place's plain tree.

    Raises:
        InputError: the tree is not a place's, or holds something that no cell is for.
    """
    place = _table(tree, "place", schema.Place)
    rows: Rows = {sheet.name: [] for sheet in SHEETS}
    _add_place(rows, place)
    for name, organisation in _named(place, "organisations"):
        table = _table(organisation, name, schema.Organisation)
        rows["Organisations"].append(_row({"organisation": name} | table))
    for name, setting in _named(place, "settings"):
        _add_setting(rows, name, _table(setting, name, schema.Setting))
    for name, way_out in _named(place, "exits"):
        rows["Exits"].append(_row({"exit": name} | _table(way_out, name, schema.Exit)))
    for name, transfer in _named(place, "transfers"):
        _add_transfer(rows, name, _table(transfer, name, Transfer))
    _add_routes(rows, "", place)
    for name, group in _named(place, "patients"):
        _add_group(rows, name, _table(group, name, schema.Group))
    _add_start(rows, _table(place.get("start") or {}, "start", schema.Start))
    for sheet in SHEETS:
        for heading in {heading for row in rows[sheet.name] for heading in row}:
            if sheet.column(heading) is None:
                raise _no_cell(f"the sheet {sheet.name} has no column {heading!r}")
    return rows


def _add_place(rows: Rows, place: Mapping[str, Any]) -> None:
    for item in ("place", "start_date", "about", "bank_holidays"):
        rows["Place"].append(_row({"item": item, "value": place.get(item)}))
    for text in _list(place.get("assumptions"), "assumptions"):
        rows["Place"].append(_row({"item": "assumption", "value": text}))


_SETTING_COLUMNS = ("name", "organisation", "locality", "acute", "returns", "capacity_reason")
_SETTING_NUMBERS = (
    "beds", "places", "cost_per_day", "turnaround", "queue_limit", "outlier_stay_times",
)  # fmt: skip


def _add_setting(rows: Rows, name: str, setting: Mapping[str, Any]) -> None:
    row = _row({"setting": name} | _only(setting, _SETTING_COLUMNS))
    for heading in _SETTING_NUMBERS:
        _put_number(row, heading, setting.get(heading))
    overflow = _list(setting.get("overflow"), f"{name}.overflow")
    row |= _row({"overflow": ", ".join(str(other) for other in overflow) or None})
    rows["Settings"].append(row)
    if setting.get("stay") is not None:
        _add_distribution(rows, "Stays", {"setting": name}, setting["stay"])
    if setting.get("pace_by_weekday") is not None:
        pace = _table(setting["pace_by_weekday"], f"{name}.pace_by_weekday", ByWeekday)
        rows["Pace"].append(_numbers({"setting": name}, pace))
    admits = setting.get("admits")
    windows = _list([admits] if isinstance(admits, dict) else admits, f"{name}.admits")
    if admits is not None and not windows:
        raise _no_cell(f"{name}.admits is an empty list; leave it out")
    for window in windows:
        rows["Admits"].append(_row({"setting": name} | _table(window, f"{name}.admits", Window)))
    for sheet, key, model, number in (
        ("Rounds", "decision_rounds", Round, "prob_ready"),
        ("Capacity by week", "capacity_by_week", CapacityWindow, "spaces"),
        ("Capacity changes", "capacity_changes", CapacityChange, "spaces"),
    ):
        for item in _list(setting.get(key), f"{name}.{key}"):
            table = dict(_table(item, f"{name}.{key}", model))
            spaces = table.pop(number, None)
            line = _row({"setting": name} | table)
            _put_number(line, number, spaces)
            rows[sheet].append(line)


def _add_transfer(rows: Rows, name: str, transfer: Mapping[str, Any]) -> None:
    rows["Transfers"].append({"transfer": name})
    for step in ("arrange", "hand_over"):
        for turn, item in enumerate(_list(transfer.get(step), f"{name}.{step}"), start=1):
            task = _table(item, f"{name}.{step}", Task)
            row = _row(
                {"transfer": name, "step": step, "order": turn}
                | _only(task, ("task", "reason", "body"))
            )
            _add_distribution(rows, "Tasks", row, task.get("takes"))


def _add_routes(rows: Rows, group: str, table: Mapping[str, Any]) -> None:
    for setting, routes in _named(table, "routes"):
        if not _table(routes, f"routes.{setting}"):
            raise _no_cell(f"the routes from {setting} are empty; leave them out")
        for name, written in _table(routes, f"routes.{setting}").items():
            route = written if isinstance(written, dict) else {"share": written}
            route = dict(_table(route, f"routes.{setting}.{name}", schema.Route))
            share = route.pop("share", None)
            if isinstance(route.get("to"), dict):
                where = f"routes.{setting}.{name}.to"
                raise _no_cell(f"{where} is by locality; such a place is kept in YAML")
            row = _row({"from": setting, "group": group or None, "route": name} | route)
            _put_number(row, "share", share)
            rows["Routes"].append(row)


def _add_group(rows: Rows, name: str, group: Mapping[str, Any]) -> None:
    row = _row({"group": name} | _only(group, ("name", "locality", "priority", "arrives_at")))
    _put_number(row, "per_day", group.get("per_day"))
    daily = _table(group.get("daily_numbers") or {}, f"{name}.daily_numbers", DailyNumbers)
    row |= {f"daily_numbers {key}": value for key, value in _file(daily).items()}
    rows["Patients"].append(row)
    days = _list(group.get("arrival_dates"), f"{name}.arrival_dates")
    if group.get("arrival_dates") is not None and not days:
        raise _no_cell(f"{name}.arrival_dates is an empty list; leave it out")
    rows["Arrival dates"].extend(_row({"group": name, "date": day}) for day in days)
    for sheet, key, model in (
        ("By weekday", "by_weekday", ByWeekday),
        ("By month", "by_month", ByMonth),
    ):
        if group.get(key) is not None:
            factors = _table(group[key], f"{name}.{key}", model)
            rows[sheet].append(_numbers({"group": name}, factors))
    if group.get("by_hour") is not None:
        row = _row({"group": name})
        row |= _by_hour(group["by_hour"], f"{name}.by_hour")
        rows["By hour"].append(row)
    for setting, stay in _named(group, "stay"):
        _add_distribution(rows, "Stays", {"setting": setting, "group": name}, stay)
    _add_routes(rows, name, group)


def _by_hour(written: Any, where: str) -> Row:
    """24 weights, or the CSV file and column that hold them."""
    if isinstance(written, dict) and "file" in written:
        return _file(_table(written, where, CsvColumn))
    if isinstance(written, list):
        written = {"weights": written}
    profile = _table(written, where, schema.HourProfile)
    row = _row(_only(profile, _NOTES))
    if profile.get("csv") is not None:
        return row | _file(_table(profile["csv"], where, CsvColumn))
    weights = _list(profile.get("weights"), where)
    if len(weights) != len(HOURS):
        raise _no_cell(f"{where} has {len(weights)} numbers where 24 are needed")
    return row | _row(dict(zip(HOURS, weights, strict=True)))


def _file(table: Mapping[str, Any]) -> Row:
    """A CSV file and column; what is said of them is said of the file."""
    return _row(
        {noted_heading("file", key) if key in _NOTES else key: said for key, said in table.items()}
    )


def _add_start(rows: Rows, start: Mapping[str, Any]) -> None:
    for item in _list(start.get("people"), "start.people"):
        people = _table(item, "start.people", schema.PeopleThere)
        row = _row(_only(people, ("setting", "group")))
        _put_number(row, "number", people.get("number"))
        left = people.get("stay_left")
        if isinstance(left, str) and not left[:1].isdigit():
            row["rule"], left = left, None
        _add_distribution(rows, "Start people", row, left)
    for item in _list(start.get("waiting"), "start.waiting"):
        waiting = _table(item, "start.waiting", schema.PeopleWaiting)
        row = _row(_only(waiting, ("waiting_for", "group", "setting")))
        _put_number(row, "number", waiting.get("number"))
        _add_distribution(rows, "Start waiting", row, waiting.get("days_waited"))


def _add_distribution(rows: Rows, sheet: str, row: Row, written: Any) -> None:
    """A row with its family and numbers in the columns that all distributions share."""
    row = dict(row)
    if isinstance(written, str):
        number, _, unit = written.strip().partition(" ")
        row |= _row({"value": _number_or_text(number), "unit": unit.strip() or None})
    elif isinstance(written, dict):
        table = _table(written, sheet, Distribution)
        families = [name for name in FAMILIES if table.get(name) is not None]
        if len(families) != 1:
            raise _no_cell(f"a distribution for {sheet} needs one family; here: {families}")
        row["family"] = families[0]
        _put_family(row, sheet, table[families[0]])
        row |= _row(_only(table, _NOTES))
    else:
        row |= _row({"value": written})
    rows[sheet].append(row)


def _put_family(row: Row, sheet: str, written: Any) -> None:
    if isinstance(written, list) and len(written) == 2:
        written = {"low": written[0], "high": written[1]}
    for name, value in _table(written, f"the {row['family']} of {sheet}").items():
        if name == "at":
            _put_quantiles(row, _table(value, "quantiles"))
        elif name in ("unit", "file", "column", *_NOTES):
            row |= _file({name: value})
        else:
            _put_number(row, name, value)


def _put_quantiles(row: Row, at: Mapping[str, Any]) -> None:
    """Plain points together in one cell; a point with a source in a column of its own."""
    plain = [f"{share}: {value!r}" for share, value in at.items() if not isinstance(value, dict)]
    if plain:
        row["quantiles"] = "; ".join(plain)
    for share, value in at.items():
        if isinstance(value, dict):
            _put_number(row, quantile_column(share).heading, value)


def _put_number(row: Row, heading: str, written: Any) -> None:
    """A number in its column, and what is said of it in the columns for that."""
    if not isinstance(written, dict):
        row |= _row({heading: written})
        return
    for part, value in written.items():
        if part != "value" and part not in NOTED:
            raise _no_cell(f"{part!r} is not something said of a number ({heading})")
        row |= _row({heading if part == "value" else noted_heading(heading, part): value})


def _numbers(row: Row, numbers: Mapping[str, Any]) -> Row:
    for heading, written in numbers.items():
        _put_number(row, heading, written)
    return row


def _number_or_text(text: str) -> Scalar:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _row(cells: Mapping[str, Any]) -> Row:
    """The cells that are written; a table or a list in one is an error."""
    for heading, value in cells.items():
        if isinstance(value, dict | list):
            raise _no_cell(f"{heading} is a table or a list, where one value is needed")
    return {heading: value for heading, value in cells.items() if value is not None}


def _only(table: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: table[key] for key in keys if key in table}


def _named(table: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """A table of the writer's own names, in order."""
    return list(_table(table.get(key) or {}, key).items())


def _table(written: Any, where: str, model: type[BaseModel] | None = None) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise _no_cell(f"{where} is not a table")
    if model is not None:
        known = {field.alias or name for name, field in model.model_fields.items()}
        unknown = [str(key) for key in written if key not in known]
        if unknown:
            raise _no_cell(f"unknown key {unknown[0]!r} in {where}")
        for key in YAML_ONLY.get(model, ()):
            if written.get(key) is not None:
                raise _no_cell(
                    f"{where} uses {key!r}, for which a workbook has no columns; such a place is "
                    "kept in YAML"
                )
    return written


def _list(written: Any, where: str) -> list[Any]:
    if written is None:
        return []
    if not isinstance(written, list):
        raise _no_cell(f"{where} is not a list")
    return written


def _no_cell(what: str) -> InputError:
    return input_error("this place can't be written as a workbook", what)
