"""What a place looks like as a workbook: its sheets, their columns and what each column allows.

A heading is the schema's own word, and what its note says (meaning, unit, allowed values) is
taken from the schema, so that the two can't drift apart. Beside any number a workbook may have
further columns that say where it comes from: ``beds source``, ``beds low``, ``beds certainty``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sim.place import schema
from sim.place.calendars import (
    DAYS_HELP,
    ByMonth,
    ByWeekday,
    CapacityChange,
    CapacityWindow,
    Round,
    Window,
)
from sim.place.csv_columns import DailyNumbers
from sim.place.distributions import FAMILIES, Distribution
from sim.place.numbers import DAYS_PER_UNIT, Duration, Noted, Number, NumberOrWord
from sim.place.tasks import Task, Transfer
from sim.place.words import MONTHS, WEEKDAYS

Kind = Literal["name", "word", "text", "number", "date", "clock", "yes or no"]


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its heading, what may stand in it, and the note on its heading."""

    heading: str
    kind: Kind
    note: str
    words: tuple[str, ...] = ()
    """The words of its drop-down."""
    names_on: str | None = None
    """The sheet whose names fill its drop-down."""
    required: bool = False
    noted: tuple[str, ...] = ()
    """What further columns may say of it: ``beds source``, ``beds low``."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: a table of a place."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    """The columns that together name a row; no two rows have the same."""
    required: bool = False
    always_noted: tuple[str, ...] = ()
    """Numbers whose source columns are there from the start; the others' are when used."""
    has_distribution: bool = False

    def column(self, heading: str) -> Column | None:
        """What a heading means here: a column of the sheet, or one that says more of a number."""
        wanted = plain_heading(heading)
        for column in self.columns:
            if plain_heading(column.heading) == wanted:
                return column
        share = re.fullmatch(r"quantile_([0-9.]+)", wanted)
        if share and self.has_distribution:
            return quantile_column(share[1])
        for part in NOTED:
            base = wanted.removesuffix(f"_{part}")
            about = self.column(base) if base != wanted else None
            if about and part in about.noted:
                return noted_column(about.heading, part)
        return None

    def headings(self) -> list[str]:
        """The headings of the sheet's own columns."""
        return [column.heading for column in self.columns]


def plain_heading(text: str) -> str:
    """A heading without its capitals, and with one underscore for each gap between words.

    >>> plain_heading("  Cost per day")
    'cost_per_day'
    """
    return re.sub(r"[\s_]+", "_", text.strip()).lower()


NOTED: dict[str, tuple[Kind, str, tuple[str, ...]]] = {
    "low": ("number", "The lowest that it may reasonably be.", ()),
    "high": ("number", "The highest that it may reasonably be.", ()),
    "unit": ("word", "Its unit, as a check: another unit is an error.", ()),
    "source": ("text", "Where the figure comes from: document, page, date.", ()),
    "certainty": (
        "word",
        str(Noted.model_fields["certainty"].description),
        ("high", "medium", "low", "guess"),
    ),
    "note": ("text", "What a reader should know about it.", ()),
}
"""What may be said of a number, each in a column of its own."""
NUMBER_NOTES = tuple(NOTED)
FILE_NOTES = ("source", "certainty", "note")


def noted_heading(heading: str, part: str) -> str:
    """The heading of the column that says more of a number: ``beds source``."""
    return f"{heading} {part}"


def noted_column(heading: str, part: str) -> Column:
    """A column that says more of the number in another column."""
    kind, note, words = NOTED[part]
    return Column(noted_heading(heading, part), kind, f"About {heading}. {note}", words)


def notes_on(what: str) -> tuple[Column, ...]:
    """The columns that say where everything else in a row comes from."""
    columns = (noted_column(what, part) for part in FILE_NOTES)
    return tuple(
        replace(column, heading=part, note=f"About {what}. {NOTED[part][1]}")
        for column, part in zip(columns, FILE_NOTES, strict=True)
    )


def quantile_column(share: str) -> Column:
    """The column of one quantile, used where that length has a source of its own."""
    return Column(
        f"quantile {share}",
        "number",
        f"The length that {share} of people stay within.",
        noted=NUMBER_NOTES,
    )


