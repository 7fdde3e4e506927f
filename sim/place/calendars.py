"""When things happen in a week: opening hours, decision rounds, capacity that changes.

An English bank holiday counts as a Sunday, unless the place says otherwise.
"""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.place.numbers import Amount, Noted, Share, Spaces, Strict, wrong
from sim.place.words import MONTHS, WEEKDAYS

_GROUPS = {
    "every day": tuple(range(7)),
    "weekdays": tuple(range(5)),
    "weekends": (5, 6),
}
DAYS_HELP = "such as mon, mon-fri, 'sat, sun', weekdays, weekends, every day"


def _read_days(text: Any) -> Any:
    """The weekday numbers (0 = Monday) that a phrase names."""
    if not isinstance(text, str):
        raise wrong(f"days must be words, {DAYS_HELP}")
    found: list[int] = []
    for part in text.lower().split(","):
        word = part.strip()
        first, dash, last = word.partition("-")
        if word in _GROUPS:
            found.extend(_GROUPS[word])
        elif first in WEEKDAYS and (not dash or last in WEEKDAYS):
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
            found.extend((start + i) % 7 for i in range((end - start) % 7 + 1))
        else:
            raise wrong(f"{word[:40]!r} does not name days; allowed: {DAYS_HELP}")
    if len(set(found)) != len(found):
        raise wrong(f"{text[:60]!r} names a day twice")
    return tuple(sorted(found))


Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_read_days, json_schema_input_type=str),
    Field(description=f"Days of the week, {DAYS_HELP}."),
]


def _read_clock(text: Any) -> Any:
    """A time of day as minutes after midnight."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text) if isinstance(text, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or minutes > 1440:
        raise wrong(f"{str(text)[:20]!r} is not a time of day; write it as '09:30' (24:00 at most)")
    return minutes


ClockTime = Annotated[int, BeforeValidator(_read_clock, json_schema_input_type=str)]
"""A time of day, written '09:30'; in code, minutes after midnight."""


def _read_date(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise wrong(f"{str(value)[:40]!r} is not a date; write it as 2025-04-07") from None


IsoDate = Annotated[date, BeforeValidator(_read_date, json_schema_input_type=str)]
"""A date, written 2025-04-07."""


class Window(Strict):
    """Hours of the day on some days of the week."""

    days: Days
    start: ClockTime = Field(alias="from", description="From this time, such as '08:00'.")
    end: ClockTime = Field(alias="to", description="To this time, such as '18:00' or '24:00'.")

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.start >= self.end:
            raise wrong("'from' must be before 'to'; hours across midnight are two windows")
        return self


class CapacityWindow(Window):
    """The number of spaces at some hours of the week."""

    spaces: Spaces = Field(description="How many spaces are open in these hours.")


class CapacityChange(Strict):
    """The number of spaces from a date on, to the end of another if one is given."""

    first: IsoDate = Field(alias="from", description="The first day.")
    last: IsoDate | None = Field(
        None, alias="to", description="The last day (to the end if left out)."
    )
    spaces: Spaces = Field(description="How many spaces are open on these days.")

    @model_validator(mode="after")
    def _in_order(self) -> "CapacityChange":
        if self.last is not None and self.last < self.first:
            raise wrong("'to' must not be before 'from'")
        return self


class Round(Strict):
    """A decision round: the time at which somebody may be declared ready to leave."""

    days: Days
    at: ClockTime = Field(description="Time of the round, such as '09:00'.")
    prob_ready: Share = Field(
        default_factory=lambda: Share(value=1.0),
        description="Chance that a round declares ready a person whose need has ended.",
    )


class Dated(Noted):
    """Some days in a row, by date."""

    first: IsoDate = Field(alias="from", description="The first day.")
    last: IsoDate = Field(alias="to", description="The last day.")

    @model_validator(mode="after")
    def _in_order(self) -> "Dated":
        if self.last < self.first:
            raise wrong("'to' must not be before 'from'")
        return self


class DatedFactor(Dated):
    """A factor on arrivals from one date to another."""

    times: Amount = Field(description="Factor on the mean arrivals of these days.")


class Push(Dated):
    """Days on which treatment and decisions go faster or slower than the week's pattern."""

    pace: Amount = Field(Amount(value=1.0), description="Factor on the pace of treatment.")
    readiness: Amount = Field(
        Amount(value=1.0),
        description="Factor on the readiness that each round adds up (2 = as good as two rounds).",
    )


class ByWeekday(Noted):
    """One number for each day of the week; a day left out has 1."""

    mon: Amount = Field(Amount(value=1.0), description="Monday.")
    tue: Amount = Field(Amount(value=1.0), description="Tuesday.")
    wed: Amount = Field(Amount(value=1.0), description="Wednesday.")
    thu: Amount = Field(Amount(value=1.0), description="Thursday.")
    fri: Amount = Field(Amount(value=1.0), description="Friday.")
    sat: Amount = Field(Amount(value=1.0), description="Saturday.")
    sun: Amount = Field(Amount(value=1.0), description="Sunday.")

    def factors(self) -> tuple[float, ...]:
        """Seven numbers, Monday first."""
        return tuple(getattr(self, day).value for day in WEEKDAYS)


class ByMonth(Noted):
    """One number for each month; a month left out has 1."""

    jan: Amount = Field(Amount(value=1.0), description="January.")
    feb: Amount = Field(Amount(value=1.0), description="February.")
    mar: Amount = Field(Amount(value=1.0), description="March.")
    apr: Amount = Field(Amount(value=1.0), description="April.")
    may: Amount = Field(Amount(value=1.0), description="May.")
    jun: Amount = Field(Amount(value=1.0), description="June.")
    jul: Amount = Field(Amount(value=1.0), description="July.")
    aug: Amount = Field(Amount(value=1.0), description="August.")
    sep: Amount = Field(Amount(value=1.0), description="September.")
    oct: Amount = Field(Amount(value=1.0), description="October.")
    nov: Amount = Field(Amount(value=1.0), description="November.")
    dec: Amount = Field(Amount(value=1.0), description="December.")

    def factors(self) -> tuple[float, ...]:
        """Twelve numbers, January first."""
        return tuple(getattr(self, month).value for month in MONTHS)
