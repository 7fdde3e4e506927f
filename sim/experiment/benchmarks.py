"""Published figures to set the results beside: a YAML file that an experiment names.

Each row names a measure as a row of ``summary.csv`` does, the published value, how near the model
has to come, the source, and whether the place was fitted to it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from sim.measures.definitions import MEASURES
from sim.place.document import Document, read_yaml
from sim.place.fields import Name, Prose, Title
from sim.place.numbers import Strict, YesNo, wrong
from sim.place.problems import Problem, did_you_mean, one_of, refuse
from sim.place.reasons import REASONS
from sim.place.schema import Place
from sim.place.validate import validate

_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,4})?) ?%$")


def _tolerance(value: Any) -> Any:
    """``5%`` is a share of the value; a bare number is in the measure's own unit."""
    found = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    if found and float(found[1]) > 0:
        return {"share": float(found[1]) / 100}
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return {"size": value}
    raise wrong(
        f"{str(value)[:40]!r} is not a tolerance; write a number above 0 in the measure's unit, or "
        "a share of the value such as 5%"
    )


class Tolerance(Strict):
    """How near is near enough: a size in the measure's unit, or a share of the value."""

    size: float | None = Field(None, gt=0, strict=False)
    share: float | None = Field(None, gt=0, strict=False)

    def of(self, value: float) -> float:
        """The tolerance in the measure's unit."""
        return self.size if self.size is not None else abs(value) * (self.share or 0.0)


class Benchmark(Strict):
    """One published figure, and how near the model has to come to it."""

    title: Title | None = Field(None, description="What the row is called; else the measure's.")
    measure: str = Field(
        description="The measure's name, as in summary.csv.",
        json_schema_extra={"enum": list(MEASURES)},
    )
    setting: Name | None = Field(None, description="The setting, for a measure of settings.")
    team: Name | None = Field(None, description="The team, for a measure of teams.")
    locality: Name | None = Field(None, description="The locality, if it is one locality's.")
    reason: str | None = Field(
        None, description="The reason, if it is one reason's.",
        json_schema_extra={"enum": list(REASONS)},
    )  # fmt: skip
    body: str | None = Field(None, description="The body that answers, if it is one body's.")
    part: str | None = Field(
        None, max_length=100, description="The part, as in the last column of summary.csv."
    )
    value: float = Field(description="The published value, in the measure's unit.", strict=False)
    within: Annotated[
        Tolerance, BeforeValidator(_tolerance, json_schema_input_type=float | str)
    ] = Field(description="The tolerance: a number in the measure's unit, or a share such as 5%.")
    fitted: YesNo = Field(
        False, description="Whether the place was fitted to it; if not, it must follow by itself."
    )
    source: Prose = Field(description="Where the value is published.")
    note: Prose | None = Field(None, description="What a reader should know beside it.")

    @model_validator(mode="after")
    def _known(self) -> "Benchmark":
        measure = MEASURES.get(self.measure)
        if measure is None:
            raise wrong(
                f"no measure {self.measure[:60]!r}; allowed: {one_of(MEASURES, 60)}"
                f"{did_you_mean(self.measure, MEASURES)}"
            )
        if self.reason is not None and self.reason not in REASONS:
            raise wrong(
                f"no reason {self.reason[:60]!r}; allowed: {one_of(REASONS, 50)}"
                f"{did_you_mean(self.reason, REASONS)}"
            )
        if measure.scope == "setting" and self.setting is None:
            raise wrong(f"{measure.name} is measured by setting; add setting: NAME")
        if measure.scope == "team" and self.team is None:
            raise wrong(f"{measure.name} is measured by team; add team: NAME")
        return self


class Benchmarks(Strict):
    """Published figures to set the first scenario beside."""

    benchmarks: Title = Field(description="What the figures are of, such as England, 2024/25.")
    about: Prose | None = Field(None, description="What a reader should know about them.")
    rows: tuple[Benchmark, ...] = Field(
        description="The figures, in the order in which they are shown.",
        strict=False, min_length=1, max_length=300,
    )  # fmt: skip


def read_benchmarks(path: Path, place: Place) -> Benchmarks:
    """The published figures of a file, with settings and teams that the place has.

    Raises:
        InputError: with everything that is wrong, each with its line.
    """
    document = read_yaml(path)
    benchmarks = validate(document, Benchmarks)
    refuse(_unknown_names(document, benchmarks, place))
    return benchmarks


def _unknown_names(document: Document, benchmarks: Benchmarks, place: Place) -> Iterator[Problem]:
    seen: dict[tuple[str | None, ...], int] = {}
    for i, row in enumerate(benchmarks.rows):
        for key, known in (("setting", place.settings), ("team", place.teams)):
            name = getattr(row, key)
            if name is not None and name not in known:
                yield document.problem(
                    ("rows", i, key),
                    f"no {key} {name!r} in the place; allowed: {one_of(known)}"
                    f"{did_you_mean(name, known)}",
                )
        about = (
            row.measure, row.setting, row.team, row.locality, row.reason, row.body, row.part
        )  # fmt: skip
        if about in seen:
            yield document.problem(
                ("rows", i), f"the same measure and part as row {seen[about] + 1}"
            )
        seen.setdefault(about, i)
