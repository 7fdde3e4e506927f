"""A document against its schema, with what is wrong said in a planner's words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.place.document import Document, Keys, Tree
from sim.place.numbers import Number
from sim.place.problems import Problem, did_you_mean, one_of, refuse
from sim.place.shape import (
    expected_at,
    field,
    is_list,
    is_named_rows,
    keys_of,
    plain_type,
    table,
)

M = TypeVar("M", bound=BaseModel)


def validate(
    document: Document, model: type[M], context: Mapping[str, Path | None] | None = None
) -> M:
    """The document as a frozen model.

    Raises:
        InputError: with everything that is wrong: where it stands, what is written, what may be.
    """
    empty = list(_empty_keys(document.tree, ()))
    problems = [
        document.problem(
            keys,
            f"nothing is written for {_name(keys)}; write a value, or take the line out",
            at_key=True,
        )
        for keys in empty
    ]
    try:
        whole = model.model_validate(document.tree, context=dict(context or {}))
    except ValidationError as error:
        details = error.errors(include_url=False)
        for detail in details:
            if detail["type"] == "too_short" and _is_wrong_inside(detail, details):
                continue
            keys = document.written(detail["loc"])
            if not any(gap[: len(keys)] == keys for gap in empty):
                problems.append(_problem(document, model, detail))
        refuse(problems)
        raise AssertionError("a document that fails its schema has a problem") from error
    refuse(problems)
    return whole


def _is_wrong_inside(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether items are there but wrong: they are told of, and would else be counted as missing."""
    loc = detail["loc"]
    return any(len(each["loc"]) > len(loc) and each["loc"][: len(loc)] == loc for each in details)


def _empty_keys(tree: Tree, keys: Keys) -> Iterator[Keys]:
    """The keys at which nothing is written."""
    if tree is None:
        yield keys
    elif isinstance(tree, dict):
        for key, inside in tree.items():
            yield from _empty_keys(inside, (*keys, key))
    elif isinstance(tree, list):
        for i, inside in enumerate(tree):
            yield from _empty_keys(inside, (*keys, i))


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    """One complaint of the schema, where it stands and in plain words."""
    loc, kind = detail["loc"], detail["type"]
    bad_key = bool(loc) and loc[-1] == "[key]"
    if bad_key:
        loc = loc[:-1]
    around = loc[:-1] if kind == "missing" else loc
    at_key = bad_key or kind == "extra_forbidden" or isinstance(detail["input"], dict | list)
    return document.problem(
        document.written(around), _words(model, loc, detail, bad_key=bad_key), at_key=at_key
    )


def _words(model: type[BaseModel], loc: Keys, detail: ErrorDetails, *, bad_key: bool) -> str:
    kind, written, facts = detail["type"], detail["input"], detail.get("ctx", {})
    if bad_key and kind == "literal_error":
        words = str(facts["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return f"{_show(loc[-1])} is not allowed; allowed: {one_of(words)}"
    if bad_key:
        return f"{_show(loc[-1])} is not a name; {NAME_HELP}"
    match kind:
        case "rule":
            return str(facts["message"])
        case "missing":
            return f"missing key {_name(loc)}: {_meaning(model, loc) or _needed(model, loc)}"
        case "extra_forbidden":
            owner = table(expected_at(model, loc[:-1]))
            allowed = keys_of(owner) if owner else []
            hint = did_you_mean(str(loc[-1]), allowed)
            return f"unknown key {_name(loc)}; allowed: {one_of(allowed)}{hint}"
        case "literal_error":
            words = _choices(expected_at(model, loc))
            hint = did_you_mean(written, words) if isinstance(written, str) else ""
            return f"{_show(written)} is not allowed; allowed: {one_of(words)}{hint}"
        case "string_pattern_mismatch":
            return f"{_show(written)} is not a name; {NAME_HELP}"
        case "string_too_long":
            return f"the text has {len(written):,} letters; allowed: {facts['max_length']:,}"
        case "string_too_short":
            return "the text is empty; write something"
        case "too_long":
            return f"more than {facts['max_length']:,} items in {_name(loc)}, the most allowed"
        case "too_short":
            return f"{_name(loc)} needs at least {facts['min_length']:,}; here: {len(written):,}"
    return f"{_show(written)} is not allowed here; needed: {_needed(model, loc)}"


NAME_HELP = (
    "allowed: up to 60 letters, figures, spaces and - _ . & ( ) ', starting with a letter or figure"
)


def _needed(model: type[BaseModel], loc: Keys) -> str:
    """What the schema needs at a path, in words."""
    for length in range(len(loc), -1, -1):
        kind = table(expected_at(model, loc[:length]))
        if kind is not None and issubclass(kind, Number) and loc[length:] in _PARTS_OF_A_NUMBER:
            return kind.bounds()
    expected = expected_at(model, loc)
    kind = table(expected)
    if kind is not None:
        return f"a table with {one_of(keys_of(kind))}"
    if is_named_rows(expected):
        return "a table of names, each with its own part below"
    if is_list(expected):
        return "a list"
    simple = {bool: "yes or no", str: "text (in quotes, if it looks like a number)"}
    return simple.get(plain_type(expected)) or _number_needed(model, loc)


_PARTS_OF_A_NUMBER = ((), ("value",), ("low",), ("high",))


def _number_needed(model: type[BaseModel], loc: Keys) -> str:
    """``a whole number from 1 to 9``, from the limits that the schema gives."""
    owner = table(expected_at(model, loc[:-1])) if loc else None
    info = field(owner, str(loc[-1])) if owner else None
    words = "a whole number" if plain_type(expected_at(model, loc)) is int else "a number"
    limits = info.metadata if info else []
    least = next((limit.ge for limit in limits if hasattr(limit, "ge")), None)
    most = next((limit.le for limit in limits if hasattr(limit, "le")), None)
    if least is not None and most is not None:
        return f"{words} from {least:,} to {most:,}"
    return words


def _meaning(model: type[BaseModel], loc: Keys) -> str | None:
    owner = table(expected_at(model, loc[:-1]))
    info = field(owner, str(loc[-1])) if owner else None
    return info.description if info else None


def _choices(expected: Any) -> list[str]:
    expected = plain_type(expected)
    return [str(word) for word in get_args(expected)] if get_origin(expected) is Literal else []


def _name(keys: Keys) -> str:
    """The last key, as it stands in the file; items of a list are counted from 1."""
    if not keys:
        return "the file"
    return f"item {keys[-1] + 1}" if isinstance(keys[-1], int) else _show(keys[-1])


def _show(value: object) -> str:
    """What is written, cut short."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:60] + "…")
    return str(value)[:40]