def _leaves(annotation: Any) -> Iterator[Any]:
    """The plain types and Literals in a field's type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for option in get_args(annotation):
            yield from _leaves(option)
    else:
        yield annotation


def _field(
    model: type[BaseModel],
    name: str,
    kind: Kind | None = None,
    *,
    heading: str | None = None,
    words: tuple[str, ...] = (),
    names_on: str | None = None,
    more: str = "",
) -> Column:
    """A column for a field of the schema, with the schema's own words in its note."""
    field = next(f for key, f in model.model_fields.items() if name in (key, f.alias))
    found: Kind = "text"
    allowed = ""
    noted: tuple[str, ...] = ()
    for leaf in _leaves(field.annotation):
        if _is_number(leaf):
            found, allowed = "number", _number_allowed(leaf)
            noted = NUMBER_NOTES
        elif leaf is bool:
            found, words = "yes or no", ("yes", "no")
        elif leaf is date:
            found, allowed = "date", "Allowed: a date, such as 2025-04-07."
        elif leaf is int:
            found, allowed = "number", "Allowed: a whole number from 1 to 9."
        elif get_origin(leaf) is Literal:
            found, words = "word", get_args(leaf)
    if words and len(words) < 12:
        allowed = f"Allowed: {', '.join(words)}."
    if names_on:
        found = "name"
        allowed = f"Allowed: a name from the sheet {names_on}."
    required = "Must be filled in." if field.is_required() else "May be left blank."
    note = "\n".join(filter(None, [field.description, more, allowed, required]))
    return Column(heading or name, kind or found, note, words, names_on, field.is_required(), noted)


def _number_allowed(kind: type[Number]) -> str:
    unit = f" Unit: {kind.units[0]}." if kind.units and kind is not Duration else ""
    if kind is Duration:
        unit = " Unit: days; or write it with its unit, such as 2 hours."
    elif issubclass(kind, NumberOrWord):
        unit = f" Unit: {' or '.join(kind.units)}."
    return f"Allowed: {kind.bounds()}.{unit}"


def _name(heading: str, note: str, *, names_on: str | None = None, required: bool = True) -> Column:
    where = f"\nAllowed: a name from the sheet {names_on}." if names_on else ""
    must = "\nMust be filled in." if required else ""
    return Column(heading, "name", note + where + must, (), names_on, required)


FAMILIES_HERE = tuple(family for family in FAMILIES if family != "other")
"""The families of distributions that a row can hold."""


def _numbers_of_families() -> tuple[str, ...]:
    """The numbers that some family of distributions has, those used most first."""
    first = ("value", "mean", "sd", "median", "mu", "sigma", "shape", "scale", "rate")
    found = dict.fromkeys(first)
    for family in FAMILIES_HERE:
        for model in _leaves(Distribution.model_fields[family].annotation):
            for name, field in getattr(model, "model_fields", {}).items():
                if any(_is_number(leaf) for leaf in _leaves(field.annotation)):
                    found[name] = None
    return tuple(sorted(found, key=lambda name: name.startswith("redrawn")))


def _is_number(leaf: Any) -> bool:
    return isinstance(leaf, type) and issubclass(leaf, Number)


PARAMETERS = _numbers_of_families()
"""The numbers of the families of distributions, each in a column."""


def _families_of(parameter: str) -> dict[str, Any]:
    """Family → what this parameter is in it."""
    found: dict[str, Any] = {}
    for family in FAMILIES_HERE:
        for leaf in _leaves(Distribution.model_fields[family].annotation):
            fields = getattr(leaf, "model_fields", {})
            if parameter in fields:
                found[family] = fields[parameter]
    return found


def _parameter(name: str) -> Column:
    fields = _families_of(name)
    meaning = next(iter(fields.values())).description
    kind: Kind = "text" if name in ("file", "column") else "number"
    unit = "" if name in ("mu", "sigma", "shape", "file", "column") else "\nUnit: the column unit."
    if name == "rate":
        unit = "\nUnit: 1 over the column unit."
    note = f"{meaning}\nUsed by: {', '.join(fields)}.{unit}"
    said = {"number": NUMBER_NOTES, "file": FILE_NOTES}
    return Column(name, kind, note, noted=said.get(name) or said.get(kind, ()))


