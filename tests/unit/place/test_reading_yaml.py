"""YAML is read as plain data that remembers where it stands, and nothing runs from it."""

from pathlib import Path

import pytest

from sim.place.document import Document, Mark, read_yaml
from sim.place.problems import InputError, Problem, did_you_mean, one_of, refuse


def read(folder: Path, text: str) -> Document:
    (folder / "file.yaml").write_text(text, encoding="utf-8")
    return read_yaml(folder / "file.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("off", "off"),
        ("true", True),
        ("12:30", "12:30"),
        ("2025-04-07", "2025-04-07"),
        ("017", 17),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("~", None),
        ("[1, two]", [1, "two"]),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    tree = read(tmp_path, f"key: {text}").tree
    assert tree == {"key": value}
    assert isinstance(tree, dict)
    assert type(tree["key"]) is type(value)


@pytest.mark.parametrize("tag", ["!!bool", "!!int", "!!float", "!!null", "!!binary", "!mine"])
def test_tags_are_refused(tmp_path: Path, tag: str) -> None:
    with pytest.raises(InputError, match=r"file\.yaml:1:6: the tag .* is not allowed"):
        read(tmp_path, f"key: {tag} yes")


def test_a_value_and_its_key_know_their_places(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b: [1, 2]\n")
    assert document.where(("a", "b")) == f"{document.path}:2:6"
    assert document.where(("a", "b"), at_key=True) == f"{document.path}:2:3"
    assert document.where(("a", "b", 1)) == f"{document.path}:2:10"


def test_what_is_not_written_is_placed_at_what_is_around_it(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b: 1\n")
    assert document.where(("a", "b", "value")) == f"{document.path}:2:6"
    assert document.where(("x",)) == f"{document.path}:1:1"


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_yaml(tmp_path / "file.yaml").tree == {"a": 1, "b": 2}


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file"):
        read_yaml(tmp_path)


def test_the_limits_themselves_are_allowed(tmp_path: Path) -> None:
    assert read(tmp_path, "[" * 30 + "]" * 30).tree is not None
    with pytest.raises(InputError, match="more than 30 levels"):
        read(tmp_path, "[" * 31 + "]" * 31)
    text = "a: 1\n#"
    assert read(tmp_path, text + "x" * (1_000_000 - len(text))).tree == {"a": 1}
    with pytest.raises(InputError, match="1,000,001 bytes"):
        read(tmp_path, text + "x" * (1_000_001 - len(text)))


def test_problems_are_listed_once_line_9_before_line_10() -> None:
    nine, ten = Problem("a.yaml:9:1", "x"), Problem("a.yaml:10:1", "x")
    with pytest.raises(InputError) as caught:
        refuse([ten, nine, ten])
    assert caught.value.problems == (nine, ten)


def test_no_problem_is_no_error() -> None:
    refuse([])


def test_near_words_are_found_whatever_their_capitals() -> None:
    assert did_you_mean("nhs", ["NHS", "both"]) == "; did you mean 'NHS'?"
    assert did_you_mean("zzz", ["NHS", "both"]) == ""


def test_a_long_list_of_words_is_cut_short() -> None:
    assert one_of(range(5), 3) == "0, 1, 2 … (2 more)"
    assert one_of([]) == "none are defined"


def test_a_problem_above_a_change_names_the_lever() -> None:
    document = Document(Path("p"), {}, {("a",): Mark("p:1:1", "p:1:1")}, {("a", "b"): "l:5:3"})
    assert document.problem(("a",), "wrong").what == "wrong (after the change at l:5:3)"
    assert document.problem(("a", "b"), "wrong").what == "wrong"
    assert document.problem(("c",), "wrong").what == "wrong"
