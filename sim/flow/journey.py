"""A person's way through the place, from the door of the first setting to an exit.

This page is the model's heart. A person asks for a space and perhaps waits, hands over and moves,
needs the setting, becomes ready, has the next step arranged, and only then asks for the next space;
the space held is kept until the hand-over to the next is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.flow.log import EXCHANGED, NOT_YET, TURNED_AWAY, add_return

if TYPE_CHECKING:
    from collections.abc import Generator

    from sim.flow.clock import Journey, Steps
    from sim.flow.model import Model
    from sim.flow.ward import Ward


def journey(model: Model, me: Journey, row: int, last: int, asked_at: float) -> Steps:
    """The steps of one person from asking for the setting of visit ``row``, to visit ``last``.

    Yields the instant until which nothing happens, or the ward whose space is waited for; is sent
    the ward in which a space was found, or None if turned away.
    """
    env, log, wards = model.env, model.log, model.wards
    setting, stay_days, arrange_days, hand_over_days, threshold = model.drawn
    stay = row - 1
    while True:
        # Ask for a space, and wait for it where we are.
        ward = wards[setting[row]]
        log.asked_at[row] = asked_at
        now = env._now
        if ward.is_open and ward.in_use < ward.capacity and not ward.queue and env.is_quiet():
            found: Ward | None = ward
            ward.use(now, 1)
            log.placed_at[row] = now
        else:
            model.wait(me, row, ward, asked_at)
            found = yield ward
            if found is None:
                log.came[row] = TURNED_AWAY
                return
            now = env._now
        # Hand over with both spaces held, and move.
        if me.here is not None:
            is_exchange = log.came[row] == EXCHANGED
            if hand_over_days[row - 1] and not is_exchange:
                now += hand_over_days[row - 1]
                yield now
            log.left_at[stay] = now
            if not is_exchange:
                model.leave(me.here)
        log.admitted_at[row] = now
        me.here, stay = found, row
        # Need the setting, until ready to leave it.
        if found is not ward:
            stay, ready_at = yield from outlier(model, me, row, ward)
        elif ward.readiness is None:
            ready_at = now + stay_days[row]
        else:
            ready_at = ward.ready_at(now, stay_days[row], threshold[row])
        log.ready_at[stay] = ready_at
        # Have the next step arranged; then leave by an exit, or ask for the next space.
        asked_at = ready_at + arrange_days[row]
        if row == last:
            leaves_at = asked_at + hand_over_days[row]
            yield leaves_at
            log.left_at[stay] = leaves_at
            model.leave(me.here or ward)
            return
        if asked_at > env._now:
            yield asked_at
        row += 1


def found_inside(model: Model, me: Journey, row: int, last: int, ready_at: float) -> Steps:
    """The steps of somebody who holds a space of visit ``row`` when the run starts."""
    _, _, arrange_days, hand_over_days, _ = model.drawn
    model.log.ready_at[row] = ready_at
    asked_at = ready_at + arrange_days[row]
    if row == last:
        leaves_at = asked_at + hand_over_days[row]
        yield leaves_at
        model.log.left_at[row] = leaves_at
        assert me.here is not None
        model.leave(me.here)
        return
    if asked_at > model.env._now:
        yield asked_at
    yield from journey(model, me, row + 1, last, asked_at)


def outlier(
    model: Model, me: Journey, row: int, ward: Ward
) -> Generator[float | Ward, Ward | None, tuple[int, float]]:
    """The stay of somebody of ``ward`` who is elsewhere for want of a space in it.

    Returns the stay's row in the log (a new one, after a move to the right ward) and the instant
    of readiness.
    """
    env, log = model.env, model.log
    _, stay_days, _, _, threshold = model.drawn
    admitted_at, need = env._now, stay_days[row] * ward.outlier_times
    ready_at = ward.ready_at(admitted_at, need, threshold[row])
    waits = ward.returns and ready_at > admitted_at
    is_moved = waits and (yield ready_at) is not None
    me.entry, me.is_outlier = None, False
    if not is_moved:
        return row, ready_at
    log.left_at[row], log.ready_at[row] = env._now, NOT_YET
    assert me.here is not None
    model.leave(me.here)
    me.here = ward
    stay = add_return(log, row, ward.number, env._now)
    unmet = 1 - ward.treated_days(admitted_at, env._now) / need if need else 0.0
    if unmet > 0:  # else the need has ended, and only a decision round is waited for
        ready_at = ward.ready_at(env._now, stay_days[row] * unmet, threshold[row])
    return stay, ready_at
