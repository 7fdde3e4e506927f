"""What levers that start or spread make of a place: one place for each set of them."""

from collections.abc import Iterator, Sequence

from sim.place.document import Document
from sim.place.levers import Lever, covers_people, lay_over, read_lever
from sim.place.load import check_place
from sim.place.problems import InputError, Problem, refuse
from sim.place.schema import Place
from sim.place.uptake import MAX_PHASED, Phase, Phases


def phases_of(base: Document, levers: Sequence[Document]) -> Phases | None:
    """The levers of a scenario that start or spread, if any, and the places that they make.

    Raises:
        InputError: too many such levers, or one of the places is not right.
    """
    phased = [(each, read_lever(each)) for each in levers if read_lever(each).is_phased]
    if not phased:
        return None
    refuse(_too_many(phased))
    places: list[Place] = []
    for on in range(1 << len(phased)):
        off = [each for bit, each in enumerate(phased) if not on >> bit & 1]
        kept = [each for each in levers if all(each is not document for document, _ in off)]
        laid = lay_over(base, kept)
        places.append(_checked(laid, [lever.lever for _, lever in off]))
    refuse(_unlimited(laid, places))
    listed = tuple(_phase(base, each, lever, places[0]) for each, lever in phased)
    return Phases(listed, tuple(places))


def _phase(base: Document, document: Document, lever: Lever, place: Place) -> Phase:
    """A lever on the clock of the run."""
    over = lever.uptake.over_days.value if lever.uptake else 0.0
    first = 0.0 if over else float("-inf")
    if lever.starts is not None:
        first = float((lever.starts - place.start_date).days)
    reaches = lever.uptake.reaches.value if lever.uptake else 1.0
    return Phase(lever.lever, first, reaches, over, covers_people(base, document))


def _checked(document: Document, off: Sequence[str]) -> Place:
    """The place, checked; what is wrong in it says which levers it is without."""
    try:
        return check_place(document)
    except InputError as error:
        if not off:
            raise
        without = f"(in the time, or for the people, without {' and '.join(map(repr, off))})"
        refuse(Problem(each.where, f"{each.what} {without}") for each in error.problems)
        raise


def _too_many(phased: Sequence[tuple[Document, Lever]]) -> Iterator[Problem]:
    for document, lever in phased[MAX_PHASED:]:
        yield document.problem(
            ("uptake" if lever.uptake else "starts",),
            f"a scenario may have at most {MAX_PHASED} levers with a start or an uptake, and "
            f"{lever.lever!r} is one more",
            at_key=True,
        )


def _unlimited(document: Document, places: Sequence[Place]) -> Iterator[Problem]:
    """Spaces can't grow to unlimited, or shrink from it, in part."""
    for name, setting in places[0].settings.items():
        limits = {place.settings[name].spaces.limit for place in places}
        if None in limits and len(limits) > 1:
            yield document.problem(
                ("settings", name, "beds" if setting.beds else "places"),
                "a lever with a start or an uptake can't change spaces to or from unlimited",
            )
