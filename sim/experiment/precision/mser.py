"""MSER-5: from which day on a run that began untypical is typical, found from its daily numbers.

A run that starts empty, or from one day's state, drifts until it has forgotten its start. The days
are put into batches of five. For each number of batches that might be left out in front, the mean
of the rest has a standard error: leaving out a batch that drifts makes it smaller, leaving out one
that does not makes it larger, as fewer are left. The least one says where to cut. A cut past the
half is no answer: most of the run would still be drifting, and it has to be longer.

Source: White (1997), An effective truncation heuristic for bias reduction in simulation output,
Simulation 69; White and Spratt (2000), WSC, for batches of five; Franklin and White (2008), WSC,
for runs with no steady state; Hoad, Robinson and Davies (2010), Automating warm-up length
estimation, JORS 61, for the mean over replications and for leaving the last batches alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BATCH = 5
"""Days in a batch."""
LAST = 5
"""So many batches are always kept: the standard error of very few is small by chance alone."""
FEWEST = 4 * LAST
"""A shorter series, in batches, says nothing."""


@dataclass(frozen=True)
class Truncation:
    """Where MSER-5 cuts a daily series: in its first half, whatever the second says."""

    days: int
    """Days to leave out in front: a multiple of five."""
    of_days: int
    """Days that were looked at: whole batches."""
    is_past_half: bool
    """Whether a cut in the second half would be better: the drift may go on, or end by chance."""
    cut_mean: float
    """The mean of the days before the cut; NaN where nothing is cut."""
    kept_mean: float
    """The mean of those after it."""


def batch_means(daily: Floats) -> Floats:
    """The means of each five days; days left over at the end are not used.

    >>> batch_means(np.arange(11.0)).tolist()
    [2.0, 7.0]
    """
    whole = len(daily) // BATCH
    return np.asarray(daily[: whole * BATCH].reshape(whole, BATCH).mean(axis=1))


def mser(batches: Floats) -> Floats:
    """The squared standard error of the mean when the first 0, 1, 2, … batches are left out.

    In the form of the sources: the sum of squares about the mean of those kept, over the square of
    their number. Shape (batches - 4,): the last five are always kept.
    """
    # About their mean, so that sums of squares of large numbers lose no digits.
    kept = (batches - batches.mean())[::-1]
    number = np.arange(1, len(kept) + 1)
    total, squares = kept.cumsum(), (kept**2).cumsum()
    spread = np.maximum(squares - total**2 / number, 0.0) / number**2
    return np.asarray(spread[::-1][: len(kept) - LAST + 1])


def truncation(daily: Floats) -> Truncation:
    """Where to cut a daily series, the mean of some runs; shape (days,).

    Raises:
        ValueError: the series is shorter than 100 days.
    """
    batches = batch_means(daily)
    if len(batches) < FEWEST:
        raise ValueError(f"{len(daily)} days are too few to look for a drift")
    errors = mser(batches)
    cut = int(np.argmin(errors[: len(batches) // 2 + 1]))
    return Truncation(
        cut * BATCH,
        len(batches) * BATCH,
        bool(errors.min() < errors[cut]),
        float(batches[:cut].mean()) if cut else float("nan"),
        float(batches[cut:].mean()),
    )
