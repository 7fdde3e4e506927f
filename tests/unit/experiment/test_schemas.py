"""The schemas for editors are current, say what each key means, and accept what we accept."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.json_schema import ALL_SCHEMAS, write_schemas
from sim.place.document import Tree, read_yaml
from sim.place.json_schema import schema_text
from tests.behaviour.spoilt_files import GOOD

ROOT = Path(__file__).parents[3]
FIRST_LINE = "# yaml-language-server: $schema="
SHIPPED = sorted(
    path for folder in ("configs", "experiments") for path in (ROOT / folder).rglob("*.yaml")
)
STARTER = sorted((ROOT / "sim/place/starter").rglob("*.yaml"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("kind", ALL_SCHEMAS)
def test_the_schema_in_the_repository_is_current(kind: str) -> None:
    """If not: careflow schema configs/schema."""
    there = (ROOT / "configs" / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8")
    assert there == schema_text(ALL_SCHEMAS[kind])


def test_the_schemas_are_written_to_any_folder(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "new")
    assert [path.name for path in written] == [
        "place.schema.json", "lever.schema.json", "experiment.schema.json",
        "benchmarks.schema.json",
    ]  # fmt: skip
    assert all(json.loads(path.read_text(encoding="utf-8")) for path in written)


def keys_in(schema: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every key that a schema knows, with what it says of it."""
    found: list[tuple[str, Any]] = []
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        found += [(f"{path}.{key}", each) for key, each in properties.items()]
        for name, inside in schema.items():
            found += keys_in(inside, f"{path}.{name}")
    elif isinstance(schema, list):
        for inside in schema:
            found += keys_in(inside, path)
    return found


@pytest.mark.parametrize("kind", ALL_SCHEMAS)
def test_every_key_has_a_description(kind: str) -> None:
    keys = keys_in(json.loads(schema_text(ALL_SCHEMAS[kind])))
    assert keys
    assert [path for path, each in keys if not each.get("description")] == []


@pytest.mark.parametrize("path", [*SHIPPED, *STARTER], ids=name_of)
def test_every_shipped_file_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith(FIRST_LINE)
    schema = path.parent / first.removeprefix(FIRST_LINE)
    assert schema.name == f"{kind_of(read_yaml(path).tree)}.schema.json"
    if path in SHIPPED:
        assert schema.is_file()


def kind_of(tree: Tree) -> str:
    assert isinstance(tree, dict)
    return next(kind for kind in ("experiment", "lever", "benchmarks", "place") if kind in tree)


@pytest.mark.parametrize("path", [*SHIPPED, *STARTER], ids=name_of)
def test_an_editor_finds_nothing_wrong_in_a_shipped_file(path: Path) -> None:
    assert complaints(read_yaml(path).tree) == []


@pytest.mark.parametrize("name", [name for name in GOOD if name.endswith(".yaml")])
def test_an_editor_accepts_every_short_form(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text(GOOD[name], encoding="utf-8")
    assert complaints(read_yaml(tmp_path / "file.yaml").tree) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("place.yaml", "turnaround", "turnarond"),
        ("place.yaml", "beds: 4", "beds: four"),
        ("place.yaml", "reason: transport", "reason: a bus"),
        ("experiment.yaml", "days: 40", "days: 0"),
        ("experiment.yaml", "[delayed_bed_days,", "[delayed,"),
        ("levers/faster.yaml", "strength: none", "strength: good"),
    ],
)
def test_an_editor_marks_what_is_wrong(name: str, old: str, new: str, tmp_path: Path) -> None:
    assert GOOD[name].count(old) == 1
    (tmp_path / "file.yaml").write_text(GOOD[name].replace(old, new), encoding="utf-8")
    assert complaints(read_yaml(tmp_path / "file.yaml").tree)


def complaints(tree: Tree) -> list[str]:
    import jsonschema

    schema = json.loads(schema_text(ALL_SCHEMAS[kind_of(tree)]))
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(tree)]
