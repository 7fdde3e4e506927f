"""An experiment gives the same bytes however it was run, and however it was stopped."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim.experiment.carry_out import carry_out
from sim.experiment.folder.run_tables import EXAMPLES
from sim.experiment.folder.store import read_records, run_path
from sim.experiment.intervals import paired_difference, pooled
from sim.experiment.making.lab import Progress
from sim.experiment.making.replicate import replicate
from sim.experiment.results import compare_with, open_results, write_tables
from sim.experiment.study import load_experiment
from sim.patients.plan import make_plan
from sim.place.problems import InputError

ROOT = Path(__file__).parents[3]

PLACE = """
place: Little Town
start_date: 2025-01-06
organisations: {trust: {body: NHS}, council: {body: social care}}
settings:
  ward: {beds: 40, acute: yes, organisation: trust, cost_per_day: 400,
         stay: {lognormal: {mean: 5, sd: 5}}}
  home-care: {places: 28, organisation: council, cost_per_day: 60,
              stay: {exponential: {mean: 15}}}
exits: {home: {}}
transfers:
  to-care:
    arrange: [{task: refer, takes: {exponential: {mean: 1}}, reason: referral-to-hub}]
    hand_over: [{task: transport, takes: 6 hours, reason: transport}]
routes:
  ward: {home: {share: rest, pathway: P0},
         home-care: {share: 0.25, pathway: P1, transfer: to-care}}
  home-care: {home: 1}
patients: {adults: {arrives_at: ward, per_day: 7}}
"""
LEVER = """
lever: more-care
title: More home care
how: Six more people can be cared for at once.
change: {settings.home-care.places: {plus: 6}}
costs: {council: 50000}
evidence: {strength: none, says: An example., source: None}
"""
EXPERIMENT = """
experiment: Little Town
question: Would more home care help?
place: place.yaml
levers: levers
scenarios: {as it is: [], more care: [more-care]}
days: 120
warm_up: 30
replications: 24
seed: 5
compare_on: [delayed_bed_days, cost_per_year]
keep: logs
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    (tmp_path / "levers").mkdir()
    (tmp_path / "place.yaml").write_text(PLACE)
    (tmp_path / "levers" / "more-care.yaml").write_text(LEVER)
    (tmp_path / "experiment.yaml").write_text(EXPERIMENT)
    return tmp_path / "experiment.yaml"


def run_all(experiment: Path, folder: Path, workers: int = 1) -> Path:
    study = load_experiment(experiment)
    carry_out(study, folder, workers)
    write_tables(open_results(folder))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """What must not differ: the replications, the tables, the manifest."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".html"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}


def start(experiment: Path, folder: Path, workers: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sim", "run", str(experiment), "--out", str(folder)]
    return subprocess.Popen(
        [*command, "--workers", str(workers)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_runs(folder: Path, number: int) -> None:
    for _ in range(600):
        if len(list(folder.glob("runs/*/*.parquet"))) >= number:
            return
        time.sleep(0.05)
    raise AssertionError("the run did not begin")


def children_of(pid: int) -> list[int]:
    """The worker processes: children that run Python's spawned main."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if int(status[1]) == pid and b"spawn_main" in command:
                found.append(int(entry.name))
    return found


def test_one_and_two_workers_give_the_same_bytes(experiment: Path, tmp_path: Path) -> None:
    one = contents(run_all(experiment, tmp_path / "one", workers=1))
    two = contents(run_all(experiment, tmp_path / "two", workers=2))
    assert one.keys() == two.keys()
    assert one == two
    assert sum(name.endswith(".parquet") for name in one) == 48


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="kills by process number")
def test_a_run_killed_half_way_and_taken_up_again_gives_the_same_bytes(
    experiment: Path, tmp_path: Path
) -> None:
    whole = contents(run_all(experiment, tmp_path / "whole"))
    killed = tmp_path / "killed"
    process = start(experiment, killed, workers=2)
    wait_for_runs(killed, 10)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = len(list(killed.glob("runs/*/*.parquet")))
    assert 10 <= before < 48
    assert contents(run_all(experiment, killed, workers=2)) == whole


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="kills by process number")
def test_a_worker_that_is_killed_is_replaced_and_the_bytes_are_the_same(
    experiment: Path, tmp_path: Path
) -> None:
    whole = contents(run_all(experiment, tmp_path / "whole"))
    hit = tmp_path / "hit"
    process = start(experiment, hit, workers=2)
    wait_for_runs(hit, 4)
    victims = children_of(process.pid)
    assert victims
    os.kill(victims[0], signal.SIGKILL)
    assert process.wait(timeout=120) == 0
    assert contents(hit) == whole


