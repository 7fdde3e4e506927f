"""Reads a results folder: what was asked, what came out, and against what it is compared.

Names in these files come from strangers, and optional keys may be missing: what is absent is
empty here, and the report says less.
"""

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
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


def read_results(folder: Path) -> Results:
    """Read manifest.json, summary.csv and comparison.csv of a results folder.

    Raises FileNotFoundError if there is no manifest or summary; with one scenario there need
    be no comparison.
    """
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    summary = _rows(folder / "summary.csv")
    comparison_file = folder / "comparison.csv"
    comparison = _rows(comparison_file) if comparison_file.exists() else []

    organisations = {
        each: _clean(row.get("name")) for each, row in (manifest.get("organisations") or {}).items()
    }
    scenarios = tuple(_scenario(s, organisations) for s in manifest.get("scenarios") or ())
    if not scenarios:
        names = dict.fromkeys(_clean(row.get("scenario", "")) for row in summary)
        scenarios = tuple(Scenario(name) for name in names)
    compared_with = [_clean(row["baseline"]) for row in comparison if row.get("baseline")]
    first = scenarios[0].name if scenarios else ""
    checks = manifest.get("checks") or {}
    return Results(
        experiment=_clean(manifest.get("experiment")) or folder.resolve().name,
        question=_clean(manifest.get("question")),
        about=_clean(manifest.get("about")),
        place=_clean(manifest.get("place")),
        place_about=_clean(manifest.get("place_about")),
        start_date=_date(manifest.get("start_date")),
        days=_number(manifest.get("days")),
        warm_up=_number(manifest.get("warm_up")) or 0.0,
        replications=_whole(manifest.get("replications")),
        seed=_clean(manifest.get("seed")),
        keep=_clean(manifest.get("keep")),
        command=_clean(manifest.get("command")),
        file=_clean(manifest.get("file")),
        fingerprint=_clean(manifest.get("fingerprint")),
        careflow=_clean(manifest.get("careflow")),
        baseline=compared_with[0] if compared_with else first,
        compare_on=tuple(_what(w) for w in manifest.get("compare_on") or ()),
        scenarios=scenarios,
        settings=tuple(_setting(s) for s in manifest.get("settings") or ()),
        assumptions=tuple(_clean(a) for a in manifest.get("assumptions") or ()),
        numbers=tuple(_assumed_number(n) for n in manifest.get("numbers") or ()),
        runs_checked=_whole(checks.get("runs")),
        checks_held=tuple(_clean(c) for c in checks.get("held") or ()),
        checks_failed=tuple(_clean(c) for c in checks.get("failed") or ()),
        versions=tuple((_clean(k), _clean(v)) for k, v in (manifest.get("versions") or {}).items()),
        group_names={
            _clean(name): _clean(group.get("name"))
            for name, group in (manifest.get("groups") or {}).items()
        },
        estimates=_estimates(summary),
        differences=_differences(comparison),
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _estimates(rows: list[dict[str, str]]) -> dict[tuple[str, What], Estimate]:
    found = {}
    for row in rows:
        mean = _number(row.get("mean"))
        if mean is not None:
            found[_clean(row.get("scenario")), _what(row)] = Estimate(
                mean, _number(row.get("low")), _number(row.get("high")),
                _whole(row.get("replications")) or 0,
            )  # fmt: skip
    return found


def _differences(rows: list[dict[str, str]]) -> dict[tuple[str, What], Difference]:
    found = {}
    for row in rows:
        difference = _number(row.get("difference"))
        if difference is not None:
            found[_clean(row.get("scenario")), _what(row)] = Difference(
                difference, _number(row.get("low")), _number(row.get("high")),
                _number(row.get("share_better")), _whole(row.get("replications")) or 0,
            )  # fmt: skip
    return found


def _what(row: Mapping[str, Any]) -> What:
    """What a row is about; the locality of one setting or group says nothing more, and is left."""
    parts = {name: _clean(row.get(name)) for name in DIMENSIONS}
    if parts["setting"] or parts["group"]:
        parts["locality"] = ""
    return What(_clean(row.get("measure")), **parts)


def _scenario(row: Mapping[str, Any], organisations: Mapping[str, str]) -> Scenario:
    return Scenario(
        _clean(row.get("name")),
        _clean(row.get("fingerprint")),
        tuple(_lever(lever, organisations) for lever in row.get("levers") or ()),
    )


def _lever(row: Mapping[str, Any], organisations: Mapping[str, str]) -> Lever:
    evidence = row.get("evidence") or {}
    costs = row.get("costs") or {}
    starts, uptake = row.get("starts"), row.get("uptake")
    reaches, over = (_number(_part(uptake, key)) for key in ("reaches", "over_days"))
    return Lever(
        lever=_clean(row.get("lever")),
        title=_clean(row.get("title")) or _clean(row.get("lever")),
        how=_clean(row.get("how")),
        costs=tuple(_cost(payer, cost, organisations) for payer, cost in costs.items()),
        strength=_clean(evidence.get("strength")),
        says=_clean(evidence.get("says")),
        source=_clean(evidence.get("source")),
        is_phased=bool(starts or uptake),
        starts=_date(starts) if starts else None,
        reaches=1.0 if reaches is None else reaches,
        over_days=over or 0.0,
    )


def _part(table: Any, key: str) -> Any:
    """A number within a table that may be empty."""
    number = table.get(key) if isinstance(table, dict) else None
    return number.get("value") if isinstance(number, dict) else number


def _cost(organisation: str, cost: Any, organisations: Mapping[str, str]) -> Cost:
    row = cost if isinstance(cost, dict) else {"value": cost}
    return Cost(
        organisations.get(organisation) or _clean(organisation),
        _value(row.get("value")),
        _value(row.get("low")),
        _value(row.get("high")),
        _clean(row.get("unit")) or "pounds a year",
        _clean(row.get("certainty")),
        _clean(row.get("source")),
    )


def _setting(row: Mapping[str, Any]) -> Setting:
    setting = _clean(row.get("setting"))
    return Setting(
        setting,
        _clean(row.get("name")) or setting,
        _clean(row.get("organisation")),
        _clean(row.get("body")),
        _clean(row.get("locality")),
        bool(row.get("acute")),
    )


def _assumed_number(row: Mapping[str, Any]) -> Number:
    return Number(
        path=_clean(row.get("path")),
        value=_value(row.get("value")),
        unit=_clean(row.get("unit")),
        low=_value(row.get("low")),
        high=_value(row.get("high")),
        source=_clean(row.get("source")),
        certainty=_clean(row.get("certainty")),
        note=_clean(row.get("note")),
    )


def _clean(text: Any) -> str:
    """One line of printable text; None is empty."""
    if text is None:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def _value(value: Any) -> Any:
    return _clean(value) if isinstance(value, str) else value


def _number(text: Any) -> float | None:
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _whole(text: Any) -> int | None:
    value = _number(text)
    return None if value is None else round(value)


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
