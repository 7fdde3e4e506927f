"""Where a group can come and go; and what the rules rightly let pass."""

from pathlib import Path

import pytest

from sim.place.document import Document
from sim.place.load import load_place
from sim.place.problems import InputError
from sim.place.reach import settings_reached, settings_with_a_way_out
from sim.place.rules import problems_of
from tests.behaviour.spoilt_files import GOOD
from tests.places import a_place

BED = {"beds": 5, "stay": 3}
ROUTES = {"a": {"b": 0.5, "home": 0.5}, "b": {"home": 1}, "c": {"b": 0, "home": 1}}
SETTINGS = {"a": BED, "b": BED, "c": BED}
COMING = {"people": {"arrives_at": "a", "per_day": 1}}


def complaints(**tables: object) -> list[str]:
    place = a_place(**tables)
    return [problem.what for problem in problems_of(place, Document(Path("place"), {}))]


def test_a_group_reaches_what_its_routes_lead_to() -> None:
    place = a_place(settings=SETTINGS, routes=ROUTES, patients=COMING)
    assert settings_reached(place, "people") == {"a", "b"}


def test_a_group_reaches_where_it_starts_and_what_it_waits_for() -> None:
    start = {"people": [{"setting": "c", "group": "people", "number": 1}],
             "waiting": [{"waiting_for": "b", "group": "people", "number": 1}]}  # fmt: skip
    routes = {**ROUTES, "a": {"home": 1}, "c": {"home": 1}}
    place = a_place(settings=SETTINGS, routes=routes, patients=COMING, start=start)
    assert settings_reached(place, "people") == {"a", "b", "c"}


def test_a_group_has_its_own_routes_before_everybodys() -> None:
    group = {**COMING["people"], "routes": {"a": {"c": 1}}}
    place = a_place(settings=SETTINGS, routes=ROUTES, patients={"people": group})
    assert settings_reached(place, "people") == {"a", "c", "b"}


def test_a_share_of_nothing_is_no_way_out() -> None:
    routes = {"a": {"b": 1, "home": 0}, "b": {"a": "rest"}, "c": {"home": "rest"}}
    place = a_place(settings=SETTINGS, routes=routes, patients=COMING)
    assert settings_with_a_way_out(place, "people") == {"c"}


@pytest.mark.parametrize(("share", "right"), [(0.3, True), (0.3000009, True), (0.300002, False)])
def test_shares_sum_to_1_within_a_millionth(share: float, right: bool) -> None:
    routes = {"a": {"home": 0.7, "b": share}, "b": {"home": 1}}
    wrong = complaints(settings={"a": BED, "b": BED}, routes=routes, patients=COMING)
    assert (wrong == []) is right


def test_an_overflow_setting_needs_no_stay_and_no_routes() -> None:
    """An outlier keeps the stay and the routes of the setting it came for."""
    ward = {**BED, "queue_limit": 0, "overflow": ["b"]}
    assert complaints(
        settings={"a": ward, "b": {"beds": 2}}, routes={"a": {"home": 1}}, patients=COMING
    ) == []  # fmt: skip


def test_people_waiting_in_a_setting_need_no_stay_there() -> None:
    start = {"waiting": [{"waiting_for": "a", "setting": "b", "group": "people", "number": 1}]}
    assert complaints(
        settings={"a": BED, "b": {"beds": 2}},
        routes={"a": {"home": 1}, "b": {"a": 1}},
        patients=COMING,
        start=start,
    ) == []  # fmt: skip


def test_unused_organisations_and_exits_are_allowed() -> None:
    assert complaints(
        settings={"a": BED}, routes={"a": {"home": 1}}, patients=COMING,
        exits={"home": {}, "died": {}}, organisations={"nobody": {"body": "NHS"}},
    ) == []  # fmt: skip


@pytest.mark.parametrize("reason", ["equipment", "housing-adaptations", "choice-discussions"])
def test_something_fetched_or_built_may_be_a_task(reason: str) -> None:
    transfer = {"arrange": [{"task": "wait", "takes": 1, "reason": reason}]}
    assert complaints(
        settings={"a": BED}, patients=COMING, transfers={"t": transfer},
        routes={"a": {"home": {"share": 1, "transfer": "t"}}},
    ) == []  # fmt: skip


def test_windows_that_touch_do_not_overlap() -> None:
    hours = [{"days": "mon", "from": "08:00", "to": "12:00"},
             {"days": "mon", "from": "12:00", "to": "18:00"}]  # fmt: skip
    assert complaints(
        settings={"a": {**BED, "admits": hours}}, routes={"a": {"home": 1}}, patients=COMING
    ) == []  # fmt: skip


def test_a_thousand_lines_load_within_two_seconds(tmp_path: Path) -> None:
    """About 0.3 s on a laptop; the limit leaves room for a busy machine."""
    from time import perf_counter

    wards = "".join(
        f"  w{i}:\n    beds: {{value: 40, source: x}}\n    stay: {{gamma: {{mean: 5, sd: 4}}}}\n"
        f"    cost_per_day: 300\n    queue_limit: 4\n    organisation: trust\n    acute: yes\n"
        for i in range(100)
    )
    routes = "".join(f"  w{i}:\n    home: 0.5\n    w{(i + 1) % 100}: rest\n" for i in range(100))
    text = (
        "place: Large\nstart_date: 2025-04-07\norganisations:\n  trust: {body: NHS}\n"
        f"settings:\n{wards}exits:\n  home: {{}}\nroutes:\n{routes}"
        "patients:\n  people: {arrives_at: w0, per_day: 3}\n"
    )
    assert text.count("\n") > 1000
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    began = perf_counter()
    load_place(tmp_path / "place.yaml")
    assert perf_counter() - began < 2


def test_a_place_in_another_folder_finds_its_files_beside_it(tmp_path: Path) -> None:
    for name in ("place.yaml", "numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    place = load_place(tmp_path / "place.yaml")
    numbers = place.patients["walk-in"].daily_numbers
    assert numbers is not None
    assert len(numbers.by_date) == 61


def test_the_rules_speak_only_once_the_tables_are_right(tmp_path: Path) -> None:
    text = GOOD["place.yaml"].replace("beds: 4", "beds: -4").replace("home: rest", "hoem: rest")
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    for name in ("numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_place(tmp_path / "place.yaml")
    assert ["-4" in problem.what for problem in caught.value.problems] == [True]
