"""A place from its file, with levers laid over it if wished, checked from end to end."""

from collections.abc import Sequence
from pathlib import Path

from sim.place.carried_over import carried_over, has_lost_tasks
from sim.place.document import Document, read_yaml
from sim.place.levers import lay_over
from sim.place.problems import refuse
from sim.place.rules import problems_of
from sim.place.schema import Place
from sim.place.start import Start
from sim.place.start_file import with_start_file
from sim.place.validate import validate


def load_place(path: Path, levers: Sequence[Document] = ()) -> Place:
    """The place in a file, as levers leave it.

    Raises:
        InputError: with everything that is wrong, in the order in which it stands in the files.
    """
    document = read_document(path)
    place = check_place(document)
    return check_place(lay_over(document, levers)) if levers else place


def read_document(path: Path) -> Document:
    """A YAML file, or an Excel workbook, as a tree whose values know where they stand.

    Raises:
        InputError: the file can't be read.
    """
    if path.suffix.lower() == ".xlsx":
        from sim.place.workbook import read_workbook

        return read_workbook(path)
    return read_yaml(path)


class StartRead:
    """A place's start state, read once: thousands of rows that no lever may start to change."""

    def __init__(self, document: Document, start: Start) -> None:
        whole = with_start_file(document)
        self.start = start
        self.tree = whole.tree.get("start") if isinstance(whole.tree, dict) else None
        self.marks = {keys: mark for keys, mark in whole.marks.items() if keys[:1] == ("start",)}


def check_place(document: Document, read: StartRead | None = None) -> Place:
    """A document as a place: right in each table, and right between them.

    With a start state that was read before, only what it has to do with the rest is looked at.

    Raises:
        InputError: with everything that is wrong.
    """
    folder = {"folder": document.path.parent}
    tree, base = document.tree, document.base
    if read is None or not isinstance(tree, dict) or any(k[0] == "start" for k in document.changed):
        document = with_start_file(document)
        place = validate(document, Place, folder)
    else:
        bare = {key: part for key, part in tree.items() if key != "start"}
        bare_document = Document(document.path, bare, document.marks, document.changed)
        place = validate(bare_document, Place, folder).model_copy(update={"start": read.start})
        document = Document(
            document.path,
            bare if read.tree is None else {**bare, "start": read.tree},
            document.marks | read.marks,
            document.changed,
        )
    if base is not None and isinstance(base.tree, dict) and has_lost_tasks(place):
        bare = {key: part for key, part in base.tree.items() if key != "start"}
        before = validate(Document(base.path, bare, base.marks, base.changed), Place, folder)
        place = carried_over(place, before)
    refuse(problems_of(place, document))
    return place
