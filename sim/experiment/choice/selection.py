"""Choosing the best of several scenarios, with replications spent where they matter.

All are run a first time, which shows how much each pair's difference varies. Then those that may
still be the best are run on, a few replications each at a time, and after every round those are
ruled out that another has left too far behind. How far is too far shrinks as replications come in,
to nought in the end, so that one is left.

If the best is better than every other by the indifference or more, it is chosen with the chance
asked for at least. Replications are of the same people, so what counts is how much a difference
varies. It holds for means whose replications are about normal; for ratios by their residuals, in
large samples.

Source: Kim & Nelson (2001), A fully sequential procedure for indifference-zone selection in
simulation, ACM TOMACS 11, section 3, with c = 1; the chance is shared out by Bonferroni. Their
bound is of a process watched at every instant, so it holds for looks at any times set before (Kim &
Nelson 2006, Selecting the best system, Handbooks in OR & MS 13, chapter 17). What equal numbers
would have cost: Clark & Yang (1986), A Bonferroni selection procedure when using common random
numbers with unknown variances, Winter Simulation Conference.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sim.experiment.choice.choose import FEWEST, Choose
from sim.experiment.compare_on import CompareOn
from sim.experiment.intervals import Interval, paired_difference, pooled, ratio_residuals
from sim.experiment.making.lab import Procedure
from sim.experiment.scores import Floats, Key, Scores
from sim.experiment.variants import Variant
from sim.measures.definitions import MEASURES
from sim.place.problems import input_error

ROUND = 5
"""Replications of each scenario that is left, from one look to the next."""


@dataclass(frozen=True)
class Standing:
    """How one scenario came out, with 95% intervals over the replications that it has."""

    scenario: str
    outcome: str
    """``chosen``, ``the same`` as the chosen one, ``ruled out`` or ``still in``."""
    mean: Interval
    ruled_out_by: str
    difference: Interval | None
    """From the leader, over the replications that both have; None for itself."""


@dataclass(frozen=True)
class Choice:
    """Which scenario is the best, or which may be, and what it took to say so."""

    asked: Choose
    leader: str
    """The chosen scenario, or, if none is, the one with the best mean."""
    is_decided: bool
    first: int
    """Replications of each scenario before the first look."""
    needed: int
    """Replications of each scenario still in with which it is decided at the latest."""
    equal: int
    """Replications of every scenario with which equal numbers give the same chance."""
    standings: tuple[Standing, ...]

    @property
    def replications(self) -> dict[str, int]:
        """Scenario → how many replications it had."""
        return {each.scenario: each.mean.replications for each in self.standings}

    def to_json(self) -> dict[str, Any]:
        """As plain data for the report."""
        asked = self.asked
        return {
            "measure": asked.best_on.measure,
            "setting": asked.best_on.setting or "",
            "chance": asked.chance,
            "indifference": asked.indifference,
            "at_most": asked.at_most,
            "leader": self.leader,
            "is_decided": self.is_decided,
            "first": self.first,
            "needed": self.needed,
            "equal": self.equal,
            "standings": [asdict(each) for each in self.standings],
        }

    def table(self) -> pd.DataFrame:
        """As ``ranking.csv``, the best mean of those left first, then who was ruled out last."""
        named = self.asked.best_on
        return pd.DataFrame(
            {
                "scenario": each.scenario,
                "measure": named.measure,
                "setting": named.setting or "",
                "outcome": each.outcome,
                "mean": each.mean.mean,
                "low": each.mean.low,
                "high": each.mean.high,
                "replications": each.mean.replications,
                "ruled_out_by": each.ruled_out_by,
                "baseline": self.leader if each.difference else "",
                "difference": each.difference.mean if each.difference else math.nan,
                "difference_low": each.difference.low if each.difference else math.nan,
                "difference_high": each.difference.high if each.difference else math.nan,
            }
            for each in self.standings
        )


def choose_best(
    variants: Sequence[Variant], asked: Choose, replications: int, asked_at: str = "choose"
) -> Procedure[Choice]:
    """Run the scenarios on until the best is chosen, or as many replications as allowed are there.

    ``replications`` of each come before the first look (ten at least); they must not depend on what
    came out. ``asked_at`` is where the experiment asks, for messages.

    Raises:
        InputError: a scenario has nothing to measure.
    """
    first = max(FEWEST, replications)
    held = dict((yield dict.fromkeys(variants, first)))
    rows = {each: _row(held[each], asked.best_on, each, asked_at) for each in variants}
    spread = _variances([ratio_residuals(*rows[each]) for each in variants])
    rule = Rule(len(variants), first, asked.chance, asked.indifference)
    left = list(range(len(variants)))
    ruled_out: dict[int, int] = {}
    made = first
    while True:
        gains = _gains(rows.values(), asked.best_on)
        margins = rule.margins(spread, made)
        beaten = _beaten(left, gains, margins)
        ruled_out |= beaten
        left = [n for n in left if n not in beaten]
        is_decided = len(left) == 1 or not margins[np.ix_(left, left)].any()
        if is_decided or made >= asked.at_most:
            break
        made = min(made + ROUND, asked.at_most)
        held |= yield {variants[n]: made for n in left}
        rows |= {v: _row(held[v], asked.best_on, v, asked_at) for v in (variants[n] for n in left)}
    leader = max(left, key=lambda n: gains[n])
    order = sorted(ruled_out, key=lambda n: (-len(rows[variants[n]][0]), -gains[n]))
    order = [*sorted(left, key=lambda n: -gains[n]), *order]
    names = {n: each.name for n, each in enumerate(variants)}
    outcomes = {
        n: "ruled out" if n in ruled_out else "chosen" if is_decided and n == leader
        else "the same" if is_decided else "still in"
        for n in order
    }  # fmt: skip
    return Choice(
        asked, names[leader], is_decided, first,
        rule.decided_after(spread[np.ix_(left, left)]), rule.equal_numbers(spread),
        tuple(
            Standing(
                names[n], outcomes[n], pooled(*rows[variants[n]]),
                names[ruled_out[n]] if n in ruled_out else "",
                None if n == leader else _beside(rows[variants[n]], rows[variants[leader]]),
            )
            for n in order
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """How far behind a scenario may lie and stay in."""

    scenarios: int
    first: int
    chance: float
    indifference: float

    @property
    def _each(self) -> float:
        """The chance of a wrong end that each pair may take."""
        return (1 - self.chance) / (self.scenarios - 1)

    @property
    def h_squared(self) -> float:
        """Kim and Nelson's constant.

        >>> round(Rule(10, 20, 0.95, 1.0).h_squared, 2)
        11.51
        """
        freedom = self.first - 1
        return freedom * (math.pow(2 * self._each, -2 / freedom) - 1)

    def margins(self, spread: Floats, replications: int) -> Floats:
        """How far behind another's mean is not too far; shape (scenarios, scenarios).

        ``spread`` has the variance of the difference of each pair, of the same shape.
        """
        size = self.indifference
        reach = self.h_squared * spread / size**2 - replications
        return np.asarray(np.maximum(0.0, size / (2 * replications) * reach))

    def decided_after(self, spread: Floats) -> int:
        """With so many replications of each of these, one is left."""
        widest = float(spread.max())
        return max(self.first, math.ceil(self.h_squared * widest / self.indifference**2))

    def equal_numbers(self, spread: Floats) -> int:
        """So many replications of each, all in one go, choose with the same chance."""
        t = float(stdtrit(self.first - 1, 1 - self._each))
        return max(self.first, math.ceil(t * t * float(spread.max()) / self.indifference**2))


def _row(
    scores: Scores, named: CompareOn, variant: Variant, asked_at: str
) -> tuple[Floats, Floats]:
    """The numerators and denominators of the measure in one scenario."""
    found = scores.row(_key(scores, named, variant, asked_at))
    if not found[1].sum() > 0:
        raise input_error(
            asked_at,
            f"nobody is measured by {named.measure} in {variant.name!r}; choose on another measure",
        )
    return found


def _key(scores: Scores, named: CompareOn, variant: Variant, asked_at: str) -> Key:
    """The measure's row; the locality of a setting says nothing more."""
    for key in scores.keys:
        measure, setting, team, locality, *parts = key
        is_whole = not (team or any(parts)) and (bool(setting) or not locality)
        if is_whole and (measure, setting) == (named.measure, named.setting or ""):
            return key
    raise input_error(
        asked_at,
        f"{named.measure} is not measured as a whole in {variant.name!r}; choose on another",
    )


