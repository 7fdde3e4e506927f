"""What is written for people when the replications are there: the two CSV files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.manifest import read_manifest
from sim.experiment.store import is_whole, run_path
from sim.experiment.summary import (
    Scores,
    comparison_table,
    daily_bands,
    read_scores,
    summary_table,
    write_csv,
)
from sim.place.problems import did_you_mean, input_error, one_of


@dataclass(frozen=True)
class Results:
    """A results folder, read."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def slugs(self) -> dict[str, str]:
        """Scenario → the name of its folder under runs."""
        return {each["name"]: each["slug"] for each in self.manifest["scenarios"]}

    def scores(self) -> dict[str, Scores]:
        """Every scenario's measures, over the replications that the manifest names."""
        numbers = range(self.manifest["replications"])
        return {name: read_scores(self.folder, slug, numbers) for name, slug in self.slugs.items()}

    def bands(self) -> pd.DataFrame:
        """Daily bands of every scenario."""
        acute = [each["setting"] for each in self.manifest["settings"] if each["acute"]]
        manifest = self.manifest
        return daily_bands(
            self.folder, self.slugs, manifest["replications"], manifest["warm_up"], acute
        )


def open_results(folder: Path) -> Results:
    """A results folder whose replications are all there and whole.

    Raises:
        InputError: not a results folder, or not complete.
    """
    results = Results(folder, read_manifest(folder))
    for scenario in results.manifest["scenarios"]:
        for number in range(results.manifest["replications"]):
            path = run_path(folder, scenario["slug"], number)
            if not is_whole(path, scenario["fingerprint"]):
                raise input_error(
                    path, "this replication is missing or broken; run the experiment again to mend"
                )
    return results


def write_tables(results: Results) -> pd.DataFrame:
    """Write ``summary.csv`` and ``comparison.csv``; returns the comparison."""
    scores = results.scores()
    comparison = comparison_table(scores, next(iter(scores)))
    write_csv(summary_table(scores), results.folder / "summary.csv")
    write_csv(comparison, results.folder / "comparison.csv")
    return comparison


def compare_with(results: Results, baseline: str | None) -> tuple[pd.DataFrame, Path]:
    """Write the comparison with a baseline; returns it and its file.

    Another baseline than the first scenario has a file of its own, so that ``comparison.csv``
    stays what the report shows.

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
    comparison = comparison_table(results.scores(), chosen)
    name = "comparison.csv" if chosen == first else f"comparison-with-{slugs[chosen]}.csv"
    write_csv(comparison, results.folder / name)
    return comparison, results.folder / name
