"""Named streams: even, independent of one another, and moved by nothing."""

import hashlib

import numpy as np
import pytest
from scipy import stats

from sim.patients.streams import named_key, person_keys, scramble, uniforms

N = 200_000
WORD = 2**64


def people(n: int = N, group: str = "people", seed: int = 1, replication: int = 0) -> np.ndarray:
    """The keys of n people, 100 a day."""
    each = np.arange(n, dtype=np.int64)
    return person_keys(named_key(seed, replication, "people", group), each // 100, each % 100)


def drawn(decision: str = "stay", visit: int = 0, **of: int | str) -> np.ndarray:
    return uniforms(people(**of), named_key(decision), visit)  # type: ignore[arg-type]


def agree_with_even_numbers(u: np.ndarray) -> None:
    """Kolmogorov and Smirnov's test, and a chi-square of 256 cells, at 1 in 1,000."""
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert stats.chisquare(np.bincount((u * 256).astype(int), minlength=256)).pvalue > 0.001


@pytest.mark.parametrize("decision", ["stay", "route", "task", "time of day"])
@pytest.mark.parametrize("visit", [0, 1, 7])
def test_the_numbers_of_a_decision_are_even_over_people(decision: str, visit: int) -> None:
    agree_with_even_numbers(drawn(decision, visit))


def test_the_numbers_of_a_person_are_even_over_decisions_and_over_visits() -> None:
    one = people(1)
    agree_with_even_numbers(
        np.concatenate([uniforms(one, named_key("stay", str(i))) for i in range(20_000)])
    )
    many = np.repeat(one, 20_000)
    agree_with_even_numbers(uniforms(many, named_key("stay"), np.arange(20_000)))


def test_the_numbers_of_one_index_are_even_over_days_seeds_and_replications() -> None:
    days = np.arange(20_000, dtype=np.int64)
    keys = person_keys(named_key(1, 0, "people", "x"), days, np.zeros_like(days))
    agree_with_even_numbers(uniforms(keys, named_key("stay")))
    for parts in ([(seed, 0) for seed in range(5000)], [(1, number) for number in range(5000)]):
        u = [drawn(n=1, seed=seed, replication=number)[0] for seed, number in parts]
        assert stats.kstest(u, "uniform").pvalue > 0.001


@pytest.mark.parametrize("lag", [1, 2, 3, 99, 100, 101])
def test_people_who_follow_one_another_are_not_alike(lag: int) -> None:
    u = drawn()
    assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / np.sqrt(N)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"decision": "stay"}, {"decision": "route"}),
        ({"decision": "stay"}, {"decision": "stay "}),
        ({"visit": 0}, {"visit": 1}),
        ({"visit": 1}, {"visit": 2}),
        ({"replication": 0}, {"replication": 1}),
        ({"seed": 1}, {"seed": 2}),
        ({"group": "people"}, {"group": "peoplf"}),
    ],
)
def test_decisions_visits_replications_and_groups_are_independent(
    one: dict[str, object], other: dict[str, object]
) -> None:
    u, v = drawn(**one), drawn(**other)  # type: ignore[arg-type]
    assert abs(np.corrcoef(u, v)[0, 1]) < 4 / np.sqrt(N)
    cells = np.histogram2d(u, v, bins=16, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > 0.001
    # No pairs that stand together or mirror one another, either.
    assert stats.kstest((u + v) % 1, "uniform").pvalue > 0.001
    assert stats.kstest((u - v) % 1, "uniform").pvalue > 0.001


def test_three_people_in_a_row_fill_the_cube_evenly() -> None:
    u = drawn()[: N // 3 * 3].reshape(-1, 3)
    cells = np.histogramdd(u, bins=8, range=[[0, 1]] * 3)[0]
    assert stats.chisquare(cells.ravel()).pvalue > 0.001


def test_every_bit_is_as_often_one_as_nought() -> None:
    keys = people()
    for bit in range(64):
        ones = int(((keys >> np.uint64(bit)) & np.uint64(1)).sum())
        assert abs(ones - N / 2) < 4.5 * np.sqrt(N / 4), bit


def test_no_two_people_have_one_key() -> None:
    assert len(np.unique(people())) == N


def test_a_persons_number_does_not_depend_on_who_else_is_asked() -> None:
    keys = people(1000)
    visits = np.arange(1000) % 3
    together = uniforms(keys, named_key("stay"), visits)
    alone = [float(uniforms(keys[i : i + 1], named_key("stay"), int(visits[i]))[0])
             for i in range(1000)]  # fmt: skip
    assert together.tolist() == alone


def test_the_numbers_are_the_same_on_every_machine_and_for_ever() -> None:
    assert [f"{u:.15f}" for u in drawn(n=3)] == KEPT


KEPT = ["0.668128819162719", "0.184670891041141", "0.078678912615474"]


def _unscramble(z: int) -> int:
    """What SplitMix64's output function makes into a number."""

    def unshift(x: int, by: int) -> int:
        y = x
        for _ in range(64 // by):
            y = x ^ (y >> by)
        return y

    z = unshift(z, 31) * pow(0x94D049BB133111EB, -1, WORD) % WORD
    z = unshift(z, 27) * pow(0xBF58476D1CE4E5B9, -1, WORD) % WORD
    return unshift(z, 30)


@pytest.mark.parametrize("bits", [0, 1, WORD - 1, WORD - 2**11, WORD // 2])
def test_every_number_is_above_0_and_below_1(bits: int) -> None:
    """Even for a person whose key gives the least or the greatest number that there is."""
    key = np.array([_unscramble(bits)], dtype=np.uint64)
    assert scramble(key).tolist() == [bits]
    decision = named_key("stay")
    with np.errstate(over="ignore"):
        person = key - scramble(np.array([decision]))
    (u,) = uniforms(person, decision)
    assert 0 < u < 1


def test_keys_are_of_the_words_and_their_order() -> None:
    assert named_key("a", "b") != named_key("b", "a")
    assert named_key("ab") != named_key("a", "b")
    digest = hashlib.blake2b(b"1\x1fstay", digest_size=8).digest()
    assert int(named_key(1, "stay")) == int.from_bytes(digest, "little")
