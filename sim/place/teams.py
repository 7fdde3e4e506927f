"""Teams: staff on working calendars, and panels that meet at fixed times."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.place.calendars import ClockTime, Days, IsoDate, Window
from sim.place.fields import Name, Title, one_or_list
from sim.place.numbers import Count, Number, Strict, wrong


class PoundsPerHour(Number):
    """Pounds for an hour of one member of staff."""

    units = ("pounds an hour",)


class Shift(Window):
    """Hours in which a team works on some days of the week."""

    staff: Count | None = Field(
        None, description="How many work in these hours (the team's staff, if left out)."
    )


class StaffChange(Strict):
    """How many work from a date on, whatever the shift: leave, sickness, a festive rota."""

    first: IsoDate = Field(alias="from", description="The first day.")
    last: IsoDate | None = Field(
        None, alias="to", description="The last day (to the end if left out)."
    )
    staff: Count = Field(description="How many work in the team's hours on these days.")

    @model_validator(mode="after")
    def _in_order(self) -> "StaffChange":
        if self.last is not None and self.last < self.first:
            raise wrong("'to' must not be before 'from'")
        return self


class Meeting(Strict):
    """A fixed time at which a panel decides."""

    days: Days
    at: ClockTime = Field(description="The time at which it decides, such as '14:00'.")


class Team(Strict):
    """A team that does tasks in its hours, or a panel that decides at its meetings.

    Staff each work on one case at a time. A case that is not done when the shift ends goes on at
    the next; cases begun go before new ones.
    """

    name: Title | None = Field(None, description="What it is called in reports.")
    organisation: Name | None = Field(None, description="Who runs it.")
    locality: Name | None = Field(None, description="The part of the place that it serves.")
    staff: Count | None = Field(None, description="How many work at once.")
    works: Annotated[
        tuple[Shift, ...],
        BeforeValidator(one_or_list, json_schema_input_type=Shift | list[Shift]),
    ] = Field(
        (), description="The hours in which it works (day and night, if left out).", strict=False,
        max_length=50,
    )  # fmt: skip
    staff_changes: tuple[StaffChange, ...] = Field(
        (), description="Dated changes of how many work.", strict=False, max_length=400
    )
    meets: Annotated[
        tuple[Meeting, ...],
        BeforeValidator(one_or_list, json_schema_input_type=Meeting | list[Meeting]),
    ] = Field(
        (), description="For a panel, in place of staff: when it meets.", strict=False,
        max_length=50,
    )  # fmt: skip
    cases: Count | None = Field(
        None, description="For a panel: the most cases of one meeting (no limit if left out)."
    )
    takes_first: Literal["ready first", "first come"] = Field(
        "ready first",
        description="Whose turn it is: people already ready to leave before those planned ahead, "
        "each by when the task came due; or all by when it came due.",
    )
    cost_per_hour: PoundsPerHour | None = Field(
        None, description="Cost of an hour of one member of staff on duty."
    )

    @property
    def is_panel(self) -> bool:
        """Whether it decides at meetings, and has no staff of its own."""
        return bool(self.meets)

    @model_validator(mode="after")
    def _staff_or_meetings(self) -> "Team":
        if self.is_panel == (self.staff is not None):
            raise wrong("write either staff (and the hours it works), or meets (for a panel)")
        if self.is_panel and (self.works or self.staff_changes or self.cost_per_hour):
            raise wrong("works, staff_changes and cost_per_hour go with staff, not with meets")
        if not self.is_panel and self.cases is not None:
            raise wrong("cases go with meets; a team takes as many cases as it has staff")
        return self
