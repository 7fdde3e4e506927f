"""The versions that runs depend on: another one may give other numbers, or other bytes."""

import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version

from sim import __version__

DECIDE = ("simpy", "numpy", "scipy", "pyarrow")
"""Libraries on which the numbers or the bytes of a run depend."""
NAMED = ("simpy", "numpy", "scipy", "pandas", "pyarrow")
"""Libraries that are named in the manifest. Pandas only writes tables, which are written anew."""


@cache
def versions_here() -> dict[str, str]:
    """The version of Python and of each library that is named."""
    return {"python": platform.python_version(), **{name: version(name) for name in NAMED}}


def made_with(careflow: str, versions: Mapping[str, str]) -> dict[str, str]:
    """The versions that decide over a run's bytes; of Python, 3.11 and not 3.11.7."""
    python = ".".join(versions.get("python", "?").split(".")[:2])
    return {
        "careflow": careflow,
        "python": python,
        **{name: versions.get(name, "?") for name in DECIDE},
    }


@cache
def made_here() -> dict[str, str]:
    """The versions that decide over the bytes of what is run here."""
    return made_with(__version__, versions_here())


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> Iterator[str]:
    """Each version that is not the same, in words.

    >>> list(differences({"numpy": "2.0"}, {"numpy": "2.1"}))
    ['numpy is 2.0 there and 2.1 here']
    """
    for name, version_here in here.items():
        if there.get(name) != version_here:
            yield f"{name} is {there.get(name, 'not')} there and {version_here} here"
