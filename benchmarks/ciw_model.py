"""The workload in Ciw: a network of three nodes, with blocking.

Stay and route go by customer class, so each group and pathway is a class. The stay and the
arrangements are drawn together as one time in the acute bed (Ciw has no tasks, so it has fewer
events to handle: about 120,000 a run); then P1 and P2, which have no room to queue, block the bed
until a space comes free.
"""

import random
from math import inf, log, sqrt
from statistics import fmean
from typing import Any

import ciw

from benchmarks import workload as w

ACUTE, P1, P2 = 1, 2, 3
CONTINUES_TO = {"P0": None, "P1": P1, "P2": P2, "P3": None}


def lognormal(mean: float, sd: float) -> ciw.dists.Lognormal:
    sigma = sqrt(log(1 + sd**2 / mean**2))
    return ciw.dists.Lognormal(log(mean) - sigma**2 / 2, sigma)


class StayThenWaits(ciw.dists.Distribution):
    """A stay, then exponential waits one after another; the patient keeps the stay's length."""

    def __init__(self, stay: ciw.dists.Distribution, wait_means: tuple[float, ...]):
        self.stay = stay
        self.wait_means = wait_means

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        stay = self.stay.sample(t, ind)
        ind.stay_days = stay
        return stay + sum(random.expovariate(1 / mean) for mean in self.wait_means)


def network(scale: int) -> Any:
    waits = {"P0": (), "P1": w.STEP_MEANS, "P2": w.STEP_MEANS}
    waits["P3"] = (*w.STEP_MEANS, w.P3_WAIT_MEAN)
    p1_stay = lognormal(w.P1_STAY_MEAN, w.P1_STAY_MEAN)
    p2_stay = lognormal(w.P2_STAY_MEAN, w.P2_STAY_MEAN)
    arrivals, services, routing = {}, {}, {}
    for group, (group_share, stay_mean) in w.GROUPS.items():
        for pathway, share in w.PATHWAYS.items():
            name = f"{group}, {pathway}"
            rate = w.ARRIVALS_PER_DAY * scale * group_share * share
            stay = StayThenWaits(lognormal(stay_mean, stay_mean), waits[pathway])
            onward = [1.0 if node == CONTINUES_TO[pathway] else 0.0 for node in (ACUTE, P1, P2)]
            arrivals[name] = [ciw.dists.Exponential(rate), None, None]
            services[name] = [stay, p1_stay, p2_stay]
            routing[name] = [onward, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    return ciw.create_network(
        number_of_servers=[w.ACUTE_BEDS * scale, w.P1_PLACES * scale, w.P2_BEDS * scale],
        queue_capacities=[inf, 0, 0],
        arrival_distributions=arrivals,
        service_distributions=services,
        routing=routing,
    )


def run(seed: int, scale: int = 1, days: int = w.DAYS, warm_up: int = w.WARM_UP) -> w.Result:
    ciw.seed(seed)
    simulation = ciw.Simulation(network(scale))
    simulation.simulate_until_max_time(days)
    return result(simulation, days, warm_up)


def result(simulation: ciw.Simulation, days: float, warm_up: float) -> w.Result:
    """From Ciw's records of visits to a node, those not over at the end included."""
    in_window = {ACUTE: 0.0, P1: 0.0, P2: 0.0}
    delayed = 0.0
    left = 0
    delays: dict[str, list[float]] = {pathway: [] for pathway in w.PATHWAYS}
    patients = simulation.get_all_individuals()
    for patient in patients:
        visits = [(v.node, v.service_start_date, v.exit_date) for v in patient.data_records]
        if patient.node != -1 and patient.service_start_date is not False:
            visits.append((patient.node, patient.service_start_date, inf))
        for node, admitted_at, left_at in visits:
            end = min(left_at, days)
            in_window[node] += max(0.0, end - max(admitted_at, warm_up))
            if node == ACUTE:
                ready_at = admitted_at + patient.stay_days
                delayed += max(0.0, end - max(ready_at, warm_up))
                if warm_up <= left_at <= days:
                    left += 1
                    delays[patient.customer_class[-2:]].append(left_at - ready_at)
    window = days - warm_up
    return w.Result(
        occupied_acute=in_window[ACUTE] / window,
        occupied_p1=in_window[P1] / window,
        occupied_p2=in_window[P2] / window,
        delayed=delayed / window,
        delay_p1=fmean(delays["P1"]),
        delay_p2=fmean(delays["P2"]),
        delay_p3=fmean(delays["P3"]),
        left=left,
        patients=len(patients),
    )
