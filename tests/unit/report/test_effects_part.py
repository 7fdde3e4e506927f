"""The report's sentences on effects and interactions say what the findings hold, and no more."""

from typing import Any

from sim.report.parts.effects import MOST_DRAWN, MOST_IN_TABLE, design_parts
from sim.report.parts.sweep import sweep_pictures
from sim.report.results import Difference, Results, Scenario, What

DAYS = What("delayed_bed_days")


def effect(
    mean: float, *of: str, p: float | None = 0.001, mixed: tuple[str, ...] = ()
) -> dict[str, Any]:
    kind = "effect" if len(of) == 1 else "interaction"
    ends = {} if p is None else {"low": mean - 10, "high": mean + 10}
    p_values = {"p": p, "p_holm": p if kind == "interaction" else None}
    return {
        "kind": kind, "of": list(of), "mean": mean, "mixed_with": list(mixed), "replications": 9,
        **ends, **p_values,
    }  # fmt: skip


def results(
    *effects: dict[str, Any], kind: str = "all pairs", measure: str = DAYS.measure, **more: Any
) -> Results:
    on = {"measure": measure, "setting": "", "effects": list(effects), "curves": [],
          **more.pop("on", {})}  # fmt: skip
    facts = {"kind": kind, "factors": [["a", ""], ["b", ""]], "scenarios": 4, "measures": [on],
             **more}  # fmt: skip
    return Results("x", baseline="now", findings={"design": [facts]})


def said(found: Results) -> str:
    return " ".join(sentence for part in design_parts(found) for sentence in part.said)


def test_pairs_that_help_and_hinder_are_said_in_days() -> None:
    text = said(results(effect(-500, "a"), effect(300, "a", "b"), effect(-90, "a", "c")))
    assert "What lowers delayed bed days most, alone, against the baseline: ‘a’ (−500" in text
    assert "‘a’ and ‘b’ hinder each other: together they save 300 days a year fewer" in text
    assert "(95% interval 290 to 310)" in text
    assert "‘a’ and ‘c’ help each other: together they save 90 days a year more" in text
    assert "(95% interval 80 to 100)" in text


def test_another_measure_is_improved_and_not_saved() -> None:
    text = said(results(effect(-0.1, "a", "b"), measure="share_left_on_ready_date"))
    assert (
        "hinder each other: together they improve the share who left on the ready date by" in text
    )


def test_what_is_not_shown_is_not_called_help() -> None:
    text = said(results(effect(300, "a", "b", p=0.2), effect(9, "a", "c", p=0.6)))
    assert "Of 2 pairs none is shown to help or hinder the other" in text
    assert "nearest to it is ‘a × b’ (+300, +290" in text
    text = said(results(effect(300, "a", "b"), effect(9, "a", "c", p=0.6)))
    assert "For 1 pair of 2 no help and no hindrance is shown" in text
    assert "cannot tell" in said(results(effect(300, "a", "b", p=0.2)))


def test_one_replication_says_nothing_and_still_draws() -> None:
    found = results(effect(-500, "a", p=None), effect(300, "a", "b", p=None))
    (part,) = design_parts(found)
    assert part.said == ()
    assert [picture.key for picture in part.pictures] == ["effects-1", "interactions-1"]
    assert part.pictures[1].table.groups[0].rows[0][3] == "–"


def test_many_pairs_are_few_in_the_figure_and_bounded_in_the_table() -> None:
    many = [effect(float(n), f"a{n}", f"b{n}") for n in range(MOST_IN_TABLE + 50)]
    (part,) = design_parts(results(*many))
    picture = part.pictures[0]
    assert f"The {MOST_DRAWN} largest of {len(many)} are drawn." in picture.caption
    assert picture.table.row_count == MOST_IN_TABLE
    assert f"The first {MOST_IN_TABLE} of {len(many)}." in picture.table.note
    assert "So do" in " ".join(part.said)


def test_a_fraction_says_its_relation_cut_short_and_what_a_pair_may_be_instead() -> None:
    relation = " = ".join(["I", *("ABC" for _ in range(40))])
    found = results(
        effect(300, "a", "b", mixed=("c × d",)), kind="fractional factorial", resolution=3,
        letters={"A": "hub", "B": "rounds", "C": "panel"}, generated="C = −AB",
        defining_relation=relation,
    )  # fmt: skip
    text = said(found)
    assert "4 of 8 combinations were run, at resolution III: an effect may be mixed up" in text
    assert "… (29 more)" in text
    assert "A: hub; B: rounds; C: panel" in text
    assert "Or it is ‘c × d’: this design can’t tell them apart." in text
    assert design_parts(found)[0].pictures[0].table.columns[-1] == "Can’t be told from"


def test_a_fit_says_how_well_it_fits() -> None:
    good = results(
        effect(-9, "a"), kind="sobol", on={"r_squared": 0.97, "r_squared_predicted": 0.94}
    )
    assert "A fit of effects alone (1 term) to 4 points explains 97%" in said(good)
    assert "94% when each point is predicted from the others" in said(good)
    assert "rough" not in said(good)
    poor = results(
        effect(-9, "a"), effect(2, "a", "b"), kind="latin hypercube",
        on={"r_squared": 0.4, "r_squared_predicted": -0.1},
    )  # fmt: skip
    assert "predicts a point from the others no better than their mean" in said(poor)
    assert "take those above as rough" in said(poor)


def test_a_sweep_has_a_panel_for_each_measure_and_a_row_for_each_value() -> None:
    def points(*means: float) -> list[dict[str, Any]]:
        return [
            {"value": 20 + n, "said": str(20 + n), "scenario": "s", "mean": mean,
             "low": None, "high": None}
            for n, mean in enumerate(means)
        ]  # fmt: skip

    curves = [{"number": "ward beds", "lever": lever, "points": points(9.0, 4.0, 2.5)}
              for lever in ("", "hub")]  # fmt: skip
    on = {"setting": "", "effects": [], "curves": curves}
    facts = {
        "kind": "sweep",
        "factors": [],
        "scenarios": 6,
        "measures": [{"measure": m, **on} for m in ("delayed_bed_days", "share_delayed")],
    }
    found = Results("x", baseline="now", findings={"design": [facts]})  # fmt: skip
    (picture,) = sweep_pictures(found, "sweep")
    assert picture.heading == "Along ward beds"
    assert [(g.heading, len(g.rows)) for g in picture.table.groups] == [("as it is", 3), ("hub", 3)]
    assert "9 at 20, 4 at 21 and 2.5 at 22" in picture.svg
    assert design_parts(found) == []


def test_an_experiment_without_findings_has_no_such_part() -> None:
    assert design_parts(Results("x")) == []
    assert sweep_pictures(Results("x"), "sweep") == []
    empty = Results("x", findings={"design": [{"kind": "all pairs", "measures": []}]})
    assert design_parts(empty) == []


def test_of_very_many_scenarios_the_written_ones_and_the_best_are_shown() -> None:
    made = [f"point {n}" for n in range(200)]
    names = ["now", "written", *made]
    many = Results(
        "x", baseline="now", compare_on=(DAYS,),
        scenarios=tuple(Scenario(name, design="sobol" if name in made else "") for name in names),
        differences={(name, DAYS): Difference(float(n)) for n, name in enumerate(names)},
    )  # fmt: skip
    assert many.others == ("written", *made[:59])
    assert len(many.left_out) == 141
    assert len(many.tried) == 201
