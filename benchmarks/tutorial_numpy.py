"""The workload as SimPy tutorials write it, with NumPy: a process for each patient.

One ``simpy.Resource`` for each setting, one NumPy draw for each wait, and a process that looks at
the hospital every hour.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from benchmarks import workload as w

Process = Generator[simpy.Event, Any, None]


class Exponential:
    def __init__(self, mean: float, rng: np.random.Generator):
        self.mean = mean
        self.rng = rng

    def sample(self) -> float:
        return self.rng.exponential(self.mean)


class Lognormal:
    def __init__(self, mean: float, sd: float, rng: np.random.Generator):
        self.sigma = np.sqrt(np.log(1 + sd**2 / mean**2))
        self.mu = np.log(mean) - self.sigma**2 / 2
        self.rng = rng

    def sample(self) -> float:
        return self.rng.lognormal(self.mu, self.sigma)


class Patient:
    def __init__(self, number: int, group: str, pathway: str):
        self.number = number
        self.group = group
        self.pathway = pathway
        self.arrived_at: float | None = None
        self.admitted_at: float | None = None
        self.ready_at: float | None = None
        self.left_at: float | None = None


class Hospital:
    def __init__(self, seed: int, scale: int, days: float, warm_up: float):
        self.env = simpy.Environment()
        self.days = days
        self.warm_up = warm_up
        self.acute = simpy.Resource(self.env, capacity=w.ACUTE_BEDS * scale)
        self.p1 = simpy.Resource(self.env, capacity=w.P1_PLACES * scale)
        self.p2 = simpy.Resource(self.env, capacity=w.P2_BEDS * scale)

        rng = np.random.default_rng(seed)
        self.rng = rng
        self.gap = Exponential(1 / (w.ARRIVALS_PER_DAY * scale), rng)
        self.groups = list(w.GROUPS)
        self.group_shares = [share for share, _ in w.GROUPS.values()]
        self.stays = {group: Lognormal(mean, mean, rng) for group, (_, mean) in w.GROUPS.items()}
        self.steps = [Exponential(mean, rng) for mean in w.STEP_MEANS]
        self.p1_stay = Lognormal(w.P1_STAY_MEAN, w.P1_STAY_MEAN, rng)
        self.p2_stay = Lognormal(w.P2_STAY_MEAN, w.P2_STAY_MEAN, rng)
        self.p3_wait = Exponential(w.P3_WAIT_MEAN, rng)
        self.pathways = list(w.PATHWAYS)
        self.pathway_shares = list(w.PATHWAYS.values())

        self.patients: list[Patient] = []
        self.delayed = 0
        self.monitored: list[dict[str, int]] = []

    def arrivals(self) -> Process:
        while True:
            yield self.env.timeout(self.gap.sample())
            group = self.rng.choice(self.groups, p=self.group_shares)
            pathway = self.rng.choice(self.pathways, p=self.pathway_shares)
            patient = Patient(len(self.patients) + 1, group, pathway)
            self.patients.append(patient)
            self.env.process(self.journey(patient))

    def journey(self, patient: Patient) -> Process:
        patient.arrived_at = self.env.now
        with self.acute.request() as bed:
            yield bed
            patient.admitted_at = self.env.now
            yield self.env.timeout(self.stays[patient.group].sample())
            patient.ready_at = self.env.now

            next_request = None
            if patient.pathway != "P0":
                self.delayed += 1
                for step in self.steps:
                    yield self.env.timeout(step.sample())
                if patient.pathway == "P1":
                    next_request = self.p1.request()
                    yield next_request
                elif patient.pathway == "P2":
                    next_request = self.p2.request()
                    yield next_request
                else:
                    yield self.env.timeout(self.p3_wait.sample())
                self.delayed -= 1
            patient.left_at = self.env.now

        if patient.pathway == "P1":
            yield self.env.timeout(self.p1_stay.sample())
            self.p1.release(next_request)
        elif patient.pathway == "P2":
            yield self.env.timeout(self.p2_stay.sample())
            self.p2.release(next_request)

    def monitor(self) -> Process:
        yield self.env.timeout(self.warm_up)
        while True:
            self.monitored.append(
                {
                    "acute": self.acute.count,
                    "p1": self.p1.count,
                    "p2": self.p2.count,
                    "delayed": self.delayed,
                }
            )
            yield self.env.timeout(1 / 24)

    def run(self) -> w.Result:
        self.env.process(self.arrivals())
        self.env.process(self.monitor())
        self.env.run(until=self.days)
        return self.result()

    def result(self) -> w.Result:
        left = [p for p in self.patients if p.left_at is not None and p.left_at >= self.warm_up]

        def mean_delay(pathway: str) -> float:
            return float(np.mean([p.left_at - p.ready_at for p in left if p.pathway == pathway]))

        def mean_number(name: str) -> float:
            return float(np.mean([row[name] for row in self.monitored]))

        return w.Result(
            occupied_acute=mean_number("acute"),
            occupied_p1=mean_number("p1"),
            occupied_p2=mean_number("p2"),
            delayed=mean_number("delayed"),
            delay_p1=mean_delay("P1"),
            delay_p2=mean_delay("P2"),
            delay_p3=mean_delay("P3"),
            left=len(left),
            patients=len(self.patients),
        )


def run(seed: int, scale: int = 1, days: int = w.DAYS, warm_up: int = w.WARM_UP) -> w.Result:
    return Hospital(seed, scale, days, warm_up).run()
