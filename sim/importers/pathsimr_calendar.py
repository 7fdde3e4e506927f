"""PathSimR's calendar template: rows of metric (cap or ext_arr), node, start, end and value.

Where a point has several rows of a metric, they follow on from 0, and repeat when the last ends.

Source: PathSimR's templates, use cases and the checks of its page Network Import.
"""

from itertools import pairwise

from sim.importers.csv_cells import Cell, Cells
from sim.importers.pathsimr_network import NO_LIMIT, Calendar, Sources, Step
from sim.place.problems import did_you_mean, input_error, one_of

COLUMNS = ("metric", "node", "start", "end", "value")
METRICS = {"cap": "capacity", "ext_arr": "arrivals"}


def read_calendar(
    cells: Cells, points: list[str], exits: list[str], sources: Sources
) -> dict[tuple[str, str], Calendar]:
    """(metric, point) → its calendar."""
    heading, *rows = cells.rows
    headings = [cell.text.lower() for cell in heading]
    for name in COLUMNS:
        if headings.count(name) != 1:
            problem = "no column" if name not in headings else "more than one column"
            hint = did_you_mean(name, headings) if name not in headings else ""
            raise input_error(
                heading[0].where, f"{problem} {name}; needed: {', '.join(COLUMNS)}{hint}"
            )
    places = [headings.index(name) for name in COLUMNS]
    found: dict[tuple[str, str], list[list[Cell]]] = {}
    for row in ([row[place] for place in places] for row in rows):
        kind, node = row[0], row[1]
        if kind.text not in METRICS:
            hint = did_you_mean(kind.text, METRICS)
            cells.wrong(
                kind, f"metric {kind.text[:40]!r} is not allowed; allowed: cap, ext_arr{hint}"
            )
        elif node.text in exits:
            cells.wrong(node, f"{node.text!r} is an exit, which has no {METRICS[kind.text]}")
        elif node.text not in points:
            hint = did_you_mean(node.text, points)
            cells.wrong(
                node,
                f"no service point {node.text[:40]!r} in the network template; there are: "
                f"{one_of(points)}{hint}",
            )
        else:
            found.setdefault((kind.text, node.text), []).append(row)
    calendars = {}
    for name in points:
        for metric in METRICS:
            lines = found.get((metric, name))
            if lines is None:
                if not cells.problems:
                    cells.wrong(heading[places[1]], f"no row of {metric} for {name!r}")
                continue
            calendar = _calendar(cells, metric, name, lines)
            sources[name, METRICS[metric]] = lines[0][4].where
            if calendar is not None:
                calendars[metric, name] = calendar
    if not cells.problems and not any(calendars["ext_arr", name].most() for name in points):
        cells.wrong(heading[places[4]], "nobody comes: every ext_arr is 0")
    return calendars


def _calendar(cells: Cells, metric: str, name: str, lines: list[list[Cell]]) -> Calendar | None:
    """The rows of one metric of one point, in order of time."""
    before = len(cells.problems)
    is_whole = metric == "cap"
    needed = "a whole number of 0 or more" if is_whole else "a number of 0 or more"

    def allowed(x: float) -> bool:
        return 0 <= x < NO_LIMIT and (x == int(x) or not is_whole)

    steps = []
    for _, _, start, end, value in lines:
        times = [
            cells.number(cell, f"{what} of {metric} of {name}", "a number of 0 or more",
                         lambda x: 0 <= x < NO_LIMIT)
            if what == "start" or len(lines) > 1 else NO_LIMIT
            for what, cell in (("start", start), ("end", end))
        ]  # fmt: skip
        number = cells.number(value, f"the value of {metric} of {name}", needed, allowed)
        if times[0] is not None and times[1] is not None and number is not None:
            steps.append(Step(times[0], times[1], number))
            if times[0] >= times[1]:
                cells.wrong(end, f"end {times[1]:g} is not after start {times[0]:g}")
    if len(cells.problems) > before:
        return None
    if steps[0].start != 0:
        cells.wrong(lines[0][2], f"the first start of {metric} of {name} must be 0")
    for (one, following), line in zip(pairwise(steps), lines[1:], strict=True):
        if following.start != one.end:
            cells.wrong(
                line[2],
                f"start {following.start:g} is not where the row before ends, {one.end:g}: rows of "
                f"{metric} of {name} must follow on in order of time",
            )
    if is_whole and not any(step.value for step in steps):
        cells.wrong(lines[0][4], f"{name!r} has no capacity at any time: all its cap are 0")
    return Calendar(tuple(steps))
