"""Doubt about inputs: which scenario is best given all that is not known, and what moves it most.

What was found stands in ``findings.json`` under ``doubt``. The tornado has one input at a time at
its low and its high end; the draws have all of them at once.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report.drawing import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import Picture, bar, figure_key, numbered
from sim.report.results import What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import (
    NONE,
    amounts,
    capitalised,
    changes,
    counted,
    listed,
    quoted,
    uncapitalised,
    with_unit,
)

Found = Mapping[str, Any]

LOW, HIGH = Kind("at its low end", ORANGE, "////"), Kind("at its high end", BLUE)
MOST_BARS, MOST_PANELS = 15, 3
SURE = 0.95


def tornado_picture(found: Found, key: str) -> Picture | None:
    """What each input does alone, at its low and high end, to the level and to the differences."""
    outcomes = deciding(found)[:MOST_PANELS]
    if not outcomes:
        return None
    order = by_swing(outcomes)[:MOST_BARS]
    unit = measure(What(outcomes[0]["measure"])).unit
    title = measure(What(outcomes[0]["measure"])).title
    caption = (
        f"{title}, {unit}: each input alone at its low and at its high end, all others as they "
        "are, on the same people. The line is with all inputs as they are; thin lines are 95% "
        "intervals of chance. The input that moves the difference between scenarios most is at "
        "the top."
    )
    said = "; ".join(
        f"{quoted(name)} moves {_what(outcomes[-1])} by {_swing(outcomes[-1], name)}"
        for name in order[:3]
    )
    draw = partial(_tornado, outcomes, order, unit)
    return Picture(
        key, "One input at a time", caption,
        picture(key, f"{title} with each input at its ends", f"{said}.", draw),
        inputs_table(found, outcomes),
    )  # fmt: skip


def deciding(found: Found) -> list[Found]:
    """The outcomes of the measure that decides: the baseline's level, then the differences."""
    first = found["measures"][0] if found else {}
    return [
        each for each in found.get("outcomes", ())
        if (each["measure"], each["setting"]) == (first["measure"], first["setting"])
    ]  # fmt: skip


def by_swing(outcomes: Sequence[Found]) -> list[str]:
    """The inputs, those first that move any difference most; the level, where there is no other."""
    differences = [each for each in outcomes if each["baseline"]] or outcomes
    swing: dict[str, float] = {}
    for each in differences:
        for row in each["by_input"]:
            swing[row["input"]] = max(row["swing"], swing.get(row["input"], 0.0))
    return sorted(swing, key=lambda name: -swing[name])


def _row(outcome: Found, name: str) -> Found:
    row: Found = next(each for each in outcome["by_input"] if each["input"] == name)
    return row


def _what(outcome: Found) -> str:
    if outcome["baseline"]:
        return f"what {quoted(outcome['scenario'])} changes"
    return f"the level in {quoted(outcome['scenario'])}"


def _swing(outcome: Found, name: str) -> str:
    unit = measure(What(outcome["measure"])).unit
    said = changes([_row(outcome, name)["swing"]], unit, signed=False)[0]
    return with_unit(said, unit, change=True)


def _tornado(outcomes: Sequence[Found], order: Sequence[str], unit: str) -> Figure:
    label, gap, thick = 2.1, 0.3, 0.36
    top, bottom, high = 0.35, 0.62, thick * len(order)
    figure = canvas(top + bottom + high)
    wide = (WIDTH - label - 0.25 - gap * (len(outcomes) - 1)) / len(outcomes)
    for n, outcome in enumerate(outcomes):
        axes = panel(figure, label + n * (wide + gap), bottom, wide, high)
        rows_from_the_top(axes, [wrapped(name, 28, 2) for name in order], 99)
        axes.tick_params(axis="y", labelsize=8.5, labelleft=n == 0)
        for place, name in enumerate(order):
            _bars(axes, outcome, name, place)
        axes.axvline(outcome["central"], color=INK, lw=1.0)
        name = outcome["scenario"]
        title = f"{name} less {outcome['baseline']}" if outcome["baseline"] else name
        axes.set_xlabel(wrapped(title, int(wide * 13), 2), fontsize=8.5)
        numbered(axes, unit, bool(outcome["baseline"]), 3 if len(outcomes) > 2 else 5)
        axes.margins(x=0.06)
    figure_key(figure, [patch(LOW), patch(HIGH)], [LOW.name, HIGH.name])
    return figure


