"""How load is put in words and numbers: needed, open, growing, and what things are called."""

import math
from collections.abc import Iterator, Mapping

from sim.patients.offered_load import SettingLoad
from sim.place.schema import Place, Route, destinations


def title_of(place: Place, name: str) -> str:
    """What a setting, exit, group or organisation is called, safe to print on one line.

    Names come from strangers: what can't be seen (control characters, changes of direction of
    writing) is left out.
    """
    tables = (place.settings, place.exits, place.patients, place.organisations)
    named = next((table[name] for table in tables if name in table), None)
    return printable((named.name if named else None) or name)


def printable(text: str) -> str:
    """Text on one line without characters that can't be seen.

    >>> printable("Ward\\x1b[31m A\\n")
    'Ward [31m A'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def team_title(place: Place, name: str) -> str:
    """What a team is called, with its part of the place unless that is in the name.

    Safe to print on one line.
    """
    team = place.teams[name]
    title, locality = printable(team.name or name), printable(team.locality or "")
    return title if locality.lower() in title.lower() else f"{title}, {locality}"


def is_another_way(place: Place, setting: str) -> bool:
    """Whether people come to a setting who have waited too long for another."""
    return any(
        setting in destinations(other, ways[other]).values()
        for ways, route in _routes(place)
        if route.otherwise and (other := route.otherwise.route) in ways
    )


def has_another_way(place: Place, setting: str) -> bool:
    """Whether people who wait too long for a setting go another way."""
    return any(
        setting in destinations(name, route).values()
        for ways, route in _routes(place)
        for name in (name for name, each in ways.items() if each is route)
        if route.otherwise
    )


def _routes(place: Place) -> Iterator[tuple[Mapping[str, Route], Route]]:
    """Every route, with those of the same people that leave from the same setting."""
    for table in (place.routes, *(group.routes for group in place.patients.values())):
        for ways in table.values():
            for route in ways.values():
                yield ways, route


def growth_words(load: SettingLoad) -> str:
    """By how much a queue grows, as in 'grows by 0.7 people a day'."""
    number = significant(load.queue_growth_per_day)
    return f"{number} {'person' if number == '1' else 'people'} a day"


def significant(number: float, figures: int = 2) -> str:
    """A number to so many significant figures, never as a power of ten.

    >>> significant(0.6844), significant(12.04), significant(3171.0), significant(0.03)
    ('0.68', '12', '3,171', '0.03')
    """
    if not math.isfinite(number):
        return "without end"
    if number == 0:
        return "0"
    places = max(0, figures - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{min(places, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spaces_words(number: float) -> str:
    """A mean number of spaces or people: one decimal, none where it is nought.

    >>> spaces_words(102.0), spaces_words(130.96), spaces_words(1200.04)
    ('102', '131', '1,200')
    """
    if not math.isfinite(number):
        return "without end"
    return f"{number:,.1f}".removesuffix(".0")


def load_words(load: SettingLoad) -> str:
    """Spaces needed as a percentage of those open."""
    share = load.utilisation
    if share is None:
        return "no limit"
    return "none open" if load.spaces_open == 0 and share else share_words(share)


def share_words(share: float) -> str:
    """A share of what there is as a percentage; only a full 100% reads 100%.

    >>> share_words(0.954), share_words(1.0004), share_words(1.0)
    ('95%', '100.04%', '100%')
    """
    if not math.isfinite(share):
        return "without end"
    text = f"{100 * share:,.0f}%"
    return f"{100 * share:.2f}%" if text == "100%" and abs(share - 1) > 5e-5 else text


def unit_of(place: Place, name: str) -> str:
    """What the spaces of a setting are: beds, places, or visits or hours a day."""
    setting = place.settings[name]
    if setting.need is not None:
        return "visits a day" if setting.visits_per_day is not None else "hours a day"
    return "beds" if setting.beds is not None else "places"


def needed_and_open(place: Place, load: SettingLoad) -> str:
    """'131 beds needed on average, 102 open'."""
    needed, unit = spaces_words(load.spaces_needed), unit_of(place, load.setting)
    if load.spaces_open is None:
        return f"{needed} {singular(needed, unit)} needed on average, no limit"
    is_open = spaces_words(load.spaces_open)
    if needed == is_open and load.verdict == "cannot hold":
        needed = f"{load.spaces_needed:,.2f}"
    return f"{needed} {singular(needed, unit)} needed on average, {is_open} open"


def singular(number: str, plural: str) -> str:
    """The unit that goes with a number as it is written: '1 bed', '2 beds', '1 visit a day'."""
    if number != "1":
        return plural
    thing, *rest = plural.split(" ")
    return " ".join([thing.removesuffix("s"), *rest])
