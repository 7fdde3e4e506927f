"""A scenario's fingerprint: the same inputs give the same one, on any machine."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.place.csv_columns import MAX_CSV_BYTES, CsvColumn, safe_file
from sim.place.document import read_text
from sim.place.schema import Place
from sim.place.start import Start

WORDS = frozenset({"name", "source", "certainty", "note", "about", "assumptions"})
"""What is only said of a place, and changes no run."""


def fingerprint(folder: Path, place: Place, settings: Mapping[str, Any]) -> str:
    """SHA-256 of a place as its levers leave it, its CSV files, and what else shapes a run.

    Names, sources and notes are left out, and so is the way in which a number is written. Routes
    keep their order, for it decides who takes which. ``folder`` is where the CSV files are.
    """
    bare = place.model_copy(update={"start": Start()})
    whole = {
        "format": 3,
        "place": _numbers(bare, folder),
        "start": _start_hash(place.start),
        **settings,
    }
    text = json.dumps(whole, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


_last_start: tuple[Start, str] | None = None
"""The start state hashed last: scenarios share one, and it may have thousands of rows."""


def _start_hash(start: Start) -> str:
    """A hash of a start state."""
    global _last_start
    if _last_start is None or _last_start[0] is not start:
        text = json.dumps(_numbers(start, Path()), ensure_ascii=True, allow_nan=False)
        _last_start = start, hashlib.sha256(text.encode("ascii")).hexdigest()
    return _last_start[1]


def _numbers(part: Any, folder: Path) -> Any:
    """A part of a place as plain data, without what is only said of it."""
    if isinstance(part, BaseModel):
        fields = {
            name: _numbers(getattr(part, name), folder)
            for name in type(part).model_fields
            if name not in WORDS
        }
        if isinstance(part, CsvColumn):
            fields["content"] = _content(folder, part.file)
        return fields
    if isinstance(part, dict):
        return [[name, _numbers(inside, folder)] for name, inside in part.items()]
    if isinstance(part, tuple):
        return [_numbers(inside, folder) for inside in part]
    return part.isoformat() if isinstance(part, date) else part


def _content(folder: Path, name: str) -> str:
    """A hash of a file's lines, whichever way they end."""
    lines = read_text(safe_file(folder, name), MAX_CSV_BYTES).splitlines()
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
