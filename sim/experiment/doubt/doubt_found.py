"""Doubt about inputs, carried out: what is run, what is found of it, and the two tables of it.

``findings.json`` has all of it under ``doubt``; ``doubt.csv`` has a row for each input and outcome,
``draws.csv`` one for each draw, scenario and replication. An outcome is a measure of the baseline,
or the difference that a scenario makes to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.experiment.doubt.doubt import Doubt
from sim.experiment.doubt.doubt_runs import Question, one_at_a_time, run_at, run_central
from sim.experiment.doubt.knowing import (
    Gains,
    gains,
    prob_beats,
    prob_best,
    shared_luck,
    worth_of_all,
    worth_of_one,
)
from sim.experiment.doubt.sensitivity import (
    effects,
    indexed,
    rank_regression,
    screened,
    sobol_indices,
    swings,
)
from sim.experiment.doubt.split import Between, split
from sim.experiment.doubt.unknown_inputs import UnknownInput, latin_hypercube
from sim.experiment.making.lab import Lab, Procedure
from sim.experiment.summary import write_csv
from sim.measures.definitions import MEASURES

Floats = NDArray[np.float64]
RANGE = (0.025, 0.975)
"""The range of the draws that is given: 95% of them lie within."""


@dataclass(frozen=True)
class Drawn:
    """All that was run; arrays as in ``run_at``."""

    question: Question
    values: Floats
    """The inputs of each draw; shape (draws, inputs)."""
    draws: Floats
    central: Floats
    """Shape (measures, scenarios, runs); maybe more runs than the draws have."""
    ends: Floats
    screen: tuple[Floats, Floats] | None = None
    indices: Floats | None = None


def decide_doubt(lab: Lab, made: Mapping[str, int]) -> dict[str, Any]:
    """Draw the inputs in doubt, run what that asks for, and write down what follows.

    ``made`` has how many replications there are of each scenario.
    """
    study, doubt = lab.study, lab.study.experiment.doubt
    scenarios = [each for each in doubt.scenarios if each in study.variants] if doubt else []
    if doubt is None or not scenarios:
        return {}
    question = Question(
        tuple(study.variants[name] for name in scenarios),
        study.unknowns,
        doubt.measure,
        doubt.replications,
        with_cost=doubt.value_of_a_day is not None,
    )
    seed = study.experiment.seed
    drawn = lab.carry_out(draw(question, doubt, seed, min(made[name] for name in scenarios)))
    found = find(drawn, doubt.value_of_a_day)
    write_csv(draws_table(drawn), lab.folder / "draws.csv")
    write_csv(inputs_table(found), lab.folder / "doubt.csv")
    return found


def draw(question: Question, doubt: Doubt, seed: int, replications: int) -> Procedure[Drawn]:
    """Run the draws, the central values, each input's ends and, if asked, screen and indices.

    The central values are run ``replications`` times, if that is more often than the draws: these
    are the experiment's own scenarios, where the central values are those of the place.
    """
    values = latin_hypercube(question.inputs, doubt.draws, seed)
    draws = yield from run_at(question, values, "draw")
    central = yield from run_central(question, max(replications, question.replications))
    ends = yield from run_at(question, one_at_a_time(question.inputs), "end")
    screen = indices = None
    if doubt.screen:
        screen = yield from screened(question, doubt.screen, seed)
    if doubt.indices:
        indices = yield from indexed(question, doubt.indices, seed)
    return Drawn(question, values, draws, central, ends, screen, indices)


def find(drawn: Drawn, value_of_a_day: float | None = None) -> dict[str, Any]:
    """All that follows from what was run, as plain data.

    With ``value_of_a_day``, the first measure's days at that price and the cost decide together.
    """
    question = drawn.question
    names = [each.name for each in question.scenarios]
    found: dict[str, Any] = {
        "draws": len(drawn.values),
        "replications": question.replications,
        "central_replications": drawn.central.shape[2],
        "scenarios": names,
        "measures": [each.model_dump() for each in question.measures],
        "value_of_a_day": value_of_a_day,
        "inputs": [_said(each) for each in question.inputs],
        "outcomes": [asdict_of(each) for each in _outcomes(drawn)],
    }
    first = MEASURES[question.measures[0].measure]
    sign = -1.0 if first.better == "lower" else 1.0
    values, central = sign * drawn.draws[0], sign * drawn.central[0]
    if value_of_a_day is not None:
        values = value_of_a_day * values - drawn.draws[-1]
        central = value_of_a_day * central - drawn.central[-1]
    if len(names) > 1 and bool(np.isfinite(values).all() and np.isfinite(central).all()):
        found |= _best(drawn, gains(values, central), values)
        found["unit"] = first.unit if value_of_a_day is None else "pounds a year"
    return found


def _said(each: UnknownInput) -> dict[str, Any]:
    return {
        "input": each.name,
        "paths": [target.path for target in each.targets],
        "low": each.low, "central": each.central, "high": each.high,
        "is_factor": each.is_factor, "shape": each.shape, "why": each.why,
        "source": each.source, "certainty": each.certainty,
    }  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One outcome under doubt: its level over the draws, where it comes from, what moves it."""

    measure: str
    setting: str | None
    scenario: str
    baseline: str | None
    """None for the level of the first scenario."""
    mean: float
    low: float
    high: float
    """Of the means of the draws, 95% lie between these."""
    central: float
    sd_inputs: float
    sd_chance: float
    """Standard deviations of one run, from the inputs and from chance."""
    share_inputs: Between
    """The share of the variance of one run that is from the inputs."""
    share_ranked: float | None
    """The share of the ranks that the inputs explain in a regression."""
    by_input: list[dict[str, Any]]
    """For each input its ends, its coefficient of ranks and, if asked, its effects and indices."""