def _bars(axes: Axes, outcome: Found, name: str, place: int) -> None:
    """An input's two bars from the central value, each with its interval of chance."""
    row, central = _row(outcome, name), outcome["central"]
    axes.axhline(place + 0.5, color=FAINT, lw=0.4, zorder=0)
    for end, kind, at in (("at_low", LOW, place - 0.16), ("at_high", HIGH, place + 0.16)):
        value = row[end]
        bar(axes, at, central, value["value"] - central, 0.3, kind)
        if value["low"] is not None:
            axes.plot([value["low"], value["high"]], [at, at], color=INK, lw=1.1, zorder=3)


def inputs_table(found: Found, outcomes: Sequence[Found]) -> Table:
    """Each input: its range, where the outcomes lie at its ends, and what knowing it is worth."""
    said = {each["input"]: each for each in found["inputs"]}
    worth = {each["input"]: each for each in found.get("worth", ())}
    groups = []
    for outcome in reversed(outcomes):
        is_change = bool(outcome["baseline"])
        rows = []
        for name in by_swing(outcomes):
            row = _row(outcome, name)
            cells = [name, _range(said[name])]
            cells += [_ends(row[end], outcome, is_change) for end in ("at_low", "at_high")]
            cells.append(_three(row["rank_coefficient"], 2))
            if outcome["by_input"][0]["effect"]:
                cells.append(_effect(row["effect"], outcome))
            if outcome["by_input"][0]["index"]:
                cells += [
                    _three((row["index"] or {}).get(which), 2) for which in ("first", "total")
                ]
            cells.append(_worth(worth.get(name), found) if is_change else NONE)
            rows.append(tuple(cells))
        groups.append(Rows(tuple(rows), capitalised(_what(outcome))))
    heads = ["Input", "Low, central, high", "At low", "At high", "Correlation in ranks"]
    heads += ["Mean size of effect (Morris)"] if outcomes[0]["by_input"][0]["effect"] else []
    if outcomes[0]["by_input"][0]["index"]:
        heads += ["Share of variance alone", "Share with others"]
    unit = measure(What(outcomes[0]["measure"])).unit
    return Table(
        f"Each input in doubt, and {uncapitalised(measure(What(outcomes[0]['measure'])).title)} "
        f"({unit}) at its ends (95% intervals in brackets)",
        (*heads, "Worth of knowing it"),
        tuple(groups),
        text_columns=(1,),
        note="A factor has 1 as its central value. The correlation in ranks is a regression over "
        "all draws: −1 to 1, and 0 where an input does not matter. The worth of knowing one is "
        "how much better one could choose between the scenarios if it were known and nothing else: "
        "the expected value of partial perfect information, by regression; it is rather too high "
        "than too low, and 0 where the same scenario is best whatever the input is.",
    )


def _range(said: Found) -> str:
    sign = "× " if said["is_factor"] else ""
    numbers = f"{sign}{said['low']:g}, {said['central']:g}, {said['high']:g}"
    return f"{numbers} ◆\u00a0guess" if said["certainty"] == "guess" else numbers


def _ends(value: Found, outcome: Found, is_change: bool) -> str:
    unit = measure(What(outcome["measure"])).unit
    write = changes if is_change else amounts
    middle, low, high = write([value["value"], value["low"], value["high"]], unit)
    return f"{middle}\n{between(low, high)}".strip()


def _three(value: Found | None, places: int) -> str:
    if value is None or value["value"] is None:
        return NONE
    middle, low, high = (
        NONE if each is None else f"{each:.{places}f}".replace("-", "−")
        for each in (value["value"], value["low"], value["high"])
    )
    return f"{middle}\n{between(low, high)}".strip()


