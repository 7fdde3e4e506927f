"""Every table of the exported runs, one run after another, so that one is in memory at a time."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from typing import Protocol

import pandas as pd

from sim.exporters.dimensions import Seen, dimensions
from sim.exporters.facts import daily_facts, logged_facts
from sim.exporters.figures import figures
from sim.exporters.source import Source
from sim.exporters.tables import BY_NAME, TABLES, Table


class TableWriter(Protocol):
    """What takes the rows of one table, a part at a time."""

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows; the columns are those of the table's definition."""
        ...

    def close(self) -> None:
        """No more rows."""
        ...


def write_everything(source: Source, begin: Callable[[Table], TableWriter]) -> list[Table]:
    """Write every table that the results can give; returns them."""
    start = date.fromisoformat(source.results.manifest["start_date"])
    seen = Seen()
    wanted = [table for table in TABLES if source.has_logs or not table.from_logs]
    with ExitStack() as stack:
        writers = {}
        for table in wanted:
            if table.role == "fact":
                writers[table.name] = begin(table)
                stack.callback(writers[table.name].close)
        first_stay = first_task = 0
        for run in source.runs:
            facts = {"daily": daily_facts(run, start)}
            if source.has_logs:
                facts |= logged_facts(run, start, first_stay, first_task)
                first_stay = _after(facts["stays"]["stay_id"], first_stay)
                first_task = _after(facts["tasks"]["task_id"], first_task)
            for name, frame in facts.items():
                seen.add(frame)
                writers[name].write(frame)
    for name, frame in (dimensions(source, seen) | figures(source)).items():
        writer = begin(BY_NAME[name])
        writer.write(frame)
        writer.close()
    return wanted


def _after(numbers: pd.Series, before: int) -> int:
    """The first number that is free after those of a run."""
    return int(numbers.max()) + 1 if len(numbers) else before
