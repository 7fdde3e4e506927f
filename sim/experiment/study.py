"""An experiment with its scenarios loaded, ready to run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.experiment.beds_tried import cant_be_tried
from sim.experiment.benchmarks import Benchmarks, read_benchmarks
from sim.experiment.budget.budget_checks import wrong_budget
from sim.experiment.choice.choose_checks import wrong_choice
from sim.experiment.control.change_dates import cant_be_charted
from sim.experiment.design.contrasts import Contrast
from sim.experiment.design.design_points import LaidOut
from sim.experiment.design.listed import listed_interactions
from sim.experiment.design.planned import laid_out
from sim.experiment.doubt.doubt import wrong_doubt
from sim.experiment.doubt.unknown_inputs import UnknownInput, unknown_inputs
from sim.experiment.files import NotFoundError, find
from sim.experiment.names_given import (
    unknown_scenarios,
    unknown_settings,
    wrong_baselines,
    wrong_groups,
    wrong_scenarios,
)
from sim.experiment.precision.precision import wrong_precision
from sim.experiment.question import Experiment
from sim.experiment.search.search_checks import wrong_searches
from sim.experiment.sources import Scenario, Sources, read_sources
from sim.experiment.variants import Variant
from sim.place.document import Document, Mark, read_yaml
from sim.place.problems import InputError, Problem, input_error, refuse
from sim.place.schema import Place
from sim.place.validate import validate


@dataclass(frozen=True)
class Study:
    """An experiment with its scenarios loaded; the first is the baseline."""

    path: Path
    experiment: Experiment
    sources: Sources
    variants: dict[str, Variant]
    """The scenarios by name, as what they are made of."""
    scenarios: dict[str, Scenario]
    benchmarks: Benchmarks | None = None
    designs: tuple[LaidOut, ...] = ()
    """Those whose scenarios are all there."""
    unknowns: tuple[UnknownInput, ...] = ()
    """The inputs in doubt, if any are."""

    def baseline_of(self, scenario: str) -> str:
        """The scenario that one is compared with; the first is compared with nothing else."""
        return self.experiment.baselines.get(scenario, next(iter(self.scenarios)))

    def design_of(self, scenario: str) -> str | None:
        """What kind of design a scenario was made by; None for one that is written out."""
        return next((each.kind for each in self.designs if scenario in each.variants), None)

    def variant_named(self, scenario: str | None) -> Variant:
        """A scenario of the experiment as a variant, run or not; the first if None."""
        scenarios = self.experiment.scenarios
        name = next(iter(scenarios)) if scenario is None else scenario
        return Variant(name, scenarios[name])

    @property
    def listed(self) -> list[Contrast]:
        """The interactions of scenarios that are written out; those of designs are their own."""
        written = [name for name in self.variants if self.design_of(name) is None]
        levers = {
            name: [*self.variants[name].levers, *(c.lever for c in self.variants[name].changes)]
            for name in written
        }
        baselines = {n: None if n == written[0] else self.baseline_of(n) for n in written}
        return listed_interactions(levers, baselines)

    @property
    def decides(self) -> list[str]:
        """What is still to be decided once the experiment's own replications are there."""
        asked = self.experiment.decides
        return asked if "design" in asked or not self.listed else [*asked, "design"]

    @property
    def acute(self) -> list[str]:
        """The settings of the baseline that are marked acute."""
        place = next(iter(self.scenarios.values())).place
        return [name for name, setting in place.settings.items() if setting.acute]

    def scenario_of(self, variant: Variant) -> Scenario:
        """What a variant is made into; one of the experiment's own is loaded already.

        Raises:
            InputError: a change can't be made, or the place is not right with it.
        """
        if self.variants.get(variant.name) == variant:
            return self.scenarios[variant.name]
        return self.sources.scenario(self.experiment, variant)

    def with_experiment(self, changed: Mapping[str, Any]) -> "Study":
        """The same with some parts of the experiment changed, and its scenarios made anew.

        Raises:
            InputError: a scenario can't be run so.
        """
        experiment = self.experiment.model_copy(update=dict(changed))
        scenarios, problems = _load(self.sources, experiment, self.variants)
        refuse(problems)
        return replace(self, experiment=experiment, scenarios=scenarios)


