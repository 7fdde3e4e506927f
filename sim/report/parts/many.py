"""Tables that set several scenarios beside one another on several measures."""

from collections.abc import Sequence

from sim.report.answer import verdict
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table, between
from sim.report.wording import NONE, amounts, changes, unit_heading


def mean_cell(results: Results, name: str, what: What) -> str:
    """A mean with its interval under it."""
    found = results.estimate(name, what)
    if found is None:
        return NONE
    said, low, high = amounts([found.mean, found.low, found.high], measure(what).unit)
    return f"{said}\n{between(low, high)}".strip()


def change_cell(results: Results, name: str, what: What, signs: bool = True) -> str:
    """A difference with its interval under it, and the sign of what it shows if wanted."""
    difference = results.difference(name, what)
    if difference is None:
        return NONE
    three = [difference.difference, difference.low, difference.high]
    said, low, high = changes(three, measure(what).unit)
    sign = f"\u00a0{verdict(what, difference).symbol}" if signs else ""
    return f"{said}{sign}\n{between(low, high)}".strip()


def levels_and_changes(
    results: Results, caption: str, whats: Sequence[tuple[str, What]], names: Sequence[str],
    note: str = "",
) -> Table | None:  # fmt: skip
    """The baseline’s means and each scenario’s differences: a column for each measure."""
    whats = [(title, what) for title, what in whats if results.estimate(results.baseline, what)]
    if not whats:
        return None
    base = (
        f"{results.baseline} (baseline: the mean)",
        *(mean_cell(results, results.baseline, what) for _, what in whats),
    )
    rows = [base]
    for name in names:
        rows.append((name, *(change_cell(results, name, what) for _, what in whats)))
    return Table(
        f"{caption}: the baseline’s means, and differences from them (95% intervals in brackets)",
        ("Scenario", *(f"{t}, {unit_heading(measure(w).unit)}" for t, w in whats)),
        (Rows(tuple(rows)),),
        note=f"{note} {SIGNS}".strip(),
    )


SIGNS = (
    "✔ clearly better, ✘ clearly worse, ○ cannot be told from chance. Differences of shares are in "
    "percentage points."
)


def by_row(
    results: Results, caption: str, head: str,
    groups: Sequence[tuple[str, Sequence[tuple[str, What]]]], names: Sequence[str], note: str = "",
    signs: bool = True,
) -> Table | None:  # fmt: skip
    """A row for each thing measured: its mean in the baseline, its difference in each scenario.

    ``signs`` say what each difference shows; not where no direction is better.
    """
    made = []
    for heading, rows in groups:
        there = [(t, w) for t, w in rows if results.estimate(results.baseline, w)]
        if there:
            cells = tuple(
                (
                    title, mean_cell(results, results.baseline, what),
                    *(change_cell(results, name, what, signs) for name in names),
                )
                for title, what in there
            )  # fmt: skip
            made.append(Rows(cells, heading))
    if not made:
        return None
    return Table(
        caption,
        (head, f"{results.baseline} (mean)", *(f"{name} (difference)" for name in names)),
        tuple(made),
        note=f"{note} {SIGNS}".strip() if signs and names else note,
    )
