"""The warm-up that an experiment asks for: so many days, or as many as a pilot shows to be needed.

The pilot is run before anything else: each scenario some times, from the place's start, for twice
as long as the warm-up may be. Of each setting the people who are there or have asked for a space
are looked at, and of the whole place those delayed: daily numbers, as means over the pilot's runs.
The series that drifts longest, in whichever scenario, decides for all, rounded up to whole weeks
so that the days measured begin on the same weekday. A series has no end to its drift if it is best
cut past the half and, run by run, its second quarter clearly differs from its second half.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from scipy.special import stdtrit

from sim.experiment.precision.mser import BATCH, FEWEST, Truncation, batch_means, truncation
from sim.place.numbers import Strict, wrong

Floats = NDArray[np.float64]

RARE = 0.01
MAX_DAYS = 20_000
METHOD = "MSER-5"
COLUMNS = ("counts", "setting", "scenario", "cut_days", "mean_before", "mean_after")
DELAYED, THERE = "delayed", "there"
"""What a series counts: people delayed in the whole place; people in a setting or asking for it."""


class WarmUp(Strict):
    """Days of warm-up: a number, or found by a method from a pilot."""

    days: int = Field(
        0, ge=0, le=MAX_DAYS, description="Days that are run first and left out, where known."
    )
    method: Literal["MSER-5"] | None = Field(
        None, description="How they are found from a pilot, if they are not known: MSER-5."
    )
    pilot_replications: int = Field(
        20, ge=3, le=1000, description="How often the pilot runs each scenario."
    )
    at_most: int = Field(
        365, ge=BATCH * FEWEST // 2, le=MAX_DAYS // 2,
        description="The longest warm-up that is looked for; the pilot is twice as long.",
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        if isinstance(data, str):
            if data != METHOD:
                raise wrong(f"{data[:40]!r} is no warm-up; write a number of days, or {METHOD}")
            return {"method": data}
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        return {"days": data} if is_number else data

    @model_validator(mode="after")
    def _one_way(self) -> "WarmUp":
        found_by = {"method", "pilot_replications", "at_most"} & self.model_fields_set
        if found_by and self.method is None:
            raise wrong(f"a pilot needs a method; write method: {METHOD}")
        if found_by and "days" in self.model_fields_set:
            raise wrong("write either the days, or the method by which they are found")
        return self

    @property
    def is_to_be_found(self) -> bool:
        """Whether a pilot is run to find it."""
        return self.method is not None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept a number or the method's name as well."""
        whole = handler.resolve_ref_schema(handler(core_schema))
        days = {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}
        return {"anyOf": [days, {"enum": [METHOD]}, whole]}


@dataclass(frozen=True)
class Cut:
    """Where one series of one scenario was cut."""

    counts: str
    setting: str
    """Empty for the whole place."""
    scenario: str
    at: Truncation
    batches: tuple[float, ...]
    """The means of each five days of the pilot."""
    quarter_mean: float
    """The mean of the second quarter."""
    half_mean: float
    """The mean of the second half."""
    is_drifting: bool
    """Whether the drift has no end."""


@dataclass(frozen=True)
class FoundWarmUp:
    """What a pilot showed: of each series, the scenario in which it drifts longest."""

    days: int
    pilot_days: int
    pilot_replications: int
    at_most: int
    cuts: tuple[Cut, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def table(self) -> pd.DataFrame:
        """As a table for people: a row for each series, the one that drifts longest first."""
        rows = [
            (cut.counts, cut.setting, cut.scenario, cut.at.days, cut.at.cut_mean, cut.at.kept_mean)
            for cut in sorted(self.cuts, key=lambda cut: -cut.at.days)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))


def series_of(
    daily: Mapping[str, Floats], settings: Sequence[str]
) -> Iterator[tuple[str, str, Floats]]:
    """What is looked at in some runs: what it counts, the setting, daily numbers (runs, days).

    ``daily`` has the daily series by name, each of shape (runs, settings, days).
    """
    yield DELAYED, "", daily["delayed"].sum(axis=1)
    there = daily["occupied"] + daily["waiting"]
    for number, setting in enumerate(settings):
        yield THERE, setting, there[:, number]


def cut_of(counts: str, setting: str, scenario: str, daily: Floats) -> Cut:
    """Where one series is cut, from its daily numbers in some runs; shape (runs, days)."""
    mean = daily.mean(axis=0)
    days = daily.shape[1]
    quarter = daily[:, days // 4 : days // 2].mean(axis=1)
    half = daily[:, days // 2 :].mean(axis=1)
    at = truncation(mean)
    return Cut(
        counts, setting, scenario, at, tuple(batch_means(mean).tolist()),
        float(quarter.mean()), float(half.mean()),
        at.is_past_half and _clearly_differ(half - quarter),
    )  # fmt: skip


def _clearly_differ(change: Floats) -> bool:
    """Whether a change, in independent runs, is more than chance: a t-test, in 1 of 100 wrong."""
    error = float(change.std(ddof=1)) / len(change) ** 0.5
    return bool(abs(change.mean()) > stdtrit(len(change) - 1, 1 - RARE / 2) * error)


def longest_cuts(series: Mapping[str, Sequence[tuple[str, str, Floats]]]) -> tuple[Cut, ...]:
    """Of each series, where it is cut in the scenario in which it drifts longest."""
    longest: dict[tuple[str, str], Cut] = {}
    for scenario, its_own in series.items():
        for counts, setting, daily in its_own:
            cut = cut_of(counts, setting, scenario, daily)
            known = longest.get((counts, setting))
            if known is None or _drift(cut) > _drift(known):
                longest[counts, setting] = cut
    return tuple(longest.values())


def _drift(cut: Cut) -> tuple[bool, int]:
    return cut.is_drifting, cut.at.days


def whole_weeks(days: int) -> int:
    """Days rounded up to whole weeks.

    >>> whole_weeks(0), whole_weeks(15)
    (0, 21)
    """
    return -(-days // 7) * 7
