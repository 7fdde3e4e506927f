"""Ten scenarios with known means, of which one is best by the indifference; is it the one chosen?

``python -m tests.behaviour.selection_trials made-up 200`` on normal numbers, ``loss 200`` on runs
of a small loss system: how often the right one is chosen, in how many runs, and how many equal
numbers would take. The runs of the loss system take some seven minutes.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sim.experiment.choice.choose import Choose
from sim.experiment.choice.selection import Choice, choose_best
from sim.experiment.making.replicate import replicate
from sim.experiment.scores import Key, Scores, key_of
from sim.experiment.variants import Variant
from sim.patients.plan import Plan, make_plan
from sim.validation.theory.formulas import erlang_b
from tests.places import a_place, value

Floats = NDArray[np.float64]
Make = Callable[[Variant, int], Floats]
"""The first so many values of a variant; shape (replications,)."""

TEN = tuple(Variant(f"scenario {n}") for n in range(10))
BEST = TEN[3]
FIRST = 20


@dataclass(frozen=True)
class Trial:
    """One choice, with what it takes to make more replications of the same scenarios."""

    choice: Choice
    make: Make

    @property
    def is_right(self) -> bool:
        """Whether the best is chosen."""
        return self.choice.is_decided and self.choice.leader == BEST.name

    @property
    def runs(self) -> int:
        """All replications of all scenarios."""
        return sum(self.choice.replications.values())

    def is_right_with(self, replications: int) -> bool:
        """Whether the best has the best mean of so many replications of each."""
        means = [float(self.make(each, replications).mean()) for each in TEN]
        return TEN[int(np.argmin(means))] == BEST


def followed(
    variants: Sequence[Variant], asked: Choose, scores: Callable[[Variant, int], Scores], first: int
) -> tuple[list[dict[Variant, int]], Choice]:
    """What is asked for in each round of a choice, and the choice."""
    rounds: list[dict[Variant, int]] = []
    procedure = choose_best(variants, asked, first, "here")
    wanted = next(procedure)
    while True:
        rounds.append(dict(wanted))
        made = {each: scores(each, number) for each, number in wanted.items()}
        try:
            wanted = procedure.send(made)
        except StopIteration as finished:
            return rounds, finished.value


def carried_out(asked: Choose, make: Make) -> Choice:
    """The choice among ten scenarios whose replications are made so."""
    named = asked.best_on
    key: Key = key_of(named.measure, named.setting or "")

    def scores(variant: Variant, number: int) -> Scores:
        return Scores({key: 0}, make(variant, number)[None, :], np.ones((1, number)))

    return followed(TEN, asked, scores, FIRST)[1]


MADE_UP = Choose(
    best_on={"measure": "delayed_bed_days"}, chance=0.975, indifference=1.0, at_most=10_000
)
MOST_MADE_UP = 1_000


def made_up(
    seed: int, means: Floats, deviations: Floats, correlation: float = 0.5, asked: Choose = MADE_UP
) -> Trial:
    """Normal numbers that share some of their luck, each scenario with its own spread."""
    chance = np.random.default_rng(seed)
    shared = chance.normal(size=MOST_MADE_UP)
    own = chance.normal(size=(len(TEN), MOST_MADE_UP))
    luck = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    values = means[:, None] + deviations[:, None] * luck

    def make(variant: Variant, number: int) -> Floats:
        assert number <= MOST_MADE_UP
        return np.asarray(values[TEN.index(variant), :number])

    return Trial(carried_out(asked, make), make)


def all_one_worse() -> Floats:
    """The hardest case: every other scenario is worse by just the indifference."""
    return np.array([0.0 if each == BEST else 1.0 for each in TEN])


def one_after_another() -> Floats:
    """Each scenario worse than the one before by the indifference."""
    return np.abs(np.arange(len(TEN)) - float(TEN.index(BEST)))


BEDS, PER_DAY, BEST_STAY, WORSE_BY = 8, 3.0, 2.0, 0.04
LOSS = Choose(
    best_on={"measure": "turned_away_per_day", "setting": "ward"},
    chance=0.975, indifference=WORSE_BY, at_most=10_000,
)  # fmt: skip


def turned_away(stay_days: float) -> float:
    """People turned away a day, by Erlang's formula."""
    return PER_DAY * erlang_b(BEDS, PER_DAY * stay_days)


@cache
def loss_plans() -> dict[Variant, Plan]:
    """A ward without a queue: in one scenario stays are shorter, the others turn away .04 more.

    Their stays have one mean and different spreads, on which Erlang's formula does not depend; but
    how much a run varies does.
    """
    worse = turned_away(BEST_STAY) + WORSE_BY
    longer = float(brentq(lambda stay: turned_away(stay) - worse, BEST_STAY, 2 * BEST_STAY))
    plans = {}
    for n, variant in enumerate(TEN):
        mean = BEST_STAY if variant == BEST else longer
        stay = {"gamma": {"mean": mean, "sd": mean * (0.3 + 0.08 * n)}}
        place = a_place(
            settings={"ward": {"beds": BEDS, "queue_limit": 0}},
            routes={"ward": {"home": 1}},
            patients={"all": {"arrives_at": "ward", "per_day": PER_DAY, "stay": {"ward": stay}}},
        )
        plans[variant] = make_plan(place)
    return plans


def loss(seed: int) -> Trial:
    """Runs of a loss system, of the same people in each scenario."""
    made: dict[Variant, list[float]] = {each: [] for each in TEN}
    plans = loss_plans()

    def make(variant: Variant, number: int) -> Floats:
        values = made[variant]
        for replication in range(len(values), number):
            run = replicate(plans[variant], 40, 25, seed, replication)
            values.append(value(run, "turned_away_per_day", "ward"))
        return np.array(values[:number])

    return Trial(carried_out(LOSS, make), make)


STUDIES: dict[str, Callable[[int], Trial]] = {
    "made-up": lambda seed: made_up(seed, all_one_worse(), np.linspace(2.0, 5.0, 10)),
    "made-up, best varies most": lambda seed: made_up(
        seed, all_one_worse(), np.where(all_one_worse() == 0, 5.0, 3.0)
    ),
    "made-up, one after another": lambda seed: made_up(
        seed, one_after_another(), np.linspace(5.0, 2.0, 10)
    ),
    "loss": loss,
}


def trials(study: str, number: int) -> Iterator[Trial]:
    """So many trials of a study, each of its own luck."""
    for seed in range(1, number + 1):
        yield STUDIES[study](seed)


def main(study: str, number: int) -> None:
    """Say how often the right one is chosen, and what it takes."""
    right, runs, equal = [], [], []
    hindsight = dict.fromkeys(range(5, 305, 5), 0)
    for trial in trials(study, number):
        right.append(trial.is_right)
        runs.append(trial.runs)
        equal.append(len(TEN) * trial.choice.equal)
        if study != "loss":
            for n in hindsight:
                hindsight[n] += trial.is_right_with(n)
        print(f"\r{len(right)}: {np.mean(right):.1%} right, {np.mean(runs):.0f} runs, "
              f"{np.mean(equal):.0f} with equal numbers", end="", flush=True)  # fmt: skip
    enough = [n for n, found in hindsight.items() if found >= 0.975 * number]
    if enough:
        print(f"; in hindsight {len(TEN) * min(enough)} with equal numbers", end="")
    print(f" ({study})")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
