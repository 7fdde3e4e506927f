"""The clock: journeys and SimPy's own events and processes in one queue."""

import pytest
import simpy

from sim.flow.clock import CareEnvironment, Journey
from sim.flow.model import Model
from sim.patients.cohort import draw_cohort
from sim.patients.plan import make_plan
from tests.places import one_ward
from tests.unit.flow.by_hand import by_hand, comes, on_the_hour


def test_simpys_processes_run_beside_journeys() -> None:
    plan = make_plan(one_ward(3, 2.0, {"exponential": {"mean": 1.0}}))
    model = Model(plan, draw_cohort(plan, 10, 1, 0, 1000), 10)
    ticks: list[float] = []

    def shift() -> simpy.events.ProcessGenerator:
        while True:
            yield model.env.timeout(0.5)
            ticks.append(model.env.now)

    model.env.process(shift())
    run = model.run()
    assert ticks == [0.5 * i for i in range(1, 20)]
    assert run.end == 10.0
    assert model.env.now == 10.0
    assert sum(run.in_use_days) > 0


def test_a_process_of_simpy_that_fails_is_not_swallowed() -> None:
    env = CareEnvironment(5.0)

    def breaks() -> simpy.events.ProcessGenerator:
        yield env.timeout(1)
        raise ZeroDivisionError("on day 1")

    env.process(breaks())
    with pytest.raises(ZeroDivisionError, match="on day 1"):
        env.run_to_end(iter(()), lambda: None)


def test_calendars_change_before_the_journeys_of_their_instant() -> None:
    env = CareEnvironment(5.0)
    told: list[str] = []
    me = Journey(0)

    def steps():  # type: ignore[no-untyped-def]
        yield 2.0
        told.append("journey")

    me.steps = steps()
    env.resume(me)
    env.call_at(2.0, lambda: told.append("calendar"))
    env.run_to_end(iter(()), lambda: None)
    assert told == ["calendar", "journey"]


def test_nothing_happens_at_or_after_the_end() -> None:
    """Bob's bed is free at the instant the run ends: he does not get it any more."""
    plan = make_plan(
        by_hand(
            settings={"ward": {"beds": 1}},
            routes={"ward": {"home": 1}},
            patients={
                "Ann": comes("ward", 0, 0, stay={"ward": 5}),
                "Bob": comes("ward", 1, 0, stay={"ward": 1}),
            },
        )
    )
    run = Model(plan, on_the_hour(plan, 5), 5).run()
    assert run.in_use == (1,)
    assert run.waiting == (1,)
    assert run.in_use_days == (5.0,)
    assert run.waiting_days == (4.0,)
