"""An experiment: a question put to a place, and the scenarios that may answer it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.experiment.beds_tried import TriedBeds, cant_be_tried
from sim.experiment.benchmarks import Benchmarks, read_benchmarks
from sim.experiment.files import NotFoundError, find, lever_files
from sim.experiment.fingerprint import fingerprint
from sim.measures.definitions import MEASURES
from sim.place.document import Document, Mark, read_yaml
from sim.place.fields import Name, Prose, Title
from sim.place.levers import Lever, lay_over, read_lever
from sim.place.load import StartRead, check_place, read_document
from sim.place.numbers import Strict, wrong
from sim.place.phasing import phases_of, reaching
from sim.place.problems import InputError, Problem, did_you_mean, input_error, one_of, refuse
from sim.place.schema import Place
from sim.place.uptake import Phases
from sim.place.validate import validate

FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
MAX_DAYS = 20_000


class CompareOn(Strict):
    """A measure to compare the scenarios on; one of a setting's also names the setting."""

    measure: str = Field(
        description="The measure's name, as in summary.csv.",
        json_schema_extra={"enum": list(MEASURES)},
    )
    setting: Name | None = Field(None, description="The setting, for a measure of settings.")

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"measure": data}

    @model_validator(mode="after")
    def _known(self) -> "CompareOn":
        measure = MEASURES.get(self.measure)
        if measure is None:
            raise wrong(
                f"no measure {self.measure[:60]!r}; allowed: {one_of(MEASURES, 50)}"
                f"{did_you_mean(self.measure, MEASURES)}"
            )
        if measure.scope == "setting" and self.setting is None:
            raise wrong(
                f"{measure.name} is measured by setting; write "
                f"{{measure: {measure.name}, setting: NAME}}"
            )
        if measure.scope == "place" and self.setting is not None:
            raise wrong(f"{measure.name} is measured for the whole place; take the setting out")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the bare name of a place's measure as well."""
        bare = [name for name, measure in MEASURES.items() if measure.scope == "place"]
        return {"anyOf": [{"enum": bare}, handler.resolve_ref_schema(handler(core_schema))]}


def _one_or_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Experiment(Strict):
    """A question put to a place: which scenarios, for how long, compared on what."""

    experiment: Title = Field(description="The experiment's name.")
    question: Prose = Field(description="What is to be found out, in plain words.")
    about: Prose | None = Field(None, description="What a reader should know about it.")
    place: FileName = Field(
        description="The place's file (.yaml or .xlsx): beside this file, or from one or two "
        "folders above."
    )
    levers: Annotated[
        tuple[FileName, ...],
        BeforeValidator(_one_or_list, json_schema_input_type=str | list[str]),
    ] = Field(
        (), description="The folder of the levers, or a list of their files.", strict=False,
        max_length=100,
    )  # fmt: skip
    scenarios: dict[Name, Annotated[tuple[Name, ...], Field(strict=False, max_length=100)]] = Field(
        description="Scenario → the levers laid over the place, if any. The others are "
        "compared with the first.",
        min_length=1,
        max_length=200,
    )
    days: int = Field(ge=1, le=MAX_DAYS, description="Days that are measured.")
    warm_up: int = Field(
        0, ge=0, le=MAX_DAYS, description="Days that are run before these, and left out."
    )
    replications: int = Field(ge=1, le=100_000, description="How often each scenario is run.")
    seed: int = Field(
        ge=0, le=2**63 - 1, description="Any whole number; the same seed gives the same results."
    )
    compare_on: tuple[CompareOn, ...] = Field(
        description="The measures that decide, most important first.",
        strict=False,
        min_length=1,
        max_length=50,
    )
    baselines: dict[Name, Name] = Field(
        default_factory=dict,
        description="Scenario → the scenario that it is compared with, where that is not the "
        "first.",
        max_length=200,
    )
    groups: dict[Title, Annotated[tuple[Name, ...], Field(strict=False, max_length=200)]] = Field(
        default_factory=dict,
        description="Heading → the scenarios that stand together under it in the report.",
        max_length=20,
    )
    benchmarks: FileName | None = Field(
        None,
        description="A file of published figures to set the scenarios beside: found as the place "
        "is.",
    )
    beds_tried: tuple[TriedBeds, ...] = Field(
        (),
        description="Numbers of beds of which to measure the chance of delay, in settings without "
        "limit.",
        strict=False,
        max_length=200,
    )
    keep: Literal["summary", "logs"] = Field(
        "summary", description="What is kept of each run: its summary, or also its whole log."
    )


@dataclass(frozen=True)
class Scenario:
    """A place as some levers leave it, ready to run."""

    name: str
    slug: str
    """The name as it stands in file names."""
    levers: tuple[Lever, ...]
    place: Place
    """With all its levers in full."""
    fingerprint: str
    phases: Phases | None = None


