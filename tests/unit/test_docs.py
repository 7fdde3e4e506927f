"""What the documents say is true: links, commands, examples, words."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML
from typer.main import get_command

from sim.cli import app
from sim.experiment.benchmarks import Benchmarks, Tolerance
from sim.experiment.question import Experiment
from sim.experiment.study import load_experiment
from sim.exporters.star import file_name
from sim.exporters.tables import TABLES as EXPORTED
from sim.exporters.tables import Table
from sim.measures.definitions import COMPARISONS, MEASURES
from sim.place.distributions import FAMILIES, Distribution
from sim.place.document import read_yaml
from sim.place.levers import Lever
from sim.place.load import load_place
from sim.place.reasons import REASONS
from sim.place.schema import Place, StayLeft

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("benchmarks/*.md"))
)
GUIDE = ROOT / "docs" / "guide.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def by_name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_relative_link_leads_to_something(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{by_name(page)} links to {target}, which is not there"
        if heading:
            assert heading in anchors(file), f"{by_name(page)}: no heading for {target}"


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-") for text in headings}


def commands_named(page: Path) -> Iterator[str]:
    """What is written as a command: ``careflow …`` in a block of code, or in a span of it."""
    text = page.read_text(encoding="utf-8")
    for language, block in FENCE.findall(text):
        if not language.strip():
            yield from re.findall(r"^(?:\$ )?(?:\S*/)?(careflow .*)$", block, re.MULTILINE)
    yield from re.findall(r"`(careflow [^`]+)`", FENCE.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_command_exists_with_its_options(page: Path) -> None:
    known: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    for line in commands_named(page):
        words = shlex.split(line, comments=True)[1:]
        if not words or words[0] in ("…", "--help", "--version"):
            continue
        assert words[0] in known, f"{by_name(page)}: no command {line!r}"
        command = known[words[0]]
        if hasattr(command, "commands") and words[1:2] != ["FORMAT"]:
            if words[1:] in ([], ["--help"]):
                continue
            assert words[1] in command.commands, f"{by_name(page)}: no command {line!r}"
            command = command.commands[words[1]]
        options = {name for each in command.params for name in each.opts}
        for word in words[1:]:
            if word.startswith("--") and word != "--help":
                assert word.partition("=")[0] in options, f"{by_name(page)}: {line!r}: {word}"


def test_the_guide_names_every_command() -> None:
    named = {line.split()[1] for line in commands_named(GUIDE)}
    assert set(get_command(app).commands) <= named  # type: ignore[attr-defined]


# The guide's examples: each block says in its first line which file it is, or is a part of.


def examples() -> list[tuple[str, str]]:
    """(file, text) of each YAML and CSV example of the guide."""
    found = []
    for language, block in FENCE.findall(GUIDE.read_text(encoding="utf-8")):
        if language == "yaml":
            first = re.match(r"# (\S.*)\n", block)
            assert first, f"a YAML example must begin with its file's name:\n{block}"
            found.append((first[1], block))
        elif language.startswith("csv "):
            found.append((language.removeprefix("csv "), block))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The guide's whole files, in a folder."""
    for name, text in examples():
        if not name.startswith("in "):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def laid_over(whole: Any, part: Any, inside: str = "") -> Any:
    """A part of a file laid over the whole of it: tables are joined, the rest is replaced.

    A set of routes, or a stay, is whole or not at all, so these are not joined.
    """
    if not (isinstance(whole, dict) and isinstance(part, dict)):
        return part
    if inside in ("routes", "stay"):
        return {**whole, **part}
    return {**whole, **{key: laid_over(whole.get(key), part[key], key) for key in part}}


def plain_yaml() -> YAML:
    """YAML as plain tables and lists, with dates as they are written."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = lambda _, node: node.value
    return yaml


def test_the_place_of_the_guide_is_valid(folder: Path) -> None:
    assert load_place(folder / "place.yaml").place == "Riverbank"


@pytest.mark.parametrize(
    "part", [text for name, text in examples() if name == "in place.yaml"], ids=lambda _: ""
)
def test_each_part_of_a_place_in_the_guide_is_valid(folder: Path, part: str) -> None:
    yaml = plain_yaml()
    whole = yaml.load((folder / "place.yaml").read_text(encoding="utf-8"))
    with (folder / "place.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(laid_over(whole, yaml.load(part)), file)
    load_place(folder / "place.yaml")


def test_the_levers_of_the_guide_can_be_laid_over_its_place(folder: Path) -> None:
    place = yaml_place_with_everything(folder)
    for lever in sorted((folder / "levers").iterdir()):
        load_place(place, [read_yaml(lever)])


def yaml_place_with_everything(folder: Path) -> Path:
    """The guide's place with the parts that its levers change: a turnaround, and teams."""
    path = folder / "place.yaml"
    teams = next(text for name, text in examples() if "  to-community-bed:\n" in text)
    yaml = plain_yaml()
    whole = laid_over(yaml.load(path.read_text(encoding="utf-8")), yaml.load(teams))
    whole["settings"]["ward"]["turnaround"] = "2 hours"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(whole, file)
    return path


def test_the_experiments_of_the_guide_are_valid(folder: Path) -> None:
    for name in ("experiment.yaml", "experiment-in-full.yaml", "experiment-precise.yaml"):
        study = load_experiment(folder / name)
        assert list(study.scenarios) == ["as it is", "more care"]


