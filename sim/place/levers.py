"""Levers: named changes that are laid over a place, each with its mechanism, cost and evidence."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from sim.place import arithmetic
from sim.place.arithmetic import Addend
from sim.place.calendars import IsoDate
from sim.place.document import Document, Keys, Mark, Tree
from sim.place.fields import Name, Prose, Title
from sim.place.numbers import Amount, AnyNumber, Duration, Noted, PoundsPerYear, Strict
from sim.place.parts import MAY_CHANGE, may_start_or_spread
from sim.place.paths import EVERY, UnknownPathError, dotted, expanded, find_all, kind_at
from sim.place.problems import InputError, Problem, did_you_mean, one_of, refuse
from sim.place.schema import Route
from sim.place.shape import expected_at, is_list, table
from sim.place.uptake import Uptake
from sim.place.validate import validate

Operation = Literal["set", "times", "plus"]
OPERATIONS: tuple[Operation, ...] = ("set", "times", "plus")
NOTES = ("source", "certainty", "note")
FIXED = ("place", "start_date", "about")
"""What no lever may change: the scenarios of an experiment share them."""
ADDED = "+"
"""Stands for the items that levers add to a list."""


class Evidence(Strict):
    """What is known of a lever's effect, and how strong that is."""

    strength: Literal["strong", "moderate", "weak", "none"] = Field(
        description="strong, moderate, weak or none."
    )
    says: Prose = Field(description="What the evidence says, in a sentence or two.")
    source: Prose | None = Field(None, description="Where that is written.")


class Lever(Strict):
    """A named change to a place: what it does, how it works, what it costs, how sure that is."""

    lever: Name = Field(description="The lever's name, as experiments use it.")
    title: Title = Field(description="What is done, in plain words.")
    how: Prose = Field(description="How it works: the mechanism, not the hoped-for result.")
    change: dict[str, Any] = Field(
        description="Path in the place → its new value, or one of {set: value}, {times: number} "
        "and {plus: number}; {plus: [items]} adds to a list. A path is the keys joined by dots, "
        "such as settings.reablement.places; a task goes by its name, the items of other lists are "
        "counted from 1, and * stands for every row that has the rest of the path.",
        min_length=1,
        max_length=500,
    )
    starts: IsoDate | None = Field(
        None, description="The date on which it starts (the beginning of the run, if left out)."
    )
    uptake: Uptake | None = Field(
        None, description="How far it spreads and how fast (at once to all, if left out)."
    )
    costs: dict[Name, PoundsPerYear] = Field(
        default_factory=dict,
        description="Organisation → what the lever costs it (or saves, below 0).",
    )
    evidence: Evidence = Field(description="What is known of its effect.")

    @property
    def is_phased(self) -> bool:
        """Whether it has a start or an uptake of its own."""
        return self.starts is not None or self.uptake is not None


@dataclass(frozen=True)
class Change:
    """One line of a lever: what it does to the value at a path."""

    lever: str
    document: Document
    path: str
    operation: Operation
    value: Tree
    """What is written for it: the new value, the factor, or what is added."""
    value_at: Keys
    """Where that stands in the lever's file."""
    keys: Keys = ()
    """The path in the place, once found."""

    @property
    def adds_items(self) -> bool:
        """Whether it puts items at the end of a list, and leaves those that are there alone."""
        return self.operation == "plus" and isinstance(self.value, list)

    @property
    def where(self) -> str:
        """Where the lever names the path."""
        return self.document.where(("change", self.path), at_key=True)

    def problem(self, what: str) -> Problem:
        """Something wrong with this change."""
        return self.document.problem(("change", self.path), what, at_key=True)


def read_lever(document: Document) -> Lever:
    """A lever's file as a lever.

    Raises:
        InputError: it is not a lever, or one of its changes can't be read.
    """
    lever = validate(document, Lever)
    changes_of(document, lever)
    return lever


