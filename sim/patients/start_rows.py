"""The rows of the start state, looked through once for all runs: who is where, and what is said.

What differs from run to run is drawn in ``at_start.py``.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.patients.distributions import MAX_DAYS, InverseCdf, inverse_cdf
from sim.patients.plan import Plan
from sim.place.distributions import Distribution, Fixed
from sim.place.start import PeopleThere, PeopleWaiting, StayLeft

Ints = NDArray[np.signedinteger]
Floats = NDArray[np.float64]

ARRIVES, IS_THERE, WAITS_INSIDE, WAITS_AT_DOOR = range(4)
"""How people begin: they come during the run, or the start state has them."""

StartRow = PeopleThere | PeopleWaiting


@dataclass(frozen=True)
class Lengths:
    """What is written of one length in each row: a number, or a distribution."""

    fixed: Floats
    """By row; 0 where nothing is written, or a distribution."""
    varies: tuple[tuple[int, InverseCdf], ...]

    @classmethod
    def written(cls, written: Sequence[Distribution | None]) -> "Lengths":
        """Row after row; None for nothing."""
        fixed = np.zeros(len(written))
        varies: list[tuple[int, InverseCdf]] = []
        for row, length in enumerate(written):
            family = length.family if length is not None else None
            if isinstance(family, Fixed):
                fixed[row] = min(family.value.value * family.days_per_unit, MAX_DAYS)
            elif length is not None:
                varies.append((row, inverse_cdf(length)))
        return cls(fixed, tuple(varies))


@dataclass(frozen=True)
class Rows:
    """The rows of the start state, with all of them that is the same in every run.

    ``first`` has shape (rows + 1,), ``of`` (people,), the other columns (rows,).
    """

    rows: tuple[StartRow, ...]
    first: Ints
    """The first person of each row."""
    of: Ints
    """The row of each person."""
    names: tuple[str, ...]
    """From which the keys of its people are made; no two of one group are alike."""
    group: Ints
    setting: Ints
    starts: NDArray[np.int8]
    inside: Ints
    expected: Floats
    waited: Lengths
    there: Lengths
    left: Lengths
    rules: tuple[StayLeft, ...]
    """The rules of what is left that are in use."""
    rule: Ints
    """Which of them each row has; -1 for none."""
    localities: tuple[str, ...]
    locality: Ints
    ways: tuple[StartRow, ...]
    """A row of each kind whose way on is written."""
    way: Ints
    """Which of them each row is like; -1 where no way on is written."""

    def draw(self, lengths: Lengths, u: Floats) -> Floats:
        """A length for each person; 0 where nothing is written."""
        days = lengths.fixed[self.of]
        for row, inverse in lengths.varies:
            mine = slice(self.first[row], self.first[row + 1])
            days[mine] = inverse(u[mine])
        return days


@lru_cache(maxsize=64)
def rows_of(plan: Plan) -> Rows:
    """The rows of a plan's start state, looked through once for all runs."""
    start = (plan.phases.before if plan.phases else plan.place).start
    rows: tuple[StartRow, ...] = (*start.people, *start.waiting)
    settings = {name: number for number, name in enumerate(plan.settings)}
    groups = {name: number for number, name in enumerate(plan.groups)}
    numbers = np.array([int(row.number.value) for row in rows], dtype=np.int64)
    seen: Counter[tuple[str, str]] = Counter()
    left = [row.stay_left if isinstance(row, PeopleThere) else None for row in rows]
    rules: dict[str, StayLeft] = {}
    for each in left:
        if each is not None:
            rules.setdefault(str(each.rule), each)
    listed = list(rules)
    localities = sorted({row.locality or "" for row in rows})
    ways, way = _kinds_of_way(rows)
    return Rows(
        rows=rows,
        first=np.concatenate(([0], np.cumsum(numbers))).astype(np.int64),
        of=np.repeat(np.arange(len(rows)), numbers),
        names=tuple(_told_apart(_name_of(row), row.group, seen) for row in rows),
        group=np.array([groups[row.group] for row in rows], dtype=np.int32),
        setting=np.array([settings[_at(row)] for row in rows], dtype=np.int32),
        starts=np.array([_starts(row) for row in rows], dtype=np.int8),
        inside=np.array(
            [settings[row.outlier_in or row.setting] if row.setting else -1 for row in rows],
            dtype=np.int32,
        ),
        expected=np.array([_expected(row) for row in rows], dtype=np.float64),
        waited=Lengths.written(
            [row.days_waited if isinstance(row, PeopleWaiting) else None for row in rows]
        ),
        there=Lengths.written([row.days_there for row in rows]),
        left=Lengths.written([each.days if each is not None else None for each in left]),
        rules=tuple(rules.values()),
        rule=np.array(
            [-1 if each is None else listed.index(str(each.rule)) for each in left], dtype=np.int64
        ),
        localities=tuple(localities),
        locality=np.array([localities.index(row.locality or "") for row in rows], dtype=np.int64),
        ways=ways,
        way=way,
    )


def _at(row: StartRow) -> str:
    """The setting that people of a row are in, or at the door of."""
    at = row.setting or (row.waiting_for if isinstance(row, PeopleWaiting) else None)
    assert at is not None
    return at


def _starts(row: StartRow) -> int:
    if isinstance(row, PeopleThere):
        return IS_THERE
    return WAITS_INSIDE if row.setting else WAITS_AT_DOOR


def _kinds_of_way(rows: Sequence[StartRow]) -> tuple[tuple[StartRow, ...], Ints]:
    """A row of each way on and task reached, and which of them each row is like."""
    known: dict[tuple[object, ...], int] = {}
    examples: list[StartRow] = []
    way = np.full(len(rows), -1, dtype=np.int64)
    for number, row in enumerate(rows):
        target = None if isinstance(row, PeopleThere) else row.waiting_for
        if row.setting is not None and (row.route or target):
            kind = row.setting, row.route, target, row.task, row.also_done, type(row)
            way[number] = known.setdefault(kind, len(known))
            if len(known) > len(examples):
                examples.append(row)
    return tuple(examples), way


def _expected(row: StartRow) -> float:
    """In how many days people of a row are expected to be ready; NaN where nothing is said."""
    known = row.expected_in if isinstance(row, PeopleThere) else None
    return np.nan if known is None else known.value


def _name_of(row: StartRow) -> str:
    """The name of a row, from which the keys of its people are made."""
    if isinstance(row, PeopleThere):
        return f"there/{row.setting}"
    words = [f"waiting/{row.setting}/{row.waiting_for or row.route}"]
    return "/".join([*words, *filter(None, [row.task, row.locality])])


def _told_apart(row: str, group: str, seen: Counter[tuple[str, str]]) -> str:
    """The name of a row of the start state; another for a second row of the same kind."""
    seen[row, group] += 1
    return row if seen[row, group] == 1 else f"{row}/{seen[row, group]}"
