"""Small kinds of field that several tables of a place share: names, prose, reasons, hours."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from sim.place.calendars import Window
from sim.place.numbers import wrong
from sim.place.reasons import REASONS

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.&()'-]{0,59}$")]
"""A name within a place: up to 60 letters, figures, spaces and - _ . & ( ) '."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(max_length=5000)]


def one_or_list(value: Any) -> Any:
    """One table may stand where a list of them may."""
    return value if isinstance(value, list) else [value]


def _known_reason(code: Any) -> Any:
    if not isinstance(code, str) or code not in REASONS:
        from sim.place.problems import did_you_mean

        raise wrong(
            f"{str(code)[:60]!r} is not a delay reason{did_you_mean(str(code), REASONS)}; "
            f"allowed: {', '.join(REASONS)}"
        )
    return code


ReasonCode = Annotated[
    str,
    BeforeValidator(_known_reason),
    Field(json_schema_extra={"enum": list(REASONS)}),
]
Windows = Annotated[
    tuple[Window, ...],
    BeforeValidator(one_or_list, json_schema_input_type=Window | list[Window]),
    Field(strict=False, max_length=50),
]
NameByLocality = Name | Annotated[dict[Name, Name], Field(min_length=1, max_length=100)]
"""A name, or one for each locality: ``{north: north-hub, south: south-hub}``."""


def in_locality(named: NameByLocality | None, locality: str | None) -> str | None:
    """The name that holds for somebody who lives in a locality.

    >>> in_locality({"north": "north-hub"}, "north"), in_locality("hub", None)
    ('north-hub', 'hub')
    """
    if isinstance(named, dict):
        return named.get(locality or "")
    return named


def names_in(named: NameByLocality | None) -> dict[str | None, str]:
    """Every name that is written, by the locality it is for; None for everybody."""
    if named is None:
        return {}
    if isinstance(named, dict):
        return {locality: name for locality, name in named.items()}  # noqa: C416 - widens the key
    return {None: named}
