"""How the warm-up was found: daily numbers of the pilot, and where they were cut."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.experiment.precision.mser import BATCH
from sim.report.drawing import BLUE, GREY, INK, WIDTH, canvas, panel, picture, wrapped
from sim.report.marks import Picture, figure_key
from sim.report.results import Results
from sim.report.table import Rows, Table
from sim.report.wording import NONE, amounts, counted, listed, quoted

Cut = Mapping[str, Any]

MOST_DRAWN = 4


def warm_up_picture(results: Results, key: str) -> Picture | None:
    """The series of the pilot that drift longest, in batches of five days, with their cuts."""
    cuts = _cuts(results)
    if not cuts:
        return None
    drawn = cuts[:MOST_DRAWN]
    warm_up = round(results.warm_up)
    caption = (
        "Daily numbers of the pilot, as means of five days over its runs. The dashed line is where "
        "MSER-5 cuts the series, the solid one where the warm-up ends: the longest cut, in whole "
        "weeks. Dotted: the mean of what is kept of the series."
    )
    if len(cuts) > len(drawn):
        caption += f" The {len(drawn)} series that are cut latest are drawn; the table has all."

    def draw() -> Figure:
        columns = min(2, len(drawn))
        deep = -(-len(drawn) // columns)
        high, gap_x, gap_y, left, bottom, top = 1.7, 0.6, 0.62, 0.7, 0.5, 0.72
        wide = (WIDTH - left - 0.1 - gap_x * (columns - 1)) / columns
        figure = canvas(bottom + top + deep * high + (deep - 1) * gap_y)
        for place, cut in enumerate(drawn):
            down, across = divmod(place, columns)
            axes = panel(
                figure, left + across * (wide + gap_x),
                bottom + (deep - 1 - down) * (high + gap_y), wide, high,
            )  # fmt: skip
            batches = cut["batches"]
            days = BATCH * len(batches)
            middle = [BATCH * (n + 0.5) for n in range(len(batches))]
            axes.plot(middle, batches, color=BLUE, lw=1.3)
            axes.axvline(cut["at"]["days"], color=INK, lw=1.2, ls=(0, (4, 2)))
            axes.axvline(warm_up, color=INK, lw=1.6)
            kept = cut["at"]["kept_mean"]
            axes.plot([cut["at"]["days"], days], [kept, kept], color=GREY, lw=1.3, ls=":")
            axes.set_xlim(0, days)
            axes.set_ylim(0, 1.08 * max(*batches, 0.01))
            axes.set_title(wrapped(_title(results, cut), 44), loc="left", fontsize=9)
            axes.yaxis.set_major_locator(MaxNLocator(4))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.4g}"))
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            if place + columns >= len(drawn):
                axes.set_xlabel("Day of the pilot")
        figure.text(0.06 / WIDTH, 0.5, "People", rotation=90, va="center")
        handles = [
            Line2D([], [], color=BLUE, lw=1.3), Line2D([], [], color=INK, lw=1.2, ls=(0, (4, 2))),
            Line2D([], [], color=INK, lw=1.6),
        ]  # fmt: skip
        figure_key(figure, handles, ["mean of five days", "cut of the series", "end of warm-up"])
        return figure

    said = listed([f"{_title(results, c)} is cut at day {c['at']['days']}" for c in drawn])
    description = f"The warm-up is {counted(warm_up, 'day')}. {said}."
    return Picture(
        key, "How the warm-up was found", caption,
        picture(key, "Daily numbers of the pilot and where they are cut", description, draw),
        warm_up_table(results, cuts),
    )  # fmt: skip


def warm_up_table(results: Results, cuts: Sequence[Cut]) -> Table:
    """Every series of the pilot: where it is cut, and its mean before and after."""
    rows = []
    for cut in cuts:
        at = cut["at"]
        before, after = amounts([at["cut_mean"], at["kept_mean"]])
        past = "yes" if at["is_past_half"] else NONE
        rows.append((_series(results, cut), cut["scenario"], str(at["days"]), before, after, past))
    return Table(
        "The series of the pilot: of each, the scenario in which it is cut latest",
        ("People", "Scenario", "Cut at day", "Mean before", "Mean after", "Better cut later still"),
        (Rows(tuple(rows)),),
        text_columns=(1,),
        note="A series that would better be cut in the pilot’s second half is cut in the first; "
        "where it clearly went on drifting, nothing would have been run.",
    )


def said_of_warm_up(results: Results) -> list[str]:
    """What the pilot was, and what decided."""
    cuts = _cuts(results)
    if not cuts:
        return []
    found = results.findings["warm_up"]
    pilot = (
        f"A pilot ran each scenario {counted(found['pilot_replications'], 'time')} for "
        f"{found['pilot_days']:,} days from the start, with people of its own."
    )
    first = cuts[0]
    if not first["at"]["days"]:
        return [pilot, "No series drifts: there is no warm-up."]
    decided = (
        f"MSER-5 cuts each series where the standard error of the mean of the rest is least. The "
        f"latest cut is at day {first['at']['days']} ({_title(results, first)}); the warm-up is "
        f"{counted(found['days'], 'day')}, in whole weeks, for every scenario."
    )
    said = [pilot, decided]
    late = [cut for cut in cuts if cut["at"]["is_past_half"]]
    if late:
        said.append(
            f"In {listed([_title(results, cut) for cut in late[:MOST_DRAWN]])}"
            f"{' and others' if len(late) > MOST_DRAWN else ''} a cut after day "
            f"{found['at_most']:,} would be better still; as the days before and after it do not "
            "clearly differ from run to run, that is put down to chance. If the picture shows a "
            "slope, give at_most more days."
        )
    return said


def _cuts(results: Results) -> list[Cut]:
    """The series of the pilot, those cut latest first; empty where there was none."""
    cuts: list[Cut] = results.findings.get("warm_up", {}).get("cuts", [])
    return sorted(cuts, key=lambda cut: -int(cut["at"]["days"]))


def _series(results: Results, cut: Cut) -> str:
    if not cut["setting"]:
        return "Delayed, in all settings"
    return f"In {results.setting_name(cut['setting'])}, or waiting for it"


def _title(results: Results, cut: Cut) -> str:
    return f"{_series(results, cut)}; {quoted(cut['scenario'])}"
