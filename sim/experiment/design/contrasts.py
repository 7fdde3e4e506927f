"""What a design can tell: each effect and interaction as a weighted sum over its scenarios.

An effect is the change in a measure when a factor goes from its first level to another: by itself
in designs that try things one at a time or in pairs, on average over the levels of the others in
factorials. An interaction is how much more the two together change than each alone adds up to: the
effect of one where the other is on, less its effect where it is off (twice what the design books
call the interaction, so that it is in days as people add them up).

Source: Box, Hunter & Hunter (2005), Statistics for Experimenters, chapters 5 and 6; for fitted
designs Kleijnen (2015), Design and Analysis of Simulation Experiments, chapter 2.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from sim.experiment.design.design_factors import AS_IT_IS, Factor, Level
from sim.experiment.design.design_points import LaidOut
from sim.experiment.design.designs import SPREAD
from sim.experiment.scores import Floats

TermKind = Literal["effect", "interaction"]
EFFECT: TermKind = "effect"
INTERACTION: TermKind = "interaction"
RUNS_FOR_EACH_TERM = 2
"""Two-way interactions are fitted where there are so many points for each term of the fit."""


@dataclass(frozen=True)
class Contrast:
    """One effect or interaction, and the weight of each scenario's measure in it."""

    kind: TermKind
    of: tuple[str, ...]
    """The factor, or the two, in words."""
    weights: Mapping[str, float]
    mixed_with: tuple[str, ...] = ()
    """What can't be told from it in this design: effects of one or two factors."""


def contrasts_of(laid: LaidOut) -> list[Contrast]:
    """Every effect and interaction that a design can tell; none for a sweep."""
    if laid.kind == "sweep":
        return []
    if laid.kind in SPREAD:
        return _fitted(laid)
    if laid.fraction is not None:
        return _of_a_fraction(laid)
    if laid.kind == "full factorial":
        return list(_averaged(laid))
    return list(_one_or_two(laid))


def _said(factor: Factor, level: Level) -> str:
    """A factor's change in words: the lever, or the number from its first value to another."""
    if level.lever:
        return level.lever
    first = factor.levels[0].said
    if first == AS_IT_IS.said:
        return f"{factor.name} {level.said}"
    word = next((word for word in ("times ", "plus ") if first.startswith(word)), "")
    return f"{factor.name} {first} to {level.said.removeprefix(word)}"


def _one_or_two(laid: LaidOut) -> Iterator[Contrast]:
    """Each level against the baseline, and any two together against each alone."""
    names = {point: name for name, point in laid.points}
    base = laid.points[0][1]

    def at(*chosen: tuple[int, Level]) -> str | None:
        levels = dict(chosen)
        return names.get(tuple(levels.get(n, level) for n, level in enumerate(base)))

    single = [(n, level) for n, factor in enumerate(laid.factors) for level in factor.others]
    nothing = laid.points[0][0]
    for each in single:
        alone = at(each)
        assert alone is not None
        said = _said(laid.factors[each[0]], each[1])
        yield Contrast(EFFECT, (said,), _summed([(alone, 1.0), (nothing, -1.0)]))
    for a, b in combinations(single, 2):
        both, first, second = at(a, b), at(a), at(b)
        if both is not None and first is not None and second is not None:
            two = tuple(_said(laid.factors[n], level) for n, level in (a, b))
            yield Contrast(INTERACTION, two, together(both, first, second, nothing))


def together(both: str, first: str, second: str, nothing: str) -> dict[str, float]:
    """The weights of an interaction of two scenarios with one that has both."""
    return _summed([(both, 1.0), (first, -1.0), (second, -1.0), (nothing, 1.0)])


