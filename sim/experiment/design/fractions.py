"""Fractional factorials: part of all combinations, chosen so that what is mixed up is known.

A regular fraction varies a few base factors in all combinations; each other factor is a product of
some of them. Products of factors that never change are its defining words; the shortest has as many
letters as the design's resolution. Here each word keeps the sign that lets the run with everything
off belong to the fraction: + if its letters are even in number, − if they are odd.

Source: Box, Hunter & Hunter (2005), Statistics for Experimenters, chapter 6; Fries and Hunter
(1980), Minimum aberration 2^(k-p) designs, Technometrics 22.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

LETTERS = "ABCDEFGHJKLMNOP"
"""The factors' letters in the design books, which leave out the I."""
MOST_FACTORS = len(LETTERS)


@dataclass(frozen=True)
class Fraction:
    """A regular fraction of all combinations of so many factors of two levels."""

    factors: int
    generators: tuple[frozenset[int], ...]
    """For each factor after the base ones: the base factors whose product it is."""

    @property
    def base(self) -> int:
        """How many factors are varied in all combinations."""
        return self.factors - len(self.generators)

    @property
    def runs(self) -> tuple[tuple[int, ...], ...]:
        """Each combination of the fraction: 0 for off and 1 for on, factor by factor.

        >>> smallest_fraction(3, 3).runs
        ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0))
        """
        return tuple(
            (*bits, *(sum(bits[i] for i in made) % 2 for made in self.generators))
            for bits in product((0, 1), repeat=self.base)
        )

    @property
    def words(self) -> tuple[frozenset[int], ...]:
        """The defining words, short ones first."""
        alone = [made | {self.base + n} for n, made in enumerate(self.generators)]
        found = {frozenset[int]()}
        for word in alone:
            found |= {word ^ other for other in found}
        return tuple(sorted(found - {frozenset()}, key=lambda word: (len(word), sorted(word))))

    @property
    def resolution(self) -> int | None:
        """Letters in the shortest defining word; None where all combinations are run."""
        return min((len(word) for word in self.words), default=None)

    @property
    def defining_relation(self) -> str:
        """The defining words as the design books write them; empty for all combinations.

        >>> smallest_fraction(5, 3).defining_relation
        'I = −ABD = −ACE = BCDE'
        """
        if not self.words:
            return ""
        return " = ".join(["I", *(_sign(word) + _letters(word) for word in self.words)])

    @property
    def generated(self) -> str:
        """How each further factor follows from the base ones.

        >>> smallest_fraction(5, 3).generated
        'D = −AB, E = −AC'
        """
        words = [(LETTERS[self.base + n], made) for n, made in enumerate(self.generators)]
        return ", ".join(
            f"{letter} = {_sign(made | {-1})}{_letters(made)}" for letter, made in words
        )

    def aliases(self, effect: frozenset[int]) -> tuple[frozenset[int], ...]:
        """The main effects and two-way interactions that can't be told from one of these."""
        mixed = {effect ^ word for word in self.words}
        short = [each for each in mixed if 1 <= len(each) <= 2]
        return tuple(sorted(short, key=lambda each: (len(each), sorted(each))))


def _letters(word: frozenset[int]) -> str:
    return "".join(LETTERS[n] for n in sorted(word))


def _sign(word: frozenset[int]) -> str:
    return "−" if len(word) % 2 else ""


@lru_cache(maxsize=64)
def smallest_fraction(factors: int, resolution: int) -> Fraction:
    """The fraction of fewest runs with this resolution (3, 4 or 5), of least aberration found.

    Of two fractions with as many runs, that with fewer of the shortest words has less aberration.
    All combinations, where no part of them will do.

    Raises:
        ValueError: more than 15 factors, or none.
    """
    if not 1 <= factors <= MOST_FACTORS:
        raise ValueError(f"a fractional factorial has 1 to {MOST_FACTORS} factors")
    for base in range(1, factors):
        found = _generators(base, factors - base, resolution)
        if found is not None:
            return Fraction(factors, found)
    return Fraction(factors, ())


def _generators(base: int, number: int, resolution: int) -> tuple[frozenset[int], ...] | None:
    """So many products of base factors, or None if so many are not found.

    Begun with a product of each length, and gone on with one at a time: each time that which adds
    the fewest short words. Of what these ways end in, that of least aberration.
    """
    candidates = [
        sum(1 << i for i in made)
        for size in range(resolution - 1, base + 1)
        for made in combinations(range(base), size)
    ]
    if len(candidates) < number:
        return None
    starts = {made.bit_count(): made for made in reversed(candidates)}
    found = [_from_start(start, candidates, base, number, resolution) for start in starts.values()]
    best = min((each for each in found if each), default=None)
    return tuple(frozenset(_bits(made)) for made in best[1]) if best else None


def _from_start(
    start: int, candidates: Sequence[int], base: int, number: int, resolution: int
) -> tuple[tuple[int, ...], list[int]] | None:
    """Generators that begin with one of them, and how many words of each length they have."""
    chosen: list[int] = []
    words = [0]
    for n in range(number):
        letter = 1 << (base + n)
        tried = [
            (pattern, made)
            for made in (candidates if n else [start])
            if made not in chosen
            and not any((pattern := _pattern(words, made | letter))[: resolution - 1])
        ]
        if not tried:
            return None
        made = min(tried)[1]
        chosen.append(made)
        words += [word ^ (made | letter) for word in words]
    return _pattern(words[1:], 0), chosen


def _pattern(words: Sequence[int], word: int) -> tuple[int, ...]:
    """How many products of one word with some others have 1, 2, 3 … letters."""
    counts = [0] * (MOST_FACTORS + 1)
    for other in words:
        counts[(other ^ word).bit_count()] += 1
    return tuple(counts[1:])


def _bits(mask: int) -> Iterator[int]:
    return (n for n in range(mask.bit_length()) if mask >> n & 1)
