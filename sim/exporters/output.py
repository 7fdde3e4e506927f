"""Where exports go: a file or folder that is made whole or not at all, and nothing else touched."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sim.experiment.folder.store import whole_or_nothing
from sim.place.problems import input_error

EXPORTS = "exports"
"""Where exports go in a results folder, if nothing else is said."""


@contextlib.contextmanager
def new_file(
    results: Path, out: Path | None, default: str, endings: tuple[str, ...], replace: bool
) -> Iterator[tuple[Path, Path]]:
    """(the file that is made, where to write it meanwhile): whole at the end, or not there.

    Raises:
        InputError: the name has another ending, something is there already, or it lies among the
            results themselves.
    """
    path = out or results / EXPORTS / default
    if path.suffix.lower() not in endings:
        raise input_error(path, f"the file's name must end in {' or '.join(endings)}")
    _keep_off(results, path)
    if path.is_dir():
        raise input_error(path, "is a folder; name a file")
    if path.exists() and not replace:
        raise input_error(path, "already there; name another with -o, or replace it: --replace")
    with whole_or_nothing(path) as partial:
        yield path, partial


@contextlib.contextmanager
def new_folder(
    results: Path, out: Path | None, default: str, names: set[str], replace: bool
) -> Iterator[tuple[Path, Path]]:
    """(the folder that is made, where to write it meanwhile): whole at the end, or not there.

    ``names`` are the files that an export of this kind may hold. A folder is replaced only if it
    holds nothing else.

    Raises:
        InputError: something is there already, or it lies among the results themselves.
    """
    path = out or results / EXPORTS / default
    _keep_off(results, path)
    _refuse_a_full_folder(path, names, replace)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        yield path, partial
        _refuse_a_full_folder(path, names, replace)
        if path.exists():
            _put_in_place_of(path, partial)
        else:
            os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _put_in_place_of(path: Path, partial: Path) -> None:
    """Put a folder in the place of another, which is taken away when the new one is there."""
    old = path.with_name(f".{path.name}.{os.getpid()}.old")
    os.replace(path, old)
    try:
        os.replace(partial, path)
    except OSError:
        os.replace(old, path)
        raise
    shutil.rmtree(old)


def _refuse_a_full_folder(path: Path, names: set[str], replace: bool) -> None:
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise input_error(path, "is not a folder; name a new one")
    there = sorted(each.name for each in path.iterdir()) if path.exists() else []
    if there and not replace:
        raise input_error(
            path, "already there, and not empty; name another with -o, or replace it: --replace"
        )
    strange = [name for name in there if name not in names or not (path / name).is_file()]
    if strange:
        raise input_error(
            path, f"holds {strange[0]}, which is not of such an export; name another folder"
        )


def _keep_off(results: Path, path: Path) -> None:
    """Refuse to write among the results: within their folder, only its exports are ours."""
    home, wanted = results.resolve(), path.resolve()
    inside = wanted == home or home in wanted.parents
    if home in wanted.parents and wanted.relative_to(home).parts[0] == EXPORTS:
        inside = False
    if inside or wanted in home.parents:
        raise input_error(
            path, f"lies among the results; name a place outside, or in {results / EXPORTS}"
        )
