"""Carry out an experiment: make what is missing, decide what it asks to be decided, write it down.

The folder says from the beginning what it holds, and only at the end that it is all there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiment.control_finding import control_finding
from sim.experiment.effects import decide_design
from sim.experiment.findings import write_findings
from sim.experiment.lab import Lab, Progress
from sim.experiment.manifest import MANIFEST, describe, refuse_strangers, write_manifest
from sim.experiment.pilot import find_warm_up
from sim.experiment.precision import until_narrow
from sim.experiment.selection import Choice, choose_best
from sim.experiment.study import Study
from sim.experiment.summary import write_csv


def carry_out(study: Study, folder: Path, workers: int, progress: Progress | None = None) -> None:
    """Fill a results folder, or finish one that was begun, but for its tables.

    Raises:
        InputError: the folder holds something else, or the place can't be run.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed.
    """
    found: dict[str, Any] = {}
    if study.experiment.warm_up_asked.is_to_be_found:
        study, found["warm_up"] = _with_warm_up(study, folder, workers, progress)
    refuse_strangers(folder, study)
    write_manifest(folder, describe(study))
    with Lab(study, folder, workers, progress) as lab:
        made = run_scenarios(lab, found)
        choice = choose(lab)
        if choice:
            write_csv(choice.table(), folder / "ranking.csv")
            found["choose"] = choice.to_json()
            made |= {name: max(n, made[name]) for name, n in choice.replications.items()}
        found |= decide(lab, made)
    write_findings(folder, found)
    write_manifest(folder, describe(study, made))


def _with_warm_up(
    study: Study, folder: Path, workers: int, progress: Progress | None
) -> tuple[Study, dict[str, Any]]:
    """The study with the warm-up that its pilot shows to be needed, and what the pilot showed."""
    refuse_strangers(folder, study)
    if not (folder / MANIFEST).is_file():
        write_manifest(folder, describe(study))
    study, found = find_warm_up(study, folder, workers, progress)
    write_csv(found.table(), folder / "warm_up.csv")
    return study, found.to_json()


def run_scenarios(lab: Lab, found: dict[str, Any]) -> dict[str, int]:
    """Run the experiment's own scenarios; says how many replications each has in the end.

    What is found on the way is put with the rest of what was found.
    """
    study = lab.study
    number, precision = study.experiment.replications, study.experiment.precision
    if precision is None:
        lab.make(dict.fromkeys(study.variants.values(), number))
        return dict.fromkeys(study.variants, number)
    baselines = {name: study.baseline_of(name) for name in list(study.variants)[1:]}
    reached = lab.carry_out(until_narrow(study.variants, baselines, precision, number))
    write_csv(reached.table(), lab.folder / "precision.csv")
    found["precision"] = reached.to_json()
    return dict.fromkeys(study.variants, reached.replications)


def choose(lab: Lab) -> Choice | None:
    """Choose the best scenario, if the experiment asks for it."""
    study, asked = lab.study, lab.study.experiment.choose
    if asked is None:
        return None
    variants = [study.variants[name] for name in asked.among or study.variants]
    first = study.experiment.replications
    return lab.carry_out(choose_best(variants, asked, first, f"{study.path}: choose"))


def decide(lab: Lab, made: Mapping[str, int]) -> dict[str, Any]:
    """What the experiment asks to be decided beside its scenarios, by part.

    ``made`` has how many replications there are of each scenario.
    """
    found: dict[str, Any] = {}
    if lab.study.experiment.control is not None:
        found["control"] = control_finding(lab.study, lab.folder, made)
    designed = decide_design(lab, made)
    if designed:
        found["design"] = designed
    return found
