"""Which lever saves most: ranked by delayed bed days saved, and by the cost of each day saved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from sim.experiment.derived import OUTSIDE_ACUTE
from sim.report.answer import COST, Verdict, verdict
from sim.report.dots import Panel, Point, dot_figure, points_of
from sim.report.drawing import BLUE, GREY, VERMILION, picture
from sim.report.marks import VERDICT_MARKS, Picture
from sim.report.results import Difference, Results, What
from sim.report.table import Rows, Table, between
from sim.report.wording import NONE, amounts, capitalised, changes, counted, listed, quoted

DELAY = What("delayed_bed_days")
PER_DAY = What("cost_per_day_saved")
PER_DAY_OUTSIDE = What("cost_per_day_saved", part=OUTSIDE_ACUTE)
REST = "Other scenarios"


@dataclass(frozen=True)
class Ranked:
    """One scenario in the ranking: days saved (above 0 is better), money, and both ranks."""

    scenario: str
    saved: Difference
    cost: Difference | None
    per_day: Difference | None
    """Cost of each day saved; None where days saved may be none, or nothing is costed."""
    per_day_outside: Difference | None
    rank: int | None
    """By days saved, of those that clearly save any."""
    cost_rank: int | None

    @property
    def is_shown(self) -> bool:
        """Whether days saved are clearly more than none."""
        return self.saved.is_clear and self.saved.difference > 0

    @property
    def saves_money(self) -> bool:
        """Whether it clearly costs less than the baseline."""
        return self.cost is not None and verdict(COST, self.cost) is Verdict.BETTER


def ranking(results: Results, baseline: str = "") -> list[Ranked]:
    """The scenarios of a family by delayed bed days saved, most first.

    The rank by cost puts first those that clearly save money as well, by days saved: a ratio says
    little of them. Then come the others, by the cost of each day saved.
    """
    names: Sequence[str] = results.others
    if baseline and baseline != results.baseline:
        names = next((f.scenarios for f in results.families if f.baseline == baseline), ())
    found = [
        Ranked(
            name, turned(difference), results.difference(name, COST),
            results.difference(name, PER_DAY), results.difference(name, PER_DAY_OUTSIDE), None,
            None,
        )
        for name in names
        if (difference := results.difference(name, DELAY)) is not None
    ]  # fmt: skip
    found.sort(key=lambda each: -each.saved.difference)
    shown = [each.scenario for each in found if each.is_shown]
    costed = [each for each in found if each.is_shown and each.per_day is not None]
    costed.sort(key=_by_cost)
    by_cost = [each.scenario for each in costed]
    return [
        Ranked(
            each.scenario, each.saved, each.cost, each.per_day, each.per_day_outside,
            shown.index(each.scenario) + 1 if each.scenario in shown else None,
            by_cost.index(each.scenario) + 1 if each.scenario in by_cost else None,
        )
        for each in found
    ]  # fmt: skip


def _by_cost(each: Ranked) -> tuple[int, float]:
    assert each.per_day is not None
    if each.saves_money:
        return 0, -each.saved.difference
    return 1, each.per_day.difference


def turned(difference: Difference) -> Difference:
    """A difference with its sign turned: days saved in place of days more."""
    low, high = difference.low, difference.high
    return Difference(
        -difference.difference,
        None if high is None else -high,
        None if low is None else -low,
        difference.share_better,
        difference.replications,
        difference.p_holm,
    )


def in_groups(results: Results, ranked: Sequence[Ranked]) -> list[tuple[str, list[Ranked]]]:
    """The ranking under the experiment's headings; one heading without a name if it has none."""
    headings = [*results.scenario_groups, REST] if results.scenario_groups else [""]
    found = []
    for heading in headings:
        mine = [
            r for r in ranked if (results.group_of(r.scenario) or (heading and REST)) == heading
        ]
        if mine:
            found.append((heading, mine))
    return found


