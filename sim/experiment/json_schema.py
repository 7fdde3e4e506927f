"""The JSON Schemas of all three kinds of file: places, levers and experiments."""

from pathlib import Path

from pydantic import BaseModel

from sim.experiment.question import Experiment
from sim.place import json_schema
from sim.place.json_schema import SCHEMAS

ALL_SCHEMAS: dict[str, type[BaseModel]] = {**SCHEMAS, "experiment": Experiment}


def write_schemas(folder: Path) -> list[Path]:
    """Write the three schemas to a folder; return the files."""
    return json_schema.write_schemas(folder, ALL_SCHEMAS)
