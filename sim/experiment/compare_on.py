"""A measure that an experiment names, to compare or decide on."""

from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.measures.definitions import MEASURES, Measure
from sim.place.fields import Name
from sim.place.numbers import Strict, wrong
from sim.place.problems import did_you_mean, one_of


def known_measure(name: str) -> Measure:
    """The measure of this name; one that is unknown is a rule broken."""
    measure = MEASURES.get(name)
    if measure is None:
        raise wrong(
            f"no measure {name[:60]!r}; allowed: {one_of(MEASURES, 50)}"
            f"{did_you_mean(name, MEASURES)}"
        )
    return measure


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
        measure = known_measure(self.measure)
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
