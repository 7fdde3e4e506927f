"""The first scenario beside published figures: fitted or not, within tolerance or not."""

import math
from dataclasses import dataclass
from functools import partial

from scipy.special import stdtrit

from sim.experiment.agreement import Agreement
from sim.report.dots import Panel, Point, dot_figure, points_of
from sim.report.drawing import BLUE, VERMILION, picture
from sim.report.marks import Picture
from sim.report.results import Benchmark, Estimate, Results, measure
from sim.report.table import Rows, Table
from sim.report.wording import NONE, amounts, changes, counted, listed, quoted, unit_heading

FITTED, FOLLOWS = "Fitted to", "Not fitted to: has to follow by itself"


@dataclass(frozen=True)
class Beside:
    """One published figure with the model's."""

    row: Benchmark
    ours: Estimate | None
    widened: float = 1.0
    """By what factor its interval is wider than a t-interval."""

    @property
    def error(self) -> float | None:
        """The standard error of our mean over replications; None with one replication."""
        ours = self.ours
        if ours is None or ours.low is None or ours.high is None or ours.replications < 2:
            return None
        t = self.widened * float(stdtrit(ours.replications - 1, 0.975))
        return (ours.high - ours.low) / 2 / t

    @property
    def _agreement(self) -> Agreement | None:
        if self.ours is None:
            return None
        row = self.row
        return Agreement(
            row.value, self.ours.mean, self.error or 0.0, row.within, row.standard_error
        )

    @property
    def tolerance(self) -> float:
        """The tolerance in the measure's unit."""
        return self._agreement.tolerance if self._agreement else self.row.within.of(self.row.value)

    @property
    def is_met(self) -> bool | None:
        """Whether our mean is within the tolerance, or within two standard errors."""
        return self._agreement.agrees if self._agreement else None

    @property
    def is_precise(self) -> bool | None:
        """Whether the standard error is under half the tolerance."""
        return None if self.error is None or not self._agreement else self._agreement.is_precise


def beside(results: Results) -> list[Beside]:
    """Each published figure with ours, in the file's order."""
    rows = results.benchmarks.rows if results.benchmarks else ()
    return [
        Beside(row, results.estimate(row.scenario or results.baseline, row.what), results.widened)
        for row in rows
    ]


def published_picture(results: Results, key: str) -> Picture | None:
    """How far the model is from each published figure, in tolerances."""
    found = beside(results)
    if results.benchmarks is None or not any(each.ours for each in found):
        return None
    rows: list[str] = []
    points: dict[tuple[str, str], Point | None] = {}
    headings = []
    for heading, fitted in ((FITTED, True), (FOLLOWS, False)):
        mine = [e for e in found if e.row.is_fitted == fitted and e.ours and e.tolerance]
        if mine:
            rows.append(heading)
            headings.append(heading)
        for each in mine:
            name = _name(results, each)
            rows.append(name)
            assert each.ours is not None
            away = (each.ours.mean - each.row.value) / each.tolerance
            half = 2 * (each.error or 0.0) / each.tolerance
            colour = BLUE if each.is_met else VERMILION
            style = ("o" if each.is_met else "X", colour, colour)
            points[name, ""] = Point(away, away - half, away + half, style)
    panel = Panel("Ours less published, in tolerances (shaded: within)", "", points_of(points),
                  line_at=0.0, within=1.0)  # fmt: skip
    caption = (
        f"{quoted(results.baseline)} beside {results.benchmarks.title}: how far each mean is from "
        "the published figure, as a multiple of its tolerance. Lines are two standard errors. A "
        "circle is met, a cross is not."
    )
    said = "; ".join(f"{_name(results, e)}: {_pair(e)}" for e in found if e.ours is not None)
    key_marks = [(("o", BLUE, BLUE), "met"), (("X", VERMILION, VERMILION), "not met")]
    draw = partial(dot_figure, rows, [""], [panel], headings, key=key_marks, label_inches=3.2)
    return Picture(
        key, results.benchmarks.title, caption,
        picture(key, "The model beside published figures", f"{said}.", draw),
        published_table(results),
    )  # fmt: skip


def published_table(results: Results) -> Table:
    """Ours with its standard error, published, tolerance, and whether it is met."""
    groups = []
    for heading, fitted in ((FITTED, True), (FOLLOWS, False)):
        rows = tuple(
            _row(results, each) for each in beside(results) if each.row.is_fitted == fitted
        )
        if rows:
            groups.append(Rows(rows, heading))
    assert results.benchmarks is not None
    return Table(
        f"‘{results.baseline}’ beside {results.benchmarks.title}",
        ("Figure", "Ours", "Standard error", "Published", "Tolerance ±", "Met", "Source and note"),
        tuple(groups),
        text_columns=(5, 6),
        note="Met: our mean lies within the tolerance of the published figure, or within two "
        "standard errors of it. Where the standard error is not under half the tolerance, more "
        "replications are needed.",
    )  # fmt: skip


def said_of_published(results: Results) -> list[str]:
    """How many figures are met, fitted and not, and which are not met."""
    found = [each for each in beside(results) if each.ours is not None]
    if not found:
        return []
    said = []
    for fitted, words in ((True, "fitted to"), (False, "not fitted to")):
        mine = [each for each in found if each.row.is_fitted == fitted]
        if mine:
            met = sum(bool(each.is_met) for each in mine)
            text = f"Of {counted(len(mine), 'figure')} {words}, {met} are met"
            missed = [_name(results, each) for each in mine if not each.is_met]
            said.append(f"{text}; not met: {listed(missed)}." if missed else f"{text}.")
    loose = [each for each in found if each.is_precise is False]
    if loose:
        said.append(
            f"For {counted(len(loose), 'figure')} the standard error is not under half the "
            "tolerance: run more replications before reading much into them."
        )
    if results.benchmarks and results.benchmarks.about:
        said.append(results.benchmarks.about)
    return said


def _name(results: Results, each: Beside) -> str:
    name = each.row.title or results.title(each.row.what)
    return f"{name}, {each.row.scenario}" if each.row.scenario else name


def _pair(each: Beside) -> str:
    unit = measure(each.row.what).unit
    ours, published = amounts([each.ours.mean if each.ours else math.nan, each.row.value], unit)
    return f"{ours}, published {published}"


def _row(results: Results, each: Beside) -> tuple[str, ...]:
    unit = measure(each.row.what).unit
    name = f"{_name(results, each)}, {unit_heading(unit)}"
    note = "; ".join(part for part in (each.row.source, each.row.note) if part)
    if each.ours is None:
        return (name, NONE, NONE, amounts([each.row.value], unit)[0], NONE, "not measured", note)
    ours, published = amounts([each.ours.mean, each.row.value], unit)
    error, room = (changes([v], unit, signed=False)[0] for v in (each.error, each.tolerance))
    met = "✔\u00a0met" if each.is_met else "✘\u00a0not met"
    if each.is_precise is False:
        met += "; not yet precise"
    return name, ours, error, published, room, met, note
