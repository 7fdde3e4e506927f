"""A share of the work: every so manieth replication of what is wanted."""

import re
from dataclasses import dataclass

from sim.place.problems import input_error

MOST = 10_000


class OthersToo(Exception):  # noqa: N818 - it says what is so
    """What is wanted next is not all there, for some of it is the share of others."""


@dataclass(frozen=True)
class Share:
    """Shard ``number`` of so many, counted from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def words(self) -> str:
        """As in "this is …"."""
        return f"shard {self.number} of {self.of}"

    def has(self, position: int) -> bool:
        """Whether the replication at this position of what is wanted, from 0, is in the share.

        >>> [position for position in range(9) if Share(2, 4).has(position)]
        [1, 5]
        """
        return position % self.of == self.number - 1


def read_share(text: str) -> Share:
    """A share as it is written, such as ``2/4``.

    Raises:
        InputError: it is not written so, or there is no such share.
    """
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip())
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= MOST:
        raise input_error(
            f"--shard {text[:30]}",
            f"write which of how many, such as 2/4, from 1/4 to 4/4; at most {MOST} shards",
        )
    return Share(int(found[1]), int(found[2]))
