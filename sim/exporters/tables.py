"""The tables that are exported as CSV, Parquet and sheets: their columns, and what each means."""

from dataclasses import dataclass
from typing import Literal

from sim.measures.definitions import SERIES

Kind = Literal["text", "whole", "number", "yes/no", "date", "date-time"]
Role = Literal["fact", "dimension", "result"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, and what it means."""

    name: str
    kind: Kind
    meaning: str


@dataclass(frozen=True)
class Table:
    """One table: a fact has a row for each thing that happened, a dimension for each thing."""

    name: str
    role: Role
    about: str
    columns: tuple[Column, ...]
    from_logs: bool = False
    """Whether it can be made only of an experiment that keeps its logs."""

    @property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]


def _columns(*rows: tuple[str, Kind, str]) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


_RUN = _columns(
    ("scenario", "text", "The scenario, as in the table of scenarios."),
    ("replication", "whole", "The replication, numbered from 0; the same people in each scenario."),
)
_RESULT = _columns(
    ("measure", "text", "The measure, as in the table of measures."),
    ("title", "text", "The measure in words."),
    ("unit", "text", "Its unit."),
    ("setting", "text", "The setting; empty for the whole place."),
    ("team", "text", "The team, for measures of a team."),
    ("locality", "text", "The locality; empty for all."),
    ("group", "text", "The group of patients; empty for all."),
    ("reason", "text", "The delay reason; empty for all."),
    ("body", "text", "The responsible body; empty for all."),
    ("part", "text", "Which part of the measure, where it has parts."),
)
_INTERVAL = _columns(
    ("low", "number", "Lower end of the 95% interval."),
    ("high", "number", "Upper end of the 95% interval."),
)
_MEANING_OF_SERIES = {
    "occupied": "Mean number of people physically there.",
    "reserved": "Mean number of spaces held for people on their way.",
    "capacity": "Mean number of spaces open; empty where there is no limit.",
    "waiting": "Mean number waiting for a space in it, wherever they wait.",
    "delayed": "Mean number of people there who are past ready.",
    "delayed_process": "Of these, while something is arranged or the next is not admitting.",
    "delayed_capacity": "Of these, while the next setting has no space.",
    "delayed_handover": "Of these, while they are handed over.",
}

TABLES: tuple[Table, ...] = (
    Table(
        "stays", "fact", "One row for each stay of somebody in a setting, or each time that they "
        "asked for one in vain; the warm-up included.",
        _columns(("stay_id", "whole", "Number of the stay; of no meaning but to join tables."))
        + _RUN
        + _columns(
            ("patient", "text", "group/day/number; the same person in every scenario."),
            ("episode", "whole", "1, or one more after each readmission."),
            ("next_stay_id", "whole", "The stay in which the person goes on."),
            ("group", "text", "The group of patients."),
            ("locality", "text", "Where the person lives."),
            ("setting", "text", "Where the person was."),
            ("setting_asked_for", "text", "The setting asked for; another for an outlier."),
            ("came", "text", "How the stay began: asked, found there, returned, exchanged, another "
             "way on, unwell again; or never did: turned away, cancelled, gave up."),
            ("pathway", "text", "P0 to P3, of the way on from here."),
            ("next_setting", "text", "The setting or exit to which the way on leads."),
            ("space", "whole", "Number of the space; empty if the person never had one."),
            ("asked_at", "date-time", "When a space was asked for."),
            ("placed_at", "date-time", "When a space was found."),
            ("admitted_at", "date-time", "When the person came in."),
            ("ready_at", "date-time", "When the person was ready to leave."),
            ("arranged_at", "date-time", "When all was arranged for the way on."),
            ("left_at", "date-time", "When the person left; empty if still there at the end."),
            ("stopped_at", "date-time", "When the space was no longer waited for: found, or "
             "given up."),
            ("asked_date", "date", "The date of asked_at."),
            ("admitted_date", "date", "The date of admitted_at."),
            ("ready_date", "date", "The date of ready_at."),
            ("left_date", "date", "The date of left_at."),
            ("wait_days", "number", "Days from asking to a space found."),
            ("stay_days", "number", "Days there, up to the end of the run; for people there "
             "at the start, from when they came."),
            ("delay_days", "number", "Days past ready, up to the end of the run."),
        ),
        from_logs=True,
    ),
    Table(
        "tasks", "fact", "One row for each time that a task of somebody's way on came due.",
        _columns(
            ("task_id", "whole", "Number of the task; of no meaning but to tell rows apart."),
            ("stay_id", "whole", "The stay during which it came due."),
        )
        + _RUN
        + _columns(
            ("patient", "text", "group/day/number."),
            ("setting", "text", "Where the person was."),
            ("task", "text", "What is done."),
            ("team", "text", "Who does it; empty where time just passes."),
            ("reason", "text", "The delay reason while it is not done."),
            ("body", "text", "Who answers for it."),
            ("attempt", "whole", "0 the first time, 1 when it is done again, and so on."),
            ("due_at", "date-time", "When it could be started."),
            ("started_at", "date-time", "When work on it began."),
            ("done_at", "date-time", "When it was done; empty if not by the end of the run."),
            ("stopped_at", "date-time", "When it was dropped, as nobody wanted it any longer."),
            ("due_date", "date", "The date of due_at."),
            ("done_date", "date", "The date of done_at."),
            ("wait_days", "number", "Days from due to started."),
            ("work_days", "number", "Days from started to done, nights off included."),
        ),
        from_logs=True,
    ),
    Table(
        "delays", "fact", "One row for each stretch of somebody's delay that has one reason. The "
        "stretches of a stay follow one another from ready to left and add up to its delay_days.",
        _columns(("stay_id", "whole", "The stay that was delayed."))
        + _RUN
        + _columns(
            ("patient", "text", "group/day/number."),
            ("setting", "text", "Where the person waited."),
            ("reason", "text", "NHS England's delay reason."),
            ("body", "text", "The responsible body."),
            ("part", "text", "process, capacity or hand-over."),
            ("step", "text", "The task, or what was waited for."),
            ("started_at", "date-time", "From when."),
            ("ended_at", "date-time", "To when; the end of the run if it was not over."),
            ("started_date", "date", "The date of started_at."),
            ("days", "number", "How long, in days."),
        ),
        from_logs=True,
    ),
    Table(
        "daily", "fact", "One row for each setting and day of each run: means over the day.",
        _RUN
        + _columns(
            ("setting", "text", "The setting."),
            ("date", "date", "The day."),
            *((name, "number", _MEANING_OF_SERIES[name]) for name in SERIES),
        ),
    ),
    Table(
        "scenarios", "dimension", "The scenarios, in the order of the experiment.",
        _columns(
            ("scenario", "text", "Its name."),
            ("order", "whole", "Its turn, from 1."),
            ("baseline", "text", "The scenario it is compared with; empty for the first."),
            ("levers", "text", "The names of its levers."),
            ("lever_titles", "text", "What they do, in words."),
            ("fingerprint", "text", "Stands for the place with these levers, the days and seed."),
        ),
    ),
    Table(
        "settings", "dimension", "The settings, and the exits, which are places to go as well.",
        _columns(
            ("setting", "text", "Its name in the place's file."),
            ("name", "text", "Its name in reports."),
            ("kind", "text", "setting or exit."),
            ("organisation", "text", "Who runs it."),
            ("body", "text", "Who answers for it."),
            ("locality", "text", "The part of the place that it serves."),
            ("is_acute", "yes/no", "Whether its delays count in the place's."),
        ),
    ),
    Table(
        "groups", "dimension", "The groups of patients.",
        _columns(
            ("group", "text", "Its name in the place's file."),
            ("name", "text", "Its name in reports."),
            ("locality", "text", "Where its people come from, if it is one locality."),
        ),
    ),
    Table(
        "teams", "dimension", "Who does the tasks.",
        _columns(
            ("team", "text", "Its name in the place's file."),
            ("name", "text", "Its name in reports."),
            ("organisation", "text", "Whose it is."),
            ("body", "text", "Who answers for it."),
            ("locality", "text", "The part of the place that it serves."),
            ("is_panel", "yes/no", "Whether it decides at meetings."),
        ),
    ),
    Table(
        "pathways", "dimension", "England's discharge pathways.",
        _columns(("pathway", "text", "P0 to P3."), ("name", "text", "What it means.")),
    ),
    Table(
        "reasons", "dimension", "NHS England's delay reasons, and three of our own.",
        _columns(
            ("reason", "text", "Its code."),
            ("title", "text", "Its national title."),
            ("reason_group", "text", "Which of the five groups it is in."),
            ("body", "text", "Who usually answers for it."),
            ("older_code", "text", "The code A to O of the return that ended in 2020."),
        ),
    ),
    Table(
        "organisations", "dimension", "Who runs settings and teams.",
        _columns(
            ("organisation", "text", "Its name in the place's file."),
            ("name", "text", "Its full name."),
            ("body", "text", "NHS, social care, or both."),
        ),
    ),
    Table(
        "dates", "dimension", "Every date from the first that a row names to the last.",
        _columns(
            ("date", "date", "The date."),
            ("year", "whole", "Its year."),
            ("month", "whole", "Its month, 1 to 12."),
            ("day", "whole", "Its day of the month."),
            ("iso_week", "whole", "The number of its week, which begins on a Monday."),
            ("weekday", "text", "mon to sun."),
            ("weekday_number", "whole", "1 (Monday) to 7."),
            ("is_weekend", "yes/no", "Saturday or Sunday."),
            ("is_bank_holiday", "yes/no", "A bank holiday in England."),
            ("bank_holiday", "text", "Which."),
            ("day_of_run", "whole", "0 for the place's start date."),
            ("is_measured", "yes/no", "In the days that are measured: not in the warm-up."),
        ),
    ),
    Table(
        "measures", "dimension", "What each measure means.",
        _columns(
            ("measure", "text", "Its name."),
            ("title", "text", "In words."),
            ("unit", "text", "Its unit."),
            ("of", "text", "setting, team or place."),
            ("better", "text", "Which way is better: lower or higher."),
            ("meaning", "text", "What it is, exactly."),
        ),
    ),
    Table(
        "summary", "result", "Every measure of every scenario.",
        (_RUN[0], *_RESULT, *_columns(("mean", "number", "The mean over replications.")),
         *_INTERVAL, *_columns(("replications", "whole", "How many."))),
    ),
    Table(
        "comparison", "result", "Every measure's difference from the scenario's baseline.",
        (
            _RUN[0],
            *_columns(("baseline", "text", "The scenario that it is compared with.")),
            *_RESULT,
            *_columns(("difference", "number", "The mean paired difference; below 0 is less.")),
            *_INTERVAL,
            *_columns(
                ("share_better", "number", "Share of replications in which it did better."),
                ("better", "text", "Which way is better: lower or higher."),
                ("replications", "whole", "How many."),
                ("p_value", "number", "How often chance alone would make one as large."),
                ("p_holm", "number", "The same, corrected by Holm over the scenarios compared."),
            ),
        ),
    ),
)  # fmt: skip

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
