"""Doubt about inputs, as an experiment writes it: which numbers, how far they may be off."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.experiment.compare_on import CompareOn
from sim.measures.definitions import MEASURES
from sim.place.document import Document
from sim.place.fields import Name, Prose, one_or_list
from sim.place.numbers import Noted, Strict, YesNo, wrong
from sim.place.problems import Problem, did_you_mean, one_of

MAX_INPUTS = 60
MAX_RUNS = 200_000
"""More replications than this, for all scenarios together, are taken for a slip of the pen."""
OWN = "doubt-"
"""How the names of the runs begin in the results folder that the doubt asks for."""


class DoubtfulInput(Noted):
    """One thing about the place that is not known well: where it stands, and its range."""

    change: dict[str, Literal["times", "plus", "set"]] = Field(
        description="Path in the place → how the number drawn is laid over it: times, plus or set. "
        "All paths take the same number; * stands for every row, as in a lever.",
        min_length=1,
        max_length=50,
    )
    low: float = Field(description="The lowest that it may reasonably be.", ge=-1e12, le=1e12)
    central: float = Field(description="What it most likely is.", ge=-1e12, le=1e12)
    high: float = Field(description="The highest that it may reasonably be.", ge=-1e12, le=1e12)
    shape: Literal["triangular", "uniform"] = Field(
        "triangular",
        description="triangular: values near the central one are drawn more often; uniform: all "
        "values of the range alike. Factors (times) are drawn on the scale of ratios, so that half "
        "and twice are equally far from 1.",
    )
    why: Prose = Field(description="Why it is in doubt, and where the range comes from.")

    @model_validator(mode="after")
    def _in_order(self) -> "DoubtfulInput":
        if not self.low <= self.central <= self.high or self.low == self.high:
            raise wrong(
                f"low {self.low:g}, central {self.central:g} and high {self.high:g} must rise "
                "(low and high may not be equal)"
            )
        if "times" in self.change.values() and self.low <= 0:
            raise wrong(f"low {self.low:g} is not allowed: a factor is above 0")
        return self

    @property
    def is_factor(self) -> bool:
        """Whether it only multiplies, and so is drawn on the scale of ratios."""
        return set(self.change.values()) == {"times"}


class Screen(Strict):
    """A cheap look at which inputs matter at all: each moved in turn, from many starts."""

    method: Literal["morris"] = Field(description="Morris's elementary effects.")
    trajectories: int = Field(10, ge=4, le=200, description="How many starts.")


class Indices(Strict):
    """What share of the variance each input explains, alone and with the others; dear."""

    method: Literal["sobol"] = Field(description="Sobol's indices.")
    points: int = Field(
        64, ge=8, le=65_536, description="Points of each of the designs; a power of 2."
    )

    @model_validator(mode="after")
    def _power_of_two(self) -> "Indices":
        if self.points & (self.points - 1):
            raise wrong(f"points {self.points} is not allowed: a power of 2, such as 64 or 128")
        return self


class Doubt(Strict):
    """Inputs that are not known well, drawn over their ranges for some of the scenarios."""

    inputs: dict[Name, DoubtfulInput] = Field(
        default_factory=dict,
        description="Name → an input in doubt, as people would call it.",
        max_length=MAX_INPUTS,
    )
    place_ranges: YesNo = Field(
        False,
        description="Whether every number of the place that is written with low and high is an "
        "input as well, each on its own.",
    )
    scenarios: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        description="The scenarios to compare under doubt; the others are set against the first.",
        min_length=1,
        max_length=20,
    )
    measure: Annotated[
        tuple[CompareOn, ...],
        BeforeValidator(one_or_list, json_schema_input_type=CompareOn | list[CompareOn]),
    ] = Field(
        description="The measure, or several: the first decides which scenario is best.",
        strict=False,
        min_length=1,
        max_length=10,
    )
    draws: int = Field(
        ge=4, le=5000, description="How many sets of inputs are drawn (Latin hypercube)."
    )
    replications: int = Field(
        2, ge=2, le=100,
        description="How often each is run: the same patients for all draws and scenarios.",
    )  # fmt: skip
    value_of_a_day: float | None = Field(
        None, gt=0, le=1e9,
        description="What one day of the first measure is worth, in pounds: then that scenario is "
        "best whose days are worth most with the cost outside acute beds taken off (levers, teams "
        "and care). Without it the measure alone decides.",
    )  # fmt: skip
    screen: Screen | None = Field(None, description="A screen of the inputs, if wished.")
    indices: Indices | None = Field(None, description="Indices of the inputs, if wished.")

    @model_validator(mode="after")
    def _makes_sense(self) -> "Doubt":
        if not self.inputs and not self.place_ranges:
            raise wrong("nothing is in doubt here: name inputs, or write place_ranges: yes")
        first = MEASURES[self.measure[0].measure]
        if self.value_of_a_day is not None and first.unit != "days a year":
            raise wrong(f"value_of_a_day needs a first measure in days a year, not {first.unit}")
        return self

    def runs(self, inputs: int) -> int:
        """How many replications it asks for with so many inputs."""
        points = self.draws + 1 + 2 * inputs
        points += self.screen.trajectories * (inputs + 1) if self.screen else 0
        points += self.indices.points * (inputs + 2) if self.indices else 0
        return points * len(self.scenarios) * self.replications


def wrong_doubt(document: Document, doubt: Doubt | None, scenarios: list[str]) -> Iterator[Problem]:
    """Scenarios that are not there or are named twice, measures twice, tools not installed."""
    if doubt is None:
        return
    from sim.experiment.names_given import slug

    for i, name in enumerate(doubt.scenarios):
        if name not in scenarios:
            yield document.problem(
                ("doubt", "scenarios", i),
                f"no scenario {name!r}; allowed: {one_of(scenarios)}"
                f"{did_you_mean(name, scenarios)}",
            )
        elif name in doubt.scenarios[:i]:
            yield document.problem(("doubt", "scenarios", i), f"{name!r} is here twice")
    for i, what in enumerate(doubt.measure):
        if what in doubt.measure[:i]:
            yield document.problem(("doubt", "measure", i), f"{what.measure} is here twice")
    for name in scenarios:
        if slug(name).startswith(OWN):
            yield document.problem(
                ("scenarios", name),
                "with doubt in an experiment no scenario's name may begin with 'doubt'",
                at_key=True,
            )
    wants = "screen" if doubt.screen else "indices" if doubt.indices else None
    if wants and not _has_salib():
        yield document.problem(
            ("doubt", wants),
            "this needs SALib, which is not installed: python -m pip install 'careflow[analysis]'",
            at_key=True,
        )


def _has_salib() -> bool:
    from importlib.util import find_spec

    return find_spec("SALib") is not None
