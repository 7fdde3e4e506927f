"""What a combined scenario saves beside the sum of what its parts save alone."""

from functools import partial

from matplotlib.figure import Figure

from sim.experiment.derived import EACH_ALONE, IN_PARTS
from sim.experiment.families import parts_of
from sim.place.reasons import REASON_GROUPS
from sim.report.drawing import (
    BLUE,
    INK,
    SKY,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
)
from sim.report.marks import Picture, bar, figure_key, level_of, numbered
from sim.report.parts.ranking import DELAY, turned
from sim.report.results import Difference, Results, What
from sim.report.table import Rows, Table, between
from sim.report.wording import NONE, amount, amounts, changes, listed, percent, quoted

_ALONE = (Kind("each part alone, added up", SKY, "////"), Kind("", SKY, "||||"))
_TOGETHER = Kind("all of them together", BLUE)


def beside(results: Results) -> list[tuple[str, str, tuple[str, ...]]]:
    """The combined scenarios whose parts were run alone: (scenario, kind of parts, parts)."""
    mine = {name: results.own[name] for name in results.others}
    found = []
    for name in results.others:
        for kind, finest in ((EACH_ALONE, True), (IN_PARTS, False)):
            if results.difference(name, What("saved_alone", part=kind)):
                found.append((name, kind, parts_of(name, mine, finest)))
    return found


def together_picture(results: Results, key: str) -> Picture | None:
    """Two bars for each combined scenario: the parts alone, added up, and all together."""
    found = beside(results)
    if not found:
        return None
    said = "; ".join(
        f"{quoted(name)}: {_saved(results, name)} days a year together, "
        f"{_alone(results, name, kind)} as the sum of {len(parts)} alone"
        for name, kind, parts in found
    )
    caption = (
        "Delayed bed days saved a year: the upper bar adds up what each part saves in a scenario "
        "of its own (one piece for each part), the lower is what they save together. Thin lines "
        "are 95% intervals."
    )
    return Picture(
        key, "Together, beside the sum of the parts", caption,
        picture(key, "Saved together, beside the sum of the parts", f"{said}.",
                partial(_draw, results, found)),
        together_table(results),
    )  # fmt: skip


def _draw(results: Results, found: list[tuple[str, str, tuple[str, ...]]]) -> Figure:
    row, top, bottom, left = 0.62, 0.3, 0.5, 2.3
    high = row * len(found)
    figure = canvas(top + bottom + high)
    axes = panel(figure, left, bottom, WIDTH - left - 0.3, high)
    names = [f"{name}, beside {len(parts)} others" for name, _, parts in found]
    rows_from_the_top(axes, names, 30)
    for place, (name, kind, parts) in enumerate(found):
        start = 0.0
        sizes = sorted((-_change(results, part) for part in parts), reverse=True)
        for n, size in enumerate(sizes):
            bar(axes, place - 0.18, start, size, 0.3, _ALONE[n % 2])
            start += size
        whole = turned(results.difference(name, DELAY) or Difference(0.0))
        bar(axes, place + 0.18, 0.0, whole.difference, 0.3, _TOGETHER)
        if whole.low is not None and whole.high is not None:
            axes.plot([whole.low, whole.high], [place + 0.18] * 2, color=INK, lw=1.3, marker="|")
        alone = turned(_negative(results.difference(name, What("saved_alone", part=kind))))
        if alone.low is not None and alone.high is not None:
            axes.plot([alone.low, alone.high], [place - 0.18] * 2, color=INK, lw=1.3, marker="|")
    axes.axvline(0, color=INK, lw=1.0)
    axes.grid(axis="x")
    numbered(axes, "days a year")
    axes.set_xlabel("Delayed bed days saved, a year")
    figure_key(figure, [patch(_ALONE[0]), patch(_TOGETHER)], [_ALONE[0].name, _TOGETHER.name])
    return figure


def _negative(found: Difference | None) -> Difference:
    return turned(found or Difference(0.0))


def _change(results: Results, name: str) -> float:
    found = results.difference(name, DELAY)
    return found.difference if found else 0.0


def _saved(results: Results, name: str) -> str:
    return amount(-_change(results, name))


def _alone(results: Results, name: str, kind: str) -> str:
    found = results.difference(name, What("saved_alone", part=kind))
    return amount(found.difference) if found else NONE