def test_workers_that_die_again_and_again_end_the_run_with_advice(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment.making import runner

    monkeypatch.setattr(runner, "_work", _die)
    monkeypatch.setattr(runner, "MAX_DEATHS", 1)
    with pytest.raises(runner.WorkersDied, match="--workers 1"):
        run_all(experiment, tmp_path / "out", workers=2)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_broken_file_is_made_again(experiment: Path, tmp_path: Path) -> None:
    folder = run_all(experiment, tmp_path / "out")
    whole = contents(folder)
    broken = run_path(folder, "more-care", 3)
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(InputError, match="missing, damaged or another"):
        open_results(folder)
    assert contents(run_all(experiment, folder)) == whole


def test_more_replications_keep_those_that_are_there(experiment: Path, tmp_path: Path) -> None:
    folder = run_all(experiment, tmp_path / "out")
    stamp = run_path(folder, "as-it-is", 0).stat().st_mtime_ns
    experiment.write_text(EXPERIMENT.replace("replications: 24", "replications: 26"))
    run_all(experiment, folder)
    assert run_path(folder, "as-it-is", 0).stat().st_mtime_ns == stamp
    assert run_path(folder, "as-it-is", 25).exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seed: 5", "seed: 6", "seed is 5 there and 6 here"),
        ("days: 120", "days: 100", "days is 120 there"),
        ("warm_up: 30", "warm_up: 20", "warm_up is 30 there"),
        ("keep: logs", "keep: summary", "keep is 'logs' there"),
        ("more care: [more-care]", "more care: []", "'more care' has another place"),
    ],
)
def test_results_of_another_experiment_are_refused(
    experiment: Path, tmp_path: Path, old: str, new: str, said: str
) -> None:
    experiment.write_text(EXPERIMENT.replace("24", "2"))
    folder = run_all(experiment, tmp_path / "out")
    experiment.write_text(EXPERIMENT.replace("24", "2").replace(old, new))
    before = contents(folder)
    with pytest.raises(InputError, match=said):
        run_all(experiment, folder)
    assert contents(folder) == before


def test_a_folder_with_other_files_is_refused(experiment: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match="other files"):
        run_all(experiment, folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.docx"]


def test_a_manifest_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    for text, said in (("not json", "can't be read"), ("[]", "not a manifest")):
        (folder / "manifest.json").write_text(text)
        with pytest.raises(InputError, match=said):
            open_results(folder)
    with pytest.raises(InputError, match=r"no manifest\.json"):
        open_results(tmp_path / "nowhere")


def test_results_of_another_version_are_refused(experiment: Path, tmp_path: Path) -> None:
    experiment.write_text(EXPERIMENT.replace("24", "2"))
    folder = run_all(experiment, tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "careflow": "0.0.1"}))
    with pytest.raises(InputError, match=r"careflow is 0\.0\.1 there and"):
        run_all(experiment, folder)


def test_logs_hold_every_stay_and_task_and_add_up(experiment: Path, tmp_path: Path) -> None:
    folder = run_all(experiment, tmp_path / "out")
    path = run_path(folder, "as-it-is", 0)
    stays = read_records(path, "stay", ["patient", "setting", "admitted_at", "left_at"]).to_pandas()
    tasks = read_records(path, "task", ["patient", "task", "due_at", "done_at"]).to_pandas()
    measures = read_records(
        path, "measure", ["measure", "setting", "numerator", "denominator"]
    ).to_pandas()
    occupied = measures[(measures.measure == "occupied") & (measures.setting == "ward")].numerator
    ward = stays[stays.setting == "ward"]
    inside = ward.left_at.fillna(150).clip(30, 150) - ward.admitted_at.clip(30, 150)
    assert inside.sum() / 120 == pytest.approx(occupied.iloc[0], abs=1e-9)
    assert set(tasks.task) == {"refer", "transport"}
    assert (tasks.done_at.dropna() >= tasks.due_at[tasks.done_at.notna()]).all()


