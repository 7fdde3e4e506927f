"""Search: the smallest capacity that meets a target, or the most demand that can be sustained."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.experiment.search.targets import Target
from sim.experiment.variants import Change, Variant, beside
from sim.place.fields import Name
from sim.place.numbers import Strict, wrong

MOST_VALUES = 10_000
PathText = Annotated[str, Field(min_length=1, max_length=300)]


class Steps(Strict):
    """The values that a number of the place may be given: from, to, and the step between."""

    first: float = Field(alias="from", ge=0, le=1e6, description="The least that is tried.")
    last: float = Field(alias="to", ge=0, le=1e6, description="The most that is tried.")
    step: float = Field(1, gt=0, le=1e6, description="From one value to the next (1).")
    cost: float = Field(
        1, gt=0, le=1e9,
        description="What one step costs beside those of the other paths of a joint search, which "
        "looks for the cheapest (1: the fewest in total).",
    )  # fmt: skip

    @model_validator(mode="after")
    def _in_order(self) -> "Steps":
        _check_range(self.first, self.last, self.step, "from", "to")
        return self

    @property
    def values(self) -> list[float]:
        """Every value, the least first."""
        return stepped(self.first, self.last, self.step)


class Factors(Strict):
    """The factors by which a number of the place may be multiplied."""

    first: float = Field(alias="times_from", ge=0, le=1e4, description="The least factor tried.")
    last: float = Field(alias="times_to", ge=0, le=1e4, description="The greatest factor tried.")
    step: float = Field(0.01, gt=0, le=1e4, description="How near the answer is to come (0.01).")

    @model_validator(mode="after")
    def _in_order(self) -> "Factors":
        _check_range(self.first, self.last, self.step, "times_from", "times_to")
        return self

    @property
    def values(self) -> list[float]:
        """Every factor, the greatest first."""
        return stepped(self.first, self.last, self.step)[::-1]


def _check_range(first: float, last: float, step: float, least: str, most: str) -> None:
    if last < first:
        raise wrong(f"{most} {last:g} is below {least} {first:g}")
    if (last - first) / step >= MOST_VALUES:
        raise wrong(f"more than {MOST_VALUES:,} values from {first:g} to {last:g}; widen the step")


def stepped(first: float, last: float, step: float) -> list[float]:
    """Every value from the first to the last; the last is one of them only if a step leads to it.

    >>> stepped(0.8, 1.0, 0.1)
    [0.8, 0.9, 1]
    """
    begin, end, by = (Decimal(repr(each)) for each in (first, last, step))
    found = []
    while begin <= end:
        whole = begin == begin.to_integral_value()
        found.append(int(begin) if whole else float(begin))
        begin += by
    return found


class Search(Strict):
    """The smallest capacity that meets every target, or the most demand under which all are met."""

    scenario: Name | None = Field(
        None, description="The scenario whose levers hold (the first, if left out)."
    )
    smallest: dict[PathText, Steps] = Field(
        default_factory=dict, max_length=8,
        description="Path in the place → the values that may be tried; with several paths the "
        "search is a joint one.",
    )  # fmt: skip
    largest: dict[PathText, Factors] = Field(
        default_factory=dict, max_length=1,
        description="Or one path → the factors that may be tried; * in it stands for every row.",
    )  # fmt: skip
    so_that: tuple[Target, ...] = Field(
        description="The targets; all are to be met.", strict=False, min_length=1, max_length=20
    )
    replications_at_most: int = Field(
        200, ge=10, le=100_000,
        description="How often any candidate is run at most; one that is not clear by then is "
        "undecided.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_kind(self) -> "Search":
        if bool(self.smallest) == bool(self.largest):
            raise wrong("write one of smallest and largest, with a path")
        return self

    @property
    def paths(self) -> list[str]:
        """The paths of what is varied."""
        return [*self.smallest, *self.largest]

    @property
    def varied(self) -> list[Steps | Factors]:
        """The values that each path may be given."""
        return [*self.smallest.values(), *self.largest.values()]


Searches = Annotated[dict[Name, Search], Field(max_length=20)]


def candidate(search: Search, base: Variant, values: Sequence[float]) -> Variant:
    """The variant that gives these values to the search's paths."""
    operation: Literal["set", "times"] = "set" if search.smallest else "times"
    changes = [
        Change(path, operation, value) for path, value in zip(search.paths, values, strict=True)
    ]
    said = " ".join(f"{value:.10g}".replace(".", "_") for value in values)
    return beside(base, changes=changes, said=said)


def corners(search: Search, base: Variant) -> Iterator[Variant]:
    """The candidates at both ends, by which the paths can be checked before anything is run."""
    ends = [(each.values[0], each.values[-1]) for each in search.varied]
    for values in dict.fromkeys([tuple(e[0] for e in ends), tuple(e[1] for e in ends)]):
        yield candidate(search, base, values)
