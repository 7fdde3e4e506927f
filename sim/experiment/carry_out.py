"""Carry out an experiment: make what is missing, decide what it asks to be decided, write it down.

The folder says from the beginning what it holds, and only at the end that it is all there.
"""

import contextlib
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.experiment.budget.budgeting import carry_out_budget
from sim.experiment.choice.selection import Choice, choose_best
from sim.experiment.control.control_finding import control_finding
from sim.experiment.design.effects import decide_design
from sim.experiment.doubt.doubt_found import decide_doubt
from sim.experiment.folder.findings import write_findings
from sim.experiment.folder.manifest import (
    MANIFEST,
    describe,
    read_manifest,
    refuse_strangers,
    write_manifest,
)
from sim.experiment.making.alone import alone_on
from sim.experiment.making.lab import Lab, Progress
from sim.experiment.making.outlook import Outlook
from sim.experiment.making.runner import Runs, orders
from sim.experiment.making.shares import OthersToo, Share
from sim.experiment.precision.pilot import find_warm_up
from sim.experiment.precision.precision import until_narrow
from sim.experiment.precision.warm_up import FoundWarmUp
from sim.experiment.results import clear_tables
from sim.experiment.search.searching import carry_out_searches, most_runs
from sim.experiment.study import Study
from sim.experiment.summary import write_csv


def carry_out(
    study: Study,
    folder: Path,
    workers: int,
    progress: Progress | None = None,
    *,
    on: str | None = None,
    share: Share | None = None,
) -> None:
    """Fill a results folder, or finish one that was begun, but for its tables.

    It is done in so many processes on this machine, or on the Dask cluster of a scheduler: the
    whole of it, or one share. Tables and reports of an earlier state are taken away first.

    Raises:
        InputError: the folder holds something else, the place can't be run, there is no cluster.
        InUse: another process is at work on the folder.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed, or the cluster is lost.
    """

    def lab_in(inside: Path, study: Study) -> Lab:
        return Lab(study, inside, workers, progress, runs=_cluster(study, on), share=share)

    refuse_strangers(folder, study, share)
    with alone_on(folder):
        refuse_strangers(folder, study, share)
        with contextlib.suppress(OthersToo):
            _carry_out(study, folder, lab_in, share)


def _carry_out(
    study: Study, folder: Path, lab_in: Callable[[Path, Study], Lab], share: Share | None
) -> None:
    found: dict[str, Any] = {}
    warm_up: FoundWarmUp | None = None
    decides = {"decides": study.decides}
    if study.experiment.warm_up_asked.is_to_be_found:
        study, warm_up = _with_warm_up(study, folder, lab_in, share)
        refuse_strangers(folder, study, share)
    with lab_in(folder, study) as lab:
        clear_tables(folder)
        write_manifest(folder, describe(study, share=share) | decides)
        if warm_up is not None:
            write_csv(warm_up.table(), folder / "warm_up.csv")
            found["warm_up"] = warm_up.to_json()
        lab.look_ahead(may_add(study))
        made = run_scenarios(lab, found)
        choice = choose(lab)
        if choice:
            write_csv(choice.table(), folder / "ranking.csv")
            found["choose"] = choice.to_json()
            made |= {name: max(n, made[name]) for name, n in choice.replications.items()}
        found |= decide(lab, made)
    if share is None:
        write_findings(folder, found)
        write_manifest(folder, describe(study, made) | decides)


def foresee(
    study: Study,
    folder: Path,
    workers: int,
    *,
    on: str | None = None,
    share: Share | None = None,
) -> Outlook:
    """What it would take to carry an experiment out; nothing is written.

    Raises:
        InputError: as ``carry_out``.
        CheckFailed: a run contradicts itself.
    """
    refuse_strangers(folder, study, share)
    lab = Lab(study, folder, workers, runs=_cluster(study, on), share=share)
    try:
        return lab.look_ahead(may_add(study), is_kept=False)
    finally:
        lab.close()


def _cluster(study: Study, on: str | None) -> Runs | None:
    """The cluster of a scheduler; None for this machine."""
    if on is None:
        return None
    from sim.experiment.making.cluster import Cluster

    return Cluster(orders(study.experiment), on)


def _with_warm_up(
    study: Study,
    folder: Path,
    lab_in: Callable[[Path, Study], Lab],
    share: Share | None,
) -> tuple[Study, FoundWarmUp]:
    """The study with the warm-up that its pilot shows to be needed, and what the pilot showed."""
    if not (folder / MANIFEST).is_file() or read_manifest(folder)["warm_up"] is None:
        write_manifest(folder, describe(study, share=share))
    return find_warm_up(study, folder, lab_in, share)


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
    designed = decide_design(lab, made)
    if designed:
        found["design"] = designed
    if lab.study.experiment.control is not None:
        lab.insist_on({lab.study.variants[name]: number for name, number in made.items()})
        found["control"] = control_finding(lab.study, lab.folder, made)
    if lab.study.experiment.search:
        found["search"] = carry_out_searches(lab)
    if lab.study.experiment.budget is not None:
        found["budget"] = carry_out_budget(lab, lab.study.experiment.budget)
    if doubt := decide_doubt(lab, made):
        found["doubt"] = doubt
    return found


def may_add(study: Study) -> Mapping[str, int]:
    """How many replications more each part of an experiment may ask for at most."""
    experiment, scenarios = study.experiment, len(study.scenarios)
    most: dict[str, int] = {}
    asked = experiment.warm_up_asked
    if asked.is_to_be_found:
        longer = 2 * asked.at_most / experiment.days
        most["warm_up"] = math.ceil(scenarios * asked.pilot_replications * longer)
    if experiment.precision is not None:
        more = experiment.precision.at_most - experiment.replications
        most["precision"] = scenarios * max(0, more)
    if experiment.choose is not None:
        among = len(experiment.choose.among or study.variants)
        most["choose"] = among * max(0, experiment.choose.at_most - experiment.replications)
    if experiment.search:
        most["search"] = sum(map(most_runs, experiment.search.values()))
    if experiment.budget is not None:
        asked_for = experiment.budget
        most["budget"] = 2 * asked_for.mixes_at_most * asked_for.replications
    if experiment.doubt is not None:
        most["doubt"] = experiment.doubt.runs(len(study.unknowns))
    return most
