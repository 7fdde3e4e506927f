"""The formulas that careflow is set beside are right where the answer is known otherwise."""

import math

import numpy as np
import pytest

from sim.validation.theory.formulas import (
    after,
    cobham,
    erlang_b,
    erlang_c,
    flows,
    left_over,
    line_moves,
    numbers_in_mmc,
    pollaczek_khinchine,
    stationary,
)


def test_erlang_s_formulas_with_one_bed_are_those_of_a_single_server() -> None:
    assert erlang_b(1, 0.5) == pytest.approx(0.5 / 1.5)
    assert erlang_c(1, 0.5) == pytest.approx(0.5)
    assert erlang_c(30, 0.1) < 1e-30


def test_exponential_stays_make_the_wait_of_mm1() -> None:
    assert pollaczek_khinchine(1.4, 0.5, 0.5) == pytest.approx(0.7 * 0.5 / 0.3)


def test_one_class_waits_as_in_erlang_c_and_one_bed_as_cobham_wrote() -> None:
    assert cobham([5.2], 0.5, 4)[0] == pytest.approx(erlang_c(4, 2.6) * 0.5 / (4 - 2.6))
    assert cobham([2.0, 4.0], 0.1, 1) == pytest.approx([0.06 / 0.8, 0.06 / (0.8 * 0.4)])


def test_the_numbers_in_mmc_sum_to_one_and_have_erlang_s_share_waiting() -> None:
    chances = numbers_in_mmc(3, 2.0, 400)
    assert chances.sum() == pytest.approx(1)
    assert chances[3:].sum() == pytest.approx(erlang_c(3, 2.0))


def test_flows_of_a_network_with_a_loop() -> None:
    """One in four comes back: four thirds as many go through."""
    assert flows(np.array([3.0]), np.array([[0.25]])) == pytest.approx([4.0])


def test_a_line_of_one_station_is_erlang_s_loss_system() -> None:
    chance = stationary(((0, 0),), line_moves(4.0, (1.0,), (3,)))
    assert chance[((3, 0),)] == pytest.approx(erlang_b(3, 4.0))


def test_a_line_never_idle_has_hunt_s_throughput() -> None:
    chance = stationary(((0, 0), (0, 0)), line_moves(1e7, (3.0, 2.0), (1, 1)))
    busy = sum(p * state[1][0] for state, p in chance.items())  # type: ignore[index]
    assert 2 * busy == pytest.approx(30 / 19, rel=1e-5)


def test_who_waits_all_along_the_line_moves_up_when_the_last_bed_is_left() -> None:
    moves = dict(line_moves(1.0, (5.0, 6.0, 7.0), (1, 1, 1))(((0, 1), (0, 1), (1, 0))))
    assert moves == {((0, 0), (1, 0), (1, 0)): 7.0}


def test_a_chain_after_some_days_is_the_known_transient() -> None:
    def moves(n: object) -> list[tuple[int, float]]:
        number = int(str(n))
        more = [(number + 1, 2.0)] if number < 40 else []
        return more + ([(number - 1, float(number))] if number else [])

    mean = sum(int(str(n)) * p for n, p in after(3, moves, 1.5).items())
    assert mean == pytest.approx(3 * math.exp(-1.5) + 2 * (1 - math.exp(-1.5)))


def test_a_panel_that_can_decide_all_leaves_nothing_over() -> None:
    assert left_over(1.0, 40) == pytest.approx(0, abs=1e-9)
    assert left_over(8.4, 11) > left_over(8.4, 12) > 0
