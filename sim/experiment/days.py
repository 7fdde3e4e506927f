"""The daily series of one replication, read from its file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiment.folder.store import read_records
from sim.measures.definitions import SERIES


def day_series(path: Path, names: Sequence[str] = SERIES) -> tuple[list[str], NDArray[np.float64]]:
    """The settings and some daily series of one file; shape (series, settings, days)."""
    table = read_records(path, "day", ["setting", *names])
    settings = list(dict.fromkeys(table.column("setting").to_pylist()))
    values = [table.column(name).to_numpy().reshape(len(settings), -1) for name in names]
    return settings, np.stack(values)
