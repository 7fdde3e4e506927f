"""What is drawn of a place's network: boxes with their words, and the arrows between them."""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sim.patients.offered_load import Flow, SettingLoad, days_counted, flows, offered_load
from sim.place.schema import Place
from sim.report.explain import has_full_door
from sim.report.load_words import (
    growth_words,
    is_another_way,
    load_words,
    needed_and_open,
    printable,
    significant,
    spaces_words,
    title_of,
    unit_of,
)
from sim.report.wording import counted, listed, long_date

Kind = Literal["arrivals", "setting", "exit", "bend"]

WRAP = {"arrivals": 20, "setting": 28, "exit": 20, "bend": 0}
MAX_LISTED_GROUPS = 5
MAX_TO = 45
MAX_WAYS = 6
"""From a box with more ways out than this, each says where it leads."""


@dataclass(frozen=True)
class Box:
    """One box: its title and lines; a bend is where a long arrow passes a layer."""

    key: str
    kind: Kind
    title: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    load: SettingLoad | None = None


@dataclass(frozen=True)
class Arrow:
    """People who go from one box to another, or overflow when there is no room."""

    source: str
    target: str
    people_per_day: float
    label: str
    """How many people, and their share of those who leave."""
    to: str = ""
    """Where it leads, if so many leave its box that it could not be followed else."""
    is_overflow: bool = False

    @property
    def words(self) -> str:
        """What is written on it."""
        to = self.to if len(self.to) <= MAX_TO else f"{self.to[: MAX_TO - 1]}…"
        return f"{to}, {self.label}" if to else self.label


@dataclass(frozen=True)
class Network:
    """Boxes and arrows, with the words around them."""

    title: str
    subtitle: str
    description: str
    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]


def make_network(place: Place, days: float = 365) -> Network:
    """The boxes and arrows of a place."""
    ways = [way for way in flows(place, days) if way.people_per_day > 0]
    loads = offered_load(place, days)
    boxes = [_setting_box(place, load) for load in loads]
    boxes += _arrivals_boxes(place, ways)
    boxes += [_exit_box(place, name, ways) for name in place.exits]
    arrows = [*_people_arrows(place, ways), *_overflow_arrows(place)]
    used = {end for arrow in arrows for end in (arrow.source, arrow.target)}
    drawn = {box.key: box for box in boxes if box.kind == "setting" or box.key in used}
    period = f"{counted(days_counted(place, days), 'day')} from {long_date(place.start_date)}"
    return Network(
        title=f"{printable(place.place)}: the network",
        subtitle=f"Averages over {period}, if nobody ever waits for a space.",
        description=_description(place, loads, drawn, arrows),
        boxes=drawn,
        arrows=tuple(arrows),
    )


def _setting_box(place: Place, load: SettingLoad) -> Box:
    setting = place.settings[load.setting]
    title = title_of(place, load.setting)
    lines: list[str] = []
    if setting.locality and setting.locality not in title:
        lines.append(printable(setting.locality))
    unit = unit_of(place, load.setting)
    needed = spaces_words(load.spaces_needed)
    if load.spaces_open is None:
        lines.append(f"no limit of {unit}, {needed} needed")
    else:
        lines.append(f"{needed} {unit} needed, {spaces_words(load.spaces_open)} open")
    if load.there_at_start or load.waiting_at_start:
        lines.append(f"at the start {load.there_at_start:,} there, {load.waiting_at_start:,} wait")
    if load.verdict != "no limit":
        lines.append(_verdict_words(place, load))
    return Box(_setting(load.setting), "setting", _wrap(title, "setting"), tuple(lines), load)


def _verdict_words(place: Place, load: SettingLoad) -> str:
    match load.verdict:
        case "cannot hold":
            too_many = growth_words(load)
            what = f"{too_many} too many" if has_full_door(place, load) else f"queue +{too_many}"
            return f"{load_words(load)}: CANNOT HOLD, {what}"
        case "near its limit":
            return f"{load_words(load)}: NEAR ITS LIMIT"
        case "has room":
            return f"{load_words(load)}: has room"
        case "nobody comes" if is_another_way(place, load.setting):
            return "only after a wait for another"
        case other:
            return other


