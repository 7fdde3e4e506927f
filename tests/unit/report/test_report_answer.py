"""The answer sentence says what the numbers show, and no more."""

from dataclasses import replace

import pytest

from sim.report.answer import COST, Verdict, answer, interval, money, movement, verdict
from sim.report.results import Difference, Estimate, Results, Scenario, Setting, What

DELAY = What("delayed_bed_days")
QUEUE = What("waiting", setting="p2")
SHARE = What("share_left_on_ready_date")
CLEAR = Difference(-1230, -1480, -980, 0.98, 50)
DEARER = Difference(310e3, 280e3, 340e3, 0.0, 50)


def results(*delays: Difference, cost: Difference | None = DEARER, **more: object) -> Results:
    names = [f"change {n + 1}" for n in range(len(delays))]
    differences = {(name, DELAY): d for name, d in zip(names, delays, strict=True)}
    if cost:
        differences |= {(name, COST): cost for name in names}
    return Results(
        "x",
        baseline="as it was",
        compare_on=(DELAY,),
        scenarios=(Scenario("as it was"), *(Scenario(name) for name in names)),
        settings=(Setting("p2", "P2 beds"),),
        estimates={
            ("as it was", DELAY): Estimate(9000, 8900, 9100, 50),
            ("as it was", COST): Estimate(91e6, 90e6, 92e6, 50),
        },
        differences=differences,
        **more,  # type: ignore[arg-type]
    )


def test_one_clear_gain_is_said_with_its_size_interval_and_money() -> None:
    assert answer(results(CLEAR)).sentence == (
        "‘change 1’ does better: against ‘as it was’, delayed bed days fall by 14%, or 1,230 days "
        "a year (95% interval 980 to 1,480); and it costs £310k a year more (£280k to £340k)."
    )


def test_the_best_of_several_is_named_and_the_close_ones_are_told() -> None:
    found = answer(results(Difference(-1100, -1300, -900), CLEAR, Difference(-2000, -5000, 900)))
    assert found.scenario == "change 2"
    assert found.sentence.startswith("‘change 2’ does most of the 3 scenarios tried: ")
    notes = " ".join(found.notes)
    assert "‘change 3’ has a larger gain on average, but one that chance alone may have" in notes
    assert "Close behind: ‘change 1’. Its interval overlaps" in notes
    assert "2 of the 3 scenarios tried are clearly better" in notes


def test_an_interval_that_includes_nought_is_no_difference_that_can_be_told() -> None:
    one = answer(results(Difference(-50, -300, 200))).sentence
    assert one.startswith("No difference that this number of runs can tell, on delayed bed days")
    assert "is 50 days a year lower, with a 95% interval from 300 lower to 200 higher" in one
    two = answer(results(Difference(50, -300, 400), Difference(90, 80, 100)))
    assert "the best of the 2 scenarios tried, ‘change 1’, is 50 days a year higher" in two.sentence
    assert "Clearly worse on delayed bed days: ‘change 2’." in two.notes


def test_nothing_beats_the_baseline() -> None:
    many = answer(results(Difference(500, 300, 700), Difference(600, 300, 900))).sentence
    assert many.startswith("Nothing tried beats ‘as it was’ on delayed bed days: even in the")
    assert "rise by 5.6%, or 500 days a year (95% interval 300 to 700)" in many
    one = answer(results(Difference(500, 300, 700))).sentence
    assert one.startswith("‘change 1’ does not beat ‘as it was’ on delayed bed days: ")


def test_no_change_at_all_is_said_so() -> None:
    assert "delayed bed days stay the same" in answer(results(Difference(0, 0, 0))).sentence


def test_one_scenario_gives_a_level_and_compares_nothing() -> None:
    assert answer(results()).sentence == (
        "Only ‘as it was’ was run, so nothing is compared: delayed bed days are 9,000 days a year "
        "(95% interval 8,900 to 9,100), at a cost of £91m a year."
    )


