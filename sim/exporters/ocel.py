"""An object-centric event log by the OCEL 2.0 standard: as JSON, or as an SQLite database."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TextIO

from sim.exporters.events import EventLog, event_log
from sim.exporters.objects import (
    EVENT_ATTRIBUTES,
    OBJECT_TYPES,
    Thing,
    event_types,
    events,
    objects,
)
from sim.exporters.output import new_file
from sim.exporters.source import open_one_run

JSON, SQLITE = (".json", ".jsonocel"), (".sqlite", ".db")
FROM_THE_FIRST = "1970-01-01T00:00:00Z"
"""The time of attributes that never change, by the standard."""
ROWS_AT_ONCE = 10_000


def export_ocel(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write a run as an object-centric log; the file's ending says whether JSON or SQLite.

    Raises:
        InputError: not a results folder, its logs were not kept, no such run, or something is
            there.
    """
    log = event_log(open_one_run(folder, scenario, replication))
    with new_file(folder, out, "ocel.json", JSON + SQLITE, replace) as (path, partial):
        if path.suffix.lower() in JSON:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                _write_json(log, file)
        else:
            _write_sqlite(log, partial)
    return [f"{len(log.cases)} people, {len(log.tasks)} tasks, {len(log.events)} events: {path}"]


def _write_json(log: EventLog, file: TextIO) -> None:
    """The four lists of the standard, one thing a line."""
    file.write("{\n")
    event_attributes = dict.fromkeys(event_types(log), EVENT_ATTRIBUTES)
    for key, types in (("eventTypes", event_attributes), ("objectTypes", OBJECT_TYPES)):
        _write_list(file, key, (_type(name, types[name]) for name in types))
        file.write(",\n")
    _write_list(file, "objects", (_json_of(each) for each in objects(log)))
    file.write(",\n")
    _write_list(file, "events", (_json_of(each) for each in events(log)))
    file.write("\n}\n")


def _write_list(file: TextIO, key: str, lines: Iterable[dict[str, object]]) -> None:
    file.write(f"{json.dumps(key)}: [")
    for number, line in enumerate(lines):
        file.write(("," if number else "") + "\n" + json.dumps(line, ensure_ascii=False))
    file.write("\n]")


def _type(name: str, attributes: tuple[str, ...]) -> dict[str, object]:
    return {"name": name, "attributes": [{"name": each, "type": "string"} for each in attributes]}


def _json_of(thing: Thing) -> dict[str, object]:
    at = {} if thing.time else {"time": FROM_THE_FIRST}
    return {
        "id": thing.id,
        "type": thing.type,
        **({"time": thing.time} if thing.time else {}),
        "attributes": [
            {"name": name, "value": value, **at} for name, value in thing.attributes.items()
        ],
        "relationships": [
            {"objectId": other, "qualifier": qualifier} for other, qualifier in thing.links
        ],
    }


def _write_sqlite(log: EventLog, path: Path) -> None:
    """The tables of the standard: one for each type, and those that join them."""
    names = table_names(event_types(log))
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("BEGIN")
        for line in _tables(names):
            base.execute(line)
        base.executemany("INSERT INTO event_map_type VALUES (?, ?)", names.items())
        base.executemany("INSERT INTO object_map_type VALUES (?, ?)", _named(OBJECT_TYPES))
        for part in _parts(objects(log)):
            _insert(base, part, "object", {name: name for name in OBJECT_TYPES}, OBJECT_TYPES)
        for part in _parts(events(log)):
            _insert(base, part, "event", names, dict.fromkeys(names, EVENT_ATTRIBUTES))
        base.execute("COMMIT")


def _insert(
    base: sqlite3.Connection,
    things: list[Thing],
    kind: str,
    names: dict[str, str],
    attributes: dict[str, tuple[str, ...]],
) -> None:
    """Rows of objects or events: of the table of all, of their type's, and of their links."""
    base.executemany(f"INSERT INTO {kind} VALUES (?, ?)", [(each.id, each.type) for each in things])
    for type_ in dict.fromkeys(each.type for each in things):
        mine = [each for each in things if each.type == type_]
        rows = [
            (each.id, *_when(each), *(each.attributes.get(name) for name in attributes[type_]))
            for each in mine
        ]
        places = ", ".join("?" * len(rows[0]))
        base.executemany(f'INSERT INTO "{kind}_{names[type_]}" VALUES ({places})', rows)
    base.executemany(
        f"INSERT INTO {kind}_object VALUES (?, ?, ?)",
        [(each.id, *link) for each in things for link in each.links],
    )


def _when(thing: Thing) -> tuple[str | None, ...]:
    """The time of an event; of an object's attributes, which are never changed, the first."""
    return (thing.time,) if thing.time else (FROM_THE_FIRST, None)


def _tables(names: dict[str, str]) -> Iterator[str]:
    """What makes the tables, with the keys that the standard asks for."""
    for kind in ("event", "object"):
        yield f"CREATE TABLE {kind}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)"
        yield (
            f"CREATE TABLE {kind} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, "
            f"FOREIGN KEY (ocel_type) REFERENCES {kind}_map_type (ocel_type))"
        )
    for kind, first, second in (
        ("event", "ocel_event_id", "ocel_object_id"),
        ("object", "ocel_source_id", "ocel_target_id"),
    ):
        yield (
            f"CREATE TABLE {kind}_object ({first} TEXT, {second} TEXT, ocel_qualifier TEXT, "
            f"PRIMARY KEY ({first}, {second}, ocel_qualifier), "
            f"FOREIGN KEY ({first}) REFERENCES {kind} (ocel_id), "
            f"FOREIGN KEY ({second}) REFERENCES object (ocel_id))"
        )
    for name in names.values():
        yield _of_type("event", name, EVENT_ATTRIBUTES, "")
    for name, attributes in OBJECT_TYPES.items():
        yield _of_type("object", name, attributes, "ocel_changed_field TEXT, ")


def _of_type(kind: str, name: str, attributes: tuple[str, ...], changed: str) -> str:
    columns = "".join(f'"{each}" TEXT, ' for each in attributes)
    key = " PRIMARY KEY" if kind == "event" else ""
    return (
        f'CREATE TABLE "{kind}_{name}" (ocel_id TEXT{key}, ocel_time TIMESTAMP, {changed}{columns}'
        f"FOREIGN KEY (ocel_id) REFERENCES {kind} (ocel_id))"
    )


def table_names(types: list[str]) -> dict[str, str]:
    """For each type, a name that can stand in a table's: letters and figures, each once.

    >>> table_names(["left ward", "left: ward", "é"])
    {'left ward': 'leftward', 'left: ward': 'leftward2', 'é': 'type'}
    """
    names: dict[str, str] = {}
    taken = {"object"}
    for type_ in types:
        base = re.sub("[^A-Za-z0-9]", "", type_) or "type"
        name, number = base, 2
        while name.lower() in taken:
            name, number = f"{base}{number}", number + 1
        taken.add(name.lower())
        names[type_] = name
    return names


def _named(types: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in types]


def _parts(things: Iterator[Thing]) -> Iterator[list[Thing]]:
    while part := list(islice(things, ROWS_AT_ONCE)):
        yield part
