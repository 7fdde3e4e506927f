"""From the replications' files to ``summary.csv``, ``comparison.csv`` and bands over time."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.days import day_series
from sim.experiment.derived import ratios
from sim.experiment.families import families_of, own_levers
from sim.experiment.folder.store import run_path, whole_or_nothing
from sim.experiment.intervals import (
    Interval,
    holm,
    p_value,
    paired_difference,
    pooled,
    share_better,
)
from sim.experiment.scores import DIMENSIONS, NOUGHT_IF_ABSENT, Key, Scores
from sim.measures.definitions import MEASURES, SERIES

INTERVAL = ("low", "high")
SUMMARY_COLUMNS = ("scenario", *DIMENSIONS, "mean", *INTERVAL, "replications", "part")
COMPARISON_COLUMNS = (
    "scenario", "baseline", *DIMENSIONS, "difference", *INTERVAL, "share_better", "replications",
    "part", "p_value", "p_holm",
)  # fmt: skip
MAX_BAND_RUNS = 400
"""Bands over time come from at most this many replications of a scenario."""


def summary_table(scores: dict[str, Scores], widened: float = 1.0) -> pd.DataFrame:
    """Each measure's mean and 95% interval, by scenario.

    ``widened`` is the factor by which intervals are wider, where the number of replications was
    not settled beforehand.
    """
    rows = [
        (name, *key[:-1], each.mean, each.low, each.high, each.replications, key[-1])
        for name, scenario in scores.items()
        for key in scenario.keys
        for each in [pooled(*scenario.row(key), widened)]
    ]
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def comparison_table(
    scores: dict[str, Scores],
    baselines: Mapping[str, str | None],
    levers: Mapping[str, Sequence[str]],
    widened: float = 1.0,
) -> pd.DataFrame:
    """Each scenario's paired difference from its baseline, over the same patients.

    ``baselines`` has the scenario that each is compared with, None for one that is not; ``levers``
    what each changes. Beside the differences stand the ratios of differences. Where scenarios have
    different numbers of replications, those that both have are compared. ``widened`` as in
    ``summary_table``. ``p_holm`` is corrected over the scenarios that are compared with the same
    baseline on the same measure.
    """
    own = own_levers(levers, baselines)
    beside: dict[str, list[tuple[Key, Interval, float]]] = {}
    for family in families_of(baselines):
        for name, key, value, p in ratios(scores, family, own, widened):
            beside.setdefault(name, []).append((key, value, p))
    rows: list[tuple[str, str, Key, Interval, float, float]] = []
    for name, scenario in scores.items():
        baseline = baselines.get(name)
        if baseline is None:
            continue
        both = min(scenario.replications, scores[baseline].replications)
        scenario, base = scenario.first(both), scores[baseline].first(both)
        for key in dict.fromkeys([*base.keys, *scenario.keys]):
            in_both = key in base.keys and key in scenario.keys
            if not in_both and not _may_be_absent(base, scenario, key):
                continue
            pair = (*scenario.row(key), *base.row(key))
            each = paired_difference(*pair, widened)
            better = share_better(*pair, MEASURES[key[0]].better)
            rows.append((name, baseline, key, each, better, p_value(each)))
        rows += [(name, baseline, key, each, math.nan, p) for key, each, p in beside.get(name, ())]
    corrected = _corrected([(baseline, key, p) for _, baseline, key, _, _, p in rows])
    return pd.DataFrame(
        [
            (name, baseline, *key[:-1], each.mean, each.low, each.high, better,
             each.replications, key[-1], p, p_holm)
            for (name, baseline, key, each, better, p), p_holm in zip(rows, corrected, strict=True)
        ],
        columns=list(COMPARISON_COLUMNS),
    )  # fmt: skip


def _corrected(rows: Sequence[tuple[str, Key, float]]) -> list[float]:
    """Holm's p-values, each family a baseline and a measure; of (baseline, measure, p-value)."""
    families: dict[tuple[str, Key], list[int]] = {}
    for n, (baseline, key, _) in enumerate(rows):
        families.setdefault((baseline, key), []).append(n)
    corrected = [math.nan] * len(rows)
    for members in families.values():
        for n, p in zip(members, holm([rows[n][2] for n in members]), strict=True):
            corrected[n] = p
    return corrected


def _may_be_absent(base: Scores, scenario: Scores, key: Key) -> bool:
    """Whether a measure that one scenario lacks is nought there: sums are, ratios are not."""
    there = base if key in base.keys else scenario
    return bool((there.row(key)[1] == 1.0).all()) and key[0] in NOUGHT_IF_ABSENT


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table for people and for Excel: UTF-8, numbers to ten figures, empty for 'none'."""
    with whole_or_nothing(path) as partial:
        table.to_csv(partial, index=False, float_format="%.10g", lineterminator="\n")


def daily_bands(
    folder: Path,
    slugs: Mapping[str, str],
    replications: Mapping[str, int],
    warm_up: int,
    acute: Sequence[str],
) -> pd.DataFrame:
    """Means and 5th to 95th percentiles of each day over replications, by scenario and setting.

    Columns: scenario, day (0 = the first after warm-up), setting, series, mean, low, high. Rows
    with an empty setting are sums over the acute settings.
    """
    tables = []
    for name, slug in slugs.items():
        used = range(min(replications[name], MAX_BAND_RUNS))
        runs = [day_series(run_path(folder, slug, number)) for number in used]
        settings = runs[0][0]
        values = np.stack([run[1].astype(np.float32) for run in runs])[..., warm_up:]
        chosen = [settings.index(setting) for setting in acute if setting in settings]
        in_acute = values[:, :, chosen].sum(axis=2, keepdims=True)
        values = np.concatenate((values, in_acute), axis=2)
        tables.append(_bands(name, [*settings, ""], values))
    return pd.concat(tables, ignore_index=True)


def _bands(name: str, settings: list[str], values: NDArray[np.float32]) -> pd.DataFrame:
    """The bands of one scenario; values have shape (replications, series, settings, days)."""
    mean = values.mean(axis=0, dtype=np.float64)
    low, high = np.quantile(values, [0.05, 0.95], axis=0)
    _, series, places, days = values.shape
    index = pd.MultiIndex.from_product(
        [SERIES, settings, range(days)], names=["series", "setting", "day"]
    )
    frame = pd.DataFrame(
        {"mean": mean.ravel(), "low": low.ravel(), "high": high.ravel()}, index=index
    ).reset_index()
    assert len(frame) == series * places * days
    frame.insert(0, "scenario", name)
    return frame[~frame["mean"].map(math.isnan)]
