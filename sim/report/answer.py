"""The answer in one sentence: which scenario does most, by how much, how sure, at what cost.

The sentence is careful: it names a scenario as best only if it is clearly better than its baseline,
after a correction for how many scenarios were tried, and says so plainly where this number of runs
cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sim.place.words import Body
from sim.report.results import Difference, Results, What, measure
from sim.report.wording import (
    amounts,
    capitalised,
    changes,
    counted,
    is_share,
    listed,
    quantity,
    quoted,
    roughly,
    uncapitalised,
    with_unit,
)

COST = What("cost_per_year")
MOST_FURTHER = 2
"""Measures that the sentence names beside the first and the cost; figures show all of them."""
CANNOT_TELL = "no difference that this number of runs can tell"
MAY_BE_CHANCE = "a difference that may be chance, as so many scenarios were tried"

_PLURAL = {
    "occupied", "reserved", "delayed_bed_days", "outlier_days", "handoffs_per_discharge",
    "electives_cancelled",
}  # fmt: skip
_SUBJECTS = {
    "occupied": "people there",
    "reserved": "spaces held",
    "waiting": "the number waiting for a space",
    "waiting_at_end": "the number waiting for a space at the end",
    "wait_days": "the wait for a space",
    "share_waiting": "the share who wait for a space",
    "delayed": "the number delayed",
    "delayed_process": "the number delayed by process",
    "delayed_capacity": "the number delayed by capacity",
    "delayed_handover": "the number delayed in hand-over",
    "turned_away_per_day": "the number turned away",
    "admitted_per_day": "the number admitted",
    "exchanges_per_day": "the number exchanged in a ring",
    "share_delayed": "the share delayed",
    "remaining": "the number remaining at the day’s end",
    "handoffs_per_discharge": "hand-offs for each discharge",
    "over_4_hours": "the share who wait over 4 hours for a bed",
    "over_12_hours": "the share who wait over 12 hours for a bed",
    "electives_cancelled": "planned operations cancelled",
    "bed_wait_hours": "the wait for a bed",
    "newly_ready_per_day": "the number newly ready",
    "discharged_per_day": "the number discharged",
    "share_left_on_ready_date": "the share who left on the ready date",
    "stays_over_7_days": "the number with stays of 7 days or more",
    "stays_over_14_days": "the number with stays of 14 days or more",
    "stays_over_21_days": "the number with stays of 21 days or more",
}


class Verdict(Enum):
    """What a difference shows, given its p-value and its measure's better direction."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"
    SAME = "the same"
    ONE_RUN = "one run"

    @property
    def symbol(self) -> str:
        """A sign that stands beside the word, so that colour alone carries nothing."""
        return {"better": "✔", "worse": "✘", "cannot tell": "○", "the same": "="}.get(
            self.value, "·"
        )

    @property
    def words(self) -> str:
        """The sign and the word, as a table cell."""
        word = self.value.replace(" ", "\u00a0")
        return f"{self.symbol}\u00a0{word}"


@dataclass(frozen=True)
class Answer:
    """The sentence that answers the question, what should be said beside it, and whom it names.

    ``scenario`` is the one that the other figures set beside the baseline; empty if there is
    only one.
    """

    sentence: str
    notes: tuple[str, ...] = ()
    scenario: str = ""


def verdict(what: What, difference: Difference) -> Verdict:
    """What a difference from the baseline shows.

    >>> verdict(What("delay_days"), Difference(-2.0, -3.0, -1.0))
    <Verdict.BETTER: 'better'>
    >>> verdict(What("admitted_per_day"), Difference(-2.0, -3.0, -1.0))
    <Verdict.WORSE: 'worse'>
    >>> verdict(What("delay_days"), Difference(-2.0, -5.0, 1.0))
    <Verdict.CANNOT_TELL: 'cannot tell'>
    """
    low, high = difference.low, difference.high
    if low is None or high is None:
        return Verdict.ONE_RUN
    if low == high == 0:
        return Verdict.SAME
    if not difference.is_clear:
        return Verdict.CANNOT_TELL
    return Verdict.BETTER if gain(what, difference.difference) > 0 else Verdict.WORSE


def gain(what: What, difference: float) -> float:
    """A difference turned so that more is better."""
    return difference if measure(what).better == "higher" else -difference


