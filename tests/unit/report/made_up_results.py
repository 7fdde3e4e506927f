"""A results folder with made-up but plausible numbers, for tests of the report."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.measures.definitions import SERIES
from sim.place.reasons import REASONS

WARDS = ("Medical wards", "Surgical wards", "Older people's unit", "Acute medical unit")
BEYOND = (
    "Community beds, Bristol", "Community beds, South Gloucestershire", "Reablement",
    "Home care", "Care homes", "Discharge lounge", "Stroke unit",
)  # fmt: skip
REASONS_SEEN = (
    "therapy-review", "medicines-and-letter", "transport", "needs-and-pathway",
    "funding-eligibility", "p1-rehabilitation-arrangements", "p3-arrangements",
    "choice-discussions", "admission-hours", "p1-rehabilitation-capacity",
    "p1-social-care-capacity", "p2-capacity", "p3-capacity", "next-ward",
    "mental-capacity", "destination-readiness",
)  # fmt: skip
NAMES = (
    "as it was", "seven-day hub", "trusted assessors in care homes",
    "ten more community beds in Bristol", "earlier planning at admission",
    "hub, assessors and earlier planning together", "weekend pharmacy", "brokerage to 20:00",
    "shared funding panel, three times a week", "reablement up by a tenth",
    "fewer returned referrals", "everything at once",
)  # fmt: skip
EFFECT = (0.0, -0.11, -0.03, -0.002, -0.06, -0.19, 0.001, -0.02, -0.05, -0.08, 0.03, -0.31)


def write_results(
    folder: Path,
    names: Sequence[str] = NAMES[:5],
    settings: int = 9,
    replications: int = 50,
    days: int = 181,
    with_costs: bool = True,
    effects: Sequence[float] | None = None,
    **manifest: Any,
) -> pd.DataFrame:
    """Write manifest, summary and comparison of made-up results; returns their daily bands."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(7)
    places = _settings(settings)
    drop = dict(zip(names, effects or EFFECT, strict=False))
    keys, level = _keys(places, with_costs, chance)
    summary, comparison = [], []
    for name in names:
        for key in keys:
            mean, loose = level[key], 0.012
            change = mean * drop[name] * (0.3 + 1.4 * chance.random())
            if key == ("delayed_bed_days", "", "", "", "", "", ""):
                change = mean * drop[name]
            if key[0] == "cost_per_year":
                change = mean * chance.normal(0, 0.004) + (2e5 if key[1] == "" else 0)
            if name == names[0]:
                change = 0.0
            half = mean * loose if replications > 1 else None
            summary.append((name, *key, *_span(mean + change, half), replications))
            if name != names[0]:
                own = abs(mean) * 0.009 * (0.5 + chance.random()) if replications > 1 else None
                better = 0.5 if not change else float(change < 0)
                comparison.append((name, names[0], *key, *_span(change, own), better, replications))
    dimensions = ("measure", "setting", "team", "locality", "group", "reason", "body")
    _write(folder / "summary.csv", ("scenario", *dimensions, "mean", "low", "high",
                                    "replications"), summary)  # fmt: skip
    _write(folder / "comparison.csv",
           ("scenario", "baseline", *dimensions, "difference", "low", "high", "share_better",
            "replications"), comparison)  # fmt: skip
    described = {**_manifest(names, places, replications, days), **manifest}
    (folder / "manifest.json").write_text(json.dumps(described), encoding="utf-8")
    return _bands(names, places, drop, days, chance)


def _settings(number: int) -> list[dict[str, Any]]:
    titles = [*WARDS, *BEYOND, *(f"Ward {n}" for n in range(1, 40))][:number]
    return [
        {
            "setting": title.lower().replace(" ", "-").replace("'", "").replace(",", ""),
            "name": title,
            "organisation": "hospital" if title in WARDS or "Ward" in title else "council",
            "body": ("NHS", "both", "social care")[n % 3 if title not in WARDS else 0],
            "locality": "Bristol",
            "acute": title in WARDS or title.startswith("Ward"),
        }
        for n, title in enumerate(titles)
    ]


def _keys(
    places: list[dict[str, Any]], with_costs: bool, chance: np.random.Generator
) -> tuple[list[tuple[str, ...]], dict[tuple[str, ...], float]]:
    level: dict[tuple[str, ...], float] = {}

    def put(size: float, name: str, setting: str = "", locality: str = "", group: str = "",
            reason: str = "", body: str = "") -> None:  # fmt: skip
        level[name, setting, "", locality, group, reason, body] = size

    for place in places:
        setting, spaces = place["setting"], 20 + 180 * chance.random()
        unlimited = "Home care" in place["name"]
        parts = spaces * 0.05 * chance.random(3)
        for name, size in {
            "occupied": spaces * 0.9, "reserved": spaces * 0.02,
            "occupancy": 0.8 + 0.19 * chance.random(), "waiting": 25 * chance.random() ** 3,
            "wait_days": 4 * chance.random(), "share_waiting": chance.random(),
            "delayed": parts.sum(), "delayed_process": parts[0], "delayed_capacity": parts[1],
            "delayed_handover": parts[2], "turned_away_per_day": 0.0,
            "admitted_per_day": spaces / 8,
        }.items():  # fmt: skip
            if not (unlimited and name == "occupancy"):
                put(float(size), name, setting, locality=place["locality"])
        if with_costs:
            put(spaces * 365 * 395, "cost_per_year", setting, place["locality"],
                body=place["body"])  # fmt: skip
    reasons = [*REASONS_SEEN]
    sizes = 6000 * chance.random(len(reasons)) ** 2
    for reason, size in zip(reasons, sizes, strict=True):
        put(float(size), "delayed_bed_days", reason=reason, body=REASONS[reason].body)
    whole = float(sizes.sum())
    put(whole, "delayed_bed_days")
    for group, part in (("older-complex", 0.6), ("medical", 0.3), ("surgical", 0.1)):
        put(whole * part, "delayed_bed_days", group=group, locality="Bristol")
    for locality, part in (("Bristol", 0.55), ("North Somerset", 0.45)):
        put(whole * part, "delayed_bed_days", locality=locality)
    for name, size in {
        "delay_days": 1.2, "delay_days_if_delayed": 6.1, "share_delayed": 0.21,
        "share_left_on_ready_date": 0.78, "stays_over_7_days": 411.0,
        "stays_over_14_days": 236.0, "stays_over_21_days": 151.0,
    }.items():  # fmt: skip
        put(size, name)
    if with_costs:
        put(91e6, "cost_per_year")
        for body, size in (("NHS", 61e6), ("social care", 22e6), ("both", 8e6)):
            put(size, "cost_per_year", body=body)
    return list(level), level


