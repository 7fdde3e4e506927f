"""An experiment loads with its scenarios; the same inputs have the same fingerprint anywhere."""

import pickle
import shutil
from pathlib import Path

import pytest

from sim.experiment.names_given import slug
from sim.experiment.study import Study, load_experiment
from sim.place.problems import InputError
from tests.behaviour.spoilt_files import GOOD

ROOT = Path(__file__).parents[3]


def write(folder: Path, *changes: tuple[str, str, str]) -> Path:
    files = dict(GOOD)
    for name, old, new in changes:
        assert files[name].count(old) == 1
        files[name] = files[name].replace(old, new)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "experiment.yaml"


def prints(study: Study) -> dict[str, str]:
    return {name: scenario.fingerprint for name, scenario in study.scenarios.items()}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return load_experiment(write(tmp_path))


def test_each_scenario_is_the_place_as_its_levers_leave_it(study: Study) -> None:
    beds = {
        name: each.place.settings["ward"].spaces.limit for name, each in study.scenarios.items()
    }
    assert beds == {"as it is": 20, "more beds": 26, "both": 26}
    assert [each.slug for each in study.scenarios.values()] == ["as-it-is", "more-beds", "both"]
    assert [lever.lever for lever in study.scenarios["both"].levers] == ["more-beds", "faster"]


def test_what_to_compare_names_a_measure_or_a_measure_of_a_setting(study: Study) -> None:
    assert [(each.measure, each.setting) for each in study.experiment.compare_on] == [
        ("delayed_bed_days", None), ("waiting", "ward"),
    ]  # fmt: skip


def test_a_study_can_be_sent_to_another_process(study: Study) -> None:
    sent = pickle.loads(pickle.dumps(study))
    assert prints(sent) == prints(study)
    numbers = sent.scenarios["both"].place.patients["walk-in"].daily_numbers
    assert len(numbers.by_date) == 61


def test_scenarios_differ_in_their_fingerprints(study: Study) -> None:
    assert len(set(prints(study).values())) == 3
    assert all(len(each) == 64 for each in prints(study).values())


def test_the_fingerprint_is_the_same_in_another_folder(study: Study, tmp_path: Path) -> None:
    assert prints(load_experiment(write(tmp_path / "elsewhere"))) == prints(study)


def test_comments_line_ends_and_the_names_of_files_leave_it_the_same(
    study: Study, tmp_path: Path
) -> None:
    folder = tmp_path / "other"
    path = write(folder, ("place.yaml", "exits:", "# the ways out\n\nexits:"))
    csv = (folder / "hours.csv").read_text(encoding="utf-8").replace("\n", "\r\n")
    (folder / "hours.csv").write_bytes(csv.encode())
    (folder / "levers" / "faster.yaml").rename(folder / "levers" / "a.yaml")
    assert prints(load_experiment(path)) == prints(study)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("experiment.yaml", "replications: 3", "replications: 5"),
        ("experiment.yaml", "question: Which", "question: What"),
        ("experiment.yaml", "[delayed_bed_days, ", "[delay_days, "),
        ("levers/more-beds.yaml", "title: More beds", "title: Six more beds"),
        ("place.yaml", "source: audit", "source: a later audit"),
        ("place.yaml", "median: 5}, source", "median: 5.0}, source"),
    ],
)
def test_what_does_not_shape_a_run_leaves_it_the_same(
    study: Study, tmp_path: Path, name: str, old: str, new: str
) -> None:
    path = write(tmp_path / "other", (name, old, new))
    assert prints(load_experiment(path)) == prints(study)


@pytest.mark.parametrize(
    ("name", "old", "new", "those"),
    [
        ("experiment.yaml", "days: 40", "days: 41", "all"),
        ("experiment.yaml", "warm_up: 0", "warm_up: 1", "all"),
        ("experiment.yaml", "seed: 7", "seed: 8", "all"),
        ("experiment.yaml", "seed: 7", "seed: 7\nkeep: logs", "all"),
        ("place.yaml", "mean: 8, median", "mean: 8.1, median", "all"),
        ("hours.csv", "\n7,3\n", "\n7,4\n", "all"),
        ("numbers.csv", "2025-04-09,0", "2025-04-09,1", "all"),
        ("levers/more-beds.yaml", "plus: 6", "plus: 7", "beds"),
        ("levers/more-beds.yaml", "value: 500000", "value: 400000", "beds"),
    ],
)
def test_what_shapes_a_run_changes_it(
    study: Study, tmp_path: Path, name: str, old: str, new: str, those: str
) -> None:
    after = prints(load_experiment(write(tmp_path / "other", (name, old, new))))
    same = {name for name, each in prints(study).items() if after[name] == each}
    assert same == (set() if those == "all" else {"as it is"})


def test_the_order_of_routes_shapes_a_run(study: Study, tmp_path: Path) -> None:
    """Who goes which way depends on it, as the shares are laid end to end."""
    path = write(
        tmp_path / "other",
        ("place.yaml", "    died: 0.05\n", ""),
        ("place.yaml", "    home: {share: 0.6", "    died: 0.05\n    home: {share: 0.6"),
    )
    assert prints(load_experiment(path))["as it is"] != prints(study)["as it is"]


