"""Both national measures of delay beside one another, the week, bands of days, older codes."""

from functools import partial

from matplotlib.figure import Figure

from sim.measures.national import BANDS
from sim.place.reasons import DTOC_TITLES
from sim.place.words import WEEKDAYS
from sim.report.drawing import (
    BASELINE,
    BLUE,
    INK,
    ORANGE,
    VERMILION,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
)
from sim.report.marks import Picture, bar, figure_key, numbered
from sim.report.parts.many import by_row, levels_and_changes
from sim.report.results import Results, What, measure
from sim.report.table import Table
from sim.report.wording import amounts, percent

CENSUS = (
    "newly_ready_per_day", "discharged_per_day", "remaining", "remaining_days", "share_discharged",
    "remaining_7_days",
)  # fmt: skip
READY_DATE = (
    "drd_share_delayed", "drd_delay_days", "drd_delay_days_if_delayed", "discharged_by_noon",
    "discharged_by_17",
)  # fmt: skip
DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip


def both_measures(results: Results) -> list[Table]:
    """The census of criteria to reside, and the discharge ready date: every scenario."""
    made = []
    for caption, names in (
        ("Criteria to reside (a daily census)", CENSUS),
        ("Discharge ready date (completed discharges, in whole days)", READY_DATE),
    ):
        whats = [(measure(What(name)).title, What(name)) for name in names]
        table = levels_and_changes(results, caption, whats, results.others)
        if table:
            made.append(table)
    return made


def week_picture(results: Results, key: str) -> Picture | None:
    """Newly ready and discharged by weekday, beside the published week."""
    ready, gone = "newly_ready_by_weekday", "discharged_by_weekday"
    if not results.parts(ready, "part"):
        return None
    names = (results.baseline, *results.combined[:1])

    def draw() -> Figure:
        top, bottom, high, left, gap = 0.42, 0.42, 1.9, 0.65, 0.35
        wide = (WIDTH - left - 0.1 - gap) / 2
        figure = canvas(top + bottom + high)
        marks = (("o", "white", BASELINE, "--"), ("s", BLUE, BLUE, "-"))
        published = False
        for n, of in enumerate((ready, gone)):
            axes = panel(figure, left + n * (wide + gap), bottom, wide, high)
            for name, (marker, fill, edge, line) in zip(names, marks, strict=False):
                values = [_mean(results, name, of, day) for day in WEEKDAYS]
                axes.plot(range(7), values, marker=marker, mfc=fill, mec=edge, color=edge, ls=line,
                          lw=1.3, ms=5)  # fmt: skip
            for row in results.benchmarks.rows if results.benchmarks else ():
                if row.what.measure == of and row.what.part in WEEKDAYS:
                    at = WEEKDAYS.index(row.what.part)
                    near = row.within.of(row.value, row.standard_error)
                    span = [row.value - near, row.value + near]
                    axes.plot([at, at], span, color=VERMILION, lw=5, alpha=0.35)
                    axes.plot([at], [row.value], "x", color=VERMILION, ms=6, mew=1.6)
                    published = True
            axes.axhline(1, color=INK, lw=0.8, ls=(0, (4, 2)))
            axes.set_xticks(range(7), [DAYS[day][:3] for day in WEEKDAYS])
            axes.set_ylim(0, max(1.5, axes.get_ylim()[1]))
            axes.set_title(measure(What(of)).title, loc="left", fontweight="bold", fontsize=9)
            axes.tick_params(labelleft=n == 0)
            axes.grid(axis="y")
        figure.text(0.06 / WIDTH, 0.5, "Times the mean day", rotation=90, va="center")
        handles = [_line(*mark) for mark in marks[: len(names)]]
        texts = [f"{results.baseline} (baseline)", *names[1:]]
        if published:
            handles.append(_line("x", VERMILION, VERMILION, ""))
            texts.append("published, with its tolerance")
        figure_key(figure, handles, texts)
        return figure

    caption = (
        "The week: people newly ready, and people discharged, on each weekday against the mean of "
        "all days (the dashed line)."
    )
    said = "; ".join(
        f"{DAYS[day]}: {amounts([_mean(results, results.baseline, ready, day)])[0]} ready, "
        f"{amounts([_mean(results, results.baseline, gone, day)])[0]} discharged"
        for day in WEEKDAYS
    )
    table = by_row(
        results, "Newly ready and discharged by weekday, times the mean day", "Weekday",
        [
            (measure(What(of)).title, [(DAYS[day], What(of, part=day)) for day in WEEKDAYS])
            for of in (ready, gone)
        ],
        results.combined,
        signs=False,
    )  # fmt: skip
    assert table is not None
    drawn = picture(key, "Newly ready and discharged by weekday", f"{said}.", draw)
    return Picture(key, "The week", caption, drawn, table)


