"""PathSimR's two templates, cell by cell: what they say, and where they can't be understood.

The network template has a row and a column for each service point and exit: the share of people
who go from the row to the column; then serv_dist, serv_dist_param, ext_queue and int_queue; then
the points and exits twice more, for the distributions and the parameters of transition delays. An
exit's row has nothing but its name.

Source: PathSimR's templates, use cases and the checks of its page Network Import; columns are
taken by their place, as it takes them.
"""

import math
import re
from pathlib import Path

from sim.importers.csv_cells import Cell, Cells, read_cells
from sim.importers.pathsimr_calendar import read_calendar
from sim.importers.pathsimr_network import (
    NO_LIMIT,
    Calendar,
    Draw,
    Network,
    Point,
    Sources,
    always,
)
from sim.place.numbers import TimeUnit
from sim.place.problems import did_you_mean, one_of, refuse
from sim.place.r_distributions import R_DISTRIBUTIONS, chance_below_0, complete

COLUMNS = ("serv_dist", "serv_dist_param", "ext_queue", "int_queue")
SHARES_WITHIN = 1e-6
MOST_NAMES = 400


def read_templates(network: Path, calendar: Path, unit: TimeUnit) -> Network:
    """What the two templates say.

    Raises:
        InputError: with everything that can't be understood, by file, row and column.
    """
    cells, dates = read_cells(network), read_cells(calendar)
    table = _NetworkTable(cells)
    refuse(cells.problems)
    sources: Sources = {}
    calendars = read_calendar(dates, table.points, table.exits, sources)
    nothing = always(0.0)
    points = {
        name: table.point(
            name,
            calendars.get(("ext_arr", name), nothing),
            calendars.get(("cap", name), nothing),
            sources,
        )
        for name in table.points
    }
    refuse([*cells.problems, *dates.problems])
    return Network(
        {name: point for name, point in points.items() if point},
        table.exits,
        unit,
        sources,
        table.decisions,
    )


