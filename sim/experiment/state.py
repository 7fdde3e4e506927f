"""The state of a place on a day of its runs: of one run, or one that is typical of several."""

from collections.abc import Callable, Sequence

import numpy as np

from sim.experiment.making.parallel import in_parallel
from sim.experiment.making.replicate import MAX_PEOPLE
from sim.flow.model import simulate
from sim.measures.checks import check
from sim.measures.state import StatePerson, state_of
from sim.measures.stays import stays_of
from sim.measures.stretches import stretches_of
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from sim.patients.streams import named_key, uniforms
from sim.place.schema import Place

State = list[StatePerson]
BEYOND = 45
"""Days that are run beyond the day of the state, so that dates expected on it are known."""
Kind = tuple[str, str, str, str]


def find_state(place: Place, day: int, replications: int, seed: int, workers: int = 1) -> State:
    """Everybody in a place at the beginning of a day, counted from its start date as day 0.

    With several replications it is a typical state; see ``typical``.

    Raises:
        TooLarge: the place asks for more people than can be held.
        CheckFailed: a run contradicts itself.
    """
    states = list(in_parallel(_one_state, (place, day, seed), range(replications), workers))
    return states[0] if len(states) == 1 else typical(states, seed)


def _one_state(place: Place, day: int, seed: int) -> Callable[[int], State]:
    plan = make_plan(place)

    def of_run(replication: int) -> State:
        days = day + BEYOND
        run = simulate(plan, draw_cohort(plan, days, seed, replication, MAX_PEOPLE), days)
        stays = stays_of(run)
        check(run, stays, stretches_of(run, stays))
        return state_of(run, stays, float(day))

    return of_run


def typical(states: Sequence[State], seed: int) -> State:
    """A state with as many people in each setting as the states have on average.

    Averages are rounded by largest remainder, so that the total holds. Who they are is sampled
    from the people of all the states together: in order of group, locality, way on and task, and
    of how long they have been there, every so-manieth one, from a place that the seed settles. So
    each group, and each stage of arranging, is there in its proportion.
    """
    pools: dict[Kind, State] = {}
    for state in states:
        for person in state:
            pools.setdefault(_kind(person), []).append(person)
    kinds = sorted(pools)
    numbers = _rounded(np.array([len(pools[kind]) for kind in kinds]) / len(states))
    chosen: State = []
    for kind, number in zip(kinds, numbers, strict=True):
        pool = sorted(pools[kind], key=_alike)
        begin = uniforms(np.array([named_key(seed, "state", *kind)]), named_key("begin"))[0]
        places = ((np.arange(number) + begin) * len(pool) / number).astype(np.int64)
        chosen += [pool[place] for place in places]
    return chosen


def _kind(person: StatePerson) -> Kind:
    return person.status, person.setting, person.outlier_in, person.waiting_for


def _alike(person: StatePerson) -> tuple[object, ...]:
    waited, there = person.days_waited or 0.0, person.days_there or 0.0
    return person.group, person.locality, person.route, person.task, person.also_done, waited, there


def _rounded(means: np.ndarray) -> list[int]:
    """Whole numbers near these that add up to the whole number nearest their sum.

    >>> _rounded(np.array([1.5, 0.4, 2.3]))
    [2, 0, 2]
    """
    whole = np.floor(means).astype(np.int64)
    missing = round(float(means.sum())) - int(whole.sum())
    order = np.argsort(-(means - whole), kind="stable")
    whole[order[:missing]] += 1
    return [int(number) for number in whole]
