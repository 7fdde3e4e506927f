"""What the schema expects at a path: which table, which keys, which kind of number."""

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.place.document import Keys

Expected = Any
"""A type as it stands in the schema; None where the schema says nothing."""


def plain_type(expected: Expected) -> Expected:
    """A type without its notes, and without the None of something that may be left out."""
    while True:
        origin = _origin(expected)
        if origin is Annotated:
            expected = get_args(expected)[0]
        elif origin in (Union, types.UnionType):
            kinds = [kind for kind in get_args(expected) if kind is not type(None)]
            if len(kinds) != 1:
                return expected
            expected = kinds[0]
        else:
            return expected


def _origin(expected: Expected) -> Any:
    return get_origin(expected)


def table(expected: Expected) -> type[BaseModel] | None:
    """The table with known keys that is expected, if it is one."""
    kind = plain_type(expected)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_named_rows(expected: Expected) -> bool:
    """Whether rows with names of the writer's own choice are expected, such as settings."""
    return _origin(plain_type(expected)) is dict


def is_list(expected: Expected) -> bool:
    """Whether a list is expected."""
    return _origin(plain_type(expected)) in (list, tuple)


def field(model: type[BaseModel], key: str) -> FieldInfo | None:
    """What a table says of one of its keys, as it is written in a file."""
    for name, info in model.model_fields.items():
        if key in (info.alias or name, name):
            return info
    return None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that a table may have, as they are written in a file."""
    return [info.alias or name for name, info in model.model_fields.items()]


def within(expected: Expected, key: str | int) -> Expected:
    """What is expected one step further in."""
    model = table(expected)
    if model is not None:
        info = field(model, str(key))
        return info.annotation if info else None
    arguments = get_args(plain_type(expected))
    if is_named_rows(expected):
        return arguments[1]
    if is_list(expected) and arguments:
        return arguments[0]
    return None


def expected_at(root: Expected, keys: Keys) -> Expected:
    """What is expected at the end of a path; None where the path leaves the schema.

    >>> from sim.place.schema import Place
    >>> expected_at(Place, ("settings", "ward", "beds")).__args__[0].__name__
    'Spaces'
    """
    for key in keys:
        root = within(root, key)
    return root
