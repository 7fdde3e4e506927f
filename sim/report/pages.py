"""Pages: the templates with their style, and files that are written whole or not at all."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.experiment.folder import store

_HERE = Path(__file__).parent


def environment() -> Environment:
    """The templates; what a template names must be given, and text is escaped."""
    made = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["svg"] = Markup
    return made


def style() -> Markup:
    """The style sheet that stands in every page."""
    return Markup((_HERE / "report.css").read_text(encoding="utf-8"))


def write_whole(target: Path, text: str) -> None:
    """Write a file whole or not at all; its folder is made if need be."""
    store.write_whole(target, text.encode("utf-8"))