def _effect(effect: Found, outcome: Found) -> str:
    size = effect["size"]
    unit = measure(What(outcome["measure"])).unit
    middle, low, high = changes([size["value"], size["low"], size["high"]], unit, signed=False)
    return f"{middle}\n{between(low, high)}".strip()


def _worth(worth: Found | None, found: Found) -> str:
    if worth is None:
        return NONE
    middle, low, high = amounts([worth["value"], worth["low"], worth["high"]], found["unit"])
    return f"{middle}\n{between(low, high)}".strip()


def doubts_table(found: Found) -> Table | None:
    """What was in doubt: each input with its range, and why."""
    if not found:
        return None
    rows = [
        (
            each["input"], _range(each),
            f"{each['shape']}{', as a ratio' if each['is_factor'] else ''}",
            " ".join(part for part in (each["why"], each["source"]) if part) or NONE,
        )
        for each in found["inputs"]
    ]  # fmt: skip
    return Table(
        "What was in doubt: the lowest, most likely and highest that each may reasonably be",
        ("Input", "Low, central, high", "Drawn as", "Why"),
        (Rows(tuple(rows)),),
        text_columns=(1, 2, 3),
        note="× is a factor on what stands in the place. A triangular range is drawn with its peak "
        "at the central value; a factor on the scale of ratios, where half and twice are equally "
        "far from 1. All inputs are drawn independently.",
    )


def best_table(found: Found) -> Table | None:
    """How probable it is that each scenario is best, and that it beats each of the others."""
    if not found.get("best"):
        return None
    names = found["scenarios"]
    beats = {(each["scenario"], each["other"]): each for each in found["beats"]}
    rows = []
    for each in found["best"]:
        name = each["scenario"]
        cells = [
            NONE if other == name else _prob(beats[name, other]) for other in names
        ]  # fmt: skip
        rows.append((name, _prob(each), *cells))
    return Table(
        "How probable it is that each scenario is best, and better than each other, given all that "
        "is not known of the inputs (95% intervals in brackets)",
        ("Scenario", "Best of all", *(f"Better than {name}" for name in names)),
        (Rows(tuple(rows)),),
        note=f"Shares of {counted(found['draws'], 'draw')} of all inputs over their ranges. The "
        "intervals hold the number of draws, and the luck of the people that all draws share; they "
        "do not hold what is wrong with the model itself, or doubts that are not among the inputs.",
    )


def _prob(each: Found) -> str:
    middle, low, high = (_percent(each[key]) for key in ("prob", "low", "high"))
    return f"{middle}\n{between(low, high)}"


def _percent(share: float | None) -> str:
    """A probability or share in whole per cent: more figures would not be true.

    >>> _percent(0.128), _percent(None)
    ('13%', '–')
    """
    return NONE if share is None else f"{100 * share:.0f}%"


def split_table(found: Found) -> Table | None:
    """Each outcome over the draws, and how much of what is not known of it is from the inputs."""
    rows = []
    for each in found.get("outcomes", ()):
        what = What(each["measure"], setting=each["setting"] or "")
        unit, is_change = measure(what).unit, bool(each["baseline"])
        write = changes if is_change else amounts
        mean, low, high = write([each["mean"], each["low"], each["high"]], unit)
        parts = changes([each["sd_inputs"], each["sd_chance"]], unit, signed=False)
        share = each["share_inputs"]
        name = f"{each['scenario']} less {each['baseline']}" if is_change else each["scenario"]
        rows.append((
            f"{measure(what).title}{f' in {what.setting}' if what.setting else ''}: {name}",
            mean, between(low, high, False), *parts,
            _prob({"prob": share["value"], **share}),
        ))  # fmt: skip
    if not rows:
        return None
    return Table(
        "Over all draws: where the results lie, and what of their spread is from the inputs",
        (
            "Measure and scenario", "Mean over draws", "95% of draws lie between",
            "Spread from the inputs", "Spread from chance", "Share of variance from the inputs",
        ),
        (Rows(tuple(rows)),),
        note="Spreads are standard deviations of one run. Chance is what differs between runs of "
        "the same place, and is less in a mean of many; doubt about inputs is not.",
    )  # fmt: skip


