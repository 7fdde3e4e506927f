"""What a place is: every table that a place's YAML may hold, with units and meanings.

Read from the bottom: a Place has organisations, settings, exits, transfers, routes, groups of
patients and perhaps a start state. Rules that join two tables are in ``rules.py``.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.place.calendars import (
    ByMonth,
    ByWeekday,
    CapacityChange,
    CapacityWindow,
    DatedFactor,
    IsoDate,
    Push,
    Round,
)
from sim.place.csv_columns import CsvColumn, DailyNumbers
from sim.place.cycles import ArrivalsCycle, CapacityCycle
from sim.place.distributions import Distribution
from sim.place.fields import (
    Name,
    NameByLocality,
    Prose,
    ReasonCode,
    Title,
    Windows,
    in_locality,
    names_in,
)
from sim.place.harm import Harm
from sim.place.numbers import (
    MAX_NUMBER,
    Amount,
    Count,
    Duration,
    Noted,
    Positive,
    PoundsPerDay,
    Rate,
    ShareOrRest,
    Spaces,
    Strict,
    YesNo,
    wrong,
)
from sim.place.start import PeopleThere as PeopleThere
from sim.place.start import PeopleWaiting as PeopleWaiting
from sim.place.start import RemainingRule as RemainingRule
from sim.place.start import Start as Start
from sim.place.start import StayLeft as StayLeft
from sim.place.tasks import Transfer
from sim.place.teams import Team
from sim.place.words import Body, Pathway


class Organisation(Strict):
    """A hospital trust, council or provider: who runs a setting, and so who pays."""

    name: Title | None = Field(None, description="Its full name.")
    body: Body = Field(description="NHS, social care, or both.")


class Exit(Strict):
    """A way out of the place: home, another place, death."""

    name: Title | None = Field(None, description="What it is called in reports.")
    death: YesNo = Field(False, description="yes: people who leave by it have died.")


class Need(Strict):
    """How many visits or hours a day a person needs, in a straight line from first to last day."""

    first: Positive = Field(description="On the first day.")
    last: Positive = Field(description="On the last day, and while waiting to leave.")

    @model_validator(mode="after")
    def _tapers(self) -> "Need":
        if self.last.value > self.first.value:
            raise wrong("last must not be above first: a need that grows could not be promised")
        return self


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
    visits_per_day: Spaces | None = Field(
        None, description="For care at home: visits that can be made in a day, or unlimited."
    )
    hours_per_day: Spaces | None = Field(
        None, description="For care at home: hours of care that can be given in a day."
    )
    need: Need | None = Field(
        None, description="With visits_per_day or hours_per_day: what a person needs each day."
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
    capacity_cycle: CapacityCycle | None = Field(
        None,
        description="Spaces open in parts of a cycle of any length, which repeats from the start "
        "of the run; in place of capacity_by_week and capacity_changes.",
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
    pushes: tuple[Push, ...] = Field(
        (),
        description="Dates on which treatment and decisions go faster or slower than usual.",
        strict=False,
        max_length=100,
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
        """Its beds, places, visits or hours, whichever is written."""
        spaces = self.beds or self.places or self.visits_per_day or self.hours_per_day
        assert spaces is not None
        return spaces

    @model_validator(mode="after")
    def _one_kind_of_space(self) -> "Setting":
        ways = ("beds", "places", "visits_per_day", "hours_per_day")
        written = [way for way in ways if getattr(self, way) is not None]
        if len(written) != 1:
            raise wrong(f"write exactly one of {', '.join(ways)} (a number, or unlimited)")
        if (self.need is not None) != (written[0] in ways[2:]):
            raise wrong("need goes with visits_per_day or hours_per_day, and they with need")
        if self.capacity_cycle and (self.capacity_by_week or self.capacity_changes):
            raise wrong("write either capacity_cycle, or capacity_by_week and capacity_changes")
        return self


class OtherWay(Strict):
    """What somebody does who has waited long enough for a space: another of the routes."""

    route: Name = Field(description="The route, from the same setting, that is taken instead.")
    after: Distribution = Field(description="How long after asking, if there is still no space.")


class Route(Strict):
    """One way on from a setting; also written as its bare share."""

    share: ShareOrRest = Field(
        description="Share of people who go this way, or rest: what the others leave of 1."
    )
    to: NameByLocality | None = Field(
        None,
        description="The setting or exit, or one for each locality (the route's own name, if "
        "left out).",
    )
    pathway: Pathway | None = Field(None, description="P0 to P3, where it is a discharge.")
    transfer: Name | None = Field(None, description="The transfer that it needs, if any.")
    priority: int | None = Field(
        None, ge=1, le=9, description="Turn in the next queue, 1 first (else the group's)."
    )
    otherwise: OtherWay | None = Field(
        None, description="Another route, taken by those who wait too long for a space."
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
    lives_in: dict[Name, ShareOrRest] = Field(
        default_factory=dict,
        description="Locality → the share of the group who live there, in place of one locality.",
        max_length=100,
    )
    elective: YesNo = Field(
        False, description="yes: they are booked, so their wait is no wait for an emergency bed."
    )
    cancelled_after: Duration | None = Field(
        None,
        description="They are cancelled if no bed is free for them so long after they came.",
    )
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
    arrivals_cycle: ArrivalsCycle | None = Field(
        None,
        description="Mean arrivals (Poisson) in parts of a cycle of any length, which repeats from "
        "the start of the run.",
    )
    by_hour: HourProfile | None = Field(None, description="Spread over the day (even if left out).")
    by_weekday: ByWeekday | None = Field(None, description="Factors on per_day by weekday.")
    by_month: ByMonth | None = Field(None, description="Factors on per_day by month.")
    by_dates: tuple[DatedFactor, ...] = Field(
        (), description="Factors on per_day from one date to another.", strict=False,
        max_length=100,
    )  # fmt: skip
    stay: dict[Name, Distribution] = Field(
        default_factory=dict, description="Setting → how long this group needs to be there."
    )
    routes: dict[Name, Routes] = Field(
        default_factory=dict, description="Setting → this group's own routes from it."
    )

    @model_validator(mode="after")
    def _one_kind_of_arrivals(self) -> "Group":
        ways = ("per_day", "arrival_dates", "daily_numbers", "arrivals_cycle")
        written = [way for way in ways if getattr(self, way) is not None]
        if len(written) != 1:
            here = " and ".join(written) or "none"
            raise wrong(f"write exactly one of: {', '.join(ways)} (here: {here})")
        if self.per_day is None and (self.by_weekday or self.by_month or self.by_dates):
            raise wrong(f"by_weekday, by_month and by_dates go with per_day, not with {written[0]}")
        if self.arrivals_cycle and self.by_hour:
            raise wrong("by_hour goes with numbers a day; the cycle itself says when people come")
        if self.locality and self.lives_in:
            raise wrong("write either locality or lives_in")
        if self.lives_in:
            parts = [share.value for share in self.lives_in.values()]
            known = sum(part for part in parts if part is not None)
            rests = parts.count(None)
            if rests > 1 or known > 1 + 1e-6 or (not rests and abs(known - 1) > 1e-6):
                raise wrong(f"the shares of lives_in sum to {known:.9g}; they must sum to 1")
        return self


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
    teams: dict[Name, Team] = Field(
        default_factory=dict, description="Who does the tasks: staff in their hours, panels."
    )
    transfers: dict[Name, Transfer] = Field(
        default_factory=dict, description="What must be done to move people, by name."
    )
    routes: dict[Name, Routes] = Field(
        default_factory=dict, description="Setting → routes from it, for every group."
    )
    patients: dict[Name, Group] = Field(
        description="The groups of patients.", min_length=1, max_length=500
    )
    harm: Harm | None = Field(
        None, description="What waiting does to people, and who is readmitted (left out: nothing)."
    )
    start: Start = Field(default_factory=Start, description="Who is there already.")

    def every_route(self, group: str, setting: str) -> dict[str, Route]:
        """A group's routes from a setting as they are written, for every locality."""
        return self.patients[group].routes.get(setting) or self.routes.get(setting) or {}

    def routes_from(
        self, group: str, setting: str, locality: str | None = None
    ) -> dict[str, Route]:
        """A group's routes from a setting: its own, or else everybody's.

        Where a route leads to another setting in each locality, it is that of ``locality``.
        """
        return {
            name: route.model_copy(update={"to": in_locality(route.to, locality)})
            if isinstance(route.to, dict)
            else route
            for name, route in self.every_route(group, setting).items()
        }

    def localities_of(self, group: str) -> dict[str | None, float]:
        """Where a group's people live, with the share of each."""
        patients = self.patients[group]
        if not patients.lives_in:
            return {patients.locality: 1.0}
        known = {k: share.value for k, share in patients.lives_in.items()}
        rest = max(0.0, 1.0 - sum(value for value in known.values() if value is not None))
        return {name: rest if value is None else value for name, value in known.items()}

    def localities(self) -> list[str]:
        """Every locality in which somebody of some group may live, sorted."""
        named = {name for group in self.patients for name in self.localities_of(group)}
        return sorted(name for name in named if name)

    def stay_of(self, group: str, setting: str) -> Distribution | None:
        """How long a group needs a setting: its own stay, or else the setting's."""
        return self.patients[group].stay.get(setting) or self.settings[setting].stay

    def body_of(self, setting: str) -> Body:
        """The body that runs a setting; both, where no organisation is named."""
        return self.body_of_organisation(self.settings[setting].organisation)

    def body_of_organisation(self, organisation: str | None) -> Body:
        """The body of an organisation; both, where none is named."""
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
    """Where a route leads: what it says, or its own name.

    Where that differs by locality, the route must be that of one (``Place.routes_from``).
    """
    assert not isinstance(route.to, dict)
    return route.to or name


def destinations(name: str, route: Route) -> dict[str | None, str]:
    """Every setting or exit that a route may lead to, by the locality; None for everybody."""
    return names_in(route.to) or {None: name}