def ranking_picture(results: Results, key: str) -> Picture | None:
    """Days saved by each scenario, and the cost of each day saved."""
    ranked = ranking(results)
    if len(ranked) < 2:
        return None
    rows: list[str] = []
    headings: list[str] = []
    for heading, mine in in_groups(results, ranked):
        rows += [heading] if heading else []
        headings += [heading] if heading else []
        rows += [each.scenario for each in mine]
    saved = points_of({(r.scenario, ""): _saved_point(r) for r in ranked})
    panels = [
        Panel("Delayed bed days saved a year", "days a year", saved, False, True, line_at=0.0)
    ]
    costs = points_of({(r.scenario, ""): _cost_point(r) for r in ranked if r.per_day})
    if costs:
        panels.append(
            Panel("Cost of each day saved, £ (below 0: saves too)",
                  "pounds a day", _cut(costs), False, True, line_at=0.0)
        )  # fmt: skip
    marks = [
        (VERDICT_MARKS[v][:3], said)
        for v, said in (
            (Verdict.BETTER, "clearly saves (days, or money)"),
            (Verdict.WORSE, "clearly more (days, or money)"),
            (Verdict.CANNOT_TELL, "not shown: cannot be told from chance"),
        )
    ]
    caption = (
        f"Delayed bed days a year that each scenario saves against {quoted(results.baseline)}"
        + (", and the difference in cost for each day saved" if costs else "")
        + ". Dots are means, lines are 95% intervals. Where the interval of the days saved "
        "includes 0, no cost of a day is given: it could be anything."
    )
    said = "; ".join(f"{quoted(r.scenario)} saves {' '.join(_days(r))} a year" for r in ranked)
    draw = partial(dot_figure, rows, [""], panels, headings, key=marks)
    return Picture(
        key, "Ranked by days saved, and by the cost of a day saved", caption,
        picture(key, "Scenarios ranked by delayed bed days saved", f"{said}.", draw),
        ranking_table(results, ranked),
    )  # fmt: skip


