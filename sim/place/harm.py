"""Harm: what waiting does to people, and who comes back after they left. Off unless written."""

from typing import Annotated, Literal

from pydantic import Field

from sim.place.distributions import Distribution
from sim.place.fields import Name
from sim.place.numbers import Number, Share, Strict
from sim.place.words import Pathway


class DailyChance(Number):
    """A chance a day, while somebody is past the ready date in an acute bed."""

    units = ("a day",)
    most = 0.5


class UnwellAgain(Strict):
    """Becoming unwell while waiting: back to treatment in the same bed."""

    per_day: DailyChance = Field(description="The chance of it, each day of delay.")
    stay: Distribution = Field(description="How long the new treatment takes.")
    arrangements: Literal["lapse", "hold"] = Field(
        "lapse",
        description="lapse = needs are looked at afresh, and everything is arranged again; "
        "hold = the way on stays the same, and what was arranged holds.",
    )


class NeedsMore(Strict):
    """Losing so much strength while waiting that a heavier pathway is needed."""

    per_day: DailyChance = Field(description="The chance of it, each day of delay.")
    routes: Annotated[dict[Name, Name], Field(min_length=1, max_length=50)] = Field(
        description="Route → the heavier route, from the same setting, that is needed instead."
    )


class DiesWaiting(Strict):
    """Dying in hospital while waiting to leave."""

    per_day: DailyChance = Field(description="The chance of it, each day of delay.")
    exit: Name = Field(description="The exit that stands for death.")


class Readmission(Strict):
    """Coming back as an emergency within 30 days of leaving by an exit."""

    prob: Share = Field(description="The share who come back.")
    after: Distribution = Field(description="How long after leaving; more than 30 days count 30.")


class Harm(Strict):
    """What waiting does to people in acute beds, and who is readmitted."""

    unwell_again: UnwellAgain | None = Field(None, description="Becoming unwell again.")
    needs_more: NeedsMore | None = Field(None, description="Needing a heavier pathway.")
    dies: DiesWaiting | None = Field(None, description="Dying while waiting.")
    readmitted: dict[Pathway, Readmission] = Field(
        default_factory=dict, description="Pathway of the discharge → who is readmitted."
    )
