"""Searches whose answers are known: Erlang's formulas, and a stroke network by enumeration.

    python -m benchmarks.searches wait [CASES]     Erlang C: share waiting at most a target
    python -m benchmarks.searches loss [CASES]     Erlang loss: people turned away at most a target
    python -m benchmarks.searches close [CASES]    answers so near a target that chance can't tell
    python -m benchmarks.searches stroke           four units that block one another, three targets

The answer and the next smaller capacity are a tenth of the target or more from it; in ``close``
one of them is within 3%. Prints each case, and how many were right, undecided and false.
"""

import argparse
import itertools
import math
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.experiment.making.lab import Lab
from sim.experiment.making.replicate import replicate
from sim.experiment.search.line import Line
from sim.experiment.search.search import candidate
from sim.experiment.search.searching import find
from sim.experiment.search.together import Joint
from sim.experiment.study import Study, load_experiment
from sim.patients.plan import Plan, make_plan
from sim.validation.theory.formulas import erlang_b, erlang_c

WARD = """
place: One ward
start_date: 2024-01-01
bank_holidays: as usual
settings: {{ward: {{beds: 5, acute: yes, stay: {{exponential: {{mean: 1}}}}{more}}}}}
exits: {{home: {{}}}}
routes: {{ward: {{home: 1}}}}
patients: {{people: {{arrives_at: ward, per_day: {load}}}}}
"""
SEARCH = """
experiment: How few
question: How few beds will do?
place: place.yaml
scenarios: {{as it is: []}}
days: {days}
warm_up: 20
replications: 1
seed: {seed}
compare_on: [{{measure: occupied, setting: {first}}}]
search:
"""
STROKE = """
place: Four stroke units
start_date: 2024-01-01
bank_holidays: as usual
settings:
  hyperacute: {beds: 9, acute: yes, stay: {exponential: {mean: 2}}}
  acute-stroke: {beds: 12, acute: yes, stay: {lognormal: {mean: 4, sd: 4}}}
  rehabilitation: {beds: 10, stay: {exponential: {mean: 7}}}
  supported-discharge: {places: 9, stay: {exponential: {mean: 5}}}
exits: {home: {}}
routes:
  hyperacute: {acute-stroke: 0.8, supported-discharge: 0.1, home: rest}
  acute-stroke: {rehabilitation: 0.4, supported-discharge: 0.3, home: rest}
  rehabilitation: {supported-discharge: 0.4, home: rest}
  supported-discharge: {home: 1}
patients: {stroke: {arrives_at: hyperacute, per_day: 2}}
"""
UNITS = {
    "hyperacute": ("beds", 20), "acute-stroke": ("beds", 26), "rehabilitation": ("beds", 26),
    "supported-discharge": ("places", 22),
}  # fmt: skip
"""Each unit's kind of space, and the most that are tried."""
LEVELS = (0.01, 0.05, 0.1)
Vector = tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """A load, the fewest beds that meet the target, and the target."""

    load: float
    beds: int
    target: float


def cases(kind: str, near: float, far: float, seed: int, number: int) -> Iterator[Case]:
    """Cases of which the answer, or the next smaller capacity, is so far from the target.

    ``near`` and ``far`` are parts of the target; neither of the two is nearer than ``near``.
    """
    formula = erlang_b if kind == "loss" else erlang_c
    chance = random.Random(seed)
    while number:
        load = round(chance.uniform(2, 14), 2)
        beds = chance.randint(math.ceil(load) + 1, math.ceil(load) + 9)
        meets = formula(beds, load)
        misses = formula(beds - 1, load) if beds - 1 > load or kind == "loss" else 1.0
        apart = chance.uniform(near, far)
        target = meets / (1 - apart) if chance.random() < 0.5 else misses / (1 + apart)
        gap = min((target - meets) / target, (misses - target) / target)
        if 0.01 <= meets <= 0.3 and near <= gap <= far:
            number -= 1
            yield Case(load, beds, float(f"{target:.5g}"))


def study_of(folder: Path, place: str, search: str, days: int, seed: int, first: str) -> Study:
    """An experiment with one section ``search``, in files of its own."""
    (folder / "place.yaml").write_text(place)
    head = SEARCH.format(days=days, seed=seed, first=first)
    (folder / "experiment.yaml").write_text(head + search)
    return load_experiment(folder / "experiment.yaml")


def fewest_beds(case: Case, kind: str, limit: int) -> tuple[Line, int]:
    """What the search answers, and how many runs it took."""
    more, measure, target = "", "share_waiting", case.target
    if kind == "loss":
        more, measure = ", queue_limit: 0", "turned_away_per_day"
        target = case.target * case.load
    first, last = max(1, math.ceil(case.load) - 2), math.ceil(case.load) + 16
    search = f"""
  beds:
    smallest: {{settings.ward.beds: {{from: {first}, to: {last}}}}}
    so_that: [{{measure: {measure}, setting: ward, at_most: {target:.10g}}}]
    replications_at_most: {limit}
"""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        seed = int(case.load * 1000 + case.target * 1e6)
        place = WARD.format(load=case.load, more=more)
        study = study_of(folder, place, search, 600, seed, "ward")
        (asked,) = study.experiment.search.values()
        with Lab(study, folder / "results", 1) as lab:
            found = lab.carry_out(find(asked, study.variant_named(None)))
    assert isinstance(found.answer, Line)
    return found.answer, sum(each.replications for _, each in found.tried)


