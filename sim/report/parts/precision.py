"""How precise the experiment was to become, whether it did, and what that took."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator

from sim.report.drawing import BLUE, GREEN, INK, ORANGE, PURPLE, VERMILION, canvas, panel, picture
from sim.report.marks import Picture, figure_key
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table
from sim.report.wording import NONE, changes, counted, listed, percent, quoted, with_unit

Width = Mapping[str, Any]

LINES = (
    (BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", "-."), (ORANGE, "D", ":"),
    (PURPLE, "v", "-"),
)  # fmt: skip


def precision_picture(results: Results, key: str) -> Picture | None:
    """The widest interval of each measure asked for, look by look, beside what was asked."""
    found = results.findings.get("precision")
    if not found:
        return None
    path = [(n, list(shares)) for n, shares in found["path"]]
    whats = list(dict.fromkeys(_what(width) for width in found["widths"]))
    drawn = list(enumerate(whats))[: len(LINES)]
    last = path[-1][0]

    def draw() -> Figure:
        figure = canvas(2.9)
        axes = panel(figure, 0.85, 0.5, 7.0, 1.9)
        handles: list[Any] = []
        for number, _ in drawn:
            colour, mark, line = LINES[number]
            points = [(n, s[number]) for n, s in path if s[number] is not None and s[number] > 0]
            look: dict[str, Any] = {
                "color": colour,
                "marker": mark,
                "ls": line,
                "ms": 4.5,
                "lw": 1.4,
            }
            axes.plot([n for n, _ in points], [100 * s for _, s in points], **look)
            handles.append(Line2D([], [], **look))
        axes.axhline(100, color=INK, lw=1.2)
        axes.set_xscale("log")
        axes.set_yscale("log")
        looks = [n for n, _ in path]
        axes.xaxis.set_major_locator(FixedLocator(looks[:: max(1, -(-len(looks) // 12))]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
        axes.yaxis.set_major_locator(FixedLocator([10, 20, 50, 100, 200, 500, 1000, 2000, 5000]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}%"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(top=max(115.0, axes.get_ylim()[1]))
        axes.set_xlabel("Replications of each scenario")
        axes.set_ylabel("Widest half-width,\nof what was asked")
        figure_key(figure, handles, [results.title(what) for _, what in drawn])
        return figure

    caption = (
        "The widest 95% interval of each measure after each look, beside what was asked for (the "
        "line at 100%). The experiment ends when every one is on or below the line."
    )
    if len(whats) > len(drawn):
        caption += f" The first {len(drawn)} measures are drawn; the table has all."
    ends = [
        f"{results.title(what)} at {percent(path[-1][1][number])} of what was asked"
        for number, what in drawn
    ]
    description = f"After {counted(last, 'replication')}: {listed(ends)}."
    return Picture(
        key, "How precise it is", caption,
        picture(key, "Half-widths as replications are added", description, draw),
        asked_table(results, found["widths"]),
    )  # fmt: skip


def asked_table(results: Results, widths: list[Width]) -> Table:
    """Every interval asked for: its width, the width asked, and how many runs that would need."""
    groups: dict[What, list[tuple[str, ...]]] = {}
    for width in widths:
        what = _what(width)
        unit = measure(what).unit
        half, asked = changes([width["half_width"], width["asked"]], unit, signed=False)
        needed = width["would_need"]
        groups.setdefault(what, []).append((
            width["scenario"],
            "the mean itself" if not width["baseline"] else f"from {quoted(width['baseline'])}",
            f"± {half}", f"± {asked}",
            "✔" if width["is_narrow_enough"] else "✘ too wide",
            f"{needed:,}" if needed is not None else NONE,
        ))  # fmt: skip
    return Table(
        "Half-widths of the 95% intervals that were asked for",
        ("Measure and scenario", "Difference", "Half-width", "Asked", "Narrow enough",
         "Replications needed, about"),
        tuple(Rows(tuple(rows), results.title(what)) for what, rows in groups.items()),
        text_columns=(1,),
    )  # fmt: skip


def said_of_precision(results: Results) -> list[str]:
    """Whether what was asked was reached, what it took, and what is missing."""
    found = results.findings.get("precision")
    if not found:
        return []
    number, widths = found["replications"], found["widths"]
    runs = number * len(results.scenarios)
    first = found["path"][0][0]
    took = f"{counted(number, 'replication')} of each scenario ({runs:,} runs)"
    if found["is_reached"]:
        said = [f"Every interval asked for is narrow enough. It took {took}; {first} at first."]
    else:
        missing = [width for width in widths if not width["is_narrow_enough"]]
        said = [
            f"The limit of {counted(found['at_most'], 'replication')} came first: "
            f"{len(missing)} of {counted(len(widths), 'interval')} asked for "
            f"{'is' if len(missing) == 1 else 'are'} still too wide, after {took}."
        ]
        said += [_missing(results, width) for width in missing[:5]]
        if len(missing) > 5:
            said.append(f"The table has the other {len(missing) - 5}.")
    said.append(
        f"The intervals were looked at {counted(len(found['path']), 'time')} on the way. Stopping "
        "when they happen to be narrow would make 95% intervals hold the truth less often than "
        f"that; so all intervals of this report are {percent(found['widened'] - 1)} wider than for "
        "a number of replications set beforehand, which is just enough."
    )
    return said


def _missing(results: Results, width: Width) -> str:
    what = _what(width)
    unit = measure(what).unit
    texts = changes([width["half_width"], width["asked"]], unit, signed=False)
    half, asked = (with_unit(text, unit, change=True) for text in texts)
    needed = width["would_need"]
    more = (
        f"about {counted(needed, 'replication')} would do"
        if needed is not None
        else "how many replications it would take cannot be said"
    )
    where = f"{results.title(what)}, {quoted(width['scenario'])}"
    return f"{where}: ± {half} instead of ± {asked}; {more}."


def _what(width: Width) -> What:
    return What(width["measure"], setting=width["setting"])
