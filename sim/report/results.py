"""What a results folder says: scenarios, means, differences, and what the place is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sim.measures.definitions import MEASURES, Measure

DIMENSIONS = ("setting", "team", "locality", "group", "reason", "body")


@dataclass(frozen=True)
class What:
    """What a row of numbers is about: a measure, for the place or for a part of it."""

    measure: str
    setting: str = ""
    team: str = ""
    locality: str = ""
    group: str = ""
    reason: str = ""
    body: str = ""

    @property
    def filled(self) -> frozenset[str]:
        """The dimensions that it is split by: none for a place total."""
        return frozenset(name for name in DIMENSIONS if getattr(self, name))


@dataclass(frozen=True)
class Estimate:
    """A mean over replications, with its 95% interval where there is one."""

    mean: float
    low: float | None = None
    high: float | None = None
    replications: int = 0


@dataclass(frozen=True)
class Difference:
    """A scenario less its baseline on the same patients, with its 95% interval if any."""

    difference: float
    low: float | None = None
    high: float | None = None
    share_better: float | None = None
    replications: int = 0


@dataclass(frozen=True)
class Cost:
    """What a lever costs one organisation."""

    organisation: str
    value: Any
    low: Any
    high: Any
    unit: str
    certainty: str
    source: str


@dataclass(frozen=True)
class Lever:
    """A change that a scenario makes: what, how, at what cost, on what evidence."""

    lever: str
    title: str
    how: str = ""
    costs: tuple[Cost, ...] = ()
    strength: str = ""
    says: str = ""
    source: str = ""
    is_phased: bool = False
    """Whether it starts on a date, or spreads."""
    starts: date | None = None
    reaches: float = 1.0
    over_days: float = 0.0


@dataclass(frozen=True)
class Scenario:
    """One scenario: its name, and the levers that it pulls."""

    name: str
    fingerprint: str = ""
    levers: tuple[Lever, ...] = ()


@dataclass(frozen=True)
class Setting:
    """One care setting, as the report names it."""

    setting: str
    name: str
    organisation: str = ""
    body: str = ""
    locality: str = ""
    is_acute: bool = False


@dataclass(frozen=True)
class Number:
    """One number that the place rests on, with where it comes from."""

    path: str
    value: Any
    unit: str
    low: Any
    high: Any
    source: str
    certainty: str
    note: str


@dataclass(frozen=True)
class Results:
    """A results folder, read: everything the report is made from but the daily bands."""

    experiment: str
    question: str = ""
    about: str = ""
    place: str = ""
    place_about: str = ""
    start_date: date | None = None
    days: float | None = None
    warm_up: float = 0.0
    replications: int | None = None
    seed: str = ""
    keep: str = ""
    command: str = ""
    file: str = ""
    fingerprint: str = ""
    careflow: str = ""
    baseline: str = ""
    compare_on: tuple[What, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    settings: tuple[Setting, ...] = ()
    assumptions: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    runs_checked: int | None = None
    checks_held: tuple[str, ...] = ()
    checks_failed: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    group_names: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[tuple[str, What], Estimate] = field(default_factory=dict)
    differences: Mapping[tuple[str, What], Difference] = field(default_factory=dict)

    @property
    def others(self) -> tuple[str, ...]:
        """The scenarios that are compared with the baseline, in their order."""
        return tuple(s.name for s in self.scenarios if s.name != self.baseline)

    @property
    def names(self) -> tuple[str, ...]:
        """Every scenario, the baseline first."""
        return (self.baseline, *self.others)

    @property
    def measured_from(self) -> date | None:
        """The first day that is measured: the start date, moved on by the warm-up."""
        return self.start_date and self.start_date + timedelta(days=int(self.warm_up))

    def estimate(self, scenario: str, what: What) -> Estimate | None:
        """A scenario's mean, or None where it was not measured."""
        return self.estimates.get((scenario, what))

    def difference(self, scenario: str, what: What) -> Difference | None:
        """A scenario's difference from the baseline, or None where there is none."""
        return self.differences.get((scenario, what))

    def parts(self, measure: str, *dimensions: str) -> tuple[What, ...]:
        """The parts that a measure is split into by exactly these dimensions, in file order."""
        return tuple(self._parts.get((measure, frozenset(dimensions)), ()))

    @cached_property
    def _parts(self) -> dict[tuple[str, frozenset[str]], list[What]]:
        found: dict[tuple[str, frozenset[str]], list[What]] = {}
        for what in dict.fromkeys(what for _, what in self.estimates):
            found.setdefault((what.measure, what.filled), []).append(what)
        return found

    def setting_name(self, setting: str) -> str:
        """What a setting is called in reports."""
        return next((s.name for s in self.settings if s.setting == setting), setting)

    def title(self, what: What) -> str:
        """What a row of numbers is called in reports.

        >>> Results("x").title(What("waiting", setting="ward"))
        'Waiting for a space: ward'
        """
        named = (
            self.setting_name(what.setting) if name == "setting" else getattr(what, name)
            for name in DIMENSIONS
            if getattr(what, name)
        )
        part = ", ".join(named)
        title = measure(what).title
        return f"{title}: {part}" if part else title


def measure(what: What) -> Measure:
    """What is measured; a measure unknown to the glossary keeps its own name.

    >>> measure(What("wait_days")).unit
    'days'
    """
    known = MEASURES.get(what.measure)
    plain = what.measure.replace("_", " ").capitalize()
    return known or Measure(what.measure, plain, "", "place", "lower", "")
