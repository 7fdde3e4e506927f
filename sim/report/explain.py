"""What a place asks of each setting against what is open, in a table and in plain sentences.

What cannot hold comes first: such a queue grows without end, and no run will show otherwise.
"""

import io
import math
import textwrap
from collections.abc import Iterator

from sim.patients.offered_load import SettingLoad, days_counted, offered_load
from sim.place.schema import Place
from sim.report.wording import capitalised, counted, listed, long_date, roughly

WIDTH = 100
_MAX_SPARE_DAYS = 3650
_MAX_NAMES = 4


def explain(place: Place, days: float = 365) -> str:
    """The offered load of each setting as text for the terminal, 100 characters wide.

    Raises:
        InputError: a group can go round its routes for ever.
    """
    loads = offered_load(place, days)
    parts = [
        _heading(place, days_counted(place, days)),
        _table(place, loads),
        _section("What cannot hold", _cannot_hold(place, loads)),
        _section("What that takes from the settings before", _knock_on(place, loads)),
        _section("Near its limit", _near_limit(place, loads)),
        _section("What has room", _has_room(place, loads)),
        _section("At the start", _at_start(place, loads)),
        _section("How this is reckoned", _reckoned(place)),
    ]
    return "\n".join(part for part in parts if part)


def title_of(place: Place, name: str) -> str:
    """What a setting, exit, group or organisation is called, safe to print on one line.

    Names come from strangers: what can't be seen (control characters, changes of direction of
    writing) is left out.
    """
    tables = (place.settings, place.exits, place.patients, place.organisations)
    named = next((table[name] for table in tables if name in table), None)
    return printable((named.name if named else None) or name)


def printable(text: str) -> str:
    """Text on one line without characters that can't be seen.

    >>> printable("Ward\\x1b[31m A\\n")
    'Ward [31m A'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def growth_words(load: SettingLoad) -> str:
    """By how much a queue grows, as in 'grows by 0.7 people a day'."""
    number = significant(load.queue_growth_per_day)
    return f"{number} {'person' if number == '1' else 'people'} a day"


def significant(number: float, figures: int = 2) -> str:
    """A number to so many significant figures, never as a power of ten.

    >>> significant(0.6844), significant(12.04), significant(3171.0), significant(0.03)
    ('0.68', '12', '3,171', '0.03')
    """
    if not math.isfinite(number):
        return "without end"
    if number == 0:
        return "0"
    places = max(0, figures - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{min(places, 12)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spaces_words(number: float) -> str:
    """A mean number of spaces or people: one decimal, none where it is nought.

    >>> spaces_words(102.0), spaces_words(130.96), spaces_words(1200.04)
    ('102', '131', '1,200')
    """
    if not math.isfinite(number):
        return "without end"
    return f"{number:,.1f}".removesuffix(".0")


def load_words(load: SettingLoad) -> str:
    """Spaces needed as a percentage of those open; only a full 100% reads 100%."""
    share = load.utilisation
    if share is None:
        return "no limit"
    if not math.isfinite(share):
        return "none open" if load.spaces_open == 0 else "without end"
    text = f"{100 * share:,.0f}%"
    return f"{100 * share:.2f}%" if text == "100%" and abs(share - 1) > 5e-5 else text


def unit_of(place: Place, name: str) -> str:
    """What the spaces of a setting are: beds, places, or visits or hours a day."""
    setting = place.settings[name]
    if setting.need is not None:
        return "visits a day" if setting.visits_per_day is not None else "hours a day"
    return "beds" if setting.beds is not None else "places"


def needed_and_open(place: Place, load: SettingLoad) -> str:
    """'131 beds needed on average, 102 open'."""
    needed, unit = spaces_words(load.spaces_needed), unit_of(place, load.setting)
    if load.spaces_open is None:
        return f"{needed} {_singular(needed, unit)} needed on average, no limit"
    is_open = spaces_words(load.spaces_open)
    if needed == is_open and load.verdict == "cannot hold":
        needed = f"{load.spaces_needed:,.2f}"
    return f"{needed} {_singular(needed, unit)} needed on average, {is_open} open"


def _heading(place: Place, days: int) -> str:
    title = printable(place.place)
    heading = textwrap.fill(f"{title}: spaces needed against spaces open", WIDTH)
    return (
        f"{heading}\n"
        f"Averages over {counted(days, 'day')} from {long_date(place.start_date)}, "
        "if nobody ever waits for a space.\n"
    )


def _table(place: Place, loads: list[SettingLoad]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Setting", overflow="fold")
    headings = ("Arrive\na day", "Days\neach", "Needed", "of which\nprocess", "Open", "Load")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for load in loads:
        is_open = "no limit" if load.spaces_open is None else spaces_words(load.spaces_open)
        row = (
            title_of(place, load.setting),
            significant(load.arrivals_per_day, 3),
            significant(load.need_days + load.process_days, 3),
            spaces_words(load.spaces_needed),
            spaces_words(load.needed_for_process),
            is_open,
            "" if load.utilisation is None else load_words(load),
            _MARKS.get(load.verdict, ""),
        )
        table.add_row(*(Text(cell) for cell in row))
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


_MARKS = {
    "cannot hold": "CANNOT HOLD",
    "near its limit": "near its limit",
    "nobody comes": "nobody comes",
}


def _section(heading: str, sentences: Iterator[str]) -> str:
    lines = [
        textwrap.fill(
            sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
        )
        for sentence in sentences
    ]
    return "\n".join(["", heading, *lines]) if lines else ""


def _cannot_hold(place: Place, loads: list[SettingLoad]) -> Iterator[str]:
    if not _failing(loads):
        yield "Nothing: on average, every setting can hold what is asked of it."
    for load in sorted(_failing(loads), key=lambda load: -load.queue_growth_per_day):
        yield f"{cannot_hold_sentence(place, load)} {_waits_in(place, load)}".strip()


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
        unit = _singular(more, unit_of(place, upstream.setting))
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


def _near_limit(place: Place, loads: list[SettingLoad]) -> Iterator[str]:
    near = [load for load in loads if load.verdict == "near its limit"]
    for load in sorted(near, key=lambda load: -(load.utilisation or 0.0)):
        yield (
            f"{title_of(place, load.setting)}: {needed_and_open(place, load)} "
            f"({load_words(load)}): long queues that come and go."
        )


def _has_room(place: Place, loads: list[SettingLoad]) -> Iterator[str]:
    for load in loads:
        if load.verdict == "has room" and load.surplus is not None:
            yield (
                f"{title_of(place, load.setting)}: {needed_and_open(place, load)} "
                f"({load_words(load)}): {spaces_words(load.surplus)} to spare."
            )
        elif load.verdict == "no limit":
            yield f"{title_of(place, load.setting)}: {needed_and_open(place, load)}."
        elif load.verdict == "nobody comes":
            yield f"{title_of(place, load.setting)}: nobody comes here."


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
    left_out = ["waits for the next space"]
    if place.teams:
        left_out.append("the work of teams and waits for them")
    if any(setting.admits for setting in settings):
        left_out.append("waits for admission hours")
    if any(setting.overflow for setting in settings):
        left_out.append("outliers")
    if any(setting.queue_limit for setting in settings):
        left_out.append("people turned away")
    yield f"{capitalised(listed(left_out))} are left out; a run shows them."


def _singular(number: str, plural: str) -> str:
    if number != "1":
        return plural
    thing, *rest = plural.split(" ")
    return " ".join([thing.removesuffix("s"), *rest])
