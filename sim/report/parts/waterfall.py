"""From ready to left, step by step: where the delayed bed days of one scenario go."""

from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from sim.place.reasons import REASONS
from sim.report.drawing import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    SKY,
    WIDTH,
    Kind,
    canvas,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import Picture, bar, figure_key, numbered
from sim.report.parts.many import by_row
from sim.report.results import Results
from sim.report.table import Rows, Table
from sim.report.wording import amount, amounts, changes, counted, percent, quoted, unit_heading

ARRANGE, PLACE, HAND_OVER = "arranging", "finding a place", "handing over"
KINDS = {
    ARRANGE: Kind(ARRANGE, BLUE),
    PLACE: Kind(PLACE, ORANGE, "////"),
    HAND_OVER: Kind(HAND_OVER, SKY, "||||"),
}
SMALL = 0.014
"""Steps with less than this share of the delay are drawn together."""


@dataclass(frozen=True)
class Step:
    """One step on the way out, over all transfers: delayed bed days a year put down to it."""

    name: str
    phase: str
    days: float
    before: float
    """The same in the baseline."""


def steps(results: Results, scenario: str) -> list[Step]:
    """The steps of a scenario in the order in which people meet them."""
    described = results.scenario(scenario)
    hand_over = set(described.hand_over)
    sizes: dict[tuple[str, str], list[float]] = {}
    for what in results.parts("step_days", "part", "reason", "body"):
        name = step_name(what.part)
        phase = HAND_OVER if what.part in hand_over else ARRANGE
        if what.part == name:
            name, phase = _said(results, name), PLACE
        here, there = (results.estimate(n, what) for n in (scenario, results.baseline))
        both = sizes.setdefault((name, phase), [0.0, 0.0])
        both[0] += here.mean if here else 0.0
        both[1] += there.mean if there else 0.0
    order = {name: n for n, name in enumerate(described.tasks)}
    phases = (ARRANGE, PLACE, HAND_OVER)
    found = [Step(name, phase, *both) for (name, phase), both in sizes.items() if any(both)]
    found.sort(
        key=lambda s: (
            phases.index(s.phase),
            -s.days if s.phase == PLACE else order.get(s.name, len(order)),
        )
    )
    return found


def _said(results: Results, wait: str) -> str:
    """A wait for a place, with the setting's name in place of its key."""
    for setting in sorted(results.settings, key=lambda s: -len(s.setting)):
        if setting.setting in wait:
            return wait.replace(setting.setting, setting.name, 1)
    return wait


def step_name(part: str) -> str:
    """A step's own name, without the transfer that it belongs to.

    >>> step_name("to-home-care: transport"), step_name("no space in p2")
    ('transport', 'no space in p2')
    """
    return part.partition(": ")[2] or part


def waterfall_picture(results: Results, scenario: str, key: str) -> Picture | None:
    """The waterfall of one scenario, with its baseline's sizes beside it."""
    found = steps(results, scenario)
    total = sum(step.days for step in found)
    if not total:
        return None
    drawn = _merged(found, total)
    other = scenario != results.baseline
    beside = f", and in {quoted(results.baseline)} (in brackets)" if other else ""
    caption = (
        f"Delayed bed days a year in {quoted(scenario)}{beside}, by what people wait for: from "
        "ready at the top to left at the bottom. Each bar begins where the one above ends."
    )
    said = "; ".join(
        f"{s.name} {amount(s.days)}" + (f", before {amount(s.before)}" if other else "")
        for s in drawn
    )
    draw = partial(_draw, drawn, total, other)
    return Picture(
        key, "From ready to left, step by step", caption,
        picture(key, f"From ready to left, {scenario}", f"In all {amount(total)}: {said}.", draw),
        steps_table(results, scenario, found),
    )  # fmt: skip