def _arrivals_boxes(place: Place, ways: list[Flow]) -> Iterator[Box]:
    coming: dict[str, list[Flow]] = defaultdict(list)
    for way in ways:
        if way.origin is None:
            coming[way.destination].append(way)
    for name, groups in coming.items():
        if len(groups) == 1:
            lines = _wrap(title_of_group(place, groups[0].group), "arrivals")
        elif len(groups) <= MAX_LISTED_GROUPS:
            lines = tuple(
                line
                for way in groups
                for line in _wrap(
                    f"{title_of_group(place, way.group)}: {significant(way.people_per_day, 3)}",
                    "arrivals",
                )
            )
        else:
            lines = (f"{len(groups)} groups",)
        yield Box(_door(name), "arrivals", ("Arrivals",), lines)


def title_of_group(place: Place, group: str) -> str:
    """What a group of patients is called, safe to print on one line."""
    return printable(place.patients[group].name or group)


def _exit_box(place: Place, name: str, ways: list[Flow]) -> Box:
    people = sum(way.people_per_day for way in ways if way.destination == name)
    title = printable(place.exits[name].name or name)
    return Box(_exit(name), "exit", _wrap(title, "exit"), (_a_day(people),))


def _people_arrows(place: Place, ways: list[Flow]) -> Iterator[Arrow]:
    """One arrow for all who go the same way, with their pathways and their share of leavers."""
    together: dict[tuple[str, str], list[Flow]] = defaultdict(list)
    leaving: dict[str, float] = defaultdict(float)
    for way in ways:
        source = _door(way.destination) if way.origin is None else _setting(way.origin)
        is_setting = way.destination in place.settings
        target = _setting(way.destination) if is_setting else _exit(way.destination)
        together[source, target].append(way)
        leaving[source] += way.people_per_day
    ways_out = Counter(source for source, _ in together)
    for (source, target), same in together.items():
        people = sum(way.people_per_day for way in same)
        pathways = sorted({way.pathway for way in same if way.pathway})
        label = f"{'/'.join(pathways)}: {_a_day(people)}" if pathways else _a_day(people)
        share = people / leaving[source]
        if share < 1 - 1e-9:
            label += f" ({max(1, min(99, round(100 * share)))}%)"
        to = title_of(place, same[0].destination) if ways_out[source] > MAX_WAYS else ""
        yield Arrow(source, target, people, label, to)


def _overflow_arrows(place: Place) -> Iterator[Arrow]:
    for name, setting in place.settings.items():
        for other in setting.overflow:
            yield Arrow(_setting(name), _setting(other), 0.0, "overflow", is_overflow=True)


def _description(
    place: Place, loads: list[SettingLoad], boxes: dict[str, Box], arrows: list[Arrow]
) -> str:
    """The picture in words, for those who listen to it."""
    said = ["Flow from left to right: arrivals, settings, ways out."]
    for box in boxes.values():
        leaving = [arrow for arrow in arrows if arrow.source == box.key]
        to = [f"{' '.join(boxes[arrow.target].title)}, {arrow.label}" for arrow in leaving]
        onward = f" On to {'; '.join(to)}." if to else ""
        if box.load is not None:
            name = title_of(place, box.load.setting)
            words = f"{needed_and_open(place, box.load)}; {_verdict_words(place, box.load)}"
            said.append(f"{name}: {words}.{onward}")
        elif box.kind == "arrivals":
            said.append(f"Arrivals, {listed(box.lines)}:{onward}")
    failing = [title_of(place, load.setting) for load in loads if load.verdict == "cannot hold"]
    if failing:
        said.insert(1, f"Cannot hold: {listed(failing)}.")
    return " ".join(said)


def _door(setting: str) -> str:
    return f"arrivals/{setting}"


def _setting(name: str) -> str:
    return f"setting/{name}"


def _exit(name: str) -> str:
    return f"exit/{name}"


def _wrap(text: str, kind: Kind) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, WRAP[kind])) or ("",)


def _a_day(people: float) -> str:
    return f"{significant(people, 3 if people >= 1 else 2)} a day"
