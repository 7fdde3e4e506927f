"""Paths such as ``settings.p2-bristol.beds``: finding the value that one names in a place.

Parts are joined by dots. A task in a list goes by its name; the items of any list are counted from
1. A name that has dots in it is matched whole. A path may go on into a short form:
``routes.hospital.p2.share`` names the bare share of ``p2: 0.3``. A part ``*`` stands for every row
or item in which the rest of the path leads somewhere.
"""

from collections.abc import Iterator
from typing import Any

from sim.place.distributions import Distribution, Uniform
from sim.place.document import Keys, Tree
from sim.place.numbers import Duration, Number
from sim.place.problems import did_you_mean, one_of
from sim.place.schema import Place, Route
from sim.place.shape import Expected, expected_at, field, is_list, is_named_rows, keys_of, table

EVERY = "*"


class UnknownPathError(Exception):
    """A path that leads to nothing in the place; the message says at which part."""


def find_all(tree: Tree, path: str, *, may_add: bool) -> list[Keys]:
    """The keys of every value that a path names: of one, unless a part of it is ``*``.

    In the rows of a ``*`` all but the last part of what follows must be written already, and where
    that is one part, it too. So ``settings.*.decision_rounds`` names those that have rounds.

    Raises:
        UnknownPathError: as in ``find``; or no row has the rest of the path.

    >>> find_all({"routes": {"a": {"home": 1}, "b": {"care": 1}}}, "routes.*.home", may_add=False)
    [('routes', 'a', 'home')]
    """
    parts = path.split(".")
    if EVERY not in parts:
        return [find(tree, path, may_add=may_add)]
    at = parts.index(EVERY)
    if at == 0:
        raise UnknownPathError(f"{EVERY} can't come first; name a part of the place before it")
    before, rest = ".".join(parts[:at]), parts[at + 1 :]
    found: list[Keys] = []
    hint = ""
    for row in _rows(tree, before):
        try:
            found += find_all(
                tree, ".".join([before, row, *rest]), may_add=may_add and bool(rest[1:])
            )
        except UnknownPathError as error:
            hint = hint or "".join(str(error).partition("; did you mean")[1:])
    if not found:
        what = f"has {'.'.join(rest)!r} written" if rest else "is written"
        raise UnknownPathError(f"nothing in {before} {what}{hint}")
    return list(dict.fromkeys(found))


def _rows(tree: Tree, path: str) -> Iterator[str]:
    """The rows or items of what a path names, as parts of a longer path."""
    keys = find(tree, path, may_add=False)
    node: Any = tree
    for key in keys:
        node = node[key]
    if isinstance(node, list):
        yield from (str(i + 1) for i in range(len(node)))
    elif isinstance(node, dict) and is_named_rows(kind_at(tree, keys)):
        yield from node
    else:
        raise UnknownPathError(f"{EVERY} stands for rows or items, and {path} has none")


def find(tree: Tree, path: str, *, may_add: bool) -> Keys:
    """The keys of the value that a path names.

    With ``may_add``, the path may name something not written yet that the schema knows of: an
    optional key, or a new row.

    Raises:
        UnknownPathError: no such value, and none that may be added.

    >>> find({"settings": {"ward 1.2": {"beds": 4}}}, "settings.ward 1.2.beds", may_add=False)
    ('settings', 'ward 1.2', 'beds')
    """
    keys: Keys = ()
    node: Tree = tree
    parts = path.split(".")
    known = _names(tree)
    while parts:
        kind = kind_at(tree, keys)
        node = expanded(kind, node, parts[0])
        key, used = _step(node, kind, parts, known, may_add, ".".join(map(_shown, keys)))
        keys, parts = (*keys, key), parts[used:]
        if isinstance(node, list) and isinstance(key, int):
            node = node[key]
        else:
            node = node.get(str(key)) if isinstance(node, dict) else None
    if node is None and not may_add:
        raise UnknownPathError(f"nothing is written at {path} that could be changed; write set")
    return keys


