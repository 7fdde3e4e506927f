"""What happens at the front door: waits for a bed, and planned operations cancelled."""

from functools import partial

from sim.report.dots import change_panel, dot_figure
from sim.report.drawing import picture
from sim.report.marks import VERDICT_MARKS, Picture
from sim.report.parts.many import levels_and_changes
from sim.report.results import Results, What, measure
from sim.report.wording import changes, quoted

FRONT_DOOR = ("bed_wait_hours", "over_4_hours", "over_12_hours", "electives_cancelled")


def front_door_picture(results: Results, key: str) -> Picture | None:
    """Each scenario's difference in the four measures of the front door."""
    whats = [What(name) for name in FRONT_DOOR if results.estimate(results.baseline, What(name))]
    names = [name for name in results.others if any(results.difference(name, w) for w in whats)]
    table = levels_and_changes(
        results, "The front door", [(measure(w).title, w) for w in whats], results.others
    )
    if not whats or not names or table is None:
        return None
    panels = [change_panel(results, what, names, _title(what)) for what in whats]
    caption = (
        f"The front door: differences from {quoted(results.baseline)}. Left of the dashed line is "
        "better. Dots are means, lines are 95% intervals; an open diamond cannot be "
        "told from chance."
    )
    said = "; ".join(
        f"{measure(w).title}: "
        + ", ".join(
            f"{changes([d.difference], measure(w).unit)[0]} in {quoted(n)}"
            for n in names
            if (d := results.difference(n, w))
        )
        for w in whats
    )
    marks = [(mark[:3], mark[3]) for mark in list(VERDICT_MARKS.values())[:3]]
    draw = partial(dot_figure, names, [""], panels, key=marks)
    return Picture(
        key, "Waits for a bed, and cancelled operations", caption,
        picture(key, "The front door, by scenario", f"{said}.", draw), table,
    )  # fmt: skip


def _title(what: What) -> str:
    unit = {"hours": "hours", "people a year": "people a year"}.get(
        measure(what).unit, "percentage points"
    )
    return f"{measure(what).title}, {unit}"
