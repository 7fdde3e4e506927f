"""PathSimR's use cases come out of its own templates, and mean what PathSimR's documents say."""

import csv
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.importers.pathsimr import import_pathsimr
from sim.importers.pathsimr_export import export_pathsimr
from sim.importers.pathsimr_network import UNITS_PER_DAY
from sim.importers.pathsimr_reading import read_templates
from sim.place.load import load_place
from sim.place.schema import Place
from tests.places import run as one_run
from tests.places import value
from tests.published.pathsimr_by_hand import Simulation
from tests.published.pathsimr_templates import CASES, CLINIC, STROKE, UROLOGY, Case

ROOT = Path(__file__).parents[2]
MEASURES = {
    "occupied": "occupied",
    "delayed": "delayed_capacity",
    "transition": "delayed_handover",
    "reserved": "reserved",
}


def imported(case: Case, folder: Path, name: str = "Case") -> Place:
    import_pathsimr(*case.write(folder, name), folder / name, unit=case.unit)
    return load_place(folder / name / "place.yaml")


def careflow(*words: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["careflow", *map(str, words)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code


def test_the_stroke_templates_give_the_results_of_the_config_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The config also says which units are acute and why people wait; its other rows are alike."""
    network, calendar = STROKE.write(tmp_path, "Stroke")
    made = tmp_path / "stroke"
    careflow("import", "pathsimr", network, calendar, "-o", made, monkeypatch=monkeypatch)
    text = (made / "place.yaml").read_text(encoding="utf-8")
    for unit in ("SA1", "SA2"):
        text = text.replace(f"  {unit}:\n    acute: yes\n", f"  {unit}:\n    acute: no\n")
    (made / "place.yaml").write_text(text, encoding="utf-8")
    summaries = []
    for name, experiment in (
        ("one", made / "experiment.yaml"),
        ("other", ROOT / "experiments" / "published" / "pathsimr_stroke.yaml"),
    ):
        out = tmp_path / name
        careflow("run", experiment, "--replications", 2, "--days", 60, "--seed", 7, "--workers", 1,
                 "--out", out, monkeypatch=monkeypatch)  # fmt: skip
        with (out / "summary.csv").open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        summaries.append(
            [list(row.values())[1:] for row in rows if row["setting"] and not row["reason"]]
        )
    assert len(summaries[0]) > 50
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize("name", CASES)
def test_a_use_case_written_back_is_the_same_templates_and_the_same_place(
    name: str, tmp_path: Path
) -> None:
    place = imported(CASES[name], tmp_path, name)
    export_pathsimr(tmp_path / name / "place.yaml", tmp_path / "back", CASES[name].unit)
    files = [tmp_path / "back" / f"{name}_{kind}_Template.csv" for kind in ("Network", "Calendar")]
    import_pathsimr(*files, tmp_path / "again", unit=CASES[name].unit)
    assert load_place(tmp_path / "again" / "place.yaml") == place
    export_pathsimr(tmp_path / "again" / "place.yaml", tmp_path / "twice", CASES[name].unit)
    for file in files:
        assert (tmp_path / "twice" / file.name).read_bytes() == file.read_bytes()


def test_the_config_of_the_stroke_use_case_written_back_gives_the_same_people(
    tmp_path: Path,
) -> None:
    config = ROOT / "configs" / "published" / "pathsimr_stroke.yaml"
    export_pathsimr(config, tmp_path / "stroke")
    files = sorted((tmp_path / "stroke").iterdir(), reverse=True)
    assert [file.name.partition("_")[2] for file in files] == [
        "Network_Template.csv", "Calendar_Template.csv",
    ]  # fmt: skip
    found = read_templates(*files, "days")
    wanted = read_templates(*STROKE.write(tmp_path), "days")
    assert found.exits == wanted.exits
    for name, point in wanted.points.items():
        back = found.points[name]
        assert back.stay == point.stay
        assert back.shares == point.shares
        assert back.delays == point.delays
        assert (back.arrivals, back.capacity) == (point.arrivals, point.capacity)


# Against a simulation by hand


def compare(case: Case, folder: Path, days: int, warm_up: int, runs: int) -> list[float]:
    """How far our means are from those by hand, in combined standard errors (0.003 at least)."""
    place = imported(case, folder)
    network = read_templates(*case.write(folder), case.unit)  # type: ignore[arg-type]
    scale = UNITS_PER_DAY[case.unit]
    by_hand = [
        Simulation(network, warm_up * scale, (warm_up + days) * scale, seed) for seed in range(runs)
    ]
    ours = [one_run(place, days, warm_up, number=number) for number in range(runs)]
    deviations = []
    for name, point in network.points.items():
        pairs = [
            (
                [value(run, measure, name) for run in ours],
                [run.mean[name][counter] for run in by_hand],
            )
            for counter, measure in MEASURES.items()
        ]
        pairs.append(
            (
                [value(run, "turned_away_per_day", name) for run in ours],
                [run.lost[name] / days for run in by_hand],
            )
        )
        if point.internal_queue:
            waiting = [value(run, "waiting", name) for run in ours]
            pairs.append((waiting, [run.mean[name]["queue"] for run in by_hand]))
        for found, expected in pairs:
            error = math.hypot(np.std(found), np.std(expected)) / math.sqrt(runs)
            difference = np.mean(found) - np.mean(expected)
            deviations.append(float(abs(difference) / max(error, 0.003)))
    return deviations


def test_a_loop_with_queues_inside_and_hours_is_as_pathsimr_says(tmp_path: Path) -> None:
    deviations = compare(CLINIC, tmp_path, days=40, warm_up=10, runs=12)
    assert max(deviations) < 4
    assert np.mean(np.array(deviations) > 2) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Emergency", "Maternity", "Urology"])
def test_other_use_cases_are_as_pathsimr_says(name: str, tmp_path: Path) -> None:
    deviations = compare(CASES[name], tmp_path, days=30, warm_up=10, runs=12)
    assert max(deviations) < 4.5
    assert np.mean(np.array(deviations) > 2) < 0.2


def test_each_feature_of_the_clinic_is_at_work(tmp_path: Path) -> None:
    network = read_templates(*CLINIC.write(tmp_path), "hours")
    run = Simulation(network, 240, 2400, seed=1)
    assert run.lost["Front"] > 50
    for name, counter in (
        ("Front", "queue"), ("Scan", "queue"), ("Front", "delayed"), ("Scan", "delayed"),
        ("Front", "transition"), ("Ward", "reserved"),
    ):  # fmt: skip
        assert run.mean[name][counter] > 0.02, (name, counter)


def test_what_is_there_is_what_comes_times_the_mean_service(tmp_path: Path) -> None:
    """Little's law: nobody is blocked there, as every internal queue is as good as endless."""
    place = imported(UROLOGY, tmp_path)
    runs = [one_run(place, 60, 20, number=number) for number in range(3)]
    for name, hours in {"GP_Ref": 0.3, "H_C": 0.5, "BCT": 0.375, "CC": 0.5}.items():
        there = sum(value(run, "occupied", name) for run in runs)
        come = sum(value(run, "admitted_per_day", name) for run in runs)
        assert there == pytest.approx(come * hours / 24, rel=0.02)


def test_pathsimr_as_it_is_programmed_keeps_people_waiting_longer_at_opening(
    tmp_path: Path,
) -> None:
    """Its program lets in one person when capacity rises; its documents say as many as fit."""
    network = read_templates(*UROLOGY.write(tmp_path), "hours")
    as_said = Simulation(network, 240, 24 * 40, seed=1)
    as_programmed = Simulation(network, 240, 24 * 40, seed=1, as_programmed=True)
    assert as_programmed.mean["H_C"]["queue"] > 3 * as_said.mean["H_C"]["queue"]
    assert as_programmed.mean["H_C"]["occupied"] < as_said.mean["H_C"]["occupied"]
    assert as_programmed.mean["GP_Ref"]["occupied"] == pytest.approx(
        as_said.mean["GP_Ref"]["occupied"], rel=0.1
    )


# Any network


DRAWS = st.one_of(
    st.tuples(st.just("exp"), st.floats(0.01, 50)),
    st.tuples(st.just("unif"), st.floats(0, 5), st.floats(5, 9)),
    st.tuples(st.just("lnorm"), st.floats(-3, 3), st.floats(0.01, 2)),
    st.tuples(st.just("gamma"), st.floats(0.1, 9), st.floats(0.01, 9)),
    st.tuples(st.just("weibull"), st.floats(0.1, 9), st.floats(0.01, 9)),
    st.tuples(st.just("tnorm"), st.floats(0, 9), st.floats(0.1, 9)),
    st.tuples(st.just("nbinom"), st.floats(0.5, 9), st.floats(0.1, 0.9)),
    st.tuples(st.just("pois"), st.floats(0, 20)),
)


@st.composite
def networks(draw: st.DrawFn) -> Case:
    """Small networks: loops, queues, calendars of any cycle, delays to exits."""
    names = [f"P{i}" for i in range(draw(st.integers(1, 4)))]
    exits = ("Home", "Died")[: draw(st.integers(1, 2))]

    def how() -> tuple[str, str]:
        name, *numbers = draw(DRAWS)
        return name, ";".join(repr(number) for number in numbers)

    def rows(numbers: st.SearchStrategy[float]) -> float | list[tuple[float, float | str, float]]:
        values = draw(st.lists(numbers, min_size=1, max_size=4))
        if len(values) == 1 or not any(values):
            return max(values[0], 1.0)
        edges = sorted(
            draw(st.sets(st.integers(1, 60), min_size=len(values), max_size=len(values)))
        )
        return [(a, b, x) for a, b, x in zip([0, *edges], edges, values, strict=False)]

    points, delays = {}, {}
    for i, name in enumerate(names):
        onward = [to for to in names if to != name and draw(st.booleans())]
        if i + 1 < len(names) and names[i + 1] not in onward:
            onward.append(names[i + 1])
        onward = [to for to in (*names, *exits) if to in onward or to == exits[0]]
        weights = [draw(st.integers(1, 9)) for _ in onward]
        shares = {to: weight / 64 for to, weight in zip(onward, weights, strict=True)}
        shares[onward[-1]] = 1 - sum(list(shares.values())[:-1])
        queues = [draw(st.sampled_from(["0", "3", "Inf"])) for _ in range(2)]
        points[name] = (shares, *how(), *queues)
        if draw(st.booleans()):
            delays[name, exits[0]] = how()
    return Case(
        points,
        exits,
        {name: rows(st.integers(0, 9).map(float)) for name in names},
        {names[0]: rows(st.floats(0.01, 6))}
        | {name: rows(st.floats(0.01, 6)) for name in names[1:] if draw(st.booleans())},
        delays,
        draw(st.sampled_from(["minutes", "hours", "days", "weeks"])),
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(case=networks())
def test_any_network_written_back_is_the_same_place(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("network")
    place = imported(case, folder)
    export_pathsimr(folder / "Case" / "place.yaml", folder / "back", case.unit)
    files = [folder / "back" / f"Case_{kind}_Template.csv" for kind in ("Network", "Calendar")]
    import_pathsimr(*files, folder / "again", unit=case.unit)
    assert load_place(folder / "again" / "place.yaml") == place
