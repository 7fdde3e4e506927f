"""Named streams of random numbers that no other decision can move.

Each person has a key, made of (seed, replication, group, day, index within the day). Each decision
has a key of its own, made of its name. A uniform number is a fixed scramble of the two and of the
visit, so the number that settles a decision for a person is the same whoever else comes, whatever
else is decided, and in whatever order. Nothing is drawn in sequence; nothing can shift.

The scramble is the output function of SplitMix64, applied to a key for each part in turn.

Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA;
Salmon and others (2011), Parallel random numbers: as easy as 1, 2, 3 (counter-based generators).
"""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Ints = NDArray[np.signedinteger]
Uniforms = NDArray[np.float64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@lru_cache(maxsize=20_000, typed=True)
def named_key(*parts: object) -> np.uint64:
    """A 64-bit key from words and numbers, the same on every machine.

    >>> named_key(1, "stay", "ward") == named_key(1, "stay", "ward")
    True
    """
    text = "\x1f".join(str(part) for part in parts).encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


def scramble(keys: Keys) -> Keys:
    """SplitMix64's output function: a one-to-one scramble of 64-bit numbers."""
    z = keys ^ (keys >> np.uint64(30))
    z *= _MIX_1
    z ^= z >> np.uint64(27)
    z *= _MIX_2
    z ^= z >> np.uint64(31)
    return z


def person_keys(group_key: np.uint64 | Keys, day: Ints, index: Ints) -> Keys:
    """The keys of people by their day and their index within the day; shape (people,)."""
    with np.errstate(over="ignore"):
        by_day = scramble(group_key + day.astype(np.uint64) * _GOLDEN)
        return scramble(by_day + (index.astype(np.uint64) + np.uint64(1)) * _GOLDEN)


def uniforms(people: Keys, decision: np.uint64, visit: Ints | int = 0) -> Uniforms:
    """One number in (0, 1) for each person, for one decision at one visit; shape (people,)."""
    if isinstance(visit, int):
        bits = scramble(people + _visit_key(int(decision), visit))
    elif not visit.any():  # most are first visits
        bits = scramble(people + _visit_key(int(decision), 0))
    else:
        bits = scramble(people + scramble(decision + visit.astype(np.uint64) * _GOLDEN))
    # 52 bits, as with 53 the half would be rounded, and the greatest number would be 1.
    return ((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


@lru_cache(maxsize=100_000)
def _visit_key(decision: int, visit: int) -> np.uint64:
    """The key of a decision at one visit, as ``scramble`` makes it."""
    whole = (decision + visit * int(_GOLDEN)) % 2**64
    return np.uint64(scramble(np.array([whole], dtype=np.uint64))[0])
