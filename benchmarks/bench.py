"""How fast is careflow? The same workload in several engines, in one sitting, in turn.

    python -m benchmarks.bench [--rounds N] [--quick] [--no-ciw] [--profile] [--write]

Machines are shared and times vary by 40% or so. Therefore each round runs every engine once, each
run is a process of its own, and medians of CPU seconds are compared. A ratio means something only
where the engines agree on the results, so those come first.

This module imports nothing heavy: a child's peak memory cannot read lower than its parent's size.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.workload import AGREED, EVENTS, RUN_SD

CAREFLOW = "careflow_model"
TITLES = {
    CAREFLOW: "careflow",
    "tutorial_numpy": "SimPy tutorial, NumPy",
    "tutorial_stdlib": "SimPy tutorial, stdlib",
    "ciw_model": "Ciw",
}
TARGET_RATIOS = {"tutorial_numpy": 10.0, "tutorial_stdlib": 4.0, "ciw_model": 40.0}
SIZES = (1, 4, 16)
TARGET_GROWTH = 1.5
TARGET_PEAK_MB = 500.0
NOTES = (
    "The NumPy tutorial draws once for each wait and looks at the hospital every hour; the other",
    "draws with Python's random and has no monitor. Events are the workload's own, counted alike",
    "for every engine: careflow and Ciw pass a patient's four arrangements in one step.",
)
STRAY = 3.5
"""How many standard errors a mean may lie from the agreed result. With some 30 means in the
table, 3 would be passed by chance in one sitting of twelve."""

Run = dict[str, Any]
RESULTS = Path(__file__).with_name("RESULTS.md")


def run_once(engine: str, seed: int, scale: int = 1) -> Run:
    """One run in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.one_run", engine]
    command += ["--seed", str(seed), "--scale", str(scale)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{engine} failed:\n{done.stderr}")
    run: Run = json.loads(done.stdout)
    return run


def in_turn(engines: Sequence[str], rounds: int) -> dict[str, list[Run]]:
    """Every engine once a round, round after round; each round has a seed of its own."""
    runs: dict[str, list[Run]] = {engine: [] for engine in engines}
    for seed in range(1, rounds + 1):
        for engine in engines:
            progress(f"round {seed} of {rounds}: {TITLES[engine]}")
            runs[engine].append(run_once(engine, seed))
    return runs


def at_sizes(sizes: Sequence[int], rounds: int) -> dict[int, list[Run]]:
    """careflow at each size once a round, round after round."""
    runs: dict[int, list[Run]] = {size: [] for size in sizes}
    for seed in range(1, rounds + 1):
        for size in sizes:
            progress(f"round {seed} of {rounds}: careflow at {size} times the size")
            runs[size].append(run_once(CAREFLOW, seed, size))
    return runs


def agreement(runs: dict[str, list[Run]]) -> tuple[list[str], bool]:
    """Each engine's mean results beside the agreed ones, and whether all agree."""
    engines = list(runs)
    n = len(runs[engines[0]])
    all_agree = True
    rows = []
    for measure, (agreed, standard_error) in AGREED.items():
        allowed = STRAY * (RUN_SD[measure] ** 2 / n + standard_error**2) ** 0.5
        row = [measure, f"{agreed:,.2f}", f"{allowed:,.2f}"]
        for engine in engines:
            mean = fmean(run["result"][measure] for run in runs[engine])
            agrees = abs(mean - agreed) <= allowed
            all_agree = all_agree and agrees
            row.append(f"{mean:,.2f}" + ("" if agrees else " DIFFERS"))
        rows.append(row)
    header = ["measure", "agreed", "may differ by", *(TITLES[engine] for engine in engines)]
    verdict = "All engines agree." if all_agree else "THE ENGINES DO NOT AGREE: ratios mean nothing"
    return [*table(header, rows), "", verdict], all_agree


def speed(runs: dict[str, list[Run]]) -> list[str]:
    """Each engine's CPU seconds, and how many times as long as careflow it takes."""
    ours = median(run["cpu_seconds"] for run in runs[CAREFLOW])
    rows = []
    for engine, engine_runs in runs.items():
        seconds = [run["cpu_seconds"] for run in engine_runs]
        middle = median(seconds)
        target = TARGET_RATIOS.get(engine)
        rows.append(
            [
                TITLES[engine],
                f"{middle:.3f}",
                f"{min(seconds):.3f}",
                f"{max(seconds):.3f}",
                f"{EVENTS / middle / 1000:,.0f}",
                f"{middle / ours:.1f}",
                "" if target is None else f"{target:g} {met(middle / ours >= target)}",
            ]
        )
    header = ["engine", "median", "min", "max", "thousand events/s", "times careflow", "target"]
    return table(header, rows)


def growth(runs: dict[int, list[Run]]) -> list[str]:
    """What a patient costs, and how much memory a run takes, as the place grows."""
    rows = []
    first = None
    for size, size_runs in runs.items():
        per_patient = median(
            1e6 * run["cpu_seconds"] / run["result"]["patients"] for run in size_runs
        )
        first = first or per_patient
        seconds = median(run["cpu_seconds"] for run in size_runs)
        rows.append(
            [
                f"{size}×",
                f"{size_runs[0]['result']['patients']:,}",
                f"{seconds:.2f}",
                f"{per_patient:.2f}",
                f"{per_patient / first:.2f}",
                f"{max(run['peak_mb'] for run in size_runs):.0f}",
            ]
        )
    last = list(runs)[-1]
    ratio, peak = float(rows[-1][-2]), float(rows[-1][-1])
    header = ["size", "patients", "CPU seconds", "µs a patient", "times 1×", "peak MB"]
    return [
        *table(header, rows),
        "",
        f"A patient costs {ratio:.2f} times as much at {last}× as at 1×: "
        f"target {TARGET_GROWTH:g} or less {met(ratio <= TARGET_GROWTH)}.",
        f"Peak memory at {last}×, Python and its libraries included, is {peak:.0f} MB: "
        f"target under {TARGET_PEAK_MB:g} {met(peak < TARGET_PEAK_MB)}.",
    ]


def machine() -> str:
    """What this was measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("simpy", "numpy"))
    ciw = f", ciw {version('ciw')}" if importlib.util.find_spec("ciw") else ""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"{platform.python_implementation()} {platform.python_version()}, {libraries}{ciw}."
    )


def met(is_met: bool) -> str:
    """A target's verdict."""
    return "(met)" if is_met else "(MISSED)"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table that also reads well as plain text."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *others = zip(cells, widths, strict=True)
        aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        return "| " + " | ".join(aligned) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [line(header), line(rule), *(line(row) for row in rows)]


def progress(what: str) -> None:
    """Say on the terminal what is running now."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def report(
    engines: Sequence[str], rounds: int, sizes: Sequence[int], verdict: list[bool]
) -> Iterator[str]:
    """The whole report, line by line, as it is measured."""
    yield from ["# Benchmark", "", machine(), ""]
    runs = in_turn(engines, rounds)
    progress("")
    yield from [f"## Agreement (means of {rounds} runs)", ""]
    lines, all_agree = agreement(runs)
    verdict.append(all_agree)
    yield from [*lines, "", f"## Speed (CPU seconds a run, {rounds} rounds in turn)", ""]
    yield from [*speed(runs), "", *NOTES, ""]
    size_rounds = min(rounds, 3)
    sized = at_sizes(sizes, size_rounds)
    progress("")
    yield from [f"## Growth (careflow, medians of {size_rounds})", "", *growth(sized)]


def main() -> None:
    """Read the command line, measure, print; exit 1 if the engines do not agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each engine runs")
    parser.add_argument("--quick", action="store_true", help="one round, and no 16 times the size")
    parser.add_argument("--no-ciw", action="store_true", help="leave out Ciw, which is slow")
    parser.add_argument("--profile", action="store_true", help="only what careflow's parts cost")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name}")
    chosen = parser.parse_args()
    if chosen.profile:
        from benchmarks.costs import print_costs

        print_costs()
        return
    with_ciw = not chosen.no_ciw and importlib.util.find_spec("ciw") is not None
    engines = [engine for engine in TITLES if engine != "ciw_model" or with_ciw]
    rounds = 1 if chosen.quick else chosen.rounds
    verdict: list[bool] = []
    lines = []
    for line in report(engines, rounds, SIZES[:2] if chosen.quick else SIZES, verdict):
        print(line, flush=True)
        lines.append(line)
    if chosen.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.exit(0 if all(verdict) else 1)


if __name__ == "__main__":
    main()