DISTRIBUTION = (
    Column(
        "family", "word",
        "The family of the distribution; then fill in its numbers in the next columns: value for "
        "fixed; mean or rate for exponential; mean and sd, median and mean, or mu and sigma for "
        "lognormal; mean and sd, or shape and scale or rate for gamma; shape and scale, or shape "
        "and mean for weibull; low and high for uniform; min, mode and max for triangular; "
        "quantiles; file and column for empirical.\nLeft blank with a value: fixed.\n"
        f"Allowed: {', '.join(FAMILIES_HERE)}.",
        FAMILIES_HERE,
    ),
    Column(
        "unit", "word",
        "The unit of the numbers in this row (days, if left blank).\nAllowed: "
        f"{', '.join(DAYS_PER_UNIT)}.",
        ("minutes", "hours", "days", "weeks"),
    ),
    *(_parameter(name) for name in PARAMETERS),
    Column(
        "quantiles", "text",
        "Shares of people and the length that each share does not exceed, from 0 to 1, such as\n"
        "0: 0; 0.5: 7; 0.9: 30; 1: 90",
    ),
    _parameter("file"),
    _parameter("column"),
    *notes_on("this distribution"),
)  # fmt: skip
"""The columns of a length of time that varies."""

_WEEKDAYS = tuple(_field(ByWeekday, day) for day in WEEKDAYS)
_MONTHS = tuple(_field(ByMonth, month) for month in MONTHS)
_WINDOW = (
    Column("days", "word", f"Days of the week.\nAllowed: {DAYS_HELP}.\nMust be filled in.",
           ("every day", "weekdays", "weekends", *WEEKDAYS), None, True),
    _field(Window, "from", "clock"),
    _field(Window, "to", "clock"),
)  # fmt: skip
_SETTING = _name("setting", "The setting.", names_on="Settings")
_GROUP = _name("group", "The group of patients.", names_on="Patients")
_STAY_LEFT = schema.PeopleThere.model_fields["stay_left"].description
HOURS = tuple(f"{hour:02}:00" for hour in range(24))

PLACE_ITEMS = {
    "place": _field(schema.Place, "place"),
    "start_date": _field(schema.Place, "start_date"),
    "about": _field(schema.Place, "about"),
    "bank_holidays": _field(schema.Place, "bank_holidays"),
    "assumption": replace(
        _field(schema.Place, "assumptions"),
        heading="assumption",
        note="One thing that was assumed; printed in the report.\nMay stand in several rows.",
    ),
}
"""The rows of the sheet Place."""

