"""What levers that start or spread make of a place: a place for each set of them that matters."""

from collections.abc import Iterator, Sequence

from sim.place.added import with_idle_rows
from sim.place.document import Document, Keys
from sim.place.levers import Lever, changes_in, is_added_row, lay_over, read_lever
from sim.place.load import StartRead, check_place
from sim.place.parts import (
    covers_people,
    part_at,
    parts_of_ways,
    parts_that_are_mixed,
    tasks_of,
)
from sim.place.paths import dotted
from sim.place.problems import InputError, Problem, refuse
from sim.place.schema import Place
from sim.place.uptake import MAX_PHASED, MAX_TOGETHER, Phase, Phases, sets_of

Phased = Sequence[tuple[Document, Lever]]


def phases_of(base: Document, levers: Sequence[Document]) -> Phases | None:
    """The levers of a scenario that start or spread, if any, and the places that they make.

    Raises:
        InputError: too many such levers, or one of the places is not right.
    """
    phased = [(each, read_lever(each)) for each in levers if read_lever(each).is_phased]
    if not phased:
        return None
    refuse(_too_many(phased))
    full = check_place(lay_over(base, levers))
    start = StartRead(base, check_place(base).start)
    before = _with(base, levers, phased, 0, start)
    listed = tuple(_phase(base, each, lever, before) for each, lever in phased)
    phases = Phases(listed, {0: before})
    together = list(_together(phases, full))
    refuse(_too_many_together(phased, together))
    needed = sorted({bits for _, numbers in together for bits in sets_of(numbers)})
    places = {bits: _shared(before, _with(base, levers, phased, bits, start)) for bits in needed}
    phases = Phases(listed, places)
    refuse(_half_of_nothing(lay_over(base, levers), phases))
    return phases


def reaching(levers: Sequence[Document]) -> list[Document]:
    """The levers that reach anybody: all but those whose uptake is 0."""
    return [each for each in levers if _reaches(read_lever(each))]


def _reaches(lever: Lever) -> bool:
    return lever.uptake is None or lever.uptake.reaches.value > 0


def _with(
    base: Document, levers: Sequence[Document], phased: Phased, bits: int, start: StartRead
) -> Place:
    """The place with the levers that hold throughout and a set of the others, checked."""
    off = [each for number, each in enumerate(phased) if not bits >> number & 1]
    kept = [each for each in levers if all(each is not document for document, _ in off)]
    to_come = [document for document, lever in off if _reaches(lever)]
    added = [change for document in to_come for change in changes_in(base, document)]
    try:
        return check_place(with_idle_rows(lay_over(base, kept), added), start)
    except InputError as error:
        if not off:
            raise
        names = " and ".join(repr(lever.lever) for _, lever in off)
        without = f"(in the time, or for the people, without {names})"
        refuse(Problem(each.where, f"{each.what} {without}") for each in error.problems)
        raise


def _shared(before: Place, place: Place) -> Place:
    """The place with its equal parts taken from the one before, so that each is kept once."""
    names = [name for name in Place.model_fields if getattr(before, name) == getattr(place, name)]
    return place.model_copy(update={name: getattr(before, name) for name in names})


def _phase(base: Document, document: Document, lever: Lever, before: Place) -> Phase:
    """A lever on the clock of the run. One that reaches nobody touches nothing."""
    over = lever.uptake.over_days.value if lever.uptake else 0.0
    first = 0.0 if over else float("-inf")
    if lever.starts is not None:
        first = float((lever.starts - before.start_date).days)
    reaches = lever.uptake.reaches.value if lever.uptake else 1.0
    parts: list[Keys] = []
    for change in changes_in(base, document):
        if not is_added_row(base.tree, change.keys):
            parts.append(part_at(change.keys, before))
        elif change.keys[0] != "exits":
            parts.append((*change.keys, "spaces") if change.keys[0] == "settings" else change.keys)
    touches = tuple(dict.fromkeys(parts)) if reaches else ()
    return Phase(lever.lever, first, reaches, over, any(map(covers_people, touches)), touches)


def _together(phases: Phases, full: Place) -> Iterator[tuple[Keys, tuple[int, ...]]]:
    """The levers that touch each part, or each few that are worked out together."""
    places = phases.before, full
    for parts in parts_that_are_mixed(full):
        yield parts[0], phases.touching(*parts)
    for group in full.patients:
        for setting in full.settings:
            yield ("settings", setting), phases.touching(*parts_of_ways(group, setting, places))
    for place in places:
        for name in place.transfers:
            for part, _ in tasks_of(name, place):
                yield part, phases.touching(part)


def _too_many(phased: Phased) -> Iterator[Problem]:
    for document, lever in phased[MAX_PHASED:]:
        yield document.problem(
            ("uptake" if lever.uptake else "starts",),
            f"a scenario may have at most {MAX_PHASED} levers with a start or an uptake, and "
            f"{lever.lever!r} is one more",
            at_key=True,
        )


def _too_many_together(
    phased: Phased, together: Sequence[tuple[Keys, tuple[int, ...]]]
) -> Iterator[Problem]:
    for part, numbers in together:
        for number in numbers[MAX_TOGETHER:]:
            document, lever = phased[number]
            others = ", ".join(repr(phased[other][1].lever) for other in numbers[:MAX_TOGETHER])
            yield document.problem(
                ("uptake" if lever.uptake else "starts",),
                f"at most {MAX_TOGETHER} levers with a start or an uptake may change what belongs "
                f"together at {dotted(part)}, and {lever.lever!r} is one more than {others}",
                at_key=True,
            )


def _half_of_nothing(document: Document, phases: Phases) -> Iterator[Problem]:
    """What can't be there in part: endless spaces, a first round, a panel with staff."""
    before = phases.before
    for name, setting in before.settings.items():
        at = ("settings", name)
        spaces = [each.settings[name].spaces for each in _versions(phases, (*at, "spaces"))]
        if len({each.limit is None for each in spaces}) > 1:
            yield document.problem(
                (*at, _kind_of_space(before, name)),
                "a lever with a start or an uptake can't change spaces to or from unlimited",
            )
        rounds = [each.settings[name] for each in _versions(phases, (*at, "decision_rounds"))]
        if len({bool(each.decision_rounds) for each in rounds}) > 1:
            yield document.problem(
                (*at, "decision_rounds"),
                "a lever with a start or an uptake can't bring in the first decision round, or "
                "take away the last",
                at_key=bool(setting.decision_rounds),
            )
    for name in before.teams:
        teams = [each.teams[name] for each in _versions(phases, ("teams", name))]
        if len({each.is_panel for each in teams}) > 1:
            yield document.problem(
                ("teams", name), "a lever with a start or an uptake can't make a panel of a team, "
                "or a team of a panel", at_key=True,
            )  # fmt: skip
        if len({each.cases is None for each in teams}) > 1:
            yield document.problem(
                ("teams", name, "cases"),
                "a lever with a start or an uptake can't change cases to or from no limit",
            )


def _versions(phases: Phases, part: Keys) -> list[Place]:
    return phases.versions(phases.touching(part))


def _kind_of_space(place: Place, name: str) -> str:
    setting = place.settings[name]
    kinds = ("beds", "places", "visits_per_day", "hours_per_day")
    return next(kind for kind in kinds if getattr(setting, kind) is not None)
