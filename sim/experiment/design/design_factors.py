"""The factors of a design: levers that are off or on, numbers of the place with their values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

from sim.experiment.design.designs import SPREAD, Design, Value, Varied, number_of
from sim.experiment.design.fractions import smallest_fraction
from sim.experiment.variants import Change


@dataclass(frozen=True)
class Level:
    """What a factor is at a point."""

    said: str
    number: float | None
    """0 for off and 1 for on; a number's own value, in days if it is a length; else None."""
    lever: str = ""
    change: Change | None = None

    @property
    def is_as_it_is(self) -> bool:
        """Whether the baseline is left as it is."""
        return not self.lever and self.change is None


OFF = Level("off", 0.0)
AS_IT_IS = Level("as it is", None)


@dataclass(frozen=True)
class Factor:
    """A lever, or a number of the place."""

    name: str
    levels: tuple[Level, ...]
    """The first is what the others are set beside. Empty for a range without steps."""
    path: str = ""
    """Of a number."""
    varied: Varied | None = None

    @property
    def others(self) -> tuple[Level, ...]:
        """The levels that change the baseline."""
        return tuple(level for level in self.levels if not level.is_as_it_is)


def factors_of(design: Design) -> tuple[Factor, ...]:
    """The factors: levers first, then numbers, each with its levels."""
    in_all = design.kind in ("full factorial", "fractional factorial", *SPREAD)
    found = [Factor(lever, (OFF, Level("on", 1.0, lever=lever))) for lever in design.levers]
    names = _short_names(tuple(design.vary), design.levers)
    for path, varied in design.vary.items():
        levels = tuple(level_of(path, varied, value) for value in varied.steps.listed)
        if levels and (not in_all or len(levels) == 1):
            levels = (AS_IT_IS, *levels)
        found.append(Factor(names[path], levels, path, varied))
    return tuple(found)


def level_of(path: str, varied: Varied, value: Value) -> Level:
    """A value of a number as a level; times 1 and plus 0 change nothing."""
    operation, number = varied.operation, number_of(value)
    words = {"set": "", "times": "times ", "plus": "minus " if number < 0 else "plus "}[operation]
    shown = f"{abs(number) if operation == 'plus' else number:.10g}"
    if isinstance(value, str):
        shown = value.removeprefix("-") if operation == "plus" else value
    is_nothing = (operation, number) in (("times", 1.0), ("plus", 0.0))
    made = value if isinstance(value, str) or value != int(value) else int(value)
    change = None if is_nothing else Change(path, operation, made)
    return Level(words + shown, number, change=change)


def _short_names(paths: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """What each number is called: the last parts of its path, so many that the name is its own.

    >>> _short_names(["settings.ward.beds", "settings.icu.beds"], [])
    {'settings.ward.beds': 'ward beds', 'settings.icu.beds': 'icu beds'}
    """
    names: dict[str, str] = {}
    for path in paths:
        parts = ["every" if part == "*" else part for part in path.split(".")]
        tails = [" ".join(parts[-n:]) for n in range(2, len(parts) + 1)] or parts
        plain = [_as_name(tail) for tail in tails]
        used = {*names.values(), *taken}
        names[path] = next((tail for tail in plain if tail not in used), _as_name(path))
    return names


def _as_name(text: str) -> str:
    """Text with only the letters that a name may have."""
    return re.sub(r"[^A-Za-z0-9 _.&()'-]", "-", text).lstrip(" _.&()'-") or "number"


def number_of_points(design: Design) -> int:
    """How many scenarios a design makes at most, its baseline included; nothing is laid out yet."""
    factors = factors_of(design)
    sizes = [len(factor.others) for factor in factors]
    if design.points is not None:
        return design.points
    match design.kind:
        case "one at a time":
            return 1 + sum(sizes)
        case "all pairs":
            return 1 + sum(sizes) + sum(a * b for a, b in combinations(sizes, 2))
        case "sweep":
            return 1 + (1 + len(design.levers)) * sum(sizes[len(design.levers) :])
        case "fractional factorial":
            return 1 << smallest_fraction(len(factors), design.resolution or 4).base
    return prod(len(factor.levels) for factor in factors)


def shown(factor: Factor) -> str:
    """A factor's levels in words, for tables: off, on; or the values, with what is done."""
    if factor.levels:
        return ", ".join(level.said for level in factor.levels)
    assert factor.varied is not None
    low, high = factor.varied.steps.ends
    words = {"set": "", "times": "times ", "plus": "plus "}[factor.varied.operation]
    return f"{words}{low:.10g} to {high:.10g}"


def has_units(factor: Factor) -> bool:
    """Whether a number's values are lengths of time with units, so that ``number`` is in days."""
    changes = [level.change for level in factor.levels if level.change is not None]
    return any(isinstance(change.number, str) for change in changes)
