"""A small experiment in files, run through the commands, and what must be the same in the end."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.unit.experiment.test_running import EXPERIMENT, LEVER, PLACE

ROOT = Path(__file__).parents[3]
SHORT = EXPERIMENT.replace("days: 120", "days: 20").replace("warm_up: 30", "warm_up: 5")


def write_experiment(folder: Path, replications: int = 3) -> Path:
    """Little Town, as an experiment that is over in a moment."""
    (folder / "levers").mkdir(parents=True)
    (folder / "place.yaml").write_text(PLACE)
    (folder / "levers" / "more-care.yaml").write_text(LEVER)
    path = folder / "experiment.yaml"
    path.write_text(SHORT.replace("replications: 24", f"replications: {replications}"))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a results folder, report included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


def command(*words: object) -> list[str]:
    """A command line of careflow's."""
    return [sys.executable, "-m", "sim", *map(str, words)]


def careflow(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(command(*words), cwd=ROOT, capture_output=True, text=True, check=False)


def copied(folder: Path, to: Path) -> Path:
    """A copy of a folder."""
    shutil.copytree(folder, to)
    return to
