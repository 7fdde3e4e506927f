"""Data goes one way, and so do imports: place, patients, flow, measures, experiment, report."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SIM = Path(__file__).parents[2] / "sim"
ROOMS = (
    "place", "patients", "flow", "measures", "experiment", "validation", "report", "cli"
)  # fmt: skip
FILES = sorted(SIM.rglob("*.py"))
RUNS_ON_ITS_OWN = ("__init__", "__main__")


def room_of(path: Path) -> str:
    """The room that a file is in: its folder in sim, or its own name."""
    first = path.relative_to(SIM).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_import(room: str) -> set[str]:
    """The rooms that a room may import from, itself included."""
    if room == "importers":
        return {"importers", "place"}
    known = set(ROOMS[: ROOMS.index(room) + 1])
    return known | {"importers"} if room == "cli" else known


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SIM)))
def test_a_file_imports_from_its_own_room_and_those_before_it(path: Path) -> None:
    room = room_of(path)
    if room in RUNS_ON_ITS_OWN:
        return
    for module in imported(path):
        package, _, inside = module.partition(".")
        if package == "sim" and inside:
            there = inside.split(".")[0]
            if (SIM / there).exists() or (SIM / f"{there}.py").exists():
                assert there in may_import(room), f"{path} ({room}) imports {module}"
        assert package not in ("tests", "benchmarks"), f"{path} imports {module}"


def test_every_folder_of_the_program_is_a_known_room() -> None:
    rooms = {room_of(path) for path in FILES}
    assert rooms <= {*ROOMS, *RUNS_ON_ITS_OWN, "importers"}


NOT_IN = {
    "place": ("simpy", "numpy", "random", "time"),
    "patients": ("simpy", "random", "pandas", "time"),
    "flow": ("pandas", "pyarrow", "random", "pathlib", "os", "scipy", "time"),
    "measures": ("simpy", "random", "pandas", "matplotlib", "time"),
    "experiment": ("matplotlib", "jinja2", "random"),
    "validation": ("simpy", "matplotlib", "jinja2", "random"),
    "report": ("simpy", "random"),
}
"""What a room knows nothing of: chance, running time, files, pictures."""


@pytest.mark.parametrize(("room", "unknown"), NOT_IN.items())
def test_a_room_knows_nothing_of_what_is_not_its_business(
    room: str, unknown: tuple[str, ...]
) -> None:
    for path in sorted((SIM / room).rglob("*.py")):
        packages = {module.partition(".")[0] for module in imported(path)}
        assert not packages & set(unknown), path


def test_the_event_loop_draws_nothing() -> None:
    for path in sorted((SIM / "flow").rglob("*.py")):
        for module in imported(path):
            assert module not in ("numpy.random", "sim.patients.streams"), path
