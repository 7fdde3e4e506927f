"""Everything that careflow is validated against, run and summed up."""

from dataclasses import dataclass
from pathlib import Path

from sim import __version__
from sim.validation.figures import Compared
from sim.validation.others import Independent, independent
from sim.validation.run import Result, Told, load_cases, run_cases


@dataclass(frozen=True)
class Validation:
    """Every figure beside ours, and what an independent simulator says."""

    is_quick: bool
    folder: Path
    version: str
    published: tuple[Result, ...]
    theory: tuple[Result, ...]
    without_figures: tuple[str, ...]
    independent: Independent

    @property
    def results(self) -> tuple[Result, ...]:
        """The published models, then theory."""
        return (*self.published, *self.theory)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Every figure."""
        return tuple(each for result in self.results for each in result.all_compared)

    @property
    def false_alarms_expected(self) -> float:
        """How many figures would differ by chance, were all the same."""
        return sum(each.prob_false_alarm for each in self.compared)

    @property
    def alarms(self) -> list[str]:
        """What should have agreed and does not, in words; empty if all is well."""
        found = [
            f"{result.case.title}: {each.figure.title} {each.verdict}"
            for result in self.results
            for each in result.all_compared
            if each.is_alarm
        ]
        found += [
            f"{result.case.title}: {result.outside} of {len(result.together)} figures lie too far "
            "out, taken together"
            for result in self.results
            if result.too_many_outside
        ]
        return found + list(self.independent.alarms)


def validate(folder: Path, quick: bool, workers: int, told: Told) -> Validation:
    """Run the published models of a folder, theory and the comparison with other simulators.

    Raises:
        InputError: the folder is not there, or one of its files is wrong.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed.
    """
    cases = load_cases(folder, quick)
    results = tuple(run_cases(folder, quick, workers, told))
    number = len(cases.published)
    return Validation(
        quick,
        folder,
        __version__,
        results[:number],
        results[number:],
        cases.without_figures,
        independent(quick, workers),
    )
