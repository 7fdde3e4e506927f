"""Rows of sheets as a place's plain tree: the way in from a workbook.

The tree is the one that the same place gives in YAML, and every value in it knows its cell.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.place.document import MAX_VALUES, Document, Keys, Mark
from sim.place.problems import Problem, did_you_mean, input_error, one_of
from sim.place.words import MONTHS, WEEKDAYS
from sim.place.workbook_rows import NUMBER, Cell, Row, note_problem, plain_number
from sim.place.workbook_tables import (
    FAMILIES_HERE,
    FILE_NOTES,
    HOURS,
    NOTED,
    PARAMETERS,
    PLACE_ITEMS,
    noted_heading,
)


@dataclass
class Reading:
    """A workbook on its way to a document, with everything found wrong so far."""

    document: Document
    tree: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def wrong(self, where: str, what: str) -> None:
        """Note something wrong, and go on to find the rest."""
        note_problem(self.problems, where, what)

    def put(self, keys: Keys, value: Any, where: str) -> None:
        """Set a value in the tree, with the tables around it, and mark its cell."""
        self.values += 1
        if self.values > MAX_VALUES * 2:
            raise input_error(where, f"more than {MAX_VALUES * 2:,} values in one workbook")
        at: Any = self.tree
        for depth, key in enumerate(keys):
            is_last = depth == len(keys) - 1
            inside = value if is_last else ([] if isinstance(keys[depth + 1], int) else {})
            if isinstance(at, list):
                if key == len(at):
                    at.append(inside)
            elif is_last and not (isinstance(value, dict) and key in at):
                at[key] = inside
            else:
                at.setdefault(key, inside)
            self.document.marks.setdefault(keys[: depth + 1], Mark(where, where))
            at = at[key]

    def put_cell(self, keys: Keys, cell: Cell | None) -> None:
        """Set a cell's value in the tree, if the cell is filled."""
        if cell is not None:
            self.put(keys, cell.value, cell.where)

    def put_cells(self, keys: Keys, row: Row, *headings: str) -> None:
        """Set what a row says under these headings, each under its heading's name."""
        for heading in headings:
            self.put_cell((*keys, heading), row[heading])

    def put_number(self, keys: Keys, row: Row, heading: str) -> None:
        """Set a number, with its range, unit and source where the row gives them."""
        cell = row[heading]
        noted = {
            part: said for part in NOTED if (said := row[noted_heading(heading, part)]) is not None
        }
        if not noted:
            self.put_cell(keys, cell)
        elif cell is None:
            part, said = next(iter(noted.items()))
            about = noted_heading(heading, part)
            self.wrong(
                said.where, f"{about!r} is filled in, but there is no {heading} to say it of"
            )
        else:
            self.put(keys, {}, cell.where)
            self.put_cell((*keys, "value"), cell)
            for part, said in noted.items():
                self.put_cell((*keys, part), said)


def read_place(reading: Reading, rows: Mapping[str, list[Row]]) -> None:
    """Fill the reading's tree from the rows of every sheet."""
    _read_items(reading, rows["Place"])
    for row in rows["Organisations"]:
        keys = _open(reading, row, "organisations", "organisation")
        reading.put_cells(keys, row, "name", "body")
    for row in rows["Settings"]:
        _read_setting(reading, row)
    for row in rows["Exits"]:
        reading.put_cells(_open(reading, row, "exits", "exit"), row, "name")
    for row in rows["Transfers"]:
        _open(reading, row, "transfers", "transfer")
    _read_tasks(reading, rows["Tasks"])
    for row in rows["Patients"]:
        _read_group(reading, row)
    for row in rows["Routes"]:
        _read_route(reading, row)
    _read_calendars(reading, rows)
    _read_arrivals(reading, rows)
    for row in rows["Stays"]:
        _read_stay(reading, row)
    _read_start(reading, rows)


def _read_items(reading: Reading, rows: list[Row]) -> None:
    firsts: dict[str, str] = {}
    assumptions = 0
    for row in rows:
        item, value = row.text("item").lower(), row["value"]
        if item == "assumption":
            if value:
                reading.put(("assumptions", assumptions), str(value.value), value.where)
                assumptions += 1
        elif item not in PLACE_ITEMS:
            hint = did_you_mean(item, PLACE_ITEMS)
            reading.wrong(
                row.at("item"), f"unknown item {item[:40]!r}{hint}; allowed: {one_of(PLACE_ITEMS)}"
            )
        elif item in firsts:
            reading.wrong(
                row.at("item"), f"the item {item!r} is here twice; first at {firsts[item]}"
            )
        else:
            firsts[item] = row.at("item")
            text = str(value.value) if value else ""
            if value:
                text = text if item == "about" else text.strip()
                reading.put((item,), text, value.where)


