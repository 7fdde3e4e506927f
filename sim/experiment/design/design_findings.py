"""What the designs of an experiment say: effects, interactions, curves; as CSV tables too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Effect:
    """One effect or interaction on one measure, with its 95% interval, in the measure's unit."""

    kind: str
    of: tuple[str, ...]
    mean: float
    low: float
    high: float
    p: float
    p_holm: float
    """NaN for an effect: only interactions are judged as a family."""
    mixed_with: tuple[str, ...]
    replications: int


@dataclass(frozen=True)
class CurvePoint:
    """A measure at one value of a number."""

    value: float
    said: str
    scenario: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """A measure along the values of one number, with no lever or one."""

    number: str
    lever: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class OnMeasure:
    """What a design says of one measure."""

    measure: str
    setting: str
    effects: tuple[Effect, ...]
    curves: tuple[Curve, ...] = ()
    r_squared: float | None = None
    r_squared_predicted: float | None = None


@dataclass(frozen=True)
class Found:
    """What a design says, and what of it can't be told apart."""

    kind: str
    factors: tuple[tuple[str, str], ...]
    """Each with its levels in words."""
    scenarios: int
    measures: tuple[OnMeasure, ...]
    resolution: int | None = None
    letters: Mapping[str, str] | None = None
    """The design books' letter of each factor."""
    generated: str = ""
    defining_relation: str = ""


def effects_table(found: Sequence[Found]) -> pd.DataFrame:
    """``effects.csv``: each effect and interaction, on each measure, of each design."""
    rows = [
        (n + 1, design.kind, each.kind, *(*each.of, "")[:2], on.measure, on.setting, each.mean,
         each.low, each.high, each.p, each.p_holm, "; ".join(each.mixed_with), each.replications,
         on.r_squared, on.r_squared_predicted)
        for n, design in enumerate(found)
        for on in design.measures
        for each in on.effects
    ]  # fmt: skip
    columns = [
        "design", "design_kind", "kind", "of", "with", "measure", "setting", "effect", "low",
        "high", "p", "p_holm", "mixed_with", "replications", "r_squared", "r_squared_predicted",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def sweep_table(found: Sequence[Found]) -> pd.DataFrame:
    """``sweep.csv``: each measure at each value of each number that is swept."""
    rows = [
        (n + 1, curve.number, curve.lever, at.value, at.scenario, on.measure, on.setting, at.mean,
         at.low, at.high)
        for n, design in enumerate(found)
        for on in design.measures
        for curve in on.curves
        for at in curve.points
    ]  # fmt: skip
    columns = [
        "design", "number", "lever", "value", "scenario", "measure", "setting", "mean", "low",
        "high",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
