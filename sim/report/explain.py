"""What a place asks of each setting and team against what there is, in tables and sentences.

What cannot hold comes first: such a queue grows without end, and no run will show otherwise.
"""

import textwrap
from collections.abc import Iterator

from sim.patients.offered_load import SettingLoad, days_counted, offered_load
from sim.patients.team_load import TeamLoad, team_load
from sim.place.schema import Place
from sim.report import explain_teams
from sim.report.load_words import (
    growth_words,
    has_another_way,
    is_another_way,
    load_words,
    needed_and_open,
    printable,
    significant,
    singular,
    spaces_words,
    title_of,
    unit_of,
)
from sim.report.terminal import WIDTH, section, text_table
from sim.report.wording import capitalised, counted, listed, long_date, roughly

_MAX_SPARE_DAYS = 3650
_MAX_NAMES = 4


def explain(place: Place, days: float = 365) -> str:
    """The offered load of each setting and team as text for the terminal, 100 characters wide.

    Raises:
        InputError: a group can go round its routes for ever.
    """
    loads, teams = offered_load(place, days), team_load(place, days)
    parts = [
        _heading(place, days_counted(place, days)),
        _table(place, loads),
        explain_teams.table(place, teams),
        section("What cannot hold", _cannot_hold(place, loads, teams)),
        section("What that takes from the settings before", _knock_on(place, loads)),
        section("Near its limit", _near_limit(place, loads, teams)),
        section("What has room", _has_room(place, loads, teams)),
        section("At the start", _at_start(place, loads)),
        section("How this is reckoned", _reckoned(place)),
    ]
    return "\n".join(part for part in parts if part)


def _heading(place: Place, days: int) -> str:
    title = printable(place.place)
    work = ", and work against hours" if place.teams else ""
    heading = textwrap.fill(f"{title}: spaces needed against spaces open{work}", WIDTH)
    return (
        f"{heading}\n"
        f"Averages over {counted(days, 'day')} from {long_date(place.start_date)}, "
        "if nobody ever waits.\n"
    )


def _table(place: Place, loads: list[SettingLoad]) -> str:
    heads = (
        "Setting", "Arrive\na day", "Days\neach", "Needed", "of which\nprocess", "Open", "Load", ""
    )  # fmt: skip
    return text_table(heads, (_row(place, load) for load in loads))


def _row(place: Place, load: SettingLoad) -> tuple[str, ...]:
    return (
        title_of(place, load.setting),
        significant(load.arrivals_per_day, 3),
        significant(load.need_days + load.process_days, 3),
        spaces_words(load.spaces_needed),
        spaces_words(load.needed_for_process),
        "no limit" if load.spaces_open is None else spaces_words(load.spaces_open),
        "" if load.utilisation is None else load_words(load),
        "after a wait" if _comes_after_a_wait(place, load) else _MARKS.get(load.verdict, ""),
    )


def _comes_after_a_wait(place: Place, load: SettingLoad) -> bool:
    """Whether only those come to a setting who have waited too long for another."""
    return load.verdict == "nobody comes" and is_another_way(place, load.setting)


_MARKS = {
    "cannot hold": "CANNOT HOLD",
    "near its limit": "near its limit",
    "nobody comes": "nobody comes",
}


def _cannot_hold(place: Place, loads: list[SettingLoad], teams: list[TeamLoad]) -> Iterator[str]:
    of_teams = list(explain_teams.cannot_hold(place, teams))
    if not _failing(loads) and not of_teams:
        each = "every setting and team" if teams else "every setting"
        yield f"Nothing: on average, {each} can hold what is asked of it."
    for load in sorted(_failing(loads), key=lambda load: -load.queue_growth_per_day):
        parts = cannot_hold_sentence(place, load), _waits_in(place, load), _give_up(place, load)
        yield " ".join(part for part in parts if part)
    yield from of_teams


def _failing(loads: list[SettingLoad]) -> list[SettingLoad]:
    return [load for load in loads if load.verdict == "cannot hold"]


def cannot_hold_sentence(place: Place, load: SettingLoad) -> str:
    """'Rehabilitation: 131 beds needed on average, 102 open: the queue grows by …'."""
    start = f"{title_of(place, load.setting)}: {needed_and_open(place, load)}: "
    if not has_full_door(place, load):
        return f"{start}the queue grows by {growth_words(load)}."
    fate = "turned away"
    overflow = place.settings[load.setting].overflow
    if overflow:
        fate = f"sent to {listed([title_of(place, name) for name in overflow])} as outliers"
    return (
        f"{start}{growth_words(load)} too many. "
        f"At the front door people are {fate} when the queue is full."
    )


def has_full_door(place: Place, load: SettingLoad) -> bool:
    """Whether the queue at its front door stops growing at a limit."""
    setting = place.settings[load.setting]
    from_the_door = any(origin is None for origin, _ in load.waits_in)
    return from_the_door and (setting.queue_limit is not None or bool(setting.overflow))


def _growth_by_origin(place: Place, load: SettingLoad) -> dict[str | None, float]:
    """By how much the queue grows a day in each place where people wait for this setting.

    Where the front door's queue has a limit, those turned away there leave room for the others.
    """
    parts = dict(load.waits_in)
    growth = load.queue_growth_per_day
    if has_full_door(place, load):
        at_the_door = parts.pop(None)
        growth = max(0.0, growth - load.arrivals_per_day * at_the_door)
    total = sum(parts.values())
    return {origin: growth * share / total for origin, share in parts.items() if growth > 0}


