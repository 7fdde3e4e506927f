"""Draws the network of a place: who comes, where they go, what each setting can hold.

Left to right: arrivals, settings, ways out. The layers follow the longest way from the front door;
an arrow that leads back (a loop) runs from right to left between the same layers. Crossings are
reduced by barycentres; heights are then evened out so that arrows run as straight as they can.
Lengths are in points; y grows downwards.

Source: Sugiyama, Tagawa and Toda (1981), Methods for visual understanding of hierarchical system
structures; Eades, Lin and Smyth (1993), A fast and effective heuristic for the feedback arc set
problem.
"""

import textwrap
import unicodedata
from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextToPath

from sim.patients.offered_load import Flow, SettingLoad, days_counted, flows, offered_load
from sim.place.schema import Place
from sim.report.drawing import BLUE, GREY, INK, VERMILION, picture
from sim.report.explain import (
    growth_words,
    has_full_door,
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
Point = tuple[float, float]

TITLE_SIZE, TEXT_SIZE, LABEL_SIZE = 9.0, 7.5, 7.0
LINE_PITCH, PORT_PITCH = 12.0, 16.0
MARGIN, BOX_GAP, BEND_GAP, CURVE = 18.0, 22.0, 5.0, 58.0
WRAP = {"arrivals": 20, "setting": 28, "exit": 20, "bend": 0}
THICKEST, THINNEST = 6.0, 0.9
TURN, BESIDE = 22.0, 26.0
WAY_TO_CARE, WAY_OUT = "#44546a", "#8c97a3"
MAX_LISTED_GROUPS = 5
SWEEPS = 12


def draw_network(place: Place, path: Path) -> None:
    """Write the picture of a place's network as an SVG file.

    Raises:
        InputError: a group can go round its routes for ever.
        OSError: the file can't be written.
    """
    svg = network_svg(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f'<?xml version="1.0" encoding="utf-8"?>\n{svg}\n'.encode())


def network_svg(place: Place, days: float = 365) -> str:
    """The picture of a place's network as one SVG element; the same place, the same bytes."""
    net = make_network(place, days)
    figure_size: list[float] = []

    def draw() -> Figure:
        figure = _figure(net)
        figure_size.extend(72 * inches for inches in figure.get_size_inches())
        return figure

    svg = picture("network", net.title, net.description, draw)
    width, height = figure_size
    return svg.replace(
        "<svg ",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}pt" height="{height:.0f}pt" ',
        1,
    )


# What is drawn


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
    is_overflow: bool = False


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
    for (source, target), same in together.items():
        people = sum(way.people_per_day for way in same)
        pathways = sorted({way.pathway for way in same if way.pathway})
        label = f"{'/'.join(pathways)}: {_a_day(people)}" if pathways else _a_day(people)
        share = people / leaving[source]
        if share < 1 - 1e-9:
            label += f" ({max(1, min(99, round(100 * share)))}%)"
        yield Arrow(source, target, people, label)


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


# Where it is drawn: layers, then the order within each, then heights


@dataclass(frozen=True)
class Chain:
    """An arrow's way through the layers, left to right; a loop's arrow points against it."""

    arrow: Arrow
    through: tuple[str, ...]
    is_back: bool


def layers_of(net: Network) -> dict[str, int]:
    """The layer of each box, 0 at the left: the longest way there, loops cut at one arrow."""
    order = {key: i for i, key in enumerate(_forward_order(net))}
    arrows = [arrow for arrow in net.arrows if not arrow.is_overflow]
    forward = [arrow for arrow in arrows if order[arrow.source] < order[arrow.target]]
    forward.sort(key=lambda arrow: order[arrow.source])
    layer = {key: 0 if box.kind == "arrivals" else 1 for key, box in net.boxes.items()}
    for arrow in forward:
        layer[arrow.target] = max(layer[arrow.target], layer[arrow.source] + 1)
    last = max((layer[key] for key, box in net.boxes.items() if box.kind == "setting"), default=1)
    for key, box in net.boxes.items():
        if box.kind == "exit":
            layer[key] = last + 1
    for arrow in forward:  # arrivals stand next to where they go
        if net.boxes[arrow.source].kind == "arrivals":
            layer[arrow.source] = layer[arrow.target] - 1
    return layer


