"""Writes a forecast: one HTML page that opens anywhere, and all its numbers as a table."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim import __version__
from sim.experiment.forecast import DAY_MEAN, MIDNIGHT, Coming, Floats, Forecast, band
from sim.report.forecast_figures import (
    COUNTED,
    days_to_come,
    settings_table,
    short_date,
    under_lever,
)
from sim.report.marks import Picture
from sim.report.pages import environment, style, write_whole
from sim.report.wording import counted, long_date, quoted

COLUMNS = (
    "course", "date", "measure", "setting", "counted", "mean", "low_80", "high_80", "low_95",
    "high_95", "change", "change_low_95", "change_high_95", "runs",
)  # fmt: skip
"""The columns of forecast.csv; the change is from the place as it is, on the same patients."""


@dataclass(frozen=True)
class LeverPart:
    """The part of the page for one lever."""

    key: str
    title: str
    pictures: tuple[Picture, ...]


def write_forecast(forecast: Forecast, folder: Path, command: str) -> list[Path]:
    """Write forecast.html and forecast.csv in a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "forecast.html"
    write_whole(page, render(forecast, command))
    table = folder / "forecast.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        lines.writerows(rows_of(forecast))
    return [page, table]


def rows_of(forecast: Forecast) -> Iterator[tuple[object, ...]]:
    """Every number of a forecast, one row for each course, day, measure and way of counting.

    Setting is empty for all acute settings together.
    """
    before = forecast.coming[0]
    unchanged = {(measure, name): values for measure, name, values in _measured(before)}
    for coming in forecast.coming:
        for measure, setting, values in _measured(coming):
            base = unchanged.get((measure, setting))
            for how, word in ((MIDNIGHT, "at midnight"), (DAY_MEAN, "mean of day")):
                people = values[:, how]
                numbers = [people.mean(axis=0), *band(people, 0.80), *band(people, 0.95)]
                if coming is not before and base is not None:
                    change = people - base[:, how]
                    numbers += [change.mean(axis=0), *band(change, 0.95)]
                for day, date in enumerate(forecast.dates):
                    cells = [f"{float(each[day]):.4g}" for each in numbers]
                    cells += [""] * (8 - len(cells))
                    yield (
                        coming.course.name, date, measure, setting, word, *cells, forecast.runs
                    )  # fmt: skip


def _measured(coming: Coming) -> Iterator[tuple[str, str, Floats]]:
    yield "delayed", "", coming.delayed
    yield "occupied", "", coming.in_acute()
    for number, name in enumerate(coming.course.place.settings):
        yield "occupied", name, coming.occupied[:, number]


def render(forecast: Forecast, command: str) -> str:
    """The page as text: the same forecast gives the same bytes."""
    levers = [
        LeverPart(
            f"lever-{number}",
            coming.course.title,
            tuple(under_lever(forecast, what, number) for what in COUNTED),
        )
        for number, coming in enumerate(forecast.coming)
        if number
    ]
    written = (
        environment()
        .get_template("forecast.html")
        .render(
            title=f"{forecast.place}: the next {counted(forecast.days, 'day')}",
            css=style(),
            version=__version__,
            facts=facts(forecast),
            sentences=list(sentences(forecast)),
            as_it_is=[days_to_come(forecast, what) for what in COUNTED],
            levers=levers,
            settings=settings_table(forecast),
            how_sure=how_sure(forecast),
            reproduce=[("Command", command), ("careflow", __version__)],
        )
    )
    return f"{written.strip()}\n"


def facts(forecast: Forecast) -> list[str]:
    """What it starts from, in a line of short facts under the title."""
    return [
        f"from {long_date(forecast.first)}",
        f"{counted(forecast.people_there, 'person', 'people')} in settings, "
        f"{forecast.people_waiting:,} ready or waiting",
        f"list: {Path(forecast.today).name}",
        f"{counted(forecast.runs, 'run')}, seed {forecast.seed}",
    ]


def sentences(forecast: Forecast) -> Iterator[str]:
    """The answer in words: the last day unchanged, then under each lever."""
    last, day = forecast.days - 1, short_date(forecast.dates[-1])
    before = forecast.coming[0].delayed[:, MIDNIGHT, last]
    low, high = band(before, 0.80)
    widest = band(before, 0.95)
    yield (
        f"At the end of {day}, some {before.mean():,.0f} people will be delayed in acute settings "
        f"if nothing is changed: {low:,.0f} to {high:,.0f} with a chance of 80%, {widest[0]:,.0f} "
        f"to {widest[1]:,.0f} with one of 95%."
    )
    for coming in forecast.coming[1:]:
        change = coming.delayed[:, MIDNIGHT, last] - before
        low, high = band(change, 0.95)
        mean = float(change.mean())
        by = (
            f"{abs(mean):,.1f} {'fewer' if mean < 0 else 'more'}"
            if abs(mean) >= 0.05
            else "as many"
        )
        yield (
            f"With {quoted(coming.course.title)}, {by} on average on the same patients "
            f"(95% band of the change: {low:+,.0f} to {high:+,.0f})."
        ).replace("-", "−")


def how_sure(forecast: Forecast) -> list[str]:
    """What the bands say, and what they do not."""
    return [
        f"The bands come from {counted(forecast.runs, 'run')} from the same list, which differ by "
        "chance alone: who will come, how long those there still need, what each task will take. A "
        "band says where one coming day will lie with so much probability, if the model and its "
        "numbers are right. It does not cover doubt about them, or an event that none foresees.",
        "The list is taken as it is. If it names more people than there are spaces, nobody is put "
        "out; nobody new comes in until there is room. What people there still need is drawn given "
        "how long they have been there, and given an expected date where one is written.",
        "How often such bands held what then happened can be tried out for any place, by trials: "
        "benchmarks/forecast_coverage.py.",
    ]
