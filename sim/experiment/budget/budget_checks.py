"""What is wrong with what an experiment asks about a budget, found before anything is run."""

from collections.abc import Iterator

from sim.experiment.budget.budget import Budget
from sim.experiment.budget.mixes import Mixes, mixes_of, variant_of
from sim.experiment.question import Experiment
from sim.experiment.search.search_checks import wrong_measure, wrong_scenario
from sim.experiment.sources import Sources
from sim.experiment.variants import Variant
from sim.place.document import Document
from sim.place.levers import read_lever
from sim.place.problems import InputError, Problem, did_you_mean, one_of


def wrong_budget(document: Document, experiment: Experiment, sources: Sources) -> Iterator[Problem]:
    """Levers without a cost, choices that can't be made, and a sum for which nothing can be had."""
    budget = experiment.budget
    if budget is None:
        return
    problems = [
        *wrong_scenario(document, experiment, ("budget",), budget.scenario),
        *_wrong_levers(document, experiment, budget, sources),
    ]
    if problems:
        yield from problems
        return
    scenario = budget.scenario or next(iter(experiment.scenarios))
    base = Variant(scenario, experiment.scenarios[scenario])
    mixes = mixes_of(budget, sources.base, sources.levers)
    problems = list(_wrong_choices(document, experiment, sources, base, mixes))
    yield from problems
    if problems:
        return
    if not any(map(mixes.can_be, [mixes.nothing, *mixes.alone])):
        yield document.problem(
            ("budget", "at_most"), f"no mix costs so little as {budget.at_most:g} pounds a year"
        )
    place = sources.scenario(experiment, base).place
    yield from wrong_measure(document, ("budget", "measure"), place, budget.measure.setting)


def _wrong_levers(
    document: Document, experiment: Experiment, budget: Budget, sources: Sources
) -> Iterator[Problem]:
    names = budget.choices.levers
    there = experiment.scenarios.get(budget.scenario or next(iter(experiment.scenarios)), ())
    for i, name in enumerate(names):
        at = ("budget", "choices", "levers", i)
        if name not in sources.levers:
            yield document.problem(
                at,
                f"no lever {name!r}; allowed: {one_of(sources.levers)}"
                f"{did_you_mean(name, sources.levers)}",
            )
        elif name in names[:i]:
            yield document.problem(at, f"the lever {name!r} is here twice")
        elif name in there:
            yield document.problem(at, f"the lever {name!r} is in the scenario already")
        elif not read_lever(sources.levers[name]).costs:
            where = sources.levers[name].where(("lever",))
            yield document.problem(
                at,
                f"the lever {name!r} states no cost; add costs to it ({where}), with 0 if it has "
                "none",
            )


def _wrong_choices(
    document: Document, experiment: Experiment, sources: Sources, base: Variant, mixes: Mixes
) -> Iterator[Problem]:
    """Each choice can be made alone, as far as it goes."""
    for n, choice in enumerate(mixes.choices):
        kind = "levers" if choice.step is None else "capacity"
        keys = ("budget", "choices", kind, *((choice.name,) if choice.step is not None else ()))
        nothing = mixes.nothing
        mix = (*nothing[:n], choice.most, *nothing[n + 1 :])
        where = document.where(keys, at_key=True)
        try:
            sources.scenario(experiment, variant_of(mixes, base, mix), where)
        except InputError as error:
            yield from error.problems
