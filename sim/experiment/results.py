"""What is written for people when the replications are there: the two CSV files."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.control.control_finding import control_table
from sim.experiment.derived import with_totals
from sim.experiment.folder.findings import read_findings
from sim.experiment.folder.manifest import read_manifest, share_of, versions_of
from sim.experiment.folder.store import Identity, is_there, read_records, run_path
from sim.experiment.scores import Scores, read_scores
from sim.experiment.summary import comparison_table, daily_bands, summary_table, write_csv
from sim.place.problems import did_you_mean, input_error, one_of

JOURNEY_COLUMNS = (
    "patient", "group", "setting", "pathway", "next", "asked_at", "placed_at", "admitted_at",
    "ready_at", "arranged_at", "left_at",
)  # fmt: skip
JOURNEY_TASK_COLUMNS = (
    "patient", "setting", "task", "team", "reason", "due_at", "started_at", "done_at",
)  # fmt: skip


@dataclass(frozen=True)
class Results:
    """A results folder, read."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def slugs(self) -> dict[str, str]:
        """Scenario → the name of its folder under runs."""
        return {each["name"]: each["slug"] for each in self.manifest["scenarios"]}

    @property
    def replications(self) -> dict[str, int]:
        """Scenario → how many replications of it there are."""
        return {each["name"]: each["replications"] for each in self.manifest["scenarios"]}

    @property
    def widened(self) -> float:
        """By what factor all intervals are wider than for a number of replications set before."""
        return float(self.manifest.get("widened", 1.0))

    @property
    def baselines(self) -> dict[str, str | None]:
        """Scenario → the one that it is compared with; None for the first."""
        names = list(self.slugs)
        return {
            each["name"]: None if each["name"] == names[0] else each.get("baseline") or names[0]
            for each in self.manifest["scenarios"]
        }

    @property
    def levers(self) -> dict[str, list[str]]:
        """Scenario → the names of its levers."""
        return {
            each["name"]: [lever["lever"] for lever in each["levers"]]
            for each in self.manifest["scenarios"]
        }

    @property
    def acute(self) -> list[str]:
        """The settings marked acute."""
        return [each["setting"] for each in self.manifest["settings"] if each["acute"]]

    def scores(self) -> dict[str, Scores]:
        """Every scenario's measures, over all its replications."""
        return {
            name: with_totals(
                read_scores(self.folder, slug, range(self.replications[name])), self.acute
            )
            for name, slug in self.slugs.items()
        }

    def journeys(self) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
        """Scenario → the stays and the tasks of the people sampled in the first replication."""
        found = {}
        for name, slug in self.slugs.items():
            path = run_path(self.folder, slug, 0)
            stays = read_records(path, "journey", list(JOURNEY_COLUMNS))
            tasks = read_records(path, "journey_task", list(JOURNEY_TASK_COLUMNS))
            found[name] = stays.to_pandas(), tasks.to_pandas()
        return found

    def bands(self, left_out: Collection[str] = ()) -> pd.DataFrame:
        """Daily bands of every scenario but those that are left out."""
        slugs = {name: slug for name, slug in self.slugs.items() if name not in left_out}
        return daily_bands(
            self.folder, slugs, self.replications, self.manifest["warm_up"], self.acute
        )


FOR_PEOPLE = (
    "summary.csv", "comparison.csv", "comparison-with-*.csv", "findings.json", "report.html",
    "scenarios/*.html", "warm_up.csv", "precision.csv", "control.csv", "design.csv", "effects.csv",
    "sweep.csv", "ranking.csv", "search.csv", "frontier.csv",
    "doubt.csv", "draws.csv",
)  # fmt: skip
"""What is written when the replications are there, and says nothing true of others."""


def clear_tables(folder: Path) -> None:
    """Take away what was written of an earlier state of the replications."""
    for pattern in FOR_PEOPLE:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def open_results(folder: Path) -> Results:
    """A results folder whose replications are all there and whole.

    Raises:
        InputError: not a results folder, or not complete.
    """
    results = Results(folder, read_manifest(folder))
    share = share_of(results.manifest)
    if share is not None:
        raise input_error(
            folder, f"this is {share.words}; put them together: careflow merge DIR... --out DIR"
        )
    if not results.manifest["finished"]:
        raise input_error(folder, "this run is not finished; run the experiment again to go on")
    versions = versions_of(results.manifest)
    for scenario in results.manifest["scenarios"]:
        for number in range(scenario["replications"]):
            path = run_path(folder, scenario["slug"], number)
            if not is_there(path, Identity(scenario["fingerprint"], number, versions)):
                raise input_error(
                    path,
                    "this replication is missing, damaged or another one; run the experiment "
                    "again to mend",
                )
    return results


def write_tables(results: Results) -> pd.DataFrame:
    """Write ``summary.csv``, ``comparison.csv`` and what was found; returns the comparison."""
    scores = results.scores()
    comparison = comparison_table(scores, results.baselines, results.levers, results.widened)
    write_csv(summary_table(scores, results.widened), results.folder / "summary.csv")
    write_csv(comparison, results.folder / "comparison.csv")
    found = read_findings(results.folder)
    if "control" in found:
        write_csv(control_table(found["control"]), results.folder / "control.csv")
    return comparison


def compare_with(results: Results, baseline: str | None) -> tuple[pd.DataFrame, Path]:
    """Write the comparison with a baseline; returns it and its file.

    A baseline of the reader's choice has a file of its own, so that ``comparison.csv`` stays what
    the report shows: each scenario beside the one that the experiment compares it with.

    Raises:
        InputError: the baseline is not one of the scenarios.
    """
    slugs = results.slugs
    first = next(iter(slugs))
    chosen = baseline or first
    if chosen not in slugs:
        raise input_error(
            "--baseline",
            f"no scenario {chosen!r} here{did_you_mean(chosen, slugs)}; allowed: {one_of(slugs)}",
        )
    baselines = results.baselines
    if chosen != first:
        baselines = {name: None if name == chosen else chosen for name in slugs}
    comparison = comparison_table(results.scores(), baselines, results.levers, results.widened)
    name = "comparison.csv" if chosen == first else f"comparison-with-{slugs[chosen]}.csv"
    write_csv(comparison, results.folder / name)
    return comparison, results.folder / name
