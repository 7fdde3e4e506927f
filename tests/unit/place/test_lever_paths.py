"""Paths of levers that name tasks by their name, or many values at once."""

from pathlib import Path
from typing import Any

import pytest

from sim.place.document import Document, read_yaml
from sim.place.levers import lay_over
from sim.place.problems import InputError
from tests.unit.place.test_levers import lever

PLACE = """\
place: A test place
start_date: 2024-01-01
exits: {home: {}}
settings:
  ward: {beds: 20, decision_rounds: [{days: every day, at: "09:00"}]}
  annexe: {beds: 5, decision_rounds: [{days: mon-fri, at: "11:00"}]}
  care: {places: unlimited, stay: 5}
teams:
  hub: {staff: 2, works: {days: mon-fri, from: "09:00", to: "17:00"}}
  night: {staff: 1, works: [{days: every day, from: "00:00", to: "08:00"}]}
transfers:
  P1:
    arrange:
      - {task: refer to hub v1.2, team: hub, works_for: 30 minutes, reason: referral-to-hub}
      - {task: assess, team: hub, works_for: 2 hours, reason: needs-and-pathway, returned: 0.2}
      - {task: call, takes: 1 hours, reason: transport}
      - {task: call, takes: 2 hours, reason: transport}
  P2:
    arrange:
      - {task: assess, team: hub, works_for: 1 hours, reason: needs-and-pathway}
    hand_over:
      - {task: transport, takes: 4 hours, reason: transport}
  P0: {}
"""


@pytest.fixture
def place(tmp_path: Path) -> Document:
    (tmp_path / "place.yaml").write_text(PLACE, encoding="utf-8")
    return read_yaml(tmp_path / "place.yaml")


def after(place: Document, *changes: str) -> Any:
    levers = [lever(place.path.parent, change, f"lever-{i}") for i, change in enumerate(changes)]
    return lay_over(place, levers).tree


def refused(place: Document, *changes: str) -> str:
    with pytest.raises(InputError) as caught:
        after(place, *changes)
    return str(caught.value)


@pytest.mark.parametrize("task", ["assess", "2"])
def test_a_task_goes_by_its_name_or_its_number(place: Document, task: str) -> None:
    before = after(place)["transfers"]["P1"]["arrange"]
    tasks = after(place, f"transfers.P1.arrange.{task}.returned: {{times: 0.5}}")
    assert [each.get("returned") for each in tasks["transfers"]["P1"]["arrange"]] == [
        None, 0.1, None, None
    ]  # fmt: skip
    assert before[1]["returned"] == 0.2


def test_a_task_whose_name_has_dots_is_matched_whole(place: Document) -> None:
    tree = after(place, "transfers.P1.arrange.refer to hub v1.2.works_for: 10 minutes")
    assert tree["transfers"]["P1"]["arrange"][0]["works_for"] == "10 minutes"


def test_an_optional_key_that_is_not_written_can_be_set(place: Document) -> None:
    tree = after(
        place,
        "transfers.P1.arrange.assess.prob: 0",
        "transfers.P0.expected_date_error: 1 days",
        "teams.hub.staff_changes: [{from: 2024-02-01, staff: 3}]",
        "teams.hub.works.staff: 4",
        "teams.night.works.1.staff: 2",
    )
    assert tree["transfers"]["P1"]["arrange"][1]["prob"] == 0
    assert tree["transfers"]["P0"] == {"expected_date_error": "1 days"}
    assert tree["teams"]["hub"]["staff_changes"][0]["staff"] == 3
    assert tree["teams"]["hub"]["works"]["staff"] == 4
    assert tree["teams"]["night"]["works"][0]["staff"] == 2


@pytest.mark.parametrize("team", ["hub", "night"])
def test_working_hours_are_set_whole_however_they_are_written(place: Document, team: str) -> None:
    works = '{days: every day, from: "08:00", to: "20:00"}'
    assert after(place, f"teams.{team}.works: {works}")["teams"][team]["works"]["to"] == "20:00"


def test_a_star_stands_for_every_row_with_the_rest_of_the_path(place: Document) -> None:
    tree = after(place, "transfers.*.arrange.assess.prob: 0.4")
    probs = {
        name: [task.get("prob") for task in transfer.get("arrange", [])]
        for name, transfer in tree["transfers"].items()
    }
    assert probs == {"P1": [None, 0.4, None, None], "P2": [0.4], "P0": []}


