"""People-days by setting and day are exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures.delays import inside
from sim.measures.series import days_by_row_and_day
from sim.measures.stretches import _between

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
    st.lists(
        st.tuples(
            st.floats(0, 5), st.floats(5, 10),
            st.lists(st.integers(0, 1000), max_size=8, unique=True),
        ),
        max_size=6,
    ),
)  # fmt: skip
def test_a_wait_less_the_hours_in_which_nobody_was_admitted_is_all_the_rest_of_it(
    waits: list[tuple[float, float, list[int]]],
) -> None:
    """Each wait has some cuts in it, one after another; what is left has the rest of its length."""
    cuts = [
        (stay, start + (end - start) * low / 1000, start + (end - start) * high / 1000)
        for stay, (start, end, edges) in enumerate(waits)
        for low, high in batched(sorted(edges))
    ]
    columns = np.array(cuts or np.zeros((0, 3)))
    rows = np.arange(len(waits))
    starts = np.array([start for start, _, _ in waits])
    ends = np.array([end for _, end, _ in waits])
    stay, begin, finish = _between(
        rows, starts, ends, columns[:, 0].astype(int), columns[:, 1], columns[:, 2]
    )
    assert np.all(finish >= begin - 1e-12)
    left = np.bincount(stay, weights=finish - begin, minlength=len(waits))
    out = np.bincount(columns[:, 0].astype(int), columns[:, 2] - columns[:, 1], len(waits))
    assert left + out == pytest.approx(ends - starts, abs=1e-9)
    for number, low, high in cuts:
        mine = stay == number
        assert np.all((finish[mine] <= low + 1e-9) | (begin[mine] >= high - 1e-9))


def batched(edges: list[int]) -> list[tuple[int, int]]:
    """Pairs of one edge and the next, no edge in two of them."""
    return list(zip(edges[::2], edges[1::2], strict=False))
