"""What the file of a replication says, as tables: measures, days, journeys and, if kept, logs.

Every table has the columns of the whole file; ``record`` says what its rows are.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from sim.experiment.making.replicate import Replication
from sim.measures.definitions import SERIES
from sim.measures.rows import localities
from sim.measures.series import next_setting
from sim.measures.stays import episodes_of
from sim.measures.stretches import stretches_of
from sim.measures.tasks import jobs_of, tasks_of
from sim.place.words import PATHWAYS

TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("record", TEXT),
        ("measure", TEXT),
        ("setting", TEXT),
        ("locality", TEXT),
        ("group", TEXT),
        ("reason", TEXT),
        ("body", TEXT),
        ("team", TEXT),
        ("part", TEXT),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("day", pa.int32()),
        *((name, pa.float64()) for name in SERIES),
        ("patient", pa.string()),
        ("pathway", TEXT),
        ("wanted", TEXT),
        ("came", TEXT),
        ("next", TEXT),
        ("task", TEXT),
        ("asked_at", pa.float64()),
        ("placed_at", pa.float64()),
        ("admitted_at", pa.float64()),
        ("ready_at", pa.float64()),
        ("arranged_at", pa.float64()),
        ("left_at", pa.float64()),
        ("due_at", pa.float64()),
        ("started_at", pa.float64()),
        ("done_at", pa.float64()),
        ("stay", pa.int32()),
        ("next_stay", pa.int32()),
        ("episode", pa.int32()),
        ("attempt", pa.int32()),
        ("held_from", pa.float64()),
        ("freed_at", pa.float64()),
        ("stopped_at", pa.float64()),
    ]
)
TEXTS = [field.name for field in SCHEMA if field.type in (TEXT, pa.string())]
"""The columns of words."""
CAME = (
    "asked", "turned away", "exchanged", "returned", "found there", "cancelled", "another way on",
    "unwell again", "gave up",
)  # fmt: skip
USUALLY = {"held_from": "placed_at", "freed_at": "left_at", "stopped_at": "placed_at"}
"""Instants of a stay that are written only where they differ from the ones they mostly are."""
EXAMPLES = 12
"""How many people of each pathway have their journeys kept."""


def groups_of_rows(result: Replication, *, keep_logs: bool) -> Iterator[pa.Table]:
    """What is written of a replication, group of rows by group of rows: the measures come first."""
    examples = _examples(result)
    yield _measure_rows(result)
    yield _together(
        [
            _day_rows(result),
            _stay_rows(result, "journey", examples),
            *_task_rows(result, "journey_task", examples),
        ]
    )
    if keep_logs:
        yield _stay_rows(result)
        if tasks := list(_task_rows(result)):
            yield _together(tasks)
        yield _delay_rows(result)


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _table(record: str, rows: int, **columns: object) -> pa.Table:
    """A table of the whole schema, empty but for the columns given."""
    columns["record"] = [record] * rows
    arrays = []
    for field in SCHEMA:
        if field.name not in columns:
            arrays.append(pa.nulls(rows, field.type))
        elif field.type == TEXT:
            arrays.append(pa.array(columns[field.name], pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(columns[field.name], field.type))
    return pa.Table.from_arrays(arrays, names=SCHEMA.names)


def _measure_rows(result: Replication) -> pa.Table:
    rows = result.measured.rows
    names = ("measure", "setting", "team", "locality", "group", "reason", "body", "part")
    words = {name: [getattr(row, name) for row in rows] for name in names}
    return _table(
        "measure",
        len(rows),
        **words,
        numerator=[row.numerator for row in rows],
        denominator=[row.denominator for row in rows],
    )


def _day_rows(result: Replication) -> pa.Table:
    settings = result.run.plan.settings
    days = int(result.run.end)
    series = {
        name: np.where(np.isfinite(values), values, np.nan).ravel()
        for name, values in result.measured.series.items()
    }
    return _table(
        "day",
        len(settings) * days,
        setting=np.repeat(np.array(settings, dtype=object), days),
        day=np.tile(np.arange(days, dtype=np.int32), len(settings)),
        **series,
    )


def _examples(result: Replication) -> np.ndarray:
    """The stays of the people whose journeys are kept, each person's in order.

    Of each pathway the first few who came in the second half of the run (or, if nobody did, in the
    run) and have left acute care by it. Who came is the same in every scenario, so these are mostly
    the same people.
    """
    stays, plan = result.measured.stays, result.run.plan
    of_route = [route.pathway for route in plan.routes]
    is_acute = np.array([setting.acute for setting in plan.place.settings.values()])
    gone = np.isfinite(stays.left_at) & is_acute[stays.setting]
    came = result.run.cohort.arrived_at
    chosen = []
    for name in PATHWAYS:
        takes_it = np.array([*(pathway == name for pathway in of_route), False])
        leavers = stays.person[gone & takes_it[stays.route]]
        for earliest in (result.run.end / 2, 0.0):
            people = np.unique(leavers[came[leavers] > earliest])
            if len(people):
                break
        for person in people[np.argsort(came[people], kind="stable")][:EXAMPLES]:
            mine = np.flatnonzero(stays.person == person)
            chosen.append(mine[np.argsort(stays.admitted_at[mine], kind="stable")])
    return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


def _stay_rows(
    result: Replication, record: str = "stay", rows: np.ndarray | None = None
) -> pa.Table:
    """Stays that began, with everything that the log knows of them."""
    run, stays = result.run, result.measured.stays
    if rows is None:
        rows = np.flatnonzero(np.isfinite(stays.asked_at))
    plan = run.plan
    settings = np.array(plan.settings, dtype=object)
    names = np.array([*plan.names(), ""], dtype=object)
    pathway = np.array([route.pathway or "" for route in plan.routes] + [""], dtype=object)
    instants = {
        name: _or_null(getattr(stays, name)[rows])
        for name in (
            "asked_at", "placed_at", "admitted_at", "ready_at", "arranged_at", "left_at",
        )
    }  # fmt: skip
    instants |= {
        name: _where_other(getattr(stays, name)[rows], getattr(stays, usually)[rows])
        for name, usually in USUALLY.items()
    }
    follows = stays.followed_by[rows]
    places, of_person = localities(run)
    return _table(
        record,
        len(rows),
        patient=_patients(result, stays.person[rows]),
        group=np.array(plan.groups, dtype=object)[stays.group[rows]],
        setting=settings[stays.setting[rows]],
        wanted=settings[stays.wanted[rows]],
        came=np.array(CAME, dtype=object)[stays.came[rows]],
        pathway=pathway[stays.route[rows]],
        next=names[next_setting(run, stays)[rows]],
        locality=np.array(places, dtype=object)[of_person[stays.person[rows]]],
        stay=rows.astype(np.int32),
        next_stay=pa.array(follows.astype(np.int32), mask=follows < 0),
        episode=episodes_of(run, stays)[rows],
        **instants,
    )


def _task_rows(
    result: Replication, record: str = "task", only: np.ndarray | None = None
) -> Iterator[pa.Table]:
    """The tasks that came due in the run: of all stays, or of some only."""
    run, stays = result.run, result.measured.stays
    wanted = np.ones(len(stays.visit), dtype=np.bool_)
    if only is not None:
        wanted[:] = False
        wanted[only] = True
    settings = np.array(run.plan.settings, dtype=object)
    for times in tasks_of(run, stays):
        due = np.flatnonzero((times.due_at < run.end) & wanted[times.stay])
        stay, n = times.stay[due], len(due)
        done = np.where(times.done_at[due] < run.end, times.done_at[due], np.inf)
        if n or only is None:
            yield _table(
                record,
                n,
                patient=_patients(result, stays.person[stay]),
                setting=settings[stays.setting[stay]],
                task=[times.task.name] * n,
                reason=[times.task.reason] * n,
                body=[times.task.body] * n,
                due_at=times.due_at[due],
                started_at=times.due_at[due],
                done_at=_or_null(done),
                stay=stay,
                attempt=np.zeros(n, dtype=np.int32),
            )
    jobs = jobs_of(run, stays)
    rows = np.flatnonzero(wanted[jobs.stay])
    if len(rows):
        tasks, teams = run.plan.tasks, (*run.plan.teams, "")
        of_task, stay = jobs.task[rows].tolist(), jobs.stay[rows]
        yield _table(
            record,
            len(rows),
            patient=_patients(result, stays.person[stay]),
            setting=settings[stays.setting[stay]],
            task=[tasks[number].name for number in of_task],
            team=[teams[number] for number in jobs.team[rows].tolist()],
            reason=[tasks[number].reason for number in of_task],
            body=[tasks[number].body for number in of_task],
            due_at=jobs.due_at[rows],
            started_at=_or_null(jobs.started_at[rows]),
            done_at=_or_null(jobs.done_at[rows]),
            stopped_at=_or_null(jobs.dropped_at[rows]),
            stay=stay,
            attempt=jobs.attempt[rows],
        )


def _delay_rows(result: Replication) -> pa.Table:
    """The stretches of every delay; one that is not over by the end of the run has no end."""
    run, stays = result.run, result.measured.stays
    stretches = stretches_of(run, stays)
    rows = np.flatnonzero(stretches.start < run.end)
    stay, end = stretches.stay[rows], stretches.end[rows]
    causes = [stretches.causes[number] for number in stretches.cause[rows].tolist()]
    return _table(
        "delay",
        len(rows),
        reason=[cause.reason for cause in causes],
        body=[cause.body for cause in causes],
        part=[cause.part for cause in causes],
        task=[cause.step for cause in causes],
        started_at=stretches.start[rows],
        done_at=_or_null(np.where(end < run.end, end, np.inf)),
        stay=stay,
    )


def _patients(result: Replication, person: np.ndarray) -> list[str]:
    """Names that are the same in every scenario: group, day and index within the day."""
    cohort, groups = result.run.cohort, result.run.plan.groups
    return [
        f"{groups[group]}/{day if day >= 0 else f'start {-day}'}/{index}"
        for group, day, index in zip(
            cohort.group[person].tolist(),
            cohort.day[person].tolist(),
            cohort.index[person].tolist(),
            strict=True,
        )
    ]


def _where_other(instants: np.ndarray, usual: np.ndarray) -> pa.Array:
    """Instants that differ from the usual ones; infinite for 'not in this run'."""
    return pa.array(instants, pa.float64(), mask=instants == usual)


def _or_null(instants: np.ndarray) -> pa.Array:
    return pa.array(instants, pa.float64(), mask=~np.isfinite(instants))
