"""Mixes of levers and capacity: what they cost, which can be, and which are neighbours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from sim.experiment.budget.budget import Budget
from sim.experiment.variants import Change, Variant, as_levers, beside
from sim.place.document import Document
from sim.place.levers import lay_over, read_lever
from sim.place.problems import InputError

MOST_LISTED = 200_000
"""Mixes are counted one by one if there are no more than this, whatever they cost."""

Mix = tuple[int, ...]
"""How many steps of each choice; a lever has one."""


@dataclass(frozen=True)
class Choice:
    """A lever, or a number that may be added to in steps."""

    name: str
    """The lever's name, or the path."""
    title: str
    most: int
    cost: float
    """Of a step, in pounds a year."""
    step: float | None = None
    """How much a step adds; None for a lever."""


@dataclass(frozen=True)
class Mixes:
    """All that may be chosen within a budget."""

    choices: tuple[Choice, ...]
    at_most: float
    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs of choices that can't be made together."""

    @property
    def nothing(self) -> Mix:
        """The mix of nothing."""
        return (0,) * len(self.choices)

    @property
    def alone(self) -> list[Mix]:
        """A step of each choice alone."""
        return [_changed(self.nothing, n, 1) for n in range(len(self.choices))]

    @property
    def number(self) -> int:
        """How many mixes there are, whatever they cost."""
        return prod(choice.most + 1 for choice in self.choices)

    def cost(self, mix: Mix) -> float:
        """What a mix costs, in pounds a year."""
        return round(sum(n * c.cost for n, c in zip(mix, self.choices, strict=True)), 6)

    def can_be(self, mix: Mix) -> bool:
        """Whether it is within the budget, and nothing in it excludes another."""
        return self.cost(mix) <= self.at_most and not any(mix[a] and mix[b] for a, b in self.apart)

    def within(self) -> list[Mix] | None:
        """Every mix within the budget, the cheapest first; None if they are too many to list."""
        if self.number > MOST_LISTED:
            return None
        ranges = [range(choice.most + 1) for choice in self.choices]
        return sorted(filter(self.can_be, product(*ranges)), key=lambda mix: (self.cost(mix), mix))

    def neighbours(self, mix: Mix) -> Iterator[Mix]:
        """One step more or less of one choice, or one less for one more of another."""
        every = range(len(mix))
        for n, by in product(every, (-1, 1)):
            yield from self._if_possible(_changed(mix, n, by))
        for less, more in product(every, every):
            yield from self._if_possible(_changed(_changed(mix, less, -1), more, 1))

    def _if_possible(self, mix: Mix) -> Iterator[Mix]:
        inside = all(0 <= n <= choice.most for n, choice in zip(mix, self.choices, strict=True))
        if inside and self.can_be(mix):
            yield mix


def _changed(mix: Mix, place: int, by: int) -> Mix:
    return (*mix[:place], mix[place] + by, *mix[place + 1 :])


def mixes_of(budget: Budget, base: Document, levers: Mapping[str, Document]) -> Mixes:
    """What may be chosen; ``base`` is the place, and every lever is known to state its cost."""
    choices = []
    for name in budget.choices.levers:
        lever = read_lever(levers[name])
        cost = sum(each.value for each in lever.costs.values())
        choices.append(Choice(name, lever.title, 1, cost))
    for path, steps in budget.choices.capacity.items():
        title = f"{steps.step:g} more at {path}"
        choices.append(Choice(path, title, steps.most, steps.cost_of_a_step, steps.step))
    documents = [levers[name] for name in budget.choices.levers]
    added = [Change(path, "plus", steps.step) for path, steps in budget.choices.capacity.items()]
    documents += as_levers(added, base.path, str(base.path))
    apart = {
        (a, b)
        for b in range(len(documents))
        for a in range(b)
        if not _go_together(base, [documents[a], documents[b]])
    }
    return Mixes(tuple(choices), budget.at_most, frozenset(apart))


def _go_together(base: Document, levers: Sequence[Document]) -> bool:
    try:
        lay_over(base, levers)
    except InputError:
        return False
    return True


def variant_of(mixes: Mixes, base: Variant, mix: Mix, known: Sequence[Variant] = ()) -> Variant:
    """The scenario with a mix laid on; one of the experiment's own scenarios, if it is that."""
    chosen = [(c, n) for c, n in zip(mixes.choices, mix, strict=True) if n]
    levers = [choice.name for choice, _ in chosen if choice.step is None]
    changes = [
        Change(choice.name, "plus", _whole(choice.step * n))
        for choice, n in chosen
        if choice.step is not None
    ]
    if not changes:
        wanted = {*base.levers, *levers}
        own = [base, *known]
        found = next((v for v in own if set(v.levers) == wanted and not v.changes), None)
        if found is not None:
            return found
    said = " + ".join([*levers, *(str(each.number) for each in changes)])
    return beside(base, levers, changes, said)


def _whole(number: float) -> float | int:
    number = round(number, 9)
    return int(number) if number == int(number) else number
