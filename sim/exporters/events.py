"""The log of one run as events of cases: what process mining reads.

A case is one time of a person in the place, from coming to leaving it for an exit; somebody who is
readmitted begins another. What happens to a case are *activities*, each told by its transitions of
the standard life cycle (XES): a stay in a setting is scheduled when its space is asked for, started
on admission and completed on leaving; a task is scheduled when due, started and completed. What is
given up is withdrawn, or aborted if it was begun. Being ready to leave a setting, and leaving by an
exit, are activities of one instant.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from sim.exporters.source import RunFile, Source
from sim.exporters.spaces import number_spaces
from sim.exporters.words import instants

SCHEDULE, START, COMPLETE, WITHDRAW, ABORT = (
    "schedule", "start", "complete", "withdraw", "ate_abort",
)  # fmt: skip
"""Transitions of the standard life cycle of XES that are used."""
CAME_BY_ASKING = ("asked", "exchanged", "turned away", "cancelled", "gave up")
NEVER_CAME = ("turned away", "cancelled", "gave up")

_COMES, _READY, _TASK, _LEAVES, _EXITS = range(5)
"""What comes first of the events of one stay that fall on one instant."""


@dataclass(frozen=True)
class EventLog:
    """The cases and events of one run.

    ``cases`` has a row for each case, in order of coming: case, patient, episode, group, locality,
    pathway. ``events`` has a row for each event, case by case, in time: case (its row), activity,
    transition, time, days (since the start), kind (stay, ready, exit or task), stay, task (their
    numbers in the run), setting, space, team, resource, organisation, reason, instance.
    """

    source: Source
    run: RunFile
    cases: pd.DataFrame
    events: pd.DataFrame
    stays: pd.DataFrame
    tasks: pd.DataFrame

    @property
    def start(self) -> date:
        """The date on which the run starts."""
        return date.fromisoformat(self.source.results.manifest["start_date"])


def event_log(source: Source) -> EventLog:
    """The events of the one run of a source."""
    run = source.only_run()
    stays = in_cases(run.stays())
    tasks = run.tasks(stays)
    cases = _cases(stays)
    events = pd.concat([*_stay_events(stays), *_task_events(stays, tasks)], ignore_index=True)
    events = events[events["days"].notna()]
    order = np.lexsort(
        (
            events["turn"], events["instance_order"], events["stage"], events["position"],
            events["days"], events["case"],
        )
    )  # fmt: skip
    events = events.iloc[order].reset_index(drop=True)
    manifest = source.results.manifest
    start = date.fromisoformat(manifest["start_date"])
    events["time"] = instants(start, events["days"])
    return EventLog(source, run, cases, _with_owners(events, manifest), stays, tasks)


def in_cases(stays: pd.DataFrame) -> pd.DataFrame:
    """Stays with their case (numbered from 0 in order of coming), place in it, and space."""
    stays = stays.copy()
    stays["space"] = number_spaces(stays)
    key = stays["patient"] + "\n" + stays["episode"].astype(str)
    came_at = stays["asked_at"].groupby(key).transform("min")
    order = np.lexsort((stays["episode"], stays["patient"], came_at))
    number = pd.Series(pd.factorize(key.iloc[order])[0], index=stays.index[order])
    stays["case"] = number.reindex(stays.index)
    turn = np.lexsort((stays["stay"], stays["asked_at"], stays["case"]))
    stays["position"] = pd.Series(np.arange(len(stays)), index=stays.index[turn])
    return stays


def _cases(stays: pd.DataFrame) -> pd.DataFrame:
    """One row for each case; its pathway is the last that it took."""
    in_turn = stays.sort_values("position").groupby("case", sort=True)
    cases = in_turn[["patient", "episode", "group", "locality", "pathway"]].last()
    again = " #" + cases["episode"].astype(str)
    cases.insert(0, "name", cases["patient"] + again.where(cases["episode"] > 1, ""))
    return cases.reset_index()


def _stay_events(stays: pd.DataFrame) -> list[pd.DataFrame]:
    """Asking, coming, being ready, leaving, and leaving the place."""
    has_asked = stays["came"].isin(CAME_BY_ASKING)
    never_came = stays["came"].isin(NEVER_CAME)
    turned_away = stays["came"] == "turned away"
    given_up = stays["stopped_at"].where(~turned_away, stays["asked_at"]).where(never_came)
    wanted = stays["wanted"].where(never_came, stays["setting"])
    stays = stays.assign(setting=wanted)
    leaves_place = stays["next_stay"].isna() & stays["next"].notna()
    stay = stays["setting"]
    return [
        _events(stays, "stay", _COMES, 0, stay, SCHEDULE, stays["asked_at"].where(has_asked)),
        _events(stays, "stay", _COMES, 1, stay, START, stays["admitted_at"]),
        _events(stays, "ready", _READY, 0, "ready to leave " + stay, COMPLETE, stays["ready_at"]),
        _events(stays, "stay", _LEAVES, 0, stay, COMPLETE, stays["left_at"]),
        _events(stays, "stay", _LEAVES, 1, stay, WITHDRAW, given_up),
        _events(stays, "exit", _EXITS, 0, "exit: " + stays["next"].fillna(""), COMPLETE,
                stays["left_at"].where(leaves_place)),
    ]  # fmt: skip


def _task_events(stays: pd.DataFrame, tasks: pd.DataFrame) -> list[pd.DataFrame]:
    """Tasks due, started, done, or dropped."""
    of_stay = stays.set_index("stay")[["case", "position"]]
    table = tasks.join(of_stay, on="stay")
    table["number"] = np.arange(len(table))
    table["space"] = 0
    dropped = table["stopped_at"].where(table["done_at"].isna())
    begun = table["started_at"].notna()
    name = table["task"]
    return [
        _events(table, "task", _TASK, 0, name, SCHEDULE, table["due_at"]),
        _events(table, "task", _TASK, 1, name, START, table["started_at"]),
        _events(table, "task", _TASK, 2, name, COMPLETE, table["done_at"]),
        _events(table, "task", _TASK, 3, name, WITHDRAW, dropped.where(~begun)),
        _events(table, "task", _TASK, 4, name, ABORT, dropped.where(begun)),
    ]


def _events(
    rows: pd.DataFrame,
    kind: str,
    stage: int,
    turn: int,
    activity: pd.Series,
    transition: str,
    days: pd.Series,
) -> pd.DataFrame:
    """One event for each row; those with no instant did not happen."""
    is_task = kind == "task"
    return pd.DataFrame(
        {
            "case": rows["case"],
            "position": rows["position"],
            "stage": stage,
            "turn": turn,
            "instance_order": rows["number"] if is_task else 0,
            "activity": activity,
            "transition": transition,
            "days": days,
            "kind": kind,
            "stay": rows["stay"],
            "task": rows["number"] if is_task else -1,
            "setting": rows["setting"],
            "space": rows["space"],
            "team": rows["team"] if is_task else None,
            "reason": rows["reason"] if is_task else None,
        }
    )


def _with_owners(events: pd.DataFrame, manifest: dict[str, Any]) -> pd.DataFrame:
    """Events with who had them done (a space or a team), whose that is, and their instance."""
    runs_setting = {each["setting"]: each["organisation"] for each in manifest["settings"]}
    runs_team = {each["team"]: each["organisation"] for each in manifest["teams"]}
    is_task = events["kind"] == "task"
    space = events["setting"] + " " + events["space"].astype(str)
    space = space.where((events["kind"] == "stay") & (events["space"] > 0))
    events["resource"] = events["team"].where(is_task, space)
    of_setting = events["setting"].map(runs_setting)
    events["organisation"] = events["team"].map(runs_team).where(is_task, of_setting)
    of_stay = events["kind"] + " " + events["stay"].astype(str)
    events["instance"] = of_stay.where(~is_task, "task " + events["task"].astype(str))
    return events.drop(columns=["position", "stage", "turn", "instance_order"])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, as column → value."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
