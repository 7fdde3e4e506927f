"""Whatever a file holds, loading it succeeds or says what is wrong; nothing else ever happens."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.experiment.study import load_experiment
from sim.place.document import read_yaml
from sim.place.load import load_place
from sim.place.problems import InputError, Problem
from tests.behaviour.spoilt_files import GOOD, PLACE

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TOKENS = re.findall(r"\n *|[\w.-]+|[^\w\s]|[ ]+", PLACE)
ODD = ("", "-1", "0", "1e308", "9" * 400, ".nan", "null", "~", "yes", "[]", "{}", "{a: b}", "- ",
       ":", "'", '"', "#", "\n", "\t", "home", "ward", "rest", "unlimited", "2 hours", "2025-02-30",
       "24:00", "lognormal", "source", "\ufeff", "é", "x" * 300)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def loads_or_explains(path: Path, content: str | bytes) -> None:
    """Write the file and load it; a refusal names this file, or one beside it."""
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    path.write_bytes(raw)
    folder = path.parent.parent if path.parent.name == "levers" else path.parent
    for problem in problems_with(folder, place_only=path.name == "place.yaml"):
        assert str(folder) in problem.where
        assert problem.what.strip()


def problems_with(folder: Path, *, place_only: bool = False) -> tuple[Problem, ...]:
    """What is said of a folder's place, or of its experiment with all that it names."""
    try:
        if place_only:
            load_place(folder / "place.yaml")
        else:
            load_experiment(folder / "experiment.yaml")
    except InputError as error:
        return error.problems
    return ()


@FEW
@given(st.text(max_size=200))
@example("%YAML 1.1\n---\na: yes")
@example("? [a]\n: b")
@example("a: !!binary aGVsbG8=")
@example("!!python/object:os.system {}")
@example("place: \ud800")
def test_any_text(folder: Path, text: str) -> None:
    loads_or_explains(folder / "place.yaml", text)


@FEW
@given(st.binary(max_size=200))
def test_any_bytes(folder: Path, content: bytes) -> None:
    loads_or_explains(folder / "place.yaml", content)


@FEW
@given(st.integers(0, len(TOKENS) - 1), st.sampled_from(["delete", "double", "swap", *ODD]))
def test_a_good_place_with_one_word_spoilt(folder: Path, at: int, how: str) -> None:
    tokens = list(TOKENS)
    if how == "delete":
        del tokens[at]
    elif how == "double":
        tokens.insert(at, tokens[at])
    elif how == "swap":
        tokens[at], tokens[at - 1] = tokens[at - 1], tokens[at]
    else:
        tokens[at] = how
    loads_or_explains(folder / "place.yaml", "".join(tokens))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["home", "ward", "rest", "unlimited", "2 hours", "2025-04-07", "mon-fri", "09:00"]
    ),
    st.text(max_size=10),
)
trees = st.recursive(
    scalars,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(
            st.sampled_from(re.findall(r"\w+", PLACE)[:150]), inside, max_size=4
        ),
    ),
    max_leaves=12,
)  # fmt: skip


def paths_in(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, ...]] = []
    if isinstance(tree, dict):
        inside = [found for key, each in tree.items() for found in paths_in(each, (*path, key))]
    elif isinstance(tree, list):
        inside = [found for i, each in enumerate(tree) for found in paths_in(each, (*path, i))]
    return [path, *inside]


def grafted(name: str, choice: int, tree: Any, folder: Path) -> Any:
    """A good file's tree with one part replaced."""
    whole: Any = read_yaml(folder / name).tree
    paths = paths_in(whole)
    path = paths[choice % len(paths)]
    if not path:
        return tree
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = tree
    return whole


def dump(tree: Any, path: Path) -> bytes:
    with path.open("wb") as file:
        YAML(typ="safe", pure=True).dump(tree, file)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["place.yaml", "experiment.yaml", "levers/faster.yaml"])
def test_a_good_file_with_one_part_replaced(folder: Path, name: str) -> None:
    good = (folder / name).read_bytes()

    @FEW
    @given(st.integers(0, 10_000), trees)
    def check(choice: int, tree: Any) -> None:
        (folder / name).write_bytes(good)
        content = dump(grafted(name, choice, tree, folder), folder / "spoilt")
        loads_or_explains(folder / name, content)

    check()


PATHS = st.lists(
    st.sampled_from([*re.findall(r"[\w-]+", PLACE)[:120], "1", "2", "", "value"]), max_size=5
).map(".".join)


@FEW
@given(PATHS, st.sampled_from(["set", "times", "plus"]), trees)
@example("settings", "set", 3)
@example("settings.ward", "times", 2)
@example("patients.older.by_hour.3", "times", 2)
@example("transfers.with-care.hand_over.1.takes.uniform.low", "plus", 1)
@example("routes.annexe.home.transfer", "set", "with-care")
@example("settings.ward.turnaround.value", "times", 2)
def test_any_lever(folder: Path, path: str, operation: str, tree: Any) -> None:
    lever = {
        "lever": "faster", "title": "A", "how": "B", "change": {path: {operation: tree}},
        "evidence": {"strength": "none", "says": "C"},
    }  # fmt: skip
    content = dump(lever, folder / "spoilt")
    (folder / "levers" / "faster.yaml").write_bytes(content)
    assert all(str(folder) in problem.where for problem in problems_with(folder))
