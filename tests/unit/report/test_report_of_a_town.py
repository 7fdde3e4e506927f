"""The report of a small town with teams: every part is there, and its numbers are those of the CSV
files."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sim.experiment.results import open_results
from sim.report.parts import doubt, national, published, queue, ranking, together, variation
from sim.report.parts.journey import example, way_of
from sim.report.parts.moved import moved_table
from sim.report.parts.teams import teams_table
from sim.report.parts.waterfall import ARRANGE, HAND_OVER, PLACE, steps
from sim.report.reading import read_results
from sim.report.results import Results, What
from tests.unit.report.a_town import run_the_town
from tests.unit.report.test_report_page import Page

NEW_FIGURES = (
    "ranking", "together-bars", "groups", "queue-1", "queue-2", "door", "team-dots", "week",
    "bands", "published-dots", "variation-dots", "doubt-dots",
)  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_the_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def town(out: Path) -> Results:
    return read_results(out)


@pytest.fixture(scope="module")
def page(out: Path) -> str:
    return (out / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def comparison(out: Path) -> pd.DataFrame:
    return pd.read_csv(out / "comparison.csv", keep_default_na=False)


def test_every_part_has_its_figure_with_a_table_after_it(page: str) -> None:
    read = Page(page)
    figures = [a["id"] for tag, a in read.tags if tag == "figure"]
    assert set(NEW_FIGURES) <= set(figures)
    marks = [tag for tag in read.order if tag in ("figure", "table")]
    places = [n for n, mark in enumerate(marks) if mark == "figure"]
    assert all(marks[n + 1] == "table" for n in places)


def test_every_figure_can_be_listened_to(page: str) -> None:
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        said = re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.S)
        assert said
        assert len(re.findall(r"\d", said[1])) >= 3


def test_no_page_has_a_broken_tag_or_a_number_that_is_none(out: Path) -> None:
    for file in (out / "report.html", *sorted((out / "scenarios").glob("*.html"))):
        read = Page(file.read_text(encoding="utf-8"))
        assert read.open == []
        ids = [a["id"] for _, a in read.tags if "id" in a]
        assert len(ids) == len(set(ids))
        assert not re.search(r"\b(nan|inf|None|NaN)\b", " ".join(read.text))


def test_the_report_links_a_page_for_each_scenario_and_each_page_links_back(out: Path) -> None:
    links = [
        str(a["href"])
        for a in Page((out / "report.html").read_text(encoding="utf-8")).attributes("a")
        if "scenarios/" in str(a.get("href"))
    ]
    assert len(links) == 9
    for link in links:
        text = (out / link).read_text(encoding="utf-8")
        assert 'href="../report.html"' in text


def test_the_words_that_a_page_uses_are_explained_on_it(page: str) -> None:
    shown = re.sub(r"<[^>]+>", " ", page)
    for word in ("hand-off", "panel", "replication", "P1", "baseline"):
        assert word in shown
        assert f"<dt>{word}</dt>" in page
    assert "<dt>trusted assessor</dt>" not in page


def test_days_saved_are_those_of_the_comparison_with_the_sign_turned(
    town: Results, comparison: pd.DataFrame
) -> None:
    for each in ranking.ranking(town):
        rows = comparison[
            (comparison.scenario == each.scenario) & (comparison.measure == "delayed_bed_days")
        ]
        dimensions = ["setting", "team", "locality", "group", "reason", "body", "part"]
        row = rows[(rows[dimensions] == "").all(axis=1)].iloc[0]
        assert each.saved.difference == -float(row.difference)
        assert (each.saved.low, each.saved.high) == (-float(row.high), -float(row.low))


def test_only_scenarios_of_the_first_baseline_are_ranked_and_under_their_headings(
    town: Results,
) -> None:
    grouped = ranking.in_groups(town, ranking.ranking(town))
    assert [heading for heading, _ in grouped] == ["Coordination", "Capacity", "Together"]
    names = {each.scenario for _, mine in grouped for each in mine}
    assert names == {"daily panel", "weekends", "more care", "coordination", "everything"}


def test_together_stands_beside_each_part_alone_and_beside_larger_parts(town: Results) -> None:
    kinds = {(name, kind): parts for name, kind, parts in together.beside(town)}
    assert kinds["coordination", "each alone"] == ("daily panel", "weekends")
    assert kinds["everything", "in parts"] == ("more care", "coordination")
    alone = town.difference("coordination", What("saved_alone", part="each alone"))
    singles = [town.difference(name, ranking.DELAY) for name in ("daily panel", "weekends")]
    assert alone
    assert alone.difference == pytest.approx(-sum(s.difference for s in singles if s))


def test_the_five_groups_of_reasons_add_up_to_all_delay(town: Results) -> None:
    groups = [e.mean for w in town.parts("delayed_bed_days", "part")
              if (e := town.estimate("everything", w))]  # fmt: skip
    whole = town.estimate("everything", ranking.DELAY)
    assert whole
    assert sum(groups) == pytest.approx(whole.mean)
    table = moved_table(town, ("everything",))
    assert table
    assert table.groups[0].rows[-1][0] == "All"


def test_the_steps_of_the_waterfall_add_up_to_all_delay_in_the_order_of_the_work(
    town: Results,
) -> None:
    found = steps(town, "coordination")
    whole = town.estimate("coordination", ranking.DELAY)
    assert whole
    assert sum(step.days for step in found) == pytest.approx(whole.mean)
    names = [step.name for step in found]
    assert names[:3] == ["refer", "assess", "agree funding"]
    phases = {step.name: step.phase for step in found}
    assert phases["transport"] == HAND_OVER
    assert phases["assess"] == ARRANGE
    assert phases["no space in Care at home"] == PLACE


def test_the_example_is_the_same_person_with_the_tasks_of_the_log(out: Path, town: Results) -> None:
    journeys = open_results(out).journeys()
    person = example(town, journeys, "coordination", "P1")
    assert person
    ways = [way_of(town, journeys[n], n, person, "P1") for n in ("as it is", "coordination")]
    for way in ways:
        assert way
        tasks = [row[0] for row in way.rows]
        assert {"refer", "assess", "agree funding", "transport"} <= set(tasks)
        for each in way.bars:
            assert all(start <= end for start, end, _ in each.pieces)
        assert max(end for b in way.bars for _, end, _ in b.pieces) == pytest.approx(way.left)
    teams = {row[1] for row in ways[0].rows} if ways[0] else set()
    assert {"The hub", "Social work", "Funding panel"} <= teams


def test_teams_are_called_by_their_names_and_a_panel_has_no_hours(town: Results) -> None:
    table = teams_table(town, ("as it is",))
    heads = {group.heading: group.rows[0] for group in table.groups}
    assert heads["The hub (trust)"][1] != "–"
    assert heads["Funding panel (council, panel)"][1] == "–"


def test_a_queue_that_clearly_grows_is_named_with_its_number(town: Results) -> None:
    said = queue.said_of_queues(town)
    assert len(said) == len(town.combined) == 2
    for sentence in said:
        for name, size in re.findall(r"(?:before|, | and )([A-Z][\w ]+) \(([\d.]+) more", sentence):
            rows = {row: what for _, _, rows in queue.queues(town) for row, what in rows}
            changes = [town.difference(s, rows[name]) for s in town.combined]
            assert any(c and c.low and c.low > 0 and float(size) > 0 for c in changes)


def test_published_figures_are_met_within_tolerance_or_two_standard_errors(town: Results) -> None:
    found = {each.row.what.measure: each for each in published.beside(town)}
    assert found["acute_beds_open"].is_met is True
    assert found["acute_beds_open"].ours
    assert found["acute_beds_open"].ours.mean == 48
    assert found["remaining"].is_met is False
    said = published.said_of_published(town)
    assert said[0] == "Of 1 figure fitted to, 1 are met."
    assert "not met: Remaining at the day's end." in said[1]


def test_wards_and_localities_stand_side_by_side(town: Results) -> None:
    found = dict(variation.places(town))
    assert [name for _, name in found["By ward"]] == ["older", "surgery"]
    assert [name for _, name in found["By locality"]] == ["north", "south"]


def test_older_codes_and_both_national_measures_have_their_tables(town: Results) -> None:
    assert len(national.both_measures(town)) == 2
    table = national.older_codes_table(town)
    assert table
    codes = [row[0] for row in table.groups[0].rows]
    assert codes[0].startswith("A: Completion of assessment")
    assert any(code.startswith("B: Public funding") for code in codes)


def test_the_same_levers_are_ranked_under_each_assumption(town: Results) -> None:
    found = doubt.ranked_in(town)
    assert list(found) == ["as it is", "slow work"]
    assert {c: each.scenario for c, each in found["slow work"].items()} == {
        ("daily-panel",): "slow work - daily panel", ("weekends",): "slow work - weekends",
    }  # fmt: skip
    said = doubt.said_of_doubt(town)
    assert re.match(r"Under ‘slow work’, [01] of 1 pair of levers keep their order", said[0])


def test_scenarios_of_another_baseline_are_compared_with_it(
    town: Results, comparison: pd.DataFrame, out: Path
) -> None:
    rows = comparison[comparison.scenario == "slow work - weekends"]
    assert set(rows.baseline) == {"slow work"}
    assert "slow work" not in town.others
    text = (out / "scenarios" / "slow-work-weekends.html").read_text(encoding="utf-8")
    assert "slow work (mean)" in text