def _open(reading: Reading, row: Row, section: str, heading: str) -> Keys:
    """Begin a named table from the cell that names it."""
    keys = (section, row.text(heading))
    reading.put(keys, {}, row.at(heading))
    return keys


def _known(reading: Reading, row: Row, heading: str, section: str) -> bool:
    """Whether a name that a row is about has its own row on the sheet of such names."""
    names = reading.tree.get(section, {})
    name = row.text(heading)
    if name not in names:
        sheet = section.capitalize()
        reading.wrong(
            row.at(heading),
            f"{name[:60]!r} is not on the sheet {sheet}{did_you_mean(name, names)}; there: "
            f"{one_of(names)}",
        )
    return name in names


def _read_setting(reading: Reading, row: Row) -> None:
    keys = _open(reading, row, "settings", "setting")
    reading.put_cells(keys, row, "name", "organisation", "locality", "acute")
    for heading in ("beds", "places", "cost_per_day", "turnaround", "queue_limit"):
        reading.put_number((*keys, heading), row, heading)
    overflow = row["overflow"]
    if overflow:
        others = [name.strip() for name in re.split("[,;\n]", str(overflow.value)) if name.strip()]
        for place, name in enumerate(others):
            reading.put((*keys, "overflow", place), name, overflow.where)
    reading.put_number((*keys, "outlier_stay_times"), row, "outlier_stay_times")
    reading.put_cells(keys, row, "returns", "capacity_reason")


def _read_tasks(reading: Reading, rows: list[Row]) -> None:
    steps: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        step = row.text("step")
        if step not in ("arrange", "hand_over"):
            hint = did_you_mean(step, ("arrange", "hand_over"))
            reading.wrong(row.at("step"), f"{step[:40]!r} is not allowed: arrange, hand_over{hint}")
        elif _known(reading, row, "transfer", "transfers"):
            steps.setdefault((row.text("transfer"), step), []).append(row)
    for (transfer, step), tasks in steps.items():
        for turn, row in enumerate(_in_order(reading, tasks)):
            keys = ("transfers", transfer, step, turn)
            reading.put(keys, {}, row.at("task"))
            reading.put_cells(keys, row, "task", "reason", "body")
            _read_distribution(reading, (*keys, "takes"), row)


def _in_order(reading: Reading, tasks: list[Row]) -> list[Row]:
    """The tasks of one step by their order, or as they stand where none is given."""
    if not any(row["order"] for row in tasks):
        return tasks
    turns: dict[float, Row] = {}
    for row in tasks:
        cell = row["order"]
        if cell is None or isinstance(cell.value, str | bool):
            said = "blank" if cell is None else "not a number"
            reading.wrong(row.at("order"), f"the order is {said}, where other tasks have a number")
        elif cell.value in turns:
            first = turns[cell.value].at("order")
            reading.wrong(
                cell.where, f"the order {cell.value} is in this step twice; first at {first}"
            )
        else:
            turns[cell.value] = row
    return [turns[turn] for turn in sorted(turns)]


def _read_group(reading: Reading, row: Row) -> None:
    keys = _open(reading, row, "patients", "group")
    reading.put_cells(keys, row, "name", "locality", "priority", "arrives_at")
    reading.put_number((*keys, "per_day"), row, "per_day")
    _read_file(reading, (*keys, "daily_numbers"), row, "daily_numbers ")


def _read_route(reading: Reading, row: Row) -> None:
    keys: Keys = ("routes", row.text("from"), row.text("route"))
    if row["group"]:
        if not _known(reading, row, "group", "patients"):
            return
        keys = ("patients", row.text("group"), *keys)
    rest = ("to", "pathway", "transfer", "priority")
    noted = [row[noted_heading("share", part)] for part in NOTED]
    reading.document.marks.setdefault(keys[:-1], Mark(row.at("from"), row.at("from")))
    if not any(noted) and row["share"] and not any(row[heading] for heading in rest):
        reading.put_number(keys, row, "share")
        return
    reading.put(keys, {}, row.at("route"))
    reading.put_number((*keys, "share"), row, "share")
    reading.put_cells(keys, row, *rest)


