"""What ``careflow new`` makes: a starter place with levers and an experiment, or a workbook."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from sim.experiment.json_schema import write_schemas
from sim.place.document import read_yaml
from sim.place.problems import input_error


def new_folder(folder: Path) -> list[str]:
    """Copy the starter into a new or empty folder, with the schemas that its first lines name.

    Raises:
        InputError: the folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise input_error(folder, "already there, and not empty; name a new folder")
    with as_file(files("sim.place") / "starter") as starter:
        shutil.copytree(starter, folder, dirs_exist_ok=True)
    write_schemas(folder / "schema")
    return [
        f"A place, its levers and an experiment are in {folder}. Now:",
        f"  careflow explain {folder / 'place.yaml'}",
        f"  careflow run {folder / 'experiment.yaml'}",
    ]


def new_workbook(path: Path) -> list[str]:
    """Write the starter place as a workbook.

    Raises:
        InputError: the file is there already, or is not named .xlsx.
    """
    from sim.place.workbook import write_workbook

    if path.suffix.lower() != ".xlsx":
        raise input_error(path, "a workbook's name ends in .xlsx")
    if path.exists():
        raise input_error(path, "already there; name a new file")
    with as_file(files("sim.place") / "starter" / "place.yaml") as starter:
        write_workbook(path, read_yaml(starter).tree)
    return [f"The starter place is in {path}. Now:", f"  careflow explain {path}"]
