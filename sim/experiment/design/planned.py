"""The designs of an experiment, laid out over its place: which scenarios they add."""

from collections.abc import Iterator, Mapping

from sim.experiment.design.design_factors import Factor, factors_of, level_of, number_of_points
from sim.experiment.design.design_points import LaidOut, lay_out
from sim.experiment.design.designs import MOST_SCENARIOS
from sim.experiment.question import Experiment
from sim.experiment.sources import Sources
from sim.experiment.variants import Change, Variant
from sim.place.numbers import Number
from sim.place.paths import UnknownPathError, find_all, kind_at
from sim.place.problems import InputError, Problem, refuse
from sim.place.shape import table


def laid_out(
    sources: Sources, experiment: Experiment, written: Mapping[str, Variant]
) -> tuple[LaidOut, ...]:
    """Each design with its scenarios; ``written`` are those that are written out.

    Raises:
        InputError: more scenarios than can be run, or a number of the place that can't be varied
            like this.
    """
    refuse(_too_many(sources, experiment))
    baseline = next(iter(written.values()))
    refuse(_wrong_levers(sources, experiment, baseline))
    refuse(_wrong_numbers(sources, experiment, baseline))
    known = dict(written)
    found: list[LaidOut] = []
    for n, design in enumerate(experiment.design):
        laid = lay_out(
            design, n, baseline, known, experiment.seed, lambda path: _is_whole(sources, path)
        )
        known |= laid.variants
        found.append(laid)
    return tuple(found)


def _too_many(sources: Sources, experiment: Experiment) -> Iterator[Problem]:
    sizes = [number_of_points(design) for design in experiment.design]
    if sum(sizes) > MOST_SCENARIOS:
        size = f"{sum(sizes):,}" if sum(sizes) < 10**12 else "more than a million million"
        yield sources.document.problem(
            ("design",),
            f"{size} scenarios; allowed: {MOST_SCENARIOS:,}. Take levers or values out, or choose "
            "a kind that needs fewer: all pairs, fractional factorial or latin hypercube",
            at_key=True,
        )


def _wrong_levers(sources: Sources, experiment: Experiment, baseline: Variant) -> Iterator[Problem]:
    for n, design in enumerate(experiment.design):
        for i, lever in enumerate(design.levers):
            if lever in baseline.levers:
                keys = sources.document.written(("design", n, "levers", i))
                yield sources.document.problem(
                    keys, f"the lever {lever!r} is in the baseline {baseline.name!r} already"
                )


def _wrong_numbers(
    sources: Sources, experiment: Experiment, baseline: Variant
) -> Iterator[Problem]:
    """What the place says to each value of each number by itself, at the line that varies it."""
    document = sources.document
    for n, design in enumerate(experiment.design):
        for factor in factors_of(design):
            where = document.where(
                document.written(("design", n, "vary", factor.path)), at_key=True
            )
            for change in _changes(factor):
                try:
                    alone = Variant(baseline.name, baseline.levers, (change,))
                    sources.scenario(experiment, alone, where)
                except InputError as error:
                    yield from error.problems


def _changes(factor: Factor) -> Iterator[Change]:
    """The changes of a number: each of its values, or the two ends of its range."""
    if factor.varied is None:
        return
    ends = [level_of(factor.path, factor.varied, end) for end in factor.varied.steps.ends]
    for level in factor.levels or ends:
        if level.change is not None:
            yield level.change


def _is_whole(sources: Sources, path: str) -> bool:
    """Whether a path names whole numbers, such as beds."""
    try:
        every = find_all(sources.base.tree, path, may_add=True)
    except UnknownPathError:
        return False
    kind = table(kind_at(sources.base.tree, every[0]))
    return kind is not None and issubclass(kind, Number) and kind.whole
