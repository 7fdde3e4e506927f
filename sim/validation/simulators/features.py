"""What a random place has, and whether that matters: taken away, is the answer another?

Each feature is a function that takes it away from the tables of a place. A place has a feature if
that changes its tables. The feature matters if the same people fare otherwise without it.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
from scipy import stats

from sim.experiment.making.replicate import replicate
from sim.patients.distributions import mean_days
from sim.patients.plan import make_plan
from sim.place.distributions import Distribution
from sim.place.schema import Place
from sim.validation.simulators.numbers import Key, numbers_of
from sim.validation.simulators.random_parts import Tables
from sim.validation.simulators.random_places import queue_of
from sim.validation.simulators.told import told_by_careflow

RUNS = 16
SHARE_MOVED = 0.05
"""A feature matters if some number moves by at least this share of itself, and clearly."""
CLEARLY = 0.01
"""The chance, over all numbers of a place, that one seems to move and none does."""


def features_of(tables: Tables) -> list[str]:
    """The features that a place has."""
    return [name for name, take_away in FEATURES.items() if take_away(deepcopy(tables)) != tables]


def features_that_matter(tables: Tables, days: int, seed: int) -> list[str]:
    """The features without which some number of the place is another, on the same people."""
    as_it_is = _numbers(tables, days, seed)
    return [
        name
        for name in features_of(tables)
        if _moved(as_it_is, _numbers(FEATURES[name](deepcopy(tables)), days, seed))
    ]


def _numbers(tables: Tables, days: int, seed: int) -> list[dict[Key, float]]:
    """The numbers of some replications."""
    plan = make_plan(Place.model_validate(tables))
    runs = (replicate(plan, days, 0, seed, number) for number in range(RUNS))
    return [numbers_of(told_by_careflow(run), plan.place, days) for run in runs]


def _moved(before: list[dict[Key, float]], after: list[dict[Key, float]]) -> bool:
    """Whether some number differs clearly between two sets of runs of the same people."""
    keys = [key for key in before[0] if key in after[0]]
    for key in keys:
        pairs = [(a[key], b[key]) for a, b in zip(before, after, strict=True)]
        one, other = np.array([pair for pair in pairs if np.isfinite(pair).all()]).T.reshape(2, -1)
        if len(one) < RUNS - 2 or np.ptp(other - one) == 0:
            continue
        size = max(abs(one.mean()), abs(other.mean()))
        if abs(other.mean() - one.mean()) < max(SHARE_MOVED * size, 1e-9):
            continue
        if stats.ttest_rel(other, one).pvalue < CLEARLY / len(keys):
            return True
    return False


def _all_routes(tables: Tables) -> list[tuple[str, dict[str, Any]]]:
    """(setting, its routes) for everybody and for each group."""
    each = [tables["routes"], *(group.get("routes", {}) for group in tables["patients"].values())]
    return [(setting, routes) for table in each for setting, routes in table.items()]


def _no_loops(tables: Tables) -> Tables:
    order = list(tables["settings"])
    for setting, routes in _all_routes(tables):
        here = order.index(setting)
        for to in [to for to in routes if to in order and order.index(to) <= here]:
            del routes[to]
    return tables


def _no_blocking(tables: Tables) -> Tables:
    """Whoever waits to be moved waits in a queue without limit."""
    settings: Tables = {}
    moved = {
        to for setting, routes in _all_routes(tables) for to in routes if setting != queue_of(to)
    }
    for name, setting in tables["settings"].items():
        if setting.get("places", "unlimited") != "unlimited":
            setting["places"] = "unlimited"
        if name in moved and setting.get("beds", "unlimited") != "unlimited":
            settings[queue_of(name)] = {"places": "unlimited", "stay": 0}
            tables["routes"][queue_of(name)] = {name: 1}
        settings[name] = setting
    for setting, routes in _all_routes(tables):
        for to in [to for to in routes if queue_of(to) in settings and setting != queue_of(to)]:
            routes[queue_of(to)] = routes.pop(to)
    tables["settings"] = settings
    return tables


def _no_calendars(tables: Tables) -> Tables:
    return _without(tables, "settings", "capacity_by_week")


def _no_limits(tables: Tables) -> Tables:
    return _without(tables, "settings", "queue_limit")


def _no_priorities(tables: Tables) -> Tables:
    if len({group.get("priority") for group in tables["patients"].values()}) == 1:
        return tables
    return _without(tables, "patients", "priority")


def _no_groups(tables: Tables) -> Tables:
    return _without(_without(tables, "patients", "stay"), "patients", "routes")


def _no_hours(tables: Tables) -> Tables:
    return _without(tables, "patients", "by_hour")


def _no_weekdays(tables: Tables) -> Tables:
    return _without(tables, "patients", "by_weekday")


def _no_cancelling(tables: Tables) -> Tables:
    return _without(tables, "patients", "cancelled_after")


def _no_tasks(tables: Tables) -> Tables:
    for _, routes in _all_routes(tables):
        for route in routes.values():
            if isinstance(route, dict):
                route.pop("transfer", None)
    tables.pop("transfers", None)
    return tables


def _no_families(tables: Tables) -> Tables:
    """Every stay exponential, with the same mean."""

    def exponential(stay: Any) -> Any:
        if not isinstance(stay, dict) or "exponential" in stay:
            return stay
        return {"exponential": {"mean": mean_days(Distribution.model_validate(stay))}}

    for setting in tables["settings"].values():
        setting["stay"] = exponential(setting["stay"])
    for group in tables["patients"].values():
        for ward, stay in group.get("stay", {}).items():
            group["stay"][ward] = exponential(stay)
    return tables


def _without(tables: Tables, table: str, key: str) -> Tables:
    for row in tables[table].values():
        row.pop(key, None)
    return tables


FEATURES: dict[str, Callable[[Tables], Tables]] = {
    "loops": _no_loops,
    "blocking": _no_blocking,
    "priorities": _no_priorities,
    "calendars of beds": _no_calendars,
    "groups that differ": _no_groups,
    "limits at the front door": _no_limits,
    "arrivals by hour": _no_hours,
    "arrivals by weekday": _no_weekdays,
    "tasks before moving": _no_tasks,
    "cancelled after a wait": _no_cancelling,
    "stays not exponential": _no_families,
}
"""What a place may have, and how to take it away."""
