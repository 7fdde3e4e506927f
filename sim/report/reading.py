"""Reads a results folder: what was asked, what came out, and against what it is compared.

Names in these files come from strangers, and optional keys may be missing: what is absent is
empty here, and the report says less.
"""

import csv
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.experiment.benchmarks import Tolerance
from sim.experiment.folder.findings import read_findings
from sim.report.results import (
    DIMENSIONS,
    Benchmark,
    Benchmarks,
    Cost,
    Difference,
    Estimate,
    Lever,
    Number,
    Results,
    Scenario,
    Setting,
    Team,
    What,
)


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
    compared_with = {
        _clean(row.get("scenario")): _clean(row["baseline"])
        for row in comparison
        if row.get("baseline")
    }
    scenarios = tuple(replace(s, baseline=compared_with.get(s.name, s.baseline)) for s in scenarios)
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
        baseline=first,
        compare_on=tuple(_what(w) for w in manifest.get("compare_on") or ()),
        scenarios=scenarios,
        settings=tuple(_setting(s) for s in manifest.get("settings") or ()),
        teams=tuple(_team(t) for t in manifest.get("teams") or ()),
        benchmarks=_benchmarks(manifest.get("benchmarks")),
        scenario_groups={
            _clean(heading): tuple(_clean(name) for name in names)
            for heading, names in (manifest.get("scenario_groups") or {}).items()
        },
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
        widened=_number(manifest.get("widened")) or 1.0,
        findings={key: _all_clean(part) for key, part in read_findings(folder).items()},
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
                _number(row.get("p_holm")),
            )  # fmt: skip
    return found


def _what(row: Mapping[str, Any]) -> What:
    """What a row is about; the locality of a setting or team says nothing more, and is left out."""
    parts = {name: _clean(row.get(name)) for name in DIMENSIONS}
    if parts["setting"] or parts["team"]:
        parts["locality"] = ""
    return What(_clean(row.get("measure")), **parts)


def _scenario(row: Mapping[str, Any], organisations: Mapping[str, str]) -> Scenario:
    steps = row.get("steps") or {}
    return Scenario(
        _clean(row.get("name")),
        _clean(row.get("fingerprint")),
        tuple(_lever(lever, organisations) for lever in row.get("levers") or ()),
        _clean(row.get("baseline")),
        _clean(row.get("slug")),
        tuple(_clean(name) for name in steps.get("order") or ()),
        tuple(_clean(name) for name in steps.get("hand_over") or ()),
        _whole(row.get("replications")) or 0,
        _clean(row.get("design")),
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


def _team(row: Mapping[str, Any]) -> Team:
    return Team(
        _clean(row.get("team")),
        _clean(row.get("name")),
        _clean(row.get("organisation")),
        _clean(row.get("body")),
        _clean(row.get("locality")),
        bool(row.get("panel")),
    )


def _benchmarks(described: Any) -> Benchmarks | None:
    if not isinstance(described, dict):
        return None
    rows = []
    for row in described.get("rows") or ():
        value, within = _number(row.get("value")), row.get("within") or {}
        if value is None:
            continue
        least = _number(described.get("standard_error_at_least")) or 0.0
        notes = [_clean(row.get("note")), _clean(row.get("differs"))]
        rows.append(
            Benchmark(
                _clean(row.get("title")), _what(row), value,
                Tolerance(
                    size=_number(within.get("size")), share=_number(within.get("share")),
                    standard_errors=_number(within.get("standard_errors")),
                ),
                bool(row.get("fitted")), _clean(row.get("source")),
                "; ".join(note for note in notes if note), _clean(row.get("scenario")),
                max(_number(row.get("standard_error")) or 0.0, least),
            )
        )  # fmt: skip
    title, about = _clean(described.get("benchmarks")), _clean(described.get("about"))
    return Benchmarks(title, about, tuple(rows)) if rows else None


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
    return "" if text is None else _clean_text(str(text))


@lru_cache(maxsize=10_000)
def _clean_text(text: str) -> str:
    """The same; results have the same few names in many rows."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _all_clean(part: Any) -> Any:
    """The same data with all its text cleaned."""
    if isinstance(part, dict):
        return {_clean(key): _all_clean(inside) for key, inside in part.items()}
    if isinstance(part, list):
        return [_all_clean(inside) for inside in part]
    return _value(part)


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
