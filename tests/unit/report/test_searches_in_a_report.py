"""A parish asks for searches and a budget: files, sentences and pictures, from real runs."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.carry_out import carry_out
from sim.experiment.folder.findings import read_findings
from sim.experiment.making.lab import Progress
from sim.experiment.results import open_results, write_tables
from sim.experiment.study import load_experiment
from sim.report.html import write_report
from sim.report.parts.frontier import said_of_frontier
from sim.report.parts.search import said_of_search, search_pictures
from sim.report.reading import read_results
from sim.report.results import Results, Setting
from tests.unit.experiment.parish import BUDGET, SEARCH, write_parish

FEW = {
    "days: 120": "days: 30", "warm_up: 30": "warm_up: 10", "from: 4, to: 40": "from: 6, to: 20",
    "replications_at_most: 20": "replications_at_most: 10",
    "replications_at_most: 15": "replications_at_most: 10",
    "from: 10, to: 30, step: 2": "from: 10, to: 30, step: 10",
    "from: 4, to: 16, cost": "from: 4, to: 16, step: 6, cost",
    "at_most: 300000": "at_most: 170000", "replications: 3\n": "replications: 2\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The parish's results, of short runs."""
    files = tmp_path_factory.mktemp("parish")
    experiment = write_parish(files / "files", SEARCH + BUDGET)
    text = experiment.read_text()
    for old, new in FEW.items():
        assert old in text
        text = text.replace(old, new)
    experiment.write_text(text)
    results = files / "results"
    carry_out(load_experiment(experiment), results, workers=1)
    whole = open_results(results)
    write_tables(whole)
    write_report(results, whole.bands(), whole.journeys())
    return results


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_csv_of_searches_has_a_row_for_each_candidate_and_target(folder: Path) -> None:
    written = rows(folder / "search.csv")
    assert {row["search"] for row in written} == {"community beds", "both services", "demand"}
    joint = [row for row in written if row["search"] == "both services"]
    assert {row["setting"] for row in joint} == {"community-beds", "reablement"}
    assert all("; settings.reablement.places = " in row["candidate"] for row in joint)
    for row in written:
        assert float(row["low"]) <= float(row["mean"]) <= float(row["high"])
        assert row["shows"] in ("meets", "misses", "unclear")
        assert (row["at_most"] != "") != (row["at_least"] != "")


def test_the_csv_of_the_frontier_has_every_mix(folder: Path) -> None:
    written = rows(folder / "frontier.csv")
    found = read_findings(folder)["budget"]
    assert len(written) == len(found["tried"]) == found["within"]
    on_it = [row["mix"] for row in written if row["on_frontier"] == "yes"]
    assert on_it == [each["mix"] for each in found["frontier"]]
    assert all(float(row["cost"]) <= 170_000 for row in written)
    assert not [row for row in written if "daily-panel; no-panel" in row["mix"]]
    hub = [row for row in written if row["mix"] == "hub"]
    assert float(hub[0]["cost"]) == 120_000


def test_more_beds_in_a_search_never_make_more_people_wait(folder: Path) -> None:
    written = [row for row in rows(folder / "search.csv") if row["search"] == "community beds"]
    first = [row for row in written if row["replications"] == written[0]["replications"]]
    shares = [float(row["mean"]) for row in first]
    assert shares == sorted(shares, reverse=True)