@dataclass(frozen=True)
class Study:
    """An experiment with its scenarios loaded; the first is the baseline."""

    path: Path
    experiment: Experiment
    scenarios: dict[str, Scenario]
    benchmarks: Benchmarks | None = None

    def baseline_of(self, scenario: str) -> str:
        """The scenario that one is compared with; the first is compared with nothing else."""
        return self.experiment.baselines.get(scenario, next(iter(self.scenarios)))


OTHER_KINDS = {"settings": "a place", "change": "a lever", "rows": "published figures"}
"""What a file is that has such a key and is no experiment."""


def load_experiment(
    path: Path,
    replications: int | None = None,
    days: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] = (),
) -> Study:
    """An experiment with its place and levers, all checked; some numbers may be overridden.

    Raises:
        InputError: with everything that is wrong in the experiment, its place or its levers.
    """
    document = read_yaml(path)
    _refuse_other_kinds(document)
    _override(document, replications=replications, days=days, seed=seed)
    experiment = validate(document, Experiment)
    refuse(_wrong_scenarios(document, experiment, scenarios))
    refuse(_wrong_baselines(document, experiment, scenarios))
    refuse(_wrong_groups(document, experiment))
    base, levers = _read_files(document, experiment)
    start = StartRead(base, check_place(base).start)
    chosen = {
        name: used
        for name, used in experiment.scenarios.items()
        if not scenarios or name in scenarios
    }
    loaded: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, used in chosen.items():
        try:
            loaded[name] = _scenario(
                name, experiment, base, [levers[lever] for lever in used], start
            )
        except InputError as error:
            problems.extend(error.problems)
    found = list(loaded.values())
    problems += _unknown_settings(document, experiment, found)
    places = {each.name: each.place for each in found}
    refuse([*problems, *cant_be_tried(document, experiment.beds_tried, places)])
    benchmarks = _read_benchmarks(document, experiment, places)
    return Study(path, experiment, loaded, benchmarks)


def slug(name: str) -> str:
    """A name as it stands in file names.

    >>> slug("More P2 beds (Bristol)")
    'more-p2-beds-bristol'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")


def _refuse_other_kinds(document: Document) -> None:
    """Say it in one sentence if a place or a lever is given for an experiment."""
    keys = document.tree if isinstance(document.tree, dict) else {}
    kind = next((key for key in OTHER_KINDS if key in keys), None)
    if kind is not None and not {"experiment", "scenarios"} & keys.keys():
        raise input_error(
            document.where((kind,)),
            f"this file is {OTHER_KINDS[kind]}, not an experiment: write one that names it (begin "
            "with careflow new), or look at it with careflow check",
        )


def _override(document: Document, **numbers: int | None) -> None:
    """Put the numbers of the command line in the place of the file's."""
    if not isinstance(document.tree, dict):
        return
    for key, number in numbers.items():
        if number is not None:
            document.tree[key] = number
            document.marks[(key,)] = Mark(f"--{key}", f"--{key}")


def _wrong_scenarios(
    document: Document, experiment: Experiment, asked: Sequence[str]
) -> Iterator[Problem]:
    """Scenarios asked for that are not there, names that collide, levers named twice."""
    for name in asked:
        if name not in experiment.scenarios:
            names = list(experiment.scenarios)
            hint = did_you_mean(name, names)
            yield Problem(
                f"--scenario {name}", f"no such scenario in {document.path}; allowed: "
                f"{one_of(names)}{hint}"
            )  # fmt: skip
    first: dict[str, str] = {}
    for name, used in experiment.scenarios.items():
        other = first.setdefault(slug(name), name)
        if other != name:
            yield document.problem(
                ("scenarios", name),
                f"the names {other!r} and {name!r} would be one in file names ({slug(name)}); "
                "change one of them",
                at_key=True,
            )
        if slug(name) in RESERVED:
            yield document.problem(
                ("scenarios", name), f"{name!r} can't be a file's name on Windows", at_key=True
            )
        for i, lever in enumerate(used):
            if lever in used[:i]:
                yield document.problem(("scenarios", name, i), f"the lever {lever!r} is here twice")


def _wrong_baselines(
    document: Document, experiment: Experiment, asked: Sequence[str]
) -> Iterator[Problem]:
    """Baselines that are no scenario, are compared themselves, or are not among those asked for."""
    names = list(experiment.scenarios)
    for name, baseline in experiment.baselines.items():
        where = ("baselines", name)
        for each, at_key in ((name, True), (baseline, False)):
            if each not in names:
                yield document.problem(
                    where,
                    f"no scenario {each!r}; allowed: {one_of(names)}{did_you_mean(each, names)}",
                    at_key=at_key,
                )
        if name == names[0]:
            yield document.problem(
                where, "the first scenario is what the others are compared with; take it out",
                at_key=True,
            )  # fmt: skip
        elif name == baseline:
            yield document.problem(where, f"{name!r} can't be compared with itself")
        elif baseline in experiment.baselines:
            yield document.problem(
                where,
                f"{baseline!r} has a baseline of its own; a scenario that others are compared "
                "with is itself compared with the first",
            )
        if asked and name in asked and baseline in names and baseline not in asked:
            yield Problem(
                f"--scenario {name}",
                f"it is compared with {baseline!r}; add --scenario {baseline!r}",
            )


