"""The effects and interactions of an experiment's designs, measured and written down.

All of it comes from the same people in every scenario: an effect is worked out in each replication,
and its interval is over the replications. The p-values of a design's interactions are raised by
Holm's method, over all of them on one measure.
"""

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.design.contrasts import (
    INTERACTION,
    Contrast,
    columns_of,
    contrasts_of,
    fit_of,
)
from sim.experiment.design.design_factors import shown
from sim.experiment.design.design_findings import (
    Curve,
    CurvePoint,
    Effect,
    Found,
    OnMeasure,
    effects_table,
    sweep_table,
)
from sim.experiment.design.design_points import LaidOut
from sim.experiment.design.designs import SPREAD
from sim.experiment.design.fractions import LETTERS
from sim.experiment.intervals import Interval, combination, holm, p_value, pooled
from sim.experiment.making.lab import Lab, Measured, Wanted
from sim.experiment.scores import NOUGHT_IF_ABSENT, Floats, Scores, key_of
from sim.experiment.summary import write_csv
from sim.experiment.variants import Variant

LIST = "list"
"""The kind of what is written out, where two scenarios and one with both are among it."""
_AT_A_TIME = 50
"""Scenarios whose measures are read before only those that are wanted are kept."""
_NOTHING = 1e-9
"""A sum that is so small a part of what is summed is what rounding leaves of nought."""

What = tuple[str, str]
"""A measure and a setting; the setting is empty for the whole place."""
Row = tuple[Floats, Floats]
Rows = Mapping[tuple[str, What], Row]
"""Scenario and what → numerators and denominators, shape (replications,)."""


def measured_designs(
    designs: Sequence[LaidOut],
    listed: Sequence[Contrast],
    variants: Mapping[str, Variant],
    replications: Mapping[str, int],
    whats: Sequence[What],
    widened: float = 1.0,
) -> Generator[Wanted, Measured, list[Found]]:
    """A procedure: what each design says of some measures, and the interactions of the list.

    ``widened`` is the factor by which intervals are wider, where the number of replications was not
    settled beforehand; the p-values follow from the intervals.
    """
    names = dict.fromkeys(name for each in designs for name, _ in each.points)
    names |= dict.fromkeys(name for each in listed for name in each.weights)
    rows: dict[tuple[str, What], Row] = {}
    order = list(names)
    for begin in range(0, len(order), _AT_A_TIME):
        these = order[begin : begin + _AT_A_TIME]
        measured = yield {variants[name]: replications[name] for name in these}
        for name in these:
            rows |= {(name, what): row for what, row in _rows(measured[variants[name]], whats)}
    found = [_found(laid, rows, whats, widened) for laid in designs]
    if listed:
        on = tuple(
            _on_measure(listed, rows, what, None, widened) for what in _there(listed, rows, whats)
        )
        found.append(Found(LIST, (), len({n for each in listed for n in each.weights}), on))
    return found


def _rows(scores: Scores, whats: Sequence[What]) -> Iterator[tuple[What, Row]]:
    for what in whats:
        key = scores.key_of_total(*what)
        if key is not None or what[0] in NOUGHT_IF_ABSENT:
            yield what, scores.row(key or key_of(*what))


def _found(laid: LaidOut, rows: Rows, whats: Sequence[What], widened: float) -> Found:
    contrasts = contrasts_of(laid)
    names = list(dict.fromkeys(name for name, _ in laid.points))
    measured = [what for what in whats if all((name, what) in rows for name in names)]
    on = [_on_measure(contrasts, rows, what, laid, widened) for what in measured]
    factors = tuple((factor.name, shown(factor)) for factor in laid.factors)
    if laid.fraction is None:
        return Found(laid.kind, factors, len(names), tuple(on))
    letters = {LETTERS[n]: factor.name for n, factor in enumerate(laid.factors)}
    return Found(
        laid.kind, factors, len(names), tuple(on), laid.fraction.resolution, letters,
        laid.fraction.generated, laid.fraction.defining_relation,
    )  # fmt: skip


def _there(contrasts: Sequence[Contrast], rows: Rows, whats: Sequence[What]) -> list[What]:
    names = {name for each in contrasts for name in each.weights}
    return [what for what in whats if all((name, what) in rows for name in names)]


