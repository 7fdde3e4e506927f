"""The closed forms and exact chains of queueing theory that careflow is set beside."""

import math
from collections.abc import Callable, Hashable, Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

Floats = NDArray[np.float64]
Move = tuple[Hashable, float]
"""A state that a chain can move to, and the rate at which it does."""


def erlang_b(servers: int, load: float) -> float:
    """The share lost of M/G/c/c, by its recursion.

    >>> round(erlang_b(2, 1.0), 3)
    0.2

    Source: Erlang (1917).
    """
    lost = 1.0
    for n in range(1, servers + 1):
        lost = load * lost / (n + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """The share that wait in M/M/c. Source: Erlang (1917)."""
    lost = erlang_b(servers, load)
    return servers * lost / (servers - load * (1 - lost))


def pollaczek_khinchine(per_day: float, mean: float, sd: float) -> float:
    """The mean wait in M/G/1, in the unit of the mean stay. Source: Pollaczek (1930)."""
    return per_day * (mean**2 + sd**2) / 2 / (1 - per_day * mean)


def cobham(rates: Iterable[float], mean: float, servers: int) -> list[float]:
    """The mean wait of each priority class, first class first, in M/M/c without pre-emption.

    Source: Cobham (1954); the stay's mean is the same in all classes.
    """
    rates = list(rates)
    load = sum(rates) * mean
    all_busy = erlang_c(servers, load) * mean * (1 - load / servers) / (servers - load)
    waits, above = [], 0.0
    for rate in rates:
        up_to = above + rate * mean / servers
        waits.append(all_busy / ((1 - above) * (1 - up_to)))
        above = up_to
    return waits


def numbers_in_mmc(servers: int, load: float, most: int) -> Floats:
    """The chances of 0, 1, … ``most`` people in M/M/c; shape (most + 1,)."""
    terms = [1.0]
    for n in range(1, most + 1):
        terms.append(terms[-1] * load / min(n, servers))
    busy = load**servers / math.factorial(servers) / (1 - load / servers)
    empty = 1 / (sum(load**n / math.factorial(n) for n in range(servers)) + busy)
    return np.array(terms) * empty


def flows(outside: Floats, routes: Floats) -> Floats:
    """People a day through each station of a network; routes has shape (from, to).

    Source: Jackson (1957).
    """
    return np.asarray(np.linalg.solve(np.eye(len(outside)) - routes.T, outside))


def stationary(
    start: Hashable, moves: Callable[[Hashable], Iterable[Move]]
) -> dict[Hashable, float]:
    """The chance of each state that a chain can reach, in the long run."""
    states, rates = _chain(start, moves)
    balance = rates.T.copy()
    balance[-1] = 1.0
    right = np.zeros(len(states))
    right[-1] = 1.0
    return dict(zip(states, np.linalg.solve(balance, right).tolist(), strict=True))


def after(
    start: Hashable, moves: Callable[[Hashable], Iterable[Move]], days: float
) -> dict[Hashable, float]:
    """The chance of each state after some days from a state that is given."""
    states, rates = _chain(start, moves)
    return dict(zip(states, expm(rates * days)[0].tolist(), strict=True))


def _chain(
    start: Hashable, moves: Callable[[Hashable], Iterable[Move]]
) -> tuple[list[Hashable], Floats]:
    """Every state that can be reached, and the rates between them; the start is the first."""
    number = {start: 0}
    found: list[tuple[int, int, float]] = []
    todo = [start]
    while todo:
        state = todo.pop()
        for to, rate in moves(state):
            if to not in number:
                number[to] = len(number)
                todo.append(to)
            found.append((number[state], number[to], rate))
    rates = np.zeros((len(number), len(number)))
    for begin, end, rate in found:
        rates[begin, end] += rate
    return list(number), rates - np.diag(rates.sum(axis=1))


State = tuple[tuple[int, int], ...]
"""Of each station in a line: people still needing it, and people whose next station is full."""


def line_moves(
    per_day: float, rates: tuple[float, ...], servers: tuple[int, ...]
) -> Callable[[Hashable], Iterable[Move]]:
    """The moves of stations in a line, with no space between, and no queue in front of the first.

    Who has done with a station stays there while the next is full (blocking after service), and
    who finds the first one full is turned away. Source: Hunt (1956); Avi-Itzhak and Yadin (1965).
    """

    def moves(state: Hashable) -> Iterable[Move]:
        here: State = state  # type: ignore[assignment]
        if sum(here[0]) < servers[0]:
            yield _with(here, 0, +1, 0), per_day
        for i, (needing, _) in enumerate(here):
            if needing:
                yield _done(here, i, servers), needing * rates[i]

    return moves


def _done(state: State, station: int, servers: tuple[int, ...]) -> State:
    """Somebody has done with a station: they move on, or wait there for the next."""
    last = station == len(state) - 1
    if not last and sum(state[station + 1]) == servers[station + 1]:
        return _with(state, station, -1, +1)
    state = _with(state, station, -1, 0)
    if not last:
        state = _with(state, station + 1, +1, 0)
    # The space that is left lets in one who waits for it, and so on back to the front.
    for i in range(station - 1, -1, -1):
        if not state[i][1]:
            break
        state = _with(_with(state, i, 0, -1), i + 1, +1, 0)
    return state


def _with(state: State, station: int, needing: int, waiting: int) -> State:
    changed = (state[station][0] + needing, state[station][1] + waiting)
    return (*state[:station], changed, *state[station + 1 :])


def left_over(per_meeting: float, cases: int, most: int = 120) -> float:
    """Mean number left when a panel has decided its cases, of a Poisson number who came.

    left' = max(left + who came - cases, 0). Source: Bailey (1954); Lindley (1952).
    """
    came = [math.exp(-per_meeting + n * math.log(per_meeting) - math.lgamma(n + 1))
            for n in range(most + cases)]  # fmt: skip
    balance = np.zeros((most, most))
    for left, (more, chance) in product(range(most), enumerate(came)):
        balance[left, min(max(left + more - cases, 0), most - 1)] += chance
    equations = np.vstack((balance.T - np.eye(most), np.ones(most)))
    chances = np.linalg.lstsq(equations, np.append(np.zeros(most), 1.0), rcond=None)[0]
    return float(chances @ np.arange(most))
