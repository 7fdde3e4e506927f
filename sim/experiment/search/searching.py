"""Carries out the searches of an experiment, and says what they found."""

from dataclasses import dataclass
from math import prod
from typing import Any

import pandas as pd

from sim.experiment.making.lab import Lab, Procedure
from sim.experiment.search.judging import Reading, Terms, Tried, looks_up_to
from sim.experiment.search.line import Line, along, most_judged
from sim.experiment.search.search import Search, candidate
from sim.experiment.search.together import MOST_JUDGED, Joint, Vectors, cheapest
from sim.experiment.summary import write_csv
from sim.experiment.variants import Variant

CSV = "search.csv"
COLUMNS = (
    "search", "candidate", "measure", "setting", "team", "at_most", "at_least", "mean", "low",
    "high", "sure_low", "sure_high", "replications", "shows", "candidate_shows",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What a search found, and on what terms."""

    answer: Line | Joint
    terms: Terms

    @property
    def tried(self) -> list[tuple[tuple[float, ...], Tried]]:
        """The candidates by the values that they give to the search's paths, in order of these."""
        if isinstance(self.answer, Joint):
            return sorted(self.answer.tried.items(), key=lambda pair: pair[0])
        return sorted(((value,), each) for value, each in self.answer.tried.items())


def most_runs(search: Search) -> int:
    """How many replications a search may ask for at most; most take far fewer."""
    values = [each.values for each in search.varied]
    if len(values) > 1:
        return min(MOST_JUDGED, prod(map(len, values))) * search.replications_at_most
    return most_judged(values[0]) * search.replications_at_most


def carry_out_searches(lab: Lab) -> list[dict[str, Any]]:
    """Carry out an experiment's searches one after the other; write ``search.csv``."""
    said: list[dict[str, Any]] = []
    rows: list[tuple[Any, ...]] = []
    for name, search in lab.study.experiment.search.items():
        base = lab.study.variant_named(search.scenario)
        found = lab.carry_out(find(search, base))
        said.append({"search": name, **as_data(search, base.name, found)})
        rows += _rows(name, search, found)
    write_csv(pd.DataFrame(rows, columns=list(COLUMNS)), lab.folder / CSV)
    return said


def find(search: Search, base: Variant) -> Procedure[Found]:
    """Carry out one search; ``base`` is the scenario that it is laid on.

    One number is found by bisection, several by ``together.cheapest``. Both take it that more
    capacity never makes a target harder to meet, and more demand never makes it easier.
    """
    looks = looks_up_to(search.replications_at_most)
    if len(search.paths) > 1:
        steps = search.smallest.values()
        vectors = Vectors(
            tuple(tuple(each.values) for each in steps), tuple(each.cost for each in steps)
        )
        terms = Terms(search.so_that, looks, vectors.most_judged)
        joint = yield from cheapest(vectors, lambda values: candidate(search, base, values), terms)
        return Found(joint, terms)
    values = search.varied[0].values
    terms = Terms(search.so_that, looks, most_judged(values))
    line = yield from along(values, lambda value: candidate(search, base, (value,)), terms)
    return Found(line, terms)


def as_data(search: Search, scenario: str, found: Found) -> dict[str, Any]:
    """What a search found as plain data, for the report."""
    return {
        "scenario": scenario,
        "kind": "smallest" if search.smallest else "largest",
        "paths": search.paths,
        "targets": [each.model_dump() for each in found.terms.targets],
        "limit": found.terms.looks[-1],
        "confidence": found.terms.confidence,
        "answer": _answer(found.answer),
        "tried": [
            {
                "values": list(values),
                "replications": each.replications,
                "verdict": each.verdict,
                "readings": [_reading(reading) for reading in each.readings],
            }
            for values, each in found.tried
        ],
    }


def _answer(answer: Line | Joint) -> dict[str, Any]:
    """Where the targets begin to be met; for a joint search the cheapest vector that meets them."""
    if isinstance(answer, Joint):
        return {
            "meets": None if answer.values is None else list(answer.values),
            "open": [list(each) for each in answer.open],
            "is_searched": answer.is_searched,
            "most": list(answer.most),
            "most_misses": answer.most_misses,
            "by_cost": answer.by_cost,
        }
    return {
        "meets": answer.meets,
        "misses": answer.misses,
        "open": list(answer.open),
        "hardest": answer.values[0],
        "easiest": answer.values[-1],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "mean": reading.interval.mean,
        "low": reading.interval.low,
        "high": reading.interval.high,
        "sure_low": reading.deciding.low,
        "sure_high": reading.deciding.high,
        "verdict": reading.verdict,
    }


def _rows(name: str, search: Search, found: Found) -> list[tuple[Any, ...]]:
    """A row for each candidate and target."""
    sign = "=" if search.smallest else "×"
    return [
        (
            name,
            "; ".join(
                f"{path} {sign} {value:.10g}"
                for path, value in zip(search.paths, values, strict=True)
            ),
            each.target.measure, each.target.setting or "", each.target.team or "",
            each.target.at_most, each.target.at_least, each.interval.mean, each.interval.low,
            each.interval.high, each.deciding.low, each.deciding.high, tried.replications,
            each.verdict, tried.verdict,
        )
        for values, tried in found.tried
        for each in tried.readings
    ]  # fmt: skip
