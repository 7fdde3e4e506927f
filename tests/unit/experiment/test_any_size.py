"""The same experiment as shards, in one piece, or on a cluster: the same bytes, nothing lost."""

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.experiment import carry_out as carrying
from sim.experiment.carry_out import carry_out, foresee
from sim.experiment.folder.merge import merge
from sim.experiment.folder.store import run_path
from sim.experiment.making.lab import Lab, Procedure
from sim.experiment.making.outlook import Outlook
from sim.experiment.making.runner import WorkersDied
from sim.experiment.making.shares import Share, read_share
from sim.experiment.results import open_results
from sim.experiment.scores import key_of
from sim.experiment.study import load_experiment
from sim.experiment.variants import Change, Variant
from sim.place.problems import InputError
from tests.behaviour import test_warm_up_found as ward
from tests.conftest import Command
from tests.unit.experiment.little_town import ROOT, contents, copied, write_experiment

FLAGSHIP = [
    ROOT / "experiments" / "coordination.yaml", "--replications", 2, "--draws", 0, "--days", 60,
    "--scenario", "as it is", "--scenario", "one transfer hub", "--scenario", "more home care",
]  # fmt: skip


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return write_experiment(tmp_path / "files")


def runs(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.glob("runs/*/*.parquet")}


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[Any]:
    """A Dask cluster of so many processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def pids(made: Any) -> list[int]:
    return [worker.process.pid for worker in made.workers.values()]


@pytest.mark.slow
def test_the_flagship_in_short_is_the_same_on_processes_as_shards_and_on_a_cluster(
    careflow: Command, tmp_path: Path
) -> None:
    local, merged, on_dask = (tmp_path / name for name in ("local", "merged", "dask"))
    assert careflow("run", *FLAGSHIP, "--out", local, "--workers", 2)[0] == 0
    shards = [tmp_path / f"shard{n}" for n in range(1, 5)]
    for n, shard in enumerate(shards, 1):
        words = ("--shard", f"{n}/4", "--workers", 1, "--out", shard)
        assert careflow("run", *FLAGSHIP, *words)[0] == 0
    held = [runs(shard) for shard in shards]
    assert sorted(map(len, held)) == [1, 1, 2, 2]
    assert len(set.union(*held)) == 6
    assert careflow("merge", *shards, "--out", merged)[0] == 0
    assert contents(merged) == contents(local)

    with cluster(2) as made:
        victim = pids(made)[0]
        killer = threading.Thread(target=kill_when_begun, args=(on_dask, victim))
        killer.start()
        code, _, err = careflow("run", *FLAGSHIP, "--out", on_dask, "--on", made.scheduler_address)
        killer.join()
        assert code == 0, err
        assert victim not in pids(made)
    assert contents(on_dask) == contents(local)


def kill_when_begun(folder: Path, pid: int) -> None:
    """Kill a worker while it makes a replication: the first, made here, is there by then."""
    while not runs(folder):
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(pid, signal.SIGKILL)


def test_a_share_is_every_so_manieth_and_is_written_plainly() -> None:
    assert read_share("2/4") == Share(2, 4)
    held = [[n for n in range(11) if Share(i, 4).has(n)] for i in range(1, 5)]
    assert sorted(n for each in held for n in each) == list(range(11))
    for wrong in ("0/4", "5/4", "4", "1/0", "-1/4", "a/b", "1/99999", ""):
        with pytest.raises(InputError, match="such as 2/4"):
            read_share(wrong)


def test_shards_have_folders_of_their_own_that_are_no_results_yet(
    experiment: Path, careflow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = careflow("run", experiment, "--shard", "2/3", "--workers", 1)
    assert code == 0
    assert "Shard 2 of 3 is in results/experiment-shard-2-of-3" in out
    folder = tmp_path / "results" / "experiment-shard-2-of-3"
    assert {path.name for path in folder.iterdir()} - {".lock"} == {"manifest.json", "runs"}
    assert json.loads((folder / "manifest.json").read_text())["shard"] == {"number": 2, "of": 3}
    code, _, err = careflow("report", folder)
    assert code == 2
    assert "this is shard 2 of 3; put them together: careflow merge" in err
    code, _, err = careflow("run", experiment, "--shard", "1/3", "--out", folder)
    assert code == 2
    assert "the folder is shard 2 of 3 there and shard 1 of 3 here" in err


def test_a_shard_that_is_missing_is_named_and_the_rest_is_made_on_the_merged_folder(
    experiment: Path, careflow: Command, tmp_path: Path
) -> None:
    study = load_experiment(experiment)
    shards = [tmp_path / f"shard{n}" for n in (1, 2, 3)]
    for n, shard in enumerate(shards, 1):
        carry_out(study, shard, 1, share=Share(n, 3))
    out, whole = tmp_path / "out", tmp_path / "whole"
    code, said, _ = careflow("merge", *shards[:2], "--out", out)
    assert code == 1
    assert "4 replications are together" in said
    assert "Still to be made: 1 of as it is" in said
    assert "Still to be made: 1 of more care" in said
    assert f"careflow run EXPERIMENT --out {out}" in said
    with pytest.raises(InputError, match="not finished"):
        open_results(out)
    later = copied(out, tmp_path / "later")
    assert careflow("merge", shards[2], later, "--out", out)[0] == 0
    assert careflow("run", experiment, "--out", later, "--workers", 1)[0] == 0
    assert careflow("run", experiment, "--out", whole, "--workers", 1)[0] == 0
    assert contents(out) == contents(later) == contents(whole)
    code, _, err = careflow("run", experiment, "--out", out, "--shard", "1/3")
    assert code == 2
    assert "holds the whole experiment, not shard 1 of 3" in err


def test_more_replications_made_elsewhere_go_with_fewer(
    experiment: Path, careflow: Command, tmp_path: Path
) -> None:
    few, many, out = tmp_path / "few", tmp_path / "many", tmp_path / "out"
    carry_out(load_experiment(experiment), few, 1)
    carry_out(load_experiment(experiment, replications=5), many, 1)
    assert careflow("merge", few, many, "--out", out)[0] == 0
    assert open_results(out).replications == {"as it is": 5, "more care": 5}


def test_what_does_not_belong_is_not_merged_and_the_difference_is_said(
    experiment: Path, tmp_path: Path
) -> None:
    text = experiment.read_text()
    one, other, out = tmp_path / "one", tmp_path / "other", tmp_path / "out"
    carry_out(load_experiment(experiment), one, 1)
    place = experiment.parent / "place.yaml"
    for file, old, new, said in (
        (experiment, "seed: 5", "seed: 6", "seed is 6 there and 5 here"),
        (place, "beds: 40", "beds: 41", "'as it is' has another place"),
        (experiment, "help?", "help much?", "question is .* there and"),
        (experiment, "more care:", "much care:", "its scenarios are"),
    ):
        before = file.read_text()
        file.write_text(before.replace(old, new))
        carry_out(load_experiment(experiment), other, 1)
        file.write_text(before)
        with pytest.raises(InputError, match=said):
            merge([one, other], out)
        assert not out.exists()
        shutil.rmtree(other)
    assert experiment.read_text() == text
    manifest = json.loads((one / "manifest.json").read_text())
    copied(one, other)
    manifest["versions"]["numpy"] = "1.0"
    (other / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=r"numpy is 1\.0 there and"):
        merge([one, other], out)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.docx").write_text("precious")
    with pytest.raises(InputError, match="other files"):
        merge([one], mine)
    with pytest.raises(InputError, match="no manifest"):
        merge([mine], out)


def test_what_is_damaged_is_left_out_of_a_merge_and_said_to_be_missing(
    experiment: Path, careflow: Command, tmp_path: Path
) -> None:
    one, out = tmp_path / "one", tmp_path / "out"
    carry_out(load_experiment(experiment), one, 1)
    path = run_path(one, "more-care", 2)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + b"\0" + content[len(content) // 2 + 1 :])
    code, said, _ = careflow("merge", one, "--out", out)
    assert code == 1
    assert f"{path}: left out, for it is damaged" in said
    assert "Still to be made: 1 of more care" in said


def test_the_same_replication_with_other_numbers_is_refused(
    experiment: Path, tmp_path: Path
) -> None:
    from sim.experiment.folder.seal import OPEN, is_sealed, sealed

    one, other = tmp_path / "one", tmp_path / "other"
    carry_out(load_experiment(experiment), one, 1)
    copied(one, other)
    path = run_path(other, "as-it-is", 1)
    content = path.read_bytes()
    found = re.search(rb"sealed with SHA-256 [0-9a-f]{64}", content)
    assert found
    opened = bytearray(content.replace(found[0], OPEN))
    opened[200] ^= 1
    path.write_bytes(sealed(bytes(opened)))
    assert is_sealed(path.read_bytes())
    with pytest.raises(InputError, match="the machines calculate differently"):
        merge([one, other], tmp_path / "out")


BEDS = "settings.ward.beds"


def fewer_beds(lab: Lab) -> Procedure[list[float]]:
    """Of five numbers of beds, two runs each; then four more of the best and the worst."""
    first = next(iter(lab.study.variants.values()))
    tried = [Variant(f"{by} fewer", first.levers, (Change(BEDS, "plus", -by),)) for by in range(5)]
    key = key_of("delayed_bed_days")
    measured = yield dict.fromkeys(tried, 2)
    tried.sort(key=lambda each: float(measured[each].value(key).mean()))
    measured = yield {tried[0]: 6, tried[-1]: 6}
    return [float(scores.value(key).mean()) for scores in measured.values()]


def test_what_is_decided_on_the_way_is_made_in_shards_round_by_round(
    experiment: Path, careflow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that decides is put in the place of an experiment's own."""
    monkeypatch.setattr(
        carrying, "decide", lambda lab, _: {"search": lab.carry_out(fewer_beds(lab))}
    )
    monkeypatch.setattr(carrying, "may_add", lambda _: {"search": 18})
    monkeypatch.setattr("sim.experiment.question.Experiment.decides", ["search"])
    study = load_experiment(experiment)
    carry_out(study, tmp_path / "whole", 1)
    merged, made = None, [0]
    for turn in range(3):
        shards = []
        for n in (1, 2, 3):
            shard = tmp_path / f"turn{turn}shard{n}"
            shards.append(copied(merged, shard) if merged else shard)
            carry_out(study, shard, 1, share=Share(n, 3))
        held = [runs(shard) for shard in shards]
        new = set.union(*held)
        assert max(map(len, held)) - made[-1] <= -(-(len(new) - made[-1]) // 3)
        merged = tmp_path / f"turn{turn}"
        code, said, _ = careflow("merge", *shards, "--out", merged)
        assert code == 0
        assert "Still to be decided: search" in said
        made.append(len(new))
    assert made == [0, 16, 24, 24]
    assert merged is not None
    carry_out(study, merged, 1)
    assert contents(merged) == contents(tmp_path / "whole")


def test_what_two_scenarios_are_together_is_decided_on_the_merged_folder(
    experiment: Path, careflow: Command, tmp_path: Path
) -> None:
    """It needs all replications of several scenarios, which no shard has."""
    lever = experiment.parent / "levers" / "more-care.yaml"
    other = lever.read_text().replace("lever: more-care", "lever: beds").split("change:")[0]
    other += "change: {settings.ward.beds: {plus: 2}}\nevidence: {strength: none, says: A test.}\n"
    lever.with_name("beds.yaml").write_text(other)
    text = experiment.read_text().replace(
        "more care: [more-care]", "more care: [more-care], beds: [beds], both: [more-care, beds]"
    )
    experiment.write_text(text)
    assert careflow("run", experiment, "--out", tmp_path / "whole", "--workers", 1)[0] == 0
    assert (tmp_path / "whole" / "effects.csv").is_file()
    shards = [tmp_path / f"shard{n}" for n in (1, 2)]
    for n, shard in enumerate(shards, 1):
        words = ("--shard", f"{n}/2", "--workers", 1, "--out", shard)
        assert careflow("run", experiment, *words)[0] == 0
    code, said, _ = careflow("merge", *shards, "--out", tmp_path / "merged")
    assert code == 0
    assert "Still to be decided: design" in said
    assert careflow("run", experiment, "--out", tmp_path / "merged", "--workers", 1)[0] == 0
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")


def test_a_plan_comes_first_and_a_dry_run_writes_nothing(
    experiment: Path, careflow: Command, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    code, said, _ = careflow("run", experiment, "--out", out, "--dry-run", "--workers", 2)
    assert code == 0
    assert "Plan: 6 replications." in said
    assert re.search(r"s and \d+ kB a replication: about \d+ s 2 at a time, and \d+ kB", said)
    assert f"Nothing was written; the results would go to {out}" in said
    assert not out.parent.exists()
    code, _, err = careflow("run", experiment, "--out", out, "--workers", 1)
    assert code == 0
    assert "Plan: 6 replications." in err
    assert "6 replications run in" in err
    before = contents(out)
    words = ("--out", out, "--dry-run", "--replications", 8)
    assert (
        "Plan: 16 replications, 6 of them there already." in careflow("run", experiment, *words)[1]
    )
    words = ("--shard", "1/4", "--dry-run", "--out", tmp_path / "shard")
    assert "Plan: 2 replications." in careflow("run", experiment, *words)[1]
    assert contents(out) == before


def test_the_plan_is_of_the_size_that_the_run_then_has(experiment: Path, tmp_path: Path) -> None:
    study = load_experiment(experiment, replications=4)
    outlook = foresee(study, tmp_path / "out", 1)
    carry_out(study, tmp_path / "out", 1)
    size = sum(path.stat().st_size for path in (tmp_path / "out").glob("runs/*/*.parquet"))
    assert outlook.file_bytes * outlook.to_make == pytest.approx(size, rel=0.1)
    assert 0 < outlook.seconds < 5


def test_a_plan_says_what_may_be_added_and_what_there_is_no_room_for() -> None:
    outlook = Outlook(40, 40, 4, 90.0, 10**9, 10**10, {"search": 400, "control": 0})
    assert list(outlook.lines()) == [
        "Plan: 40 replications.",
        "90 s and 1 GB a replication: about 15 minutes 4 at a time, and 40 GB of disk.",
        "search may add up to 400 replications: about 2.5 hours, 400 GB.",
        "There are only 10 GB free on that disk.",
    ]


def test_a_cluster_that_is_not_there_is_said_plainly(
    experiment: Path, careflow: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment.making import cluster as on_dask

    monkeypatch.setattr(on_dask, "PATIENCE_SECONDS", 1)
    for address, said in (
        ("tcp://127.0.0.1:9", "no Dask scheduler answers there"),
        ("127.0.0.1", "write a Dask scheduler's address, such as"),
        ("inproc://x:1", "write a Dask scheduler's address"),
    ):
        code, _, err = careflow("run", experiment, "--out", tmp_path / "out", "--on", address)
        assert code == 2
        assert said in err
        assert "Traceback" not in err
        assert not runs(tmp_path / "out")
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ("--out", tmp_path / "out", "--on", "tcp://127.0.0.1:9")
    assert (
        "install careflow with its extra, careflow[cluster]"
        in careflow("run", experiment, *words)[2]
    )


@pytest.mark.slow
def test_a_cluster_of_other_versions_is_refused_one_without_workers_too_and_one_that_ends_is_said(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiment.folder.versions import made_here
    from sim.experiment.making import cluster as on_dask

    study = load_experiment(experiment, replications=2000)
    with cluster(0) as made:
        address = made.scheduler_address
        monkeypatch.setattr(on_dask, "PATIENCE_SECONDS", 1)
        with pytest.raises(InputError, match="this scheduler has no workers"):
            carry_out(study, tmp_path / "out", 1, on=address)
        monkeypatch.setattr(on_dask, "PATIENCE_SECONDS", 20)
        made.scale(1)
        with monkeypatch.context() as other:
            other.setitem(made_here(), "scipy", "1.0")
            with pytest.raises(
                InputError, match=r"would give other numbers: scipy is .* 1\.0 here"
            ):
                carry_out(study, tmp_path / "out", 1, on=address)
        closing = threading.Thread(target=close_when_begun, args=(tmp_path / "out", made))
        closing.start()
        with pytest.raises(WorkersDied, match=r"is lost\. What is done is kept"):
            carry_out(study, tmp_path / "out", 1, on=address)
        closing.join()
    assert 3 < len(runs(tmp_path / "out")) < 4000


def close_when_begun(folder: Path, made: Any) -> None:
    while len(runs(folder)) < 5:
        time.sleep(0.02)
    made.close(timeout=10)


def test_a_pilot_for_the_warm_up_is_shared_out_too(tmp_path: Path, careflow: Command) -> None:
    experiment = ward.write(tmp_path / "in", ward.SMALL, ward.SHORT)
    study = load_experiment(experiment)
    carry_out(study, tmp_path / "whole", 1)
    merged: Path | None = None
    for turn, made in enumerate((1, 0)):
        shards = []
        for n in (1, 2):
            shard = tmp_path / f"turn{turn}shard{n}"
            shards.append(copied(merged, shard) if merged else shard)
            carry_out(study, shard, 1, share=Share(n, 2))
        merged = tmp_path / f"turn{turn}"
        code, said, _ = careflow("merge", *shards, "--out", merged)
        assert (code, "Still to be decided: warm_up" in said) == (made, True)
        assert len(runs(merged / "pilot")) == 4
        assert len(runs(merged)) == (0 if made else 2)
    assert merged is not None
    carry_out(study, merged, 1)
    assert contents(merged) == contents(tmp_path / "whole")
