"""Published figures to set the results beside: a YAML file that an experiment names.

Each row names a measure as a row of ``summary.csv`` does, the published value, how near the model
has to come, the source, and whether the place was fitted to it. What most rows share, the source
and how near, may be written once for all of them.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sim.measures.definitions import MEASURES
from sim.place.document import Document, read_yaml
from sim.place.fields import Name, Prose, Title
from sim.place.numbers import Strict, YesNo, wrong
from sim.place.problems import Problem, did_you_mean, one_of, refuse
from sim.place.reasons import REASONS
from sim.place.schema import Place
from sim.place.validate import validate

_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,4})?) ?%$")
_ERRORS = re.compile(r"^(\d{1,2}(?:\.\d{1,4})?) standard errors$")


def _tolerance(value: Any) -> Any:
    """``5%`` is a share of the value; a bare number is in the measure's own unit.

    ``3 standard errors`` are those of the difference between the two.
    """
    errors = _ERRORS.match(value.strip()) if isinstance(value, str) else None
    if errors and float(errors[1]) > 0:
        return {"standard_errors": float(errors[1])}
    found = _PERCENT.match(value.strip()) if isinstance(value, str) else None
    if found and float(found[1]) > 0:
        return {"share": float(found[1]) / 100}
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return {"size": value}
    raise wrong(
        f"{str(value)[:40]!r} is not a tolerance; write a number above 0 in the measure's unit, a "
        "share of the value such as 5%, or such as '3 standard errors'"
    )


class Tolerance(Strict):
    """How near is near enough: a size, a share of the value, or so many standard errors."""

    size: float | None = Field(None, gt=0, strict=False)
    share: float | None = Field(None, gt=0, strict=False)
    standard_errors: float | None = Field(None, gt=0, strict=False)

    def of(self, value: float, error: float = 0.0) -> float:
        """The tolerance in the measure's unit; ``error`` is the difference's standard error.

        >>> Tolerance(standard_errors=3.0).of(20.0, error=0.5)
        1.5
        """
        if self.standard_errors is not None:
            return self.standard_errors * error
        return self.size if self.size is not None else abs(value) * (self.share or 0.0)


Within = Annotated[Tolerance, BeforeValidator(_tolerance, json_schema_input_type=float | str)]


class AtMostOutside(Strict):
    """How many of the figures may lie how far outside, for figures that are judged together."""

    standard_errors: float = Field(gt=0, strict=False, description="So many standard errors.")
    share: float = Field(
        gt=0, lt=1, strict=False, description="The share of the figures that may lie farther off."
    )


class Quick(Strict):
    """The part of an experiment that the quick form of careflow validate runs."""

    replications: int = Field(ge=2, le=100_000, description="How often each scenario is run.")
    scenarios: tuple[Name, ...] = Field(
        (), description="The scenarios (all, if left out).", strict=False, max_length=200
    )


class Benchmark(Strict):
    """One published figure, and how near the model has to come to it."""

    title: Title | None = Field(None, description="What the row is called; else the measure's.")
    scenario: Name | None = Field(
        None, description="The scenario that it is of (the first, if left out)."
    )
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
    standard_error: float = Field(
        0.0, ge=0, strict=False, description="The standard error of the published value, if known."
    )
    within: Within = Field(
        description="The tolerance: a number in the measure's unit, a share such as 5%, or such as "
        "3 standard errors."
    )
    fitted: YesNo = Field(
        False, description="Whether the place was fitted to it; if not, it must follow by itself."
    )
    source: Prose = Field(description="Where the value is published.")
    note: Prose | None = Field(None, description="What a reader should know beside it.")
    differs: Prose | None = Field(
        None,
        description="Why the model does not come to it, where it is known not to: a misprint, "
        "or a fault of the published model.",
    )

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
    """Published figures to set the scenarios beside."""

    benchmarks: Title = Field(description="What the figures are of, such as England, 2024/25.")
    about: Prose | None = Field(None, description="What a reader should know about them.")
    source: Prose | None = Field(None, description="The source of rows that name none.")
    within: Within | None = Field(None, description="The tolerance of rows that give none.")
    reasons: dict[Name, Prose] = Field(
        default_factory=dict, max_length=50,
        description="Name → a reason that several rows share; differs may name it.",
    )  # fmt: skip
    standard_error_at_least: float = Field(
        0.0, ge=0, strict=False,
        description="No standard error, ours or the published, is taken to be less.",
    )  # fmt: skip
    at_most_outside: AtMostOutside | None = Field(
        None, description="How many of the figures, taken together, may lie how far outside."
    )
    exact_means: YesNo = Field(
        False,
        description="Whether careflow validate also sets settings beside their exact means, where "
        "nobody ever waits and theory knows them.",
    )
    quick: Quick | None = Field(
        None, description="What the quick form of careflow validate runs, in place of everything."
    )
    rows: tuple[Benchmark, ...] = Field(
        description="The figures, in the order in which they are shown.",
        strict=False, min_length=1, max_length=600,
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _written_once(cls, data: Any) -> Any:
        """Rows without a source or a tolerance have what is written for all; reasons likewise."""
        if not isinstance(data, dict) or not isinstance(data.get("rows"), list | tuple):
            return data
        for_all = {key: data[key] for key in ("source", "within") if key in data}
        named = data.get("reasons")
        reasons = named if isinstance(named, dict) else {}
        rows = []
        for row in data["rows"]:
            whole = {**for_all, **row} if isinstance(row, dict) else row
            differs = whole.get("differs") if isinstance(whole, dict) else None
            if isinstance(differs, str) and differs in reasons:
                whole["differs"] = reasons[differs]
            rows.append(whole)
        return {**data, "rows": rows}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Editors accept rows without source and tolerance."""
        schema = handler(core_schema)
        row = handler.resolve_ref_schema(schema["properties"]["rows"]["items"])
        row["required"] = [key for key in row["required"] if key not in ("source", "within")]
        return schema


