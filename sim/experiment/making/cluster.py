"""Make replications on a Dask cluster: its workers send files back, and share no disk with us.

Only the scheduler that the user names is spoken to, and it must be one to be trusted: whoever runs
it can run programs on its workers and here.
"""

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from sim.experiment.folder.store import Identity, is_replication, write_whole
from sim.experiment.folder.versions import DECIDE, differences, made_here, made_with
from sim.experiment.making.parcels import Parcel, Parcels, unpacked
from sim.experiment.making.runner import MAX_DEATHS, Job, Orders, Told, Worker, WorkersDied
from sim.place.problems import InputError, Problem, input_error

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE_SECONDS = 20
"""How long a scheduler has to answer, and to have workers."""
KEPT_SO_FAR = "What is done is kept, the same command goes on from there."


class Cluster:
    """Makes replications on the workers of a Dask scheduler; see ``runner.Runs``."""

    def __init__(self, order: Orders, address: str) -> None:
        """Connect, and see that every worker would give the same numbers as this machine.

        Raises:
            InputError: no scheduler answers there, it has no workers, or these have other versions.
        """
        self.orders = order
        self._address = address
        self._parcels = Parcels()
        self._client = _connected(address)
        try:
            refuse_other_versions(address, self._client)
        except BaseException:
            self.close()
            raise

    @property
    def workers(self) -> int:
        """How many replications it makes at a time; 0 if it is lost."""
        return sum(self._client.nthreads().values()) if self._is_there() else 0

    def close(self) -> None:
        """Let go of the cluster, which goes on without us."""
        self._client.close(timeout=5)

    def make(self, jobs: Iterable[Job], told: Told) -> int:
        """Make these replications, in any order; says how many there were.

        Raises:
            TooLarge: the place asks for more people than can be held.
            CheckFailed: a run contradicts itself.
            WorkersDied: workers keep being killed or are all gone, or the scheduler is lost.
        """
        under_way: dict[Future[bytes], Job] = {}
        try:
            return self._make(iter(jobs), told, under_way)
        except CancelledError:
            raise WorkersDied(f"the cluster at {self._address} is lost. {KEPT_SO_FAR}") from None
        finally:
            if self._is_there():
                self._client.cancel(list(under_way))

    def _make(self, jobs: Iterator[Job], told: Told, under_way: "dict[Future[bytes], Job]") -> int:
        from distributed import KilledWorker

        made = deaths = 0
        again: list[Job] = []
        while True:
            while len(under_way) < max(2, 3 * self.workers):
                job = again.pop() if again else next(jobs, None)
                if job is None:
                    break
                under_way[self._submit(job)] = job
            if not under_way:
                return made
            for future in self._done(under_way):
                job = under_way.pop(future)
                try:
                    content = future.result()
                except KilledWorker:
                    deaths += 1
                    again.append(job)
                    if deaths > MAX_DEATHS:
                        raise WorkersDied(
                            "the cluster's workers were killed again and again, most likely for "
                            "want of memory. What is done is kept."
                        ) from None
                    continue
                except ImportError as error:
                    raise input_error(
                        f"--on {self._address}", f"careflow can't run on a worker there: {error}"
                    ) from None
                self._keep(job, content)
                told(job.scenario.name, job.replication)
                made += 1
                deaths = 0

    def _submit(self, job: Job) -> "Future[bytes]":
        fingerprint, parcel = job.scenario.fingerprint, self._parcels.of(job.scenario)
        return self._client.submit(
            work, self.orders, fingerprint, parcel, job.replication, pure=False
        )

    def _done(self, under_way: "Mapping[Future[bytes], Job]") -> "Iterable[Future[bytes]]":
        """Those that are done; waits for one at least."""
        from distributed import wait

        while self._is_there():
            try:
                with self._client.as_current():
                    done = wait(list(under_way), PATIENCE_SECONDS, "FIRST_COMPLETED").done
                    return list(done)
            except TimeoutError:
                if not self.workers:
                    raise WorkersDied(
                        f"the cluster at {self._address} has no workers any more. {KEPT_SO_FAR}"
                    ) from None
        raise CancelledError

    def _keep(self, job: Job, content: bytes) -> None:
        """Write what a worker has sent, if it is what was asked for."""
        if not is_replication(content, Identity(job.scenario.fingerprint, job.replication)):
            refuse_other_versions(self._address, self._client)
            raise input_error(
                f"--on {self._address}",
                "a worker has sent something other than the replication it was asked for",
            )
        write_whole(job.path, content)

    def _is_there(self) -> bool:
        return bool(self._client.status == "running")


def _connected(address: str) -> "Client":
    """A client of the scheduler at an address."""
    where = f"--on {address[:100]}"
    if not re.fullmatch(r"(tcp|tls)://[^\s/]+:\d{1,5}", address):
        raise input_error(where, "write a Dask scheduler's address, such as tcp://10.0.0.5:8786")
    try:
        from distributed import Client
    except ImportError:
        raise input_error(
            where, "this needs Dask: install careflow with its extra, careflow[cluster]"
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise input_error(where, f"no Dask scheduler answers there: {error}") from None


def refuse_other_versions(address: str, client: "Client") -> None:
    """Refuse a cluster whose workers would give other numbers than this machine.

    Raises:
        InputError: it has no workers, or the versions of some differ; each difference is named.
    """
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise input_error(f"--on {address}", "this scheduler has no workers") from None
    asked = client.get_versions(packages=["careflow", *DECIDE])
    problems = []
    for worker, there in asked["workers"].items():
        problems += [
            Problem(f"--on {address}", f"the worker {worker} would give other numbers: {said}")
            for said in differences(_versions(there), made_here())
        ]
    if problems:
        raise InputError(problems)


def _versions(there: Mapping[str, Any]) -> dict[str, str]:
    """What a worker says of its versions, as we name them."""
    packages = {name: str(found) for name, found in there["packages"].items() if found}
    careflow = packages.get("careflow", "not")
    return made_with(careflow, {**packages, "python": str(there["host"]["python"])})


_here = threading.local()


def work(order: Orders, fingerprint: str, parcel: Parcel, replication: int) -> bytes:
    """The file of one replication, made on a worker of the cluster."""
    worker = getattr(_here, "worker", None)
    if worker is None or worker.orders != order:
        worker = _here.worker = Worker(order)
    made: bytes = worker.make(fingerprint, lambda: unpacked(parcel), replication)
    return made
