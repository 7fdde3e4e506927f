"""A design as it is written: which levers and numbers of the place are varied together, and how."""

from math import floor
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from sim.experiment.design.fractions import MOST_FACTORS
from sim.place.fields import Name
from sim.place.numbers import DAYS_PER_UNIT, MAX_NUMBER, Strict, wrong

Kind = Literal[
    "one at a time", "all pairs", "full factorial", "fractional factorial", "sweep",
    "latin hypercube", "sobol",
]  # fmt: skip
SPREAD: tuple[Kind, ...] = ("latin hypercube", "sobol")
"""Kinds whose points are spread over the ranges of all factors at once."""
MOST_SCENARIOS = 1000
"""That the designs of one experiment may make, all together."""
Value = float | str

_FACTORS_NEEDED = {"all pairs": 2, "full factorial": 2, "fractional factorial": 3}
_RESOLUTIONS = {"III": 3, "IV": 4, "V": 5}


def _value(value: Any) -> Any:
    """A number, or a length of time with its unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not abs(value) <= MAX_NUMBER:
            raise wrong(f"{value:g} is out of bounds: a number up to {MAX_NUMBER:,.0f} is needed")
        return value
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        try:
            length = float(number)
        except ValueError:
            length = MAX_NUMBER * 2
        if abs(length) <= MAX_NUMBER and unit in DAYS_PER_UNIT:
            return f"{number} {unit}"
    raise wrong(f"{str(value)[:60]!r} is not allowed: a number, or a length such as '2 hours'")


def number_of(value: Value) -> float:
    """The number of a value, in days if it is a length with a unit.

    >>> number_of(12), number_of("36 hours")
    (12.0, 1.5)
    """
    if isinstance(value, str):
        number, _, unit = value.partition(" ")
        return float(number) * DAYS_PER_UNIT[unit]
    return float(value)


def _values_bare(data: Any) -> Any:
    return (
        data if isinstance(data, dict) else {"values": data if isinstance(data, list) else [data]}
    )


class Steps(Strict):
    """Values one by one, or a range; in short a list, or one value."""

    values: (
        Annotated[
            tuple[
                Annotated[Any, BeforeValidator(_value, json_schema_input_type=int | float | str)],
                ...,
            ],
            Field(strict=False, min_length=1, max_length=200),
        ]
        | None
    ) = Field(None, description="The values, such as [20, 24, 28] or ['2 hours', '4 hours'].")
    low: float | None = Field(
        None, alias="from", ge=-MAX_NUMBER, le=MAX_NUMBER, description="The lowest value."
    )
    high: float | None = Field(
        None, alias="to", ge=-MAX_NUMBER, le=MAX_NUMBER, description="The highest value."
    )
    by: float | None = Field(
        None, gt=0, le=MAX_NUMBER, description="The step from one value to the next."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return _values_bare(data)

    @model_validator(mode="after")
    def _sensible(self) -> "Steps":
        if self.values is None:
            if self.low is None or self.high is None:
                raise wrong("write a list of values, or from and to")
            if self.low >= self.high:
                raise wrong(f"from {self.low:g} is not below to {self.high:g}")
            if self.by is not None and (self.high - self.low) / self.by > MOST_SCENARIOS:
                raise wrong(f"by {self.by:g} makes more than {MOST_SCENARIOS:,} values")
            return self
        if any(end is not None for end in (self.low, self.high, self.by)):
            raise wrong("write either values, or from, to and by")
        numbers = [number_of(value) for value in self.values]
        if len(set(numbers)) < len(numbers):
            raise wrong("the same value is here twice")
        if len({isinstance(value, str) for value in self.values}) > 1:
            raise wrong("write a unit with each value, or with none")
        return self

    @property
    def listed(self) -> tuple[Value, ...]:
        """Each value; none for a range without steps. Ends are left out that no step comes to.

        >>> Steps.model_validate({"from": 0.8, "to": 1.2, "by": 0.2}).listed
        (0.8, 1.0, 1.2)
        """
        if self.values is not None:
            return self.values
        if self.by is None or self.low is None or self.high is None:
            return ()
        number = floor((self.high - self.low) / self.by + 1e-9) + 1
        return tuple(float(f"{self.low + n * self.by:.12g}") for n in range(number))

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        numbers = [number_of(value) for value in self.listed]
        return min(numbers), max(numbers)


OPERATIONS: tuple[Literal["set", "times", "plus"], ...] = ("set", "times", "plus")


class Varied(Strict):
    """How a number of the place is varied: values in its place, factors, or what is added to it.

    In short, values or a range stand for themselves: ``[20, 24]`` or ``{from: 20, to: 40, by: 5}``.
    """

    set: Steps | None = Field(None, description="Values to put in its place.")
    times: Steps | None = Field(None, description="Factors to multiply it by.")
    plus: Steps | None = Field(None, description="What to add to it (below 0: to take away).")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        is_whole = isinstance(data, dict) and any(word in data for word in OPERATIONS)
        return data if is_whole else {"set": data}

    @model_validator(mode="after")
    def _one(self) -> "Varied":
        if sum(getattr(self, name) is not None for name in OPERATIONS) != 1:
            raise wrong("write one of set, times and plus")
        if self.times is not None:
            if any(isinstance(value, str) for value in self.times.listed):
                raise wrong("a factor of times is a number, without a unit")
            if self.times.ends[0] < 0:
                raise wrong("a factor of times is a number of 0 or more")
        return self

    @property
    def operation(self) -> Literal["set", "times", "plus"]:
        """set, times or plus."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def steps(self) -> Steps:
        """The values that are set, multiplied by or added."""
        steps: Steps = getattr(self, self.operation)
        return steps


