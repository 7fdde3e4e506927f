"""The log of one run as events of several objects: people, settings, spaces, teams and tasks.

The terms are those of OCEL 2.0. An event is of one or more objects, each with a qualifier that says
what part it has in it; objects are related to one another too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.exporters.events import ABORT, COMPLETE, SCHEDULE, START, WITHDRAW, EventLog, records
from sim.exporters.spaces import most_spaces
from sim.exporters.words import clock_texts, plain

Links = list[tuple[str, str]]
"""(object, qualifier) of each object that something is related to."""

OBJECT_TYPES: dict[str, tuple[str, ...]] = {
    "patient": ("group", "locality", "pathway"),
    "setting": ("name", "organisation", "body", "locality"),
    "space": (),
    "team": ("name", "organisation", "body", "locality"),
    "task": ("name", "reason", "body"),
}
"""The types of objects, and the attributes of each, all text."""
EVENT_ATTRIBUTES = ("lifecycle", "reason")

_STAY_WORDS = {
    SCHEDULE: "asked for {}", START: "admitted to {}", COMPLETE: "left {}",
    WITHDRAW: "not admitted to {}",
}  # fmt: skip
_TASK_WORDS = {
    SCHEDULE: "{}: due", START: "{}: started", COMPLETE: "{}: done", WITHDRAW: "{}: dropped",
    ABORT: "{}: broken off",
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """An object, or an event (which has a time)."""

    id: str
    type: str
    attributes: dict[str, str]
    links: Links
    time: str = ""


def event_types(log: EventLog) -> list[str]:
    """The types of the events, in order of name."""
    return sorted(set(_types(log.events)))


def objects(log: EventLog) -> Iterator[Thing]:
    """Every object: what is there for good, then people, then their tasks."""
    for each in _rows(log, "setting", log.stays["setting"], log.stays["wanted"]):
        yield _thing("setting", each["setting"], each, [])
    most = most_spaces(log.stays, log.stays["space"].to_numpy())
    for setting, spaces in most.items():
        for number in range(1, spaces + 1):
            yield _thing("space", f"{setting} {number}", {}, [(f"setting:{setting}", "part of")])
    for each in _rows(log, "team", log.tasks["team"]):
        yield _thing("team", each["team"], each, [])
    for case in records(log.cases):
        yield _thing("patient", str(case["name"]), case, [])
    name_of = log.cases["name"].tolist()
    case_of = log.stays.set_index("stay")["case"].to_dict()
    for number, task in enumerate(records(log.tasks)):
        links = [(f"patient:{name_of[case_of[task['stay']]]}", "is for")]
        if isinstance(task["team"], str):
            links.append((f"team:{task['team']}", "is done by"))
        yield _thing("task", str(number), task | {"name": task["task"]}, links)


def events(log: EventLog) -> Iterator[Thing]:
    """Every event in time, with the objects that it is of."""
    table = log.events.sort_values(["days", "case"], kind="stable")
    names = log.cases["name"].to_numpy()[table["case"].to_numpy()].tolist()
    rows = zip(
        _types(table),
        clock_texts(table["time"].to_numpy(), "ms", "T"),
        names,
        *(
            table[name].tolist()
            for name in ("kind", "transition", "setting", "space", "team", "task", "reason")
        ),
        strict=True,
    )
    for number, row in enumerate(rows, start=1):
        type_, time, name, kind, transition, setting, space, team, task, reason = row
        links = [(f"patient:{plain(name)}", "patient"), (f"setting:{setting}", "setting")]
        if kind == "stay" and space > 0:
            links.append((f"space:{setting} {space}", "space"))
        if kind == "task":
            links.append((f"task:{task}", "task"))
            if isinstance(team, str):
                links.append((f"team:{team}", "team"))
        attributes = {"lifecycle": transition} | _known({"reason": reason})
        yield Thing(f"e{number}", type_, attributes, links, f"{time}Z")


def _rows(log: EventLog, kind: str, *named: pd.Series) -> list[dict[str, Any]]:
    """What the manifest says of settings or teams; just the name of those a lever brought in."""
    rows = list(log.source.results.manifest[f"{kind}s"])
    known = {row[kind] for row in rows}
    others = {name for names in named for name in names.dropna().unique()} - known
    return rows + [{kind: name} for name in sorted(others)]


def _types(table: pd.DataFrame) -> list[str]:
    """The type of each event: what is done, and how far it has come."""
    words = {"stay": _STAY_WORDS, "task": _TASK_WORDS}
    return [
        plain(words[kind][transition].format(activity) if kind in words else activity)
        for kind, transition, activity in zip(
            table["kind"], table["transition"], table["activity"], strict=True
        )
    ]


def _thing(type_: str, name: str, values: dict[str, Any], links: Links) -> Thing:
    attributes = _known({each: values.get(each) for each in OBJECT_TYPES[type_]})
    return Thing(f"{type_}:{plain(name)}", type_, attributes, links)


def _known(values: dict[str, Any]) -> dict[str, str]:
    """Attributes that have a value."""
    return {
        name: plain(value) for name, value in values.items() if isinstance(value, str) and value
    }
