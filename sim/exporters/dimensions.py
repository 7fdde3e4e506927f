"""The dimensions: what each name in the facts stands for, from the manifest and the calendars."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from sim.exporters.source import Source
from sim.exporters.tables import BY_NAME
from sim.measures.definitions import COMPARISONS, MEASURES
from sim.place.reasons import REASONS
from sim.place.weeks import bank_holidays
from sim.place.words import PATHWAYS, WEEKDAYS

Rows = list[dict[str, Any]]

PATHWAY_NAMES = {
    "P0": "Home without new care",
    "P1": "Home with care",
    "P2": "A bed in the community",
    "P3": "A care home",
}
KEYS = {
    "scenarios": "scenario",
    "settings": "setting",
    "groups": "group",
    "teams": "team",
    "pathways": "pathway",
    "reasons": "reason",
    "organisations": "organisation",
    "measures": "measure",
}
"""The column by which each dimension is joined (dates by the date)."""


class Seen:
    """The names and dates that facts have, so that every one of them has a row to join."""

    def __init__(self) -> None:
        self.names: dict[str, dict[str, None]] = {key: {} for key in KEYS.values()}
        self.dates: set[date] = set()

    def add(self, facts: pd.DataFrame) -> None:
        """Note what a table of facts names."""
        for column in facts.columns:
            key = {"setting_asked_for": "setting", "next_setting": "setting"}.get(column, column)
            if key in self.names:
                found = facts[column].dropna().unique().tolist()
                self.names[key].update(dict.fromkeys(sorted(map(str, found))))
            elif column == "date" or column.endswith("_date"):
                days = facts[column].dropna()
                if len(days):
                    self.dates |= {days.min().date(), days.max().date()}


def dimensions(source: Source, seen: Seen) -> dict[str, pd.DataFrame]:
    """Every dimension. A name that only a lever brought in has a row with little but the name."""
    manifest = source.results.manifest
    rows: dict[str, Rows] = {
        "scenarios": _scenarios(source),
        "settings": _settings(manifest),
        "groups": [
            {"group": name, "name": each["name"], "locality": each["locality"]}
            for name, each in manifest["groups"].items()
        ],
        "teams": [each | {"is_panel": each["panel"]} for each in manifest["teams"]],
        "pathways": [{"pathway": name, "name": PATHWAY_NAMES[name]} for name in PATHWAYS],
        "reasons": [
            {
                "reason": code,
                "title": each.title,
                "reason_group": each.group,
                "body": each.body,
                "older_code": each.dtoc,
            }
            for code, each in REASONS.items()
        ],
        "organisations": [
            {"organisation": name, "name": each["name"], "body": each["body"]}
            for name, each in manifest["organisations"].items()
        ],
        "dates": _dates(manifest, seen.dates),
        "measures": _measures(),
    }
    for table, key in KEYS.items():
        known = {row[key] for row in rows[table]}
        rows[table] += [{key: name} for name in seen.names[key] if name not in known]
    return {name: framed(name, of_table) for name, of_table in rows.items()}


def framed(name: str, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table with the columns of its definition, None where a row has no value."""
    listed = [{key: None if value == "" else value for key, value in row.items()} for row in rows]
    return pd.DataFrame(
        {
            column: pd.Series([row.get(column) for row in listed], dtype=object)
            for column in BY_NAME[name].names
        }
    )


def _scenarios(source: Source) -> Rows:
    baselines = source.results.baselines
    return [
        {
            "scenario": each["name"],
            "order": order,
            "baseline": baselines[each["name"]],
            "levers": ", ".join(lever["lever"] for lever in each["levers"]),
            "lever_titles": "; ".join(lever["title"] for lever in each["levers"]),
            "fingerprint": each["fingerprint"],
        }
        for order, each in enumerate(source.results.manifest["scenarios"], start=1)
        if each["name"] in source.scenarios
    ]


def _settings(manifest: dict[str, Any]) -> Rows:
    settings = [
        each | {"kind": "setting", "is_acute": each["acute"]} for each in manifest["settings"]
    ]
    exits = [
        {"setting": name, "name": title, "kind": "exit", "is_acute": False}
        for name, title in manifest["exits"].items()
    ]
    return settings + exits


def _measures() -> Rows:
    return [
        {
            "measure": each.name,
            "title": each.title,
            "unit": each.unit,
            "of": each.scope,
            "better": each.better,
            "meaning": each.meaning,
        }
        for each in (MEASURES | COMPARISONS).values()
    ]


def _dates(manifest: dict[str, Any], named: set[date]) -> Rows:
    start = date.fromisoformat(manifest["start_date"])
    measured = start + timedelta(days=manifest["warm_up"])
    end = measured + timedelta(days=manifest["days"])
    first, last = min(named | {start}), max(named | {end - timedelta(days=1)})
    holidays = bank_holidays(first.year, last.year)
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    return [
        {
            "date": pd.Timestamp(day),
            "year": day.year,
            "month": day.month,
            "day": day.day,
            "iso_week": day.isocalendar().week,
            "weekday": WEEKDAYS[day.weekday()],
            "weekday_number": day.isoweekday(),
            "is_weekend": day.weekday() >= 5,
            "is_bank_holiday": day in holidays,
            "bank_holiday": holidays.get(day),
            "day_of_run": (day - start).days,
            "is_measured": measured <= day < end,
        }
        for day in days
    ]
