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
from sim.experiment.manifest import describe, refuse_strangers, write_manifest
from sim.experiment.study import Study


def carry_out(study: Study, folder: Path, workers: int, progress: Progress | None = None) -> None:
    """Fill a results folder, or finish one that was begun, but for its tables.

    Raises:
        InputError: the folder holds something else, or the place can't be run.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed.
    """
    refuse_strangers(folder, study)
    write_manifest(folder, describe(study))
    with Lab(study, folder, workers, progress) as lab:
        made = run_scenarios(lab)
        found = decide(lab, made)
    write_findings(folder, found)
    write_manifest(folder, describe(study, made))


def run_scenarios(lab: Lab) -> dict[str, int]:
    """Run the experiment's own scenarios; says how many replications each has in the end."""
    study = lab.study
    number = study.experiment.replications
    lab.make(dict.fromkeys(study.variants.values(), number))
    return dict.fromkeys(study.variants, number)


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
