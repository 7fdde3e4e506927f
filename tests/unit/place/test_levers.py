"""Levers change a place as they say, combine in any order, and clash with both named."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.patients.distributions import mean_days
from sim.place.document import Document, read_yaml
from sim.place.levers import lay_over, read_lever
from sim.place.load import load_place
from sim.place.problems import InputError
from tests.behaviour.spoilt_files import GOOD

LEVER = """\
lever: {name}
title: A test
how: By testing.
change:
  {change}
evidence: {{strength: none, says: Nothing.}}
"""


@pytest.fixture
def place(tmp_path: Path) -> Document:
    for name in ("place.yaml", "numbers.csv", "hours.csv"):
        (tmp_path / name).write_text(GOOD[name], encoding="utf-8")
    return read_yaml(tmp_path / "place.yaml")


def lever(folder: Path, change: str, name: str = "test") -> Document:
    path = folder / f"{name}.yaml"
    path.write_text(LEVER.format(name=name, change=change), encoding="utf-8")
    return read_yaml(path)


def changed(place: Document, *changes: str) -> Any:
    """The tree of the place after some one-line levers."""
    folder = place.path.parent
    levers = [lever(folder, change, f"lever-{i}") for i, change in enumerate(changes)]
    return lay_over(place, levers).tree


@pytest.mark.parametrize(
    ("change", "keys", "value"),
    [
        ("settings.annexe.beds: 6", "settings annexe beds", 6),
        ("settings.annexe.beds: {set: 6}", "settings annexe beds", 6),
        ("settings.annexe.beds: {plus: 3}", "settings annexe beds", 7),
        ("settings.annexe.beds: {plus: -3}", "settings annexe beds", 1),
        ("settings.annexe.beds: {times: 1.7}", "settings annexe beds", 6),  # 6.8, rounded down
        ("settings.annexe.beds: {times: 1.75}", "settings annexe beds", 7),
        ("settings.reablement.places: {times: 1.1}", "settings reablement places", 33),
        ("settings.ward.beds: {times: 1.5}", "settings ward beds value", 30),
        ("settings.ward.beds: {times: 1.5}", "settings ward beds low", 27),
        ("settings.ward.beds: {times: 1.5}", "settings ward beds source", "sitrep"),
        ("settings.ward.beds.value: {plus: 1}", "settings ward beds value", 21),
        ("settings.ward.queue_limit: {times: 0.5}", "settings ward queue_limit", 1),
        ("settings.ward.capacity_by_week.2.spaces: {times: 0.5}",
         "settings ward capacity_by_week 1 spaces", 9),
        ("settings.ward.turnaround: {times: 0.5}", "settings ward turnaround", "1 hours"),
        ("settings.ward.turnaround: {plus: 30 minutes}", "settings ward turnaround", "2.5 hours"),
        ("settings.ward.turnaround: {plus: 1}", "settings ward turnaround", "3 hours"),
        ("settings.ward.turnaround: 3 hours", "settings ward turnaround", "3 hours"),
        ("settings.annexe.turnaround: 1 hour", "settings annexe turnaround", "1 hour"),
        ("settings.ward.overflow.1: reablement", "settings ward overflow 0", "reablement"),
        ("routes.ward.died: {times: 1.2}", "routes ward died share", 0.06),
        ("routes.ward.died.share: {times: 1.2}", "routes ward died share", 0.06),
        ("routes.ward.died.pathway: P0", "routes ward died", {"share": 0.05, "pathway": "P0"}),
        ("routes.reablement.ward: 0", "routes reablement ward", 0),
        ("patients.older.per_day: {times: 1.05}", "patients older per_day value", 2.1),
        ("patients.older.by_hour.4: {times: 3}", "patients older by_hour 3", 3),
        ("patients.older.stay.reablement: 9", "patients older stay reablement", 9),
        ("patients.planned.stay.ward: 9", "patients planned stay", {"ward": 9}),
        ("start.people.1.number: {times: 0.5}", "start people 0 number", 6),
        ("settings.ward.turnaround.value: {times: 2}", "settings ward turnaround",
         {"value": 4, "unit": "hours"}),
        ("transfers.with-care.hand_over.1.takes.uniform.low: {plus: 1}",
         "transfers with-care hand_over 0 takes uniform", {"low": 3, "high": 6}),
        ("start.waiting.1.days_waited: {plus: 12 hours}",
         "start waiting 0 days_waited", "3.5 days"),
        ("start.waiting.1.days_waited.fixed.value: 5", "start waiting 0 days_waited",
         {"fixed": {"value": 5, "unit": "days"}}),
    ],
)  # fmt: skip
def test_a_lever_changes_the_value_at_its_path(
    place: Document, change: str, keys: str, value: Any
) -> None:
    found = changed(place, change)
    for key in keys.split():
        found = found[int(key)] if isinstance(found, list) else found[key]
    assert found == value


@pytest.mark.parametrize(
    "stay",
    [
        "4",
        "3 hours",
        "{fixed: {value: 4, unit: hours}}",
        "{exponential: {mean: 4}}",
        "{exponential: {rate: 0.25}}",
        "{lognormal: {mean: 8, sd: 5}}",
        "{lognormal: {mean: 8, median: 5}}",
        "{lognormal: {mu: 1.2, sigma: 0.8}}",
        "{lognormal: {mean: 8, sd: 5, redrawn_above: 20}}",
        "{gamma: {mean: {value: 6, low: 5, high: 7}, sd: 4}}",
        "{gamma: {shape: 2, scale: 3}}",
        "{weibull: {shape: 1.4, scale: 3}}",
        "{weibull: {shape: 1.4, mean: 3}}",
        "{uniform: [2, 6]}",
        "{uniform: {low: 2, high: 6}}",
        "{triangular: {min: 1, mode: 2, max: 7, unit: weeks}}",
        "{quantiles: {at: {0: 1, 0.5: 7, 1: 60}}}",
    ],
)
def test_times_stretches_every_family_and_keeps_its_shape(place: Document, stay: str) -> None:
    text = GOOD["place.yaml"].replace("{gamma: {mean: 6, sd: 4}}", stay)
    place.path.write_text(text, encoding="utf-8")
    before = load_place(place.path).settings["annexe"].stay
    stretch = lever(place.path.parent, "settings.annexe.stay: {times: 1.5}")
    after = load_place(place.path, [stretch]).settings["annexe"].stay
    assert before is not None
    assert after is not None
    assert mean_days(after) == pytest.approx(1.5 * mean_days(before), rel=1e-9)


def test_lengths_from_a_file_can_not_be_multiplied(place: Document) -> None:
    stay = "{empirical: {file: hours.csv, column: weight}}"
    text = GOOD["place.yaml"].replace("{gamma: {mean: 6, sd: 4}}", stay)
    place.path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="lengths from a CSV file can't be multiplied; write set"):
        changed(read_yaml(place.path), "settings.annexe.stay: {times: 2}")


def test_a_fixed_length_in_its_own_unit_can_be_added_to(place: Document) -> None:
    stay = "{fixed: {value: 4, unit: hours}}"
    text = GOOD["place.yaml"].replace("{gamma: {mean: 6, sd: 4}}", stay)
    place.path.write_text(text, encoding="utf-8")
    for added in ("0.5", "30 minutes"):
        tree = changed(read_yaml(place.path), f"settings.annexe.stay: {{plus: {added}}}")
        assert tree["settings"]["annexe"]["stay"] == {"fixed": {"value": 4.5, "unit": "hours"}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("settings.annexe.acute: {times: 2}", "nothing is written for 'acute' in settings.annexe"),
        ("settings.ward.admits.1.days: mon", "nothing is written for settings.ward.admits; set"),
        (
            "settings.ward.overflow.0: ward",
            "no item '0' in settings.ward.overflow; allowed: 1",
        ),
        (
            "settings.ward.overflow.x: ward",
            "no item 'x' in settings.ward.overflow; allowed: 1",
        ),
        ("settings.ward.decision_rounds: {times: 2}", "here is a list; name a part"),
        ("settings.ward.pace_by_weekday: {times: 2}", "here is a table with sat, sun; name a part"),
        ("settings.ward.cost_per_day: {plus: 2 hours}", "can't be added to pounds a day"),
        ("settings.ward.acute: {plus: 1}", "'yes' is not a number that can be changed"),
        ("settings.ward.organisation.name: x", "no 'name' in settings.ward.organisation"),
        ("settings.new.beds: 3", "no 'new' in settings; allowed: ward, annexe, reablement"),
        ("'': 3", "no '' in the place"),
        ("settings.: {times: 3}", "no '' in settings"),
        ("settings..beds: 3", "no '' in settings"),
    ],
)
def test_a_path_or_sum_that_makes_no_sense_is_refused(
    place: Document, change: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        changed(place, change)
    (problem,) = caught.value.problems
    assert problem.where == f"{place.path.parent}/lever-0.yaml:5:3"
    assert says in problem.what


def test_one_lever_is_not_laid_over_twice(place: Document) -> None:
    once = lever(place.path.parent, "settings.annexe.beds: {plus: 1}")
    with pytest.raises(InputError, match=r"a second lever 'test'; the first is at .*:1:8"):
        lay_over(place, [once, once])


def test_adding_to_a_length_that_varies_is_refused(place: Document) -> None:
    with pytest.raises(InputError, match="plus works on a fixed length only"):
        changed(place, "settings.annexe.stay: {plus: 2}")


def test_a_length_of_time_is_never_nothing_by_a_factor(place: Document) -> None:
    with pytest.raises(InputError, match="times 0 leaves no length of time"):
        changed(place, "settings.annexe.stay: {times: 0}")


def test_factors_multiply_before_the_whole_is_rounded_down(place: Document) -> None:
    once = changed(
        place, "settings.annexe.beds: {times: 1.3}", "settings.annexe.beds: {times: 1.4}"
    )
    assert once["settings"]["annexe"]["beds"] == 7  # 7.28; rounded down in between it would be 7.0
    twice = changed(
        place, "settings.annexe.beds: {times: 1.2}", "settings.annexe.beds: {times: 1.3}"
    )
    assert twice["settings"]["annexe"]["beds"] == 6  # 6.24; rounded down in between it would be 5


@given(st.permutations(["{plus: 0.1}", "{plus: 0.2}", "{plus: 0.7}"]))
def test_the_order_of_levers_does_not_matter(changes: list[str]) -> None:
    tree = {"patients": {"older": {"per_day": 2.3}}}
    laid = tree_after(tree, [f"patients.older.per_day: {change}" for change in changes])
    assert laid["patients"]["older"]["per_day"] == 3.3


def tree_after(tree: Any, changes: list[str]) -> Any:
    """A bare tree after one-line levers that never were in a file."""
    yaml_changes = [change.split(": {plus: ") for change in changes]
    levers = [made(f"lever-{i}", path, float(number[:-1]))
              for i, (path, number) in enumerate(yaml_changes)]  # fmt: skip
    return lay_over(Document(Path("place"), tree), levers).tree


def made(name: str, path: str, number: float) -> Document:
    from sim.place.document import Mark

    tree: Any = {
        "lever": name, "title": "A", "how": "B", "change": {path: {"plus": number}},
        "evidence": {"strength": "none", "says": "C"},
    }  # fmt: skip
    at = ("change", path, "plus")
    return Document(Path(name), tree, {at[:length]: Mark(name, name) for length in range(4)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("settings.annexe.beds: 5", "settings.annexe.beds: 5"),
        ("settings.annexe.beds: 5", "settings.annexe.beds: {times: 2}"),
        ("settings.annexe.beds: {plus: 1}", "settings.annexe.beds: 5"),
        ("settings.annexe.beds: {plus: 1}", "settings.annexe.beds: {times: 2}"),
        ("settings.annexe: {beds: 5}", "settings.annexe.beds: {times: 2}"),
        ("settings.annexe.beds: {times: 2}", "settings.annexe: {beds: 5}"),
        ("routes.ward.died: {times: 2}", "routes.ward.died.share: 0.1"),
        ("settings.ward.beds: {times: 2}", "settings.ward.beds.value: {times: 2}"),
    ],
)
def test_a_clash_names_both_levers_and_both_places(place: Document, one: str, other: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(place, one, other)
    (problem,) = caught.value.problems
    folder = place.path.parent
    assert problem.where == f"{folder}/lever-1.yaml:5:3"
    assert "the levers 'lever-0' and 'lever-1' clash" in problem.what
    assert f"{folder}/lever-0.yaml:5:3" in problem.what


def test_levers_on_different_parts_of_one_table_go_together(place: Document) -> None:
    tree = changed(place, "settings.annexe.beds: 5", "settings.annexe.turnaround: 1 hour")
    assert tree["settings"]["annexe"]["beds"] == 5
    assert tree["settings"]["annexe"]["turnaround"] == "1 hour"


def test_the_place_itself_is_not_touched(place: Document) -> None:
    before = repr(place.tree)
    changed(place, "settings.ward.beds: {times: 2}", "routes.ward.died.pathway: P0")
    assert repr(place.tree) == before
    assert place.changed == {}


def test_what_a_lever_changed_is_reported_in_its_file(place: Document) -> None:
    wrong = lever(place.path.parent, "settings.ward.stay: {set: {lognormal: {mean: -4, sd: 1}}}")
    with pytest.raises(InputError) as caught:
        load_place(place.path, [wrong])
    assert caught.value.problems[0].where == f"{wrong.path}:5:48"


def test_a_name_with_dots_is_matched_whole(tmp_path: Path) -> None:
    text = GOOD["place.yaml"].replace("annexe", "ward 1.2")
    (tmp_path / "place.yaml").write_text(text, encoding="utf-8")
    tree = changed(read_yaml(tmp_path / "place.yaml"), "settings.ward 1.2.beds: 9")
    assert tree["settings"]["ward 1.2"]["beds"] == 9
    more = changed(read_yaml(tmp_path / "place.yaml"), "patients.planned.stay.ward 1.2: 9")
    assert more["patients"]["planned"]["stay"] == {"ward 1.2": 9}


def test_a_lever_may_leave_a_part_of_the_place_idle(place: Document) -> None:
    closed = lever(place.path.parent, "routes.ward: {home: 0.95, died: 0.05}")
    others = lever(place.path.parent, "patients.older.routes.ward: {home: 1, reablement: 0}", "o")
    assert load_place(place.path, [closed, others]).transfers.keys() == {"with-care"}


def test_what_a_lever_adds_must_be_used(place: Document) -> None:
    idle = lever(place.path.parent, "settings.attic: {beds: 3}")
    with pytest.raises(InputError, match=r"test\.yaml:5:3: the setting 'attic' is unreachable"):
        load_place(place.path, [idle])


def test_a_lever_may_make_a_setting_unlimited_that_has_a_queue_limit(place: Document) -> None:
    text = GOOD["place.yaml"].replace("beds: 4", "beds: 4\n    queue_limit: 2")
    place.path.write_text(text, encoding="utf-8")
    open_it = lever(place.path.parent, "settings.annexe.beds: unlimited")
    assert load_place(place.path, [open_it]).settings["annexe"].spaces.limit is None


def test_notes_beside_a_change_are_checked(tmp_path: Path) -> None:
    noted = lever(tmp_path, "settings.ward.beds: {times: 2, source: a paper, certainty: weak}")
    with pytest.raises(
        InputError, match="'weak' is not allowed; allowed: high, medium, low, guess"
    ):
        read_lever(noted)


ROUND = "{days: every day, at: '16:00', prob_ready: 0.4}"


def test_items_are_added_at_the_end_of_a_list_and_the_others_stay(place: Document) -> None:
    before = read_yaml(place.path).tree["settings"]["ward"]["decision_rounds"]  # type: ignore[index,call-overload]
    after = changed(place, f"settings.ward.decision_rounds: {{plus: [{ROUND}]}}")
    rounds = after["settings"]["ward"]["decision_rounds"]
    assert rounds[:-1] == (before if isinstance(before, list) else [before])
    assert rounds[-1] == {"days": "every day", "at": "16:00", "prob_ready": 0.4}


def test_items_may_be_added_while_other_levers_change_those_there(place: Document) -> None:
    levers = [
        f"settings.ward.decision_rounds: {{plus: [{ROUND}]}}",
        "settings.ward.decision_rounds.1.at: '07:00'",
        "settings.ward.decision_rounds: {plus: [{days: sat, at: '20:00'}]}",
    ]
    rounds = changed(place, *levers)["settings"]["ward"]["decision_rounds"]
    assert [rounds[0]["at"], *(each["at"] for each in rounds[-2:])] == ["07:00", "16:00", "20:00"]


@pytest.mark.parametrize("other", ["settings.ward.decision_rounds: []",
                                   "settings.ward.decision_rounds: {times: 2}"])  # fmt: skip
def test_items_added_to_a_list_clash_with_another_list(place: Document, other: str) -> None:
    added = f"settings.ward.decision_rounds: {{plus: [{ROUND}]}}"
    for changes in ((added, other), (other, added)):
        with pytest.raises(InputError, match="'lever-0' and 'lever-1' clash"):
            changed(place, *changes)


def test_items_are_added_to_lists_only(place: Document) -> None:
    with pytest.raises(InputError, match=r"can be added to a list only, and settings\.ward\.beds"):
        changed(place, "settings.ward.beds: {plus: [1]}")


def test_a_wrong_item_is_told_with_its_line_in_the_lever(place: Document) -> None:
    from sim.place.load import check_place

    wrong = lever(place.path.parent, "settings.ward.decision_rounds: {plus: [{days: someday}]}")
    with pytest.raises(InputError, match=r"test\.yaml:5:\d+.*someday"):
        check_place(lay_over(place, [wrong]))
