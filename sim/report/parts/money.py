"""Who pays and who gains."""

from matplotlib.figure import Figure

from sim.report.answer import COST, verdict
from sim.report.drawing import (
    BODIES,
    FAINT,
    INK,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import (
    Picture,
    bar,
    figure_key,
    level_of,
    numbered,
    say_directions,
)
from sim.report.parts.many import by_row
from sim.report.results import Results, What, measure
from sim.report.table import (
    Rows,
    Table,
    beside,
    beside_columns,
    between,
    capital,
)
from sim.report.wording import (
    NONE,
    amount,
    changes,
    quantity,
    quoted,
)


def money_by_body(results: Results, key: str) -> Picture | None:
    """Who pays and who gains: the difference in cost from the baseline, by body."""
    parts = results.parts("cost_per_year", "body")
    compared = [n for n in results.others if any(results.difference(n, w) for w in parts)]
    costed = [w for w in parts if any(level_of(results, n, w) for n in results.names)]
    if not costed:
        return None
    kinds = [k for k in BODIES if any(w.body == k.name for w in costed)]
    unit = measure(COST).unit

    def draw() -> Figure:
        names = compared or [results.baseline]
        row, top, bottom, left = 0.28 * len(kinds) + 0.24, 0.52, 0.5, 2.15
        high = row * len(names)
        figure = canvas(top + bottom + high)
        axes = panel(figure, left, bottom, 3.65, high)
        rows_from_the_top(axes, names, 27)
        thick = 0.8 / len(kinds)
        for place, name in enumerate(names):
            for n, kind in enumerate(kinds):
                what = What("cost_per_year", body=kind.name)
                at = place + (n - (len(kinds) - 1) / 2) * thick
                difference = results.difference(name, what) if compared else None
                size = difference.difference if difference else level_of(results, name, what)
                text = amount(size, unit)
                bar(axes, at, 0.0, size, 0.86 * thick, kind)
                if compared:
                    ends = (difference.low, difference.high) if difference else (None, None)
                    signed, lower, upper = changes([size, *ends], unit)
                    text = f"{signed}  {between(lower, upper)}"
                if difference and difference.low is not None and difference.high is not None:
                    axes.plot([difference.low, difference.high], [at, at], color=INK, lw=1.3,
                              marker="|", ms=5)  # fmt: skip
                axes.text(1.03, at, text, va="center", fontsize=8,
                          transform=axes.get_yaxis_transform())  # fmt: skip
            if place:
                axes.axhline(place - 0.5, color=FAINT, lw=0.8)
        if compared:
            axes.axvline(0, color=INK, lw=1.1)
            axes.margins(x=0.06)
            say_directions(axes, COST, "gains", "pays more")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        numbered(axes, unit, change=bool(compared))
        axes.set_xlabel(
            f"Difference from ‘{wrapped(results.baseline, 40, 1)}’, £ a year"
            if compared
            else "Cost, £ a year"
        )
        figure_key(figure, [patch(k) for k in kinds], [capital(k.name) for k in kinds])
        return figure

    if compared:
        caption = (
            f"Cost a year by body: difference from {quoted(results.baseline)}, the changes’ own "
            "costs included. Thin lines are 95% intervals."
        )
        said = "; ".join(
            f"{quoted(name)}: " + ", ".join(
                f"{k.name} {changes([d.difference], unit)[0]} a year"
                for k in kinds
                if (d := results.difference(name, What('cost_per_year', body=k.name)))
            )
            for name in compared
        )  # fmt: skip
    else:
        caption = f"Cost a year by body in {quoted(results.baseline)}."
        said = ", ".join(
            f"{k.name} {quantity(level_of(results, results.baseline, w), unit)}"
            for k in kinds
            for w in costed
            if w.body == k.name
        )
    return Picture(
        key,
        "By body",
        caption,
        picture(key, "Money by body", f"{said}.", draw),
        money_table(results),
    )


def money_table(results: Results) -> Table:
    """Cost by body in every scenario, and its difference from the baseline."""
    unit = measure(COST).unit
    bodies = results.parts("cost_per_year", "body")
    groups = []
    for what in (*bodies, COST):
        rows = []
        for name in results.names:
            found = results.estimate(name, what)
            difference = results.difference(name, what)
            cells = [amount(found.mean, unit) if found else NONE]
            if difference is None:
                cells += [NONE, NONE, "baseline" if name == results.baseline else NONE]
            else:
                three = [difference.difference, difference.low, difference.high]
                size, low, high = changes(three, unit)
                cells += [size, between(low, high, False) or NONE, pays(what, results, name)]
            rows.append((name, *cells))
        groups.append(Rows(tuple(rows), capital(what.body) if what.body else "All bodies"))
    return Table(
        f"Cost a year by body, and the difference from ‘{results.baseline}’",
        ("Body and scenario", "Cost a year", "Difference", "95% interval", "Who pays, who gains"),
        tuple(groups),
        text_columns=(4,),
    )


def pays(what: What, results: Results, scenario: str) -> str:
    """Whether a body pays more or gains in a scenario, as a table cell."""
    difference = results.difference(scenario, what)
    if difference is None:
        return NONE
    shown = verdict(what, difference)
    return {
        "better": "▼\u00a0gains", "worse": "▲\u00a0pays more", "cannot tell": "○\u00a0cannot tell",
        "the same": "=\u00a0the same",
    }.get(shown.value, "·\u00a0one run")  # fmt: skip


def setting_costs_table(results: Results, shown: str) -> Table | None:
    """Cost by setting, in the baseline and in one other scenario; None if not split so."""
    parts = results.parts("cost_per_year", "setting", "body") or results.parts(
        "cost_per_year", "setting"
    )
    if not parts:
        return None
    rows = tuple(
        (results.setting_name(w.setting), w.body or NONE, *beside(results, w, shown)) for w in parts
    )
    return Table(
        "Cost a year by setting",
        ("Setting", "Who pays", *beside_columns(results, shown)),
        (Rows(rows),),
        text_columns=(1,),
    )


def who_table(results: Results) -> Table | None:
    """Who pays and who gains in the combined scenarios: by body, by setting and by team."""
    if not results.combined:
        return None
    return by_row(
        results, "Cost a year, £: by body, setting and team (95% intervals in brackets)",
        "Who", who_rows(results), results.combined,
        note="By body the levers’ own costs are included; settings and teams are without them.",
    )  # fmt: skip


def who_rows(results: Results) -> list[tuple[str, list[tuple[str, What]]]]:
    """Everything that is costed: all, by body, by setting and by team."""

    def named(name: str, what: What) -> tuple[str, What]:
        return f"{name} [{what.body}]" if what.body else name, what

    def parts(by: str) -> tuple[What, ...]:
        return results.parts("cost_per_year", by, "body") + results.parts("cost_per_year", by)

    return [
        ("All", [("All bodies", COST)]),
        ("By body", [(capital(w.body), w) for w in results.parts("cost_per_year", "body")]),
        ("By setting", [named(results.setting_name(w.setting), w) for w in parts("setting")]),
        ("By team", [named(results.team_name(w.team), w) for w in parts("team")]),
    ]