def changes_of(document: Document, lever: Lever) -> list[Change]:
    """The changes that a lever makes, in its own order.

    Raises:
        InputError: a change is not a value, or one of set, times and plus with what belongs there.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    for path, value in lever.change.items():
        change = _change(document, lever.lever, path, value)
        mixed = isinstance(value, dict) and any(word in value for word in OPERATIONS)
        extra = set(value) - {change.operation, *NOTES} if mixed else set()
        if extra:
            problems.append(change.problem(
                f"write one of {', '.join(OPERATIONS)} for a path, and with it at most "
                f"{', '.join(NOTES)} (here: {', '.join(value)})"
            ))  # fmt: skip
            continue
        try:
            _check_operand(change, value)
        except InputError as error:
            problems.extend(error.problems)
        changes.append(change)
    refuse(problems)
    return changes


def lay_over(place: Document, levers: Sequence[Document]) -> Document:
    """A valid place as the levers leave it; what they change stands, from then on, in their files.

    Several times of one value multiply, several plus add, in any order. Any other pair of changes
    to one value, or to a table and a part of it, is a clash; but items that are added to a list
    leave the changes of the others alone.

    Raises:
        InputError: a lever is not valid, its path is not in the place, it clashes with another,
            the arithmetic makes no sense there, or its cost falls on an unknown organisation.
    """
    if not levers:
        return place
    read = _read_all(levers)
    changes, problems = _found(place, [change for _, _, made in read for change in made])
    phased = {lever.lever for _, lever, _ in read if lever.is_phased}
    problems += [
        change.problem(MAY_CHANGE)
        for change in changes
        if change.lever in phased
        and not (may_start_or_spread(change.keys) or is_added_row(place.tree, change.keys))
    ]
    refuse([*problems, *_clashes(changes)])
    touched = {change.keys for change in changes if not change.adds_items}
    marks = {
        keys: mark
        for keys, mark in place.marks.items()
        if not any(keys[:length] in touched for length in range(len(keys) + 1))
    }
    laid = Document(
        place.path, copy.deepcopy(place.tree), marks, dict(place.changed), place.base or place
    )
    by_keys: dict[tuple[Keys, bool], list[Change]] = {}
    for change in changes:
        by_keys.setdefault((change.keys, change.adds_items), []).append(change)
    for (_, adds_items), together in by_keys.items():
        problems += _add_items(laid, together) if adds_items else _apply(laid, together)
    for document, lever, _ in read:
        problems += _unknown_payers(laid, document, lever)
    refuse(problems)
    return laid


def changes_in(place: Document, document: Document) -> list[Change]:
    """The changes that a lever makes, each with the keys of its value in the place."""
    found, _ = _found(place, changes_of(document, read_lever(document)))
    return found


def is_added_row(tree: Tree, keys: Keys) -> bool:
    """Whether these keys are of a setting, exit or team that is not in the place yet."""
    rows = tree.get(str(keys[0]), {}) if isinstance(tree, dict) else {}
    known = rows if isinstance(rows, dict) else {}
    return len(keys) == 2 and keys[0] in ("settings", "exits", "teams") and keys[1] not in known


def _read_all(levers: Sequence[Document]) -> list[tuple[Document, Lever, list[Change]]]:
    read: list[tuple[Document, Lever, list[Change]]] = []
    problems: list[Problem] = []
    for document in levers:
        try:
            lever = read_lever(document)
        except InputError as error:
            problems.extend(error.problems)
            continue
        same = next((other for other, known, _ in read if known.lever == lever.lever), None)
        if same is not None:
            twice = f"a second lever {lever.lever!r}; the first is at {same.where(('lever',))}"
            problems.append(document.problem(("lever",), twice))
        read.append((document, lever, changes_of(document, lever)))
    refuse(problems)
    return read


def _change(document: Document, lever: str, path: str, value: Tree) -> Change:
    at: Keys = ("change", path)
    if isinstance(value, dict):
        for operation in OPERATIONS:
            if operation in value:
                return Change(lever, document, path, operation, value[operation], (*at, operation))
    return Change(lever, document, path, "set", value, at)


def _check_operand(change: Change, written: Tree) -> None:
    """Refuse a factor or addend that is not a number, and notes that are none."""
    if change.operation == "times":
        validate(_part(change.document, change.value_at, change.value), Amount)
    elif change.operation == "plus" and not change.adds_items:
        kind = Duration if isinstance(change.value, str) else AnyNumber
        validate(_part(change.document, change.value_at, change.value), kind)
    if isinstance(written, dict) and change.operation in written:
        notes: Tree = {key: note for key, note in written.items() if key in NOTES}
        validate(_part(change.document, ("change", change.path), notes), Noted)


def _part(document: Document, at: Keys, tree: Tree) -> Document:
    """A part of a file as a document of its own, with its places in that file."""
    marks = {
        keys[len(at) :]: mark for keys, mark in document.marks.items() if keys[: len(at)] == at
    }
    return Document(document.path, tree, marks)


def _found(place: Document, changes: list[Change]) -> tuple[list[Change], list[Problem]]:
    """The changes with the keys that their paths lead to in the place."""
    found: list[Change] = []
    problems: list[Problem] = []
    for change in changes:
        if change.path.partition(".")[0] in FIXED:
            problems.append(change.problem(f"a lever can't change {', '.join(FIXED)}"))
            continue
        try:
            every = find_all(place.tree, change.path, may_add=change.operation == "set")
        except UnknownPathError as error:
            problems.append(change.problem(str(error)))
            continue
        for keys in every:
            if change.operation != "set" and table(kind_at(place.tree, keys)) is Route:
                keys = (*keys, "share")
            found.append(replace(change, keys=keys))
    return found, problems


def _clashes(changes: list[Change]) -> Iterator[Problem]:
    """Two changes that can't both be made, each named with its place."""
    earlier: dict[Keys, Change] = {}
    above: dict[Keys, Change] = {}
    for change in changes:
        at = (*change.keys, ADDED) if change.adds_items else change.keys
        prefixes = [at[:length] for length in range(1, len(at))]
        other = earlier.get(at)
        if other and other.operation == change.operation != "set":
            continue
        other = other or above.get(at)
        other = other or next((earlier[keys] for keys in prefixes if keys in earlier), None)
        if other:
            yield change.problem(
                f"the levers {other.lever!r} and {change.lever!r} clash: {other.operation} at "
                f"{other.path} ({other.where}) and {change.operation} at {change.path}; "
                "leave one of them out (only times with times, and plus with plus, go together)"
            )
            continue
        earlier[at] = change
        for keys in prefixes:
            above.setdefault(keys, change)


