"""A YAML file as plain data in which every value still knows the line and column it stands on.

Only the syntax tree is built (YAML 1.2, by ruamel.yaml); no tag constructs anything, so no code
can run from a file. Anchors and aliases are refused: they make bombs, and no place needs them.
"""

import math
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    NodeEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.parser import RoundTripParser

from sim.place.problems import InputError, Problem, input_error

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 30

Keys = tuple[str | int, ...]
Tree = dict[str, "Tree"] | list["Tree"] | str | int | float | bool | None


@dataclass(frozen=True)
class Mark:
    """Where a value stands, and where its key stands, each as text to print."""

    value: str
    key: str


@dataclass
class Document:
    """One file (or sheet-by-sheet workbook) as a tree of plain values with their marks."""

    path: Path
    tree: Tree
    marks: dict[Keys, Mark] = field(default_factory=dict)
    changed: dict[Keys, str] = field(default_factory=dict)
    """What levers have changed: its keys, and where the lever says so."""
    base: "Document | None" = None
    """Without levers, where they are laid over it."""

    def where(self, keys: Keys, *, at_key: bool = False) -> str:
        """The place in the file of a value, or of the nearest thing around it that is written."""
        for length in range(len(keys), -1, -1):
            mark = self.marks.get(keys[:length])
            if mark:
                return mark.key if at_key and length == len(keys) else mark.value
        return str(self.path)

    def problem(self, keys: Keys, what: str, *, at_key: bool = False) -> Problem:
        """Something wrong with the value at these keys, naming levers that changed parts of it."""
        where = self.where(keys, at_key=at_key)
        inside = {
            mark
            for path, mark in self.changed.items()
            if len(path) > len(keys) and path[: len(keys)] == keys
        }
        if inside:
            what += f" (after the change at {', '.join(sorted(inside))})"
        return Problem(where, what)

    def written(self, keys: Keys) -> Keys:
        """Those of the keys that are written, where a short form leaves some of them out.

        >>> Document(Path("p"), {}, {("beds",): Mark("p:1:7", "p:1:1")}).written(("beds", "value"))
        ('beds',)
        """
        found: Keys = ()
        for key in keys:
            if (*found, key) in self.marks:
                found = (*found, key)
        return found


def read_yaml(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        InputError: the file can't be read, is too large or too deep, is not YAML, repeats a key,
            or holds a value that is not text, a number, true or false, a list or a mapping.
    """
    text = read_text(path, MAX_BYTES)
    yaml = YAML(typ="rt", pure=True)
    yaml.Parser = partial(_WaryParser, path)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        problem = " ".join(str(error.problem or error.context or "not YAML").split())
        raise input_error(where, f"not valid YAML: {problem}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        summary = " ".join(str(error).split())[:200]
        raise input_error(f"{path}:1:1", f"not valid YAML: {summary}") from None
    if node is None:
        raise input_error(f"{path}:1:1", "the file is empty")
    document = Document(path, None)
    document.tree = _plain(document, node, ())
    return document


def read_text(path: Path, limit: int) -> str:
    """The text of a file of at most ``limit`` bytes, as UTF-8.

    Raises:
        InputError: no such file, not a file, too large, or not UTF-8.
    """
    try:
        if not path.is_file():
            raise input_error(path, "no such file" if not path.exists() else "not a file")
        size = path.stat().st_size
        if size > limit:
            raise input_error(f"{path}:1:1", f"the file has {size:,} bytes; allowed: {limit:,}")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise input_error(f"{path}:{line}:1", "not UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise input_error(path, f"can't be read: {getattr(error, 'strerror', error)}") from None


class _WaryParser(RoundTripParser):
    """Stops at the first tag, anchor or alias, and when there are too many values or levels."""

    def __init__(self, path: Path, loader: object) -> None:
        super().__init__(loader)
        self.path = path
        self.depth = self.values = 0

    def get_event(self) -> Any:
        """The next event, if it may stand in a file."""
        event = super().get_event()
        if isinstance(event, NodeEvent):
            self.values += 1
            self._look_at(event)
            if isinstance(event, CollectionStartEvent):
                self.depth += 1
                if self.depth > MAX_DEPTH:
                    raise self._error(event, f"nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, CollectionEndEvent):
            self.depth -= 1
        elif isinstance(event, DocumentStartEvent) and event.version not in (None, (1, 2)):
            raise self._error(event, "only YAML 1.2 is read; take the %YAML line out")
        return event

    def _look_at(self, event: NodeEvent) -> None:
        if not _is_plain(event):
            raise self._error(
                event, f"the tag {_tag(event)} is not allowed; write plain values only"
            )
        if isinstance(event, AliasEvent) or event.anchor:
            raise self._error(event, "anchors and aliases (& and *) are not allowed; write it out")
        if self.values > MAX_VALUES:
            raise self._error(event, f"more than {MAX_VALUES:,} values in one file")

    def _error(self, event: Event, what: str) -> InputError:
        mark = event.start_mark
        return input_error(f"{self.path}:{mark.line + 1}:{mark.column + 1}", what)


def _is_plain(event: NodeEvent) -> bool:
    """Whether a value has no tag of its own, or only the one of text."""
    return str(_tag(event) or "!") in ("!", "tag:yaml.org,2002:str")


def _tag(event: NodeEvent) -> object:
    return getattr(event, "tag", None)


def _plain(document: Document, node: Node, keys: Keys, key_node: Node | None = None) -> Tree:
    """A node as plain data, noting where it and its key stand."""
    at = _at(document.path, node)
    document.marks[keys] = Mark(at, _at(document.path, key_node) if key_node else at)
    if isinstance(node, MappingNode):
        return _mapping(document, node, keys)
    if isinstance(node, SequenceNode):
        return [_plain(document, item, (*keys, i)) for i, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, at)


def _mapping(document: Document, node: MappingNode, keys: Keys) -> dict[str, Tree]:
    plain: dict[str, Tree] = {}
    for key_node, value_node in node.value:
        at = _at(document.path, key_node)
        if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
            raise input_error(at, "a key must be one plain word or phrase")
        key = str(key_node.value)
        if key in plain:
            first = document.marks[(*keys, key)].key
            raise input_error(at, f"the key {key!r} is here twice; first at {first}")
        plain[key] = _plain(document, value_node, (*keys, key), key_node)
    return plain


def _scalar(node: ScalarNode, at: str) -> str | int | float | bool | None:
    """A YAML 1.2 scalar. Dates and times stay text; NaN and infinities are refused."""
    kind = str(node.tag).rpartition(":")[2]
    text = str(node.value).replace(_FOLD_MARK, "")
    try:
        match kind:
            case "str" | "timestamp":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in _BASES else 10)
            case "float":
                number = float(text.replace("_", ""))
                if not math.isfinite(number):
                    raise input_error(at, f"{text} is not a number that can be used")
                return number
    except InputError:
        raise
    except ValueError:
        raise input_error(at, f"{text[:40]!r} is not a number that can be read") from None
    raise input_error(at, f"the tag {node.tag!s} is not allowed; write plain values only")


_FOLD_MARK = "\a"
"""What ruamel leaves in folded text where a line was folded."""
_BASES = ("0x", "0o", "0b")


def _at(path: Path, node: Node) -> str:
    return f"{path}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
