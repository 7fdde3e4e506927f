"""OCEL 2.0, as JSON held against the standard's schema, and as SQLite with its keys in force."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.exporters.events import EventLog, event_log
from sim.exporters.ocel import export_ocel
from sim.exporters.source import open_one_run

TEXT = {"type": "string"}


def rows_of(required: str, **more: Any) -> dict[str, Any]:
    """A list of tables that have these keys, all text but for those described."""
    keys = required.split()
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": dict.fromkeys(keys, TEXT) | more,
            "required": keys,
            "additionalProperties": False,
        },
    }


LINKS = rows_of("objectId qualifier")
INSTANT = {"type": "string", "format": "date-time"}
TYPES = rows_of("name attributes", attributes=rows_of("name type"))
SCHEMA = {
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "additionalProperties": False,
    "properties": {
        "eventTypes": TYPES,
        "objectTypes": TYPES,
        "events": rows_of(
            "id type time", time=INSTANT, attributes=rows_of("name value"), relationships=LINKS
        ),
        "objects": rows_of(
            "id type", attributes=rows_of("name value time", time=INSTANT), relationships=LINKS
        ),
    },
}
"""What the standard's schema asks for (ocel-standard.org, OCEL 2.0), and no other keys."""


@pytest.fixture(scope="module")
def log(results: Path) -> EventLog:
    return event_log(open_one_run(results, "bigger", 0))


@pytest.fixture(scope="module")
def document(results: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("ocel") / "a.json"
    export_ocel(results, path, "bigger", 0, False)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_json_holds_against_the_schema(document: dict[str, Any]) -> None:
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())


def test_every_type_attribute_and_object_that_is_named_is_there(document: dict[str, Any]) -> None:
    objects = {each["id"]: each["type"] for each in document["objects"]}
    assert len(objects) == len(document["objects"])
    assert len({each["id"] for each in document["events"]}) == len(document["events"])
    for kind, types in (("objects", "objectTypes"), ("events", "eventTypes")):
        known = {each["name"]: {a["name"] for a in each["attributes"]} for each in document[types]}
        assert {each["type"] for each in document[kind]} == set(known)
        for each in document[kind]:
            assert {a["name"] for a in each["attributes"]} <= known[each["type"]]
            links = [(link["objectId"], link["qualifier"]) for link in each["relationships"]]
            assert len(set(links)) == len(links)
            assert all(other in objects for other, _ in links)


def test_events_are_of_people_settings_spaces_teams_and_tasks(
    document: dict[str, Any], log: EventLog
) -> None:
    number: dict[str, int] = {}
    for each in document["objects"]:
        number[each["type"]] = number.get(each["type"], 0) + 1
    assert number["patient"] == len(log.cases)
    assert number["task"] == len(log.tasks) > 200
    assert number["setting"] == 5
    assert number["team"] == 3
    assert number["space"] > 50
    assert len(document["events"]) == len(log.events)
    times = [each["time"] for each in document["events"]]
    assert times == sorted(times)
    done = [each for each in document["events"] if each["type"] == "=Refer & ask: done"]
    assert len(done) > 50
    for event in done:
        linked = {link["qualifier"] for link in event["relationships"]}
        assert linked == {"patient", "setting", "task", "team"}


def test_a_space_is_part_of_its_setting_and_a_task_is_for_somebody(
    document: dict[str, Any],
) -> None:
    types = {each["id"]: each["type"] for each in document["objects"]}
    joined = {
        (each["type"], link["qualifier"], types[link["objectId"]])
        for each in document["objects"]
        for link in each["relationships"]
    }
    assert joined == {
        ("space", "part of", "setting"),
        ("task", "is for", "patient"),
        ("task", "is done by", "team"),
    }


def test_sqlite_holds_the_same_with_every_key_in_force(
    results: Path, document: dict[str, Any], tmp_path: Path
) -> None:
    export_ocel(results, tmp_path / "a.sqlite", "bigger", 0, False)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)

        def count(table: str) -> int:
            return int(base.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

        assert count("event") == len(document["events"])
        assert count("object") == len(document["objects"])
        for kind, things in (("event", "events"), ("object", "objects")):
            of_type = dict(base.execute(f"SELECT * FROM {kind}_map_type").fetchall())
            for type_, table in of_type.items():
                mine = [each for each in document[things] if each["type"] == type_]
                assert count(f"{kind}_{table}") == len(mine)
            links = base.execute(f"SELECT * FROM {kind}_object").fetchall()
            assert sorted(links) == sorted(
                (each["id"], link["objectId"], link["qualifier"])
                for each in document[things]
                for link in each["relationships"]
            )
        when = base.execute(
            "SELECT ocel_time, lifecycle FROM event_admittedtoward ORDER BY ocel_time"
        ).fetchall()
        assert [time for time, _ in when] == [
            each["time"] for each in document["events"] if each["type"] == "admitted to ward"
        ]
        assert {word for _, word in when} == {"start"}