def subject(what: What, results: Results) -> str:
    """What a sentence says falls or rises.

    >>> subject(What("waiting", setting="p2"), Results("x"))
    'the number waiting for a space in p2'
    """
    said = _SUBJECTS.get(what.measure) or uncapitalised(measure(what).title)
    if what.setting:
        said += f" in {results.setting_name(what.setting)}"
    others = [getattr(what, d) for d in ("team", "locality", "group", "reason", "body", "part")]
    part = ", ".join(o for o in others if o)
    return f"{said} ({part})" if part else said


def moves(what: What, difference: float) -> str:
    """The verb for a difference: fall, falls, rise, rises, stay or stays.

    >>> moves(What("delayed_bed_days"), -3), moves(What("delay_days"), 3)
    ('fall', 'rises')
    """
    verb = "fall" if difference < 0 else "rise" if difference > 0 else "stay"
    return verb if what.measure in _PLURAL else verb + "s"


def interval(what: What, difference: Difference) -> str:
    """The interval of a fall or a rise whose direction is already said, or both directions.

    An interval on one side of 0 that shows nothing says its direction too: it can stand so where
    several scenarios were tried.

    >>> interval(What("delay_days"), Difference(-2.0, -3.0, -1.0))
    '1 to 3'
    >>> interval(What("delay_days"), Difference(-1.0, -3.0, 1.0))
    'from 3 lower to 1 higher'
    >>> interval(What("delay_days"), Difference(-2.0, -3.0, -1.0, p_holm=0.2))
    '1 to 3 lower'
    """
    unit = measure(what).unit
    low, high = difference.low, difference.high
    if low is None or high is None:
        return ""
    sizes = changes([difference.difference, low, high], unit, signed=False)[1:]
    if low < 0 < high:
        return f"from {sizes[0]} lower to {sizes[1]} higher"
    ends = " to ".join(sizes if high > 0 else reversed(sizes))
    if difference.is_clear:
        return ends
    return f"{ends} {'higher' if high > 0 else 'lower'}"


def untold(difference: Difference) -> str:
    """What is said of a difference that is not clear.

    >>> untold(Difference(-2.0, -3.0, -1.0, p_holm=0.2))
    'a difference that may be chance, as so many scenarios were tried'
    """
    low, high = difference.low or 0.0, difference.high or 0.0
    return CANNOT_TELL if low <= 0 <= high else MAY_BE_CHANCE


def movement(what: What, results: Results, scenario: str, first: bool = False) -> str:
    """A clause on how a measure moves in a scenario against the baseline, with its interval.

    ``first`` says in full what the later clauses of a sentence leave out.
    """
    difference = results.difference(scenario, what)
    said = subject(what, results)
    if difference is None:
        return f"{said}: not measured"
    shown = verdict(what, difference)
    unit = measure(what).unit
    if shown is Verdict.SAME or difference.difference == 0 == difference.low == difference.high:
        return f"{said} {moves(what, 0)} the same"
    three = [difference.difference, difference.low, difference.high]
    size = with_unit(changes(three, unit, signed=False)[0], unit, change=True)
    share = _relative(what, results, difference.difference)
    ends = interval(what, difference)
    if shown is Verdict.CANNOT_TELL:
        label = "95% interval " if first else ""
        return f"{said}: {untold(difference)} ({label}{ends})"
    by = f"{share}, or {size}" if share else size
    ends = f" (95% interval {ends})" if first and ends else f" ({ends})" if ends else ""
    return f"{said} {moves(what, difference.difference)} by {by}{ends}"


def money(results: Results, scenario: str) -> str:
    """A clause on what a scenario costs against the baseline; empty if no cost was measured."""
    difference = results.difference(scenario, COST)
    baseline = results.estimate(results.baseline, COST)
    if difference is None or (not difference.difference and not (baseline and baseline.mean)):
        return ""
    shown = verdict(COST, difference)
    unit = measure(COST).unit
    three = [difference.difference, difference.low, difference.high]
    size, low, high = changes(three, unit, signed=False)
    ends = " to ".join((low, high) if difference.difference > 0 else (high, low))
    if shown is Verdict.SAME:
        return "it costs the same"
    if shown is Verdict.CANNOT_TELL:
        one = "more" if (difference.low or 0) > 0 else "less"
        either = (difference.low or 0) <= 0 <= (difference.high or 0)
        span = f"from {low} less to {high} more" if either else f"{ends} {one}"
        return f"on cost there is {untold(difference)} ({span} a year)"
    bracket = "" if difference.low is None or difference.low == difference.high else f" ({ends})"
    if difference.difference > 0:
        return f"it costs {size} a year more{bracket}"
    return f"it saves {size} a year{bracket}"


