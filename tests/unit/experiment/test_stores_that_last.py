"""A results folder is never wrong: what is there is whole, and what does not belong is refused."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.cli import main
from sim.experiment.carry_out import carry_out
from sim.experiment.folder import versions
from sim.experiment.folder.seal import OPEN, is_sealed, sealed
from sim.experiment.folder.store import Identity, is_whole, read_records, run_path
from sim.experiment.making.alone import InUse, alone_on
from sim.experiment.results import FOR_PEOPLE, open_results, write_tables
from sim.experiment.study import load_experiment
from sim.place.problems import InputError
from tests.unit.experiment.little_town import (
    ROOT,
    careflow,
    command,
    contents,
    copied,
    write_experiment,
)

KILLS = 6


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The experiment, and its results as one undisturbed run leaves them."""
    folder = tmp_path_factory.mktemp("town")
    experiment = write_experiment(folder / "files")
    done = careflow("run", experiment, "--out", folder / "whole", "--workers", 1)
    assert done.returncode == 0, done.stderr
    return experiment, folder / "whole"


def run_again(experiment: Path, folder: Path) -> None:
    carry_out(load_experiment(experiment), folder, 1)
    write_tables(open_results(folder))


def runs(folder: Path) -> dict[str, bytes]:
    return {name: held for name, held in contents(folder).items() if name.startswith("runs/")}


