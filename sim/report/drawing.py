"""How every figure is drawn: sizes, colours that all can tell apart, and clean inline SVG.

A figure is drawn by matplotlib and put into the page as SVG, with its text as text, its own ids,
and a title and description for those who listen to it. The same input gives the same bytes.
"""

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import matplotlib.style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = (
    "#0072B2", "#E69F00", "#009E73", "#C24E00", "#CC79A7", "#56B4E9",
)  # fmt: skip
"""Okabe and Ito's colours, which colour-blind people can tell apart (vermilion a little darker)."""
INK, GREY, FAINT = "#1b1f24", "#59616b", "#d5d9de"
BASELINE = "#4a4f57"

WIDTH = 8.0
"""Width of every figure, in inches."""

_STYLE: dict[str, object] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.edgecolor": "#8a9099",
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "hatch.color": INK,
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 9.0,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.image_inline": True,
}
_LONG_DECIMALS = re.compile(r"(\d+\.\d\d)\d+")
_NUMERIC_ATTRIBUTES = ("d", "x", "y", "width", "height", "transform", "points")


@dataclass(frozen=True)
class Kind:
    """How one of a few kinds is drawn: its name, colour, and a hatch for black and white."""

    name: str
    colour: str
    hatch: str = ""


BODIES = (
    Kind("NHS", BLUE),
    Kind("social care", ORANGE, "////"),
    Kind("both", "#d9d9d9", "----"),
)
"""The bodies that answer for delay and for money."""


def picture(key: str, title: str, description: str, draw: Callable[[], Figure]) -> str:
    """One figure as inline SVG that can be listened to.

    ``key`` is the figure's own name in the page: its ids start with it.
    """
    style = {**_STYLE, "svg.hashsalt": key}
    with matplotlib.style.context(["default", style]), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a letter that the font lacks: the reader's has it
        figure = draw()
        FigureCanvasSVG(figure)
        written = io.StringIO()
        nothing = {"Creator": None, "Date": None, "Format": None, "Type": None}
        figure.savefig(written, format="svg", metadata=nothing)
    return _inline(written.getvalue(), key, title, description)


def canvas(height: float) -> Figure:
    """An empty figure of the common width, in inches."""
    return Figure(figsize=(WIDTH, height))


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes placed in inches from the figure's lower left corner."""
    wide, high = figure.get_size_inches()
    return figure.add_axes((left / wide, bottom / high, width / wide, height / high))


def rows_from_the_top(axes: Axes, labels: Sequence[str], width: int = 30) -> None:
    """One row for each label, the first at the top, the labels wrapped."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    written = [label if "\n" in label else wrapped(label, width) for label in labels]
    axes.set_yticks(range(len(labels)), written)


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """A name broken into a few short lines, and cut with an ellipsis if it is longer still.

    >>> wrapped("Trusted assessors in care homes", 16)
    'Trusted\\nassessors in…'
    """
    broken = textwrap.wrap(text, width) or [""]
    if len(broken) <= lines:
        return "\n".join(broken)
    last = broken[lines - 1]
    return "\n".join([*broken[: lines - 1], (last if len(last) < width else last[:-1]) + "…"])


def key_above(
    axes: Axes,
    handles: Sequence[Artist],
    names: Sequence[str],
    columns: int = 4,
) -> None:
    """A key above the axes, in one row where it fits."""
    visible = [f"\u200b{name}" if name.startswith("_") else name for name in names]
    axes.legend(
        handles,
        [wrapped(name, 34) for name in visible],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        frameon=False,
        fontsize=8.5,
        handlelength=2.2,
        columnspacing=1.4,
        borderaxespad=0.3,
        borderpad=0.0,
    )


def patch(kind: Kind) -> Patch:
    """A kind's sample for the key."""
    return Patch(facecolor=kind.colour, hatch=kind.hatch, edgecolor=INK, linewidth=0.6)


def _inline(svg: str, key: str, title: str, description: str) -> str:
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in list(element.attrib):
            value = element.attrib.pop(name)
            plain = name.rpartition("}")[2]
            if plain in _NUMERIC_ATTRIBUTES:
                value = _LONG_DECIMALS.sub(r"\1", value)
            element.set(plain, value)
    _give_own_ids(root, key)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    said = ElementTree.Element("desc", {"id": f"{key}-desc"})
    said.text = description
    called = ElementTree.Element("title", {"id": f"{key}-title"})
    called.text = title
    root[:0] = [called, said]
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    return ElementTree.tostring(root, encoding="unicode")


def _give_own_ids(root: ElementTree.Element, key: str) -> None:
    """Keep the ids that something refers to, with the figure's name before them; drop the rest."""
    drawn = [e for e in root.iter() if e.tag != "text"]
    referred = re.compile(r"url\(#([^)]+)\)")
    used = {e.get("href", "")[1:] for e in drawn if e.get("href", "").startswith("#")}
    for element in drawn:
        for value in element.attrib.values():
            used.update(referred.findall(value))
    for element in root.iter():
        if (own := element.attrib.pop("id", None)) in used:
            element.set("id", f"{key}-{own}")
        if element.get("href", "").startswith("#"):
            element.set("href", f"#{key}-{element.get('href', '')[1:]}")
        for name, value in list(element.attrib.items()):
            if "url(#" in value:
                element.set(name, referred.sub(rf"url(#{key}-\1)", value))
