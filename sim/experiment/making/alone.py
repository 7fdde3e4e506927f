"""One at a time on a results folder: the second is told so, and does nothing."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"


class InUse(Exception):  # noqa: N818 - it says what is so
    """Another process is at work on a results folder."""


@contextlib.contextmanager
def alone_on(folder: Path) -> Iterator[None]:
    """While nobody else works on a results folder; the operating system lets go of a lock if its
    holder is killed.

    Raises:
        InUse: somebody else does.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise InUse(
            f"{folder}: another careflow is at work on this folder; wait until it is done, or "
            "name another folder with --out"
        ) from None
    try:
        yield
    finally:
        lock.release()
