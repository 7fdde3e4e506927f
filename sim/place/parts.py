"""The parts of a place that levers which start or spread may change, each on its own.

A part is named by the keys that lead to it. A person draws from the version of a part that belongs
to the levers which touch it and cover the person; a number that belongs to nobody is mixed out of
its versions.
"""

from collections.abc import Iterable, Iterator

from sim.place.document import Keys
from sim.place.schema import Place
from sim.place.tasks import PLAIN_KEYS, Task

SPACES = ("beds", "places", "visits_per_day", "hours_per_day")
ARRIVALS = ("per_day", "by_weekday", "by_month", "by_dates")
RULES = ("admits", "decision_rounds", "pace_by_weekday", "pushes")
STAFFING = ("staff", "works", "staff_changes", "meets", "cases")
MIXED = {"settings": (*SPACES, *RULES), "patients": ARRIVALS, "teams": STAFFING}
"""What belongs to nobody, and is mixed."""
LISTS = ("arrange", "hand_over")

MAY_CHANGE = (
    "a lever with a start or an uptake may change transfers, routes, stays; beds, places, "
    "visits_per_day and hours_per_day; per_day, by_weekday, by_month and by_dates; admits, "
    "decision_rounds, pace_by_weekday and pushes; a team's staff, works, staff_changes, meets and "
    "cases; and add a setting, an exit or a team; and nothing else"
)


def may_start_or_spread(keys: Keys) -> bool:
    """Whether a lever with a start or an uptake may change the value at these keys.

    >>> may_start_or_spread(("settings", "ward", "turnaround"))
    False
    """
    match keys:
        case ("transfers" | "routes", *_) | ("settings", _, "stay", *_):
            return not (keys[0] == "routes" and keys[-1] == "priority" and len(keys) == 4)
        case ("patients", _, "stay" | "routes", *_):
            return not (keys[-1] == "priority" and len(keys) == 6)
        case (_, _, str(key), *_):
            return key in MIXED.get(str(keys[0]), ())
    return False


def part_at(keys: Keys, before: Place) -> Keys:
    """The part of a place to which these keys belong, where a lever may start or spread.

    ``before`` is the place without such levers. A task is a part of its own as long as the lever
    leaves the list as it is: the same tasks, in the same order, on the clock as they were.
    """
    match keys:
        case ("transfers", str(name), *rest):
            return _part_of_transfer(name, tuple(rest), before)
        case ("routes" | "teams", *_):
            return keys[:2]
        case ("settings", _, str(key), *_):
            return (*keys[:2], "spaces" if key in SPACES else key)
        case ("patients", _, str(key), *_):
            return (*keys[:2], "arrivals") if key in ARRIVALS else keys[:4]
    return keys


def covers_people(part: Keys) -> bool:
    """Whether a part is what people need or where they go: tasks, routes, stays."""
    return part[0] in ("transfers", "routes") or part[2:3] in (("stay",), ("routes",))


def _part_of_transfer(name: str, keys: Keys, before: Place) -> Keys:
    """A task, where only what is written in it changes; else the transfer as a whole."""
    transfer = before.transfers.get(name)
    if transfer is None or len(keys) < 3 or keys[2] == "task":
        return ("transfers", name)
    if transfer.is_plain and keys[2] not in PLAIN_KEYS:
        return ("transfers", name)
    return ("transfers", name, *keys[:2])


def parts_of_ways(group: str, setting: str, places: Iterable[Place]) -> tuple[Keys, ...]:
    """What a group's stay in a setting and its ways on depend on, apart from single tasks."""
    transfers = {
        route.transfer
        for place in places
        for route in place.every_route(group, setting).values()
        if route.transfer
    }
    return (
        ("settings", setting, "stay"),
        ("patients", group, "stay", setting),
        ("patients", group, "routes", setting),
        ("routes", setting),
        *(("transfers", name) for name in sorted(transfers)),
    )


def keys_of_readiness(setting: str) -> tuple[Keys, ...]:
    """What the day on which people of a setting become ready depends on, besides their need."""
    keys = ("decision_rounds", "pace_by_weekday", "pushes")
    return tuple(("settings", setting, key) for key in keys)


def tasks_of(name: str, place: Place) -> Iterator[tuple[Keys, Task]]:
    """The tasks of a transfer, each with the part that it is."""
    transfer = place.transfers[name]
    for listed in LISTS:
        for i, task in enumerate(getattr(transfer, listed)):
            yield ("transfers", name, listed, i), task


def parts_that_are_mixed(place: Place) -> Iterator[tuple[Keys, ...]]:
    """Numbers and hours that belong to nobody: each tuple is worked out together."""
    for setting in place.settings:
        at = ("settings", setting)
        yield ((*at, "spaces"),)
        yield ((*at, "admits"),)
        yield keys_of_readiness(setting)
    for group in place.patients:
        yield (("patients", group, "arrivals"),)
    for team in place.teams:
        yield (("teams", team),)
