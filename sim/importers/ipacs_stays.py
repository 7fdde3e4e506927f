"""Lengths of stay as an IPACS workbook has them: a lognormal, and for P1 the visits needed."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.importers.ipacs_tabs import Row

NEAR = 0.01
"""How far mu and sigma may be from the mean that stands beside them, as a share of it."""
Wrong = Callable[[str, str], None]
"""Notes something wrong: where, and what."""


@dataclass(frozen=True)
class Stay:
    """How long people need a service: a lognormal, by mu and sigma or by two other numbers."""

    numbers: Mapping[str, float]
    mean: float
    sd: float | None
    need: tuple[float, float] | None
    """Visits a day at first and at the end, for P1."""
    where: str

    @property
    def longest(self) -> float:
        """The longest P1 stay of the published model in whole days, and a half.

        Stays are rounded there, and drawn again at mean + 3 sd or above; without an sd, it is 0.3
        of the mean.
        """
        above = round(self.mean + 3 * (0.3 * self.mean if self.sd is None else self.sd), 9)
        return math.ceil(above) - 0.5


def read_stay(row: Row, is_by_visits: bool, wrong: Wrong) -> Stay | None:
    """One row of the tab; None where something is wrong with it, which is noted."""
    problems: list[str] = []

    def note(where: str, what: str) -> None:
        problems.append(what)
        wrong(where, what)

    kind = row["los_dist"]
    if kind.text != "lnorm":
        note(kind.where, f"{kind.text[:40]!r} can't be carried over; allowed: lnorm")
    for name in ("mean_los", "median", "sd_los", "sigma"):
        if name in row and not 0 < row[name].number <= 10_000:
            note(row[name].where, f"{name} {row[name].number:g} must be above 0, and below 10,000")
    numbers = {} if problems else _lognormal(row, note)
    need = _need(row, is_by_visits, note)
    if problems:
        return None
    sd = row["sd_los"].number if "sd_los" in row else None
    return Stay(numbers, row["mean_los"].number, sd, need, row["mean_los"].where)


def _lognormal(row: Row, wrong: Wrong) -> dict[str, float]:
    """mu and sigma as written, checked against the mean; else by median, or by sd, and mean."""
    mean = row["mean_los"]
    if "mu" in row and "sigma" in row:
        mu, sigma = row["mu"].number, row["sigma"].number
        made = math.exp(min(mu + sigma**2 / 2, 700.0))
        if abs(made - mean.number) > NEAR * mean.number:
            wrong(
                row["mu"].where, f"mu {mu:g} and sigma {sigma:g} make a mean of {made:.4g} days; "
                f"mean_los says {mean.number:g}. Blank mu and sigma, or mend them",
            )  # fmt: skip
        _same_parameters(row, mu, sigma, wrong)
        return {"mu": mu, "sigma": sigma}
    for one, other in (("mu", "sigma"), ("sigma", "mu")):
        if one in row:
            wrong(row[one].where, f"{one} is filled in, but {other} is blank")
    if "median" in row:
        if row["median"].number >= mean.number:
            wrong(row["median"].where, "the median of a lognormal must be below its mean "
                  f"({mean.number:g})")  # fmt: skip
        return {"mean": mean.number, "median": row["median"].number}
    if "sd_los" in row:
        return {"mean": mean.number, "sd": row["sd_los"].number}
    wrong(mean.where, "beside mean_los, one of these is needed: mu and sigma, median, sd_los")
    return {}


def _same_parameters(row: Row, mu: float, sigma: float, wrong: Wrong) -> None:
    """Note where los_params, which the published model reads, says something else."""
    said = row.get("los_params")
    if said is None:
        return
    try:
        numbers = [float(part) for part in said.text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 2 or not abs(numbers[0] - mu) + abs(numbers[1] - sigma) < 1e-4:
        wrong(said.where, f"{said.text[:40]!r} is not mu and sigma of this row "
              f"({mu:g} , {sigma:g})")  # fmt: skip


def _need(row: Row, is_by_visits: bool, wrong: Wrong) -> tuple[float, float] | None:
    """First and last visits a day; for P1 only."""
    node = row["node"]
    for name in ("IVR", "FVR"):
        if is_by_visits and name not in row:
            wrong(node.where, f"{node.text} is care by visits, but {name} is blank in this row")
        elif not is_by_visits and name in row:
            wrong(row[name].where, f"{node.text} has beds; {name} is for P1 only")
    if not is_by_visits or "IVR" not in row or "FVR" not in row:
        return None
    first, last = row["IVR"].number, row["FVR"].number
    if not 0 < last <= first <= 1000:
        wrong(row["FVR"].where, f"FVR {last:g} must be above 0, and at most IVR ({first:g})")
    return first, last
