"""Variation: the measures of delay of wards and localities side by side."""

from functools import partial

from sim.report.dots import Panel, dot_figure, level_point, points_of, series_key
from sim.report.drawing import picture
from sim.report.marks import Picture
from sim.report.parts.many import mean_cell
from sim.report.results import Results, What, measure
from sim.report.table import Rows, Table
from sim.report.wording import amounts, quoted, unit_heading

DRAWN = ("drd_share_delayed", "drd_delay_days", "drd_delay_days_if_delayed", "discharged_by_noon")
BY_LOCALITY = (*DRAWN, "remaining", "remaining_days", "share_discharged")


def places(results: Results) -> list[tuple[str, list[tuple[str, str]]]]:
    """What is set side by side: (heading, [(dimension, name)]) of wards and of localities."""
    wards = [("setting", w.setting) for w in results.parts(DRAWN[0], "setting")]
    localities = [("locality", w.locality) for w in results.parts(DRAWN[0], "locality")]
    return [each for each in (("By ward", wards), ("By locality", localities)) if len(each[1]) > 1]


def variation_picture(results: Results, key: str) -> Picture | None:
    """Share delayed, mean delay and time of day, by ward and by locality, with intervals."""
    found = places(results)
    if not found:
        return None
    names = (results.baseline, *results.combined[:1])
    rows: list[str] = []
    for heading, parts in found:
        rows += [heading, *(_title(results, *part) for part in parts)]
    panels = []
    for of in DRAWN:
        unit = measure(What(of)).unit
        points = points_of({
            (_title(results, *part), name): level_point(
                results.estimate(name, What(of, **{part[0]: part[1]}))
            )
            for _, parts in found for part in parts for name in names
        })  # fmt: skip
        whole = results.estimate(results.baseline, What(of))
        title = f"{measure(What(of)).title}, {unit_heading(unit)}"
        panels.append(Panel(title, unit, points, line_at=whole.mean if whole else None))
    caption = (
        "The discharge ready date by ward (the one from which people leave) and by locality (where "
        f"they live). The dashed line is the whole place in {quoted(results.baseline)}. Lines are "
        "95% intervals: where two of them overlap widely, the difference may be chance."
    )
    said = "; ".join(
        f"{_title(results, *part)}: "
        + amounts([_mean(results, What(DRAWN[0], **{part[0]: part[1]}))], "share")[0]
        + " delayed"
        for _, parts in found
        for part in parts
    )
    draw = partial(
        dot_figure, rows, list(names), panels, [heading for heading, _ in found],
        key=series_key(names, results.baseline),
    )  # fmt: skip
    return Picture(
        key, "Wards and localities side by side", caption,
        picture(key, "Delay by ward and by locality", f"In {quoted(results.baseline)}: {said}.",
                draw),
        variation_table(results, names),
    )  # fmt: skip


def variation_table(results: Results, names: tuple[str, ...]) -> Table:
    """Every measure that is split by ward or by locality."""
    measures = [of for of in BY_LOCALITY if results.estimate(results.baseline, What(of))]
    groups = []
    for heading, parts in places(results):
        rows = []
        for part in parts:
            for name in names:
                cells = (
                    mean_cell(results, name, What(of, **{part[0]: part[1]})) for of in measures
                )
                where = _title(results, *part)
                rows.append((where if len(names) == 1 else f"{where}: {name}", *cells))
        groups.append(Rows(tuple(rows), heading))
    whole = tuple(
        (name, *(mean_cell(results, name, What(of)) for of in measures)) for name in names
    )
    groups.append(Rows(whole, "The whole place"))
    heads = [f"{measure(What(m)).title}, {unit_heading(measure(What(m)).unit)}" for m in measures]
    return Table(
        "Delay by ward and by locality (95% intervals in brackets)",
        ("Where", *heads),
        tuple(groups),
        note="The census is not split by ward.",
    )


def _title(results: Results, dimension: str, name: str) -> str:
    return results.setting_name(name) if dimension == "setting" else name


def _mean(results: Results, what: What) -> float | None:
    found = results.estimate(results.baseline, what)
    return found.mean if found else None