def test_without_logs_a_file_holds_measures_days_and_a_few_journeys_of_each_pathway(
    experiment: Path, tmp_path: Path
) -> None:
    experiment.write_text(EXPERIMENT.replace("keep: logs", "keep: summary").replace("24", "1"))
    folder = run_all(experiment, tmp_path / "out")
    table = pq.read_table(run_path(folder, "as-it-is", 0)).to_pandas()
    assert set(table.record) == {"measure", "day", "journey", "journey_task"}
    journeys = table[table.record == "journey"]
    assert set(journeys.pathway.dropna()) >= {"P0", "P1"}
    by_pathway = journeys.groupby("pathway", observed=True).patient.nunique()
    assert by_pathway.max() <= EXAMPLES
    tasks = table[table.record == "journey_task"]
    assert set(tasks.patient) <= set(journeys.patient)
    assert (tasks.done_at.dropna() >= tasks.due_at[tasks.done_at.notna()]).all()
    assert (table[table.record == "day"].groupby("setting", observed=True).size() == 150).all()


def test_comparison_is_the_paired_difference_and_its_sign_follows_the_baseline(
    experiment: Path, tmp_path: Path
) -> None:
    folder = run_all(experiment, tmp_path / "out")
    summary = pd.read_csv(folder / "summary.csv")
    comparison = pd.read_csv(folder / "comparison.csv")

    def whole(table: pd.DataFrame, scenario: str) -> pd.Series:
        dimensions = ["setting", "locality", "group", "reason", "body"]
        rows = table[(table.measure == "delayed_bed_days") & (table.scenario == scenario)]
        return rows[rows[dimensions].isna().all(axis=1)].iloc[0]

    difference = whole(comparison, "more care")
    expected = whole(summary, "more care")["mean"] - whole(summary, "as it is")["mean"]
    assert difference.difference == pytest.approx(expected)
    assert difference.low < difference.difference < difference.high
    assert difference.share_better > 0.8
    other, path = compare_with(open_results(folder), "more care")
    assert path.name == "comparison-with-more-care.csv"
    turned = whole(other.replace("", None), "as it is")
    assert turned.difference == pytest.approx(-expected)
    with pytest.raises(InputError, match="did you mean 'more care'"):
        compare_with(open_results(folder), "more cares")


def test_levers_costs_are_part_of_the_money(experiment: Path, tmp_path: Path) -> None:
    folder = run_all(experiment, tmp_path / "out")
    summary = pd.read_csv(folder / "summary.csv")
    cost = summary[summary.measure == "cost_per_year"]
    dimensions = ["setting", "locality", "group", "reason"]
    by_body = cost[cost[dimensions].isna().all(axis=1)].set_index(["scenario", "body"])["mean"]
    care = summary[(summary.measure == "occupied") & (summary.setting == "home-care")]
    people = care.set_index("scenario")["mean"]
    for scenario, lever in (("as it is", 0), ("more care", 50_000)):
        assert by_body[scenario, "social care"] == pytest.approx(
            people[scenario] * 60 * 365 + lever
        )


@pytest.mark.slow
def test_the_same_patients_make_differences_far_surer_than_other_patients() -> None:
    """On the BNSSG experiment, paired against independent: a variance many times smaller."""
    study = load_experiment(ROOT / "experiments" / "bnssg.yaml")
    base, other = study.scenarios["as it was"], study.scenarios["more P2 beds"]
    values = {}
    for name, scenario, first in (("a", base, 0), ("b", other, 0), ("c", other, 100)):
        plan = make_plan(scenario.place)
        runs = [replicate(plan, 181, 0, 1, first + i) for i in range(20)]
        values[name] = pd.Series(
            [next(r.numerator for r in run.measured.rows if r.measure == "delayed_bed_days")
             for run in runs]
        )  # fmt: skip
    paired = (values["b"] - values["a"]).var()
    independent = (values["c"] - values["a"]).var()
    assert independent / paired > 4


def test_one_replication_has_no_interval() -> None:
    one = pd.Series([3.0]).to_numpy()
    assert pooled(one, one / one).low != pooled(one, one / one).low
    assert paired_difference(one, one / one, one, one / one).mean == 0


class Heard(Progress):
    def __init__(self, heard: list[tuple[str, int]]) -> None:
        self.heard = heard

    def there(self, scenario: str, replication: int, was_made: bool) -> None:
        assert was_made
        self.heard.append((scenario, replication))


def test_progress_is_told_of_every_replication(experiment: Path, tmp_path: Path) -> None:
    study = load_experiment(experiment, replications=3)
    folder = tmp_path / "out"
    heard: list[tuple[str, int]] = []
    carry_out(study, folder, 2, Heard(heard))
    assert sorted(heard) == sorted((name, n) for name in study.scenarios for n in range(3))
    assert threading.active_count() < 20
    shutil.rmtree(folder)