OTHER_KINDS = {"settings": "a place", "change": "a lever", "rows": "published figures"}
"""What a file is that has such a key and is no experiment."""


def load_experiment(
    path: Path,
    replications: int | None = None,
    days: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] = (),
    draws: int | None = None,
) -> Study:
    """An experiment with its place and levers, all checked; some numbers may be overridden.

    ``draws`` are those of inputs in doubt; with 0 of them, doubt is left out.

    Raises:
        InputError: with everything that is wrong in the experiment, its place or its levers.
    """
    document = read_yaml(path)
    _refuse_other_kinds(document)
    _override(document, replications=replications, days=days, seed=seed)
    _override_draws(document, draws)
    experiment = validate(document, Experiment)
    refuse(wrong_scenarios(document, experiment))
    refuse(wrong_precision(document, experiment.replications, experiment.precision))
    sources = read_sources(document, experiment)
    written = {name: Variant(name, used) for name, used in experiment.scenarios.items()}
    designs = laid_out(sources, experiment, written)
    everything = {**written, **{k: v for each in designs for k, v in each.variants.items()}}
    refuse(unknown_scenarios(document, list(everything), scenarios))
    refuse(wrong_baselines(document, experiment, list(everything), scenarios))
    refuse(wrong_groups(document, experiment, list(everything)))
    refuse(wrong_choice(document, experiment, list(everything), scenarios))
    refuse(wrong_doubt(document, experiment.doubt, list(everything)))
    variants = {
        name: each for name, each in everything.items() if not scenarios or name in scenarios
    }
    loaded, problems = _load(sources, experiment, variants)
    places = {name: each.place for name, each in loaded.items()}
    settings = dict.fromkeys(name for place in places.values() for name in place.settings)
    problems += unknown_settings(document, experiment, list(settings))
    if len(loaded) == len(variants):
        problems += cant_be_charted(document, experiment, loaded)
    refuse([*problems, *cant_be_tried(document, experiment.beds_tried, places)])
    refuse(wrong_searches(document, experiment, sources))
    refuse(wrong_budget(document, experiment, sources))
    benchmarks = _read_benchmarks(document, experiment, places, everything)
    whole = tuple(each for each in designs if all(name in variants for name, _ in each.points))
    unknowns = unknown_inputs(document, experiment.doubt, sources) if experiment.doubt else []
    return Study(path, experiment, sources, variants, loaded, benchmarks, whole, tuple(unknowns))


def _load(
    sources: Sources, experiment: Experiment, variants: Mapping[str, Variant]
) -> tuple[dict[str, Scenario], list[Problem]]:
    """The scenarios that can be made, and what is wrong with the others."""
    loaded: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, variant in variants.items():
        try:
            loaded[name] = sources.scenario(
                experiment, variant, sources.document.where(("design",))
            )
        except InputError as error:
            problems.extend(error.problems)
    return loaded, problems


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


def _override_draws(document: Document, draws: int | None) -> None:
    """Put the draws of the command line in the place of the file's."""
    if draws is None or not isinstance(document.tree, dict):
        return
    doubt = document.tree.get("doubt")
    if not isinstance(doubt, dict):
        raise input_error("--draws", f"{document.path} has no inputs in doubt; leave --draws out")
    doubt["draws"] = draws
    document.marks[("doubt", "draws")] = Mark("--draws", "--draws")
    if draws == 0:
        del document.tree["doubt"]


def _read_benchmarks(
    document: Document,
    experiment: Experiment,
    places: Mapping[str, Place],
    names: Iterable[str],
) -> Benchmarks | None:
    """The published figures that the experiment names."""
    if experiment.benchmarks is None:
        return None
    try:
        path = find(document.path, experiment.benchmarks)
    except NotFoundError as error:
        refuse([document.problem(("benchmarks",), str(error))])
        raise AssertionError("a file that is not there is a problem") from error
    left_out = [name for name in names if name not in places]
    return read_benchmarks(path, places, left_out)
