"""The workload that every engine runs, and the results on which they must agree.

Times are in days. People arrive one by one (Poisson), stay, and then leave for home or for one of
three pathways. Those on a pathway need four arrangements, one after another; P1 and P2 then wait
for a space, P3 waits for a time; all keep the acute bed to the end. Queues are first come, first
served. The run starts empty. ``reference.yaml`` says the same to careflow.
"""

from dataclasses import dataclass

ARRIVALS_PER_DAY = 120.0
GROUPS = {"short stay": (0.5, 3.5), "middle stay": (0.3, 5.0), "long stay": (0.2, 8.75)}
"""Group → its share of arrivals, and the mean of its lognormal stay (sd = mean)."""
PATHWAYS = {"P0": 0.80, "P1": 0.15, "P2": 0.04, "P3": 0.01}
"""Pathway → its share of those who leave, alike in every group."""
STEP_MEANS = (0.5, 1.0, 1.5, 2.0)
"""Means of the four arrangements (exponential)."""
P3_WAIT_MEAN = 10.0
"""Mean wait for a care home once all is arranged (exponential)."""
ACUTE_BEDS = 800
P1_PLACES, P1_STAY_MEAN = 375, 20.0
P2_BEDS, P2_STAY_MEAN = 125, 25.0
"""Spaces, and means of the lognormal stays (sd = mean)."""

DAYS, WARM_UP = 455, 90
"""Length of a run, its warm-up included, and the warm-up."""
EVENTS = 162_000
"""Events in a run: an arrival, the end of a stay, each arrangement, the end of P1's or P2's stay.
Counted alike for every engine, whatever it does inside."""


@dataclass(frozen=True)
class Result:
    """What one run says of its measured days. Each engine fills in all of it."""

    occupied_acute: float  # mean number of people there, those waiting to leave included
    occupied_p1: float
    occupied_p2: float
    delayed: float  # mean number in acute beds whose stay has ended
    delay_p1: float  # mean days from the end of the stay to leaving, over those who leave
    delay_p2: float
    delay_p3: float
    left: int  # number who left the acute beds
    patients: int  # number who arrived, in the warm-up too


AGREED: dict[str, tuple[float, float]] = {
    "occupied_acute": (744.0, 0.6),
    "occupied_p1": (358.2, 0.3),
    "occupied_p2": (118.4, 0.2),
    "delayed": (143.8, 0.5),
    "delay_p1": (5.29, 0.02),
    "delay_p2": (6.34, 0.07),
    "delay_p3": (15.02, 0.03),
    "left": (43_786.0, 10.0),
}
"""The agreed results and their standard errors: 400 runs of a compiled event loop."""
RUN_SD = {
    "occupied_acute": 11.0,
    "occupied_p1": 5.9,
    "occupied_p2": 3.5,
    "delayed": 9.4,
    "delay_p1": 0.35,
    "delay_p2": 1.35,
    "delay_p3": 0.52,
    "left": 220.0,
}
"""Standard deviation of one run's results: 120 runs of the two SimPy tutorials."""