def _roman(value: Any) -> Any:
    found = _RESOLUTIONS.get(value, value) if isinstance(value, str) else value
    if found not in _RESOLUTIONS.values() or isinstance(found, bool):
        raise wrong(f"{str(value)[:60]!r} is not allowed; a resolution is III, IV or V")
    return found


class Design(Strict):
    """Scenarios made from levers and numbers of the place by a plan, beside those written out."""

    kind: Kind = Field(
        description="one at a time: each lever and each value alone. all pairs: each alone, and "
        "any two together. full factorial: all combinations. fractional factorial: a known part "
        "of them. sweep: each number along its values. latin hypercube, sobol: points spread over "
        "all the ranges at once."
    )
    levers: Annotated[tuple[Name, ...], Field(strict=False, max_length=100)] = Field(
        (), description="Levers that are on or off."
    )
    vary: dict[Annotated[str, StringConstraints(min_length=1, max_length=300)], Varied] = Field(
        default_factory=dict,
        description="Path of a number of the place → its values, a range, or {times: …} or "
        "{plus: …} of them.",
        max_length=100,
    )
    points: int | None = Field(
        None, ge=2, le=MOST_SCENARIOS, description="For latin hypercube and sobol: how many points."
    )
    resolution: (
        Annotated[
            Literal[3, 4, 5],
            BeforeValidator(_roman, json_schema_input_type=Literal[3, 4, 5, "III", "IV", "V"]),
        ]
        | None
    ) = Field(
        None,
        description="For a fractional factorial: III (main effects may be mixed up with two-way "
        "interactions), IV (they may not; the interactions with one another) or V (neither). IV, "
        "if left out.",
    )

    @model_validator(mode="after")
    def _sensible(self) -> "Design":
        factors = len(self.levers) + len(self.vary)
        least = _FACTORS_NEEDED.get(self.kind, 1)
        if self.kind == "sweep" and not self.vary:
            raise wrong("a sweep needs a number to vary: write vary")
        if factors < least:
            raise wrong(f"a design {self.kind!r} needs {least} or more levers or numbers to vary")
        if (self.points is None) == (self.kind in SPREAD):
            needs = "needs points" if self.points is None else "has no points"
            raise wrong(f"a design {self.kind!r} {needs}")
        if self.resolution is not None and self.kind != "fractional factorial":
            raise wrong(f"a design {self.kind!r} has no resolution")
        if self.kind == "fractional factorial" and factors > MOST_FACTORS:
            raise wrong(
                f"a fractional factorial has at most {MOST_FACTORS} factors; here: {factors}"
            )
        if self.kind == "sobol" and self.points is not None and self.points.bit_count() != 1:
            near = 1 << (self.points.bit_length() - 1)
            raise wrong(
                f"a sobol design has 2, 4, 8, 16 … points; nearest to {self.points}: {near} and "
                f"{2 * near}"
            )
        if self.points is not None and self.points < factors + 2:
            raise wrong(f"{factors} factors need {factors + 2} points or more")
        for i, lever in enumerate(self.levers):
            if lever in self.levers[:i]:
                raise wrong(f"the lever {lever!r} is here twice")
        for path, varied in self.vary.items():
            self._check_steps(path, varied.steps)
        return self

    def _check_steps(self, path: str, steps: Steps) -> None:
        number = len(steps.listed)
        if self.kind in SPREAD:
            if number == 1:
                raise wrong(f"{path} needs two values or a range in a design {self.kind!r}")
        elif not number:
            raise wrong(f"the range of {path} needs its step: {{from: …, to: …, by: …}}")
        if self.kind == "fractional factorial" and number > 2:
            raise wrong(
                f"a fractional factorial has two values of each number; {path} has {number}"
            )
