"""Where a group of patients can get to in a place, and from where it can still get out."""

from collections.abc import Iterable, Mapping

from sim.place.schema import Place, destinations, shares
from sim.place.start import PeopleWaiting


def settings_reached(place: Place, group: str) -> set[str]:
    """The settings that a group can come to: by arriving, by starting there, and by routes.

    An outlier keeps the stay and the routes of the setting that it came for, so an overflow
    setting is not counted here.
    """
    starts = {place.patients[group].arrives_at}
    starts |= place.start.settings_of.get(group, set())
    for row in place.start.waiting:
        if row.group == group:
            starts |= set(waited_for(place, row))
    onward = {
        setting: [
            to
            for name, route in place.every_route(group, setting).items()
            for to in destinations(name, route).values()
        ]
        for setting in place.settings
    }
    return _spread(starts & place.settings.keys(), onward) & place.settings.keys()


def waited_for(place: Place, row: PeopleWaiting) -> list[str]:
    """What the people of a row of the start state wait for: a setting, or where a route leads."""
    if row.waiting_for is not None:
        return [row.waiting_for]
    known = row.group in place.patients and row.setting is not None
    routes = place.every_route(row.group, row.setting or "") if known else {}
    route = routes.get(row.route or "")
    return list(destinations(row.route or "", route).values()) if route else []


def settings_with_a_way_out(place: Place, group: str) -> set[str]:
    """The settings from which some chain of routes, each with a share above 0, ends in an exit.

    A route to a name that is no setting counts as a way out: that it leads nowhere is said by
    another rule.
    """
    back: dict[str, list[str]] = {}
    for setting in place.settings:
        leaving = place.every_route(group, setting)
        for name, share in shares(leaving).items():
            for to in destinations(name, leaving[name]).values() if share > 0 else ():
                back.setdefault(to, []).append(setting)
    ends = back.keys() - place.settings.keys()
    return _spread(ends, back) & place.settings.keys()


def _spread(starts: Iterable[str], onward: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that can be reached from the starts, they included."""
    found, to_do = set(starts), list(starts)
    while to_do:
        for following in onward.get(to_do.pop(), ()):
            if following not in found:
                found.add(following)
                to_do.append(following)
    return found