class _NetworkTable:
    """The network template with its columns found."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.heading, *self.rows = cells.rows
        self.names = [row[0].text for row in self.rows]
        self.points: list[str] = []
        self.exits: list[str] = []
        self.decisions: list[str] = []
        self._check_names()
        if not cells.problems:
            self._check_columns()
        if not cells.problems:
            self._tell_points_from_exits()

    def _check_names(self) -> None:
        if not self.rows:
            self.cells.wrong(self.heading[0], "no rows; a service point and an exit are needed")
        if len(self.names) > MOST_NAMES:
            self.cells.wrong(self.heading[0], f"more than {MOST_NAMES} service points and exits")
        seen: dict[str, Cell] = {}
        for row in self.rows:
            name = row[0]
            if name.is_empty:
                self.cells.wrong(name, "no name of a service point or exit in this row")
            first = seen.setdefault(name.text.lower(), name)
            if first is not name:
                self.cells.wrong(
                    name, f"{name.text!r} is here twice (capitals aside); first at {first.where}"
                )

    def _check_columns(self) -> None:
        """Each part of the table is where PathSimR looks for it, under the right heading."""
        n = len(self.names)
        headings = [cell.text for cell in self.heading]
        if "serv_dist" not in headings:
            hint = did_you_mean("serv_dist", headings)
            self.cells.wrong(self.heading[-1], f"no column serv_dist in the first row{hint}")
            return
        at = headings.index("serv_dist")
        if at != n + 1:
            self.cells.wrong(
                self.heading[at],
                f"{at - 1} columns of shares before serv_dist, but {n} rows of service points and "
                "exits; there must be a column for each row, in the same order",
            )
            return
        for place, wanted in enumerate(COLUMNS, start=at):
            if place >= len(headings) or headings[place] != wanted:
                here = headings[place] if place < len(headings) else "nothing"
                cell = self.heading[min(place, len(headings) - 1)]
                self.cells.wrong(cell, f"{here!r} where the column {wanted} is needed")
                return
        if len(headings) != 3 * n + 5:
            self.cells.wrong(
                self.heading[-1],
                f"{len(headings) - n - 5} columns after int_queue; needed: {2 * n}, a distribution "
                "and then the parameters of a transition delay for each service point and exit",
            )
            return
        for first, what in ((1, ""), (n + 5, "_delay_dist"), (2 * n + 5, "_delay_params")):
            for place, name in enumerate(self.names, start=first):
                if not _is_heading_of(headings[place], name, what):
                    self.cells.wrong(
                        self.heading[place],
                        f"the heading {headings[place]!r} where {name + what!r} is needed: columns "
                        "are in the order of the rows",
                    )

    def _tell_points_from_exits(self) -> None:
        """A row without shares is an exit's."""
        for row in self.rows:
            name, shares = row[0].text, row[1 : len(self.names) + 1]
            is_bare = all(cell.is_empty or cell.text == "0" for cell in shares)
            service = row[len(self.names) + 1 :]
            if not is_bare or not service[0].is_empty:
                self.points.append(name)
                continue
            self.exits.append(name)
            for cell in service:
                if not cell.is_empty:
                    self.cells.wrong(
                        cell,
                        f"{name!r} has no shares, so it is an exit, and an exit has nothing else; "
                        "write its shares, or empty this cell",
                    )
        if not self.points:
            self.cells.wrong(self.heading[0], "no service point: no row has shares")
        if not self.exits:
            self.cells.wrong(self.heading[0], "no exit: every row has shares or a service")

    def point(
        self, name: str, arrivals: Calendar, capacity: Calendar, sources: Sources
    ) -> Point | None:
        """A service point; None if something is wrong with its row."""
        before = len(self.cells.problems)
        row = self.rows[self.names.index(name)]
        n = len(self.names)
        shares = self._shares(name, row[: n + 1], sources)
        dist, param, external, internal = row[n + 1 : n + 5]
        stay = self._draw(dist, param, f"serv_dist of {name}")
        queues = [
            self._queue(cell, f"{column} of {name}")
            for column, cell in (("ext_queue", external), ("int_queue", internal))
        ]
        sources |= {
            (name,): row[0].where,
            (name, "stay"): dist.where,
            (name, "external_queue"): external.where,
            (name, "internal_queue"): internal.where,
        }
        delays = {}
        for to, delay_dist, delay_param in zip(
            self.names, row[n + 5 : 2 * n + 5], row[2 * n + 5 :], strict=True
        ):
            if delay_dist.is_empty and delay_param.is_empty:
                continue
            delay = self._draw(delay_dist, delay_param, f"the delay from {name} to {to}")
            if delay and to in shares:
                delays[to] = delay
                sources[name, "delay", to] = delay_dist.where
        if len(self.cells.problems) > before or stay is None:
            return None
        limits = queues[0] or 0.0, queues[1] or 0.0
        return Point(stay, shares, delays, *limits, arrivals, capacity)

    def _shares(self, name: str, row: list[Cell], sources: Sources) -> dict[str, float]:
        shares, before = {}, len(self.cells.problems)
        for to, cell in zip(self.names, row[1:], strict=True):
            share = self.cells.number(
                cell,
                f"the share from {name} to {to}",
                "a number from 0 to 1",
                lambda x: 0 <= x <= 1,
            )
            if share:
                shares[to] = share
                sources[name, "share", to] = cell.where
        total = math.fsum(shares.values())
        if len(self.cells.problems) == before and abs(total - 1) > SHARES_WITHIN:
            self.cells.wrong(
                row[0], f"the shares from {name!r} sum to {total:.9g}; they must sum to 1"
            )
        return shares

    def _queue(self, cell: Cell, what: str) -> float | None:
        """A queue's limit: a whole number or Inf."""
        needed = "a whole number of 0 or more, or Inf"
        return self.cells.number(
            cell, what, needed, lambda x: x == NO_LIMIT or (x >= 0 and x == int(x))
        )

    def _draw(self, dist: Cell, param: Cell, what: str) -> Draw | None:
        """A distribution and its parameters."""
        name = dist.text
        if dist.is_empty:
            self.cells.wrong(dist, f"{what}: no distribution; allowed: {one_of(R_DISTRIBUTIONS)}")
            return None
        if name not in R_DISTRIBUTIONS:
            hint = did_you_mean(LONG_NAMES.get(name.lower(), name), R_DISTRIBUTIONS)
            self.cells.wrong(
                dist,
                f"{what}: {name[:40]!r} is not the name of a distribution in R{hint}; allowed: "
                f"{one_of(R_DISTRIBUTIONS)}",
            )
            return None
        order = "; ".join(parameter.name for parameter in R_DISTRIBUTIONS[name])
        if param.is_empty:
            self.cells.wrong(param, f"{what}: no parameters; needed: {order}, with ; between them")
            return None
        numbers = []
        for part in param.text.split(";"):
            number = self.cells.plain_number(part.strip())
            if number is None:
                self.cells.wrong(
                    param,
                    f"{what}: {part.strip()[:40]!r} is not a number; needed: {order}, with ; "
                    "between them",
                )
                return None
            numbers.append(number)
        try:
            draw = Draw(name, complete(name, numbers))
        except ValueError as error:
            self.cells.wrong(param, f"{what}: {error}")
            return None
        self._note_draw(what, draw, numbers)
        return draw

    def _note_draw(self, what: str, draw: Draw, written: list[float]) -> None:
        """Note what was not written, or has to be cut."""
        known = R_DISTRIBUTIONS[draw.name]
        optional = ("ncp", "lower", "upper")
        added = [
            f"{parameter.name} {value:g}"
            for parameter, value in zip(known, draw.parameters, strict=True)
            if parameter.name not in optional
        ][len(written) :]
        if added:
            self.decisions.append(f"In {what}, {' and '.join(added)} is R's own default.")
        below = chance_below_0(draw.name, draw.parameters)
        if draw.name in MAY_BE_BELOW_0 and below > 0:
            self.decisions.append(
                f"In {what}, {draw.name} is below 0 in {below:.1g} of draws; these are drawn again."
            )
        if draw.name == "tnorm":
            self.decisions.append(
                f"In {what}, tnorm is a normal of which draws below {draw.parameters[2]:g} are "
                "drawn again."
            )


MAY_BE_BELOW_0 = ("norm", "logis", "cauchy", "t")
LONG_NAMES = {
    "exponential": "exp", "lognormal": "lnorm", "log-normal": "lnorm", "uniform": "unif",
    "normal": "norm", "poisson": "pois", "binomial": "binom", "geometric": "geom",
    "logistic": "logis", "truncated normal": "tnorm", "chi-squared": "chisq",
}  # fmt: skip


def _is_heading_of(heading: str, name: str, part: str) -> bool:
    """Whether a heading names this point or exit, bare or with its part, perhaps as R writes it.

    >>> _is_heading_of("Death..1", "Death ", "_delay_dist")
    True
    """
    if part and heading.lower().endswith((part, part.removesuffix("s"))):
        heading = heading[: heading.lower().rindex(part.removesuffix("s"))]
    plain, wanted = _plain(heading), _plain(name)
    return plain == wanted or re.sub(r"\d$", "", plain) == wanted or plain == "x" + wanted


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower()) or name.strip()