def bands_picture(results: Results, key: str) -> Picture | None:
    """How long the delays of those delayed last, in whole days."""
    bands = [name for name, *_ in BANDS if _level(results, name) is not None]
    if not bands:
        return None
    names = (results.baseline, *results.combined[:1])
    published = {
        row.what.part: row.value
        for row in (results.benchmarks.rows if results.benchmarks else ())
        if row.what.measure == "drd_band"
    }
    table = by_row(
        results, "Of the delayed discharges, the share in each band of whole days", "Delayed for",
        [("", [(band, What("drd_band", part=band)) for band in bands])], results.combined,
        note="Differences are in percentage points.", signs=False,
    )  # fmt: skip
    assert table is not None
    said = "; ".join(f"{band}: {percent(_level(results, band))}" for band in bands)
    caption = (
        "How long delays last by the discharge ready date: the share of delayed discharges in each "
        "band of whole days. Thin lines are 95% intervals."
    )
    return Picture(
        key, "How long delays last", caption,
        picture(key, "Delayed discharges by band of days", f"{said}.",
                partial(_draw_bands, results, bands, names, published)),
        table,
    )  # fmt: skip


_BAR_KINDS = (Kind("", "#d9d9d9"), Kind("", BLUE), Kind("published", ORANGE, "////"))


def _draw_bands(
    results: Results, bands: list[str], names: tuple[str, ...], published: dict[str, float]
) -> Figure:
    count = len(names) + bool(published)
    row, top, bottom, left = 0.19 * count + 0.12, 0.32, 0.5, 1.4
    figure = canvas(top + bottom + row * len(bands))
    axes = panel(figure, left, bottom, WIDTH - left - 0.3, row * len(bands))
    rows_from_the_top(axes, bands, 20)
    step = 0.19 / row
    for place, band in enumerate(bands):
        for n in range(count):
            at = place + (n - (count - 1) / 2) * step
            if n < len(names):
                found = results.estimate(names[n], What("drd_band", part=band))
                bar(axes, at, 0.0, found.mean if found else 0.0, 0.88 * step, _BAR_KINDS[n])
                if found and found.low is not None and found.high is not None:
                    axes.plot([found.low, found.high], [at, at], color=INK, lw=1.2)
            else:
                bar(axes, at, 0.0, published.get(band, 0.0), 0.88 * step, _BAR_KINDS[2])
    axes.grid(axis="x")
    axes.set_xlim(left=0)
    numbered(axes, "share of those delayed")
    axes.set_xlabel("% of delayed discharges")
    handles = [patch(kind) for kind in _BAR_KINDS[: len(names)]]
    texts = [f"{results.baseline} (baseline)", *names[1:]]
    if published:
        handles.append(patch(_BAR_KINDS[2]))
        texts.append("published")
    figure_key(figure, handles, texts)
    return figure


def older_codes_table(results: Results) -> Table | None:
    """Delayed bed days by the older codes A to O, by body."""
    parts = results.parts("dtoc_days", "part", "body")
    rows = sorted(
        ((f"{w.part}: {DTOC_TITLES.get(w.part, w.part)} [{w.body}]", w) for w in parts),
        key=lambda pair: (list(DTOC_TITLES).index(pair[1].part) if pair[1].part in DTOC_TITLES
                          else 99, pair[1].body),
    )  # fmt: skip
    return by_row(
        results, "Delayed bed days a year by the older codes A to O, and who answers", "Older code",
        [("", rows)], results.combined,
        note="The codes of the return that ended in February 2020; which current reason goes to "
        "which code is our own reading.",
    )  # fmt: skip


def _line(marker: str, fill: str, edge: str, line: str) -> object:
    from matplotlib.lines import Line2D

    return Line2D([], [], marker=marker, mfc=fill, mec=edge, color=edge, ls=line, ms=6, mew=1.5)


def _mean(results: Results, name: str, of: str, day: str) -> float:
    found = results.estimate(name, What(of, part=day))
    return found.mean if found else float("nan")


def _level(results: Results, band: str) -> float | None:
    found = results.estimate(results.baseline, What("drd_band", part=band))
    return found.mean if found else None