def _forward_order(net: Network) -> list[str]:
    """The boxes in an order against which few people go: sources, the most giving first, sinks."""
    out: dict[str, dict[str, float]] = {key: {} for key in net.boxes}
    into: dict[str, dict[str, float]] = {key: {} for key in net.boxes}
    for arrow in net.arrows:
        if arrow.source != arrow.target and not arrow.is_overflow:
            out[arrow.source][arrow.target] = arrow.people_per_day
            into[arrow.target][arrow.source] = arrow.people_per_day
    first: list[str] = []
    last: list[str] = []
    left = dict.fromkeys(net.boxes)
    while left:
        sink = next((key for key in left if not out[key]), None)
        source = next((key for key in left if not into[key]), None)
        if sink is not None:
            taken = sink
            last.append(sink)
        else:
            taken = source or max(
                left, key=lambda key: sum(out[key].values()) - sum(into[key].values())
            )
            first.append(taken)
        for other in out.pop(taken):
            into[other].pop(taken, None)
        for other in into.pop(taken):
            out[other].pop(taken, None)
        del left[taken]
    return first + last[::-1]


def _chains(net: Network, layer: dict[str, int]) -> tuple[list[Chain], dict[str, int]]:
    """The arrows between layers, and the layers with the bends of long arrows added."""
    with_bends = dict(layer)
    chains: list[Chain] = []
    for number, arrow in enumerate(net.arrows):
        start, end = layer[arrow.source], layer[arrow.target]
        if start == end:
            continue
        left, right = sorted((arrow.source, arrow.target), key=lambda key: layer[key])
        bends = [f"bend/{number}/{i}" for i in range(layer[left] + 1, layer[right])]
        with_bends.update({bend: layer[left] + 1 + i for i, bend in enumerate(bends)})
        chains.append(Chain(arrow, (left, *bends, right), is_back=start > end))
    return chains, with_bends


