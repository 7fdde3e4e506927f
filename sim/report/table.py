"""What every table of the report is: rows of text, under a caption and column heads."""

import re
from dataclasses import dataclass

from sim.report.results import Results, What, measure
from sim.report.wording import NONE, amount, amounts, changes, is_money, is_share

LONG = 15
"""Tables of more rows than this are folded away on screen, and open in print."""


@dataclass(frozen=True)
class Rows:
    """Rows of one table that belong together, under a heading of their own if it has one."""

    rows: tuple[tuple[str, ...], ...]
    heading: str = ""


@dataclass(frozen=True)
class Table:
    """A table: caption, column heads, groups of rows; the first cell of a row is its head."""

    caption: str
    columns: tuple[str, ...]
    groups: tuple[Rows, ...]
    text_columns: tuple[int, ...] = ()
    note: str = ""

    @property
    def row_count(self) -> int:
        """How many rows it has."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def is_long(self) -> bool:
        """Whether it is folded away on screen."""
        return self.row_count > LONG


def level(mean: float, unit: str) -> str:
    """A mean of people or days, to a hundredth at most.

    >>> level(12.345, "people"), level(0.1234, "people"), level(0.0004, "people")
    ('12.3', '0.12', 'under 0.01')
    """
    if is_share(unit) or is_money(unit) or mean == 0 or abs(mean) >= 1:
        return amount(mean, unit)
    return "under 0.01" if 0 < mean < 0.005 else amount(round(mean, 2), unit)


def in_order(path: str) -> list[tuple[int, int, str]]:
    """A key by which paths sort as people count: ward-2 before ward-10.

    >>> sorted(["ward-10.beds", "ward-2.beds"], key=in_order)
    ['ward-2.beds', 'ward-10.beds']
    """
    parts = re.split(r"([0-9]+)", path)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def between(low: str, high: str, brackets: bool = True) -> str:
    """Two ends of an interval as text; empty where there is none."""
    if low == NONE or high == NONE:
        return ""
    span = f"{low}\u00a0to\u00a0{high}"
    return f"({span})" if brackets else span


def capital(text: str) -> str:
    """A body's name at the start of a line."""
    return {"both": "Both together"}.get(text, text[:1].upper() + text[1:])


def beside_columns(results: Results, shown: str) -> tuple[str, ...]:
    """The heads of the columns that ``beside`` fills."""
    if not shown:
        return (results.baseline, "95% interval")
    return (results.baseline, shown, "Difference", "95% interval of the difference")


def beside(results: Results, what: What, shown: str) -> tuple[str, ...]:
    """The cells of one measure in the baseline and in one other scenario, with the difference."""
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    if not shown:
        mean, low, high = amounts([base.mean, base.low, base.high], unit) if base else [NONE] * 3
        return mean, between(low, high, False) or NONE
    other = results.estimate(shown, what)
    difference = results.difference(shown, what)
    cells = [amount(e.mean, unit) if e else NONE for e in (base, other)]
    if difference is None:
        return (*cells, NONE, NONE)
    size, low, high = changes([difference.difference, difference.low, difference.high], unit)
    return (*cells, size, between(low, high, False) or NONE)
