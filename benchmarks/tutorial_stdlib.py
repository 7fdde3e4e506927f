"""The workload as SimPy tutorials write it, with Python's own ``random``: no NumPy, no monitor.

A process for each patient and one ``simpy.Resource`` for each setting. Numbers of people there
come from the patients' own times at the end.
"""

import random
from collections.abc import Generator
from math import log, sqrt
from statistics import fmean
from typing import Any

import simpy

from benchmarks import workload as w

Process = Generator[simpy.Event, Any, None]


def lognormal_parameters(mean: float, sd: float) -> tuple[float, float]:
    sigma = sqrt(log(1 + sd**2 / mean**2))
    return log(mean) - sigma**2 / 2, sigma


class Patient:
    def __init__(self, group: str, pathway: str):
        self.group = group
        self.pathway = pathway
        self.arrived_at: float | None = None
        self.admitted_at: float | None = None
        self.ready_at: float | None = None
        self.left_at: float | None = None
        self.ended_at: float | None = None


class Hospital:
    def __init__(self, seed: int, scale: int, days: float, warm_up: float):
        self.env = simpy.Environment()
        self.days = days
        self.warm_up = warm_up
        self.random = random.Random(seed)
        self.acute = simpy.Resource(self.env, capacity=w.ACUTE_BEDS * scale)
        self.p1 = simpy.Resource(self.env, capacity=w.P1_PLACES * scale)
        self.p2 = simpy.Resource(self.env, capacity=w.P2_BEDS * scale)
        self.rate = w.ARRIVALS_PER_DAY * scale
        self.groups = list(w.GROUPS)
        self.group_shares = [share for share, _ in w.GROUPS.values()]
        self.stays = {
            group: lognormal_parameters(mean, mean) for group, (_, mean) in w.GROUPS.items()
        }
        self.p1_stay = lognormal_parameters(w.P1_STAY_MEAN, w.P1_STAY_MEAN)
        self.p2_stay = lognormal_parameters(w.P2_STAY_MEAN, w.P2_STAY_MEAN)
        self.pathways = list(w.PATHWAYS)
        self.pathway_shares = list(w.PATHWAYS.values())
        self.patients: list[Patient] = []

    def arrivals(self) -> Process:
        while True:
            yield self.env.timeout(self.random.expovariate(self.rate))
            group = self.random.choices(self.groups, self.group_shares)[0]
            pathway = self.random.choices(self.pathways, self.pathway_shares)[0]
            patient = Patient(group, pathway)
            self.patients.append(patient)
            self.env.process(self.journey(patient))

    def journey(self, patient: Patient) -> Process:
        patient.arrived_at = self.env.now
        with self.acute.request() as bed:
            yield bed
            patient.admitted_at = self.env.now
            yield self.env.timeout(self.random.lognormvariate(*self.stays[patient.group]))
            patient.ready_at = self.env.now

            next_request = None
            if patient.pathway != "P0":
                for mean in w.STEP_MEANS:
                    yield self.env.timeout(self.random.expovariate(1 / mean))
                if patient.pathway == "P1":
                    next_request = self.p1.request()
                    yield next_request
                elif patient.pathway == "P2":
                    next_request = self.p2.request()
                    yield next_request
                else:
                    yield self.env.timeout(self.random.expovariate(1 / w.P3_WAIT_MEAN))
            patient.left_at = self.env.now

        if patient.pathway == "P1":
            yield self.env.timeout(self.random.lognormvariate(*self.p1_stay))
            self.p1.release(next_request)
        elif patient.pathway == "P2":
            yield self.env.timeout(self.random.lognormvariate(*self.p2_stay))
            self.p2.release(next_request)
        patient.ended_at = self.env.now

    def run(self) -> w.Result:
        self.env.process(self.arrivals())
        self.env.run(until=self.days)
        return self.result()

    def mean_number(self, spans: list[tuple[float | None, float | None]]) -> float:
        """Mean number present over the measured days, of people who came and went at these times.

        None is not yet.
        """
        total = 0.0
        for came, went in spans:
            if came is not None:
                end = self.days if went is None else went
                total += max(0.0, end - max(came, self.warm_up))
        return total / (self.days - self.warm_up)

    def result(self) -> w.Result:
        patients = self.patients
        left = [p for p in patients if p.left_at is not None and p.left_at >= self.warm_up]

        def mean_delay(pathway: str) -> float:
            return fmean(p.left_at - p.ready_at for p in left if p.pathway == pathway)

        return w.Result(
            occupied_acute=self.mean_number([(p.admitted_at, p.left_at) for p in patients]),
            occupied_p1=self.mean_number(
                [(p.left_at, p.ended_at) for p in patients if p.pathway == "P1"]
            ),
            occupied_p2=self.mean_number(
                [(p.left_at, p.ended_at) for p in patients if p.pathway == "P2"]
            ),
            delayed=self.mean_number([(p.ready_at, p.left_at) for p in patients]),
            delay_p1=mean_delay("P1"),
            delay_p2=mean_delay("P2"),
            delay_p3=mean_delay("P3"),
            left=len(left),
            patients=len(patients),
        )


def run(seed: int, scale: int = 1, days: int = w.DAYS, warm_up: int = w.WARM_UP) -> w.Result:
    return Hospital(seed, scale, days, warm_up).run()
