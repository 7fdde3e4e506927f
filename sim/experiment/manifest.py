"""``manifest.json``: what a results folder holds, so that nothing foreign is mixed into it."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment.sources import Scenario
from sim.experiment.store import whole_or_nothing
from sim.experiment.study import Study
from sim.measures.checks import check_titles
from sim.place.numbers_used import inventory
from sim.place.problems import InputError, Problem, input_error

MANIFEST = "manifest.json"
LIBRARIES = ("simpy", "numpy", "scipy", "pandas", "pyarrow")


def describe(study: Study, replications: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Everything that a reader of the results needs to know of how they were made.

    ``replications`` has how many there are of each scenario, once all are there.
    """
    experiment = study.experiment
    is_finished = replications is not None
    replications = replications or dict.fromkeys(study.scenarios, experiment.replications)
    baseline = next(iter(study.scenarios.values()))
    place = baseline.place
    return {
        "careflow": __version__,
        "experiment": experiment.experiment,
        "file": study.path.name,
        "question": experiment.question,
        "about": experiment.about,
        "place": place.place,
        "place_about": place.about,
        "start_date": place.start_date.isoformat(),
        "days": experiment.days,
        "warm_up": None if experiment.warm_up_asked.is_to_be_found else experiment.warm_up,
        "replications": experiment.replications,
        "finished": is_finished,
        "widened": experiment.widened,
        "seed": experiment.seed,
        "keep": experiment.keep,
        "compare_on": [each.model_dump() for each in experiment.compare_on],
        "scenarios": [
            _scenario(scenario, study, replications[name])
            for name, scenario in study.scenarios.items()
        ],
        "scenario_groups": {
            heading: [name for name in names if name in study.scenarios]
            for heading, names in experiment.groups.items()
        },
        "benchmarks": study.benchmarks.model_dump(mode="json") if study.benchmarks else None,
        "settings": [
            {
                "setting": name,
                "name": setting.name or name,
                "organisation": setting.organisation,
                "body": place.body_of(name),
                "locality": setting.locality,
                "acute": setting.acute,
            }
            for name, setting in place.settings.items()
        ],
        "teams": [
            {
                "team": name,
                "name": team.name,
                "organisation": team.organisation,
                "body": place.body_of_organisation(team.organisation),
                "locality": team.locality,
                "panel": team.is_panel,
            }
            for name, team in place.teams.items()
        ],
        "groups": {
            name: {"name": group.name or name, "locality": group.locality}
            for name, group in place.patients.items()
        },
        "exits": {name: each.name or name for name, each in place.exits.items()},
        "organisations": {
            name: {"name": each.name or name, "body": each.body}
            for name, each in place.organisations.items()
        },
        "assumptions": list(place.assumptions),
        "numbers": inventory(place),
        "checks": {
            "runs": sum(replications.values()),
            "held": check_titles(),
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
        },
    }


def _scenario(scenario: Scenario, study: Study, replications: int) -> dict[str, Any]:
    baseline = study.baseline_of(scenario.name)
    return {
        "name": scenario.name,
        "baseline": None if baseline == scenario.name else baseline,
        "slug": scenario.slug,
        "design": study.design_of(scenario.name),
        "replications": replications,
        "fingerprint": scenario.fingerprint,
        "levers": [lever.model_dump(mode="json") for lever in scenario.levers],
        "steps": _steps(scenario),
    }


def _steps(scenario: Scenario) -> dict[str, list[str]]:
    """The tasks in the order in which people meet them, and which come once a place is found.

    A task's place is the mean of where it stands in the transfers that have it; those of the
    hand-over are named with their transfer, as in the part of ``step_days``.
    """
    places: dict[str, list[float]] = {}
    hand_over = []
    for name, transfer in scenario.place.transfers.items():
        tasks = (*transfer.arrange, *transfer.hand_over)
        for n, task in enumerate(tasks):
            places.setdefault(task.task, []).append(n / len(tasks))
        hand_over += [f"{name}: {task.task}" for task in transfer.hand_over]
    order = sorted(places, key=lambda name: sum(places[name]) / len(places[name]))
    return {"order": order, "hand_over": hand_over}


def write_manifest(folder: Path, described: dict[str, Any]) -> None:
    """Write the manifest, whole or not at all."""
    text = json.dumps(described, indent=2, ensure_ascii=False, sort_keys=False)
    with whole_or_nothing(folder / MANIFEST) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder.

    Raises:
        InputError: the folder holds no results, or its manifest can't be read.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise input_error(folder, "not a results folder: it has no manifest.json")
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise input_error(path, f"can't be read: {error}") from None
    if not isinstance(described, dict) or "scenarios" not in described:
        raise input_error(path, "not a manifest of careflow's")
    return described


def refuse_strangers(folder: Path, study: Study) -> None:
    """Refuse a folder that holds something other than results of this very experiment.

    Raises:
        InputError: other files, another version, or scenarios whose place, levers, days, warm-up,
            seed or logs differ; each difference is named.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MANIFEST).is_file():
        raise input_error(
            folder, "the folder holds other files; name an empty or new folder with --out"
        )
    there = read_manifest(folder)
    problems = []
    if there["careflow"] != __version__:
        problems.append(f"it was made with careflow {there['careflow']}, this is {__version__}")
    here = describe(study)
    # As long as the warm-up is being found, runs of the experiment itself are not there.
    is_found = there.get("warm_up") is not None and here["warm_up"] is not None
    names = ("place", "start_date", "days", *(["warm_up"] if is_found else []), "seed", "keep")
    problems += [
        f"{name} is {there.get(name)!r} there and {here[name]!r} here"
        for name in names
        if there.get(name) != here[name]
    ]
    known = {each["name"]: each["fingerprint"] for each in there["scenarios"]}
    if is_found and not problems:
        problems += [
            f"the scenario {name!r} has another place or other levers there"
            for name, scenario in study.scenarios.items()
            if known.get(name, scenario.fingerprint) != scenario.fingerprint
        ]
    if problems:
        advice = "; name another folder with --out, or delete this one"
        raise InputError(
            Problem(str(folder), f"these are results of another experiment: {problem}{advice}")
            for problem in problems
        )
