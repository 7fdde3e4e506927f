"""A new folder of readable files made from another tool's: written whole, or not at all.

An importer fills a ``Draft`` key by key, saying where in the other tool's file each value comes
from. The draft is checked as any place is, so what is wrong is said of that file's cells; it is
written as YAML with comments, and read back, before the folder appears under its name.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import FoldedScalarString

from sim.place.document import Document, Keys, Mark, Tree
from sim.place.load import check_place, load_place
from sim.place.problems import input_error
from sim.place.schema import Place

WIDTH = 96
LONG = 80
"""Text longer than this is folded over lines of its own."""
_INDENT = 2


@dataclass
class Draft:
    """A YAML file in the making: its values, where each comes from, and comments."""

    tree: dict[str, Any] = field(default_factory=dict)
    sources: dict[Keys, str] = field(default_factory=dict)
    """Keys → the cell (file, row and column) of the other tool's file."""
    above: dict[Keys, str] = field(default_factory=dict)
    """Keys → comment on the lines above; of () at the head of the file."""
    beside: dict[Keys, str] = field(default_factory=dict)
    """Keys → comment at the end of the line."""

    def put(self, *keys: str, value: Any, source: str = "", beside: str = "") -> None:
        """Write a value (number, text, list or table) at these keys, making tables on the way."""
        table = self.tree
        for key in keys[:-1]:
            table = table.setdefault(key, {})
        table[keys[-1]] = value
        if source:
            self.sources[keys] = source
        if beside:
            self.beside[keys] = beside

    def as_document(self, path: Path, whole: str) -> Document:
        """The draft as a document whose values stand where they come from.

        ``whole`` is where to look for a value that comes from no cell: the other tool's file.
        """
        document = Document(path, _plain(self.tree))
        self._mark(document, document.tree, (), whole)
        return document

    def _mark(self, document: Document, value: Tree, keys: Keys, around: str) -> None:
        """Every value stands at its own cell, or else at that of the table around it."""
        at = self.sources.get(keys, around)
        document.marks[keys] = Mark(at, at)
        if isinstance(value, dict):
            for key, inside in value.items():
                self._mark(document, inside, (*keys, key), at)
        elif isinstance(value, list):
            for number, inside in enumerate(value):
                self._mark(document, inside, (*keys, number), at)

    def text(self) -> str:
        """The draft as YAML: short tables and lists on one line, a blank line between parts."""
        writer = YAML(typ="rt", pure=True)
        writer.width = WIDTH
        writer.indent(mapping=_INDENT, sequence=2 * _INDENT, offset=_INDENT)
        writer.allow_unicode = True
        out = StringIO()
        writer.dump(self._styled(self.tree, ()), out)
        head = "".join(f"# {line}".rstrip() + "\n" for line in _lines(self.above.get(())))
        return (f"{head}\n" if head else "") + out.getvalue()

    def _styled(self, value: Any, keys: Keys) -> Any:
        """A value as ruamel's own tables and lists, which carry style and comments."""
        if isinstance(value, Mapping):
            table = CommentedMap()
            for key, inside in value.items():
                table[key] = self._styled(inside, (*keys, key))
            if keys and self._fits_one_line(value, keys):
                table.fa.set_flow_style()
                return table
            for number, key in enumerate(value):
                self._comment(table, key, (*keys, key), is_first=number == 0)
            return table
        if isinstance(value, list | tuple):
            items = CommentedSeq(self._styled(x, (*keys, i)) for i, x in enumerate(value))
            if self._fits_one_line(value, keys):
                items.fa.set_flow_style()
            return items
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return int(value)  # 24, not 24.0
        if isinstance(value, str) and len(value) > LONG and value == " ".join(value.split()):
            return FoldedScalarString(value)
        return value

    def _comment(self, table: CommentedMap, key: str, keys: Keys, *, is_first: bool) -> None:
        is_part = isinstance(table[key], CommentedMap | CommentedSeq)
        gap = "\n" if len(keys) == 1 and is_part and not is_first else ""
        above = "\n".join(_lines(self.above.get(keys)))
        if gap or above:
            table.yaml_set_comment_before_after_key(
                key, before=gap + above, indent=_INDENT * (len(keys) - 1)
            )
        if keys in self.beside:
            table.yaml_add_eol_comment(self.beside[keys], key)

    def _fits_one_line(self, value: Any, keys: Keys) -> bool:
        """Whether a table or list is short, and nothing in it has a comment."""
        depth = len(keys)
        commented = any(
            len(at) > depth and at[:depth] == keys for at in (*self.above, *self.beside)
        )
        return not commented and len(keys) > 1 and len(str(_plain(value))) < WIDTH - 4 * depth - 20


def write_place(folder: Path, place: Draft, others: Mapping[str, str], whole: str) -> Place:
    """Write ``place.yaml`` and other files (name → text) into a new folder.

    ``whole`` names the other tool's file, for what is wrong with no one cell of it.

    Raises:
        InputError: the folder is there and not empty, can't be written, or the place is not
            valid (said of the other tool's cells). Nothing is left behind.
    """
    with new_folder(folder) as draft:
        return _write(draft, place, others, whole)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, which appears under its name when all is written, or not at all.

    Raises:
        InputError: the folder is there and not empty, or can't be written.
    """
    must_be_new(folder)
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=above))
        yield draft
        draft.chmod(0o755)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rmdir()
        os.replace(draft, folder)
    except OSError as error:
        raise input_error(folder, f"can't be written: {error.strerror}") from None
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def must_be_new(folder: Path) -> None:
    """Raise unless nothing is at this name, or an empty folder.

    Raises:
        InputError: something is there.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise input_error(folder, "already there, and not empty; name a new folder")
    except OSError as error:
        raise input_error(folder, f"can't be used: {error.strerror}") from None


def _write(folder: Path, place: Draft, others: Mapping[str, str], whole: str) -> Place:
    """Check the draft, write the files, and read the place back."""
    for name, text in others.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))
    path = folder / "place.yaml"
    checked = check_place(place.as_document(path, whole))
    path.write_bytes(place.text().encode("utf-8"))
    again = load_place(path)
    if again != checked:
        raise AssertionError("a place that is written reads as another place")
    return checked


def _plain(value: Any) -> Tree:
    """Tables, lists and values without style."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inside) for inside in value]
    plain: Tree = value
    return plain


def _lines(text: str | None) -> Iterable[str]:
    return text.rstrip("\n").split("\n") if text else ()
