"""Which reasons fall, and which rise: the five groups, then single reasons, with intervals."""

from collections.abc import Sequence
from functools import partial

from matplotlib.figure import Figure

from sim.place.reasons import REASON_GROUPS, REASONS
from sim.report.drawing import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
)
from sim.report.marks import Picture, bar, figure_key, numbered
from sim.report.parts.many import by_row
from sim.report.results import Results, What
from sim.report.table import Table
from sim.report.wording import amounts, capitalised, quoted

KINDS = (
    Kind("", "#d9d9d9"),
    Kind("", BLUE),
    Kind("", ORANGE, "////"),
    Kind("", GREEN, "||||"),
    Kind("", PURPLE, "xxxx"),
)


def groups_picture(results: Results, shown: str, key: str) -> Picture | None:
    """Delayed bed days by the five groups of reasons: the baseline and the combined scenarios."""
    others = results.combined or ((shown,) if shown else ())
    names = (results.baseline, *others)
    rows = [
        (group, what) for group in REASON_GROUPS
        if results.estimate(results.baseline, what := What("delayed_bed_days", part=group))
    ]  # fmt: skip
    if not rows or not others:
        return None
    caption = (
        "Delayed bed days a year by the five national groups of reasons. Thin lines are 95% "
        "intervals of each mean."
    )
    said = "; ".join(
        f"{group}: "
        + ", ".join(
            f"{size} in {quoted(name)}"
            for name, size in zip(
                names, amounts([_mean(results, name, what) for name in names]), strict=True
            )
        )
        for group, what in rows
    )
    table = moved_table(results, others)
    assert table is not None
    return Picture(
        key, "Which reasons fall", caption,
        picture(key, "Delayed bed days by group of reasons", f"{said}.",
                partial(_draw, results, rows, names)),
        table,
    )  # fmt: skip


def _draw(results: Results, rows: Sequence[tuple[str, What]], names: tuple[str, ...]) -> Figure:
    thick = 0.19
    row, top, bottom, left = thick * len(names) + 0.14, 0.42, 0.5, 2.1
    high = row * len(rows)
    figure = canvas(top + bottom + high)
    axes = panel(figure, left, bottom, WIDTH - left - 0.25, high)
    rows_from_the_top(axes, [capitalised(group) for group, _ in rows], 28)
    step = thick / row
    for place, (_, what) in enumerate(rows):
        for n, name in enumerate(names):
            at = place + (n - (len(names) - 1) / 2) * step
            found = results.estimate(name, what)
            bar(axes, at, 0.0, found.mean if found else 0.0, 0.88 * step, KINDS[n])
            if found and found.low is not None and found.high is not None:
                axes.plot([found.low, found.high], [at, at], color=INK, lw=1.2)
    axes.grid(axis="x")
    axes.set_xlim(left=0)
    numbered(axes, "days a year")
    axes.set_xlabel("Delayed bed days a year")
    named = [results.baseline + " (baseline)", *names[1:]]
    figure_key(figure, [patch(kind) for kind in KINDS[: len(names)]], named)
    return figure


def moved_table(results: Results, names: tuple[str, ...]) -> Table | None:
    """By group and by single reason: the baseline's mean and each scenario's difference."""
    singles = results.parts("delayed_bed_days", "reason", "body")
    groups: list[tuple[str, list[tuple[str, What]]]] = [
        ("The five groups, and all", [
            *((g.capitalize(), What("delayed_bed_days", part=g)) for g in REASON_GROUPS),
            ("All", What("delayed_bed_days")),
        ])
    ]  # fmt: skip
    for group in REASON_GROUPS:
        mine = [w for w in singles if w.reason in REASONS and REASONS[w.reason].group == group]
        mine = [w for w in mine if any(_mean(results, n, w) for n in (results.baseline, *names))]
        mine.sort(key=lambda w: -_mean(results, results.baseline, w))
        titles = [REASONS[w.reason].title for w in mine]
        rows = [
            (f"{title} [{w.body}]" if titles.count(title) > 1 else title, w)
            for title, w in zip(titles, mine, strict=True)
        ]
        groups.append((group.capitalize(), rows))
    return by_row(results, "Delayed bed days a year by reason (95% intervals in brackets)",
                  "Reason", groups, names)  # fmt: skip


def _mean(results: Results, name: str, what: What) -> float:
    found = results.estimate(name, what)
    return found.mean if found else 0.0