def test_one_replication_cannot_tell_chance_from_effect() -> None:
    said = answer(results(Difference(-300), Difference(-200))).sentence
    assert said.startswith("One replication gives no interval")
    assert "in that one run ‘change 1’ does best" in said
    worse = answer(results(Difference(300))).sentence
    assert "in that one run nothing beats ‘as it was’" in worse


def test_further_measures_follow_and_worse_ones_are_noted() -> None:
    both = results(CLEAR)
    both = replace(
        both,
        compare_on=(DELAY, QUEUE),
        differences={**both.differences, ("change 1", QUEUE): Difference(3.2, 2.1, 4.3)},
    )
    found = answer(both)
    assert "the number waiting for a space in P2 beds rises by 3.2 people (2.1 to 4.3)" in (
        found.sentence
    )
    assert "Worse with ‘change 1’: the number waiting for a space in P2 beds." in found.notes


def test_where_more_is_better_a_rise_is_the_gain() -> None:
    rise = Difference(0.051, 0.04, 0.062)
    assert verdict(SHARE, rise) is Verdict.BETTER
    found = replace(results(), differences={("change 1", SHARE): rise})
    assert movement(SHARE, found, "change 1") == (
        "the share who left on the ready date rises by 5.1 percentage points (4.0 to 6.2)"
    )


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (DEARER, "it costs £310k a year more (£280k to £340k)"),
        (Difference(-2e6, -3e6, -1e6), "it saves £2m a year (£1m to £3m)"),
        (Difference(5e4, 5e4, 5e4), "it costs £50k a year more"),
        (Difference(0, 0, 0), "it costs the same"),
        (
            Difference(-2e4, -15e4, 11e4),
            "on cost there is no difference that this number of runs can tell "
            "(from £150k less to £110k more a year)",
        ),
        (None, ""),
    ],
)
def test_money_is_said_in_the_same_breath(cost: Difference | None, said: str) -> None:
    assert money(results(CLEAR, cost=cost), "change 1") == said


def test_bodies_that_pay_and_gain_are_noted() -> None:
    split = results(CLEAR)
    extra = {
        ("change 1", What("cost_per_year", body="NHS")): Difference(-1e5, -1.2e5, -0.9e5),
        ("change 1", What("cost_per_year", body="social care")): Difference(4.1e5, 3.8e5, 4.4e5),
    }
    found = answer(replace(split, differences={**split.differences, **extra}))
    assert "By body: NHS saves £100k a year; social care pays £410k a year more." in found.notes


def test_what_is_not_clear_among_so_many_scenarios_may_be_chance() -> None:
    """Its own interval leaves out nought, but of so many scenarios one would do so by chance."""
    found = answer(results(replace(CLEAR, p_holm=0.2)))
    assert found.sentence.startswith("A difference that may be chance, as so many scenarios")
    assert "1,230 days a year lower, with a 95% interval 980 to 1,480 lower" in found.sentence
    assert verdict(DELAY, replace(CLEAR, p_holm=0.049)) is Verdict.BETTER
    dear = results(CLEAR, cost=replace(DEARER, p_holm=0.3))
    assert money(dear, "change 1") == (
        "on cost there is a difference that may be chance, as so many scenarios were tried "
        "(£280k to £340k more a year)"
    )
    saves = results(CLEAR, cost=Difference(-2e6, -3e6, -1e6, p_holm=0.3))
    assert "(£1m to £3m less a year)" in money(saves, "change 1")
    assert verdict(DELAY, Difference(-3, -3, -3, p_holm=0.0)) is Verdict.BETTER
    assert verdict(DELAY, Difference(0, 0, 0, p_holm=1.0)) is Verdict.SAME


def test_an_interval_that_lies_above_nought_is_said_from_its_lower_end() -> None:
    assert interval(DELAY, Difference(2, 1, 3)) == "1 to 3"


def test_no_measure_to_compare_on_gives_no_answer() -> None:
    assert "no one answer" in answer(replace(results(CLEAR), compare_on=())).sentence
