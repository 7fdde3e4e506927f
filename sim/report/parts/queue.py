"""Where the delay moves: the queues before settings and teams when coordination improves."""

from collections.abc import Sequence
from functools import partial

from sim.report.dots import SERIES, Panel, dot_figure, points_of, series_key
from sim.report.dots import Point as Dot
from sim.report.drawing import picture
from sim.report.marks import Picture
from sim.report.parts.many import by_row
from sim.report.results import Results, What
from sim.report.wording import changes, counted, listed, quoted

MOST_ROWS = 14
"""At most this many settings, and this many teams, are drawn: those with the largest changes."""


def queues(results: Results) -> list[tuple[str, str, list[tuple[str, What]]]]:
    """(measure's title, unit, rows) of what waits before settings and before teams."""
    settings = [(results.setting_name(w.setting), w) for w in results.parts("waiting", "setting")]
    teams = [(results.team_name(w.team), w) for w in results.parts("backlog", "team")]
    found = [
        ("People waiting for a space", "people", settings),
        ("Cases waiting for a team", "cases", teams),
    ]
    return [each for each in found if each[2]]


def queue_pictures(results: Results, key: str) -> list[Picture]:
    """How the queues differ in the combined scenarios: of settings, then of teams."""
    names = results.combined
    made: list[Picture] = []
    for number, (title, unit, rows) in enumerate(queues(results)):
        moved = [row for row in rows if any(_change(results, name, row[1]) for name in names)]
        moved.sort(key=lambda row: -max(abs(_change(results, n, row[1])) for n in names))
        drawn = moved[:MOST_ROWS]
        table = by_row(results, f"{title}, mean: by {_kind(rows)}", _kind(rows).capitalize(),
                       [("", rows)], names)  # fmt: skip
        if not drawn or table is None:
            continue
        points = points_of({
            (row, name): _point(results, name, what) for row, what in drawn for name in names
        })  # fmt: skip
        panel = Panel(f"{title}: difference from ‘{results.baseline}’", unit, points, True,
                      line_at=0.0)  # fmt: skip
        left_out = (
            f" The {len(drawn)} that change most are drawn." if len(moved) > len(drawn) else ""
        )
        caption = (
            f"{title}: differences from {quoted(results.baseline)}, by {_kind(rows)}. To the right "
            f"of the dashed line the queue grows.{left_out} Lines are 95% intervals."
        )
        said = "; ".join(
            f"{row}: "
            + ", ".join(f"{changes([_change(results, n, what)])[0]} in {quoted(n)}" for n in names)
            for row, what in drawn
        )
        draw = partial(
            dot_figure, [row for row, _ in drawn], list(names), [panel], styles=SERIES[1:],
            key=series_key(names), label_inches=2.6,
        )  # fmt: skip
        made.append(
            Picture(f"{key}-{number + 1}", title, caption,
                    picture(f"{key}-{number + 1}", f"{title} by {_kind(rows)}", f"{said}.", draw),
                    table)
        )  # fmt: skip
    return made


def said_of_queues(results: Results) -> list[str]:
    """Which queues clearly grow in the combined scenarios, the largest first."""
    said = []
    for name in results.combined:
        grown: list[tuple[float, str]] = []
        for _, unit, rows in queues(results):
            for row, what in rows:
                found = results.difference(name, what)
                if found and found.is_clear and found.difference > 0:
                    size = changes([found.difference])[0].removeprefix("+")
                    grown.append((found.difference, f"{row} ({size} more {unit})"))
        grown.sort(key=lambda pair: -pair[0])
        if grown:
            first = listed([text for _, text in grown[:4]])
            more = f", and {counted(len(grown) - 4, 'more')}" if len(grown) > 4 else ""
            more = more.replace("mores", "more")
            said.append(f"In {quoted(name)} the queue clearly grows before {first}{more}.")
        elif any(results.difference(name, w) for _, _, rows in queues(results) for _, w in rows):
            said.append(f"In {quoted(name)} no queue clearly grows.")
    return said


def _kind(rows: Sequence[tuple[str, What]]) -> str:
    return "team" if rows and rows[0][1].team else "setting"


def _change(results: Results, name: str, what: What) -> float:
    found = results.difference(name, what)
    return found.difference if found else 0.0


def _point(results: Results, name: str, what: What) -> Dot | None:
    found = results.difference(name, what)
    return Dot(found.difference, found.low, found.high) if found else None