def erlang(kind: str, chosen: Sequence[Case], limit: int) -> None:
    """Search for each case's fewest beds, and count what came out."""
    counted = {"exact": 0, "undecided": 0, "false": 0}
    for case in chosen:
        began = time.monotonic()
        answer, runs = fewest_beds(case, kind, limit)
        too_few = answer.meets is not None and answer.meets < case.beds
        too_many = answer.misses is not None and answer.misses >= case.beds
        is_exact = (answer.meets, answer.misses) == (case.beds, case.beds - 1)
        says = "false" if too_few or too_many else "exact" if is_exact else "undecided"
        counted[says] += 1
        print(
            f"{kind} load {case.load:g} target {case.target:g}: {case.beds} beds; {says}, "
            f"missed {answer.misses}, open {answer.open}, met {answer.meets}; {runs} runs, "
            f"{time.monotonic() - began:.0f} s", flush=True,
        )  # fmt: skip
    print(kind, counted)


def stroke(days: int = 500, limit: int = 250, most: int = 80) -> None:
    """Search for the fewest beds of four units, then try every smaller vector one bed around."""
    search = ""
    for level in LEVELS:
        ranges = "".join(
            f"      settings.{unit}.{space}: {{from: 1, to: {last}}}\n"
            for unit, (space, last) in UNITS.items()
        )
        targets = "".join(
            f"      - {{measure: share_waiting, setting: {unit}, at_most: {level}}}\n"
            for unit in UNITS
        )
        search += f"  at most {level}:\n    smallest:\n{ranges}    so_that:\n{targets}"
        search += f"    replications_at_most: {limit}\n"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        study = study_of(folder, STROKE, search, days, 5, "hyperacute")
        found: dict[float, Vector] = {}
        with Lab(study, folder / "results", 1) as lab:
            for level, asked in zip(LEVELS, study.experiment.search.values(), strict=True):
                answer = lab.carry_out(find(asked, study.variant_named(None))).answer
                assert isinstance(answer, Joint)
                assert answer.values is not None
                found[level] = answer.values
                print(f"at most {level}: {answer.values}, open {answer.open}", flush=True)
        everything = Enumeration(study, most)
        for level, best in found.items():
            around = itertools.product(*((each - 1, each, each + 1) for each in best))
            smaller = [vector for vector in around if sum(vector) <= sum(best)]
            meets = [vector for vector in smaller if everything.meets(vector, level)]
            least = min(map(sum, meets), default=math.nan)
            print(
                f"at most {level}: of {len(smaller)} vectors no larger, {len(meets)} meet it; the "
                f"smallest of these: {[each for each in meets if sum(each) == least]}", flush=True,
            )  # fmt: skip


class Enumeration:
    """The shares of waiting of vectors of beds, by runs on other patients than the search's."""

    def __init__(self, study: Study, most: int) -> None:
        self.study, self.most = study, most
        self.tried: dict[Vector, tuple[Plan, list[np.ndarray]]] = {}

    def meets(self, vector: Vector, level: float) -> bool:
        """Whether every unit's share is at most the level; stops early where all is clear."""
        if vector not in self.tried:
            asked = next(iter(self.study.experiment.search.values()))
            variant = candidate(asked, self.study.variant_named(None), vector)
            self.tried[vector] = make_plan(self.study.scenario_of(variant).place), []
        plan, runs = self.tried[vector]
        while True:
            if len(runs) >= 10 and len(runs) % 5 == 0:
                top, bottom = np.array(runs).transpose(1, 0, 2)
                share = top.sum(axis=0) / bottom.sum(axis=0)
                error = (top - share * bottom).std(axis=0, ddof=1) / bottom.mean(axis=0)
                far = np.abs(share - level) > 6 * error / len(runs) ** 0.5 + 1e-9
                if far.all() or (far & (share > level)).any() or len(runs) >= self.most:
                    return bool((share <= level).all())
            runs.append(self._run(plan, len(runs)))

    def _run(self, plan: Plan, number: int) -> np.ndarray:
        experiment = self.study.experiment
        run = replicate(plan, experiment.days, experiment.warm_up, 77, number)
        rows = {
            row.setting: (row.numerator, row.denominator)
            for row in run.measured.rows if row.measure == "share_waiting"
        }  # fmt: skip
        return np.array([rows[unit] for unit in UNITS]).T


def main() -> None:
    """Read the command line, search, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("wait", "loss", "close", "stroke"))
    parser.add_argument("cases", type=int, nargs="?", default=15)
    chosen = parser.parse_args()
    if chosen.what == "stroke":
        stroke()
    elif chosen.what == "close":
        erlang("wait", list(cases("wait", 0.002, 0.03, 13, chosen.cases)), 100)
    else:
        seed = {"wait": 11, "loss": 12}[chosen.what]
        erlang(chosen.what, list(cases(chosen.what, 0.1, 0.25, seed, chosen.cases)), 400)


if __name__ == "__main__":
    main()
