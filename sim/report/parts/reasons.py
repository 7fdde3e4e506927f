"""Why people wait, and for whom: delayed bed days by reason, body, group and locality."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from sim.place.reasons import REASON_GROUPS, REASONS
from sim.report.drawing import (
    BLUE,
    BODIES,
    FAINT,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    WIDTH,
    Kind,
    canvas,
    key_above,
    panel,
    patch,
    picture,
    rows_from_the_top,
    wrapped,
)
from sim.report.marks import (
    Picture,
    bar,
    dot,
    figure_key,
    level_of,
    mark,
    numbered,
)
from sim.report.results import Results, What
from sim.report.table import (
    Rows,
    Table,
    beside,
    beside_columns,
)
from sim.report.wording import (
    amount,
    amounts,
    listed,
    quoted,
    with_unit,
)

_GROUPS = (
    Kind("hospital process", BLUE),
    Kind("care transfer hub process", SKY, "////"),
    Kind("interface process", GREEN, "----"),
    Kind("capacity", ORANGE, "\\\\\\\\"),
    Kind("wellbeing", PURPLE, "xxxx"),
    Kind("other", "#ffffff"),
)


@dataclass(frozen=True)
class Reason:
    """A delay reason as it is shown: its title, its national group, the body that answers."""

    title: str
    group: str
    body: str
    what: What


def delay_mix(results: Results, key: str) -> Picture | None:
    """Delayed bed days of every scenario, split by national group of reasons and by body."""
    if not results.parts("delayed_bed_days", "reason", "body"):
        return None
    groups = [k for k in _GROUPS if any(delay_of(results, n, group=k.name) for n in results.names)]
    bodies = [k for k in BODIES if any(delay_of(results, n, body=k.name) for n in results.names)]
    names = results.names

    def draw() -> Figure:
        row, bottom, left, gap = 0.46, 0.5, 2.0, 0.3
        top = 0.15 + 0.17 * -(-len(groups) // 2)
        wide, high = 2.8, row * len(names)
        figure = canvas(top + bottom + high)
        for n, (kinds, by_group) in enumerate(((groups, True), (bodies, False))):
            axes = panel(figure, left + n * (wide + gap), bottom, wide, high)
            rows_from_the_top(axes, names, 26)
            for place, name in enumerate(names):
                start = 0.0
                for kind in kinds:
                    size = delay_of(
                        results, name,
                        group=kind.name if by_group else "", body="" if by_group else kind.name,
                    )  # fmt: skip
                    bar(axes, place, start, size, 0.62, kind)
                    start += size
            axes.grid(axis="x")
            axes.margins(x=0.03)
            axes.set_xlim(left=0)
            numbered(axes, "days a year", ticks=4)
            axes.set_xlabel("Delayed bed days a year")
            key_above(axes, [patch(k) for k in kinds], [k.name for k in kinds],
                      2 if by_group else 3)  # fmt: skip
            axes.tick_params(labelleft=n == 0)
        return figure

    caption = (
        "Delayed bed days a year by national group of reasons (left) and by the body that "
        "answers (right), in every scenario."
    )
    said = "; ".join(_mix_said(results, name, groups, bodies) for name in names)
    return Picture(
        key, "By kind of reason, and by who answers", caption,
        picture(key, "Delayed bed days by reason group and body", f"{said}.", draw),
        mix_table(results),
    )  # fmt: skip


def by_reason(results: Results, shown: str, key: str) -> Picture | None:
    """Delayed bed days by single reason, under the five national groups."""
    scenarios = [results.baseline, *([shown] if shown else [])]
    reasons = reasons_shown(results, scenarios)
    if not reasons:
        return None
    lines: list[Reason | str] = []
    for group in (*REASON_GROUPS, "other"):
        own = [r for r in reasons if r.group == group]
        lines += [group, *own] if own else []
    several = {r.title for r in reasons if sum(o.title == r.title for o in reasons) > 1}

    def label(line: Reason | str) -> str:
        if isinstance(line, str):
            return line.capitalize()
        return f"{line.title} [{line.body}]" if line.title in several else line.title

    def draw() -> Figure:
        row, top, bottom, left = 0.3, 0.32, 0.5, 3.35
        high = row * len(lines)
        figure = canvas(top + bottom + high)
        axes = panel(figure, left, bottom, WIDTH - left - 1.3, high)
        rows_from_the_top(axes, [wrapped(label(line), 50, 1) for line in lines], 60)
        for place, (line, tick) in enumerate(zip(lines, axes.get_yticklabels(), strict=True)):
            if isinstance(line, str):
                tick.set_fontweight("bold")
                axes.axhline(place - 0.5, color=FAINT, lw=0.8)
                continue
            ends = [level_of(results, name, line.what) for name in scenarios]
            axes.plot(ends, [place] * len(ends), color=GREY, lw=1.6)
            for name, end in zip(scenarios, ends, strict=True):
                mark(axes, end, place, name != results.baseline)
            pair = " → ".join(amount(end, "days a year") for end in ends)
            axes.text(1.02, place, pair, va="center", fontsize=8,
                      transform=axes.get_yaxis_transform())  # fmt: skip
        axes.set_xlim(0, 1.05 * axes.get_xlim()[1])
        axes.set_xlim(left=-0.015 * axes.get_xlim()[1])
        axes.grid(axis="x")
        numbered(axes, "days a year")
        axes.set_xlabel("Delayed bed days a year")
        handles: list[Artist | tuple[Artist, ...]] = [dot(False)]
        handles += [dot(True)] if shown else []
        names = [f"{results.baseline} (baseline)", *([shown] if shown else [])]
        figure_key(figure, handles, names)
        return figure

    caption = "Delayed bed days a year by reason, in the five national groups: " + (
        f"from {quoted(results.baseline)} (open) to {quoted(shown)} (filled)."
        if shown
        else f"{quoted(results.baseline)}."
    )
    said = "; ".join(
        f"{label(r)}: " + " to ".join(amounts([level_of(results, n, r.what) for n in scenarios]))
        for r in reasons
    )
    return Picture(
        key, "By reason", caption, picture(key, "Delayed bed days by reason", f"{said}.", draw),
        reasons_table(results, reasons, shown),
    )  # fmt: skip


def _mix_said(results: Results, name: str, groups: Sequence[Kind], bodies: Sequence[Kind]) -> str:
    whole = with_unit(amount(delay_of(results, name)), "days a year")
    parts = [f"{k.name} {amount(delay_of(results, name, group=k.name))}" for k in groups]
    answering = [f"{k.name} {amount(delay_of(results, name, body=k.name))}" for k in bodies]
    return f"{quoted(name)}: {whole}, of which {listed(parts)}; by body {listed(answering)}"


def reasons_shown(results: Results, scenarios: Sequence[str]) -> list[Reason]:
    """The delay reasons with any delay in these scenarios: by national group, largest first."""
    found = []
    for what in results.parts("delayed_bed_days", "reason", "body"):
        sizes = [e.mean for name in scenarios if (e := results.estimate(name, what))]
        if any(sizes):
            known = REASONS.get(what.reason)
            title = known.title if known else what.reason
            group = known.group if known else "other"
            found.append((max(sizes), Reason(title, group, what.body, what)))
    order = {group: place for place, group in enumerate((*REASON_GROUPS, "other"))}
    found.sort(key=lambda pair: (order[pair[1].group], -pair[0], pair[1].title))
    return [reason for _, reason in found]


def reasons_table(results: Results, reasons: Sequence[Reason], shown: str) -> Table:
    """Delayed bed days by reason and body, in the baseline and in one other scenario."""
    groups = []
    for group in dict.fromkeys(reason.group for reason in reasons):
        rows = tuple(
            (reason.title, reason.body, *beside(results, reason.what, shown))
            for reason in reasons
            if reason.group == group
        )
        groups.append(Rows(rows, group.capitalize()))
    columns = beside_columns(results, shown)
    return Table(
        "Delayed bed days a year by reason, in the five national groups",
        ("Reason", "Who answers", *columns),
        tuple(groups),
        text_columns=(1,),
    )


def mix_table(results: Results) -> Table:
    """Delayed bed days by national group and by body, in every scenario."""
    groups = [g for g in (*REASON_GROUPS, "other") if any(
        delay_of(results, name, group=g) for name in results.names)]  # fmt: skip
    bodies = [b for b in ("NHS", "social care", "both") if any(
        delay_of(results, name, body=b) for name in results.names)]  # fmt: skip
    rows = []
    for name in results.names:
        sizes = [
            *(delay_of(results, name, group=g) for g in groups),
            *(delay_of(results, name, body=b) for b in bodies),
            delay_of(results, name),
        ]
        rows.append((name, *(amount(size) for size in sizes)))
    return Table(
        "Delayed bed days a year, by national group of reasons and by who answers",
        ("Scenario", *(g.capitalize() for g in groups),
         *(f"Body: {b}" for b in bodies), "All"),
        (Rows(tuple(rows)),),
        note="The groups add up to all, and so do the bodies.",
    )  # fmt: skip


def delay_of(results: Results, scenario: str, group: str = "", body: str = "") -> float:
    """Delayed bed days of a scenario, summed over reasons of one group or one body."""
    total = 0.0
    for what in results.parts("delayed_bed_days", "reason", "body"):
        known = REASONS.get(what.reason)
        own_group = known.group if known else "other"
        if (not group or own_group == group) and (not body or what.body == body):
            found = results.estimate(scenario, what)
            total += found.mean if found else 0.0
    return total


def part_table(results: Results, dimension: str, shown: str, caption: str) -> Table | None:
    """Delayed bed days by locality or by group of people; None if they are not split so."""
    parts = results.parts("delayed_bed_days", dimension)
    if dimension == "group":
        parts += results.parts("delayed_bed_days", "group", "locality")
    if not parts:
        return None
    names = [getattr(what, dimension) for what in parts]
    if dimension == "group":
        titles = [results.group_names.get(name) or name for name in names]
        names = [
            f"{title}, {what.locality}" if names.count(name) > 1 else title
            for name, title, what in zip(names, titles, parts, strict=True)
        ]
    rows = tuple(
        (name, *beside(results, what, shown)) for name, what in zip(names, parts, strict=True)
    )
    heading = {"group": "Group of people"}.get(dimension, dimension.capitalize())
    return Table(caption, (heading, *beside_columns(results, shown)), (Rows(rows),))
