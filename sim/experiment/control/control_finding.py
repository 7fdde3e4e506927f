"""What the control charts of an experiment show: the charts of one run, and when changes are seen.

A partnership sees one history, not the mean of many: so the charts are those of the first
replication, and how soon a change shows is said over all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.control.change_dates import LEAST_AFTER, change_days
from sim.experiment.control.control import DAYS, LEAST_POINTS, Control
from sim.experiment.control.control_chart import Limits, is_improvement, limits_of, marked
from sim.experiment.control.detection import (
    WIDE,
    WITHIN_WEEKS,
    Change,
    Floats,
    Seen,
    autocorrelation,
    falling,
    points_of,
    seen_with_wide_limits,
    spliced,
    spread_beside_limits,
    when_seen,
    widening,
)
from sim.experiment.control.run_chart import runs_of, shifts, trends
from sim.experiment.days import day_series
from sim.experiment.folder.store import run_path
from sim.experiment.intervals import Interval
from sim.experiment.study import Study
from sim.experiment.summary import MAX_BAND_RUNS

DRAWN = 0
"""The replication whose charts are drawn: the first, settled before anything was run."""
MOST_DRAWN = 9
ONE_IN_TWENTY = 20
SHARES = tuple(
    f"{name}_{weeks}_weeks" for weeks in WITHIN_WEEKS for name in ("share", "low", "high")
)
COLUMNS = (
    "what", "scenario", "fall", "every", "baseline_weeks", "from_week", "direction", "rule",
    "limits_times", "weeks_watched", "median_weeks", "low", "high", "weeks_5", "weeks_95",
    *SHARES, "share_first", "replications",
)  # fmt: skip
"""``what`` is *unchanged* (false alarms), *scenario* or *fall*; weeks are counted from the change,
and empty where it is not seen by the end of the run."""


@dataclass(frozen=True)
class Watch:
    """The series of every scenario on the same replications, and how they are read."""

    control: Control
    days: Mapping[str, Floats]
    """Scenario → the watched series; shape (replications, days measured)."""
    baselines: Mapping[str, str]
    """Scenario → the one it is compared with, for all but the first."""
    changes: Mapping[str, float]
    """Scenario → the day of measuring on which its change begins."""

    @property
    def first(self) -> str:
        """The baseline of the experiment."""
        return next(iter(self.days))

    def points(self, scenario: str) -> Floats:
        """The points of a scenario, its baseline's weeks in front; (replications, points)."""
        mine = points_of(self.days[scenario], self.control.days_a_point)
        if scenario not in self.baselines:
            return mine
        base = points_of(self.days[self.baselines[scenario]], self.control.days_a_point)
        return spliced(base, mine, self.baseline_points)

    @property
    def baseline_points(self) -> int:
        """How many points the limits come from."""
        return self.control.baseline_days // self.control.days_a_point


def control_finding(study: Study, folder: Path, made: Mapping[str, int]) -> dict[str, Any]:
    """Charts and times of detection of a finished run, as plain data; nothing is run."""
    control = study.experiment.control
    assert control is not None
    return finding_of(_read(study, control, folder, min(*made.values(), MAX_BAND_RUNS)))


def finding_of(watch: Watch) -> dict[str, Any]:
    """What the charts of some histories show, as plain data."""
    control, points = watch.control, watch.points(watch.first)
    return {
        "series": control.watch.series,
        "setting": control.watch.setting or "",
        "better": control.watch.measure.better,
        "every": control.every,
        "days_a_point": control.days_a_point,
        "baseline_weeks": control.baseline_weeks,
        "baseline_points": watch.baseline_points,
        "replications": len(points),
        "drawn": DRAWN + 1,
        "autocorrelation": _interval(autocorrelation(points)),
        "spread": _interval(spread_beside_limits(points)),
        "is_flat": bool((points == points[:, :1]).all()),
        "charts": list(_charts(watch)),
        "seen": list(_all_seen(watch)),
    }


