"""What a place asks of each team against its hours and meetings, in a table and in sentences."""

from collections.abc import Iterable, Iterator

from sim.patients.team_load import TeamLoad
from sim.place.schema import Place
from sim.place.tasks import Task
from sim.report.load_words import (
    printable,
    share_words,
    significant,
    singular,
    spaces_words,
    team_title,
)
from sim.report.terminal import text_table
from sim.report.wording import listed, roughly

_NAMED = 0.25
"""A task with less than this share of a team's work is not named."""

_MARKS = {"cannot hold": "CANNOT HOLD", "near its limit": "near its limit", "no work": "no work"}


def table(place: Place, loads: list[TeamLoad]) -> str:
    """A row for each team; nothing for a place without teams."""
    if not loads:
        return ""
    heads = ("Team", "Cases\na week", "of which\nagain", "Asked\na week", "Has\na week", "Load", "")
    return "\n" + text_table(heads, (_row(place, load) for load in loads))


def _row(place: Place, load: TeamLoad) -> tuple[str, ...]:
    return (
        team_title(place, load.team),
        spaces_words(load.cases),
        spaces_words(load.cases_again),
        _quantity(load, load.asked),
        "no limit" if load.has is None else _quantity(load, load.has),
        "" if load.utilisation is None else _load_words(load),
        _MARKS.get(load.verdict, ""),
    )


def cannot_hold(place: Place, loads: list[TeamLoad]) -> Iterator[str]:
    """A sentence for each team that is asked for more than it can do, the worst first."""
    failing = [load for load in loads if load.verdict == "cannot hold"]
    for load in sorted(failing, key=lambda load: -load.growth_per_week):
        growth = significant(load.growth_per_week)
        more = f"its queue grows by {growth} {singular(growth, 'cases')} a week"
        yield f"{_asked_and_has(place, load)}: {more}.{_most_of_it(load)}"


def near_limit(place: Place, loads: list[TeamLoad]) -> Iterator[str]:
    """A sentence for each team that is asked for nearly all that it can do."""
    near = [load for load in loads if load.verdict == "near its limit"]
    for load in sorted(near, key=lambda load: -(load.utilisation or 0.0)):
        yield (
            f"{_asked_and_has(place, load)} ({_load_words(load)}): long queues that come and go."
            f"{_most_of_it(load)}"
        )


def has_room(place: Place, loads: list[TeamLoad]) -> Iterator[str]:
    """The teams that can do more, those with the most work for their time first."""
    room = sorted(
        (load for load in loads if load.verdict == "has room"),
        key=lambda load: -(load.utilisation or 0.0),
    )
    kinds = {
        "Teams with hours to spare, and the share that is asked for": [
            f"{team_title(place, load.team)} {_load_words(load)}"
            for load in room
            if not load.is_panel
        ],
        "Panels with cases to spare, and the share that is asked for": [
            f"{team_title(place, load.team)} {_load_words(load)}" for load in room if load.is_panel
        ],
        "Panels that decide whatever comes": [
            team_title(place, load.team) for load in loads if load.verdict == "no limit"
        ],
        "Teams that nobody asks for anything": [
            team_title(place, load.team) for load in loads if load.verdict == "no work"
        ],
    }
    for what, which in kinds.items():
        if which:
            yield f"{what}: {listed(which)}."


def reckoned(place: Place) -> Iterator[str]:
    """How the work of teams is worked out, and what of it is left out."""
    if not place.teams:
        return
    tasks = list(_tasks(place))
    again = ", and again after a return" if any(task.returned.value for task in tasks) else ""
    yield (
        "A team's work = people who go each way × the chance that they need the task × its mean "
        f"working time{again}; a panel decides cases, up to so many at a meeting. Even a team with "
        "hours to spare keeps people waiting: until it works or meets again, and when many come "
        "at once."
    )
    left_out = []
    if any(task.valid_for for task in tasks):
        left_out.append("what is done again because it went stale")
    if any(
        route.otherwise
        for table in (place.routes, *(group.routes for group in place.patients.values()))
        for ways in table.values()
        for route in ways.values()
    ):
        left_out.append("work for people who go another way after a wait")
    if place.start.people or place.start.waiting:
        left_out.append("work for people who are there at the start")
    if left_out:
        yield f"Left out of it: {listed(left_out)}."


def _tasks(place: Place) -> Iterable[Task]:
    """Every task that a team does."""
    for transfer in place.transfers.values():
        yield from (task for task in (*transfer.arrange, *transfer.hand_over) if task.team)


def _asked_and_has(place: Place, load: TeamLoad) -> str:
    """'Social work, city: 44 hours of work asked a week, 40 staffed'."""
    asked, has = spaces_words(load.asked), spaces_words(load.has or 0.0)
    if asked == has and load.verdict == "cannot hold":
        asked = f"{load.asked:,.2f}"
    if load.is_panel:
        said = f"{asked} {singular(asked, 'cases')} asked a week, {has} decided at most"
    else:
        said = f"{asked} {singular(asked, 'hours')} of work asked a week, {has} staffed"
    return f"{team_title(place, load.team)}: {said}"


def _most_of_it(load: TeamLoad) -> str:
    """What the larger part of a team's work is, where it has several tasks."""
    named = [(task, share) for task, share in load.work_of if share >= _NAMED]
    if len(load.work_of) < 2 or not named:
        return ""
    tasks = listed([f"{printable(task)} ({roughly(share)})" for task, share in named])
    return f" Most of it: {tasks}."


def _quantity(load: TeamLoad, amount: float) -> str:
    number = spaces_words(amount)
    return f"{number} {singular(number, 'cases' if load.is_panel else 'hours')}"


def _load_words(load: TeamLoad) -> str:
    if load.has == 0 and load.asked > 0:
        return "never meets" if load.is_panel else "no hours"
    return share_words(load.utilisation or 0.0)
