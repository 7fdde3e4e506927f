"""Which scenario is chosen as the best, with what chance, who was ruled out when, and the cost."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sim.report.answer import subject
from sim.report.dots import Panel, Point, Style, dot_figure
from sim.report.drawing import BLUE, GREY, picture
from sim.report.marks import Picture
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import (
    NONE,
    amounts,
    changes,
    counted,
    listed,
    percent,
    quoted,
    unit_heading,
    with_unit,
)

Found = Mapping[str, Any]

OUTCOMES: dict[str, Style] = {
    "chosen": ("o", BLUE, BLUE),
    "the same": ("^", BLUE, BLUE),
    "still in": ("D", "white", BLUE),
    "ruled out": ("s", GREY, GREY),
}
"""How each outcome is marked: by shape as well as by colour."""


def said_of_choice(results: Results) -> list[str]:
    """Which scenario is chosen and with what chance, or why none is; and what it took."""
    found = results.findings.get("choose")
    if not found:
        return []
    return [*_verdict(results, found), *_ruled_out(found), _cost(found)]


def _verdict(results: Results, found: Found) -> list[str]:
    what = _what(found)
    unit = measure(what).unit
    said, leader = subject(what, results), quoted(found["leader"])
    size = with_unit(changes([found["indifference"]], unit, signed=False)[0], unit, change=True)
    chance = percent(found["chance"])
    if found["is_decided"]:
        same = [quoted(each["scenario"]) for each in _those(found, "the same")]
        also = f" {listed(same)} came out exactly the same." if same else ""
        return [
            f"{leader} is chosen as the best on {said}.{also} Where one scenario is better than "
            f"every other by {size} or more, it is the one chosen with a chance of {chance} or "
            "more; smaller differences were said not to matter."
        ]
    left = [quoted(each["scenario"]) for each in _those(found, "still in")]
    return [
        f"No scenario is chosen as the best on {said}: after {found['at_most']:,} replications, "
        f"the most that was allowed, {listed(left)} are still in. {leader} has the best mean of "
        f"them, but not with the chance of {chance} that was asked for.",
        f"To choose among them, allow at_most: {found['needed']:,} (it may take fewer), or say "
        f"that more than {size} does not matter.",
    ]


def _ruled_out(found: Found) -> list[str]:
    """Who left after how many replications, the first to leave first."""
    after: dict[int, list[str]] = {}
    for each in reversed(_those(found, "ruled out")):
        after.setdefault(each["mean"]["replications"], []).append(quoted(each["scenario"]))
    if not after:
        return []
    parts = [f"{listed(names)} after {number:,}" for number, names in sorted(after.items())]
    parts[0] += " replications" if len(after) > 1 or next(iter(after)) > 1 else " replication"
    return [f"Ruled out: {'; '.join(parts)}."]


def _cost(found: Found) -> str:
    took = sum(each["mean"]["replications"] for each in found["standings"])
    number = len(found["standings"])
    return (
        f"It took {counted(took, 'run')}: {found['first']:,} of each scenario at first, then only "
        f"of those that might still be the best. With equal numbers of all {number}, the same "
        f"chance would take {found['equal']:,} of each, {counted(number * found['equal'], 'run')}."
    )


def choice_picture(results: Results, key: str) -> Picture | None:
    """Each scenario's mean, marked by what became of it, and how often it was run."""
    found = results.findings.get("choose")
    if not found:
        return None
    what = _what(found)
    unit = measure(what).unit
    names = [each["scenario"] for each in found["standings"]]
    means = {
        (each["scenario"], ""): Point(
            each["mean"]["mean"], each["mean"]["low"], each["mean"]["high"],
            OUTCOMES[each["outcome"]],
        )
        for each in found["standings"]
    }  # fmt: skip
    runs = {
        (each["scenario"], ""): Point(
            float(each["mean"]["replications"]), style=OUTCOMES[each["outcome"]]
        )
        for each in found["standings"]
    }
    panels = [
        Panel(f"{results.title(what)}, {unit_heading(unit)}", unit, means, False, True),
        Panel("Replications", "", runs, False, True, line_at=0.0),
    ]
    there = [each["outcome"] for each in found["standings"]]
    keys = [(style, outcome) for outcome, style in OUTCOMES.items() if outcome in there]
    said = "; ".join(
        f"{quoted(each['scenario'])}: {_became(each)}, mean "
        f"{amounts([each['mean']['mean']], unit)[0]}, "
        f"{counted(each['mean']['replications'], 'replication')}"
        for each in found["standings"]
    )
    caption = (
        f"{results.title(what)} of each scenario, and how often it was run until another had left "
        "it behind. Dots are means, lines are 95% intervals, each by itself. The scenarios are "
        "judged by their differences on the same people, which vary less."
    )
    draw = partial(dot_figure, names, [""], panels, key=keys)
    return Picture(
        key, "The best scenario, and what it took to say so", caption,
        picture(key, "Scenarios by what became of them", f"{said}.", draw),
        choice_table(results, found),
    )  # fmt: skip


def choice_table(results: Results, found: Found) -> Table:
    """What became of each scenario, its mean, its difference from the leader, its replications."""
    what, leader = _what(found), found["leader"]
    unit = measure(what).unit
    rows = []
    for each in found["standings"]:
        mean, low, high = amounts([each["mean"][end] for end in ("mean", "low", "high")], unit)
        cells = [_became(each), f"{mean}\n{between(low, high)}".strip()]
        beside = NONE
        if each["difference"]:
            ends = [each["difference"][end] for end in ("mean", "low", "high")]
            size, low, high = changes(ends, unit)
            beside = f"{size}\n{between(low, high)}".strip()
        rows.append((each["scenario"], *cells, beside, f"{each['mean']['replications']:,}"))
    return Table(
        f"{results.title(what)}: what became of each scenario (95% intervals in brackets)",
        (
            "Scenario", "What became of it", f"Mean, {unit_heading(unit)}",
            f"Difference from ‘{leader}’, {unit_heading(unit, change=True)}", "Replications",
        ),
        (Rows(tuple(rows)),),
        text_columns=(1,),
        note="Differences are paired, over the replications that both scenarios have. An interval "
        "is 95% by itself, and of scenarios that were stopped when they looked bad.",
    )  # fmt: skip


def _became(each: Found) -> str:
    outcome: str = each["outcome"]
    if outcome == "the same":
        return "the same as the chosen one"
    by = each["ruled_out_by"]
    return f"{outcome} by {quoted(by)}" if by else outcome


def _those(found: Found, outcome: str) -> list[Found]:
    return [each for each in found["standings"] if each["outcome"] == outcome]


def _what(found: Found) -> What:
    return What(found["measure"], setting=found["setting"])
