"""Scenarios as bytes to send to the processes that run them.

A place's start state may have thousands of rows, and most scenarios share it: it goes beside the
scenario, and a process keeps it once.
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from sim.experiment.sources import Scenario
from sim.place.start import Start

K = TypeVar("K")
T = TypeVar("T")

KEPT = 64
"""How many scenarios a process keeps ready; one that is asked for again later is made again."""


def kept(made: OrderedDict[K, T], key: K, make: Callable[[], T]) -> T:
    """What was made for a key before, or made now; the oldest of many is let go."""
    if key in made:
        made.move_to_end(key)
    else:
        made[key] = make()
        if len(made) > KEPT:
            made.popitem(last=False)
    return made[key]


@dataclass(frozen=True)
class Parcel:
    """A scenario as bytes, and the start states that it has."""

    scenario: bytes
    starts: dict[str, bytes]


class Parcels:
    """Scenarios as parcels; the last ones are kept."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, Parcel] = OrderedDict()
        self._starts: OrderedDict[str, bytes] = OrderedDict()

    def of(self, scenario: Scenario) -> Parcel:
        """A scenario as a parcel."""
        return kept(self._made, scenario.fingerprint, lambda: self._packed(scenario))

    def _packed(self, scenario: Scenario) -> Parcel:
        content = io.BytesIO()
        packer = _Packer(content, protocol=5)
        packer.dump(scenario)
        starts = {
            name: kept(self._starts, name, partial(bytes, start))
            for name, start in packer.starts.items()
        }
        return Parcel(content.getvalue(), starts)


class _Packer(pickle.Pickler):
    """Leaves start states out, and has them beside."""

    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.starts: dict[str, bytes] = {}
        self._named: dict[int, str] = {}

    def persistent_id(self, part: Any) -> str | None:
        """The name under which a start state goes beside."""
        if not isinstance(part, Start):
            return None
        if id(part) not in self._named:
            content = pickle.dumps(part, protocol=5)
            name = self._named[id(part)] = hashlib.sha256(content).hexdigest()
            self.starts[name] = content
        return self._named[id(part)]


class _Unpacker(pickle.Unpickler):
    """Puts the start states in again, each the same one wherever it is."""

    def __init__(self, parcel: Parcel) -> None:
        super().__init__(io.BytesIO(parcel.scenario))
        self._parcel = parcel

    def persistent_load(self, name: Any) -> Start:
        """A start state by its name."""
        return kept(_starts, name, lambda: _start_of(self._parcel.starts[name]))


_starts: OrderedDict[str, Start] = OrderedDict()


def _start_of(content: bytes) -> Start:
    start: Start = pickle.loads(content)
    return start


def unpacked(parcel: Parcel) -> Scenario:
    """A scenario from the bytes that this program's own main process has sent."""
    scenario: Scenario = _Unpacker(parcel).load()
    return scenario
