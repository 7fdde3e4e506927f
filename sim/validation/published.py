"""Published models: each experiment of a folder with the published figures that it names."""

from dataclasses import dataclass
from pathlib import Path

from sim.experiment.benchmarks import Benchmark, Benchmarks
from sim.experiment.making.replicate import Replication
from sim.experiment.scores import NOUGHT_IF_ABSENT, Key, key_of
from sim.experiment.sources import Scenario
from sim.experiment.study import Study, load_experiment
from sim.measures.definitions import MEASURES
from sim.place.problems import input_error
from sim.validation.case import Case, Pairs, Trial, beside_exact
from sim.validation.exact_means import exact_mean
from sim.validation.figures import Figure


@dataclass(frozen=True)
class Published:
    """The published models of a folder, and the experiments there that name no figures."""

    cases: tuple[Case, ...]
    without_figures: tuple[str, ...]


def published(folder: Path, quick: bool) -> Published:
    """Every experiment of a folder that names published figures, in order of file name.

    Raises:
        InputError: there is no such folder, or no experiment in it, or one of them is wrong.
    """
    if not folder.is_dir():
        raise input_error(
            folder,
            "no such folder; name the folder of the published experiments (experiments/published "
            "in careflow's repository)",
        )
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise input_error(folder, "the folder has no experiment in it (files named .yaml)")
    cases, without = [], []
    for file in files:
        study = load_experiment(file)
        if study.benchmarks is None:
            without.append(study.experiment.experiment)
        else:
            cases.append(_case(study, study.benchmarks, quick))
    return Published(tuple(cases), tuple(without))


def _case(study: Study, benchmarks: Benchmarks, quick: bool) -> Case:
    shorter = benchmarks.quick if quick else None
    names = shorter.scenarios if shorter and shorter.scenarios else tuple(study.scenarios)
    trials = []
    for name in names:
        first = name == next(iter(study.scenarios))
        rows = [
            row
            for row in benchmarks.rows
            if row.scenario == name or (first and row.scenario is None)
        ]
        if rows:
            number = shorter.replications if shorter else study.experiment.replications
            trials.append(_trial(study, benchmarks, study.scenarios[name], rows, number))
    return Case(
        study.path.stem,
        study.experiment.experiment,
        benchmarks.about or "",
        benchmarks.benchmarks,
        tuple(trials),
        study.path,
        benchmarks.at_most_outside,
    )


def _trial(
    study: Study,
    benchmarks: Benchmarks,
    scenario: Scenario,
    rows: list[Benchmark],
    replications: int,
) -> Trial:
    experiment = study.experiment
    figures = [_figure(row, benchmarks.standard_error_at_least) for row in rows]
    keys = [_key(row) for row in rows]
    if benchmarks.exact_means:
        for name in dict.fromkeys(row.setting for row in rows if row.setting):
            value = exact_mean(scenario.place, name, experiment.days)
            if value is not None and experiment.warm_up == 0:
                title = f"{name}: {MEASURES['occupied'].title}"
                figures.append(
                    Figure(title, value, beside_exact(replications), "Exact mean (M_t/G/infinity)")
                )
                keys.append(key_of("occupied", name))
    return Trial(
        scenario.place,
        experiment.days,
        experiment.warm_up,
        experiment.seed,
        replications,
        Reading(study.path, tuple(keys)),
        tuple(figures),
        name=scenario.name,
        phases=scenario.phases,
        beds_tried=tuple(each.as_measured() for each in experiment.beds_tried),
    )


def _figure(row: Benchmark, error_at_least: float) -> Figure:
    measure = MEASURES[row.measure]
    about = [row.setting, row.team, row.locality, row.reason, row.body, row.part]
    where = ", ".join(word for word in about if word)
    return Figure(
        row.title or (f"{where}: {measure.title}" if where else measure.title),
        row.value,
        row.within,
        row.source,
        row.standard_error,
        error_at_least,
        differs=" ".join((row.differs or "").split()),
        note=" ".join((row.note or "").split()),
    )


def _key(row: Benchmark) -> Key:
    """A row's measure as it is stored; a setting's or team's locality says nothing more."""
    locality = "" if row.setting or row.team else row.locality or ""
    return (
        row.measure, row.setting or "", row.team or "", locality, "", row.reason or "",
        row.body or "", row.part or "",
    )  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """Reads the measures of some keys from a run."""

    file: Path
    keys: tuple[Key, ...]

    def __call__(self, result: Replication) -> Pairs:
        """The numerator and denominator of each.

        Raises:
            InputError: a run has no such measure.
        """
        found = {}
        for row in result.measured.rows:
            locality = "" if row.setting or row.team else row.locality
            key = (
                row.measure, row.setting, row.team, locality, row.group, row.reason, row.body,
                row.part,
            )  # fmt: skip
            found[key] = row.numerator, row.denominator
        return [found[key] if key in found else self._absent(key) for key in self.keys]

    def _absent(self, key: Key) -> tuple[float, float]:
        if key[0] in NOUGHT_IF_ABSENT:
            return 0.0, 1.0
        what = ", ".join(word for word in key if word)
        raise input_error(
            self.file, f"its published figures name {what}, which its runs do not measure"
        )
