"""Scenarios written out of which two are, in what they change, one other together."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from sim.experiment.design.contrasts import INTERACTION, Contrast, together
from sim.experiment.families import families_of, own_levers

_MOST_LISTED = 200


def listed_interactions(
    levers: Mapping[str, Sequence[str]], baselines: Mapping[str, str | None]
) -> list[Contrast]:
    """The interaction of any two scenarios where a third of their family has just what both have.

    ``levers`` has what each scenario changes, ``baselines`` what it is compared with.

    >>> levers = {"now": (), "a": ("x",), "b": ("y", "z"), "all": ("z", "x", "y")}
    >>> baselines = {"now": None, "a": "now", "b": "now", "all": "now"}
    >>> [each.of for each in listed_interactions(levers, baselines)]
    [('a', 'b')]
    """
    own = own_levers(levers, baselines)
    found = [
        contrast
        for family in families_of(baselines)
        for contrast in _pairs_in({name: own[name] for name in family.scenarios}, family.baseline)
    ]
    return found[:_MOST_LISTED]


def _pairs_in(own: Mapping[str, Sequence[str]], baseline: str) -> Iterator[Contrast]:
    sets = {name: frozenset(levers) for name, levers in own.items() if levers}
    wholes: dict[frozenset[str], str] = {}
    for name, levers in sets.items():
        wholes.setdefault(levers, name)
    for a, b in combinations(sets, 2):
        both = wholes.get(sets[a] | sets[b])
        if both is not None and not sets[a] & sets[b]:
            yield Contrast(INTERACTION, (a, b), together(both, a, b, baseline))
