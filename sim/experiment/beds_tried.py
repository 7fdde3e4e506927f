"""Numbers of beds that an experiment tries out, and whether they can be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from sim.measures.beds_tried import BedsTried
from sim.place.document import Document
from sim.place.fields import Name
from sim.place.numbers import Strict
from sim.place.problems import Problem, did_you_mean, one_of
from sim.place.schema import Place


class TriedBeds(Strict):
    """Numbers of beds to try out, in settings that run without limit."""

    own: dict[Name, Annotated[int, Field(ge=0, le=100_000)]] = Field(
        description="Setting → its own beds.", min_length=1, max_length=20
    )
    shared: int = Field(
        0, ge=0, le=100_000, description="Beds that people of all these settings may use."
    )

    def as_measured(self) -> BedsTried:
        """As the measures have it."""
        return BedsTried(tuple(self.own.items()), self.shared)


def cant_be_tried(
    document: Document, tried: Sequence[TriedBeds], places: Mapping[str, Place]
) -> Iterator[Problem]:
    """Beds are tried in settings of every scenario's place, none with a limit, and once each."""
    seen: dict[BedsTried, int] = {}
    for i, each in enumerate(tried):
        first = seen.setdefault(each.as_measured(), i)
        if first != i:
            yield document.problem(("beds_tried", i), f"the same beds as in row {first + 1}")
        for setting in each.own:
            says = next((text for n, p in places.items() if (text := _wrong(setting, n, p))), None)
            if says:
                yield document.problem(("beds_tried", i, "own", setting), says, at_key=True)


def _wrong(setting: str, scenario: str, place: Place) -> str | None:
    """Why beds can't be tried in a setting; None if they can."""
    if setting not in place.settings:
        known = one_of(place.settings)
        return f"no setting {setting!r}; allowed: {known}{did_you_mean(setting, place.settings)}"
    if place.settings[setting].spaces.limit is not None:
        return (
            f"{setting!r} has a limit in the scenario {scenario!r}; numbers of beds are tried out "
            "from a run in which they are unlimited"
        )
    return None
