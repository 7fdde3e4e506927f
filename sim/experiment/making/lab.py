"""The lab: makes the replications that a procedure wants, and gives it their measures.

A procedure decides what to run next and runs nothing itself. It yields how many replications of
which variants it wants (numbers 0 to n-1 of each), is sent the measures of exactly these, and
returns what it found. What was made before is read, not made again; so a procedure that was
interrupted takes the same way again. One of several shards makes its share of what is wanted, and
stops where it needs that of the others.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from sim.experiment.derived import with_totals
from sim.experiment.folder.store import Identity, is_there, is_whole, run_path, sweep, write_whole
from sim.experiment.making.outlook import Outlook, look_ahead
from sim.experiment.making.parcels import KEPT, kept
from sim.experiment.making.runner import Job, Runner, Runs, orders
from sim.experiment.making.shares import OthersToo, Share
from sim.experiment.names_given import slug
from sim.experiment.scores import Scores, read_scores
from sim.experiment.sources import Scenario
from sim.experiment.study import Study
from sim.experiment.variants import Variant
from sim.patients.ways import TooLarge
from sim.place.problems import input_error

T = TypeVar("T")
Wanted = Mapping[Variant, int]
Measured = Mapping[Variant, Scores]
Procedure = Generator[Wanted, Measured, T]


class Progress:
    """Hears how far things are; this one keeps silent."""

    def wanted(self, replications: int) -> None:
        """So many replications more are needed."""

    def there(self, scenario: str, replication: int, was_made: bool) -> None:
        """A replication is there, made now or found."""

    def foreseen(self, outlook: Outlook) -> None:
        """How much is to be done; said once, at the beginning."""


class Lab:
    """One experiment's results folder, with what it takes to make what is missing there."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        workers: int,
        progress: Progress | None = None,
        *,
        runs: Runs | None = None,
        share: Share | None = None,
    ) -> None:
        self.study = study
        self.folder = folder
        self._progress = progress or Progress()
        self._runs: Runs = runs or Runner(orders(study.experiment), workers)
        self._share = share or Share(1, 1)
        self._acute = study.acute
        self._there: dict[Variant, int] = {}
        """How many replications of each are known to be there."""
        self._others: set[Variant] = set()
        """Of which variants some replications were left to other shards."""
        self._fingerprints: dict[Variant, str] = {}
        self._scenarios: OrderedDict[Variant, Scenario] = OrderedDict()
        self._fresh: Path | None = None
        """The replication that was made to see how long one takes."""

    def __enter__(self) -> "Lab":
        sweep(self.folder)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        sweep(self.folder)

    def close(self) -> None:
        """Let go of the processes that make replications."""
        self._runs.close()

    def carry_out(self, procedure: Procedure[T]) -> T:
        """What a procedure finds, with all that it wants made.

        Raises:
            InputError: a variant can't be made, or asks for more people than can be held.
            CheckFailed: a run contradicts itself.
            WorkersDied: worker processes keep being killed.
            OthersToo: this is a shard, and what others make is not all there.
        """
        try:
            wanted = next(procedure)
            while True:
                wanted = procedure.send(self.scores(wanted))
        except StopIteration as finished:
            found: T = finished.value
            return found

    def scores(self, wanted: Wanted) -> dict[Variant, Scores]:
        """The measures of the first so many replications of some variants, made if missing."""
        self.make(wanted)
        self.insist_on(wanted)
        return {
            variant: with_totals(
                read_scores(self.folder, slug(variant.name), range(number)), self._acute
            )
            for variant, number in wanted.items()
        }

    def insist_on(self, wanted: Wanted) -> None:
        """Stop here if some of what was made was left to other shards.

        Raises:
            OthersToo: it was.
        """
        if not self._others.isdisjoint(wanted):
            raise OthersToo

    def look_ahead(self, may_add: Mapping[str, int], *, is_kept: bool = True) -> Outlook:
        """What the experiment's own scenarios will take; one replication is made to see that."""
        number = self.study.experiment.replications
        wanted = dict.fromkeys(self.study.variants.values(), number)
        mine = [(each, number) for each, number, is_mine in self._unknown(wanted) if is_mine]
        missing = (
            job
            for variant, replication in mine
            for job in [self._job(variant, replication)]
            if not is_there(job.path, Identity(job.scenario.fingerprint, replication))
        )
        try:
            outlook, first, content = look_ahead(
                len(mine), missing, self._runs.orders, self._runs.workers, self.folder, may_add
            )
        except TooLarge as error:
            raise input_error(self.study.path, str(error)) from None
        if first and is_kept:
            write_whole(first.path, content)
            self._fresh = first.path
        self._progress.foreseen(outlook)
        return outlook

    def make(self, wanted: Wanted) -> int:
        """Make what is missing of some variants, or this shard's share of it; says how many.

        Those that are there already are checked to the last byte, and made again if damaged.
        """
        self._progress.wanted(sum(mine for *_, mine in self._unknown(wanted)))

        def made(scenario: str, replication: int) -> None:
            self._progress.there(scenario, replication, was_made=True)

        self._others -= wanted.keys()
        try:
            number_made = self._runs.make(self._missing(wanted), made)
        except TooLarge as error:
            raise input_error(self.study.path, str(error)) from None
        for variant in wanted.keys() - self._others:
            self._there[variant] = max(wanted[variant], self._there.get(variant, 0))
        return number_made

    def _unknown(self, wanted: Wanted) -> Iterator[tuple[Variant, int, bool]]:
        """The replications not known to be there, and whether each is in this shard's share.

        Every variant's first ones come first; of more variants than are kept ready, some are
        finished before the next are begun.
        """
        variants = list(wanted)
        position = 0
        for begin in range(0, len(variants), KEPT):
            these = variants[begin : begin + KEPT]
            for replication in range(max(wanted[each] for each in these)):
                for variant in these:
                    if replication < wanted[variant]:
                        if self._there.get(variant, 0) <= replication:
                            yield variant, replication, self._share.has(position)
                        position += 1

    def _missing(self, wanted: Wanted) -> Iterator[Job]:
        for variant, replication, mine in self._unknown(wanted):
            path = run_path(self.folder, slug(variant.name), replication)
            if is_whole(path, Identity(self._fingerprint(variant), replication)):
                if mine:
                    self._progress.there(variant.name, replication, path == self._fresh)
            elif mine:
                yield self._job(variant, replication)
            else:
                self._others.add(variant)

    def _job(self, variant: Variant, replication: int) -> Job:
        path = run_path(self.folder, slug(variant.name), replication)
        return Job(self._scenario(variant), replication, path)

    def _fingerprint(self, variant: Variant) -> str:
        if variant not in self._fingerprints:
            self._fingerprints[variant] = self._scenario(variant).fingerprint
        return self._fingerprints[variant]

    def _scenario(self, variant: Variant) -> Scenario:
        return kept(self._scenarios, variant, lambda: self.study.scenario_of(variant))
