"""What ``times`` and ``plus`` do to a value, in whichever form it is written.

Sums are done in decimals, so that 0.3 times 1.2 is 0.36 and the order of levers changes nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from sim.place.distributions import FAMILIES, Distribution
from sim.place.document import Tree
from sim.place.numbers import DAYS_PER_UNIT, Number
from sim.place.shape import Expected, table

LENGTHS: dict[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "exponential": ("mean", "redrawn_above", "redrawn_below"),
    "lognormal": ("mean", "sd", "median", "redrawn_above", "redrawn_below"),
    "gamma": ("mean", "sd", "scale", "redrawn_above", "redrawn_below"),
    "weibull": ("mean", "scale", "redrawn_above", "redrawn_below"),
    "uniform": ("low", "high"),
    "triangular": ("min", "mode", "max"),
}
"""The numbers of each family that are lengths of time; the others are its shape."""

Sum = Callable[[Decimal], Decimal]


@dataclass(frozen=True)
class Addend:
    """What plus adds: a number in the unit that it meets, or a length with its own unit."""

    number: Decimal
    unit: str | None = None

    def in_unit(self, unit: str) -> Decimal:
        """The number to add to a length in this unit.

        >>> Addend(Decimal(30), "minutes").in_unit("hours")
        Decimal('0.5')
        """
        if self.unit is None:
            return self.number
        return self.number * _minutes(self.unit) / _minutes(unit)


def times(value: Tree, expected: Expected, factor: Decimal) -> Tree:
    """The value times the factor. Whole counts (beds, people) are rounded down.

    Raises:
        ValueError: the value has no number to multiply; the message says why.
    """
    kind = table(expected)
    if kind is Distribution:
        if factor == 0:
            raise ValueError("times 0 leaves no length of time; write {set: 0}")
        return _stretched(value, factor)
    if kind is not None and issubclass(kind, Number):
        whole = kind.whole
        return _each(value, lambda number: _whole(number * factor, whole))
    return _each(value, lambda number: number * factor)


def plus(value: Tree, expected: Expected, addend: Addend) -> Tree:
    """The value and the addend together.

    Raises:
        ValueError: the value has no number to add to; the message says why.
    """
    if table(expected) is Distribution and isinstance(value, dict):
        families = [family for family in FAMILIES if family in value]
        fixed = value.get("fixed")
        if families != ["fixed"] or not isinstance(fixed, dict):
            here = " and ".join(families) or "no family"
            raise ValueError(
                f"plus works on a fixed length only (here: {here}); write times or set"
            )
        unit = str(fixed.get("unit", "days"))
        longer = _each(fixed.get("value"), lambda number: number + _added(addend, unit))
        return {**value, "fixed": {**fixed, "value": longer}}
    unit = "days"
    if isinstance(value, str):
        unit = value.strip().partition(" ")[2] or "days"
    elif isinstance(value, dict):
        unit = str(value.get("unit", "days"))
    return _each(value, lambda number: number + _added(addend, unit))


def _added(addend: Addend, unit: str) -> Decimal:
    if addend.unit is not None and unit not in DAYS_PER_UNIT:
        raise ValueError(f"a length of time can't be added to {unit}; write a number")
    return addend.in_unit(unit)


def _each(value: Tree, change: Sum) -> Tree:
    """The change made to a number, to the number of ``2 hours``, or to value, low and high."""
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{str(value).lower()} is not a number; write set")
    if isinstance(value, int | float):
        return _plain(change(Decimal(repr(value))))
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        try:
            length = float(number)
        except ValueError:
            length = math.nan
        if unit not in DAYS_PER_UNIT or not math.isfinite(length):
            raise ValueError(f"{value[:40]!r} is not a number that can be changed; write set")
        return f"{_plain(change(Decimal(repr(length))))} {unit}"
    if isinstance(value, dict) and "value" in value:
        return {
            key: _each(part, change) if key in ("value", "low", "high") else part
            for key, part in value.items()
        }
    here = "a list" if isinstance(value, list) else f"a table with {', '.join(value)}"
    raise ValueError(f"only a number can be changed like this, and here is {here}; name a part")


def _stretched(value: Tree, factor: Decimal) -> Tree:
    """A distribution with all its lengths times the factor, its shape the same."""
    if not isinstance(value, dict):
        return _each(value, lambda number: number * factor)
    return {
        key: _stretched_family(key, part, factor) if key in FAMILIES else part
        for key, part in value.items()
    }


def _stretched_family(family: str, part: Tree, factor: Decimal) -> Tree:
    if family == "empirical":
        raise ValueError("lengths from a CSV file can't be multiplied; write set")
    if family == "other":
        raise ValueError("a distribution by its name in R can't be multiplied; write set")
    if isinstance(part, list):
        return [_each(length, lambda number: number * factor) for length in part]
    if not isinstance(part, dict):
        raise ValueError(f"{family} has no table of numbers here; write set")
    if family == "quantiles":
        points = part.get("at")
        if not isinstance(points, dict):
            raise ValueError("quantiles has no table of numbers here; write set")
        at: dict[str, Tree] = {
            share: _each(length, lambda number: number * factor) for share, length in points.items()
        }
        return {**part, "at": at}
    changes: dict[str, Sum] = dict.fromkeys(LENGTHS[family], lambda number: number * factor)
    changes["mu"] = lambda number: number + Decimal(repr(math.log(factor)))
    changes["rate"] = lambda number: number / factor
    return {
        key: _each(number, changes[key]) if key in changes else number
        for key, number in part.items()
    }


def _whole(number: Decimal, whole: bool) -> Decimal:
    return number.to_integral_value(ROUND_FLOOR) if whole else number


def _plain(number: Decimal) -> int | float:
    """As it would be written: without a point, where it is whole."""
    whole = number == number.to_integral_value() and abs(number) < 10**15
    return int(number) if whole else float(number)


def _minutes(unit: str) -> int:
    return round(DAYS_PER_UNIT[unit] * 1440)
