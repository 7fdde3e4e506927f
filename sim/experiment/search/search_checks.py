"""What is wrong with what an experiment asks to be searched for, found before anything is run."""

from collections.abc import Iterator

from sim.experiment.question import Experiment
from sim.experiment.search.search import Search, corners
from sim.experiment.sources import Sources
from sim.experiment.variants import Variant
from sim.place.document import Document, Keys
from sim.place.problems import InputError, Problem, did_you_mean, one_of
from sim.place.schema import Place


def wrong_searches(
    document: Document, experiment: Experiment, sources: Sources
) -> Iterator[Problem]:
    """Scenarios, paths, settings and teams that are not there; values that the place can't have."""
    for name, search in experiment.search.items():
        at: Keys = ("search", name)
        unknown = list(wrong_scenario(document, experiment, at, search.scenario))
        yield from unknown or _wrong_search(document, experiment, sources, at, search)


def _wrong_search(
    document: Document, experiment: Experiment, sources: Sources, at: Keys, search: Search
) -> Iterator[Problem]:
    scenario = search.scenario or next(iter(experiment.scenarios))
    base = Variant(scenario, experiment.scenarios[scenario])
    kind = "smallest" if search.smallest else "largest"
    where = document.where((*at, kind), at_key=True)
    place: Place | None = None
    for corner in corners(search, base):
        try:
            place = sources.scenario(experiment, corner, where).place
        except InputError as error:
            yield from error.problems
            return
    assert place is not None
    for i, target in enumerate(search.so_that):
        yield from wrong_measure(document, (*at, "so_that", i), place, target.setting, target.team)


def wrong_scenario(
    document: Document, experiment: Experiment, at: Keys, scenario: str | None
) -> Iterator[Problem]:
    """A scenario that is named and not there."""
    if scenario is not None and scenario not in experiment.scenarios:
        names = list(experiment.scenarios)
        yield document.problem(
            (*at, "scenario"),
            f"no scenario {scenario!r}; allowed: {one_of(names)}{did_you_mean(scenario, names)}",
        )


def wrong_measure(
    document: Document, at: Keys, place: Place, setting: str | None, team: str | None = None
) -> Iterator[Problem]:
    """A measure of a setting or team that the place does not have."""
    for kind, name, known in (
        ("setting", setting, list(place.settings)),
        ("team", team, list(place.teams)),
    ):
        if name is not None and name not in known:
            yield document.problem(
                (*at, kind),
                f"no {kind} {name!r}; allowed: {one_of(known)}{did_you_mean(name, known)}",
            )
