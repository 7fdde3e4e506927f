"""A state or a forecast from the user's side: read, run, write, and say what came of it."""

import os
import shlex
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from sim.experiment.forecast import forecast, load_courses
from sim.experiment.state import find_state
from sim.patients.ways import TooLarge
from sim.place.load import load_place
from sim.place.problems import input_error
from sim.place.start_file import MAX_ROWS, WAITING, write_start
from sim.report.forecast import sentences, write_forecast
from sim.report.wording import counted, long_date


def write_state(
    place_file: Path, out: Path, day: int, replications: int, seed: int, workers: int | None
) -> Iterator[str]:
    """Write the state of a place on a day of its runs; says what is in it.

    Raises:
        InputError: the place is not right, or asks for more people than can be held.
    """
    place = load_place(place_file)
    then = place.start_date + timedelta(days=day)
    try:
        people = find_state(place, day, replications, seed, workers or os.cpu_count() or 1)
    except TooLarge as error:
        raise input_error(place_file, str(error)) from None
    if len(people) > MAX_ROWS:
        what = f"{len(people):,} people are in the place; a start file may have {MAX_ROWS:,} rows"
        raise input_error(place_file, what)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_start(out, (vars(person) for person in people))
    waiting = sum(person.status == WAITING for person in people)
    of = "one run" if replications == 1 else f"{replications} runs (a typical state)"
    yield (
        f"{out}: {counted(len(people), 'person', 'people')}, of whom {waiting:,} are ready or wait "
        f"for a space, at the beginning of {then:%A} {long_date(then)}, from {of}"
    )
    if then.weekday() != place.start_date.weekday():
        yield (
            f"That is another weekday than the place's start date, {place.start_date:%A} "
            f"{long_date(place.start_date)}; a run from it should start on a {then:%A}."
        )


def run_forecast(
    place_file: Path,
    today: Path,
    levers: Sequence[Path],
    days: int,
    first: str | None,
    runs: int,
    seed: int,
    out: Path | None,
    workers: int | None,
) -> Iterator[str]:
    """Forecast the next days from today's list, write page and table; says what to expect.

    Raises:
        InputError: the place, the list or a lever is not right, or the date is none.
    """
    courses = load_courses(place_file, today, levers, days, _date(first))
    found = forecast(courses, today, days, runs, seed, workers or os.cpu_count() or 1)
    words = ["careflow", "forecast", place_file, "--today", today, "--days", days]
    for lever in levers:
        words += ["--lever", lever]
    words += ["--date", found.first, "--runs", runs, "--seed", seed]
    folder = out or Path("results") / f"{place_file.stem}-forecast"
    page, table = write_forecast(found, folder, shlex.join(str(word) for word in words))
    yield from sentences(found)
    yield f"The page is {page}, and all numbers are in {table}"


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise input_error("--date", f"{text[:40]!r} is not a date as YYYY-MM-DD") from None
