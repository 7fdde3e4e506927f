"""A place from its file, with levers laid over it if wished, checked from end to end."""

from collections.abc import Sequence
from pathlib import Path

from sim.place.document import Document, read_yaml
from sim.place.levers import lay_over
from sim.place.problems import refuse
from sim.place.rules import problems_of
from sim.place.schema import Place
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


def check_place(document: Document) -> Place:
    """A document as a place: right in each table, and right between them.

    Raises:
        InputError: with everything that is wrong.
    """
    document = with_start_file(document)
    place = validate(document, Place, {"folder": document.path.parent})
    refuse(problems_of(place, document))
    return place