def _ordered(layer: dict[str, int], links: list[tuple[str, str]]) -> list[list[str]]:
    """The boxes of each layer from the top, with as few crossings as a few sweeps find."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for left, right in links:
        before[right].append(left)
        after[left].append(right)
    layers: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for key in _depth_first(layer, before, after):
        layers[layer[key]].append(key)
    best, fewest = [list(each) for each in layers], _crossings(layers, links)
    for sweep in range(2 * SWEEPS):
        rightwards = sweep % 2 == 0
        neighbours = before if rightwards else after
        for number in range(len(layers)) if rightwards else reversed(range(len(layers))):
            place = {key: i for each in layers for i, key in enumerate(each)}
            layers[number].sort(
                key=lambda key, place=place, near=neighbours: (  # type: ignore[misc]
                    float(np.mean([place[other] for other in near[key]]))
                    if near[key]
                    else place[key]
                )
            )
        crossings = _crossings(layers, links)
        if crossings < fewest:
            best, fewest = [list(each) for each in layers], crossings
    return best


def _depth_first(
    layer: dict[str, int], before: dict[str, list[str]], after: dict[str, list[str]]
) -> list[str]:
    """A first order in which neighbours come near each other."""
    found: dict[str, None] = {}
    for start in sorted(layer, key=lambda key: layer[key]):
        to_do = [start]
        while to_do:
            key = to_do.pop()
            if key not in found:
                found[key] = None
                to_do += [*reversed(after[key]), *reversed(before[key])]
    return list(found)


def _crossings(layers: list[list[str]], links: list[tuple[str, str]]) -> int:
    """How many pairs of arrows cross between neighbouring layers."""
    spot = {key: (number, i) for number, each in enumerate(layers) for i, key in enumerate(each)}
    total = 0
    by_layer: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for left, right in links:
        by_layer[spot[left][0]].append((spot[left][1], spot[right][1]))
    for pairs in by_layer.values():
        passed: list[int] = []
        for _, end in sorted(pairs):
            total += len(passed) - bisect(passed, end)
            insort(passed, end)
    return total


@dataclass(frozen=True)
class Layout:
    """Where every box stands, and where on its sides each link between layers begins and ends."""

    layers: list[list[str]]
    layer_of: dict[str, int]
    chains: list[Chain]
    height: dict[str, float]
    y: dict[str, float]
    leaves_right: dict[tuple[int, str], float]
    """(chain, box) → the link's distance below the middle of the box's right side."""
    meets_left: dict[tuple[int, str], float]
    """(chain, box) → the link's distance below the middle of the box's left side."""


def lay_out(net: Network) -> Layout:
    """Layers, order and heights for a network."""
    chains, layer = _chains(net, layers_of(net))
    links = [link for chain in chains for link in pairwise(chain.through)]
    layers = _ordered(layer, links)
    rank = {key: i for each in layers for i, key in enumerate(each)}
    right: dict[str, list[tuple[int, str]]] = defaultdict(list)
    left: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, chain in enumerate(chains):
        for a, b in pairwise(chain.through):
            right[a].append((number, b))
            left[b].append((number, a))
    height = {key: _height(net, key, len(right[key]), len(left[key])) for key in layer}
    leaves_right = dict(_ports(right, rank))
    meets_left = dict(_ports(left, rank))
    y = _heights_evened(layers, height, chains, leaves_right, meets_left)
    return Layout(layers, layer, chains, height, y, leaves_right, meets_left)


def _ports(
    sides: dict[str, list[tuple[int, str]]], rank: dict[str, int]
) -> Iterator[tuple[tuple[int, str], float]]:
    """Links on one side of each box, in the order of the boxes that they lead to."""
    for key, links in sides.items():
        ordered = sorted(links, key=lambda link: (rank[link[1]], link[0]))
        for i, (number, _) in enumerate(ordered):
            yield (number, key), (i - (len(ordered) - 1) / 2) * PORT_PITCH


def _height(net: Network, key: str, leaving: int, coming: int) -> float:
    box = net.boxes.get(key)
    if box is None:
        return PORT_PITCH / 2
    text = LINE_PITCH * (len(box.title) + len(box.lines)) + 12
    if box.load is not None and box.load.utilisation is not None:
        text += 9
    if any(arrow.source == arrow.target == key for arrow in net.arrows):
        text += 2 * TURN
    return max(text, PORT_PITCH * max(leaving, coming) + 4)


def _heights_evened(
    layers: list[list[str]],
    height: dict[str, float],
    chains: list[Chain],
    leaves_right: dict[tuple[int, str], float],
    meets_left: dict[tuple[int, str], float],
) -> dict[str, float]:
    """The height of each box's middle, so that arrows run level where they can."""
    pulls: dict[bool, dict[str, list[tuple[str, float, float]]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    for number, chain in enumerate(chains):
        for a, b in pairwise(chain.through):
            slope = leaves_right[number, a] - meets_left[number, b]
            bends = sum(key.startswith("bend/") for key in (a, b))
            weight = (1.0, 3.0, 8.0)[bends]
            pulls[True][b].append((a, slope, weight))
            pulls[False][a].append((b, -slope, weight))
    y: dict[str, float] = {}
    for each in layers:
        y.update(_apart(each, height, dict.fromkeys(each, 0.0), dict.fromkeys(each, 1.0)))
    for sweep in range(2 * SWEEPS + 1):
        near = pulls[sweep % 2 == 0]
        for each in layers if sweep % 2 == 0 else reversed(layers):
            wanted, weights = {}, {}
            for key in each:
                total = sum(weight for _, _, weight in near[key])
                pulled = sum(weight * (y[other] + by) for other, by, weight in near[key])
                wanted[key] = pulled / total if total else y[key]
                weights[key] = max(total, 0.2)
            y.update(_apart(each, height, wanted, weights))
    top = min(y[key] - height[key] / 2 for key in y)
    return {key: middle - top for key, middle in y.items()}


def _apart(
    keys: list[str],
    height: dict[str, float],
    wanted: dict[str, float],
    weights: dict[str, float],
) -> dict[str, float]:
    """The heights nearest to those wanted at which no box touches the next (least squares).

    Pool adjacent violators: boxes that would touch move as one block.
    """
    offsets = [0.0]
    for a, b in pairwise(keys):
        both_bends = a.startswith("bend/") and b.startswith("bend/")
        gap = BEND_GAP if both_bends else BOX_GAP
        offsets.append(offsets[-1] + (height[a] + height[b]) / 2 + gap)
    blocks: list[tuple[float, float, int]] = []
    for key, offset in zip(keys, offsets, strict=False):
        mean, weight, size = wanted[key] - offset, weights[key], 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_size = blocks.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, size = weight + other_weight, size + other_size
        blocks.append((mean, weight, size))
    level = [mean for mean, _, size in blocks for _ in range(size)]
    return {key: base + by for key, base, by in zip(keys, level, offsets, strict=False)}


# Drawing


@dataclass(frozen=True)
class Columns:
    """The left and right edge of each layer."""

    left: tuple[float, ...]
    right: tuple[float, ...]
    label_after: tuple[float, ...]
    """Room for labels of arrows that leave each layer to the right."""
    label_before: tuple[float, ...]
    """Room for labels of arrows that leave each layer to the left."""


def _figure(net: Network) -> Figure:
    layout = lay_out(net)
    columns = _columns(net, layout)
    heading = textwrap.wrap(net.title, max(30, int(columns.right[-1] / 8)))
    top = MARGIN + 18 * len(heading) + 34
    layout = replace(layout, y={key: middle + top for key, middle in layout.y.items()})
    bottom = max(layout.y[key] + layout.height[key] / 2 for key in layout.y)
    width, height = max(columns.right[-1] + MARGIN, 560.0), bottom + 66
    figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    for i, line in enumerate(heading):
        _text(axes, (MARGIN, MARGIN + 18 * i + 9), line, 13, bold=True)
    _text(axes, (MARGIN, MARGIN + 18 * len(heading) + 8), net.subtitle, 8.5)
    _draw_arrows(axes, net, layout, columns)
    for number, keys in enumerate(layout.layers):
        for key in keys:
            if key in net.boxes:
                _draw_box(axes, net, layout, key, columns.left[number], columns.right[number])
    _draw_key(axes, net, bottom + 30)
    return figure


def _columns(net: Network, layout: Layout) -> Columns:
    count = len(layout.layers)
    wide, after, before = [0.0] * count, [0.0] * count, [0.0] * count
    number = layout.layer_of
    for key, box in net.boxes.items():
        wide[number[key]] = max(wide[number[key]], _box_width(box))
    for arrow in net.arrows:
        label = _text_width(arrow.label, LABEL_SIZE) + 8
        start, end = number[arrow.source], number[arrow.target]
        if start < end:
            after[start] = max(after[start], label)
        elif start > end:
            before[start] = max(before[start], label)
    beside = [0.0] * count
    for arrow in net.arrows:
        if arrow.source != arrow.target and number[arrow.source] == number[arrow.target]:
            beside[number[arrow.source]] = BESIDE + 4
    left, right, x = [], [], MARGIN
    for i in range(count):
        x += beside[i] + (before[i] if i else 0.0)
        left.append(x)
        x += wide[i]
        right.append(x)
        x += after[i] + CURVE
    return Columns(tuple(left), tuple(right), tuple(after), tuple(before))


@dataclass(frozen=True)
class Pen:
    """How an arrow is drawn: ways out are paler than ways to care, overflow is dashed."""

    thick: float
    colour: str
    dashed: bool

    @property
    def head_length(self) -> float:
        """How long the arrowhead is."""
        return max(7.0, 1.5 * self.thick)

    @property
    def head_half(self) -> float:
        """Half of how wide the arrowhead is."""
        return max(3.4, 0.95 * self.thick)


def _pen(net: Network, arrow: Arrow) -> Pen:
    if arrow.is_overflow:
        return Pen(1.3, GREY, dashed=True)
    most = max(other.people_per_day for other in net.arrows)
    colour = WAY_OUT if net.boxes[arrow.target].kind == "exit" else WAY_TO_CARE
    return Pen(max(THINNEST, THICKEST * arrow.people_per_day / most), colour, dashed=False)


def _draw_arrows(axes: Axes, net: Network, layout: Layout, columns: Columns) -> None:
    for i, chain in enumerate(layout.chains):
        _draw_chain(axes, layout, columns, i, _pen(net, chain.arrow))
    for arrow in net.arrows:
        number = layout.layer_of[arrow.source]
        if arrow.source == arrow.target:
            middle = (columns.left[number] + columns.right[number]) / 2
            _draw_turn(axes, layout, arrow, middle, _pen(net, arrow))
        elif number == layout.layer_of[arrow.target]:
            _draw_beside(axes, layout, arrow, columns.left[number], _pen(net, arrow))


def _draw_chain(axes: Axes, layout: Layout, columns: Columns, i: int, pen: Pen) -> None:
    """One arrow through the layers: level past boxes and labels, curved between them."""
    chain = layout.chains[i]
    points: list[Point] = []
    for a, b in pairwise(chain.through):
        number = layout.layer_of[a]
        left = columns.right[number], layout.y[a] + layout.leaves_right[i, a]
        right = columns.left[number + 1], layout.y[b] + layout.meets_left[i, b]
        points += [left, (left[0] + columns.label_after[number], left[1])]
        points += [(right[0] - columns.label_before[number + 1] - 14, right[1]), right]
    first, last = points[0], points[-1]
    above = pen.thick / 2 + 1.5
    if chain.is_back:
        points[0] = (first[0] + pen.head_length, first[1])
        tip, back, label_at, align = first, (1, 0), (last[0] - 4, last[1] - above), "right"
    else:
        points[-1] = (last[0] - pen.head_length, last[1])
        tip, back, label_at, align = last, (-1, 0), (first[0] + 4, first[1] - above), "left"
    bends = [
        point
        for (ax, ay), (bx, by) in pairwise(points)
        for point in (((ax + bx) / 2, ay), ((ax + bx) / 2, by), (bx, by))
    ]
    _stroke(axes, [points[0], *bends], pen)
    _head(axes, tip, back, pen)
    _text(axes, label_at, chain.arrow.label, LABEL_SIZE, align=align, above=True)


def _draw_turn(axes: Axes, layout: Layout, arrow: Arrow, x: float, pen: Pen) -> None:
    """Those who come straight back to the same setting: a turn above its box."""
    top = layout.y[arrow.source] - layout.height[arrow.source] / 2 + TURN
    end = (x + 20, top - pen.head_length)
    _stroke(axes, [(x - 20, top), (x - 20, top - 20), (x + 20, top - 20), end], pen)
    _head(axes, (x + 20, top), (0, -1), pen)
    _text(axes, (x + 30, top - 6), arrow.label, LABEL_SIZE, above=True)


def _draw_beside(axes: Axes, layout: Layout, arrow: Arrow, left: float, pen: Pen) -> None:
    """Between two boxes of one layer: round the left side."""
    source, target = arrow.source, arrow.target
    down = 1 if layout.y[source] < layout.y[target] else -1
    start = (left, layout.y[source] + down * layout.height[source] / 4)
    tip = (left, layout.y[target] - down * layout.height[target] / 4)
    bulge = left - BESIDE
    end = (tip[0] - pen.head_length, tip[1])
    _stroke(axes, [start, (bulge, start[1]), (bulge, end[1]), end], pen)
    _head(axes, tip, (-1, 0), pen)
    middle = (left - BESIDE / 2 + 3, (start[1] + tip[1]) / 2)
    _text(axes, middle, arrow.label, LABEL_SIZE, align="center", turned=True)


def _stroke(axes: Axes, points: Sequence[Point], pen: Pen) -> None:
    """A curve (a point, then three for each bend), pale at its edges so that it can be followed."""
    codes = [Outline.MOVETO] + [Outline.CURVE4] * (len(points) - 1)
    outline = Outline(points, codes)
    dashes = (0, (4, 3)) if pen.dashed else "solid"
    for thick, colour, line in ((pen.thick + 3, "white", "solid"), (pen.thick, pen.colour, dashes)):
        axes.add_patch(
            PathPatch(outline, fill=False, edgecolor=colour, linewidth=thick, linestyle=line,
                      capstyle="butt")
        )  # fmt: skip


def _head(axes: Axes, tip: Point, back: Point, pen: Pen) -> None:
    """An arrowhead at a point, its base lying towards ``back``."""
    base = (tip[0] + back[0] * pen.head_length, tip[1] + back[1] * pen.head_length)
    side = (-back[1] * pen.head_half, back[0] * pen.head_half)
    corners = [tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1])]
    face = "white" if pen.dashed else pen.colour
    axes.add_patch(
        Polygon(corners, closed=True, facecolor=face, edgecolor=pen.colour, linewidth=0.8)
    )


