"""The XmR control chart, read by the rules of NHS England's Making Data Count.

The mean and the limits come from a stated first part of the series, and are then held. A *rule*
fires at the point at which its pattern is complete: on the low side (or falling) it is -1, on the
high side (or rising) 1, elsewhere 0. All functions take many series at once: time is the last axis.

Where the wording of the rules leaves it open: a point exactly on the mean ends a run on one side; a
point as high as the one before ends a rise or fall; a point exactly on a limit is not outside it,
and one exactly on the line of the outer third is not in it. No point is left out of the baseline as
an outlier, as in NHS England's own workbook.

Source: NHS England, Making Data Count (XmR charts, their four rules, improvement and concern); as
worked in the NHS-R community's NHSRplotthedots 0.2.2, which differs in two ways: it leaves outliers
out of the moving ranges, and wants all of three points on one side of the mean where two are near a
limit. Wheeler and Chambers (1992), Understanding Statistical Process Control, chapter 3: the
factor 2.66.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sim.measures.definitions import Better

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]
Rule = Literal["outside", "one side", "trend", "two of three"]

RULES: dict[Rule, str] = {
    "outside": "a point outside the limits",
    "one side": "seven or more points in a row on one side of the mean",
    "trend": "seven or more points in a row that rise, or that fall",
    "two of three": "two of three points in a row in the outer third towards one limit",
}
LIMIT = 2.66
"""Mean moving ranges from the mean to a limit: 3 standard deviations of independent points."""
IN_A_ROW = 7


@dataclass(frozen=True)
class Limits:
    """The mean of a baseline and its mean moving range, each of shape (series...)."""

    mean: Floats
    moving_range: Floats

    def line(self, thirds: int) -> Floats:
        """A line so many thirds of the way from the mean to the upper limit; lower if negative."""
        return np.asarray(self.mean + thirds / 3 * LIMIT * self.moving_range)

    @property
    def lower(self) -> Floats:
        """The lower limit."""
        return self.line(-3)

    @property
    def upper(self) -> Floats:
        """The upper limit."""
        return self.line(3)


def limits_of(baseline: Floats) -> Limits:
    """The mean and mean moving range of a baseline of two points or more.

    >>> limits = limits_of(np.array([10.0, 12.0, 11.0]))
    >>> float(limits.mean), float(limits.moving_range), round(float(limits.upper), 2)
    (11.0, 1.5, 14.99)
    """
    ranges = np.abs(np.diff(baseline, axis=-1))
    return Limits(baseline.mean(axis=-1), ranges.mean(axis=-1))


def fired(values: Floats, limits: Limits) -> dict[Rule, Signs]:
    """Where each rule fires: -1, 0 or 1 at the point that completes its pattern.

    >>> limits = Limits(np.float64(10), np.float64(1))
    >>> fired(np.array([10.0, 13, 7]), limits)["outside"].tolist()
    [0, 1, -1]
    """
    side = _sides(values, limits.mean, limits.mean)
    return {
        "outside": _sides(values, limits.lower, limits.upper),
        "one side": _all_alike(side, IN_A_ROW),
        "trend": _all_alike(_steps(values), IN_A_ROW - 1),
        "two of three": _two_of_three(_sides(values, limits.line(-2), limits.line(2))),
    }


def marked(values: Floats, limits: Limits) -> dict[Rule, Signs]:
    """Which points belong to a pattern that fires, on which side; shape as ``values``."""
    found = fired(values, limits)
    pairs = found["two of three"]
    near = _sides(values, limits.line(-2), limits.line(2))
    return {
        "outside": found["outside"],
        "one side": _back(found["one side"], IN_A_ROW),
        "trend": _back(found["trend"], IN_A_ROW),
        "two of three": np.where(near == _back(pairs, 3), near, 0).astype(np.int8),
    }


def is_improvement(sign: int, better: Better) -> bool:
    """Whether a rule that fires on the low side (-1) or the high side (1) is for the better.

    >>> is_improvement(-1, "lower"), is_improvement(-1, "higher")
    (True, False)
    """
    return sign == (-1 if better == "lower" else 1)


def _sides(values: Floats, lower: Floats, upper: Floats) -> Signs:
    """1 above the upper line, -1 below the lower one, 0 between them or on one."""
    above = values > np.asarray(upper)[..., None]
    below = values < np.asarray(lower)[..., None]
    return np.asarray(above.astype(np.int8) - below.astype(np.int8), dtype=np.int8)


def _steps(values: Floats) -> Signs:
    """1 where a point is above the one before, -1 below; 0 for an equal one and for the first."""
    steps = np.zeros(values.shape, dtype=np.int8)
    steps[..., 1:] = np.sign(np.diff(values, axis=-1))
    return steps


def _all_alike(signs: Signs, number: int) -> Signs:
    """The sign that a point shares with so many in a row, itself the last; 0 if it does not."""
    alike = np.zeros(signs.shape, dtype=np.int8)
    if signs.shape[-1] >= number:
        windows = sliding_window_view(signs, number, axis=-1)
        alike[..., number - 1 :] = (windows == 1).all(-1).astype(np.int8) - (windows == -1).all(-1)
    return alike


def _two_of_three(near: Signs) -> Signs:
    """The sign of a point that is near a limit as one of the two before it is."""
    found = np.zeros(near.shape, dtype=np.int8)
    for back in (1, 2):
        pair = near[..., back:] == near[..., :-back]
        found[..., back:] = np.where(pair, near[..., back:], found[..., back:])
    return found


def _back(found: Signs, number: int) -> Signs:
    """A pattern's sign at each of its points, from where it fires: so many, the last included."""
    whole = found.copy()
    for back in range(1, min(number, found.shape[-1])):
        here = whole[..., : found.shape[-1] - back]
        later = found[..., back:]
        whole[..., : found.shape[-1] - back] = np.where(here == 0, later, here)
    return whole
