"""A variant: the place with some levers, and with some numbers that are not the place's own."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from sim.place.document import Document, Keys, Mark

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Change:
    """A number at a path of a place: set to another, multiplied by it, or added to.

    >>> str(Change("settings.ward.beds", "set", 12))
    'settings.ward.beds = 12'
    """

    path: str
    operation: Literal["set", "times", "plus"]
    number: float | int | str
    """In the unit of the place's number, or a length with its own such as ``2 hours``; for
    ``times`` a factor."""
    asked_at: str = field(default="", compare=False)
    """Where it is asked for, for messages, if not where the variant is."""

    def __str__(self) -> str:
        sign = {"set": "=", "times": "×", "plus": "+"}[self.operation]
        number = self.number if isinstance(self.number, str) else f"{self.number:.10g}"
        return f"{self.path} {sign} {number}"

    @property
    def lever(self) -> str:
        """The name of a lever that makes this change alone.

        >>> Change("settings.ward.beds", "set", 12).lever
        'settings.ward.beds set 12'
        """
        sign = {"=": "set", "×": "times", "+": "plus"}
        said = re.sub("[=×+]", lambda found: sign[found[0]], str(self))
        name = re.sub(r"[^A-Za-z0-9 _.&()'-]", "-", said).lstrip(" _.&()'-")
        if len(name) <= _LONGEST_NAME and name == said:
            return name
        digest = hashlib.sha256(said.encode()).hexdigest()[:6]
        return f"{name[: _LONGEST_NAME - 7].rstrip()} {digest}"


@dataclass(frozen=True)
class Variant:
    """What may be run of an experiment: a scenario by its name, or one that a procedure asks for.

    ``inputs`` say what the place is, and are laid over it before the levers; ``changes`` are made
    together with the levers, so that a clash with one of them is an error.
    """

    name: str
    levers: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    inputs: tuple[Change, ...] = ()


def as_levers(changes: Sequence[Change], experiment: Path, asked_at: str) -> Iterator[Document]:
    """Each change as the document of a lever; ``asked_at`` is where the experiment asks for it."""
    for change in changes:
        mark = Mark(change.asked_at or asked_at, change.asked_at or asked_at)
        tree: dict[str, Any] = {
            "lever": change.lever,
            "title": str(change)[:200],
            "how": "A number of the place that the experiment varies.",
            "change": {change.path: {change.operation: change.number}},
            "evidence": {"strength": "none", "says": "Varied to see what follows from it."},
        }
        at: Keys = ("change", change.path)
        marks: dict[Keys, Mark] = {(): mark, at: mark, (*at, change.operation): mark}
        yield Document(experiment, tree, marks)


def beside(
    base: Variant, levers: Sequence[str] = (), changes: Sequence[Change] = (), said: str = ""
) -> Variant:
    """A variant with more levers and changes; ``said`` tells a reader which, in a few words.

    The same levers and changes have the same name, whoever asks for them, and share their runs.

    >>> beside(Variant("as it is"), ["hub"], said="hub").name
    'as it is, hub 6d9b5a'
    """
    made = Variant(
        base.name, (*base.levers, *levers), (*base.changes, *changes), base.inputs
    )  # fmt: skip
    parts = [*made.levers, "", *map(str, made.changes), "", *map(str, made.inputs)]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:6]
    return replace(made, name=f"{f'{base.name}, {said}'[:_LONGEST_NAME]} {digest}")
