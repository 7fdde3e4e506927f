"""What was searched for: the candidates that were tried, beside the targets, and the answer."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sim.report.dots import Panel, Point, Style, dot_figure
from sim.report.drawing import BLUE, GREY, VERMILION, picture
from sim.report.marks import Picture
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import amounts, capitalised, counted, listed, quantity, quoted

MOST_ROWS = 16
"""At most so many candidates are drawn: those nearest to the answer."""
MOST_PANELS = 4
STYLES: dict[str, tuple[Style, str, str]] = {
    "meets": (("o", BLUE, BLUE), "surely meets the target", "✔\u00a0meets"),
    "misses": (("s", VERMILION, VERMILION), "surely misses it", "✘\u00a0misses"),
    "unclear": (("D", "white", GREY), "chance can’t tell", "○\u00a0can’t tell"),
}
KEYS = {"per_day": "people a day", "staff": "staff", "beds": "beds", "places": "places"}

Found = Mapping[str, Any]


def search_pictures(results: Results, key: str) -> list[tuple[Picture, list[str]]]:
    """Each search: its picture with the table under it, and what it found in sentences."""
    return [
        (_picture(results, found, f"{key}-{n + 1}"), said_of_search(results, found))
        for n, found in enumerate(results.findings.get("search", ()))
    ]


def said_of_searches(results: Results) -> list[str]:
    """What every search found, in a sentence each."""
    return [
        f"{found['search']}: {said_of_search(results, found)[0]}"
        for found in results.findings.get("search", ())
    ]


def said_of_search(results: Results, found: Found) -> list[str]:
    """What a search found, how sure that is, and what it took."""
    targets = listed([_target_said(results, each) for each in found["targets"]])
    what = listed([path_words(results, path) for path in found["paths"]])
    if found["kind"] == "largest":
        asked = f"The most {what} so that {targets} ({quoted(found['scenario'])})"
    elif len(found["paths"]) > 1:
        cheapest = "cheapest" if found["answer"]["by_cost"] else "fewest"
        asked = f"The {cheapest} {what} so that {targets} ({quoted(found['scenario'])})"
    else:
        asked = f"The fewest {what} so that {targets} ({quoted(found['scenario'])})"
    answer = _joint_said(results, found) if len(found["paths"]) > 1 else _line_said(found)
    runs = sum(each["replications"] for each in found["tried"])
    tried = counted(len(found["tried"]), "candidate was", "candidates were")
    return [
        f"{asked}: {answer}",
        f"{tried} tried, with {counted(runs, 'run')}: each until it was clear of every target, or "
        f"{found['limit']:,} replications. The chance that any of this is wrong is 5% at most: the "
        "lines are wider than 95% intervals, to allow for all the candidates and looks.",
    ]


def _line_said(found: Found) -> str:
    """The answer for one number."""
    answer = found["answer"]
    meets, misses, unclear = answer["meets"], answer["misses"], answer["open"]
    say = partial(_value_said, found)
    if meets is None and not unclear:
        return f"even {say(answer['easiest'])} does not meet it."
    if meets is None:
        surely = "" if misses is None else f" {capitalised(say(misses))} does not meet it."
        return f"undecided: even of {say(answer['easiest'])} chance can’t tell.{surely}"
    if misses is None and not unclear:
        end = "least" if found["kind"] == "smallest" else "most"
        return f"{say(meets)}, the {end} that was tried, meets it already."
    if not unclear:
        return f"{say(meets)}. {say(meets)} meets it and {say(misses)} does not."
    first, last = sorted([unclear[0], meets])
    surely = "" if misses is None else f" and {say(misses)} does not"
    return (
        f"undecided between {say(first)} and {say(last)}. {say(meets)} meets it{surely}; in "
        "between chance can’t tell."
    )


def _joint_said(results: Results, found: Found) -> str:
    """The answer for several numbers at once."""
    answer = found["answer"]
    if answer["meets"] is None:
        most = _vector_said(results, found, answer["most"])
        if answer["most_misses"]:
            return f"even the most of everything ({most}) does not meet them."
        return f"undecided: even of the most of everything ({most}) chance can’t tell."
    total = "" if answer["by_cost"] else f", {sum(answer['meets']):g} in all"
    said = f"{_vector_said(results, found, answer['meets'])}{total}."
    word = "cheaper" if answer["by_cost"] else "smaller"
    if answer["open"]:
        said += (
            f" That surely meets them; of {counted(len(answer['open']), f'{word} one')} chance "
            "can’t tell (they are in the table)."
        )
    else:
        said += f" Nothing {word} meets them"
        said += "." if answer["is_searched"] else ", as far as was searched."
    if not answer["is_searched"]:
        said += " The search ended before every one was accounted for."
    return said + (
        " This takes it that more of anything never makes a target harder to meet; where settings "
        "hold each other up that is nearly so."
    )


def _vector_said(results: Results, found: Found, values: Sequence[float]) -> str:
    return listed([
        f"{value:g} {path_words(results, path)}"
        for value, path in zip(values, found["paths"], strict=True)
    ])  # fmt: skip


def _value_said(found: Found, value: float) -> str:
    return f"{value:g} times as many" if found["kind"] == "largest" else f"{value:g}"


def path_words(results: Results, path: str) -> str:
    """A path in the place as a reader would say it.

    >>> path_words(Results("x"), "settings.ward.beds"), path_words(Results("x"), "a.b.c.d")
    ('beds in ward', 'a.b.c.d')
    """
    part, _, rest = path.partition(".")
    name, _, key = rest.rpartition(".")
    if key not in KEYS or part not in ("settings", "teams", "patients"):
        return path
    if name == "*":
        return f"{KEYS[key]} in all {part}"
    if part == "settings":
        return f"{KEYS[key]} in {results.setting_name(name)}"
    named = results.team_name(name) if part == "teams" else results.group_names.get(name) or name
    return f"{KEYS[key]} of {named}"


def _what(target: Found) -> What:
    return What(target["measure"], target.get("setting") or "", target.get("team") or "")


def _target_said(results: Results, target: Found) -> str:
    what = _what(target)
    side, level = _level(target)
    return f"{quoted(results.title(what))} is {side} {quantity(level, measure(what).unit)}"


def _level(target: Found) -> tuple[str, float]:
    if target["at_most"] is None:
        return "at least", float(target["at_least"])
    return "at most", float(target["at_most"])


def _picture(results: Results, found: Found, key: str) -> Picture:
    drawn = _nearest(found)
    labels = [_label(found, each) for each in drawn]
    panels = []
    for n, target in enumerate(found["targets"][:MOST_PANELS]):
        what = _what(target)
        side, level = _level(target)
        points = {
            (label, ""): Point(
                reading["mean"], reading["sure_low"], reading["sure_high"],
                STYLES[reading["verdict"]][0],
            )
            for label, each in zip(labels, drawn, strict=True)
            for reading in [each["readings"][n]]
            if reading["mean"] is not None
        }  # fmt: skip
        title = f"{results.title(what)} ({side} {quantity(level, measure(what).unit)})"
        panels.append(Panel(title, measure(what).unit, points, line_at=level))
    more = len(found["targets"]) - len(panels)
    left_out = f" The first {len(panels)} targets are drawn." if more > 0 else ""
    if len(drawn) < len(found["tried"]):
        left_out += f" The {len(drawn)} nearest to the answer are drawn."
    what_varies = listed([path_words(results, path) for path in found["paths"]])
    caption = (
        f"What was tried, by {what_varies}. The dashed line is the target; a candidate is sure "
        f"where its line is clear of it.{left_out}"
    )
    said = "; ".join(
        f"{_label(found, each)} {STYLES[each['verdict']][1]}" for each in found["tried"]
    )
    marks = [(style, words) for style, words, _ in STYLES.values()]
    draw = partial(dot_figure, labels, [""], panels, key=marks)
    heading = f"{capitalised(found['search'])}: what was tried"
    return Picture(key, heading, caption, picture(key, heading, f"{said}.", draw),
                   search_table(results, found))  # fmt: skip


def _label(found: Found, each: Found) -> str:
    return " + ".join(_short(found, value) for value in each["values"])


def _short(found: Found, value: float) -> str:
    return f"× {value:g}" if found["kind"] == "largest" else f"{value:g}"


def _nearest(found: Found) -> list[Found]:
    """The candidates nearest to the answer, in their own order."""
    answer = found["answer"]
    middle = answer["meets"] if answer["meets"] is not None else found["tried"][-1]["values"]
    target = middle if isinstance(middle, list) else [middle]

    def away(each: Found) -> float:
        return float(sum(abs(a - b) for a, b in zip(each["values"], target, strict=True)))

    near = sorted(found["tried"], key=away)[:MOST_ROWS]
    return [each for each in found["tried"] if each in near]


def search_table(results: Results, found: Found) -> Table:
    """Every candidate: what came out beside each target, with both intervals."""
    rows = []
    for each in found["tried"]:
        cells = []
        for target, reading in zip(found["targets"], each["readings"], strict=True):
            numbers = ("mean", "low", "high", "sure_low", "sure_high")
            said, low, high, sure_low, sure_high = amounts(
                [reading[name] for name in numbers], measure(_what(target)).unit
            )
            cells.append(
                f"{said} {STYLES[reading['verdict']][2][:1]}\n{between(low, high)}\n"
                f"{between(sure_low, sure_high, False)}".strip()
            )
        rows.append(
            (_label(found, each), f"{each['replications']:,}", *cells,
             STYLES[each["verdict"]][2])
        )  # fmt: skip
    heads = []
    for target in found["targets"]:
        side, level = _level(target)
        what = _what(target)
        heads.append(f"{results.title(what)}, {side} {quantity(level, measure(what).unit)}")
    what_varies = " + ".join(path_words(results, path) for path in found["paths"])
    return Table(
        f"{capitalised(found['search'])}: every candidate (95% intervals in brackets, under them "
        "the wider ones that decided)",
        (capitalised(what_varies), "Replications", *heads, "All targets"),
        (Rows(tuple(rows)),),
        text_columns=(len(heads) + 2,),
        note="✔ surely met, ✘ surely missed, ○ chance can’t tell. The wider intervals have the "
        f"confidence {100 * found['confidence']:.3g}% each, so that all of them together hold in "
        "95 searches of 100.",
    )