def answer(results: Results) -> Answer:
    """The answer to the experiment's question, built from its numbers alone."""
    if not results.compare_on:
        return Answer("This experiment names no measure to compare on, so it gives no one answer.")
    what = results.compare_on[0]
    compared = [
        (name, difference)
        for name in results.tried
        if (difference := results.difference(name, what)) is not None
    ]
    if not compared:
        return _level_only(results, what)
    compared.sort(key=lambda pair: -gain(what, pair[1].difference))
    shown = {name: verdict(what, difference) for name, difference in compared}
    if Verdict.ONE_RUN in shown.values():
        return _one_run(results, what, compared)
    clear = [name for name, _ in compared if shown[name] is Verdict.BETTER]
    if clear:
        return _best(results, what, compared, clear)
    return _nothing_better(results, what, compared, shown)


def _best(
    results: Results, what: What, compared: Sequence[tuple[str, Difference]], clear: Sequence[str]
) -> Answer:
    name = clear[0]
    opening = (
        f"{quoted(name)} does most of the {counted(len(compared), 'scenario')} tried"
        if len(compared) > 1
        else f"{quoted(name)} does better"
    )
    clauses = [
        f"against {quoted(results.baseline)}, {movement(what, results, name, first=True)}",
        *_further(results, what, name),
    ]
    return Answer(
        f"{opening}: {_joined(clauses)}.",
        (*_rivals(results, what, compared, clear), *_clearly_worse(results, what, compared),
         *_worsened(results, what, name), *_payers(results, name)),
        name,
    )  # fmt: skip


def _nothing_better(
    results: Results,
    what: What,
    compared: Sequence[tuple[str, Difference]],
    shown: dict[str, Verdict],
) -> Answer:
    name, difference = compared[0]
    said = subject(what, results)
    nothing = f"Nothing tried beats {quoted(results.baseline)} on {said}"
    if len(compared) == 1:
        nothing = f"{quoted(name)} does not beat {quoted(results.baseline)} on {said}"
    if shown[name] is Verdict.WORSE:
        even = "even in the nearest, " + quoted(name) + ", " if len(compared) > 1 else ""
        clauses = [f"{even}{movement(what, results, name, first=True)}"]
    elif shown[name] is Verdict.SAME:
        clauses = [f"in {quoted(name)} {movement(what, results, name)}"]
    else:
        nothing = (
            f"{capitalised(untold(difference))}, on {said}, against {quoted(results.baseline)}"
        )
        who = quoted(name)
        if len(compared) > 1:
            who = f"the best of the {len(compared)} scenarios tried, {who},"
        unit = measure(what).unit
        three = [difference.difference, difference.low, difference.high]
        gap = with_unit(changes(three, unit, signed=False)[0], unit, change=True)
        where = "lower" if difference.difference < 0 else "higher"
        ends = interval(what, difference)
        clauses = [f"{who} is {gap} {where}, with a 95% interval {ends}"]
    clauses += _further(results, what, name)
    notes = (*_clearly_worse(results, what, compared[1:]), *_payers(results, name))
    return Answer(f"{nothing}: {_joined(clauses)}.", notes, name)


def _one_run(results: Results, what: What, compared: Sequence[tuple[str, Difference]]) -> Answer:
    name, difference = compared[0]
    opening = "One replication gives no interval, so chance cannot be told from effect"
    if gain(what, difference.difference) > 0:
        said = f"in that one run {quoted(name)} does best, and {movement(what, results, name)}"
    else:
        said = (
            f"in that one run nothing beats {quoted(results.baseline)} on "
            f"{subject(what, results)}, and in the nearest, {quoted(name)}, "
            f"{movement(what, results, name)}"
        )
    cost = money(results, name)
    return Answer(f"{opening}: {_joined([said, *([cost] if cost else [])])}.", (), name)


