"""``manifest.json``: what a results folder holds, so that nothing foreign is mixed into it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment.folder.store import whole_or_nothing
from sim.experiment.folder.versions import differences, made_with, versions_here
from sim.experiment.making.alone import LOCK
from sim.experiment.making.shares import Share
from sim.experiment.names_given import slug
from sim.experiment.sources import Scenario
from sim.experiment.study import Study
from sim.measures.checks import check_titles
from sim.place.numbers_used import inventory
from sim.place.problems import InputError, Problem, input_error

MANIFEST = "manifest.json"
ADVICE = "; name another folder with --out, or delete this one"
SAME = ("place", "start_date", "days", "warm_up", "seed", "keep")
"""What is named if it differs, beside the versions and the scenarios."""
MAX_REPLICATIONS = 100_000


def describe(
    study: Study, replications: Mapping[str, int] | None = None, share: Share | None = None
) -> dict[str, Any]:
    """Everything that a reader of the results needs to know of how they were made.

    ``replications`` has how many there are of each scenario, once all are there; ``share`` what
    part of them is meant to be there.
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
        "decides": study.decides,
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
        "versions": dict(versions_here()),
        **({"shard": {"number": share.number, "of": share.of}} if share else {}),
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
    try:
        _refuse_half(described)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise input_error(
            path, "this manifest is damaged, or of another version of careflow"
        ) from None
    return described


def _refuse_half(described: dict[str, Any]) -> None:
    """Raise ValueError, or what a wrong type raises, unless all is there that is relied on."""
    for each in described["scenarios"]:
        if each["slug"] != slug(each["name"]) or not 0 < each["replications"] <= MAX_REPLICATIONS:
            raise ValueError(each)
        each["fingerprint"].encode()
    described["careflow"].encode()
    described["versions"].items()
    if not isinstance(described["finished"], bool):
        raise ValueError(described["finished"])
    share_of(described)


def share_of(described: Mapping[str, Any]) -> Share | None:
    """Which shard a folder is meant to be; None for one that is meant to be whole."""
    shard = described.get("shard")
    return Share(int(shard["number"]), int(shard["of"])) if shard else None


def versions_of(described: Mapping[str, Any]) -> dict[str, str]:
    """The versions that the runs of a folder were made with."""
    return made_with(described["careflow"], described["versions"])


def refuse_strangers(folder: Path, study: Study, share: Share | None = None) -> None:
    """Refuse a folder that holds something other than results of this very experiment.

    Raises:
        InputError: other files, other versions of careflow or of a library that numbers depend on,
            scenarios whose place, levers, days, warm-up, seed or logs differ, or another shard;
            each difference is named.
    """
    if not folder.exists() or all(each.name == LOCK for each in folder.iterdir()):
        return
    if not (folder / MANIFEST).is_file():
        raise input_error(
            folder, "the folder holds other files; name an empty or new folder with --out"
        )
    there = read_manifest(folder)
    problems = list(foreign(there, describe(study)))
    if problems:
        raise InputError(
            Problem(str(folder), f"these are results of another experiment: {problem}{ADVICE}")
            for problem in problems
        )
    if share is not None:
        _refuse_other_share(folder, there, share)


def _refuse_other_share(folder: Path, there: Mapping[str, Any], share: Share) -> None:
    if there["finished"]:
        raise input_error(
            folder, f"the folder holds the whole experiment, not {share.words}{ADVICE}"
        )
    share_there = share_of(there)
    if share_there not in (None, share):
        assert share_there is not None
        raise input_error(
            folder, f"the folder is {share_there.words} there and {share.words} here{ADVICE}"
        )


def foreign(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """Why the runs of one folder don't belong among those of another: each difference, in words."""
    found = list(differences(versions_of(there), versions_of(here)))
    # As long as the warm-up is being found, runs of the experiment itself are not there.
    is_found = there.get("warm_up") is not None and here["warm_up"] is not None
    found += [
        f"{name} is {there.get(name)!r} there and {here[name]!r} here"
        for name in SAME
        if there.get(name) != here[name] and (name != "warm_up" or is_found)
    ]
    known = {each["name"]: each["fingerprint"] for each in there["scenarios"]}
    if is_found and not found:
        found = [
            f"the scenario {each['name']!r} has another place or other levers there"
            for each in here["scenarios"]
            if known.get(each["name"], each["fingerprint"]) != each["fingerprint"]
        ]
    yield from found
