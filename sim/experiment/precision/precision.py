"""Replications until the intervals that matter are as narrow as asked, or a limit comes first.

After each look (``looks.py``) the intervals of the named measures are worked out: of each
scenario's difference from its baseline, or of the mean where there is one scenario. When all are
narrow enough it ends, with the same number of replications of every scenario. The intervals are
already widened for looking so often, here and in everything that is written of the experiment.

Source: Law (2015), Simulation Modeling and Analysis, section 9.4.1; Hoad, Robinson and Davies
(2010), Automated selection of the number of replications for a discrete-event simulation, JORS 61.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.experiment.benchmarks import Tolerance, Within
from sim.experiment.compare_on import CompareOn
from sim.experiment.intervals import Floats, paired_difference, pooled
from sim.experiment.precision.looks import looks, widening
from sim.experiment.scores import NOUGHT_IF_ABSENT, Scores, key_of
from sim.experiment.variants import Variant
from sim.place.document import Document
from sim.place.numbers import Strict, wrong
from sim.place.problems import Problem, input_error

if TYPE_CHECKING:
    from sim.experiment.making.lab import Procedure

FEWEST = 5
"""Fewer replications at first say too little of the spread: intervals would have to be a third
wider for it."""

COLUMNS = (
    "scenario", "baseline", "measure", "setting", "value", "half_width", "asked",
    "is_narrow_enough", "replications", "would_need",
)  # fmt: skip


class NarrowEnough(CompareOn):
    """How narrow one measure's interval must be."""

    half_width: Within = Field(
        description="Half the width of the 95% interval of each scenario's difference from its "
        "baseline: a number in the measure's unit, or a share of the baseline's mean such as 2%."
    )

    @model_validator(mode="after")
    def _no_errors(self) -> "NarrowEnough":
        if self.half_width.standard_errors is not None:
            raise wrong("half_width is a number in the measure's unit, or a share such as 2%")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Here a measure alone is not enough."""
        return handler(core_schema)


class Precision(Strict):
    """How narrow intervals must be, and after how many replications to give up."""

    within: tuple[NarrowEnough, ...] = Field(
        description="The measures that must be known so well.",
        strict=False, min_length=1, max_length=50,
    )  # fmt: skip
    at_most: int = Field(
        ge=FEWEST, le=100_000, description="The most replications of each scenario."
    )

    def widened(self, first: int) -> float:
        """By what factor intervals are wider, with so many replications at first."""
        return widening(looks(first, self.at_most))


def wrong_precision(
    document: Document, first: int, precision: Precision | None
) -> Iterator[Problem]:
    """A precision needs enough replications at first, and a limit that is not below them."""
    if precision is None:
        return
    if first < FEWEST:
        yield document.problem(
            ("replications",),
            f"{first} is too few to begin with where a precision is asked for: write {FEWEST} or "
            "more, better 10",
        )
    if precision.at_most < first:
        yield document.problem(
            ("precision", "at_most"),
            f"{precision.at_most} is fewer than the replications at first ({first})",
        )
    seen: dict[tuple[str, str | None], int] = {}
    for i, each in enumerate(precision.within):
        earlier = seen.setdefault((each.measure, each.setting), i)
        if earlier != i:
            yield document.problem(
                ("precision", "within", i), f"the same measure as in row {earlier + 1}", at_key=True
            )


@dataclass(frozen=True)
class Width:
    """How wide an interval came out, beside what was asked."""

    scenario: str
    baseline: str
    """Empty where it is the interval of a mean."""
    measure: str
    setting: str
    value: float
    half_width: float
    asked: float
    replications: int

    @property
    def is_narrow_enough(self) -> bool:
        """Whether it is as narrow as asked."""
        return self.half_width <= self.asked

    @property
    def would_need(self) -> int | None:
        """About how many replications it would take; None where that can't be said.

        The width falls with the root of the number.
        """
        if self.is_narrow_enough:
            return self.replications
        share = self.half_width / self.asked if self.asked > 0 else math.nan
        return math.ceil(self.replications * share**2) if math.isfinite(share) else None


@dataclass(frozen=True)
class Reached:
    """How precise an experiment became, and what it cost."""

    replications: int
    at_most: int
    widened: float
    widths: tuple[Width, ...]
    """At the last look."""
    path: tuple[tuple[int, tuple[float, ...]], ...]
    """At each look: replications, and of each measure asked for the widest interval's half-width,
    in what was asked for it."""

    @property
    def is_reached(self) -> bool:
        """Whether everything is as narrow as asked."""
        return all(each.is_narrow_enough for each in self.widths)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        rows = [
            {**asdict(each), "is_narrow_enough": each.is_narrow_enough,
             "would_need": each.would_need}
            for each in self.widths
        ]  # fmt: skip
        return {**asdict(self), "widths": rows, "is_reached": self.is_reached}

    def table(self) -> pd.DataFrame:
        """As a table for people: a row for each scenario and measure asked for."""
        rows = [[row[name] for name in COLUMNS] for row in self.to_json()["widths"]]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        return table.astype({"would_need": "Int64"})


def until_narrow(
    variants: Mapping[str, Variant],
    baselines: Mapping[str, str],
    precision: Precision,
    first: int,
) -> "Procedure[Reached]":
    """Runs every scenario until all intervals asked for are narrow enough, or the limit comes.

    ``baselines`` has the scenario that each is compared with; a lone one has none.

    Raises:
        InputError: a measure that is asked for is measured in no scenario.
    """
    schedule = looks(first, precision.at_most)
    factor = precision.widened(first)
    path = []
    widths: tuple[Width, ...] = ()
    for number in schedule:
        measured = yield dict.fromkeys(variants.values(), number)
        scores = {name: measured[variant] for name, variant in variants.items()}
        by_measure = [
            tuple(_widths(asked, scores, baselines, factor)) for asked in precision.within
        ]
        widths = tuple(each for rows in by_measure for each in rows)
        path.append((number, tuple(max(map(_in_asked, rows)) for rows in by_measure)))
        if all(each.is_narrow_enough for each in widths):
            break
    return Reached(path[-1][0], precision.at_most, factor, widths, tuple(path))


def _widths(
    asked: NarrowEnough, scores: Mapping[str, Scores], baselines: Mapping[str, str], factor: float
) -> Iterator[Width]:
    """The intervals of one measure that is asked for: one for each comparison."""
    key = key_of(asked.measure, asked.setting or "")
    found = False
    for name, scenario in scores.items():
        base = scores[baselines[name]] if name in baselines else None
        if baselines and base is None:
            continue
        there = [key in each.keys for each in (scenario, base) if each is not None]
        if not (all(there) or (any(there) and asked.measure in NOUGHT_IF_ABSENT)):
            continue
        found = True
        own = pooled(*scenario.row(key), factor)
        if base is None:
            interval, level = own, own.mean
        else:
            interval = paired_difference(*scenario.row(key), *base.row(key), factor)
            level = pooled(*base.row(key)).mean
        yield Width(
            name, baselines.get(name, ""), asked.measure, asked.setting or "", interval.mean,
            interval.half_width, asked.half_width.of(level), interval.replications,
        )  # fmt: skip
    if not found:
        where = f" in {asked.setting!r}" if asked.setting else ""
        raise input_error(
            "precision", f"{asked.measure}{where} is measured in no scenario and its baseline, so "
            "that nothing can be said of its interval; take it out",
        )  # fmt: skip


def _in_asked(width: Width) -> float:
    """A half-width in what was asked for it; infinite where it isn't known."""
    if width.is_narrow_enough:
        return width.half_width / width.asked if width.asked else 0.0
    share = width.half_width / width.asked if width.asked > 0 else math.inf
    return share if math.isfinite(share) else math.inf


def first_narrow(
    numerator: Floats,
    denominator: Floats,
    asked: Tolerance,
    schedule: Sequence[int],
    look_ahead: int = 0,
    factor: float = 1.0,
) -> int | None:
    """The first look at which the interval of a mean is narrow enough; None if at none.

    It must stay so at the next ``look_ahead`` looks as well. With a look after every replication,
    no widening and a share of the mean, this is the rule of Hoad, Robinson and Davies (2010).
    """
    begun, held = None, 0
    for number in schedule:
        own = pooled(numerator[:number], denominator[:number], factor)
        if not own.half_width <= asked.of(own.mean):
            begun, held = None, 0
            continue
        begun, held = begun or number, held + 1
        if held > look_ahead:
            return begun
    return None
