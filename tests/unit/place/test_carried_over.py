"""People of the start state whose task a lever has taken out of the list."""

from pathlib import Path
from typing import Any

import pytest

from sim.place.document import read_yaml
from sim.place.load import load_place
from sim.place.problems import InputError
from sim.place.schema import Place
from tests.unit.place.test_start_file import HEADING, PLACE

LEVER = """lever: shorter
title: A shorter list
how: Some tasks are no longer needed.
change: {{transfers.to-care.arrange: {{set: {arrange}}}}}
evidence: {{strength: none, says: Nothing is known.}}
"""
TASK = "{{task: {}, takes: 1 days, reason: referral-to-hub}}"


def under_lever(folder: Path, row: str, arrange: list[str]) -> Place:
    tasks = "[" + ", ".join(TASK.format(name) for name in arrange) + "]"
    (folder / "place.yaml").write_text(PLACE)
    (folder / "start.csv").write_text(HEADING + row + "\n")
    (folder / "lever.yaml").write_text(LEVER.format(arrange=tasks))
    return load_place(folder / "place.yaml", [read_yaml(folder / "lever.yaml")])


@pytest.mark.parametrize(
    ("reached", "arrange", "now"),
    [
        ("Assess", ["Refer", "Equip"], "Equip"),
        ("Assess", ["Refer", "Look", "Equip"], "Look"),
        ("Equip", ["Refer"], None),
        ("Equip", ["Refer", "Assess"], None),
        ("Refer", ["Look", "Equip"], "Look"),
        ("Assess", ["Refer", "Assess"], "Assess"),
    ],
)
def test_who_waits_goes_on_with_the_first_task_that_they_have_not_had(
    tmp_path: Path, reached: str, arrange: list[str], now: str | None
) -> None:
    place = under_lever(tmp_path, f"waiting,ward,,older,,1,care,,{reached},,3,,,", arrange)
    assert place.start.waiting[0].task == now


def test_what_is_done_already_is_kept_as_far_as_the_list_still_has_it(tmp_path: Path) -> None:
    row = "waiting,ward,,older,,1,care,,Refer,Equip;Assess;Transport,3,,,"
    kept = under_lever(tmp_path, row, ["Look", "Equip"]).start.waiting[0]
    assert kept.task == "Look"
    assert kept.also_done == ("Equip", "Transport")


def test_people_there_keep_what_was_done_ahead(tmp_path: Path) -> None:
    row = "there,ward,,older,,1,care,,Assess,,,4,,"
    ahead = under_lever(tmp_path, row, ["Refer", "Equip"]).start.people[1]
    assert ahead.task == "Equip"
    none = under_lever(tmp_path, row, ["Look", "Equip"]).start.people[1]
    assert none.task is None, "nothing of the new list is done"


def test_a_task_that_neither_list_has_is_still_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'Assess'"):
        under_lever(tmp_path, "waiting,ward,,older,,1,care,,Asess,,3,,,", ["Refer"])


def test_a_lever_that_leaves_the_list_alone_leaves_the_start_alone(tmp_path: Path) -> None:
    row: Any = "waiting,ward,,older,,1,care,,Equip,Transport,3,,,"
    place = under_lever(tmp_path, row, ["Refer", "Assess", "Equip"])
    assert place.start.waiting[0].task == "Equip"
    assert place.start.waiting[0].also_done == ("Transport",)