def _step(
    node: Tree, kind: Expected, parts: list[str], known: list[str], may_add: bool, so_far: str
) -> tuple[str | int, int]:
    """The next key, and how many parts of the path it takes."""
    if isinstance(node, list):
        return _item(node, parts, so_far)
    written = list(node) if isinstance(node, dict) else []
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in written:
            return ".".join(parts[:length]), length
    owner = table(kind)
    if owner is not None and field(owner, parts[0]) is not None:
        if not may_add:
            raise UnknownPathError(
                f"nothing is written for {parts[0]!r} in {so_far or 'the place'} that could be "
                "changed; write set"
            )
        return parts[0], 1
    if is_named_rows(kind) and may_add:
        for length in range(len(parts), 0, -1):
            if ".".join(parts[:length]) in known:
                return ".".join(parts[:length]), length
        if len(parts) == 1:
            return parts[0], 1
    if node is None and is_list(kind):
        raise UnknownPathError(f"nothing is written for {so_far}; set the whole list")
    allowed = list(dict.fromkeys([*written, *(keys_of(owner) if owner else [])]))
    raise UnknownPathError(
        f"no {parts[0]!r} in {so_far or 'the place'}; allowed: {one_of(allowed)}"
        f"{did_you_mean(parts[0], allowed)}"
    )


def _item(node: list[Tree], parts: list[str], so_far: str) -> tuple[int, int]:
    """The item that is named or numbered, and how many parts of the path that takes."""
    names = [item.get("task") if isinstance(item, dict) else None for item in node]
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if names.count(name) == 1:
            return names.index(name), length
        if name in names:
            listed = ", ".join(str(i + 1) for i, other in enumerate(names) if other == name)
            raise UnknownPathError(
                f"{name!r} is there twice in {so_far}; write its number: {listed}"
            )
    part = parts[0]
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 6 else 0
    if not 1 <= number <= len(node):
        allowed = f"1 to {len(node)}" if node else "none, the list is empty"
        tasks = [name for name in names if isinstance(name, str)]
        hint = did_you_mean(part, tasks)
        if tasks:
            allowed = f"{one_of(tasks)}, or {allowed}"
        raise UnknownPathError(f"no item {part!r} in {so_far}; allowed: {allowed}{hint}")
    return number - 1, 1


def _names(tree: Tree) -> list[str]:
    """The settings and exits, for rows that are named after one."""
    parts = [tree.get(part) for part in ("settings", "exits")] if isinstance(tree, dict) else []
    return [name for part in parts if isinstance(part, dict) for name in part]


def kind_at(tree: Tree, keys: Keys) -> Expected:
    """What the schema expects at these keys; one table may stand where a list of them may."""
    kind: Expected = Place
    node: Any = tree
    for depth in range(len(keys) + 1):
        if is_list(kind) and isinstance(node, dict):
            kind = expected_at(kind, (0,))
        if depth == len(keys):
            break
        key = keys[depth]
        kind = expected_at(kind, (key,))
        if isinstance(node, dict):
            node = node.get(str(key))
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            node = None
    return kind


def expanded(kind: Expected, node: Tree, part: str | int) -> Tree:
    """A short form written out, where a path goes on into it; anything else as it is."""
    owner = table(kind)
    if isinstance(node, dict) or node is None or owner is None:
        return node
    if isinstance(node, list):
        pair = owner is Uniform and len(node) == 2 and part in ("low", "high")
        return {"low": node[0], "high": node[1]} if pair else node
    if owner is Route:
        return {"share": node}
    if owner in (Duration, Distribution):
        length = _length(node)
        return {"fixed": length} if owner is Distribution else length
    return {"value": node} if issubclass(owner, Number) else node


def _length(node: Tree) -> dict[str, Tree]:
    """``2 hours`` as a table."""
    if not isinstance(node, str):
        return {"value": node}
    number, _, unit = node.strip().partition(" ")
    try:
        return {"value": float(number), "unit": unit or "days"}
    except ValueError:
        return {"value": node}


def _shown(key: str | int) -> str:
    return str(key + 1) if isinstance(key, int) else key


def dotted(keys: Keys) -> str:
    """Keys as a path to read.

    >>> dotted(("transfers", "home", "arrange", 0, "takes"))
    'transfers.home.arrange.1.takes'
    """
    return ".".join(map(_shown, keys))
