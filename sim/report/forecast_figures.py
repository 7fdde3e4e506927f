"""The figures of a forecast, each with its table: the days to come, with their bands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.experiment.forecast import DAY_MEAN, MIDNIGHT, Coming, Floats, Forecast, band
from sim.report.drawing import BLUE, INK, WIDTH, canvas, panel, picture
from sim.report.marks import Picture, figure_key
from sim.report.table import Rows, Table
from sim.report.wording import MONTH_NAMES, long_date, uncapitalised

BANDS = (0.80, 0.95)
WEEKDAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Counted:
    """What is counted day by day: its heading, its axis, and where to find it."""

    key: str
    heading: str
    people: str
    of: Callable[[Coming], Floats]


COUNTED = (
    Counted("delayed", "People delayed", "people delayed in acute settings", lambda c: c.delayed),
    Counted("occupied", "People in acute beds", "people in acute settings", Coming.in_acute),
)


def short_date(day: date) -> str:
    """A date of the next weeks as a row's head.

    >>> short_date(date(2025, 4, 7))
    'Mon 7 April'
    """
    return f"{WEEKDAY_NAMES[day.weekday()]} {day.day} {MONTH_NAMES[day.month - 1]}"


def days_to_come(forecast: Forecast, what: Counted) -> Picture:
    """What is to come if nothing is changed: a line, two bands, and their numbers."""
    values = what.of(forecast.coming[0])
    caption = (
        f"{what.heading} at the midnight that ends each day. The line is the mean of "
        f"{forecast.runs:,} runs; the dark band holds what the day will be with a chance of 80%, "
        "the light band, between the dotted lines, 95%."
    )
    description = _said(forecast, what, values[:, MIDNIGHT])

    def draw() -> Figure:
        figure, axes = _axes(forecast, what)
        _bands(axes, values[:, MIDNIGHT], dotted=True)
        axes.set_ylim(*_limits(what, [values[:, MIDNIGHT]]))
        handles = [
            Line2D([], [], color=INK, lw=1.8, marker="o", ms=3.5),
            Patch(facecolor=BLUE, alpha=0.45, edgecolor="none"),
            Patch(facecolor=BLUE, alpha=0.18, edgecolor=BLUE, ls=":"),
        ]
        figure_key(figure, handles, ["mean", "80% band", "95% band"])
        return figure

    svg = picture(what.key, what.heading, description, draw)
    return Picture(what.key, what.heading, caption, svg, _table(forecast, what, values))


def under_lever(forecast: Forecast, what: Counted, number: int) -> Picture:
    """The same under a lever, beside the place as it is, with the differences of pairs of runs."""
    coming = forecast.coming[number]
    base, values = what.of(forecast.coming[0]), what.of(coming)
    caption = (
        f"{what.heading} at the midnight that ends each day. Full line and bands: under the lever; "
        "broken line: if nothing is changed (mean)."
    )
    name = uncapitalised(coming.course.title)
    description = f"Under the lever {name}: {_said(forecast, what, values[:, MIDNIGHT])}"
    key = f"{what.key}-{number}"

    def draw() -> Figure:
        figure, axes = _axes(forecast, what)
        _bands(axes, values[:, MIDNIGHT], dotted=True)
        mean = base[:, MIDNIGHT].mean(axis=0)
        axes.plot(np.arange(forecast.days), mean, color=INK, lw=1.6, ls=(0, (4, 2)))
        axes.set_ylim(*_limits(what, [values[:, MIDNIGHT], base[:, MIDNIGHT]]))
        handles = [
            Line2D([], [], color=INK, lw=1.8, marker="o", ms=3.5),
            Patch(facecolor=BLUE, alpha=0.45, edgecolor="none"),
            Patch(facecolor=BLUE, alpha=0.18, edgecolor=BLUE, ls=":"),
            Line2D([], [], color=INK, lw=1.6, ls=(0, (4, 2))),
        ]
        names = ["mean under the lever", "80% band", "95% band", "mean if nothing is changed"]
        figure_key(figure, handles, names)
        return figure

    svg = picture(key, f"{what.heading} under a lever", description, draw)
    table = _differences(forecast, what, base, values)
    return Picture(key, what.heading, caption, svg, table)


def settings_table(forecast: Forecast) -> Table:
    """How many people are in each setting at the end of some of the days."""
    now = forecast.coming[0]
    shown = sorted({0, min(6, forecast.days - 1), forecast.days - 1})
    columns = ["Setting"]
    for day in shown:
        columns += [short_date(forecast.dates[day]), "80% band"]
    rows = []
    for number, (name, setting) in enumerate(now.course.place.settings.items()):
        cells = [setting.name or name]
        for day in shown:
            people = now.occupied[:, number, MIDNIGHT, day]
            low, high = band(people, BANDS[0])
            cells += [_number(people.mean()), f"{_number(low)} to {_number(high)}"]
        rows.append(tuple(cells))
    caption = "People in each setting at the midnight that ends some of the days, unchanged"
    return Table(caption, tuple(columns), (Rows(tuple(rows)),))


def _axes(forecast: Forecast, what: Counted) -> tuple[Figure, Axes]:
    figure = canvas(3.5)
    axes = panel(figure, 0.7, 0.55, WIDTH - 0.8, 2.5)
    axes.grid(axis="y")
    axes.set_xlim(-0.5, forecast.days - 0.5)
    step = max(1, -(-forecast.days // 14))
    places = list(range(0, forecast.days, step))
    dates = [forecast.dates[day] for day in places]
    axes.set_xticks(
        places,
        [f"{WEEKDAY_NAMES[d.weekday()]}\n{d.day} {MONTH_NAMES[d.month - 1][:3]}" for d in dates],
    )
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    figure.text(0.06 / WIDTH, 0.5, what.heading, rotation=90, va="center")
    return figure, axes


def _bands(axes: Axes, values: Floats, *, dotted: bool) -> None:
    """Both bands and the mean; the outer one has edges, so that it is seen in black and white."""
    day = np.arange(values.shape[1])
    for share, alpha in ((BANDS[1], 0.18), (BANDS[0], 0.32)):
        low, high = band(values, share)
        axes.fill_between(day, low, high, color=BLUE, alpha=alpha, lw=0)
        if dotted and share == BANDS[1]:
            for edge in (low, high):
                axes.plot(day, edge, color=BLUE, lw=0.9, ls=":")
    axes.plot(day, values.mean(axis=0), color=INK, lw=1.8, marker="o", ms=3.5)


def _limits(what: Counted, values: list[Floats]) -> tuple[float, float]:
    """The axis from nought for people delayed; for beds, which are never empty, closer in."""
    low = min(float(each.min()) for each in values)
    high = max(float(each.max()) for each in values)
    room = 0.08 * max(high - low, 1.0)
    return (0.0 if what.key == "delayed" or low < 0.5 * high else low - room), high + room


def _said(forecast: Forecast, what: Counted, values: Floats) -> str:
    """A figure in words, for those who listen to it."""
    parts = []
    for day in sorted({0, forecast.days // 2, forecast.days - 1}):
        low, high = band(values[:, day], BANDS[1])
        parts.append(
            f"{_number(values[:, day].mean())} at the end of {long_date(forecast.dates[day])} "
            f"(95% band {_number(low)} to {_number(high)})"
        )
    return f"{what.people}: {'; '.join(parts)}."


def _table(forecast: Forecast, what: Counted, values: Floats) -> Table:
    rows = []
    for number, day in enumerate(forecast.dates):
        people = values[:, MIDNIGHT, number]
        bands = [band(people, share) for share in BANDS]
        rows.append(
            (
                short_date(day),
                _number(people.mean()),
                *(f"{_number(low)} to {_number(high)}" for low, high in bands),
                _number(values[:, DAY_MEAN, number].mean()),
            )
        )
    return Table(
        f"{what.heading}, day by day",
        ("Day", "at midnight (mean)", "80% band", "95% band", "mean of the day"),
        (Rows(tuple(rows)),),
        note="At midnight: at the end of that date. Mean of the day: over its 24 hours.",
    )


def _differences(forecast: Forecast, what: Counted, base: Floats, values: Floats) -> Table:
    rows = []
    for number, day in enumerate(forecast.dates):
        people = values[:, MIDNIGHT, number]
        change = people - base[:, MIDNIGHT, number]
        low, high = band(people, BANDS[1])
        least, most = band(change, BANDS[1])
        rows.append(
            (
                short_date(day),
                _number(base[:, MIDNIGHT, number].mean()),
                _number(people.mean()),
                f"{_number(low)} to {_number(high)}",
                _signed(change.mean()),
                f"{_signed(least)} to {_signed(most)}",
            )
        )
    return Table(
        f"{what.heading} at midnight, and the change on the same patients",
        ("Day", "unchanged", "under the lever", "95% band", "change (mean)", "change, 95% band"),
        (Rows(tuple(rows)),),
    )


def _number(value: float | Floats) -> str:
    """People, in whole numbers above ten.

    >>> _number(1234.5), _number(3.26), _number(0.0)
    ('1,234', '3.3', '0')
    """
    value = float(value)
    return f"{value:,.0f}" if abs(value) >= 10 or value == round(value) else f"{value:,.1f}"


def _signed(value: float | Floats) -> str:
    """A change, with its sign.

    >>> _signed(-3.26), _signed(2.0), _signed(-0.01)
    ('−3.3', '+2', '0')
    """
    value = float(value)
    written = _number(abs(value))
    if float(written.replace(",", "")) == 0:
        return "0"
    return ("+" if value > 0 else "−") + written