def _summed(pairs: Sequence[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for name, weight in pairs:
        found[name] += weight
    return dict(found)


def _averaged(laid: LaidOut) -> Iterator[Contrast]:
    """All combinations: each level against the first, averaged over all levels of the others."""
    for n, factor in enumerate(laid.factors):
        for level in factor.levels[1:]:
            parts = [((n, level), 1.0), ((n, factor.levels[0]), -1.0)]
            weights = [pair for at, sign in parts for pair in _mean(laid, [at], sign)]
            yield Contrast(EFFECT, (_said(factor, level),), _summed(weights))
    for (i, a), (j, b) in combinations(enumerate(laid.factors), 2):
        for first in a.levels[1:]:
            for second in b.levels[1:]:
                corners = [
                    ([(i, first), (j, second)], 1.0),
                    ([(i, first), (j, b.levels[0])], -1.0),
                    ([(i, a.levels[0]), (j, second)], -1.0),
                    ([(i, a.levels[0]), (j, b.levels[0])], 1.0),
                ]
                weights = [pair for at, sign in corners for pair in _mean(laid, at, sign)]
                yield Contrast(INTERACTION, (_said(a, first), _said(b, second)), _summed(weights))


def _mean(laid: LaidOut, at: Sequence[tuple[int, Level]], sign: float) -> list[tuple[str, float]]:
    """The mean over all points that have these levels, as weights."""
    mine = [name for name, point in laid.points if all(point[n] == level for n, level in at)]
    return [(name, sign / len(mine)) for name in mine]


def _of_a_fraction(laid: LaidOut) -> list[Contrast]:
    """Each effect, and one interaction of each set that can't be told apart."""
    assert laid.fraction is not None
    names = [_said(factor, factor.levels[1]) for factor in laid.factors]
    signs = np.array(
        [
            [1.0 if level == factor.levels[1] else -1.0
             for level, factor in zip(point, laid.factors, strict=True)]
            for _, point in laid.points
        ]
    )  # fmt: skip
    runs = [name for name, _ in laid.points]
    found: list[Contrast] = []
    told: set[frozenset[int]] = set()
    effects = [frozenset(each) for size in (1, 2) for each in combinations(range(len(names)), size)]
    for effect in effects:
        if effect in told:
            continue
        mixed = laid.fraction.aliases(effect)
        told |= {effect, *mixed}
        column = signs[:, sorted(effect)].prod(axis=1) * (2 ** len(effect)) / len(runs)
        found.append(
            Contrast(
                EFFECT if len(effect) == 1 else INTERACTION,
                tuple(names[n] for n in sorted(effect)),
                _summed([(name, float(w)) for name, w in zip(runs, column, strict=True)]),
                tuple(" × ".join(names[n] for n in sorted(each)) for each in mixed),
            )
        )
    return found


@dataclass(frozen=True)
class Columns:
    """The columns of a fit: one for each term, over the scenarios of a spread design."""

    scenarios: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    values: Floats
    """Shape (scenarios, 1 + terms); the first column is 1."""


def columns_of(laid: LaidOut) -> Columns | None:
    """What is fitted: effects, and two-way interactions where there are points enough.

    None where the points are too few, or too alike, to tell the effects apart.
    """
    points = dict(laid.points)
    ranges = [_range(laid, n) for n in range(len(laid.factors))]
    coded = np.array(
        [
            [((level.number or 0.0) - (high + low) / 2) / ((high - low) or 1.0)
             for level, (low, high) in zip(point, ranges, strict=True)]
            for point in points.values()
        ]
    )  # fmt: skip
    names = [factor.name for factor in laid.factors]
    first = [(name,) for name in names]
    pairs = list(combinations(range(len(names)), 2))
    wider = [
        *first, *((names[i], names[j]) for i, j in pairs)
    ]  # fmt: skip
    ones = np.ones((len(points), 1))
    mains = np.hstack([ones, coded])
    both = np.hstack([mains, *(coded[:, [i]] * coded[:, [j]] for i, j in pairs)])
    scenarios = tuple(points)
    if len(points) >= RUNS_FOR_EACH_TERM * both.shape[1] and _has_full_rank(both):
        return Columns(scenarios, tuple(wider), both)
    if len(points) > mains.shape[1] and _has_full_rank(mains):
        return Columns(scenarios, tuple(first), mains)
    return None


def _has_full_rank(columns: Floats) -> bool:
    return bool(np.linalg.matrix_rank(columns) == columns.shape[1])


def _range(laid: LaidOut, n: int) -> tuple[float, float]:
    """The lowest and the highest number that a factor was to have."""
    factor = laid.factors[n]
    if factor.varied is None:
        return 0.0, 1.0
    return factor.varied.steps.ends


def _fitted(laid: LaidOut) -> list[Contrast]:
    """Least squares: each coefficient is a weighted sum over the scenarios.

    Factors go from −½ to ½ over their ranges, so that a coefficient is the change from the lowest
    to the highest value, with the others in the middle.
    """
    columns = columns_of(laid)
    if columns is None:
        return []
    weights = np.linalg.pinv(columns.values)[1:]
    return [
        Contrast(
            EFFECT if len(term) == 1 else INTERACTION,
            tuple(_over_its_range(laid, name) for name in term),
            dict(zip(columns.scenarios, map(float, row), strict=True)),
        )
        for term, row in zip(columns.terms, weights, strict=True)
    ]


def _over_its_range(laid: LaidOut, name: str) -> str:
    n = next(n for n, factor in enumerate(laid.factors) if factor.name == name)
    factor = laid.factors[n]
    if factor.varied is None:
        return name
    low, high = _range(laid, n)
    words = {"set": "", "times": "times ", "plus": "plus "}[factor.varied.operation]
    return f"{name} {words}{low:.6g} to {high:.6g}"


def fit_of(columns: Columns, means: Floats) -> tuple[float, float]:
    """R², and R² of each point predicted by a fit to all the others; NaN if nothing varies.

    Source: Allen (1974), The relationship between variable selection and data augmentation,
    Technometrics 16 (PRESS).
    """
    x = columns.values
    hat = x @ np.linalg.pinv(x)
    left = means - hat @ means
    total = float(((means - means.mean()) ** 2).sum())
    if total <= 1e-18 * float((means**2).sum()):
        return float("nan"), float("nan")
    free = np.clip(1 - np.diag(hat), 1e-12, None)
    return 1 - float((left**2).sum()) / total, 1 - float(((left / free) ** 2).sum()) / total
