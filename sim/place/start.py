"""Who is in the place when the run starts: people still needing a setting, and people waiting.

In a place's YAML row by row, or in a CSV file beside it (``start_file.py``).
"""

from functools import cached_property
from typing import Any, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.place.distributions import Distribution
from sim.place.fields import Name, Title
from sim.place.numbers import AnyNumber, Count, Strict, wrong
from sim.place.start_file import MAX_ROWS

RemainingRule = Literal["equilibrium", "given days there", "uniform from one day", "fresh"]


class StayLeft(Strict):
    """How long people who are there at the start still need: a rule, or a distribution."""

    rule: RemainingRule | None = Field(None, description="One of the rules.")
    days: Distribution | None = Field(None, description="A distribution of the days left.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, str) and data in get_args(RemainingRule):
            return {"rule": data}
        if isinstance(data, str) and not data[:1].isdigit():
            allowed = ", ".join(get_args(RemainingRule))
            raise wrong(f"{data[:40]!r} is not allowed: {allowed}, or a distribution of days")
        return {"days": data}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept a rule's words, or a distribution."""
        days = handler.resolve_ref_schema(handler(Distribution.__pydantic_core_schema__))
        handler(core_schema)
        return {"anyOf": [{"enum": list(get_args(RemainingRule))}, *days["anyOf"]]}


class PeopleThere(Strict):
    """People who are in a setting when the run starts, still needing it."""

    setting: Name = Field(description="Where they are.")
    group: Name = Field(description="Their group.")
    locality: Name | None = Field(
        None, description="Where they live (by the group's shares, if left out)."
    )
    number: Count = Field(description="How many.")
    days_there: Distribution | None = Field(
        None, description="How long they have been there so far, where that is known."
    )
    stay_left: StayLeft = Field(
        default_factory=lambda: StayLeft.model_validate("equilibrium"),
        description="equilibrium = as found on a chance day in a process that has long run; "
        "given days there = what is left of stays that have lasted so long already (so, where "
        "days_there is written); uniform from one day = evenly between one day and a fresh stay "
        "(IPACS); fresh = a whole new stay; or a distribution of the days left.",
    )
    route: Name | None = Field(
        None, description="The route that they are expected to take (by its shares, if left out)."
    )
    task: Title | None = Field(
        None,
        description="With route: the first task of arranging that is not done, where some are "
        "done ahead of time.",
    )
    also_done: tuple[Title, ...] = Field(
        (), description="With route: later tasks, also of hand_over, that are done already.",
        strict=False,
        max_length=50,
    )  # fmt: skip
    expected_in: AnyNumber | None = Field(
        None,
        description="With route and days_there: in how many days they are expected to be ready "
        "(below 0: it was expected so long ago). Believed as far as the transfer's "
        "expected_date_error allows.",
    )
    outlier_in: Name | None = Field(
        None, description="The setting whose space they have meanwhile, if they are outliers."
    )

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if isinstance(data, dict) and "days_there" in data and "stay_left" not in data:
            return {**data, "stay_left": "given days there"}
        return data

    @model_validator(mode="after")
    def _goes_together(self) -> "PeopleThere":
        rule = self.stay_left.rule
        if rule == "given days there" and self.days_there is None:
            raise wrong("'given days there' needs days_there: how long they have been there so far")
        if rule in ("equilibrium", "uniform from one day") and self.days_there is not None:
            raise wrong(
                f"{rule!r} says itself how long they have been there; take days_there out, or "
                "write 'given days there'"
            )
        if self.route is None and (self.task or self.also_done):
            raise wrong("task and also_done go with route: the way that is being arranged")
        if self.expected_in is not None and (self.route is None or rule != "given days there"):
            raise wrong("expected_in goes with route and days_there, and days left by neither "
                        "a number nor another rule")  # fmt: skip
        return self


class PeopleWaiting(Strict):
    """People past their ready date, or at the front door, when the run starts.

    With ``task``, what comes before it is done, and it is due; without, everything is arranged,
    and they wait for a space, first in the queue.
    """

    waiting_for: Name | None = Field(
        None, description="The setting that they wait for (of several routes there, the first)."
    )
    route: Name | None = Field(
        None, description="The route that they wait to take, in place of waiting_for."
    )
    task: Title | None = Field(
        None, description="The task that they have reached (all is arranged, if left out)."
    )
    also_done: tuple[Title, ...] = Field(
        (), description="Later tasks, also of hand_over, that are done already.", strict=False,
        max_length=50,
    )  # fmt: skip
    group: Name = Field(description="Their group.")
    locality: Name | None = Field(
        None, description="Where they live (by the group's shares, if left out)."
    )
    number: Count = Field(description="How many.")
    setting: Name | None = Field(
        None, description="Where they are meanwhile (at the front door, if left out)."
    )
    outlier_in: Name | None = Field(
        None, description="The setting whose space they have meanwhile, if they are outliers there."
    )
    days_waited: Distribution = Field(
        default_factory=lambda: Distribution.model_validate(0),
        description="How long they have waited already: since they asked for the space, or, "
        "with a task, since they were ready to leave.",
    )
    days_there: Distribution = Field(
        default_factory=lambda: Distribution.model_validate(0),
        description="How long they had been there before they began to wait.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "PeopleWaiting":
        if (self.waiting_for is None) == (self.route is None):
            raise wrong("write either waiting_for or route")
        if self.setting is None and (self.route or self.task or self.outlier_in):
            raise wrong(
                "route, task and outlier_in are for people who wait in a setting; write setting"
            )
        if self.setting is None and self.also_done:
            raise wrong("also_done is for people who wait in a setting; write setting")
        return self


class Start(Strict):
    """Who is in the place when the run starts; empty if left out."""

    file: str | None = Field(
        None,
        description="A CSV file in the folder of this place with a row for each person, or for "
        "several who are alike; people and waiting may stand beside it.",
        max_length=200,
    )
    people: tuple[PeopleThere, ...] = Field(
        (), description="People there.", strict=False, max_length=MAX_ROWS
    )
    waiting: tuple[PeopleWaiting, ...] = Field(
        (), description="People waiting.", strict=False, max_length=MAX_ROWS
    )

    @cached_property
    def settings_of(self) -> dict[str, set[str]]:
        """For each group, the settings that people of it are in because they need them."""
        settings: dict[str, set[str]] = {}
        for row in self.people:
            settings.setdefault(row.group, set()).add(row.setting)
        return settings

    @model_validator(mode="after")
    def _is_read(self) -> "Start":
        if self.file is not None:  # load.py puts the file's rows in its place
            raise wrong("a start file is read only as part of a place's file")
        return self
