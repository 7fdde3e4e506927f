"""Finding the files that an experiment names, without ever leaving the folders around it."""

import os
from pathlib import Path

from pydantic_core import PydanticCustomError

from sim.place.csv_columns import safe_file
from sim.place.problems import did_you_mean

MAX_FILES = 500


class NotFoundError(Exception):
    """A file or folder that is not there, or that may not be used; the message says which."""


def find(experiment: Path, name: str) -> Path:
    """The file or folder of this name: beside the experiment, or one or two folders above it.

    Raises:
        NotFoundError: nothing of this name, or it does not lie in the folder it was found from.
    """
    beside = Path(os.path.abspath(experiment)).parent
    folders = list(dict.fromkeys([beside, *beside.parents[:2]]))
    for folder in folders:
        path = _inside(folder, name)
        if path.exists():
            return shown(path)
    looked = ", ".join(str(shown(folder)) for folder in folders)
    raise NotFoundError(f"no such file {name!r}; looked in {looked}{_hint(folders, name)}")


def lever_files(experiment: Path, name: str) -> list[Path]:
    """The lever file of this name, or all the YAML files of a folder, in order of name.

    Raises:
        NotFoundError: nothing is there, or it leads out of the folder.
    """
    found = find(experiment, name)
    if not found.is_dir():
        return [found]
    names = sorted(
        each.name for each in found.iterdir() if each.suffix.lower() in (".yaml", ".yml")
    )
    if not names:
        raise NotFoundError(f"the folder {name!r} has no lever in it (files named .yaml)")
    if len(names) > MAX_FILES:
        raise NotFoundError(f"the folder {name!r} has {len(names)} levers; allowed: {MAX_FILES}")
    return [shown(_inside(found, each)) for each in names]


def shown(path: Path) -> Path:
    """A path as a reader knows it: from where they stand, if it lies below."""
    here = Path.cwd()
    path = Path(os.path.abspath(path))
    return path.relative_to(here) if path.is_relative_to(here) else path


def _inside(folder: Path, name: str) -> Path:
    try:
        return safe_file(folder, name)
    except PydanticCustomError as error:
        raise NotFoundError(error.message()) from None


def _hint(folders: list[Path], name: str) -> str:
    """A file of nearly this name in one of the folders."""
    for folder in folders:
        inside = (folder / name.replace("\\", "/")).parent
        try:
            names = [each.name for each in inside.iterdir()][:1000]
        except OSError:
            continue
        hint = did_you_mean(Path(name).name, names)
        if hint:
            return hint
    return ""
