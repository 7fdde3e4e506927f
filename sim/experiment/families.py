"""Which scenarios are compared with which, and of which others a combined scenario is made.

A family is a baseline with the scenarios that are compared with it. What a scenario changes is its
own levers: those that its baseline does not have.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_MOST_STEPS = 20_000
"""Looking for the parts of a combined scenario ends after this many trials."""


@dataclass(frozen=True)
class Family:
    """A baseline and the scenarios that are compared with it, in the experiment's order."""

    baseline: str
    scenarios: tuple[str, ...]


def families_of(baselines: Mapping[str, str | None]) -> tuple[Family, ...]:
    """The families of an experiment, that of the first scenario first.

    ``baselines`` has every scenario in order, with the one it is compared with; None for the first.

    >>> families_of({"now": None, "a": "now", "half": "now", "a, half": "half"})[1]
    Family(baseline='half', scenarios=('a, half',))
    """
    found: dict[str, list[str]] = {}
    for name, baseline in baselines.items():
        if baseline is None:
            found.setdefault(name, [])
        else:
            found.setdefault(baseline, []).append(name)
    return tuple(Family(baseline, tuple(names)) for baseline, names in found.items())


def own_levers(
    levers: Mapping[str, Sequence[str]], baselines: Mapping[str, str | None]
) -> dict[str, tuple[str, ...]]:
    """What each scenario changes beside its baseline: its levers without the baseline's."""
    found = {}
    for name, used in levers.items():
        baseline = baselines.get(name)
        taken = set(levers.get(baseline, ())) if baseline else set()
        found[name] = tuple(lever for lever in used if lever not in taken)
    return found


def parts_of(
    scenario: str, own: Mapping[str, Sequence[str]], finest: bool = True
) -> tuple[str, ...]:
    """Other scenarios of a family that together make up a combined one; empty if there are none.

    Every lever of the combined scenario is in exactly one of them. ``finest`` prefers those of few
    levers, otherwise those of many.

    >>> own = {"a": "a", "b": "b", "c": "c", "ab": "ab", "all": "abc"}
    >>> parts_of("all", own), parts_of("all", own, finest=False)
    (('a', 'b', 'c'), ('ab', 'c'))
    """
    whole = frozenset(own[scenario])
    smaller = [
        (name, frozenset(levers))
        for name, levers in own.items()
        if name != scenario and levers and frozenset(levers) < whole
    ]
    smaller.sort(key=lambda pair: len(pair[1]) if finest else -len(pair[1]))
    steps = iter(range(_MOST_STEPS))
    chosen = next(_covers(whole, smaller, steps), ())
    return tuple(name for name in own if name in chosen)


def _covers(
    left: frozenset[str], smaller: Sequence[tuple[str, frozenset[str]]], steps: Iterator[int]
) -> Iterator[tuple[str, ...]]:
    """Ways to make up a set of disjoint smaller ones, those in front preferred."""
    if not left:
        yield ()
        return
    first = min(left)
    for name, levers in smaller:
        if next(steps, None) is None:
            return
        if first in levers and levers <= left:
            for rest in _covers(left - levers, smaller, steps):
                yield (name, *rest)