def _draw_box(
    axes: Axes, net: Network, layout: Layout, key: str, left: float, right: float
) -> None:
    box = net.boxes[key]
    turns = any(arrow.source == arrow.target == key for arrow in net.arrows)
    height = layout.height[key] - (2 * TURN if turns else 0)
    top, width = layout.y[key] - height / 2, right - left
    failing = box.load is not None and box.load.verdict == "cannot hold"
    near = box.load is not None and box.load.verdict == "near its limit"
    if box.kind == "setting":
        edge = VERMILION if failing else INK
        axes.add_patch(
            Rectangle((left, top), width, height, facecolor="white", edgecolor=edge,
                      linewidth=3.2 if failing else 2.0 if near else 1.0)
        )  # fmt: skip
        if failing:
            axes.add_patch(
                Rectangle((left, top), 9, height, facecolor="white", edgecolor=edge,
                          hatch="/////", linewidth=1.0)
            )  # fmt: skip
    else:
        fill = "#e8f1f8" if box.kind == "arrivals" else "#eef0f2"
        axes.add_patch(
            FancyBboxPatch((left, top), width, height, facecolor=fill, edgecolor=GREY,
                           linewidth=0.8, boxstyle="round,pad=0,rounding_size=7")
        )  # fmt: skip
    _write_box(axes, box, left + (9 if failing else 0), right, top, height)


