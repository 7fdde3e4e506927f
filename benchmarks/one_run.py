"""One run of one engine in a process of its own: CPU seconds, peak memory and results, as JSON.

    python -m benchmarks.one_run ENGINE [--seed N] [--scale N]

ENGINE is a module beside this one. The clock covers the run and its results, not Python's start,
the imports or the reading of the config: a short run goes first, so that whatever an engine loads
or reads on first use is there.
"""

import argparse
import dataclasses
import importlib
import json
import resource
import time

ENGINES = ("careflow_model", "tutorial_numpy", "tutorial_stdlib", "ciw_model")
SHORT_DAYS, SHORT_WARM_UP = 60, 30


def measure(engine: str, seed: int, scale: int) -> dict[str, object]:
    """Run an engine once, and say what it took."""
    run = importlib.import_module(f"benchmarks.{engine}").run
    run(seed, scale, SHORT_DAYS, SHORT_WARM_UP)
    start = time.process_time()
    result = run(seed, scale)
    cpu_seconds = time.process_time() - start
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux
    return {
        "cpu_seconds": cpu_seconds,
        "peak_mb": peak_kib * 1024 / 1e6,
        "result": dataclasses.asdict(result),
    }


def main() -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.engine, chosen.seed, chosen.scale)))


if __name__ == "__main__":
    main()
