"""A person's way through the place, from the door of the first setting to an exit.

This page is the model's heart. A person asks for a space and perhaps waits, hands over and moves,
needs the setting, becomes ready, has the next step arranged, and only then asks for the next space;
the space held is kept until the hand-over to the next is done.

Most steps are days that only add up. Where the way on is work for teams, ``discharge.py`` does it;
where another way may be taken meanwhile (waited too long, harm), the person goes on by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.flow.log import (
    CANCELLED,
    EXCHANGED,
    NOT_YET,
    REROUTED,
    TURNED_AWAY,
    UNWELL_AGAIN,
    add_return,
)
from sim.patients.ways import UNWELL

if TYPE_CHECKING:
    from collections.abc import Generator

    from sim.flow.clock import Journey, Steps
    from sim.flow.discharge import Process
    from sim.flow.model import Model
    from sim.flow.ward import Ward


def journey(
    model: Model,
    me: Journey,
    row: int,
    last: int,
    asked_at: float,
    *,
    is_inside: bool = False,
    stay: int | None = None,
) -> Steps:
    """The steps of one person from asking for the setting of visit ``row``, to visit ``last``.

    With ``is_inside``, the person has the space of ``row`` already, and needs it. ``stay`` is the
    row of the log of the stay before, where that is not the visit before.

    Yields the instant until which nothing happens, the ward whose space is waited for, or the
    process that is; is sent the ward in which a space was found, or None if there is none.
    """
    env, log, wards = model.env, model.log, model.wards
    setting, stay_days, arrange_days, hand_over_days, threshold = model.drawn
    special = model.special
    stay = row - 1 if stay is None else stay
    while True:
        ward = wards[setting[row]]
        now = env._now
        if is_inside:
            is_inside, found, stay = False, ward, row
        else:
            # Ask for a space, and wait for it where we are.
            log.asked_at[row] = asked_at
            if (
                ward.is_open
                and ward.in_use + ward.each <= ward.capacity
                and not ward.queue
                and env.is_quiet()
            ):
                found = ward
                ward.use(now, ward.each)
                log.placed_at[row] = now
            else:
                model.wait(me, row, ward, asked_at)
                given = yield ward
                if given is None:
                    if me.branch is None:
                        if log.came[row] != CANCELLED:
                            log.came[row] = TURNED_AWAY
                        return
                    row, last = other_way(model, me, stay)
                    is_inside = True
                    continue
                found, now = given, env._now
            # Hand over with both spaces held, and move.
            if me.here is not None:
                me.delayed = -1
                is_exchange = log.came[row] == EXCHANGED
                if not is_exchange:
                    if me.process is not None:
                        if not me.process.placed():
                            me.process.wait(model.wake(me))
                            yield me.process
                        now = env._now
                    elif hand_over_days[row - 1]:
                        now += hand_over_days[row - 1]
                        yield now
                me.process = None
                log.left_at[stay] = now
                if not is_exchange:
                    model.leave(me.here, me)
            log.admitted_at[row] = now
            me.here, stay = found, row
        # Need the setting, until ready to leave it.
        if found is not ward:
            stay, ready_at = yield from outlier(model, me, row, ward)
        elif ward.readiness is None or log.came[row] == REROUTED:  # who is ready stays ready
            ready_at = now + stay_days[row]
        else:
            ready_at = ward.ready_at(now, stay_days[row], threshold[row])
        log.ready_at[stay] = ready_at
        if ward.care is not None:
            model.begin_care(me, ward, now, ready_at)
        # Have the next step arranged; then leave by an exit, or ask for the next space.
        if special[row]:
            asked_at = yield from leaving(model, me, stay, row, row == last, ready_at)
            if me.branch is not None:
                if me.here is None:  # comes back after an exit
                    _, row, end = me.branch
                    me.branch, last, stay = None, end - 1, row - 1
                    asked_at = env._now
                    continue
                row, last = other_way(model, me, stay)
                is_inside = True
                continue
            if row == last:
                return
        else:
            asked_at = ready_at + arrange_days[row]
            if row == last:
                leaves_at = asked_at + hand_over_days[row]
                yield leaves_at
                log.left_at[stay] = leaves_at
                model.leave(me.here or ward, me)
                return
            if asked_at > env._now:
                yield asked_at
        row += 1


def leaving(
    model: Model, me: Journey, stay: int, row: int, is_exit: bool, ready_at: float
) -> Generator[float | Ward | Process, Ward | None, float]:
    """Arranging what needs the clock, to the instant of asking; for an exit, to leaving by it.

    Where the person has to take another way from here, ``me.branch`` says so at the end.
    """
    env, log = model.env, model.log
    process = me.process
    if process is None or process.visit != row:
        process = model.begin_process(me, row, stay, ready_at)
    if ready_at > env._now:
        yield ready_at
    me.delayed = stay
    model.expose_to_harm(me, row, stay, ready_at)
    arrange_days, hand_over_days = model.drawn[2][row], model.drawn[3][row]
    asked_at = ready_at + arrange_days
    if process is not None:
        asked_at = ready_at
        if not process.ready(ready_at):
            process.wait(model.wake(me))
            yield process
            asked_at = env._now
        if me.branch is None:
            log.arranged_at[stay] = asked_at
    elif asked_at > env._now:
        yield asked_at
    if me.branch is not None or not is_exit:
        return asked_at
    me.delayed = -1
    if process is not None:
        if not process.placed():
            process.wait(model.wake(me))
            yield process
    elif asked_at + hand_over_days > env._now:
        yield asked_at + hand_over_days
    me.process = None
    assert me.here is not None
    log.left_at[stay] = env._now
    model.leave(me.here, me)
    me.here = None
    if row in model.readmitted:
        days, first, end = model.readmitted[row]
        yield env._now + days
        me.branch = -1, first, end
    return asked_at


def other_way(model: Model, me: Journey, stay: int) -> tuple[int, int]:
    """Go on in the same space by another way; returns its first and last visit."""
    log, now = model.log, model.env._now
    assert me.branch is not None
    assert me.here is not None
    why, row, end = me.branch
    me.branch, me.delayed = None, -1
    if not model.special[row]:
        me.process = None  # else what it arranged may hold on the new way
    log.left_at[stay] = now
    for column in (log.asked_at, log.placed_at, log.admitted_at):
        column[row] = now
    log.setting[row] = me.here.number
    log.came[row] = UNWELL_AGAIN if why == UNWELL else REROUTED
    return row, end - 1


def found_inside(
    model: Model, me: Journey, row: int, last: int, ready_at: float | None, done: int
) -> Steps:
    """The steps of somebody who holds a space of visit ``row`` when the run starts.

    ``ready_at`` is when they became ready to leave, None for those who still need the setting;
    ``done`` has a bit for each of their tasks that is done already.
    """
    setting, stay_days, arrange_days, hand_over_days, threshold = model.drawn
    wanted, stay = model.wards[setting[row]], row
    assert me.here is not None
    if ready_at is None and me.here is not wanted:
        stay, ready_at = yield from outlier(model, me, row, wanted, done)
    elif ready_at is None:
        ready_at = wanted.ready_at(0.0, stay_days[row], threshold[row])
    ward = me.here
    model.log.ready_at[stay] = ready_at
    if ward.care is not None:
        model.begin_care(me, ward, model.log.admitted_at[row], ready_at)
    if model.special[row]:
        if me.process is None:
            me.process = model.begin_process(me, row, stay, ready_at, done)
        asked_at = yield from leaving(model, me, stay, row, row == last, ready_at)
        if me.branch is not None:
            if me.here is None:
                _, row, end = me.branch
                me.branch = None
                yield from journey(model, me, row, end - 1, model.env._now)
                return
            row, last = other_way(model, me, stay)
            yield from journey(model, me, row, last, asked_at, is_inside=True)
            return
        if row == last:
            return
    else:
        asked_at = ready_at + arrange_days[row]
        if row == last:
            leaves_at = asked_at + hand_over_days[row]
            yield leaves_at
            model.log.left_at[stay] = leaves_at
            model.leave(ward, me)
            return
        if asked_at > model.env._now:
            yield asked_at
    yield from journey(model, me, row + 1, last, asked_at, stay=stay)


def outlier(
    model: Model, me: Journey, row: int, ward: Ward, done: int = 0
) -> Generator[float | Ward | Process, Ward | None, tuple[int, float]]:
    """The stay of somebody of ``ward`` who is elsewhere for want of a space in it.

    Returns the stay's row in the log (a new one, after a move to the right ward) and the instant
    of readiness.
    """
    env, log = model.env, model.log
    _, stay_days, _, _, threshold = model.drawn
    admitted_at, need = env._now, stay_days[row] * ward.outlier_times
    ready_at = ward.ready_at(admitted_at, need, threshold[row])
    if model.special[row]:
        me.process = model.begin_process(me, row, row, ready_at, done)
    waits = ward.returns and ready_at > admitted_at
    is_moved = waits and (yield ready_at) is not None
    me.entry, me.is_outlier = None, False
    if not is_moved:
        return row, ready_at
    log.left_at[row], log.ready_at[row] = env._now, NOT_YET
    assert me.here is not None
    model.leave(me.here, me)
    me.here = ward
    stay = add_return(log, row, ward.number, env._now)
    if me.process is not None:
        me.process.stay = stay
    unmet = 1 - ward.treated_days(admitted_at, env._now) / need if need else 0.0
    if unmet > 0:  # else the need has ended, and only a decision round is waited for
        ready_at = ward.ready_at(env._now, stay_days[row] * unmet, threshold[row])
    return stay, ready_at