def _write_box(axes: Axes, box: Box, left: float, right: float, top: float, height: float) -> None:
    load = box.load.utilisation if box.load is not None else None
    bar = 9 if load is not None else 0
    rows = len(box.title) + len(box.lines)
    y = top + (height - rows * LINE_PITCH - bar) / 2 + LINE_PITCH / 2
    middle = (left + right) / 2
    for line in box.title:
        _text(axes, (middle, y), line, TITLE_SIZE, bold=True, align="center")
        y += LINE_PITCH
    for i, line in enumerate(box.lines):
        said = box.load is not None and i == len(box.lines) - 1
        warned = (
            said and box.load is not None and box.load.verdict in ("cannot hold", "near its limit")
        )
        _text(axes, (middle, y), line, TEXT_SIZE, bold=warned, align="center")
        y += LINE_PITCH
    if load is not None:
        x, wide = left + 12, right - left - 24
        y -= LINE_PITCH / 2 - 3
        is_open = wide * min(load, 1 / load) if load > 0 else 0.0
        axes.add_patch(Rectangle((x, y), is_open, 5, facecolor=BLUE, edgecolor="none"))
        axes.add_patch(Rectangle((x, y), wide, 5, fill=False, edgecolor=INK, linewidth=0.6))
        if load > 1:
            axes.add_patch(
                Rectangle((x + is_open, y), wide - is_open, 5, facecolor="white",
                          edgecolor=VERMILION, hatch="//////", linewidth=0.8)
            )  # fmt: skip