def _span(mean: float, half: float | None) -> tuple[Any, ...]:
    return (mean, "", "") if half is None else (mean, mean - half, mean + half)


def _write(file: Path, head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([head, *rows])


def _manifest(
    names: Sequence[str], places: list[dict[str, Any]], replications: int, days: int
) -> dict[str, Any]:
    return {
        "careflow": "0.1.0",
        "experiment": "What cuts delay at Exampleshire",
        "file": "exampleshire.yaml",
        "question": "Which better coordination cuts delayed bed days most, for whom, at what cost?",
        "about": None,
        "place": "Exampleshire",
        "place_about": "An imaginary county of 480,000 people, scaled from public figures.",
        "start_date": "2023-01-01",
        "days": days,
        "warm_up": 60,
        "replications": replications,
        "seed": 1,
        "keep": "summary",
        "compare_on": [
            {"measure": "delayed_bed_days", "setting": None},
            {"measure": "waiting", "setting": places[-1]["setting"]},
            {"measure": "share_delayed", "setting": None},
        ],
        "scenarios": [_scenario(name, number) for number, name in enumerate(names)],
        "settings": places,
        "exits": {"home": "Home"},
        "organisations": {"hospital": {"name": "Exampleshire Hospitals", "body": "NHS"},
                          "council": {"name": "Exampleshire Council", "body": "social care"}},
        "assumptions": ["Nobody is readmitted.", "Care homes take people on weekdays only."],
        "numbers": [
            {"path": f"settings.ward-{n}.beds", "value": 20 + n / 3, "unit": "beds",
             "low": 18.0 if n % 2 else None, "high": 31.5 if n % 2 else None,
             "source": "UEC daily sitrep, January 2025" if n % 4 else None,
             "certainty": ("high", "medium", "low", "guess")[n % 4], "note": None}
            for n in range(24)
        ],
        "checks": {"runs": replications * len(names),
                   "held": ["spaces in use: live integral equals the log", "nobody is lost"]},
        "versions": {"python": "3.11.9", "numpy": "2.1.0"},
    }  # fmt: skip


def _scenario(name: str, number: int) -> dict[str, Any]:
    lever = {
        "lever": "seven-day-social-work",
        "title": "Social workers assess at weekends",
        "how": "Referrals that reach the council on Friday afternoon no longer wait until Monday.",
        "costs": {"council": {"value": 310_000, "low": 280_000, "high": 340_000,
                              "unit": "pounds a year", "certainty": "guess"}},
        "evidence": {"strength": "weak", "says": "Two sites saw fewer Monday queues.",
                     "source": "A service evaluation, 2022"},
        "starts": "2025-05-01",
        "uptake": {"reaches": {"value": 0.8}, "over_days": {"value": 90}},
    }  # fmt: skip
    planning = {
        "lever": "early-planning",
        "title": "Discharge is planned from admission",
        "how": "Tasks start two days before the expected ready date.",
        "costs": {},
        "evidence": {"strength": "moderate", "says": "Shorter waits in trials.", "source": None},
    }
    levers = [] if not number else [lever] if number % 2 else [lever, planning]
    return {"name": name, "slug": f"s{number}", "fingerprint": "ab12cd34" * 4, "levers": levers}


def _bands(
    names: Sequence[str],
    places: list[dict[str, Any]],
    drop: dict[str, float],
    days: int,
    chance: np.random.Generator,
) -> pd.DataFrame:
    frames = []
    day = np.arange(days)
    for name in names:
        for place in [p["setting"] for p in places] + [""]:
            for series in SERIES:
                if series == "capacity" and place in ("", "home-care"):
                    continue
                base = 140.0 if place == "" else 30.0
                wave = 6 * np.sin(2 * np.pi * day / 7) + 12 * np.sin(2 * np.pi * day / 181)
                mean = (base + wave) * (1 + drop[name]) + chance.normal(0, 0.8, days)
                if series == "capacity":
                    mean = np.full(days, 32.0)
                frames.append(
                    pd.DataFrame(
                        {"scenario": name, "day": day, "setting": place, "series": series,
                         "mean": mean, "low": mean * 0.86, "high": mean * 1.15}
                    )
                )  # fmt: skip
    return pd.concat(frames, ignore_index=True)
