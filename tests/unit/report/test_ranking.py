"""The ranking by days saved and by cost says what the numbers show, and no more."""

from dataclasses import replace

from sim.report.answer import COST
from sim.report.parts.ranking import (
    DELAY,
    PER_DAY,
    ranking,
    ranking_table,
    said_of_ranking,
    what_it_shows,
)
from sim.report.parts.together import said_of_together
from sim.report.results import Difference, Estimate, Lever, Results, Scenario, What
from sim.report.words import words_in

DAYS = {
    "hub": Difference(-300, -350, -250),
    "shifts": Difference(-500, -560, -440),
    "record": Difference(-40, -110, 30),
    "beds": Difference(-200, -220, -180),
    "worse": Difference(90, 60, 120),
}
MONEY = {
    "hub": Difference(60_000, 50_000, 70_000),
    "shifts": Difference(-20_000, -60_000, 20_000),
    "record": Difference(9_000, 8_000, 10_000),
    "beds": Difference(-30_000, -40_000, -20_000),
    "worse": Difference(1_000, 900, 1_100),
}
PER = {
    "hub": Difference(200, 150, 270),
    "shifts": Difference(-40, -120, 45),
    "beds": Difference(-150, -210, -95),
}


def results(**more: object) -> Results:
    differences = {(name, DELAY): each for name, each in DAYS.items()}
    differences |= {(name, COST): each for name, each in MONEY.items()}
    differences |= {(name, PER_DAY): each for name, each in PER.items()}
    return Results(
        "x",
        baseline="now",
        compare_on=(DELAY,),
        scenarios=(Scenario("now"), *(Scenario(n, levers=(Lever(n, n),)) for n in DAYS)),
        estimates={("now", DELAY): Estimate(9000, 8900, 9100, 20)},
        differences={**differences, **more.pop("differences", {})},  # type: ignore[dict-item]
        **more,  # type: ignore[arg-type]
    )


def test_the_order_is_by_days_saved_and_what_is_not_shown_has_no_rank() -> None:
    found = ranking(results())
    assert [(each.scenario, each.rank) for each in found] == [
        ("shifts", 1), ("hub", 2), ("beds", 3), ("record", None), ("worse", None),
    ]  # fmt: skip


def test_by_cost_what_clearly_saves_money_comes_first_then_the_cost_of_a_day() -> None:
    ranks = {each.scenario: each.cost_rank for each in ranking(results())}
    assert ranks == {"beds": 1, "shifts": 2, "hub": 3, "record": None, "worse": None}


def test_each_verdict_says_days_and_money() -> None:
    said = {each.scenario: what_it_shows(each) for each in ranking(results())}
    assert said["hub"].endswith("saves days; costs more")
    assert said["beds"].endswith("saves days; saves money too")
    assert said["shifts"].endswith("saves days; cost cannot be told from none")
    assert said["record"].endswith("not shown")
    assert said["worse"].endswith("more delayed days")


def test_what_is_not_clear_among_so_many_has_no_rank_and_says_so() -> None:
    unsure = replace(DAYS["hub"], p_holm=0.06)
    found = results(differences={("hub", DELAY): unsure})
    ranks = {each.scenario: (each.rank, each.cost_rank) for each in ranking(found)}
    assert ranks["hub"] == (None, None)
    assert ranks["beds"] == (2, 1)
    shown = {each.scenario: what_it_shows(each) for each in ranking(found)}
    assert shown["hub"].endswith("not shown")
    said = " ".join(said_of_ranking(found))
    assert "not shown for 3 scenarios: ‘hub’, ‘record’ and ‘worse’" in said


def test_one_that_looks_larger_than_the_best_shown_is_named_with_what_to_do() -> None:
    unsure = replace(DAYS["shifts"], p_holm=0.06)
    said = " ".join(said_of_ranking(results(differences={("shifts", DELAY): unsure})))
    assert "1 other may save more, most of all ‘shifts’ (500 days a year)" in said
    assert "Run more replications" in said
    assert "may save more" not in " ".join(said_of_ranking(results()))


def test_the_sentences_name_best_cheapest_and_what_is_not_shown() -> None:
    said = " ".join(said_of_ranking(results()))
    assert "are ‘shifts’ (500 days a year), ‘hub’ (300 days a year) and ‘beds’ (200" in said
    assert "‘beds’ (saves money too, £150 for each day saved), ‘shifts’ (−£40 a day)" in said
    assert "not shown for 2 scenarios: ‘record’ and ‘worse’" in said


def test_headings_of_the_experiment_stand_over_their_scenarios() -> None:
    grouped = results(scenario_groups={"Work": ("hub", "shifts"), "Beds": ("beds",)})
    table = ranking_table(grouped, ranking(grouped))
    assert [(g.heading, [row[0] for row in g.rows]) for g in table.groups] == [
        ("Work", ["shifts", "hub"]), ("Beds", ["beds"]), ("Other scenarios", ["record", "worse"]),
    ]  # fmt: skip


def combined(ratio: Difference | None) -> str:
    whole = results(
        differences={
            ("all", DELAY): Difference(-600, -650, -550),
            ("all", What("saved_alone", part="each alone")): Difference(800, 700, 900),
            **({("all", What("saved_together", part="each alone")): ratio} if ratio else {}),
        }
    )
    levers = (Lever("hub", "hub"), Lever("shifts", "shifts"))
    both = Results(
        "x", baseline="now", compare_on=(DELAY,), estimates=whole.estimates,
        differences=whole.differences,
        scenarios=(*whole.scenarios, Scenario("all", levers=levers)),
    )  # fmt: skip
    return said_of_together(both)[0]


def test_an_overlap_is_said_only_where_the_interval_lies_below_the_whole() -> None:
    assert "The parts overlap: a delayed day can be saved only once" in combined(
        Difference(0.75, 0.7, 0.8)
    )
    assert "this number of runs cannot tell" in combined(Difference(0.95, 0.8, 1.1))
    unsure = Difference(0.75, 0.7, 0.8, p_holm=0.1)
    assert "this number of runs cannot tell" in combined(unsure)
    assert "The parts overlap" in combined(replace(unsure, p_holm=0.01))
    assert "The parts help one another" in combined(Difference(1.2, 1.1, 1.3))
    assert "no clear saving" in combined(None)


def test_a_word_is_explained_only_if_it_is_used() -> None:
    assert [word for word, _ in words_in("Each team’s backlog, by P1 and P2.")] == [
        "backlog", "P1", "P2",
    ]  # fmt: skip
    assert words_in("P10") == []
