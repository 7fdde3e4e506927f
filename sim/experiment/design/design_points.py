"""From a design to its scenarios: the factors, the points, and a variant for each of them.

A factor is a lever (off or on) or a number of the place (at one of its values). A point has one
level of every factor. In designs that try things one at a time or in pairs the others stay as they
are in the baseline; each scenario has the baseline's own levers as well.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import floor

import numpy as np

from sim.experiment.design.design_factors import (
    AS_IT_IS,
    OFF,
    Factor,
    Level,
    factors_of,
    level_of,
    number_of_points,
)
from sim.experiment.design.designs import SPREAD, Design, Kind
from sim.experiment.design.fractions import Fraction, smallest_fraction
from sim.experiment.names_given import RESERVED, slug
from sim.experiment.variants import Change, Variant

IsWhole = Callable[[str], bool]
"""Whether a path names whole numbers, such as beds."""
_LONGEST_NAME = 60
Point = tuple[Level, ...]


@dataclass(frozen=True)
class LaidOut:
    """A design with its factors, its points, and the scenarios that it adds."""

    design: Design
    factors: tuple[Factor, ...]
    points: tuple[tuple[str, Point], ...]
    """Each point with the name of its scenario; two points may be one scenario."""
    variants: Mapping[str, Variant]
    fraction: Fraction | None = None

    @property
    def kind(self) -> Kind:
        """What kind of design it is."""
        return self.design.kind


def lay_out(
    design: Design,
    number: int,
    baseline: Variant,
    known: Mapping[str, Variant],
    seed: int,
    is_whole: IsWhole,
) -> LaidOut:
    """The scenarios of a design; one that is written out already keeps its name.

    ``number`` is the design's place among those of the experiment, ``known`` the scenarios that
    are there. The same design and seed give the same points.
    """
    factors = factors_of(design)
    fraction = None
    if design.kind == "fractional factorial":
        fraction = smallest_fraction(len(factors), design.resolution or 4)
    rng = np.random.default_rng([seed, number])
    points: list[tuple[str, Point]] = []
    variants: dict[str, Variant] = {}
    by_content = {_content(variant): name for name, variant in known.items()}
    taken = {slug(name) for name in known}
    for n, point in enumerate(_points(design, factors, fraction, rng, is_whole)):
        variant = _variant(point, baseline)
        name = by_content.get(_content(variant))
        if name is None:
            name = _free_name(_name(design, factors, point, n), taken)
            taken.add(slug(name))
            by_content[_content(variant)] = name
            variants[name] = Variant(name, variant.levers, variant.changes)
        points.append((name, point))
    return LaidOut(design, factors, tuple(dict.fromkeys(points)), variants, fraction)


def _variant(point: Point, baseline: Variant) -> Variant:
    levers = tuple(level.lever for level in point if level.lever)
    changes = tuple(level.change for level in point if level.change is not None)
    return Variant("", (*baseline.levers, *levers), changes)


def _content(variant: Variant) -> tuple[frozenset[str], frozenset[Change]]:
    return frozenset(variant.levers), frozenset(variant.changes)


def _points(
    design: Design,
    factors: Sequence[Factor],
    fraction: Fraction | None,
    rng: np.random.Generator,
    is_whole: IsWhole,
) -> Iterator[Point]:
    as_it_is = tuple(OFF if factor.varied is None else AS_IT_IS for factor in factors)
    if design.kind in SPREAD:
        for row in _spread(design, len(factors), rng):
            yield tuple(
                _level_at(factor, float(u), is_whole)
                for factor, u in zip(factors, row, strict=True)
            )
    elif fraction is not None:
        for run in fraction.runs:
            yield tuple(factor.levels[bit] for factor, bit in zip(factors, run, strict=True))
    elif design.kind == "full factorial":
        yield from product(*(factor.levels for factor in factors))
    else:
        yield as_it_is
        for chosen in _chosen(design, factors):
            yield tuple(chosen.get(n, as_it_is[n]) for n in range(len(factors)))


def _chosen(design: Design, factors: Sequence[Factor]) -> Iterator[dict[int, Level]]:
    """Which few factors are not as they are, and what they are: one, or two together."""
    single = [(n, level) for n, factor in enumerate(factors) for level in factor.others]
    if design.kind == "sweep":
        levers = [(n, level) for n, level in single if level.lever]
        numbers = [
            (n, level)
            for n, factor in enumerate(factors)
            for level in factor.levels[1:]
            if factor.varied is not None
        ]
        for each in numbers:
            yield dict([each])
        for lever in levers:
            for each in numbers:
                yield dict([lever, each])
        return
    for each in single:
        yield dict([each])
    if design.kind == "all pairs":
        for a, b in combinations(single, 2):
            if a[0] != b[0]:
                yield dict([a, b])


def _spread(design: Design, factors: int, rng: np.random.Generator) -> np.ndarray:
    """Points from 0 to 1, shape (points, factors).

    Source: McKay, Beckman and Conover (1979), Technometrics 21; Sobol (1967) with the scrambling of
    Owen (1995), both as in scipy.stats.qmc.
    """
    from scipy.stats import qmc

    assert design.points is not None
    if design.kind == "sobol":
        return np.asarray(qmc.Sobol(factors, scramble=True, rng=rng).random(design.points))
    return np.asarray(qmc.LatinHypercube(factors, rng=rng).random(design.points))


def _level_at(factor: Factor, u: float, is_whole: IsWhole) -> Level:
    """The level of a factor at a height from 0 to 1: each level, or whole number, as likely."""
    if factor.levels:
        return factor.levels[min(floor(u * len(factor.levels)), len(factor.levels) - 1)]
    assert factor.varied is not None
    low, high = factor.varied.steps.ends
    if factor.varied.operation != "times" and is_whole(factor.path):
        value: float = min(low + floor(u * (high - low + 1)), high)
    else:
        value = float(f"{low + u * (high - low):.6g}")
    return level_of(factor.path, factor.varied, value)


def _name(design: Design, factors: Sequence[Factor], point: Point, n: int) -> str:
    """A name that says what a scenario is; a number where that would be too long."""
    width = len(str(number_of_points(design)))
    numbered = f"{design.kind} {n + 1:0{width}d}"
    if design.kind in SPREAD:
        return numbered
    parts = [
        level.lever or f"{factor.name} {level.said}"
        for factor, level in zip(factors, point, strict=True)
        if not level.is_as_it_is
    ]
    name = " & ".join(parts)
    if len(name) <= _LONGEST_NAME:
        return name
    out = [f.name for f, level in zip(factors, point, strict=True) if level.is_as_it_is]
    if len(parts) == len(design.levers) == len(factors):
        return "all together"
    if len(parts) + 1 == len(design.levers) == len(factors):
        name = f"all but {out[0]}"
    return name if len(name) <= _LONGEST_NAME else numbered


def _free_name(name: str, taken: set[str]) -> str:
    """The name, or the name with a number, so that its folder is its own."""
    tries = [name, *(f"{name[: _LONGEST_NAME - 5]} {n}" for n in range(2, 2 + len(taken) + 1))]
    return next(each for each in tries if slug(each) not in taken and slug(each) not in RESERVED)
