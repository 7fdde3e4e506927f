"""Each rule of the XmR chart on series worked by hand: some that fire it, and some that just don't.

The limits are those of a baseline with mean 10 and mean moving range 3: they lie at 2.02 and 17.98,
and the outer thirds begin at 4.68 and 15.32.
"""

import numpy as np
import pytest

from sim.experiment.control.control_chart import (
    RULES,
    Floats,
    Limits,
    Rule,
    fired,
    is_improvement,
    limits_of,
    marked,
)

LIMITS = Limits(np.float64(10.0), np.float64(3.0))
LOW, HIGH = float(LIMITS.lower), float(LIMITS.upper)
NEAR_LOW, NEAR_HIGH = float(LIMITS.line(-2)), float(LIMITS.line(2))
A_HAIR = 1e-9


def fires(rule: Rule, *values: float) -> list[int]:
    return fired(np.array(values), LIMITS)[rule].tolist()


def never(rule: Rule, *values: float) -> bool:
    return not any(fires(rule, *values))


def test_the_limits_lie_2_66_mean_moving_ranges_from_the_mean() -> None:
    # Moving ranges 2, 4, 1, 3: mean 2.5. Mean of the points: 11.
    limits = limits_of(np.array([10.8, 12.8, 8.8, 9.8, 12.8]))
    assert limits.moving_range == pytest.approx(2.5)
    assert limits.mean == pytest.approx(11.0)
    assert limits.lower == pytest.approx(11.0 - 6.65)
    assert limits.upper == pytest.approx(11.0 + 6.65)


def test_the_worked_limits_are_where_the_file_says() -> None:
    assert [round(x, 2) for x in (LOW, NEAR_LOW, NEAR_HIGH, HIGH)] == [2.02, 4.68, 15.32, 17.98]


def test_a_point_outside_a_limit_fires() -> None:
    assert fires("outside", 10, HIGH + A_HAIR, 10, LOW - A_HAIR) == [0, 1, 0, -1]


def test_a_point_on_a_limit_does_not_fire() -> None:
    assert never("outside", HIGH, LOW, HIGH - A_HAIR, LOW + A_HAIR)


def test_seven_on_one_side_fire_and_so_does_each_point_that_goes_on() -> None:
    assert fires("one side", 11, 12, 11, 13, 11, 12, 11, 12, 9) == [0] * 6 + [1, 1, 0]
    assert fires("one side", 9, 8, 9, 7, 9, 8, 9) == [0] * 6 + [-1]


def test_six_on_one_side_do_not_fire() -> None:
    assert never("one side", 9, 11, 12, 11, 13, 11, 12, 9)


def test_a_point_on_the_mean_ends_a_run_on_one_side() -> None:
    assert never("one side", 11, 12, 11, 13, 10, 12, 11, 12, 11, 13, 12)


def test_seven_rising_or_falling_fire() -> None:
    assert fires("trend", 4, 5, 6, 7, 8, 9, 10) == [0] * 6 + [1]
    assert fires("trend", 16, 15, 14, 13, 12, 11, 10, 9, 10) == [0] * 6 + [-1, -1, 0]


def test_six_rising_do_not_fire() -> None:
    assert never("trend", 4, 5, 6, 7, 8, 9, 8)
    assert never("trend", 9, 4, 5, 6, 7, 8, 9, 9)


def test_a_point_as_high_as_the_one_before_ends_a_trend() -> None:
    assert never("trend", 4, 5, 6, 7, 7, 8, 9, 10, 11)


def test_two_of_three_near_one_limit_fire_side_by_side_or_with_one_between() -> None:
    near = NEAR_HIGH + A_HAIR
    assert fires("two of three", near, near, 10) == [0, 1, 0]
    assert fires("two of three", near, 9, near) == [0, 0, 1]
    low = NEAR_LOW - A_HAIR
    assert fires("two of three", 10, low, 11, low) == [0, 0, 0, -1]


def test_two_near_a_limit_with_two_between_do_not_fire() -> None:
    assert never("two of three", 16, 10, 10, 16)


def test_two_near_opposite_limits_do_not_fire() -> None:
    assert never("two of three", 16, 4, 10, 16, 4)


def test_a_point_on_the_line_of_the_outer_third_is_not_near() -> None:
    assert never("two of three", 16, NEAR_HIGH, 10, 4, NEAR_LOW)


def test_a_point_outside_the_limits_is_near_one_as_well() -> None:
    assert fires("two of three", 20, 16) == [0, 1]


def test_a_quiet_series_fires_nothing() -> None:
    quiet = np.array([10, 12, 9, 11, 8, 10, 13, 9, 7, 11, 10, 9, 12.0])
    assert not any(each.any() for each in fired(quiet, LIMITS).values())


def test_a_series_that_fires_one_rule_need_not_fire_another() -> None:
    for rule, values in {
        "outside": [10, 19, 10],
        "one side": [11, 12, 11, 13, 11, 12, 11],
        "trend": [6, 7, 8, 9, 10, 11, 12],
        "two of three": [16, 9, 17],
    }.items():
        found = fired(np.array(values, dtype=float), LIMITS)
        assert [each for each in RULES if found[each].any()] == [rule]


def test_every_point_of_a_pattern_is_marked_and_no_other() -> None:
    def marks(rule: Rule, *values: float) -> list[int]:
        return marked(np.array(values), LIMITS)[rule].tolist()

    assert marks("one side", 9, 11, 12, 11, 13, 11, 12, 11, 9) == [0, *[1] * 7, 0]
    assert marks("trend", 9, 4, 5, 6, 7, 8, 9, 10, 10) == [0, *[1] * 7, 0]
    assert marks("two of three", 16, 9, 17, 10) == [1, 0, 1, 0]
    assert marks("outside", 10, 19, 10) == [0, 1, 0]


def test_what_is_marked_is_there_just_when_the_rule_fires() -> None:
    random = np.random.default_rng(4)
    for values in random.normal(10, 3, (200, 30)):
        whole, ends = marked(values, LIMITS), fired(values, LIMITS)
        for rule in RULES:
            assert whole[rule].any() == ends[rule].any()
            assert (whole[rule][ends[rule] != 0] == ends[rule][ends[rule] != 0]).all()


def test_many_series_at_once_give_what_each_gives_alone() -> None:
    random = np.random.default_rng(5)
    series: Floats = random.normal(10, 3, (40, 60))
    limits = limits_of(series[:, :20])
    together = fired(series, limits)
    for number, values in enumerate(series):
        alone = fired(values, limits_of(values[:20]))
        assert all((together[rule][number] == alone[rule]).all() for rule in RULES)


def test_a_series_turned_upside_down_fires_on_the_other_side() -> None:
    series: Floats = np.random.default_rng(6).normal(0, 1, (50, 40))
    up, down = fired(series, limits_of(series)), fired(-series, limits_of(-series))
    assert all((up[rule] == -down[rule]).all() for rule in RULES)


def test_a_series_shorter_than_a_pattern_fires_nothing_of_it() -> None:
    assert never("one side", 11, 12)
    assert never("trend", 11, 12)


def test_which_side_is_an_improvement_follows_from_the_better_direction() -> None:
    assert [is_improvement(sign, "lower") for sign in (-1, 1)] == [True, False]
    assert [is_improvement(sign, "higher") for sign in (-1, 1)] == [False, True]
