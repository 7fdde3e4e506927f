"""Make replications: in this process or in several, whole or not at all.

Each replication is settled by its scenario, the seed and its number alone, and writes a file of its
own; so it does not matter which worker makes it, when, or how often a worker dies.
"""

import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sim.experiment.folder.store import Identity, as_file, write_whole
from sim.experiment.making.parcels import Parcel, Parcels, kept, unpacked
from sim.experiment.making.replicate import replicate
from sim.experiment.question import Experiment
from sim.experiment.sources import Scenario
from sim.measures.beds_tried import BedsTried
from sim.patients.plan import Plan, make_plan
from sim.place.words import Body

MAX_DEATHS = 5
"""How often, with nothing finished in between, workers may die before the run gives up."""

Told = Callable[[str, int], None]
"""Is told of each replication that is done: scenario and number."""


class WorkersDied(Exception):  # noqa: N818 - it says what happened
    """Worker processes were killed again and again, most likely for want of memory."""


@dataclass(frozen=True)
class Job:
    """One replication to make, and where its file goes."""

    scenario: Scenario
    replication: int
    path: Path


@dataclass(frozen=True)
class Orders:
    """What every worker needs to know, sent once."""

    days: int
    warm_up: int
    seed: int
    keep_logs: bool
    beds_tried: tuple[BedsTried, ...] = ()


def orders(experiment: Experiment) -> Orders:
    """The part of an experiment that workers need."""
    return Orders(
        experiment.days,
        experiment.warm_up,
        experiment.seed,
        experiment.keep == "logs",
        tuple(each.as_measured() for each in experiment.beds_tried),
    )


class Runs(Protocol):
    """Makes replications, somewhere; what it has opened for that is closed at the end."""

    @property
    def orders(self) -> "Orders":
        """What every worker needs to know."""
        ...

    def make(self, jobs: Iterable[Job], told: Told) -> int:
        """Make these replications, in any order; says how many there were."""
        ...

    def close(self) -> None:
        """Let go of the processes that it has."""
        ...

    @property
    def workers(self) -> int:
        """How many replications it makes at a time."""
        ...


class Runner:
    """Makes replications on this machine, in so many processes, kept until it is closed."""

    def __init__(self, order: Orders, workers: int) -> None:
        self.orders: Orders = order
        self.workers: int = workers
        self._here = Worker(order)
        self._pool: ProcessPoolExecutor | None = None
        self._parcels = Parcels()

    def make(self, jobs: Iterable[Job], told: Told) -> int:
        """Make these replications, in any order; says how many there were.

        Raises:
            TooLarge: the place asks for more people than can be held.
            CheckFailed: a run contradicts itself.
            WorkersDied: worker processes keep being killed.
        """
        if self.workers > 1:
            return self._in_parallel(iter(jobs), told)
        made = 0
        for job in jobs:
            self._here(job)
            told(job.scenario.name, job.replication)
            made += 1
        return made

    def _in_parallel(self, jobs: Iterator[Job], told: Told) -> int:
        """Share the jobs out; when a worker dies, begin again with what is not done."""
        made = deaths = 0
        again: list[Job] = []
        under_way: dict[Future[None], Job] = {}
        while True:
            pool = self._open()
            try:
                while True:
                    while len(under_way) < 3 * self.workers:
                        job = again.pop() if again else next(jobs, None)
                        if job is None:
                            break
                        under_way[self._submit(pool, job)] = job
                    if not under_way:
                        return made
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                        job = under_way.pop(future)
                        told(job.scenario.name, job.replication)
                        made += 1
                        deaths = 0
            except BrokenProcessPool:
                deaths += 1
                again += under_way.values()
                under_way.clear()
                self.close()
                if deaths > MAX_DEATHS:
                    raise WorkersDied(
                        "worker processes were killed again and again, most likely for want of "
                        "memory; try --workers 1. What is done is kept."
                    ) from None
            except BaseException:
                self.close()
                raise

    def _submit(self, pool: ProcessPoolExecutor, job: Job) -> Future[None]:
        parcel = self._parcels.of(job.scenario)
        return pool.submit(_work, job.scenario.fingerprint, parcel, job.replication, job.path)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.workers,
                multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self.orders,),
            )
        return self._pool

    def close(self) -> None:
        """End the processes; what they are at is not waited for."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None


class Worker:
    """Makes replications, with the plans of the last scenarios kept."""

    def __init__(self, order: Orders) -> None:
        self.orders = order
        self._plans: OrderedDict[str, tuple[Scenario, Plan]] = OrderedDict()

    def __call__(self, job: Job) -> None:
        """Make one replication and write its file."""
        scenario = job.scenario
        write_whole(job.path, self.make(scenario.fingerprint, lambda: scenario, job.replication))

    def ready(self, fingerprint: str, scenario: Callable[[], Scenario]) -> tuple[Scenario, Plan]:
        """A scenario and its plan; the scenario is asked for only if they are not at hand."""

        def anew() -> tuple[Scenario, Plan]:
            asked = scenario()
            return asked, make_plan(asked.place, asked.phases)

        return kept(self._plans, fingerprint, anew)

    def make(self, fingerprint: str, scenario: Callable[[], Scenario], replication: int) -> bytes:
        """The file of one replication; the scenario is asked for if its plan is not at hand."""
        order = self.orders
        known, plan = self.ready(fingerprint, scenario)
        result = replicate(
            plan,
            order.days,
            order.warm_up,
            order.seed,
            replication,
            lever_costs(known, order.warm_up, order.days),
            order.beds_tried,
        )
        return as_file(result, Identity(fingerprint, replication), keep_logs=order.keep_logs)


def lever_costs(scenario: Scenario, warm_up: int, days: int) -> dict[Body, float]:
    """What a scenario's levers cost a year, by body, as far as they are taken up in the window."""
    phases = scenario.phases.levers if scenario.phases else ()
    uptake = {phase.lever: phase.mean(warm_up, days) for phase in phases}
    costs: dict[Body, float] = {}
    for lever in scenario.levers:
        for organisation, cost in lever.costs.items():
            body = scenario.place.organisations[organisation].body
            cost_now = cost.value * uptake.get(lever.lever, 1.0)
            costs[body] = costs.get(body, 0.0) + cost_now
    return costs


_worker: Worker | None = None


def _begin(order: Orders) -> None:
    """Make a worker process ready, and see that it does not outlive the one that began it."""
    global _worker
    _worker = Worker(order)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(fingerprint: str, parcel: Parcel, replication: int, path: Path) -> None:
    assert _worker is not None
    write_whole(path, _worker.make(fingerprint, lambda: unpacked(parcel), replication))