def _merged(found: list[Step], total: float) -> list[Step]:
    drawn: list[Step] = []
    for phase in (ARRANGE, PLACE, HAND_OVER):
        mine = [step for step in found if step.phase == phase]
        large = [s for s in mine if max(s.days, s.before) >= SMALL * total]
        small = [s for s in mine if s not in large]
        drawn += large
        if small:
            name = small[0].name if len(small) == 1 else f"{counted(len(small), 'smaller step')}"
            drawn.append(Step(name, phase, sum(s.days for s in small),
                              sum(s.before for s in small)))  # fmt: skip
    return drawn


def _draw(drawn: list[Step], total: float, other: bool) -> Figure:
    row, top, bottom, left = 0.25, 0.32, 0.5, 2.75
    names = [*(step.name for step in drawn), "left (all delay)"]
    high = row * len(names)
    figure = canvas(top + bottom + high)
    axes = panel(figure, left, bottom, WIDTH - left - 1.25, high)
    rows_from_the_top(axes, [wrapped(name, 42, 1) for name in names], 99)
    start = 0.0
    for place, step in enumerate(drawn):
        bar(axes, place, start, step.days, 0.72, KINDS[step.phase])
        end = start + step.days
        axes.plot([end, end], [place + 0.36, place + 1 - 0.36], color=INK, lw=0.7)
        said = amount(step.days) + (f" ({amount(step.before)})" if other else "")
        axes.text(1.02, place, said, va="center", fontsize=8, transform=axes.get_yaxis_transform())
        axes.axhline(place + 0.5, color=FAINT, lw=0.4, zorder=0)
        start = end
    bar(axes, len(drawn), 0.0, total, 0.72, Kind("", "#d9d9d9"))
    before = sum(step.before for step in drawn)
    said = amount(total) + (f" ({amount(before)})" if other else "")
    axes.text(1.02, len(drawn), said, va="center", fontsize=8, fontweight="bold",
              transform=axes.get_yaxis_transform())  # fmt: skip
    axes.get_yticklabels()[-1].set_fontweight("bold")
    axes.set_xlim(0, total * 1.02)
    axes.grid(axis="x")
    numbered(axes, "days a year")
    axes.set_xlabel("Delayed bed days a year, added up from step to step")
    used = [phase for phase in KINDS if any(step.phase == phase for step in drawn)]
    figure_key(figure, [patch(KINDS[phase]) for phase in used], used)
    return figure


def steps_table(results: Results, scenario: str, found: list[Step]) -> Table:
    """Each step over all transfers: days, share, and the baseline's."""
    total = sum(step.days for step in found) or 1.0
    other = scenario != results.baseline
    groups = []
    for phase in (ARRANGE, PLACE, HAND_OVER):
        rows = []
        for step in found:
            if step.phase != phase:
                continue
            pair = amounts([step.days, step.before])
            cells = [step.name, pair[0], percent(step.days / total)]
            if other:
                cells += [pair[1], changes([step.days - step.before])[0]]
            rows.append(tuple(cells))
        groups.append(Rows(tuple(rows), phase.capitalize()))
    heads = ["Step", "Delayed bed days a year", "% of all"]
    if other:
        heads += [f"In ‘{results.baseline}’", "Difference"]
    return Table(
        f"Delayed bed days a year by step, in ‘{scenario}’",
        tuple(heads),
        tuple(group for group in groups if group.rows),
        note="Sums over all transfers of step_days in summary.csv.",
    )


def detail_table(results: Results, scenario: str) -> Table | None:
    """Each step of each transfer with the interval of its difference."""
    rows = []
    for what in results.parts("step_days", "part", "reason", "body"):
        known = REASONS.get(what.reason)
        rows.append((f"{what.part} [{known.title if known else what.reason}]", what))
    rows.sort(key=lambda pair: pair[1].part)
    return by_row(
        results, f"Delayed bed days by step of each transfer, {unit_heading('days a year')}",
        "Transfer and step [reason]", [("", rows)], (scenario,),
    )  # fmt: skip