SHEETS = (
    Sheet(
        "Place", "The place's name, start date and assumptions, one a row.",
        (
            Column("item", "word", f"Allowed: {', '.join(PLACE_ITEMS)} (in as many rows as "
                   "needed).\nMust be filled in.", tuple(PLACE_ITEMS), None, True),
            Column("value", "text", "What it is."),
        ),
        required=True,
    ),
    Sheet(
        "Organisations", "Who runs the settings, and so who pays.",
        (
            _name("organisation", "A short name, used on the other sheets."),
            _field(schema.Organisation, "name"),
            _field(schema.Organisation, "body"),
        ),
        key=("organisation",),
    ),
    Sheet(
        "Settings", "Wards, services and homes: where people are for a time.",
        (
            _name("setting", "A short name, used on the other sheets."),
            _field(schema.Setting, "name"),
            _field(schema.Setting, "organisation", names_on="Organisations"),
            _field(schema.Setting, "locality", "name"),
            _field(schema.Setting, "acute"),
            _field(schema.Setting, "beds", more="Fill in either beds or places."),
            _field(schema.Setting, "places", more="Fill in either beds or places."),
            _field(schema.Setting, "cost_per_day"),
            _field(schema.Setting, "turnaround"),
            _field(schema.Setting, "queue_limit"),
            _field(schema.Setting, "overflow", "name", more="Several: with commas between them."),
            _field(schema.Setting, "outlier_stay_times"),
            _field(schema.Setting, "returns"),
            _field(schema.Setting, "capacity_reason", "word",
                   more="Allowed: a reason from the sheet Allowed words."),
        ),
        key=("setting",), required=True, always_noted=("beds",),
    ),
    Sheet(
        "Exits", "Ways out of the place.",
        (
            _name("exit", "A short name, used on the sheet Routes."),
            _field(schema.Exit, "name"),
        ),
        key=("exit",), required=True,
    ),
    Sheet(
        "Routes", "Where people go on to from each setting.",
        (
            _name("from", "The setting that they leave.", names_on="Settings"),
            _name("group", "The group whose own route this is; blank for everybody. A group with "
                  "its own routes from a setting uses none of everybody's from there.",
                  names_on="Patients", required=False),
            _name("route", "The route's name: the setting or exit that it leads to, unless the "
                  "column to says another."),
            _field(schema.Route, "share"),
            _field(schema.Route, "to", "name"),
            _field(schema.Route, "pathway"),
            _field(schema.Route, "transfer", names_on="Transfers"),
            _field(schema.Route, "priority"),
        ),
        key=("from", "group", "route"), always_noted=("share",),
    ),
    Sheet(
        "Transfers", "What must be done to move people has a name here; its tasks are on Tasks.",
        (_name("transfer", "The transfer's name, used on the sheets Routes and Tasks."),),
        key=("transfer",),
    ),
    Sheet(
        "Tasks", "The tasks of each transfer, with the time that each takes.",
        (
            _name("transfer", "The transfer that it is part of.", names_on="Transfers"),
            Column("step", "word", "arrange = before the next place is asked for; hand_over = "
                   "once the next place is sure.\nAllowed: arrange, hand_over.\nMust be filled in.",
                   ("arrange", "hand_over"), None, True),
            Column("order", "number", "Its turn within the step: 1 comes first.\nLeft blank in "
                   "all of a step: in the order of the rows."),
            _field(Task, "task"),
            _field(Task, "reason", "word",
                   more="Allowed: a reason from the sheet Allowed words."),
            _field(Task, "body"),
            *DISTRIBUTION,
        ),
        has_distribution=True,
    ),
    Sheet(
        "Patients", "The groups of patients: how many come, and where.",
        (
            _name("group", "A short name, used on the other sheets."),
            _field(schema.Group, "name"),
            _field(schema.Group, "locality", "name"),
            _field(schema.Group, "priority"),
            _field(schema.Group, "arrives_at", names_on="Settings"),
            _field(schema.Group, "per_day",
                   more="In place of it: dates on the sheet Arrival dates, or daily_numbers."),
            replace(
                _field(DailyNumbers, "file", heading="daily_numbers file",
                       more="Numbers a day from a CSV file beside this workbook."),
                noted=FILE_NOTES, required=False,
            ),
            replace(_field(DailyNumbers, "column", heading="daily_numbers column"),
                    required=False),
            _field(DailyNumbers, "dates", heading="daily_numbers dates"),
            _field(DailyNumbers, "are", heading="daily_numbers are"),
        ),
        key=("group",), required=True, always_noted=("per_day",),
    ),
    Sheet(
        "Stays", "How long people need to be in a setting.",
        (
            _SETTING,
            _name("group", "The group whose own stay this is; blank for every group without its "
                  "own.", names_on="Patients", required=False),
            *DISTRIBUTION,
        ),
        key=("setting", "group"), has_distribution=True,
    ),
    Sheet("By weekday", "Factors on per_day by weekday; a blank is 1.",
          (_GROUP, *_WEEKDAYS, *notes_on("this week")), key=("group",)),
    Sheet("By month", "Factors on per_day by month; a blank is 1.",
          (_GROUP, *_MONTHS, *notes_on("this year")), key=("group",)),
    Sheet(
        "By hour", "How arrivals spread over the day: 24 weights, or a CSV file with 24 rows.",
        (
            _GROUP,
            *(Column(hour, "number", f"Weight of the hour from {hour}; only the ratios of the 24 "
                     "matter.\nAllowed: a number of 0 or more.") for hour in HOURS),
            Column("file", "text", "A CSV file beside this workbook, in place of the 24 weights.",
                   noted=FILE_NOTES),
            Column("column", "text", "The heading of its column, with 24 rows."),
            *notes_on("this day"),
        ),
        key=("group",),
    ),
    Sheet(
        "Arrival dates", "For a group without per_day: the dates on which one person each comes.",
        (_GROUP, Column("date", "date", "A date, such as 2025-04-07; for several people on one "
                        "day, several rows.\nMust be filled in.", (), None, True)),
    ),
    Sheet("Admits", "Hours in which a setting admits people (always, if it has no row here).",
          (_SETTING, *_WINDOW)),
    Sheet(
        "Rounds", "Decision rounds: when people may be declared ready to leave (at once, if a "
        "setting has no row here).",
        (_SETTING, _WINDOW[0], _field(Round, "at", "clock"), _field(Round, "prob_ready")),
    ),
    Sheet("Pace", "Days of treatment gained in a day, by weekday; a blank is 1, the full pace.",
          (_SETTING, *_WEEKDAYS, *notes_on("this week")), key=("setting",)),
    Sheet("Capacity by week", "Spaces open at some hours of each week.",
          (_SETTING, *_WINDOW, _field(CapacityWindow, "spaces"))),
    Sheet(
        "Capacity changes", "Spaces open from a date on; stands before the weekly pattern.",
        (_SETTING, _field(CapacityChange, "from"), _field(CapacityChange, "to"),
         _field(CapacityChange, "spaces")),
    ),
    Sheet(
        "Start people", "People who are there when the run starts (nobody, without rows).",
        (
            _field(schema.PeopleThere, "setting", names_on="Settings"),
            _field(schema.PeopleThere, "group", names_on="Patients"),
            _field(schema.PeopleThere, "number"),
            Column("rule", "word",
                   f"How long they still need: {_STAY_LEFT}\nLeft blank: equilibrium, or the "
                   "distribution in the next columns.",
                   get_args(schema.RemainingRule)),
            *DISTRIBUTION,
        ),
        has_distribution=True,
    ),
    Sheet(
        "Start waiting", "People who are waiting for a space when the run starts. The distribution "
        "is how long they have waited already.",
        (
            _field(schema.PeopleWaiting, "waiting_for", names_on="Settings"),
            _field(schema.PeopleWaiting, "group", names_on="Patients"),
            _field(schema.PeopleWaiting, "number"),
            _field(schema.PeopleWaiting, "setting", names_on="Settings"),
            *DISTRIBUTION,
        ),
        has_distribution=True,
    ),
)  # fmt: skip
"""Every sheet that is read, in the order of the workbook."""