def _outcomes(drawn: Drawn) -> Iterator[Outcome]:
    """The level of the baseline and every scenario's difference from it, for each measure."""
    scenarios = drawn.question.scenarios
    for m in range(len(drawn.question.measures)):
        for s in range(len(scenarios)):
            less = None if s == 0 else 0
            values = _less(drawn.draws[m], s, less)
            if np.isfinite(values).all():
                yield _outcome(drawn, m, s, less)


def _less(array: Floats, scenario: int, less: int | None) -> Floats:
    """A scenario's values, less the baseline's if it is not the baseline itself."""
    return np.asarray(array[scenario] if less is None else array[scenario] - array[less])


def _outcome(drawn: Drawn, m: int, s: int, less: int | None) -> Outcome:
    question = drawn.question
    names = [each.name for each in question.scenarios]
    values, central = _less(drawn.draws[m], s, less), _less(drawn.central[m], s, less)
    means = values.mean(axis=1) + shared_luck(values, central).shift
    parts = split(values, central)
    ranked = rank_regression(drawn.values, means)
    low, high = (float(each) for each in np.quantile(means, RANGE))
    what = question.measures[m]
    return Outcome(
        what.measure, what.setting, names[s], None if less is None else names[less],
        float(means.mean()), low, high, float(central.mean()),
        parts.inputs**0.5, parts.chance**0.5, parts.share_inputs,
        ranked[1] if ranked else None, list(_by_input(drawn, m, s, less, ranked)),
    )  # fmt: skip


def _by_input(
    drawn: Drawn, m: int, s: int, less: int | None, ranked: tuple[list[Between], float] | None
) -> Iterator[dict[str, Any]]:
    """What each input does to one outcome."""
    inputs = drawn.question.inputs
    central = _less(drawn.central[m], s, less)
    level = float(central.mean())
    bars = swings(_less(drawn.ends[m], s, less), central[: drawn.question.replications])
    screen = indices = None
    if drawn.screen is not None:
        shares, came = drawn.screen
        screen = effects(inputs, shares, _less(came[m], s, less).mean(axis=1))
    if drawn.indices is not None:
        indices = sobol_indices(inputs, _less(drawn.indices[m], s, less).mean(axis=1))
    for n, each in enumerate(inputs):
        yield {
            "input": each.name,
            "at_low": _above(bars[n].at_low, level),
            "at_high": _above(bars[n].at_high, level),
            "swing": bars[n].swing,
            "rank_coefficient": ranked[0][n] if ranked else None,
            "effect": screen[n] if screen else None,
            "index": indices[n] if indices else None,
        }


