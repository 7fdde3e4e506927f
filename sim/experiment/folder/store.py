"""The results folder: one Parquet file for each scenario and replication, whole or not there.

A file is one long table. Its column ``record`` says what a row is: ``measure`` (a measure's
numerator and denominator), ``day`` (a setting's means of one day), ``journey`` (a stay of one of
the few people sampled for each pathway), ``journey_task`` (a task of theirs) and, where the
experiment keeps its logs, ``stay``, ``task`` and ``delay`` (a stretch of somebody's delay). The
measures are the first row group.

Every file says whose it is (scenario, replication, versions), and is sealed: see ``seal.py``.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from sim.experiment.folder.run_tables import SCHEMA, TEXTS, groups_of_rows
from sim.experiment.folder.seal import OPEN, is_sealed, sealed
from sim.experiment.folder.versions import made_here
from sim.experiment.making.replicate import Replication
from sim.place.problems import input_error

FORMAT = 2
"""Of the files of runs; goes up when what stands in them changes."""
_IDENTITY, _SEAL = b"careflow", b"careflow.seal"


@dataclass(frozen=True)
class Identity:
    """Whose file it is: what it must say of itself to be taken for a replication's."""

    fingerprint: str
    """The scenario's."""
    replication: int
    versions: Mapping[str, str] = field(default_factory=made_here)

    def as_bytes(self) -> bytes:
        """The identity as it stands in the file."""
        said = {
            "format": FORMAT, "scenario": self.fingerprint, "replication": self.replication,
            "made_with": dict(self.versions),
        }  # fmt: skip
        return json.dumps(said).encode()


def run_path(folder: Path, slug: str, replication: int) -> Path:
    """Where a replication's file is, or will be."""
    return folder / "runs" / slug / f"{replication:06d}.parquet"


@contextlib.contextmanager
def whole_or_nothing(path: Path) -> Iterator[Path]:
    """A path to write to; what is written becomes ``path`` at the end, or is gone.

    The file is put on disk before it takes its name, so that a name never stands for half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(partial, path)
    except OSError as error:
        if error.errno is not None:
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with whole_or_nothing(path) as partial:
        partial.write_bytes(content)


def sweep(folder: Path) -> None:
    """Take away the half-written files that killed processes have left."""
    for inside in ("", "runs/*/", "scenarios/"):
        for partial in folder.glob(f"{inside}.*.partial"):
            partial.unlink(missing_ok=True)


def as_file(result: Replication, identity: Identity, *, keep_logs: bool) -> bytes:
    """A replication's file."""
    schema = SCHEMA.with_metadata({_IDENTITY: identity.as_bytes(), _SEAL: OPEN})
    buffer = pa.BufferOutputStream()
    with pq.ParquetWriter(
        buffer, schema, compression="zstd", use_dictionary=TEXTS, write_statistics=False
    ) as writer:
        for table in groups_of_rows(result, keep_logs=keep_logs):
            writer.write_table(table.cast(schema), row_group_size=max(1, table.num_rows))
    return sealed(buffer.getvalue().to_pybytes())


def write_replication(
    path: Path, result: Replication, identity: Identity, *, keep_logs: bool
) -> None:
    """Write a replication's file, whole or not at all."""
    write_whole(path, as_file(result, identity, keep_logs=keep_logs))


def is_whole(path: Path, identity: Identity) -> bool:
    """Whether a replication's file is there, undamaged, and is the one that is meant."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return is_replication(content, identity)


def is_replication(content: bytes, identity: Identity) -> bool:
    """Whether bytes are the undamaged file of a replication, and of the one that is meant."""
    return is_sealed(content) and _says(pa.BufferReader(content)) == identity.as_bytes()


def is_there(path: Path, identity: Identity) -> bool:
    """Whether a replication's file says that it is the one that is meant; damage may be inside."""
    try:
        with path.open("rb") as file:
            return _says(file) == identity.as_bytes()
    except OSError:
        return False


def said_by(content: bytes) -> dict[str, Any]:
    """What a file says of itself, as a table; empty if it says nothing."""
    return dict(json.loads(_says(pa.BufferReader(content)) or b"{}")) if is_sealed(content) else {}


def _says(source: object) -> bytes | None:
    """What a file says of itself; None if it can't be read."""
    try:
        return (pq.read_schema(source).metadata or {}).get(_IDENTITY)
    except (OSError, pa.ArrowException):
        return None


def read_records(path: Path, record: str, columns: list[str]) -> pa.Table:
    """The rows of one kind, with some columns.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    if not is_sealed(content):
        raise input_error(
            path, "this replication is missing or damaged; run the experiment again to mend"
        )
    file = pq.ParquetFile(pa.BufferReader(content))
    if record == "measure":
        return file.read_row_group(0, columns=columns)
    return (
        file.read(columns=["record", *columns])
        .filter(pa.compute.field("record") == record)
        .select(columns)
    )
