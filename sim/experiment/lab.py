"""The lab: makes the replications that a procedure wants, and gives it their measures.

A procedure decides what to run next and runs nothing itself. It yields how many replications of
which variants it wants (numbers 0 to n-1 of each), is sent the measures of exactly these, and
returns what it found. What was made before is read, not made again; so a procedure that was
interrupted takes the same way again.
"""

from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from sim.experiment.derived import with_totals
from sim.experiment.names_given import slug
from sim.experiment.runner import KEPT, Job, Runner, kept, orders
from sim.experiment.scores import Scores, read_scores
from sim.experiment.sources import Scenario
from sim.experiment.store import is_whole, run_path, sweep
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


class Lab:
    """One experiment's results folder, with what it takes to make what is missing there."""

    def __init__(
        self, study: Study, folder: Path, workers: int, progress: Progress | None = None
    ) -> None:
        self.study = study
        self.folder = folder
        self._progress = progress or Progress()
        self._runner = Runner(orders(study.experiment), workers)
        self._acute = study.acute
        self._there: dict[Variant, int] = {}
        """How many replications of each are known to be there."""
        self._fingerprints: dict[Variant, str] = {}
        self._scenarios: OrderedDict[Variant, Scenario] = OrderedDict()
        sweep(folder)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.__exit__()
        sweep(self.folder)

    def carry_out(self, procedure: Procedure[T]) -> T:
        """What a procedure finds, with all that it wants made.

        Raises:
            InputError: a variant can't be made, or asks for more people than can be held.
            CheckFailed: a run contradicts itself.
            WorkersDied: worker processes keep being killed.
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
        return {
            variant: with_totals(
                read_scores(self.folder, slug(variant.name), range(number)), self._acute
            )
            for variant, number in wanted.items()
        }

    def make(self, wanted: Wanted) -> int:
        """Make what is missing of some variants; says how many replications that were."""
        self._progress.wanted(
            sum(max(0, number - self._there.get(each, 0)) for each, number in wanted.items())
        )

        def made(scenario: str, replication: int) -> None:
            self._progress.there(scenario, replication, was_made=True)

        try:
            number_made = self._runner.make(self._missing(wanted), made)
        except TooLarge as error:
            raise input_error(self.study.path, str(error)) from None
        for variant, number in wanted.items():
            self._there[variant] = max(number, self._there.get(variant, 0))
        return number_made

    def _missing(self, wanted: Wanted) -> Iterator[Job]:
        """The replications that are not there whole: every variant's first ones first.

        Of more variants than are kept ready, some are finished before the next are begun.
        """
        variants = list(wanted)
        for begin in range(0, len(variants), KEPT):
            these = variants[begin : begin + KEPT]
            for replication in range(max(wanted[each] for each in these)):
                for variant in these:
                    if self._there.get(variant, 0) <= replication < wanted[variant]:
                        yield from self._if_missing(variant, replication)

    def _if_missing(self, variant: Variant, replication: int) -> Iterator[Job]:
        path = run_path(self.folder, slug(variant.name), replication)
        if is_whole(path, self._fingerprint(variant)):
            self._progress.there(variant.name, replication, was_made=False)
        else:
            yield Job(self._scenario(variant), replication, path)

    def _fingerprint(self, variant: Variant) -> str:
        if variant not in self._fingerprints:
            self._fingerprints[variant] = self._scenario(variant).fingerprint
        return self._fingerprints[variant]

    def _scenario(self, variant: Variant) -> Scenario:
        return kept(self._scenarios, variant, lambda: self.study.scenario_of(variant))