def _waits_in(place: Place, load: SettingLoad) -> str:
    """Where those who can't get in stand meanwhile."""
    growth = _growth_by_origin(place, load)
    if not growth:
        return ""
    if list(growth) == [None]:
        return "These wait at the front door."
    where = [
        ("the front door" if origin is None else title_of(place, origin))
        + ("" if len(growth) == 1 else f" ({roughly(part / sum(growth.values()))})")
        for origin, part in growth.items()
    ]
    who = "Those who come from other settings" if has_full_door(place, load) else "These"
    return f"{who} wait in: {listed(where)}."


def _give_up(place: Place, load: SettingLoad) -> str:
    """Who does not wait without end, so that the queue grows less than is reckoned."""
    said = []
    if has_another_way(place, load.setting):
        said.append("After a while some go another way.")
    if any(
        group.cancelled_after and group.arrives_at == load.setting
        for group in place.patients.values()
    ):
        said.append("Those booked are cancelled after a while.")
    return " ".join(said)


def _knock_on(place: Place, loads: list[SettingLoad]) -> Iterator[str]:
    """What the people who wait take each day from the settings that they wait in."""
    growth_of = [(load, _growth_by_origin(place, load)) for load in _failing(loads)]
    for upstream in loads:
        taken = {
            load.setting: growth[upstream.setting]
            for load, growth in growth_of
            if upstream.setting in growth
        }
        if not taken:
            continue
        waiting_for = listed([title_of(place, name) for name in taken])
        if len(taken) > _MAX_NAMES:
            waiting_for = f"{len(taken)} settings that cannot hold"
        growth = sum(taken.values())
        more = significant(growth)
        unit = singular(more, unit_of(place, upstream.setting))
        yield (
            f"{title_of(place, upstream.setting)}: {more} more {unit} needed each day for people "
            f"waiting for {waiting_for}; {_how_long(upstream, growth)}."
        )


def _how_long(upstream: SettingLoad, growth: float) -> str:
    """Until when the spaces to spare of a setting last, if so many more are taken each day."""
    if upstream.surplus is None:
        return "it has no limit, so it takes them all"
    if upstream.verdict == "cannot hold":
        return "it cannot hold either, so fewer people get through than is reckoned here"
    spare = f"its {spaces_words(upstream.surplus)} to spare"
    days = upstream.surplus / growth
    if days > _MAX_SPARE_DAYS:
        return f"{spare} last for more than ten years"
    return f"{spare} are gone in about {counted(max(1, round(days)), 'day')}, and then it is full"


def _near_limit(place: Place, loads: list[SettingLoad], teams: list[TeamLoad]) -> Iterator[str]:
    near = [load for load in loads if load.verdict == "near its limit"]
    for load in sorted(near, key=lambda load: -(load.utilisation or 0.0)):
        yield (
            f"{title_of(place, load.setting)}: {needed_and_open(place, load)} "
            f"({load_words(load)}): long queues that come and go."
        )
    yield from explain_teams.near_limit(place, teams)


def _has_room(place: Place, loads: list[SettingLoad], teams: list[TeamLoad]) -> Iterator[str]:
    for load in loads:
        if load.verdict == "has room" and load.surplus is not None:
            yield (
                f"{title_of(place, load.setting)}: {needed_and_open(place, load)} "
                f"({load_words(load)}): {spaces_words(load.surplus)} to spare."
            )
        elif load.verdict == "no limit":
            yield f"{title_of(place, load.setting)}: {needed_and_open(place, load)}."
        elif load.verdict == "nobody comes":
            who = "nobody comes here"
            if _comes_after_a_wait(place, load):
                who = "only people come who have waited too long for another, which is not reckoned"
            yield f"{title_of(place, load.setting)}: {who}."
    yield from explain_teams.has_room(place, teams)


def _at_start(place: Place, loads: list[SettingLoad]) -> Iterator[str]:
    for load in loads:
        if not (load.there_at_start or load.waiting_at_start):
            continue
        there = counted(load.there_at_start, "person", "people")
        sentence = f"{title_of(place, load.setting)}: {there} there"
        if load.open_at_start is not None:
            sentence += f", {load.open_at_start:,} {unit_of(place, load.setting)} open"
            over = load.there_at_start - load.open_at_start
            if over > 0:
                sentence += f" ({over:,} over: nobody comes in until they have left)"
        if load.waiting_at_start:
            are = "is" if load.waiting_at_start == 1 else "are"
            sentence += f"; {load.waiting_at_start:,} {are} waiting for it already"
        yield sentence + "."


def _reckoned(place: Place) -> Iterator[str]:
    yield (
        "Needed = people who arrive a day × the days for which each takes a space. Process is the "
        "part that is not care: arranging to leave, handing over, making ready."
    )
    settings = place.settings.values()
    if any(setting.decision_rounds for setting in settings):
        yield (
            "Days include the mean wait for the next decision round, as if needs ended evenly "
            "over the week: an approximation."
        )
    if any(setting.pace_by_weekday for setting in settings):
        yield "Stays are lengthened by the mean pace of the week: an approximation."
    if any(setting.need for setting in settings):
        yield (
            "Care at home is counted in visits or hours a day: for each person there, half way "
            "between the need of the first day and that of the last."
        )
    yield from explain_teams.reckoned(place)
    left_out = ["waits for the next space"]
    if place.teams:
        left_out.append("days of waiting for teams and their work")
    if any(setting.admits for setting in settings):
        left_out.append("waits for admission hours")
    if any(setting.overflow for setting in settings):
        left_out.append("outliers")
    if any(setting.queue_limit for setting in settings):
        left_out.append("people turned away")
    yield f"{capitalised(listed(left_out))} are left out; a run shows them."