def read_benchmarks(
    path: Path, places: Mapping[str, Place], left_out: Collection[str] = ()
) -> Benchmarks:
    """The published figures of a file, with scenarios, settings and teams that there are.

    ``places`` has the place of each scenario that is run, the first first; ``left_out`` the names
    of those that are not.

    Raises:
        InputError: with everything that is wrong, each with its line.
    """
    document = read_yaml(path)
    benchmarks = validate(document, Benchmarks)
    refuse(_unknown_names(document, benchmarks, places, left_out))
    return benchmarks


def _unknown_names(
    document: Document,
    benchmarks: Benchmarks,
    places: Mapping[str, Place],
    left_out: Collection[str],
) -> Iterator[Problem]:
    seen: dict[tuple[str | None, ...], int] = {}
    quick = benchmarks.quick.scenarios if benchmarks.quick else ()
    named: list[tuple[tuple[str | int, ...], str | None]]
    named = [(("quick", "scenarios", i), name) for i, name in enumerate(quick)]
    named += [(("rows", i, "scenario"), row.scenario) for i, row in enumerate(benchmarks.rows)]
    names = [*places, *left_out]
    for where, name in named:
        if name is not None and name not in names:
            says = f"no scenario {name!r}; allowed: {one_of(names)}{did_you_mean(name, names)}"
            yield document.problem(where, says)
    for i, row in enumerate(benchmarks.rows):
        if row.scenario is not None and row.scenario not in places:
            continue
        place = places[row.scenario or next(iter(places))]
        for key, known in (("setting", place.settings), ("team", place.teams)):
            name = getattr(row, key)
            if name is not None and name not in known:
                yield document.problem(
                    ("rows", i, key),
                    f"no {key} {name!r} in the place; allowed: {one_of(known)}"
                    f"{did_you_mean(name, known)}",
                )
        about = (
            row.scenario, row.measure, row.setting, row.team, row.locality, row.reason, row.body,
            row.part, row.source,
        )  # fmt: skip
        if about in seen:
            yield document.problem(
                ("rows", i), f"the same measure and part as row {seen[about] + 1}"
            )
        seen.setdefault(about, i)
