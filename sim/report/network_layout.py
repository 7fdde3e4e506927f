"""Where the boxes of a network stand: layers, then the order within each, then heights.

The layers follow the longest way from the front door; an arrow that leads back (a loop) runs from
right to left between the same layers. Crossings are reduced by barycentres; heights are then evened
out so that arrows run as straight as they can. Lengths are in points; y grows downwards.

Source: Sugiyama, Tagawa and Toda (1981), Methods for visual understanding of hierarchical system
structures; Eades, Lin and Smyth (1993), A fast and effective heuristic for the feedback arc set
problem.
"""

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.report.network import Arrow, Network

LINE_PITCH, PORT_PITCH = 12.0, 16.0
BOX_GAP, BEND_GAP, TURN = 22.0, 5.0, 22.0
SWEEPS = 12


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
