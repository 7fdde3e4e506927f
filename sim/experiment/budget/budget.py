"""Budget: what may be chosen, levers and capacity, what each costs, and how much may be spent."""

from typing import Annotated

from pydantic import Field, model_validator

from sim.experiment.compare_on import CompareOn
from sim.experiment.search.search import PathText
from sim.place.fields import Name
from sim.place.numbers import Strict, wrong

MOST_STEPS = 100
Pounds = Annotated[float, Field(ge=-1e9, le=1e9)]


class CapacitySteps(Strict):
    """Capacity that may be added in steps, and what a step costs."""

    step: float = Field(gt=0, le=1e6, description="How much one step adds.")
    up_to: float = Field(gt=0, le=1e6, description="The most that is added.")
    cost_of_a_step: Pounds = Field(description="What one step costs, in pounds a year.")

    @model_validator(mode="after")
    def _some_steps(self) -> "CapacitySteps":
        if not 1 <= self.most <= MOST_STEPS:
            raise wrong(
                f"steps of {self.step:g} up to {self.up_to:g} are {self.most} steps; allowed: "
                f"1 to {MOST_STEPS}"
            )
        return self

    @property
    def most(self) -> int:
        """How many steps may be taken."""
        return int(self.up_to / self.step + 1e-9)


class Choices(Strict):
    """What a mix may be made of."""

    levers: Annotated[tuple[Name, ...], Field(strict=False, max_length=30)] = Field(
        (), description="Levers, each on or off, at the cost that it states."
    )
    capacity: dict[PathText, CapacitySteps] = Field(
        default_factory=dict, max_length=20, description="Path in the place → steps added to it."
    )

    @model_validator(mode="after")
    def _some(self) -> "Choices":
        if not self.levers and not self.capacity:
            raise wrong("nothing to choose from; name levers, capacity, or both")
        return self


class Budget(Strict):
    """The best mix of levers and capacity within a budget, for every sum up to it."""

    scenario: Name | None = Field(
        None, description="The scenario that mixes are laid on (the first, if left out)."
    )
    measure: CompareOn = Field(
        CompareOn(measure="delayed_bed_days"),
        description="The measure to set beside the money (delayed_bed_days).",
    )  # fmt: skip
    at_most: Pounds = Field(description="The most that a mix may cost, in pounds a year.")
    choices: Choices = Field(description="Levers and capacity to choose from.")
    replications: int = Field(10, ge=2, le=10_000, description="How often each mix is run (10).")
    mixes_at_most: int = Field(
        256, ge=2, le=20_000,
        description="How many mixes are run at most (256). If there are no more within the budget, "
        "all are run; else the search goes from neighbour to neighbour.",
    )  # fmt: skip
