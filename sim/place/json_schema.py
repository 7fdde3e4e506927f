"""JSON Schemas of places and levers, with which an editor completes and explains what is typed."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from sim.place.levers import Lever
from sim.place.schema import Place

SCHEMAS: dict[str, type[BaseModel]] = {"place": Place, "lever": Lever}


def write_schemas(folder: Path, models: Mapping[str, type[BaseModel]] = SCHEMAS) -> list[Path]:
    """Write each model's schema to ``<name>.schema.json`` in a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, model in models.items():
        path = folder / f"{name}.schema.json"
        path.write_text(schema_text(model), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def schema_text(model: type[BaseModel]) -> str:
    """A model's JSON Schema as the text of its file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= model.model_json_schema()
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
