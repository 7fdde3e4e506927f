"""The measures of the replications of one scenario, read from their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiment.folder.store import read_records, run_path

Floats = NDArray[np.float64]
Key = tuple[str, ...]

DIMENSIONS = ("measure", "setting", "team", "locality", "group", "reason", "body")
STORED = (*DIMENSIONS, "part")
NOUGHT_IF_ABSENT = (
    "delayed_bed_days", "dtoc_days", "step_days", "remaining_7_days", "cost_per_year"
)  # fmt: skip
"""Sums over parts: a part that a run does not have is nought in it."""


def key_of(
    measure: str, setting: str = "", reason: str = "", body: str = "", part: str = ""
) -> Key:
    """A measure's key: its dimensions in the order in which they are stored."""
    return (measure, setting, "", "", "", reason, body, part)


@dataclass(frozen=True)
class Scores:
    """Every measure of one scenario, numerators and denominators; shape (measures, runs)."""

    keys: dict[Key, int]
    numerator: Floats
    denominator: Floats

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return int(self.numerator.shape[1])

    def first(self, number: int) -> "Scores":
        """The same of the first so many replications."""
        return Scores(self.keys, self.numerator[:, :number], self.denominator[:, :number])

    def last(self, number: int) -> "Scores":
        """The same of the last so many replications."""
        begin = self.replications - number
        return Scores(self.keys, self.numerator[:, begin:], self.denominator[:, begin:])

    def row(self, key: Key) -> tuple[Floats, Floats]:
        """The numerators and denominators of one measure; nought of 1 where it has none."""
        if key in self.keys:
            number = self.keys[key]
            return self.numerator[number], self.denominator[number]
        return np.zeros(self.replications), np.ones(self.replications)

    def key_of_total(self, measure: str, setting: str = "", team: str = "") -> Key | None:
        """The key of a measure of the whole place, a setting or a team; None where it has none.

        A setting's or a team's own locality and body say nothing more of it, and are passed over.
        """
        plain = (measure, setting, team, "", "", "", "", "")
        if plain in self.keys or not (setting or team):
            return plain if plain in self.keys else None
        wanted = (measure, setting, team, "", "", "")
        return next((k for k in self.keys if (*k[:3], k[4], k[5], k[7]) == wanted), None)

    def total(self, measure: str, setting: str = "", team: str = "") -> tuple[Floats, Floats]:
        """The row of a total; nought of nothing where it was not measured."""
        key = self.key_of_total(measure, setting, team)
        if key is None and measure not in NOUGHT_IF_ABSENT:
            return np.zeros(self.replications), np.zeros(self.replications)
        return self.row(key or key_of(measure, setting))

    def value(self, key: Key) -> Floats:
        """A plain measure of each replication; shape (replications,)."""
        top, bottom = self.row(key)
        return np.asarray(top / bottom)


def read_scores(folder: Path, slug: str, replications: Sequence[int]) -> Scores:
    """The measures of some replications of one scenario."""
    keys: dict[Key, int] = {}
    columns: list[tuple[list[int], Floats, Floats]] = []
    for replication in replications:
        path = run_path(folder, slug, replication)
        table = read_records(path, "measure", [*STORED, "numerator", "denominator"])
        words = [table.column(name).to_pylist() for name in STORED]
        rows = [keys.setdefault(key, len(keys)) for key in zip(*words, strict=True)]
        columns.append(
            (rows, table.column("numerator").to_numpy(), table.column("denominator").to_numpy())
        )
    numerator = np.zeros((len(keys), len(columns)))
    denominator = np.ones((len(keys), len(columns)))
    for number, (rows, top, bottom) in enumerate(columns):
        numerator[rows, number] = top
        denominator[rows, number] = bottom
    return Scores(keys, numerator, denominator)
