"""What was put in: which scenario has which levers, and the numbers of the place."""

from sim.report.results import Number, Results
from sim.report.table import (
    Rows,
    Table,
    between,
    in_order,
)
from sim.report.wording import (
    NONE,
    anything,
)


def levers_table(results: Results) -> Table:
    """Which scenario makes which changes."""
    rows = tuple(
        (s.name, "; ".join(lever.title for lever in s.levers) or "No change: the place as it is")
        for s in results.scenarios
        if s.name not in results.left_out
    )
    return Table("Which scenario makes which changes", ("Scenario", "Changes"), (Rows(rows),), (1,))


def numbers_table(results: Results) -> Table:
    """Every number that the place rests on, with its source and how sure it is."""

    def row(n: Number) -> tuple[str, ...]:
        span = between(anything(n.low), anything(n.high), False)
        sure = {"guess": "◆ guess", "": NONE}.get(n.certainty, n.certainty)
        source = "; ".join(part for part in (n.source, n.note) if part) or "none given"
        return n.path, anything(n.value), span or NONE, n.unit or NONE, source, sure

    rows = tuple(row(n) for n in sorted(results.numbers, key=lambda n: in_order(n.path)))
    return Table(
        "The numbers of the place, by their path in its file (◆ marks a guess)",
        ("Path", "Value", "Range", "Unit", "Source and note", "Certainty"),
        (Rows(rows),),
        text_columns=(1, 2, 3, 4, 5),
    )
