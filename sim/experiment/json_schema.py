"""The JSON Schemas of all kinds of file: places, levers, experiments and benchmarks."""

from pathlib import Path

from pydantic import BaseModel

from sim.experiment.benchmarks import Benchmarks
from sim.experiment.question import Experiment
from sim.place import json_schema
from sim.place.json_schema import SCHEMAS

ALL_SCHEMAS: dict[str, type[BaseModel]] = {
    **SCHEMAS,
    "experiment": Experiment,
    "benchmarks": Benchmarks,
}


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas to a folder; return the files."""
    return json_schema.write_schemas(folder, ALL_SCHEMAS)
