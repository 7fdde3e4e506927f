"""What a simulator tells of one run: every stay, in columns that do not depend on who told it.

Instants are in days since the start; what has not happened by the end of the run is infinite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.making.replicate import Replication
from sim.flow.log import TURNED_AWAY

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Told:
    """One row for each time that somebody asked for a space; columns of shape (askings,)."""

    person: Ints
    """A number for each person; those of two simulators agree only on the same people."""
    setting: Ints
    group: Ints
    asked_at: Floats
    stopped_at: Floats
    """When the space was no longer waited for: found, or given up."""
    admitted_at: Floats
    done_at: Floats
    """When nothing but a space elsewhere was wanted: treated, and all arranged."""
    left_at: Floats
    turned_away: Bools
    end: float

    def in_order(self) -> "Told":
        """The rows in order of person and of asking."""
        order = np.lexsort((self.setting, self.admitted_at, self.asked_at, self.person))
        columns = {name: column for name, column in vars(self).items() if name != "end"}
        return Told(**{name: column[order] for name, column in columns.items()}, end=self.end)


def told_by_careflow(result: Replication) -> Told:
    """A replication of careflow, told."""
    stays = result.measured.stays
    away = stays.came == TURNED_AWAY
    stopped_at = np.where(away, stays.asked_at, stays.stopped_at)
    done_at = np.minimum(stays.arranged_at, stays.left_at)
    columns = (
        stays.person,
        stays.setting,
        stays.group,
        stays.asked_at,
        stopped_at,
        stays.admitted_at,
        done_at,
        stays.left_at,
        away,
    )
    asked = np.isfinite(stays.asked_at)
    return _told([column[asked] for column in columns], result.run.end)


def told_of_rows(rows: Sequence[tuple[Any, ...]], end: float) -> Told:
    """Rows in the order of the columns, told."""
    return _told([np.array(column) for column in zip(*rows, strict=True)], end)


def _told(columns: Sequence[NDArray[Any]], end: float) -> Told:
    """The columns, with what would come after the end taken as not in this run."""
    person, setting, group, *instants, away = columns
    asked, stopped, admitted, done, left = (
        np.where(column < end, column, np.inf) for column in instants
    )
    return Told(person, setting, group, asked, stopped, admitted, done, left, away, float(end))
