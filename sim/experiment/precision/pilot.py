"""The pilot: short runs before the experiment, from which its warm-up is found.

It is a results folder of its own, inside the experiment's: interrupted, it is picked up, and runs
of another place are refused. Its people are others than those of the experiment, so that what is
measured knows nothing of why the warm-up is as long as it is.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.experiment.days import day_series
from sim.experiment.folder.manifest import describe, refuse_strangers, write_manifest
from sim.experiment.folder.store import run_path
from sim.experiment.making.lab import Lab
from sim.experiment.making.shares import Share
from sim.experiment.precision.warm_up import (
    DELAYED,
    METHOD,
    Cut,
    Floats,
    FoundWarmUp,
    WarmUp,
    longest_cuts,
    series_of,
    whole_weeks,
)
from sim.experiment.study import Study
from sim.measures.definitions import SERIES
from sim.place.problems import Problem, refuse

FOLDER = "pilot"


def find_warm_up(
    study: Study, folder: Path, lab_in: Callable[[Path, Study], Lab], share: Share | None = None
) -> tuple[Study, FoundWarmUp]:
    """The study with its warm-up, and what the pilot showed; runs of the pilot are made if missing.

    ``lab_in`` opens a lab in a folder for a study.

    Raises:
        OthersToo: this is a shard, and what others make of the pilot is not all there.
        InputError: a series still drifts after the longest warm-up that is looked for, or the
            place can't be run.
    """
    pilot = pilot_of(study)
    inside = folder / FOLDER
    refuse_strangers(inside, pilot)
    wanted = dict.fromkeys(pilot.variants.values(), pilot.experiment.replications)
    number = pilot.experiment.replications
    write_manifest(inside, describe(pilot, share=share))
    with lab_in(inside, pilot) as lab:
        lab.make(wanted)
        lab.insist_on(wanted)
    cuts = longest_cuts({name: _series(pilot, inside, name) for name in pilot.scenarios})
    write_manifest(inside, describe(pilot, dict.fromkeys(pilot.variants, number)))
    refuse(_still_drifting(study, cuts))
    asked = study.experiment.warm_up_asked
    days = whole_weeks(max(cut.at.days for cut in cuts))
    found = FoundWarmUp(days, pilot.experiment.days, number, asked.at_most, cuts)
    return study.with_experiment({"warm_up_asked": WarmUp(days=days)}), found


def pilot_of(study: Study) -> Study:
    """The pilot of a study: long runs from the start, of which only the daily numbers are used.

    Raises:
        InputError: the place or a lever changes by date, so that no day is typical.
    """
    refuse(_never_typical(study))
    experiment = study.experiment
    asked = experiment.warm_up_asked
    return replace(
        study.with_experiment(
            {
                "warm_up_asked": WarmUp(),
                "days": 2 * asked.at_most,
                "replications": asked.pilot_replications,
                "precision": None,
                "seed": experiment.seed ^ 1,
                "beds_tried": (),
                "keep": "summary",
            }
        ),
        benchmarks=None,
    )


def _never_typical(study: Study) -> list[Problem]:
    """What keeps a place from ever coming to rest."""
    problems = []
    for name, scenario in study.scenarios.items():
        if scenario.phases:
            says = f"the scenario {name!r} has a lever that starts on a date or spreads"
        elif any(group.daily_numbers for group in scenario.place.patients.values()):
            says = f"in the scenario {name!r} people come by a file of daily numbers"
        else:
            continue
        where = study.sources.document.where(("warm_up",))
        problems.append(
            Problem(where, f"{METHOD} looks for the day from which days are alike, but {says}; "
                    "write a number of days")
        )  # fmt: skip
    return problems


def _series(pilot: Study, inside: Path, name: str) -> list[tuple[str, str, Floats]]:
    """The daily series of one scenario in the pilot's runs."""
    slug = pilot.scenarios[name].slug
    runs = [
        day_series(run_path(inside, slug, number))
        for number in range(pilot.experiment.replications)
    ]
    settings = runs[0][0]
    daily = {
        each: np.stack([values[number] for _, values in runs]) for number, each in enumerate(SERIES)
    }
    return list(series_of(daily, settings))


def _still_drifting(study: Study, cuts: tuple[Cut, ...]) -> list[Problem]:
    """The series that have no end of their drift in the pilot's first half."""
    where = study.sources.document.where(("warm_up",))
    asked = study.experiment.warm_up_asked
    return [
        Problem(
            where,
            f"{METHOD} finds no end of the drift within {asked.at_most} days: in the scenario "
            f"{cut.scenario!r} there were {cut.quarter_mean:,.1f} {_what(cut)} in days "
            f"{asked.at_most // 2} to {asked.at_most} and {cut.half_mean:,.1f} from then to day "
            f"{2 * asked.at_most}. If more people come than can be cared for, or "
            "numbers change over the year, no warm-up is long enough: write a number of days. If "
            "it only takes longer, write {method: MSER-5, at_most: DAYS}",
        )
        for cut in cuts
        if cut.is_drifting
    ]


def _what(cut: Cut) -> str:
    if cut.counts == DELAYED:
        return "people delayed"
    return f"people in {cut.setting!r} or waiting for it"
