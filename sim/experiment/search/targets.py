"""Targets: what a measure is to be, at most or at least."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.experiment.compare_on import known_measure
from sim.experiment.intervals import Interval
from sim.measures.definitions import MEASURES
from sim.place.fields import Name
from sim.place.numbers import Strict, wrong

Verdict = Literal["meets", "misses", "unclear"]

_PERCENT = re.compile(r"^(-?\d{1,6}(?:\.\d{1,6})?) ?%$")


def _level(value: Any) -> Any:
    """``5%`` is 0.05."""
    found = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    return float(found[1]) / 100 if found else value


Level = Annotated[float, BeforeValidator(_level, json_schema_input_type=float | str)]


class Target(Strict):
    """What a measure of the place, or of a setting or team, is to be: at most or at least."""

    measure: str = Field(
        description="The measure's name, as in summary.csv.",
        json_schema_extra={"enum": list(MEASURES)},
    )
    setting: Name | None = Field(None, description="The setting, for a measure of settings.")
    team: Name | None = Field(None, description="The team, for a measure of teams.")
    at_most: Level | None = Field(
        None, description="The most that it may be, in the measure's unit; a share as 0.05 or 5%."
    )
    at_least: Level | None = Field(None, description="Or the least that it may be.")

    @model_validator(mode="after")
    def _whole(self) -> "Target":
        scope = known_measure(self.measure).scope
        for kind, named in (("setting", self.setting), ("team", self.team)):
            if scope == kind and named is None:
                raise wrong(f"{self.measure} is measured by {kind}; add {kind}: NAME")
            if scope != kind and named is not None:
                raise wrong(f"{self.measure} is not measured by {kind}; take the {kind} out")
        if (self.at_most is None) == (self.at_least is None):
            raise wrong("write one of at_most and at_least")
        return self

    @property
    def level(self) -> float:
        """The most or the least that the measure may be."""
        level = self.at_least if self.at_most is None else self.at_most
        assert level is not None
        return level

    def verdict(self, interval: Interval) -> Verdict:
        """Whether an interval lies on the good side of the level, on the bad one, or on both."""
        if self.at_most is None:
            good, bad = interval.low >= self.level, interval.high < self.level
        else:
            good, bad = interval.high <= self.level, interval.low > self.level
        return "meets" if good else "misses" if bad else "unclear"
