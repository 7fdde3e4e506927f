"""What a run will take before it is run: how many replications, how long, how much disk.

Time and disk are those of one replication that is really made, times how many are to be made.
"""

import math
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.experiment.making.runner import Job, Orders, Worker

UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


@dataclass(frozen=True)
class Outlook:
    """How much is to be done."""

    wanted: int
    """Replications of the experiment's own scenarios, of this shard's share of them."""
    to_make: int
    """Those of them that are not there."""
    workers: int
    """How many are made at a time."""
    seconds: float
    """For one replication."""
    file_bytes: int
    """Of one replication's file."""
    free_bytes: int
    """On the disk that they go to."""
    may_add: Mapping[str, int] = field(default_factory=dict)
    """How many replications more each part that decides may ask for at most."""

    def lines(self) -> Iterator[str]:
        """The outlook in words."""
        there = self.wanted - self.to_make
        found = f", {there:,} of them there already" if there else ""
        yield f"Plan: {self.wanted:,} replications{found}."
        if self.to_make:
            at_a_time = "one at a time" if self.workers == 1 else f"{self.workers} at a time"
            yield (
                f"{_one(self.seconds)} and {_size(self.file_bytes)} a replication: about "
                f"{self._time(self.to_make)} {at_a_time}, and {_size(self._disk(self.to_make))} "
                "of disk."
            )
        for part, most in self.may_add.items():
            if not most:
                continue
            yield (
                f"{part} may add up to {most:,} replications"
                + (f": about {self._time(most)}, {_size(self._disk(most))}" if self.seconds else "")
                + "."
            )
        if self._disk(self.to_make) > self.free_bytes:
            yield f"There are only {_size(self.free_bytes)} free on that disk."

    def _time(self, replications: int) -> str:
        at_a_time = min(self.workers, replications) or 1
        return _duration(math.ceil(replications / at_a_time) * self.seconds)

    def _disk(self, replications: int) -> int:
        return replications * self.file_bytes


def look_ahead(
    wanted: int,
    missing: Iterable[Job],
    order: Orders,
    workers: int,
    folder: Path,
    may_add: Mapping[str, int],
) -> tuple[Outlook, Job | None, bytes]:
    """The outlook, with the one replication that was made for it, and its file.

    Raises:
        TooLarge: the place asks for more people than can be held.
        CheckFailed: the run contradicts itself.
    """
    first: Job | None = None
    to_make = 0
    for job in missing:
        first = first or job
        to_make += 1
    seconds, content = _timed(first, order) if first else (0.0, b"")
    return (
        Outlook(wanted, to_make, workers, seconds, len(content), _free(folder), may_add),
        first,
        content,
    )


def _timed(job: Job, order: Orders) -> tuple[float, bytes]:
    """How many seconds a replication takes, and its file; what is only loaded once is not timed."""
    scenario = job.scenario
    Worker(replace(order, days=1, warm_up=0)).make(scenario.fingerprint, lambda: scenario, 0)
    worker = Worker(order)
    worker.ready(scenario.fingerprint, lambda: scenario)
    began = time.perf_counter()
    content = worker.make(scenario.fingerprint, lambda: scenario, job.replication)
    return time.perf_counter() - began, content


def _free(folder: Path) -> int:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free


def _one(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def _duration(seconds: float) -> str:
    """A length of time, to two figures.

    >>> _duration(5400), _duration(75), _duration(3)
    ('1.5 hours', '75 s', '3 s')
    """
    for unit, length in UNITS:
        if seconds >= 1.5 * length:
            return (
                f"{seconds / length:.2g} {unit}"
                if seconds < 100 * length
                else (f"{seconds / length:.0f} {unit}")
            )
    return f"{max(1, round(seconds))} s"


def _size(size: float) -> str:
    """Bytes, to two figures.

    >>> _size(25_600), _size(1_200_000_000)
    ('26 kB', '1.2 GB')
    """
    for unit, length in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= length:
            return (
                f"{size / length:.2g} {unit}"
                if size < 100 * length
                else (f"{size / length:.0f} {unit}")
            )
    return f"{max(1, round(size / 1e3))} kB" if size else "0 kB"
