"""Run every case, and set each figure beside ours."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.experiment.intervals import pooled
from sim.experiment.making.parallel import in_parallel
from sim.experiment.making.replicate import replicate
from sim.patients.plan import Plan, make_plan
from sim.validation.case import Case, Pairs, Trial
from sim.validation.figures import Compared
from sim.validation.published import published
from sim.validation.theory.networks import networks
from sim.validation.theory.over_time import over_time
from sim.validation.theory.queues import queues
from sim.validation.theory.teams import teams

Told = Callable[[int, int], None]
"""Is told of each run that is done: how many are, and how many there will be."""


@dataclass(frozen=True)
class Result:
    """A case with its figures beside ours, trial by trial."""

    case: Case
    compared: tuple[tuple[Compared, ...], ...]

    @property
    def all_compared(self) -> tuple[Compared, ...]:
        """The figures of all trials."""
        return tuple(each for trial in self.compared for each in trial)

    @property
    def together(self) -> tuple[Compared, ...]:
        """The figures that are judged together, if any are."""
        if self.case.at_most_outside is None:
            return ()
        return tuple(
            each
            for each in self.all_compared
            if each.figure.within.standard_errors is not None and not each.figure.differs
            and each.figure.standard_error + each.figure.error_at_least > 0
        )  # fmt: skip

    @property
    def outside(self) -> int:
        """How many of these lie farther out than only a few may."""
        rule = self.case.at_most_outside
        return sum(
            rule is not None and each.agreement.errors_apart > rule.standard_errors
            for each in self.together
        )

    @property
    def too_many_outside(self) -> bool:
        """Whether more of them do than may."""
        rule = self.case.at_most_outside
        return rule is not None and self.outside > rule.share * len(self.together)


@dataclass(frozen=True)
class Cases:
    """All that is compared: published models, theory, and what could not be."""

    published: tuple[Case, ...]
    theory: tuple[Case, ...]
    without_figures: tuple[str, ...]

    @property
    def trials(self) -> list[Trial]:
        """Every place to run."""
        return [trial for case in (*self.published, *self.theory) for trial in case.trials]


@cache
def load_cases(folder: Path, quick: bool) -> Cases:
    """The published models of a folder, and the cases of theory.

    Raises:
        InputError: the folder is not there, or one of its files is wrong.
    """
    found = published(folder, quick)
    theory = tuple(case for room in (queues, networks, over_time, teams) for case in room(quick))
    return Cases(found.cases, theory, found.without_figures)


def jobs(trials: Iterable[Trial]) -> list[tuple[int, int]]:
    """Every (trial, replication): the first replication of each trial, then the second, and so on.

    So work is spread evenly over what is shared out, however unlike the trials are.
    """
    numbers = [(number, each) for each, trial in enumerate(trials)
               for number in range(trial.replications)]  # fmt: skip
    return [(each, number) for number, each in sorted(numbers)]


class Worker:
    """Makes runs, with each trial's plan made once."""

    def __init__(self, folder: Path, quick: bool) -> None:
        self.trials = load_cases(folder, quick).trials
        self.jobs = jobs(self.trials)
        self.plans: dict[int, Plan] = {}

    def __call__(self, job: int) -> Pairs:
        """What one run gives for each figure of its trial."""
        each, number = self.jobs[job]
        trial = self.trials[each]
        if each not in self.plans:
            self.plans[each] = make_plan(trial.place, trial.phases)
        result = replicate(
            self.plans[each], trial.days, trial.warm_up, trial.seed, number,
            beds_tried=trial.beds_tried,
        )  # fmt: skip
        return trial.read(result)


def run_cases(folder: Path, quick: bool, workers: int, told: Told) -> Iterator[Result]:
    """Every case with its figures beside ours, published models first.

    Raises:
        InputError: the folder is not there, or one of its files is wrong.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed.
    """
    cases = load_cases(folder, quick)
    todo = jobs(cases.trials)
    scores: list[list[Pairs]] = [[] for _ in cases.trials]
    made = in_parallel(Worker, (folder, quick), range(len(todo)), workers)
    for done, ((each, _), pairs) in enumerate(zip(todo, made, strict=True), start=1):
        scores[each].append(pairs)
        told(done, len(todo))
    compared = iter(_compare(trial, runs) for trial, runs in zip(cases.trials, scores, strict=True))
    for case in (*cases.published, *cases.theory):
        yield Result(case, tuple(next(compared) for _ in case.trials))


def _compare(trial: Trial, runs: list[Pairs]) -> tuple[Compared, ...]:
    values = np.array(runs, dtype=np.float64)  # (runs, figures, 2)
    return tuple(
        Compared(figure, pooled(values[:, i, 0], values[:, i, 1]))
        for i, figure in enumerate(trial.figures)
    )
