"""Carries out what an experiment asks about a budget, and says what was found."""

from typing import Any

import pandas as pd

from sim.experiment.budget.budget import Budget
from sim.experiment.budget.frontier import (
    Explored,
    Step,
    beside_frontier,
    explore,
    is_better,
    steps,
)
from sim.experiment.budget.mixes import Mix, Mixes, mixes_of, variant_of
from sim.experiment.intervals import Interval, pooled
from sim.experiment.making.lab import Lab
from sim.experiment.summary import write_csv

CSV = "frontier.csv"
COLUMNS = (
    "mix", "cost", "measure", "setting", "mean", "low", "high", "replications",
    "on_frontier", "beside", "difference", "difference_low", "difference_high", "shows",
)  # fmt: skip
NOTHING = "nothing"


def carry_out_budget(lab: Lab, budget: Budget) -> dict[str, Any]:
    """Find the frontier within the budget; write ``frontier.csv``."""
    study = lab.study
    base = study.variant_named(budget.scenario)
    mixes = mixes_of(budget, study.sources.base, study.sources.levers)
    known = list(study.variants.values())
    explored = lab.carry_out(
        explore(
            mixes,
            lambda mix: variant_of(mixes, base, mix, known),
            budget.measure,
            budget.replications,
            budget.mixes_at_most,
        )
    )
    found = as_data(budget, base.name, mixes, explored)
    write_csv(_table(found), lab.folder / CSV)
    return found


def as_data(budget: Budget, scenario: str, mixes: Mixes, explored: Explored) -> dict[str, Any]:
    """What was found as plain data, for the report."""
    gained: list[Step | None] = [None, *steps(explored, budget.measure)]
    return {
        "scenario": scenario,
        "measure": budget.measure.model_dump(),
        "at_most": budget.at_most,
        "replications": budget.replications,
        "choices": [
            {"name": c.name, "title": c.title, "most": c.most, "cost": c.cost, "step": c.step}
            for c in mixes.choices
        ],
        "apart": [[mixes.choices[n].name for n in pair] for pair in sorted(mixes.apart)],
        "number": mixes.number,
        "within": explored.within,
        "is_all": explored.is_all,
        "untried": explored.untried,
        "limit": budget.mixes_at_most,
        "frontier": [
            {
                **_mix(mixes, mix),
                **_interval(pooled(*explored.again[mix])),
                "gained": _gained(step),
            }
            for mix, step in zip(explored.frontier, gained, strict=True)
        ],
        "tried": [
            {
                **_mix(mixes, mix),
                **_interval(pooled(*row)),
                "beside": _beside(budget, mixes, explored, mix),
            }
            for mix, row in sorted(
                explored.rows.items(), key=lambda pair: (mixes.cost(pair[0]), pair[0])
            )
        ],
    }


def _mix(mixes: Mixes, mix: Mix) -> dict[str, Any]:
    return {"levels": list(mix), "mix": said_of(mixes, mix), "cost": mixes.cost(mix)}


def said_of(mixes: Mixes, mix: Mix) -> str:
    """A mix as text: levers by name, capacity by what is added to its path."""
    parts = [
        choice.name if choice.step is None else f"{choice.name} + {n * choice.step:.10g}"
        for choice, n in zip(mixes.choices, mix, strict=True)
        if n
    ]
    return "; ".join(parts) or NOTHING


def _interval(each: Interval) -> dict[str, Any]:
    return {"mean": each.mean, "low": each.low, "high": each.high}


def _gained(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {**_interval(step.difference), "is_better": step.is_better}


def _beside(budget: Budget, mixes: Mixes, explored: Explored, mix: Mix) -> dict[str, Any] | None:
    """A mix that is not on the frontier beside the one there for no more money."""
    found = beside_frontier(explored, mixes, mix)
    if found is None:
        return None
    best, difference = found
    turned = Interval(
        -difference.mean, -difference.high, -difference.low, difference.replications
    )  # fmt: skip
    return {
        "mix": said_of(mixes, best),
        **_interval(difference),
        "is_worse": is_better(turned, budget.measure),
    }


def _table(found: dict[str, Any]) -> pd.DataFrame:
    """A row for each mix; those on the frontier from new patients, beside the next cheaper one."""
    measure = found["measure"]
    dimensions = (measure["measure"], measure["setting"] or "")
    number = found["replications"]
    on_frontier = {tuple(each["levels"]): each for each in found["frontier"]}
    rows = []
    cheaper = ""
    for tried in found["tried"]:
        each = on_frontier.get(tuple(tried["levels"]), tried)
        beside = each.get("beside") or each.get("gained") or {}
        if "gained" in each:
            shows = "clearly better" if beside.get("is_better") else "cannot tell"
            other, cheaper = cheaper, each["mix"]
        else:
            shows = "clearly worse" if beside.get("is_worse") else "cannot tell"
            other = beside.get("mix", "")
        rows.append(
            (each["mix"], each["cost"], *dimensions, each["mean"], each["low"], each["high"],
             number, "yes" if "gained" in each else "no", other, beside.get("mean"),
             beside.get("low"), beside.get("high"), shows if beside else "")
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))
