"""What a place is: every table that a place's YAML may hold, with units and meanings.

Read from the bottom: a Place has organisations, settings, exits, transfers, routes, groups of
patients and perhaps a start state. Rules that join two tables are in ``rules.py``.
"""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.place.calendars import (
    ByMonth,
    ByWeekday,
    CapacityChange,
    CapacityWindow,
    IsoDate,
    Round,
    Window,
)
from sim.place.csv_columns import CsvColumn, DailyNumbers
from sim.place.distributions import Distribution
from sim.place.numbers import (
    MAX_NUMBER,
    Amount,
    Count,
    Duration,
    Noted,
    PoundsPerDay,
    Rate,
    ShareOrRest,
    Spaces,
    Strict,
    YesNo,
    wrong,
)
from sim.place.reasons import REASONS
from sim.place.words import Body, Pathway

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.&()'-]{0,59}$")]
"""A name within a place: up to 60 letters, figures, spaces and - _ . & ( ) '."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(max_length=5000)]


def _one_or_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _known_reason(code: Any) -> Any:
    if not isinstance(code, str) or code not in REASONS:
        from sim.place.problems import did_you_mean

        raise wrong(
            f"{str(code)[:60]!r} is not a delay reason{did_you_mean(str(code), REASONS)}; "
            f"allowed: {', '.join(REASONS)}"
        )
    return code


ReasonCode = Annotated[
    str,
    BeforeValidator(_known_reason),
    Field(json_schema_extra={"enum": list(REASONS)}),
]
Windows = Annotated[
    tuple[Window, ...],
    BeforeValidator(_one_or_list, json_schema_input_type=Window | list[Window]),
    Field(strict=False, max_length=50),
]


class Organisation(Strict):
    """A hospital trust, council or provider: who runs a setting, and so who pays."""

    name: Title | None = Field(None, description="Its full name.")
    body: Body = Field(description="NHS, social care, or both.")


class Exit(Strict):
    """A way out of the place: home, another place, death."""

    name: Title | None = Field(None, description="What it is called in reports.")


class Setting(Strict):
    """A ward, a service or a home: somewhere people are for a time."""

    name: Title | None = Field(None, description="What it is called in reports.")
    organisation: Name | None = Field(None, description="Who runs it.")
    locality: Name | None = Field(None, description="The part of the place that it serves.")
    acute: YesNo = Field(
        False, description="yes: its delays count in the place's delayed bed days."
    )
    beds: Spaces | None = Field(None, description="How many beds, or unlimited.")
    places: Spaces | None = Field(
        None, description="How many people at once, for a service without beds, or unlimited."
    )
    capacity_by_week: tuple[CapacityWindow, ...] = Field(
        (), description="Spaces open at some hours of each week.", strict=False, max_length=100
    )
    capacity_changes: tuple[CapacityChange, ...] = Field(
        (),
        description="Spaces open from some date; stands before the weekly pattern.",
        strict=False,
        max_length=400,
    )
    admits: Windows | None = Field(
        None, description="Hours in which people are admitted (always, if left out)."
    )
    queue_limit: Count | None = Field(
        None,
        description="How many may wait at its front door; one more is turned away, or sent to "
        "the overflow. No limit if left out (0 where there is an overflow).",
    )
    overflow: tuple[Name, ...] = Field(
        (),
        description="Settings that take its people as outliers when its queue is at the limit, "
        "first choice first.",
        strict=False,
        max_length=20,
    )
    outlier_stay_times: Amount = Field(
        Amount(value=1.0),
        description="An outlier's stay is this many times the stay drawn for this setting.",
    )
    returns: YesNo = Field(
        False, description="yes: an outlier moves here when a space comes free, keeping its turn."
    )
    turnaround: Duration | None = Field(
        None, description="Time to clean and make ready a space after somebody leaves it."
    )
    decision_rounds: tuple[Round, ...] = Field(
        (),
        description="When people may be declared ready to leave (at once, if left out).",
        strict=False,
        max_length=100,
    )
    pace_by_weekday: ByWeekday | None = Field(
        None, description="Days of treatment gained in a day, by weekday (1 = the full pace)."
    )
    stay: Distribution | None = Field(
        None, description="How long people need to be here, unless their group says otherwise."
    )
    cost_per_day: PoundsPerDay | None = Field(None, description="Cost of a person's day here.")
    capacity_reason: ReasonCode | None = Field(
        None, description="The delay reason of waiting for a space here (by pathway if left out)."
    )

    @property
    def spaces(self) -> Spaces:
        """Its beds or places, whichever is written."""
        spaces = self.beds or self.places
        assert spaces is not None
        return spaces

    @model_validator(mode="after")
    def _beds_or_places(self) -> "Setting":
        if (self.beds is None) == (self.places is None):
            raise wrong("write either beds or places (a number, or unlimited)")
        return self


class Task(Strict):
    """One step of arranging or handing over, with the time it takes."""

    task: Title = Field(description="What is done.")
    takes: Distribution = Field(description="Time from its start to its end, waits included.")
    reason: ReasonCode = Field(description="The delay reason while it is not done.")
    body: Body | None = Field(
        None, description="Who answers for it (the reason's usual body, if left out)."
    )


class Transfer(Strict):
    """What must be done for somebody to leave one setting for another, or for an exit.

    The tasks of arrange come first, in order; then the wait for a space; then, with the next
    space held, the tasks of hand_over. The person keeps the first space until the end.
    """

    arrange: tuple[Task, ...] = Field(
        (), description="Tasks before the next place is asked for.", strict=False, max_length=50
    )
    hand_over: tuple[Task, ...] = Field(
        (), description="Tasks once the next place is sure.", strict=False, max_length=50
    )


class Route(Strict):
    """One way on from a setting; also written as its bare share."""

    share: ShareOrRest = Field(
        description="Share of people who go this way, or rest: what the others leave of 1."
    )
    to: Name | None = Field(
        None, description="The setting or exit (the route's own name, if left out)."
    )
    pathway: Pathway | None = Field(None, description="P0 to P3, where it is a discharge.")
    transfer: Name | None = Field(None, description="The transfer that it needs, if any.")
    priority: int | None = Field(
        None, ge=1, le=9, description="Turn in the next queue, 1 first (else the group's)."
    )

    @model_validator(mode="before")
    @classmethod
    def _bare_share(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"share": data}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the bare share as well."""
        whole_form = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [*ShareOrRest.short_forms(), whole_form]}


