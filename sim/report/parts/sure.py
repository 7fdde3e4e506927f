"""How sure the numbers are."""

from sim.report.results import Results, measure
from sim.report.table import (
    Rows,
    Table,
)
from sim.report.wording import (
    NONE,
    amount,
    changes,
    counted,
    roughly,
    unit_heading,
)


def precision_table(results: Results) -> Table:
    """How wide the 95% intervals are, in the measure's unit and as a share of the mean."""
    groups = []
    for what in results.compare_on:
        unit = measure(what).unit
        rows = []
        for name in results.names:
            found = results.estimate(name, what)
            if found is None:
                continue
            half = None if found.low is None or found.high is None else (found.high - found.low) / 2
            share = NONE if half is None or not found.mean else roughly(half / found.mean)
            mean = amount(found.mean, unit)
            width = changes([half], unit, signed=False)[0]
            rows.append((name, mean, NONE if half is None else f"± {width}", share))
        groups.append(Rows(tuple(rows), f"{results.title(what)} ({unit_heading(unit)})"))
    return Table(
        "Half-widths of the 95% intervals of each mean",
        ("Measure and scenario", "Mean", "Half-width", "Half-width, % of the mean"),
        tuple(groups),
        note="For shares the half-width is in percentage points.",
    )


def how_sure(results: Results) -> list[str]:
    """What the numbers rest on, and what their intervals do and do not say."""
    said = []
    fewest, most = results.times_run
    if most:
        often = f"{fewest} to {most} times" if fewest < most else counted(most, "time")
        run = f"Each scenario was run {often}"
        if results.seed:
            run += f" from seed {results.seed}"
        said.append(
            f"{run}; replication 1 has the same patients in every scenario, and so on, so that "
            "scenarios differ by what was changed and not by who came."
        )
    if results.days is not None:
        by = " (found by MSER-5 from a pilot: below)" if "warm_up" in results.findings else ""
        warm = (
            f"after {counted(round(results.warm_up), 'day')} of warm-up that are not counted{by}"
            if results.warm_up
            else "with no warm-up"
        )
        said.append(f"Each run measures {counted(round(results.days), 'day')}, {warm}.")
    if most == 1:
        said.append("With one replication there are no intervals: nothing here shows chance.")
    else:
        said.append(
            "An interval is a 95% t-interval over replications. It covers chance in one and the "
            "same model: who comes, how long they stay. It does not cover doubt about the numbers "
            "put in, or about the model itself. Each is 95% by itself."
        )
    counted_here = [(n, w) for w in results.compare_on for n in results.others
                    if results.difference(n, w)]  # fmt: skip
    if counted_here:
        number = len(counted_here)
        each = (
            f"The figures of scenarios against the baseline make {counted(number, 'comparison')} "
            f"({counted(len(results.others), 'scenario')} on "
            f"{counted(len(results.compare_on), 'measure')})"
        )
        if len(results.differences) > number:
            each += f"; comparison.csv holds {len(results.differences):,}"
        said.append(
            f"{each}. Clearly better or worse means that, on that measure, chance alone would "
            "make such a difference in any of the scenarios compared with one baseline in fewer "
            "than 1 such experiment in 20 (Holm’s correction); so an interval may leave out 0 and "
            "show nothing. Nothing is corrected for comparing on several measures."
        )
    if results.checks_failed:
        said.append(
            f"Checks that did NOT hold: {'; '.join(c.rstrip('.') for c in results.checks_failed)}."
        )
    if results.checks_held:
        runs = f" in all {counted(results.runs_checked, 'run')}" if results.runs_checked else ""
        said.append(
            f"Checks that held{runs}: {'; '.join(c.rstrip('.') for c in results.checks_held)}."
        )
    return said