def control_table(finding: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of ``control.csv``: when each change is seen, and the false alarms."""
    return pd.DataFrame(finding["seen"], columns=list(COLUMNS))


def _read(study: Study, control: Control, folder: Path, replications: int) -> Watch:
    warm_up, setting = study.experiment.warm_up, control.watch.setting
    watched = study.acute if setting is None else [setting]
    days = {}
    for name, scenario in study.scenarios.items():
        runs = []
        for number in range(replications):
            path = run_path(folder, scenario.slug, number)
            settings, values = day_series(path, [control.watch.series])
            chosen = [settings.index(each) for each in watched if each in settings]
            runs.append(values[0, chosen, warm_up:].sum(axis=0))
        days[name] = np.stack(runs)
    changes = change_days(study.experiment, control, study.scenarios)
    return Watch(control, days, {name: study.baseline_of(name) for name in changes}, changes)


def _charts(watch: Watch) -> Iterator[dict[str, Any]]:
    """The charts of one replication, for the first so many scenarios."""
    for name in list(watch.days)[:MOST_DRAWN]:
        values = watch.points(name)[DRAWN]
        baseline = values[: watch.baseline_points]
        limits, median = limits_of(baseline), float(np.median(baseline))
        change = watch.changes.get(name)
        runs = runs_of(values, median)
        yield {
            "scenario": name,
            "change_week": None if change is None else change / 7,
            "is_spliced": change == watch.control.baseline_days,
            "values": [float(value) for value in values],
            "mean": float(limits.mean),
            "moving_range": float(limits.moving_range),
            "lower": float(limits.lower),
            "upper": float(limits.upper),
            "near_lower": float(limits.line(-2)),
            "near_upper": float(limits.line(2)),
            "marks": _marks(values, limits, watch.control),
            "median": median,
            "shifts": shifts(values, median).tolist(),
            "trends": trends(values).tolist(),
            "runs": {
                "number": runs.number, "fewest": runs.fewest, "most": runs.most,
                "verdict": runs.verdict,
            },
        }  # fmt: skip


def _marks(values: Floats, limits: Limits, control: Control) -> list[dict[str, Any]]:
    """Which points belong to a pattern: the point, the rules, and whether for the better."""
    found = marked(values, limits)
    better = control.watch.measure.better
    return [
        {"point": point, "rule": rule, "is_improvement": is_improvement(int(sign), better)}
        for rule, signs in found.items()
        for point, sign in enumerate(signs)
        if sign
    ]


def _all_seen(watch: Watch) -> Iterator[dict[str, Any]]:
    """Every row: false alarms, scenarios and falls; then the same falls at other spacings."""
    control, order = watch.control, list(watch.days)
    moments = {(watch.first, float(control.baseline_days))}
    moments |= {(watch.baselines[name], day) for name, day in watch.changes.items()}
    for name, day in sorted(moments, key=lambda each: (order.index(each[0]), each[1])):
        ask = _Ask(watch, "unchanged", name, day)
        yield from _rows(ask, watch.points(name), _good(control))
        yield from _rows(ask, watch.points(name), -_good(control))
    for name, day in watch.changes.items():
        ask = _Ask(watch, "scenario", name, day)
        yield from _rows(ask, watch.points(name), _good(control))
    yield from _falls(watch)
    for other in _other_spacings(control, watch.days[watch.first].shape[-1]):
        spaced = Watch(other, watch.days, {}, {})
        ask = _Ask(spaced, "unchanged", watch.first, float(other.baseline_days))
        yield from _rows(ask, spaced.points(watch.first), _good(control))
        yield from _falls(spaced)


def _falls(watch: Watch) -> Iterator[dict[str, Any]]:
    """Falls of each size laid on the baseline, right after the weeks that the limits come from."""
    control, points = watch.control, watch.points(watch.first)
    change = Change(float(control.baseline_days), control.days_a_point)
    for fall in control.fall:
        ask = _Ask(watch, "fall", watch.first, change.day, fall)
        yield from _rows(ask, falling(points, fall, change), -1)


@dataclass(frozen=True)
class _Ask:
    """What is asked of a chart: which change, of what, and from which day of measuring."""

    watch: Watch
    what: str
    scenario: str
    day: float
    fall: float | None = None

    def unchanged(self) -> Floats:
        """The points of the baseline that the change is set beside."""
        return self.watch.points(self.watch.baselines.get(self.scenario, self.scenario))


def _rows(ask: _Ask, points: Floats, sign: int) -> Iterator[dict[str, Any]]:
    """A row for any rule, one for each, and one for wide limits, of one change on one side.

    One false alarm in twenty can't be told from fewer than twenty histories.
    """
    control = ask.watch.control
    change = Change(ask.day, control.days_a_point)
    limits = limits_of(points[:, : ask.watch.baseline_points])
    improves = is_improvement(sign, control.watch.measure.better)
    times = 1.0
    found = when_seen(points, limits, change, sign)
    if len(points) >= ONE_IN_TWENTY:
        times = widening(ask.unchanged(), limits, change, sign)
        found.append(seen_with_wide_limits(points, limits, times, change, sign))
    for seen in found:
        yield {
            "what": ask.what,
            "scenario": ask.scenario,
            "fall": ask.fall,
            "every": control.every,
            "baseline_weeks": control.baseline_weeks,
            "from_week": ask.day / 7,
            "direction": "improvement" if improves else "concern",
            "limits_times": times if seen.rule == WIDE else 1.0,
            **_of_rule(seen),
            "replications": len(points),
        }


def _of_rule(seen: Seen) -> dict[str, Any]:
    within: dict[str, float | None] = dict.fromkeys(SHARES)
    for weeks, share in seen.within.items():
        within |= {
            f"share_{weeks}_weeks": share.mean,
            f"low_{weeks}_weeks": share.low,
            f"high_{weeks}_weeks": share.high,
        }
    return {
        "rule": seen.rule,
        "weeks_watched": seen.weeks_watched,
        "median_weeks": _finite(seen.median.mean),
        "low": _finite(seen.median.low),
        "high": _finite(seen.median.high),
        "weeks_5": _finite(seen.five),
        "weeks_95": _finite(seen.ninety_five),
        **within,
        "share_first": _finite(seen.share_first),
    }


def _other_spacings(control: Control, days: int) -> Iterator[Control]:
    """The same questions at every other spacing for which the run is long enough.

    The baseline is as long as it was asked for, or as the fewest points need.
    """
    for every, length in DAYS.items():
        baseline = max(control.baseline_days // length, LEAST_POINTS) * length
        if every != control.every and days // length - baseline // length >= LEAST_AFTER:
            weeks = -(-baseline // 7)
            if weeks * 7 % length == 0:
                yield control.model_copy(update={"every": every, "baseline_weeks": weeks})


def _good(control: Control) -> int:
    return -1 if control.watch.measure.better == "lower" else 1


def _interval(found: Interval) -> Sequence[float | None]:
    return [_finite(found.mean), _finite(found.low), _finite(found.high)]


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None
