"""An experiment as it is written: a question put to a place, scenarios that may answer it."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
)

from sim.experiment.beds_tried import TriedBeds
from sim.experiment.compare_on import CompareOn
from sim.experiment.control import Control
from sim.place.fields import Name, Prose, Title
from sim.place.numbers import Strict

FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
MAX_DAYS = 20_000


def _one_or_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Experiment(Strict):
    """A question put to a place: which scenarios, for how long, compared on what."""

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
        "compared with the first.",
        min_length=1,
        max_length=200,
    )
    days: int = Field(ge=1, le=MAX_DAYS, description="Days that are measured.")
    warm_up: int = Field(
        0, ge=0, le=MAX_DAYS, description="Days that are run before these, and left out."
    )
    replications: int = Field(ge=1, le=100_000, description="How often each scenario is run.")
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
    keep: Literal["summary", "logs"] = Field(
        "summary", description="What is kept of each run: its summary, or also its whole log."
    )