SHEET = {sheet.name: sheet for sheet in SHEETS}
YAML_ONLY: dict[type[BaseModel], tuple[str, ...]] = {
    schema.Place: ("teams", "harm"),
    schema.Exit: ("death",),
    schema.Setting: ("visits_per_day", "hours_per_day", "need", "pushes", "capacity_cycle"),
    schema.Route: ("otherwise",),
    schema.Group: ("lives_in", "elective", "cancelled_after", "by_dates", "arrivals_cycle"),
    Distribution: ("other",),
    schema.Start: ("file",),
    schema.PeopleThere: (
        "locality", "days_there", "route", "task", "also_done", "outlier_in", "expected_in",
    ),
    schema.PeopleWaiting: (
        "route", "task", "also_done", "locality", "days_there", "outlier_in",
    ),
    Transfer: ("expected_date_error",),
    Task: (
        "team", "works_for", "starts", "after", "only_for", "prob", "trusted", "returned",
        "returns_to", "repeats", "valid_for", "stands_in",
    ),
}  # fmt: skip
"""The keys that a workbook has no columns for; a place that uses one is written in YAML."""
READ_ME = "Read me"
ALLOWED_WORDS = "Allowed words"
OWN_NOTES = "notes"


def is_for_people(name: str) -> bool:
    """Whether a sheet is there for people only, and not read: Read me, Allowed words, Notes…"""
    plain = name.strip().lower()
    return plain in (READ_ME.lower(), ALLOWED_WORDS.lower()) or plain.startswith(OWN_NOTES)
