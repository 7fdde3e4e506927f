"""``findings.json``: what an experiment's procedures found, as plain data for the report.

Each part of an experiment that decides something has a key of its own: ``precision``, ``choose``,
``design``, ``search``, ``budget``, ``doubt``, ``control``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.experiment.folder.store import whole_or_nothing
from sim.place.problems import input_error

FILE = "findings.json"


def write_findings(folder: Path, found: Mapping[str, Any]) -> None:
    """Write what was found, whole or not at all; a number that is none is written as null."""
    text = json.dumps(_plain(found), indent=1, ensure_ascii=False, allow_nan=False)
    with whole_or_nothing(folder / FILE) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def read_findings(folder: Path) -> dict[str, Any]:
    """What was found, by part; empty where the experiment decides nothing.

    Raises:
        InputError: the file can't be read.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise input_error(path, f"can't be read: {error}") from None
    if not isinstance(found, dict):
        raise input_error(path, "not findings of careflow's")
    return found


def _plain(part: Any) -> Any:
    if isinstance(part, float):
        return part if part - part == 0 else None
    if isinstance(part, Mapping):
        return {str(key): _plain(inside) for key, inside in part.items()}
    if isinstance(part, list | tuple):
        return [_plain(inside) for inside in part]
    return part
