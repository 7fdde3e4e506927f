"""Every number that a place uses, with its source: the table of assumptions in a report."""

from collections.abc import Iterator
from typing import Any, TypedDict

from pydantic import BaseModel

from sim.place.csv_columns import CsvColumn, DailyNumbers
from sim.place.distributions import Distribution, Empirical, Family, Fixed, OtherOfR, Quantiles
from sim.place.document import Keys
from sim.place.numbers import Duration, Noted, Number, NumberOrWord, ShareOrRest
from sim.place.paths import dotted
from sim.place.schema import HourProfile, Place
from sim.place.start import Start

MOST_START_ROWS = 200
"""A start state of more rows is a list of people, and is counted rather than listed."""


class NumberUsed(TypedDict):
    """One number or distribution: where it stands, what it is, and where it comes from."""

    path: str
    value: str
    unit: str | None
    low: float | None
    high: float | None
    source: str | None
    certainty: str | None
    note: str | None


def inventory(place: Place) -> list[NumberUsed]:
    """Every number and distribution that is written in a place, in the schema's order.

    A share that is the rest of others is no number of its own, and is left out.

    A part without a source of its own has that of the table around it: the mean of a gamma has
    its distribution's, a Monday has its week's.
    """
    rows = len(place.start.people) + len(place.start.waiting)
    if rows <= MOST_START_ROWS:
        return list(_numbers(place, (), None))
    bare = place.model_copy(update={"start": Start()})
    people = sum(int(row.number.value) for row in place.start.people)
    people += sum(int(row.number.value) for row in place.start.waiting)
    value = f"{people:,} people in {rows:,} rows"
    start = _row(("start",), value, None, Noted(note="Read from a list of who is there."), None)
    return [*_numbers(bare, (), None), start]


def _numbers(part: Any, keys: Keys, around: Noted | None) -> Iterator[NumberUsed]:
    """The numbers within a part of a place; ``around`` is the noted table that it stands in."""
    if isinstance(part, Number):
        if not (isinstance(part, ShareOrRest) and part.value is None):
            unit = _unit(part, keys[-1])
            yield _row(keys, _number(part), unit, part, around, part.low, part.high)
    elif isinstance(part, Distribution):
        yield _row(keys, _distribution(part), None, part, None)
        yield from _ranges(part, keys)
    elif isinstance(part, HourProfile | CsvColumn):
        yield _row(keys, _column(part), None, _noted(part), None)
    elif isinstance(part, BaseModel):
        for name, info in type(part).model_fields.items():
            if name in part.model_fields_set:
                inside = (*keys, info.alias or name)
                noted = part if isinstance(part, Noted) else None
                yield from _numbers(getattr(part, name), inside, noted)
    elif isinstance(part, dict):
        for name, inside_part in part.items():
            yield from _numbers(inside_part, (*keys, name), None)
    elif isinstance(part, list | tuple):
        for i, inside_part in enumerate(part):
            yield from _numbers(inside_part, (*keys, i), None)


def _row(
    keys: Keys,
    value: str,
    unit: str | None,
    noted: Noted,
    around: Noted | None,
    low: float | None = None,
    high: float | None = None,
) -> NumberUsed:
    outer = around or noted
    return NumberUsed(
        path=dotted(keys),
        value=value,
        unit=unit,
        low=low,
        high=high,
        source=noted.source or outer.source,
        certainty=noted.certainty or outer.certainty,
        note=noted.note or outer.note,
    )


def _ranges(distribution: Distribution, keys: Keys) -> Iterator[NumberUsed]:
    """The numbers of a distribution that have a range or a source of their own."""
    family = distribution.family
    for row in _numbers(family, (*keys, _family_name(distribution)), None):
        own = row["low"] is not None or row["high"] is not None or row["source"]
        if own:
            yield {
                **row,
                "source": row["source"] or distribution.source,
                "certainty": row["certainty"] or distribution.certainty,
            }


def _number(number: Number) -> str:
    if isinstance(number, NumberOrWord) and number.value is None:
        return number.word
    return f"{number.value:.10g}"


def _unit(number: Number, key: str | int) -> str | None:
    """The unit that is written, or the one that is meant where none is."""
    if number.unit or not number.units:
        return number.unit
    if isinstance(number, Duration):
        return "days"
    return str(key) if key in number.units else number.units[-1]


def _family_name(distribution: Distribution) -> str:
    return next(
        name for name in type(distribution).model_fields
        if getattr(distribution, name) is distribution.family
    )  # fmt: skip


def _distribution(distribution: Distribution) -> str:
    """``lognormal: mean 18, median 9 (days)``."""
    family = distribution.family
    if isinstance(family, Empirical):
        return f"{_column(family)} ({family.unit})"
    if isinstance(family, Fixed):
        return f"{_number(family.value)} {family.unit}"
    if isinstance(family, OtherOfR):
        numbers = ", ".join(f"{number:.10g}" for number in family.parameters)
        return f"{family.r}({numbers}) of R ({family.unit})"
    return f"{_family_name(distribution)}: {_parameters(family)} ({family.unit})"


def _parameters(family: Family) -> str:
    if isinstance(family, Quantiles):
        return ", ".join(f"{share} at {_number(length)}" for share, length in family.at.items())
    numbers = {name: getattr(family, name) for name in type(family).model_fields}
    return ", ".join(
        f"{name} {_number(number)}"
        for name, number in numbers.items()
        if isinstance(number, Number)
    )


def _noted(part: HourProfile | CsvColumn) -> Noted:
    """What carries the notes: the profile, or the CSV column it is read from."""
    if isinstance(part, HourProfile) and part.csv and not part.source:
        return part.csv
    return part


def _column(part: HourProfile | CsvColumn) -> str:
    if isinstance(part, HourProfile):
        return _column(part.csv) if part.csv else "24 weights, one an hour"
    dates = f" by {part.dates}" if isinstance(part, DailyNumbers) else ""
    return f"column {part.column}{dates} of {part.file}"
