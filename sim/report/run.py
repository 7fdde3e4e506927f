"""An experiment from the user's side: progress while it runs, then tables, report, and an end."""

import os
import time
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sim.experiment.manifest import describe, refuse_strangers, write_manifest
from sim.experiment.question import Study
from sim.experiment.results import Results, open_results, write_tables
from sim.experiment.runner import run_missing
from sim.measures.definitions import MEASURES
from sim.report.html import write_report


def run_experiment(study: Study, folder: Path, workers: int | None = None) -> Path:
    """Run what is not there yet, write tables and report; returns the report's path.

    Raises:
        InputError: the folder holds something else.
    """
    console = Console(stderr=True)
    refuse_strangers(folder, study)
    write_manifest(folder, describe(study))
    experiment = study.experiment
    total = experiment.replications * len(study.scenarios)
    console.print(
        f"{experiment.experiment}: {len(study.scenarios)} scenarios, "
        f"{experiment.replications} replications each of {experiment.days} days "
        f"after {experiment.warm_up} days' warm-up",
        highlight=False,
        markup=False,
    )
    began = time.monotonic()
    with _progress(console) as progress:
        task = progress.add_task("starting", total=total)

        def told(scenario: str, replication: int) -> None:
            doing = f"{scenario[:40]}, replication {replication + 1}"
            progress.update(task, advance=1, description=doing)

        made = run_missing(study, folder, workers or os.cpu_count() or 1, told)
    seconds = time.monotonic() - began
    found = f" ({total - made} were there already)" if made < total else ""
    console.print(f"{made} replications run in {seconds:.0f} s{found}", highlight=False)
    results = open_results(folder)
    comparison = write_tables(results)
    path = write_report(folder, results.bands())
    _print_comparison(results, comparison)
    print(f"The report is {path}")
    return path


def compare_results(folder: Path, baseline: str | None) -> None:
    """Write and print the comparison with a baseline."""
    results = open_results(folder)
    _print_comparison(results, write_tables(results, baseline))
    print(f"All differences are in {folder / 'comparison.csv'}")


def rewrite_report(folder: Path) -> Path:
    """Write tables and report again from the replications that are there."""
    results = open_results(folder)
    write_tables(results)
    return write_report(folder, results.bands())


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        transient=True,
    )


def _print_comparison(results: Results, comparison: pd.DataFrame) -> None:
    """The differences on the measures that the experiment compares on."""
    if comparison.empty:
        return
    baseline = comparison["baseline"].iloc[0]
    table = Table(title=f"Difference from {baseline!r}, with 95% interval", title_justify="left")
    for heading in ("measure", "scenario", "difference", "95% interval", "better in"):
        table.add_column(heading, justify="left" if heading in ("measure", "scenario") else "right")
    for each in results.manifest["compare_on"]:
        rows = comparison[
            (comparison["measure"] == each["measure"])
            & (comparison["setting"] == (each["setting"] or ""))
            & (comparison[["group", "reason", "body"]] == "").all(axis=1)
            & ((comparison["locality"] == "") | bool(each["setting"]))
        ]
        known = MEASURES[each["measure"]]
        title = f"{known.title}, {known.unit}"
        if each["setting"]:
            title += f" ({each['setting']})"
        for row in rows.itertuples():
            table.add_row(
                title,
                str(row.scenario),
                f"{row.difference:+,.4g}",
                _interval(float(row.low), float(row.high)),
                f"{float(row.share_better):.0%}" if row.share_better == row.share_better else "",
            )
    Console().print(table)


def _interval(low: float, high: float) -> str:
    return f"{low:+,.4g} to {high:+,.4g}" if low == low else "one replication"