def test_any_byte_that_changes_breaks_the_seal() -> None:
    content = sealed(b"some rows" + OPEN + b"and a footer")
    assert is_sealed(content)
    for at in range(len(content)):
        assert not is_sealed(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not is_sealed(content[:at])
    assert not is_sealed(content + b"x")
    assert not is_sealed(b"")


def test_a_flipped_bit_anywhere_in_a_file_is_found_and_the_file_made_again(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    path = run_path(folder, "more-care", 1)
    content = path.read_bytes()
    identity = Identity(load_experiment(experiment).scenarios["more care"].fingerprint, 1)
    assert is_whole(path, identity)
    chance = random.Random(1)
    places = [len(content) // 2, *(chance.randrange(len(content)) for _ in range(200))]
    for at in places:
        path.write_bytes(content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :])
        assert not is_whole(path, identity)
        with pytest.raises(InputError, match="missing or damaged; run the experiment again"):
            read_records(path, "measure", ["numerator"])
    before = {name: held for name, held in contents(folder).items() if "000001" not in name}
    for words in (["compare"], ["report"], ["export", "csv"]):
        done = careflow(*words, folder)
        assert (done.returncode, "000001.parquet" in done.stderr) == (2, True)
        assert "Traceback" not in done.stderr
    after = contents(folder)
    assert {name: after[name] for name in before} == before
    run_again(experiment, folder)
    assert runs(folder) == runs(whole)


@pytest.mark.parametrize(
    ("source", "target"),
    [("as-it-is/000000", "as-it-is/000001"), ("as-it-is/000001", "more-care/000001")],
)
def test_a_file_under_another_number_or_scenario_is_not_taken_for_it(
    town: tuple[Path, Path], tmp_path: Path, source: str, target: str
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    shutil.copy(folder / f"runs/{source}.parquet", folder / f"runs/{target}.parquet")
    with pytest.raises(InputError, match="missing, damaged or another one"):
        open_results(folder)
    run_again(experiment, folder)
    assert runs(folder) == runs(whole)


def test_a_file_of_another_version_among_the_others_is_made_again(
    town: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, whole = town
    folder, other = copied(whole, tmp_path / "out"), tmp_path / "other"
    monkeypatch.setitem(versions.made_here(), "numpy", "1.0")
    run_again_without_tables(experiment, other)
    monkeypatch.undo()
    shutil.copy(run_path(other, "as-it-is", 0), run_path(folder, "as-it-is", 0))
    with pytest.raises(InputError, match="another one"):
        open_results(folder)
    run_again(experiment, folder)
    assert runs(folder) == runs(whole)


def run_again_without_tables(experiment: Path, folder: Path) -> None:
    carry_out(load_experiment(experiment), folder, 1)


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("numpy", "1.99.0", "numpy is 1.99.0 there and"),
        ("scipy", "1.0.0", "scipy is 1.0.0 there and"),
        ("simpy", "3.0", "simpy is 3.0 there and"),
        ("pyarrow", "14.0", "pyarrow is 14.0 there and"),
        ("python", "3.10.1", "python is 3.10 there and"),
    ],
)
def test_libraries_that_numbers_depend_on_are_compared(
    town: tuple[Path, Path], tmp_path: Path, name: str, other: str, said: str
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["versions"][name] = other
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = contents(folder)
    with pytest.raises(InputError, match=said):
        run_again(experiment, folder)
    assert contents(folder) == before


def test_a_newer_pandas_or_patch_of_python_changes_no_run(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    python = ".".join([*manifest["versions"]["python"].split(".")[:2], "99"])
    manifest["versions"] |= {"pandas": "99.0", "python": python}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    run_again(experiment, folder)
    assert runs(folder) == runs(whole)


@pytest.mark.parametrize(
    "spoil",
    [
        {"scenarios": [{}]},
        {"scenarios": 3},
        {"versions": None},
        {"finished": "yes"},
        {"shard": {"number": "x"}},
        {"careflow": 1},
    ],
    ids=str,
)
def test_a_manifest_that_lacks_what_is_relied_on_is_refused(
    town: tuple[Path, Path], tmp_path: Path, spoil: dict[str, object]
) -> None:
    folder = copied(town[1], tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | spoil))
    with pytest.raises(InputError, match=r"manifest\.json: this manifest is damaged"):
        open_results(folder)


def test_a_manifest_can_not_name_a_file_outside_its_folder(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = copied(town[1], tmp_path / "out")
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"as-it-is"', '"../../as-it-is"'))
    with pytest.raises(InputError, match="this manifest is damaged"):
        open_results(folder)


def test_tables_and_report_of_fewer_runs_do_not_stand_beside_more(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    (folder / "comparison-with-more-care.csv").write_text("old")
    (folder / "notes.csv").write_text("the user's own")
    carry_out(load_experiment(experiment, replications=4), folder, 1)
    left = {name for name in contents(folder) if not name.startswith("runs/")} - {".lock"}
    assert left == {"manifest.json", "findings.json", "notes.csv"}


def test_the_second_of_two_runs_on_one_folder_is_told_so(
    town: tuple[Path, Path], tmp_path: Path
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    with alone_on(folder):
        before = contents(folder)
        for words in (["run", experiment, "--out", folder], ["report", folder]):
            done = careflow(*words)
            assert done.returncode == 1
            assert "another careflow is at work on this folder" in done.stderr
            assert "Traceback" not in done.stderr
        assert contents(folder) == before
        with pytest.raises(InUse):
            run_again(experiment, folder)
    run_again(experiment, folder)
    assert runs(folder) == runs(whole)


@pytest.mark.slow
def test_two_runs_at_once_on_one_folder_leave_what_one_would(tmp_path: Path) -> None:
    experiment = write_experiment(tmp_path / "files", replications=30)
    folder = tmp_path / "out"
    both = [
        subprocess.Popen(
            command("run", experiment, "--out", folder, "--workers", 1),
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=300)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes in ([0, 1], [0, 0])
    if codes == [0, 1]:
        assert any("another careflow is at work" in each for each in said)
    alone = careflow("run", experiment, "--out", tmp_path / "alone", "--workers", 1)
    assert alone.returncode == 0
    assert contents(folder) == contents(tmp_path / "alone")


def run_with_room_for(
    experiment: Path, folder: Path, size: int
) -> subprocess.CompletedProcess[str]:
    """Run where no file can be larger: the operating system refuses the write that goes beyond."""
    program = (
        "import resource, sys; "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size})); "
        "from sim.cli import main; main()"
    )
    words = ["run", experiment, "--out", folder, "--workers", "2"]
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("what", ["runs", "report"])
def test_where_there_is_no_room_nothing_is_half_written_and_what_is_done_is_kept(
    town: tuple[Path, Path], tmp_path: Path, what: str
) -> None:
    experiment, whole = town
    held = contents(whole)
    sizes = [len(content) for name, content in held.items() if name.startswith("runs/")]
    assert max(sizes) + 1000 < len(held["report.html"])
    room = min(sizes) - 1 if what == "runs" else max(sizes) + 1000
    folder = tmp_path / "out"
    done = run_with_room_for(experiment, folder, room)
    assert done.returncode == 1
    assert "File too large; it was not written. What is done is kept" in done.stderr
    assert "Traceback" not in done.stderr
    after = contents(folder)
    assert not [name for name in after if "partial" in name]
    assert all(held[name] == content for name, content in runs(folder).items())
    assert len(runs(folder)) == (0 if what == "runs" else len(sizes))
    assert "report.html" not in after
    again = careflow("run", experiment, "--out", folder, "--workers", 1)
    assert again.returncode == 0
    assert contents(folder) == held


def kill_at_random(
    experiment: Path, whole: Path, folder: Path, kills: int, seconds: float, seed: int
) -> list[int]:
    """Run and kill -9 so often at random moments of the so many seconds that a run takes.

    How many replications there were after each.

    What is there after a kill is looked at: runs and tables are as in the whole, or not there.
    """
    held = contents(whole)
    chance = random.Random(seed)
    there: list[int] = []
    while len(there) < kills:
        began = time.monotonic()
        process = subprocess.Popen(
            command("run", experiment, "--out", folder, "--workers", chance.choice((1, 2))),
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=chance.uniform(0.2, 1.0) * seconds)
            seconds = time.monotonic() - began
            shutil.rmtree(folder)
            continue
        except subprocess.TimeoutExpired:
            if chance.random() < 0.5:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        after = contents(folder) if folder.exists() else {}
        for name, content in after.items():
            if name != "manifest.json" and not name.endswith((".partial", ".lock")):
                assert held[name] == content, name
        there.append(len([name for name in after if name.endswith(".parquet")]))
        if len(there) < kills and chance.random() < 0.3:
            shutil.rmtree(folder, ignore_errors=True)
    return there


@pytest.mark.slow
def test_a_run_killed_at_random_moments_never_leaves_a_wrong_number(tmp_path: Path) -> None:
    experiment = write_experiment(tmp_path / "files", replications=20)
    whole, folder = tmp_path / "whole", tmp_path / "out"
    began = time.monotonic()
    assert careflow("run", experiment, "--out", whole).returncode == 0
    seconds = time.monotonic() - began
    assert any(kill_at_random(experiment, whole, folder, KILLS, seconds, seed=7))
    done = careflow("run", experiment, "--out", folder)
    assert done.returncode == 0, done.stderr
    assert contents(folder) == contents(whole)


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in path.read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up by number")
def test_workers_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    experiment = write_experiment(tmp_path / "files", replications=400)
    folder = tmp_path / "out"
    process = subprocess.Popen(
        command("run", experiment, "--out", folder, "--workers", 2),
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(1200):
        if len(list(folder.glob("runs/*/*.parquet"))) > 3:
            break
        time.sleep(0.05)
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.wait()
    for _ in range(200):
        alive = [pid for pid in workers if Path(f"/proc/{pid}").exists()]
        if not alive:
            return
        time.sleep(0.05)
    raise AssertionError(f"still there: {alive}")


def test_no_traceback_when_the_lock_says_in_use(
    town: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    experiment, whole = town
    folder = copied(whole, tmp_path / "out")
    words = ["careflow", "run", str(experiment), "--out", str(folder), "--workers", "1"]
    monkeypatch.setattr(sys, "argv", words)
    with alone_on(folder), pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert re.search("another careflow is at work", capfd.readouterr().err)


def test_what_says_nothing_of_itself_is_no_replication(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "x" / "000000.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"a": [1]}), path)
    assert not is_whole(path, Identity("x", 0))


def test_every_table_that_is_written_for_people_is_known_and_cleared() -> None:
    names = {
        name
        for path in (ROOT / "sim" / "experiment").glob("*.py")
        for name in re.findall(r'"([a-z_-]+\.csv)"', path.read_text())
    }
    assert {"summary.csv", "control.csv"} <= names <= set(FOR_PEOPLE)
