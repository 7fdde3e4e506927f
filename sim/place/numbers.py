"""A number in a place: its value, and where it comes from.

Every number may be written short (``beds: 420``) or whole, with its range and its source::

    beds: {value: 420, low: 400, high: 440, source: "Daily sitrep, Jan 2025", certainty: high}

A run uses the value. Low and high are the range that a study of uncertain inputs draws from.
"""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sim.place.words import Certainty

DAYS_PER_UNIT: dict[str, float] = {
    "minutes": 1 / 1440, "minute": 1 / 1440,
    "hours": 1 / 24, "hour": 1 / 24,
    "days": 1.0, "day": 1.0,
    "weeks": 7.0, "week": 7.0,
}  # fmt: skip
TimeUnit = Literal["minutes", "minute", "hours", "hour", "days", "day", "weeks", "week"]
MAX_NUMBER = 1e9


class Strict(BaseModel):
    """Every table in a place: frozen, with no key that the schema does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def wrong(message: str) -> PydanticCustomError:
    """A rule broken, in words that are printed as they stand."""
    return PydanticCustomError("rule", "{message}", {"message": message})


def _yes_no(value: object) -> object:
    words = {"yes": True, "no": False}
    return words.get(value, value) if isinstance(value, str) else value


YesNo = Annotated[
    bool,
    BeforeValidator(_yes_no, json_schema_input_type=bool | Literal["yes", "no"]),
]
"""yes or no (true and false also do)."""


class Noted(Strict):
    """What may stand beside any number or distribution: its source and how certain it is."""

    source: str | None = Field(
        None, description="Where the figure comes from: document, page, date.", max_length=2000
    )
    certainty: Certainty | None = Field(
        None,
        description="high = official or peer-reviewed; medium = one site or credible secondary; "
        "low = derived by a weak step; guess = an expert's default that no source gives.",
    )
    note: str | None = Field(
        None, description="What a reader should know about it.", max_length=2000
    )


class Number(Noted):
    """A number with, if wished, its range, unit, source and certainty."""

    units: ClassVar[tuple[str, ...]] = ()
    least: ClassVar[float] = 0.0
    most: ClassVar[float] = MAX_NUMBER
    whole: ClassVar[bool] = False

    value: float = Field(description="The number that a run uses.")
    low: float | None = Field(None, description="The lowest that it may reasonably be.")
    high: float | None = Field(None, description="The highest that it may reasonably be.")
    unit: str | None = Field(None, description="The unit, as a check: another unit is an error.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": data}

    @model_validator(mode="after")
    def _in_bounds(self) -> "Number":
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is None:
                continue
            if not self.least <= number <= self.most:
                raise wrong(f"{name} {number:g} is not allowed: {self.bounds()}")
            if self.whole and number != int(number):
                raise wrong(f"{name} {number:g} is not allowed: a whole number is needed")
        if self.low is not None and self.low > self.value:
            raise wrong(f"low {self.low:g} is above the value {self.value:g}")
        if self.high is not None and self.high < self.value:
            raise wrong(f"high {self.high:g} is below the value {self.value:g}")
        if self.unit is not None and self.unit not in self.units:
            allowed = ", ".join(self.units) or "no unit"
            raise wrong(f"the unit {self.unit!r} is not allowed here; allowed: {allowed}")
        return self

    @classmethod
    def bounds(cls) -> str:
        """What values are allowed, in words."""
        kind = "a whole number" if cls.whole else "a number"
        if cls.most >= MAX_NUMBER:
            return f"{kind} of {cls.least:,.10g} or more"
        return f"{kind} from {cls.least:,.10g} to {cls.most:,.10g}"

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the short form as well as the whole one."""
        whole_form = handler.resolve_ref_schema(handler(core_schema))
        return {"description": cls.__doc__ or "", "anyOf": [*cls.short_forms(), whole_form]}

    @classmethod
    def short_forms(cls) -> list[JsonSchemaValue]:
        """JSON Schema of what may be written in place of the whole table."""
        kind = "integer" if cls.whole else "number"
        return [{"type": kind, "minimum": cls.least, "maximum": cls.most}]


class Amount(Number):
    """A number of 0 or more, in the unit of the table it stands in."""