def _on_measure(
    contrasts: Sequence[Contrast], rows: Rows, what: What, laid: LaidOut | None, widened: float
) -> OnMeasure:
    measured = [_measured(each, rows, what, widened) for each in contrasts]
    p_values = [p_value(each) for each in measured]
    interactions = [n for n, each in enumerate(contrasts) if each.kind == INTERACTION]
    raised = dict(zip(interactions, holm([p_values[n] for n in interactions]), strict=True))
    effects = tuple(
        Effect(
            each.kind, each.of, value.mean, value.low, value.high, p_values[n],
            raised.get(n, math.nan), each.mixed_with, value.replications,
        )
        for n, (each, value) in enumerate(zip(contrasts, measured, strict=True))
    )  # fmt: skip
    curves = tuple(_curves(laid, rows, what, widened)) if laid and laid.kind == "sweep" else ()
    fit = _fit(laid, rows, what) if laid and laid.kind in SPREAD else (None, None)
    return OnMeasure(*what, effects, curves, *fit)


def _measured(contrast: Contrast, rows: Rows, what: What, widened: float) -> Interval:
    """A contrast over the replications that all its scenarios have."""
    weights = [weight for weight in contrast.weights.values() if weight]
    chosen = [rows[name, what] for name, weight in contrast.weights.items() if weight]
    if not chosen:
        return Interval(0.0, math.nan, math.nan, 0)
    number = min(len(top) for top, _ in chosen)
    chosen = [(top[:number], bottom[:number]) for top, bottom in chosen]
    found = combination(chosen, weights, widened)
    size = sum(abs(w * pooled(*row).mean) for w, row in zip(weights, chosen, strict=True))
    reach = [abs(each) for each in (found.mean, found.low, found.high) if each == each]
    if max(reach, default=0.0) <= _NOTHING * size:
        return Interval(0.0, 0.0 * found.low, 0.0 * found.high, number)
    return found


def _curves(laid: LaidOut, rows: Rows, what: What, widened: float) -> Iterator[Curve]:
    for n, factor in enumerate(laid.factors):
        if factor.varied is None:
            continue
        for lever in ("", *laid.design.levers):
            points = []
            for name, point in laid.points:
                others = {level.lever for level in point} - {""}
                if point[n].number is not None and others == ({lever} if lever else set()):
                    at = pooled(*rows[name, what], widened)
                    points.append(
                        CurvePoint(point[n].number or 0.0, point[n].said, name, at.mean, at.low,
                                   at.high)
                    )  # fmt: skip
            yield Curve(factor.name, lever, tuple(sorted(points, key=lambda each: each.value)))


def _fit(laid: LaidOut, rows: Rows, what: What) -> tuple[float | None, float | None]:
    columns = columns_of(laid)
    if columns is None:
        return None, None
    means = np.array([pooled(*rows[name, what]).mean for name in columns.scenarios])
    return fit_of(columns, means)


def decide_design(lab: Lab, made: Mapping[str, int]) -> list[dict[str, Any]]:
    """What the designs of an experiment say, and their CSV files; empty where it has none.

    ``made`` has how many replications there are of each scenario.
    """
    study = lab.study
    listed = study.listed
    found: list[Found] = []
    if study.designs or listed:
        asked = study.experiment.compare_on
        whats = list(dict.fromkeys((each.measure, each.setting or "") for each in asked))
        wider = study.experiment.widened
        found = lab.carry_out(
            measured_designs(study.designs, listed, study.variants, made, whats, wider)
        )
    _write_or_remove(points_table(study.designs), lab.folder / "design.csv")
    _write_or_remove(effects_table(found), lab.folder / "effects.csv")
    _write_or_remove(sweep_table(found), lab.folder / "sweep.csv")
    return [asdict(each) for each in found]


def points_table(designs: Sequence[LaidOut]) -> pd.DataFrame:
    """``design.csv``: what each factor is in each scenario of each design."""
    rows = [
        (n + 1, laid.kind, name, factor.name, level.said, level.number)
        for n, laid in enumerate(designs)
        for name, point in laid.points
        for factor, level in zip(laid.factors, point, strict=True)
    ]
    columns = ["design", "design_kind", "scenario", "factor", "level", "value"]
    return pd.DataFrame(rows, columns=columns)


def _write_or_remove(table: pd.DataFrame, path: Path) -> None:
    """A file of an earlier form of the experiment does not stay beside new results."""
    if table.empty:
        path.unlink(missing_ok=True)
    else:
        write_csv(table, path)
