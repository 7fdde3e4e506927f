"""What each lever does, and which help or hinder one another, by the experiment's design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.report.answer import gain, subject, verdict
from sim.report.dots import Panel, Point, dot_figure
from sim.report.drawing import BLUE, GREY, VERMILION, picture
from sim.report.marks import VERDICT_MARKS, Picture
from sim.report.results import Difference, Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import (
    NONE,
    changes,
    counted,
    listed,
    quoted,
    roughly,
    unit_heading,
    with_unit,
)

MOST_DRAWN = 30
MOST_IN_TABLE = 300
_SURE = 0.05
_EFFECT, _INTERACTION, _LIST = "effect", "interaction", "list"
_SPREAD = ("latin hypercube", "sobol")
_HELP = ("o", BLUE, BLUE)
_HINDER = ("s", VERMILION, VERMILION)
_UNSURE = ("D", "white", GREY)
_HOW = {
    "one at a time": "alone, against the baseline",
    "all pairs": "alone, against the baseline",
    "full factorial": "on average over all combinations of the others",
    "fractional factorial": "on average over the combinations of the others that were run",
    "latin hypercube": "in a straight-line fit, from the lowest to the highest value, with the "
    "others in the middle",
}
_HOW["sobol"] = _HOW["latin hypercube"]


@dataclass(frozen=True)
class Effect:
    """One effect or interaction of a design, on the measure that is shown."""

    of: tuple[str, ...]
    change: Difference
    p: float | None
    """Raised by Holm's method for an interaction."""
    mixed_with: tuple[str, ...]

    @property
    def name(self) -> str:
        """The factor, or the two that work on one another."""
        return " × ".join(self.of)

    @property
    def is_sure(self) -> bool:
        """Whether it is clear, of all the interactions of the design together."""
        return self.p is not None and self.p < _SURE