def _about_settings(reading: Reading, rows: list[Row], key: str) -> Iterator[tuple[Keys, Row]]:
    """Rows that each add an item to a list of their setting, with the keys of the new item.

    The only hours of admission are no list, as people write them in YAML.
    """
    rows_of = Counter(row.text("setting") for row in rows)
    for row in rows:
        if _known(reading, row, "setting", "settings"):
            name = row.text("setting")
            items = reading.tree["settings"][name].get(key, [])
            keys: Keys = ("settings", name, key, len(items))
            if key == "admits" and rows_of[name] == 1:
                keys = keys[:-1]
            reading.put(keys, {}, row.at("setting"))
            yield keys, row


def _read_calendars(reading: Reading, rows: Mapping[str, list[Row]]) -> None:
    for keys, row in _about_settings(reading, rows["Admits"], "admits"):
        reading.put_cells(keys, row, "days", "from", "to")
    for keys, row in _about_settings(reading, rows["Rounds"], "decision_rounds"):
        reading.put_cells(keys, row, "days", "at")
        reading.put_number((*keys, "prob_ready"), row, "prob_ready")
    for keys, row in _about_settings(reading, rows["Capacity by week"], "capacity_by_week"):
        reading.put_cells(keys, row, "days", "from", "to")
        reading.put_number((*keys, "spaces"), row, "spaces")
    for keys, row in _about_settings(reading, rows["Capacity changes"], "capacity_changes"):
        reading.put_cells(keys, row, "from", "to")
        reading.put_number((*keys, "spaces"), row, "spaces")
    for row in rows["Pace"]:
        if _known(reading, row, "setting", "settings"):
            _read_factors(
                reading, ("settings", row.text("setting"), "pace_by_weekday"), row, WEEKDAYS
            )


def _read_factors(reading: Reading, keys: Keys, row: Row, headings: tuple[str, ...]) -> None:
    reading.put(keys, {}, row.start)
    for heading in headings:
        reading.put_number((*keys, heading), row, heading)
    reading.put_cells(keys, row, *FILE_NOTES)


def _read_arrivals(reading: Reading, rows: Mapping[str, list[Row]]) -> None:
    for sheet, key, headings in (
        ("By weekday", "by_weekday", WEEKDAYS),
        ("By month", "by_month", MONTHS),
    ):
        for row in rows[sheet]:
            if _known(reading, row, "group", "patients"):
                _read_factors(reading, ("patients", row.text("group"), key), row, headings)
    for row in rows["By hour"]:
        if _known(reading, row, "group", "patients"):
            _read_hours(reading, ("patients", row.text("group"), "by_hour"), row)
    days: dict[str, int] = {}
    for row in rows["Arrival dates"]:
        if _known(reading, row, "group", "patients"):
            group = row.text("group")
            turn = days.get(group, 0)
            days[group] = turn + 1
            reading.put_cell(("patients", group, "arrival_dates", turn), row["date"])


def _read_hours(reading: Reading, keys: Keys, row: Row) -> None:
    """24 weights, or the CSV file that holds them."""
    weights = [row[hour] for hour in HOURS]
    notes = any(row[part] for part in FILE_NOTES)
    reading.document.marks[keys] = Mark(row.start, row.start)
    if row["file"] or row["column"]:
        both = next((cell for cell in weights if cell), None)
        if both:
            reading.wrong(both.where, "write either the 24 weights or a file and column, not both")
        _read_file(reading, (*keys, "csv") if notes else keys, row)
    else:
        blank = next((hour for hour in HOURS if row[hour] is None), None)
        if blank:
            reading.wrong(row.at(blank), f"{blank} is blank; write a weight for each hour")
            return
        for place, hour in enumerate(HOURS):
            reading.put_cell((*keys, "weights", place) if notes else (*keys, place), row[hour])
    reading.put_cells(keys, row, *FILE_NOTES)


def _read_file(reading: Reading, keys: Keys, row: Row, prefix: str = "") -> None:
    """A CSV file and column, with what is said of the file."""
    for part in ("file", "column", "dates", "are"):
        reading.put_cell((*keys, part), row[f"{prefix}{part}"])
    for part in FILE_NOTES:
        said = row[noted_heading(f"{prefix}file", part)]
        if said and not row[f"{prefix}file"]:
            reading.wrong(said.where, f"{prefix}file {part} is filled in, but there is no file")
        reading.put_cell((*keys, part), said)


def _read_stay(reading: Reading, row: Row) -> None:
    setting = row.text("setting")
    if not _known(reading, row, "setting", "settings"):
        return
    keys: Keys = ("settings", setting, "stay")
    if row["group"]:
        if not _known(reading, row, "group", "patients"):
            return
        keys = ("patients", row.text("group"), "stay", setting)
    if not _read_distribution(reading, keys, row):
        reading.wrong(row.at("family"), f"no family; allowed: {', '.join(FAMILIES_HERE)}")


