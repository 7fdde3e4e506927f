"""``careflow export pathsimr``: a place as PathSimR's two templates, where they can say it."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

from sim.importers.pathsimr_calendar import COLUMNS as CALENDAR_COLUMNS
from sim.importers.pathsimr_network import NO_LIMIT, UNITS, Calendar, Draw, Network
from sim.importers.pathsimr_reading import COLUMNS
from sim.importers.pathsimr_saying import as_network
from sim.importers.writing import must_be_new, new_folder
from sim.place.distributions import Fixed
from sim.place.load import check_place, read_document
from sim.place.numbers import TimeUnit
from sim.place.problems import did_you_mean, input_error
from sim.place.schema import Place

LABELS = (
    "Names, organisations, costs, sources, pathways and reasons for delay are not in the templates."
)


def export_pathsimr(path: Path, folder: Path, unit: str | None = None) -> list[str]:
    """Write a place's two templates into a new folder; returns lines to print.

    ``unit`` is that of the place's stays and cycles, if they have one in common, else days.

    Raises:
        InputError: the place is not valid, or has something that the templates can't say, by its
            path in the YAML; or the folder is not new.
    """
    document = read_document(path)
    place = check_place(document)
    known = next((each for each in UNITS if each == unit), None)
    if unit is not None and known is None:
        hint = did_you_mean(unit, UNITS)
        raise input_error(
            "--unit", f"{unit[:40]!r} is not allowed; allowed: {', '.join(UNITS)}{hint}"
        )
    must_be_new(folder)
    network = as_network(place, document, known or common_unit(place))
    case = re.sub(r"[^A-Za-z0-9 .&()'-]", "-", place.place)[:60].strip() or "Place"
    names = [f"{case}_Network_Template.csv", f"{case}_Calendar_Template.csv"]
    with new_folder(folder) as draft:
        for name, rows in zip(names, (network_rows(network), calendar_rows(network)), strict=True):
            (draft / name).write_bytes(_csv(rows).encode("utf-8"))
    return [
        f"PathSimR's templates are {folder / names[0]} and {names[1]}; all times are in "
        f"{network.unit}.",
        LABELS,
    ]


def common_unit(place: Place) -> TimeUnit:
    """The unit of all stays and cycles, where they agree; else days."""
    stays = [setting.stay.family for setting in place.settings.values() if setting.stay]
    units = {stay.unit for stay in stays if not isinstance(stay, Fixed) or stay.value.value}
    units |= {s.capacity_cycle.unit for s in place.settings.values() if s.capacity_cycle}
    units |= {g.arrivals_cycle.unit for g in place.patients.values() if g.arrivals_cycle}
    plural = {f"{unit.removesuffix('s')}s" for unit in units}
    return next((each for each in UNITS if plural == {each}), "days")


def network_rows(network: Network) -> Iterable[list[str]]:
    """The rows of the network template, its heading first."""
    names = [*network.points, *network.exits]
    yield [
        "", *names, *COLUMNS,
        *(f"{name}_delay_dist" for name in names),
        *(f"{name}_delay_params" for name in names),
    ]  # fmt: skip
    for name, point in network.points.items():
        delays = [point.delays.get(to) for to in names]
        yield [
            name,
            *(_number(point.shares.get(to, 0.0)) for to in names),
            point.stay.name, _parameters(point.stay),
            _number(point.external_queue), _number(point.internal_queue),
            *(delay.name if delay else "NA" for delay in delays),
            *(_parameters(delay) if delay else "NA" for delay in delays),
        ]  # fmt: skip
    for name in network.exits:
        yield [name, *["NA"] * (3 * len(names) + 4)]


def calendar_rows(network: Network) -> Iterable[list[str]]:
    """The rows of the calendar template, its heading first."""
    yield list(CALENDAR_COLUMNS)
    for name, point in network.points.items():
        yield from _steps("ext_arr", name, point.arrivals)
    for name, point in network.points.items():
        yield from _steps("cap", name, point.capacity)


def _steps(metric: str, name: str, calendar: Calendar) -> Iterable[list[str]]:
    if calendar.constant is not None:
        yield [metric, name, "0", "NA", _number(calendar.constant)]
        return
    for step in calendar.steps:
        yield [metric, name, _number(step.start), _number(step.end), _number(step.value)]


def _parameters(draw: Draw) -> str:
    return ";".join(_number(number) for number in draw.parameters if number != NO_LIMIT)


def _number(number: float) -> str:
    """A number to the last figure; Inf for no limit."""
    if number == NO_LIMIT:
        return "Inf"
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))


def _csv(rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
