"""What became of everybody in a run of Ciw, read from its records, in our columns."""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from sim.place.schema import Place
from sim.validation.simulators.ciw_limits import Node
from sim.validation.simulators.told import Told, told_of_rows

NOT_YET = math.inf


def told_by_ciw(
    individuals: Iterable[Any], place: Place, nodes: tuple[Node, ...], days: float
) -> Told:
    """Every asking of every individual; those given people of a cohort have their numbers."""
    settings, groups = list(place.settings), list(place.patients)
    rows = []
    for individual in individuals:
        group = individual.customer_class
        who = getattr(individual, "person", individual.id_number)
        door = place.patients[group].arrives_at
        for setting, *told in _stays_of(individual, nodes, door):
            rows.append((who, settings.index(setting), groups.index(group), *told))
    return told_of_rows(rows, days)


def _stays_of(individual: Any, nodes: tuple[Node, ...], door: str) -> Iterator[tuple[Any, ...]]:
    """Each asking of one person: setting, asked, stopped, admitted, done, left, turned away."""
    asked_at: float | None = None
    visits = [
        (
            r.record_type,
            r.node,
            r.arrival_date,
            r.service_start_date,
            r.service_end_date,
            r.exit_date,
        )
        for r in individual.data_records
    ]
    if individual.node != -1:
        began, done = individual.service_start_date, individual.service_end_date
        began = NOT_YET if began is False else began
        done = NOT_YET if done is False else done
        visits.append(("service", individual.node, individual.arrival_date, began, done, NOT_YET))
    for visit, (kind, number, entered_at, began_at, done_at, left_at) in enumerate(visits):
        node = nodes[number - 1]
        asked_at = entered_at if asked_at is None else asked_at
        is_past_queue = visit == 0 and door == node.ward
        if kind == "rejection":
            yield door, asked_at, asked_at, NOT_YET, NOT_YET, NOT_YET, True
            return
        if node.queue and not is_past_queue:
            yield node.queue, asked_at, entered_at, entered_at, entered_at, began_at, False
            asked_at = entered_at
        if kind == "renege":
            yield node.ward, asked_at, left_at, NOT_YET, NOT_YET, NOT_YET, False
            return
        yield node.ward, asked_at, began_at, began_at, done_at, left_at, False
        asked_at = done_at
    if individual.node != -1 and individual.is_blocked:
        node = nodes[individual.destination - 1]
        yield node.queue or node.ward, asked_at, *[NOT_YET] * 4, False