def test_the_control_chart_of_the_guide_is_valid(folder: Path) -> None:
    study = load_experiment(folder / "control-chart.yaml")
    assert study.experiment.control is not None
    assert study.experiment.control.fall == (0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    "part",
    [text for name, text in examples() if name == "in experiment.yaml" and "\ndesign:" in text],
    ids=lambda _: "",
)
def test_the_designs_of_the_guide_make_scenarios(folder: Path, part: str) -> None:
    yaml = plain_yaml()
    whole = yaml.load((folder / "experiment.yaml").read_text(encoding="utf-8"))
    with (folder / "experiment.yaml").open("w", encoding="utf-8") as file:
        yaml.dump({**whole, **yaml.load(part)}, file)
    study = load_experiment(folder / "experiment.yaml")
    assert all(design.variants for design in study.designs)
    assert len(study.scenarios) > 8


def test_the_choice_of_the_guide_is_valid(folder: Path) -> None:
    part = next(text for name, text in examples() if "\nchoose:" in text)
    with (folder / "experiment.yaml").open("a", encoding="utf-8") as file:
        file.write(part)
    choose = load_experiment(folder / "experiment.yaml").experiment.choose
    assert choose is not None
    assert (choose.chance, choose.at_most) == (0.975, 500)


@pytest.mark.parametrize("key", ["search", "budget"])
def test_each_part_that_decides_is_valid_in_the_guide_s_experiment(folder: Path, key: str) -> None:
    parts = [text for name, text in examples() if name == "in experiment.yaml"]
    (part,) = [text for text in parts if f"\n{key}:\n" in text]
    path = folder / "experiment.yaml"
    path.write_text(path.read_text(encoding="utf-8") + part, encoding="utf-8")
    assert getattr(load_experiment(path).experiment, key)


def test_lengths_of_time_in_the_guide_are_valid(tmp_path: Path) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    table = guide.partition("| you know |")[2].partition("## Settings")[0]
    families = set()
    for text in re.findall(r"`(\{[^`]+\})`", table):
        tree = read_yaml(written(tmp_path, text)).tree
        assert isinstance(tree, dict)
        families.update(tree)
        Distribution.model_validate(tree)
    assert families == set(FAMILIES)


def written(folder: Path, text: str) -> Path:
    path = folder / "written.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def tables_of(model: type[BaseModel]) -> set[type[BaseModel]]:
    """A table and every table inside it."""
    found: set[type[BaseModel]] = set()
    to_do: list[Any] = [model]
    while to_do:
        kind = to_do.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in found:
                found.add(kind)
                to_do += [field.annotation for field in kind.model_fields.values()]
        else:
            to_do += get_args(kind)
    return found


TABLES = sorted(
    {table for model in (Place, Lever, Experiment, Benchmarks) for table in tables_of(model)},
    key=lambda table: table.__name__,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_guide_shows_every_key_of_every_table(table: type[BaseModel]) -> None:
    if table in (StayLeft, Tolerance):
        return  # they are only ever written short
    guide = GUIDE.read_text(encoding="utf-8")
    for name, field in table.model_fields.items():
        key = field.alias or name
        assert re.search(rf"\b{key}(:|`|,| and )", guide), f"{table.__name__}: {key} is not shown"


# The glossary


def test_the_glossary_says_what_each_measure_means_in_the_code_s_own_words() -> None:
    glossary = GLOSSARY.read_text(encoding="utf-8")
    for each in (*MEASURES.values(), *COMPARISONS.values()):
        row = f"| `{each.name}` | {each.title} | {each.unit} | {each.better} | {each.meaning} |"
        assert row in glossary, f"docs/glossary.md needs this row:\n{row}"


def test_the_glossary_has_every_delay_reason() -> None:
    glossary = GLOSSARY.read_text(encoding="utf-8")
    for each in REASONS.values():
        row = f"| `{each.code}` | {each.title} | {each.group} | {each.body} |"
        assert row in glossary, f"docs/glossary.md needs this row:\n{row}"


def test_the_glossary_has_every_table_of_a_place() -> None:
    glossary = GLOSSARY.read_text(encoding="utf-8")
    for name, field in Place.model_fields.items():
        row = f"| `{name}` | {field.description} |"
        assert row in glossary, f"docs/glossary.md needs this row:\n{row}"


# Exports


@pytest.mark.parametrize("table", EXPORTED, ids=[table.name for table in EXPORTED])
def test_the_exports_page_has_every_column_of_every_table(table: Table) -> None:
    page = " ".join((ROOT / "docs" / "exports.md").read_text(encoding="utf-8").split())
    heading = f"### {table.name} `{table.name}.csv`, `{file_name(table)}`"
    assert heading in page
    assert table.about in page
    rows = [f"| `{each.name}` | {each.kind} | {each.meaning} |" for each in table.columns]
    assert " ".join(rows) in page, "docs/exports.md needs these rows:\n" + "\n".join(rows)


# The whole of the documents


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_page_uses_a_word_that_we_do_not_use(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if page == GLOSSARY:
        text = text.partition("## Words not used")[0]
    for word in ("bed block", "medically fit", "stranded"):
        assert word not in text.lower(), f"{by_name(page)}: {word}"
