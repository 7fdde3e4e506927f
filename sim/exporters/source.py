"""What is exported: the runs of a results folder, and the log of each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiment.folder.run_tables import USUALLY
from sim.experiment.folder.store import read_records, run_path
from sim.experiment.results import Results, open_results
from sim.measures.definitions import SERIES
from sim.place.problems import did_you_mean, input_error, one_of

STAY_COLUMNS = (
    "stay", "next_stay", "episode", "patient", "group", "locality", "setting", "wanted", "came",
    "pathway", "next", "asked_at", "placed_at", "held_from", "admitted_at", "ready_at",
    "arranged_at", "left_at", "freed_at", "stopped_at",
)  # fmt: skip
TASK_COLUMNS = (
    "stay", "patient", "setting", "task", "team", "reason", "body", "attempt", "due_at",
    "started_at", "done_at", "stopped_at",
)  # fmt: skip
DELAY_COLUMNS = ("stay", "reason", "body", "part", "task", "started_at", "done_at")
NEAR = 1e-6
"""Days (a tenth of a second) by which instants that are the same may differ when added up."""


@dataclass(frozen=True)
class RunFile:
    """One replication of one scenario: whose log is read when it is wanted."""

    scenario: str
    replication: int
    path: Path
    end: float
    """Days from the start to the end of the run, warm-up included."""

    def stays(self) -> pd.DataFrame:
        """The stays that began, in the order of the log; instants in days, NaN for 'not in this
        run'."""
        stays = self._read("stay", STAY_COLUMNS)
        for name, usually in USUALLY.items():
            stays[name] = stays[name].fillna(stays[usually])
        stays = self._within_run(stays)
        stays["stay"] = stays["stay"].astype(np.int64)
        return stays

    def tasks(self, stays: pd.DataFrame) -> pd.DataFrame:
        """Each time that a task came due, in the order of the log.

        A task whose person left before it was done, by another way than planned, was stopped then.
        """
        tasks = self._within_run(self._read("task", TASK_COLUMNS))
        tasks["stay"] = tasks["stay"].astype(np.int64)
        left_at = tasks["stay"].map(stays.set_index("stay")["left_at"])
        tasks = tasks[~(tasks["due_at"] > left_at + NEAR)].copy()
        left_at = left_at[tasks.index]
        is_late = ~(tasks["done_at"] <= left_at + NEAR) & left_at.notna()
        tasks["stopped_at"] = tasks["stopped_at"].fillna(left_at.where(is_late))
        tasks["done_at"] = tasks["done_at"].where(~is_late).clip(upper=left_at.fillna(self.end))
        tasks["started_at"] = tasks["started_at"].where(~(tasks["started_at"] > left_at))
        return tasks.reset_index(drop=True)

    def delays(self) -> pd.DataFrame:
        """The stretches of every delay, one that is not over going on to the end of the run."""
        delays = self._read("delay", DELAY_COLUMNS)
        delays["stay"] = delays["stay"].astype(np.int64)
        delays["done_at"] = delays["done_at"].fillna(self.end).clip(upper=self.end)
        return delays

    def days(self) -> pd.DataFrame:
        """The means of each day, by setting."""
        return self._read("day", ("setting", "day", *SERIES))

    def _read(self, record: str, columns: tuple[str, ...]) -> pd.DataFrame:
        try:
            table = read_records(self.path, record, list(columns))
        except KeyError as error:
            raise input_error(
                self.path,
                f"has no {str(error.args[0])[:60]}: it was made by an earlier version; run the "
                "experiment again into a new folder",
            ) from None
        frame: pd.DataFrame = table.to_pandas(strings_to_categorical=False)
        for name in frame.columns:
            if isinstance(frame[name].dtype, pd.CategoricalDtype) or name == "patient":
                frame[name] = frame[name].astype(object)
                frame[name] = frame[name].where(frame[name].notna() & (frame[name] != ""), None)
        return frame

    def _within_run(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Instants that lie after the end of the run have not happened in it."""
        for name in frame.columns:
            if name.endswith(("_at", "_from")):
                frame[name] = frame[name].where(frame[name] < self.end)
        return frame


@dataclass(frozen=True)
class Source:
    """A results folder, and the runs of it that are exported."""

    results: Results
    runs: tuple[RunFile, ...]

    @property
    def has_logs(self) -> bool:
        """Whether the experiment kept who was where when."""
        return bool(self.results.manifest["keep"] == "logs")

    @property
    def scenarios(self) -> list[str]:
        """The scenarios exported, in the order of the experiment."""
        return list(dict.fromkeys(run.scenario for run in self.runs))

    def only_run(self) -> RunFile:
        """The one run of an event log."""
        (run,) = self.runs
        return run


def open_source(folder: Path, scenario: str | None, replication: int | None) -> Source:
    """A results folder with every run, or those of one scenario, or of one replication.

    Raises:
        InputError: not a whole results folder, no such scenario, or no such replication.
    """
    results = open_results(folder)
    return Source(results, tuple(_runs(results, scenario, replication)))


def open_one_run(folder: Path, scenario: str | None, replication: int | None) -> Source:
    """A results folder with one run: of the first scenario and replication if none is named.

    Raises:
        InputError: as ``open_source``, or the logs were not kept.
    """
    source = open_source(folder, scenario, replication or 0)
    source = Source(source.results, source.runs[:1])
    need_logs(source)
    return source


def _runs(results: Results, scenario: str | None, replication: int | None) -> Iterator[RunFile]:
    manifest, slugs = results.manifest, results.slugs
    if scenario is not None and scenario not in slugs:
        raise input_error(
            "--scenario",
            f"no scenario {scenario!r} here{did_you_mean(scenario, slugs)}; "
            f"allowed: {one_of(slugs)}",
        )
    names = list(slugs) if scenario is None else [scenario]
    last = min(results.replications[name] for name in names) - 1
    if replication is not None and not 0 <= replication <= last:
        raise input_error(
            "--replication", f"no replication {replication} here; they are numbered 0 to {last}"
        )
    end = float(manifest["warm_up"] + manifest["days"])
    for name in names:
        for number in range(results.replications[name]) if replication is None else (replication,):
            yield RunFile(name, number, run_path(results.folder, slugs[name], number), end)


def need_logs(source: Source) -> None:
    """Refuse results that hold no log of who was where when.

    Raises:
        InputError: the experiment did not keep its logs.
    """
    if not source.has_logs:
        raise input_error(source.results.folder, how_to_keep_logs(source))


def how_to_keep_logs(source: Source) -> str:
    """What to add to the experiment, and how to run it again."""
    file = source.results.manifest["file"]
    return (
        "who was where when was not kept in this run. Add the line 'keep: logs' to the "
        f"experiment ({file}) and run it again into a new folder: "
        f"careflow run {file} --out results/with-logs"
    )
