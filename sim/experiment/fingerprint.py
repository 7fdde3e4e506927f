"""A scenario's fingerprint: the same inputs give the same one, on any machine."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.place.csv_columns import MAX_CSV_BYTES, CsvColumn, safe_file
from sim.place.document import Document, read_text
from sim.place.schema import Place


def fingerprint(document: Document, place: Place, settings: Mapping[str, Any]) -> str:
    """SHA-256 of a place as its levers leave it, its CSV files, and what else shapes a run.

    Keys stay in their written order, for the order of routes decides who takes which.
    """
    folder = document.path.parent
    whole = {
        "format": 1,
        "place": document.tree,
        "files": {name: _content(folder, name) for name in sorted(set(files_used(place)))},
        **settings,
    }
    text = json.dumps(whole, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def files_used(part: Any) -> Iterator[str]:
    """The names of the CSV files that a place takes numbers from."""
    if isinstance(part, CsvColumn):
        yield part.file
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from files_used(getattr(part, name))
    elif isinstance(part, dict):
        for inside in part.values():
            yield from files_used(inside)
    elif isinstance(part, tuple):
        for inside in part:
            yield from files_used(inside)


def _content(folder: Path, name: str) -> str:
    """A hash of a file's lines, whichever way they end."""
    lines = read_text(safe_file(folder, name), MAX_CSV_BYTES).splitlines()
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
