"""A number of the place along its values: the measures that decide at each, with intervals."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.report.dots import SERIES, Style
from sim.report.drawing import WIDTH, canvas, panel, picture, wrapped
from sim.report.marks import Picture, figure_key
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import NONE, amount, amounts, listed, unit_heading

MOST_MEASURES = 4
NO_LEVER = "as it is"
Curve = Mapping[str, Any]
_STYLES: tuple[Style, ...] = SERIES[1:]


def sweep_pictures(results: Results, key: str) -> list[Picture]:
    """For each number that is swept, one figure of all the measures that decide."""
    made: list[Picture] = []
    for facts in results.findings.get("design") or ():
        measures = (facts.get("measures") or ())[:MOST_MEASURES]
        numbers = dict.fromkeys(curve["number"] for on in measures for curve in on["curves"])
        for number in numbers:
            panels = [
                (What(on["measure"], setting=on.get("setting") or ""),
                 [curve for curve in on["curves"] if curve["number"] == number])
                for on in measures
            ]  # fmt: skip
            made.append(_picture(results, number, panels, f"{key}-{len(made) + 1}"))
    return made


def _picture(
    results: Results, number: str, panels: Sequence[tuple[What, list[Curve]]], key: str
) -> Picture:
    caption = (
        f"What follows from {number}: means over the replications, with 95% intervals. Each value "
        "was run with the same people; the lines between them only lead the eye."
    )
    said = "; ".join(
        f"{results.title(what)}: "
        + listed(
            [f"{amount(at['mean'], measure(what).unit)} at {at['said']}"
             for at in curves[0]["points"]]
        )
        for what, curves in panels
    )  # fmt: skip
    return Picture(
        key, f"Along {number}", caption,
        picture(key, f"The measures along {number}", f"{said}.",
                partial(_draw, results, number, panels)),
        _table(results, number, panels),
    )  # fmt: skip


def _draw(results: Results, number: str, panels: Sequence[tuple[What, list[Curve]]]) -> Figure:
    levers = [curve["lever"] or NO_LEVER for curve in panels[0][1]]
    columns = min(2, len(panels))
    deep = -(-len(panels) // columns)
    left, bottom, top, gap_x, gap_y, high = 0.75, 0.5, 0.62, 0.8, 0.85, 2.1
    wide = (WIDTH - left - 0.15 - gap_x * (columns - 1)) / columns
    figure = canvas(bottom + top + deep * high + (deep - 1) * gap_y)
    for place, (what, curves) in enumerate(panels):
        down, across = divmod(place, columns)
        axes = panel(
            figure, left + across * (wide + gap_x), bottom + (deep - 1 - down) * (high + gap_y),
            wide, high,
        )  # fmt: skip
        aside = _aside(curves)
        for n, curve in enumerate(curves):
            marker, fill, edge = _STYLES[n % len(_STYLES)]
            points = curve["points"]
            values = [at["value"] + aside * n for at in points]
            axes.plot(
                values, [at["mean"] for at in points], color=edge, lw=1.2, marker=marker, mfc=fill,
                ms=5, ls=("-", "--", "-.", ":")[n % 4],
            )  # fmt: skip
            for value, at in zip(values, points, strict=True):
                if at["low"] is not None and at["high"] is not None:
                    axes.plot([value] * 2, [at["low"], at["high"]], color=edge, lw=1.3)
        unit = measure(what).unit
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _, unit=unit: amount(v, unit)))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(number)
        axes.grid(axis="both")
        axes.set_title(
            wrapped(f"{results.title(what)}, {unit_heading(unit)}", 44), loc="left",
            fontweight="bold", fontsize=8.5,
        )  # fmt: skip
    if len(levers) > 1:
        handles = [
            Line2D([], [], color=edge, marker=marker, mfc=fill, ls=("-", "--", "-.", ":")[n % 4])
            for n in range(len(levers))
            for marker, fill, edge in [_STYLES[n % len(_STYLES)]]
        ]
        figure_key(figure, handles, levers)
    return figure


def _aside(curves: Sequence[Curve]) -> float:
    """How far each further curve is moved to the side, so that intervals hide no others."""
    values = [at["value"] for curve in curves for at in curve["points"]]
    return 0.008 * (max(values) - min(values)) if values else 0.0


def _table(results: Results, number: str, panels: Sequence[tuple[What, list[Curve]]]) -> Table:
    groups = []
    for n, curve in enumerate(panels[0][1]):
        rows = []
        for place, at in enumerate(curve["points"]):
            cells = []
            for what, curves in panels:
                same = curves[n]["points"][place]
                said, low, high = amounts(
                    [same["mean"], same["low"], same["high"]], measure(what).unit
                )
                cells.append(f"{said}\n{between(low, high)}".strip() or NONE)
            rows.append((at["said"], *cells))
        heading = (curve["lever"] or NO_LEVER) if len(panels[0][1]) > 1 else ""
        groups.append(Rows(tuple(rows), heading))
    return Table(
        f"The measures along {number} (95% intervals in brackets)",
        (number, *(f"{results.title(w)}, {unit_heading(measure(w).unit)}" for w, _ in panels)),
        tuple(groups),
        note="All measures of all scenarios are in summary.csv; these curves in sweep.csv.",
    )