def _read_start(reading: Reading, rows: Mapping[str, list[Row]]) -> None:
    for turn, row in enumerate(rows["Start people"]):
        keys = ("start", "people", turn)
        reading.put(keys, {}, row.at("setting"))
        reading.put_cells(keys, row, "setting", "group")
        reading.put_number((*keys, "number"), row, "number")
        rule = row["rule"]
        if _read_distribution(reading, (*keys, "stay_left"), row) and rule:
            reading.wrong(rule.where, "write either a rule or a distribution, not both")
        elif rule:
            reading.put_cell((*keys, "stay_left"), rule)
    for turn, row in enumerate(rows["Start waiting"]):
        keys = ("start", "waiting", turn)
        reading.put(keys, {}, row.at("waiting_for"))
        reading.put_cells(keys, row, "waiting_for", "group", "setting")
        reading.put_number((*keys, "number"), row, "number")
        _read_distribution(reading, (*keys, "days_waited"), row)


_LENGTH = re.compile(r"(\S+)\s+([A-Za-z]+)")


def _read_distribution(reading: Reading, keys: Keys, row: Row) -> bool:
    """Set the distribution that a row gives in its family, numbers and notes; False for none."""
    numbers = [heading for heading in row.cells if _is_parameter(heading)]
    rest = [h for h in ("unit", "quantiles", "file", "column", *FILE_NOTES) if row[h]]
    family = row["family"]
    if not numbers and not rest and not family:
        return False
    if family and family.value not in FAMILIES_HERE:
        hint = did_you_mean(str(family.value), FAMILIES_HERE)
        reading.wrong(
            family.where,
            f"{str(family.value)[:40]!r} is not a family{hint}; "
            f"allowed: {', '.join(FAMILIES_HERE)}",
        )
        return True
    if family is None:
        if not row["value"] or any(not h.startswith("value") for h in numbers):
            reading.wrong(row.at("family"), f"no family; allowed: {', '.join(FAMILIES_HERE)}")
            return True
        if numbers == ["value"] and rest in ([], ["unit"]):
            _put_bare_length(reading, keys, row)
            return True
    start = family.where if family else row.at("value")
    reading.put(keys, {}, start)
    inside = (*keys, str(family.value) if family else "fixed")
    reading.put(inside, {}, start)
    _put_parameters(reading, inside, row)
    reading.put_cells(keys, row, *FILE_NOTES)
    return True


def _is_parameter(heading: str) -> bool:
    first = heading.partition(" ")[0]
    return first in PARAMETERS or first == "quantile"


def _put_bare_length(reading: Reading, keys: Keys, row: Row) -> None:
    """A length written short: 2, or 2 hours."""
    value, unit = row["value"], row.text("unit")
    assert value is not None
    reading.put(keys, f"{value.value} {unit}" if unit else value.value, value.where)


def _put_parameters(reading: Reading, keys: Keys, row: Row) -> None:
    value = row["value"]
    length = _LENGTH.fullmatch(str(value.value)) if value else None
    if value and length and row["unit"] is None and NUMBER.fullmatch(length[1]):
        reading.put((*keys, "unit"), length[2], value.where)
        number = Cell(plain_number(float(length[1])), value.where)
        row = Row({**row.cells, "value": number}, row.spots, row.start)
    for heading in PARAMETERS:
        reading.put_number((*keys, heading), row, heading)
    reading.put_cell((*keys, "unit"), row["unit"])
    _read_file(reading, keys, row)
    _put_quantiles(reading, (*keys, "at"), row)


def _put_quantiles(reading: Reading, keys: Keys, row: Row) -> None:
    cell = row["quantiles"]
    shares: set[str] = set()
    points = re.split("[;\n]", str(cell.value)) if cell else []
    for point in points:
        share, _, length = (part.strip() for part in point.partition(":"))
        if not share and not length:
            continue
        assert cell is not None
        if not NUMBER.fullmatch(share) or not NUMBER.fullmatch(length):
            reading.wrong(
                cell.where,
                f"{point.strip()[:40]!r} is not a share and a length; write them as "
                "0: 0; 0.5: 7; 1: 90",
            )
            return
        if share in shares:
            reading.wrong(cell.where, f"the share {share} is here twice")
        shares.add(share)
        reading.put((*keys, share), plain_number(float(length)), cell.where)
    for heading in row.spots:
        first, _, share = heading.partition(" ")
        if first == "quantile" and share and " " not in share:
            if share in shares and row[heading]:
                reading.wrong(row.at(heading), f"the share {share} is here twice")
            else:
                reading.put_number((*keys, share), row, heading)
