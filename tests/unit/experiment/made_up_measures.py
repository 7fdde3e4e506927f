"""Measures with a known truth, for procedures: what the lab would give them, without any run."""

import zlib
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

import numpy as np

from sim.experiment.scores import Floats, Key, Scores
from sim.experiment.variants import Variant

T = TypeVar("T")
MOST = 200
Draw = Callable[[Variant, np.random.Generator, int], Mapping[Key, Floats]]
"""The values of a variant's measures in so many replications."""


def carry_out(
    procedure: Generator[Mapping[Variant, int], Mapping[Variant, Scores], T], draw: Draw, seed: int
) -> tuple[T, dict[Variant, int]]:
    """What a procedure finds, and how many replications of each variant it asked for."""
    asked: dict[Variant, int] = {}
    try:
        wanted = next(procedure)
        while True:
            for variant, number in wanted.items():
                asked[variant] = max(number, asked.get(variant, 0))
            wanted = procedure.send({v: scores(v, n, draw, seed) for v, n in wanted.items()})
    except StopIteration as finished:
        found: T = finished.value
        return found, asked


def scores(variant: Variant, number: int, draw: Draw, seed: int) -> Scores:
    """The first so many replications of a variant: the same however many are asked for."""
    chance = np.random.default_rng([seed, zlib.crc32(variant.name.encode())])
    rows = {key: values[:number] for key, values in draw(variant, chance, MOST).items()}
    numerator = np.array(list(rows.values()))
    return Scores({key: n for n, key in enumerate(rows)}, numerator, np.ones_like(numerator))
