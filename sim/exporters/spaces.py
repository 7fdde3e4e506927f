"""A number for the space that each person has: the lowest that is free when it is found.

The model counts spaces and does not tell them apart. Tools that draw people in beds need to, so
each setting's spaces are numbered from 1, and given out in the order in which they were found. A
space is taken from when it is held for somebody until it can be used again.
"""

import heapq

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GOES_ON_IN = ("another way on", "unwell again")
"""How stays begin that go on in the space that the one before had."""


def number_spaces(stays: pd.DataFrame) -> pd.Series:
    """The number of each stay's space, from 1; 0 for those that never had one.

    No two people of a setting have one number at one time. Where people hold more spaces than are
    open, the numbers go on beyond them.
    """
    table = stays[stays["held_from"].notna()].sort_values(["held_from", "stay"], kind="stable")
    keys = table["stay"].tolist()
    following = dict(zip(keys, table["next_stay"].tolist(), strict=True))
    freed = dict(zip(keys, table["freed_at"].fillna(np.inf).tolist(), strict=True))
    continues = set(table.loc[table["came"].isin(GOES_ON_IN), "stay"].tolist())
    for stay in reversed(keys):
        onward = following[stay]
        if onward in continues:
            freed[stay] = freed[int(onward)]
    number: dict[int, int] = {}
    wards: dict[str, _Ward] = {}
    for stay, setting, since in zip(keys, table["setting"], table["held_from"], strict=True):
        if stay not in number:
            number[stay] = wards.setdefault(setting, _Ward()).give(since, freed[stay])
        if following[stay] in continues:
            number[int(following[stay])] = number[stay]
    return stays["stay"].map(number).fillna(0).astype(np.int64)


class _Ward:
    """The spaces of one setting: which are free, and when the others will be."""

    def __init__(self) -> None:
        self.free: list[int] = []
        self.taken: list[tuple[float, int]] = []
        self.known = 0

    def give(self, since: float, until: float) -> int:
        """The lowest number that is free."""
        while self.taken and self.taken[0][0] <= since:
            heapq.heappush(self.free, heapq.heappop(self.taken)[1])
        if not self.free:
            self.known += 1
            heapq.heappush(self.free, self.known)
        number = heapq.heappop(self.free)
        heapq.heappush(self.taken, (until, number))
        return number


def most_spaces(stays: pd.DataFrame, numbers: NDArray[np.int64]) -> dict[str, int]:
    """How many spaces were numbered in each setting."""
    most = pd.Series(numbers, index=stays["setting"].to_numpy()).groupby(level=0).max()
    return {str(name): int(number) for name, number in most.items() if number > 0}
