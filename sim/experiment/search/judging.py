"""When it is sure that a candidate meets its targets, or misses one.

A candidate is run until every target is clear, at looks that are stated beforehand. The 5% in
which a search may be wrong are shared out over all its candidates, their targets and looks
(Bonferroni), so that neither the looking nor the number of candidates costs certainty. At each look
only one side can err, as a target is either met or missed in truth.

Replications of a queue are skew: most are quiet and few are very bad, so that a handful is often
quiet by chance. Two things guard against that. The intervals are Hall's, which allow for skewness.
And each look counts one more, imaginary replication, as far on the other side of the target as the
mean is on this one: some fifteen replications are the least that settle anything. What still
deceives is an event that most replications do not have at all: then measure more days in each.

Source: Law (2015), Simulation Modeling and Analysis, section 9.6.2 (the Bonferroni inequality over
several intervals); Jennison and Turnbull (1999), Group Sequential Methods, chapter 2 (why repeated
looks need a share each).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiment.intervals import CONFIDENCE, Interval, pooled, pooled_if_skew
from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Floats, Scores
from sim.experiment.search.targets import Target, Verdict
from sim.experiment.variants import Variant

FIRST_LOOK = 10
GROWTH = 1.5
"""Each look has so many times the replications of the one before."""


@dataclass(frozen=True)
class Terms:
    """On what a search decides: its targets, when it looks, how many candidates it may judge."""

    targets: tuple[Target, ...]
    looks: tuple[int, ...]
    """Numbers of replications, the last one the limit."""
    candidates: int

    @property
    def confidence(self) -> float:
        """That of the interval of each look, so that all together err in 5% of searches at most."""
        shares = len(self.targets) * len(self.looks) * self.candidates
        return 1 - 2 * (1 - CONFIDENCE) / shares if shares > 1 else CONFIDENCE


@dataclass(frozen=True)
class Reading:
    """One target and what came out beside it."""

    target: Target
    interval: Interval
    """The ordinary 95% one."""
    deciding: Interval
    """The wider one that decided."""
    verdict: Verdict


@dataclass(frozen=True)
class Tried:
    """A candidate and what is sure of it."""

    variant: Variant
    replications: int
    readings: tuple[Reading, ...]

    @property
    def verdict(self) -> Verdict:
        """It meets if every target is surely met, and misses if any is surely missed."""
        verdicts = [each.verdict for each in self.readings]
        if "misses" in verdicts:
            return "misses"
        return "unclear" if "unclear" in verdicts else "meets"


def looks_up_to(limit: int) -> tuple[int, ...]:
    """The numbers of replications at which is looked.

    >>> looks_up_to(50)
    (10, 15, 22, 33, 50)
    """
    looks = [min(FIRST_LOOK, limit)]
    while looks[-1] < limit:
        following = int(looks[-1] * GROWTH)
        looks.append(following if following * GROWTH <= limit else limit)
    return tuple(looks)


def judge(candidates: Sequence[Variant], terms: Terms) -> Procedure[dict[Variant, Tried]]:
    """Run candidates side by side, each until it is clear or the limit is reached."""
    tried: dict[Variant, Tried] = {}
    for number in terms.looks:
        unclear = [
            each for each in candidates if each not in tried or tried[each].verdict == "unclear"
        ]
        if not unclear:
            break
        measured = yield dict.fromkeys(unclear, number)
        for each in unclear:
            readings = tuple(
                read(target, measured[each], terms.confidence) for target in terms.targets
            )
            tried[each] = Tried(each, number, readings)
    return tried


def read(target: Target, scores: Scores, confidence: float) -> Reading:
    """A target beside what came out, and whether that is clear at this confidence.

    Where nothing was there to be measured (nobody asked), there is no verdict.
    """
    top, bottom = scores.total(target.measure, target.setting or "", target.team or "")
    interval = pooled(top, bottom)
    deciding = pooled_if_skew(*_with_a_doubt(top, bottom, interval.mean, target.level), confidence)
    return Reading(target, interval, deciding, target.verdict(deciding))


def _with_a_doubt(top: Floats, bottom: Floats, mean: float, level: float) -> tuple[Floats, Floats]:
    """One replication more, as far on the other side of the level as the mean is on this one."""
    size = float(bottom.mean()) if len(bottom) else 0.0
    return np.append(top, (2 * level - mean) * size), np.append(bottom, size)
