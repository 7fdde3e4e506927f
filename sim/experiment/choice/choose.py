"""The part of an experiment that asks for the best scenario: on what, how surely, how near."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.experiment.compare_on import CompareOn
from sim.measures.definitions import MEASURES
from sim.place.fields import Name
from sim.place.numbers import MAX_NUMBER, Strict, wrong

FEWEST = 10
"""Fewer replications say too little of how much scenarios vary."""
_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,6})?) ?%$")


def _chance(value: Any) -> float:
    """``97.5%`` is 0.975; at 50% a coin would do."""
    found = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    chance = float(found[1]) / 100 if found else value
    if isinstance(chance, int | float) and not isinstance(chance, bool) and 0.5 < chance <= 0.9999:
        return float(chance)
    raise wrong(
        f"{str(value)[:40]!r} is not a chance to choose with; write one above 50%, at most 99.99%"
    )


def _size(value: Any) -> float:
    """A number above 0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and 0 < value <= MAX_NUMBER:
        return float(value)
    raise wrong(
        f"{str(value)[:40]!r} is not a difference that does not matter; write a number above 0, in "
        "the measure's unit (0.01 for a percentage point)"
    )


class Choose(Strict):
    """Which scenario is the best, run until it can be said with a stated chance."""

    best_on: CompareOn = Field(description="The measure that decides.")
    among: tuple[Name, ...] = Field(
        (), description="The scenarios to choose from; all, if none are named.", strict=False,
        max_length=200,
    )  # fmt: skip
    chance: Annotated[float, BeforeValidator(_chance, json_schema_input_type=float | str)] = Field(
        description="The chance that the best is chosen, such as 97.5%, wherever it is better "
        "than all others by the indifference."
    )
    indifference: Annotated[float, BeforeValidator(_size, json_schema_input_type=float)] = Field(
        description="A difference smaller than this does not matter; in the measure's unit."
    )
    at_most: int = Field(
        ge=FEWEST,
        le=100_000,
        description="Replications of any scenario; where they do not suffice, nothing is chosen.",
    )

    @model_validator(mode="after")
    def _can_be_chosen_on(self) -> "Choose":
        measure = MEASURES[self.best_on.measure]
        if measure.scope == "team":
            raise wrong(
                f"{measure.name} is measured by team; choose on a measure of the place or of a "
                "setting"
            )
        return self
