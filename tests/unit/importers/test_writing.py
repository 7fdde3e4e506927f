"""A folder made from another tool's files appears whole, or not at all."""

from pathlib import Path

import pytest

from sim.importers.writing import Draft, write_place
from sim.place.load import load_place
from sim.place.problems import InputError


def a_place() -> Draft:
    draft = Draft()
    draft.put("place", value="A place")
    draft.put("start_date", value="2025-01-06")
    draft.put("settings", "ward", "beds", value=3, source="wards.csv:2:5", beside="cell E2")
    draft.put("settings", "ward", "stay", value={"exponential": {"rate": 1e-5, "unit": "hours"}})
    draft.put("exits", value={"home": {}})
    draft.put("routes", "ward", value={"home": 1})
    draft.put("patients", "all", value={"arrives_at": "ward", "per_day": 2})
    return draft


def test_what_is_written_reads_as_the_same_place(tmp_path: Path) -> None:
    place = write_place(tmp_path / "new" / "place", a_place(), {"notes.md": "é\n"}, "wards.csv")
    assert load_place(tmp_path / "new" / "place" / "place.yaml") == place
    assert (tmp_path / "new" / "place" / "notes.md").read_text(encoding="utf-8") == "é\n"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    write_place(tmp_path / "place", a_place(), {}, "wards.csv")
    assert (tmp_path / "place" / "place.yaml").exists()


def test_comments_stand_above_and_beside_what_they_are_about() -> None:
    draft = a_place()
    draft.above[()] = "Made from wards.csv.\n\nBy hand: nothing."
    draft.above["settings", "ward"] = "The only ward."
    text = draft.text()
    assert text.startswith("# Made from wards.csv.\n#\n# By hand: nothing.\n\nplace: A place\n")
    assert "  # The only ward.\n  ward:\n    beds: 3  # cell E2\n" in text
    assert "    stay: {exponential: {rate: 1e-05, unit: hours}}\n\nexits:" in text


def test_what_is_wrong_is_said_of_the_other_tools_cell_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    draft = a_place()
    draft.put("settings", "ward", "beds", value=-3, source="wards.csv:2:5")
    with pytest.raises(InputError, match=r"^wards\.csv:2:5: value -3 is not allowed"):
        write_place(tmp_path / "new" / "place", draft, {"notes.md": ""}, "wards.csv")
    draft = a_place()
    draft.tree.pop("exits")
    with pytest.raises(InputError, match=r"^wards\.csv: missing key 'exits'"):
        write_place(tmp_path / "place", draft, {}, "wards.csv")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "place" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    for taken in (kept.parent, kept):
        with pytest.raises(InputError, match="already there, and not empty"):
            write_place(taken, a_place(), {}, "wards.csv")
    assert [path.name for path in tmp_path.rglob("*")] == ["place", "mine.txt"]


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be"):
        write_place(tmp_path / "file" / "place", a_place(), {}, "wards.csv")