def test_the_report_says_and_draws_what_was_found(folder: Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in (
        "What was searched for", "The best use of a budget", "Community beds: what was tried",
        "can’t be made together", "The frontier", 'id="search-1"', 'id="frontier"',
        "people a day in all patients",
    ):  # fmt: skip
        assert text in page
    results = read_results(folder)
    assert len(search_pictures(results, "search")) == 3
    said = " ".join(said_of_frontier(results))
    assert "cost no more than the budget" in said
    assert "All of these were run" in said


class Count(Progress):
    """How many replications were made."""

    made = 0

    def there(self, scenario: str, replication: int, was_made: bool) -> None:
        del scenario, replication
        self.made += was_made


def test_a_second_run_makes_nothing_and_finds_the_same(folder: Path) -> None:
    before = {name: (folder / name).read_bytes() for name in ("findings.json", "search.csv")}
    count = Count()
    carry_out(
        load_experiment(folder.parent / "files" / "experiment.yaml"), folder, workers=1,
        progress=count,
    )  # fmt: skip
    write_tables(open_results(folder))
    assert count.made == 0
    assert before == {name: (folder / name).read_bytes() for name in before}


# What is said


def line(meets: float | None, misses: float | None, unclear: list[float], **more: Any) -> Any:
    return {
        "search": "beds", "scenario": "as it is", "kind": "smallest",
        "paths": ["settings.ward.beds"],
        "targets": [{"measure": "share_waiting", "setting": "ward", "team": None,
                     "at_most": 0.05, "at_least": None}],
        "limit": 200, "confidence": 0.999, "tried": [],
        "answer": {"meets": meets, "misses": misses, "open": unclear, "hardest": 10,
                   "easiest": 60},
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (line(23, 22, []), "23. 23 meets it and 22 does not."),
        (line(24, 22, [23]), "undecided between 23 and 24. 24 meets it and 22 does not;"),
        (line(None, 60, []), "even 60 does not meet it."),
        (line(None, 58, [59, 60]), "even of 60 chance can’t tell. 58 does not meet it."),
        (line(None, None, [10, 60]), "even of 60 chance can’t tell."),
        (line(10, None, []), "10, the least that was tried, meets it already."),
        (line(12, None, [10, 11]), "undecided between 10 and 12. 12 meets it; in between"),
        (line(1.1, 1.11, [], kind="largest"), "1.1 times as many. 1.1 times as many meets it and"),
        (line(1.1, 1.12, [1.11], kind="largest"),
         "between 1.1 times as many and 1.11 times as many."),
    ],
)  # fmt: skip
def test_the_answer_is_said_as_sure_as_it_is(found: Any, said: str) -> None:
    results = Results("x", settings=(Setting("ward", "Ward 7"),))
    first = said_of_search(results, found)[0]
    assert said in first
    assert "‘Share who wait: Ward 7’ is at most 5%" in first


def joint(meets: list[float] | None, unclear: list[list[float]], **more: Any) -> Any:
    answer = {"meets": meets, "open": unclear, "is_searched": True, "most": [9, 9],
              "most_misses": True, "by_cost": False, **more}  # fmt: skip
    paths = ["settings.ward.beds", "teams.hub.staff"]
    return {**line(None, None, []), "paths": paths, "answer": answer}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (joint([4, 3], []), "4 beds in ward and 3 staff of Hub, 7 in all. Nothing smaller meets"),
        (joint([4, 3], [[3, 3]]), "of 1 smaller one chance can’t tell"),
        (joint([4, 3], [], by_cost=True), "Nothing cheaper meets them."),
        (joint([4, 3], [], is_searched=False), "as far as was searched"),
        (joint(None, []), "even the most of everything (9 beds in ward and 9 staff of Hub) does"),
        (joint(None, [], most_misses=False), "chance can’t tell"),
    ],
)
def test_the_answer_of_a_joint_search_is_said_as_sure_as_it_is(found: Any, said: str) -> None:
    assert said in said_of_search(Results("x"), found)[0]


def changed(folder: Path, **budget: Any) -> Results:
    """The results with something else found about the budget."""
    path = folder / "findings.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    results = read_results(folder)
    findings = {**results.findings, "budget": {**found["budget"], **budget}}
    return Results("x", findings=findings)


def test_the_evidence_for_the_frontier_is_said_as_far_as_it_goes(folder: Path) -> None:
    local = changed(folder, is_all=False)
    assert "from neighbour to neighbour: every mix on the frontier" in said_of_frontier(local)[1]
    cut = changed(folder, is_all=False, untried=7, within=None)
    assert "7 neighbours of the frontier could not be tried" in said_of_frontier(cut)[1]
    assert said_of_frontier(Results("x")) == []
