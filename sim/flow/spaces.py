"""Who gets a free space: queues in turn, overflow for newcomers, and rings that exchange."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

from sim.flow.log import EXCHANGED, StayLog
from sim.flow.rings import Ring, find_ring

if TYPE_CHECKING:
    from sim.flow.clock import CareEnvironment, Journey
    from sim.flow.team import Team
    from sim.flow.ward import Ward


class Spaces:
    """The spaces of all settings, given out once all that an instant brings is known."""

    def __init__(
        self,
        env: CareEnvironment,
        wards: list[Ward],
        log: StayLog,
        hand_over_days: array[float],
        loops: frozenset[int],
    ) -> None:
        self.env, self.wards, self.log, self.loops = env, wards, log, loops
        self.hand_over_days = hand_over_days
        self.newcomers: list[tuple[Journey, Ward]] = []
        """Who came, at this instant, to the door of a setting with a limit to its queue."""

    def settle(self) -> None:
        """Give out work and free spaces until nobody can go on."""
        touched, called = self.env.touched, self.env.called
        while touched or called:
            while called:
                self._serve(called)
            if touched:
                self._fill(touched)
            if self.newcomers:
                self._send_on_newcomers()
            if self.loops:
                self._exchange()

    def _serve(self, called: list[Team]) -> None:
        """Let the teams that were called give out work, in their order."""
        if len(called) == 1:
            called.pop().serve()
            return
        teams = sorted(set(called), key=lambda team: team.number)
        called.clear()
        for team in teams:
            team.serve()

    def _fill(self, touched: list[Ward]) -> None:
        """Give out free spaces until nobody can move.

        A move frees a space, and that one is filled before anything else: depth first.
        """
        stack = touched[:]
        if len(stack) > 1:
            stack = sorted(set(stack), key=lambda ward: -ward.number)
        touched.clear()
        while stack:
            ward = stack[-1]
            journey = ward.next_in_turn() if ward.queue and ward.has_room() else None
            if journey is None:
                stack.pop()
                continue
            self._place(journey, ward)
            if touched:
                stack.extend(touched)
                touched.clear()

    def _place(self, me: Journey, ward: Ward) -> None:
        """Give the ward's free space to somebody from its queue."""
        now = self.env._now
        me.entry = None
        ward.use(now, ward.each)
        if me.is_outlier:
            me.is_outlier = False
            me.wakes_at = math.inf
        else:
            ward.stop_waiting(now)
            ward.at_door -= me.here is None
            self.log.placed_at[me.row] = now
        self.env.resume(me, ward)

    def _send_on_newcomers(self) -> None:
        """Send those who found a full queue to the overflow, or away if there is none."""
        newcomers, self.newcomers = self.newcomers, []
        by_ward: dict[int, list[Journey]] = {}
        for me, ward in newcomers:
            if me.entry is not None and me.here is None:
                by_ward.setdefault(ward.number, []).append(me)
        for number, waiting in by_ward.items():
            ward = self.wards[number]
            waiting.sort(key=lambda me: me.entry[:4] if me.entry else ())
            beyond = int(min(max(ward.at_door - ward.queue_limit, 0), len(waiting)))
            for me in waiting[len(waiting) - beyond :]:
                self._send_on(me, ward)

    def _send_on(self, me: Journey, ward: Ward) -> None:
        now = self.env._now
        found = next((other for other in ward.overflow if other.has_room()), None)
        if ward.overflow and found is None:
            return
        ward.stop_waiting(now)
        ward.at_door -= 1
        if found is None:
            me.entry = None
            self.env.resume(me)
            return
        found.use(now, 1)
        self.log.placed_at[me.row] = now
        self.log.setting[me.row] = found.number
        me.is_outlier = ward.returns
        if not ward.returns:
            me.entry = None
        self.env.resume(me, found)

    def _exchange(self) -> None:
        """Let rings of people, each waiting for the next one's space, change places."""
        while (ring := find_ring(self.wards, self.loops)) is not None:
            self._change_places(ring)

    def _change_places(self, ring: Ring) -> None:
        """Move everybody in a ring one on, when the longest of their hand-overs is done."""
        env, hand_over_days = self.env, self.hand_over_days
        self.log.exchanges += 1
        handing_over = 0
        for me, ward in ring:
            me.entry, me.delayed = None, -1
            ward.stop_waiting(env._now)
            self.log.placed_at[me.row] = env._now
            self.log.came[me.row] = EXCHANGED

        def one_more_is_done() -> None:
            nonlocal handing_over
            handing_over -= 1
            if not handing_over:
                for me, ward in ring:
                    self.env.resume(me, ward)

        handing_over = len(ring) + 1
        for me, _ in ring:
            days = hand_over_days[me.row - 1]
            if me.process is not None:
                if me.process.placed():
                    one_more_is_done()
                else:
                    me.process.wait(one_more_is_done)
            elif days:
                env.call_at(env._now + days, one_more_is_done)
            else:
                one_more_is_done()
        one_more_is_done()
