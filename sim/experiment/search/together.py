"""Joint search: the cheapest capacities, of several settings at once, with which all targets hold.

Settings that hold each other up can't be sized one by one: a bed more in one lets more people come
to the next. The method, for candidates that are vectors of values:

1. The least that each setting can do with while all others have their most (bisection). No vector
   that meets the targets has less of anything.
2. From a vector that meets them, found between these and the most, go down setting by setting.
3. Try every vector that costs less and can't be raised without costing as much. If one meets the
   targets, go down from there and begin this step again. If all miss, so does whatever is cheaper,
   as each cheaper vector has no more of anything than one of them. Where one is unclear, those just
   below it are tried as well.

This takes it that more capacity never makes a target harder to meet. In a network with blocking
that is nearly so, but not quite: more beds at the front let people through sooner and closer
together. So the answer is the cheapest but for such effects, and where chance can't tell, the
vectors that may be cheaper are named.

Source: the descent and the marginal steps follow the marginal allocation of Fox (1966), Discrete
optimization via marginal analysis, Management Science 13; the last step is ours, and makes of a
local answer one that holds against every cheaper vector.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

from sim.experiment.making.lab import Procedure
from sim.experiment.search.judging import Terms, Tried, judge
from sim.experiment.variants import Variant

MOST_JUDGED = 400
"""A joint search judges at most so many vectors, and says so if these were too few."""
MOST_LISTED = 200_000
"""Of more cheaper vectors than this, only exchanges of one step for another are tried."""
AT_ONCE = 8
"""So many vectors are judged side by side."""

Places = tuple[int, ...]
"""A vector: for each path, the place of its value among those that may be tried, least first."""


@dataclass(frozen=True)
class Vectors:
    """The vectors that may be tried, and what each costs."""

    values: tuple[tuple[float, ...], ...]
    """Of each path, least first."""
    costs: tuple[float, ...]
    """Of one step of each path."""

    @property
    def most_judged(self) -> int:
        """At most so many vectors are judged."""
        return min(MOST_JUDGED, prod(map(len, self.values)))

    @property
    def top(self) -> Places:
        """The most of everything."""
        return tuple(len(each) - 1 for each in self.values)

    def cost(self, places: Places) -> float:
        """What a vector costs above the least of everything."""
        return round(sum(n * cost for n, cost in zip(places, self.costs, strict=True)), 9)

    def of(self, places: Places) -> tuple[float, ...]:
        """The values of a vector."""
        return tuple(each[n] for each, n in zip(self.values, places, strict=True))


@dataclass(frozen=True)
class Joint:
    """The cheapest vector that surely meets the targets, and what may be cheaper."""

    values: tuple[float, ...] | None
    """None if even the most of everything does not surely meet them."""
    open: tuple[tuple[float, ...], ...]
    """Cheaper vectors of which neither is sure."""
    is_searched: bool
    """Whether every cheaper vector is accounted for."""
    most: tuple[float, ...]
    """The most of everything that may be tried."""
    most_misses: bool
    """Whether even that surely misses."""
    by_cost: bool
    """Whether the paths' steps cost differently, so that fewest and cheapest are not the same."""
    tried: dict[tuple[float, ...], Tried]


@dataclass
class _Known:
    """What has been judged so far."""

    vectors: Vectors
    candidate: Callable[[tuple[float, ...]], Variant]
    terms: Terms
    tried: dict[Places, Tried] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return len(self.tried) >= self.terms.candidates

    def judge(self, wanted: Sequence[Places]) -> Procedure[None]:
        """Judge these, as far as they are not judged yet and there is room for them."""
        new = [each for each in dict.fromkeys(wanted) if each not in self.tried]
        new = new[: self.terms.candidates - len(self.tried)]
        variants = {self.candidate(self.vectors.of(each)): each for each in new}
        judged = yield from judge(list(variants), self.terms)
        for variant, places in variants.items():
            self.tried[places] = judged[variant]

    def meets(self, places: Places) -> Procedure[bool]:
        """Whether a vector surely meets the targets."""
        yield from self.judge([places])
        return places in self.tried and self.tried[places].verdict == "meets"

    def surely_misses(self, places: Places) -> bool:
        """Whether it is known to miss: it has no more of anything than one that misses."""
        return any(
            each.verdict == "misses" and all(a <= b for a, b in zip(places, other, strict=True))
            for other, each in self.tried.items()
        )


def cheapest(
    vectors: Vectors, candidate: Callable[[tuple[float, ...]], Variant], terms: Terms
) -> Procedure[Joint]:
    """Find the cheapest vector with which every target is met."""
    known = _Known(vectors, candidate, terms)
    top = vectors.top
    if not (yield from known.meets(top)):
        return _joint(known, None, (), False)
    least = yield from _least_of_each(known)
    best = yield from _first_between(known, least, top)
    while True:
        best = yield from _down_from(known, best, least)
        better, unclear = yield from _cheaper(known, best, least)
        if better is None:
            is_searched = not known.is_full and not _is_too_large(vectors, best, least)
            return _joint(known, best, unclear, is_searched)
        best = better