def _variances(residuals: Sequence[Floats]) -> Floats:
    """The variance of the difference of each pair; shape (scenarios, scenarios)."""
    found = [[float((a - b).var(ddof=1)) for b in residuals] for a in residuals]
    return np.array(found)


def _gains(rows: Iterable[tuple[Floats, Floats]], named: CompareOn) -> list[float]:
    """The mean of each scenario, turned so that more is better."""
    sign = 1.0 if MEASURES[named.measure].better == "higher" else -1.0
    return [sign * pooled(*row).mean for row in rows]


def _beaten(left: Sequence[int], gains: Sequence[float], margins: Floats) -> dict[int, int]:
    """Who is too far behind another, and behind whom most."""
    found: dict[int, int] = {}
    for n in left:
        ahead = [m for m in left if gains[n] < gains[m] - margins[n, m]]
        if ahead:
            found[n] = max(ahead, key=lambda m: gains[m] - margins[n, m])
    return found


def _beside(row: tuple[Floats, Floats], leader: tuple[Floats, Floats]) -> Interval:
    """A scenario's difference from the leader, over the replications that both have."""
    both = min(len(row[0]), len(leader[0]))
    top, bottom, base_top, base_bottom = (part[:both] for part in (*row, *leader))
    return paired_difference(top, bottom, base_top, base_bottom)
