"""A case: places to run, what is read from each run, and the figures that it must come to."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.special import stdtrit

from sim.experiment.benchmarks import AtMostOutside, Tolerance
from sim.experiment.making.replicate import Replication
from sim.measures.beds_tried import BedsTried
from sim.place.schema import Place
from sim.place.uptake import Phases
from sim.validation.figures import Figure

Pairs = Sequence[tuple[float, float]]
"""What is read from one run, in the order of the figures: numerator and denominator of each."""

RARE = 1e-4
"""How often ours may be farther from an exact value by chance than it is allowed to be."""


def beside_exact(replications: int) -> Tolerance:
    """How far the mean of so many replications may lie from an exact value.

    >>> round(beside_exact(20).standard_errors, 2), round(beside_exact(1000).standard_errors, 2)
    (4.9, 3.91)
    """
    return Tolerance(standard_errors=float(stdtrit(replications - 1, 1 - RARE / 2)))


@dataclass(frozen=True)
class Trial:
    """One place, run often, and the figures that are read from its runs."""

    place: Place
    days: int
    warm_up: int
    seed: int
    replications: int
    read: Callable[[Replication], Pairs]
    figures: tuple[Figure, ...]
    name: str = ""
    """What it is called among the trials of its case."""
    phases: Phases | None = None
    beds_tried: tuple[BedsTried, ...] = ()


@dataclass(frozen=True)
class Case:
    """A published model, or a result of theory."""

    key: str
    title: str
    about: str
    source: str
    trials: tuple[Trial, ...]
    file: Path | None = None
    """The experiment's file, for a published model."""
    at_most_outside: AtMostOutside | None = None
    """For figures that are judged together: how many may lie how far outside."""


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


def measured(result: Replication, measure: str, setting: str = "", **about: str) -> float:
    """One measure of a run."""
    wanted = {
        "team": "", "locality": "", "group": "", "reason": "", "body": "", "part": "", **about
    }  # fmt: skip
    for row in result.measured.rows:
        if (row.measure, row.setting) == (measure, setting) and all(
            getattr(row, name) == word for name, word in wanted.items()
        ):
            return row.numerator / row.denominator
    raise KeyError((measure, setting, about))


def theory(
    key: str,
    title: str,
    source: str,
    place: Place,
    exact: Mapping[str, float],
    read: Callable[[Replication], Sequence[float]],
    *,
    days: int,
    warm_up: int = 0,
    replications: tuple[int, int],
    near: float = 0.02,
    at_least: float = 0.005,
    quick: bool = False,
    about: str = "",
) -> Case:
    """A case with one place of which theory says everything that is read.

    ``replications`` are those of the full and of the quick form. Ours must be known to within
    ``near`` of each value or ``at_least`` (twice that in the quick form).
    """

    def pairs(result: Replication) -> Pairs:
        return [(value, 1.0) for value in read(result)]

    loose = 2.0 if quick else 1.0
    figures = tuple(
        Figure(
            name,
            value,
            beside_exact(replications[quick]),
            half_width=loose * max(near * abs(value), at_least),
        )
        for name, value in exact.items()
    )
    # A seed of its own for each, so that cases do not share their luck.
    seed = zlib.crc32(key.encode())
    trial = Trial(place, days, warm_up, seed, replications[quick], pairs, figures)
    return Case(key, title, about, source, (trial,))
