"""The same work for many numbers, shared out among processes; results in order of the numbers."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from sim.experiment.making.runner import WorkersDied

T = TypeVar("T")
Work = Callable[[int], T]

_work: Work[Any] | None = None


def in_parallel(
    make: Callable[..., Work[T]], given: tuple[Any, ...], numbers: Iterable[int], workers: int
) -> Iterator[T]:
    """``make(*given)(number)`` for every number, in order; made once in each process.

    Raises:
        WorkersDied: a process was killed, most likely for want of memory.
    """
    listed = list(numbers)
    if workers == 1 or len(listed) < 2:
        work = make(*given)
        for number in listed:
            yield work(number)
        return
    spawn = multiprocessing.get_context("spawn")
    workers = min(workers, len(listed))
    with ProcessPoolExecutor(workers, spawn, _begin, (make, given)) as pool:
        try:
            yield from pool.map(_do, listed, chunksize=max(1, len(listed) // (8 * workers)))
        except BrokenProcessPool:
            raise WorkersDied(
                "worker processes were killed, most likely for want of memory; try --workers 1"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(make: Callable[..., Work[Any]], given: tuple[Any, ...]) -> None:
    global _work
    _work = make(*given)


def _do(number: int) -> Any:
    assert _work is not None
    return _work(number)
