"""Lengths of time and calendars of random places."""

from typing import Any

import numpy as np

Tables = dict[str, Any]

DAYS_A_WEEK = {"every day": 7, "weekdays": 5, "weekends": 2, "tue, thu, sat": 3}
FAMILIES = ("exponential", "gamma", "lognormal", "weibull", "uniform", "triangular")


def random_calendar(rng: np.random.Generator, beds: int) -> Tables:
    """Fewer beds, or none, at some hours of some days."""
    start = int(rng.integers(0, 18))
    end = int(rng.integers(start + 4, min(start + 13, 25)))
    days = str(rng.choice(list(DAYS_A_WEEK)))
    fewer = int(rng.integers(0, beds))
    hours = {"days": days, "from": f"{start:02d}:00", "to": f"{end:02d}:00", "spaces": fewer}
    return {"capacity_by_week": [hours]}


def mean_beds(table: Tables) -> float:
    """The mean number of beds open over a week."""
    beds = float(table["beds"])
    for hours in table.get("capacity_by_week", ()):
        length = int(hours["to"][:2]) - int(hours["from"][:2])
        beds -= (table["beds"] - hours["spaces"]) * DAYS_A_WEEK[hours["days"]] * length / 168
    return beds


def random_length(rng: np.random.Generator, mean: float, *, may_be_fixed: bool) -> Tables:
    """A length of time with this mean, of any family."""
    families = list((*FAMILIES, "fixed") if may_be_fixed else FAMILIES)
    family = str(rng.choice(families))
    spread = rng.uniform(0.4, 1.4)

    match family:
        case "gamma" | "lognormal":
            return {family: {"mean": mean, "sd": short(mean * spread)}}
        case "weibull":
            return {family: {"shape": short(0.7 + spread), "mean": mean}}
        case "uniform":
            return {family: [short(mean * 0.3), short(mean * 1.7)]}
        case "triangular":
            return {
                family: {
                    "min": short(mean * 0.2),
                    "mode": short(mean * 0.6),
                    "max": short(mean * 2.2),
                }
            }
        case "fixed":
            return {family: {"value": mean}}
    return {"exponential": {"mean": mean}}


def short(number: float) -> float:
    """A number to four figures, so that the file reads well."""
    return float(f"{number:.4g}")
