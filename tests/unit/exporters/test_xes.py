"""XES, read by an XML parser and held against what IEEE 1849 asks of a log."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import pytest

from sim.exporters.events import EventLog, event_log
from sim.exporters.source import open_one_run
from sim.exporters.xes import export_xes

ORDER = ["extension", "global", "classifier", "string", "int", "trace"]
"""The order of a log's parts; attributes come after the classifiers and before the cases."""
TYPES = {
    "string": str,
    "int": int,
    "date": datetime.fromisoformat,
}
KEY = re.compile(r"[A-Za-z_:][\w:.-]*")


@pytest.fixture(scope="module")
def tree(results: Path, tmp_path_factory: pytest.TempPathFactory) -> ET.Element:
    path = tmp_path_factory.mktemp("xes") / "a.xes"
    export_xes(results, path, "bigger", 1, False)
    return ET.parse(path).getroot()


@pytest.fixture(scope="module")
def log(results: Path) -> EventLog:
    return event_log(open_one_run(results, "bigger", 1))


def attributes(element: ET.Element) -> dict[str, str]:
    return {each.get("key", ""): each.get("value", "") for each in element if each.get("key")}


def test_the_parts_of_the_log_are_in_the_order_of_the_standard(tree: ET.Element) -> None:
    assert tree.tag == "log"
    assert float(tree.get("xes.version", "")) == 1849.2016
    tags = [child.tag for child in tree]
    assert list(dict.fromkeys(tags)) == ORDER
    assert tags == sorted(tags, key=ORDER.index)


def test_extensions_and_classifiers_are_those_that_are_used(tree: ET.Element) -> None:
    prefixes = {each.get("prefix") for each in tree.iter("extension")}
    used = {key.split(":")[0] for trace in tree.iter("event") for key in attributes(trace)
            if ":" in key}  # fmt: skip
    assert used == prefixes == {"concept", "time", "lifecycle", "org"}
    for each in tree.iter("classifier"):
        assert re.fullmatch(r"\w+", each.get("name", ""))
        assert set(each.get("keys", "").split()) <= {"concept:name", "lifecycle:transition"}


def test_every_attribute_has_a_key_and_a_value_of_its_type(tree: ET.Element) -> None:
    checked = 0
    for element in (*tree.iter("trace"), *tree.iter("event"), *tree.iter("global")):
        for each in element:
            if each.tag == "event":
                continue
            assert set(each.attrib) == {"key", "value"}
            assert KEY.fullmatch(each.get("key", ""))
            TYPES[each.tag](each.get("value", ""))
            checked += 1
    assert checked > 10_000


def test_what_is_global_is_everywhere(tree: ET.Element) -> None:
    for scope, elements in (("trace", tree.iter("trace")), ("event", tree.iter("event"))):
        (globally,) = [each for each in tree.iter("global") if each.get("scope") == scope]
        wanted = set(attributes(globally))
        assert wanted
        assert all(wanted <= set(attributes(element)) for element in elements)


def test_cases_and_events_are_those_of_the_log_in_time(tree: ET.Element, log: EventLog) -> None:
    traces = list(tree.iter("trace"))
    assert [attributes(trace)["concept:name"] for trace in traces] == log.cases["name"].tolist()
    assert len(list(tree.iter("event"))) == len(log.events)
    for trace in traces:
        times = [attributes(event)["time:timestamp"] for event in trace.iter("event")]
        assert times == sorted(times)
    assert {attributes(trace)["group"] for trace in traces} == {"adults", "booked"}


def test_markup_and_odd_characters_come_back_as_they_were(tree: ET.Element) -> None:
    assert attributes(tree)["place"] == "=Export & <Town>"
    names = {attributes(event)["concept:name"] for event in tree.iter("event")}
    assert {"=Refer & ask", 'Transport\t"quoted"'} <= names