def together_table(results: Results) -> Table:
    """Saved together, saved alone, and the one over the other."""
    rows = []
    for name, kind, parts in beside(results):
        whole = turned(results.difference(name, DELAY) or Difference(0.0))
        alone = results.difference(name, What("saved_alone", part=kind)) or Difference(0.0)
        ratio = results.difference(name, What("saved_together", part=kind))
        cells = []
        for each in (whole, alone):
            said, low, high = amounts([each.difference, each.low, each.high])
            cells.append(f"{said}\n{between(low, high)}".strip())
        share = NONE
        if ratio:
            share = percent(ratio.difference)
            if ratio.low is not None and ratio.high is not None:
                share += f"\n{between(percent(ratio.low), percent(ratio.high))}"
        what = "each part alone" if kind == EACH_ALONE else "in larger parts"
        rows.append((name, f"{what}: {listed(parts)}", *cells, share))
    return Table(
        "Delayed bed days saved a year, together and alone (95% intervals in brackets)",
        ("Scenario", "Beside", "Together", "Sum of the parts", "Together, % of the sum"),
        (Rows(tuple(rows)),),
        text_columns=(1,),
        note="The ratio is of paired differences on the same people; its interval is Fieller’s.",
    )


def reasons_table(results: Results) -> Table | None:
    """Where the overlap lies: by group of reasons, the sum of the parts and all together."""
    groups = []
    for name, kind, parts in beside(results):
        if kind != EACH_ALONE:
            continue
        rows = []
        for group in REASON_GROUPS:
            what = What("delayed_bed_days", part=group)
            found = results.difference(name, what)
            if found is None:
                continue
            alone = [d.difference for part in parts if (d := results.difference(part, what))]
            total = sum(alone)
            pair = changes([-total, -found.difference])
            base, now = level_of(results, results.baseline, what), level_of(results, name, what)
            rows.append((group.capitalize(), *pair, *amounts([base, now])))
        groups.append(Rows(tuple(rows), name))
    if not any(group.rows for group in groups):
        return None
    return Table(
        "Delayed bed days saved a year by group of reasons: the sum of the parts, and together",
        ("Scenario and group", "Sum of the parts", "Together",
         f"Left in ‘{results.baseline}’", "Left in the scenario"),
        tuple(groups),
        note="Above 0 is saved; below 0 is delay that has moved here.",
    )  # fmt: skip


def said_of_together(results: Results) -> list[str]:
    """Whether the parts overlap, and why."""
    said = []
    for name, kind, parts in beside(results):
        ratio = results.difference(name, What("saved_together", part=kind))
        if ratio is None:
            said.append(
                f"{quoted(name)}: what its {len(parts)} parts save alone adds up to no clear "
                "saving, so there is nothing to set it beside."
            )
            continue
        share = percent(ratio.difference)
        text = (
            f"{quoted(name)} saves {_saved(results, name)} days a year, {share} of the "
            f"{_alone(results, name, kind)} that its {len(parts)} parts save alone, added up"
        )
        if ratio.low is not None and ratio.high is not None:
            text += f" (95% interval {percent(ratio.low)} to {percent(ratio.high)})"
            if not _is_clear(ratio):
                text += ". Whether the parts overlap, this number of runs cannot tell"
            elif ratio.difference < 1:
                text += (
                    ". The parts overlap: a delayed day can be saved only once, and people whom "
                    "one part brings forward wait for the next step or the next place instead"
                )
            else:
                text += (
                    ". The parts help one another: what one brings forward, another no longer "
                    "holds up"
                )
        capacity = What("delayed_bed_days", part="capacity")
        before, after = _share(results, results.baseline, capacity), _share(results, name, capacity)
        if before is not None and after is not None and kind == EACH_ALONE:
            text += (
                f". Waits for capacity are {percent(before)} of delayed bed days in "
                f"{quoted(results.baseline)} and {percent(after)} in {quoted(name)}"
            )
        said.append(f"{text}.")
    return said


def _is_clear(ratio: Difference) -> bool:
    """Whether the ratio is clearly another than 1, which is what its p-value is of."""
    if ratio.p_holm is None:
        return ratio.low is not None and ratio.high is not None and not ratio.low <= 1 <= ratio.high
    return ratio.is_clear


def _share(results: Results, name: str, what: What) -> float | None:
    part, whole = results.estimate(name, what), results.estimate(name, DELAY)
    return part.mean / whole.mean if part and whole and whole.mean else None
