"""Run an experiment: replications in parallel, picked up where they stopped.

Each replication is settled by its scenario, the seed and its number alone, and writes a file of its
own; so it does not matter which worker makes it, when, or how often a worker dies.
"""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from sim.experiment.question import Scenario, Study
from sim.experiment.replicate import replicate
from sim.experiment.store import is_whole, run_path, sweep, write_replication
from sim.measures.beds_tried import BedsTried
from sim.patients.plan import Plan, make_plan
from sim.patients.ways import TooLarge
from sim.place.problems import input_error
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

    scenario: str
    replication: int
    path: Path


@dataclass(frozen=True)
class Orders:
    """What every worker needs to know, sent once."""

    scenarios: dict[str, Scenario]
    days: int
    warm_up: int
    seed: int
    keep_logs: bool
    beds_tried: tuple[BedsTried, ...] = ()


def orders(study: Study) -> Orders:
    """The part of a study that workers need."""
    experiment = study.experiment
    return Orders(
        study.scenarios,
        experiment.days,
        experiment.warm_up,
        experiment.seed,
        experiment.keep == "logs",
        tuple(each.as_measured() for each in experiment.beds_tried),
    )


def jobs(study: Study, folder: Path) -> Iterator[Job]:
    """Every replication, all scenarios of one before the next."""
    for replication in range(study.experiment.replications):
        for name, scenario in study.scenarios.items():
            yield Job(name, replication, run_path(folder, scenario.slug, replication))


def run_missing(study: Study, folder: Path, workers: int, told: Told) -> int:
    """Make every replication whose file is not there whole; says how many were made.

    Raises:
        InputError: the place asks for more people than can be held.
        CheckFailed: a run contradicts itself.
        WorkersDied: worker processes keep being killed.
    """
    sweep(folder)
    missing = []
    for job in jobs(study, folder):
        if is_whole(job.path, study.scenarios[job.scenario].fingerprint):
            told(job.scenario, job.replication)
        else:
            missing.append(job)
    try:
        if workers == 1 or len(missing) < 2:
            make = Worker(orders(study))
            for job in missing:
                make(job)
                told(job.scenario, job.replication)
        else:
            _run_in_parallel(orders(study), missing, min(workers, len(missing)), told)
    except TooLarge as error:
        raise input_error(study.path, str(error)) from None
    sweep(folder)
    return len(missing)


def _run_in_parallel(order: Orders, missing: list[Job], workers: int, told: Told) -> None:
    """Share the jobs out; when a worker dies, begin again with what is not done."""
    todo = missing[::-1]
    deaths = 0
    while todo:
        under_way: dict[Future[None], Job] = {}
        with _pool(order, workers) as pool:
            try:
                while todo or under_way:
                    while todo and len(under_way) < 3 * workers:
                        job = todo.pop()
                        under_way[pool.submit(_work, job)] = job
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                        job = under_way.pop(future)
                        told(job.scenario, job.replication)
                        deaths = 0
            except BrokenProcessPool:
                deaths += 1
                todo.extend(under_way.values())
                if deaths > MAX_DEATHS:
                    raise WorkersDied(
                        "worker processes were killed again and again, most likely for want of "
                        "memory; try --workers 1. What is done is kept."
                    ) from None
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _pool(order: Orders, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(order,)
    )


class Worker:
    """Makes replications, with each scenario's plan made once."""

    def __init__(self, order: Orders) -> None:
        self.orders = order
        self.plans: dict[str, Plan] = {}

    def __call__(self, job: Job) -> None:
        """Make one replication and write its file."""
        order = self.orders
        scenario = order.scenarios[job.scenario]
        if job.scenario not in self.plans:
            self.plans[job.scenario] = make_plan(scenario.place, scenario.phases)
        result = replicate(
            self.plans[job.scenario],
            order.days,
            order.warm_up,
            order.seed,
            job.replication,
            lever_costs(scenario, order.warm_up, order.days),
            order.beds_tried,
        )
        write_replication(job.path, result, scenario.fingerprint, keep_logs=order.keep_logs)


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
    """Make a worker process ready."""
    global _worker
    _worker = Worker(order)


def _work(job: Job) -> None:
    assert _worker is not None
    _worker(job)
