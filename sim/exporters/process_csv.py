"""Event logs as CSV: the columns that vidigi, pm4py and bupaR expect."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from sim.exporters.events import EventLog, event_log, in_cases
from sim.exporters.output import new_file
from sim.exporters.source import open_one_run
from sim.exporters.words import clock_texts, guarded

MINUTES_PER_DAY = 1440
VIDIGI_COLUMNS = (
    "entity_id", "pathway", "event_type", "event", "time", "resource_id", "patient", "group",
)  # fmt: skip
NO_PATHWAY = "none"
_END = 3


def export_pm4py(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write the events of a run in the columns of pm4py; returns what to say of it.

    Raises:
        InputError: not a results folder, its logs were not kept, no such run, or something is
            there.
    """
    log = event_log(open_one_run(folder, scenario, replication))
    events, cases = log.events, log.cases.iloc[log.events["case"]]
    times = clock_texts(events["time"].to_numpy(), "ms", "T")
    table = {
        "case:concept:name": cases["name"],
        "concept:name": events["activity"],
        "time:timestamp": [f"{time}+00:00" for time in times],
        "lifecycle:transition": events["transition"],
        "org:resource": events["resource"],
        "org:group": events["organisation"],
        "concept:instance": events["instance"],
        "kind": events["kind"],
        "setting": events["setting"],
        "reason": events["reason"],
        "case:patient": cases["patient"],
        "case:group": cases["group"],
        "case:locality": cases["locality"],
        "case:pathway": cases["pathway"],
    }
    return _write(folder, out, "pm4py.csv", replace, table, _cases_and_events(log))


def export_bupar(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write the events of a run in the columns of bupaR; returns what to say of it.

    Raises:
        InputError: as ``export_pm4py``.
    """
    log = event_log(open_one_run(folder, scenario, replication))
    events, cases = log.events, log.cases.iloc[log.events["case"]]
    table = {
        "case_id": cases["name"],
        "activity": events["activity"],
        "activity_instance_id": events["instance"],
        "lifecycle": events["transition"],
        "timestamp": clock_texts(events["time"].to_numpy(), "ms"),
        "resource": events["resource"],
        "organisation": events["organisation"],
        "kind": events["kind"],
        "setting": events["setting"],
        "reason": events["reason"],
        "patient": cases["patient"],
        "group": cases["group"],
        "locality": cases["locality"],
        "pathway": cases["pathway"],
    }
    return _write(folder, out, "bupar.csv", replace, table, _cases_and_events(log))


def export_vidigi(
    folder: Path, out: Path | None, scenario: str | None, replication: int | None, replace: bool
) -> list[str]:
    """Write who is where in a run in the columns of vidigi; returns what to say of it.

    Raises:
        InputError: as ``export_pm4py``.
    """
    source = open_one_run(folder, scenario, replication)
    run = source.only_run()
    events = _moves(in_cases(run.stays()))
    table = {name: events[name] for name in VIDIGI_COLUMNS}
    table["run_number"] = pd.Series(run.replication, index=events.index)
    said = f"{events['entity_id'].nunique()} people, {len(events)} events; time is in minutes"
    return _write(folder, out, "vidigi.csv", replace, table, said)


def _moves(stays: pd.DataFrame) -> pd.DataFrame:
    """The moves of people as vidigi draws them: each is in one place at a time.

    Somebody who waits for the next setting is still in the space of the one before, so only those
    at the front door are in a queue. Columns as vidigi names them; entities are cases, from 1.
    """
    stays = stays.sort_values("position")
    inside = set(stays["next_stay"].dropna().astype(int).tolist())
    from_inside = stays["stay"].isin(inside) | (stays["came"] == "gave up")
    at_door = ~from_inside
    came = stays["came"] == "found there"
    arrives = stays["asked_at"].where(~came, stays["admitted_at"]).where(at_door)
    gone = stays["left_at"].where(stays["next_stay"].isna())
    turned_away = stays["asked_at"].where(stays["came"] == "turned away")
    cancelled = stays["stopped_at"].where(stays["came"] == "cancelled")
    queues = arrives.where(~came & turned_away.isna())
    used, left = stays["admitted_at"], stays["left_at"]
    parts = [
        _rows(stays, 0, "arrival_departure", "arrival", arrives),
        _rows(stays, 1, "queue", "waits for " + stays["wanted"], queues),
        _rows(stays, 2, "resource_use", stays["setting"], used),
        _rows(stays, _END, "resource_use_end", "leaves " + stays["setting"], left),
        _rows(stays, 4, "arrival_departure", "depart", gone.fillna(turned_away).fillna(cancelled)),
    ]
    events = pd.concat(parts, ignore_index=True)
    events = events[events["days"].notna()]
    # Whoever gives a space up at an instant does so before it is given to somebody else.
    is_end = (events["turn"] == _END) & (events["days"] > events["since"])
    order = np.lexsort((events["turn"], events["position"], ~is_end, events["days"]))
    events = events.iloc[order].reset_index(drop=True)
    events["time"] = (events["days"].clip(lower=0.0) * MINUTES_PER_DAY).round(4)
    pathway = _last_pathway(stays)
    events["pathway"] = events["entity_id"].map(pathway).fillna(NO_PATHWAY)
    return events


def _rows(
    stays: pd.DataFrame, turn: int, kind: str, event: str | pd.Series, days: pd.Series
) -> pd.DataFrame:
    uses = kind.startswith("resource_use")
    return pd.DataFrame(
        {
            "entity_id": stays["case"] + 1,
            "position": stays["position"],
            "turn": turn,
            "event_type": kind,
            "event": event,
            "days": days,
            "since": stays["admitted_at"],
            "resource_id": (stays["space"] if uses else pd.Series(0, index=stays.index))
            .replace(0, pd.NA)
            .astype("Int64"),
            "patient": stays["patient"],
            "group": stays["group"],
        }
    )


def _last_pathway(stays: pd.DataFrame) -> pd.Series:
    """The last pathway of each entity."""
    known = stays[stays["pathway"].notna()]
    return known.groupby(known["case"] + 1)["pathway"].last()


def _cases_and_events(log: EventLog) -> str:
    return f"{len(log.cases)} cases, {len(log.events)} events"


def _write(
    folder: Path,
    out: Path | None,
    name: str,
    replace: bool,
    columns: Mapping[str, object],
    said: str,
) -> list[str]:
    """Write a table as CSV for programs: UTF-8 without a mark, no text that could be a formula."""
    table = pd.DataFrame({key: np.asarray(values, dtype=object) for key, values in columns.items()})
    for key in table.columns:
        table[key] = [guarded(each) if isinstance(each, str) else each for each in table[key]]
    with new_file(folder, out, name, (".csv",), replace) as (path, partial):
        table.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
    return [f"{said}: {path}"]
