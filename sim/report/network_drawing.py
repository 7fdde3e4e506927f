"""Draws the network of a place: who comes, where they go, what each setting can hold.

Left to right: arrivals, settings, ways out. Lengths are in points; y grows downwards.
"""

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextToPath

from sim.place.schema import Place
from sim.report.drawing import BLUE, GREY, INK, VERMILION, picture
from sim.report.network import Arrow, Box, Network, make_network
from sim.report.network_layout import LINE_PITCH, TURN, Layout, lay_out

Point = tuple[float, float]

TITLE_SIZE, TEXT_SIZE, LABEL_SIZE = 9.0, 7.5, 7.0
MARGIN, CURVE, BESIDE = 18.0, 58.0, 26.0
THICKEST, THINNEST = 6.0, 0.9
WAY_TO_CARE, WAY_OUT = "#44546a", "#8c97a3"


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
        label = _text_width(arrow.words, LABEL_SIZE) + 8
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
    _text(axes, label_at, chain.arrow.words, LABEL_SIZE, align=align, above=True)


def _draw_turn(axes: Axes, layout: Layout, arrow: Arrow, x: float, pen: Pen) -> None:
    """Those who come straight back to the same setting: a turn above its box."""
    top = layout.y[arrow.source] - layout.height[arrow.source] / 2 + TURN
    end = (x + 20, top - pen.head_length)
    _stroke(axes, [(x - 20, top), (x - 20, top - 20), (x + 20, top - 20), end], pen)
    _head(axes, (x + 20, top), (0, -1), pen)
    _text(axes, (x + 30, top - 6), arrow.words, LABEL_SIZE, above=True)


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
    _text(axes, middle, arrow.words, LABEL_SIZE, align="center", turned=True)


def _stroke(axes: Axes, points: Sequence[Point], pen: Pen) -> None:
    """A curve (a point, then three for each bend), pale at its edges so that it can be followed."""
    codes = [Outline.MOVETO] + [Outline.CURVE4] * (len(points) - 1)
    outline = Outline(points, codes)
    dashes = (0, (4, 3)) if pen.dashed else "solid"
    for thick, colour, line in ((pen.thick + 3, "white", "solid"), (pen.thick, pen.colour, dashes)):
        axes.add_artist(
            PathPatch(outline, fill=False, edgecolor=colour, linewidth=thick, linestyle=line,
                      capstyle="butt")
        )  # fmt: skip


def _head(axes: Axes, tip: Point, back: Point, pen: Pen) -> None:
    """An arrowhead at a point, its base lying towards ``back``."""
    base = (tip[0] + back[0] * pen.head_length, tip[1] + back[1] * pen.head_length)
    side = (-back[1] * pen.head_half, back[0] * pen.head_half)
    corners = [tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1])]
    face = "white" if pen.dashed else pen.colour
    axes.add_artist(
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
        axes.add_artist(
            Rectangle((left, top), width, height, facecolor="white", edgecolor=edge,
                      linewidth=3.2 if failing else 2.0 if near else 1.0)
        )  # fmt: skip
        if failing:
            axes.add_artist(
                Rectangle((left, top), 9, height, facecolor="white", edgecolor=edge,
                          hatch="/////", linewidth=1.0)
            )  # fmt: skip
    else:
        fill = "#e8f1f8" if box.kind == "arrivals" else "#eef0f2"
        axes.add_artist(
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
        axes.add_artist(Rectangle((x, y), is_open, 5, facecolor=BLUE, edgecolor="none"))
        axes.add_artist(Rectangle((x, y), wide, 5, fill=False, edgecolor=INK, linewidth=0.6))
        if load > 1:
            axes.add_artist(
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
