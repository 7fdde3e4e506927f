"""Whatever is wrong in a file is said: where it stands, what is wrong, what is allowed."""

from pathlib import Path

import pytest

from sim.experiment.study import load_experiment
from sim.place.load import load_place
from sim.place.problems import InputError
from tests.behaviour.bad_inputs import CASES, GOOD, Case
from tests.behaviour.bad_work import WORK

JARGON = ("pydantic", "type=", "input_value", "Traceback", "validation error", "NoneType")


def load(target: Path) -> None:
    """Load an experiment with all that it names, or a place."""
    if target.name == "experiment.yaml":
        load_experiment(target)
    else:
        load_place(target)


def write_good_files(folder: Path) -> None:
    for name, text in GOOD.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_the_files_that_the_cases_spoil_are_right(tmp_path: Path) -> None:
    write_good_files(tmp_path)
    load(tmp_path / "place.yaml")
    load(tmp_path / "experiment.yaml")
    (tmp_path / "work.yaml").write_text(WORK, encoding="utf-8")
    load(tmp_path / "work.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_what_is_wrong_is_said_where_it_stands(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    expected = case.write(folder)

    with pytest.raises(InputError) as caught:
        load(expected.target)

    there = [str(each) for each in caught.value.problems if each.where == expected.where]
    if expected.line is None:
        there = [str(each) for each in caught.value.problems]
    assert there, f"nothing is said of {expected.where}: {caught.value}"
    for words in expected.says:
        assert words in " ".join(there)
    for word in JARGON:
        assert word not in str(caught.value)


def test_each_case_has_a_title_of_its_own() -> None:
    assert len({case.title for case in CASES}) == len(CASES)


def test_all_problems_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    write_good_files(tmp_path)
    path = tmp_path / "place.yaml"
    text = GOOD["place.yaml"].replace("beds: 4", "beds: -4").replace("returns: no", "return: no")
    path.write_text(text.replace("priority: 2", "priority: 20"), encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load_place(path)

    lines = [int(each.where.split(":")[-2]) for each in caught.value.problems]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_very_many_problems_are_counted_not_listed(tmp_path: Path) -> None:
    write_good_files(tmp_path)
    path = tmp_path / "place.yaml"
    extra = "".join(f"nonsense{number}: 1\n" for number in range(82))
    path.write_text(GOOD["place.yaml"] + extra, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load_place(path)

    assert len(caught.value.problems) == 51
    assert "… and 32 more from here on" in str(caught.value.problems[-1])


def test_a_list_whose_one_item_is_wrong_is_not_said_to_be_too_short_as_well(tmp_path: Path) -> None:
    write_good_files(tmp_path)
    target = tmp_path / "experiment.yaml"
    kept = target.read_text(encoding="utf-8").split("compare_on:")[0]
    target.write_text(f"{kept}compare_on: [delayed_bed_dayz]\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(target)
    assert [each.what[:30] for each in caught.value.problems] == ["no measure 'delayed_bed_dayz';"]
