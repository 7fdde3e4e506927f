"""What kind of file it is, and whether it is valid: the command ``check``."""

from pathlib import Path

from sim.experiment.benchmarks import Benchmarks
from sim.experiment.design.design_points import LaidOut
from sim.experiment.study import load_experiment
from sim.place.levers import read_lever
from sim.place.load import check_place, read_document
from sim.place.validate import validate


def check_file(path: Path) -> str:
    """Say that a place, lever, experiment or benchmarks file is valid, with what it holds.

    A lever is checked by itself here; whether its changes fit a place is checked with the
    experiment that lays it over one.

    Raises:
        InputError: with everything that is wrong.
    """
    document = read_document(path)
    keys = document.tree if isinstance(document.tree, dict) else {}
    if "experiment" in keys or "scenarios" in keys:
        study = load_experiment(path)
        runs = study.experiment.replications * len(study.scenarios)
        made = "".join(f"; {designed(each)}" for each in study.designs)
        return f"a valid experiment: {len(study.scenarios)} scenarios, {runs} runs{made}"
    if "benchmarks" in keys:
        rows = validate(document, Benchmarks).rows
        return f"valid benchmarks: {len(rows)} published figures"
    if "lever" in keys or "change" in keys:
        lever = read_lever(document)
        return f"a valid lever: {len(lever.change)} changes"
    place = check_place(document)
    return (
        f"a valid place: {len(place.settings)} settings, {len(place.patients)} groups of patients"
    )


def designed(laid: LaidOut) -> str:
    """What a design adds to the scenarios that are written out."""
    factors = "1 factor" if len(laid.factors) == 1 else f"{len(laid.factors)} factors"
    return f"{laid.kind} of {factors} makes {len(laid.variants)} of them"
