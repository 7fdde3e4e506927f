"""What is printed in the terminal: tables and sentences within its width, without colours."""

import io
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100


def text_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as text: the first and the last column are words, the others numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(heads[0], overflow="fold")
    for head in heads[1:-1]:
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column(heads[-1], no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def section(heading: str, sentences: Iterable[str]) -> str:
    """A heading and its sentences, each with a dash; nothing if there are none."""
    lines = [
        textwrap.fill(
            sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
        )
        for sentence in sentences
    ]
    return "\n".join(["", heading, *lines]) if lines else ""