def said_of_inputs(found: Found) -> list[str]:
    """What doubt about the inputs does to the answer, in plain words."""
    outcomes = deciding(found)
    if not outcomes:
        return []
    said = [_said_of_draws(found)]
    said += _said_of_best(found)
    said += [_said_of_difference(each) for each in outcomes if each["baseline"]][:MOST_PANELS]
    first = by_swing(outcomes)
    last = [each for each in outcomes if each["baseline"]] or outcomes
    most = max(last, key=lambda each: float(_row(each, first[0])["swing"]))
    said.append(
        f"Alone, {quoted(first[0])} matters most: from its low to its high end, {_what(most)} "
        f"moves by {_swing(most, first[0])}."
    )
    said += _said_of_worth(found)
    return said


def _said_of_draws(found: Found) -> str:
    guesses = sum(each["certainty"] == "guess" for each in found["inputs"])
    text = (
        f"{capitalised(counted(len(found['inputs']), 'input'))} in doubt "
        f"({counted(guesses, 'guess', 'guesses')}) were drawn together "
        f"{counted(found['draws'], 'time')} over their ranges, and {listed(_names(found))} run "
        f"{counted(found['replications'], 'time')} on the same people at every draw."
    )
    if found["value_of_a_day"]:
        day = with_unit(amounts([found["value_of_a_day"]], "pounds a day")[0], "")
        text += (
            f" Best is what is worth most with a day at {day.strip()} and the difference in cost "
            "outside acute beds taken off."
        )
    return text


def _names(found: Found) -> list[str]:
    return [quoted(name) for name in found["scenarios"]]


def _said_of_best(found: Found) -> list[str]:
    if not found.get("best"):
        return []
    best = max(found["best"], key=lambda each: float(each["prob"]))
    three = (_percent(best["prob"]), _percent(best["low"]), _percent(best["high"]))
    text = (
        f"Given all that, {quoted(best['scenario'])} is best with a probability of {three[0]} "
        f"(95% interval {three[1]} to {three[2]})"
    )
    if best["low"] >= SURE:
        return [f"{text}: the choice does not hang on these inputs."]
    if best["high"] < 1 - (1 - SURE) and best["low"] <= 0.5:
        return [f"{text}: these inputs leave it open which is best."]
    return [f"{text}."]


def _said_of_difference(outcome: Found) -> str:
    what = What(outcome["measure"], setting=outcome["setting"] or "")
    unit = measure(what).unit
    mean, low, high = changes([outcome["mean"], outcome["low"], outcome["high"]], unit)
    share = outcome["share_inputs"]
    return (
        f"{quoted(outcome['scenario'])} changes {uncapitalised(measure(what).title)} by "
        f"{with_unit(mean, unit, change=True)} on average over the draws; 95% of draws lie between "
        f"{low} and {high}. Of the variance of one run, {_percent(share['value'])} is from the "
        f"inputs (95% interval {_percent(share['low'])} to {_percent(share['high'])}), the rest is "
        "chance."
    )


def _said_of_worth(found: Found) -> list[str]:
    whole = found.get("worth_of_all")
    if not whole:
        return []
    unit = found["unit"]
    middle, low, high = amounts([whole["value"], whole["low"], whole["high"]], unit)
    text = (
        f"To know all of these inputs before choosing would be worth {with_unit(middle, unit)} "
        f"(95% interval {low} to {high})"
    )
    matter = sorted(found["worth"], key=lambda each: -float(each["value"]))
    if whole["value"] <= 0 or matter[0]["value"] <= 0:
        return [f"{text}: no single one of them would change the choice, as far as can be told."]
    one = amounts([matter[0]["value"]], unit)[0]
    return [f"{text}; to know {quoted(matter[0]['input'])} alone, {with_unit(one, unit)}."]
