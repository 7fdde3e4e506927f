"""Put results folders of one experiment together: shards, or what was run in several places.

Every replication is checked to the last byte before it is taken. What several folders have must be
the same in all of them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.experiment.folder.findings import write_findings
from sim.experiment.folder.manifest import (
    MANIFEST,
    foreign,
    read_manifest,
    versions_of,
    write_manifest,
)
from sim.experiment.folder.store import (
    Identity,
    is_replication,
    is_there,
    run_path,
    said_by,
    sweep,
    write_whole,
)
from sim.experiment.making.alone import LOCK, alone_on
from sim.experiment.precision.pilot import FOLDER as PILOT
from sim.experiment.results import clear_tables
from sim.place.problems import InputError, Problem, input_error

MAY_DIFFER = ("shard", "finished", "replications", "checks", "versions", "scenarios", "warm_up")
"""Of manifests that belong together; versions and scenarios are compared on their own."""
_FILE = re.compile(r"[a-z0-9_-]{1,200}/\d{6}\.parquet")


@dataclass(frozen=True)
class Merged:
    """What came of putting folders together."""

    taken: int
    """Replications in the folder now."""
    damaged: tuple[Path, ...]
    """Files that were left out, for they are damaged or another scenario's."""
    missing: Mapping[str, int]
    """Scenario → how many replications of it are still to be made."""
    decides: tuple[str, ...]
    """Sections of the experiment that are decided when it is run on the folder."""

    @property
    def is_finished(self) -> bool:
        """Whether all is there, and tables and report can be written."""
        return not self.missing and not self.decides


def merge(folders: Sequence[Path], out: Path) -> Merged:
    """Put folders together into ``out``, which is new, empty or the same experiment's too.

    Raises:
        InputError: a folder holds no results, or its results don't belong with the others; each
            difference is named. Or two folders have the same replication, but not alike.
        InUse: another process is at work on ``out``.
    """
    whole = _manifest_of_all([*folders, *([out] if _has_results(out) else [])])
    with alone_on(out):
        clear_tables(out)
        pilots = [each / PILOT for each in folders if (each / PILOT / MANIFEST).is_file()]
        if pilots:
            _put_together(_manifest_of_all(pilots), pilots, out / PILOT)
        merged = _put_together(whole, folders, out)
        if merged.is_finished:
            write_findings(out, {})
    return merged


def _put_together(whole: dict[str, Any], folders: Sequence[Path], out: Path) -> Merged:
    sweep(out)
    write_manifest(out, {**whole, "finished": False})
    known = {each["slug"]: each["fingerprint"] for each in whole["scenarios"]}
    versions = versions_of(whole)
    damaged = tuple(path for path in _files(folders) if not _take(path, out, known, versions))
    merged = Merged(
        sum(1 for _ in _files([out])), damaged, _missing(out, whole), tuple(whole["decides"])
    )
    if merged.is_finished:
        write_manifest(out, {**whole, "finished": True})
    return merged


def _has_results(out: Path) -> bool:
    if not out.exists() or all(each.name == LOCK for each in out.iterdir()):
        return False
    if not (out / MANIFEST).is_file():
        raise input_error(
            out, "the folder holds other files; name an empty or new folder with --out"
        )
    return True


def _manifest_of_all(folders: Sequence[Path]) -> dict[str, Any]:
    """The manifest of the folder with most replications, if all are the same experiment's."""
    manifests = {folder: read_manifest(folder) for folder in folders}
    first, here = next(iter(manifests.items()))
    problems = [
        Problem(str(folder), f"it does not belong with {first}: {said}")
        for folder, there in manifests.items()
        for said in list(foreign(there, here)) or _said_otherwise(there, here)
    ]
    if problems:
        raise InputError(problems)
    whole = max(manifests.values(), key=_replications).copy()
    whole.pop("shard", None)
    return whole


def _replications(manifest: dict[str, Any]) -> tuple[bool, int]:
    """How much a manifest promises; one in which the warm-up is found comes first."""
    return manifest["warm_up"] is not None, sum(
        each["replications"] for each in manifest["scenarios"]
    )


def _said_otherwise(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """What differs that changes no run: words, scenarios that are asked for, what is compared."""
    names_there = [each["name"] for each in there["scenarios"]]
    names_here = [each["name"] for each in here["scenarios"]]
    if names_there != names_here:
        yield f"its scenarios are {names_there} there and {names_here} here"
    for name in here:
        if name not in MAY_DIFFER and there.get(name) != here[name]:
            yield f"{name} is {_short(there.get(name))} there and {_short(here[name])} here"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.glob("runs/*/*.parquet")):
            if _FILE.fullmatch(f"{path.parent.name}/{path.name}"):
                yield path


def _take(path: Path, out: Path, known: Mapping[str, str], versions: Mapping[str, str]) -> bool:
    """Copy a replication, if it is whole and what its name says.

    Of a variant that a procedure asked for, only the procedure knows what it must be; it is
    checked then.
    """
    content = path.read_bytes()
    slug, number = path.parent.name, int(path.stem)
    fingerprint = known.get(slug) or said_by(content).get("scenario", "")
    if not is_replication(content, Identity(fingerprint, number, versions)):
        return False
    target = run_path(out, slug, number)
    try:
        there = target.read_bytes()
    except FileNotFoundError:
        there = b""
    if not is_replication(there, Identity(fingerprint, number, versions)):
        write_whole(target, content)
    elif there != content:
        raise input_error(
            path,
            "this replication is another one than in the folders before, though made of the same "
            "with the same versions: the machines calculate differently; run all on one kind",
        )
    return True


def _missing(out: Path, whole: Mapping[str, Any]) -> dict[str, int]:
    versions = versions_of(whole)
    found = {}
    for each in whole["scenarios"]:
        lacking = sum(
            not is_there(
                run_path(out, each["slug"], number), Identity(each["fingerprint"], number, versions)
            )
            for number in range(each["replications"])
        )
        if lacking:
            found[each["name"]] = lacking
    return found