def _wrong_groups(document: Document, experiment: Experiment) -> Iterator[Problem]:
    """Groups of scenarios that are not there, or stand in two groups."""
    names = list(experiment.scenarios)
    first: dict[str, str] = {}
    for heading, members in experiment.groups.items():
        for i, name in enumerate(members):
            where = ("groups", heading, i)
            if name not in names:
                yield document.problem(
                    where,
                    f"no scenario {name!r}; allowed: {one_of(names)}{did_you_mean(name, names)}",
                )
            elif name in first:
                yield document.problem(
                    where,
                    f"{name!r} stands under {first[name]!r} already; a scenario has one group",
                )
            first.setdefault(name, heading)


def _read_benchmarks(
    document: Document, experiment: Experiment, places: Mapping[str, Place]
) -> Benchmarks | None:
    """The published figures that the experiment names."""
    if experiment.benchmarks is None:
        return None
    try:
        path = find(document.path, experiment.benchmarks)
    except NotFoundError as error:
        refuse([document.problem(("benchmarks",), str(error))])
        raise AssertionError("a file that is not there is a problem") from error
    left_out = [name for name in experiment.scenarios if name not in places]
    return read_benchmarks(path, places, left_out)


RESERVED = (
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
)


def _read_files(document: Document, experiment: Experiment) -> tuple[Document, dict[str, Document]]:
    """The place's document, and each lever's by its name; every lever that is named is there."""
    problems: list[Problem] = []
    base: Document | None = None
    try:
        base = read_document(find(document.path, experiment.place))
    except NotFoundError as error:
        problems.append(document.problem(("place",), str(error)))
    except InputError as error:
        problems.extend(error.problems)
    levers, wrong_levers = _read_levers(document, experiment)
    problems += wrong_levers
    if not wrong_levers:
        for name, used in experiment.scenarios.items():
            for i, lever in enumerate(used):
                if lever not in levers:
                    problems.append(document.problem(
                        ("scenarios", name, i),
                        f"no lever {lever!r}; allowed: {one_of(levers)}"
                        f"{did_you_mean(lever, levers)}",
                    ))  # fmt: skip
    refuse(problems)
    assert base is not None
    return base, levers


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


def _scenario(
    name: str,
    experiment: Experiment,
    base: Document,
    levers: Sequence[Document],
    start: StartRead,
) -> Scenario:
    """One scenario: the levers laid over the place, checked, with its fingerprint."""
    laid = lay_over(base, reaching(levers))
    place = check_place(laid, start)
    refuse(days_without_numbers(laid, place, experiment.warm_up + experiment.days))
    phases, folder = phases_of(base, levers), laid.path.parent
    read = tuple(read_lever(lever) for lever in levers)
    costs = [
        {payer: cost.value for payer, cost in lever.costs.items()} for lever in read if lever.costs
    ]
    settings: dict[str, Any] = {
        "costs": costs,
        "days": experiment.days,
        "warm_up": experiment.warm_up,
        "seed": experiment.seed,
        "keep": experiment.keep,
    }
    if experiment.beds_tried:
        settings["beds_tried"] = [each.model_dump() for each in experiment.beds_tried]
    if phases:
        settings["phases"] = [
            {
                "lever": lever.lever,
                "starts": str(lever.starts),
                "uptake": [phase.reaches, phase.over_days],
                "costs": {payer: cost.value for payer, cost in lever.costs.items()},
            }
            for phase, lever in zip(
                phases.levers, [each for each in read if each.is_phased], strict=True
            )
        ]
        settings["variants"] = [
            fingerprint(folder, each, {}) for _, each in sorted(phases.places.items())
        ]
    return Scenario(name, slug(name), read, place, fingerprint(folder, place, settings), phases)


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


def _unknown_settings(
    document: Document, experiment: Experiment, scenarios: Sequence[Scenario]
) -> Iterator[Problem]:
    """The settings of compare_on are settings of the place, in one scenario at least."""
    known = list(dict.fromkeys(name for each in scenarios for name in each.place.settings))
    for i, each in enumerate(experiment.compare_on):
        if each.setting is not None and known and each.setting not in known:
            yield document.problem(
                ("compare_on", i, "setting"),
                f"no setting {each.setting!r}; allowed: {one_of(known)}"
                f"{did_you_mean(each.setting, known)}",
            )
