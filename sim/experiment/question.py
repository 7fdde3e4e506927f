"""An experiment as it is written: a question put to a place, scenarios that may answer it."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from sim.experiment.beds_tried import TriedBeds
from sim.experiment.budget.budget import Budget
from sim.experiment.choice.choose import Choose
from sim.experiment.compare_on import CompareOn
from sim.experiment.control.control import Control
from sim.experiment.design.designs import Design
from sim.experiment.doubt.doubt import Doubt
from sim.experiment.precision.precision import Precision
from sim.experiment.precision.warm_up import MAX_DAYS, WarmUp
from sim.experiment.search.search import Searches
from sim.place.fields import Name, Prose, Title, one_or_list
from sim.place.numbers import Strict

FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
AS_IT_IS = "as it is"
"""The name of the baseline where only a design says what is run."""
DECIDING = ("precision", "choose", "design", "search", "budget", "doubt", "control")
"""The sections that ask for something to be decided beside the scenarios."""


def _may_leave_out_scenarios(schema: dict[str, Any]) -> None:
    """Editors accept a design in place of the scenarios."""
    schema["required"].remove("scenarios")
    schema["anyOf"] = [{"required": ["scenarios"]}, {"required": ["design"]}]


def _one_or_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Experiment(Strict):
    """A question put to a place: which scenarios, for how long, compared on what."""

    model_config = ConfigDict(json_schema_extra=_may_leave_out_scenarios)

    experiment: Title = Field(description="The experiment's name.")
    question: Prose = Field(description="What is to be found out, in plain words.")
    about: Prose | None = Field(None, description="What a reader should know about it.")
    place: FileName = Field(
        description="The place's file (.yaml or .xlsx): beside this file, or from one or two "
        "folders above."
    )
    levers: Annotated[
        tuple[FileName, ...],
        BeforeValidator(_one_or_list, json_schema_input_type=str | list[str]),
    ] = Field(
        (), description="The folder of the levers, or a list of their files.", strict=False,
        max_length=100,
    )  # fmt: skip
    scenarios: dict[Name, Annotated[tuple[Name, ...], Field(strict=False, max_length=100)]] = Field(
        description="Scenario → the levers laid over the place, if any. The others are "
        "compared with the first. With a design they may be left out: then the place as it is.",
        min_length=1,
        max_length=200,
    )
    design: Annotated[
        tuple[Design, ...],
        BeforeValidator(one_or_list, json_schema_input_type=Design | list[Design]),
    ] = Field(
        (), description="A plan by which scenarios are made from levers and numbers of the place, "
        "or a list of plans.", strict=False, max_length=20,
    )  # fmt: skip
    days: int = Field(ge=1, le=MAX_DAYS, description="Days that are measured.")
    warm_up_asked: WarmUp = Field(
        WarmUp(),
        alias="warm_up",
        description="Days that are run before these, and left out; or MSER-5, to have them found "
        "from a pilot.",
    )
    replications: int = Field(
        ge=1, le=100_000,
        description="How often each scenario is run; where a precision is asked for, at first.",
    )  # fmt: skip
    precision: Precision | None = Field(
        None, description="How narrow intervals must be; the experiment runs on until they are."
    )
    seed: int = Field(
        ge=0, le=2**63 - 1, description="Any whole number; the same seed gives the same results."
    )
    compare_on: tuple[CompareOn, ...] = Field(
        description="The measures that decide, most important first.",
        strict=False,
        min_length=1,
        max_length=50,
    )
    baselines: dict[Name, Name] = Field(
        default_factory=dict,
        description="Scenario → the scenario that it is compared with, where that is not the "
        "first.",
        max_length=200,
    )
    choose: Choose | None = Field(
        None, description="The best scenario is to be chosen, running those on that may be it."
    )
    groups: dict[Title, Annotated[tuple[Name, ...], Field(strict=False, max_length=200)]] = Field(
        default_factory=dict,
        description="Heading → the scenarios that stand together under it in the report.",
        max_length=20,
    )
    benchmarks: FileName | None = Field(
        None,
        description="A file of published figures to set the scenarios beside: found as the place "
        "is.",
    )
    beds_tried: tuple[TriedBeds, ...] = Field(
        (),
        description="Numbers of beds of which to measure the chance of delay, in settings without "
        "limit.",
        strict=False,
        max_length=200,
    )
    control: Control | None = Field(
        None,
        description="Control charts of one run, and when a change would be seen in real data.",
    )
    search: Searches = Field(
        default_factory=dict,
        description="Name → what is searched for: the smallest capacity that meets targets, or the "
        "most demand.",
    )
    budget: Budget | None = Field(
        None, description="The best mix of levers and capacity for any sum up to a budget."
    )
    doubt: Doubt | None = Field(
        None,
        description="The inputs that are not known well, and how far what is found rests on them.",
    )
    keep: Literal["summary", "logs"] = Field(
        "summary", description="What is kept of each run: its summary, or also its whole log."
    )

    @model_validator(mode="before")
    @classmethod
    def _baseline_of_a_design(cls, data: Any) -> Any:
        if isinstance(data, dict) and "design" in data and "scenarios" not in data:
            return {**data, "scenarios": {AS_IT_IS: []}}
        return data

    @property
    def warm_up(self) -> int:
        """Days that are run and left out; 0 until they are found, where they are to be found."""
        return self.warm_up_asked.days

    @property
    def widened(self) -> float:
        """By what factor intervals are wider, as the number of replications depends on them."""
        return self.precision.widened(self.replications) if self.precision else 1.0

    @property
    def decides(self) -> list[str]:
        """The sections of this experiment that ask for something to be decided."""
        found = [name for name in DECIDING if name in self.model_fields_set]
        return ["warm_up", *found] if self.warm_up_asked.is_to_be_found else found
