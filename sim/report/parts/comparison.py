"""Each scenario against the baseline, on one measure."""

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report.answer import Verdict, movement, verdict
from sim.report.drawing import (
    INK,
    canvas,
    panel,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import (
    VERDICT_MARKS,
    Picture,
    numbered,
    say_directions,
)
from sim.report.results import Results, What, measure
from sim.report.table import (
    Rows,
    Table,
    between,
)
from sim.report.wording import (
    NONE,
    amounts,
    capitalised,
    changes,
    percent,
    quantity,
    quoted,
    roughly,
    unit_heading,
)


def against_baseline(results: Results, what: What, key: str) -> Picture | None:
    """Each scenario's difference from the baseline, as a dot with its interval."""
    compared = [name for name in results.others if results.difference(name, what)]
    if not compared:
        return None
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    level = f", which has {quantity(base.mean, unit)}" if base else ""
    caption = f"{results.title(what)}: difference from {quoted(results.baseline)}{level}. " + (
        "Dots are means over replications on the same patients; lines are 95% intervals."
        if results.replications != 1
        else "Dots are the differences in one run, so there are no intervals."
    )
    said = "; ".join(f"{quoted(name)}: {movement(what, results, name)}" for name in compared)

    def draw() -> Figure:
        row, top, bottom = 0.44, 0.52, 0.5
        figure = canvas(top + bottom + row * len(compared))
        axes = panel(figure, 2.15, bottom, 3.45, row * len(compared))
        rows_from_the_top(axes, compared, 27)
        seen: list[Verdict] = []
        for place, name in enumerate(compared):
            difference = results.difference(name, what)
            assert difference is not None
            shown = verdict(what, difference)
            marker, fill, edge, _ = VERDICT_MARKS[shown]
            seen.append(shown)
            if difference.low is not None and difference.high is not None:
                axes.plot([difference.low, difference.high], [place, place], color=edge, lw=1.8)
            axes.plot([difference.difference], [place], marker, mfc=fill, mec=edge, ms=7, mew=1.6)
            size, low, high = changes(
                [difference.difference, difference.low, difference.high], unit
            )
            axes.text(
                1.03, place, f"{size}  {between(low, high)}", va="center",
                transform=axes.get_yaxis_transform(), fontsize=8.5,
            )  # fmt: skip
        axes.axvline(0, color=INK, lw=1.1, ls=(0, (4, 2)))
        numbered(axes, unit, change=True)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.08)
        low_end, high_end = axes.get_xlim()
        axes.set_xlim(min(low_end, -0.04 * high_end), max(high_end, -0.04 * low_end))
        axes.set_xlabel(
            f"Difference from ‘{wrapped(results.baseline, 40, 1)}’ (dashed line), "
            f"{unit_heading(unit, change=True)}"
        )
        say_directions(axes, what)
        kinds = [v for v in VERDICT_MARKS if v in seen]
        handles: list[Artist] = [
            Line2D([], [], marker=VERDICT_MARKS[v][0], mfc=VERDICT_MARKS[v][1], ls="",
                   mec=VERDICT_MARKS[v][2], ms=7, mew=1.6)
            for v in kinds
        ]  # fmt: skip
        legend = figure.legend(
            handles, [VERDICT_MARKS[v][3] for v in kinds], loc="upper left",
            bbox_to_anchor=(0.0, 1.0), ncols=4, frameon=False, fontsize=8.5, borderpad=0.1,
            handletextpad=0.2, columnspacing=1.4, borderaxespad=0.0,
        )  # fmt: skip
        legend.set_in_layout(False)
        return figure

    title = f"{results.title(what)}: scenarios against the baseline"
    return Picture(
        key, results.title(what), caption, picture(key, title, f"{capitalised(said)}.", draw),
        comparison_table(results, what),
    )  # fmt: skip


def comparison_table(results: Results, what: What) -> Table:
    """Each scenario against the baseline on one measure."""
    unit = measure(what).unit
    base = results.estimate(results.baseline, what)
    rows = []
    for name in results.names:
        found = results.estimate(name, what)
        mean, low, high = (
            amounts([found.mean, found.low, found.high], unit) if found else (NONE, NONE, NONE)
        )
        mean_cell = f"{mean}\n{between(low, high)}".strip()
        difference = results.difference(name, what)
        if name == results.baseline:
            rows.append((f"{name} (baseline)", mean_cell, NONE, NONE, NONE, NONE, "baseline"))
        elif difference is None:
            rows.append((name, mean_cell, NONE, NONE, NONE, NONE, "not compared"))
        else:
            size, low, high = changes(
                [difference.difference, difference.low, difference.high], unit
            )
            share = NONE
            if base and base.mean:
                sign = "−" if difference.difference / base.mean < 0 else "+"
                share = sign + roughly(difference.difference / base.mean)
            rows.append(
                (
                    name, mean_cell, size, between(low, high, brackets=False) or NONE, share,
                    percent(difference.share_better), verdict(what, difference).words,
                )
            )  # fmt: skip
    return Table(
        f"{results.title(what)} ({unit_heading(unit)}): every scenario against "
        f"‘{results.baseline}’",
        (
            "Scenario", "Mean (95% interval)",
            f"Difference, {unit_heading(unit, change=True)}", "95% interval of the difference",
            "Difference, % of baseline", "Replications in which better", "What it shows",
        ),
        (Rows(tuple(rows)),),
        text_columns=(6,),
    )  # fmt: skip


def levels_table(results: Results) -> Table:
    """The measures that the experiment asks for, where there is nothing to compare."""
    rows = []
    for what in results.compare_on:
        found = results.estimate(results.baseline, what)
        if found:
            unit = measure(what).unit
            mean, low, high = amounts([found.mean, found.low, found.high], unit)
            rows.append((results.title(what), unit_heading(unit), mean, between(low, high, False)))
    return Table(
        f"What the experiment asks for, in ‘{results.baseline}’",
        ("Measure", "Unit", "Mean", "95% interval"),
        (Rows(tuple(rows)),),
        text_columns=(1,),
    )