def _apply(laid: Document, changes: list[Change]) -> list[Problem]:
    """Make the changes of one value; say what is wrong where the sum makes no sense."""
    last = changes[-1]
    holder, key, kind = _holder(laid.tree, last.keys)
    old = holder.get(key) if isinstance(holder, dict) else holder[key]
    try:
        if last.operation == "set":
            _keep_units_clear(old, kind, last.value)
            new = copy.deepcopy(last.value)
        elif last.operation == "times":
            factor = Decimal(1)
            for change in changes:
                factor *= _number(change.value)
            new = arithmetic.times(old, kind, factor)
        else:
            new = old
            for change in changes:
                new = arithmetic.plus(new, kind, _addend(change.value))
    except ValueError as error:
        at = dotted(last.keys) if EVERY in last.path.split(".") else last.path
        return [last.problem(f"{last.operation} at {at}: {error}")]
    holder[key] = new
    _mark(laid, changes)
    return []


def _add_items(laid: Document, changes: list[Change]) -> list[Problem]:
    """Put items at the end of a list, those of the lever with the first name first."""
    first = changes[0]
    holder, key, _ = _holder(laid.tree, first.keys)
    old = holder.get(key) if isinstance(holder, dict) else holder[key]
    if not is_list(expected_at(kind_at(laid.tree, first.keys[:-1]), (key,))):
        return [first.problem(f"plus: items can be added to a list only, and {first.path} is none")]
    items: list[Tree] = old if isinstance(old, list) else [old]
    for change in sorted(changes, key=lambda each: each.lever):
        assert isinstance(change.value, list)
        for path, mark in change.document.marks.items():
            item = path[len(change.value_at) :]
            if item and path[: len(change.value_at)] == change.value_at:
                laid.marks[(*first.keys, len(items) + int(item[0]), *item[1:])] = mark
        items = [*items, *copy.deepcopy(change.value)]
    holder[key] = items
    laid.changed[first.keys] = " and ".join(change.where for change in changes)
    return []


def _holder(tree: Tree, keys: Keys) -> tuple[Any, Any, Any]:
    """The table or list that holds the value at these keys, short forms on the way written out."""
    holder: Any = tree
    for depth, key in enumerate(keys[:-1]):
        inside = holder.get(key) if isinstance(holder, dict) else holder[key]
        kind = kind_at(tree, keys[: depth + 1])
        holder[key] = {} if inside is None else expanded(kind, inside, keys[depth + 1])
        holder = holder[key]
    return holder, keys[-1], kind_at(tree, keys)


def _mark(laid: Document, changes: list[Change]) -> None:
    """From now on the changed value stands in the last lever's file."""
    last = changes[-1]
    keys, at = last.keys, last.value_at
    marks = last.document.marks
    laid.marks[keys] = Mark(marks[at].value, last.where)
    if last.operation == "set":
        for path, mark in marks.items():
            if len(path) > len(at) and path[: len(at)] == at:
                laid.marks[(*keys, *path[len(at) :])] = mark
    laid.changed[keys] = " and ".join(change.where for change in changes)


def _keep_units_clear(old: Tree, kind: Any, new: Tree) -> None:
    """A bare number means days; where the place has hours, that is most likely a slip."""
    bare = isinstance(new, int | float) and not isinstance(new, bool) and new != 0
    if not bare or table(kind) is not Duration:
        return
    unit: Tree = old.get("unit") if isinstance(old, dict) else None
    if isinstance(old, str):
        unit = old.strip().partition(" ")[2]
    if unit and unit not in ("day", "days"):
        raise ValueError(f"the place has {unit} here; write the unit, such as '{new} {unit}'")


def _number(value: Tree) -> Decimal:
    """The factor or addend that is written, short or with its source; it is known to be one."""
    number = value["value"] if isinstance(value, dict) else value
    return Decimal(repr(number))


def _addend(value: Tree) -> Addend:
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        return Addend(Decimal(repr(float(number))), unit or "days")
    return Addend(_number(value))


def _unknown_payers(laid: Document, document: Document, lever: Lever) -> Iterator[Problem]:
    tree = laid.tree
    organisations = tree.get("organisations") if isinstance(tree, dict) else None
    known = list(organisations) if isinstance(organisations, dict) else []
    for name in lever.costs:
        if name not in known:
            yield document.problem(
                ("costs", name),
                f"no organisation {name!r}; allowed: {one_of(known)}{did_you_mean(name, known)}",
                at_key=True,
            )
