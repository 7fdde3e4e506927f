"""What a results folder says: scenarios, means, differences, and what the place is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sim.experiment.benchmarks import Tolerance
from sim.experiment.families import Family, families_of, own_levers
from sim.experiment.intervals import CONFIDENCE
from sim.measures.definitions import COMPARISONS, MEASURES, Measure
from sim.place.reasons import REASONS

MOST_COMBINED = 4
MOST_SHOWN = 60
"""Scenarios in the figures; of those that a design made, the best are then shown."""
DIMENSIONS = ("setting", "team", "locality", "group", "reason", "body", "part")


_WEEKDAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip


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
    part: str = ""

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
    p_holm: float | None = None
    """How often chance would make one as large, corrected over the scenarios compared."""

    @property
    def is_clear(self) -> bool:
        """Whether chance is an unlikely explanation.

        By the corrected p-value; where there is none, by whether the interval leaves out 0.
        """
        if self.low is None or self.high is None:
            return False
        if self.p_holm is not None:
            return self.p_holm < 1 - CONFIDENCE
        return not self.low <= 0 <= self.high


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
    baseline: str = ""
    """The scenario that it is compared with; empty for the first."""
    slug: str = ""
    """Its name as it stands in file names."""
    tasks: tuple[str, ...] = ()
    """Its tasks, in about the order in which people meet them."""
    hand_over: tuple[str, ...] = ()
    """Those that come once a place is found, each as transfer: task."""
    replications: int = 0
    design: str = ""
    """The kind of design that made it; empty if it is written out."""


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
class Team:
    """One team, as the report names it."""

    team: str
    name: str = ""
    organisation: str = ""
    body: str = ""
    locality: str = ""
    is_panel: bool = False


@dataclass(frozen=True)
class Benchmark:
    """One published figure, and how near the model has to come."""

    title: str
    what: What
    value: float
    within: Tolerance
    is_fitted: bool
    source: str
    note: str = ""
    scenario: str = ""
    """The scenario that it is of; empty for the baseline."""
    standard_error: float = 0.0
    """Of the published value; 0 where it is not known."""


@dataclass(frozen=True)
class Benchmarks:
    """Published figures to set the scenarios beside."""

    title: str
    about: str
    rows: tuple[Benchmark, ...]


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
    teams: tuple[Team, ...] = ()
    benchmarks: Benchmarks | None = None
    scenario_groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    runs_checked: int | None = None
    checks_held: tuple[str, ...] = ()
    checks_failed: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    group_names: Mapping[str, str] = field(default_factory=dict)
    estimates: Mapping[tuple[str, What], Estimate] = field(default_factory=dict)
    differences: Mapping[tuple[str, What], Difference] = field(default_factory=dict)
    widened: float = 1.0
    """By what factor intervals are wider, as the number of replications depends on them."""
    findings: Mapping[str, Any] = field(default_factory=dict)
    """What the experiment's procedures found, by part, as in findings.json."""

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """Each baseline with what is compared with it; that of the first scenario first."""
        return families_of(self._baselines)

    @cached_property
    def own(self) -> dict[str, tuple[str, ...]]:
        """What each scenario changes beside its baseline: the names of its levers."""
        levers = {s.name: [lever.lever for lever in s.levers] for s in self.scenarios}
        return own_levers(levers, self._baselines)

    @cached_property
    def _baselines(self) -> dict[str, str | None]:
        return {
            s.name: None if s.name == self.baseline else s.baseline or self.baseline
            for s in self.scenarios
        }

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The scenarios that figures and tables show, in their order.

        All that are tried; if they are very many, all that are written out, and of those that a
        design made the best on the first measure.
        """
        made = [name for name in self.tried if self.scenario(name).design]
        room = max(MOST_SHOWN // 2, MOST_SHOWN - (len(self.tried) - len(made)))
        if len(self.tried) <= MOST_SHOWN or not self.compare_on:
            return self.tried
        what = self.compare_on[0]
        sign = 1 if measure(what).better == "higher" else -1
        worth = {
            name: sign * found.difference
            for name in made
            if (found := self.difference(name, what)) is not None
        }
        best = set(sorted(worth, key=lambda name: -worth[name])[:room])
        return tuple(name for name in self.tried if name not in worth or name in best)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """The scenarios that are only in the CSV files, because they are so many."""
        return frozenset(self.tried) - frozenset(self.others)

    @cached_property
    def tried(self) -> tuple[str, ...]:
        """The scenarios that answer the question, in their order.

        Those compared with the first baseline, without those that are themselves the baseline of
        others.
        """
        bases = {family.baseline for family in self.families}
        return tuple(
            name for family in self.families if family.baseline == self.baseline
            for name in family.scenarios if name not in bases
        )  # fmt: skip

    @cached_property
    def combined(self) -> tuple[str, ...]:
        """The scenarios that are looked at more closely, at most four, in their order.

        Those of several levers (of most, if they are many), and what stands under one heading with
        them.
        """
        several = [name for name in self.others if len(self.own.get(name, ())) > 1]
        most = sorted(several, key=lambda name: -len(self.own[name]))
        headings = {self.group_of(name) for name in several} - {""}
        beside = [name for name in self.others if self.group_of(name) in headings]
        chosen = list(dict.fromkeys([*most, *beside]))[:MOST_COMBINED]
        return tuple(name for name in self.others if name in chosen)

    def scenario(self, name: str) -> Scenario:
        """The scenario of this name."""
        return self._by_name.get(name) or Scenario(name)

    @cached_property
    def _by_name(self) -> dict[str, Scenario]:
        return {s.name: s for s in self.scenarios}

    @property
    def names(self) -> tuple[str, ...]:
        """The baseline, and the scenarios that answer the question."""
        return (self.baseline, *self.others)

    @property
    def measured_from(self) -> date | None:
        """The first day that is measured: the start date, moved on by the warm-up."""
        return self.start_date and self.start_date + timedelta(days=int(self.warm_up))

    @property
    def times_run(self) -> tuple[int, int]:
        """The fewest and the most replications of a scenario; 0 where they are not known."""
        numbers = [s.replications or self.replications or 0 for s in self.scenarios] or [0]
        return min(numbers), max(numbers)

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

    def group_of(self, scenario: str) -> str:
        """The heading under which a scenario stands; empty if it stands under none."""
        return next((h for h, names in self.scenario_groups.items() if scenario in names), "")

    def setting_name(self, setting: str) -> str:
        """What a setting is called in reports."""
        return next((s.name for s in self.settings if s.setting == setting), setting)

    def team_name(self, team: str) -> str:
        """What a team is called in reports; without a name, its key read as words.

        >>> Results("x").team_name("care-transfer-hub")
        'Care transfer hub'
        """
        known = next((t.name for t in self.teams if t.team == team), "")
        words = known or team.replace("-", " ").replace("_", " ")
        return words[:1].upper() + words[1:]

    def title(self, what: What) -> str:
        """What a row of numbers is called in reports.

        >>> Results("x").title(What("waiting", setting="ward"))
        'Waiting for a space: ward'
        """
        named = (
            self.setting_name(what.setting) if name == "setting"
            else self.team_name(what.team) if name == "team"
            else REASONS[what.reason].title if name == "reason" and what.reason in REASONS
            else _WEEKDAYS.get(getattr(what, name), getattr(what, name))
            for name in DIMENSIONS
            if getattr(what, name)
        )  # fmt: skip
        part = ", ".join(named)
        title = measure(what).title
        return f"{title}: {part}" if part else title


def measure(what: What) -> Measure:
    """What is measured; a measure unknown to the glossary keeps its own name.

    >>> measure(What("wait_days")).unit
    'days'
    """
    known = MEASURES.get(what.measure) or COMPARISONS.get(what.measure)
    plain = what.measure.replace("_", " ").capitalize()
    return known or Measure(what.measure, plain, "", "place", "lower", "")
