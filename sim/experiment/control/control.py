"""What an experiment says of control charts: the series that is watched, and how it is read."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.measures.definitions import MEASURES, SERIES, Measure
from sim.place.fields import Name
from sim.place.numbers import Strict, wrong
from sim.place.problems import did_you_mean, one_of

Every = Literal["day", "week", "fortnight", "four weeks"]
DAYS: dict[Every, int] = {"day": 1, "week": 7, "fortnight": 14, "four weeks": 28}
"""How many days are in a point of the chart."""
LEAST_POINTS = 12
"""Points of a baseline: with fewer, NHSRplotthedots calls the limits trial limits."""
MOST_POINTS = 1_000
WATCHED = tuple(name for name in SERIES if name in MEASURES)

_PERCENT = re.compile(r"^(\d{1,2}(?:\.\d{1,4})?) ?%$")


def _as_watched(value: Any) -> Any:
    return value if isinstance(value, dict) else {"series": value}


def _as_share(value: Any) -> Any:
    found = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    if found:
        value = float(found[1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise wrong(
            f"{str(value)[:40]!r} is not a fall; write a share between 0% and 100%, such as 10%"
        )
    return float(value)


def _known_series(name: Any) -> Any:
    if name not in WATCHED:
        raise wrong(
            f"no daily series {str(name)[:60]!r}; allowed: {one_of(WATCHED)}"
            f"{did_you_mean(str(name), WATCHED)}"
        )
    return name


class Watched(Strict):
    """The daily series on the chart: of all acute settings together, or of one setting."""

    series: Annotated[str, BeforeValidator(_known_series)] = Field(
        description="The series, a mean of each day.", json_schema_extra={"enum": list(WATCHED)}
    )
    setting: Name | None = Field(
        None, description="The setting; all acute settings together, if left out."
    )

    @property
    def measure(self) -> Measure:
        """What the series is the daily course of."""
        return MEASURES[self.series]


class Control(Strict):
    """Control charts of one run as a partnership would see it, and when a change would show."""

    watch: Annotated[
        Watched, BeforeValidator(_as_watched, json_schema_input_type=str | Watched)
    ] = Field(description="The daily series that is watched: delayed, or one of a setting.")
    every: Every = Field("week", description="What one point is the mean of.")
    baseline_weeks: int = Field(
        ge=1,
        le=1_000,
        description="Weeks from the start of measuring from which the mean and the limits are "
        "worked out; then they are held.",
    )
    fall: tuple[
        Annotated[float, BeforeValidator(_as_share, json_schema_input_type=float | str)], ...
    ] = Field(
        (0.1, 0.2, 0.3),
        strict=False,
        max_length=10,
        description="Sudden falls of the series' level right after the baseline: when would each "
        "be seen?",
    )

    @property
    def days_a_point(self) -> int:
        """How many days are in a point."""
        return DAYS[self.every]

    @property
    def baseline_days(self) -> int:
        """How many days the baseline has."""
        return 7 * self.baseline_weeks

    @model_validator(mode="after")
    def _enough_points(self) -> "Control":
        if self.baseline_days % self.days_a_point:
            raise wrong(
                f"a baseline of {self.baseline_weeks} weeks can't be cut into points of "
                f"{'a ' * (self.every == 'fortnight')}{self.every}; take a multiple"
            )
        if self.baseline_days < LEAST_POINTS * self.days_a_point:
            least = -(-LEAST_POINTS * self.days_a_point // 7)
            raise wrong(
                f"a baseline of {self.baseline_weeks} weeks is too short: limits need at least "
                f"{LEAST_POINTS} points, with every: {self.every} these are {least} weeks"
            )
        if len(set(self.fall)) < len(self.fall):
            raise wrong("a fall of the same size is here twice")
        return self