def _cut(points: dict[tuple[str, str], Point]) -> dict[tuple[str, str], Point]:
    """Points whose wide intervals are cut at the panel's edge, so that they hide no others."""
    sizes = sorted(abs(point.value) for point in points.values())
    widest = 3 * sizes[(3 * len(sizes)) // 4] + 1

    def inside(value: float) -> float:
        return max(-widest, min(widest, value))

    return {
        key: replace(
            p,
            value=inside(p.value),
            low=None if p.low is None else inside(p.low),
            high=None if p.high is None else inside(p.high),
            said=(p.value, p.low, p.high),
        )
        for key, p in points.items()
    }


def _saved_point(each: Ranked) -> Point:
    shown = verdict(DELAY, turned(each.saved))
    marker, fill, edge, _ = VERDICT_MARKS[shown]
    return Point(each.saved.difference, each.saved.low, each.saved.high, (marker, fill, edge))


def _cost_point(each: Ranked) -> Point:
    assert each.per_day is not None
    style = ("D", "white", GREY)
    if each.is_shown and each.per_day.is_clear:
        style = ("s", VERMILION, VERMILION) if each.per_day.difference > 0 else ("o", BLUE, BLUE)
    return Point(each.per_day.difference, each.per_day.low, each.per_day.high, style)


def _days(each: Ranked) -> tuple[str, str]:
    said, low, high = changes([each.saved.difference, each.saved.low, each.saved.high])
    return said.removeprefix("+"), between(low.removeprefix("+"), high.removeprefix("+"))


def ranking_table(results: Results, ranked: Sequence[Ranked]) -> Table:
    """Days saved, difference in cost, and cost of each day saved, with both ranks."""
    groups = []
    for heading, mine in in_groups(results, ranked):
        rows = []
        for each in mine:
            days, days_span = _days(each)
            rows.append(
                (
                    each.scenario, f"{days}\n{days_span}".strip(), _rank(each.rank),
                    _money(each.cost, "pounds a year"), _money(each.per_day, "pounds a day"),
                    _money(each.per_day_outside, "pounds a day"), _rank(each.cost_rank),
                    what_it_shows(each),
                )
            )  # fmt: skip
        groups.append(Rows(tuple(rows), heading))
    return Table(
        f"Against ‘{results.baseline}’: days saved, and the cost of each (95% intervals in "
        "brackets)",
        (
            "Scenario", "Delayed bed days saved, a year", "Rank by days",
            "Difference in cost, £ a year", "Cost of each day saved, £",
            "The same outside acute beds, £", "Rank by cost", "What it shows",
        ),
        tuple(groups),
        text_columns=(7,),
        note="The cost of a day saved is the difference in cost over the days saved; its interval "
        "is Fieller’s, from the paired replications. A bed day is counted at its average cost, "
        "which is not cash that an empty bed saves; so the last cost leaves out what acute beds "
        "cost. Scenarios that clearly save money as well come first by cost, in the order of days "
        "saved; then the others, by the cost of each day.",
    )  # fmt: skip


def what_it_shows(each: Ranked) -> str:
    """The verdict on days and on money, as a table cell."""
    if each.saved.low is None:
        return "·\u00a0one run"
    if not each.is_shown:
        worse = each.saved.is_clear and each.saved.difference < 0
        return "✘\u00a0more delayed days" if worse else "○\u00a0not shown"
    if each.cost is None or each.per_day is None:
        return "✔\u00a0saves days"
    shown = verdict(COST, each.cost)
    money = {
        Verdict.BETTER: "saves money too",
        Verdict.WORSE: "costs more",
        Verdict.SAME: "costs the same",
    }.get(shown, "cost cannot be told from none")
    return f"✔\u00a0saves days; {money}"


def _rank(rank: int | None) -> str:
    return NONE if rank is None else str(rank)


def _money(difference: Difference | None, unit: str) -> str:
    if difference is None:
        return NONE
    said, low, high = changes([difference.difference, difference.low, difference.high], unit)
    return f"{said}\n{between(low, high)}".strip()


def said_of_ranking(results: Results) -> list[str]:
    """What the ranking says, in sentences: best alone, cheapest, together, and not shown."""
    ranked = ranking(results)
    if len(ranked) < 2:
        return []
    alone = [each for each in ranked if each.scenario not in results.combined]
    said = []
    best = [each for each in alone if each.is_shown][:3]
    if best:
        parts = [f"{quoted(r.scenario)} ({_days(r)[0]} days a year)" for r in best]
        one = "is" if len(best) == 1 else "are"
        said.append(f"Alone, what clearly saves most delayed bed days {one} {listed(parts)}.")
        said += _may_save_more(alone, best[0])
    cheap = sorted((e for e in alone if e.cost_rank is not None), key=lambda e: e.cost_rank or 0)
    if cheap:
        first = [_cost_said(each) for each in cheap[:3]]
        said.append(f"By the cost of each day saved, first alone: {listed(first)}.")
    for heading, mine in _combined_groups(results, ranked):
        parts = [f"{quoted(r.scenario)} saves {_days(r)[0]} days {_days(r)[1]}" for r in mine]
        start = f"{heading}: " if heading else "Together: "
        said.append(f"{start}{'; '.join(parts)}; each a year, against {quoted(results.baseline)}.")
    unsure = [each for each in ranked if not each.is_shown and each.saved.low is not None]
    if unsure:
        names = listed([quoted(each.scenario) for each in unsure])
        whose = "Its difference" if len(unsure) == 1 else "Their differences"
        lies = "lies" if len(unsure) == 1 else "lie"
        said.append(
            f"A saving is not shown for {counted(len(unsure), 'scenario')}: {names}. {whose} "
            f"cannot be told from chance, or {lies} on the wrong side of 0."
        )
    return said


def _may_save_more(alone: Sequence[Ranked], best: Ranked) -> list[str]:
    """That others look as if they saved more than the best that is shown, if any do."""
    larger = [each for each in alone if each.saved.difference > best.saved.difference]
    if not larger:
        return []
    most = max(larger, key=lambda each: each.saved.difference)
    return [
        f"{capitalised(counted(len(larger), 'other'))} may save more, most of all "
        f"{quoted(most.scenario)} ({_days(most)[0]} days a year); this number of runs can’t show "
        "it. Run more replications before choosing among them."
    ]


def _combined_groups(results: Results, ranked: Sequence[Ranked]) -> list[tuple[str, list[Ranked]]]:
    order = {name: n for n, name in enumerate(results.others)}
    mine = [each for each in ranked if each.scenario in results.combined]
    mine.sort(key=lambda each: order[each.scenario])
    headings = dict.fromkeys(results.group_of(each.scenario) for each in mine)
    return [(h, [e for e in mine if results.group_of(e.scenario) == h]) for h in headings]


def _cost_said(each: Ranked) -> str:
    assert each.per_day is not None
    three = [each.per_day.difference, each.per_day.low, each.per_day.high]
    size = amounts([abs(v) if v is not None else None for v in three], "pounds a day")[0]
    if each.saves_money:
        return f"{quoted(each.scenario)} (saves money too, {size} for each day saved)"
    sign = "−" if each.per_day.difference < 0 else ""
    return f"{quoted(each.scenario)} ({sign}{size} a day)"
