"""The best mix of levers and capacity for any sum up to the budget."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.drawing import (
    BLUE,
    FAINT,
    GREY,
    INK,
    VERMILION,
    WIDTH,
    canvas,
    panel,
    picture,
    wrapped,
)
from sim.report.marks import Picture, figure_key, numbered
from sim.report.parts.search import path_words
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import NONE, amount, amounts, changes, counted, listed, quoted, unit_heading

MOST_NAMED = 20
"""At most so many mixes are named beside the picture; all are in the table."""

Found = Mapping[str, Any]


def frontier_picture(results: Results, key: str) -> Picture | None:
    """Money along, the measure up: every mix that was run, and the frontier among them."""
    found = results.findings.get("budget")
    if not found or not found["frontier"]:
        return None
    what = _what(found)
    title = results.title(what)
    frontier = found["frontier"]
    said = "; ".join(
        f"{n + 1}, {_name(results, found, each)}: {amount(each['cost'], 'pounds a year')}, "
        f"{amount(each['mean'], measure(what).unit)}"
        for n, each in enumerate(frontier)
    )
    caption = (
        f"{title} against what a mix of levers and capacity costs a year, on the levers of "
        f"{quoted(found['scenario'])}. Faint: the mixes that were run. Numbered: the frontier, the "
        "mixes that did best for their money, with means and 95% intervals from new patients, as "
        "the best of many owe something to luck."
    )
    heading = f"{title} against money"
    draw = partial(_draw, results, found)
    return Picture(
        key, heading, caption, picture(key, heading, f"The frontier: {said}.", draw),
        frontier_table(results, found),
    )  # fmt: skip


def _draw(results: Results, found: Found) -> Figure:
    what = _what(found)
    frontier = found["frontier"]
    named = frontier[:MOST_NAMED]
    names = [
        wrapped(f"{n + 1}  {_name(results, found, each)}", 48, 3) for n, each in enumerate(named)
    ]
    lines = sum(name.count("\n") + 1 for name in names)
    high = max(3.2, 0.15 * lines + 0.1 * len(names))
    figure = canvas(high + 0.85)
    wide = 4.3
    axes = panel(figure, 0.75, 0.5, wide, high)
    tried = found["tried"]
    axes.plot([each["cost"] for each in tried], [each["mean"] for each in tried], "o",
              mfc="white", mec=GREY, ms=3.5, mew=0.7, alpha=0.6, zorder=1)  # fmt: skip
    axes.plot([each["cost"] for each in frontier], [each["mean"] for each in frontier],
              color=BLUE, lw=1.0, ls=(0, (3, 2)), zorder=2)  # fmt: skip
    for n, each in enumerate(frontier):
        clear = _is_clear(each)
        if each["low"] is not None:
            axes.plot([each["cost"]] * 2, [each["low"], each["high"]], color=INK, lw=1.2, zorder=3)
        axes.plot([each["cost"]], [each["mean"]], "o" if clear else "D", ms=6, mew=1.4, mec=BLUE,
                  mfc=BLUE if clear else "white", zorder=4)  # fmt: skip
        axes.annotate(str(n + 1), (each["cost"], each["mean"]), (5, 5), textcoords="offset points",
                      fontsize=8.5, fontweight="bold", zorder=5)  # fmt: skip
    axes.axvline(found["at_most"], color=VERMILION, lw=1.0, ls=(0, (1, 1.5)))
    numbered(axes, "pounds a year", ticks=5)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: amount(v, measure(what).unit)))
    axes.set_xlabel("£ a year for levers and capacity")
    axes.set_ylabel(f"{results.title(what)}, {unit_heading(measure(what).unit)}", fontsize=8.5)
    axes.grid(axis="both", color=FAINT, lw=0.5)
    left = (0.75 + wide + 0.2) / WIDTH
    figure.text(left, (0.5 + high) / (high + 0.85), "\n".join(names), fontsize=7.5, va="top",
                linespacing=1.3)  # fmt: skip
    figure_key(
        figure,
        [
            _sample("o", BLUE, BLUE), _sample("D", "white", BLUE),
            _sample("o", "white", GREY, 3.5),
            Line2D([], [], color=VERMILION, lw=1.0, ls=(0, (1, 1.5))),
        ],
        ["clearly better than the next cheaper", "not clearly", "run, not on the frontier",
         "the budget"],
    )  # fmt: skip
    return figure


def _sample(marker: str, fill: str, edge: str, size: float = 6) -> Line2D:
    return Line2D([], [], marker=marker, ls="", ms=size, mew=1.2, mfc=fill, mec=edge)


def frontier_table(results: Results, found: Found) -> Table:
    """Each mix on the frontier: cost, the measure, and what it gains on the next cheaper one."""
    what = _what(found)
    unit = measure(what).unit
    rows = []
    for n, each in enumerate(found["frontier"]):
        said, low, high = amounts([each["mean"], each["low"], each["high"]], unit)
        gained = each["gained"]
        cells = (NONE, "")
        if gained is not None:
            size, below, above = changes([gained["mean"], gained["low"], gained["high"]], unit)
            shows = "✔\u00a0clearly better" if gained["is_better"] else "○\u00a0not clearly"
            cells = (f"{size}\n{between(below, above)}".strip(), shows)
        rows.append(
            (f"{n + 1}  {_name(results, found, each)}", amount(each["cost"], "pounds a year"),
             f"{said}\n{between(low, high)}".strip(), *cells)
        )  # fmt: skip
    return Table(
        f"The frontier, on {counted(found['replications'], 'replication')} with new patients "
        "(intervals in brackets)",
        ("Mix", "Cost, £ a year", f"{results.title(what)}, {unit_heading(unit)}",
         "Difference from the next cheaper", "What it shows"),
        (Rows(tuple(rows)),),
        text_columns=(4,),
        note="Money is what the levers state that they cost a year, and what the experiment says "
        "that a step of capacity costs; what the days in beds cost is not in it. The intervals of "
        "the differences hold for the whole column together (95%). Every mix that was run is in "
        "frontier.csv.",
    )  # fmt: skip


def said_of_frontier(results: Results) -> list[str]:
    """What the frontier says, and the evidence that it is the frontier."""
    found = results.findings.get("budget")
    if not found or not found["frontier"]:
        return []
    return [
        _best_said(results, found),
        _evidence_said(found),
        *_rivals_said(found),
        *_apart_said(found),
    ]


def _best_said(results: Results, found: Found) -> str:
    best = found["frontier"][-1]
    clear = [str(n + 1) for n, each in enumerate(found["frontier"]) if _is_clear(each) and n]
    unit = measure(_what(found)).unit
    said, low, high = amounts([best["mean"], best["low"], best["high"]], unit)
    which = (
        f"Clearly better than the next cheaper {'is' if len(clear) == 1 else 'are'} "
        f"{listed(clear)}; of the others on it chance can’t tell."
        if clear
        else "Of none of them can it be told that it is better than the next cheaper."
    )
    if len(clear) == len(found["frontier"]) - 1 and clear:
        which = "Each is clearly better than the next cheaper."
    return (
        f"For up to {amount(found['at_most'], 'pounds a year')} a year, the mix that did best is "
        f"{_name(results, found, best)} ({amount(best['cost'], 'pounds a year')}; "
        f"{results.title(_what(found)).lower()} {said} {between(low, high)}). {which}"
    )


def _evidence_said(found: Found) -> str:
    """How many mixes there are, how many were run, and what is known of the others."""
    run = len(found["tried"])
    within = found["within"]
    there = f"There are {counted(found['number'], 'mix', 'mixes')}"
    if within is not None:
        there += f", of which {within:,} cost no more than the budget and can be made together"
    if found["is_all"]:
        return f"{there}. All of these were run, so the frontier is that of all mixes."
    if found["untried"]:
        return (
            f"{there}. {run:,} were run, the limit of this experiment, and "
            f"{counted(found['untried'], 'neighbour')} of the frontier could not be tried: a "
            "better mix may be there. Let mixes_at_most be larger to go on."
        )
    return (
        f"{there}. {run:,} were run, from neighbour to neighbour: every mix on the frontier with "
        "one step more, one step less or one exchanged for another, within the budget, was run, "
        "and none has a better mean for no more money."
    )


def _rivals_said(found: Found) -> list[str]:
    off = [each["beside"] for each in found["tried"] if each["beside"]]
    close = sum(not each["is_worse"] for each in off)
    if not off:
        return []
    if not close:
        return ["Every other mix that was run is clearly worse than the one on the frontier."]
    return [
        f"Of the {len(off):,} mixes run beside it, {close:,} can’t be told from the one on the "
        "frontier for no more money: their 95% interval of the difference includes 0, so they "
        "are as good a choice as chance can tell."
    ]


def _apart_said(found: Found) -> list[str]:
    if not found["apart"]:
        return []
    pairs = [f"{quoted(a)} with {quoted(b)}" for a, b in found["apart"]]
    return [f"These can’t be made together, as they change the same number: {listed(pairs)}."]


def _is_clear(each: Found) -> bool:
    return each["gained"] is None or bool(each["gained"]["is_better"])


def _what(found: Found) -> What:
    asked = found["measure"]
    return What(asked["measure"], asked.get("setting") or "")


def _name(results: Results, found: Found, each: Found) -> str:
    """A mix in words."""
    parts = [
        choice["name"]
        if choice["step"] is None
        else f"{n * choice['step']:g} more {path_words(results, choice['name'])}"
        for choice, n in zip(found["choices"], each["levels"], strict=True)
        if n
    ]
    return " + ".join(parts) or "nothing"