def test_the_command_line_stands_before_the_file(study: Study) -> None:
    again = load_experiment(study.path, replications=9, days=10, seed=11)
    experiment = again.experiment
    assert (experiment.replications, experiment.days, experiment.seed) == (9, 10, 11)
    assert prints(again)["both"] != prints(study)["both"]


@pytest.mark.parametrize(
    ("option", "number"), [("days", 0), ("days", 20_001), ("replications", 0), ("seed", -1)]
)
def test_a_wrong_number_on_the_command_line_is_named_as_such(
    study: Study, option: str, number: int
) -> None:
    with pytest.raises(InputError, match=f"^--{option}: {number} is not allowed here; needed: "):
        load_experiment(study.path, **{option: number})  # type: ignore[arg-type]


def test_some_scenarios_can_be_chosen_and_keep_the_order_of_the_file(study: Study) -> None:
    chosen = load_experiment(study.path, scenarios=["both", "as it is"])
    assert list(chosen.scenarios) == ["as it is", "both"]
    assert prints(chosen) == {name: prints(study)[name] for name in chosen.scenarios}


def test_an_unknown_scenario_is_refused_with_a_near_one(study: Study) -> None:
    with pytest.raises(InputError, match=r"no such scenario .*; did you mean 'both'"):
        load_experiment(study.path, scenarios=["boht"])


@pytest.mark.parametrize("folder", ["", "questions", "questions/published"])
def test_files_are_looked_for_beside_and_up_to_two_folders_above(
    tmp_path: Path, folder: str
) -> None:
    path = write(tmp_path)
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    moved = Path(shutil.move(path, tmp_path / folder / "question.yaml"))
    assert list(load_experiment(moved).scenarios) == ["as it is", "more beds", "both"]


def test_files_three_folders_above_are_not_found(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "a/b/c").mkdir(parents=True)
    moved = Path(shutil.move(path, tmp_path / "a/b/c/question.yaml"))
    with pytest.raises(InputError, match=r"no such file 'place\.yaml'; looked in "):
        load_experiment(moved)


def test_the_nearest_file_of_a_name_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path)
    (tmp_path / "below").mkdir()
    moved = Path(shutil.move(path, tmp_path / "below" / "question.yaml"))
    for name in ("numbers.csv", "hours.csv"):
        shutil.copy(tmp_path / name, tmp_path / "below")
    nearer = GOOD["place.yaml"].replace("place: Testshire", "place: Nearshire")
    (tmp_path / "below" / "place.yaml").write_text(nearer, encoding="utf-8")
    assert load_experiment(moved).scenarios["both"].place.place == "Nearshire"


def test_the_file_may_be_named_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "questions")
    monkeypatch.chdir(tmp_path / "questions")
    assert load_experiment(Path("experiment.yaml")).path == Path("experiment.yaml")
    (tmp_path / "questions" / "place.yaml").write_text("place: X\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"(?m)^place\.yaml:1:1: missing key 'exits'"):
        load_experiment(Path("experiment.yaml"))


def test_levers_may_be_listed_file_by_file(tmp_path: Path) -> None:
    listed = "levers: [levers/faster.yaml, levers/more-beds.yaml]"
    path = write(tmp_path, ("experiment.yaml", "levers: levers", listed))
    assert list(load_experiment(path).scenarios) == ["as it is", "more beds", "both"]


def test_no_levers_are_needed_where_none_are_used(tmp_path: Path) -> None:
    used = "  more beds: [more-beds]\n  both: [more-beds, faster]\n"
    path = write(
        tmp_path, ("experiment.yaml", used, ""), ("experiment.yaml", "levers: levers\n", "")
    )
    assert list(load_experiment(path).scenarios) == ["as it is"]


def test_daily_numbers_to_the_very_last_day_suffice(tmp_path: Path) -> None:
    """From 7 April to 31 May there are 55 days."""
    path = write(tmp_path, ("experiment.yaml", "days: 40", "days: 55"))
    assert load_experiment(path).experiment.days == 55
    with pytest.raises(InputError, match=r"no number for 2025-06-01"):
        load_experiment(path, days=56)


@pytest.mark.parametrize(
    ("name", "in_files"),
    [("As it is", "as-it-is"), ("P2 (45 beds)", "p2-45-beds"), ("BCap_Blos", "bcap_blos"),
     ("A.B", "a-b")],
)  # fmt: skip
def test_a_name_is_made_fit_for_files(name: str, in_files: str) -> None:
    assert slug(name) == in_files


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("configs/bnssg/place.yaml", "a place"),
        ("configs/levers/trusted-assessor.yaml", "a lever"),
        ("configs/exampleshire/england.yaml", "published figures"),
    ],
)
def test_another_file_given_for_an_experiment_is_told_so_in_one_sentence(
    file: str, kind: str
) -> None:
    with pytest.raises(InputError) as refused:
        load_experiment(ROOT / file)
    (problem,) = refused.value.problems
    assert f"this file is {kind}, not an experiment" in str(problem)
