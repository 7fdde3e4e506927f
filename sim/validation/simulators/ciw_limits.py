"""Which places Ciw can say: each ward a node, or the reason why not.

A ward is a node of Ciw: servers, and a queue of so many places before them. A setting with a stay
of 0 that leads only to a ward is the queue of that node.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from sim.place.distributions import Fixed
from sim.place.reach import settings_reached
from sim.place.schema import Place, Route, Setting, destination, shares
from sim.validation.simulators.ciw_lengths import CannotSayError

OF_SETTING = {
    "name", "organisation", "locality", "acute", "cost_per_day", "capacity_reason",
    "beds", "places", "capacity_by_week", "queue_limit", "stay",
}  # fmt: skip
OF_GROUP = {
    "name", "locality", "elective", "cancelled_after", "priority", "arrives_at",
    "per_day", "by_hour", "by_weekday", "stay", "routes",
}  # fmt: skip
OF_ROUTE = {"share", "to", "pathway", "transfer", "priority"}


@dataclass(frozen=True)
class Node:
    """A ward as a node of Ciw."""

    ward: str
    queue: str | None
    """The setting before it in which people queue."""
    servers: float
    places: float
    """Places in the node's queue."""


def nodes_of(place: Place) -> tuple[Node, ...]:
    """The place's wards as nodes of Ciw, in the order of its settings.

    Raises:
        CannotSayError: Ciw has no words for something in the place, or means something else by it.
    """
    _words_are_known(place)
    queues = {ward: name for name in place.settings if (ward := _leads_only_to(place, name))}
    nodes = tuple(
        _node(place, name, queues.get(name))
        for name in place.settings
        if name not in queues.values()
    )
    _nobody_waits_in_a_ring(place, nodes)
    return nodes


def each_route(place: Place) -> Iterator[tuple[str, str, str, Route]]:
    """(group, setting, where it leads, the route) of every route that some people take."""
    for group in place.patients:
        for setting in sorted(settings_reached(place, group)):
            routes = place.routes_from(group, setting)
            for name, share in shares(routes).items():
                if share > 0:
                    yield group, setting, destination(name, routes[name]), routes[name]


def _words_are_known(place: Place) -> None:
    if place.harm or place.start.people or place.start.waiting:
        raise CannotSayError("harm while waiting, or people there at the start")
    for name, table in place.settings.items():
        _only(table.model_fields_set, OF_SETTING, f"setting {name}")
    for name, group in place.patients.items():
        _only(group.model_fields_set, OF_GROUP, f"group {name}")
    for _, setting, to, route in each_route(place):
        _only(route.model_fields_set, OF_ROUTE, f"the route from {setting} to {to}")
    for name, transfer in place.transfers.items():
        if transfer.hand_over or not transfer.is_plain:
            raise CannotSayError(f"transfer {name}: a hand-over, or tasks that are not only time")


def _only(written: set[str], known: set[str], where: str) -> None:
    if not written <= known:
        raise CannotSayError(f"{where}: {', '.join(sorted(written - known))}")


def _leads_only_to(place: Place, name: str) -> str | None:
    """The ward of which a setting is the queue, if it is one."""
    setting = place.settings[name]
    at_once = (
        setting.stay is not None
        and isinstance(setting.stay.family, Fixed)
        and setting.stay.family.value.value == 0
        and not any(name in group.stay for group in place.patients.values())
    )
    ways = [(to, route) for _, here, to, route in each_route(place) if here == name]
    onward = {to for to, _ in ways}
    is_plain = not any(route.transfer or route.priority for _, route in ways)
    if at_once and is_plain and len(onward) == 1 and onward <= place.settings.keys():
        return onward.pop()
    return None


def _node(place: Place, name: str, queue: str | None) -> Node:
    """A ward with the queue that Ciw gives it."""
    ward = place.settings[name]
    servers = _limit(ward)
    transfers = {
        (route.priority or place.patients[group].priority)
        for group, here, to, route in each_route(place)
        if to == (queue or name) and here != queue
    }
    at_ward = any(group.arrives_at == name for group in place.patients.values())
    at_queue = any(group.arrives_at == queue for group in place.patients.values())
    if queue is not None:
        places = _limit(place.settings[queue])
        if any(to == name and here != queue for _, here, to, _ in each_route(place)):
            raise CannotSayError(f"{name}: transfers both into its queue and past it")
        if math.isfinite(places) and at_ward:
            raise CannotSayError(f"{name}: arrivals past its queue")
        if ward.queue_limit is not None:
            raise CannotSayError(f"{name}: a queue limit beside a setting in which people queue")
        if at_queue and math.isfinite(places) and not _none_waits(place.settings[queue]):
            raise CannotSayError(f"{queue}: a front door without limit before a queue with one")
    elif not math.isfinite(servers):
        places = math.inf
    elif transfers:
        places = 0.0
        if at_ward and not _none_waits(ward):
            raise CannotSayError(f"{name}: people block beds for it, and a front door with a queue")
    else:
        places = math.inf if ward.queue_limit is None else ward.queue_limit.value
    if math.isfinite(places) and len(transfers) > 1:
        raise CannotSayError(f"{name}: people of different priority block beds for it")
    if ward.capacity_by_week and math.isfinite(places):
        raise CannotSayError(f"{name}: a calendar of beds with a limited queue")
    if queue is not None and place.settings[queue].capacity_by_week:
        raise CannotSayError(f"{queue}: a calendar of places in a queue")
    _one_service(place, name)
    if math.isfinite(servers):
        _cancelled_only_at_the_door(place, name, queue)
    return Node(name, queue, servers, places)


def _limit(setting: Setting) -> float:
    """The most spaces that a setting ever has."""
    limits = [setting.spaces.limit, *(hours.spaces.limit for hours in setting.capacity_by_week)]
    return max(math.inf if limit is None else limit for limit in limits)


def _none_waits(setting: Setting) -> bool:
    return setting.queue_limit is not None and setting.queue_limit.value == 0


def _one_service(place: Place, name: str) -> None:
    """In Ciw the time in a bed is drawn before the way on is known."""
    for group in place.patients:
        taken = {
            route.transfer for g, here, _, route in each_route(place) if (g, here) == (group, name)
        }
        if len(taken) > 1:
            raise CannotSayError(f"{name}: other tasks for other ways on")


def _cancelled_only_at_the_door(place: Place, name: str, queue: str | None) -> None:
    """In Ciw somebody who gives up does so whenever they wait for that node."""
    for group, table in place.patients.items():
        if table.cancelled_after is None or table.arrives_at not in (name, queue):
            continue
        if queue is not None or any(g == group and to == name for g, _, to, _ in each_route(place)):
            raise CannotSayError(f"{group}: cancelled at a front door to which they may come back")


def _nobody_waits_in_a_ring(place: Place, nodes: tuple[Node, ...]) -> None:
    """Ciw stands still for ever where people wait for one another's beds."""
    node_of = {node.queue: node for node in nodes if node.queue} | {
        node.ward: node for node in nodes
    }
    blocks: dict[str, set[str]] = {node.ward: set() for node in nodes}
    for _, here, to, _ in each_route(place):
        if here in blocks and to in node_of and math.isfinite(node_of[to].places):
            blocks[here].add(node_of[to].ward)
    ahead = {ward: set(onward) for ward, onward in blocks.items()}
    for _ in nodes:
        for ward in ahead:
            ahead[ward] |= {to for onward in ahead[ward] for to in blocks[onward]}
    for ward, onward in ahead.items():
        if ward in onward:
            raise CannotSayError(f"{ward}: people could wait for one another's beds in a ring")
