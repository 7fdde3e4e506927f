"""``careflow import pathsimr``: PathSimR's two templates as a place and an experiment."""

import re
from pathlib import Path

from sim.importers.pathsimr_network import UNITS
from sim.importers.pathsimr_notes import assumptions, notes, said_otherwise
from sim.importers.pathsimr_place import as_place
from sim.importers.pathsimr_reading import read_templates
from sim.importers.writing import Draft, must_be_new, write_place
from sim.place.problems import did_you_mean, input_error
from sim.place.schema import Place


def import_pathsimr(
    network: Path,
    calendar: Path,
    folder: Path,
    unit: str = "days",
    days: int = 365,
    warm_up: int = 200,
    replications: int = 100,
) -> list[str]:
    """Write a place, an experiment and notes into a new folder; returns lines to print.

    Raises:
        InputError: with everything in the templates that can't be carried over, by file, row and
            column; or the folder is not new.
    """
    known = next((each for each in UNITS if each == unit), None)
    if known is None:
        hint = did_you_mean(unit, UNITS)
        raise input_error(
            "--unit", f"{unit[:40]!r} is not allowed; allowed: {', '.join(UNITS)}{hint}"
        )
    must_be_new(folder)
    templates = read_templates(network, calendar, known)
    title = case_name(network)
    place, decisions = as_place(templates, title)
    assumed = assumptions(templates, warm_up)
    decisions += [*said_otherwise(templates), *assumed]
    place.above[()] = (
        f"Imported from PathSimR's templates {network.name} and {calendar.name}.\n"
        "What had to be decided is in notes.md."
    )
    place.put("assumptions", value=assumed)
    run = f"The experiment measures {days} days after {warm_up}, {replications} times."
    written = write_place(
        folder,
        place,
        {
            "experiment.yaml": experiment(title, days, warm_up, replications).text(),
            "notes.md": notes(title, (network.name, calendar.name), known, decisions, run),
        },
        str(network),
    )
    return report(folder, written)


def case_name(network: Path) -> str:
    """What the templates are about, from the name of the network's file.

    >>> case_name(Path("Stroke_Network_Template.csv"))
    'Stroke'
    """
    words = re.sub(r"[_\W]+(network|input|template|_|\W)*\d*$", "", network.stem, flags=re.I)
    name = re.sub(r"_+", " ", words).strip() or "PathSimR"
    return name[:60]


def experiment(title: str, days: int, warm_up: int, replications: int) -> Draft:
    """The experiment that runs the place as it is."""
    draft = Draft()
    draft.put("experiment", value=f"{title}, as it is")
    draft.put(
        "question", value="How many people are in each setting, wait for it, and are delayed?"
    )
    draft.put("place", value="place.yaml")
    draft.put("scenarios", value={"as-it-is": []})
    draft.put("days", value=days)
    draft.put("warm_up", value=warm_up)
    draft.put("replications", value=replications)
    draft.put("seed", value=1)
    draft.put("compare_on", value=["delayed_bed_days"])
    return draft


def report(folder: Path, place: Place) -> list[str]:
    """What was written, in lines to print."""
    return [
        f"A place with {len(place.settings)} settings, and an experiment, are in {folder}; "
        f"what had to be decided is in {folder / 'notes.md'}. Now:",
        f"  careflow explain {folder / 'place.yaml'}",
        f"  careflow run {folder / 'experiment.yaml'}",
    ]
