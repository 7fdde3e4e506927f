"""An experiment from the user's side: progress while it runs, then tables, report, and an end."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from sim.experiment.carry_out import carry_out, foresee
from sim.experiment.folder.merge import merge
from sim.experiment.making.alone import alone_on
from sim.experiment.making.lab import Progress
from sim.experiment.making.outlook import Outlook
from sim.experiment.making.shares import Share
from sim.experiment.results import Results, compare_with, open_results, write_tables
from sim.experiment.study import Study
from sim.measures.definitions import MEASURES
from sim.report.answer import verdict
from sim.report.html import write_report
from sim.report.parts.choice import said_of_choice
from sim.report.parts.frontier import said_of_frontier
from sim.report.parts.precision import said_of_precision
from sim.report.parts.search import said_of_searches
from sim.report.parts.warm_up import said_of_warm_up
from sim.report.reading import read_results
from sim.report.results import MOST_SHOWN, Difference, What
from sim.report.wording import changes, quoted

MANY_ROWS = 100
"""On the screen; where a run would end with more, it shows one measure."""


class Shown(Progress):
    """Progress as a bar that grows with what is asked for."""

    def __init__(self, bar: Bar) -> None:
        self.made = self.found = 0
        self._bar = bar
        self._task = bar.add_task("starting", total=0)
        self._total = 0

    def wanted(self, replications: int) -> None:
        """So many replications more are needed."""
        self._total += replications
        self._bar.update(self._task, total=self._total)

    def foreseen(self, outlook: Outlook) -> None:
        """How much is to be done."""
        for line in outlook.lines():
            self._bar.console.print(line, highlight=False, markup=False)

    def there(self, scenario: str, replication: int, was_made: bool) -> None:
        """A replication is there, made now or found."""
        self.made += was_made
        self.found += not was_made
        doing = f"{scenario[:40]}, replication {replication + 1}"
        self._bar.update(self._task, advance=1, description=doing)


def run_experiment(
    study: Study,
    folder: Path,
    workers: int | None = None,
    *,
    on: str | None = None,
    share: Share | None = None,
) -> None:
    """Run what is not there yet; then write tables and report, unless this is one shard of many.

    Raises:
        InputError: the folder holds something else, or there is no such cluster.
        InUse: another process is at work on the folder.
        WorkersDied: worker processes keep being killed, or the cluster is lost.
    """
    console = Console(stderr=True)
    _introduce(console, study)
    began = time.monotonic()
    with _bar(console) as bar:
        shown = Shown(bar)
        carry_out(study, folder, workers or processors(), shown, on=on, share=share)
    seconds = time.monotonic() - began
    found = f" ({shown.found} were there already)" if shown.found else ""
    console.print(f"{shown.made} replications run in {seconds:.0f} s{found}", highlight=False)
    if share is not None:
        print(f"{share.words[0].upper()}{share.words[1:]} is in {folder}")
        print("When all are done: careflow merge DIR... --out DIR")
        return
    _write_and_show(folder)


def foresee_experiment(
    study: Study,
    folder: Path,
    workers: int | None = None,
    *,
    on: str | None = None,
    share: Share | None = None,
) -> None:
    """Say what running it would take; nothing is written."""
    console = Console(stderr=True)
    _introduce(console, study)
    for line in foresee(study, folder, workers or processors(), on=on, share=share).lines():
        print(line)
    print(f"Nothing was written; the results would go to {folder}")


def merge_results(folders: Sequence[Path], out: Path) -> bool:
    """Put folders together; write tables and report if all is there, and say whether it is."""
    merged = merge(folders, out)
    for path in merged.damaged:
        print(f"{path}: left out, for it is damaged or another scenario's")
    print(f"{merged.taken:,} replications are together in {out}")
    for scenario, number in merged.missing.items():
        print(f"Still to be made: {number:,} of {scenario}")
    if merged.decides:
        print(f"Still to be decided: {', '.join(merged.decides)}")
    if not merged.is_finished:
        print(
            f"To go on from there: careflow run EXPERIMENT --out {out}, or again as shards on "
            "copies of that folder"
        )
        return not merged.missing
    _write_and_show(out)
    return True


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _introduce(console: Console, study: Study) -> None:
    console.print(
        _what_is_run(study),
        highlight=False,
        markup=False,
    )


def _write_and_show(folder: Path) -> None:
    """Tables and report; on the screen, the differences on what the experiment compares on."""
    with alone_on(folder):
        results = open_results(folder)
        comparison = write_tables(results)
        path = _write_report(results)
    asked = results.manifest["compare_on"]
    shown = asked if len(asked) * len(results.slugs) <= MANY_ROWS else asked[:1]
    _print_comparison(comparison, shown)
    if len(shown) < len(asked):
        print(f"The other {len(asked) - 1} measures: careflow compare {folder}, or in the report.")
    read = read_results(folder)
    said = (*said_of_warm_up(read), *said_of_precision(read), *said_of_choice(read))
    for sentence in (*said, *said_of_searches(read), *said_of_frontier(read)[:1]):
        print(sentence)
    print(f"The report is {path}")


def _what_is_run(study: Study) -> str:
    """What will be run, in one sentence."""
    experiment = study.experiment
    warm_up = f"{experiment.warm_up} days' warm-up"
    if experiment.warm_up_asked.is_to_be_found:
        warm_up = "a warm-up that a pilot shows to be needed"
    number = str(experiment.replications)
    if experiment.precision:
        number += f" (at most {experiment.precision.at_most})"
    return (
        f"{experiment.experiment}: {len(study.scenarios)} scenarios, {number} replications each of "
        f"{experiment.days} days after {warm_up}"
    )


def compare_results(folder: Path, baseline: str | None) -> None:
    """Write and print the comparison with a baseline."""
    results = open_results(folder)
    with alone_on(folder):
        comparison, path = compare_with(results, baseline)
    _print_comparison(comparison, results.manifest["compare_on"])
    print(f"All differences are in {path}")


def rewrite_report(folder: Path) -> Path:
    """Write tables and report again from the replications that are there."""
    results = open_results(folder)
    with alone_on(folder):
        write_tables(results)
        return _write_report(results)


def _write_report(results: Results) -> Path:
    """The report, without the days of scenarios that are too many to be shown."""
    left_out = read_results(results.folder).left_out if len(results.slugs) > MOST_SHOWN else ()
    return write_report(results.folder, results.bands(left_out), results.journeys())


def _bar(console: Console) -> Bar:
    return Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        transient=True,
    )


def _print_comparison(comparison: pd.DataFrame, measures: Sequence[Mapping[str, Any]]) -> None:
    """The differences on some of the measures that the experiment compares on."""
    if comparison.empty:
        return
    baseline = comparison["baseline"].iloc[0]
    table = Table(box=None, title=f"Difference from {quoted(baseline)}", title_justify="left")
    table.add_column("")
    for heading in ("difference", "95% interval", "better in", "it shows"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in measures:
        rows = comparison[
            (comparison["measure"] == each["measure"])
            & (comparison["setting"] == (each["setting"] or ""))
            & (comparison[["team", "group", "reason", "body", "part"]] == "").all(axis=1)
            & ((comparison["locality"] == "") | bool(each["setting"]))
        ]
        measure = MEASURES[each["measure"]]
        where = f" in {each['setting']}" if each["setting"] else ""
        table.add_row(Text(f"{measure.title}{where}, {measure.unit}", style="bold"))
        for row in rows.itertuples():
            difference, low, high = changes([row.difference, row.low, row.high], measure.unit)
            interval = f"{low} to {high}" if row.low == row.low else "one replication"
            better = f"{row.share_better:.0%}" if row.share_better == row.share_better else ""
            of = f"  {row.scenario}"
            if row.baseline != baseline:
                of += f" (from {quoted(row.baseline)})"
            table.add_row(Text(of), difference, interval, better, _shown(row))
    Console().print(table)
    print("Better or worse: not by chance alone, however many scenarios were tried (Holm, 5%).")


def _shown(row: Any) -> str:
    """What a row of the comparison shows, corrected for how many scenarios were tried."""
    numbers = [None if number != number else number for number in (row.low, row.high, row.p_holm)]
    low, high, p_holm = numbers
    return verdict(What(row.measure), Difference(row.difference, low, high, p_holm=p_holm)).value
