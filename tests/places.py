"""Small places to test with, and how to run them."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from scipy.special import stdtrit

from sim.experiment.replicate import Replication, replicate
from sim.patients.plan import Plan, make_plan
from sim.place.schema import Place


def a_place(**tables: Any) -> Place:
    """A place from plain tables; one exit called home, unless others are given."""
    whole = {"place": "A test place", "start_date": "2024-01-01", "exits": {"home": {}}, **tables}
    return Place.model_validate(whole)


def one_ward(
    beds: int | str, per_day: float, stay: Any, *, ward: dict[str, Any] | None = None, **more: Any
) -> Place:
    """A ward that people come to, stay in, and leave for home."""
    return a_place(
        settings={"ward": {"beds": beds, "stay": stay, "acute": True, **(ward or {})}},
        routes={"ward": {"home": 1}},
        patients={"people": {"arrives_at": "ward", "per_day": per_day}},
        **more,
    )


def run(
    place: Place, days: int = 100, warm_up: int = 0, seed: int = 1, number: int = 0
) -> Replication:
    """One replication."""
    return replicate(make_plan(place), days, warm_up, seed, number)


def value(result: Replication, measure: str, setting: str = "", **dimensions: str) -> float:
    """One measure of a replication."""
    wanted = {
        "team": "", "locality": "", "group": "", "reason": "", "body": "", "part": "", **dimensions
    }  # fmt: skip
    for row in result.measured.rows:
        if (row.measure, row.setting) == (measure, setting) and all(
            getattr(row, name) == word for name, word in wanted.items()
        ):
            return row.numerator / row.denominator
    raise KeyError((measure, setting, dimensions))


def replications(
    place: Place, number: int, days: int, warm_up: int, seed: int = 1
) -> Iterable[Replication]:
    """Several replications of one place."""
    plan: Plan = make_plan(place)
    for each in range(number):
        yield replicate(plan, days, warm_up, seed, each)


def agrees(
    values: Iterable[float],
    exact: float,
    name: str = "",
    near: float = 0.02,
    at_least: float = 0.005,
) -> None:
    """Assert that the 99% interval of a mean covers the exact value, and is narrow enough.

    Narrow: a half-width of at most 2% of the value, or .005.
    """
    found = np.array(list(values))
    half = float(stdtrit(len(found) - 1, 0.995)) * found.std(ddof=1) / np.sqrt(len(found))
    assert half <= max(near * abs(exact), at_least), f"{name}: half-width {half} of {exact}"
    assert abs(found.mean() - exact) <= half, f"{name}: {found.mean()} ± {half}, exact {exact}"


def measured(
    place: Place,
    read: Callable[[Replication], list[float]],
    number: int,
    days: int,
    warm_up: int,
    seed: int = 1,
) -> np.ndarray:
    """Some numbers of each replication; shape (numbers, replications)."""
    return np.array([read(each) for each in replications(place, number, days, warm_up, seed)]).T
