"""What a lever adds to a place, before anybody uses it.

A setting, a way out or a team that comes with a lever which starts or spreads is in the place all
along, so that it can be counted and drawn; it has no spaces and no staff until the lever has come.
"""

import copy
from collections.abc import Iterable

from sim.place.document import Document, Keys, Tree
from sim.place.levers import Change, is_added_row
from sim.place.parts import SPACES


def with_idle_rows(laid: Document, changes: Iterable[Change]) -> Document:
    """The place with the rows that these changes add, empty as they are before their levers.

    It does not matter that nobody uses them (see ``Document.changed``).
    """
    rows = [change for change in changes if is_added_row(laid.tree, change.keys)]
    if not rows or not isinstance(laid.tree, dict):
        return laid
    tree, marks, changed = copy.deepcopy(laid.tree), dict(laid.marks), dict(laid.changed)
    for change in rows:
        part, name = map(str, change.keys)
        table = tree.setdefault(part, {})
        if isinstance(table, dict):
            table[name] = _idle(part, copy.deepcopy(change.value))
        inside = len(change.value_at)
        for keys, mark in change.document.marks.items():
            if keys[:inside] == change.value_at:
                marks[(*change.keys, *keys[inside:])] = mark
        unused: Keys = (*change.keys, "")
        changed[unused] = change.where
    return Document(laid.path, tree, marks, changed, laid.base)


def _idle(part: str, row: Tree) -> Tree:
    """A setting without spaces, or a team without staff; unlimited spaces and panels stay so."""
    if not isinstance(row, dict):
        return row
    if part == "settings":
        for kind in SPACES:
            if kind in row and not _is_unlimited(row[kind]):
                row[kind] = 0
        row.pop("capacity_by_week", None)
        row.pop("capacity_changes", None)
        row.pop("capacity_cycle", None)
    if part == "teams" and "staff" in row:
        row["staff"] = 0
        row.pop("staff_changes", None)
        works = row.get("works")
        for shift in works if isinstance(works, list) else [works]:
            if isinstance(shift, dict):
                shift.pop("staff", None)
    return row


def _is_unlimited(spaces: Tree) -> bool:
    return spaces == "unlimited" or (
        isinstance(spaces, dict) and spaces.get("value") == "unlimited"
    )
