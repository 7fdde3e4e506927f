"""The facts of one run: stays, tasks, delays and days as tables of ``tables.py``."""

from datetime import date

import numpy as np
import pandas as pd

from sim.exporters.source import RunFile
from sim.exporters.spaces import number_spaces
from sim.exporters.tables import BY_NAME
from sim.exporters.words import instants
from sim.measures.definitions import SERIES

Frames = dict[str, pd.DataFrame]


def logged_facts(run: RunFile, start: date, first_stay: int, first_task: int) -> Frames:
    """Stays, tasks and delays of a run, numbered from ``first_stay`` and ``first_task`` on."""
    stays = run.stays()
    return {
        "stays": _stays(run, stays, start, first_stay),
        "tasks": _tasks(run, run.tasks(stays), start, first_stay, first_task),
        "delays": _delays(run, stays, start, first_stay),
    }


def daily_facts(run: RunFile, start: date) -> pd.DataFrame:
    """The means of each day of a run, by setting."""
    days = run.days()
    table = _of_run(run, len(days)) | {"setting": days["setting"]}
    table["date"] = _dates(start, days["day"])
    for name in SERIES:
        table[name] = days[name]
    return _framed("daily", table)


def _stays(run: RunFile, stays: pd.DataFrame, start: date, first: int) -> pd.DataFrame:
    number = number_spaces(stays)
    table = _of_run(run, len(stays)) | {
        "stay_id": stays["stay"] + first,
        "next_stay_id": (stays["next_stay"] + first).astype("Int64"),
        "setting_asked_for": stays["wanted"],
        "next_setting": stays["next"],
        "space": number.where(number > 0).astype("Int64"),
    }
    for name in ("patient", "episode", "group", "locality", "setting", "came", "pathway"):
        table[name] = stays[name]
    for name in (
        "asked_at", "placed_at", "admitted_at", "ready_at", "arranged_at", "left_at", "stopped_at",
    ):  # fmt: skip
        table[name] = instants(start, stays[name])
    for name in ("asked", "admitted", "ready", "left"):
        table[f"{name}_date"] = _dates(start, stays[f"{name}_at"])
    table["wait_days"] = stays["placed_at"] - stays["asked_at"]
    left = stays["left_at"].fillna(run.end)
    table["stay_days"] = left - stays["admitted_at"]
    table["delay_days"] = left - stays["ready_at"]
    return _framed("stays", table)


def _tasks(
    run: RunFile, tasks: pd.DataFrame, start: date, first_stay: int, first_task: int
) -> pd.DataFrame:
    table = _of_run(run, len(tasks)) | {
        "task_id": np.arange(len(tasks)) + first_task,
        "stay_id": tasks["stay"] + first_stay,
    }
    for name in ("patient", "setting", "task", "team", "reason", "body", "attempt"):
        table[name] = tasks[name]
    for name in ("due_at", "started_at", "done_at", "stopped_at"):
        table[name] = instants(start, tasks[name])
    for name in ("due", "done"):
        table[f"{name}_date"] = _dates(start, tasks[f"{name}_at"])
    table["wait_days"] = tasks["started_at"] - tasks["due_at"]
    table["work_days"] = tasks["done_at"] - tasks["started_at"]
    return _framed("tasks", table)


def _delays(run: RunFile, stays: pd.DataFrame, start: date, first: int) -> pd.DataFrame:
    delays = run.delays()
    table = _of_run(run, len(delays)) | {
        "stay_id": delays["stay"] + first,
        "step": delays["task"],
        "started_at": instants(start, delays["started_at"]),
        "ended_at": instants(start, delays["done_at"]),
        "started_date": _dates(start, delays["started_at"]),
        "days": delays["done_at"] - delays["started_at"],
    }
    for name in ("reason", "body", "part"):
        table[name] = delays[name]
    for name in ("patient", "setting"):
        table[name] = delays["stay"].map(stays.set_index("stay")[name])
    return _framed("delays", table)


def _of_run(run: RunFile, rows: int) -> dict[str, object]:
    return {"scenario": [run.scenario] * rows, "replication": np.full(rows, run.replication)}


def _dates(start: date, days: pd.Series) -> pd.Series:
    """The date on which each instant falls, at its midnight."""
    found = instants(start, days).astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(found, index=days.index)


def _framed(name: str, table: dict[str, object]) -> pd.DataFrame:
    """The columns of a table in their order."""
    return pd.DataFrame({column: table[column] for column in BY_NAME[name].names})