@dataclass(frozen=True)
class Part:
    """All that the report shows of one design: headings, sentences, figures."""

    heading: str
    said: tuple[str, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class _Design:
    """A design as found, on its first measure."""

    kind: str
    facts: Mapping[str, Any]
    what: What
    effects: tuple[Effect, ...]
    interactions: tuple[Effect, ...]
    r_squared: float | None
    predicted: float | None

    @property
    def title(self) -> str:
        return (
            "Scenarios that are two others together" if self.kind == _LIST else _title(self.facts)
        )


def _title(facts: Mapping[str, Any]) -> str:
    """A design's heading.

    >>> _title({"kind": "all pairs", "factors": [["a", ""], ["b", ""]]})
    'All pairs: 2 factors'
    """
    kind = str(facts.get("kind", ""))
    return f"{kind.capitalize()}: {counted(len(facts.get('factors') or ()), 'factor')}"


def design_parts(results: Results) -> list[Part]:
    """Each design that has effects to show, in the experiment's order."""
    found = []
    for n, facts in enumerate(results.findings.get("design") or ()):
        design = _read(facts)
        if design is not None and (design.effects or design.interactions):
            pictures = [
                made
                for made in (
                    _effects_picture(results, design, f"effects-{n + 1}"),
                    _interactions_picture(results, design, f"interactions-{n + 1}"),
                )
                if made
            ]
            found.append(Part(design.title, tuple(_said(results, design)), tuple(pictures)))
    return found


def _read(facts: Mapping[str, Any]) -> _Design | None:
    measures = facts.get("measures") or ()
    if not measures:
        return None
    on = measures[0]
    effects: dict[str, list[Effect]] = {_EFFECT: [], _INTERACTION: []}
    for row in on.get("effects") or ():
        change = Difference(
            row["mean"], row.get("low"), row.get("high"), None, row.get("replications") or 0
        )
        p = row.get("p_holm" if row["kind"] == _INTERACTION else "p")
        effects[row["kind"]].append(
            Effect(tuple(row["of"]), change, p, tuple(row.get("mixed_with") or ()))
        )
    return _Design(
        str(facts.get("kind", "")), facts, What(on["measure"], setting=on.get("setting") or ""),
        tuple(effects[_EFFECT]), tuple(effects[_INTERACTION]), on.get("r_squared"),
        on.get("r_squared_predicted"),
    )  # fmt: skip


def _effects_picture(results: Results, design: _Design, key: str) -> Picture | None:
    """What each factor changes."""
    if not design.effects:
        return None
    what = design.what
    drawn = _largest(design.effects)
    points = {}
    for each in drawn:
        marker, fill, edge, _ = VERDICT_MARKS[verdict(what, each.change)]
        points[each.name, ""] = _point(each, (marker, fill, edge))
    shown = dict.fromkeys(verdict(what, each.change) for each in drawn)
    marks = [(VERDICT_MARKS[v][:3], VERDICT_MARKS[v][3]) for v in shown]
    caption = f"What each changes {_HOW.get(design.kind, '')}: {results.title(what)}, "
    caption += f"{unit_heading(measure(what).unit, change=True)}. Lines are 95% intervals."
    return Picture(
        key, "What each does", caption + _left_out(drawn, design.effects),
        picture(key, "The effect of each factor", _listing(drawn, what),
                partial(dot_figure, [e.name for e in drawn], [""],
                        [_panel(results, what, points)], key=marks, label_inches=2.9)),
        _table(results, design, design.effects, _shows_effect),
    )  # fmt: skip


def _interactions_picture(results: Results, design: _Design, key: str) -> Picture | None:
    """How much more, or less, any two do together than each alone adds up to."""
    if not design.interactions:
        return None
    what = design.what
    drawn = _largest(design.interactions)
    points = {(each.name, ""): _point(each, _mark(what, each)) for each in drawn}
    marks = [
        (_HELP, "help each other"), (_HINDER, "hinder each other"),
        (_UNSURE, "not shown: chance could do it"),
    ]  # fmt: skip
    caption = (
        "How far two together are from what each alone adds up to: "
        f"{results.title(what)}, {unit_heading(measure(what).unit, change=True)}. 0 is no more and "
        "no less than the sum. Lines are 95% intervals of each by itself; the marks allow for the "
        "number of pairs (Holm)."
    )
    return Picture(
        key, "Which help or hinder each other", caption + _left_out(drawn, design.interactions),
        picture(key, "Interactions of pairs", _listing(drawn, what),
                partial(dot_figure, [e.name for e in drawn], [""],
                        [_panel(results, what, points)], key=marks, label_inches=3.6)),
        _table(results, design, design.interactions, _shows_interaction),
    )  # fmt: skip


def _largest(found: Sequence[Effect]) -> list[Effect]:
    if len(found) <= MOST_DRAWN:
        return list(found)
    size = sorted(-abs(each.change.difference) for each in found)[MOST_DRAWN - 1]
    return [each for each in found if -abs(each.change.difference) <= size][:MOST_DRAWN]


def _left_out(drawn: Sequence[Effect], of: Sequence[Effect]) -> str:
    if len(drawn) == len(of):
        return ""
    return f" The {len(drawn)} largest of {len(of):,} are drawn."


def _point(each: Effect, style: tuple[str, str, str]) -> Point:
    return Point(each.change.difference, each.change.low, each.change.high, style)


def _panel(results: Results, what: What, points: Mapping[tuple[str, str], Point]) -> Panel:
    title = f"{results.title(what)}, {unit_heading(measure(what).unit, change=True)}"
    return Panel(title, measure(what).unit, points, True, True, line_at=0.0)


def _listing(found: Sequence[Effect], what: What) -> str:
    parts = [f"{each.name}: {' '.join(_size(each, what))}" for each in found]
    return "; ".join(parts) + "."


def _size(each: Effect, what: What) -> tuple[str, str]:
    three = [each.change.difference, each.change.low, each.change.high]
    said, low, high = changes(three, measure(what).unit)
    return said, between(low, high)


def _in_brackets(each: Effect, what: What) -> str:
    """A size and its interval, to stand in brackets."""
    said, span = _size(each, what)
    return f"{said}, {span.strip('()')}" if span else said


def _helps(what: What, each: Effect) -> bool:
    return gain(what, each.change.difference) > 0


def _mark(what: What, each: Effect) -> tuple[str, str, str]:
    if not each.is_sure:
        return _UNSURE
    return _HELP if _helps(what, each) else _HINDER


def _shows_effect(what: What, each: Effect) -> str:
    return verdict(what, each.change).words


def _shows_interaction(what: What, each: Effect) -> str:
    if each.p is None:
        return NONE
    if not each.is_sure:
        return "○\u00a0not shown"
    return "✔\u00a0help each other" if _helps(what, each) else "✘\u00a0hinder each other"


def _table(results: Results, design: _Design, found: Sequence[Effect], shows: Any) -> Table:
    """Each effect or interaction with its interval, and what can't be told from it."""
    what = design.what
    is_pairs = found is design.interactions
    has_mixed = any(each.mixed_with for each in found)
    rows = []
    for each in found[:MOST_IN_TABLE]:
        said, span = _size(each, what)
        mixed = (_cut(each.mixed_with),) if has_mixed else ()
        rows.append(
            (each.name, f"{said}\n{span}".strip(), _p(each.p), shows(what, each), *mixed)
        )  # fmt: skip
    unit = unit_heading(measure(what).unit, change=True)
    heads = (
        ("Two together", f"Beside the sum of each alone, {unit}", "p (Holm)", "What it shows")
        if is_pairs
        else ("Lever or number", f"Effect, {unit}", "p", "What it shows")
    )
    note = "Every effect on every measure is in effects.csv."
    if len(found) > MOST_IN_TABLE:
        note = f"The first {MOST_IN_TABLE} of {len(found):,}. {note}"
    return Table(
        f"{results.title(what)}: "
        + ("two together beside the sum of each alone" if is_pairs else "the effect of each")
        + " (95% intervals in brackets)",
        heads + (("Can’t be told from",) if has_mixed else ()),
        (Rows(tuple(rows)),),
        text_columns=(3, 4) if has_mixed else (3,),
        note=note,
    )


def _cut(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return "; ".join(names[:6]) + more or NONE


def _p(p: float | None) -> str:
    return NONE if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _said(results: Results, design: _Design) -> list[str]:
    """What a design says, in sentences that a discharge lead can check against the table."""
    what = design.what
    said = [*_strongest(results, design), *_pairs(results, design)]
    unsure = [each for each in design.interactions if each.p is not None and not each.is_sure]
    if unsure and len(unsure) == len(design.interactions):
        near = min(unsure, key=lambda each: each.p or 0.0)
        said.append(
            "Whether the two help or hinder each other, this number of runs cannot tell."
            if len(unsure) == 1
            else f"Of {counted(len(unsure), 'pair')} none is shown to help or hinder the other by "
            f"this number of runs; nearest to it is {quoted(near.name)} "
            f"({_in_brackets(near, what)}). More runs would tell more."
        )
    elif unsure:
        said.append(
            f"For {counted(len(unsure), 'pair')} of {len(design.interactions):,} no help and no "
            "hindrance is shown."
        )
    if design.facts.get("defining_relation"):
        said += _of_the_fraction(design.facts)
    if design.kind in _SPREAD:
        said += _of_the_fit(design, what)
    return said


def _strongest(results: Results, design: _Design) -> list[str]:
    what = design.what
    clear = [e for e in design.effects if e.p is not None and e.is_sure]
    better = sorted((e for e in clear if _helps(what, e)), key=lambda e: -abs(e.change.difference))[
        :3
    ]
    if not better:
        return []
    parts = [f"{quoted(e.name)} ({_in_brackets(e, what)})" for e in better]
    most = f"{_changes_for_the_better(what)} {subject(what, results)} most"
    return [
        f"What {most}, {_HOW.get(design.kind, '')}: "
        f"{listed(parts)}, in {unit_heading(measure(what).unit, change=True)}."
    ]


def _changes_for_the_better(what: What) -> str:
    return "raises" if measure(what).better == "higher" else "lowers"


def _pairs(results: Results, design: _Design) -> list[str]:
    """The clearest pairs, largest first: at most three that hinder, and three that help."""
    what = design.what
    sure = sorted(
        (e for e in design.interactions if e.is_sure), key=lambda e: -abs(e.change.difference)
    )
    said = []
    for helps, verb in ((False, "hinder"), (True, "help")):
        mine = [each for each in sure if _helps(what, each) is helps]
        said += [_pair_said(results, what, each, verb) for each in mine[:3]]
        if len(mine) > 3:
            said.append(f"So do {counted(len(mine) - 3, 'more pair')}: see the table.")
    if any(not _helps(what, each) for each in sure):
        said.append(
            "Two that hinder each other often shorten the same wait, which can be saved only once, "
            "or bring people sooner to the same full service."
        )
    return said


def _pair_said(results: Results, what: What, each: Effect, verb: str) -> str:
    unit = measure(what).unit
    three = [each.change.difference, each.change.low, each.change.high]
    sizes = changes(three, unit, signed=False)
    size = with_unit(sizes[0], unit, change=True)
    ends = sizes[1:] if each.change.difference > 0 else sizes[:0:-1]
    a, b = (quoted(name) for name in each.of)
    less = "fewer" if verb == "hinder" else "more"
    if what.measure == "delayed_bed_days":
        does = f"together they save {size} {less}"
    else:
        less = "less" if verb == "hinder" else "more"
        does = f"together they improve {subject(what, results)} by {size} {less}"
    text = f"{a} and {b} {verb} each other: {does} than each alone adds up to "
    text += f"(95% interval {' to '.join(ends)})."
    if each.mixed_with:
        text += f" Or it is {_or(each.mixed_with[:3])}: this design can’t tell them apart."
    return text


def _or(names: Sequence[str]) -> str:
    return listed([quoted(name) for name in names]).replace(" and ", " or ")


def _of_the_fraction(facts: Mapping[str, Any]) -> list[str]:
    runs, letters = facts.get("scenarios"), facts.get("letters") or {}
    roman = {3: "III", 4: "IV", 5: "V", 6: "VI", 7: "VII", 8: "VIII"}
    resolution = facts.get("resolution")
    shown = roman.get(resolution, str(resolution)) if isinstance(resolution, int) else ""
    meaning = {
        3: "an effect may be mixed up with interactions of two",
        4: "no effect is mixed up with an interaction of two; those may be with one another",
    }.get(resolution or 0, "neither effects nor interactions of two are mixed up with one another")
    words = str(facts["defining_relation"]).split(" = ")
    relation = " = ".join(words[:12]) + (f" = … ({len(words) - 12} more)" if words[12:] else "")
    named = "; ".join(f"{letter}: {name}" for letter, name in letters.items())
    return [
        f"{runs} of {2 ** len(letters):,} combinations were run, at resolution {shown}: {meaning}. "
        "Effects of three or more together are taken to be small.",
        f"The fraction: {facts.get('generated')}; defining relation {relation}. {named}.",
    ]


def _of_the_fit(design: _Design, what: What) -> list[str]:
    if design.r_squared is None or design.predicted is None:
        return []
    points = design.facts.get("scenarios")
    terms = len(design.effects) + len(design.interactions)
    kind = "effects and interactions of two" if design.interactions else "effects alone"
    text = (
        f"A fit of {kind} ({counted(terms, 'term')}) to {points} points explains "
        f"{roughly(max(0.0, design.r_squared))} of how {measure(what).title.lower()} differs "
        "between them (R²), and "
    )
    if design.predicted > 0:
        text += f"{roughly(design.predicted)} when each point is predicted from the others."
    else:
        text += "predicts a point from the others no better than their mean does."
    if design.predicted < 0.8:
        text += " So the effects bend, or depend on one another: take those above as rough."
    return [
        text,
        "The intervals are of the fit at these points, over the replications: they say nothing of "
        "how well a straight line fits.",
    ]