class Positive(Number):
    """A number above 0, in the unit of the table it stands in."""

    least: ClassVar[float] = 1e-9

    @classmethod
    def bounds(cls) -> str:
        """What values are allowed, in words."""
        return "a number above 0"


class AnyNumber(Number):
    """Any number, negative ones included."""

    least: ClassVar[float] = -MAX_NUMBER


class Share(Number):
    """A share or chance, 0 to 1."""

    units: ClassVar[tuple[str, ...]] = ("share",)
    most: ClassVar[float] = 1.0


class Rate(Number):
    """People a day."""

    units: ClassVar[tuple[str, ...]] = ("a day", "people a day")
    most: ClassVar[float] = 10_000.0


class Count(Number):
    """A whole number of people or spaces."""

    units: ClassVar[tuple[str, ...]] = ("spaces", "people")
    most: ClassVar[float] = 100_000.0
    whole: ClassVar[bool] = True


class PoundsPerDay(Number):
    """Pounds a day for each person there."""

    units: ClassVar[tuple[str, ...]] = ("pounds a day",)


class PoundsPerYear(Number):
    """Pounds a year."""

    units: ClassVar[tuple[str, ...]] = ("pounds a year",)
    least: ClassVar[float] = -MAX_NUMBER


class NumberOrWord(Number):
    """A number, or the one word that may stand in its place; the value is then None."""

    word: ClassVar[str]

    value: float | None = Field(description="The number that a run uses, or the word.")  # type: ignore[assignment]

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        table = dict(data) if isinstance(data, dict) else {"value": data}
        value = table.get("value", 0)
        if value is None or (isinstance(value, str) and value != cls.word):
            raise wrong(f"{str(value)[:40]!r} is not allowed: {cls.bounds()}")
        if value == cls.word:
            if "low" in table or "high" in table:
                raise wrong(f"{cls.word} has no low or high")
            table["value"] = None
        return table

    @classmethod
    def bounds(cls) -> str:
        """What values are allowed, in words."""
        return f"{super().bounds()}, or {cls.word}"

    @classmethod
    def short_forms(cls) -> list[JsonSchemaValue]:
        """A number or the word."""
        return [*super().short_forms(), {"const": cls.word}]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the word as the value of the whole form, too."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        whole_form = schema["anyOf"][-1]
        value = {
            "description": whole_form["properties"]["value"]["description"],
            "anyOf": cls.short_forms(),
        }
        properties = {**whole_form["properties"], "value": value}
        return {**schema, "anyOf": [*cls.short_forms(), {**whole_form, "properties": properties}]}


class Spaces(NumberOrWord):
    """How many people can be there at once: a whole number, or ``unlimited``."""

    units: ClassVar[tuple[str, ...]] = ("beds", "places", "spaces")
    most: ClassVar[float] = 100_000.0
    whole: ClassVar[bool] = True
    word: ClassVar[str] = "unlimited"

    @property
    def limit(self) -> int | None:
        """The number of spaces; None where there is no limit."""
        return None if self.value is None else int(self.value)


class ShareOrRest(NumberOrWord):
    """A share from 0 to 1, or ``rest``: what the other routes leave of 1."""

    units: ClassVar[tuple[str, ...]] = ("share",)
    most: ClassVar[float] = 1.0
    word: ClassVar[str] = "rest"


class Duration(Number):
    """A fixed length of time: ``2 hours``, ``1.5 days``, or a bare number of days."""

    units: ClassVar[tuple[str, ...]] = tuple(DAYS_PER_UNIT)
    most: ClassVar[float] = 1e6

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data
        if not isinstance(data, str):
            return {"value": data}
        number, _, unit = data.strip().partition(" ")
        try:
            return {"value": float(number), "unit": unit or "days"}
        except ValueError:
            raise wrong(
                f"{data[:40]!r} is not a length of time; write it as '2 hours' or '1.5 days'"
            ) from None

    @property
    def days(self) -> float:
        """The length in days."""
        return self.value * DAYS_PER_UNIT[self.unit or "days"]

    @classmethod
    def short_forms(cls) -> list[JsonSchemaValue]:
        """A number of days, or text such as '2 hours'."""
        return [*super().short_forms(), {"type": "string", "examples": ["2 hours", "1.5 days"]}]
