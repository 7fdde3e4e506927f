"""Lengths of time that vary from person to person, said by what people know about them.

One family each, with the numbers in its own table::

    stay: {lognormal: {mean: 18, median: 9}}
    stay: {gamma: {mean: 8.4, sd: 7.9}, source: "local audit", certainty: medium}
    takes: {triangular: {min: 1, mode: 2, max: 6, unit: hours}}
    takes: 2 hours
"""

from itertools import pairwise
from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.place.csv_columns import CsvColumn
from sim.place.numbers import (
    DAYS_PER_UNIT,
    Amount,
    AnyNumber,
    Noted,
    Positive,
    Strict,
    TimeUnit,
    wrong,
)
from sim.place.r_distributions import Other, complete


class Family(Strict):
    """What every family has: the unit of its numbers."""

    unit: TimeUnit = Field("days", description="The unit of the numbers in this table.")

    @property
    def days_per_unit(self) -> float:
        """What turns this table's numbers into days."""
        return DAYS_PER_UNIT[self.unit]

    def given(self) -> frozenset[str]:
        """The names of the numbers that are written."""
        return frozenset(self.model_fields_set - {"unit", "redrawn_above", "redrawn_below"})

    def needs_one_of(self, *choices: frozenset[str]) -> None:
        """Raise unless exactly one of these sets of numbers is written."""
        if self.given() not in choices:
            ways = "; or ".join(" and ".join(sorted(choice)) for choice in choices)
            written = ", ".join(sorted(self.given())) or "nothing"
            raise wrong(f"write one of: {ways} (here: {written})")


class Fixed(Family):
    """The same length for everybody."""

    value: Amount = Field(description="The length.")


class LongTailed(Family):
    """A family without a longest length, unless one is written."""

    redrawn_above: Positive | None = Field(
        None,
        description="Longer lengths are drawn again, so that none is longer than this. The other "
        "numbers are those before this cut.",
    )
    redrawn_below: Positive | None = Field(
        None, description="Shorter lengths are drawn again, so that none is shorter than this."
    )

    @model_validator(mode="after")
    def _leaves_some(self) -> "LongTailed":
        if (
            self.redrawn_above
            and self.redrawn_below
            and self.redrawn_below.value >= self.redrawn_above.value
        ):
            raise wrong("redrawn_below must be less than redrawn_above")
        return self

    @property
    def is_cut(self) -> bool:
        """Whether some lengths are drawn again."""
        return self.redrawn_above is not None or self.redrawn_below is not None


class Exponential(LongTailed):
    """Exponential: by its mean or by its rate."""

    mean: Positive | None = Field(None, description="The mean.")
    rate: Positive | None = Field(None, description="1 / mean.")

    @model_validator(mode="after")
    def _enough(self) -> "Exponential":
        self.needs_one_of(frozenset({"mean"}), frozenset({"rate"}))
        return self


class Lognormal(LongTailed):
    """Lognormal: by mean and sd, by median and mean, or by mu and sigma of the logarithm."""

    mean: Positive | None = Field(None, description="The mean.")
    sd: Positive | None = Field(None, description="The standard deviation.")
    median: Positive | None = Field(None, description="The median.")
    mu: AnyNumber | None = Field(None, description="Mean of the logarithm of the length.")
    sigma: Positive | None = Field(None, description="Standard deviation of the logarithm.")

    @model_validator(mode="after")
    def _enough(self) -> "Lognormal":
        self.needs_one_of(
            frozenset({"mean", "sd"}), frozenset({"mean", "median"}), frozenset({"mu", "sigma"})
        )
        if self.mean and self.median and self.median.value >= self.mean.value:
            raise wrong("the median of a lognormal must be below its mean")
        if self.sigma and self.sigma.value > 10:
            raise wrong("a sigma above 10 is not a length of time that anyone has seen")
        return self


class Gamma(LongTailed):
    """Gamma: by mean and sd, or by shape and scale or rate."""

    mean: Positive | None = Field(None, description="The mean.")
    sd: Positive | None = Field(None, description="The standard deviation.")
    shape: Positive | None = Field(None, description="Shape.")
    scale: Positive | None = Field(None, description="Scale; mean = shape times scale.")
    rate: Positive | None = Field(None, description="1 / scale.")

    @model_validator(mode="after")
    def _enough(self) -> "Gamma":
        self.needs_one_of(
            frozenset({"mean", "sd"}), frozenset({"shape", "scale"}), frozenset({"shape", "rate"})
        )
        return self


class Weibull(LongTailed):
    """Weibull: by shape and scale, or by shape and mean."""

    shape: Positive = Field(description="Shape; 1 is exponential.")
    scale: Positive | None = Field(None, description="Scale.")
    mean: Positive | None = Field(None, description="The mean.")

    @model_validator(mode="after")
    def _enough(self) -> "Weibull":
        self.needs_one_of(frozenset({"shape", "scale"}), frozenset({"shape", "mean"}))
        return self