Routes = Annotated[dict[Name, Route], Field(max_length=200)]


class HourProfile(Noted):
    """How arrivals spread over the 24 hours of a day: a list, or a CSV column of 24 rows."""

    weights: tuple[float, ...] | None = Field(
        None, description="24 weights, midnight first; only their ratios matter.", strict=False
    )
    csv: CsvColumn | None = Field(None, description="A CSV column with 24 rows.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if isinstance(data, list):
            return {"weights": data}
        if isinstance(data, dict) and "file" in data:
            return {"csv": data}
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept the bare list, and the file and column, as well."""
        hours = {"type": "array", "items": {"type": "number"}, "minItems": 24, "maxItems": 24}
        column = handler.resolve_ref_schema(handler(CsvColumn.__pydantic_core_schema__))
        return {"anyOf": [hours, column, handler.resolve_ref_schema(handler(core_schema))]}

    @model_validator(mode="after")
    def _a_profile(self) -> "HourProfile":
        if (self.weights is None) == (self.csv is None):
            raise wrong("write 24 weights, or the file and column that hold them")
        hours = self.by_hour()
        if len(hours) != 24 or min(hours) < 0 or not 0 < sum(hours) <= MAX_NUMBER:
            raise wrong("24 numbers of 0 or more are needed, one for each hour, not all 0")
        return self

    def by_hour(self) -> tuple[float, ...]:
        """The 24 weights."""
        if self.weights is not None:
            return self.weights
        return self.csv.values if self.csv else ()


class Group(Strict):
    """A group of patients: how many come, where, what they need, where they go on to."""

    name: Title | None = Field(None, description="What it is called in reports.")
    locality: Name | None = Field(None, description="The part of the place they come from.")
    priority: int = Field(5, ge=1, le=9, description="Turn in queues: 1 goes first, 9 last.")
    arrives_at: Name = Field(description="The setting they come to.")
    per_day: Rate | None = Field(None, description="Mean arrivals a day (Poisson).")
    arrival_dates: tuple[IsoDate, ...] | None = Field(
        None,
        description="The dates on which one person each comes; a date may be listed again.",
        strict=False,
        max_length=20_000,
    )
    daily_numbers: DailyNumbers | None = Field(None, description="Numbers a day from a CSV file.")
    by_hour: HourProfile | None = Field(None, description="Spread over the day (even if left out).")
    by_weekday: ByWeekday | None = Field(None, description="Factors on per_day by weekday.")
    by_month: ByMonth | None = Field(None, description="Factors on per_day by month.")
    stay: dict[Name, Distribution] = Field(
        default_factory=dict, description="Setting → how long this group needs to be there."
    )
    routes: dict[Name, Routes] = Field(
        default_factory=dict, description="Setting → this group's own routes from it."
    )

    @model_validator(mode="after")
    def _one_kind_of_arrivals(self) -> "Group":
        ways = ("per_day", "arrival_dates", "daily_numbers")
        written = [way for way in ways if getattr(self, way) is not None]
        if len(written) != 1:
            here = " and ".join(written) or "none"
            raise wrong(f"write exactly one of: {', '.join(ways)} (here: {here})")
        if self.per_day is None and (self.by_weekday or self.by_month):
            raise wrong(f"by_weekday and by_month go with per_day, not with {written[0]}")
        return self


RemainingRule = Literal["equilibrium", "uniform from one day", "fresh"]


class StayLeft(Strict):
    """How long people who are there at the start still need: a rule, or a distribution."""

    rule: RemainingRule | None = Field(None, description="One of the three rules.")
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
    number: Count = Field(description="How many.")
    stay_left: StayLeft = Field(
        default_factory=lambda: StayLeft.model_validate("equilibrium"),
        description="equilibrium = as found on a chance day in a process that has long run; "
        "uniform from one day = evenly between one day and a fresh stay (IPACS); "
        "fresh = a whole new stay; or a distribution of the days left.",
    )


class PeopleWaiting(Strict):
    """People who are already waiting for a space when the run starts; they go first."""

    waiting_for: Name = Field(description="The setting that they wait for.")
    group: Name = Field(description="Their group.")
    number: Count = Field(description="How many.")
    setting: Name | None = Field(
        None, description="Where they are meanwhile (at the front door, if left out)."
    )
    days_waited: Distribution = Field(
        default_factory=lambda: Distribution.model_validate(0),
        description="How long they have waited already.",
    )


class Start(Strict):
    """Who is in the place when the run starts; empty if left out."""

    people: tuple[PeopleThere, ...] = Field(
        (), description="People there.", strict=False, max_length=500
    )
    waiting: tuple[PeopleWaiting, ...] = Field(
        (), description="People waiting.", strict=False, max_length=500
    )


class Place(Strict):
    """A place: its organisations, settings, routes and people."""

    place: Title = Field(description="The place's name.")
    start_date: IsoDate = Field(description="The date on which the run starts.")
    about: Prose | None = Field(None, description="What this place is, and where it comes from.")
    assumptions: tuple[Prose, ...] = Field(
        (), description="What was assumed; printed in the report.", strict=False, max_length=100
    )
    bank_holidays: Literal["as sundays", "as usual"] = Field(
        "as sundays", description="How England's bank holidays count in calendars."
    )
    organisations: dict[Name, Organisation] = Field(
        default_factory=dict, description="Who runs the settings."
    )
    settings: dict[Name, Setting] = Field(
        description="Where people are.", min_length=1, max_length=500
    )
    exits: dict[Name, Exit] = Field(description="Ways out of the place.", min_length=1)
    transfers: dict[Name, Transfer] = Field(
        default_factory=dict, description="What must be done to move people, by name."
    )
    routes: dict[Name, Routes] = Field(
        default_factory=dict, description="Setting → routes from it, for every group."
    )
    patients: dict[Name, Group] = Field(
        description="The groups of patients.", min_length=1, max_length=500
    )
    start: Start = Field(default_factory=Start, description="Who is there already.")

    def routes_from(self, group: str, setting: str) -> dict[str, Route]:
        """A group's routes from a setting: its own, or else everybody's."""
        return self.patients[group].routes.get(setting) or self.routes.get(setting) or {}

    def stay_of(self, group: str, setting: str) -> Distribution | None:
        """How long a group needs a setting: its own stay, or else the setting's."""
        return self.patients[group].stay.get(setting) or self.settings[setting].stay

    def body_of(self, setting: str) -> Body:
        """The body that runs a setting; both, where no organisation is named."""
        organisation = self.settings[setting].organisation
        return self.organisations[organisation].body if organisation else "both"


def shares(routes: dict[str, Route]) -> dict[str, float]:
    """Each route's share of 1, with what is left given to the route that takes the rest.

    >>> shares({"home": Route(share=0.7), "ward": Route(share="rest")})
    {'home': 0.7, 'ward': 0.30000000000000004}
    """
    known = {
        name: route.share.value for name, route in routes.items() if route.share.value is not None
    }
    rest = max(0.0, 1.0 - sum(known.values()))
    return {name: known.get(name, rest) for name in routes}


def destination(name: str, route: Route) -> str:
    """Where a route leads: what it says, or its own name."""
    return route.to or name
