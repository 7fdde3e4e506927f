"""People-days by setting and day are exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.delays import inside
from sim.measures.series import days_by_row_and_day, shut_time

INSTANTS = st.floats(-5, 15, allow_nan=False) | st.just(float("inf"))


@given(st.lists(st.tuples(st.integers(0, 2), INSTANTS, INSTANTS), max_size=30))
def test_days_by_row_and_day_are_the_overlaps_of_intervals_with_days(
    intervals: list[tuple[int, float, float]],
) -> None:
    row = np.array([each[0] for each in intervals], dtype=np.int64)
    start = np.array([each[1] for each in intervals])
    end = np.array([each[2] for each in intervals])
    found = days_by_row_and_day(row, start, end, 3, 10)
    exact = np.zeros((3, 10))
    for r, a, b in intervals:
        for day in range(10):
            exact[r, day] += max(0.0, min(b, day + 1) - max(a, day))
    assert found == pytest.approx(exact, abs=1e-9)


@given(st.lists(st.tuples(INSTANTS, INSTANTS), max_size=20), st.integers(0, 5), st.integers(5, 10))
def test_what_is_inside_a_window_is_never_negative_nor_longer_than_it(
    intervals: list[tuple[float, float]], first: int, last: int
) -> None:
    start = np.array([min(each) for each in intervals])
    end = np.array([max(each) for each in intervals])
    found = inside(start, end, (float(first), float(last)))
    exact = [max(0.0, min(b, last) - max(a, first)) for a, b in zip(start, end, strict=True)]
    assert found == pytest.approx(np.array(exact), abs=1e-9)


@given(
    st.lists(st.floats(0, 10), min_size=2, max_size=12, unique=True),
    st.lists(st.floats(-1, 12), min_size=1, max_size=10),
)
def test_shut_time_is_what_lay_in_the_stretches_so_far(
    ends: list[float], instants: list[float]
) -> None:
    ends = sorted(ends)[: len(ends) // 2 * 2]
    stretches = np.array(ends).reshape(-1, 2)
    found = shut_time(stretches, np.array(instants))
    exact = [sum(max(0.0, min(b, at) - min(a, at)) for a, b in stretches) for at in instants]
    assert found == pytest.approx(np.array(exact), abs=1e-9)