def test_a_star_changes_each_value_by_its_own_measure(place: Document) -> None:
    tree = after(place, "transfers.*.arrange.*.works_for: {times: 0.5}")["transfers"]
    assert [task.get("works_for") for task in tree["P1"]["arrange"]] == [
        "15 minutes", "1 hours", None, None
    ]  # fmt: skip
    assert tree["P2"]["arrange"][0]["works_for"] == "0.5 hours"


def test_a_star_alone_before_the_end_names_what_is_written_only(place: Document) -> None:
    rounds = '[{days: every day, at: "08:00"}, {days: every day, at: "16:00"}]'
    tree = after(place, f"settings.*.decision_rounds: {rounds}")["settings"]
    assert len(tree["ward"]["decision_rounds"]) == len(tree["annexe"]["decision_rounds"]) == 2
    assert "decision_rounds" not in tree["care"]


def test_a_change_does_not_reach_the_place_that_it_is_laid_over(place: Document) -> None:
    after(place, "transfers.*.arrange.assess.works_for: 5 minutes")
    assert "5 minutes" not in str(place.tree)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("transfers.P1.arrange.asess.prob: 0", ["no item 'asess'", "did you mean 'assess'",
                                                "allowed: refer to hub v1.2, assess, call"]),
        ("transfers.P1.arrange.call.prob: 0", ["'call' is there twice", "write its number: 3, 4"]),
        ("transfers.P1.arrange.5.prob: 0", ["no item '5'", "1 to 4"]),
        ("transfers.*.arrange.asess.prob: 0", ["nothing in transfers has 'arrange.asess.prob'",
                                               "did you mean 'assess'"]),
        ("transfers.*.arrange.assess.porb: 0", ["nothing in transfers", "did you mean 'prob'"]),
        ("transfers.*.hand_over.assess.prob: 0", ["nothing in transfers has"]),
        ("settings.*.turnaround: 2 hours", ["nothing in settings has 'turnaround' written"]),
        ("settings.ward.*: {times: 2}", ["* stands for rows or items, and settings.ward has none"]),
        ("setings.*.beds: 2", ["no 'setings'", "did you mean 'settings'"]),
        ("'*.ward.beds': 2", ["* can't come first"]),
        ("settings.*.beds: {plus: many}", ["many"]),
        ("transfers.*.arrange.assess.team: {times: 2}", ["times at transfers.P1.arrange.2.team"]),
    ],
)  # fmt: skip
def test_a_name_or_star_that_leads_nowhere_is_refused(
    place: Document, change: str, said: list[str]
) -> None:
    message = refused(place, change)
    assert all(words in message for words in said), message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("transfers.*.arrange.assess.prob: 0.5", "transfers.P2.arrange.1.prob: 0.4"),
        ("transfers.*.arrange.assess.works_for: {times: 2}",
         "transfers.P1.arrange.assess.works_for: 3 hours"),
        ("transfers.*.arrange.assess.prob: 0.5", "transfers.P2.arrange: []"),
    ],
)  # fmt: skip
def test_a_star_clashes_where_what_it_stands_for_does(
    place: Document, one: str, other: str
) -> None:
    for changes in ((one, other), (other, one)):
        message = refused(place, *changes)
        assert "clash" in message
        assert "'lever-0'" in message
        assert "'lever-1'" in message


def test_stars_that_multiply_go_together_in_any_order(place: Document) -> None:
    everywhere = "transfers.*.arrange.assess.works_for: {times: 0.5}"
    here = "transfers.P2.arrange.assess.works_for: {times: 0.5}"
    for changes in ((everywhere, here), (here, everywhere)):
        transfers = after(place, *changes)["transfers"]
        assert transfers["P1"]["arrange"][1]["works_for"] == "1 hours"
        assert transfers["P2"]["arrange"][0]["works_for"] == "0.25 hours"


def test_stars_that_meet_nowhere_do_not_clash(place: Document) -> None:
    tree = after(
        place, "transfers.*.arrange.assess.prob: 0.5", "transfers.P2.hand_over.*.takes: {times: 2}"
    )
    assert tree["transfers"]["P2"]["arrange"][0]["prob"] == 0.5
    assert tree["transfers"]["P2"]["hand_over"][0]["takes"] == "8 hours"
