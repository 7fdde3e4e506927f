"""The next days from today's list: how many people will be delayed, and how many in each setting.

Many runs start from the same list and differ by chance alone: who comes, how long those there still
need, what each task takes. The bands hold what one coming day will be with so much probability, as
far as the model is right. Under a lever every run has the same patients as without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiment.making.parallel import in_parallel
from sim.experiment.making.replicate import MAX_PEOPLE
from sim.experiment.sources import days_without_numbers
from sim.flow.model import Run, simulate
from sim.measures.delays import acute_stays
from sim.measures.series import days_by_row_and_day
from sim.measures.stays import stays_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import Plan, make_plan
from sim.patients.ways import TooLarge
from sim.place.document import Document, Mark, read_yaml
from sim.place.levers import lay_over, read_lever
from sim.place.load import check_place, read_document
from sim.place.phasing import phases_of, reaching
from sim.place.problems import Problem, input_error, refuse
from sim.place.schema import Place
from sim.place.start_file import starting_from
from sim.place.uptake import Phases

Floats = NDArray[np.float64]

AS_IT_IS = "as it is"
MIDNIGHT, DAY_MEAN = range(2)
"""How a day is counted: the people there at the midnight that ends it, or its mean."""


@dataclass(frozen=True)
class Course:
    """One way that the place may be run in the days to come: as it is, or under a lever."""

    name: str
    title: str
    place: Place
    phases: Phases | None


@dataclass(frozen=True)
class Coming:
    """What the runs of one course give."""

    course: Course
    delayed: Floats
    """People past their ready date in acute settings; shape (runs, 2, days)."""
    occupied: Floats
    """People in each setting; shape (runs, settings, 2, days)."""

    def in_acute(self) -> Floats:
        """People in acute settings together; shape (runs, 2, days)."""
        acute = [each.acute for each in self.course.place.settings.values()]
        return np.asarray(self.occupied[:, acute].sum(axis=1))


@dataclass(frozen=True)
class Forecast:
    """The days to come, as the place is and under each lever."""

    place: str
    today: str
    """The file of the list that it starts from."""
    first: date
    days: int
    runs: int
    seed: int
    people_there: int
    people_waiting: int
    coming: tuple[Coming, ...]
    """The first is the place as it is."""

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates that are forecast."""
        return tuple(self.first + timedelta(days=day) for day in range(self.days))


def load_courses(
    place_file: Path, today: Path, levers: Sequence[Path], days: int, first: date | None = None
) -> tuple[Course, ...]:
    """The place as it is from today's list on, and under each lever.

    Raises:
        InputError: with what is wrong in the place, the list or a lever.
    """
    base = starting_from(read_document(place_file), today)
    if first is not None and isinstance(base.tree, dict):
        base.marks["start_date",] = Mark("--date", "--date")
        base = Document(base.path, {**base.tree, "start_date": str(first)}, base.marks)
    place = check_place(base)
    refuse(days_without_numbers(base, place, days))
    courses = [Course(AS_IT_IS, "As it is", place, None)]
    seen: dict[str, Path] = {}
    for file in levers:
        document = read_yaml(file)
        lever = read_lever(document)
        earlier = seen.setdefault(lever.lever, file)
        if earlier != file or lever.lever == AS_IT_IS:
            what = f"a second lever {lever.lever!r}; the first is {earlier}"
            raise input_error(document.where(("lever",)), what)
        laid = lay_over(base, reaching([document]))
        courses.append(
            Course(lever.lever, lever.title, check_place(laid), phases_of(base, [document]))
        )
    return tuple(courses)


def forecast(
    courses: Sequence[Course], today: Path, days: int, runs: int, seed: int, workers: int = 1
) -> Forecast:
    """Run every course many times from today's list.

    Raises:
        InputError: the list or the place asks for more people than can be held.
    """
    place = courses[0].place
    try:
        results = list(in_parallel(_days_of_runs, (courses, days, seed), range(runs), workers))
    except TooLarge as error:
        refuse([Problem(str(today), str(error))])
        raise
    coming = []
    for number, course in enumerate(courses):
        counts = np.array([each[number] for each in results])
        coming.append(Coming(course, counts[:, 0], counts[:, 1:]))
    return Forecast(
        place=place.place,
        today=str(today),
        first=place.start_date,
        days=days,
        runs=runs,
        seed=seed,
        people_there=sum(int(row.number.value) for row in place.start.people),
        people_waiting=sum(int(row.number.value) for row in place.start.waiting),
        coming=tuple(coming),
    )


def _days_of_runs(courses: Sequence[Course], days: int, seed: int) -> Callable[[int], list[Floats]]:
    """Runs every course once for a number of a run; plans are made once."""
    base = courses[0].place
    plans = [replace(make_plan(each.place, each.phases), before=base) for each in courses]

    def of_run(number: int) -> list[Floats]:
        return [days_of_run(plan, days, seed, number) for plan in plans]

    return of_run


def days_of_run(plan: Plan, days: int, seed: int, number: int) -> Floats:
    """One run: people delayed in acute settings, then people in each setting, day by day.

    At the midnight that ends each day, and as the day's mean; shape (1 + settings, 2, days).
    """
    return count_days(simulate(plan, draw_cohort(plan, days, seed, number, MAX_PEOPLE), days))


def count_days(run: Run, first: int = 0, days: int | None = None) -> Floats:
    """People delayed in acute settings, then people in each setting, by day of a run.

    At the midnight that ends each of these days, and as its mean; shape (1 + settings, 2, days).
    """
    stays, settings = stays_of(run), len(run.plan.settings)
    days = int(run.end) - first if days is None else days
    acute = np.flatnonzero(acute_stays(run, stays) & np.isfinite(stays.ready_at))
    row = np.concatenate((np.zeros(len(acute), dtype=np.int64), stays.setting + 1))
    start = np.concatenate((stays.ready_at[acute], stays.admitted_at)) - first
    end = np.concatenate((stays.left_at[acute], stays.left_at)) - first
    counts = np.zeros((settings + 1, 2, days))
    counts[:, DAY_MEAN] = days_by_row_and_day(row, start, end, settings + 1, days)
    counts[:, MIDNIGHT] = at_midnights(row, start, end, settings + 1, days)
    return counts


def at_midnights(
    row: NDArray[np.signedinteger], start: Floats, end: Floats, rows: int, days: int
) -> Floats:
    """How many intervals [start, end) hold the midnight that ends each day, by row.

    >>> at_midnights(np.array([0, 0]), np.array([-3., .5]), np.array([1., 2.5]), 1, 3).tolist()
    [[1.0, 1.0, 0.0]]
    """
    first = np.clip(np.ceil(start), 1, days + 1)
    last = np.clip(np.ceil(end), 1, days + 1)
    counts = (start < end) & (first < last)
    change = np.zeros((rows, days + 2))
    np.add.at(change, (row[counts], first[counts].astype(np.int64)), 1.0)
    np.add.at(change, (row[counts], last[counts].astype(np.int64)), -1.0)
    return np.asarray(change.cumsum(axis=1)[:, 1 : days + 1])


def band(values: Floats, share: float) -> tuple[Floats, Floats]:
    """The lowest and highest of what one more run will be with so much probability, by day.

    By the order of the runs (k of n + 1), which holds whatever the distribution; ``values`` has
    the runs first.

    Source: Hyndman and Fan (1996), Sample quantiles in statistical packages, definition 6.
    """
    tails = [(1 - share) / 2, (1 + share) / 2]
    low, high = np.quantile(values, tails, axis=0, method="weibull")
    return low, high
