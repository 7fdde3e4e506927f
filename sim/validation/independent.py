"""Random places in careflow and in Ciw, another simulator: do they agree?

In two ways. *The same people*: both are given the same arrivals, stays and ways, and then every
instant of every stay must be the same. *Their own draws*: each draws for itself, and the means over
replications are compared, with the chance of a false alarm over all comparisons under control.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.making.parallel import in_parallel
from sim.experiment.making.replicate import Replication, replicate
from sim.patients.plan import make_plan
from sim.validation.simulators.alarms import (
    FALSE_ALARM,
    Difference,
    alarms,
    evenness,
    together,
    welch,
)
from sim.validation.simulators.ciw_network import CiwModel, require_ciw
from sim.validation.simulators.features import features_of, features_that_matter
from sim.validation.simulators.numbers import Key, numbers_of
from sim.validation.simulators.random_places import RandomPlace, random_place
from sim.validation.simulators.told import Told, told_by_careflow

DAYS = 40
REPLICATIONS = 40
SAME_PEOPLE = 2
"""Replications in which both simulators have the same people."""
NEAR_DAYS = 1e-7
"""Instants nearer than this (some hundredth of a second) are the same: sums are rounded."""


@dataclass(frozen=True)
class Row:
    """One number of one place in both simulators."""

    place: int
    features: str
    measure: str
    setting: str
    group: str
    days: str
    ours: float
    ours_se: float
    theirs: float
    theirs_se: float
    p: float

    @property
    def difference(self) -> Difference:
        """The two sides alone."""
        return Difference(self.ours, self.ours_se, self.theirs, self.theirs_se, self.p)


@dataclass(frozen=True)
class OfPlace:
    """What was found in one place."""

    number: int
    settings: int
    features: tuple[str, ...]
    matter: tuple[str, ...]
    """The features that change its answer; empty if that was not looked at."""
    rows: tuple[Row, ...]
    not_compared: int
    """Numbers too rare to compare, or the same in every run."""
    stays: int
    """Stays of the same people in both."""
    stays_that_differ: int


@dataclass(frozen=True)
class Together:
    """One measure over all places that have a feature."""

    measure: str
    feature: str
    """Empty for all places."""
    places: int
    mean_z: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """All that was compared, and what of it raised an alarm."""

    seed: int
    places: tuple[OfPlace, ...]
    rows: tuple[Row, ...]
    together: tuple[Together, ...]
    alarms: tuple[Row, ...]
    alarms_together: tuple[Together, ...]
    evenness: float
    """The p-value of the evenness of p-values, one from each place."""

    @property
    def stays_that_differ(self) -> int:
        """Stays of the same people that differ in any instant."""
        return sum(place.stays_that_differ for place in self.places)

    @property
    def agrees(self) -> bool:
        """Whether there is no alarm, and every stay of the same people is the same."""
        return not (self.alarms or self.alarms_together or self.stays_that_differ)

    def share_below(self, p: float) -> float:
        """The share of p-values below a number; about that number if all agree."""
        return float(np.mean([row.p < p for row in self.rows])) if self.rows else 0.0

    def by_feature(self) -> dict[str, tuple[int, int]]:
        """Feature → in how many places it is, and in how many of these it matters."""
        names = dict.fromkeys(name for place in self.places for name in place.features)
        return {
            name: (
                sum(name in place.features for place in self.places),
                sum(name in place.matter for place in self.places),
            )
            for name in sorted(names)
        }


def compare_with_ciw(
    places: int,
    seed: int,
    workers: int,
    *,
    days: int = DAYS,
    replications: int = REPLICATIONS,
    matter: bool = False,
    keep: Path | None = None,
    progress: Callable[[OfPlace], None] | None = None,
) -> Comparison:
    """Compare random places 0 to ``places`` − 1 of a seed in careflow and in Ciw.

    ``matter``: find out as well which features change the answer; it takes twice as long.
    ``keep``: a folder in which each place's results are kept, so that a run that stops can go on.

    Raises:
        MissingCiwError: Ciw is not installed.
        WorkersDied: a process was killed.
    """
    require_ciw()
    given = (seed, days, replications, matter, keep)
    found = []
    for place in in_parallel(_one_after_another, given, range(places), workers):
        found.append(place)
        if progress is not None:
            progress(place)
    return summed_up(seed, found)


def summed_up(seed: int, places: Sequence[OfPlace]) -> Comparison:
    """The rows of all places, those of all places together, and the alarms."""
    rows = [row for place in places for row in place.rows]
    over_all = _together(places)
    raised = alarms([row.p for row in rows], FALSE_ALARM / 2)
    raised_together = alarms([row.p for row in over_all], FALSE_ALARM / 2)
    rng = np.random.default_rng(seed)
    one_each = [place.rows[rng.integers(len(place.rows))].p for place in places if place.rows]
    return Comparison(
        seed,
        tuple(places),
        tuple(rows),
        tuple(over_all),
        tuple(row for row, is_raised in zip(rows, raised, strict=True) if is_raised),
        tuple(row for row, is_raised in zip(over_all, raised_together, strict=True) if is_raised),
        evenness(one_each) if one_each else 1.0,
    )


def compare_place(
    which: RandomPlace, seed: int, days: int, replications: int, matter: bool
) -> OfPlace:
    """One place in both."""
    place = which.place()
    plan = make_plan(place)
    ciw = CiwModel(place, days)
    seeds = np.random.SeedSequence([seed, which.number]).generate_state(2 + replications)
    ours, stays, differ = [], 0, 0
    for number in range(replications):
        run = replicate(plan, days, 0, int(seeds[0]), number)
        ours.append(numbers_of(told_by_careflow(run), place, days))
        if number < SAME_PEOPLE:
            many, other = same_people(run, ciw)
            stays, differ = stays + many, differ + other
    theirs = [numbers_of(ciw.run(int(each)), place, days) for each in seeds[2:]]
    features = features_of(which.tables)
    rows, not_compared = _rows(which.number, features, ours, theirs)
    return OfPlace(
        which.number,
        len(place.settings),
        tuple(features),
        tuple(features_that_matter(which.tables, days, int(seeds[1]))) if matter else (),
        tuple(rows),
        not_compared,
        stays,
        differ,
    )


def same_people(run: Replication, ciw: CiwModel) -> tuple[int, int]:
    """How many stays a replication has, and how many of them differ when Ciw has its people."""
    ours = told_by_careflow(run).in_order()
    theirs = ciw.run_same_people(run.run.cohort).in_order()
    return len(ours.person), _differing(ours, theirs)


def _differing(ours: Told, theirs: Told) -> int:
    """How many rows differ in any column; all of them if there are not as many on both sides."""
    if len(ours.person) != len(theirs.person):
        return max(len(ours.person), len(theirs.person))
    differs = np.zeros(len(ours.person), dtype=np.bool_)
    for name in ("person", "setting", "group", "turned_away"):
        differs |= getattr(ours, name) != getattr(theirs, name)
    for name in ("asked_at", "stopped_at", "admitted_at", "done_at", "left_at"):
        differs |= ~np.isclose(getattr(ours, name), getattr(theirs, name), rtol=0, atol=NEAR_DAYS)
    return int(differs.sum())


def _rows(
    number: int,
    features: Sequence[str],
    ours: Sequence[dict[Key, float]],
    theirs: Sequence[dict[Key, float]],
) -> tuple[list[Row], int]:
    """Every number compared that can be, and how many can not."""
    rows, not_compared = [], 0
    for key in ours[0]:
        found = welch([run[key] for run in ours], [run[key] for run in theirs])
        if found is None:
            not_compared += 1
            continue
        rows.append(Row(number, ", ".join(features), **key._asdict(), **asdict(found)))
    return rows, not_compared


def _together(places: Sequence[OfPlace]) -> list[Together]:
    """Each measure over all places, and over those with each feature; three places at least."""
    rows = []
    measures = dict.fromkeys(row.measure for place in places for row in place.rows)
    features = dict.fromkeys(name for place in places for name in place.features)
    for feature in ("", *sorted(features)):
        for measure in measures:
            mean_z = []
            for place in places:
                z = [row.difference.z for row in place.rows if row.measure == measure]
                if z and (not feature or feature in place.features):
                    mean_z.append(float(np.mean(z)))
            if len(mean_z) >= 3:
                rows.append(Together(measure, feature, len(mean_z), *together(mean_z)))
    return rows


def _one_after_another(
    seed: int, days: int, replications: int, matter: bool, keep: Path | None
) -> Callable[[int], OfPlace]:
    """The work on each place, by its number; what is kept is not done again."""
    asked = {"seed": seed, "days": days, "replications": replications, "matter": matter}

    def work(number: int) -> OfPlace:
        file = keep / f"place-{number}.json" if keep else None
        which = random_place(seed, number)
        if file and file.is_file():
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["asked"] == asked and kept["yaml"] == which.yaml():
                return _read(kept["found"])
        found = compare_place(which, seed, days, replications, matter)
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(
                {"asked": asked, "yaml": which.yaml(), "found": asdict(found)}, indent=1
            )
            part = file.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(file)
        return found

    return work


def _read(found: dict[str, Any]) -> OfPlace:
    """A place's results as they were kept."""
    columns: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in found.items()
    }
    return OfPlace(**{**columns, "rows": tuple(Row(**row) for row in found["rows"])})
