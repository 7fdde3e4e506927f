"""Seeing the bottleneck: each team's hours busy, backlog, wait to start and cases a week."""

from functools import partial

from sim.report.dots import Panel, dot_figure, level_point, points_of, series_key
from sim.report.drawing import picture
from sim.report.marks import Picture, level_of
from sim.report.parts.many import mean_cell
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table
from sim.report.wording import amounts, listed, percent, quoted, unit_heading

TEAM_MEASURES = ("busy", "backlog", "start_wait_days", "cases_per_week", "share_repeated")
DRAWN = ("busy", "backlog", "start_wait_days")
BUSY = 0.85
"""A team busy for more of its hours than this is named in the text."""


def teams_picture(results: Results, shown: str, key: str) -> Picture | None:
    """Three panels: share of hours busy, backlog, wait to start; baseline and combined."""
    teams = [what.team for what in results.parts("backlog", "team")]
    if not teams:
        return None
    others = results.combined or ((shown,) if shown else ())
    names = (results.baseline, *others)
    called = {team: results.team_name(team) for team in teams}
    panels = []
    for of in DRAWN:
        points = points_of({
            (called[team], name): level_point(results.estimate(name, What(of, team=team)))
            for team in teams for name in names
        })  # fmt: skip
        unit = measure(What(of)).unit
        panels.append(Panel(f"{measure(What(of)).title}, {unit_heading(unit)}", unit, points))
    caption = (
        "For each team: the share of its staffed hours in which it works on cases, the cases that "
        "are due and not begun, and the days from due to begun. A panel has meetings, not hours. "
        "Dots are means over replications, lines are 95% intervals."
    )
    said = "; ".join(_said(results, team) for team in teams)
    draw = partial(
        dot_figure, [called[team] for team in teams], list(names), panels,
        key=series_key(names, results.baseline),
    )  # fmt: skip
    return Picture(
        key, "The teams", caption,
        picture(key, "Teams: hours busy, backlog and wait to start",
                f"In {quoted(results.baseline)}: {said}.", draw),
        teams_table(results, names),
    )  # fmt: skip


def _said(results: Results, team: str) -> str:
    base = results.baseline
    busy, backlog, wait = (_mean(results, base, of, team) for of in DRAWN)
    return (
        f"{results.team_name(team)}: busy {percent(busy)}, backlog {amounts([backlog])[0]}, "
        f"wait to start {amounts([wait])[0]} days"
    )


def teams_table(results: Results, names: tuple[str, ...]) -> Table:
    """Every measure of every team, in the baseline and the combined scenarios."""
    known = {team.team: team for team in results.teams}
    groups = []
    for what in results.parts("backlog", "team"):
        team = known.get(what.team)
        heading = results.team_name(what.team)
        if team:
            where = [team.organisation, team.locality, "panel" if team.is_panel else ""]
            heading += f" ({', '.join(part for part in where if part)})"
        rows = tuple(
            (name, *(mean_cell(results, name, What(m, team=what.team)) for m in TEAM_MEASURES))
            for name in names
        )
        groups.append(Rows(rows, heading))
    heads = [
        f"{measure(What(m)).title}, {unit_heading(measure(What(m)).unit)}" for m in TEAM_MEASURES
    ]
    return Table(
        "Each team: means over replications (95% intervals in brackets)",
        ("Team and scenario", *heads),
        tuple(groups),
    )


def said_of_teams(results: Results) -> list[str]:
    """Which teams are busiest, and which keep people waiting longest to start."""
    base = results.baseline

    def by_size(of: str) -> list[tuple[float, str]]:
        parts = results.parts(of, "team")
        sizes = [(level_of(results, base, w), results.team_name(w.team)) for w in parts]
        return sorted(sizes, key=lambda pair: -pair[0])

    busy, waits = by_size("busy"), by_size("start_wait_days")
    said = []
    full = [f"{name} ({percent(size)})" for size, name in busy if size > BUSY][:4]
    if full:
        said.append(
            f"In {quoted(base)}, busy for more than {percent(BUSY)} of their hours: "
            f"{listed(full)}. Near 100%, queues grow long and come and go."
        )
    elif busy:
        size, name = busy[0]
        said.append(
            f"In {quoted(base)} no team is busy for more than {percent(BUSY)} of its hours; {name} "
            f"is busiest ({percent(size)})."
        )
    if waits:
        longest = [f"{name} ({amounts([size])[0]} days)" for size, name in waits[:3]]
        said.append(f"Longest from due to begun: {listed(longest)}.")
    return said


def _mean(results: Results, name: str, of: str, team: str) -> float | None:
    found = results.estimate(name, What(of, team=team))
    return found.mean if found else None