def _draw_key(axes: Axes, net: Network, y: float) -> None:
    """What the marks mean, in two lines under the picture."""
    _text(axes, (MARGIN, y), _KEY_LINE, 7.5)
    marks = "Thick border with hatching: cannot hold."
    if any(arrow.is_overflow for arrow in net.arrows):
        marks += " Dashed arrow: overflow, taken as outliers when there is no room."
    _text(axes, (MARGIN, y + 14), marks, 7.5)


_KEY_LINE = (
    "Arrows: people a day (and share of those who leave); the thicker, the more. "
    "Bar: spaces needed, of those open; hatched, those missing."
)


def _text(
    axes: Axes,
    at: Point,
    words: str,
    size: float,
    bold: bool = False,
    align: str = "left",
    above: bool = False,
    turned: bool = False,
) -> None:
    axes.text(
        *at, words, fontsize=size, fontweight="bold" if bold else "normal", ha=align,
        va="bottom" if above else "center_baseline", color=INK, parse_math=False,
        rotation=90 if turned else 0,
    )  # fmt: skip


def _box_width(box: Box) -> float:
    titles = [_text_width(line, TITLE_SIZE, bold=True) for line in box.title]
    lines = [_text_width(line, TEXT_SIZE, bold="NOT HOLD" in line) for line in box.lines]
    return max([*titles, *lines, 60.0]) + (30 if box.kind == "setting" else 16)


def _text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is in DejaVu Sans, in points; letters that it lacks count as a whole em."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text) * size
    width, _, _ = _TEXT_TO_PATH.get_text_width_height_descent(text, font, ismath=False)
    return max(wide, float(width))


_TEXT_TO_PATH = TextToPath()
