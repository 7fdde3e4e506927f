"""Rings: people who each hold the space that the one before is waiting for.

Nobody in a ring could ever move, so they exchange at once. Only settings that lead to one another
in a loop can hold one.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sim.flow.clock import Journey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.flow.ward import Ward
    from sim.patients.plan import Plan

Ring = list[tuple[Journey, "Ward"]]
"""Who moves, and the ward each moves into."""


def wards_in_loops(plan: Plan) -> frozenset[int]:
    """The settings from which somebody may come back to them, by number.

    Not those that count visits or hours: what one person gives up there is not what another needs.
    """
    onward: dict[int, set[int]] = {number: set() for number in range(len(plan.settings))}
    for route in plan.routes:
        if route.to < len(plan.settings):
            onward[route.from_setting].add(route.to)
            for overflow in plan.setting(route.from_setting).overflow:
                onward[plan.settings.index(overflow)].add(route.to)
    return frozenset(
        number
        for number in onward
        if plan.setting(number).need is None and _reaches(onward, number, number)
    )


def _reaches(onward: dict[int, set[int]], start: int, goal: int) -> bool:
    seen: set[int] = set()
    ahead = list(onward[start])
    while ahead:
        number = ahead.pop()
        if number == goal:
            return True
        if number not in seen:
            seen.add(number)
            ahead.extend(onward[number])
    return False


def find_ring(wards: Sequence[Ward], loops: frozenset[int]) -> Ring | None:
    """The shortest ring, from the first ward that has one; None where there is none.

    For each step of it, whoever is first in turn among those who hold a space of the one ward and
    wait for the other. A ward that is not admitting, or has more people than spaces, is passed by.
    """
    steps: dict[int, dict[int, Journey]] = {}
    for number in sorted(loops):
        ward = wards[number]
        if not ward.waiting or not ward.is_open or ward.in_use > ward.capacity:
            continue
        for me in ward.in_turn():
            if me.here is not None and not me.is_outlier:
                steps.setdefault(me.here.number, {}).setdefault(number, me)
    for start in sorted(steps):
        ring = _shortest_way_round(steps, start)
        if ring:
            return [(steps[a][b], wards[b]) for a, b in ring]
    return None


def _shortest_way_round(
    steps: dict[int, dict[int, Journey]], start: int
) -> list[tuple[int, int]] | None:
    """The (from, to) steps of the shortest way from a ward back to itself, breadth first."""
    came_from: dict[int, int] = {}
    ahead = deque([start])
    while ahead:
        here = ahead.popleft()
        for there in sorted(steps.get(here, {})):
            if there == start:
                way = [(here, there)]
                while way[0][0] != start:
                    way.insert(0, (came_from[way[0][0]], way[0][0]))
                return way
            if there not in came_from:
                came_from[there] = here
                ahead.append(there)
    return None
