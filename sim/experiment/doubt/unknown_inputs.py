"""The inputs in doubt as they are drawn: their distributions, and what a value changes in a place.

A range is (low, central, high), low and high being the lowest and highest that the number may
reasonably be. It is drawn from a triangle with its peak at the central value or, if so written,
evenly; a factor on the scale of logarithms, where half and twice lie equally far from 1. So nothing
outside the range is ever drawn, and no more is assumed than the three numbers say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.experiment.doubt.doubt import MAX_INPUTS, MAX_RUNS, Doubt, DoubtfulInput
from sim.experiment.sources import Sources
from sim.experiment.variants import Change
from sim.place.distributions import Distribution
from sim.place.document import Document, Keys, Tree
from sim.place.load import check_place
from sim.place.numbers import Number
from sim.place.numbers_used import inventory
from sim.place.paths import EVERY, UnknownPathError, dotted, find_all, kind_at
from sim.place.problems import InputError, Problem, input_error, refuse
from sim.place.shape import table

Floats = NDArray[np.float64]
_FIGURES = 6
"""A drawn number is rounded to so many figures, so that it can be written down and used again."""


@dataclass(frozen=True)
class Target:
    """One number, or one pattern of numbers, that an input changes."""

    path: str
    operation: str
    stands: float | None = None
    """What stands there, where that is a whole number: then it is set to the nearest one."""

    def change(self, value: float) -> Change:
        """The change that a value of the input makes here."""
        if self.stands is None:
            return Change(self.path, self.operation, value)  # type: ignore[arg-type]
        new = {"times": self.stands * value, "plus": self.stands + value, "set": value}
        return Change(self.path, "set", int(np.floor(new[self.operation] + 0.5)))


@dataclass(frozen=True)
class UnknownInput:
    """An input in doubt, with all that it changes."""

    name: str
    low: float
    central: float
    high: float
    targets: tuple[Target, ...]
    shape: str = "triangular"
    is_factor: bool = False
    leaves_alone: float | None = None
    """The value that changes nothing in the place."""
    where: str = ""
    """Where it is written, for messages."""
    why: str = ""
    source: str = ""
    certainty: str = ""

    def at(self, shares: Floats) -> Floats:
        """The values below which so large a share of its distribution lies; any shape.

        >>> UnknownInput("x", 0.5, 1, 2, (), is_factor=True).at(np.array([0.0, 0.5, 1.0]))
        array([0.5, 1. , 2. ])
        """
        low, central, high = self.scaled(np.array([self.low, self.central, self.high]))
        if self.shape == "uniform":
            values = low + shares * (high - low)
        else:
            left = low + np.sqrt(shares * (high - low) * (central - low))
            right = high - np.sqrt((1 - shares) * (high - low) * (high - central))
            values = np.where(shares * (high - low) < central - low, left, right)
        values = np.exp(values) if self.is_factor else values
        return np.array([_rounded(float(value)) for value in values.ravel()]).reshape(values.shape)

    def scaled(self, values: Floats) -> Floats:
        """Values on the scale on which they are drawn."""
        return np.log(values) if self.is_factor else values

    def changes(self, value: float, said: str = "") -> tuple[Change, ...]:
        """What the place has to have changed for this value; ``said`` names it in messages."""
        if value == self.leaves_alone:
            return ()
        at = f"{self.where} ({said}{self.name} = {value:g})"
        return tuple(replace(target.change(value), asked_at=at) for target in self.targets)


def _rounded(value: float) -> float:
    return float(f"{value:.{_FIGURES}g}")


def unknown_inputs(document: Document, doubt: Doubt, sources: Sources) -> list[UnknownInput]:
    """The inputs that an experiment doubts, found in its place.

    Raises:
        InputError: a path leads nowhere or to no number; too many inputs, or too many runs.
    """
    found: list[UnknownInput] = []
    problems: list[Problem] = []
    for name, each in doubt.inputs.items():
        try:
            found.append(_named(document, sources.base, name, each))
        except InputError as error:
            problems += error.problems
    refuse(problems)
    if doubt.place_ranges:
        ranges = list(_of_place(document, sources))
        if not ranges:
            raise input_error(
                document.where(("doubt", "place_ranges")),
                "no number of the place is written with both low and high; write them beside its "
                "value, or name the inputs here",
            )
        found += ranges
    if len(found) > MAX_INPUTS:
        raise input_error(
            document.where(("doubt",)),
            f"{len(found)} inputs are in doubt; at most {MAX_INPUTS} may be. Name those that count "
            "under inputs, with * for many numbers that are wrong together",
        )
    if doubt.runs(len(found)) > MAX_RUNS:
        raise input_error(
            document.where(("doubt",)),
            f"this asks for {doubt.runs(len(found)):,} runs of {len(found)} inputs; at most "
            f"{MAX_RUNS:,} are allowed. Ask for fewer draws, points or scenarios",
        )
    return found


def _named(document: Document, base: Document, name: str, each: DoubtfulInput) -> UnknownInput:
    """An input that the experiment names."""
    at: Keys = ("doubt", "inputs", name)
    targets: list[Target] = []
    problems: list[Problem] = []
    for path, operation in each.change.items():
        try:
            targets += _targets(base, path, operation)
        except (UnknownPathError, ValueError) as error:
            problems.append(document.problem((*at, "change", path), str(error), at_key=True))
    refuse(problems)
    operations = set(each.change.values())
    neutral = {frozenset({"times"}): 1.0, frozenset({"plus"}): 0.0}.get(frozenset(operations))
    return UnknownInput(
        name, each.low, each.central, each.high, tuple(targets), each.shape, each.is_factor,
        neutral, document.where(at, at_key=True), each.why, each.source or "",
        each.certainty or "",
    )  # fmt: skip


def _targets(base: Document, path: str, operation: str) -> Iterator[Target]:
    """What a path leads to: itself, or each number on its own where that is set or is whole."""
    every = find_all(base.tree, path, may_add=False)
    whole = [_is_whole(base.tree, keys) for keys in every]
    if operation != "set" and not any(whole):
        yield Target(path, operation)
        return
    for keys, is_whole in zip(every, whole, strict=True):
        value = _value(base.tree, keys)
        if value is None:
            raise ValueError(f"{dotted(keys)} is no number that could be varied like this")
        one = dotted(keys) if EVERY in path.split(".") or operation == "set" else path
        if operation == "set" and not isinstance(_node(base.tree, keys), int | float):
            is_length = table(kind_at(base.tree, keys)) is Distribution
            one += ".fixed.value" if is_length else ".value"
        yield Target(one, operation, value if is_whole else None)


def _is_whole(tree: Tree, keys: Keys) -> bool:
    kind = table(kind_at(tree, keys))
    return kind is not None and issubclass(kind, Number) and kind.whole


def _node(tree: Tree, keys: Keys) -> Tree:
    node: Tree = tree
    for key in keys:
        if isinstance(node, list):
            node = node[int(key)]
        else:
            node = node.get(str(key)) if isinstance(node, dict) else node
    return node


def _value(tree: Tree, keys: Keys) -> float | None:
    """The number that stands there, in whichever form; None if there is none."""
    node = _node(tree, keys)
    if isinstance(node, dict):
        node = node.get("value")
    if isinstance(node, str):
        node = _length(node)
    is_number = isinstance(node, int | float) and not isinstance(node, bool)
    return float(node) if is_number else None  # type: ignore[arg-type]


def _length(text: str) -> float | None:
    try:
        return float(text.strip().partition(" ")[0])
    except ValueError:
        return None


def _of_place(document: Document, sources: Sources) -> Iterator[UnknownInput]:
    """Every number of a place that is written with both low and high."""
    base = sources.base
    for row in inventory(check_place(base, sources.start)):
        low, high = row["low"], row["high"]
        if low is None or high is None or low == high:
            continue
        keys = find_all(base.tree, row["path"], may_add=False)[0]
        central = float(row["value"])
        stands = central if _is_whole(base.tree, keys) else None
        yield UnknownInput(
            row["path"], low, central, high, (Target(f"{row['path']}.value", "set", stands),),
            leaves_alone=central, where=document.where(("doubt", "place_ranges")),
            why=row["note"] or "", source=row["source"] or "", certainty=row["certainty"] or "",
        )  # fmt: skip


def latin_hypercube(inputs: Sequence[UnknownInput], draws: int, seed: int) -> Floats:
    """Values of the inputs, each of them spread evenly over its distribution; (draws, inputs).

    Source: McKay, Beckman and Conover (1979), Technometrics 21.
    """
    from scipy.stats import qmc

    random = np.random.default_rng([seed, _LATIN])
    shares = qmc.LatinHypercube(len(inputs), seed=random).random(draws)
    return values_at(inputs, shares)


_LATIN = 0x4C485321
"""Keeps the draws of inputs apart from every other stream of the same seed."""


def values_at(inputs: Sequence[UnknownInput], shares: Floats) -> Floats:
    """The inputs' values at points of the unit cube; shape (points, inputs)."""
    return np.column_stack([each.at(shares[:, n]) for n, each in enumerate(inputs)])