def _joint(
    known: _Known, best: Places | None, unclear: Sequence[Places], is_searched: bool
) -> Joint:
    vectors = known.vectors
    top = known.tried[vectors.top]
    return Joint(
        None if best is None else vectors.of(best),
        tuple(vectors.of(each) for each in unclear),
        is_searched,
        vectors.of(vectors.top),
        top.verdict == "misses",
        len(set(vectors.costs)) > 1,
        {vectors.of(places): each for places, each in known.tried.items()},
    )


def _least_of_each(known: _Known) -> Procedure[Places]:
    """For each path, one more than the most that surely misses while all others have their most."""
    top = known.vectors.top
    least = []
    for path, most in enumerate(top):
        low, high = 0, most
        while low < high:
            middle = (low + high) // 2
            places = (*top[:path], middle, *top[path + 1 :])
            yield from known.judge([places])
            if known.surely_misses(places):
                low = middle + 1
            else:
                high = middle
        least.append(low)
    return tuple(least)


def _first_between(known: _Known, least: Places, top: Places) -> Procedure[Places]:
    """A vector that surely meets the targets, as low as can be on the way from least to most."""
    steps = max(b - a for a, b in zip(least, top, strict=True))
    low, high = -1, steps
    while high - low > 1:
        middle = (low + high) // 2
        if (yield from known.meets(_on_the_way(least, top, middle, steps))):
            high = middle
        else:
            low = middle
    return _on_the_way(least, top, high, steps)


def _on_the_way(least: Places, top: Places, step: int, steps: int) -> Places:
    return tuple(
        a + -(-(b - a) * step // steps) if steps else a for a, b in zip(least, top, strict=True)
    )


def _down_from(known: _Known, best: Places, least: Places) -> Procedure[Places]:
    """Take away what can be taken, path by path: where most money can be saved first."""
    vectors = known.vectors
    costs = vectors.costs
    order = sorted(range(len(best)), key=lambda path: -costs[path] * (best[path] - least[path]))
    for path in order:
        low, high = least[path] - 1, best[path]
        while high - low > 1:
            middle = (low + high) // 2
            lower = (*best[:path], middle, *best[path + 1 :])
            if not known.surely_misses(lower) and (yield from known.meets(lower)):
                high = middle
            else:
                low = middle
        best = (*best[:path], high, *best[path + 1 :])
    return best


def _cheaper(
    known: _Known, best: Places, least: Places
) -> Procedure[tuple[Places | None, list[Places]]]:
    """A cheaper vector that surely meets the targets, if any; else those that are unclear."""
    listed = _exchanges if _is_too_large(known.vectors, best, least) else _just_cheaper
    wanted = list(dict.fromkeys(listed(known.vectors, best, least)))
    unclear: dict[Places, None] = {}
    while wanted:
        wanted = [each for each in wanted if each not in unclear and not known.surely_misses(each)]
        together, wanted = wanted[:AT_ONCE], wanted[AT_ONCE:]
        yield from known.judge(together)
        for each in together:
            verdict = known.tried[each].verdict if each in known.tried else "unclear"
            if verdict == "meets":
                return each, []
            if verdict == "unclear":
                unclear[each] = None
                wanted += [] if known.is_full else _one_less(each, least)
        wanted = list(dict.fromkeys(wanted))
    return None, list(unclear)


def _one_less(places: Places, least: Places) -> Iterator[Places]:
    for path, (here, low) in enumerate(zip(places, least, strict=True)):
        if here > low:
            yield (*places[:path], here - 1, *places[path + 1 :])


def _just_cheaper(vectors: Vectors, best: Places, least: Places) -> Iterator[Places]:
    """Every vector that costs less, and of which one step more of anything costs as much or more.

    In the order of what they cost, dearest first.
    """
    limit, top = vectors.cost(best), vectors.top
    found = []
    for places in product(*_ranges(vectors, best, least)):
        cost = vectors.cost(places)
        room = [vectors.costs[n] for n in range(len(top)) if places[n] < top[n]]
        if cost < limit and (not room or cost + min(room) >= limit):
            found.append(places)
    yield from sorted(found, key=lambda places: (-vectors.cost(places), places))


def _ranges(vectors: Vectors, best: Places, least: Places) -> list[range]:
    """For each path, the places that a vector no dearer than the best can have."""
    spare = vectors.cost(best) - vectors.cost(least)
    return [
        range(low, min(most, low + int(spare / cost)) + 1)
        for low, most, cost in zip(least, vectors.top, vectors.costs, strict=True)
    ]


def _is_too_large(vectors: Vectors, best: Places, least: Places) -> bool:
    """Whether there are more vectors to look through than can be listed."""
    return prod(map(len, _ranges(vectors, best, least))) > MOST_LISTED


def _exchanges(vectors: Vectors, best: Places, least: Places) -> Iterator[Places]:
    """One step less of one thing, alone or for one step more of a cheaper one."""
    for lower in _one_less(best, least):
        yield lower
        for path, (here, most) in enumerate(zip(lower, vectors.top, strict=True)):
            other = (*lower[:path], here + 1, *lower[path + 1 :])
            if here < most and vectors.cost(other) < vectors.cost(best):
                yield other