def _above(moved: Between, level: float) -> Between:
    return Between(moved.value + level, moved.low + level, moved.high + level)


def _best(drawn: Drawn, found: Gains, values: Floats) -> dict[str, Any]:
    """Which scenario is best, which beats which, and what knowing more is worth."""
    question = drawn.question
    names = [each.name for each in question.scenarios]
    scaled = [each.scaled(drawn.values[:, n]) for n, each in enumerate(question.inputs)]
    whole = worth_of_all(found)
    return {
        "best": [
            {
                "scenario": name,
                "gain": float(found.measured[a].mean()),
                **_prob(prob_best(found, a)),
            }
            for a, name in enumerate(names)
        ],
        "beats": [
            {"scenario": names[a], "other": names[b], **_prob(prob_beats(found, a, b, values))}
            for a in range(len(names))
            for b in range(len(names))
            if a != b
        ],
        "worth_of_all": asdict(whole),
        "worth": [
            {"input": each.name, **asdict(worth_of_one(found, scaled[n], whole.value))}
            for n, each in enumerate(question.inputs)
        ],
    }


def _prob(found: Between) -> dict[str, float]:
    return {"prob": found.value, "low": found.low, "high": found.high}


def asdict_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data."""
    plain = asdict(outcome)
    plain["by_input"] = [
        {key: asdict(part) if hasattr(part, "__dataclass_fields__") else part
         for key, part in each.items()}
        for each in outcome.by_input
    ]  # fmt: skip
    return plain


def draws_table(drawn: Drawn) -> pd.DataFrame:
    """What was drawn and what came out: a row for each draw, scenario and replication."""
    question = drawn.question
    draws, runs = len(drawn.values), question.replications
    scenarios = [each.name for each in question.scenarios]
    index = pd.MultiIndex.from_product(
        [range(1, draws + 1), scenarios, range(runs)], names=["draw", "scenario", "replication"]
    )
    table = pd.DataFrame(index=index).reset_index()
    for n, each in enumerate(question.inputs):
        table[f"input: {each.name}"] = np.repeat(drawn.values[:, n], len(scenarios) * runs)
    for m, what in enumerate(question.measures):
        name = f"{what.measure} of {what.setting}" if what.setting else what.measure
        table[name] = drawn.draws[m].transpose(1, 0, 2).ravel()
    if question.with_cost:
        table["cost outside acute beds"] = drawn.draws[-1].transpose(1, 0, 2).ravel()
    return table


def inputs_table(found: dict[str, Any]) -> pd.DataFrame:
    """Each input and what it does to each outcome."""
    worth = {each["input"]: each for each in found.get("worth", ())}
    first = found["measures"][0]
    rows = []
    for outcome in found["outcomes"]:
        for said, each in zip(found["inputs"], outcome["by_input"], strict=True):
            decides = outcome["measure"] == first["measure"]
            decides = decides and outcome["setting"] == first["setting"]
            rows.append({
                "input": said["input"], "low": said["low"], "central": said["central"],
                "high": said["high"], "shape": said["shape"], "certainty": said["certainty"],
                "measure": outcome["measure"], "setting": outcome["setting"] or "",
                "scenario": outcome["scenario"], "baseline": outcome["baseline"] or "",
                "at_central": outcome["central"],
                **_columns("at_low", each["at_low"]), **_columns("at_high", each["at_high"]),
                "swing": each["swing"],
                **_columns("rank_coefficient", each["rank_coefficient"]),
                **_columns("effect", (each["effect"] or {}).get("size")),
                "effect_mean": (each["effect"] or {}).get("mean"),
                "effect_spread": (each["effect"] or {}).get("spread"),
                **_columns("first_order", (each["index"] or {}).get("first")),
                **_columns("total_order", (each["index"] or {}).get("total")),
                **_columns("worth_of_knowing", worth.get(said["input"]) if decides else None),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _columns(name: str, found: dict[str, Any] | None) -> dict[str, float | None]:
    """An estimate and the two ends of its interval as three columns."""
    found = found or {}
    return {
        name: found.get("value"),
        f"{name}_from": found.get("low"),
        f"{name}_to": found.get("high"),
    }
