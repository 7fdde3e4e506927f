"""The report is one file, valid, complete, safe to open, and the same each time."""

import re
import warnings
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from sim.report.html import write_report
from tests.unit.report.made_up_results import NAMES, write_results

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Reads a page and keeps its outline; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.order: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.order.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def attributes(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


def report(folder: Path, **changed: object) -> str:
    bands = write_results(folder, **changed)  # type: ignore[arg-type]
    return write_report(folder, bands).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return report(tmp_path_factory.mktemp("results"))


def test_the_page_is_whole_and_its_tags_match(page: str) -> None:
    read = Page(page)
    assert page.startswith("<!DOCTYPE html>")
    assert read.open == []
    assert read.attributes("html") == [{"lang": "en-GB"}]
    ids = [a["id"] for _, a in read.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_there_is_one_h1_and_no_heading_level_is_skipped(page: str) -> None:
    levels = [int(tag[1]) for tag in Page(page).order if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_figure_is_followed_by_its_table_before_the_next_figure(page: str) -> None:
    marks = [t for t in Page(page).order if t in ("figure", "table")]
    figures = [n for n, mark in enumerate(marks) if mark == "figure"]
    assert len(figures) == 10
    assert all(marks[n + 1] == "table" for n in figures)


def test_every_figure_says_what_it_shows_in_numbers(page: str) -> None:
    for svg in re.findall(r"<svg.*?</svg>", page, re.S):
        assert 'role="img"' in svg
        key = re.search(r'aria-labelledby="([\w-]+)-title', svg)
        assert key
        said = re.search(rf'<desc id="{key[1]}-desc">(.*?)</desc>', svg, re.S)
        assert said
        assert len(re.findall(r"\d", said[1])) >= 3


def test_every_table_has_a_caption_and_scoped_heads(page: str) -> None:
    read = Page(page)
    assert read.order.count("caption") == read.order.count("table")
    assert all(a.get("scope") for a in read.attributes("th"))


def test_long_tables_are_folded_and_open_in_print(page: str) -> None:
    assert "table of 18 rows</summary>" in page
    assert "::details-content { content-visibility: visible" in page


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    read = Page(page)
    targets = [a[k] or "" for _, a in read.tags for k in ("href", "src", "srcset") if k in a]
    pages = re.compile(r"scenarios/[a-z0-9-]+\.html")
    assert all(t.startswith("#") or t == "data:," or pages.fullmatch(t) for t in targets)
    assert not re.search(r"https?://|@import|url\((?!#)", page)
    assert "script" not in read.order


def test_no_number_is_nan(page: str) -> None:
    assert not re.search(r"\b(nan|inf|None|NaN)\b", " ".join(Page(page).text))


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    bands = write_results(tmp_path)
    first = write_report(tmp_path, bands).read_bytes()
    assert write_report(tmp_path, bands).read_bytes() == first
    assert sorted(f.name for f in tmp_path.iterdir()) == [
        "comparison.csv", "manifest.json", "report.html", "scenarios", "summary.csv",
    ]  # fmt: skip


def test_names_of_strangers_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>", r"$\frac{a}$ at £5 & \"more\"", "_hidden' onload=x"]
    text = report(tmp_path, names=names, question="<b>$x$</b>", place="</style><script>")
    read = Page(text)
    assert "script" not in read.order
    assert not any(k.startswith("on") for _, a in read.tags for k in a)
    shown = " ".join(read.text)
    assert "<script>alert(1)</script>" in shown
    assert r"$\frac{a}$" in shown
    assert "hidden" in shown


def test_letters_that_the_font_lacks_and_control_characters_are_no_error(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = report(tmp_path, names=["a\x00b\x1bc", "病院 🚑", "x\ny"])
    assert "病院 🚑" in text
    assert "\x00" not in text


@pytest.mark.parametrize(
    "changed",
    [
        {"names": NAMES[:1]},
        {"names": NAMES[:2], "replications": 1},
        {"names": NAMES, "settings": 34},
        {"with_costs": False},
        {"days": 20},
        {"start_date": None},
        {"compare_on": []},
        {"settings": 1, "days": 1},
    ],
)
def test_any_size_of_experiment_gives_a_page(tmp_path: Path, changed: dict[str, object]) -> None:
    read = Page(report(tmp_path, **changed))
    assert read.open == []
    assert not re.search(r"\b(nan|None)\b", " ".join(read.text))


def test_a_bare_manifest_is_enough(tmp_path: Path) -> None:
    bands = write_results(tmp_path, names=NAMES[:2])
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    assert write_report(tmp_path, bands).exists()


def test_no_bands_leave_out_the_figure_over_time(tmp_path: Path) -> None:
    bands = write_results(tmp_path, names=NAMES[:2])
    text = write_report(tmp_path, bands.iloc[:0]).read_text(encoding="utf-8")
    assert 'id="over-time"' not in text


def test_one_run_and_many_comparisons_are_said_plainly(page: str, tmp_path: Path) -> None:
    assert "12 comparisons (4 scenarios on 3 measures)" in page
    assert "Nothing is corrected for comparing on several measures" in page
    once = report(tmp_path, names=NAMES[:2], replications=1)
    assert "With one replication there are no intervals" in once


def test_levers_assumptions_glossary_and_the_way_to_run_it_again_are_there(page: str) -> None:
    shown = " ".join(" ".join(Page(page).text).split())
    for said in (
        "Social workers assess at weekends",
        "Uptake from 1 May 2025; reaches 80% over 90 days",
        "Exampleshire Council: £310k a year (£280k to £340k), ◆ guess",
        "Nobody is readmitted.",
        "24 numbers: 6 guesses, and 6 with no source given",
        "Bed days in acute settings, past the ready date",
        "careflow run exampleshire.yaml --replications 50 --days 181 --seed 1",
        "Therapy review of need for supported discharge",
    ):
        assert said in shown


def test_a_report_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bands = write_results(tmp_path, names=NAMES[:2])
    before = write_report(tmp_path, bands).read_bytes()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("sim.experiment.folder.store.os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        write_report(tmp_path, bands)
    assert (tmp_path / "report.html").read_bytes() == before
    assert not list(tmp_path.glob(".*.partial"))


def test_settings_rows_that_carry_their_locality_are_found(tmp_path: Path) -> None:
    bands = write_results(tmp_path)
    summary = pd.read_csv(tmp_path / "summary.csv")
    assert (summary["setting"].notna() & summary["locality"].notna()).any()
    assert 'id="settings"' in write_report(tmp_path, bands).read_text(encoding="utf-8")
