"""What the parts of a careflow replication cost, and where the model's own time goes."""

import cProfile
import pstats
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import workload as w
from benchmarks.careflow_model import plan_of
from sim.experiment.folder.store import Identity, write_replication
from sim.experiment.making.replicate import MAX_PEOPLE, Replication
from sim.flow.model import simulate
from sim.measures.checks import check
from sim.measures.measure import measure
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort

Seconds = dict[str, list[float]]


def print_costs(rounds: int = 7) -> None:
    """Print each part's CPU seconds, then the functions in which the model spends most."""
    plan = plan_of(1)
    seconds: Seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            with timed(seconds, "draw the cohort"):
                cohort = draw_cohort(plan, w.DAYS, 1, number, MAX_PEOPLE)
            with timed(seconds, "run the model, with its log"):
                run = simulate(plan, cohort, w.DAYS)
            with timed(seconds, "checks and measures"):
                measured = measure(run, w.WARM_UP)
            with timed(seconds, "of which the log as columns"):
                stays = stays_of(run)
            with timed(seconds, "of which the checks"):
                check(run, stays)
            with timed(seconds, "results file (not in the benchmark)"):
                path = Path(folder, f"{number}.parquet")
                write_replication(
                    path, Replication(run, measured), Identity("", 0), keep_logs=False
                )
    print(f"CPU seconds, medians of {rounds}:")
    for part, spent in seconds.items():
        print(f"  {part:36} {median(spent):7.4f}")
    print("\nThe model under cProfile, which slows it several times over; only shares count:")
    profiler = cProfile.Profile()
    profiler.runcall(simulate, plan, cohort, w.DAYS)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(15)


@contextmanager
def timed(seconds: Seconds, part: str) -> Iterator[None]:
    """Add the CPU seconds of what is inside to its part."""
    start = time.process_time()
    yield
    seconds.setdefault(part, []).append(time.process_time() - start)
