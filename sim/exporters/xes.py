"""An event log as XES (IEEE 1849): one XML file, written case by case."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from sim.exporters.events import EventLog, event_log, records
from sim.exporters.output import new_file
from sim.exporters.source import open_one_run
from sim.exporters.words import clock_texts, plain

EXTENSIONS = {
    "Concept": "concept",
    "Time": "time",
    "Lifecycle": "lifecycle",
    "Organizational": "org",
}
"""The standard extensions whose attributes are used, with their prefixes."""
ATTRIBUTES = {
    "concept:name": "activity",
    "concept:instance": "instance",
    "lifecycle:transition": "transition",
    "org:resource": "resource",
    "org:group": "organisation",
    "setting": "setting",
    "reason": "reason",
}
"""The attributes of an event beside its time, and the columns that they come from."""
NO_TIME = "1970-01-01T00:00:00.000+00:00"


def export_xes(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write the events of a run as XES; returns what to say of it.

    Raises:
        InputError: not a results folder, its logs were not kept, no such run, or something is
            there.
    """
    log = event_log(open_one_run(folder, scenario, replication))
    with (
        new_file(folder, out, "events.xes", (".xes",), replace) as (path, partial),
        partial.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for line in _lines(log):
            file.write(line + "\n")
    return [f"{len(log.cases)} cases, {len(log.events)} events: {path}"]


def _lines(log: EventLog) -> Iterator[str]:
    yield from _heading(log)
    cases = records(log.cases)
    current = -1
    for case, event in _events(log):
        if case != current:
            if current >= 0:
                yield "  </trace>"
            yield "  <trace>"
            yield from _case(cases[case])
            current = case
        yield from event
    if current >= 0:
        yield "  </trace>"
    yield "</log>"


def _heading(log: EventLog) -> Iterator[str]:
    """What the log is, and what every case and event of it has."""
    manifest = log.source.results.manifest
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<log xes.version="1849.2016" xes.features="">'
    for name, prefix in EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        yield f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>'
    yield '  <global scope="trace">'
    yield "    " + _text("concept:name", "none")
    yield "  </global>"
    yield '  <global scope="event">'
    yield "    " + _text("concept:name", "none")
    yield "    " + _text("lifecycle:transition", "complete")
    yield f'    <date key="time:timestamp" value="{NO_TIME}"/>'
    yield "  </global>"
    yield '  <classifier name="Activity" keys="concept:name"/>'
    yield '  <classifier name="Transition" keys="concept:name lifecycle:transition"/>'
    yield "  " + _text("concept:name", f"{manifest['experiment']}: {log.run.scenario}")
    yield "  " + _text("lifecycle:model", "standard")
    yield "  " + _text("place", manifest["place"])
    yield "  " + _text("scenario", log.run.scenario)
    yield f'  <int key="replication" value="{log.run.replication}"/>'


def _events(log: EventLog) -> Iterator[tuple[int, list[str]]]:
    """(its case, its lines) of each event."""
    times = clock_texts(log.events["time"].to_numpy(), "ms", "T")
    columns = [log.events[name].tolist() for name in ("case", *ATTRIBUTES.values())]
    for time, case, *values in zip(times, *columns, strict=True):
        lines = ["    <event>", f'      <date key="time:timestamp" value="{time}+00:00"/>']
        lines += [
            "      " + _text(key, value)
            for key, value in zip(ATTRIBUTES, values, strict=True)
            if isinstance(value, str)
        ]
        yield case, [*lines, "    </event>"]


def _case(case: dict[str, object]) -> Iterator[str]:
    yield "    " + _text("concept:name", str(case["name"]))
    for name in ("patient", "group", "locality", "pathway"):
        value = case[name]
        if isinstance(value, str):
            yield "    " + _text(name, value)


def _text(key: str, value: str) -> str:
    """A text attribute; what XML would read as markup or can't hold is written otherwise."""
    return f'<string key="{key}" value={quoteattr(plain(value))}/>'