class Uniform(Family):
    """Every length from low to high equally likely; also written ``uniform: [2, 6]``."""

    low: Amount = Field(description="The shortest.")
    high: Amount = Field(description="The longest.")

    @model_validator(mode="before")
    @classmethod
    def _pair(cls, data: Any) -> Any:
        if isinstance(data, list) and len(data) == 2:
            return {"low": data[0], "high": data[1]}
        return data

    @model_validator(mode="after")
    def _in_order(self) -> "Uniform":
        if self.low.value > self.high.value:
            raise wrong("low must not be above high")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the pair as well as the whole form."""
        pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        return {"anyOf": [pair, handler.resolve_ref_schema(handler(core_schema))]}


class Triangular(Family):
    """By the least, the most likely and the most: an expert's guess."""

    min: Amount = Field(description="The shortest.")
    mode: Amount = Field(description="The most likely.")
    max: Amount = Field(description="The longest.")

    @model_validator(mode="after")
    def _in_order(self) -> "Triangular":
        if not self.min.value <= self.mode.value <= self.max.value:
            raise wrong("min, mode and max must not fall")
        if self.min.value == self.max.value:
            raise wrong("min and max are the same; write a fixed length")
        return self


class Quantiles(Family):
    """By quantiles, joined by straight lines; the shares must run from 0 to 1."""

    at: dict[str, Amount] = Field(
        description="Share of people → the length that this share does not exceed, "
        "such as {0: 0, 0.25: 3, 0.5: 7, 0.9: 30, 1: 90}.",
        min_length=2,
        max_length=200,
    )

    @model_validator(mode="after")
    def _a_distribution(self) -> "Quantiles":
        points = self.points()
        if not all(0 <= share <= 1 for share, _ in points):
            raise wrong("each share must be a number from 0 to 1")
        if points[0][0] != 0 or points[-1][0] != 1:
            raise wrong("the shares must start at 0 (the shortest) and end at 1 (the longest)")
        if any(b[1] < a[1] for a, b in pairwise(points)):
            raise wrong("the lengths must not fall as the shares rise")
        return self

    def points(self) -> list[tuple[float, float]]:
        """(share, length) pairs in order of share."""
        try:
            return sorted((float(share), length.value) for share, length in self.at.items())
        except ValueError:
            raise wrong("each share must be a number from 0 to 1") from None


class Empirical(Family, CsvColumn):
    """The lengths in a column of a CSV file, each equally likely."""


class OtherOfR(Family):
    """Any other distribution, by its name in R; draws below 0 are drawn again."""

    r: Other = Field(description="Its name in R: what follows r in rnbinom.")
    parameters: tuple[float, ...] = Field(
        description="Its parameters, in R's order.", strict=False, max_length=4
    )

    @model_validator(mode="after")
    def _lengths(self) -> "OtherOfR":
        try:
            complete(self.r, self.parameters)
        except ValueError as error:
            raise wrong(str(error)) from None
        return self


class Distribution(Noted):
    """A length of time that varies; exactly one family, or a bare length such as ``2 hours``."""

    fixed: Fixed | None = Field(None, description="The same for everybody.")
    exponential: Exponential | None = Field(None, description="By mean or rate.")
    lognormal: Lognormal | None = Field(
        None, description="By mean and sd, median and mean, or mu and sigma."
    )
    gamma: Gamma | None = Field(None, description="By mean and sd, or shape and scale or rate.")
    weibull: Weibull | None = Field(None, description="By shape and scale, or shape and mean.")
    uniform: Uniform | None = Field(None, description="By low and high.")
    triangular: Triangular | None = Field(None, description="By min, mode and max.")
    quantiles: Quantiles | None = Field(None, description="By quantiles.")
    empirical: Empirical | None = Field(None, description="From a CSV column.")
    other: OtherOfR | None = Field(None, description="By its name and parameters in R.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if isinstance(data, str):
            number, _, unit = data.strip().partition(" ")
            try:
                return {"fixed": {"value": float(number), "unit": unit or "days"}}
            except ValueError:
                raise wrong(
                    f"{data[:40]!r} is not a length of time; write it as '2 hours', or with one "
                    f"of: {', '.join(FAMILIES)}"
                ) from None
        return {"fixed": {"value": data}}

    @model_validator(mode="after")
    def _one_family(self) -> "Distribution":
        written = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(written) != 1:
            here = " and ".join(written) or "none"
            raise wrong(f"write exactly one of: {', '.join(FAMILIES)} (here: {here})")
        return self

    @property
    def family(self) -> Family:
        """The one family that is written."""
        families: list[Family | None] = [getattr(self, name) for name in FAMILIES]
        return next(family for family in families if family is not None)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept a bare length as well."""
        bare: list[JsonSchemaValue] = [
            {"type": "number", "minimum": 0},
            {"type": "string", "examples": ["2 hours", "1.5 days"]},
        ]
        whole_form = handler.resolve_ref_schema(handler(core_schema))
        return {"description": cls.__doc__ or "", "anyOf": [*bare, whole_form]}


FAMILIES = (
    "fixed", "exponential", "lognormal", "gamma", "weibull",
    "uniform", "triangular", "quantiles", "empirical", "other",
)  # fmt: skip