def _level_only(results: Results, what: What) -> Answer:
    estimate = results.estimate(results.baseline, what)
    said = subject(what, results)
    opening = f"Only {quoted(results.baseline)} was run, so nothing is compared"
    if estimate is None:
        return Answer(f"{opening}, and {said}: not measured.")
    unit = measure(what).unit
    mean, low, high = amounts([estimate.mean, estimate.low, estimate.high], unit)
    be = "are" if what.measure in _PLURAL else "is"
    level = f"{said} {be} {with_unit(mean, unit)}"
    if estimate.low is None:
        level += " in one replication, which gives no interval"
    else:
        level += f" (95% interval {low} to {high})"
    cost = results.estimate(results.baseline, COST)
    if cost and cost.mean and what != COST:
        level += f", at a cost of {quantity(cost.mean, measure(COST).unit)}"
    return Answer(f"{opening}: {level}.")


def _further(results: Results, first: What, name: str) -> list[str]:
    clauses = [
        movement(what, results, name)
        for what in results.compare_on
        if what not in (first, COST) and results.difference(name, what) is not None
    ][:MOST_FURTHER]
    cost = money(results, name) if first != COST else ""
    return [*clauses, *([cost] if cost else [])]


def _rivals(
    results: Results, what: What, compared: Sequence[tuple[str, Difference]], clear: Sequence[str]
) -> list[str]:
    best = results.difference(clear[0], what)
    assert best is not None
    worst_end = min(gain(what, end) for end in (best.low, best.high) if end is not None)
    notes = []
    unsure = [
        name
        for name, difference in compared
        if name not in clear and gain(what, difference.difference) > gain(what, best.difference)
    ]
    if unsure:
        be = "has a larger gain" if len(unsure) == 1 else "have larger gains"
        one = "one" if len(unsure) == 1 else "some"
        notes.append(
            f"{listed([quoted(n) for n in unsure])} {be} on average, but {one} that chance "
            "alone may have made."
        )
    near = [
        name
        for name, difference in compared
        if name in clear[1:]
        and max(gain(what, e) for e in (difference.low, difference.high) if e is not None)
        >= worst_end
    ]
    if near:
        its = "Its interval overlaps" if len(near) == 1 else "Their intervals overlap"
        notes.append(
            f"Close behind: {listed([quoted(n) for n in near])}. {its} with that of "
            f"{quoted(clear[0])}, so the order between them is not sure."
        )
    if len(compared) > 1:
        several = f"All {len(clear)}" if len(clear) == len(compared) else str(len(clear))
        among = "" if len(clear) == len(compared) else f" of the {len(compared)}"
        be = "is" if len(clear) == 1 else "are"
        notes.append(
            f"{several}{among} scenarios tried {be} clearly better than "
            f"{quoted(results.baseline)} on {subject(what, results)}."
        )
    return notes


def _clearly_worse(
    results: Results, what: What, compared: Sequence[tuple[str, Difference]]
) -> list[str]:
    worse = [quoted(n) for n, difference in compared if verdict(what, difference) is Verdict.WORSE]
    if not worse:
        return []
    return [f"Clearly worse on {subject(what, results)}: {listed(worse)}."]


def _worsened(results: Results, first: What, name: str) -> list[str]:
    worse = [
        subject(what, results)
        for what in results.compare_on
        if what not in (first, COST)
        and (difference := results.difference(name, what)) is not None
        and verdict(what, difference) is Verdict.WORSE
    ]
    return [f"Worse with {quoted(name)}: {listed(worse)}."] if worse else []


def _payers(results: Results, name: str) -> list[str]:
    """Who pays and who gains, where the money differs between bodies."""
    parts = []
    bodies: tuple[Body, ...] = ("NHS", "social care", "both")
    for body in bodies:
        difference = results.difference(name, What("cost_per_year", body=body))
        if difference is None or not difference.difference:
            continue
        unit = measure(COST).unit
        size = with_unit(changes([difference.difference], unit, signed=False)[0], unit)
        who = {"both": "what they run jointly"}.get(body, body)
        if verdict(COST, difference) is Verdict.CANNOT_TELL:
            parts.append(f"for {who}, {untold(difference)}")
        else:
            does = "pays" if difference.difference > 0 else "saves"
            more = " more" if difference.difference > 0 else ""
            parts.append(f"{who} {'costs' if body == 'both' and more else does} {size}{more}")
    return [f"By body: {'; '.join(parts)}."] if len(parts) > 1 else []


def _relative(what: What, results: Results, difference: float) -> str:
    """A difference as a share of the baseline; empty for shares, which differ by points."""
    baseline = results.estimate(results.baseline, what)
    if baseline is None or baseline.mean <= 0 or is_share(measure(what).unit):
        return ""
    return roughly(difference / baseline.mean)


def _joined(clauses: Sequence[str]) -> str:
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"
