"""What an experiment is made of: its own file, the place, the levers; and a scenario from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sim.experiment.files import NotFoundError, find, lever_files
from sim.experiment.folder.fingerprint import fingerprint
from sim.experiment.names_given import slug
from sim.experiment.question import Experiment
from sim.experiment.variants import Variant, as_levers
from sim.place.document import Document, Keys, read_yaml
from sim.place.levers import Lever, lay_over, read_lever
from sim.place.load import StartRead, check_place, read_document
from sim.place.phasing import phases_of, reaching
from sim.place.problems import InputError, Problem, did_you_mean, one_of, refuse
from sim.place.schema import Place
from sim.place.uptake import Phases


@dataclass(frozen=True)
class Scenario:
    """A place as some levers leave it, ready to run."""

    name: str
    slug: str
    """The name as it stands in file names."""
    levers: tuple[Lever, ...]
    """With each change of the variant as a lever of its own; without its inputs."""
    place: Place
    """With all its levers in full."""
    fingerprint: str
    phases: Phases | None = None


@dataclass(frozen=True)
class Sources:
    """The files that an experiment names, read."""

    document: Document
    """The experiment's own."""
    base: Document
    levers: dict[str, Document]
    start: StartRead

    def scenario(self, experiment: Experiment, variant: Variant, asked_at: str = "") -> Scenario:
        """A variant as a scenario: laid over the place, checked, with its fingerprint.

        ``asked_at`` is where the experiment asks for the variant's changes, for messages.

        Raises:
            InputError: a lever or a change can't be made, or the place is not right with them.
        """
        path, at = self.document.path, asked_at or str(self.document.path)
        base = lay_over(self.base, list(as_levers(variant.inputs, path, at)))
        levers = [self.levers[name] for name in variant.levers]
        levers += as_levers(variant.changes, path, at)
        laid = lay_over(base, reaching(levers))
        place = check_place(laid, self.start)
        refuse(days_without_numbers(laid, place, experiment.warm_up + experiment.days))
        phases, folder = phases_of(base, levers), laid.path.parent
        read = tuple(read_lever(lever) for lever in levers)
        settings = _settings(experiment, read)
        if phases:
            settings["phases"] = _phases(phases, read)
            settings["variants"] = [
                fingerprint(folder, each, {}) for _, each in sorted(phases.places.items())
            ]
        return Scenario(
            variant.name, slug(variant.name), read, place,
            fingerprint(folder, place, settings), phases,
        )  # fmt: skip


def read_sources(document: Document, experiment: Experiment) -> Sources:
    """The place and the levers that an experiment names; every lever that is named is there.

    Raises:
        InputError: with everything that is wrong in them.
    """
    problems: list[Problem] = []
    base: Document | None = None
    try:
        base = read_document(find(document.path, experiment.place))
    except NotFoundError as error:
        problems.append(document.problem(("place",), str(error)))
    except InputError as error:
        problems.extend(error.problems)
    levers, wrong_levers = _read_levers(document, experiment)
    problems += wrong_levers or _unknown_levers(document, experiment, levers)
    refuse(problems)
    assert base is not None
    return Sources(document, base, levers, StartRead(base, check_place(base).start))


def _unknown_levers(
    document: Document, experiment: Experiment, levers: dict[str, Document]
) -> Iterator[Problem]:
    named: dict[Keys, tuple[str, ...]] = {
        ("scenarios", name): used for name, used in experiment.scenarios.items()
    }
    named |= {("design", n, "levers"): each.levers for n, each in enumerate(experiment.design)}
    for where, used in named.items():
        for i, lever in enumerate(used):
            if lever not in levers:
                yield document.problem(
                    document.written((*where, i)),
                    f"no lever {lever!r}; allowed: {one_of(levers)}{did_you_mean(lever, levers)}",
                )


def _read_levers(
    document: Document, experiment: Experiment
) -> tuple[dict[str, Document], list[Problem]]:
    """Each lever's document by its name, and what is wrong with any of them."""
    levers: dict[str, Document] = {}
    problems: list[Problem] = []
    files: list[Path] = []
    for i, name in enumerate(experiment.levers):
        try:
            files += lever_files(document.path, name)
        except NotFoundError as error:
            keys = document.written(("levers", i))
            problems.append(document.problem(keys, str(error)))
    for file in dict.fromkeys(files):
        try:
            lever_document = read_yaml(file)
            name = read_lever(lever_document).lever
        except InputError as error:
            problems.extend(error.problems)
            continue
        if name in levers:
            first = levers[name].where(("lever",))
            problems.append(lever_document.problem(
                ("lever",), f"a second lever {name!r}; the first is at {first}"
            ))  # fmt: skip
        levers.setdefault(name, lever_document)
    return levers, problems


def _settings(experiment: Experiment, levers: Sequence[Lever]) -> dict[str, Any]:
    """What shapes a run beside its place."""
    settings: dict[str, Any] = {
        "costs": [
            {payer: cost.value for payer, cost in lever.costs.items()}
            for lever in levers
            if lever.costs
        ],
        "days": experiment.days,
        "warm_up": experiment.warm_up,
        "seed": experiment.seed,
        "keep": experiment.keep,
    }
    if experiment.beds_tried:
        settings["beds_tried"] = [each.model_dump() for each in experiment.beds_tried]
    return settings


def _phases(phases: Phases, levers: Sequence[Lever]) -> list[dict[str, Any]]:
    """When the levers that start or spread do so, and what they cost."""
    return [
        {
            "lever": lever.lever,
            "starts": str(lever.starts),
            "uptake": [phase.reaches, phase.over_days],
            "costs": {payer: cost.value for payer, cost in lever.costs.items()},
        }
        for phase, lever in zip(
            phases.levers, [each for each in levers if each.is_phased], strict=True
        )
    ]


def days_without_numbers(document: Document, place: Place, days: int) -> Iterator[Problem]:
    """A file of daily numbers has every day of a run of so many days, warm-up included."""
    run = [place.start_date + timedelta(day) for day in range(days)]
    for name, group in place.patients.items():
        if group.daily_numbers is None:
            continue
        missing = next((day for day in run if day not in group.daily_numbers.by_date), None)
        if missing is not None:
            yield document.problem(
                ("patients", name, "daily_numbers"),
                f"{group.daily_numbers.file} has no number for {missing}; the run needs every "
                f"date from {run[0]} to {run[-1]} (warm_up and days)",
                at_key=True,
            )
