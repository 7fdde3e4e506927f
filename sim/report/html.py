"""Writes the report: one HTML file that opens anywhere, with no network and no JavaScript.

The page has the answer first, then the figures with their tables, then how sure, what was
changed, what was assumed, what the words mean, and how to run it again.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.measures.definitions import COMPARISONS, MEASURES, Measure
from sim.report.answer import COST, Answer, answer, verdict
from sim.report.pages import environment, style, write_whole
from sim.report.parts import (
    choice,
    comparison,
    control,
    control_charts,
    doubt,
    effects,
    front_door,
    frontier,
    inputs,
    money,
    moved,
    national,
    over_time,
    precision,
    published,
    queue,
    ranking,
    reasons,
    search,
    settings,
    sure,
    sweep,
    teams,
    together,
    tornado,
    variation,
    warm_up,
)
from sim.report.parts.journey import Journeys
from sim.report.reading import read_results
from sim.report.results import Cost, Lever, Results, measure
from sim.report.scenario_page import page_name, render_scenario, with_words
from sim.report.table import Table
from sim.report.wording import (
    amount,
    amounts,
    anything,
    changes,
    counted,
    long_date,
    percent,
    quantity,
    quoted,
    unit_heading,
    unit_words,
    with_unit,
)


@dataclass(frozen=True)
class Tile:
    """One headline number: a measure in the baseline and in the scenario named in the answer."""

    title: str
    now: str
    unit: str
    before: str
    change: str
    verdict: str


def write_report(folder: Path, bands: pd.DataFrame, journeys: Journeys | None = None) -> Path:
    """Write report.html and a page for each scenario, each whole or not at all; return the report.

    ``bands`` has the daily series: scenario, day (0 is the first measured day), setting ("" is
    all acute settings together), series, mean, low, high (5th and 95th percentiles over
    replications). ``journeys`` has the stays and tasks of example people, by scenario. Raises
    FileNotFoundError if the folder has no manifest or summary.
    """
    results = read_results(folder)
    templates = environment()
    with_page = _with_page(results)
    for name in with_page:
        page = render_scenario(templates, results, name, journeys or {})
        write_whole(folder / page_name(results, name), page)
    target = folder / "report.html"
    write_whole(target, render(results, bands))
    return target


def render(results: Results, bands: pd.DataFrame) -> str:
    """The report as text: the same results give the same bytes."""
    unknown = results.findings.get("doubt") or {}
    found = answer(results)
    shown = found.scenario
    comparisons = [
        picture
        for place, what in enumerate(results.compare_on)
        if (picture := comparison.against_baseline(results, what, f"compare-{place + 1}"))
    ]
    with_both = together.together_picture(results, "together-bars")
    written = (
        environment()
        .get_template("report.html")
        .render(
            results=results,
            version=results.careflow,
            css=style(),
            facts=facts(results),
            answer=found,
            tiles=tiles(results, found),
            choice=choice.choice_picture(results, "choice"),
            choice_said=choice.said_of_choice(results),
            ranking=ranking.ranking_picture(results, "ranking"),
            ranking_said=ranking.said_of_ranking(results),
            together=with_both,
            together_said=together.said_of_together(results),
            together_reasons=together.reasons_table(results) if with_both else None,
            effects=effects.design_parts(results),
            sweeps=sweep.sweep_pictures(results, "sweep"),
            comparisons=comparisons,
            levels=comparison.levels_table(results)
            if results.compare_on and not comparisons
            else None,
            searches=search.search_pictures(results, "search"),
            frontier=frontier.frontier_picture(results, "frontier"),
            frontier_said=frontier.said_of_frontier(results),
            groups=moved.groups_picture(results, shown, "groups"),
            mix=reasons.delay_mix(results, "mix"),
            by_reason=reasons.by_reason(results, shown, "reasons"),
            for_whom=_for_whom(results, shown),
            queues=queue.queue_pictures(results, "queue"),
            queues_said=queue.said_of_queues(results),
            front_door=front_door.front_door_picture(results, "door"),
            teams=teams.teams_picture(results, shown, "team-dots"),
            teams_said=teams.said_of_teams(results),
            over_time=over_time.delayed_over_time(results, bands, "time"),
            control_said=control.said_of_control(results),
            control_seen=control.seen_table(results),
            control_rules=control.rules_table(results),
            control_spacing=control.spacing_table(results),
            xmr=control_charts.xmr_picture(results, "xmr"),
            run_chart=control_charts.run_picture(results, "run-chart"),
            by_setting=settings.by_setting(results, bands, shown, "settings"),
            national=national.both_measures(results),
            week=national.week_picture(results, "week"),
            bands=national.bands_picture(results, "bands"),
            older=national.older_codes_table(results),
            published=published.published_picture(results, "published-dots"),
            published_said=published.said_of_published(results),
            variation=variation.variation_picture(results, "variation-dots"),
            money=money.money_by_body(results, "money"),
            who=money.who_table(results),
            money_by_setting=money.setting_costs_table(results, shown)
            if _is_costed(results)
            else None,
            doubt=doubt.doubt_picture(results, "doubt-dots"),
            doubt_said=doubt.said_of_doubt(results),
            asked_precision=precision.precision_picture(results, "precision"),
            asked_precision_said=precision.said_of_precision(results),
            warm_up=warm_up.warm_up_picture(results, "warm-up"),
            warm_up_said=warm_up.said_of_warm_up(results),
            inputs_said=tornado.said_of_inputs(unknown),
            tornado=tornado.tornado_picture(unknown, "tornado"),
            inputs_doubted=tornado.doubts_table(unknown),
            inputs_best=tornado.best_table(unknown),
            inputs_split=tornado.split_table(unknown),
            how_sure=sure.how_sure(results),
            precision=sure.precision_table(results) if results.compare_on else None,
            which_levers=inputs.levers_table(results),
            levers=_distinct_levers(results),
            pages=[(name, page_name(results, name)) for name in _with_page(results)],
            cost_of=_cost_of,
            spread_of=_spread_of,
            numbers=inputs.numbers_table(results) if results.numbers else None,
            number_summary=number_summary(results),
            glossary=glossary(results),
            reproduce=reproduce(results),
        )
    )
    return with_words(f"{written.strip()}\n")


def facts(results: Results) -> list[str]:
    """What was run, in a line of short facts under the title."""
    said = []
    if results.place:
        said.append(results.place)
    if results.days is not None:
        run = counted(round(results.days), "day")
        if results.measured_from:
            run += f" from {long_date(results.measured_from)}"
        said.append(run)
    said.append(counted(len(results.scenarios), "scenario"))
    if results.left_out:
        said[-1] += f" ({len(results.others)} shown here, all in summary.csv)"
    fewest, most = results.times_run
    if fewest < most:
        said.append(f"{fewest} to {counted(most, 'replication')} each")
    elif most:
        said.append(counted(most, "replication") + " each")
    return said


def tiles(results: Results, found: Answer) -> list[Tile]:
    """The headline numbers: every compared measure, and the cost."""
    made = []
    for what in dict.fromkeys((*results.compare_on, COST)):
        base = results.estimate(results.baseline, what)
        if base is None or (what == COST and not base.mean):
            continue
        unit = measure(what).unit
        words = unit_words(unit)
        other = results.estimate(found.scenario, what) if found.scenario else None
        difference = results.difference(found.scenario, what) if found.scenario else None
        if other is None or difference is None:
            made.append(Tile(results.title(what), amount(base.mean, unit), words, "", "", ""))
            continue
        three = [difference.difference, difference.low, difference.high]
        change = with_unit(changes(three, unit)[0], unit, change=True)
        made.append(
            Tile(
                results.title(what),
                amount(other.mean, unit),
                words,
                f"{amount(base.mean, unit)} in {quoted(results.baseline)}",
                change,
                verdict(what, difference).words,
            )
        )
    return made


def number_summary(results: Results) -> str:
    """How many numbers there are, and how many of them are weak."""
    if not results.numbers:
        return ""
    guesses = sum(n.certainty == "guess" for n in results.numbers)
    bare = sum(not n.source for n in results.numbers)
    return (
        f"The place rests on {counted(len(results.numbers), 'number')}: "
        f"{counted(guesses, 'guess', 'guesses')}, and {bare:,} with no source given."
    )


def glossary(results: Results) -> list[tuple[Measure, str, str]]:
    """The measures that the report shows, each with its unit and better direction."""
    used = {w.measure for w in results.compare_on} | {w.measure for _, w in results.estimates}
    used |= {w.measure for _, w in results.differences}
    return [
        (m, unit_heading(m.unit), f"{m.better} is better")
        for m in (*MEASURES.values(), *COMPARISONS.values())
        if m.name in used
    ]


def reproduce(results: Results) -> list[tuple[str, str]]:
    """What is needed to run it again and get the same bytes."""
    options = "".join(
        f" --{name} {anything(value).replace(',', '')}"
        for name, value in (
            ("replications", results.replications),
            ("days", results.days),
            ("seed", results.seed or None),
        )
        if value is not None
    )
    pairs = [
        ("Command", results.command or f"careflow run {results.file or 'EXPERIMENT'}{options}"),
        ("Experiment", results.experiment),
        ("Fingerprint of the configuration", results.fingerprint),
        ("careflow", results.careflow),
        *results.versions,
        *((f"Fingerprint of {quoted(s.name)}", s.fingerprint) for s in results.scenarios),
    ]
    return [(name, value) for name, value in pairs if value]


def _for_whom(results: Results, shown: str) -> list[Table]:
    made = (
        reasons.part_table(results, "group", shown, "Delayed bed days a year by group of people"),
        reasons.part_table(results, "locality", shown, "Delayed bed days a year by locality"),
    )
    return [table for table in made if table]


def _is_costed(results: Results) -> bool:
    return any(w.measure == "cost_per_year" and e.mean for (_, w), e in results.estimates.items())


def _with_page(results: Results) -> list[str]:
    """The scenarios that have a page of their own."""
    return [s.name for s in results.scenarios if s.slug and s.name not in results.left_out]


def _distinct_levers(results: Results) -> list[tuple[Lever, list[str]]]:
    found: dict[Lever, list[str]] = {}
    for scenario in results.scenarios:
        if scenario.name in results.left_out:
            continue
        for lever in scenario.levers:
            found.setdefault(lever, []).append(scenario.name)
    return list(found.items())


def _spread_of(lever: Lever) -> str:
    """From when a lever holds, how far it spreads and how fast.

    >>> from datetime import date
    >>> _spread_of(Lever("a", "A", starts=date(2025, 5, 1), reaches=0.8, over_days=90))
    'from 1 May 2025; reaches 80% over 90 days'
    """
    start = f"from {long_date(lever.starts)}" if lever.starts else "from the beginning"
    over = f" over {counted(round(lever.over_days), 'day')}" if lever.over_days else ""
    return f"{start}; reaches {percent(lever.reaches)}{over}"


def _cost_of(cost: Cost) -> str:
    """A lever's cost to one organisation, with its range and how sure it is.

    >>> _cost_of(Cost("council", 310_000, 280_000, 340_000, "pounds a year", "guess", ""))
    '£310k a year (£280k to £340k), ◆ guess'
    """
    numbers = [v for v in (cost.value, cost.low, cost.high) if isinstance(v, int | float)]
    if len(numbers) == 3:
        said, low, high = amounts(numbers, cost.unit)
        said = f"{with_unit(said, cost.unit)} ({low} to {high})"
    elif isinstance(cost.value, int | float):
        said = quantity(float(cost.value), cost.unit)
    else:
        said = anything(cost.value)
    sure = {"guess": "◆ guess", "": ""}.get(cost.certainty, f"certainty {cost.certainty}")
    return ", ".join(part for part in (said, sure, cost.source) if part)
