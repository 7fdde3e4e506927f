"""An experiment as it is written: a question put to a place, scenarios that may answer it."""

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.experiment.beds_tried import TriedBeds
from sim.measures.definitions import MEASURES
from sim.place.fields import Name, Prose, Title
from sim.place.numbers import Strict, wrong
from sim.place.problems import did_you_mean, one_of

FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
MAX_DAYS = 20_000


class CompareOn(Strict):
    """A measure to compare the scenarios on; one of a setting's also names the setting."""

    measure: str = Field(
        description="The measure's name, as in summary.csv.",
        json_schema_extra={"enum": list(MEASURES)},
    )
    setting: Name | None = Field(None, description="The setting, for a measure of settings.")

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"measure": data}

    @model_validator(mode="after")
    def _known(self) -> "CompareOn":
        measure = MEASURES.get(self.measure)
        if measure is None:
            raise wrong(
                f"no measure {self.measure[:60]!r}; allowed: {one_of(MEASURES, 50)}"
                f"{did_you_mean(self.measure, MEASURES)}"
            )
        if measure.scope == "setting" and self.setting is None:
            raise wrong(
                f"{measure.name} is measured by setting; write "
                f"{{measure: {measure.name}, setting: NAME}}"
            )
        if measure.scope == "place" and self.setting is not None:
            raise wrong(f"{measure.name} is measured for the whole place; take the setting out")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the bare name of a place's measure as well."""
        bare = [name for name, measure in MEASURES.items() if measure.scope == "place"]
        return {"anyOf": [{"enum": bare}, handler.resolve_ref_schema(handler(core_schema))]}


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
    keep: Literal["summary", "logs"] = Field(
        "summary", description="What is kept of each run: its summary, or also its whole log."
    )
