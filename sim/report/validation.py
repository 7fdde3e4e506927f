"""The page of ``careflow validate``: each known figure, ours, and whether they agree."""

import math
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sim.report.pages import environment, style, write_whole
from sim.report.table import Rows, Table
from sim.report.wording import counted
from sim.validation.case import Trial
from sim.validation.figures import Compared
from sim.validation.run import Result
from sim.validation.validate import Validation, validate

COLUMNS = ("Figure", "Known", "Ours, with its 95% interval", "Tolerance ±", "", "Source, note")
WORDS = {
    "agrees": "agrees",
    "known to differ": "differs, for a reason",
    "differs": "DIFFERS",
    "not precise": "NOT PRECISE ENOUGH",
}


def run_validation(
    experiments: Path, quick: bool, folder: Path, workers: int | None
) -> Iterator[str]:
    """Validate, write validation.md and validation.html; says what was found.

    Raises:
        InputError: there is no such folder of experiments, or one of its files is wrong.
    """
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("gone,"),
        TimeRemainingColumn(), TextColumn("left"), console=Console(stderr=True), transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("validating", total=None)
        found = validate(
            experiments, quick, workers or os.cpu_count() or 1,
            lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    yield from summary(found)
    for path in write_validation(found, folder):
        yield f"The page is {path}"
    for alarm in found.alarms:
        print(alarm, file=sys.stderr)
    if found.alarms:
        raise SystemExit(1)


def write_validation(found: Validation, folder: Path) -> list[Path]:
    """Write validation.md and validation.html in a folder, each whole or not at all."""
    paths = []
    for name, text in (("validation.md", markdown(found)), ("validation.html", html(found))):
        write_whole(folder / name, text)
        paths.append(folder / name)
    return paths


def summary(found: Validation) -> list[str]:
    """How many figures, how many agree, and what to make of it."""
    verdicts = Counter(each.verdict for each in found.compared)
    wrong = verdicts["differs"] + verdicts["not precise"]
    said = [
        f"{len(found.compared):,} figures: {verdicts['agrees']:,} agree, "
        f"{verdicts['known to differ']} differ for a reason that is given, "
        + (f"{wrong} differ or are not known well enough." if wrong else "and none besides."),
        f"By chance alone {found.false_alarms_expected:.2g} of them would differ, were all the "
        "same.",
    ]
    for result in found.results:
        rule = result.case.at_most_outside
        if rule is not None:
            said.append(
                f"{result.case.title}: of {len(result.together)} figures judged together "
                f"{result.outside} lie more than {rule.standard_errors:g} standard errors out "
                f"(allowed: {rule.share:.0%})."
            )
    return [*said, found.independent.said]


def settings(found: Validation) -> list[str]:
    """How the page was made."""
    form = "quick" if found.is_quick else "full"
    said = [
        f"careflow {found.version}, the {form} form, experiments in {found.folder.as_posix()}. "
        "Replications, warm-up and seed stand with each model.",
        "The tolerance is how far apart the two may be. Ours agrees if it lies within it, or two "
        "standard errors of the difference. Beside an exact value the tolerance is what chance "
        "exceeds once in ten thousand times, and ours must be known to a few percent.",
    ]
    if found.is_quick:
        said.append("The quick form runs less of everything, so its intervals are wide.")
    if found.without_figures:
        said.append(
            "In the folder, but with no published figures: " + "; ".join(found.without_figures)
        )
    return said


def overview(found: Validation) -> Table:
    """How many figures of each case agree."""

    def rows(results: tuple[Result, ...]) -> tuple[tuple[str, ...], ...]:
        made = []
        for result in results:
            verdicts = Counter(each.verdict for each in result.all_compared)
            farthest = max(
                (c.agreement.errors_apart for c in result.all_compared if not c.figure.differs),
                default=0.0,
            )
            numbers = (verdicts["agrees"], verdicts["known to differ"],
                       verdicts["differs"] + verdicts["not precise"])  # fmt: skip
            made.append((
                result.case.title, str(len(result.all_compared)), *map(str, numbers),
                f"{farthest:.1f}" if math.isfinite(farthest) else "",
            ))  # fmt: skip
        return tuple(made)

    columns = ("", "Figures", "Agree", "Differ for a reason", "Do not agree",
               "Farthest, standard errors")  # fmt: skip
    groups = (Rows(rows(found.published), "Published models"), Rows(rows(found.theory), "Theory"))
    return Table("Everything in a table", columns, groups)


def why_not(found: Validation) -> Table | None:
    """Figures that ours does not come to, and why; with what else is known of the same thing."""
    groups = []
    for result in found.published:
        by_reason: dict[str, list[tuple[str, ...]]] = {}
        for trial, compared in zip(result.case.trials, result.compared, strict=True):
            for each in compared:
                if each.verdict == "known to differ":
                    others = [
                        f"{number(other.figure.value)} ({other.figure.source})"
                        for other in compared
                        if other.figure.title == each.figure.title and not other.figure.differs
                    ]
                    by_reason.setdefault(each.figure.differs, []).append((
                        _named(trial, each), f"{number(each.figure.value)}",
                        "; ".join(others), _interval(each),
                    ))  # fmt: skip
        groups += [
            Rows(tuple(rows), f"{result.case.title}. {reason}")
            for reason, rows in by_reason.items()
        ]
    if not groups:
        return None
    columns = ("Figure", "As published", "Also known", "Ours, with its 95% interval")
    return Table("Where ours is not the published figure, and why", columns, tuple(groups), (2,))


def of_case(result: Result) -> Table:
    """Every figure of a case, by what was run."""
    groups = tuple(
        Rows(tuple(_row(each) for each in compared), _run(trial))
        for trial, compared in zip(result.case.trials, result.compared, strict=True)
    )
    return Table(result.case.title, COLUMNS, groups, (4, 5))


def _run(trial: Trial) -> str:
    warm_up = f" after {counted(trial.warm_up, 'day')}" if trial.warm_up else ""
    run = f"{trial.replications:,} replications of {trial.days:,} days{warm_up}, seed {trial.seed}"
    return f"{trial.name}: {run}" if trial.name else run


def _named(trial: Trial, compared: Compared) -> str:
    title = compared.figure.title
    return f"{title} ({trial.name})" if trial.name else title


def _row(compared: Compared) -> tuple[str, ...]:
    figure = compared.figure
    known = number(figure.value)
    if figure.standard_error:
        known += f" (s.e. {number(figure.standard_error)})"
    reason = figure.differs if compared.verdict == "known to differ" else ""
    notes = [figure.source, figure.note, reason]
    return (
        figure.title, known, _interval(compared), number(compared.agreement.tolerance, 2),
        WORDS[compared.verdict], "; ".join(note for note in notes if note),
    )  # fmt: skip


def number(value: float, figures: int = 4) -> str:
    """A number to so many figures.

    >>> number(1234.5678), number(0.00012345), number(0.0)
    ('1,235', '0.0001235', '0')
    """
    if value == 0:
        return "0"
    places = max(0, figures - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(places, 8)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _interval(compared: Compared) -> str:
    """A mean with its interval, to the second figure of the half-width."""
    ours = compared.ours
    half = (ours.high - ours.low) / 2
    if not half > 0:
        return number(ours.mean)
    places = min(6, max(0, 1 - math.floor(math.log10(half))))
    mean, low, high = (f"{value:,.{places}f}" for value in (ours.mean, ours.low, ours.high))
    return f"{mean} ({low} to {high})".replace("-", "−")


def markdown(found: Validation) -> str:
    """The page as Markdown."""
    parts = ["# Validation", *summary(found), *settings(found), "## In short"]
    parts += [_table(overview(found), with_groups=True)]
    if (table := why_not(found)) is not None:
        parts += [f"## {table.caption}", _table(table)]
    for result in found.published:
        parts += [f"## {result.case.title}", result.case.about, _table(of_case(result))]
    parts.append("## Theory")
    for result in found.theory:
        case = result.case
        parts += [f"### {case.title}", f"{case.source}. {case.about}", _table(of_case(result))]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _table(table: Table, with_groups: bool = False) -> str:
    """A table as Markdown: each group under its heading, or all in one with headings as rows."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    numbers = [i and i not in table.text_columns for i in range(len(table.columns))]
    head = [line(table.columns), line(tuple("---:" if right else "---" for right in numbers))]
    blank = ("",) * (len(table.columns) - 1)
    if with_groups:
        rows = [
            line(row)
            for group in table.groups
            for row in ((f"**{group.heading}**", *blank), *group.rows)
        ]
        return "\n".join([*head, *rows])
    return "\n\n".join(
        "\n".join([f"{group.heading}\n", *head, *(line(row) for row in group.rows)])
        for group in table.groups
    )


def html(found: Validation) -> str:
    """The page as HTML that opens anywhere."""
    written = (
        environment()
        .get_template("validation.html")
        .render(
            version=found.version,
            css=style(),
            facts=[f"careflow {found.version}", "quick form" if found.is_quick else "full form"],
            summary=summary(found),
            settings=settings(found),
            overview=overview(found),
            why_not=why_not(found),
            published=[(each.case, of_case(each)) for each in found.published],
            theory=[(each.case, of_case(each)) for each in found.theory],
        )
    )
    return f"{written.strip()}\n"
